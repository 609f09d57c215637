/* What is set is tried out first: read, checked and written as if it came from a file. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "consumer/entry.h"
#include "consumer/expectations.h"
#include "format/path_text.h"

/* ---- values ---- */

/* The node becomes the value that its text says. */
static int read_raw(cJSON *node, const char *pointer, struct tally_error *error)
{
	const char *text = node->valuestring ? node->valuestring : "";
	cJSON *made = NULL;
	cJSON held;
	int status = tally_json_parse(&made, text, strlen(text), error);

	if (status != 0) {
		tally__error_within(error, pointer);
		return status;
	}
	/* What is released with `made` is what the node had: its text, unless that was lent. */
	held = *node;
	node->child = made->child;
	node->valuestring = made->valuestring;
	node->valueint = made->valueint;
	node->valuedouble = made->valuedouble;
	node->type = (made->type & 0xFF) | (held.type & cJSON_StringIsConst);
	made->child = NULL;
	made->valuestring = held.valuestring;
	made->type = cJSON_Raw | (held.type & cJSON_IsReference);
	cJSON_Delete(made);
	return 0;
}

static int read_raws(cJSON *node, unsigned levels, struct buf *pointer, struct tally_error *error)
{
	size_t mark = pointer->len;
	size_t index = 0;
	int status = tally__buf_status(pointer, error);

	if (status == 0 && cJSON_IsRaw(node))
		return read_raw(node, pointer->bytes, error);
	if (status == 0 && node->child && levels == 0)
		return tally__fail_at(error, TALLY_ELIMIT, "", 0, 0,
				      "values are nested in more than %d levels", LIMIT_JSON_DEPTH);
	for (cJSON *child = node->child; child && status == 0; child = child->next) {
		if (cJSON_IsArray(node))
			tally__buf_addf(pointer, "/%zu", index++);
		else
			tally__pointer_add(pointer, child->string ? child->string : "");
		status = read_raws(child, levels - 1, pointer, error);
		tally__buf_truncate(pointer, mark);
	}
	return status;
}

/* Written and read again, it is what a file would have given: strict, and with exact numbers. */
static int read_again(const cJSON *value, cJSON **out, struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;
	int status = tally_json_write(&text, &len, value, TALLY_JSON_COMPACT, error);

	if (status != 0)
		return status;
	/* Line and column would be those of a text that nobody has seen. */
	status = tally_json_parse(out, text, len, &why);
	tally_free(text);
	return status ? tally__fail(error, status, "%s", why.message) : 0;
}

int tally__value_settle(cJSON *value, cJSON **settled, struct tally_error *error)
{
	struct buf pointer;
	int status;

	tally__buf_init(&pointer, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&pointer, "");
	status = read_raws(value, LIMIT_JSON_DEPTH, &pointer, error);
	tally__buf_release(&pointer);
	return status ? status : read_again(value, settled, error);
}

/* ---- interactions ---- */

/* The levels of a contract file around an interaction. */
enum { LEVELS_AROUND = 2 };

/* As it will be written; what no version but the fourth can say, others refuse here. */
static int write_interaction(const struct interaction *model, enum tally_spec spec, cJSON **written,
			     struct tally_error *error)
{
	cJSON *other = NULL;
	cJSON *made = NULL;
	int status = 0;

	if (spec != TALLY_SPEC_V4)
		status = tally__interaction_write(model, spec, &other, error);
	cJSON_Delete(other);
	if (status == 0)
		status = tally__interaction_write(model, TALLY_SPEC_V4, &made, error);
	if (status == 0 && !tally__json_is_shallow(made, LIMIT_JSON_DEPTH - LEVELS_AROUND)) {
		cJSON_Delete(made);
		return tally__fail(error, TALLY_ELIMIT,
				   "the contract file would have more than %d levels",
				   LIMIT_JSON_DEPTH);
	}
	if (status == 0)
		*written = made;
	return status;
}

int tally__interaction_try(enum tally_spec spec, size_t index, cJSON *json, cJSON **written,
			   struct tally_error *error)
{
	const char *description = tally__json_get_string(json, "description");
	struct interaction model = {0};
	struct arena arena;
	cJSON *settled = NULL;
	int status = json ? tally__value_settle(json, &settled, error) : tally__fail_nomem(error);
	bool has_place = false;

