#include "config.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "broker/record_cache.h"

/* Of the files that are kept; parsed they take some six times as much.  When there are more, all
 * are forgotten: what is asked often is soon read again. */
#define CACHE_BYTES ((size_t)8 << 20)
/* Even one that is not there takes some. */
#define ENTRY_BYTES 128

struct cached {
	const char *path;
	cJSON *json; /* NULL: there is no such file */
	struct store_content content;
	size_t begun; /* the last time that it was found to be so */
};

struct record_cache {
	const struct snapshot *snapshot;
	char commit[STORE_ID_BYTES];
	size_t begun; /* counts the commits that were asked about, one after the other */
	struct map by_path;
	struct arena arena;
	size_t bytes;
};

int tally__record_cache_new(struct record_cache **out, struct tally_error *error)
{
	struct record_cache *cache = tally__calloc(1, sizeof *cache);

	if (cache == NULL)
		return tally__fail_nomem(error);
	tally__map_init(&cache->by_path);
	tally__arena_init(&cache->arena, 0);
	*out = cache;
	return 0;
}

static void forget(struct record_cache *cache)
{
	for (size_t i = 0; i < cache->by_path.count; i++) {
		struct cached *cached = cache->by_path.entries[i].value;

		cJSON_Delete(cached->json);
	}
	tally__map_release(&cache->by_path);
	tally__arena_release(&cache->arena);
}

void tally__record_cache_free(struct record_cache *cache)
{
	if (cache == NULL)
		return;
	forget(cache);
	tally__free(cache);
}

void tally__record_cache_begin(struct record_cache *cache, const struct snapshot *snapshot)
{
	const char *commit = tally__snapshot_id(snapshot);

	if (cache->bytes > CACHE_BYTES) {
		forget(cache);
		tally__map_init(&cache->by_path);
		tally__arena_init(&cache->arena, 0);
		cache->bytes = 0;
	}
	cache->snapshot = snapshot;
	if (cache->begun > 0 && strcmp(cache->commit, commit) == 0)
		return;
	memcpy(cache->commit, commit, strlen(commit) + 1);
	cache->begun++;
}

bool tally__record_cache_get(struct record_cache *cache, const char *path, const cJSON **json)
{
	struct cached *cached = tally__map_get(&cache->by_path, path, strlen(path));
	struct store_content content;

	if (cached == NULL)
		return false;
	if (cached->begun != cache->begun) {
		if (tally__snapshot_content(cache->snapshot, path, &content, NULL) != 0 ||
		    memcmp(&content, &cached->content, sizeof content) != 0)
			return false;
		cached->begun = cache->begun;
	}
	*json = cached->json;
	return true;
}

/* The entry of that path, which may hold what the file was before. */
static struct cached *entry_of(struct record_cache *cache, const char *path)
{
	struct cached *cached = tally__map_get(&cache->by_path, path, strlen(path));

	if (cached != NULL)
		return cached;
	cached = tally__arena_alloc(&cache->arena, sizeof *cached);
	if (cached != NULL)
		cached->path = tally__arena_strdup(&cache->arena, path);
	if (cached == NULL || cached->path == NULL ||
	    tally__map_put(&cache->by_path, cached->path, strlen(path), cached) != 0)
		return NULL;
	return cached;
}

bool tally__record_cache_take(struct record_cache *cache, const char *path, cJSON *json, size_t len)
{
	struct store_content content;
	struct cached *cached;

	if (tally__snapshot_content(cache->snapshot, path, &content, NULL) != 0)
		return false;
	cached = entry_of(cache, path);
	if (cached == NULL)
		return false;
	cJSON_Delete(cached->json);
	cached->json = json;
	cached->content = content;
	cached->begun = cache->begun;
	cache->bytes += len + ENTRY_BYTES;
	return true;
}
