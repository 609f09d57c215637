/* A broker repository in a folder of its own, and short ways to fill it.  The clock stands
 * still until site_wait moves it on. */
#ifndef TALLY_TESTS_BROKER_SITE_H
#define TALLY_TESTS_BROKER_SITE_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "contract/contract.h"

#define SITE_START 1700000000

struct site {
	char folder[64];
	char path[80];
	struct tally_broker *broker;
	long now;
};

static inline struct store *site_store(const struct site *site)
{
	return ((struct git_broker *)site->broker)->store;
}

static int site_remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

static inline void site_wait(struct site *site, long seconds)
{
	site->now += seconds;
	tally__time_fix(site->now);
}

/* Fails the test with what the library said. */
static inline void site_ok(int status, const struct tally_error *error)
{
	char text[2048];

	if (status == 0)
		return;
	tally_error_format(error, text, sizeof text);
	fail_msg("%s: %s", tally_error_name(status), text);
}

static inline int site_setup(void **state)
{
	struct site *site = calloc(1, sizeof *site);
	struct tally_error error = TALLY_ERROR_INIT;

	assert_non_null(site);
	(void)snprintf(site->folder, sizeof site->folder, "./broker-test-XXXXXX");
	assert_non_null(mkdtemp(site->folder));
	(void)snprintf(site->path, sizeof site->path, "%s/b", site->folder);
	site_wait(site, SITE_START);
	site_ok(tally_broker_init(site->path, &error), &error);
	site_ok(tally_broker_open(&site->broker, site->path, &error), &error);
	*state = site;
	return 0;
}

static inline int site_teardown(void **state)
{
	struct site *site = *state;

	tally_broker_close(site->broker);
	assert_int_equal(nftw(site->folder, site_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(site);
	return 0;
}

/* A contract with one interaction for each word: "a request for WORD".  "WORD!" asks for the same
 * with another answer, "WORD?" is pending. */
static inline cJSON *site_contract(const char *consumer, const char *provider, const char *words)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const char *separator = "";
	struct buf text;
	cJSON *json = NULL;

	tally__buf_init(&text, 16 * 1024 * 1024);
	tally__buf_adds(&text, "{\"consumer\":{\"name\":");
	tally__json_add_string(&text, consumer, strlen(consumer));
	tally__buf_adds(&text, "},\"provider\":{\"name\":");
	tally__json_add_string(&text, provider, strlen(provider));
	tally__buf_adds(&text, "},\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}},"
			       "\"interactions\":[");
	for (size_t len; *words != '\0'; words += len + (words[len] == ' ')) {
		bool other, pending;
		size_t word;

		len = strcspn(words, " ");
		other = words[len - 1] == '!';
		pending = words[len - 1] == '?';
		word = len - (other || pending);
		tally__buf_addf(&text,
				"%s{\"type\":\"Synchronous/HTTP\",\"pending\":%s,"
				"\"description\":\"a request for %.*s\",\"request\":{\"method\":"
				"\"GET\",\"path\":\"/%.*s\"},\"response\":{\"status\":%d}}",
				separator, pending ? "true" : "false", (int)word, words, (int)word,
				words, other ? 201 : 200);
		separator = ",";
	}
	tally__buf_adds(&text, "]}");
	assert_int_equal(text.status, 0);
	site_ok(tally_json_parse(&json, text.bytes, text.len, &error), &error);
	tally__buf_release(&text);
	return json;
}

static inline int site_try_publish(struct site *site, const char *consumer, const char *version,
				   const char *branch, const char *provider, const char *words,
				   cJSON **answer, struct tally_error *error)
{
	cJSON *contract = site_contract(consumer, provider, words);
	const cJSON *contracts[] = {contract};
	struct tally_publication publication = {
		.version = version, .branch = branch, .contracts = contracts, .contract_count = 1};
	int status = tally_broker_publish(site->broker, &publication, answer, error);

	cJSON_Delete(contract);
	return status;
}

static inline void site_publish(struct site *site, const char *consumer, const char *version,
				const char *branch, const char *provider, const char *words)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(site_try_publish(site, consumer, version, branch, provider, words, &answer, &error),
		&error);
	cJSON_Delete(answer);
}

/* One result for each interaction that the words ask for: p passed, f failed, e error, s skipped,
 * . not in it. */
