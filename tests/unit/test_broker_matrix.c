/* Runs tests/cases/matrix/<name>.json, one test a file:
 *
 *   {"events": [what is recorded, in order:
 *      {"publish": consumer, "version", "provider", "words", "branch", "tags"},
 *      {"verify": provider, "version", "consumer", "consumerVersion", "words", "outcomes",
 *       "branch"},
 *      {"environment": name},
 *      {"deploy" | "release": application, "version", "to": environment, "instance"}],
 *    "questions": [{"title",
 *      "query": {"selectors": […], "to" …: the members of struct tally_matrix_query, in camel
 * case}, "deployable", "counts": "successes failures unknowns", and " ignored" where there are,
 *      "notices": their types, without repetitions,
 *      "rows": ["CONSUMER VERSION PROVIDER VERSION|- true|false|null[ ignored]"],
 *      "verdicts": ["ok", …], as many, and "next": ["words of the command", "" …],
 *      "because": ["words" …] of the provider's side, "warning": words of a notice,
 *      "verdict" where it is not yes though deployable, "truncated": true} or, in place of all but
 * the first two, "error": "TALLY_E…"]}
 *
 * Words and outcomes are those of broker_site.h.  What a question leaves out is not looked at. */
#include "config.h"

#include "base/file.h"
#include "broker_site.h"
#include "tally/environment.h"
#include "tally/matrix.h"

#define MOST_CASES 64

struct case_file {
	char path[4096];
};

struct cases {
	struct case_file files[MOST_CASES];
	struct CMUnitTest tests[MOST_CASES];
	size_t count;
};

static const char *optional(const cJSON *object, const char *name)
{
	return tally__json_get_string(object, name);
}

/* Texts of an array, lent, in memory that the caller frees. */
static const char **texts_of(const cJSON *list, size_t *count)
{
	const char **texts = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *texts);
	const cJSON *item;

	assert_non_null(texts);
	*count = 0;
	cJSON_ArrayForEach(item, list)
	{
		texts[(*count)++] = item->valuestring;
	}
	return texts;
}

static void publish(struct site *site, const cJSON *event)
{
	cJSON *contract = site_contract(site_text(event, "publish"), site_text(event, "provider"),
					site_text(event, "words")),
	      *answer = NULL;
	const cJSON *contracts[] = {contract};
	struct tally_publication publication = {.version = site_text(event, "version"),
						.branch = optional(event, "branch"),
						.contracts = contracts,
						.contract_count = 1};
	struct tally_error error = TALLY_ERROR_INIT;
	const char **tags = texts_of(tally__json_get(event, "tags"), &publication.tag_count);

	publication.tags = tags;
	site_ok(tally_broker_publish(site->broker, &publication, &answer, &error), &error);
	cJSON_Delete(answer);
	cJSON_Delete(contract);
	free(tags);
}

static void record(struct site *site, const cJSON *event)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_wait(site, 1);
	if (tally__json_get(event, "publish") != NULL)
		publish(site, event);
	else if (tally__json_get(event, "verify") != NULL)
		site_verify(site, site_text(event, "verify"), site_text(event, "version"),
			    optional(event, "branch"), site_text(event, "consumer"),
			    optional(event, "consumerVersion"), site_text(event, "words"),
			    site_text(event, "outcomes"));
	else if (tally__json_get(event, "environment") != NULL)
		site_environment(site, site_text(event, "environment"));
	else if (tally__json_get(event, "deploy") != NULL)
		site_deploy(site, site_text(event, "deploy"), site_text(event, "version"),
			    site_text(event, "to"), optional(event, "instance"));
	else
		site_ok(tally_broker_record_release(site->broker, site_text(event, "release"),
						    site_text(event, "version"),
						    site_text(event, "to"), &answer, &error),
			&error);
	cJSON_Delete(answer);
}

static struct tally_version_selector *selectors_of(const cJSON *list, size_t *count)
{
	struct tally_version_selector *selectors =
		calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *selectors);
	const cJSON *item;

	assert_non_null(selectors);
	*count = 0;
	cJSON_ArrayForEach(item, list)
	{
		selectors[(*count)++] = (struct tally_version_selector){
			.application = optional(item, "application"),
			.version = optional(item, "version"),
			.branch = optional(item, "branch"),
			.tag = optional(item, "tag"),
			.environment = optional(item, "environment"),
			.main_branch = tally__json_get_bool(item, "mainBranch", false),
			.latest = tally__json_get_bool(item, "latest", false)};
	}
	return selectors;
}

static struct tally_assumption *assumptions_of(const cJSON *list, size_t *count)
{
	struct tally_assumption *items =
		calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *items);
	const cJSON *item;

	assert_non_null(items);
	*count = 0;
	cJSON_ArrayForEach(item, list)
	{
		items[(*count)++] = (struct tally_assumption){
			.application = optional(item, "application"),
			.version = optional(item, "version"),
			.environment = optional(item, "environment"),
			.instance = optional(item, "instance"),
			.released = tally__json_get_bool(item, "released", false)};
	}
	return items;
}

