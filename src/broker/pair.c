#include "config.h"

#include <string.h>

#include "broker/pair.h"
#include "broker/worked.h"

const char *tally__verdict_name(enum verdict verdict)
{
	static const char *const names[] = {"ok", "broken", "waiting", "stuck", "absent"};

	return names[verdict];
}

const char *tally__outcome_name(enum outcome outcome)
{
	static const char *const names[] = {"passed", "failed", "flaky", "error", "waiting"};

	return names[outcome];
}

void tally__pair_release(struct pair *pair)
{
	tally__answers_release(&pair->answers);
}

int tally__claim_read(struct claim *claim, const struct record *publication, const cJSON *item,
		      struct tally_error *error)
{
	claim->digest = tally__json_get_string(item, "digest");
	claim->description = tally__json_get_string(item, "description");
	claim->pending = tally__json_get_bool(item, "pending", false);
	if (claim->digest == NULL || claim->description == NULL)
		return tally__record_damaged(publication, "interactions",
					     "objects with \"digest\" and \"description\"", error);
	return 0;
}

/* Opposite answers of one version to one question are no answer to rely on.  An error is no answer
 * at all, whatever came before or after it. */
enum outcome tally__answer_outcome(const struct answer *answer)
{
	if (answer == NULL)
		return OUTCOME_WAITING;
	if (answer->passed != NULL && answer->failed != NULL)
		return OUTCOME_FLAKY;
	if (answer->failed != NULL)
		return OUTCOME_FAILED;
	return answer->passed != NULL ? OUTCOME_PASSED : OUTCOME_ERROR;
}

/* Names of runs begin with their time, and all runs here lie in one folder. */
static void keep_newest(const struct record **newest, const struct record *run)
{
	if (run != NULL && (*newest == NULL || strcmp(run->path, (*newest)->path) > 0))
		*newest = run;
}

static void count_claim(struct pair_counts *counts, const struct claim *claim,
			const struct answer *answer)
{
	if (claim->pending) {
		counts->pending++;
		return;
	}
	counts->total++;
	counts->by_outcome[tally__answer_outcome(answer)]++;
	if (answer == NULL)
		return;
	keep_newest(&counts->last_run, answer->passed);
	keep_newest(&counts->last_run, answer->failed);
}

int tally__pair_count(struct pair_counts *counts, const struct record *publication,
		      const struct answers *answers, struct tally_error *error)
{
	const cJSON *items, *item;
	struct pair_counts count = {0};
	int status = tally__record_array(publication, "interactions", &items, error);

	if (status != 0)
		return status;
	cJSON_ArrayForEach(item, items)
	{
		struct claim claim;

		status = tally__claim_read(&claim, publication, item, error);
		if (status != 0)
			return status;
		count_claim(&count, &claim, tally__answers_get(answers, claim.digest));
	}
	*counts = count;
	return 0;
}

bool tally__pair_complete(const struct pair_counts *counts)
{
	return counts->by_outcome[OUTCOME_PASSED] == counts->total;
}

/* A verification is due: can one be made at all? */
static int check_document(struct pair *pair, struct records *records, struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	const char *path, *bytes;
	size_t len;
	int status = tally__records_path(
		records, &path, PATH_CONTRACT,
		NAMES(pair->consumer, pair->consumer_version, pair->provider), error);

	if (status != 0)
		return status;
	status = tally__snapshot_read(records->snapshot, path, &records->arena, &bytes, &len,
				      &trouble);
	if (status == TALLY_ENOTFOUND) {
		pair->verdict = VERDICT_STUCK;
		pair->stuck = tally__arena_printf(
			&records->arena,
			"the contract of %s %s with %s is recorded as published, but the document "
			"is missing",
			pair->consumer, pair->consumer_version, pair->provider);
		return pair->stuck == NULL ? tally__fail_nomem(error) : 0;
	}
	if (status != 0)
		return tally__fail_at(error, status, path, 0, 0, "the contract cannot be read: %s",
				      trouble.message);
	return 0;
}

static int decide(struct pair *pair, struct records *records, struct tally_error *error)
{
	const size_t *by_outcome = pair->counts.by_outcome;

	if (by_outcome[OUTCOME_FAILED] + by_outcome[OUTCOME_FLAKY] > 0) {
		pair->verdict = VERDICT_BROKEN;
		return tally__worked_compare(pair, records, error);
	}
	if (by_outcome[OUTCOME_WAITING] + by_outcome[OUTCOME_ERROR] > 0) {
		pair->verdict = VERDICT_WAITING;
		return check_document(pair, records, error);
	}
	pair->verdict = VERDICT_OK;
	return 0;
}

/* Which version of the provider could go there?  The one that worked last, or else its newest. */
static int judge_absent(struct pair *pair, struct records *records, struct tally_error *error)
{
	struct record *latest;
	int status = tally__worked_newest(pair, records, error);

	pair->verdict = VERDICT_ABSENT;
	if (status == 0)
		status = tally__records_get(records, &latest, PATH_LATEST, NAMES(pair->provider),
					    error);
	if (status == 0)
		status = tally__record_optional_text(latest, "version", &pair->provider_latest,
						     error);
	return status;
}

int tally__pair_judge(struct pair *pair, struct records *records, struct tally_error *error)
{
	int status = tally__records_get(
		records, &pair->publication, PATH_PUBLICATION,
		NAMES(pair->consumer, pair->consumer_version, pair->provider), error);

	tally__answers_init(&pair->answers);
	if (status != 0)
		return status;
	if (pair->provider_version == NULL)
		return judge_absent(pair, records, error);
	status = tally__answers_load(&pair->answers, records, pair->provider,
				     pair->provider_version, pair->consumer, error);
	if (status == 0)
		status = tally__pair_count(&pair->counts, pair->publication, &pair->answers, error);
	return status == 0 ? decide(pair, records, error) : status;
}
