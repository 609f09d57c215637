#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "matching/display.h"
#include "matching/match_multipart.h"
#include "matching/values.h"

/* ---- what is expected ---- */

/* Content that has places of its own for rules. */
static bool is_structured(const struct mime *type)
{
	return tally__mime_is_json(type) || tally__mime_is_xml(type) || tally__mime_is_form(type) ||
	       tally__mime_is_multipart(type);
}

/* A part with a file name is a file, and so is one that no form knows. */
static bool is_field(const struct multipart_part *part)
{
	return part->disposition && !part->filename;
}

static struct body part_body(const char *bytes, size_t len)
{
	return (struct body){
		.state = len > 0 ? BODY_PRESENT : BODY_EMPTY, .bytes = bytes, .len = len};
}

static int prepare_part(struct expected_part *out, const struct multipart_part *part,
			struct arena *arena, unsigned depth, struct tally_error *error)
{
	const char *declared = tally__multipart_header(part, "Content-Type");
	const char *bytes = NULL;
	size_t len = 0;
	int status = tally__multipart_content(part, arena, &bytes, &len);

	if (status != 0 && status != TALLY_EPARSE) {
		return tally__fail_nomem(error);
	}
	out->part = *part;
	out->body = part_body(bytes ? bytes : part->body, bytes ? len : part->body_len);
	out->is_field = is_field(part);
	if (status == 0) {
		status = tally__expected_body_init_at(&out->content, arena, &out->body, declared,
						      depth + 1, error);
	} else {
		out->content = (struct expected_body){.body = &out->body,
						      .bytes = out->body.bytes,
						      .len = out->body.len,
						      .unparsable = "it is not base64"};
		status = tally__body_type(&out->content.type, &out->body, declared, arena, error);
	}
	out->is_structured = declared && is_structured(&out->content.type);
	return status;
}

static int prepare_parts(struct expected_parts *out, const struct multipart *parsed,
			 struct arena *arena, unsigned depth, struct tally_error *error)
{
	struct map names; /* to the last part of the name */
	int status = 0;

	tally__map_init(&names);
	for (size_t i = 0; i < parsed->count && status == 0; i++) {
		const char *name = parsed->parts[i].name;
		struct expected_part *item = &out->items[i];
		const struct expected_part *before =
			name ? tally__map_get(&names, name, strlen(name)) : NULL;

		item->index = i;
		item->occurrence = before ? before->occurrence + 1 : 0;
		out->count = i + 1;
		status = prepare_part(item, &parsed->parts[i], arena, depth, error);
		if (status == 0 && name && tally__map_put(&names, name, strlen(name), item) != 0) {
			status = tally__fail_nomem(error);
		}
	}
	tally__map_release(&names);
	return status;
}

/* The parts of a body of this type; TALLY_EPARSE and TALLY_ELIMIT are reasons to tell. */
static int parse_parts(struct multipart *out, struct arena *arena, const struct mime *type,
		       const char *bytes, size_t len, struct tally_error *error)
{
	const char *boundary = tally__mime_param(type, "boundary");

	if (!boundary) {
		return tally__fail(error, TALLY_EPARSE,
				   "expected a boundary with the content type, such as "
				   "multipart/form-data; boundary=x, found none");
	}
	return tally__multipart_parse(out, arena, bytes, len, boundary, error);
}

int tally__expected_parts_init(struct expected_body *out, struct arena *arena, unsigned depth,
			       struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct expected_parts *parts = NULL;
	struct multipart parsed = {0};
	int status = 0;

	if (depth >= LIMIT_PART_DEPTH) {
		out->unparsable = "multipart bodies stand too deep in one another";
		return 0;
	}
	status = parse_parts(&parsed, arena, &out->type, out->bytes, out->len, &why);
	if (status == TALLY_EPARSE || status == TALLY_ELIMIT) {
		out->unparsable = tally__arena_strdup(arena, why.message);
		return out->unparsable ? 0 : tally__fail_nomem(error);
	}
	parts = tally__arena_alloc(arena, sizeof *parts);
	if (status != 0 || !parts) {
		return tally__fail_nomem(error);
	}
	parts->items = tally__arena_alloc_array(arena, parsed.count + 1, sizeof *parts->items);
	if (!parts->items) {
		return tally__fail_nomem(error);
	}
	out->parts = parts;
	return prepare_parts(parts, &parsed, arena, depth, error);
}

void tally__expected_parts_release(struct expected_parts *parts)
{
	for (size_t i = 0; parts && i < parts->count; i++) {
		tally__expected_body_release(&parts->items[i].content);
	}
}

/* ---- one part ---- */

