/* tests/whole_broker.h - a small broker with a record of every kind, damage to its records, and all
 * that can be asked and changed there: whatever the records say, each call ends, and says where it
 * met the damage.  Damage and changes are made in a group that is cancelled: nothing is written. */
#ifndef TALLY_TESTS_WHOLE_BROKER_H
#define TALLY_TESTS_WHOLE_BROKER_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tally/environment.h>
#include <tally/matrix.h>

#include "base/time.h"
#include "broker/git_broker.h"
#include "format/json.h"

#define WHOLE_START  1700000000
#define WHOLE_DIGEST "0123456789012345678901234567890123456789"
#define WHOLE_CONTRACT                                                                             \
	"{\"consumer\":{\"name\":\"web\"},\"provider\":{\"name\":\"orders\"},\"metadata\":{"       \
	"\"pactSpecification\":{\"version\":\"4.0\"}},\"interactions\":[{\"type\":"                \
	"\"Synchronous/HTTP\",\"description\":\"a list\",\"pending\":true,\"request\":{\"path\":"  \
	"\"/list\"},\"response\":{\"status\":200}},{\"type\":\"Synchronous/HTTP\","                \
	"\"description\":\"an item\",\"request\":{\"path\":\"/item\"},\"response\":{\"status\":"   \
	"%d}}]}"

struct whole {
	char folder[64];
	char path[80];
	struct tally_broker *broker;
	size_t refusals, answers; /* how calls ended */
	char damaged[1024];       /* what is being tried, for whoever reads why it failed */
};

#define WHOLE_REQUIRE(whole, condition, what, error)                                               \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s: does not hold: %s\n%s\n%s: %s\n", what, #condition,   \
				(whole)->damaged, (error)->where, (error)->message);               \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static inline void whole_need(struct whole *whole, int status, const char *what,
			      const struct tally_error *error)
{
	WHOLE_REQUIRE(whole, status == 0, what, error);
}

/* The error says where in the repository, not where in what was asked; one without tally.json is
 * told as a whole. */
static inline bool whole_is_named(const struct tally_error *error)
{
	return (error->where[0] != '\0' && strchr(error->where, '[') == NULL) ||
	       strstr(error->message, "tally.json") != NULL;
}

/* What holds however a call went. */
static inline void whole_ended(struct whole *whole, int status, cJSON *answer, const char *what,
			       struct tally_error *error)
{
	if (status == 0) {
		whole->answers++;
		WHOLE_REQUIRE(whole, answer != NULL, what, error);
	} else {
		whole->refusals++;
		WHOLE_REQUIRE(whole, answer == NULL, what, error);
		WHOLE_REQUIRE(whole, error->code == status && error->message[0] != '\0', what,
			      error);
		WHOLE_REQUIRE(whole,
			      status == TALLY_EPARSE || status == TALLY_ENOTFOUND ||
				      status == TALLY_ENOTHING || status == TALLY_ECONFLICT ||
				      status == TALLY_EUNSUPPORTED || status == TALLY_ELIMIT ||
				      status == TALLY_EINVAL,
			      what, error);
		WHOLE_REQUIRE(whole, status != TALLY_EPARSE || whole_is_named(error), what, error);
	}
	cJSON_Delete(answer);
	*error = (struct tally_error)TALLY_ERROR_INIT;
}

static inline cJSON *whole_json(struct whole *whole, const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;

	whole_need(whole, tally_json_parse(&json, text, strlen(text), &error), text, &error);
	return json;
}

static inline int whole_publish(struct whole *whole, const char *version, const char *branch,
				int answer_status, cJSON **answer, struct tally_error *error)
{
	static const char *const tags[] = {"demo"};
	struct tally_publication publication = {.version = version,
						.branch = branch,
						.tags = tags,
						.tag_count = 1,
						.build_url = "https://ci.example.org/1",
						.contract_count = 1};
	char text[1024];
	cJSON *contract;
	const cJSON *contracts[1];
	int status;

	(void)snprintf(text, sizeof text, WHOLE_CONTRACT, answer_status);
	contracts[0] = contract = whole_json(whole, text);
	publication.contracts = contracts;
	status = tally_broker_publish(whole->broker, &publication, answer, error);
	cJSON_Delete(contract);
	return status;
}