	tally__arena_init(&arena, 0);
	if (status == 0) {
		status = tally__expectation_read(&model, &arena, settled, index, error);
		has_place = status != 0;
	}
	if (status == 0)
		status = tally__interaction_check(&model, error);
	if (status == 0)
		status = write_interaction(&model, spec, written, error);
	if (status != 0 && !has_place)
		tally__error_in_interaction(error, index, description);
	tally__arena_release(&arena);
	cJSON_Delete(settled);
	cJSON_Delete(json);
	return status;
}

int tally__interaction_try_members(const struct tally_interaction *interaction, cJSON *members,
				   cJSON **written, struct tally_error *error)
{
	const char *description = tally__json_get_string(interaction->json, "description");
	int status = members ? 0 : TALLY_ENOMEM;

	if (status == 0)
		status = tally__json_put(members, "type",
					 cJSON_CreateString(tally__kind_text(interaction->kind)));
	if (status == 0)
		status = tally__json_put(members, "description", cJSON_CreateString(description));
	/* Without a request it is none. */
	if (status == 0 && interaction->kind != TALLY_ASYNC_MESSAGE &&
	    !tally__json_get(members, "request"))
		status = tally__json_put(members, "request", cJSON_CreateObject());
	if (status != 0) {
		cJSON_Delete(members);
		return tally__fail_nomem(error);
	}
	return tally__interaction_try(interaction->owner->spec, interaction->index, members,
				      written, error);
}

/* Empty responses before this one give it its number. */
static cJSON *response_list(const struct tally_interaction *interaction, cJSON *members)
{
	const cJSON *there = tally__json_get(interaction->json, "response");
	cJSON *list = cJSON_CreateArray();
	int status = list ? 0 : TALLY_ENOMEM;

	for (const cJSON *each = there ? there->child : NULL; each && each->next && status == 0;
	     each = each->next)
		status = tally__json_append(list, cJSON_CreateObject());
	if (tally__json_append(list, members) == 0 && status == 0)
		return list;
	cJSON_Delete(list);
	return NULL;
}

int tally__interaction_try_part(const struct tally_interaction *interaction, enum tally_part part,
				cJSON *members, cJSON **written, struct tally_error *error)
{
	bool is_response = part == TALLY_PART_RESPONSE;

	if (interaction->kind != TALLY_ASYNC_MESSAGE) {
		if (is_response && interaction->kind == TALLY_SYNC_MESSAGE)
			members = response_list(interaction, members);
		members = tally__object_of(is_response ? "response" : "request", members);
	}
	return tally__interaction_try_members(interaction, members, written, error);
}

/* ---- calls ---- */

int tally__call_begin(const struct tally_interaction *interaction, struct tally_error *error)
{
	return tally__call_check(interaction, "an interaction", error);
}

int tally__call_fail(const struct tally_interaction *interaction, struct tally_error *error,
		     int code, const char *pointer, const char *message)
{
	tally__fail_at(error, code, pointer, 0, 0, "%s", message);
	tally__error_in_interaction(error, interaction->index,
				    tally__json_get_string(interaction->json, "description"));
	return code;
}

static const char *wrong_part(const struct tally_interaction *interaction, enum tally_part part)
{
	bool is_message = part == TALLY_PART_MESSAGE;

	if (part != TALLY_PART_REQUEST && part != TALLY_PART_RESPONSE && !is_message)
		return "expected TALLY_PART_REQUEST, TALLY_PART_RESPONSE or TALLY_PART_MESSAGE";
	if (interaction->kind == TALLY_ASYNC_MESSAGE)
		return is_message ? NULL
				  : "an asynchronous message has one part: TALLY_PART_MESSAGE";
	return is_message ? "a request and its response are no TALLY_PART_MESSAGE" : NULL;
}

int tally__call_part(const struct tally_interaction *interaction, enum tally_part part,
		     const struct named_member *member, struct tally_error *error)
{
	const char *wrong = wrong_part(interaction, part);
	bool is_http = interaction->kind == TALLY_HTTP;

	if (!wrong && member == &tally__member_metadata && is_http)
		wrong = "HTTP has headers, and no metadata";
	else if (!wrong && member == &tally__member_headers && !is_http)
		wrong = "a message has metadata, and no headers";
	else if (!wrong && member == &tally__member_query && !is_http)
		wrong = "a message has no query";
	return wrong ? tally__call_fail(interaction, error, TALLY_EINVAL, "", wrong) : 0;
}

cJSON *tally__object_of(const char *name, cJSON *value)
{
	cJSON *object = cJSON_CreateObject();

	if (tally__json_put(object, name, value) == 0)
		return object;
	cJSON_Delete(object);
	return NULL;
}
