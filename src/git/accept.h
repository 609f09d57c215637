/* git/accept.h - the step by which a commit comes to count.  In a repository of one machine the
 * branch moves to it by compare-and-swap; a store that keeps a copy of a repository elsewhere has
 * an upstream, which is asked to move its branch first.  A transaction knows nothing of that. */
#ifndef TALLY_GIT_ACCEPT_H
#define TALLY_GIT_ACCEPT_H

#include "git/branch.h"
#include "git/pack.h"

struct upstream {
	/* Brings the branch here to where it is there, before a transaction looks at it; with the
	 * write lock held. */
	int (*refresh)(struct upstream *upstream, struct store *store, struct tally_error *error);
	/* As tally__store_accept. */
	int (*accept)(struct upstream *upstream, struct store *store, const struct pack *pack,
		      const git_oid *old, const git_oid *next, enum branch_outcome *outcome,
		      struct tally_error *error);
	/* As tally__store_rest. */
	void (*rest)(struct upstream *upstream);
	void (*free)(struct upstream *upstream);
	const char *place;    /* where it is, for messages */
	unsigned tries;       /* races that can be lost before giving up */
	unsigned patience_ms; /* how long one change may take */
};

/* What a transaction begins with: see `refresh`. */
int tally__store_refresh(struct store *store, struct tally_error *error);

/* Makes the commit `next`, which is in `pack` and was begun (branch.h), count if the branch is
 * still at `old`.  *outcome is set in every case, as by tally__branch_move. */
int tally__store_accept(struct store *store, const struct pack *pack, const git_oid *old,
			const git_oid *next, enum branch_outcome *outcome,
			struct tally_error *error);

/* What was refreshed for has ended, or lost a race and waits: nothing is held open for it. */
void tally__store_rest(struct store *store);

#endif
