/* broker/derive.h - what other records follow from: making it anew, by looking through all of them.
 *
 * Changes keep up what is derived.  Here the same is told from versions, publications and runs
 * alone, for a store of an older format, one that was edited by hand, and to see whether it is
 * right: in a sound store nothing is changed by it.
 */
#ifndef TALLY_BROKER_DERIVE_H
#define TALLY_BROKER_DERIVE_H

#include "broker/records.h"

/* Everything that follows from one version: the newest one of its application, who has its tags,
 * whose consumer it is with its contracts, what passed, and what all its runs say.  What the
 * store's format does not have is left aside.  Records of passes and branches of a consumer may
 * hold more than follows, because they remember what was removed; they get what they lack. */
int tally__derive_version(struct records *records, const struct record *version,
			  struct tally_error *error);

#endif
