/* broker/git_http.h - git's protocol over HTTP ("smart HTTP"). */
#ifndef TALLY_BROKER_GIT_HTTP_H
#define TALLY_BROKER_GIT_HTTP_H

#include "git/carrier.h"
#include "git/url.h"
#include "tally/broker.h"

/* Copies what it needs.  TALLY_EINVAL (options that contradict each other, a file that cannot be
 * read), TALLY_EUNSUPPORTED (libcurl), TALLY_ENOMEM. */
int tally__http_carrier_new(struct carrier **out, const struct git_url *url,
			    const struct tally_broker_options *options, struct tally_error *error);

#endif
