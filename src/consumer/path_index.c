#include "config.h"

#include <string.h>

#include "consumer/responder.h"

void tally__path_index_init(struct path_index *index)
{
	*index = (struct path_index){0};
	tally__map_init(&index->paths);
	tally__map_init(&index->prefixes);
}

void tally__path_index_release(struct path_index *index)
{
	tally__map_release(&index->paths);
	tally__map_release(&index->prefixes);
}

static int reserve(struct map *map, size_t more)
{
	return more > SIZE_MAX - map->count ? TALLY_ENOMEM
					    : tally__map_reserve(map, map->count + more);
}

int tally__path_index_reserve(struct path_index *index, size_t more)
{
	return reserve(&index->paths, more) ? TALLY_ENOMEM : reserve(&index->prefixes, more);
}

void tally__path_index_add(struct path_index *index, struct responder_entry *entry)
{
	struct map *map = entry->is_pattern ? &index->prefixes : &index->paths;
	struct responder_entry *first =
		tally__map_add(map, entry->path, entry->path_len, entry)->value;

	if (first != entry)
		first->last_same_path->next_same_path = entry;
	first->last_same_path = entry;
	if (entry->is_pattern)
		index->lengths[entry->path_len] = true;
}

struct path_candidates tally__path_index_find(const struct path_index *index, const char *path)
{
	size_t len = strlen(path);

	return (struct path_candidates){.index = index,
					.path = path,
					.path_len = len,
					.next = tally__map_get(&index->paths, path, len)};
}

const struct responder_entry *tally__path_index_next(struct path_candidates *candidates)
{
	const struct path_index *index = candidates->index;
	const struct responder_entry *entry = candidates->next;

	while (!entry && candidates->length <= PATH_PREFIX_BYTES &&
	       candidates->length <= candidates->path_len) {
		size_t length = candidates->length++;

		if (index->lengths[length])
			entry = tally__map_get(&index->prefixes, candidates->path, length);
	}
	candidates->next = entry ? entry->next_same_path : NULL;
	return entry;
}
