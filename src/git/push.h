/* git/push.h - giving another repository a commit, and moving its branch there. */
#ifndef TALLY_GIT_PUSH_H
#define TALLY_GIT_PUSH_H

#include "git/advertisement.h"
#include "git/pack.h"

enum push_outcome {
	PUSH_UNKNOWN, /* the conversation broke off after the server may have had all: see there */
	PUSH_ACCEPTED,
	PUSH_REFUSED, /* for good or because of a lost race: the error has the server's words */
	PUSH_LOST,    /* a race, as the server's own words say */
	PUSH_UNSENT   /* it broke off before */
};

/* Sends `pack`, which makes `next` out of `old`, in a conversation whose advertisement was read,
 * and has the branch moved from `old` to `next`.  `error` is filled unless it was accepted. */
enum push_outcome tally__push(const struct store *store, struct line_reader *reader,
			      const struct advertisement *there, const struct pack *pack,
			      const git_oid *old, const git_oid *next, struct tally_error *error);

#endif
