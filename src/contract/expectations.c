/* Expectations: a contract file with matchers inside its values.  They are taken out, then the rest
 * is read as the contract that it is. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"
#include "contract/inline_body.h"
#include "contract/reader.h"

/* Other tools hand matchers over as JSON text where a value is one string: "{\"pact:matcher:type\":
 * …}".  *value is replaced by what it says. */
static int unfold_text(struct extractor *extractor, cJSON **value)
{
	cJSON *made = NULL;
	int status;

	if (!cJSON_IsString(*value) || *(*value)->valuestring != '{' ||
	    !strstr((*value)->valuestring, "\"pact:"))
		return 0;
	status =
		tally_json_parse(&made, (*value)->valuestring, strlen((*value)->valuestring), NULL);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(extractor->error);
	if (status != 0)
		return tally__extractor_fail(extractor, NULL,
					     "expected the JSON text of a matcher: what looks like "
					     "one cannot be read");
	cJSON_Delete(*value);
	*value = made;
	return 0;
}

/* Whether there is nothing to take out of a value, which is its own example then. */
static bool is_plain(const cJSON *value)
{
	if (cJSON_IsString(value))
		return *value->valuestring != '{';
	return !tally__has_inline(value);
}

/* {"value": […]} says several values of a name as the bare list does. */
static int unfold_values(struct extractor *extractor, cJSON **value)
{
	cJSON *inner = tally__json_get(*value, "value");
	int status = unfold_text(extractor, value);

	if (status != 0 || !cJSON_IsObject(*value) || (*value)->child != inner || !inner ||
	    inner->next)
		return status;
	cJSON_DetachItemViaPointer(*value, inner);
	cJSON_Delete(*value);
	*value = inner;
	return 0;
}

