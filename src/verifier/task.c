#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
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

enum interaction_outcome tally__task_past_outcome(const cJSON *past)
{
	static const enum interaction_outcome outcomes[] = {INTERACTION_PASSED, INTERACTION_FAILED,
							    INTERACTION_FLAKY};
	const char *outcome = tally__json_get_string(past, "outcome");

	for (size_t i = 0; outcome != NULL && i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (strcmp(outcome, tally__task_outcome_name(outcomes[i])) == 0)
			return outcomes[i];
	}
	return INTERACTION_SKIPPED;
}

bool tally__task_is_asked(const struct task *task)
{
	return task->selected && task->known == NULL && task->twin == NULL;
}

/* Adds one to the list of attempts. */
static int list_attempt(struct task *task, enum interaction_outcome outcome, int64_t duration_ms)
{
	cJSON *item = tally__json_put_new(task->attempts, NULL, cJSON_CreateObject());

	if (item == NULL ||
	    tally__json_put_text(item, "outcome", tally__task_outcome_name(outcome)) != 0)
		return TALLY_ENOMEM;
	if (duration_ms < 0)
		return 0;
	return tally__json_put(item, "durationMs", cJSON_CreateNumber((double)duration_ms));
}

/* One attempt needs no list. */
static int list_attempts(struct task *task, const struct attempt *attempt)
{
	if (task->attempt_count == 0)
		return 0;
	if (task->attempts == NULL) {
		tally__json_setup();
		task->attempts = cJSON_CreateArray();
		if (list_attempt(task, task->outcome, task->duration_ms) != 0)
			return TALLY_ENOMEM;
	}
	return list_attempt(task, attempt->outcome, attempt->duration_ms);
}

/* Of what passed only this is kept, for there may be much of it. */
static int keep_request(struct task *task, const struct attempt *attempt)
{
	struct buf text;
	int status;

	if (task->request != NULL || attempt->url == NULL)
		return 0;
	tally__buf_init(&text, 2 * (size_t)LIMIT_URL_BYTES);
	tally__buf_addf(&text, "%s %s", attempt->method, attempt->url);
	status = text.status;
	if (status == 0)
		task->request = tally__strndup(text.bytes, text.len);
	tally__buf_release(&text);
	return task->request != NULL || status == TALLY_ELIMIT ? 0 : TALLY_ENOMEM;
}

/* The last that did not pass is shown; one that was broken off only when there is nothing else. */
static int keep_record(struct task *task, struct attempt *attempt)
{
	cJSON *record;

	if (attempt->broken_off && task->attempt_count > 0)
		return 0;
	record = tally__attempt_record(attempt);
	if (record == NULL)
		return TALLY_ENOMEM;
	cJSON_Delete(task->record);
	task->record = record;
	return 0;
}

int tally__task_take_attempt(struct task *task, struct attempt *attempt)
{
	bool passed = attempt->outcome == INTERACTION_PASSED;
	int status = list_attempts(task, attempt);

	if (status == 0)
		status = passed ? keep_request(task, attempt) : keep_record(task, attempt);
	task->duration_ms = attempt->duration_ms;
	if (attempt->broken_off)
		return status;
	task->outcome = attempt->outcome;
	task->attempt_count++;
	task->passed_count += passed;
	return status;
}

void tally__task_release(struct task *task)
{
	tally__free(task->request);
	cJSON_Delete(task->record);
	cJSON_Delete(task->attempts);
	cJSON_Delete(task->warnings);
}

/* An error is no outcome that others could be opposite to. */
static bool is_opposite(enum interaction_outcome past, enum interaction_outcome outcome)
{
	if (outcome != INTERACTION_PASSED && outcome != INTERACTION_FAILED)
		return false;
	return past != INTERACTION_SKIPPED && past != outcome;
}

void tally__task_conclude(struct task *task, bool incomplete)
{
	if (task->passed_count > 0 && task->passed_count < task->attempt_count)
		task->outcome = INTERACTION_FLAKY;
	else if (incomplete && task->passed_count == task->attempt_count)
		task->outcome = INTERACTION_SKIPPED;
	if (is_opposite(tally__task_past_outcome(task->past), task->outcome))
		task->outcome = INTERACTION_FLAKY;
}
