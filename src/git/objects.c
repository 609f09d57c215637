#include "config.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "git/objects.h"

/* Of a generation.  There are two: what is used is in the younger one, or moves there; when that is
 * full it becomes the older one, whose objects are forgotten. */
#define GENERATION_BYTES ((size_t)16 << 20)
/* Larger ones are read so rarely that they would only push others out. */
#define OBJECT_BYTES_MAX ((size_t)256 << 10)

struct kept {
	git_oid id;
	git_object_t type;
	size_t len;
	const char *bytes;
};

struct generation {
	struct map by_id;
	struct arena arena;
};

struct object_cache {
	struct generation young, old;
	unsigned uses;
};

static void generation_init(struct generation *generation)
{
	tally__map_init(&generation->by_id);
	tally__arena_init(&generation->arena, 0);
}

static void generation_release(struct generation *generation)
{
	tally__map_release(&generation->by_id);
	tally__arena_release(&generation->arena);
}

static const struct kept *generation_get(const struct generation *generation, const git_oid *id)
{
	return tally__map_get(&generation->by_id, (const char *)id->id, GIT_OID_RAWSZ);
}

int tally__object_cache_new(struct object_cache **out, struct tally_error *error)
{
	struct object_cache *cache = tally__calloc(1, sizeof *cache);

	if (!cache)
		return tally__fail_nomem(error);
	generation_init(&cache->young);
	generation_init(&cache->old);
	cache->uses = 1;
	*out = cache;
	return 0;
}

struct object_cache *tally__object_cache_share(struct object_cache *cache)
{
	if (cache)
		cache->uses++;
	return cache;
}

void tally__object_cache_release(struct object_cache *cache)
{
	if (!cache || --cache->uses > 0)
		return;
	generation_release(&cache->young);
	generation_release(&cache->old);
	tally__free(cache);
}

static const struct kept *keep(struct object_cache *cache, const git_oid *id, git_object_t type,
			       const void *bytes, size_t len)
{
	struct generation *young = &cache->young;
	struct kept *kept = tally__arena_alloc(&young->arena, sizeof *kept);

	if (!kept)
		return NULL;
	kept->id = *id;
	kept->type = type;
	kept->len = len;
	kept->bytes = tally__arena_memdup(&young->arena, len > 0 ? bytes : "", len);
	if (!kept->bytes ||
	    tally__map_put(&young->by_id, (const char *)kept->id.id, GIT_OID_RAWSZ, kept) != 0)
		return NULL;
	return kept;
}

/* Only before something is added: what was lent until then may go. */
static void grow_old(struct object_cache *cache)
{
	if (cache->young.arena.used_bytes < GENERATION_BYTES)
		return;
	generation_release(&cache->old);
	cache->old = cache->young;
	generation_init(&cache->young);
}

/* What is used stays. */
static const struct kept *find(struct object_cache *cache, const git_oid *id)
{
	const struct kept *kept = generation_get(&cache->young, id);
	const struct kept *moved;

	if (kept)
		return kept;
	kept = generation_get(&cache->old, id);
	if (!kept || cache->young.arena.used_bytes >= GENERATION_BYTES)
		return kept;
	moved = keep(cache, id, kept->type, kept->bytes, kept->len);
	return moved ? moved : kept;
}

const char *tally__object_cache_get(struct object_cache *cache, const git_oid *id,
				    git_object_t type, size_t *len)
{
	const struct kept *kept = cache ? find(cache, id) : NULL;

	if (!kept || kept->type != type)
		return NULL;
	*len = kept->len;
	return kept->bytes;
}

void tally__object_cache_put(struct object_cache *cache, const git_oid *id, git_object_t type,
			     const void *bytes, size_t len)
{
	if (!cache || len > OBJECT_BYTES_MAX || generation_get(&cache->young, id))
		return;
	grow_old(cache);
	(void)keep(cache, id, type, bytes, len);
}

int tally__object_read(struct object *out, struct repository *repository, git_odb *odb,
		       const git_oid *id, git_object_t type, struct tally_error *error)
{
	int status;

	*out = (struct object){0};
	out->bytes = tally__object_cache_get(repository->cache, id, type, &out->len);
	if (out->bytes)
		return 0;
	status = tally__odb_read(&out->owner, repository, odb, id, error);
	if (status != 0)
		return status;
	if (git_odb_object_type(out->owner) != type) {
		tally__object_release(out);
		return tally__object_missing(repository, id, error);
	}
	out->bytes = git_odb_object_data(out->owner);
	out->len = git_odb_object_size(out->owner);
	tally__object_cache_put(repository->cache, id, type, out->bytes, out->len);
	return 0;
}

void tally__object_release(struct object *object)
{
	git_odb_object_free(object->owner);
	*object = (struct object){0};
}

int tally__tree_next(const char **at, const char *end, struct tree_entry *entry)
{
	const char *c = *at;
	const char *close;

	if (c == end)
		return 0;
	entry->mode = 0;
	while (c < end && *c >= '0' && *c <= '7' && entry->mode < 0100000 * 8)
		entry->mode = entry->mode * 8 + (unsigned)(*c++ - '0');
	if (c == *at || c == end || *c++ != ' ')
		return -1;
	close = memchr(c, '\0', (size_t)(end - c));
	if (!close || close == c || end - close <= GIT_OID_RAWSZ)
		return -1;
	entry->name = c;
	entry->name_len = (size_t)(close - c);
	memcpy(entry->id.id, close + 1, GIT_OID_RAWSZ);
	*at = close + 1 + GIT_OID_RAWSZ;
	return 1;
}

int tally__tree_find(const struct object *tree, const char *name, size_t name_len,
		     struct tree_entry *entry)
{
	const char *at = tree->bytes, *end = at + tree->len;
	int found;

	while ((found = tally__tree_next(&at, end, entry)) == 1)
		if (entry->name_len == name_len && memcmp(entry->name, name, name_len) == 0)
			break;
	return found;
}

bool tally__commit_tree(const struct object *commit, git_oid *tree)
{
	return commit->len > 5 + GIT_OID_HEXSZ && memcmp(commit->bytes, "tree ", 5) == 0 &&
	       git_oid_fromstrn(tree, commit->bytes + 5, GIT_OID_HEXSZ) == 0;
}

git_object_t tally__mode_type(unsigned mode)
{
	return mode == GIT_FILEMODE_TREE     ? GIT_OBJECT_TREE
	       : mode == GIT_FILEMODE_COMMIT ? GIT_OBJECT_COMMIT
					     : GIT_OBJECT_BLOB;
}
