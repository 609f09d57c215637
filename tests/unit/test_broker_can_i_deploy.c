#include "config.h"

#include "broker_site.h"

static void assert_verdict(struct site *site, const char *application, const char *version,
			   const char *expected_yes_no, const char *expected_verdict,
			   const char *expected_next)
{
	cJSON *answer = site_ask(site, application, version, "production");
	const cJSON *summary = tally__json_get(answer, "summary");
	const cJSON *deployable = tally__json_get(summary, "deployable");

	assert_string_equal(site_text(answer, "verdict"), expected_yes_no);
	assert_int_equal(cJSON_IsTrue(deployable), strcmp(expected_yes_no, "yes") == 0);
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), expected_verdict);
	if (expected_next == NULL)
		assert_null(tally__json_get(site_pair(answer, 0), "next"));
	else
		assert_non_null(strstr(site_text(site_pair(answer, 0), "next"), expected_next));
	cJSON_Delete(answer);
}

static void assert_moved(struct site *site, const char *application, const char *version,
			 const char *moved, const char *consumer, const char *provider)
{
	cJSON *answer = site_ask(site, application, version, "production");
	const cJSON *pair = site_pair(answer, 0);
	const cJSON *worked = tally__json_get(pair, "lastWorked");

	assert_string_equal(site_text(pair, "verdict"), "broken");
	if (moved == NULL)
		assert_null(tally__json_get(pair, "moved"));
	else
		assert_string_equal(site_text(pair, "moved"), moved);
	if (consumer == NULL) {
		assert_null(worked);
	} else {
		assert_string_equal(site_text(tally__json_get(worked, "consumer"), "version"),
				    consumer);
		assert_string_equal(site_text(tally__json_get(worked, "provider"), "version"),
				    provider);
	}
	cJSON_Delete(answer);
}

/* web 1 asks for two things of orders 1, which runs in production and was asked. */
static void start(struct site *site, const char *outcomes)
{
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", outcomes);
	site_deploy(site, "orders", "1", "production", NULL);
}

static void test_says_ok(void **state)
{
	struct site *site = *state;
	cJSON *answer;
	const cJSON *pair, *row;

	start(site, "pp");
	assert_verdict(site, "web", "1", "yes", "ok", NULL);
	answer = site_ask(site, "web", "1", "production");
	pair = site_pair(answer, 0);
	assert_string_equal(site_text(pair, "why"), "orders 1 passed all 2 interactions of web 1.");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(pair, "interactions")), 2);
	assert_non_null(
		strstr(site_text(tally__json_get(pair, "evidence")->child, "run"), "apps/orders/"));
	row = cJSON_GetArrayItem(tally__json_get(answer, "matrix"), 0);
	assert_string_equal(
		site_text(tally__json_get(tally__json_get(row, "consumer"), "version"), "number"),
		"1");
	assert_string_equal(
		site_text(tally__json_get(tally__json_get(row, "provider"), "version"), "branch"),
		"main");
	assert_true(
		tally__json_get_bool(tally__json_get(row, "verificationResult"), "success", false));
	assert_int_equal(
		tally__json_get(tally__json_get(answer, "summary"), "success")->valuedouble, 1);
	cJSON_Delete(answer);
}

static void test_says_broken(void **state)
{
	struct site *site = *state;
	const cJSON *summary, *failed;
	cJSON *answer;

	start(site, "pf");
	assert_verdict(site, "web", "1", "no", "broken", "tally verify --provider orders");
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(site_pair(answer, 0), "why"),
			    "orders 1 fails 1 of 2 interactions of web 1: \"a request for item\" "
			    "(expected status 200 but was 500).");
	summary = tally__json_get(answer, "summary");
	assert_true(cJSON_IsFalse(tally__json_get(summary, "deployable")));
	failed = cJSON_GetArrayItem(tally__json_get(site_pair(answer, 0), "interactions"), 1);
	assert_string_equal(site_text(failed, "outcome"), "failed");
	assert_string_equal(cJSON_GetArrayItem(tally__json_get(failed, "messages"), 0)->valuestring,
			    "expected status 200 but was 500");
	cJSON_Delete(answer);
	assert_moved(site, "web", "1", NULL, NULL, NULL);
}

static void test_says_waiting_until_all_parts_are_there(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	start(site, "p.");
	answer = site_ask(site, "web", "1", "production");
	assert_true(
		cJSON_IsNull(tally__json_get(tally__json_get(answer, "summary"), "deployable")));
	assert_string_equal(site_text(answer, "verdict"), "no");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "waiting");
	assert_non_null(strstr(site_text(site_pair(answer, 0), "next"),
			       "--consumer-version web@1 --provider-version 1 --publish"));
	cJSON_Delete(answer);
	/* A second, filtered run adds what is missing; skipped ones say nothing. */
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "sp");
	assert_verdict(site, "web", "1", "yes", "ok", NULL);
}

