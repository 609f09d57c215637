#include "config.h"

#include <string.h>

#include "broker/results.h"

void tally__answers_init(struct answers *answers)
{
	tally__map_init(&answers->by_digest);
}

void tally__answers_release(struct answers *answers)
{
	tally__map_release(&answers->by_digest);
}

const struct answer *tally__answers_get(const struct answers *answers, const char *digest)
{
	return tally__map_get(&answers->by_digest, digest, strlen(digest));
}

static int add_answer(struct answers *answers, struct records *records, const struct record *run,
		      const cJSON *interaction, struct tally_error *error)
{
	const char *digest = tally__json_get_string(interaction, "digest");
	const char *outcome = tally__json_get_string(interaction, "outcome");
	struct answer *answer;

	if (digest == NULL || outcome == NULL)
		return tally__record_damaged(run, "interactions",
					     "objects with \"digest\" and \"outcome\"", error);
	answer = tally__map_get(&answers->by_digest, digest, strlen(digest));
	if (answer == NULL) {
		answer = tally__arena_alloc(&records->arena, sizeof *answer);
		if (answer == NULL ||
		    tally__map_put(&answers->by_digest, digest, strlen(digest), answer) != 0)
			return tally__fail_nomem(error);
	}
	if (strcmp(outcome, "passed") == 0) {
		answer->passed = run;
	} else if (strcmp(outcome, "flaky") == 0) {
		answer->passed = answer->failed = run;
		answer->failure = interaction;
	} else if (strcmp(outcome, "failed") == 0) {
		answer->failed = run;
		answer->failure = interaction;
	} else if (strcmp(outcome, "error") == 0) {
		answer->errored = run;
		answer->trouble = interaction;
	} else {
		return tally__record_damaged(run, "outcome", "passed, failed, flaky or error",
					     error);
	}
	return 0;
}

int tally__answers_add_run(struct answers *answers, struct records *records,
			   const struct record *run, struct tally_error *error)
{
	const cJSON *interactions, *interaction;
	int status = tally__record_array(run, "interactions", &interactions, error);

	if (status != 0)
		return status;
	cJSON_ArrayForEach(interaction, interactions)
	{
		status = add_answer(answers, records, run, interaction, error);
		if (status != 0)
			return status;
	}
	return 0;
}

int tally__answers_load(struct answers *answers, struct records *records, const char *provider,
			const char *version, const char *consumer, struct tally_error *error)
{
	struct record **runs;
	size_t count;
	int status = tally__records_list(records, &runs, &count, PATH_RUNS,
					 NAMES(provider, version, consumer), error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = tally__answers_add_run(answers, records, runs[i], error);
	return status;
}