/* A pair that is compared. */
struct pair {
	const struct bodies *outer;
	const struct expected_part *expected;
	const struct multipart_part *actual;
	struct frame frame;
	struct reach reach;
	const char *prefix;
	const char *bytes; /* of the actual content, decoded */
	size_t len;
};

static struct place pair_place(const struct pair *pair)
{
	return (struct place){.kind = MISMATCH_BODY, .frame = &pair->frame, .prefix = pair->prefix};
}

/* Headers that are looked up in a map; fewer are walked along. */
#define FEW_HEADERS 8

struct header_index {
	const struct multipart_part *part;
	struct map names; /* in lower case, to the const char * of the first value */
	bool used;
};

static const char *lower_name(struct walk *walk, const char *name)
{
	char *copy = tally__arena_strdup(&walk->arena, name);

	for (char *c = copy; c && *c; c++) {
		*c = tally__text_lower(*c);
	}
	if (!copy) {
		tally__walk_fail(walk, TALLY_ENOMEM);
	}
	return copy;
}

/* The index is to be released in every case. */
static bool index_headers(struct walk *walk, const struct multipart_part *part,
			  struct header_index *out)
{
	const char **values = NULL;

	*out = (struct header_index){.part = part, .used = part->header_count > FEW_HEADERS};
	tally__map_init(&out->names);
	if (!out->used) {
		return true;
	}
	values = tally__arena_alloc_array(&walk->arena, part->header_count, sizeof *values);
	for (size_t i = 0; values && i < part->header_count; i++) {
		const char *name = lower_name(walk, part->headers[i].name);

		values[i] = part->headers[i].value;
		if (!name || !tally__map_add(&out->names, name, strlen(name), &values[i])) {
			values = NULL;
		}
	}
	return values || tally__walk_fail(walk, TALLY_ENOMEM);
}

static const char *find_header(struct walk *walk, const struct header_index *headers,
			       const char *name)
{
	const char *lower = NULL;
	const char **value = NULL;

	if (!headers->used) {
		return tally__multipart_header(headers->part, name);
	}
	lower = lower_name(walk, name);
	value = lower ? tally__map_get(&headers->names, lower, strlen(lower)) : NULL;
	return value ? *value : NULL;
}

static void compare_header(const struct pair *pair, const struct multipart_header *wanted,
			   const char *found)
{
	struct walk *walk = pair->outer->walk;
	struct place place = pair_place(pair);
	struct operand e = tally__operand_text(wanted->value);
	struct operand a = tally__operand_text(found);

	if (!found) {
		tally__walk_report(walk, &place, "equality", &e, NULL,
				   "Expected a header '%s' but was missing",
				   tally__walk_shown(walk, wanted->name));
	} else if (!tally__header_values_equal(wanted->name, wanted->value, found)) {
		tally__header_report(walk, &place, wanted->name, "", &e, &a);
	}
}

/* Content-Disposition has said which part it is; how content is encoded and of what type it is may
 * go without saying. */
static bool is_compared(const char *name, const char *wanted, const char *found, bool as_text)
{
	if (tally__text_equal_nocase(name, "Content-Disposition")) {
		return false;
	}
	if (tally__text_equal_nocase(name, "Content-Type")) {
		/* Otherwise the types are compared with the contents. */
		return found && as_text;
	}
	if (tally__text_equal_nocase(name, "Content-Transfer-Encoding")) {
		return found && !tally__text_equal_nocase(found, wanted);
	}
	return true;
}

static void compare_headers(const struct pair *pair, bool as_text)
{
	struct walk *walk = pair->outer->walk;
	const struct multipart_part *expected = &pair->expected->part;
	struct header_index headers;

	if (index_headers(walk, pair->actual, &headers)) {
		for (size_t i = 0; i < expected->header_count && tally__walk_step(walk); i++) {
			const struct multipart_header *wanted = &expected->headers[i];
			const char *found = find_header(walk, &headers, wanted->name);

			if (is_compared(wanted->name, wanted->value, found, as_text)) {
				compare_header(pair, wanted, found);
			}
		}
	}
	tally__map_release(&headers.names);
}

/* The list for a field: that for the n-th of its name before that for all. */
static const struct rule_list *field_rules(struct pair *pair, bool *cascaded)
{
	struct walk *walk = pair->outer->walk;
	size_t depth = pair->frame.depth;
	const struct rule_list *list = tally__reach_select(&pair->reach, depth, cascaded);
	struct reach child = {0};
	char text[24];
	int len = 0;

	if (pair->reach.count > 0) {
		len = snprintf(text, sizeof text, "%zu", pair->expected->occurrence);
		if (tally__reach_child(walk, &pair->reach, depth, text, (size_t)len, true,
				       &child) &&
		    child.best != pair->reach.best) {
			list = tally__reach_select(&child, depth + 1, cascaded);
		}
		tally__reach_leave(walk, &child);
	}
	return list;
}

