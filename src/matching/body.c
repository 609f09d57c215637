#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "matching/bodies.h"
#include "matching/body.h"
#include "matching/display.h"
#include "matching/match_json.h"
#include "matching/match_multipart.h"
#include "matching/match_xml.h"
#include "matching/parts.h"

static bool is_any(const struct mime *type)
{
	(void)type;
	return true;
}

/* Whether the contents may be compared at all. */
static bool types_agree(const struct bodies *b, bool message)
{
	const struct mime *expected = &b->expected->type;
	const struct mime *actual = &b->actual_type;
	struct mime base = tally__mime_base(actual);

	if (tally__mime_is_unknown(expected) || tally__mime_equivalent(expected, actual)) {
		return true;
	}
	if (message) {
		return false;
	}
	if (tally__mime_is_unknown(actual) || tally__mime_equivalent(expected, &base)) {
		return true;
	}
	return b->expected->rules &&
	       tally__match_header_rule(b->walk, b->expected->rules, "Content-Type",
					tally__bodies_type_text(b->walk, expected),
					tally__bodies_type_text(b->walk, actual));
}

static void report_type(const struct bodies *b, bool message)
{
	struct place root = {.kind = MISMATCH_BODY_TYPE, .name = "$"};
	struct place place = b->frame->parent ? tally__bodies_place(b) : root;
	const char *expected = tally__bodies_type_text(b->walk, &b->expected->type);
	const char *actual = tally__bodies_type_text(b->walk, &b->actual_type);
	struct operand e = {.text = expected, .len = strlen(expected)};
	struct operand a = {.text = actual, .len = strlen(actual)};

	if (message) {
		tally__walk_report(b->walk, &place, "equality", &e, &a,
				   "Expected message with content type %s but was %s",
				   tally__walk_shown(b->walk, expected),
				   tally__walk_shown(b->walk, actual));
	} else {
		tally__walk_report(b->walk, &place, "equality", &e, &a,
				   "Expected a body of '%s' but the actual content type was '%s'",
				   tally__walk_shown(b->walk, expected),
				   tally__walk_shown(b->walk, actual));
	}
}

/* ---- one comparison for each type ---- */

/* The actual body as JSON, in *parsed when it is made here; NULL when it is none, which has been
 * reported then. */
static const cJSON *actual_json(const struct bodies *b, cJSON **parsed)
{
	struct tally_error why = TALLY_ERROR_INIT;
	char text[512];
	int status = 0;

	if (b->actual->json) {
		return b->actual->json;
	}
	if (b->actual->state == BODY_NULL) {
		*parsed = cJSON_CreateNull();
		if (!*parsed) {
			tally__walk_fail(b->walk, TALLY_ENOMEM);
		}
		return *parsed;
	}
	status = tally_json_parse(parsed, b->actual_bytes, b->actual_len, &why);
	if (status == TALLY_ENOMEM) {
		tally__walk_fail(b->walk, TALLY_ENOMEM);
	} else if (status != 0) {
		tally_error_format(&why, text, sizeof text);
		tally__bodies_report_unparsable(b, "actual", text);
	}
	return status == 0 ? *parsed : NULL;
}

static void compare_json(const struct bodies *b)
{
	cJSON *parsed = NULL;
	const cJSON *actual = NULL;

	if (b->expected->unparsable) {
		tally__bodies_report_unparsable(b, "expected", b->expected->unparsable);
		return;
	}
	actual = actual_json(b, &parsed);
	if (actual) {
		tally__match_json(b->walk, b->frame, b->reach, b->expected->json, actual);
	}
	cJSON_Delete(parsed);
}

static void compare_xml(const struct bodies *b)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct xml_document actual;
	char text[512];
	int status = 0;

	if (b->expected->unparsable) {
		tally__bodies_report_unparsable(b, "expected", b->expected->unparsable);
		return;
	}
	status = tally__xml_parse(&actual, b->actual_bytes, b->actual_len, &why);
	if (status == 0) {
		tally__match_xml(b->walk, b->frame, b->reach, &b->expected->xml, &actual);
	} else if (status == TALLY_EPARSE || status == TALLY_ELIMIT) {
		tally_error_format(&why, text, sizeof text);
		tally__bodies_report_unparsable(b, "actual", text);
	} else {
		tally__fail(b->walk->error, status, "%s", why.message);
		tally__walk_fail(b->walk, status);
	}
	tally__xml_release(&actual);
}

