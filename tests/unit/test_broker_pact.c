/* Contracts from a Pact Broker, and results for it: the same exchanges that Pact's own verifier has
 * with one. */
#include "config.h"

#include "pact_site.h"

#include "base/mem.h"

#define SHA_1 "e341899994b2ad15ca1cf48abe81108036d6795b"
#define SHA_2 "2f6136d27a78da189c042a5b781b8d9cabd4f6b5"
#define PACT  "/pacts/provider/Vp/consumer/Vc/"

#define MAIN_100                                                                                   \
	PACT "pact-version/" SHA_1                                                                 \
	     "/metadata/cyU1QiU1RCU1QmwlNUQ9dHJ1ZSZzJTVCJTVEJTVCY3YlNUQ9MjAmcD10cnVl"
#define MAIN_101                                                                                   \
	PACT "pact-version/" SHA_1                                                                 \
	     "/metadata/cyU1QiU1RCU1QmwlNUQ9dHJ1ZSZzJTVCJTVEJTVCY3YlNUQ9MjAmcD1mYWxzZQ"
#define WIP_101 PACT "pact-version/" SHA_2 "/metadata/dz10cnVl"

#define MAIN_QUERY "{\"selectors\":[{\"mainBranch\":true}],\"pending\":true,\"branch\":\"main\"}"
#define WIP_QUERY                                                                                  \
	"{\"selectors\":[{\"mainBranch\":true}],\"pending\":true,\"branch\":\"main\","             \
	"\"tags\":[\"t1\"],\"wip\":\"2020-01-01\"}"

static void open_and_choose(struct pact_site *site, const char *query)
{
	pact_site_opened(site);
	pact_site_ok(site, pact_site_choose(site, query));
}

static void the_index_comes_first(void **state)
{
	struct pact_site *site = *state;

	pact_site_ok(site, pact_site_open(site));
	assert_string_equal(site->log.bytes, "GET / \n");
	assert_string_equal(site->broker->location, site->url);
}

static void contracts_are_asked_for_as_pact_does(void **state)
{
	struct pact_site *site = *state;

	open_and_choose(site, MAIN_QUERY);
	assert_string_equal(
		site->log.bytes,
		"GET /pacts/provider/Vp/for-verification \n"
		"POST /pacts/provider/Vp/for-verification {\"includePendingStatus\":true,"
		"\"consumerVersionSelectors\":[{\"mainBranch\":true}],"
		"\"providerVersionBranch\":\"main\"}\n"
		"GET " MAIN_100 " \n");
}

static void the_history_says_what_the_broker_said(void **state)
{
	struct pact_site *site = *state;
	const cJSON *contract, *notices;

	open_and_choose(site, MAIN_QUERY);
	assert_string_equal(pact_site_text(site->answer, "provider"), "Vp");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(site->answer, "contracts")), 1);
	contract = pact_site_contract(site, 0);
	assert_string_equal(pact_site_text(contract, "consumer"), "Vc");
	assert_string_equal(pact_site_text(contract, "consumerVersion"), "1");
	assert_string_equal(pact_site_text(contract, "shortDescription"),
			    "latest from main branch");
	assert_string_equal(tally__json_get(contract, "why")->child->valuestring,
			    "latest from main branch");
	assert_true(cJSON_IsTrue(tally__json_get(contract, "pending")));
	assert_true(cJSON_IsFalse(tally__json_get(contract, "wip")));
	notices = tally__json_get(contract, "notices");
	assert_int_equal(cJSON_GetArraySize(notices), 6);
	assert_string_equal(pact_site_text(cJSON_GetArrayItem(notices, 4), "when"),
			    "after_verification:success_true_published_true");
	assert_non_null(strstr(pact_site_text(notices->child, "text"), "latest version"));
	assert_string_equal(pact_site_text(tally__json_get(tally__json_get(contract, "contract"),
							   "interactions")
						   ->child,
					   "_id"),
			    "a52bf92df89afe98b0100e8e1031c05f9cf2a120");
}

