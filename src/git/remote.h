/* git/remote.h - a store whose branch is in a repository on another machine.  Here is a copy of it,
 * a bare repository in the user's cache, in which everything is read and made ready; what counts is
 * what the other one has.  Nothing is lost with the copy: it is made anew when it is missing or
 * damaged.
 *
 * Any number of processes may share a copy; those that change something go one after another. */
#ifndef TALLY_GIT_REMOTE_H
#define TALLY_GIT_REMOTE_H

#include <stdint.h>

#include "git/carrier.h"
#include "git/store.h"

struct remote_options {
	const char *shown;     /* the URL, without a password; finds the copy */
	const char *cache_dir; /* where copies are; NULL: $XDG_CACHE_HOME/tally/git or the like */
	bool offline;          /* answers come from the copy, changes are refused */
	bool founding;         /* to make the first commit of an empty repository */
};

/* Takes the carrier, also when it fails.  The other side is asked once a snapshot is opened or a
 * change is made.  TALLY_EIO, TALLY_ENOFILE (offline: there is no copy yet), TALLY_EINVAL (no place
 * for it). */
int tally__remote_open(struct store **out, struct carrier *carrier,
		       const struct remote_options *options, struct tally_error *error);

/* Asks where the branch is now, unless that was done a moment ago, and gets what is new.  Of other
 * stores nothing comes of it. */
int tally__remote_update(struct store *store, struct tally_error *error);

/* When the copy was last known to be what the other repository is; -1: the store is no copy. */
int64_t tally__store_updated_unix(const struct store *store);

/* After an error: makes a copy anew in which something was found to be missing or broken.  True
 * when that was done: what failed can be tried again. */
bool tally__remote_renew(struct store *store);

#endif
