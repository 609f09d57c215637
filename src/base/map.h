/* base/map.h - a hash map from byte strings to pointers.  The hash is seeded per process, so that
 * hostile keys cannot make it slow.  Keys and values are lent: they must outlive the map. */
#ifndef TALLY_BASE_MAP_H
#define TALLY_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_entry {
	const char *key;
	size_t key_len;
	uint64_t hash;
	void *value;
};

struct map {
	struct map_entry *entries; /* in order of insertion */
	size_t count;
	size_t capacity;
	uint32_t *slots; /* open addressing; index + 1 into entries, 0: free */
	size_t slot_count;
};

void tally__map_init(struct map *map);
void tally__map_release(struct map *map);

/* Makes room for `count` entries in all, which then come in without another allocation; 0 or
 * TALLY_ENOMEM. */
int tally__map_reserve(struct map *map, size_t count);

/* NULL when absent (or when the value put was NULL). */
void *tally__map_get(const struct map *map, const char *key, size_t key_len);
struct map_entry *tally__map_find(const struct map *map, const char *key, size_t key_len);

/* The entry of this key: the one that is there, or a new one with this value.  NULL when memory is
 * short.  The pointer is good until the next call that adds. */
struct map_entry *tally__map_add(struct map *map, const char *key, size_t key_len, void *value);

/* Puts or replaces; 0 or TALLY_ENOMEM. */
int tally__map_put(struct map *map, const char *key, size_t key_len, void *value);

/* The seeded hash itself (SipHash-1-3). */
uint64_t tally__hash(const void *bytes, size_t len);
/* The same with a given key, for tests against the published vectors. */
uint64_t tally__hash_seeded(const uint64_t key[2], const void *bytes, size_t len);

#endif