static void work_in_progress_is_told(void **state)
{
	struct pact_site *site = *state;
	cJSON *sent;

	open_and_choose(site, WIP_QUERY);
	sent = pact_site_sent(site, "POST");
	assert_string_equal(pact_site_text(sent, "includeWipPactsSince"), "2020-01-01");
	assert_string_equal(tally__json_get(sent, "providerVersionTags")->child->valuestring, "t1");
	cJSON_Delete(sent);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(site->answer, "contracts")), 2);
	assert_true(cJSON_IsFalse(tally__json_get(pact_site_contract(site, 0), "pending")));
	assert_true(cJSON_IsTrue(tally__json_get(pact_site_contract(site, 1), "wip")));
	assert_string_equal(pact_site_text(pact_site_contract(site, 1), "consumerVersion"), "2");
}

/* Without selectors the broker chooses: main branches, and what is deployed or released. */
static void without_selectors_the_broker_chooses(void **state)
{
	struct pact_site *site = *state;

	open_and_choose(site, "{}");
	assert_in(site->log.bytes,
		  "POST /pacts/provider/Vp/for-verification {\"includePendingStatus\":false,"
		  "\"consumerVersionSelectors\":[]}\n");
}

static const char old_index[] =
	"{\"_links\":{\"pb:latest-provider-pacts\":{\"href\":\"/pacts/provider/{provider}/latest\","
	"\"templated\":true}}}";
static const char latest[] =
	"{\"_links\":{\"pacts\":[{\"href\":\"http://elsewhere" PACT "version/1\"}]}}";

static void an_old_broker_has_the_latest(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.target = "/", .status = 200, .body = old_index});
	pact_site_plan(site, (struct planned){.target = "/pacts/provider/Vp/latest",
					      .status = 200,
					      .body = latest});
	open_and_choose(site, "{}");
	assert_string_equal(site->log.bytes, "GET /pacts/provider/Vp/latest \n"
					     "GET " PACT "version/1 \n");
	assert_string_equal(pact_site_text(pact_site_contract(site, 0), "consumerVersion"), "1");
	/* It cannot do what else is asked of it, and says so. */
	assert_int_equal(pact_site_choose(site, MAIN_QUERY), TALLY_EUNSUPPORTED);
	assert_in(site->error.message, "pb:provider-pacts-for-verification");
}

static void the_older_name_of_the_choice_will_do(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.target = "/",
					      .status = 200,
					      .body = "{\"_links\":{\"beta:provider-pacts-for-"
						      "verification\":{\"href\":\"/pacts/provider/"
						      "{provider}/for-verification\"}}}"});
	open_and_choose(site, MAIN_QUERY);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(site->answer, "contracts")), 1);
}

static void an_unknown_provider_has_nothing(void **state)
{
	struct pact_site *site = *state;

	pact_site_opened(site);
	assert_int_equal(pact_site_choose(site, "{\"provider\":\"Nobody\"}"), TALLY_ENOTHING);
	assert_in(site->error.message, "No provider with name 'Nobody' found");
	assert_null(site->answer);
}

static void an_empty_list_is_nothing(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.method = "POST",
					      .status = 200,
					      .body = "{\"_embedded\":{\"pacts\":[]}}"});
	pact_site_opened(site);
	assert_int_equal(pact_site_choose(site, MAIN_QUERY), TALLY_ENOTHING);
	assert_in(site->error.message, "no contract with \"Vp\"");
}

