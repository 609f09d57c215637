/* The flat form of version 2: one rule for each path, "$.body.name" or "$.headers.Name". */
#include "config.h"

#include <string.h>

#include "contract/rules_lift.h"

static int put(const struct reader *reader, cJSON *object, const char *name, cJSON *item)
{
	return tally__json_put(object, name, item) ? tally__fail_nomem(reader->error) : 0;
}

/* Whether a bracket at `text` opens a segment of its own: an index, which drops out, or a name. */
static bool is_segment(const char *text)
{
	size_t inside = strspn(text + 1, "0123456789*");

	return (inside > 0 && text[inside + 1] == ']') || text[1] == '\'';
}

/* Copies what stands behind "." to `name`: up to the next segment, other brackets included. */
static const char *copy_dotted(const char *text, char *name)
{
	while (*text && *text != '.' && !(*text == '[' && is_segment(text)))
		*name++ = *text++;
	*name = '\0';
	return text;
}

/* Copies what stands behind "['" to `name`; NULL when the bracket is not closed. */
static const char *copy_quoted(const char *text, char *name)
{
	while (*text && strncmp(text, "']", 2) != 0) {
		if (*text == '\\' && (text[1] == '\\' || text[1] == '\''))
			text++;
		*name++ = *text++;
	}
	*name = '\0';
	return *text ? text + 2 : NULL;
}

/* Takes the name of a header or parameter (".name", "['name']") off `*cursor`; NULL when there is
 * none, or memory is short (*status). */
static char *take_name(struct arena *arena, const char **cursor, int *status)
{
	bool quoted = strncmp(*cursor, "['", 2) == 0;
	const char *start = *cursor + (quoted ? 2 : 1);
	char *name;

	*status = 0;
	if (!quoted && **cursor != '.')
		return NULL;
	name = tally__arena_alloc(arena, strlen(start) + 1);
	if (!name) {
		*status = TALLY_ENOMEM;
		return NULL;
	}
	start = quoted ? copy_quoted(start, name) : copy_dotted(start, name);
	if (!start || !*name)
		return NULL;
	*cursor = start;
	return name;
}

/* Takes ".category" off `*cursor`.  No category has a bracket in its name: `$.query[x]` is a path
 * of `query`, and not a category that nobody knows. */
static char *take_category(struct arena *arena, const char **cursor, int *status)
{
	size_t len;
	char *name;

	if (**cursor != '.')
		return take_name(arena, cursor, status);
	*status = 0;
	len = strcspn(*cursor + 1, ".[");
	if (len == 0)
		return NULL;
	name = tally__arena_memdup(arena, *cursor + 1, len);
	if (name)
		*cursor += len + 1;
	else
		*status = TALLY_ENOMEM;
	return name;
}

struct flat_key {
	const char *category;
	const char *name; /* "" for a category without names */
	enum category_form form;
};

static int parse_flat_key(struct lifter *lifter, const char *key, struct flat_key *out)
{
	const struct reader *reader = lifter->reader;
	const char *cursor = key + 1;
	int status = 0;
	char *field = *key == '$' ? take_category(reader->arena, &cursor, &status) : NULL;

	if (field && *field == '$')
		return tally__lifter_refuse_category(lifter, key, field);
	if (field) {
		out->category = tally__category_name(field, &out->form);
		if (out->form == FORM_SINGLE) {
			out->name = "";
			return 0;
		}
		if (out->form == FORM_PATHS)
			out->name = tally__arena_printf(reader->arena, "$%s", cursor);
		else
			out->name = take_name(reader->arena, &cursor, &status);
		if (out->name)
			return 0;
		if (out->form == FORM_PATHS)
			status = TALLY_ENOMEM;
	}
	if (status != 0)
		return tally__fail_nomem(reader->error);
	return tally__reader_failf(reader, key,
				   "expected a path such as $.body.name, $.headers.Name, "
				   "$.query.name or $.path");
}

/* The list of matchers that a flat key adds to. */
static int flat_list(struct lifter *lifter, const struct flat_key *key, cJSON **out)
{
	char *map_key = tally__arena_printf(lifter->reader->arena, "%zu %s %s",
					    strlen(key->category), key->category, key->name);
	size_t key_len = map_key ? strlen(map_key) : 0;
	cJSON *category;
	cJSON *entry;

	if (!map_key)
		return tally__fail_nomem(lifter->reader->error);
	*out = tally__map_get(&lifter->lists, map_key, key_len);
	if (*out)
		return 0;
	entry = tally__rule_entry_new(out);
	if (!entry)
		return tally__fail_nomem(lifter->reader->error);
	if (key->form == FORM_SINGLE) {
		if (put(lifter->reader, lifter->out, key->category, entry) != 0)
			return TALLY_ENOMEM;
	} else {
		category = tally__lifter_category(lifter, key->category);
		if (!category) {
			cJSON_Delete(entry);
			return tally__lifter_category_failure(lifter);
		}
		if (put(lifter->reader, category, key->name, entry) != 0)
			return TALLY_ENOMEM;
	}
	return tally__map_put(&lifter->lists, map_key, key_len, *out)
		       ? tally__fail_nomem(lifter->reader->error)
		       : 0;
}

int tally__lifter_take_flat(struct lifter *lifter, cJSON *rules)
{
	cJSON *next;

	for (cJSON *rule = rules->child; rule; rule = next) {
		struct flat_key key = {.category = "", .name = ""};
		cJSON *list = NULL;
		int status = tally__lifter_count(lifter);

		next = rule->next;
		if (status == 0 && !cJSON_IsObject(rule))
			status = tally__reader_fail(lifter->reader, rule->string, rule,
						    "a matching rule such as "
						    "{\"match\": \"type\"}");
		if (status == 0)
			status = parse_flat_key(lifter, rule->string, &key);
		if (status == 0)
			status = flat_list(lifter, &key, &list);
		if (status != 0)
			return status;
		cJSON_DetachItemViaPointer(rules, rule);
		cJSON_AddItemToArray(list, rule);
	}
	return 0;
}
