/* git/rolled.h - the list, tally/rolled, of packs that were rolled up: what is in them is in
 * another pack too, and they are still to be removed.  To be changed by the one that has the lock
 * for rolling up. */
#ifndef TALLY_GIT_ROLLED_H
#define TALLY_GIT_ROLLED_H

#include "git/files.h"

#define PACK_NAME_BYTES 46 /* "pack-", 40 hexadecimal digits and a NUL */

struct rolled_pack {
	int64_t unix_seconds; /* when it was rolled up */
	char name[PACK_NAME_BYTES];
	char into[PACK_NAME_BYTES]; /* the pack that has its objects too */
};

struct rolled {
	struct rolled_pack *packs; /* oldest first */
	size_t count, capacity;
};

/* False when memory is short; no list is an empty one. */
bool tally__rolled_read(struct rolled *rolled, const struct store *store);
void tally__rolled_release(struct rolled *rolled);

bool tally__rolled_has(const struct rolled *rolled, const char *name);
bool tally__rolled_add(struct rolled *rolled, const char *name, const char *into);
bool tally__rolled_write(const struct rolled *rolled, const struct store *store);

/* Has the time of any come? */
bool tally__rolled_is_due(const struct rolled *rolled);
/* Removes the packs whose time has come, and takes them off the list. */
void tally__rolled_sweep(struct rolled *rolled, const struct store *store);

#endif
