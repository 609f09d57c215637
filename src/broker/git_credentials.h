/* broker/git_credentials.h - who asks a git host over HTTP: a name and a password, or a token in
 * its place, as they were given; else what git's own credential helpers know. */
#ifndef TALLY_BROKER_GIT_CREDENTIALS_H
#define TALLY_BROKER_GIT_CREDENTIALS_H

#include <signal.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

enum credential_source { CREDENTIAL_NONE, CREDENTIAL_GIVEN, CREDENTIAL_HELPER };

struct git_credentials {
	enum credential_source source;
	const char *user, *password;
};

/* For which place they are; the path without a slash at its beginning. */
struct credential_place {
	const char *protocol, *host, *path, *user; /* user NULL: anybody */
};

/* Asks `git credential fill`, without questions at the terminal.  Texts are made in `arena`.
 * CREDENTIAL_NONE when nobody knows any: `why` (an arena's text, or NULL) then says what git said.
 * TALLY_ETIMEOUT, TALLY_ENOMEM. */
int tally__git_credentials_ask(struct git_credentials *out, const char **why, struct arena *arena,
			       const struct credential_place *place,
			       const volatile sig_atomic_t *interrupt, struct tally_error *error);

/* Tells the helpers whether they were right.  Nothing comes of it when that fails. */
void tally__git_credentials_tell(const struct git_credentials *credentials,
				 const struct credential_place *place, bool accepted);

#endif
