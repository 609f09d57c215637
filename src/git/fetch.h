/* git/fetch.h - getting a commit, and all it is made of, from another repository. */
#ifndef TALLY_GIT_FETCH_H
#define TALLY_GIT_FETCH_H

#include "git/advertisement.h"
#include "git/pack.h"

/* Asks for `wanted`, of a conversation whose advertisement was read; what `have` (all zero:
 * nothing) is made of is here already.  The pack is moved into the repository, kept until it is
 * accepted. */
int tally__commit_fetch(struct pack *pack, const struct store *store, struct line_reader *reader,
			const struct advertisement *there, const git_oid *wanted,
			const git_oid *have, struct tally_error *error);

#endif