static bool has(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		if (strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

static enum tally_latest_by latest_by_of(const cJSON *json)
{
	static const char *const names[] = {"", "cvp", "cvpv", "cp"};
	const char *name = optional(json, "latestBy");

	for (int i = 1; name != NULL && i < 4; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum tally_latest_by)i;
	}
	assert_null(name);
	return TALLY_LATEST_BY_NONE;
}

static int ask(struct site *site, const cJSON *json, cJSON **answer, struct tally_error *error)
{
	const cJSON *rows = tally__json_get(json, "rows"), *limit = tally__json_get(json, "limit");
	struct tally_matrix_query query = {
		.to = optional(json, "to"),
		.to_environment = optional(json, "toEnvironment"),
		.to_tag = optional(json, "toTag"),
		.to_branch = optional(json, "toBranch"),
		.to_main_branch = tally__json_get_bool(json, "toMainBranch", false),
		.to_latest = tally__json_get_bool(json, "toLatest", false),
		.rows = (has(rows, "success") ? TALLY_ROWS_SUCCESS : 0) |
			(has(rows, "failed") ? TALLY_ROWS_FAILED : 0) |
			(has(rows, "unknown") ? TALLY_ROWS_UNKNOWN : 0),
		.latest_by = latest_by_of(json),
		.limit = limit != NULL ? (size_t)limit->valuedouble : 0,
		.in_full = true};
	struct tally_version_selector *selectors =
		selectors_of(tally__json_get(json, "selectors"), &query.selector_count);
	struct tally_version_selector *ignored =
		selectors_of(tally__json_get(json, "ignored"), &query.ignored_count);
	struct tally_assumption *assumptions =
		assumptions_of(tally__json_get(json, "assumptions"), &query.assumption_count);
	int status;

	query.selectors = selectors;
	query.ignored = ignored;
	query.assumptions = assumptions;
	status = tally_broker_can_i_deploy(site->broker, &query, answer, error);
	free(selectors);
	free(ignored);
	free(assumptions);
	return status;
}

static const char *number_of(const cJSON *side)
{
	const char *number = tally__json_get_string(tally__json_get(side, "version"), "number");

	return number != NULL ? number : "-";
}

/* The answer, as the case writes it down. */
static void write_rows(struct buf *out, const cJSON *answer)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, tally__json_get(answer, "matrix"))
	{
		const cJSON *consumer = tally__json_get(row, "consumer");
		const cJSON *provider = tally__json_get(row, "provider");
		const cJSON *result = tally__json_get(row, "verificationResult");

		tally__buf_addf(out, "%s %s %s %s %s%s\n", site_text(consumer, "name"),
				number_of(consumer), site_text(provider, "name"),
				number_of(provider),
				cJSON_IsNull(result)                             ? "null"
				: tally__json_get_bool(result, "success", false) ? "true"
										 : "false",
				tally__json_get_bool(row, "ignored", false) ? " ignored" : "");
	}
}

static void write_counts(struct buf *out, const cJSON *answer)
{
	const cJSON *summary = tally__json_get(answer, "summary");
	const cJSON *ignored = tally__json_get(summary, "ignored");
	const char *const names[] = {"success", "failed", "unknown"};

	for (size_t i = 0; i < 3; i++)
		tally__buf_addf(out, "%s%.0f", i > 0 ? " " : "",
				tally__json_get(summary, names[i])->valuedouble);
	if (ignored != NULL)
		tally__buf_addf(out, " %.0f", ignored->valuedouble);
}

static void write_notices(struct buf *out, const cJSON *answer)
{
	const char *last = "";
	const cJSON *notice;

	cJSON_ArrayForEach(notice, tally__json_get(answer, "notices"))
	{
		const char *type = site_text(notice, "type");

		if (strcmp(type, last) != 0)
			tally__buf_addf(out, "%s\n", type);
		last = type;
	}
}

static void write_verdicts(struct buf *out, const cJSON *answer)
{
	const cJSON *pair;

	cJSON_ArrayForEach(pair, tally__json_get(answer, "pairs"))
	{
		tally__buf_addf(out, "%s\n", site_text(pair, "verdict"));
	}
}

static void assert_lines(const char *title, const cJSON *expected, const cJSON *answer,
			 void (*write)(struct buf *, const cJSON *))
{
	struct buf wanted, found;
	const cJSON *item;

	if (expected == NULL)
		return;
	tally__buf_init(&wanted, 65536);
	tally__buf_init(&found, 65536);
	if (cJSON_IsString(expected))
		tally__buf_adds(&wanted, expected->valuestring);
	cJSON_ArrayForEach(item, expected)
	{
		tally__buf_addf(&wanted, "%s\n", item->valuestring);
	}
	write(&found, answer);
	if (strcmp(wanted.bytes, found.bytes) != 0)
		fail_msg("%s: expected\n%s\nfound\n%s", title, wanted.bytes, found.bytes);
	tally__buf_release(&wanted);
	tally__buf_release(&found);
}

