/* git/change.h - the two halves of every change: it is made in memory, then it is accepted. Between
 * them other changes may be made on top of it, which makes a group. */
#ifndef TALLY_GIT_CHANGE_H
#define TALLY_GIT_CHANGE_H

#include "git/branch.h"
#include "git/staging.h"

/* Runs the function on `base`, and makes files, trees and a commit in the staging area.  `*commit`
 * is that of `base` when nothing differs.  After an error the staging area holds what it held. */
int tally__change_make(struct store *store, const struct snapshot *base,
		       store_transaction *transaction, void *context,
		       const struct store_author *author, git_oid *commit,
		       struct tally_error *error);

/* Packs what the staging area holds and moves the branch from `old` to `next`. */
int tally__change_accept(struct store *store, const git_oid *old, const git_oid *next,
			 enum branch_outcome *outcome, struct tally_error *error);

/* The write lock of this machine; whoever gets it cleans up after a writer that was killed.
 * TALLY_EBUSY, TALLY_EIO. */
int tally__change_lock(struct store *store, int *lock, struct tally_error *error);
/* Lets go of it.  `moved`: the branch was; then there may be packs to roll up. */
void tally__change_unlock(struct store *store, int lock, bool moved);

#endif