static inline cJSON *site_results(const char *consumer, const char *version, const char *words,
				  const char *outcomes)
{
	cJSON *document = site_contract(consumer, "-", words);
	cJSON *results = cJSON_CreateArray(), *result = cJSON_CreateObject();
	cJSON *interactions = cJSON_CreateArray();
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *contract;
	size_t len;
	char *text;

	site_ok(tally_json_write(&text, &len, document, TALLY_JSON_COMPACT, &error), &error);
	site_ok(tally_contract_parse(&contract, text, len, &error), &error);
	assert_int_equal(contract->interaction_count, strlen(outcomes));
	for (size_t i = 0; i < contract->interaction_count; i++) {
		const char *outcome = outcomes[i] == 'p'   ? "passed"
				      : outcomes[i] == 'f' ? "failed"
				      : outcomes[i] == 'e' ? "error"
							   : "skipped";
		char digest[DIGEST_TEXT_BYTES];
		cJSON *item, *mismatches, *mismatch;

		if (outcomes[i] == '.')
			continue;
		site_ok(tally__interaction_digest(&contract->interactions[i], digest, &error),
			&error);
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "digest", digest);
		cJSON_AddStringToObject(item, "description", contract->interactions[i].description);
		cJSON_AddStringToObject(item, "outcome", outcome);
		if (outcomes[i] == 'f') {
			mismatches = cJSON_AddArrayToObject(item, "mismatches");
			mismatch = cJSON_CreateObject();
			cJSON_AddStringToObject(mismatch, "message",
						"expected status 200 but was 500");
			cJSON_AddStringToObject(mismatch, "path", i == 0 ? "$.a" : "");
			cJSON_AddItemToArray(mismatches, mismatch);
		}
		if (outcomes[i] == 'e')
			cJSON_AddStringToObject(item, "message", "the provider did not answer");
		cJSON_AddItemToArray(interactions, item);
	}
	cJSON_AddStringToObject(result, "consumer", consumer);
	if (version != NULL)
		cJSON_AddStringToObject(result, "consumerVersion", version);
	cJSON_AddItemToObject(result, "interactions", interactions);
	cJSON_AddItemToArray(results, result);
	tally_contract_free(contract);
	tally_free(text);
	cJSON_Delete(document);
	return results;
}

static inline void site_verify(struct site *site, const char *provider, const char *version,
			       const char *branch, const char *consumer,
			       const char *consumer_version, const char *words,
			       const char *outcomes)
{
	struct tally_run run = {.provider = provider, .version = version, .branch = branch};
	cJSON *results = site_results(consumer, consumer_version, words, outcomes);
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_wait(site, 1);
	site_ok(tally_broker_record_results(site->broker, &run, results, &answer, &error), &error);
	cJSON_Delete(results);
	cJSON_Delete(answer);
}

static inline void site_deploy(struct site *site, const char *application, const char *version,
			       const char *environment, const char *instance)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(tally_broker_record_deployment(site->broker, application, version, environment,
					       instance, &answer, &error),
		&error);
	cJSON_Delete(answer);
}

static inline void site_release(struct site *site, const char *application, const char *version,
				const char *environment)
{
	struct tally_error error = TALLY_ERROR_INIT;

	site_ok(tally_broker_record_release(site->broker, application, version, environment, NULL,
					    &error),
		&error);
}

static inline void site_environment(struct site *site, const char *name)
{
	const struct tally_environment environment = {.name = name};
	struct tally_error error = TALLY_ERROR_INIT;

	site_ok(tally_broker_environment_create(site->broker, &environment, NULL, &error), &error);
}

/* One version, to an environment. */
static inline int site_try_ask(struct site *site, const char *application, const char *version,
			       const char *environment, cJSON **answer, struct tally_error *error)
{
	const struct tally_version_selector selector = {.application = application,
							.version = version};
	const struct tally_matrix_query query = {
		.selectors = &selector, .selector_count = 1, .to_environment = environment};

	return tally_broker_can_i_deploy(site->broker, &query, answer, error);
}

static inline cJSON *site_ask(struct site *site, const char *application, const char *version,
			      const char *environment)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(site_try_ask(site, application, version, environment, &answer, &error), &error);
	return answer;
}

static inline const cJSON *site_pair(const cJSON *answer, int index)
{
	const cJSON *pair = cJSON_GetArrayItem(tally__json_get(answer, "pairs"), index);

	assert_non_null(pair);
	return pair;
}

static inline const char *site_text(const cJSON *object, const char *name)
{
	const char *text = tally__json_get_string(object, name);

	assert_non_null(text);
	return text;
}

/* The newest commit. */
static inline void site_tip(struct site *site, char id[STORE_ID_BYTES])
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot *snapshot;

	site_ok(tally__snapshot_open(&snapshot, site_store(site), NULL, &error), &error);
	(void)snprintf(id, STORE_ID_BYTES, "%s", tally__snapshot_id(snapshot));
	tally__snapshot_close(snapshot);
}

#endif