static void test_an_error_is_no_answer(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	start(site, "pe");
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "waiting");
	assert_non_null(strstr(site_text(site_pair(answer, 0), "why"),
			       "the last attempt ended with an error"));
	cJSON_Delete(answer);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", ".p");
	assert_verdict(site, "web", "1", "yes", "ok", NULL);
}

static void test_opposite_answers_are_flaky(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	start(site, "pf");
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "pp");
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "broken");
	assert_non_null(strstr(site_text(site_pair(answer, 0), "why"), "flaky"));
	assert_null(tally__json_get(site_pair(answer, 0), "moved"));
	/* Only another version can settle it, and one that answers as it likes never worked. */
	assert_non_null(strstr(site_text(site_pair(answer, 0), "why"), "verify a new version"));
	assert_non_null(strstr(site_text(site_pair(answer, 0), "next"),
			       "--provider-version \"$NEW_VERSION\" --repeat 10 --publish"));
	assert_null(tally__json_get(site_pair(answer, 0), "lastWorked"));
	cJSON_Delete(answer);
}

static void test_says_absent(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list");
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "absent");
	assert_true(
		cJSON_IsNull(tally__json_get(tally__json_get(answer, "summary"), "deployable")));
	assert_true(cJSON_IsNull(
		tally__json_get(tally__json_get(site_pair(answer, 0), "provider"), "version")));
	cJSON_Delete(answer);
	assert_verdict(site, "web", "1", "no", "absent", "--consumer-version web@1 --publish");
	/* Once it passed somewhere, the thing to do is to deploy that. */
	site_verify(site, "orders", "7", NULL, "web", "1", "list", "p");
	site_verify(site, "orders", "8", NULL, "web", "1", "list", "f");
	assert_verdict(site, "web", "1", "no", "absent",
		       "tally can-i-deploy orders@7 --to production");
}

/* A provider may go first: nobody who is not there can be broken by it. */
static void test_a_provider_without_consumers_may_go(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list");
	site_verify(site, "orders", "1", NULL, "web", "1", "list", "f");
	answer = site_ask(site, "orders", "1", "production");
	assert_string_equal(site_text(answer, "verdict"), "yes");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "pairs")), 0);
	assert_string_equal(
		site_text(cJSON_GetArrayItem(tally__json_get(answer, "notices"), 0), "type"),
		"success");
	cJSON_Delete(answer);
}

static void test_a_provider_answers_for_every_consumer_there(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list");
	site_publish(site, "web", "2", "main", "orders", "list item");
	site_publish(site, "app", "1", "main", "orders", "stock");
	site_publish(site, "app", "2", "main", "other", "stock");
	site_deploy(site, "web", "1", "production", "blue");
	site_deploy(site, "web", "2", "production", "green");
	/* This version of app does not need orders any more. */
	site_deploy(site, "app", "2", "production", NULL);
	site_verify(site, "orders", "1", NULL, "web", "2", "list item", "p.");
	answer = site_ask(site, "orders", "1", "production");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "pairs")), 2);
	/* "list" is the same interaction in both: one answer counts for both versions. */
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "waiting");
	assert_string_equal(site_text(site_pair(answer, 1), "verdict"), "ok");
	cJSON_Delete(answer);
	/* A deployment takes the place of the one before it, per instance. */
	site_deploy(site, "web", "1", "production", "green");
	answer = site_ask(site, "orders", "1", "production");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "pairs")), 1);
	assert_string_equal(site_text(answer, "verdict"), "yes");
	cJSON_Delete(answer);
}

static void test_every_live_provider_version_counts(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	start(site, "pp");
	site_verify(site, "orders", "2", NULL, "web", "1", "list item", "pf");
	site_deploy(site, "orders", "2", "production", "second");
	answer = site_ask(site, "web", "1", "production");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "pairs")), 2);
	assert_string_equal(site_text(answer, "verdict"), "no");
	cJSON_Delete(answer);
}

static void test_failure_beside_unknown_is_null(void **state)
{
	struct site *site = *state;
	const cJSON *summary;
	cJSON *answer;

	start(site, "pf");
	site_verify(site, "orders", "2", NULL, "web", "1", "list item", "..");
	site_deploy(site, "orders", "2", "production", "second");
	answer = site_ask(site, "web", "1", "production");
	summary = tally__json_get(answer, "summary");
	assert_true(cJSON_IsNull(tally__json_get(summary, "deployable")));
	assert_int_equal(tally__json_get(summary, "failed")->valuedouble, 1);
	assert_int_equal(tally__json_get(summary, "unknown")->valuedouble, 1);
	cJSON_Delete(answer);
}

