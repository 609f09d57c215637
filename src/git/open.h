/* git/open.h - a store and the tip of its branch. */
#ifndef TALLY_GIT_OPEN_H
#define TALLY_GIT_OPEN_H

#include "git/repository.h"

/* So many commits later the repository is opened anew: libgit2 keeps packs that are gone. */
#define TIPS_BEFORE_REOPENING 64

/* Reads where the branch is now; opens the repository anew from time to time, and then
 * store->staging is gone. */
int tally__store_tip(struct store *store, git_oid *tip, struct tally_error *error);

/* Opens the repository anew; store->staging is gone. */
int tally__store_reopen(struct store *store, struct tally_error *error);

#endif
