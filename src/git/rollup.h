/* git/rollup.h - many small packs become one, so that looking things up does not get slower with
 * each commit. */
#ifndef TALLY_GIT_ROLLUP_H
#define TALLY_GIT_ROLLUP_H

#include "git/repository.h"

/* Rolls packs up when there are enough of one size.  Never fails for the caller: what could not be
 * done is done another time.  True when packs were replaced. */
bool tally__rollup(const struct store *store);

#endif
