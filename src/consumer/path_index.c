#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "consumer/responder.h"

void tally__path_index_init(struct path_index *index)
{
	*index = (struct path_index){0};
	tally__map_init(&index->paths);
}

void tally__path_index_release(struct path_index *index)
{
	tally__map_release(&index->paths);
	tally__free(index->patterned);
}

int tally__path_index_reserve(struct path_index *index, size_t more)
{
	struct responder_entry **patterned;

	if (more > SIZE_MAX - index->patterned_count || more > SIZE_MAX - index->paths.count)
		return TALLY_ENOMEM;
	if (index->patterned_count + more > index->patterned_capacity) {
		patterned = tally__realloc_array(index->patterned, index->patterned_count + more,
						 sizeof(struct responder_entry *));
		if (!patterned)
			return TALLY_ENOMEM;
		index->patterned = patterned;
		index->patterned_capacity = index->patterned_count + more;
	}
	return tally__map_reserve(&index->paths, index->paths.count + more);
}

void tally__path_index_add(struct path_index *index, struct responder_entry *entry)
{
	const char *path = entry->interaction->request.path;
	struct responder_entry *first;

	if (tally__matcher_has_path_rule(entry->matcher)) {
		index->patterned[index->patterned_count++] = entry;
		return;
	}
	first = tally__map_add(&index->paths, path, strlen(path), entry)->value;
	if (first != entry)
		first->last_same_path->next_same_path = entry;
	first->last_same_path = entry;
}

struct path_candidates tally__path_index_find(const struct path_index *index, const char *path)
{
	return (struct path_candidates){
		.index = index, .literal = tally__map_get(&index->paths, path, strlen(path))};
}

const struct responder_entry *tally__path_index_next(struct path_candidates *candidates)
{
	const struct path_index *index = candidates->index;
	const struct responder_entry *literal = candidates->literal;
	const struct responder_entry *patterned = candidates->patterned < index->patterned_count
							  ? index->patterned[candidates->patterned]
							  : NULL;

	if (literal && (!patterned || literal->number < patterned->number)) {
		candidates->literal = literal->next_same_path;
		return literal;
	}
	candidates->patterned += patterned != NULL;
	return patterned;
}
