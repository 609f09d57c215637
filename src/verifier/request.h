/* verifier/request.h - the HTTP requests of a verification, and how they are shown. */
#ifndef TALLY_VERIFIER_REQUEST_H
#define TALLY_VERIFIER_REQUEST_H

#include "contract/contract.h"
#include "http/http.h"
#include "verifier/settings.h"

/* Makes the request that an interaction asks of the provider, in `arena`.  TALLY_EINVAL: a header
 * or path that HTTP does not allow; TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__verifier_request(struct http_request *out, struct arena *arena,
			    const struct settings *settings, const struct interaction *interaction,
			    struct tally_error *error);

/* Adds the caller's own headers, and "Content-Type: application/json" for `json` unless they have
 * one. */
int tally__verifier_headers(struct http_request *out, struct arena *arena,
			    const struct settings *settings, bool json, struct tally_error *error);

/* Makes the request that sets up or tears down a provider state; `state` is NULL for an interaction
 * that has none. */
int tally__verifier_state_request(struct http_request *out, struct arena *arena,
				  const struct settings *settings,
				  const struct provider_state *state, bool teardown,
				  struct tally_error *error);

/* The bodies of these alone, which commands are given too: body and body_len are set. */
int tally__verifier_message_body(struct http_request *out, struct arena *arena,
				 const struct interaction *interaction, struct tally_error *error);
int tally__verifier_state_body(struct http_request *out, struct arena *arena,
			       const struct provider_state *state, const char *action,
			       struct tally_error *error);

/* A copy of a URL without secrets: its user information and parameters.  NULL when memory is short.
 */
const char *tally__verifier_shown_url(struct arena *arena, const struct secrets *secrets,
				      const char *url);

/* A shell command that sends this request again, secrets left out; made in `arena`, NULL when
 * memory is short. */
const char *tally__verifier_curl(struct arena *arena, const struct secrets *secrets,
				 const struct http_request *request);

#endif