static void one_version(void **state)
{
	const struct tally_verification_query query = {.provider = "Vp"};
	struct pact_site *site = *state;

	pact_site_opened(site);
	pact_site_ok(site, tally_broker_contract_of(site->broker, &query, "Vc", "1", &site->answer,
						    &site->error));
	assert_string_equal(site->log.bytes, "GET " PACT "version/1 \n");
	assert_string_equal(pact_site_text(site->answer, "provider"), "Vp");
	assert_string_equal(pact_site_text(pact_site_contract(site, 0), "consumerVersion"), "1");
	cJSON_Delete(site->answer);
	site->answer = NULL;
	assert_int_equal(tally_broker_contract_of(site->broker, &query, "Vc", "9/x", &site->answer,
						  &site->error),
			 TALLY_ENOTFOUND);
	assert_in(site->log.bytes, "GET " PACT "version/9%2Fx \n");
	assert_int_equal(
		tally_broker_contract_of(site->broker, &query, "", "1", &site->answer, NULL),
		TALLY_EINVAL);
}

/* A webhook calls with the address that the broker believes to have. */
static void a_contract_by_its_address(void **state)
{
	struct pact_site *site = *state;
	char *results;

	pact_site_opened(site);
	pact_site_ok(site, tally_broker_contract_at(site->broker,
						    "http://broker.invalid" PACT "version/1",
						    &site->answer, &site->error));
	results = pact_site_results(site, "passed");
	pact_site_ok(site, pact_site_record(site, "104", NULL, NULL, results));
	assert_in(site->log.bytes, "GET " PACT "version/1 \n"
				   "POST " PACT "pact-version/" SHA_1 "/verification-results {");
	tally_free(results);
}

/* What Pact's verifier sent, but for who sent it. */
static void assert_sent_as_recorded(struct pact_site *site, const char *path)
{
	cJSON *sent = pact_site_sent(site, "POST");
	cJSON *recorded = tally__json_clone(pact_site_recorded_sent(site, "POST", path));
	const cJSON *verifier = tally__json_get(sent, "verifiedBy");

	assert_string_equal(pact_site_text(verifier, "implementation"), "Tally");
	assert_string_equal(pact_site_text(verifier, "version"), PACKAGE_VERSION);
	cJSON_DeleteItemFromObjectCaseSensitive(sent, "verifiedBy");
	cJSON_DeleteItemFromObjectCaseSensitive(recorded, "verifiedBy");
	cJSON_DeleteItemFromObjectCaseSensitive(recorded, "buildUrl");
	if (!tally__json_equal(sent, recorded))
		fail_msg("sent: %s", strrchr(site->log.bytes, ' '));
	cJSON_Delete(sent);
	cJSON_Delete(recorded);
}

static const cJSON *recorded_of(const struct pact_site *site, int index)
{
	return cJSON_GetArrayItem(tally__json_get(site->answer, "results"), index);
}

static void assert_begins(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("expected \"%s\" first in: %s", start, text);
}

/* Branch and tag first, then one result for each contract. */
static void results_are_recorded_as_pact_does(void **state)
{
	struct pact_site *site = *state;
	const char *rest;

	pact_site_ok(site, pact_site_verify(site, WIP_QUERY, "passed failed"));
	assert_begins(site->log.bytes, "GET /pacticipants/Vp \n"
				       "PUT /pacticipants/Vp/branches/main/versions/101 {}\n"
				       "PUT /pacticipants/Vp/versions/101/tags/t1 {}\n"
				       "POST " MAIN_101 "/verification-results {");
	rest = strstr(site->log.bytes, "POST " WIP_101 "/verification-results {");
	assert_non_null(rest);
	assert_string_equal(strchr(rest, '\n'), "\n");
	assert_sent_as_recorded(site, WIP_101 "/verification-results");
	assert_int_equal(tally__json_get(recorded_of(site, 0), "recorded")->valuedouble, 1);
	assert_true(cJSON_IsTrue(tally__json_get(recorded_of(site, 1), "published")));
	assert_string_equal(pact_site_text(recorded_of(site, 1), "consumerVersion"), "2");
}

