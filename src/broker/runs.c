/* Recording what a provider version answered. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/passed.h"
#include "broker/versions.h"
#include "broker/worked.h"
#include "format/digest.h"

/* Of the digest, in a run's name. */
#define RUN_DIGEST_DIGITS 12

/* The results for one contract, made ready before the transaction. */
struct run {
	const char *consumer, *consumer_version; /* the version may be NULL */
	cJSON *json;                             /* the record */
	bool wip;                                /* replayed as work in progress */
	const char *name;                        /* of its file */
	size_t recorded, passed;
};

struct recording {
	const struct tally_run *run;
	struct arena arena;
	struct run *runs;
	size_t count;
	int64_t now_unix;
};

static int malformed(struct recording *recording, size_t index, const char *expected,
		     struct tally_error *error)
{
	char *where = tally__arena_printf(&recording->arena, "results[%zu]", index);

	return tally__fail_at(error, TALLY_EPARSE, where, 0, 0,
			      "results of another shape: expected %s", expected);
}

/* "$.total: expected …": the place and what is wrong there. */
static cJSON *make_message(const cJSON *mismatch)
{
	const char *path = tally__json_get_string(mismatch, "path");
	const char *message = tally__json_get_string(mismatch, "message");
	struct buf text;
	cJSON *json;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (path != NULL && *path != '\0')
		tally__buf_addf(&text, "%s: ", path);
	tally__buf_adds(&text, message != NULL ? message : "a mismatch");
	json = text.status != 0 ? NULL : cJSON_CreateString(text.bytes);
	tally__buf_release(&text);
	return json;
}

static cJSON *more_messages(size_t count)
{
	struct buf text;
	cJSON *json;

	tally__buf_init(&text, LIMIT_NAME_BYTES);
	tally__buf_addf(&text, "… and %zu more mismatch%s", count, count == 1 ? "" : "es");
	json = text.status != 0 ? NULL : cJSON_CreateString(text.bytes);
	tally__buf_release(&text);
	return json;
}

static size_t count_omitted(const cJSON *interaction)
{
	const cJSON *omitted = tally__json_get(interaction, "mismatchesOmitted");

	return cJSON_IsNumber(omitted) && omitted->valuedouble > 0 && omitted->valuedouble < 1e15
		       ? (size_t)omitted->valuedouble
		       : 0;
}

/* The texts that say what was wrong. */
static cJSON *collect_messages(const cJSON *interaction)
{
	const char *trouble = tally__json_get_string(interaction, "message");
	const cJSON *mismatch;
	cJSON *messages = cJSON_CreateArray();
	size_t kept = 0;
	size_t omitted = count_omitted(interaction);
	int failed = messages == NULL;

	if (trouble != NULL)
		failed |= tally__json_append(messages, cJSON_CreateString(trouble));
	cJSON_ArrayForEach(mismatch, tally__json_get(interaction, "mismatches"))
	{
		/* Enough to see what is wrong without running it again. */
		if (kept++ < LIMIT_MESSAGES)
			failed |= tally__json_append(messages, make_message(mismatch));
	}
	if (kept > LIMIT_MESSAGES || omitted > 0)
		failed |= tally__json_append(
			messages,
			more_messages(omitted +
				      (kept > LIMIT_MESSAGES ? kept - LIMIT_MESSAGES : 0)));
	if (failed != 0) {
		cJSON_Delete(messages);
		return NULL;
	}
	return messages;
}

