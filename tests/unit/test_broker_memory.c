/* Every allocation fails once, in each of the broker's operations: an error, nothing changed,
 * nothing leaked. */
#include "config.h"

#include "base/mem.h"
#include "broker_site.h"

struct trial {
	struct site *site;
	cJSON *results, *contract, *selectors;
	cJSON *answer;
	struct tally_error error;
};

static int publish(struct trial *trial)
{
	const cJSON *contracts[] = {trial->contract};
	struct tally_publication publication = {
		.version = "2", .branch = "main", .contracts = contracts, .contract_count = 1};

	return tally_broker_publish(trial->site->broker, &publication, &trial->answer,
				    &trial->error);
}

static int record(struct trial *trial)
{
	struct tally_run run = {.provider = "orders", .version = "2", .branch = "main"};

	return tally_broker_record_results(trial->site->broker, &run, trial->results,
					   &trial->answer, &trial->error);
}

static int deploy(struct trial *trial)
{
	return tally_broker_record_deployment(trial->site->broker, "orders", "2", "production",
					      "blue", &trial->answer, &trial->error);
}

static int ask(struct trial *trial)
{
	return site_try_ask(trial->site, "web", "1", "production", &trial->answer, &trial->error);
}

/* Every part of a question. */
static int ask_everything(struct trial *trial)
{
	const struct tally_version_selector selectors[] = {
		{.application = "web", .branch = "main", .latest = true},
		{.application = "app", .version = "9"}};
	const struct tally_version_selector ignored[] = {{.application = "stock"},
							 {.application = "web", .version = "7"}};
	const struct tally_assumption assumptions[] = {
		{.application = "orders", .version = "1", .instance = "green"},
		{.application = "app"}};
	const struct tally_matrix_query query = {.selectors = selectors,
						 .selector_count = 2,
						 .ignored = ignored,
						 .ignored_count = 2,
						 .assumptions = assumptions,
						 .assumption_count = 2,
						 .to = "production",
						 .latest_by = TALLY_LATEST_BY_CONSUMER,
						 .in_full = true};

	return tally_broker_can_i_deploy(trial->site->broker, &query, &trial->answer,
					 &trial->error);
}

static int list_matrix(struct trial *trial)
{
	const struct tally_version_selector selector = {.application = "orders"};
	const struct tally_matrix_query query = {
		.selectors = &selector, .selector_count = 1, .limit = 10};

	return tally_broker_matrix(trial->site->broker, &query, &trial->answer, &trial->error);
}

static int choose(struct trial *trial)
{
	const struct tally_verification_query query = {.provider = "orders"};

	return tally_broker_contracts_to_verify(trial->site->broker, &query, &trial->answer,
						&trial->error);
}

static int choose_with_everything(struct trial *trial)
{
	const struct tally_verification_query query = {.provider = "orders",
						       .provider_version = "1",
						       .provider_branch = "main",
						       .selectors = trial->selectors,
						       .enable_pending = true,
						       .include_wip_since = "2020-01-01"};

	return tally_broker_contracts_to_verify(trial->site->broker, &query, &trial->answer,
						&trial->error);
}

/* A version that is there already comes to a branch and a tag, with what it published and
 * answered. */
static int join(struct trial *trial)
{
	static const char *const tag = "pilot";
	const cJSON *contracts[] = {trial->contract};
	struct tally_publication publication = {.version = "1",
						.branch = "later",
						.tags = &tag,
						.tag_count = 1,
						.contracts = contracts,
						.contract_count = 1};

	return tally_broker_publish(trial->site->broker, &publication, &trial->answer,
				    &trial->error);
}

static int upgrade(struct trial *trial)
{
	return tally_broker_upgrade(trial->site->broker, &trial->answer, &trial->error);
}

static int show(struct trial *trial)
{
	return tally_broker_environment_show(trial->site->broker, "production", &trial->answer,
					     &trial->error);
}

static int list_log(struct trial *trial)
{
	return tally_broker_log(trial->site->broker, "web", NULL, 0, &trial->answer, &trial->error);
}

static int check(struct trial *trial)
{
	return tally_broker_check(trial->site->broker, true, &trial->answer, &trial->error);
}

/* True once the operation got through without meeting the failure. */
static bool try_with(struct trial *trial, int (*operation)(struct trial *), long successes)
{
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	int status;

	site_tip(trial->site, before);
	memset(&trial->error, 0, sizeof trial->error);
	trial->answer = NULL;
	tally__mem_fail_after(successes);
	status = operation(trial);
	tally__mem_fail_after(-1);
	if (status != 0) {
		assert_int_equal(status, TALLY_ENOMEM);
		assert_null(trial->answer);
		site_tip(trial->site, after);
		assert_string_equal(before, after);
		return false;
	}
	assert_non_null(trial->answer);
	cJSON_Delete(trial->answer);
	return true;
}

static void sweep(struct trial *trial, int (*operation)(struct trial *))
{
	long at = 0;

	while (!try_with(trial, operation, at))
		at++;
	assert_true(at > 0);
}

static void test_sweep(void **state)
{
	struct site *site = *state;
	struct trial trial = {.site = site};

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pp");
	site_deploy(site, "orders", "1", "production", NULL);
	site_deploy(site, "web", "1", "production", NULL);
	trial.contract = site_contract("web", "orders", "list more");
	trial.results = site_results("web", "1", "list item", "pf");
	sweep(&trial, publish);
	sweep(&trial, record);
	sweep(&trial, deploy);
	sweep(&trial, ask);
	sweep(&trial, choose);
	sweep(&trial, show);
	sweep(&trial, list_log);
	sweep(&trial, check);
	cJSON_Delete(trial.contract);
	cJSON_Delete(trial.results);
}

static void test_sweep_matrix(void **state)
{
	struct site *site = *state;
	struct trial trial = {.site = site};

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_publish(site, "web", "1", "main", "stock", "count");
	site_publish(site, "app", "1", "main", "orders", "list?");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pf");
	site_deploy(site, "orders", "1", "production", NULL);
	site_deploy(site, "app", "1", "production", NULL);
	sweep(&trial, ask_everything);
	sweep(&trial, list_matrix);
}

static void test_sweep_selection(void **state)
{
	struct site *site = *state;
	struct trial trial = {.site = site};
	struct tally_error error = TALLY_ERROR_INIT;
	static const char selectors[] =
		"[{\"mainBranch\": true}, {\"branch\": true, \"consumer\": \"app\"},"
		" {\"branch\": \"none\", \"fallbackBranch\": \"main\"}, {\"tag\": \"none\"},"
		" {\"deployedOrReleased\": true}]";

	site_ok(tally_json_parse(&trial.selectors, selectors, strlen(selectors), &error), &error);
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_publish(site, "web", "2", "feature", "orders", "list other");
	site_publish(site, "app", "1", "main", "orders", "list");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pf");
	site_deploy(site, "web", "1", "production", NULL);
	sweep(&trial, choose_with_everything);
	trial.contract = site_contract("web", "orders", "list item");
	sweep(&trial, join);
	sweep(&trial, upgrade);
	cJSON_Delete(trial.contract);
	cJSON_Delete(trial.selectors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sweep, site_setup, site_teardown),
		cmocka_unit_test_setup_teardown(test_sweep_matrix, site_setup, site_teardown),
		cmocka_unit_test_setup_teardown(test_sweep_selection, site_setup, site_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
