/* verifier/results.h - the parts that the results document of tally/verify.h is made of. */
#ifndef TALLY_VERIFIER_RESULTS_H
#define TALLY_VERIFIER_RESULTS_H

#include "verifier/run.h"

/* What came of a task; also of one that was asked in the place of another. */
enum interaction_outcome tally__task_outcome(const struct task *task);

/* Each adds to an object or array that is being made.  TALLY_ENOMEM. */
int tally__results_put_number(cJSON *object, const char *name, double number);
int tally__results_put_bool(cJSON *object, const char *name, bool value);
/* An item of "interactions"; moves what the task holds into it. */
int tally__results_put_task(cJSON *interactions, const struct run *run, struct task *task);
/* "warnings": what the run leaves out, rather than left to be guessed from failures; "seed". */
int tally__results_put_warnings(cJSON *document, const struct run *run);

#endif
