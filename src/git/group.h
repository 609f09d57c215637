/* git/group.h - several changes that become visible together: see tally__store_begin. */
#ifndef TALLY_GIT_GROUP_H
#define TALLY_GIT_GROUP_H

#include "git/repository.h"

/* A change within the group that is under way: its commit goes on top of the last one. */
int tally__group_commit(struct store *store, store_transaction *transaction, void *context,
			const struct store_author *author, git_oid *commit,
			struct tally_error *error);

#endif
