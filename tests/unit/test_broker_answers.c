/* Results add up: by interaction, whichever run, contract or consumer they came under. */
#include "config.h"

#include "broker_site.h"

/* The only pair of a question about a consumer. */
static const cJSON *ask_pair(struct site *site, const char *consumer, const char *version,
			     cJSON **answer)
{
	*answer = site_ask(site, consumer, version, "production");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(*answer, "pairs")), 1);
	return site_pair(*answer, 0);
}

static void assert_pair(struct site *site, const char *consumer, const char *version,
			const char *verdict, const char *why)
{
	cJSON *answer;
	const cJSON *pair = ask_pair(site, consumer, version, &answer);

	assert_string_equal(site_text(pair, "verdict"), verdict);
	if (strstr(site_text(pair, "why"), why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", site_text(pair, "why"), why);
	cJSON_Delete(answer);
}

/* "web 1", "shop", …: on which runs a verdict rests, the newest first; "*" marks what was carried.
 */
static void assert_evidence(struct site *site, const char *consumer, const char *version,
			    const char *expected)
{
	cJSON *answer;
	const cJSON *pair = ask_pair(site, consumer, version, &answer), *item;
	struct buf found;

	tally__buf_init(&found, 4096);
	cJSON_ArrayForEach(item, tally__json_get(pair, "evidence"))
	{
		const char *of = tally__json_get_string(item, "consumerVersion");

		assert_non_null(strstr(site_text(item, "run"), "/results/"));
		(void)site_text(item, "at");
		tally__buf_addf(&found, "%s%s%s%s x%d%s", found.len > 0 ? ", " : "",
				site_text(item, "consumer"), of != NULL ? " " : "",
				of != NULL ? of : "",
				tally__json_get(item, "interactions")->valueint,
				tally__json_get_bool(item, "carried", false) ? "*" : "");
	}
	assert_string_equal(found.bytes, expected);
	tally__buf_release(&found);
	cJSON_Delete(answer);
}

/* orders 1 runs in production. */
static void start(struct site *site)
{
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_publish(site, "shop", "1", "main", "orders", "item pay");
	site_verify(site, "orders", "1", "main", "-", NULL, "x", ".");
	site_deploy(site, "orders", "1", "production", NULL);
}

static void test_answers_of_other_contracts_count(void **state)
{
	struct site *site = *state;

	start(site);
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "pp");
	assert_pair(site, "web", "1", "waiting", "has not answered 1 of 2 interactions of web 1");
	assert_evidence(site, "web", "1", "shop 1 x1*");
	site_verify(site, "orders", "1", NULL, "web", NULL, "list", "p");
	assert_pair(site, "web", "1", "ok",
		    "orders 1 passed all 2 interactions of web 1; they were answered for web and "
		    "in 1 other run.");
	assert_evidence(site, "web", "1", "web x1*, shop 1 x1*");
	assert_evidence(site, "shop", "1", "shop 1 x2");
	/* A new contract that asks what was answered already needs no run. */
	site_publish(site, "web", "2", "main", "orders", "pay");
	assert_pair(site, "web", "2", "ok", "they were answered for shop 1.");
	site_publish(site, "web", "3", "main", "orders", "list more?");
	assert_pair(site, "web", "3", "ok", "(1 more pending); they were answered for web.");
}

static void test_a_run_of_its_own_stands_first(void **state)
{
	struct site *site = *state;

	start(site);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "pp");
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "pp");
	assert_evidence(site, "web", "1", "web 1 x2");
	assert_pair(site, "web", "1", "ok", "passed all 2 interactions of web 1.");
	/* A newer run of the same contract is the newer proof. */
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "p.");
	assert_evidence(site, "web", "1", "web 1 x1, web 1 x1");
}

static void test_opposite_answers_anywhere_are_flaky(void **state)
{
	struct site *site = *state;
	cJSON *answer;
	const cJSON *pair, *item;

	start(site);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "pp");
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "fp");
	assert_pair(site, "web", "1", "broken",
		    "orders 1 is flaky: it both passed and failed 1 of 2");
	assert_pair(site, "shop", "1", "broken",
		    "orders 1 is flaky: it both passed and failed 1 of 2");
	pair = ask_pair(site, "web", "1", &answer);
	item = cJSON_GetArrayItem(tally__json_get(pair, "interactions"), 1);
	assert_string_equal(site_text(item, "outcome"), "flaky");
	assert_string_equal(tally__json_get(item, "messages")->child->valuestring,
			    "$.a: expected status 200 but was 500");
	cJSON_Delete(answer);
	assert_evidence(site, "web", "1", "shop 1 x1*, web 1 x2");
	/* Not what another version of the provider did. */
	site_verify(site, "orders", "2", "main", "web", "1", "list item", "pp");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_pair(site, "web", "1", "ok", "orders 2 passed all 2");
}

static void test_a_failure_elsewhere_is_a_failure(void **state)
{
	struct site *site = *state;

	start(site);
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "fp");
	assert_pair(site, "web", "1", "broken",
		    "fails 1 of 2 interactions of web 1: \"a request for item\" ($.a: expected");
	assert_evidence(site, "web", "1", "shop 1 x1*");
	/* An error there is told of, too, where there is nothing better. */
	site_verify(site, "orders", "2", NULL, "shop", "1", "item pay", "ep");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_pair(site, "web", "1", "waiting",
		    "the last attempt ended with an error: \"a request "
		    "for item\" (the provider did not answer)");
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_answers_of_other_contracts_count),
		WITH_SITE(test_a_run_of_its_own_stands_first),
		WITH_SITE(test_opposite_answers_anywhere_are_flaky),
		WITH_SITE(test_a_failure_elsewhere_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
