/* verifier/endpoint.h - where interactions are asked for: the provider's URL, and those of its
 * other transports. */
#ifndef TALLY_VERIFIER_ENDPOINT_H
#define TALLY_VERIFIER_ENDPOINT_H

#include "contract/contract.h"
#include "tally/verify.h"
#include "verifier/secrets.h"

struct endpoint {
	const char *name; /* of the transport; NULL: the provider's own */
	const char *url;
	const char *base; /* the same without closing slashes, to put paths behind; NULL: none */
};

struct endpoints {
	struct endpoint provider; /* all NULL when its URL was not given */
	struct endpoint *transports;
	size_t transport_count;
};

/* Checks the URLs; what is in them is a secret from then on.  TALLY_EINVAL names the option;
 * TALLY_ENOMEM. */
int tally__endpoints_init(struct endpoints *endpoints, struct arena *arena,
			  const struct tally_verify_options *options, struct secrets *secrets,
			  struct tally_error *error);

/* That of the interaction's transport, where one of this name was given; messages that name none
 * have transports of their own, "message" and the like.  Else the provider's.  NULL: none was
 * given. */
const struct endpoint *tally__endpoint_of(const struct endpoints *endpoints,
					  const struct interaction *interaction);

/* Checks one URL.  A base URL is a prefix: what would come after the path cannot be part of it.
 * TALLY_EINVAL names `what`. */
int tally__endpoint_check_url(struct arena *arena, const char *what, const char *url, bool is_base,
			      struct tally_error *error);

#endif