/* Takes the matchers out of a member of `object`, which stays where it is. */
static int take_member(struct extractor *extractor, cJSON *object, const char *name,
		       const char *category, const char *path)
{
	cJSON *value = tally__json_get(object, name);
	size_t mark = extractor->pointer.len;
	cJSON *example = NULL;
	int status;

	if (!value || is_plain(value))
		return 0;
	cJSON_DetachItemViaPointer(object, value);
	tally__pointer_add(&extractor->pointer, name);
	status = tally__extractor_begin(extractor, category, path);
	if (status == 0 && !extractor->has_paths)
		status = unfold_text(extractor, &value);
	if (status == 0)
		status = tally__extractor_take(extractor, value, &example);
	else
		cJSON_Delete(value);
	if (status == 0)
		status = tally__extractor_replace(extractor, object, name, example);
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

/* 1 when both are the same but for their examples, 0 when not, or TALLY_ENOMEM. */
static int same_rules(const cJSON *a, const cJSON *b)
{
	cJSON *left, *right;
	int same = TALLY_ENOMEM;

	if (!tally__is_inline(a) || !tally__is_inline(b))
		return tally__is_inline(a) == tally__is_inline(b);
	left = tally__json_clone(a);
	right = tally__json_clone(b);
	if (left && right) {
		cJSON_DeleteItemFromObjectCaseSensitive(left, "value");
		cJSON_DeleteItemFromObjectCaseSensitive(right, "value");
		same = tally__json_equal(left, right);
	}
	cJSON_Delete(left);
	cJSON_Delete(right);
	return same;
}

/* A contract has one set of rules for a name, which each of its values has to satisfy. */
static int check_values(struct extractor *extractor, const cJSON *values)
{
	const cJSON *value;

	if (!cJSON_IsArray(values))
		return 0;
	cJSON_ArrayForEach(value, values)
	{
		int same = same_rules(values->child, value);

		if (same < 0)
			return tally__fail_nomem(extractor->error);
		if (same == 0)
			return tally__extractor_fail(
				extractor, NULL,
				"the values of one name share their rules: give all of them the "
				"same matcher, or put one matcher around the list");
	}
	return 0;
}

/* The same of each value of a name; an object may also say several of them. */
static bool are_plain(const cJSON *values)
{
	const cJSON *value;

	cJSON_ArrayForEach(value, values)
	{
		if (cJSON_IsObject(value) || !is_plain(value))
			return false;
	}
	return true;
}

/* Rules belong to single values; what says one of a whole part would be kept as a member. */
static int fail_whole(struct extractor *extractor, const char *member)
{
	return tally__extractor_fail(extractor, member,
				     "a matcher stands in place of several values: give each of "
				     "them its own");
}

/* Members that have a name each, whose rules go under that name. */
static int take_named(struct extractor *extractor, cJSON *part, const char *member,
		      const char *category)
{
	cJSON *values = tally__json_get(part, member);
	size_t mark = extractor->pointer.len;
	cJSON *taken;
	int status = 0;

	if (!cJSON_IsObject(values))
		return 0;
	if (tally__is_inline(values))
		return fail_whole(extractor, member);
	if (are_plain(values))
		return 0;
	taken = cJSON_CreateObject();
	if (!taken)
		return tally__fail_nomem(extractor->error);
	tally__pointer_add(&extractor->pointer, member);
	while (status == 0 && values->child) {
		cJSON *value = cJSON_DetachItemViaPointer(values, values->child);
		char *name = tally__arena_strdup(extractor->arena, value->string);
		cJSON *example = NULL;
		size_t inner = extractor->pointer.len;

		if (!name) {
			cJSON_Delete(value);
			status = tally__fail_nomem(extractor->error);
			break;
		}
		tally__pointer_add(&extractor->pointer, name);
		status = unfold_values(extractor, &value);
		if (status == 0)
			status = check_values(extractor, value);
		if (status == 0)
			status = tally__extractor_begin(extractor, category, name);
		if (status == 0)
			status = tally__extractor_take(extractor, value, &example);
		else
			cJSON_Delete(value);
		if (status == 0 && tally__json_put(taken, name, example) != 0)
			status = tally__fail_nomem(extractor->error);
		tally__buf_truncate(&extractor->pointer, inner);
	}
	tally__buf_truncate(&extractor->pointer, mark);
	if (status != 0) {
		cJSON_Delete(taken);
		return status;
	}
	return tally__extractor_replace(extractor, part, member, taken);
}

/* Moves what was collected into the part's own member; where both have a category, that is
 * refused. */
static int give(struct extractor *extractor, cJSON *part, const char *member, cJSON **collected)
{
	cJSON *own = tally__json_get(part, member);
	cJSON *made = *collected;

	if (!made)
		return 0;
	*collected = NULL;
	if (!cJSON_IsObject(own) || !own->child)
		return tally__extractor_replace(extractor, part, member, made);
	while (made->child) {
		cJSON *category = cJSON_DetachItemViaPointer(made, made->child);

		if (*own->child->string == '$' || tally__json_get(own, category->string)) {
			int status = tally__extractor_fail(
				extractor, member,
				"\"%s\" is given here and inside the values: keep one of them",
				category->string);

			cJSON_Delete(category);
			cJSON_Delete(made);
			return status;
		}
		cJSON_AddItemToArray(own, category); /* keeps the category's name */
	}
	cJSON_Delete(made);
	return 0;
}

static int take_part(cJSON *part, enum tally_spec spec, struct arena *arena, const char *pointer,
		     struct tally_error *error)
{
	struct extractor extractor;
	int status = 0;

	if (!cJSON_IsObject(part))
		return 0;
	tally__extractor_init(&extractor, arena, pointer, error);
	if (tally__is_inline(part))
		status = fail_whole(&extractor, NULL);
	if (status == 0)
		status = take_member(&extractor, part, "method", "method", "");
	if (status == 0)
		status = take_member(&extractor, part, "path", "path", "");
	if (status == 0)
		status = take_member(&extractor, part, "status", "status", "");
	if (status == 0)
		status = take_named(&extractor, part, "query", "query");
	if (status == 0)
		status = take_named(&extractor, part, "headers", "header");
	if (status == 0)
		status = take_member(&extractor, part, tally__metadata_member(part), "metadata",
				     "$");
	if (status == 0)
		status = tally__part_body_take(&extractor, spec, part, "body");
	if (status == 0)
		status = tally__part_body_take(&extractor, spec, part, "contents");
	if (status == 0)
		status = give(&extractor, part, "matchingRules", &extractor.rules);
	if (status == 0)
		status = give(&extractor, part, "generators", &extractor.generators);
	tally__extractor_release(&extractor);
	return status;
}

/* Takes `document` in every case. */
static int read_document(struct tally_contract **out, cJSON *document, struct tally_error *error)
{
	enum tally_spec spec = TALLY_SPEC_UNKNOWN;
	struct arena arena;
	struct reader reader = {.arena = &arena, .part = "", .error = error};
	bool inline_matchers = tally__has_inline(document);
	struct tally_error first = TALLY_ERROR_INIT;
	int status = inline_matchers ? tally__inline_refuse(document, &first) : 0;

	tally__arena_init(&arena, 0);
	status = status == TALLY_ENOMEM ? tally__fail_nomem(error)
					: tally__reader_spec(&reader, document, &spec);
	if (status == 0)
		status = tally__parts_each(document, spec, &arena, take_part, error);
	tally__arena_release(&arena);
	if (status != 0) {
		cJSON_Delete(document);
		return status;
	}
	status = tally__contract_take(out, document, error);
	if (status != 0)
		return status;
	(*out)->inline_matchers = inline_matchers;
	if (*first.where)
		(*out)->inline_at = tally__arena_strdup(&(*out)->arena, first.where);
	if (*first.where && !(*out)->inline_at) {
		tally_contract_free(*out);
		*out = NULL;
		return tally__fail_nomem(error);
	}
	return 0;
}

int tally__expectation_read(struct interaction *out, struct arena *arena, cJSON *json, size_t index,
			    struct tally_error *error)
{
	struct reader reader = {.arena = arena, .spec = TALLY_SPEC_V4, .part = "", .error = error};
	struct buf pointer;
	int status;

	tally__buf_init(&pointer, LIMIT_DOCUMENT_BYTES);
	status = tally__interaction_parts_each(json, TALLY_SPEC_V4, arena, &pointer, take_part,
					       error);
	tally__buf_release(&pointer);
	if (status == 0)
		return tally__reader_interaction(&reader, json, index, false, out);
	tally__error_in_interaction(error, index, tally__json_get_string(json, "description"));
	return status;
}

int tally_expectations_parse(struct tally_contract **out, const char *text, size_t len,
			     struct tally_error *error)
{
	cJSON *document;
	int status = tally__call_check(text, "JSON text", error);

	if (status == 0)
		status = tally_json_parse(&document, text, len, error);
	return status ? status : read_document(out, document, error);
}

int tally_expectations_read_file(struct tally_contract **out, const char *path,
				 struct tally_error *error)
{
	cJSON *document;
	int status = tally__call_check(path, "a file's path", error);

	if (status == 0)
		status = tally_json_read_file(&document, path, error);
	if (status != 0)
		return status;
	status = read_document(out, document, error);
	if (status != 0)
		tally__error_within(error, path);
	return status;
}
