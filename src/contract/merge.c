/* The union of two contracts, interaction by interaction. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "contract/conflict.h"
#include "contract/label.h"

/* Conflicting interactions that are named beside the one that is shown. */
enum { OTHERS_SHOWN = 5 };

/* What the members of a group say that say the same. */
struct content {
	size_t taken_by; /* an interaction of the second contract + 1, or 0 */
};

/* Interactions of the first contract that are one and the same to tools: those of one key, or, of
 * those without a key, of one kind, description and list of states. */
struct group {
	size_t first, last;   /* indexes; the members are linked */
	bool is_read;         /* its members have their content */
	struct content whole; /* when all of it is taken, whatever it says */
};

/* An interaction of the first contract. */
struct member {
	struct group *group;
	struct content *content; /* NULL: nobody asked */
	size_t next;             /* of the group + 1, or 0 */
};

struct conflict {
	const struct interaction *a, *b;
};

struct merge {
	const struct tally_contract *a, *b;
	enum tally_save_mode mode;
	const char *const *names;
	struct arena arena;
	struct map by_key;      /* key to group */
	struct map by_identity; /* identity to the first group with it */
	struct map unkeyed;     /* identity to group, only groups without a key */
	struct map contents;    /* group and text to content */
	struct member *members; /* by index into a */
	struct conflict *conflicts;
	size_t conflict_count;
	struct tally_error *error;
};

static void merge_init(struct merge *merge)
{
	tally__arena_init(&merge->arena, 0);
	tally__map_init(&merge->by_key);
	tally__map_init(&merge->by_identity);
	tally__map_init(&merge->unkeyed);
	tally__map_init(&merge->contents);
}

static void merge_release(struct merge *merge)
{
	tally__map_release(&merge->by_key);
	tally__map_release(&merge->by_identity);
	tally__map_release(&merge->unkeyed);
	tally__map_release(&merge->contents);
	tally__arena_release(&merge->arena);
}

static struct group *look_up(const struct map *map, const char *text)
{
	return tally__map_get(map, text, strlen(text));
}

/* The first of a name stays. */
static bool note(struct map *map, const char *text, struct group *group)
{
	return tally__map_add(map, text, strlen(text), group) != NULL;
}

static int add_first(struct merge *merge, size_t index)
{
	const struct interaction *interaction = &merge->a->interactions[index];
	const char *key = interaction->key;
	const char *identity = tally__interaction_identity(&merge->arena, interaction);
	struct group *group;

	if (!identity)
		return tally__fail_nomem(merge->error);
	group = key ? look_up(&merge->by_key, key) : look_up(&merge->unkeyed, identity);
	if (group) {
		merge->members[group->last].next = index + 1;
	} else {
		group = tally__arena_alloc(&merge->arena, sizeof(*group));
		if (!group)
			return tally__fail_nomem(merge->error);
		group->first = index;
	}
	group->last = index;
	merge->members[index].group = group;
	if (!note(&merge->by_identity, identity, group) ||
	    !note(key ? &merge->by_key : &merge->unkeyed, key ? key : identity, group))
		return tally__fail_nomem(merge->error);
	return 0;
}

/* The group that an interaction of the second contract belongs to: *found, or NULL. */
static int find_group(struct merge *merge, const struct interaction *interaction,
		      struct group **found)
{
	const char *identity = tally__interaction_identity(&merge->arena, interaction);

	if (!identity)
		return tally__fail_nomem(merge->error);
	*found = interaction->key ? look_up(&merge->by_key, interaction->key) : NULL;
	if (!*found)
		*found =
			look_up(interaction->key ? &merge->unkeyed : &merge->by_identity, identity);
	return 0;
}

/* The number of the group and all that the interaction says, as a text; NULL when that fails.  Not
 * a digest: the library for that takes longer to load than many contracts take to merge. */
