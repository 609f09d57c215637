/* consumer/response.h - what is sent of a response: as it is written, or with generated values. */
#ifndef TALLY_CONSUMER_RESPONSE_H
#define TALLY_CONSUMER_RESPONSE_H

#include "consumer/responder.h"

/* Makes what is sent of a response, in `arena`; lends its body's bytes where there are some.
 * TALLY_EINVAL (a header that cannot be sent), TALLY_ENOMEM. */
int tally__response_prepare(struct http_response *out, struct arena *arena,
			    const struct response *response, struct tally_error *error);

/* The answer of an entry that has generators, with values of this context; `made` (initialised by
 * the caller, who releases it) tells which could not be generated.  Made in `arena`. */
int tally__response_generate(struct http_response *out, struct arena *arena,
			     const struct responder_entry *entry,
			     const struct generator_context *context, struct generated *made);

/* Adds what browsers ask for of another origin; what the response itself says stays. */
int tally__response_add_cors(struct http_response *response, struct arena *arena,
			     const struct http_request *request);

#endif