static void compare_field(struct pair *pair)
{
	struct walk *walk = pair->outer->walk;
	const struct expected_body *expected = &pair->expected->content;
	struct place place = pair_place(pair);
	struct operand e = {.text = expected->bytes, .len = expected->len};
	struct operand a = {.text = pair->bytes, .len = pair->len};
	bool cascaded = false;
	const struct rule_list *list = field_rules(pair, &cascaded);

	if (list) {
		tally__walk_apply(walk, &place, list, cascaded, &e, &a);
	} else if (e.len != a.len || (e.len > 0 && memcmp(e.text, a.text, e.len) != 0)) {
		tally__values_report_unequal(walk, &place, &e, &a);
	}
}

/* Whether there are rules for the field as a text, and none for what is in it. */
static bool has_text_rules(const struct pair *pair)
{
	bool cascaded = false;
	const struct rule_list *list =
		tally__reach_select(&pair->reach, pair->frame.depth, &cascaded);

	if (!list || cascaded || pair->reach.count > 0) {
		return false;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (list->rules[i].kind->on_map == CONTAINER_UNABLE || list->rules[i].regex ||
		    list->rules[i].invalid) {
			return true;
		}
	}
	return false;
}

/* A file, or a field that has a type. */
static void compare_content(const struct pair *pair)
{
	struct walk *walk = pair->outer->walk;
	const char *declared = tally__multipart_header(pair->actual, "Content-Type");
	struct body actual = part_body(pair->bytes, pair->len);
	struct bodies b = {.walk = walk,
			   .expected = &pair->expected->content,
			   .actual = &actual,
			   .actual_type = pair->expected->content.type,
			   .actual_bytes = pair->bytes,
			   .actual_len = pair->len,
			   .frame = &pair->frame,
			   .reach = &pair->reach,
			   .prefix = pair->expected->is_field ? pair->prefix : NULL};
	int status = 0;

	if (declared) {
		status = tally__body_type(&b.actual_type, &actual, declared, &walk->arena,
					  walk->error);
	}
	if (status != 0) {
		tally__walk_fail(walk, status);
		return;
	}
	tally__bodies_match(&b, false);
}

/* Whether what is no base64 is the same on both sides, byte for byte. */
static bool is_same_content(const struct pair *pair)
{
	const struct multipart_part *expected = &pair->expected->part;

	return expected->body_len == pair->actual->body_len &&
	       (expected->body_len == 0 ||
		memcmp(expected->body, pair->actual->body, expected->body_len) == 0);
}

/* Servers hand out files elsewhere than fields.  The other way round the name of the file may be
 * missing: RFC 7578 (4.2) does not ask for one. */
static bool is_file_for_field(const struct pair *pair)
{
	struct place place = pair_place(pair);
	struct operand e = {.text = pair->expected->content.bytes,
			    .len = pair->expected->content.len};
	struct walk *walk = pair->outer->walk;

	if (!pair->expected->is_field || is_field(pair->actual)) {
		return false;
	}
	place.prefix = NULL;
	tally__walk_report(
		walk, &place, "equality", &e, NULL, "Expected a MIME field '%s' but was file",
		tally__walk_shown(walk,
				  pair->expected->part.name ? pair->expected->part.name : ""));
	return true;
}

static void compare_pair(struct pair *pair)
{
	struct walk *walk = pair->outer->walk;
	struct place place = pair_place(pair);
	bool as_text = pair->expected->is_field &&
		       (!pair->expected->is_structured || has_text_rules(pair));
	int status = 0;

	if (is_file_for_field(pair)) {
		return;
	}
	compare_headers(pair, as_text);
	status = tally__multipart_content(pair->actual, &walk->arena, &pair->bytes, &pair->len);
	if (status == TALLY_EPARSE) {
		struct operand e = {.text = pair->expected->content.bytes,
				    .len = pair->expected->content.len};
		struct operand a = {.text = pair->actual->body, .len = pair->actual->body_len};

		if (!is_same_content(pair)) {
			tally__walk_report(walk, &place, "equality", &e, &a,
					   "Failed to parse the actual body: 'it is not base64'");
		}
	} else if (status != 0) {
		tally__walk_fail(walk, status);
	} else if (as_text) {
		compare_field(pair);
	} else {
		compare_content(pair);
	}
}

/* ---- all parts ---- */

/* How the parts that came are found: those of one name in a chain, of which each is taken once. */
struct arrived {
	struct multipart list;
	size_t *next; /* part of the same name, + 1 */
	struct map names;
};