static char *content_text(struct merge *merge, const struct group *group,
			  const struct interaction *interaction, int *status)
{
	struct buf text;
	char *copy = NULL;

	tally__buf_init(&text, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	tally__buf_addf(&text, "%zu ", group->first);
	*status = tally__interaction_text(interaction, &text, merge->error);
	if (*status == 0) {
		copy = tally__arena_memdup(&merge->arena, text.bytes, text.len);
		if (!copy)
			*status = tally__fail_nomem(merge->error);
	}
	tally__buf_release(&text);
	return copy;
}

/* Texts are made of what has a counterpart, and of nothing else. */
static int read_group(struct merge *merge, struct group *group)
{
	int status = 0;

	if (group->is_read)
		return 0;
	group->is_read = true;
	for (size_t at = group->first + 1; at != 0; at = merge->members[at - 1].next) {
		char *text = content_text(merge, group, &merge->a->interactions[at - 1], &status);
		struct map_entry *entry;

		if (!text)
			return status;
		entry = tally__map_add(&merge->contents, text, strlen(text), NULL);
		if (entry && !entry->value)
			entry->value = tally__arena_alloc(&merge->arena, sizeof(struct content));
		if (!entry || !entry->value)
			return tally__fail_nomem(merge->error);
		merge->members[at - 1].content = entry->value;
	}
	return 0;
}

/* Looks at one interaction of the second contract: what of the first it takes the place of. */
static int add_second(struct merge *merge, size_t index)
{
	const struct interaction *interaction = &merge->b->interactions[index];
	struct group *group = NULL;
	struct content *content;
	char *text;
	int status = find_group(merge, interaction, &group);

	if (status != 0 || !group)
		return status;
	if (merge->mode == TALLY_SAVE_OVERWRITE) {
		group->whole.taken_by = index + 1;
		return 0;
	}
	status = read_group(merge, group);
	if (status != 0)
		return status;
	text = content_text(merge, group, interaction, &status);
	if (!text)
		return status;
	content = tally__map_get(&merge->contents, text, strlen(text));
	if (!content)
		merge->conflicts[merge->conflict_count++] =
			(struct conflict){&merge->a->interactions[group->first], interaction};
	else if (!content->taken_by)
		content->taken_by = index + 1;
	return 0;
}

/* The interaction of the second contract that takes the place of one of the first, + 1; or 0. */
static size_t taken_by(const struct merge *merge, size_t index)
{
	const struct member *member = &merge->members[index];

	if (merge->mode == TALLY_SAVE_OVERWRITE)
		return member->group->whole.taken_by;
	return member->content ? member->content->taken_by : 0;
}

/* ---- Conflicts ---- */

/* The others, by name. */
static void add_others(struct merge *merge, struct buf *lines)
{
	for (size_t i = 1; i < merge->conflict_count && i <= OTHERS_SHOWN; i++)
		tally__buf_addf(
			lines, "%s \"%s\"", i == 1 ? "\nalso different:" : ",",
			tally__text_shown(&merge->arena, merge->conflicts[i].b->description, 60));
	if (merge->conflict_count > OTHERS_SHOWN + 1)
		tally__buf_addf(lines, " and %zu more", merge->conflict_count - OTHERS_SHOWN - 1);
}

/* `where` says where the interactions stand, and what to do. */
static int report_conflicts(struct merge *merge, const char *where)
{
	const struct conflict *first = &merge->conflicts[0];
	struct buf lines;
	int status;

	tally__buf_init(&lines, LIMIT_DOCUMENT_BYTES);
	status = tally__conflict_add(&lines, first->a, first->b, merge->names, merge->error);
	add_others(merge, &lines);
	if (status == 0) {
		status = tally__fail(merge->error, TALLY_ECONFLICT, "interaction \"%s\" stands %s:",
				     tally__text_shown(&merge->arena, first->b->description, 200),
				     where);
		tally__error_add_lines(merge->error, lines.bytes + (*lines.bytes == '\n'));
	}
	tally__buf_release(&lines);
	return status;
}

/* ---- The result ---- */

/* Adds what `from` has and `to` lacks; a NULL `from` has nothing. */
static int add_missing(cJSON *to, const cJSON *from, struct tally_error *error)
{
	struct json_index index;
	int status = tally__json_index_init(&index, to);

	for (const cJSON *member = from ? from->child : NULL; member && status == 0;
	     member = member->next)
		if (!tally__json_index_get(&index, member->string))
			status = tally__json_put(to, member->string, tally__json_clone(member));
	tally__json_index_release(&index);
	return status ? tally__fail_nomem(error) : 0;
}

static bool same_member(const cJSON *a, const cJSON *b, const char *name)
{
	const cJSON *left = tally__json_get(a, name);
	const cJSON *right = tally__json_get(b, name);

	return left && right ? tally__json_equal(left, right) : left == right;
}

static bool same_plugin(const cJSON *a, const cJSON *b)
{
	return same_member(a, b, "name") && same_member(a, b, "version");
}

/* Plugins of both sides are needed to read what both sides say. */
static int add_plugins(cJSON *metadata, const cJSON *from, struct tally_error *error)
{
	cJSON *list = tally__json_get(metadata, "plugins");
	const cJSON *others = tally__json_get(from, "plugins");
	int status = 0;

	if (!cJSON_IsArray(list) || !cJSON_IsArray(others))
		return 0;
	for (const cJSON *plugin = others->child; plugin && status == 0; plugin = plugin->next) {
		cJSON *same = list->child;
		cJSON *own;

		while (same && !same_plugin(same, plugin))
			same = same->next;
		if (!same) {
			if (tally__json_append(list, tally__json_clone(plugin)) != 0)
				status = tally__fail_nomem(error);
			continue;
		}
		own = tally__json_get(same, "configuration");
		if (cJSON_IsObject(own))
			status = add_missing(own, tally__json_get(plugin, "configuration"), error);
	}
	return status;
}

/* What only the older of two interactions with one content has beside that content, the newer one
 * gets: a key, a transport, comments, members that the specification does not name. */
static int keep_labels(cJSON *newer, const cJSON *older, struct tally_error *error)
{
	cJSON *comments = tally__json_get(newer, "comments");
	const cJSON *old_comments = tally__json_get(older, "comments");
	int status = add_missing(newer, older, error);

	if (status == 0 && cJSON_IsObject(comments) && cJSON_IsObject(old_comments))
		status = add_missing(comments, old_comments, error);
	return status;
}

static int append_interaction(cJSON **made, cJSON *list, const struct interaction *interaction,
			      struct tally_error *error)
{
	int status = tally__interaction_keep(interaction, made, error);

	if (status == 0 && tally__json_append(list, *made) != 0)
		status = tally__fail_nomem(error);
	return status;
}

/* An interaction of the first contract: stands in the result, or what takes its place gets what
 * only the old one has. */
static int add_old(struct merge *merge, size_t index, cJSON *list, cJSON *const *newer)
{
	const struct interaction *interaction = &merge->a->interactions[index];
	size_t by = taken_by(merge, index);
	cJSON *json = NULL;
	int status;

	if (by == 0)
		return append_interaction(&json, list, interaction, merge->error);
	if (merge->mode == TALLY_SAVE_OVERWRITE)
		return 0;
	status = tally__interaction_keep(interaction, &json, merge->error);
	if (status == 0)
		status = keep_labels(newer[by - 1], json, merge->error);
	cJSON_Delete(json);
	return status;
}

static int build_list(struct merge *merge, cJSON *list)
{
	size_t count = merge->b->interaction_count;
	cJSON **newer = tally__arena_alloc_array(&merge->arena, count, sizeof(cJSON *));
	int status = newer ? 0 : tally__fail_nomem(merge->error);

	for (size_t i = 0; i < count && status == 0; i++)
		status = append_interaction(&newer[i], list, &merge->b->interactions[i],
					    merge->error);
	for (size_t i = 0; i < merge->a->interaction_count && status == 0; i++)
		status = add_old(merge, i, list, newer);
	return status;
}

/* The second contract as a file, with what only the first has added to it. */
static int build(struct merge *merge, cJSON **out)
{
	cJSON *top = NULL;
	cJSON *metadata;
	int status = tally__contract_envelope(merge->b, &top, merge->error);

	if (status != 0)
		return status;
	metadata = tally__json_get(top, "metadata");
	status = build_list(merge, tally__json_get(top, "interactions"));
	if (status == 0)
		status = add_plugins(metadata, merge->a->metadata, merge->error);
	if (status == 0)
		status = add_missing(metadata, merge->a->metadata, merge->error);
	if (status == 0)
		status = add_missing(tally__json_get(top, "consumer"), merge->a->consumer_extra,
				     merge->error);
	if (status == 0)
		status = add_missing(tally__json_get(top, "provider"), merge->a->provider_extra,
				     merge->error);
	if (status == 0)
		status = add_missing(top, merge->a->extra, merge->error);
	if (status != 0)
		cJSON_Delete(top);
	else
		*out = top;
	return status;
}

int tally__contract_same_pair(const struct tally_contract *a, const struct tally_contract *b,
			      const char *const names[2], struct tally_error *error)
{
	struct arena arena;
	int status;

	if (strcmp(a->consumer, b->consumer) == 0 && strcmp(a->provider, b->provider) == 0)
		return 0;
	tally__arena_init(&arena, 0);
	status = tally__fail(
		error, TALLY_EINVAL,
		"%s is between \"%s\" and \"%s\", %s between \"%s\" and \"%s\": only contracts "
		"between the same two applications can be merged",
		names[0], tally__text_shown(&arena, a->consumer, 100),
		tally__text_shown(&arena, a->provider, 100), names[1],
		tally__text_shown(&arena, b->consumer, 100),
		tally__text_shown(&arena, b->provider, 100));
	tally__arena_release(&arena);
	return status;
}

/* Puts the interactions of the first contract into their groups; room is made for as many conflicts
 * as the second has interactions. */
static int add_all_first(struct merge *merge)
{
	size_t count = merge->a->interaction_count;
	int status = 0;

	merge->members = tally__arena_alloc_array(&merge->arena, count, sizeof(*merge->members));
	merge->conflicts = tally__arena_alloc_array(&merge->arena, merge->b->interaction_count,
						    sizeof(*merge->conflicts));
	if (!merge->members || !merge->conflicts)
		return tally__fail_nomem(merge->error);
	for (size_t i = 0; i < count && status == 0; i++)
		status = add_first(merge, i);
	return status;
}

static int run(struct merge *merge, cJSON **out)
{
	int status = tally__contract_same_pair(merge->a, merge->b, merge->names, merge->error);

	if (status != 0)
		return status;
	status = add_all_first(merge);
	for (size_t i = 0; i < merge->b->interaction_count && status == 0; i++)
		status = add_second(merge, i);
	if (status == 0 && merge->conflict_count > 0)
		status = report_conflicts(
			merge, "in both with different content; call one of them something else, "
			       "or let the newer one replace the other");
	return status ? status : build(merge, out);
}

int tally__contract_merge(struct tally_contract **out, const struct tally_contract *a,
			  const struct tally_contract *b, enum tally_save_mode mode,
			  const char *const names[2], struct tally_error *error)
{
	struct merge merge = {.a = a, .b = b, .mode = mode, .names = names, .error = error};
	struct tally_contract *made = NULL;
	cJSON *top = NULL;
	int status;

	merge_init(&merge);
	status = run(&merge, &top);
	merge_release(&merge);
	if (status == 0)
		status = tally__contract_take(&made, top, error);
	if (status != 0)
		return status;
	made->spec = a->spec > b->spec ? a->spec : b->spec;
	*out = made;
	return 0;
}

/* The groups are those of one contract: what of them says something else than its first member. */
static int find_doubles(struct merge *merge)
{
	size_t count = merge->a->interaction_count;
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		struct group *group = merge->members[i].group;

		if (group->first == i)
			continue;
		status = read_group(merge, group);
		if (status == 0 &&
		    merge->members[i].content != merge->members[group->first].content)
			merge->conflicts[merge->conflict_count++] = (struct conflict){
				&merge->a->interactions[group->first], &merge->a->interactions[i]};
	}
	return status;
}

