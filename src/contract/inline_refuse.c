/* Contract files have no matchers inside their values; where one stands there, it is a file of
 * expectations, and would be taken for a contract that expects the matcher itself. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "contract/inline_body.h"
#include "contract/reader.h"

/* A message may have no contents. */
static bool is_message(const cJSON *interaction)
{
	return tally__json_get(interaction, "contents") ||
	       tally__json_get(interaction, tally__metadata_member(interaction));
}

/* A message is a part itself; requests and responses are parts below their interaction. */
int tally__interaction_parts_each(cJSON *interaction, enum tally_spec spec, struct arena *arena,
				  struct buf *pointer, part_visitor *visit,
				  struct tally_error *error)
{
	static const char *const names[] = {"request", "response"};
	size_t mark = pointer->len;
	int status = 0;

	for (size_t i = 0; i < 2 && status == 0; i++) {
		cJSON *part = tally__json_get(interaction, names[i]);
		bool is_list = cJSON_IsArray(part);
		size_t number = 0;

		for (part = is_list ? part->child : part; part && status == 0;
		     part = is_list ? part->next : NULL) {
			tally__pointer_add(pointer, names[i]);
			if (is_list)
				tally__pointer_add_index(pointer, number++);
			status = tally__buf_status(pointer, error);
			if (status == 0)
				status = visit(part, spec, arena, pointer->bytes, error);
			tally__buf_truncate(pointer, mark);
		}
	}
	if (status == 0 && is_message(interaction))
		status = visit(interaction, spec, arena, pointer->bytes, error);
	return status;
}

int tally__parts_each(const cJSON *document, enum tally_spec spec, struct arena *arena,
		      part_visitor *visit, struct tally_error *error)
{
	static const char *const lists[] = {"interactions", "messages"};
	struct buf pointer;
	int status = 0;

	tally__buf_init(&pointer, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < 2 && status == 0; i++) {
		const cJSON *list = tally__json_get(document, lists[i]);
		size_t index = 0;

		for (cJSON *item = cJSON_IsArray(list) ? list->child : NULL; item && status == 0;
		     item = item->next) {
			tally__buf_clear(&pointer);
			tally__pointer_add(&pointer, lists[i]);
			tally__pointer_add_index(&pointer, index++);
			status = tally__interaction_parts_each(item, spec, arena, &pointer, visit,
							       error);
		}
	}
	tally__buf_release(&pointer);
	return status;
}

static bool is_matcher(const cJSON *value)
{
	const cJSON *type = tally__json_get(value, INLINE_MATCHER);

	return cJSON_IsString(type) || cJSON_IsArray(type) ||
	       cJSON_IsString(tally__json_get(value, INLINE_GENERATOR));
}

/* Leaves the pointer at the first matcher; false when there is none. */
static bool find_matcher(const cJSON *value, struct buf *pointer)
{
	size_t mark = pointer->len;
	size_t index = 0;

	if (cJSON_IsObject(value) && is_matcher(value))
		return true;
	for (const cJSON *child = value ? value->child : NULL; child; child = child->next) {
		if (child->string)
			tally__pointer_add(pointer, child->string);
		else
			tally__pointer_add_index(pointer, index++);
		if (find_matcher(child, pointer))
			return true;
		tally__buf_truncate(pointer, mark);
	}
	return false;
}

static int refuse_part(cJSON *part, enum tally_spec spec, struct arena *arena, const char *pointer,
		       struct tally_error *error)
{
	const char *const members[] = {"method", "path",    "status",
				       "query",  "headers", tally__metadata_member(part),
				       "body",   "contents"};
	struct buf place;
	int status = 0;

	(void)arena;
	tally__buf_init(&place, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members) && status == 0; i++) {
		cJSON *value = tally__json_get(part, members[i]);
		bool wrapped = false;

		tally__buf_clear(&place);
		tally__buf_adds(&place, pointer);
		tally__pointer_add(&place, members[i]);
		if (i >= 6)
			value = tally__part_body_value(spec, value, &wrapped);
		if (wrapped)
			tally__pointer_add(&place, "content");
		if (!find_matcher(value, &place))
			continue;
		status = tally__buf_status(&place, error);
		if (status == 0)
			status = tally__fail_at(
				error, TALLY_EPARSE, place.bytes, 0, 0,
				"found a matcher inside a value: this is a file of expectations, "
				"and no contract yet; run your tests with \"tally mock\", which "
				"makes the contract of it");
	}
	tally__buf_release(&place);
	return status;
}

int tally__inline_refuse(const cJSON *document, struct tally_error *error)
{
	struct reader reader = {.part = "", .error = NULL};
	enum tally_spec spec = TALLY_SPEC_UNKNOWN;
	struct arena arena;
	int status;

	if (!tally__has_inline(document))
		return 0;
	tally__arena_init(&arena, 0);
	reader.arena = &arena;
	/* What is wrong with the version is said when the contract is read. */
	(void)tally__reader_spec(&reader, document, &spec);
	status = tally__parts_each(document, spec, &arena, refuse_part, error);
	tally__arena_release(&arena);
	return status;
}
