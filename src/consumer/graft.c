/* What a trial gave takes the place of what an interaction has: nodes move, nothing is made, so
 * nothing can fail. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "consumer/expectations.h"

const struct named_member tally__member_headers = {"headers", "header", NAMES_WITHOUT_CASE};
const struct named_member tally__member_query = {"query", "query", NAMES_EXACT};
const struct named_member tally__member_metadata = {"metadata", "metadata", NAMES_IN_PATHS};

const char *tally__kind_text(enum tally_interaction_kind kind)
{
	switch (kind) {
	case TALLY_HTTP:
		return "Synchronous/HTTP";
	case TALLY_ASYNC_MESSAGE:
		return "Asynchronous/Messages";
	case TALLY_SYNC_MESSAGE:
		break;
	}
	return "Synchronous/Messages";
}

cJSON *tally__part_of(enum tally_interaction_kind kind, cJSON *json, enum tally_part part)
{
	cJSON *found;

	if (kind == TALLY_ASYNC_MESSAGE)
		return json;
	found = tally__json_get(json, part == TALLY_PART_REQUEST ? "request" : "response");
	if (cJSON_IsArray(found))
		return found->child ? found->child->prev : NULL;
	return found;
}

static bool same_name(const struct named_member *member, const char *a, const char *b)
{
	return member->names == NAMES_WITHOUT_CASE ? tally__text_equal_nocase(a, b)
						   : strcmp(a, b) == 0;
}

cJSON *tally__named_get(const cJSON *part, const struct named_member *member, const char *name)
{
	cJSON *found = NULL;

	cJSON_ArrayForEach(found, tally__json_get(part, member->name))
	{
		if (same_name(member, found->string, name))
			return found;
	}
	return NULL;
}

/* ---- making ready: all that allocates ---- */

/* In a part, objects without members say nothing, and may stay when something fails. */
static cJSON *object_in(cJSON *object, const char *name)
{
	cJSON *found = tally__json_get(object, name);

	if (found)
		return found;
	found = cJSON_CreateObject();
	return tally__json_put(object, name, found) == 0 ? found : NULL;
}

static const char *const rule_members[] = {"matchingRules", "generators"};

static int ready_step(cJSON *to, const struct graft_step *step)
{
	const char *category = step->named ? step->named->category : step->category;

	if (step->named && !object_in(to, step->named->name))
		return TALLY_ENOMEM;
	for (size_t i = 0; i < 2; i++) {
		cJSON *rules = object_in(to, rule_members[i]);

		if (!rules || !object_in(rules, category))
			return TALLY_ENOMEM;
	}
	return 0;
}

/* ---- moving ---- */

/* Puts the member in place of the one of the same name; nothing when there is none. */
static void move(cJSON *to, cJSON *from, const char *name)
{
	cJSON *item = tally__json_get(from, name);

	if (!item)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(to, name);
	cJSON_DetachItemViaPointer(from, item);
	cJSON_AddItemToArray(to, item); /* keeps its name */
}

void tally__graft(cJSON *to, cJSON *from, const char *const names[])
{
	/* Where nothing is on the way, all of the rest comes: the trial has nothing else. */
	for (; names[1] && tally__json_get(to, *names); names++) {
		to = tally__json_get(to, *names);
		from = tally__json_get(from, *names);
	}
	move(to, from, *names);
}

static void move_member(cJSON *to, cJSON *from, const struct graft_step *step)
{
	cJSON_DeleteItemFromObjectCaseSensitive(to, step->name);
	move(to, from, step->name);
	for (size_t i = 0; i < 2; i++) {
		cJSON *rules = tally__json_get(to, rule_members[i]);

		cJSON_DeleteItemFromObjectCaseSensitive(rules, step->category);
		move(rules, tally__json_get(from, rule_members[i]), step->category);
	}
}

/* ---- names ---- */

/* Whether a path leads to a member of this name at the root, or to something in it: "$.name",
 * "$['name']", "name", with more behind. */
static bool leads_to(const char *path, const char *name)
{
	char quote = '\0';
	size_t len;

	path += *path == '$';
	path += *path == '.';
	if (*path == '[' && (path[1] == '\'' || path[1] == '"')) {
		quote = path[1];
		path += 2;
	}
	if (!quote) {
		len = strcspn(path, ".[");
		return len == strlen(name) && memcmp(path, name, len) == 0;
	}
	for (; *path && *path != quote; path++, name++) {
		path += *path == '\\' && path[1];
		if (*path != *name)
			return false;
	}
	return *path && !*name;
}

static bool is_for(const struct named_member *member, const char *place, const char *name)
{
	return member->names == NAMES_IN_PATHS ? leads_to(place, name)
					       : same_name(member, place, name);
}

/* The object in which the rules or generators of a member are, by name or path. */
static cJSON *places_in(const cJSON *part, const char *rules, const struct named_member *member)
{
	return tally__json_get(tally__json_get(part, rules), member->category);
}

static void drop_places(cJSON *part, const char *rules, const struct named_member *member,
			const char *name)
{
	cJSON *places = places_in(part, rules, member);
	cJSON *next;

	for (cJSON *each = places ? places->child : NULL; each; each = next) {
		next = each->next;
		if (is_for(member, each->string, name))
			cJSON_Delete(cJSON_DetachItemViaPointer(places, each));
	}
}

static bool has_places(const cJSON *part, const struct named_member *member, const char *name)
{
	for (size_t i = 0; i < 2; i++) {
		const cJSON *each = NULL;

		cJSON_ArrayForEach(each, places_in(part, rule_members[i], member))
		{
			if (is_for(member, each->string, name))
				return true;
		}
	}
	return false;
}

/* All that the trial has, which knows no other name. */
static void move_places(cJSON *to, cJSON *from, const char *rules,
			const struct named_member *member)
{
	cJSON *places = places_in(from, rules, member);

	while (places && places->child) {
		cJSON *item = cJSON_DetachItemViaPointer(places, places->child);

		cJSON_AddItemToArray(places_in(to, rules, member), item); /* keeps its name */
	}
}

static void move_named(cJSON *to, cJSON *from, const struct graft_step *step)
{
	const struct named_member *member = step->named;
	cJSON *values = tally__json_get(to, member->name);
	cJSON *old = tally__named_get(to, member, step->name);
	bool keeps_rules = step->keeps_rules && has_places(to, member, step->name);

	cJSON_Delete(cJSON_DetachItemViaPointer(values, old));
	move(values, tally__json_get(from, member->name), step->name);
	for (size_t i = 0; i < 2 && !keeps_rules; i++) {
		drop_places(to, rule_members[i], member, step->name);
		move_places(to, from, rule_members[i], member);
	}
}

int tally__graft_all(cJSON *to, cJSON *from, const struct graft_step *steps, size_t count,
		     struct tally_error *error)
{
	for (size_t i = 0; i < count; i++)
		if (ready_step(to, &steps[i]) != 0)
			return tally__fail_nomem(error);
	for (size_t i = 0; i < count; i++) {
		if (steps[i].named)
			move_named(to, from, &steps[i]);
		else
			move_member(to, from, &steps[i]);
	}
	return 0;
}
