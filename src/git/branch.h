/* git/branch.h - moving the branch by compare-and-swap. */
#ifndef TALLY_GIT_BRANCH_H
#define TALLY_GIT_BRANCH_H

#include "git/files.h"

/* Says on disk which commit comes next, before anything of it is written.  Until
 * tally__branch_end, what a killed process leaves behind can be told from what git does. */
int tally__branch_begin(const struct store *store, const git_oid *next, struct tally_error *error);
/* Nothing is left of a commit being made, or of one that was made. */
void tally__branch_end(const struct store *store);

enum branch_outcome {
	BRANCH_STAYS, /* an error */
	BRANCH_LOST,  /* someone else moved it, or is about to: git holds its lock */
	BRANCH_MOVED
};

/* Points the branch at the commit that was begun, `next`, if it is still at `old` (all zero: not
 * there).  `*outcome` is set in every case: the branch may have moved and yet not be sure to be
 * on disk, which is TALLY_EIO. */
int tally__branch_move(const struct store *store, const git_oid *old, const git_oid *next,
		       enum branch_outcome *outcome, struct tally_error *error);

/* Removes what a killed writer left.  For the one that has the write lock. */
void tally__branch_recover(const struct store *store);

#endif