static void a_pass_is_sent_as_recorded(void **state)
{
	struct pact_site *site = *state;

	pact_site_ok(site, pact_site_verify(site, WIP_QUERY, "passed skipped"));
	assert_sent_as_recorded(site, MAIN_101 "/verification-results");
}

static void without_branch_and_tags_only_results_are_put(void **state)
{
	struct pact_site *site = *state;
	char *results;

	open_and_choose(site, MAIN_QUERY);
	results = pact_site_results(site, "passed");
	pact_site_forget(site);
	pact_site_ok(site, pact_site_record(site, "100", NULL, NULL, results));
	assert_begins(site->log.bytes, "POST " MAIN_100 "/verification-results {");
	tally_free(results);
}

static void the_build_is_named(void **state)
{
	struct pact_site *site = *state;
	struct tally_run run = {
		.provider = "Vp", .version = "100", .build_url = "http://ci.invalid/9"};
	cJSON *results = NULL, *sent;
	char *text;

	open_and_choose(site, MAIN_QUERY);
	text = pact_site_results(site, "passed");
	pact_site_ok(site, tally_json_parse(&results, text, strlen(text), &site->error));
	cJSON_Delete(site->answer);
	site->answer = NULL;
	pact_site_ok(site, tally_broker_record_results(site->broker, &run, results, &site->answer,
						       &site->error));
	sent = pact_site_sent(site, "POST");
	assert_string_equal(pact_site_text(sent, "buildUrl"), "http://ci.invalid/9");
	cJSON_Delete(sent);
	cJSON_Delete(results);
	tally_free(text);
}

/* Without any "skipped" alone: what did not run would count as passed. */
static void a_part_of_a_contract_is_not_published(void **state)
{
	struct pact_site *site = *state;

	pact_site_ok(site, pact_site_verify(site, WIP_QUERY, "passed skipped"));
	assert_not_in(site->log.bytes, "POST " WIP_101);
	assert_true(cJSON_IsFalse(tally__json_get(recorded_of(site, 1), "published")));
	assert_int_equal(tally__json_get(recorded_of(site, 1), "recorded")->valuedouble, 0);
	assert_in(pact_site_text(recorded_of(site, 1), "why"),
		  "1 of its 1 interactions were not replayed");
	/* When nothing is left to publish, the broker does not hear of the version either. */
	pact_site_ok(site, pact_site_verify(site, WIP_QUERY, "skipped"));
	assert_string_equal(site->log.bytes, "");
}

static void contracts_from_elsewhere_are_not_published(void **state)
{
	struct pact_site *site = *state;

	pact_site_opened(site);
	pact_site_ok(site,
		     pact_site_record(site, "1", "main", NULL,
				      "[{\"consumer\":\"Vc\",\"interactions\":[{"
				      "\"description\":\"hello\",\"outcome\":\"passed\"}]}]"));
	assert_string_equal(site->log.bytes, "");
	assert_in(pact_site_text(recorded_of(site, 0), "why"), "not taken from this broker");
}

static const cJSON *first_test(const cJSON *sent)
{
	return tally__json_get(sent, "testResults")->child;
}

static void a_flaky_interaction_has_failed(void **state)
{
	struct pact_site *site = *state;
	cJSON *sent;

	pact_site_ok(site, pact_site_verify(site, WIP_QUERY, "flaky skipped"));
	sent = pact_site_sent(site, "POST");
	assert_true(cJSON_IsFalse(tally__json_get(sent, "success")));
	assert_true(cJSON_IsFalse(tally__json_get(first_test(sent), "success")));
	assert_in(pact_site_text(tally__json_get(first_test(sent), "exceptions")->child, "message"),
		  "both passed and failed");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(first_test(sent), "mismatches")), 1);
	cJSON_Delete(sent);
}

