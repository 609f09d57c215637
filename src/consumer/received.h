/* consumer/received.h - a request as it was received, as the model that requests are compared in.
 */
#ifndef TALLY_CONSUMER_RECEIVED_H
#define TALLY_CONSUMER_RECEIVED_H

#include "contract/contract.h"
#include "http/http.h"

/* Bytes as text that can be shown, made in `arena`: what is not UTF-8 is written in words.  NULL
 * when memory is short. */
const char *tally__received_text(struct arena *arena, const char *bytes, size_t len);

/* The body lends its bytes; the rest is made in `arena`.  TALLY_ENOMEM. */
int tally__received_request(struct request *out, struct arena *arena,
			    const struct http_request *received);

#endif
