/* What happened, in the shape that Pact's mock servers use. */
#include "config.h"

#include <stdint.h>

#include "consumer/mock.h"
#include "consumer/problem.h"

/* Puts "count" to the problems that occurred several times. */
static int put_counts(const struct tally_mock *mock, cJSON *problems)
{
	cJSON *problem = problems->child;
	int status = 0;

	for (size_t i = 0; i < mock->problem_count && status == 0; i++, problem = problem->next)
		if (mock->noted[i].count > 1)
			status = tally__json_put(problem, "count",
						 cJSON_CreateNumber((double)mock->noted[i].count));
	return status;
}

/* With the lock held. */
static int build(const struct tally_mock *mock, cJSON *out)
{
	size_t count;
	struct responder_entry *const *entries = tally__responder_entries(mock->responder, &count);
	cJSON *matched = cJSON_CreateArray();
	cJSON *problems = tally__json_clone(mock->problems);
	int status = tally__json_put(out, "matched", matched);

	if (tally__json_put(out, "mismatches", problems) != 0)
		status = TALLY_ENOMEM;
	if (status == 0)
		status = put_counts(mock, problems);
	for (size_t i = 0; i < count && status == 0; i++) {
		const struct interaction *interaction = entries[i]->interaction;

		if (atomic_load(&mock->runs[i].matched))
			status = tally__json_append(matched,
						    cJSON_CreateString(interaction->description));
		else if (!atomic_load(&mock->runs[i].tried))
			status = tally__json_append(problems, tally__problem_missing(interaction));
	}
	if (status == 0)
		status = tally__messages_report(mock->messages, matched, problems);
	if (status == 0 && mock->omitted_count > 0)
		status = tally__json_put(out, "omitted",
					 cJSON_CreateNumber((double)mock->omitted_count));
	if (status == 0 && mock->preflight_count > 0)
		status = tally__json_put(out, "preflightsRefused",
					 cJSON_CreateNumber((double)mock->preflight_count));
	if (status == 0 && mock->has_generated)
		status = tally__value_source_tell(&mock->source, out);
	if (status == 0 && mock->warnings)
		status = tally__json_put(out, "warnings", tally__json_clone(mock->warnings));
	if (status == 0)
		status = tally__json_put(
			out, "success",
			cJSON_CreateBool(!problems->child && mock->omitted_count == 0));
	return status;
}

int tally_mock_report(const struct tally_mock *mock, cJSON **report, struct tally_error *error)
{
	/* The lock is no part of what a report reads. */
	pthread_mutex_t *lock;
	cJSON *out;
	int status = tally__call_check(mock, "a mock", error);

	if (status != 0)
		return status;
	lock = (pthread_mutex_t *)(uintptr_t)&mock->lock;
	out = cJSON_CreateObject();
	pthread_mutex_lock(lock);
	status = build(mock, out);
	pthread_mutex_unlock(lock);
	if (status == 0) {
		*report = out;
		return 0;
	}
	cJSON_Delete(out);
	return tally__fail_nomem(error);
}
