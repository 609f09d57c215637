/* verifier/task.h - one interaction of one contract in a run, and what came of it. */
#ifndef TALLY_VERIFIER_TASK_H
#define TALLY_VERIFIER_TASK_H

#include "contract/contract.h"

enum interaction_outcome {
	INTERACTION_SKIPPED, /* not selected, or the run ended before */
	INTERACTION_PASSED,
	INTERACTION_FAILED,
	INTERACTION_ERROR,
	INTERACTION_FLAKY /* it passed, and it did not */
};

/* "passed" … */
const char *tally__task_outcome_name(enum interaction_outcome outcome);

struct task {
	const struct tally_contract *contract;
	const struct interaction *interaction;
	char digest[DIGEST_TEXT_BYTES];
	bool selected;
	bool pending;         /* it may do otherwise than pass */
	const char *standing; /* what that would be: "new", "regressed"; NULL: neither */
	const cJSON *known;   /* what the broker has of it, in place of asking; NULL: it is asked */
	const cJSON *past;    /* the same, whether it is asked or not; NULL: it has no outcome */
	struct task *twin;    /* the same of a contract before, asked in its place; NULL: none */
	bool has_twins;

	struct lane *lane; /* see lanes.h; NULL: it is alone in its own */
	struct task *next_waiting;

	/* What came of it. */
	enum interaction_outcome outcome;
	size_t attempt_count, passed_count;
	int64_t duration_ms; /* of the last attempt; negative: nothing was asked */
	char *request;       /* "GET http://…" as shown, of an attempt that passed; NULL: none */
	cJSON *record;   /* of the last that did not pass, see attempt.h; NULL: there was none */
	cJSON *attempts; /* outcome and duration of each; NULL: there were less than two */
	cJSON *warnings; /* texts about generated values; NULL: none */
};

/* What the broker has: "passed", "failed" or "flaky"; otherwise INTERACTION_SKIPPED. */
enum interaction_outcome tally__task_past_outcome(const cJSON *past);

/* Whether the provider has to be asked for it. */
bool tally__task_is_asked(const struct task *task);

/* Notes what came of an attempt.  TALLY_ENOMEM. */
struct attempt;
int tally__task_take_attempt(struct task *task, struct attempt *attempt);

void tally__task_release(struct task *task);

/* Makes the outcome of all its attempts, and of what the broker has of this version; `incomplete`:
 * there should have been more. */
void tally__task_conclude(struct task *task, bool incomplete);

#endif