/* Each expected text is part of what the pair at its place says. */
static void assert_parts(const char *title, const cJSON *expected, const cJSON *answer,
			 const char *side, const char *member)
{
	const cJSON *pair = tally__json_get(answer, "pairs")->child, *item;

	cJSON_ArrayForEach(item, expected)
	{
		const char *text;

		if (pair == NULL)
			fail_msg("%s: fewer pairs than \"%s\"", title, member);
		text = tally__json_get_string(side != NULL ? tally__json_get(pair, side) : pair,
					      member);
		if (*item->valuestring == '\0' && text != NULL)
			fail_msg("%s: expected no \"%s\", found \"%s\"", title, member, text);
		if (*item->valuestring != '\0' &&
		    (text == NULL || strstr(text, item->valuestring) == NULL))
			fail_msg("%s: \"%s\": expected \"%s\" in \"%s\"", title, member,
				 item->valuestring, text != NULL ? text : "nothing");
		pair = pair->next;
	}
}

static void assert_warning(const char *title, const char *words, const cJSON *answer)
{
	const cJSON *notice;

	cJSON_ArrayForEach(notice, tally__json_get(answer, "notices"))
	{
		if (words == NULL || (strcmp(site_text(notice, "type"), "warning") == 0 &&
				      strstr(site_text(notice, "text"), words) != NULL))
			return;
	}
	if (words != NULL)
		fail_msg("%s: no warning says \"%s\"", title, words);
}

static void assert_answer(const cJSON *question, const cJSON *answer)
{
	const char *title = site_text(question, "title");
	const cJSON *deployable = tally__json_get(tally__json_get(answer, "summary"), "deployable");
	const cJSON *expected = tally__json_get(question, "deployable");

	assert_non_null(deployable);
	if (expected != NULL && expected->type != deployable->type)
		fail_msg("%s: deployable is another", title);
	if (tally__json_get(question, "verdict") != NULL)
		assert_string_equal(site_text(answer, "verdict"), site_text(question, "verdict"));
	else
		assert_int_equal(strcmp(site_text(answer, "verdict"), "yes") == 0,
				 cJSON_IsTrue(deployable));
	assert_lines(title, tally__json_get(question, "counts"), answer, write_counts);
	assert_lines(title, tally__json_get(question, "notices"), answer, write_notices);
	assert_lines(title, tally__json_get(question, "rows"), answer, write_rows);
	assert_lines(title, tally__json_get(question, "verdicts"), answer, write_verdicts);
	assert_parts(title, tally__json_get(question, "next"), answer, NULL, "next");
	assert_parts(title, tally__json_get(question, "why"), answer, NULL, "why");
	assert_parts(title, tally__json_get(question, "because"), answer, "provider", "because");
	assert_warning(title, tally__json_get_string(question, "warning"), answer);
	if (tally__json_get_bool(question, "truncated", false) !=
	    tally__json_get_bool(answer, "truncated", false))
		fail_msg("%s: truncated is another", title);
}

static void run_question(struct site *site, const cJSON *question)
{
	const char *trouble = tally__json_get_string(question, "error");
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int status = ask(site, tally__json_get(question, "query"), &answer, &error);

	if (trouble != NULL) {
		if (strcmp(tally_error_name(status), trouble) != 0)
			fail_msg("%s: expected %s, found %s", site_text(question, "title"), trouble,
				 tally_error_name(status));
		assert_null(answer);
		return;
	}
	if (status != 0)
		print_message("%s\n", site_text(question, "title"));
	site_ok(status, &error);
	assert_answer(question, answer);
	cJSON_Delete(answer);
}

static void run_case(void **state)
{
	const struct case_file *file = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *item, *questions;
	struct site *site;
	struct buf text;
	cJSON *json;
	void *made;

	tally__buf_init(&text, 1024 * 1024);
	site_ok(tally__file_read(&text, file->path, &error), &error);
	site_ok(tally_json_parse(&json, text.bytes, text.len, &error), &error);
	assert_int_equal(site_setup(&made), 0);
	site = made;
	cJSON_ArrayForEach(item, tally__json_get(json, "events"))
	{
		record(site, item);
	}
	questions = tally__json_get(json, "questions");
	assert_true(cJSON_GetArraySize(questions) > 0);
	cJSON_ArrayForEach(item, questions)
	{
		run_question(site, item);
	}
	assert_int_equal(site_teardown(&made), 0);
	cJSON_Delete(json);
	tally__buf_release(&text);
}

static int keep_case(void *context, const char *path, struct tally_error *error)
{
	struct cases *cases = context;
	struct case_file *file = &cases->files[cases->count];

	(void)error;
	assert_true(cases->count < MOST_CASES);
	(void)snprintf(file->path, sizeof file->path, "%s", path);
	cases->tests[cases->count++] = (struct CMUnitTest){
		.name = strrchr(file->path, '/') + 1, .test_func = run_case, .initial_state = file};
	return 0;
}

int main(void)
{
	const char *source = getenv("TALLY_SRCDIR");
	static struct cases cases;
	char folder[2048];

	(void)snprintf(folder, sizeof folder, "%s/tests/cases/matrix", source ? source : ".");
	if (tally__dir_each(folder, ".json", keep_case, &cases, NULL) != 0 || cases.count == 0)
		return 99;
	return _cmocka_run_group_tests("matrix", cases.tests, cases.count, NULL, NULL);
}
