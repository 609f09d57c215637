/* git/commit.h - commit objects. */
#ifndef TALLY_GIT_COMMIT_H
#define TALLY_GIT_COMMIT_H

#include "git/edits.h"

/* Writes a commit to `staging`.  Author and message are made fit for git here: no control
 * characters, no broken UTF-8, lines without trailing blanks, a subject. */
int tally__commit_write(struct staging *staging, git_oid *id, const git_oid *tree,
			const git_oid *parent, const struct store_author *author,
			const char *message, struct tally_error *error);

#endif
