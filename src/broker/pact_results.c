/* What a provider version answered, for a Pact Broker: one result for each contract. */
#include "config.h"

#include <string.h>

#include "broker/pact_call.h"
#include "broker/versions.h"
#include "format/json.h"

/* One contract's results. */
struct sheet {
	const cJSON *contract;     /* as it was given */
	const cJSON *interactions; /* an array */
	size_t count, skipped;     /* of these */
	bool success;              /* every one passed */
	const char *url;           /* NULL: not to be published */
	const char *why_not;       /* also: why that failed */
	bool published;
};

struct posting {
	struct pact_broker *broker;
	const struct tally_run *run;
	struct arena arena;
	struct sheet *sheets;
	size_t count, wanted; /* wanted: those with a URL */
};

static bool outcome_is(const cJSON *interaction, const char *name)
{
	const char *outcome = tally__json_get_string(interaction, "outcome");

	return outcome != NULL && strcmp(outcome, name) == 0;
}

/* Pact's name for what differs; what it says is the same, but for where a body's type differs. */
static int put_mismatch(cJSON *list, const cJSON *mismatch)
{
	const char *type = tally__json_get_string(mismatch, "type");
	const char *path = tally__json_get_string(mismatch, "path");
	const char *message = tally__json_get_string(mismatch, "message");
	cJSON *item = cJSON_CreateObject();
	int failed = 0;

	if (type == NULL)
		type = "body";
	if (strcmp(type, "body-type") == 0) {
		type = "body";
		path = "$";
	}
	failed |= tally__json_put_text(item, "attribute", type);
	if (strcmp(type, "status") != 0 && strcmp(type, "method") != 0 && strcmp(type, "path") != 0)
		failed |= tally__json_put_text(item, "identifier", path);
	failed |= tally__json_put_text(item, "description", message != NULL ? message : "");
	return failed | tally__json_append(list, item);
}

static int put_exception(cJSON *test, const char *message)
{
	cJSON *list = cJSON_CreateArray(), *item = cJSON_CreateObject();
	int failed = tally__json_put_text(item, "message", message);

	failed |= tally__json_append(list, item);
	return failed | tally__json_put(test, "exceptions", list);
}

/* Why an interaction did not pass: its mismatches, or what hindered it. */
static int put_failure(cJSON *test, const cJSON *interaction)
{
	const cJSON *mismatches = tally__json_get(interaction, "mismatches"), *mismatch;
	const char *message = tally__json_get_string(interaction, "message");
	int failed = 0;

	if (cJSON_GetArraySize(mismatches) > 0) {
		cJSON *list = cJSON_CreateArray();

		cJSON_ArrayForEach(mismatch, mismatches) failed |= put_mismatch(list, mismatch);
		failed |= tally__json_put(test, "mismatches", list);
	}
	if (outcome_is(interaction, "flaky"))
		return failed |
		       put_exception(test, "flaky: asked several times of the same version, "
					   "this both passed and failed");
	return message != NULL ? failed | put_exception(test, message) : failed;
}

static int put_test(cJSON *tests, const cJSON *interaction)
{
	const char *id = tally__json_get_string(interaction, "id");
	bool passed = outcome_is(interaction, "passed");
	cJSON *test = cJSON_CreateObject();
	int failed = tally__json_put_text(test, "interactionId", id);

	/* The broker finds it by its id; people read the description of what failed. */
	if (id == NULL || !passed)
		failed |= tally__json_put_text(test, "interactionDescription",
					       tally__json_get_string(interaction, "description"));
	failed |= tally__json_put(test, "success", cJSON_CreateBool(passed));
	if (!passed)
		failed |= put_failure(test, interaction);
	return failed | tally__json_append(tests, test);
}

static int put_verifier(cJSON *body)
{
	cJSON *verifier = cJSON_CreateObject();
	int failed = tally__json_put_text(verifier, "implementation", "Tally");

	failed |= tally__json_put_text(verifier, "version", PACKAGE_VERSION);
	return failed | tally__json_put(body, "verifiedBy", verifier);
}

static int write_result(char **out, const struct posting *posting, const struct sheet *sheet,
			struct tally_error *error)
{
	cJSON *body = cJSON_CreateObject(), *tests = cJSON_CreateArray();
	const cJSON *interaction;
	int failed = tally__json_put(body, "success", cJSON_CreateBool(sheet->success));
	int status;

	failed |= tally__json_put_text(body, "providerApplicationVersion", posting->run->version);
	failed |= tally__json_put_text(body, "buildUrl", posting->run->build_url);
	cJSON_ArrayForEach(interaction, sheet->interactions) failed |= put_test(tests, interaction);
	failed |= tally__json_put(body, "testResults", tests);
	failed |= put_verifier(body);
	status = failed != 0 ? tally__fail_nomem(error)
			     : tally_json_write(out, NULL, body, TALLY_JSON_COMPACT, error);
	cJSON_Delete(body);
	return status;
}

