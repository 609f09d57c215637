/* git/join.h - several packs into one, byte for byte. */
#ifndef TALLY_GIT_JOIN_H
#define TALLY_GIT_JOIN_H

#include "git/files.h"

/* Writes every object of the packs ("pack-…", in objects/pack) once to a new pack in `folder`;
 * nothing is decompressed, each object is held against its checksum.  TALLY_EUNSUPPORTED when one
 * of them has deltas: these may name objects that are in another pack as a delta of theirs.
 * TALLY_EPARSE (damaged), TALLY_EIO. */
int tally__packs_join(char id[STORE_ID_BYTES], const struct store *store, const char *const *packs,
		      size_t count, const char *folder, struct tally_error *error);

#endif
