#include "config.h"

#include "base/map.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

/* Why our own: POSIX has one global, unseeded table (hsearch), and none of the libraries that Tally
 * uses exports one. */

#define SLOTS_MIN ((size_t)16)
/* Indexes are 32 bits wide; far more entries than any limit lets in. */
#define ENTRIES_MAX ((size_t)1 << 30)

void tally__map_init(struct map *map)
{
	*map = (struct map){0};
}

void tally__map_release(struct map *map)
{
	tally__free(map->entries);
	tally__free(map->slots);
	tally__map_init(map);
}

/* The slot that holds the key, or the free one where it belongs.  There always is a free one. */
static size_t find_slot(const struct map *map, const char *key, size_t key_len, uint64_t hash)
{
	size_t mask = map->slot_count - 1;
	size_t slot = (size_t)hash & mask;

	while (map->slots[slot] != 0) {
		const struct map_entry *entry = &map->entries[map->slots[slot] - 1];

		if (entry->hash == hash && entry->key_len == key_len &&
		    (key_len == 0 || memcmp(entry->key, key, key_len) == 0))
			break;
		slot = (slot + 1) & mask;
	}
	return slot;
}

struct map_entry *tally__map_find(const struct map *map, const char *key, size_t key_len)
{
	uint32_t index;

	if (map->count == 0)
		return NULL;
	index = map->slots[find_slot(map, key, key_len, tally__hash(key, key_len))];
	return index == 0 ? NULL : &map->entries[index - 1];
}

void *tally__map_get(const struct map *map, const char *key, size_t key_len)
{
	const struct map_entry *entry = tally__map_find(map, key, key_len);

	return entry == NULL ? NULL : entry->value;
}

static int set_capacity(struct map *map, size_t capacity)
{
	struct map_entry *entries = tally__realloc_array(map->entries, capacity, sizeof(*entries));

	if (entries == NULL)
		return TALLY_ENOMEM;
	map->entries = entries;
	map->capacity = capacity;
	return TALLY_OK;
}

static int set_slots(struct map *map, size_t slot_count)
{
	uint32_t *slots = tally__calloc(slot_count, sizeof(*slots));
	size_t i;

	if (slots == NULL)
		return TALLY_ENOMEM;
	for (i = 0; i < map->count; i++) {
		size_t slot = (size_t)map->entries[i].hash & (slot_count - 1);

		while (slots[slot] != 0)
			slot = (slot + 1) & (slot_count - 1);
		slots[slot] = (uint32_t)i + 1;
	}
	tally__free(map->slots);
	map->slots = slots;
	map->slot_count = slot_count;
	return TALLY_OK;
}

/* At most three quarters are taken, to keep the runs of taken slots short. */
static bool is_too_full(size_t count, size_t slot_count)
{
	return count * 4 > slot_count * 3;
}

int tally__map_reserve(struct map *map, size_t count)
{
	size_t slot_count = map->slot_count > 0 ? map->slot_count : SLOTS_MIN;

	if (count > ENTRIES_MAX)
		return TALLY_ENOMEM;
	while (is_too_full(count, slot_count))
		slot_count *= 2;
	if (count > map->capacity && set_capacity(map, count) != TALLY_OK)
		return TALLY_ENOMEM;
	return slot_count > map->slot_count ? set_slots(map, slot_count) : TALLY_OK;
}

/* Room for one more. */
static int grow(struct map *map)
{
	if (map->count == map->capacity &&
	    set_capacity(map, map->capacity > 0 ? map->capacity * 2 : SLOTS_MIN / 2) != TALLY_OK)
		return TALLY_ENOMEM;
	if (!is_too_full(map->count + 1, map->slot_count))
		return TALLY_OK;
	return set_slots(map, map->slot_count > 0 ? map->slot_count * 2 : SLOTS_MIN);
}

struct map_entry *tally__map_add(struct map *map, const char *key, size_t key_len, void *value)
{
	uint64_t hash = tally__hash(key, key_len);
	struct map_entry *entry;
	size_t slot;

	if (map->count >= ENTRIES_MAX)
		return NULL;
	if (grow(map) != TALLY_OK)
		return NULL;
	slot = find_slot(map, key, key_len, hash);
	if (map->slots[slot] != 0)
		return &map->entries[map->slots[slot] - 1];
	entry = &map->entries[map->count++];
	*entry = (struct map_entry){key, key_len, hash, value};
	map->slots[slot] = (uint32_t)map->count;
	return entry;
}

int tally__map_put(struct map *map, const char *key, size_t key_len, void *value)
{
	struct map_entry *entry = tally__map_add(map, key, key_len, value);

	if (entry == NULL)
		return TALLY_ENOMEM;
	entry->value = value;
	return TALLY_OK;
}