static void an_error_is_an_exception(void **state)
{
	struct pact_site *site = *state;
	cJSON *sent;

	pact_site_ok(site, pact_site_verify(site, WIP_QUERY, "error skipped"));
	sent = pact_site_sent(site, "POST");
	assert_true(cJSON_IsFalse(tally__json_get(sent, "success")));
	assert_string_equal(
		pact_site_text(tally__json_get(first_test(sent), "exceptions")->child, "message"),
		"it did not answer");
	assert_null(tally__json_get(first_test(sent), "mismatches"));
	cJSON_Delete(sent);
}

/* Each kind of mismatch by Pact's name, with what it is about. */
static void mismatches_are_named_as_pact_does(void **state)
{
	static const char results[] =
		"[{\"links\":{\"publish\":\"" MAIN_100 "/verification-results\"},"
		"\"interactions\":[{\"description\":\"a\",\"outcome\":\"failed\",\"mismatches\":["
		"{\"type\":\"status\",\"path\":\"status\",\"message\":\"1\"},"
		"{\"type\":\"header\",\"path\":\"Accept\",\"message\":\"2\"},"
		"{\"type\":\"metadata\",\"path\":\"key\",\"message\":\"3\"},"
		"{\"type\":\"body-type\",\"path\":\"body\",\"message\":\"4\"},"
		"{\"type\":\"body\",\"path\":\"$.a\",\"message\":\"5\"}]}]}]";
	static const char expected[] =
		"\"testResults\":[{\"interactionDescription\":\"a\",\"success\":false,"
		"\"mismatches\":[{\"attribute\":\"status\",\"description\":\"1\"},"
		"{\"attribute\":\"header\",\"identifier\":\"Accept\",\"description\":\"2\"},"
		"{\"attribute\":\"metadata\",\"identifier\":\"key\",\"description\":\"3\"},"
		"{\"attribute\":\"body\",\"identifier\":\"$\",\"description\":\"4\"},"
		"{\"attribute\":\"body\",\"identifier\":\"$.a\",\"description\":\"5\"}]}]";
	struct pact_site *site = *state;

	pact_site_opened(site);
	pact_site_ok(site, pact_site_record(site, "100", NULL, NULL, results));
	assert_in(site->log.bytes, expected);
}

static void results_of_another_shape_are_refused(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"[{}]",
		"[{\"interactions\":{}}]",
		"[{\"interactions\":[{}]}]",
		"[{\"interactions\":[{\"outcome\":\"fine\"}]}]",
		"[{\"interactions\":[],\"links\":{\"publish\":\"mailto:a\"}}]",
	};
	struct pact_site *site = *state;

	pact_site_opened(site);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		memset(&site->error, 0, sizeof site->error);
		assert_int_equal(pact_site_record(site, "1", NULL, NULL, wrong[i]), TALLY_EPARSE);
		assert_true(site->error.message[0] != '\0');
		assert_null(site->answer);
	}
	assert_int_equal(pact_site_record(site, "", NULL, NULL, "[]"), TALLY_EINVAL);
	assert_string_equal(site->log.bytes, "");
}

/* A branch that cannot be put leaves everything as it was. */
static void a_refused_branch_ends_it(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.method = "PUT",
					      .status = 403,
					      .body = "{\"error\":\"read only\"}"});
	assert_int_equal(pact_site_verify(site, WIP_QUERY, "passed"), TALLY_EINVAL);
	assert_null(site->answer);
	assert_not_in(site->log.bytes, "POST");
	assert_in(site->error.message, "read only");
	assert_in(site->error.where, "/branches/main/versions/101");
}

/* One contract that the broker refuses does not hide what it took, nor hinder the others. */
static void what_was_published_is_told(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.method = "POST",
					      .target = MAIN_101 "/verification-results",
					      .status = 404,
					      .body = "{\"error\":\"it is gone\"}"});
	assert_int_equal(pact_site_verify(site, WIP_QUERY, "passed"), TALLY_ENOTFOUND);
	assert_in(site->error.message, "it is gone");
	assert_true(cJSON_IsFalse(tally__json_get(recorded_of(site, 0), "published")));
	assert_in(pact_site_text(recorded_of(site, 0), "why"), "(404); it is gone");
	assert_true(cJSON_IsTrue(tally__json_get(recorded_of(site, 1), "published")));
}

