/* The union of two contracts, interaction by interaction. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "contract/contract.h"

/* Interactions of the first contract fall into groups of one identity: the key, where both sides
 * have one, else description, names of the states, and kind. */
struct merge {
	const struct tally_contract *a, *b;
	enum tally_save_mode mode;
	const char *const *names;
	struct arena arena;
	struct map by_key;      /* key to group + 1 */
	struct map by_identity; /* the others' identity to group + 1 */
	struct map unkeyed;     /* the same, only groups without a key */
	struct map contents;    /* "group digest" of the first contract */
	struct map hits;        /* what drops out of it: "group", or "group digest" */
	size_t *groups;         /* by index into a */
	char (*digests)[DIGEST_TEXT_BYTES];
	struct tally_error *error;
};

static void merge_init(struct merge *merge)
{
	tally__arena_init(&merge->arena, 0);
	tally__map_init(&merge->by_key);
	tally__map_init(&merge->by_identity);
	tally__map_init(&merge->unkeyed);
	tally__map_init(&merge->contents);
	tally__map_init(&merge->hits);
}

static void merge_release(struct merge *merge)
{
	tally__map_release(&merge->by_key);
	tally__map_release(&merge->by_identity);
	tally__map_release(&merge->unkeyed);
	tally__map_release(&merge->contents);
	tally__map_release(&merge->hits);
	tally__arena_release(&merge->arena);
}

/* NULL: no memory. */
static const char *identity_of(struct merge *merge, const struct interaction *interaction)
{
	struct buf text;
	const char *copy = NULL;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&text, "%d\n%s", (int)interaction->kind, interaction->description);
	for (size_t i = 0; i < interaction->state_count; i++)
		tally__buf_addf(&text, "\n%zu:%s", strlen(interaction->states[i].name),
				interaction->states[i].name);
	if (text.status == 0)
		copy = tally__arena_memdup(&merge->arena, text.bytes, text.len);
	tally__buf_release(&text);
	return copy;
}

/* Group + 1, or 0. */
static uintptr_t look_up(const struct map *map, const char *text)
{
	return (uintptr_t)tally__map_get(map, text, strlen(text));
}

static int note(struct map *map, const char *text, size_t group)
{
	if (!text)
		return TALLY_ENOMEM;
	if (look_up(map, text))
		return 0;
	return tally__map_put(map, text, strlen(text), (void *)(uintptr_t)(group + 1));
}

static const char *content_text(struct merge *merge, size_t group, const char *digest)
{
	return tally__arena_printf(&merge->arena, "%zu %s", group, digest);
}

static int add_first(struct merge *merge, size_t index)
{
	const struct interaction *interaction = &merge->a->interactions[index];
	const char *key = interaction->key;
	const char *identity = identity_of(merge, interaction);
	uintptr_t found;
	size_t group;
	int status = tally__interaction_digest(interaction, merge->digests[index], merge->error);

	if (status != 0)
		return status;
	if (!identity)
		return tally__fail_nomem(merge->error);
	found = key ? look_up(&merge->by_key, key) : look_up(&merge->unkeyed, identity);
	group = found ? found - 1 : index;
	merge->groups[index] = group;
	status = note(&merge->by_identity, identity, group);
	if (status == 0)
		status = key ? note(&merge->by_key, key, group)
			     : note(&merge->unkeyed, identity, group);
	if (status == 0)
		status = note(&merge->contents, content_text(merge, group, merge->digests[index]),
			      group);
	return status ? tally__fail_nomem(merge->error) : 0;
}

/* The group in the first contract that an interaction of the second belongs to, + 1; or 0. */
static int find_group(struct merge *merge, const struct interaction *interaction, uintptr_t *found)
{
	const char *identity = identity_of(merge, interaction);

	if (!identity)
		return tally__fail_nomem(merge->error);
	*found = interaction->key ? look_up(&merge->by_key, interaction->key) : 0;
	if (!*found)
		*found =
			look_up(interaction->key ? &merge->unkeyed : &merge->by_identity, identity);
	return 0;
}

/* ---- Conflicts ---- */

static void add_shown(struct buf *out, const cJSON *value)
{
	struct buf text;

	if (!value) {
		tally__buf_adds(out, "nothing");
		return;
	}
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&text, value, TALLY_JSON_CANONICAL);
	tally__text_add_printable(out, text.bytes, text.len, 120);
	tally__buf_release(&text);
}

/* Adds the place of the first difference to `place`; *left and *right are what stands there. */
static void find_difference(const cJSON **left, const cJSON **right, struct buf *place)
{
	while (*left && *right && cJSON_IsObject(*left) && cJSON_IsObject(*right)) {
		const cJSON *member;
		const cJSON *other = NULL;

		for (member = (*left)->child; member; member = member->next) {
			other = tally__json_get(*right, member->string);
			if (!other || !tally__json_equal(member, other))
				break;
		}
		if (!member) {
			for (other = (*right)->child; other; other = other->next)
				if (!tally__json_get(*left, other->string))
					break;
			if (!other)
				return;
		}
		tally__buf_addf(place, "%s%s", place->len ? "." : "",
				member ? member->string : other->string);
		*left = member;
		*right = other;
	}
}

