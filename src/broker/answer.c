/* The answer to can-i-deploy: Pact's members and ours, in one document. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "broker/can_i_deploy.h"

/* Longest sentence or command in an answer: a few names, and the place of the broker, quoted. */
#define SENTENCE_BYTES (1024 * (size_t)LIMIT_NAME_BYTES)

/* A member with the text that `say` appends; left out when that is empty. */
static int put_said(cJSON *json, const char *name, const struct pair *pair,
		    const struct deploy_question *question,
		    void (*say)(struct buf *, const struct pair *, const struct deploy_question *))
{
	struct buf text;
	int status;

	tally__buf_init(&text, SENTENCE_BYTES);
	say(&text, pair, question);
	status = text.status;
	if (status == 0 && text.len > 0)
		status = tally__json_put_text(json, name, text.bytes);
	tally__buf_release(&text);
	return status;
}

static cJSON *name_side(const char *name, const char *version)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put_text(json, "name", name);

	failed |=
		tally__json_put(json, "version",
				version != NULL ? cJSON_CreateString(version) : cJSON_CreateNull());
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static const cJSON *failure_of(const struct answer *answer, enum outcome outcome)
{
	if (answer == NULL || outcome == OUTCOME_PASSED)
		return NULL;
	return tally__json_get(outcome == OUTCOME_ERROR ? answer->trouble : answer->failure,
			       "messages");
}

