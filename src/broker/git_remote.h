/* broker/git_remote.h - a broker's repository on another machine. */
#ifndef TALLY_BROKER_GIT_REMOTE_H
#define TALLY_BROKER_GIT_REMOTE_H

#include "git/remote.h"
#include "tally/broker.h"

/* Opens it; `founding` for one that has no commit yet.  *shown, to be freed, is the location for
 * messages and the commands in answers: without a password.  `options` may be NULL. */
int tally__git_remote_open(struct store **out, char **shown, const char *location,
			   const struct tally_broker_options *options, bool founding,
			   struct tally_error *error);

#endif
