/* broker/pact_url.h - the addresses of a Pact Broker: its own, and those that its answers link to.
 *
 * A link is followed at the broker that was configured, whatever host it names: brokers behind
 * proxies often advertise an address that only works from elsewhere, and a link can never send
 * credentials to another host. */
#ifndef TALLY_BROKER_PACT_URL_H
#define TALLY_BROKER_PACT_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* Longest address that is followed. */
#define PACT_URL_BYTES 16384

/* Made in an arena.  "https://user:secret@example.org:8443/broker/" becomes the origin
 * "https://example.org:8443" and the path "/broker". */
struct pact_url {
	const char *origin;
	const char *path;            /* without slashes at its end: "" for the root */
	const char *host;            /* "example.org" */
	const char *user, *password; /* decoded; NULL when there is none */
	bool secure;
};

/* TALLY_EINVAL; its message shows nothing of the user information. */
int tally__pact_url_parse(struct pact_url *out, struct arena *arena, const char *text,
			  struct tally_error *error);

/* The URL for a link: absolute, or relative to the broker's root.  A query is kept, a fragment
 * left out.  TALLY_EPARSE, TALLY_ENOMEM. */
int tally__pact_url_follow(const char **out, const struct pact_url *broker, struct arena *arena,
			   const char *href, struct tally_error *error);

/* Whether what is meant for `from` may be sent to `to` in its place: the same origin, or the same
 * host over https. */
bool tally__pact_url_may_move(const struct pact_url *from, const struct pact_url *to);

/* A variable of a template. */
struct pact_variable {
	const char *name, *value;
};

/* Puts in the values, percent-encoded, for "{name}".  TALLY_EPARSE: another variable or another
 * kind of expression; TALLY_ENOMEM. */
int tally__pact_url_expand(const char **out, struct arena *arena, const char *template,
			   const struct pact_variable *variables, size_t count,
			   struct tally_error *error);

#endif
