/* consumer/path_index.h - from the path of a request to the entries whose path it can be: those
 * that have this very path, byte for byte, and those whose path has a matching rule. */
#ifndef TALLY_CONSUMER_PATH_INDEX_H
#define TALLY_CONSUMER_PATH_INDEX_H

#include "base/map.h"

struct responder_entry;

struct path_index {
	struct map paths; /* to the first entry of each */
	struct responder_entry **patterned;
	size_t patterned_count, patterned_capacity;
};

void tally__path_index_init(struct path_index *index);
void tally__path_index_release(struct path_index *index);

/* Makes room for so many more entries, which then come in without another allocation; 0 or
 * TALLY_ENOMEM. */
int tally__path_index_reserve(struct path_index *index, size_t more);
void tally__path_index_add(struct path_index *index, struct responder_entry *entry);

/* Where a look-up is. */
struct path_candidates {
	const struct path_index *index;
	const struct responder_entry *literal;
	size_t patterned;
};

struct path_candidates tally__path_index_find(const struct path_index *index, const char *path);
/* The next entry, in the order of their numbers; NULL after the last. */
const struct responder_entry *tally__path_index_next(struct path_candidates *candidates);

#endif
