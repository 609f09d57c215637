/* consumer/path_index.h - from the path of a request to the entries whose path it can be: those
 * that have this very path, byte for byte, and those whose path has a matching rule and whose
 * expression begins as the path does. */
#ifndef TALLY_CONSUMER_PATH_INDEX_H
#define TALLY_CONSUMER_PATH_INDEX_H

#include <stdbool.h>

#include "base/map.h"

struct responder_entry;

/* What is told apart of expressions: more of it would cost every request more look-ups. */
enum { PATH_PREFIX_BYTES = 64 };

struct path_index {
	struct map paths;                    /* each to the first entry that has it */
	struct map prefixes;                 /* the same of those with rules */
	bool lengths[PATH_PREFIX_BYTES + 1]; /* which lengths prefixes have */
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
	const char *path;
	size_t path_len;
	const struct responder_entry *next;
	size_t length; /* of the prefixes that are looked up next */
};

struct path_candidates tally__path_index_find(const struct path_index *index, const char *path);
/* The next entry, in no particular order; NULL after the last. */
const struct responder_entry *tally__path_index_next(struct path_candidates *candidates);

#endif