/* Results for all that web has published, as its version says; the second as `outcome`. */
static inline int whole_verify(struct whole *whole, const char *version,
			       const char *consumer_version, const char *outcome, bool wip,
			       cJSON **answer, struct tally_error *error)
{
	struct tally_verification_query query = {.provider = "orders"};
	struct tally_run run = {.provider = "orders", .version = version, .branch = "main"};
	cJSON *asked = NULL, *results, *item, *list;
	int status = tally_broker_contract_of(whole->broker, &query, "web", consumer_version,
					      &asked, error);

	if (status != 0)
		return status;
	results = whole_json(whole, "[{\"consumer\":\"web\",\"interactions\":[]}]");
	item = cJSON_GetArrayItem(results, 0);
	cJSON_AddStringToObject(item, "consumerVersion", consumer_version);
	cJSON_AddBoolToObject(item, "wip", wip);
	list = cJSON_GetObjectItem(item, "interactions");
	for (int i = 0; i < 2; i++) {
		const cJSON *found = cJSON_GetArrayItem(
			tally__json_get(cJSON_GetArrayItem(tally__json_get(asked, "contracts"), 0),
					"interactions"),
			i);
		const char *digest = tally__json_get_string(found, "digest");
		cJSON *result = cJSON_CreateObject();

		cJSON_AddStringToObject(result, "digest",
					digest != NULL && strlen(digest) == 40 ? digest
									       : WHOLE_DIGEST);
		cJSON_AddStringToObject(result, "description", "an interaction");
		cJSON_AddStringToObject(result, "outcome", i == 0 ? "passed" : outcome);
		cJSON_AddItemToArray(list, result);
	}
	status = tally_broker_record_results(whole->broker, &run, results, answer, error);
	cJSON_Delete(results);
	cJSON_Delete(asked);
	return status;
}

static inline void whole_tick(void)
{
	static int64_t now = WHOLE_START;

	tally__time_fix(now++);
}