int tally__contract_check_doubles(const struct tally_contract *contract, struct tally_error *error)
{
	static const char *const names[] = {"the first", "the second"};
	struct merge merge = {.a = contract,
			      .b = contract,
			      .mode = TALLY_SAVE_MERGE,
			      .names = names,
			      .error = error};
	int status;

	merge_init(&merge);
	status = add_all_first(&merge);
	if (status == 0)
		status = find_doubles(&merge);
	if (status == 0 && merge.conflict_count > 0)
		status = report_conflicts(&merge,
					  "there twice with different content; one description, "
					  "with one list of provider states, is for one "
					  "interaction, so call one of them something else");
	merge_release(&merge);
	return status;
}

/* Merges two that have no names of their own. */
static int merge_two(struct tally_contract **out, const struct tally_contract *a,
		     const struct tally_contract *b, enum tally_save_mode mode,
		     struct tally_error *error)
{
	static const char *const names[] = {"the first contract", "the second"};
	int status = tally__call_check(a, "the first contract", error);

	if (status == 0)
		status = tally__call_check(b, "the second contract", error);
	return status ? status : tally__contract_merge(out, a, b, mode, names, error);
}

int tally_contract_merge(struct tally_contract **out, const struct tally_contract *a,
			 const struct tally_contract *b, struct tally_error *error)
{
	return merge_two(out, a, b, TALLY_SAVE_MERGE, error);
}

int tally_contract_overlay(struct tally_contract **out, const struct tally_contract *a,
			   const struct tally_contract *b, struct tally_error *error)
{
	return merge_two(out, a, b, TALLY_SAVE_OVERWRITE, error);
}
