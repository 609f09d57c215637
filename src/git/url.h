/* git/url.h - where a repository on another machine is. */
#ifndef TALLY_GIT_URL_H
#define TALLY_GIT_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* Longest URL of a repository. */
#define GIT_URL_BYTES 8192

enum git_url_kind { GIT_URL_SSH, GIT_URL_HTTP, GIT_URL_HTTPS };

/* Made in an arena.  All is decoded, and fit to be shown save the password. */
struct git_url {
	enum git_url_kind kind;
	const char *shown; /* without user information and "git+"; what the cache is found by */
	const char *host;  /* "example.org", "[::1]" */
	const char *port;  /* NULL: the usual one */
	const char *path;  /* as it stands in the URL: "/team/contracts.git", "~/x", "x" */
	const char *user, *password; /* NULL: none */
};

/* Whether this is such a place: git+ssh://, ssh://, git+https://, git+http://, user@host:path, and
 * http(s):// URLs whose path ends in ".git". */
bool tally__git_url_is(const char *text);

/* TALLY_EINVAL; its message shows nothing of a password.  TALLY_ENOMEM. */
int tally__git_url_parse(struct git_url *out, struct arena *arena, const char *text,
			 struct tally_error *error);

#endif
