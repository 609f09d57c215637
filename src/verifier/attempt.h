/* verifier/attempt.h - one replay of an interaction: its provider states are set up, it is asked
 * for, what came is compared, the states are torn down.
 *
 * Each step that waits for the world outside is begun through outside.h and ends in one of the two
 * call backs below; the rest is plain calls. */
#ifndef TALLY_VERIFIER_ATTEMPT_H
#define TALLY_VERIFIER_ATTEMPT_H

#include "http/http.h"
#include "matching/generate.h"
#include "matching/match.h"
#include "verifier/run.h"

enum phase { PHASE_SETUP, PHASE_REQUEST, PHASE_TEARDOWN };

struct attempt {
	struct run *run;
	struct attempt *next_idle;
	struct task *task;

	/* For all attempts of the task. */
	struct matcher *matcher;       /* NULL: there is nothing to compare with */
	struct generators *generators; /* of what is sent; NULL: it is sent as written */

	/* While it runs. */
	enum phase phase;
	bool is_under_way; /* it waits for the world outside */
	bool broken_off;   /* the run has no time for the rest of it */
	size_t state;      /* the provider state whose turn it is */
	bool *was_set_up;  /* for each state: it is to be torn down; in `kept` */
	bool setup_failed, teardown_failed;
	cJSON *state_values;      /* what set-ups gave; NULL: nothing */
	struct arena kept;        /* for the whole attempt */
	struct arena arena;       /* for the step under way: a request and its answer */
	struct http_request sent; /* the last request over HTTP; in `arena` */
	http_client_done *done;   /* of its answer, while the header command runs */
	struct generated made;    /* what it holds of generated values */
	int64_t asked_ms;

	/* What came of it. */
	enum interaction_outcome outcome;
	struct buf message; /* why it is an error */
	cJSON *mismatches;  /* NULL: none */
	size_t omitted_mismatches;
	cJSON *response;          /* what came, as it is shown; only when it did not pass */
	const char *method, *url; /* as shown, in `kept`; NULL: nothing was asked over HTTP */
	const char *curl;         /* a command that asks again; only when it did not pass */
	int64_t duration_ms;      /* from the question to the answer; negative: nothing was asked */
};

/* Makes what is compared with and what generates, which the run of all attempts needs. TALLY_EPARSE
 * (matching rules), TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__attempt_compile(struct attempt *attempt, struct tally_error *error);

void tally__attempt_init(struct attempt *attempt, struct run *run);

/* Begins a replay of attempt->task.  True: it is under way, and will call tally__run_go_on.  False:
 * it has come to its end already. */
bool tally__attempt_begin(struct attempt *attempt);

/* What came of it, as members of an interaction in the results: "message", "mismatches",
 * "request" …  NULL when memory is short. */
cJSON *tally__attempt_record(struct attempt *attempt);

/* Notes why it could not be verified; the first reason comes first, and an error outweighs
 * mismatches that were found before. */
void tally__attempt_note_error(struct attempt *attempt, const char *message);

/* Forgets what came of it, and what it used; `end` also what was compiled. */
void tally__attempt_clear(struct attempt *attempt);
void tally__attempt_end(struct attempt *attempt);
void tally__attempt_release(struct attempt *attempt);

/* The call backs of outside.h.  A `failure` says why there is no answer.  `ran`: the set-up was
 * done, or may have been, also where it failed, and is to be torn down. */
struct answer;
void tally__attempt_state_changed(struct attempt *attempt, const cJSON *values, bool ran,
				  const struct tally_error *failure);
void tally__attempt_answered(struct attempt *attempt, const struct answer *answer,
			     const struct tally_error *failure);

/* Compares what came with what was expected: sets outcome, message and mismatches.  TALLY_ENOMEM.
 */
int tally__verifier_compare(struct attempt *attempt, const struct answer *answer,
			    struct tally_error *error);

/* Keeps the values that a set-up gave, over those that came before.  Only an object has some; NULL
 * is none.  TALLY_ENOMEM. */
int tally__verifier_take_values(struct attempt *attempt, const cJSON *values);

/* What is asked for: the interaction with generated values in its request, which attempt->made
 * owns; sets the task's warnings.  TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__verifier_generate(struct attempt *attempt, struct interaction *asked,
			     struct tally_error *error);

#endif