static int check_interactions(struct sheet *sheet, struct tally_error *error)
{
	static const char *const outcomes[] = {"passed", "failed", "error", "flaky", "skipped"};
	const cJSON *interaction;

	sheet->interactions = tally__json_get(sheet->contract, "interactions");
	sheet->success = true;
	if (!cJSON_IsArray(sheet->interactions))
		return tally__fail(error, TALLY_EPARSE,
				   "results of a contract have no \"interactions\", an array");
	cJSON_ArrayForEach(interaction, sheet->interactions)
	{
		size_t known = 0;

		while (known < 5 && !outcome_is(interaction, outcomes[known]))
			known++;
		if (known == 5)
			return tally__fail(error, TALLY_EPARSE,
					   "an interaction of the results has no \"outcome\" that "
					   "is passed, failed, error, flaky or skipped");
		sheet->count++;
		sheet->success = sheet->success && known == 0;
		sheet->skipped += known == 4;
	}
	return 0;
}

/* A result stands for the whole contract: one that is not whole would say too much. */
static int plan_sheet(struct posting *posting, struct sheet *sheet, struct tally_error *error)
{
	const cJSON *links = tally__json_get(sheet->contract, "links");
	const char *publish = tally__json_get_string(links, "publish");
	int status = check_interactions(sheet, error);

	if (status != 0)
		return status;
	if (publish == NULL) {
		sheet->why_not = "the contract was not taken from this broker";
		return 0;
	}
	if (sheet->skipped > 0) {
		sheet->why_not = tally__arena_printf(
			&posting->arena,
			"%zu of its %zu interactions were not replayed, and a Pact Broker takes "
			"the result of a whole contract alone",
			sheet->skipped, sheet->count);
		return sheet->why_not == NULL ? tally__fail_nomem(error) : 0;
	}
	posting->wanted++;
	return tally__pact_url_follow(&sheet->url, &posting->broker->url, &posting->arena, publish,
				      error);
}