static int report_conflict(struct merge *merge, const struct interaction *a,
			   const struct interaction *b)
{
	cJSON *left = NULL;
	cJSON *right = NULL;
	const cJSON *left_found;
	const cJSON *right_found;
	struct buf place;
	struct buf sides;
	int status = tally__interaction_canonical(a, &left, merge->error);

	if (status == 0)
		status = tally__interaction_canonical(b, &right, merge->error);
	tally__buf_init(&place, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&sides, LIMIT_DOCUMENT_BYTES);
	if (status == 0) {
		left_found = left;
		right_found = right;
		find_difference(&left_found, &right_found, &place);
		tally__buf_addf(&sides, "%s has ", merge->names[0]);
		add_shown(&sides, left_found);
		tally__buf_addf(&sides, ", %s has ", merge->names[1]);
		add_shown(&sides, right_found);
		status = tally__fail(merge->error, TALLY_ECONFLICT,
				     "interaction \"%s\" stands in both with different "
				     "content: %s: %s",
				     tally__text_shown(&merge->arena, b->description, 200),
				     place.bytes, sides.bytes);
	}
	tally__buf_release(&place);
	tally__buf_release(&sides);
	cJSON_Delete(left);
	cJSON_Delete(right);
	return status;
}

/* Looks at one interaction of the second contract: what of the first it takes the place of. */
static int add_second(struct merge *merge, const struct interaction *interaction)
{
	char digest[DIGEST_TEXT_BYTES];
	uintptr_t found = 0;
	size_t group;
	const char *content;
	int status = find_group(merge, interaction, &found);

	if (status != 0 || !found)
		return status;
	group = found - 1;
	status = tally__interaction_digest(interaction, digest, merge->error);
	if (status != 0)
		return status;
	content = content_text(merge, group, digest);
	if (!content)
		return tally__fail_nomem(merge->error);
	if (merge->mode == TALLY_SAVE_MERGE && !look_up(&merge->contents, content))
		return report_conflict(merge, &merge->a->interactions[group], interaction);
	if (merge->mode == TALLY_SAVE_OVERWRITE)
		content = tally__arena_printf(&merge->arena, "%zu", group);
	return note(&merge->hits, content, group) ? tally__fail_nomem(merge->error) : 0;
}

static int is_dropped(struct merge *merge, size_t index, bool *dropped)
{
	size_t group = merge->groups[index];
	const char *text = merge->mode == TALLY_SAVE_OVERWRITE
				   ? tally__arena_printf(&merge->arena, "%zu", group)
				   : content_text(merge, group, merge->digests[index]);

	if (!text)
		return tally__fail_nomem(merge->error);
	*dropped = look_up(&merge->hits, text) != 0;
	return 0;
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

static bool same_plugin(const cJSON *a, const cJSON *b)
{
	return tally__json_equal(tally__json_get(a, "name"), tally__json_get(b, "name")) &&
	       tally__json_equal(tally__json_get(a, "version"), tally__json_get(b, "version"));
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

static int append_interaction(cJSON *list, const struct interaction *interaction,
			      struct tally_error *error)
{
	cJSON *json = NULL;
	int status = tally__interaction_write(interaction, TALLY_SPEC_V4, &json, error);

	if (status == 0 && tally__json_append(list, json) != 0)
		status = tally__fail_nomem(error);
	return status;
}

/* The second contract as a file, with what only the first has added to it. */
static int build(struct merge *merge, cJSON **out)
{
	cJSON *top = NULL;
	cJSON *metadata;
	cJSON *list;
	int status = tally_contract_write(merge->b, TALLY_SPEC_V4, &top, merge->error);

	if (status != 0)
		return status;
	list = tally__json_get(top, "interactions");
	metadata = tally__json_get(top, "metadata");
	for (size_t i = 0; i < merge->a->interaction_count && status == 0; i++) {
		bool dropped = false;

		status = is_dropped(merge, i, &dropped);
		if (status == 0 && !dropped)
			status = append_interaction(list, &merge->a->interactions[i], merge->error);
	}
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

static int run(struct merge *merge, cJSON **out)
{
	size_t count = merge->a->interaction_count;
	int status = tally__contract_same_pair(merge->a, merge->b, merge->names, merge->error);

	if (status != 0)
		return status;
	merge->groups = tally__arena_alloc_array(&merge->arena, count, sizeof(*merge->groups));
	merge->digests = tally__arena_alloc_array(&merge->arena, count, sizeof(*merge->digests));
	if (!merge->groups || !merge->digests)
		return tally__fail_nomem(merge->error);
	for (size_t i = 0; i < count && status == 0; i++)
		status = add_first(merge, i);
	for (size_t i = 0; i < merge->b->interaction_count && status == 0; i++)
		status = add_second(merge, &merge->b->interactions[i]);
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

int tally_contract_merge(struct tally_contract **out, const struct tally_contract *a,
			 const struct tally_contract *b, struct tally_error *error)
{
	static const char *const names[] = {"the first contract", "the second"};

	return tally__contract_merge(out, a, b, TALLY_SAVE_MERGE, names, error);
}