static void test_pending_interactions_do_not_count(void **state)
{
	struct site *site = *state;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item?");
	site_verify(site, "orders", "1", NULL, "web", "1", "list item?", "pf");
	site_deploy(site, "orders", "1", "production", NULL);
	assert_verdict(site, "web", "1", "yes", "ok", NULL);
}

static void test_provider_moved(void **state)
{
	struct site *site = *state;

	start(site, "pp");
	site_deploy(site, "web", "1", "production", NULL);
	/* The next version of orders breaks what passed: asked from either side. */
	site_verify(site, "orders", "2", "main", "web", "1", "list item", "pf");
	assert_moved(site, "orders", "2", "provider", "1", "1");
	site_publish(site, "web", "2", "main", "orders", "list item more");
	site_verify(site, "orders", "2", "main", "web", "2", "list item more", "pfp");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_moved(site, "web", "2", "provider", "1", "1");
}

/* What is named as the last that worked has to work: orders 1 turned out to be flaky, and of
 * orders 2, in between, nobody kept that it did. */
static void test_what_worked_was_flaky(void **state)
{
	struct site *site = *state;

	start(site, "pp");
	site_verify(site, "orders", "2", "main", "web", "1", "list item", "pp");
	site_verify(site, "orders", "3", "main", "web", "1", "list item", "pf");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "fp");
	site_deploy(site, "orders", "3", "production", NULL);
	assert_moved(site, "web", "1", "provider", "1", "2");
	site_verify(site, "orders", "4", "main", "web", "1", "list item", "pp");
	assert_moved(site, "web", "1", "provider", NULL, NULL);
}

/* A contract to which interactions were added is not the one that worked. */
static void test_what_worked_was_less(void **state)
{
	struct site *site = *state;
	cJSON *contract = site_contract("web", "orders", "more");
	const cJSON *contracts[] = {contract};
	const struct tally_publication publication = {
		.version = "1", .contracts = contracts, .contract_count = 1, .merge = true};
	struct tally_error error = TALLY_ERROR_INIT;

	start(site, "pp");
	site_ok(tally_broker_publish(site->broker, &publication, NULL, &error), &error);
	site_verify(site, "orders", "2", "main", "web", "1", "list item more", "ppf");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_moved(site, "web", "1", NULL, NULL, NULL);
	cJSON_Delete(contract);
}

static void test_consumer_moved(void **state)
{
	struct site *site = *state;

	start(site, "pp");
	site_deploy(site, "web", "1", "production", NULL);
	/* "item!" is what web 2 wants changed. */
	site_publish(site, "web", "2", "main", "orders", "list item!");
	site_verify(site, "orders", "1", "main", "web", "2", "list item!", "pf");
	assert_moved(site, "web", "2", "consumer", "1", "1");
	site_deploy(site, "web", "2", "production", NULL);
	site_verify(site, "orders", "2", "main", "web", "2", "list item!", "pf");
	assert_moved(site, "orders", "2", "consumer", "1", "1");
}

/* What web 2 needs passed with orders 2; production still has orders 1. */
static void test_consumer_is_ahead(void **state)
{
	struct site *site = *state;

	start(site, "pp");
	site_publish(site, "web", "2", "main", "orders", "list more");
	site_verify(site, "orders", "2", "main", "web", "2", "list more", "pp");
	site_verify(site, "orders", "1", "main", "web", "2", "list more", "pf");
	assert_moved(site, "web", "2", "consumer", "2", "2");
	assert_verdict(site, "web", "2", "no", "broken",
		       "tally can-i-deploy orders@2 --to production");
}

/* Broken in orders 2 and mended in orders 3: against orders 2 it is still the provider. */
static void test_provider_moved_and_came_back(void **state)
{
	struct site *site = *state;

	start(site, "pp");
	site_verify(site, "orders", "2", "main", "web", "1", "list item", "pf");
	site_verify(site, "orders", "3", "main", "web", "1", "list item", "pp");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_moved(site, "web", "1", "provider", "1", "1");
}

/* A contract that asks for less is covered by what was answered before, and is remembered so. */
static void test_new_contract_of_known_interactions(void **state)
{
	struct site *site = *state;

	start(site, "pp");
	site_publish(site, "web", "2", "main", "orders", "item");
	assert_verdict(site, "web", "2", "yes", "ok", NULL);
	site_verify(site, "orders", "2", "main", "web", "2", "item", "f");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_moved(site, "web", "2", "provider", "2", "1");
}

