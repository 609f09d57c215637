/* consumer/problem.h - requests that nothing answers, as JSON in the shape that Pact's mock servers
 * use (tally/mock.h says what is in it). */
#ifndef TALLY_CONSUMER_PROBLEM_H
#define TALLY_CONSUMER_PROBLEM_H

#include "consumer/responder.h"
#include "http/server.h"

/* All of them NULL when memory is short. */

/* A request that did not match: what it was, and how it differs from what comes nearest. */
cJSON *tally__problem_unmatched(const struct responder_verdict *verdict,
				const struct request *actual);
/* A request that nothing could be compared with. */
cJSON *tally__problem_refused(const char *method, const char *path,
			      const struct http_refusal *refusal);
/* An interaction that no request was for. */
cJSON *tally__problem_missing(const struct interaction *interaction);

/* A message of the contract that could not be handed out, or was not asked for; `reason` (a phrase)
 * and `mismatches` (of a synchronous message's request) may be NULL. */
cJSON *tally__problem_message(const char *type, const struct interaction *interaction,
			      const char *reason, const struct mismatches *mismatches);
/* A message that the contract does not have; `reason` NULL: memory is short. */
cJSON *tally__problem_no_message(const char *description, const char *reason);
/* What a client is answered: which interaction comes nearest ("message"), a sentence for each of
 * the "differences", and the problem itself. */
cJSON *tally__problem_answer(const struct responder_verdict *verdict, const struct request *actual,
			     const cJSON *problem);

#endif
