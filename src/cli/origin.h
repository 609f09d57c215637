/* origin.h - which version and branch this is, as the CI system or git says. */
#ifndef TALLY_CLI_ORIGIN_H
#define TALLY_CLI_ORIGIN_H

#include "cli/command.h"

struct origin {
	const char *version;
	const char *branch;
};

enum origin_want { ORIGIN_VERSION, ORIGIN_VERSION_AND_BRANCH };

/* Fills what is NULL from the variables of the CI system, or else from the git repository of the
 * current folder, and says on standard error what it took from where.  A branch is looked for only
 * when it is wanted.  What cannot be found stays NULL. */
void origin_find(struct call *call, struct origin *origin, enum origin_want want);

struct author {
	const char *name;
	const char *email;
};

/* Who works here: as git's variables say, or the CI system's, or git's configuration.  What cannot
 * be found stays NULL. */
void origin_find_author(struct call *call, struct author *author);

#endif