static int plan(struct posting *posting, const cJSON *results, struct tally_error *error)
{
	const cJSON *contract;
	int status = 0;

	if (!cJSON_IsArray(results))
		return tally__fail(error, TALLY_EPARSE,
				   "expected results as an array of contracts");
	posting->sheets = tally__arena_alloc_array(
		&posting->arena, (size_t)cJSON_GetArraySize(results) + 1, sizeof *posting->sheets);
	if (posting->sheets == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(contract, results)
	{
		struct sheet *sheet = &posting->sheets[posting->count++];

		sheet->contract = contract;
		status = plan_sheet(posting, sheet, error);
		if (status != 0)
			return status;
	}
	return 0;
}

/* The provider's document, whose links say where branches and tags are put. */
static int get_provider(struct posting *posting, cJSON **document, struct tally_error *error)
{
	const struct pact_variable name = {"pacticipant", posting->run->provider};
	struct pact_broker *broker = posting->broker;
	const char *url = NULL, *href = NULL;
	int status;

	for (size_t i = 0; i < posting->count && href == NULL; i++) {
		if (posting->sheets[i].url != NULL)
			href = tally__json_get_string(
				tally__json_get(posting->sheets[i].contract, "links"), "provider");
	}
	status = href != NULL
			 ? tally__pact_url_follow(&url, &broker->url, &posting->arena, href, error)
			 : tally__pact_link_url(&url, broker, &posting->arena, broker->index,
						"pb:pacticipant", &name, 1, error);
	return status != 0 ? status : tally__pact_get(broker, url, document, error);
}

static int put_empty(struct posting *posting, const cJSON *provider, const char *relation,
		     const struct pact_variable *variables, struct tally_error *error)
{
	const char *url;
	cJSON *answer = NULL;
	int status = tally__pact_link_url(&url, posting->broker, &posting->arena, provider,
					  relation, variables, 2, error);

	if (status == 0)
		status = tally__pact_send(posting->broker, "PUT", url, "{}", &answer, error);
	cJSON_Delete(answer);
	return status;
}

/* Branch and tags come first: the broker looks at them when it takes a result. */
static int put_version(struct posting *posting, struct tally_error *error)
{
	const struct tally_run *run = posting->run;
	struct pact_variable variables[] = {{"version", run->version}, {"branch", run->branch}};
	cJSON *provider = NULL;
	int status;

	if (run->branch == NULL && run->tag_count == 0)
		return 0;
	status = get_provider(posting, &provider, error);
	if (status == 0 && run->branch != NULL)
		status = put_empty(posting, provider, "pb:branch-version", variables, error);
	variables[1].name = "tag";
	for (size_t i = 0; i < run->tag_count && status == 0; i++) {
		variables[1].value = run->tags[i];
		status = put_empty(posting, provider, "pb:version-tag", variables, error);
	}
	cJSON_Delete(provider);
	return status;
}

static int post_sheet(struct posting *posting, struct sheet *sheet, struct tally_error *error)
{
	char *body = NULL;
	cJSON *answer = NULL;
	int status = write_result(&body, posting, sheet, error);

	if (status == 0)
		status =
			tally__pact_send(posting->broker, "POST", sheet->url, body, &answer, error);
	sheet->published = status == 0;
	cJSON_Delete(answer);
	tally_free(body);
	return status;
}

/* The lines of a message as one. */
static const char *join_lines(struct arena *arena, const char *message)
{
	struct buf joined;
	const char *copy = NULL;

	tally__buf_init(&joined, 2 * TALLY_ERROR_MESSAGE_BYTES);
	for (; *message != '\0'; message++) {
		if (*message != '\n') {
			tally__buf_addc(&joined, *message);
			continue;
		}
		tally__buf_adds(&joined, "; ");
		message += strspn(message + 1, " ");
	}
	if (joined.status == 0)
		copy = tally__arena_memdup(arena, joined.bytes, joined.len);
	tally__buf_release(&joined);
	return copy;
}

/* Whether the broker can be asked for more after such an error. */
static bool is_of_one(int status)
{
	return status == TALLY_EINVAL || status == TALLY_ENOTFOUND || status == TALLY_ECONFLICT ||
	       status == TALLY_EPARSE;
}

/* Posts what is to be published; the first error, after trying the rest where that makes sense. */
static int post_all(struct posting *posting, struct tally_error *error)
{
	int first = 0, status = 0;

	for (size_t i = 0; i < posting->count; i++) {
		struct tally_error own = TALLY_ERROR_INIT;
		struct sheet *sheet = &posting->sheets[i];

		if (sheet->url == NULL)
			continue;
		if (status != 0 && !is_of_one(status)) {
			sheet->why_not = "not tried after an earlier error";
			continue;
		}
		status = post_sheet(posting, sheet, &own);
		if (status == 0)
			continue;
		sheet->why_not = join_lines(&posting->arena, own.message);
		if (first == 0) {
			first = status;
			if (error != NULL && error->code == 0)
				*error = own;
		}
	}
	return first;
}

static int put_sheet(cJSON *list, const struct sheet *sheet)
{
	cJSON *item = cJSON_CreateObject();
	int failed = tally__json_put_text(item, "consumer",
					  tally__json_get_string(sheet->contract, "consumer"));

	failed |= tally__json_put_text(item, "consumerVersion",
				       tally__json_get_string(sheet->contract, "consumerVersion"));
	failed |= tally__json_put(item, "recorded",
				  cJSON_CreateNumber(sheet->published ? (double)sheet->count : 0));
	failed |= tally__json_put(item, "published", cJSON_CreateBool(sheet->published));
	if (!sheet->published)
		failed |= tally__json_put_text(item, "why", sheet->why_not);
	return failed | tally__json_append(list, item);
}

static int make_answer(const struct posting *posting, cJSON **answer, struct tally_error *error)
{
	cJSON *made = cJSON_CreateObject(), *list = cJSON_CreateArray();
	int failed = 0;

	for (size_t i = 0; i < posting->count; i++)
		failed |= put_sheet(list, &posting->sheets[i]);
	failed |= tally__json_put(made, "results", list);
	if (failed != 0) {
		cJSON_Delete(made);
		return tally__fail_nomem(error);
	}
	*answer = made;
	return 0;
}

static int check_run(const struct tally_run *run, struct tally_error *error)
{
	const struct version_note note = {.application = run->provider,
					  .version = run->version,
					  .branch = run->branch,
					  .build_url = run->build_url,
					  .tags = run->tags,
					  .tag_count = run->tag_count};

	return tally__version_note_check(&note, error);
}

int tally__pact_broker_record_results(struct tally_broker *handle, const struct tally_run *run,
				      const cJSON *results, cJSON **answer,
				      struct tally_error *error)
{
	struct posting posting = {.broker = tally__pact_of(handle), .run = run};
	int status = check_run(run, error), posted = 0;

	tally__arena_init(&posting.arena, 0);
	if (status == 0)
		status = plan(&posting, results, error);
	if (status == 0 && posting.wanted > 0)
		status = put_version(&posting, error);
	if (status == 0) {
		posted = post_all(&posting, error);
		status = make_answer(&posting, answer, error);
	}
	tally__arena_release(&posting.arena);
	return posted != 0 ? posted : status;
}