/* A run of an older contract may answer all that the newest asks for. */
static void test_a_run_completes_the_newest_contract(void **state)
{
	struct site *site = *state;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_publish(site, "web", "2", "main", "orders", "item");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", ".p");
	site_verify(site, "orders", "2", "main", "web", "2", "item", "f");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_moved(site, "web", "2", "provider", "2", "1");
}

static void test_other_branches_do_not_hide_what_worked(void **state)
{
	struct site *site = *state;
	char version[32], word[32];

	start(site, "pp");
	for (int i = 0; i < 5; i++) {
		(void)snprintf(version, sizeof version, "feature-%d", i);
		(void)snprintf(word, sizeof word, "thing%d", i);
		site_publish(site, "web", version, "feature", "orders", word);
		site_verify(site, "orders", "1", "main", "web", version, word, "p");
	}
	site_verify(site, "orders", "2", "main", "web", "1", "list item", "pf");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_moved(site, "web", "1", "provider", "1", "1");
}

static void test_with_itself(void **state)
{
	struct site *site = *state;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "web", "list");
	site_publish(site, "web", "2", "main", "web", "list item");
	site_deploy(site, "web", "1", "production", NULL);
	site_verify(site, "web", "2", "main", "web", "2", "list item", "pp");
	assert_verdict(site, "web", "2", "yes", "ok", NULL);
}

/* A version that does not exist cannot be deployed; a name that may be misspelt is no answer. */
static void test_unknown_names(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *summary, *unknown;
	cJSON *answer;

	start(site, "pp");
	answer = site_ask(site, "web", "9", "production");
	summary = tally__json_get(answer, "summary");
	assert_string_equal(site_text(answer, "verdict"), "no");
	assert_true(cJSON_IsFalse(tally__json_get(summary, "deployable")));
	assert_string_equal(site_text(summary, "reason"),
			    "nothing is known of web 9 (there is none)");
	unknown = cJSON_GetArrayItem(tally__json_get(answer, "unknown"), 0);
	assert_non_null(strstr(site_text(unknown, "next"), "tally publish contracts --version 9"));
	cJSON_Delete(answer);
	answer = site_ask(site, "orders", "9", "production");
	unknown = cJSON_GetArrayItem(tally__json_get(answer, "unknown"), 0);
	assert_non_null(strstr(site_text(unknown, "next"), "tally verify --provider orders"));
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "pairs")), 0);
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(site_try_ask(site, "wbe", "1", "production", &answer, &error),
			 TALLY_ENOTFOUND);
	memset(&error, 0, sizeof error);
	assert_int_equal(site_try_ask(site, "web", "1", "prod", &answer, &error), TALLY_ENOTFOUND);
	assert_non_null(strstr(error.message, "\"production\""));
	assert_null(answer);
}

static void assert_asked_at(struct site *site, const char *at, const char *verdict)
{
	cJSON *answer = site_ask(site, "web", "1", "production");

	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), verdict);
	assert_string_equal(site_text(tally__json_get(answer, "question"), "at"), at);
	cJSON_Delete(answer);
}

static void pin(struct site *site, const char *at)
{
	struct tally_error error = TALLY_ERROR_INIT;

	site_ok(tally_broker_pin(site->broker, at, &error), &error);
}

static void test_an_older_state(void **state)
{
	struct site *site = *state;
	char before[STORE_ID_BYTES], later[STORE_ID_BYTES], newest[STORE_ID_BYTES];

	start(site, "p.");
	site_tip(site, before);
	site_wait(site, 3600);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", ".p");
	site_tip(site, later);
	assert_asked_at(site, later, "ok");
	pin(site, before);
	assert_asked_at(site, before, "waiting");
	assert_asked_at(site, before, "waiting");
	/* SITE_START is 2023-11-14T22:13:20Z. */
	pin(site, "2023-11-14T22:30:00Z");
	assert_asked_at(site, before, "waiting");
	/* An instant is found once: what is written after that is another state. */
	pin(site, "9999-01-01");
	assert_asked_at(site, later, "ok");
	pin(site, NULL);
	site_environment(site, "later");
	site_tip(site, newest);
	assert_asked_at(site, newest, "ok");
}

static void test_a_pinned_broker_is_not_changed(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], tip[STORE_ID_BYTES];

	start(site, "pp");
	site_tip(site, before);
	pin(site, before);
	assert_int_equal(
		tally_broker_environment_create(
			site->broker, &(struct tally_environment){.name = "later"}, NULL, &error),
		TALLY_EINVAL);
	assert_non_null(strstr(error.message, "pinned"));
	site_tip(site, tip);
	assert_string_equal(tip, before);
	pin(site, NULL);
	site_environment(site, "later");
}

