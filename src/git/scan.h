/* git/scan.h - the packs that there are, and those of them that may be made anew. */
#ifndef TALLY_GIT_SCAN_H
#define TALLY_GIT_SCAN_H

#include "git/rolled.h"

#define PACK_LEVELS 8

struct found_pack {
	char name[PACK_NAME_BYTES];
	size_t level; /* PACK_LEVELS: packed well, see repack.h */
	size_t objects;
	uint64_t bytes; /* of the pack and its index */
};

struct pack_scan {
	struct rolled rolled; /* packs that are not to be counted */
	struct buf dense;     /* tally/dense as it is */
	struct found_pack *packs;
	size_t count, capacity;
	size_t of_level[PACK_LEVELS];
};

/* Those that were not rolled up already and that git does not treat in a special way; of very many
 * not all.  False when they cannot be read, or memory is short.  To be released in every case. */
bool tally__packs_scan(struct pack_scan *scan, const struct store *store);
void tally__pack_scan_release(struct pack_scan *scan);

/* While `git gc` works, packs are its. */
bool tally__gc_is_running(const struct store *store);

/* Puts every object of one pack, given by its index, into the builder; the pack is added to what
 * `all` can read.  0 or an error of libgit2. */
int tally__pack_insert(git_packbuilder *builder, git_odb *all, const char *index);

#endif