/* A broker that is gone is not asked again and again. */
static void after_the_broker_is_gone_nothing_is_tried(void **state)
{
	struct pact_site *site = *state;

	site->options.max_tries = 2;
	pact_site_plan(site, (struct planned){.method = "POST",
					      .target = MAIN_101 "/verification-results",
					      .status = 503});
	assert_int_equal(pact_site_verify(site, WIP_QUERY, "passed"), TALLY_EUNREACHABLE);
	assert_int_equal(site->pause_count, 1);
	assert_in(pact_site_text(recorded_of(site, 0), "why"), "503");
	assert_in(pact_site_text(recorded_of(site, 1), "why"), "not tried");
	assert_not_in(site->log.bytes, "POST " WIP_101);
}

static void the_rest_is_not_there_yet(void **state)
{
	struct pact_site *site = *state;
	const struct tally_publication publication = {.version = "1"};
	const struct tally_matrix_query query = {.selector_count = 0};
	struct tally_broker *broker;

	pact_site_opened(site);
	broker = site->broker;
	assert_int_equal(tally_broker_publish(broker, &publication, &site->answer, &site->error),
			 TALLY_EUNSUPPORTED);
	assert_in(site->error.message, "a Pact Broker");
	assert_string_equal(site->error.where, site->url);
	assert_int_equal(tally_broker_can_i_deploy(broker, &query, &site->answer, NULL),
			 TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_matrix(broker, &query, &site->answer, NULL),
			 TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_pin(broker, NULL, NULL), 0);
	assert_int_equal(tally_broker_pin(broker, "2026-01-01", NULL), TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_environment_create(
				 broker, &(struct tally_environment){.name = "e"}, NULL, NULL),
			 TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_environment_list(broker, &site->answer, NULL),
			 TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_environment_show(broker, "e", &site->answer, NULL),
			 TALLY_EUNSUPPORTED);
	assert_int_equal(
		tally_broker_record_deployment(broker, "a", "1", "e", NULL, &site->answer, NULL),
		TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_log(broker, NULL, NULL, 0, &site->answer, NULL),
			 TALLY_EUNSUPPORTED);
	/* Who is credited with a change, the credentials say. */
	assert_int_equal(tally_broker_set_author(broker, "A pipeline", NULL, NULL), 0);
	assert_string_equal(site->log.bytes, "");
}

#define TEST(function)                                                                             \
	cmocka_unit_test_setup_teardown(function, pact_site_setup, pact_site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_index_comes_first),
		TEST(contracts_are_asked_for_as_pact_does),
		TEST(the_history_says_what_the_broker_said),
		TEST(work_in_progress_is_told),
		TEST(without_selectors_the_broker_chooses),
		TEST(an_old_broker_has_the_latest),
		TEST(the_older_name_of_the_choice_will_do),
		TEST(an_unknown_provider_has_nothing),
		TEST(an_empty_list_is_nothing),
		TEST(one_version),
		TEST(a_contract_by_its_address),
		TEST(results_are_recorded_as_pact_does),
		TEST(a_pass_is_sent_as_recorded),
		TEST(without_branch_and_tags_only_results_are_put),
		TEST(the_build_is_named),
		TEST(a_part_of_a_contract_is_not_published),
		TEST(contracts_from_elsewhere_are_not_published),
		TEST(a_flaky_interaction_has_failed),
		TEST(an_error_is_an_exception),
		TEST(mismatches_are_named_as_pact_does),
		TEST(results_of_another_shape_are_refused),
		TEST(a_refused_branch_ends_it),
		TEST(what_was_published_is_told),
		TEST(after_the_broker_is_gone_nothing_is_tried),
		TEST(the_rest_is_not_there_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