static bool index_parts(struct walk *walk, struct arrived *arrived)
{
	size_t count = arrived->list.count;

	arrived->next = tally__arena_alloc_array(&walk->arena, count + 1, sizeof *arrived->next);
	if (!arrived->next) {
		return tally__walk_fail(walk, TALLY_ENOMEM);
	}
	/* From behind, so that chains are in order. */
	for (size_t i = count; i-- > 0;) {
		const char *name = arrived->list.parts[i].name;
		struct map_entry *entry = NULL;

		if (!name) {
			continue;
		}
		entry = tally__map_add(&arrived->names, name, strlen(name), NULL);
		if (!entry) {
			return tally__walk_fail(walk, TALLY_ENOMEM);
		}
		arrived->next[i] =
			entry->value ? (size_t)((size_t *)entry->value - arrived->next) + 1 : 0;
		entry->value = &arrived->next[i];
	}
	return true;
}

/* The part that belongs to an expected one; NULL when it is missing. */
static const struct multipart_part *take_part(struct arrived *arrived,
					      const struct expected_part *expected)
{
	const char *name = expected->part.name;
	struct map_entry *entry = NULL;
	size_t found = 0;

	if (!name) {
		if (expected->index >= arrived->list.count ||
		    arrived->list.parts[expected->index].name) {
			return NULL;
		}
		return &arrived->list.parts[expected->index];
	}
	entry = tally__map_find(&arrived->names, name, strlen(name));
	if (!entry || !entry->value) {
		return NULL;
	}
	found = (size_t)((size_t *)entry->value - arrived->next);
	entry->value = arrived->next[found] ? &arrived->next[arrived->next[found] - 1] : NULL;
	return &arrived->list.parts[found];
}

static void report_missing(const struct bodies *b, const struct frame *frame, const char *key,
			   const struct expected_part *expected)
{
	struct place place = {.kind = MISMATCH_BODY, .frame = frame};
	struct operand e = {.text = expected->content.bytes, .len = expected->content.len};
	struct operand shown = tally__operand_text(key);
	struct buf *text = tally__walk_message(b->walk, &place);

	if (text) {
		tally__buf_adds(text, "Expected a MIME part ");
		tally__display_value(text, &shown);
		if (expected->occurrence > 0) {
			tally__buf_addf(text, " (number %zu of that name)",
					expected->occurrence + 1);
		}
		tally__buf_adds(text, " but was missing");
	}
	tally__walk_report_text(b->walk, &place, "equality", &e, NULL);
}

static void match_part(const struct bodies *b, struct arrived *arrived,
		       const struct expected_part *expected)
{
	struct walk *walk = b->walk;
	const char *name = expected->part.name;
	const char *key = name ? name : tally__arena_printf(&walk->arena, "%zu", expected->index);
	struct pair pair = {.outer = b,
			    .expected = expected,
			    .actual = take_part(arrived, expected),
			    .frame = {.parent = b->frame,
				      .key = name,
				      .index = expected->index,
				      .depth = b->frame->depth + 1}};
	size_t len = key ? strlen(key) : 0;

	if (key) {
		pair.prefix = tally__arena_printf(&walk->arena,
						  "MIME part '%s': ", tally__walk_shown(walk, key));
	}
	if (!pair.prefix) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return;
	}
	if (!pair.actual) {
		report_missing(b, &pair.frame, key, expected);
		return;
	}
	if (tally__reach_child(walk, b->reach, b->frame->depth, key, len,
			       tally__path_is_index(key, len), &pair.reach)) {
		compare_pair(&pair);
	}
	tally__reach_leave(walk, &pair.reach);
}

void tally__match_multipart(const struct bodies *b)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct arrived arrived = {0};
	const struct expected_parts *parts = b->expected->parts;
	int status = 0;

	if (b->expected->unparsable) {
		if (!tally__bodies_are_equal(b)) {
			tally__bodies_report_unparsable(b, "expected", b->expected->unparsable);
		}
		return;
	}
	status = parse_parts(&arrived.list, &b->walk->arena, &b->actual_type, b->actual_bytes,
			     b->actual_len, &why);
	if (status == TALLY_EPARSE || status == TALLY_ELIMIT) {
		tally__bodies_report_unparsable(b, "actual", why.message);
		return;
	}
	if (status != 0) {
		tally__walk_fail(b->walk, status);
		return;
	}
	tally__map_init(&arrived.names);
	if (index_parts(b->walk, &arrived)) {
		for (size_t i = 0; i < parts->count && tally__walk_step(b->walk); i++) {
			match_part(b, &arrived, &parts->items[i]);
		}
	}
	tally__map_release(&arrived.names);
}
