#include "config.h"

#include <stdlib.h>
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
	if (answer->passed != NULL && answer->failed != NULL)
		return OUTCOME_FLAKY;
	if (answer->failed != NULL)
		return OUTCOME_FAILED;
	if (answer->passed != NULL)
		return OUTCOME_PASSED;
	return answer->errored != NULL ? OUTCOME_ERROR : OUTCOME_WAITING;
}

int tally__pair_complete(struct answers *answers, const struct record *publication, bool *out,
			 struct tally_error *error)
{
	const cJSON *items, *item;
	const char *consumer;
	bool passed = true;
	int status = tally__record_text(publication, "consumer", &consumer, error);

	if (status == 0)
		status = tally__record_array(publication, "interactions", &items, error);
	if (status != 0)
		return status;
	cJSON_ArrayForEach(item, items)
	{
		struct claim claim;

		status = tally__claim_read(&claim, publication, item, error);
		if (status == 0 && !claim.pending)
			status = tally__answers_passed(answers, consumer, claim.digest, &passed,
						       error);
		if (status != 0)
			return status;
		if (!passed)
			break;
	}
	*out = passed;
	return 0;
}

static int judge_interaction(struct judged *judged, struct pair *pair, const cJSON *item,
			     struct tally_error *error)
{
	const struct answer *answer = &judged->answer;
	int status = tally__claim_read(&judged->claim, pair->publication, item, error);

	if (status == 0)
		status = tally__answers_get(pair->answers, pair->consumer, judged->claim.digest,
					    &judged->answer, error);
	if (status != 0)
		return status;
	judged->outcome = tally__answer_outcome(answer);
	if (judged->claim.pending)
		pair->counts.pending++;
	else
		pair->counts.total++;
	if (!judged->claim.pending)
		pair->counts.by_outcome[judged->outcome]++;
	if (judged->outcome == OUTCOME_PASSED || judged->outcome == OUTCOME_WAITING)
		return 0;
	return tally__answers_messages(pair->answers,
				       answer->failed != NULL ? answer->failed : answer->errored,
				       judged->claim.digest, &judged->messages, error);
}

static int judge_interactions(struct pair *pair, struct records *records, struct tally_error *error)
{
	const cJSON *items, *item;
	int status = tally__record_array(pair->publication, "interactions", &items, error);

	if (status != 0)
		return status;
	pair->interactions = tally__arena_alloc_array(
		&records->arena, (size_t)cJSON_GetArraySize(items) + 1, sizeof *pair->interactions);
	if (pair->interactions == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(item, items)
	{
		status = judge_interaction(&pair->interactions[pair->interaction_count++], pair,
					   item, error);
		if (status != 0)
			return status;
	}
	return 0;
}

static bool is_carried(const struct pair *pair, const struct answer_run *run)
{
	return strcmp(run->consumer, pair->consumer) != 0 || run->consumer_version == NULL ||
	       strcmp(run->consumer_version, pair->consumer_version) != 0;
}

/* Entries of the map lie beside the evidence, at the same index. */
static int add_evidence(struct pair *pair, struct map *runs, const struct answer_run *run,
			struct tally_error *error)
{
	struct evidence *evidence = &pair->evidence[pair->evidence_count];
	const struct map_entry *entry;

	if (run == NULL)
		return 0;
	evidence->run = run;
	entry = tally__map_add(runs, (const char *)&evidence->run, sizeof(evidence->run), evidence);
	if (entry == NULL)
		return tally__fail_nomem(error);
	if (entry->value == evidence) {
		evidence->carried = is_carried(pair, run);
		pair->carried = pair->carried || evidence->carried;
		pair->evidence_count++;
	}
	((struct evidence *)entry->value)->interactions++;
	return 0;
}

/* The newest first. */
static int compare_evidence(const void *a, const void *b)
{
	const struct answer_run *left = ((const struct evidence *)a)->run;
	const struct answer_run *right = ((const struct evidence *)b)->run;
	int order = strcmp(right->name, left->name);

	return order != 0 ? order : strcmp(right->consumer, left->consumer);
}

/* An attempt that ended with an error is nothing to rest on, and what may fail decides nothing. */
static int collect_evidence(struct pair *pair, struct records *records, struct tally_error *error)
{
	struct map runs;
	int status = 0;

	pair->evidence = tally__arena_alloc_array(&records->arena, 2 * pair->interaction_count + 1,
						  sizeof *pair->evidence);
	if (pair->evidence == NULL)
		return tally__fail_nomem(error);
	tally__map_init(&runs);
	for (size_t i = 0; status == 0 && i < pair->interaction_count; i++) {
		const struct judged *judged = &pair->interactions[i];
		const struct answer *answer = &judged->answer;

		if (judged->claim.pending)
			continue;
		status = add_evidence(pair, &runs, answer->passed, error);
		if (status == 0 && answer->failed != answer->passed)
			status = add_evidence(pair, &runs, answer->failed, error);
	}
	tally__map_release(&runs);
	if (pair->evidence_count > 0)
		qsort(pair->evidence, pair->evidence_count, sizeof *pair->evidence,
		      compare_evidence);
	for (size_t i = 0; status == 0 && i < pair->evidence_count; i++)
		status = tally__answers_path(pair->answers, pair->evidence[i].run,
					     &pair->evidence[i].path, error);
	return status;
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

	if (status != 0)
		return status;
	if (pair->provider_version == NULL)
		return judge_absent(pair, records, error);
	status = tally__answers_of(&pair->answers, records, pair->provider, pair->provider_version,
				   error);
	if (status == 0)
		status = judge_interactions(pair, records, error);
	if (status == 0)
		status = collect_evidence(pair, records, error);
	return status == 0 ? decide(pair, records, error) : status;
}
