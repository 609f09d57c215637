/* One record's members, and the names in them. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "broker/records.h"

/* Whole numbers up to here are exact in a double. */
#define NUMBER_MAX 9007199254740991.0

int tally__record_damaged(const struct record *record, const char *name, const char *expected,
			  struct tally_error *error)
{
	return tally__fail_at(error, TALLY_EPARSE, record->path, 0, 0,
			      "this record of the broker is damaged: \"%s\" should be %s; git log "
			      "on the file says who changed it",
			      name, expected);
}

int tally__record_optional_text(const struct record *record, const char *name, const char **out,
				struct tally_error *error)
{
	const cJSON *member = tally__json_get(record->json, name);

	if (member != NULL && !cJSON_IsString(member))
		return tally__record_damaged(record, name, "a text", error);
	*out = member != NULL ? member->valuestring : NULL;
	return 0;
}

int tally__record_text(const struct record *record, const char *name, const char **out,
		       struct tally_error *error)
{
	int status = tally__record_optional_text(record, name, out, error);

	if (status == 0 && (*out == NULL || **out == '\0'))
		status = tally__record_damaged(record, name, "a text", error);
	return status;
}

int tally__record_number(const struct record *record, const char *name, int64_t *out,
			 struct tally_error *error)
{
	const cJSON *member = tally__json_get(record->json, name);

	if (!cJSON_IsNumber(member) || tally__json_kind(member) != JSON_INTEGER ||
	    !(member->valuedouble >= 0 && member->valuedouble <= NUMBER_MAX))
		return tally__record_damaged(record, name, "a whole number", error);
	*out = (int64_t)member->valuedouble;
	return 0;
}

int tally__record_optional_array(const struct record *record, const char *name, const cJSON **out,
				 struct tally_error *error)
{
	const cJSON *member = tally__json_get(record->json, name);

	if (member != NULL && !cJSON_IsArray(member))
		return tally__record_damaged(record, name, "an array", error);
	*out = member;
	return 0;
}

int tally__record_array(const struct record *record, const char *name, const cJSON **out,
			struct tally_error *error)
{
	int status = tally__record_optional_array(record, name, out, error);

	if (status == 0 && *out == NULL)
		status = tally__record_damaged(record, name, "an array", error);
	return status;
}

int tally__record_set(struct record *record, const char *name, cJSON *value,
		      struct tally_error *error)
{
	const cJSON *old = tally__json_get(record->json, name);

	if (value == NULL)
		return tally__fail_nomem(error);
	if (old != NULL && tally__json_equal(old, value)) {
		cJSON_Delete(value);
		return 0;
	}
	if (record->json == NULL)
		record->json = cJSON_CreateObject();
	if (record->json == NULL) {
		cJSON_Delete(value);
		return tally__fail_nomem(error);
	}
	if (old != NULL)
		cJSON_DeleteItemFromObjectCaseSensitive(record->json, name);
	record->changed = true;
	return tally__json_put(record->json, name, value) != 0 ? tally__fail_nomem(error) : 0;
}

int tally__record_set_text(struct record *record, const char *name, const char *value,
			   struct tally_error *error)
{
	return tally__record_set(record, name, cJSON_CreateString(value), error);
}

int tally__record_set_number(struct record *record, const char *name, int64_t value,
			     struct tally_error *error)
{
	return tally__record_set(record, name, cJSON_CreateNumber((double)value), error);
}

void tally__record_remove(struct record *record)
{
	if (record->json == NULL)
		return;
	cJSON_Delete(record->json);
	record->json = NULL;
	record->changed = true;
}

void tally__record_unset(struct record *record, const char *name)
{
	if (tally__json_get(record->json, name) == NULL)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(record->json, name);
	record->changed = true;
}

int tally__record_remove_text(struct record *record, const char *name, const char *value,
			      struct tally_error *error)
{
	const cJSON *old = NULL, *item;
	cJSON *list;
	int failed = 0, status = tally__record_optional_array(record, name, &old, error);

	if (status != 0 || old == NULL)
		return status;
	list = cJSON_CreateArray();
	cJSON_ArrayForEach(item, old)
	{
		if (!cJSON_IsString(item) || strcmp(item->valuestring, value) != 0)
			failed |= tally__json_append(list, tally__json_clone(item));
	}
	if (list == NULL || failed != 0) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	status = tally__record_set(record, name, list, error);
	if (status == 0 && tally__json_get(record->json, name)->child == NULL)
		tally__record_unset(record, name);
	return status;
}

int tally__record_add_text(struct record *record, const char *name, const char *value, bool *added,
			   struct tally_error *error)
{
	const cJSON *old = NULL, *item;
	cJSON *list;
	int status = tally__record_optional_array(record, name, &old, error);

	if (status != 0)
		return status;
	if (added != NULL)
		*added = false;
	cJSON_ArrayForEach(item, old)
	{
		if (cJSON_IsString(item) && strcmp(item->valuestring, value) == 0)
			return 0;
	}
	list = old != NULL ? tally__json_clone(old) : cJSON_CreateArray();
	if (list == NULL || tally__json_append(list, cJSON_CreateString(value)) != 0) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	if (added != NULL)
		*added = true;
	return tally__record_set(record, name, list, error);
}

int tally__name_check(const char *name, const char *what, struct tally_error *error)
{
	size_t len;
	bool blank = true;

	if (name == NULL || *name == '\0')
		return tally__fail(error, TALLY_EINVAL, "the %s is missing: give its name", what);
	len = strnlen(name, LIMIT_NAME_BYTES + 1);
	if (len > LIMIT_NAME_BYTES)
		return tally__fail(error, TALLY_EINVAL,
				   "the %s has more than %d bytes: \"%.40s…\"; use a shorter name",
				   what, LIMIT_NAME_BYTES, name);
	for (size_t at = 0, step; at < len; at += step) {
		step = tally__utf8_char_len(name + at, len - at);
		if (step == 0)
			return tally__fail(error, TALLY_EINVAL,
					   "the %s is not UTF-8 at byte %zu: \"%s\"", what, at + 1,
					   name);
		if (tally__text_printable_len(name + at, len - at) == 0)
			return tally__fail(error, TALLY_EINVAL,
					   "the %s has a control character, or one that cannot be "
					   "seen, at byte %zu: \"%s\"; names are one line of "
					   "visible text",
					   what, at + 1, name);
		blank = blank && name[at] == ' ';
	}
	if (blank)
		return tally__fail(error, TALLY_EINVAL,
				   "the %s is blank: names have at least one visible character",
				   what);
	return 0;
}
