/* The answer to a question: Pact's members and ours, in one document. */
#include "config.h"

#include <string.h>

#include "broker/matrix.h"

/* A member with the text that `say` appends; left out when that is empty. */
static int put_said(cJSON *json, const char *name, const struct row *row,
		    const struct matrix *matrix,
		    void (*say)(struct buf *, const struct row *, const struct matrix *))
{
	struct buf text;
	int status;

	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	say(&text, row, matrix);
	status = text.status;
	if (status == 0 && text.len > 0)
		status = tally__json_put_text(json, name, text.bytes);
	tally__buf_release(&text);
	return status;
}

/* The same of what needs no row.  Takes the text. */
static int put_text(cJSON *json, const char *name, struct buf *text)
{
	int status = text->status;

	if (status == 0 && text->len > 0)
		status = tally__json_put_text(json, name, text->bytes);
	tally__buf_release(text);
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

static cJSON *show_interaction(const struct judged *judged)
{
	const struct claim *claim = &judged->claim;
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put_text(json, "description", claim->description);

	failed |= tally__json_put_text(json, "digest", claim->digest);
	failed |= tally__json_put_text(json, "outcome", tally__outcome_name(judged->outcome));
	if (claim->pending)
		failed |= tally__json_put(json, "pending", cJSON_CreateTrue());
	if (judged->messages != NULL)
		failed |= tally__json_put(json, "messages", tally__json_clone(judged->messages));
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int put_interactions(cJSON *json, const struct pair *pair)
{
	cJSON *list = tally__json_put_new(json, "interactions", cJSON_CreateArray());
	int failed = list == NULL;

	for (size_t i = 0; failed == 0 && i < pair->interaction_count; i++)
		failed |= tally__json_append(list, show_interaction(&pair->interactions[i]));
	return failed;
}

static int add_evidence(cJSON *list, const struct evidence *evidence)
{
	const struct answer_run *run = evidence->run;
	cJSON *json = tally__json_put_new(list, NULL, cJSON_CreateObject());
	int failed = tally__json_put_text(json, "run", evidence->path);

	failed |= tally__json_put_text(json, "at", run->at);
	failed |= tally__json_put_text(json, "consumer", run->consumer);
	failed |= tally__json_put_text(json, "consumerVersion", run->consumer_version);
	failed |= tally__json_put_text(json, "buildUrl", run->build_url);
	failed |= tally__json_put(json, "interactions",
				  cJSON_CreateNumber((double)evidence->interactions));
	failed |= tally__json_put(json, "carried", cJSON_CreateBool(evidence->carried));
	return failed;
}

/* Where to look: the runs that say so, as files of the repository. */
static int put_evidence(cJSON *json, const struct pair *pair)
{
	cJSON *list = tally__json_put_new(json, "evidence", cJSON_CreateArray());
	int failed = list == NULL;

	for (size_t i = 0; failed == 0 && i < pair->evidence_count; i++)
		failed |= add_evidence(list, &pair->evidence[i]);
	return failed;
}

/* The entry of a content names one version that had it: where that is the content in question, the
 * version in question is meant. */
static int worked_version(const struct pair *pair, struct records *records, const char **version,
			  struct tally_error *error)
{
	const char *content = NULL, *worked_content = NULL;
	struct record *publication;
	int status = tally__records_get(records, &publication, PATH_PUBLICATION,
					NAMES(pair->consumer, *version, pair->provider), error);

	if (status == 0 && publication->json != NULL)
		status = tally__record_text(publication, "content", &worked_content, error);
	if (status == 0 && pair->publication != NULL && pair->publication->json != NULL)
		status = tally__record_text(pair->publication, "content", &content, error);
	if (status == 0 && content != NULL && worked_content != NULL &&
	    strcmp(content, worked_content) == 0)
		*version = pair->consumer_version;
	return status;
}

/* A pair that is broken now did not work last with itself: a flaky one only seemed to. */
static int put_worked(cJSON *json, const struct pair *pair, struct records *records,
		      struct tally_error *error)
{
	const char *consumer_version = tally__json_get_string(pair->worked, "consumerVersion");
	const char *provider_version = tally__json_get_string(pair->worked, "providerVersion");
	cJSON *worked;
	int failed, status;

	if (consumer_version == NULL || provider_version == NULL)
		return 0;
	status = worked_version(pair, records, &consumer_version, error);
	if (status != 0 || (pair->provider_version != NULL &&
			    strcmp(consumer_version, pair->consumer_version) == 0 &&
			    strcmp(provider_version, pair->provider_version) == 0))
		return status;
	worked = tally__json_put_new(json, "lastWorked", cJSON_CreateObject());
	failed = tally__json_put(worked, "consumer", name_side(pair->consumer, consumer_version));
	failed |= tally__json_put(worked, "provider", name_side(pair->provider, provider_version));
	failed |= tally__json_put_text(worked, "at", tally__json_get_string(pair->worked, "at"));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int put_instances(cJSON *side, const struct selected_version *version)
{
	cJSON *list;
	int failed = 0;

	if (version->instance_count == 0)
		return 0;
	list = tally__json_put_new(side, "instances", cJSON_CreateArray());
	for (size_t i = 0; i < version->instance_count; i++)
		failed |= tally__json_append(list, cJSON_CreateString(version->instances[i]));
	return failed;
}

/* A side, and why it is this version of it. */
static int put_side(cJSON *json, const char *role, const char *application, const char *version,
		    const struct selected *selected, const struct selected_version *found)
{
	cJSON *side = tally__json_put_new(json, role, name_side(application, version));
	struct buf because;
	int failed = side == NULL;

	if (found == NULL || failed)
		return failed;
	tally__buf_init(&because, MATRIX_SENTENCE_BYTES);
	tally__selected_version_describe(&because, selected, found);
	failed |= put_text(side, "because", &because);
	failed |= put_instances(side, found);
	if (found->deployed)
		failed |= tally__json_put(side, "deployed", cJSON_CreateTrue());
	if (found->released)
		failed |= tally__json_put(side, "released", cJSON_CreateTrue());
	if (found->assumed)
		failed |= tally__json_put(side, "assumed", cJSON_CreateTrue());
	return failed;
}

static int put_verdict(cJSON *json, const struct row *row)
{
	const struct pair *pair = &row->pair;
	const char *verdict = tally__verdict_name(pair->verdict);
	int failed =
		tally__json_put_text(json, "verdict", row->ignored != NULL ? "ignored" : verdict);

	if (row->ignored != NULL)
		failed |= tally__json_put_text(json, "otherwise", verdict);
	if (pair->verdict == VERDICT_OK && pair->counts.total == 0)
		failed |= tally__json_put(json, "empty", cJSON_CreateTrue());
	if (pair->moved != MOVED_UNKNOWN)
		failed |= tally__json_put_text(
			json, "moved", pair->moved == MOVED_PROVIDER ? "provider" : "consumer");
	return failed;
}

static int add_pair(cJSON *pairs, const struct row *row, struct matrix *matrix,
		    struct tally_error *error)
{
	const struct pair *pair = &row->pair;
	cJSON *json = tally__json_put_new(pairs, NULL, cJSON_CreateObject());
	int failed, status;

	if (json == NULL)
		return tally__fail_nomem(error);
	failed = put_side(json, "consumer", pair->consumer, pair->consumer_version, row->consumer,
			  row->consumer_version);
	failed |= put_side(json, "provider", pair->provider, pair->provider_version, row->provider,
			   row->provider_version);
	failed |= put_verdict(json, row);
	failed |= put_said(json, "why", row, matrix, tally__row_explain);
	failed |= put_evidence(json, pair);
	failed |= put_said(json, "next", row, matrix, tally__row_advise);
	if (failed != 0)
		return tally__fail_nomem(error);
	status = put_worked(json, pair, matrix->records, error);
	if (status == 0 && put_interactions(json, pair) != 0)
		status = tally__fail_nomem(error);
	return status;
}

static int put_criteria(cJSON *json, const struct tally_version_selector *selector)
{
	int failed = tally__json_put_text(json, "application", selector->application);

	failed |= tally__json_put_text(json, "version", selector->version);
	failed |= tally__json_put_text(json, "branch", selector->branch);
	failed |= tally__json_put_text(json, "tag", selector->tag);
	failed |= tally__json_put_text(json, "environment", selector->environment);
	if (selector->main_branch)
		failed |= tally__json_put(json, "mainBranch", cJSON_CreateTrue());
	if (selector->latest)
		failed |= tally__json_put(json, "latest", cJSON_CreateTrue());
	return failed;
}

static int add_selector(cJSON *list, const struct selected *selected)
{
	cJSON *json = tally__json_put_new(list, NULL, cJSON_CreateObject()), *versions;
	struct buf text;
	int failed = put_criteria(json, selected->selector);

	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	tally__selected_describe(&text, selected);
	failed |= put_text(json, "text", &text);
	if (selected->every)
		return failed;
	versions = tally__json_put_new(json, "versions", cJSON_CreateArray());
	for (size_t i = 0; i < selected->count; i++)
		failed |= tally__json_append(versions,
					     cJSON_CreateString(selected->versions[i].version));
	return failed;
}

static int add_assumption(cJSON *list, const struct matrix *matrix,
			  const struct tally_assumption *item)
{
	const char *place = item->environment;
	struct buf text;
	int status;

	if (place == NULL)
		place = matrix->target.environment;
	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	if (item->version == NULL)
		tally__buf_addf(&text, "no version of %s is there", item->application);
	else
		tally__buf_addf(&text, "%s %s is %s", item->application, item->version,
				item->released ? "released" : "deployed");
	if (place != NULL)
		tally__buf_addf(&text, " in %s", place);
	if (item->instance != NULL)
		tally__buf_addf(&text, " (instance %s)", item->instance);
	status = text.status;
	if (status == 0)
		status = tally__json_append(list, cJSON_CreateString(text.bytes));
	tally__buf_release(&text);
	return status;
}

/* The application and version themselves, where the question is about one. */
static int put_subject(cJSON *json, const struct matrix *matrix)
{
	const struct selected *selected = matrix->specified;
	int failed;

	if (matrix->specified_count != 1 || selected->every)
		return 0;
	failed = tally__json_put_text(json, "application", selected->application);
	if (selected->count == 1)
		failed |= tally__json_put_text(json, "version", selected->versions->version);
	return failed;
}

static int put_question(cJSON *answer, const struct matrix *matrix)
{
	const struct tally_matrix_query *query = matrix->query;
	cJSON *json = tally__json_put_new(answer, "question", cJSON_CreateObject());
	cJSON *list = tally__json_put_new(json, "selectors", cJSON_CreateArray());
	struct buf to;
	int failed = put_subject(json, matrix);

	for (size_t i = 0; i < matrix->specified_count; i++)
		failed |= add_selector(list, &matrix->specified[i]);
	tally__buf_init(&to, MATRIX_SENTENCE_BYTES);
	tally__target_describe(&to, matrix);
	failed |= put_text(json, "to", &to);
	failed |= tally__json_put_text(json, "environment", matrix->target.environment);
	failed |= tally__json_put_text(json, "tag", matrix->target.tag);
	failed |= tally__json_put_text(json, "branch", matrix->target.branch);
	if (query->assumption_count > 0)
		list = tally__json_put_new(json, "assumed", cJSON_CreateArray());
	for (size_t i = 0; i < query->assumption_count; i++)
		failed |= add_assumption(list, matrix, &query->assumptions[i]);
	failed |= tally__json_put_text(json, "at", tally__snapshot_id(matrix->records->snapshot));
	return failed;
}

/* Does anybody have a contract with it? */
static int is_provider(struct matrix *matrix, const char *application, bool *out,
		       struct tally_error *error)
{
	struct record **consumers;
	size_t count = 0;
	int status = tally__records_list(matrix->records, &consumers, &count, PATH_CONSUMERS,
					 NAMES(application), error);

	*out = count > 0;
	return status;
}

static int add_unknown(cJSON *list, struct matrix *matrix, const struct selected *selected,
		       struct tally_error *error)
{
	cJSON *json = tally__json_put_new(list, NULL, cJSON_CreateObject());
	struct buf text, next;
	bool provider;
	int failed, status = is_provider(matrix, selected->application, &provider, error);

	if (status != 0)
		return status;
	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	tally__buf_init(&next, MATRIX_SENTENCE_BYTES);
	tally__selected_describe(&text, selected);
	failed = put_text(json, "text", &text);
	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	tally__buf_adds(&text, "nothing is known of ");
	tally__selected_describe(&text, selected);
	failed |= put_text(json, "why", &text);
	tally__selected_advise(&next, selected, provider, matrix);
	failed |= put_text(json, "next", &next);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* What is Tally's own, beside the pairs. */
static int put_own(cJSON *answer, struct matrix *matrix, struct tally_error *error)
{
	const char *verdict = tally__json_get_string(answer, "verdict");
	struct buf next;
	int status = 0;
	cJSON *list = NULL;

	for (size_t i = 0; status == 0 && i < matrix->specified_count; i++) {
		if (!tally__selected_is_missing(matrix, &matrix->specified[i]))
			continue;
		if (list == NULL)
			list = tally__json_put_new(answer, "unknown", cJSON_CreateArray());
		status = list == NULL ? tally__fail_nomem(error)
				      : add_unknown(list, matrix, &matrix->specified[i], error);
	}
	if (status != 0 || verdict == NULL || strcmp(verdict, "yes") != 0)
		return status;
	tally__buf_init(&next, MATRIX_SENTENCE_BYTES);
	tally__matrix_advise(&next, matrix);
	return put_text(answer, "next", &next) != 0 ? tally__fail_nomem(error) : 0;
}

static int put_rows(cJSON *answer, struct matrix *matrix, struct tally_error *error)
{
	cJSON *rows = tally__json_put_new(answer, "matrix", cJSON_CreateArray());
	cJSON *pairs = tally__json_put_new(answer, "pairs", cJSON_CreateArray());
	int status = rows == NULL || pairs == NULL ? tally__fail_nomem(error) : 0;

	for (size_t i = 0; status == 0 && i < matrix->row_count; i++) {
		status = tally__matrix_add_pact_row(rows, matrix, matrix->rows[i], error);
		if (status == 0)
			status = add_pair(pairs, matrix->rows[i], matrix, error);
	}
	return status;
}

int tally__matrix_answer(struct matrix *matrix, bool verdict, cJSON **answer,
			 struct tally_error *error)
{
	int status = 0;

	*answer = cJSON_CreateObject();
	if (verdict)
		status = tally__matrix_put_summary(*answer, matrix, error);
	if (status == 0 && put_question(*answer, matrix) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = put_rows(*answer, matrix, error);
	if (status == 0 && verdict)
		status = put_own(*answer, matrix, error);
	if (status == 0 && matrix->truncated &&
	    tally__json_put(*answer, "truncated", cJSON_CreateTrue()) != 0)
		status = tally__fail_nomem(error);
	return status;
}