/* Under application/graphql stands a query, or the JSON object that a query is sent in. */
static void compare_graphql(const struct bodies *b)
{
	if (b->expected->json) {
		compare_json(b);
	} else {
		tally__match_graphql(b);
	}
}

/* The first row that accepts the expected type. */
static const struct comparison {
	bool (*accepts)(const struct mime *type);
	void (*compare)(const struct bodies *bodies);
} comparisons[] = {
	{tally__mime_is_json, compare_json},
	{tally__mime_is_xml, compare_xml},
	{tally__mime_is_form, tally__match_form},
	{tally__mime_is_multipart, tally__match_multipart},
	{tally__mime_is_graphql, compare_graphql},
	{tally__mime_is_text, tally__match_text},
	{tally__mime_is_binary, tally__match_binary},
	{is_any, tally__match_text},
};

/* Whether all that is said of the body is what its bytes begin with. */
static bool has_only_content_type_rule(const struct bodies *b)
{
	bool cascaded = false;
	const struct rule_list *list = tally__reach_select(b->reach, b->frame->depth, &cascaded);

	if (!list || cascaded || b->reach->count > 0) {
		return false;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->rules[i].kind->name, "contentType") == 0) {
			return true;
		}
	}
	return false;
}

static void compare_contents(const struct bodies *b)
{
	if (has_only_content_type_rule(b)) {
		tally__match_binary(b);
		return;
	}
	for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
		if (comparisons[i].accepts(&b->expected->type)) {
			comparisons[i].compare(b);
			return;
		}
	}
}

/* ---- presence ---- */

/* A JSON null that came over the wire is what a contract file says with null. */
static enum body_state wire_state(const struct bodies *b)
{
	const char *start = b->actual_bytes;
	size_t len = b->actual_len;

	if (b->actual->state != BODY_PRESENT) {
		return b->actual->state;
	}
	if (b->actual->json) {
		return cJSON_IsNull(b->actual->json) ? BODY_NULL : BODY_PRESENT;
	}
	while (len > 0 && strchr(" \t\r\n", *start) && *start) {
		start++;
		len--;
	}
	while (len > 0 && strchr(" \t\r\n", start[len - 1]) && start[len - 1]) {
		len--;
	}
	if (len == 4 && memcmp(start, "null", 4) == 0 && tally__mime_is_json(&b->actual_type)) {
		return BODY_NULL;
	}
	return BODY_PRESENT;
}

static void report_presence(const struct bodies *b, const char *before, bool show_actual,
			    const char *after)
{
	struct place root = {.kind = MISMATCH_BODY, .name = "/"};
	struct place place = b->frame->parent ? tally__bodies_place(b) : root;
	struct operand e = tally__bodies_expected(b);
	struct operand a = tally__bodies_actual(b);
	struct buf *text = tally__walk_message(b->walk, &place);

	if (text) {
		tally__buf_adds(text, before);
		tally__display_value(text, show_actual ? &a : &e);
		tally__buf_adds(text, after);
	}
	tally__walk_report_text(b->walk, &place, "equality", e.text ? &e : NULL,
				show_actual ? &a : NULL);
}

static void compare_presence(const struct bodies *b)
{
	enum body_state expected = b->expected->body->state;
	enum body_state actual = wire_state(b);

	if (expected == BODY_MISSING) {
		return;
	}
	if (expected != BODY_PRESENT) {
		if (actual == BODY_PRESENT) {
			report_presence(b, "Expected empty body but received ", true, "");
		}
	} else if (actual == BODY_MISSING) {
		report_presence(b, "Expected body ", false, " but was missing");
	} else if (actual == BODY_EMPTY) {
		report_presence(b, "Expected body ", false, " but was empty");
	} else {
		compare_contents(b);
	}
}

void tally__bodies_match(const struct bodies *b, bool message)
{
	/* Nothing to say on the type of what is not there, or must not be. */
	if (b->actual->state != BODY_PRESENT || b->expected->body->state != BODY_PRESENT ||
	    types_agree(b, message)) {
		compare_presence(b);
	} else {
		report_type(b, message);
	}
}

/* JSON that was parsed already is compared as it is, unless it is its bytes that count. */
static bool needs_bytes(const struct bodies *b)
{
	if (b->actual->state != BODY_PRESENT) {
		return false;
	}
	return !b->actual->json || !tally__mime_is_json(&b->expected->type) ||
	       has_only_content_type_rule(b);
}

