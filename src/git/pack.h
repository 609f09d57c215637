/* git/pack.h - one pack for each commit. */
#ifndef TALLY_GIT_PACK_H
#define TALLY_GIT_PACK_H

#include "git/files.h"
#include "git/staging.h"

struct pack {
	char name[FILE_BYTES]; /* "objects/pack/pack-…", within the repository; "": none */
};

/* Writes the new objects of `staging` as a pack and moves it to objects/pack, flushed.  A .keep
 * file beside it protects it from `git gc` until the branch points at what is in it. TALLY_EIO;
 * nothing of the pack is left then. */
int tally__pack_install(struct pack *pack, const struct store *store, const struct staging *staging,
			struct tally_error *error);
/* The branch points at it now. */
void tally__pack_accept(const struct pack *pack, const struct store *store);
/* The branch does not: removes it again. */
void tally__pack_remove(const struct pack *pack, const struct store *store);
/* Removes .keep files that a killed writer left.  For the one that has the write lock. */
void tally__pack_unkeep_all(const struct store *store);

/* Moves the pack that `builder` made in the folder `from` to objects/pack, flushed. */
int tally__pack_move(struct pack *pack, const struct store *store, const char *from, const char *id,
		     bool keep, struct tally_error *error);

#endif
