/* git/rolled.h - the list, tally/rolled, of packs that were rolled up: no longer found, still to be
 * removed.  For the one that has the lock for rolling up. */
#ifndef TALLY_GIT_ROLLED_H
#define TALLY_GIT_ROLLED_H

#include "git/files.h"

struct rolled_pack {
	int64_t unix_seconds; /* when it was rolled up */
	char name[64];
};

struct rolled {
	struct rolled_pack *packs; /* oldest first */
	size_t count, capacity;
	size_t known; /* that many were in the file */
};

/* Reads the list; removes the packs whose time has come.  False when memory is short. */
bool tally__rolled_read(struct rolled *rolled, const struct store *store);
void tally__rolled_release(struct rolled *rolled);

bool tally__rolled_add(struct rolled *rolled, const char *name);
bool tally__rolled_write(const struct rolled *rolled, const struct store *store);
/* Takes away the indexes of those that were added. */
void tally__rolled_hide(const struct rolled *rolled, const struct store *store);

#endif
