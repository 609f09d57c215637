#include "config.h"

#include "verifier/attempt.h"

const char *tally__task_outcome_name(enum interaction_outcome outcome)
{
	switch (outcome) {
	case INTERACTION_PASSED:
		return "passed";
	case INTERACTION_FAILED:
		return "failed";
	case INTERACTION_ERROR:
		return "error";
	case INTERACTION_FLAKY:
		return "flaky";
	case INTERACTION_SKIPPED:
		break;
	}
	return "skipped";
}

bool tally__task_is_asked(const struct task *task)
{
	return task->selected && task->known == NULL && task->twin == NULL;
}

/* Adds one to the list of attempts. */
static int list_attempt(struct task *task, enum interaction_outcome outcome, const cJSON *record)
{
	cJSON *item = tally__json_put_new(task->attempts, NULL, cJSON_CreateObject());
	const cJSON *duration = tally__json_get(record, "durationMs");

	if (item == NULL ||
	    tally__json_put_text(item, "outcome", tally__task_outcome_name(outcome)) != 0)
		return TALLY_ENOMEM;
	if (duration == NULL)
		return 0;
	return tally__json_put(item, "durationMs", cJSON_CreateNumber(duration->valuedouble));
}

/* One attempt needs no list: it is the record. */
static int list_attempts(struct task *task, enum interaction_outcome outcome, const cJSON *record)
{
	if (task->attempt_count == 0)
		return 0;
	if (task->attempts == NULL) {
		task->attempts = cJSON_CreateArray();
		if (list_attempt(task, task->outcome, task->record) != 0)
			return TALLY_ENOMEM;
	}
	return list_attempt(task, outcome, record);
}

int tally__task_take_attempt(struct task *task, struct attempt *attempt)
{
	bool passed = attempt->outcome == INTERACTION_PASSED;
	cJSON *record = tally__attempt_record(attempt);
	int status;

	if (record == NULL)
		return TALLY_ENOMEM;
	status = list_attempts(task, attempt->outcome, record);
	if (task->record == NULL || (!passed && !attempt->broken_off)) {
		cJSON_Delete(task->record);
		task->record = record;
	} else {
		cJSON_Delete(record);
	}
	if (attempt->broken_off)
		return status;
	task->outcome = attempt->outcome;
	task->attempt_count++;
	task->passed_count += passed;
	return status;
}

void tally__task_conclude(struct task *task, bool incomplete)
{
	if (task->passed_count > 0 && task->passed_count < task->attempt_count)
		task->outcome = INTERACTION_FLAKY;
	else if (incomplete && task->passed_count == task->attempt_count)
		task->outcome = INTERACTION_SKIPPED;
}