static cJSON *show_interaction(const struct claim *claim, const struct answer *answer)
{
	enum outcome outcome = tally__answer_outcome(answer);
	const cJSON *messages = failure_of(answer, outcome);
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put_text(json, "description", claim->description);

	failed |= tally__json_put_text(json, "digest", claim->digest);
	failed |= tally__json_put_text(json, "outcome", tally__outcome_name(outcome));
	if (claim->pending)
		failed |= tally__json_put(json, "pending", cJSON_CreateTrue());
	if (messages != NULL)
		failed |= tally__json_put(json, "messages", tally__json_clone(messages));
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int put_interactions(cJSON *json, const struct pair *pair, struct tally_error *error)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *item;

	if (tally__json_put(json, "interactions", list) != 0)
		return tally__fail_nomem(error);
	if (pair->publication == NULL || pair->provider_version == NULL)
		return 0; /* nobody to have answered */
	cJSON_ArrayForEach(item, tally__json_get(pair->publication->json, "interactions"))
	{
		struct claim claim;
		int status = tally__claim_read(&claim, pair->publication, item, error);

		if (status != 0)
			return status;
		if (tally__json_append(
			    list, show_interaction(&claim, tally__answers_get(&pair->answers,
									      claim.digest))) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

/* Where to look: the newest run that says something, as a file of the repository. */
static int put_evidence(cJSON *json, const struct pair *pair)
{
	const struct record *run = pair->counts.last_run;
	cJSON *evidence;
	int failed;

	if (run == NULL)
		return 0;
	evidence = cJSON_CreateObject();
	failed = tally__json_put_text(evidence, "run", run->path);
	failed |= tally__json_put_text(evidence, "at", tally__json_get_string(run->json, "at"));
	failed |= tally__json_put_text(evidence, "buildUrl",
				       tally__json_get_string(run->json, "buildUrl"));
	failed |= tally__json_put(json, "evidence", evidence);
	return failed;
}

static int put_moved(cJSON *json, const struct pair *pair)
{
	const char *consumer_version = tally__json_get_string(pair->worked, "consumerVersion");
	const char *provider_version = tally__json_get_string(pair->worked, "providerVersion");
	int failed = 0;
	cJSON *worked;

	if (pair->moved != MOVED_UNKNOWN)
		failed = tally__json_put_text(
			json, "moved", pair->moved == MOVED_PROVIDER ? "provider" : "consumer");
	if (consumer_version == NULL || provider_version == NULL)
		return failed;
	worked = cJSON_CreateObject();
	failed |= tally__json_put(worked, "consumer", name_side(pair->consumer, consumer_version));
	failed |= tally__json_put(worked, "provider", name_side(pair->provider, provider_version));
	failed |= tally__json_put_text(worked, "at", tally__json_get_string(pair->worked, "at"));
	failed |= tally__json_put(json, "lastWorked", worked);
	return failed;
}

static int add_pair(cJSON *pairs, const struct pair *pair, const struct deploy_question *question,
		    struct tally_error *error)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_append(pairs, json);

	if (failed != 0)
		return tally__fail_nomem(error);
	failed |= tally__json_put(json, "consumer",
				  name_side(pair->consumer, pair->consumer_version));
	failed |= tally__json_put(json, "provider",
				  name_side(pair->provider, pair->provider_version));
	failed |= tally__json_put_text(json, "verdict", tally__verdict_name(pair->verdict));
	failed |= put_said(json, "why", pair, question, tally__pair_explain);
	failed |= put_moved(json, pair);
	failed |= put_evidence(json, pair);
	failed |= put_said(json, "next", pair, question, tally__pair_advise);
	return failed != 0 ? tally__fail_nomem(error) : put_interactions(json, pair, error);
}

/* Pact's form of a version.  "branch" is the one it joined last. */
static int put_version(cJSON *side, struct records *records, const char *application,
		       const char *version, struct tally_error *error)
{
	static const char *const lists[] = {"branches", "tags"};
	const cJSON *branches;
	struct record *record;
	cJSON *json;
	int failed = 0;
	int status;

	if (version == NULL)
		return tally__json_put(side, "version", cJSON_CreateNull()) != 0
			       ? tally__fail_nomem(error)
			       : 0;
	status = tally__records_get(records, &record, PATH_VERSION, NAMES(application, version),
				    error);
	if (status == 0)
		status = tally__record_optional_array(record, "branches", &branches, error);
	if (status != 0)
		return status;
	json = cJSON_CreateObject();
	failed |= tally__json_put_text(json, "number", version);
	failed |= tally__json_put(json, "branch",
				  branches != NULL && branches->child != NULL
					  ? tally__json_clone(cJSON_GetArrayItem(
						    branches, cJSON_GetArraySize(branches) - 1))
					  : cJSON_CreateNull());
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const cJSON *list = tally__json_get(record->json, lists[i]);

		failed |= tally__json_put(json, lists[i],
					  list != NULL ? tally__json_clone(list)
						       : cJSON_CreateArray());
	}
	failed |= tally__json_put(side, "version", json);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int put_side(cJSON *row, const char *role, struct records *records, const char *application,
		    const char *version, struct tally_error *error)
{
	cJSON *side = cJSON_CreateObject();
	int failed = tally__json_put_text(side, "name", application);

	failed |= tally__json_put(row, role, side);
	return failed != 0 ? tally__fail_nomem(error)
			   : put_version(side, records, application, version, error);
}

static cJSON *show_result(const struct pair *pair)
{
	const struct record *run = pair->counts.last_run;
	cJSON *json;
	int failed;

	if ((pair->verdict != VERDICT_OK && pair->verdict != VERDICT_BROKEN) || run == NULL)
		return cJSON_CreateNull();
	json = cJSON_CreateObject();
	failed = tally__json_put(json, "success", cJSON_CreateBool(pair->verdict == VERDICT_OK));
	failed |= tally__json_put_text(json, "verifiedAt", tally__json_get_string(run->json, "at"));
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int add_row(cJSON *matrix, struct records *records, const struct pair *pair,
		   struct tally_error *error)
{
	cJSON *row = cJSON_CreateObject(), *pact = cJSON_CreateObject();
	const char *published = NULL;
	int failed = tally__json_append(matrix, row);
	int status;

	if (pair->publication != NULL)
		published = tally__json_get_string(pair->publication->json, "publishedAt");
	if (failed != 0) {
		cJSON_Delete(pact);
		return tally__fail_nomem(error);
	}
	failed |= tally__json_put_text(pact, "createdAt", published);
	failed |= tally__json_put(row, "pact", pact);
	failed |= tally__json_put(row, "verificationResult", show_result(pair));
	if (failed != 0)
		return tally__fail_nomem(error);
	status = put_side(row, "consumer", records, pair->consumer, pair->consumer_version, error);
	if (status == 0)
		status = put_side(row, "provider", records, pair->provider, pair->provider_version,
				  error);
	return status;
}

struct summary {
	size_t success, failed, unknown;
	size_t passed; /* interactions */
};

static void summarise(struct summary *summary, const struct pair *pairs)
{
	*summary = (struct summary){0};
	for (const struct pair *pair = pairs; pair != NULL; pair = pair->next) {
		switch (pair->verdict) {
		case VERDICT_OK:
			summary->success++;
			summary->passed += pair->counts.by_outcome[OUTCOME_PASSED];
			break;
		case VERDICT_BROKEN:
			summary->failed++;
			break;
		case VERDICT_WAITING:
		case VERDICT_STUCK:
		case VERDICT_ABSENT:
			summary->unknown++;
			break;
		}
	}
}

static int add_notice(cJSON *notices, struct buf *reason, const char *type, const char *text)
{
	cJSON *notice = cJSON_CreateObject();
	int failed = tally__json_put_text(notice, "type", type);

	failed |= tally__json_put_text(notice, "text", text);
	if (reason->len > 0)
		tally__buf_addc(reason, '\n');
	tally__buf_adds(reason, text);
	if (failed != 0) {
		cJSON_Delete(notice);
		return TALLY_ENOMEM;
	}
	return tally__json_append(notices, notice);
}

/* What stands in the way, or that nothing does. */
static int add_notices(cJSON *notices, struct buf *reason, const struct pair *pairs,
		       const struct deploy_question *question, const struct summary *summary)
{
	int failed = 0;

	if (pairs == NULL)
		return add_notice(notices, reason, "success",
				  "nothing that is needed is missing: no contract ties this "
				  "version to what runs there");
	if (summary->failed + summary->unknown == 0)
		return add_notice(
			notices, reason, "success",
			summary->passed > 0
				? "every contract that matters passed completely"
				: "the contracts that matter ask nothing that has to pass");
	for (const struct pair *pair = pairs; pair != NULL; pair = pair->next) {
		struct buf text;

		if (pair->verdict == VERDICT_OK)
			continue;
		tally__buf_init(&text, SENTENCE_BYTES);
		tally__pair_explain(&text, pair, question);
		failed |= text.status != 0 ? text.status
					   : add_notice(notices, reason, "error", text.bytes);
		tally__buf_release(&text);
	}
	return failed;
}

/* A failure beside an unknown is null, as Pact has it: what is not known may matter more. */
static cJSON *deployable(const struct summary *summary)
{
	if (summary->unknown > 0)
		return cJSON_CreateNull();
	return cJSON_CreateBool(summary->failed == 0);
}

static int put_summary(cJSON *answer, const struct pair *pairs,
		       const struct deploy_question *question)
{
	cJSON *json = cJSON_CreateObject(), *notices = cJSON_CreateArray();
	struct summary summary;
	struct buf reason;
	int failed;

	tally__buf_init(&reason, LIMIT_DOCUMENT_BYTES);
	summarise(&summary, pairs);
	failed = add_notices(notices, &reason, pairs, question, &summary);
	failed |= reason.status;
	failed |= tally__json_put(json, "deployable", deployable(&summary));
	failed |= tally__json_put_text(json, "reason", reason.bytes);
	failed |= tally__json_put(json, "success", cJSON_CreateNumber((double)summary.success));
	failed |= tally__json_put(json, "failed", cJSON_CreateNumber((double)summary.failed));
	failed |= tally__json_put(json, "unknown", cJSON_CreateNumber((double)summary.unknown));
	failed |= tally__json_put(answer, "summary", json);
	failed |= tally__json_put(answer, "notices", notices);
	failed |= tally__json_put_text(answer, "verdict",
				       summary.failed + summary.unknown == 0 ? "yes" : "no");
	tally__buf_release(&reason);
	return failed;
}

static int put_question(cJSON *answer, const struct records *records,
			const struct deploy_question *question)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put_text(json, "application", question->application);

	failed |= tally__json_put_text(json, "version", question->version);
	failed |= tally__json_put_text(json, "environment", question->environment);
	failed |= tally__json_put_text(json, "at", tally__snapshot_id(records->snapshot));
	failed |= tally__json_put(answer, "question", json);
	return failed;
}

int tally__deploy_answer(struct records *records, const struct deploy_question *question,
			 const struct pair *pairs, cJSON **answer, struct tally_error *error)
{
	cJSON *matrix, *list;
	int status = 0;
	int failed;

	*answer = cJSON_CreateObject();
	failed = put_summary(*answer, pairs, question);
	failed |= put_question(*answer, records, question);
	matrix = cJSON_CreateArray();
	failed |= tally__json_put(*answer, "matrix", matrix);
	if (failed != 0)
		return tally__fail_nomem(error);
	list = cJSON_CreateArray();
	if (tally__json_put(*answer, "pairs", list) != 0)
		return tally__fail_nomem(error);
	for (const struct pair *pair = pairs; status == 0 && pair != NULL; pair = pair->next) {
		status = add_row(matrix, records, pair, error);
		if (status == 0)
			status = add_pair(list, pair, question, error);
	}
	return status;
}