void tally__match_body(struct walk *walk, const struct expected_body *expected,
		       const struct body *actual, const char *declared, bool message)
{
	struct frame root = {.depth = 1};
	struct reach reach = {0};
	struct bodies b = {.walk = walk,
			   .expected = expected,
			   .actual = actual,
			   .actual_bytes = "",
			   .frame = &root,
			   .reach = &reach};
	int status = tally__body_type(&b.actual_type, actual, declared, &walk->arena, walk->error);

	if (status == 0 && !tally__reach_root(walk, expected->rules->body, &reach)) {
		return;
	}
	if (status == 0 && needs_bytes(&b)) {
		status = tally__body_bytes(actual, &walk->arena, &b.actual_bytes, &b.actual_len,
					   walk->error);
	}
	if (status == 0) {
		tally__bodies_match(&b, message);
	} else {
		tally__walk_fail(walk, status);
	}
	tally__reach_leave(walk, &reach);
}

/* Reads content that is compared as a tree; that it cannot be read is told when it is compared. */
static int init_tree(struct expected_body *out, struct arena *arena, struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	char text[512];
	int status = 0;

	if (tally__mime_is_xml(&out->type)) {
		status = tally__xml_parse(&out->xml, out->bytes, out->len, &why);
	} else {
		out->json = out->body->json;
		if (!out->json) {
			status = tally_json_parse(&out->owned, out->bytes, out->len, &why);
			out->json = out->owned;
		}
	}
	if (status == 0) {
		return 0;
	}
	if (status != TALLY_EPARSE && status != TALLY_ELIMIT) {
		return tally__fail(error, status, "%s", why.message);
	}
	tally_error_format(&why, text, sizeof text);
	out->unparsable = tally__arena_strdup(arena, text);
	return out->unparsable ? 0 : tally__fail_nomem(error);
}

static bool is_container(const cJSON *json)
{
	return cJSON_IsObject(json) || cJSON_IsArray(json);
}

/* A query as such begins with a brace too; what is no JSON is a query. */
static int init_graphql(struct expected_body *out, struct tally_error *error)
{
	int status = 0;

	if (is_container(out->body->json)) {
		out->json = out->body->json;
		return 0;
	}
	status = tally_json_parse(&out->owned, out->bytes, out->len, NULL);
	if (status == 0 && is_container(out->owned)) {
		out->json = out->owned;
	}
	return status == TALLY_ENOMEM ? tally__fail_nomem(error) : 0;
}

int tally__expected_body_init_at(struct expected_body *out, struct arena *arena,
				 const struct body *body, const char *declared, unsigned depth,
				 struct tally_error *error)
{
	int status = 0;

	*out = (struct expected_body){.body = body, .bytes = ""};
	status = tally__body_type(&out->type, body, declared, arena, error);
	/* Hardly ever somebody asks for the text of what is compared as JSON. */
	if (status == 0 && body->state == BODY_PRESENT && body->json && !body->bytes &&
	    tally__mime_is_json(&out->type)) {
		out->bytes = NULL;
	} else if (status == 0 && body->state == BODY_PRESENT) {
		status = tally__body_bytes(body, arena, &out->bytes, &out->len, error);
	}
	if (status != 0) {
		return status == TALLY_ENOMEM ? tally__fail_nomem(error) : status;
	}
	if (body->state == BODY_PRESENT &&
	    (tally__mime_is_json(&out->type) || tally__mime_is_xml(&out->type))) {
		return init_tree(out, arena, error);
	}
	if (body->state == BODY_PRESENT && tally__mime_is_graphql(&out->type)) {
		return init_graphql(out, error);
	}
	if (body->state == BODY_PRESENT && tally__mime_is_multipart(&out->type)) {
		return tally__expected_parts_init(out, arena, depth, error);
	}
	return 0;
}

int tally__expected_body_init(struct expected_body *out, struct arena *arena,
			      const struct body *body, const char *declared,
			      const struct rules *rules, struct tally_error *error)
{
	int status = tally__expected_body_init_at(out, arena, body, declared, 0, error);

	out->rules = rules;
	return status;
}

void tally__expected_body_release(struct expected_body *expected)
{
	cJSON_Delete(expected->owned);
	expected->owned = NULL;
	tally__xml_release(&expected->xml);
	tally__expected_parts_release(expected->parts);
}