/* A change that the broker is filled by. */
#define WHOLE_DO(whole, call)                                                                      \
	do {                                                                                       \
		struct tally_error error = TALLY_ERROR_INIT;                                       \
		cJSON *answer = NULL;                                                              \
		whole_tick();                                                                      \
		whole_need(whole, call, #call, &error);                                            \
		cJSON_Delete(answer);                                                              \
	} while (0)

static inline void whole_init(struct whole *whole)
{
	const struct tally_environment production = {
		.name = "production", .display_name = "Production", .production = true};
	const char *base = getenv("TMPDIR");

	*whole = (struct whole){0};
	(void)snprintf(whole->folder, sizeof whole->folder, "%s/tally-whole-XXXXXX",
		       base != NULL && strlen(base) < 32 ? base : "/tmp");
	if (mkdtemp(whole->folder) == NULL)
		abort();
	(void)snprintf(whole->path, sizeof whole->path, "%s/b", whole->folder);
	WHOLE_DO(whole, tally_broker_init(whole->path, &error));
	WHOLE_DO(whole, tally_broker_open(&whole->broker, whole->path, &error));
	WHOLE_DO(whole,
		 tally_broker_environment_create(whole->broker, &production, &answer, &error));
	WHOLE_DO(whole, whole_publish(whole, "1", "main", 200, &answer, &error));
	WHOLE_DO(whole, whole_verify(whole, "1", "1", "passed", false, &answer, &error));
	WHOLE_DO(whole, whole_publish(whole, "2", "feature/x", 201, &answer, &error));
	WHOLE_DO(whole, whole_verify(whole, "1", "2", "failed", true, &answer, &error));
	WHOLE_DO(whole, whole_verify(whole, "2", "1", "flaky", false, &answer, &error));
	WHOLE_DO(whole, tally_broker_record_deployment(whole->broker, "orders", "1", "production",
						       NULL, &answer, &error));
	WHOLE_DO(whole, tally_broker_record_deployment(whole->broker, "orders", "2", "production",
						       "blue", &answer, &error));
	WHOLE_DO(whole, tally_broker_record_deployment(whole->broker, "web", "1", "production",
						       NULL, &answer, &error));
	WHOLE_DO(whole, tally_broker_record_deployment(whole->broker, "web", "2", "production",
						       "gone", &answer, &error));
	WHOLE_DO(whole, tally_broker_record_undeployment(whole->broker, "web", NULL, "production",
							 "gone", &answer, &error));
	WHOLE_DO(whole, tally_broker_record_release(whole->broker, "web", "1", "production",
						    &answer, &error));
	WHOLE_DO(whole, tally_broker_record_release(whole->broker, "web", "2", "production",
						    &answer, &error));
	WHOLE_DO(whole, tally_broker_record_support_ended(whole->broker, "web", "2", "production",
							  &answer, &error));
}

static int whole_remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

static inline void whole_release(struct whole *whole)
{
	tally_broker_close(whole->broker);
	(void)nftw(whole->folder, whole_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline struct store *whole_store(struct whole *whole)
{
	return ((struct git_broker *)whole->broker)->store;
}

struct whole_damage {
	const char *path, *bytes; /* bytes NULL: removed */
	size_t len;
};

static inline int whole_put(void *context, const struct snapshot *snapshot, struct edits *edits,
			    struct tally_error *error)
{
	const struct whole_damage *damage = context;
	int status = tally__edits_describe(edits, "damage", error);

	(void)snapshot;
	if (status != 0)
		return status;
	return damage->bytes == NULL
		       ? tally__edits_remove(edits, damage->path, error)
		       : tally__edits_put(edits, damage->path, damage->bytes, damage->len, error);
}

/* Whether it can go to production, or how it stands with all that it was ever held against. */
static inline int whole_decide(struct whole *whole, const struct tally_version_selector *subject,
			       bool deploy, cJSON **answer, struct tally_error *error)
{
	const struct tally_matrix_query query = {.selectors = subject,
						 .selector_count = 1,
						 .to_environment = deploy ? "production" : NULL};

	return deploy ? tally_broker_can_i_deploy(whole->broker, &query, answer, error)
		      : tally_broker_matrix(whole->broker, &query, answer, error);
}

static inline void whole_ask(struct whole *whole)
{
	static const struct tally_version_selector subjects[] = {
		{.application = "web", .version = "1"},
		{.application = "web", .branch = "feature/x", .latest = true},
		{.application = "web", .tag = "demo"},
		{.application = "orders", .main_branch = true},
		{.application = "orders", .environment = "production"},
	};
	static const char *const selectors[] = {
		"[]",
		"[{\"branch\":true},{\"mainBranch\":true},{\"matchingBranch\":true}]",
		"[{\"tag\":\"demo\"},{\"tag\":\"demo\",\"latest\":true},{\"latest\":true}]",
		"[{\"deployedOrReleased\":true},{\"deployed\":true,\"environment\":"
		"\"production\"}]",
	};
	static const struct tally_placement_query placements = {
		.application = "web", .version = "2", .ended = true};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int status;

	for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
		cJSON *list = whole_json(whole, selectors[i]);
		struct tally_verification_query query = {.provider = "orders",
							 .provider_version = i % 2 ? "2" : NULL,
							 .provider_branch = "main",
							 .selectors = list,
							 .enable_pending = true,
							 .include_wip_since = "2001-01-01"};

		answer = NULL;
		status = tally_broker_contracts_to_verify(whole->broker, &query, &answer, &error);
		whole_ended(whole, status, answer, selectors[i], &error);
		cJSON_Delete(list);
	}
#define WHOLE_ASK(call)                                                                            \
	do {                                                                                       \
		answer = NULL;                                                                     \
		status = call;                                                                     \
		whole_ended(whole, status, answer, #call, &error);                                 \
	} while (0)
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		WHOLE_ASK(whole_decide(whole, &subjects[i], true, &answer, &error));
		WHOLE_ASK(whole_decide(whole, &subjects[i], false, &answer, &error));
	}
	WHOLE_ASK(tally_broker_environment_list(whole->broker, &answer, &error));
	WHOLE_ASK(tally_broker_environment_show(whole->broker, "production", &answer, &error));
	WHOLE_ASK(tally_broker_deployments(whole->broker, &placements, &answer, &error));
	WHOLE_ASK(tally_broker_releases(whole->broker, &placements, &answer, &error));
	WHOLE_ASK(tally_broker_log(whole->broker, "web", "1", 3, &answer, &error));
}

/* Changes within the group: they see the damage as questions do. */
static inline void whole_change(struct whole *whole)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int status;

	WHOLE_ASK(tally_broker_upgrade(whole->broker, &answer, &error));
	WHOLE_ASK(whole_publish(whole, "2", "feature/x", 200, &answer, &error));
	WHOLE_ASK(whole_publish(whole, "3", "feature/x", 200, &answer, &error));
	WHOLE_ASK(whole_verify(whole, "2", "1", "passed", false, &answer, &error));
	WHOLE_ASK(whole_verify(whole, "3", "2", "passed", false, &answer, &error));
	WHOLE_ASK(tally_broker_record_deployment(whole->broker, "orders", "2", "production", NULL,
						 &answer, &error));
	WHOLE_ASK(tally_broker_record_undeployment(whole->broker, "orders", NULL, "production",
						   "blue", &answer, &error));
	WHOLE_ASK(tally_broker_record_release(whole->broker, "web", "2", "production", &answer,
					      &error));
	WHOLE_ASK(tally_broker_record_support_ended(whole->broker, "web", "1", "production",
						    &answer, &error));
	WHOLE_ASK(tally_broker_environment_delete(whole->broker, "production", &answer, &error));
#undef WHOLE_ASK
}

/* All questions with this record as it says, or without it; changes too, where it is JSON.  Then as
 * if nothing had been. */
static inline void whole_try(struct whole *whole, const char *path, const char *bytes, size_t len)
{
	struct store_author author = {.now_unix = WHOLE_START + 100};
	struct whole_damage damage = {path, bytes, len};
	struct tally_error error = TALLY_ERROR_INIT;

	(void)snprintf(whole->damaged, sizeof whole->damaged, "%s: %.*s", path,
		       (int)(len < 800 ? len : 800), bytes != NULL ? bytes : "(removed)");
	whole_need(whole, tally_broker_begin(whole->broker, &error), "begin", &error);
	/* What is no path, or is a folder already, is not put. */
	if (tally__store_commit(whole_store(whole), whole_put, &damage, &author, NULL, &error) ==
	    0) {
		cJSON *json = NULL;

		whole_ask(whole);
		if (bytes == NULL || tally_json_parse(&json, bytes, len, NULL) == 0)
			whole_change(whole);
		cJSON_Delete(json);
	}
	tally_broker_cancel(whole->broker);
}

#endif