static void test_what_cannot_be_pinned(void **state)
{
	static const struct {
		const char *at;
		int status;
	} wrong[] = {
		{"", TALLY_EINVAL},
		{"main", TALLY_EINVAL},
		{"012", TALLY_EINVAL},
		{"00000000", TALLY_ENOTFOUND},
		{"2001-01-01", TALLY_ENOTFOUND},
	};
	struct site *site = *state;
	char before[STORE_ID_BYTES];

	start(site, "p.");
	site_tip(site, before);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", ".p");
	pin(site, before);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		assert_int_equal(tally_broker_pin(site->broker, wrong[i].at, &error),
				 wrong[i].status);
		assert_asked_at(site, before, "waiting");
	}
}

/* "@scope/app" is a name; a version with an "@" cannot be given as APP@VERSION. */
static void test_next_can_be_taken_apart(void **state)
{
	struct site *site = *state;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "@shop/orders", "list");
	site_verify(site, "@shop/orders", "7", NULL, "web", "1", "list", "p");
	assert_verdict(site, "web", "1", "no", "absent",
		       "tally can-i-deploy @shop/orders@7 --to production");
	site_publish(site, "app", "1", "main", "stock", "list");
	site_verify(site, "stock", "a@b", NULL, "app", "1", "list", "p");
	assert_verdict(site, "app", "1", "no", "absent",
		       "tally can-i-deploy --pacticipant stock --version a@b --to production");
}

/* Commands are ready for a shell, whatever the names. */
/* "web@1@x" would be split at its last "@". */
static void test_next_with_an_at_in_the_version(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	site_environment(site, "production");
	site_publish(site, "web", "1@x", "main", "orders", "list");
	site_verify(site, "orders", "2", NULL, "web", "1@x", "list", ".");
	site_deploy(site, "orders", "2", "production", NULL);
	answer = site_ask(site, "web", "1@x", "production");
	assert_non_null(strstr(site_text(site_pair(answer, 0), "next"), "--filter-consumer web"));
	assert_null(strstr(site_text(site_pair(answer, 0), "next"), "--consumer-version"));
	cJSON_Delete(answer);
}

static void test_next_is_quoted(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	site_environment(site, "production");
	site_publish(site, "it's web", "1 0", "main", "$(orders)", "list");
	site_verify(site, "$(orders)", "2;0", NULL, "it's web", "1 0", "list", ".");
	site_deploy(site, "$(orders)", "2;0", "production", NULL);
	answer = site_ask(site, "it's web", "1 0", "production");
	assert_non_null(strstr(site_text(site_pair(answer, 0), "next"),
			       "tally verify --provider '$(orders)' --provider-url"));
	assert_non_null(strstr(site_text(site_pair(answer, 0), "next"),
			       "--consumer-version 'it'\\''s web'@'1 0' --provider-version '2;0'"));
	cJSON_Delete(answer);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_says_ok),
		WITH_SITE(test_says_broken),
		WITH_SITE(test_says_waiting_until_all_parts_are_there),
		WITH_SITE(test_an_error_is_no_answer),
		WITH_SITE(test_opposite_answers_are_flaky),
		WITH_SITE(test_says_absent),
		WITH_SITE(test_a_provider_without_consumers_may_go),
		WITH_SITE(test_a_provider_answers_for_every_consumer_there),
		WITH_SITE(test_every_live_provider_version_counts),
		WITH_SITE(test_failure_beside_unknown_is_null),
		WITH_SITE(test_pending_interactions_do_not_count),
		WITH_SITE(test_provider_moved),
		WITH_SITE(test_what_worked_was_flaky),
		WITH_SITE(test_what_worked_was_less),
		WITH_SITE(test_consumer_moved),
		WITH_SITE(test_consumer_is_ahead),
		WITH_SITE(test_provider_moved_and_came_back),
		WITH_SITE(test_new_contract_of_known_interactions),
		WITH_SITE(test_a_run_completes_the_newest_contract),
		WITH_SITE(test_other_branches_do_not_hide_what_worked),
		WITH_SITE(test_with_itself),
		WITH_SITE(test_unknown_names),
		WITH_SITE(test_an_older_state),
		WITH_SITE(test_a_pinned_broker_is_not_changed),
		WITH_SITE(test_what_cannot_be_pinned),
		WITH_SITE(test_next_can_be_taken_apart),
		WITH_SITE(test_next_is_quoted),
		WITH_SITE(test_next_with_an_at_in_the_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
