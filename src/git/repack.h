/* git/repack.h - packs made small: with deltas, which commits and roll-ups have no time for. */
#ifndef TALLY_GIT_REPACK_H
#define TALLY_GIT_REPACK_H

#include <signal.h>

#include "git/store.h"

struct repacking {
	size_t packs_before, packs_after;
	uint64_t bytes_before, bytes_after; /* of packs and their indexes */
	uint64_t bytes_waiting;             /* of packs that go in a minute or so */
	bool done;                          /* else there was nothing to pack */
};

/* Makes one pack of those that have no deltas yet, together with older such packs that are not much
 * larger, so that an object is not packed anew each time.  The packs that it takes the place of go
 * later, as with a roll-up.  Other processes may read and write meanwhile, and a process that is
 * killed leaves nothing that matters.  With `look_only` nothing is made, and only what is there is
 * said.  TALLY_EBUSY when another process is packing, TALLY_ETIMEOUT once *interrupt (may be NULL)
 * is not 0, TALLY_EIO. */
int tally__store_repack(struct store *store, bool look_only, const volatile sig_atomic_t *interrupt,
			struct repacking *repacking, struct tally_error *error);

#endif