static cJSON *make_interaction(const cJSON *interaction, const char *digest, const char *outcome)
{
	const char *description = tally__json_get_string(interaction, "description");
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put(json, "digest", cJSON_CreateString(digest));

	failed |= tally__json_put(json, "description",
				  cJSON_CreateString(description != NULL ? description : ""));
	failed |= tally__json_put(json, "outcome", cJSON_CreateString(outcome));
	if (strcmp(outcome, "passed") != 0)
		failed |= tally__json_put(json, "messages", collect_messages(interaction));
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static bool is_digest(const char *text)
{
	return text != NULL && strlen(text) == DIGEST_TEXT_BYTES - 1 &&
	       strspn(text, "0123456789abcdef") == DIGEST_TEXT_BYTES - 1;
}

static bool is_outcome(const char *text)
{
	static const char *const outcomes[] = {"passed", "failed", "flaky", "error"};

	for (size_t i = 0; text != NULL && i < sizeof outcomes / sizeof *outcomes; i++) {
		if (strcmp(text, outcomes[i]) == 0)
			return true;
	}
	return false;
}

static int add_interaction(struct recording *recording, struct run *run, cJSON *list,
			   const cJSON *interaction, size_t index, struct tally_error *error)
{
	const char *digest = tally__json_get_string(interaction, "digest");
	const char *outcome = tally__json_get_string(interaction, "outcome");

	/* What was taken from here, instead of being asked again, is here already. */
	if ((outcome != NULL && strcmp(outcome, "skipped") == 0) ||
	    tally__json_get_bool(interaction, "known", false))
		return 0;
	if (!is_digest(digest))
		return malformed(recording, index,
				 "every interaction to have a \"digest\" of 40 hexadecimal digits",
				 error);
	if (!is_outcome(outcome))
		return malformed(recording, index,
				 "every interaction's \"outcome\" to be passed, failed, flaky, "
				 "error or skipped",
				 error);
	if (tally__json_append(list, make_interaction(interaction, digest, outcome)) != 0)
		return tally__fail_nomem(error);
	run->recorded++;
	run->passed += strcmp(outcome, "passed") == 0;
	return 0;
}

static int add_interactions(struct recording *recording, struct run *run, const cJSON *result,
			    size_t index, struct tally_error *error)
{
	const cJSON *interactions = tally__json_get(result, "interactions"), *interaction;
	cJSON *list;

	if (!cJSON_IsArray(interactions))
		return malformed(recording, index, "an array \"interactions\"", error);
	list = cJSON_AddArrayToObject(run->json, "interactions");
	if (list == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(interaction, interactions)
	{
		int status = add_interaction(recording, run, list, interaction, index, error);

		if (status != 0)
			return status;
	}
	return 0;
}

static int begin_run(const struct recording *recording, struct run *run, struct tally_error *error)
{
	char at[TIME_TEXT_BYTES];
	int failed;

	tally__time_format(recording->now_unix, at);
	run->json = cJSON_CreateObject();
	failed = run->json == NULL ? TALLY_ENOMEM : 0;
	failed |= tally__json_put_text(run->json, "provider", recording->run->provider);
	failed |= tally__json_put_text(run->json, "providerVersion", recording->run->version);
	failed |= tally__json_put_text(run->json, "consumer", run->consumer);
	failed |= tally__json_put_text(run->json, "consumerVersion", run->consumer_version);
	failed |= tally__json_put_text(run->json, "buildUrl", recording->run->build_url);
	failed |= tally__json_put_text(run->json, "at", at);
	if (run->wip)
		failed |= tally__json_put(run->json, "wip", cJSON_CreateTrue());
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* "20261121-120216-3fa9c1b2d4e5": sorts by time, tells runs of one second apart, and gives the same
 * name to a run that is recorded twice in it. */
static int name_run(struct recording *recording, struct run *run, struct tally_error *error)
{
	char digest[DIGEST_TEXT_BYTES], at[TIME_TEXT_BYTES];
	struct buf name;
	int status;

	tally__buf_init(&name, 2 * (size_t)LIMIT_DOCUMENT_BYTES);
	status = tally__json_add(&name, run->json, TALLY_JSON_CANONICAL);
	if (status == 0)
		status = tally__digest(digest, name.bytes, name.len, error);
	else
		tally__fail(error, status, "the results cannot be written: %s",
			    tally_error_text(status));
	if (status != 0)
		goto out;
	tally__buf_clear(&name);
	tally__time_format(recording->now_unix, at);
	for (const char *c = at; *c != '\0' && *c != 'Z'; c++) {
		if (*c == 'T')
			tally__buf_addc(&name, '-');
		else if (*c != '-' && *c != ':')
			tally__buf_addc(&name, *c);
	}
	tally__buf_addf(&name, "-%.*s", RUN_DIGEST_DIGITS, digest);
	run->name = tally__arena_memdup(&recording->arena, name.bytes, name.len);
	if (run->name == NULL || name.status != 0)
		status = tally__fail_nomem(error);
out:
	tally__buf_release(&name);
	return status;
}

static int prepare_run(struct recording *recording, struct run *run, const cJSON *result,
		       size_t index, struct tally_error *error)
{
	int status;

	run->consumer = tally__json_get_string(result, "consumer");
	run->consumer_version = tally__json_get_string(result, "consumerVersion");
	run->wip = tally__json_get_bool(result, "wip", false);
	if (run->consumer == NULL)
		return malformed(recording, index, "a text \"consumer\"", error);
	status = tally__name_check(run->consumer, "consumer", error);
	if (status == 0 && run->consumer_version != NULL)
		status = tally__name_check(run->consumer_version, "consumer's version", error);
	if (status == 0)
		status = begin_run(recording, run, error);
	if (status == 0)
		status = add_interactions(recording, run, result, index, error);
	if (status == 0)
		status = name_run(recording, run, error);
	return status;
}

static int prepare(struct recording *recording, const cJSON *results, struct tally_error *error)
{
	const cJSON *result;
	size_t count = 0;

	if (!cJSON_IsArray(results))
		return tally__fail_at(error, TALLY_EPARSE, "results", 0, 0,
				      "results of another shape: expected an array");
	cJSON_ArrayForEach(result, results)
	{
		count++;
	}
	recording->runs =
		tally__arena_alloc_array(&recording->arena, count + 1, sizeof *recording->runs);
	if (recording->runs == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(result, results)
	{
		size_t index = recording->count++;
		int status = prepare_run(recording, &recording->runs[index], result, index, error);

		if (status != 0)
			return status;
	}
	return 0;
}

static void recording_release(struct recording *recording)
{
	for (size_t i = 0; i < recording->count; i++)
		cJSON_Delete(recording->runs[i].json);
	tally__arena_release(&recording->arena);
}

static int write_run(struct records *records, const struct recording *recording,
		     const struct run *run, struct record **out, struct tally_error *error)
{
	const struct tally_run *about = recording->run;
	int status = tally__records_get(
		records, out, PATH_RUN,
		NAMES(about->provider, about->version, run->consumer, run->name), error);

	if (status != 0 || (*out)->json != NULL)
		return status;
	(*out)->json = tally__json_clone(run->json);
	(*out)->changed = true;
	return (*out)->json == NULL ? tally__fail_nomem(error) : 0;
}

static int note_worked(struct records *records, const struct recording *recording,
		       const struct run *run, const char *consumer_version,
		       struct tally_error *error)
{
	struct record *publication;
	int status;

	if (consumer_version == NULL)
		return 0;
	status = tally__records_get(
		records, &publication, PATH_PUBLICATION,
		NAMES(run->consumer, consumer_version, recording->run->provider), error);
	if (status != 0 || publication->json == NULL)
		return status;
	return tally__worked_record(records, publication, recording->run->version,
				    recording->now_unix, error);
}

/* What the run completes: the contract that was replayed, and the newest one, which may ask for
 * the same. */
static int note_completed(struct records *records, const struct recording *recording,
			  const struct run *run, struct tally_error *error)
{
	const struct tally_run *about = recording->run;
	const char *latest = NULL;
	struct record *marker;
	int status = tally__records_get(records, &marker, PATH_CONSUMER,
					NAMES(about->provider, run->consumer), error);

	if (status == 0)
		status = tally__record_optional_text(marker, "version", &latest, error);
	if (status == 0 && latest != NULL &&
	    (run->consumer_version == NULL || strcmp(latest, run->consumer_version) != 0))
		status = note_worked(records, recording, run, latest, error);
	if (status == 0)
		status = note_worked(records, recording, run, run->consumer_version, error);
	return status;
}

static void describe(const struct recording *recording, const struct version_note *note,
		     struct buf *message)
{
	const struct run *runs = recording->runs;
	size_t passed = 0, recorded = 0;

	for (size_t i = 0; i < recording->count; i++) {
		passed += runs[i].passed;
		recorded += runs[i].recorded;
	}
	tally__buf_addf(message, "verify %s %s", note->application, note->version);
	tally__version_note_describe(note, message);
	tally__buf_addf(message, ": %zu of %zu interactions", passed, recorded);
	if (recording->count == 1) {
		tally__buf_addf(message, " of %s passed\n", runs[0].consumer);
		return;
	}
	tally__buf_addf(message, " of %zu contracts passed\n\n", recording->count);
	for (size_t i = 0; i < recording->count; i++)
		tally__buf_addf(message, "%s%s%s: %zu of %zu passed\n", runs[i].consumer,
				runs[i].consumer_version != NULL ? " " : "",
				runs[i].consumer_version != NULL ? runs[i].consumer_version : "",
				runs[i].passed, runs[i].recorded);
}

static int answer_recording(const struct recording *recording, cJSON **answer,
			    struct tally_error *error)
{
	cJSON *results = cJSON_CreateArray();
	int failed = 0;

	*answer = cJSON_CreateObject();
	for (size_t i = 0; i < recording->count; i++) {
		const struct run *run = &recording->runs[i];
		cJSON *item = cJSON_CreateObject();

		failed |= tally__json_put_text(item, "consumer", run->consumer);
		failed |= tally__json_put_text(item, "consumerVersion", run->consumer_version);
		failed |= tally__json_put(item, "recorded",
					  cJSON_CreateNumber((double)run->recorded));
		failed |= tally__json_append(results, item);
	}
	failed |= tally__json_put(*answer, "results", results);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static void note_of(const struct recording *recording, struct version_note *note)
{
	const struct tally_run *run = recording->run;

	*note = (struct version_note){.application = run->provider,
				      .version = run->version,
				      .branch = run->branch,
				      .build_url = run->build_url,
				      .tags = run->tags,
				      .tag_count = run->tag_count,
				      .now_unix = recording->now_unix};
}

/* Writes one run, and what follows from it. */
static int record_run(struct records *records, const struct recording *recording,
		      const struct run *run, const struct lines *lines, struct tally_error *error)
{
	struct record *written;
	int status = write_run(records, recording, run, &written, error);

	if (status == 0 && tally__records_are_derived(records))
		status = tally__passed_note_run(records, written, lines, error);
	if (status == 0)
		status = tally__answers_note(records, written, error);
	return status != 0 ? status : note_completed(records, recording, run, error);
}

static int record_results(struct records *records, void *context, struct buf *message,
			  cJSON **answer, struct tally_error *error)
{
	const struct recording *recording = context;
	struct version_note note;
	struct record *version;
	struct lines lines;
	int status;

	note_of(recording, &note);
	status = tally__version_ensure(records, &note, &version, error);
	if (status == 0)
		status = tally__lines_of_version(&lines, records, version, error);
	for (size_t i = 0; status == 0 && i < recording->count; i++) {
		if (recording->runs[i].recorded > 0)
			status = record_run(records, recording, &recording->runs[i], &lines, error);
	}
	describe(recording, &note, message);
	return status != 0 ? status : answer_recording(recording, answer, error);
}

int tally__git_broker_record_results(struct tally_broker *broker, const struct tally_run *run,
				     const cJSON *results, cJSON **answer,
				     struct tally_error *error)
{
	struct recording recording = {.run = run, .now_unix = tally__time_now_unix()};
	struct version_note note;
	int status;

	tally__arena_init(&recording.arena, 0);
	note_of(&recording, &note);
	status = tally__version_note_check(&note, error);
	if (status == 0)
		status = prepare(&recording, results, error);
	if (status == 0)
		status = tally__broker_change(broker, record_results, &recording,
					      recording.now_unix, answer, error);
	recording_release(&recording);
	return status;
}
