/* verifier/task.h - one interaction of one contract in a run, and what came of it. */
#ifndef TALLY_VERIFIER_TASK_H
#define TALLY_VERIFIER_TASK_H

#include "contract/contract.h"

enum interaction_outcome {
	INTERACTION_SKIPPED, /* not selected, or the run ended before */
	INTERACTION_PASSED,
	INTERACTION_FAILED,
	INTERACTION_ERROR
};

/* "passed" … */
const char *tally__task_outcome_name(enum interaction_outcome outcome);

struct task {
	const struct tally_contract *contract;
	const struct interaction *interaction;
	char digest[DIGEST_TEXT_BYTES];
	bool selected;

	/* What came of it. */
	enum interaction_outcome outcome;
	cJSON *record;   /* of the attempt that decided, see attempt.h; NULL: there was none */
	cJSON *warnings; /* texts about generated values; NULL: none */
};

#endif
