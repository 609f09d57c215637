/* verifier/task.h - one interaction on its way through a run, and what came of it. */
#ifndef TALLY_VERIFIER_TASK_H
#define TALLY_VERIFIER_TASK_H

#include "contract/contract.h"
#include "http/http.h"
#include "matching/generate.h"
#include "matching/match.h"
#include "verifier/settings.h"

enum interaction_outcome {
	INTERACTION_SKIPPED, /* not selected, or the run ended before */
	INTERACTION_PASSED,
	INTERACTION_FAILED,
	INTERACTION_ERROR
};

enum phase { PHASE_SETUP, PHASE_REQUEST, PHASE_TEARDOWN };

struct run;

struct task {
	struct run *run;
	const struct tally_contract *contract;
	const struct interaction *interaction;
	bool selected;
	struct matcher *matcher;       /* NULL: there is nothing to compare with */
	struct generators *generators; /* of what is sent; NULL: it is sent as written */

	/* While it runs. */
	struct arena arena; /* of the request under way and its answer */
	struct http_request request;
	struct generated made; /* what the request holds of generated values */
	cJSON *state_values;   /* what the state-change URL answered; NULL: nothing */
	enum phase phase;
	size_t state;     /* the provider state whose turn it is */
	bool *was_set_up; /* for each state; in the run's arena */
	bool setup_failed, teardown_failed;
	int64_t sent_ms;

	/* The outcome; texts are made in the run's arena. */
	enum interaction_outcome outcome;
	struct buf message; /* why it is an error */
	cJSON *mismatches;  /* NULL: none */
	cJSON *warnings;    /* texts about generated values; NULL: none */
	bool has_generated; /* values in what was sent */
	size_t omitted_mismatches;
	const char *method, *url; /* as shown; NULL: nothing was asked */
	const char *curl;         /* a command that asks again; only when it did not pass */
	int64_t duration_ms;
};

/* Keeps the values that a state-change URL answered with, over those that came before.  Only a JSON
 * object has some.  TALLY_ENOMEM. */
int tally__verifier_take_values(struct task *task, const struct http_response *response);

/* What the task asks for: the interaction with generated values in its request, which task->made
 * owns; sets the task's warnings.  TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__verifier_generate(struct task *task, struct interaction *asked,
			     struct tally_error *error);

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

/* Compares a provider's answer with what was expected: sets outcome, message and mismatches.
 * TALLY_ENOMEM. */
int tally__verifier_compare(struct task *task, const struct http_response *response,
			    struct tally_error *error);

/* A copy of a URL with "***" for its user and password; NULL when memory is short. */
const char *tally__verifier_shown_url(struct arena *arena, const char *url);

/* A shell command that sends this request to `url` again, secrets left out; made in `arena`, NULL
 * when memory is short. */
const char *tally__verifier_curl(struct arena *arena, const struct http_request *request,
				 const char *url);

#endif
