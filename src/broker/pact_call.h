/* broker/pact_call.h - requests to a Pact Broker, and what came of them. */
#ifndef TALLY_BROKER_PACT_CALL_H
#define TALLY_BROKER_PACT_CALL_H

#include "broker/pact_broker.h"

struct pact_call {
	/* What is asked; lent. */
	const char *method; /* "GET", "PUT" or "POST" */
	const char *url;
	const char *body; /* JSON text, or NULL */

	/* What came of it. */
	int status; /* 0, or as `error` says */
	struct tally_error error;
	cJSON *answer; /* NULL: the broker had nothing to say, or failed */
	size_t answer_bytes;
	const char *final_url; /* where redirects led to; in the call's own memory */

	struct pact_broker *broker;
	struct arena arena;
	unsigned tries, redirects;
};

void tally__pact_call_release(struct pact_call *call);

/* Makes all of them, several at once, and sends again what is answered 408, 429 or 5xx.  GETs
 * follow redirects within the same origin or to https on the same host; PUT and POST do so for 307
 * and 308 alone.  The status of the first that failed, else 0:
 *
 * TALLY_EUNREACHABLE (no connection; 408, 429 and 5xx to the last), TALLY_ETIMEOUT, TALLY_EIO,
 * TALLY_EINVAL (401, 403: credentials; 400, 422 and other refusals, with the broker's words),
 * TALLY_ENOTFOUND (404), TALLY_ECONFLICT (409), TALLY_EPARSE (no answer of a Pact Broker;
 * also a 404 that is not JSON),
 * TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__pact_calls_make(struct pact_broker *broker, struct pact_call *calls, size_t count);

/* Hands over what a call failed with, unless an error is there already. */
void tally__pact_call_hand_error(const struct pact_call *call, struct tally_error *error);

/* One of them.  *answer is to be released with cJSON_Delete, and NULL when the body was empty. */
int tally__pact_send(struct pact_broker *broker, const char *method, const char *url,
		     const char *body, cJSON **answer, struct tally_error *error);
/* A GET, which has to be answered with a JSON object. */
int tally__pact_get(struct pact_broker *broker, const char *url, cJSON **answer,
		    struct tally_error *error);

/* The link of this relation in a HAL document, or NULL; of several, the first. */
const char *tally__pact_link(const cJSON *document, const char *relation);

/* The URL that a link with variables leads to.  TALLY_EUNSUPPORTED when the document has none: an
 * older broker; TALLY_EPARSE, TALLY_ENOMEM. */
int tally__pact_link_url(const char **out, struct pact_broker *broker, struct arena *arena,
			 const cJSON *document, const char *relation,
			 const struct pact_variable *variables, size_t count,
			 struct tally_error *error);

/* Says in `error` what a refusal means, and in which words the broker gave it; its code. */
int tally__pact_refusal(struct pact_call *call, const struct http_response *response,
			struct tally_error *error);
/* Whether the header Content-Type says so. */
bool tally__pact_is_json(struct arena *arena, const struct http_response *response);

#endif
