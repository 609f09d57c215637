#include "config.h"

#include "broker_site.h"

static const struct tally_verification_query of_orders = {.provider = "orders"};

static int publish_all(struct site *site, const char *version, const char *branch,
		       const cJSON *const *contracts, size_t count, cJSON **answer,
		       struct tally_error *error)
{
	struct tally_publication publication = {.version = version,
						.branch = branch,
						.contracts = contracts,
						.contract_count = count};

	return tally_broker_publish(site->broker, &publication, answer, error);
}

static size_t count_changes(struct site *site, const char *application, const char *version)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int count;

	site_ok(tally_broker_log(site->broker, application, version, 0, &answer, &error), &error);
	count = cJSON_GetArraySize(tally__json_get(answer, "changes"));
	cJSON_Delete(answer);
	return (size_t)count;
}

static void assert_subject(struct site *site, const char *application, const char *expected)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(tally_broker_log(site->broker, application, NULL, 1, &answer, &error), &error);
	assert_string_equal(
		site_text(cJSON_GetArrayItem(tally__json_get(answer, "changes"), 0), "message"),
		expected);
	cJSON_Delete(answer);
}

static void test_publishing_again_changes_nothing(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	cJSON *answer = NULL;
	const cJSON *item;

	site_ok(site_try_publish(site, "web", "1", "main", "orders", "list item", &answer, &error),
		&error);
	item = cJSON_GetArrayItem(tally__json_get(answer, "contracts"), 0);
	assert_string_equal(site_text(item, "status"), "created");
	assert_string_equal(site_text(item, "provider"), "orders");
	site_tip(site, before);
	assert_string_equal(site_text(answer, "commit"), before);
	cJSON_Delete(answer);
	assert_subject(site, "web", "publish web 1 (branch main): contract with orders");
	/* The order of interactions is not content. */
	site_wait(site, 60);
	site_ok(site_try_publish(site, "web", "1", "main", "orders", "item list", &answer, &error),
		&error);
	item = cJSON_GetArrayItem(tally__json_get(answer, "contracts"), 0);
	assert_string_equal(site_text(item, "status"), "unchanged");
	assert_string_equal(site_text(answer, "commit"), before);
	cJSON_Delete(answer);
	site_tip(site, after);
	assert_string_equal(before, after);
}

static void test_other_content_is_refused(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	cJSON *answer = NULL;

	site_publish(site, "web", "1", "main", "orders", "list item");
	site_tip(site, before);
	assert_int_equal(site_try_publish(site, "web", "1", "other", "orders", "list item! more",
					  &answer, &error),
			 TALLY_ECONFLICT);
	assert_null(answer);
	assert_non_null(strstr(error.message, "\ndiffers: \"a request for item\"\n"
					      "  response.status\n"
					      "    recorded: 200\n"
					      "    this one: 201\n"
					      "only here: \"a request for more\""));
	assert_null(strstr(error.message, "list"));
	site_tip(site, after);
	assert_string_equal(before, after);
}

static int merge_more(struct site *site, const char *words, cJSON **answer,
		      struct tally_error *error)
{
	cJSON *contract = site_contract("web", "orders", words);
	const cJSON *contracts[] = {contract};
	struct tally_publication publication = {
		.version = "1", .contracts = contracts, .contract_count = 1, .merge = true};
	int status;

	memset(error, 0, sizeof *error);
	status = tally_broker_publish(site->broker, &publication, answer, error);
	cJSON_Delete(contract);
	return status;
}

static void assert_merged(struct site *site, const char *words, const char *expected)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(merge_more(site, words, &answer, &error), &error);
	assert_string_equal(site_text(tally__json_get(answer, "contracts")->child, "status"),
			    expected);
	cJSON_Delete(answer);
}

static void test_merge_unites(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	cJSON *answer = NULL;

	site_publish(site, "web", "1", "main", "orders", "list item");
	site_wait(site, 60);
	site_ok(tally_broker_set_author(site->broker, "Ann", NULL, &error), &error);
	assert_merged(site, "more item", "merged");
	/* It is as if all had been published at once: the same content. */
	site_tip(site, before);
	assert_merged(site, "item", "unchanged");
	site_ok(site_try_publish(site, "web", "1", NULL, "orders", "list item more", &answer,
				 &error),
		&error);
	assert_string_equal(site_text(tally__json_get(answer, "contracts")->child, "status"),
			    "unchanged");
	cJSON_Delete(answer);
	answer = NULL;
	/* The history tells it from a publication, and nobody is let off what had to pass. */
	site_ok(tally_broker_log(site->broker, "web", "1", 1, &answer, &error), &error);
	assert_non_null(strstr(site_text(tally__json_get(answer, "changes")->child, "message"),
			       "merge into web 1"));
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(merge_more(site, "item?", &answer, &error), TALLY_ECONFLICT);
	assert_non_null(strstr(error.message, "\"a request for item\" has to pass"));
	assert_int_equal(merge_more(site, "other item!", &answer, &error), TALLY_ECONFLICT);
	assert_non_null(strstr(error.message, "a request for item"));
	assert_non_null(strstr(error.message, "recorded: 200"));
	assert_non_null(strstr(error.message, "this one: 201"));
	assert_null(answer);
	site_tip(site, after);
	assert_string_equal(before, after);
}

static void test_who_and_when(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot *snapshot;
	struct records records;
	struct record *record;

	site_ok(tally_broker_set_author(site->broker, "Ann", "ann@example.org", &error), &error);
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_ok(tally__snapshot_open(&snapshot, site_store(site), NULL, &error), &error);
	tally__records_init(&records, snapshot);
	site_ok(tally__records_get(&records, &record, PATH_PUBLICATION, NAMES("web", "1", "orders"),
				   &error),
		&error);
	assert_string_equal(site_text(record->json, "publishedBy"), "Ann");
	assert_string_equal(site_text(record->json, "publishedAt"), "2023-11-14T22:13:20Z");
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
}

static void test_several_contracts_are_one_change(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *contracts[] = {site_contract("web", "orders", "list"),
			      site_contract("web", "stock", "item"),
			      site_contract("app", "web", "page")};
	cJSON *answer = NULL;
	size_t before = count_changes(site, NULL, NULL);

	site_ok(publish_all(site, "abc123", "main", (const cJSON *const *)contracts, 3, &answer,
			    &error),
		&error);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "contracts")), 3);
	cJSON_Delete(answer);
	assert_int_equal(count_changes(site, NULL, NULL), before + 1);
	assert_subject(
		site, "app",
		"publish version abc123 (branch main): 3 contracts\n\napp with web\nweb with "
		"orders\nweb with stock");
	/* "web" is a provider to one and a consumer to others: it has one version all the same. */
	assert_int_equal(count_changes(site, "web", "abc123"), 1);
	/* One bad contract: none is published. */
	cJSON_DeleteItemFromObjectCaseSensitive(contracts[1], "provider");
	assert_int_equal(publish_all(site, "abc124", NULL, (const cJSON *const *)contracts, 3,
				     &answer, &error),
			 TALLY_EPARSE);
	assert_non_null(strstr(error.where, "contracts[1]"));
	assert_int_equal(count_changes(site, NULL, NULL), before + 1);
	for (size_t i = 0; i < 3; i++)
		cJSON_Delete(contracts[i]);
}

static void test_twins_are_refused(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *contracts[] = {site_contract("web", "orders", "list"),
			      site_contract("web", "orders", "item")};
	cJSON *answer = NULL;

	assert_int_equal(
		publish_all(site, "1", NULL, (const cJSON *const *)contracts, 2, &answer, &error),
		TALLY_EINVAL);
	assert_non_null(strstr(error.message, "tally merge"));
	memset(&error, 0, sizeof error);
	assert_int_equal(publish_all(site, "1", NULL, NULL, 0, &answer, &error), TALLY_EINVAL);
	cJSON_Delete(contracts[0]);
	cJSON_Delete(contracts[1]);
}

/* The document comes back with every digit. */
static void test_the_document_is_kept(void **state)
{
	static const char text[] =
		"{\"consumer\":{\"name\":\"web\"},\"provider\":{\"name\":\"orders\"},"
		"\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"},\"mine\":{\"n\":1e2}},"
		"\"interactions\":[{\"description\":\"d\",\"unknown\":12345678901234567890,"
		"\"request\":{\"method\":\"GET\",\"path\":\"/\"},"
		"\"response\":{\"status\":200,\"body\":{\"a\":1.0,\"b\":1,\"c\":1.10}}}]}";
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *document = NULL, *answer = NULL;
	char *expected, *actual;

	site_ok(tally_json_parse(&document, text, strlen(text), &error), &error);
	site_ok(publish_all(site, "1", "main", (const cJSON *const *)&document, 1, &answer, &error),
		&error);
	cJSON_Delete(answer);
	site_ok(tally_broker_contracts_to_verify(site->broker, &of_orders, &answer, &error),
		&error);
	site_ok(tally_json_write(&expected, NULL, document, TALLY_JSON_CANONICAL, &error), &error);
	site_ok(tally_json_write(
			&actual, NULL,
			tally__json_get(cJSON_GetArrayItem(tally__json_get(answer, "contracts"), 0),
					"contract"),
			TALLY_JSON_CANONICAL, &error),
		&error);
	assert_string_equal(expected, actual);
	assert_non_null(strstr(actual, "12345678901234567890"));
	tally_free(expected);
	tally_free(actual);
	cJSON_Delete(document);
	cJSON_Delete(answer);
}

static void assert_selected(struct site *site, const char *versions)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *item;
	cJSON *answer = NULL;
	struct buf found;

	tally__buf_init(&found, 1000);
	site_ok(tally_broker_contracts_to_verify(site->broker, &of_orders, &answer, &error),
		&error);
	cJSON_ArrayForEach(item, tally__json_get(answer, "contracts"))
	{
		tally__buf_addf(&found, "%s@%s ", site_text(item, "consumer"),
				site_text(item, "consumerVersion"));
		assert_true(cJSON_GetArraySize(tally__json_get(item, "why")) > 0);
	}
	assert_string_equal(found.bytes, versions);
	tally__buf_release(&found);
	cJSON_Delete(answer);
}

static void test_contracts_to_verify(void **state)
{
	const struct tally_verification_query query = {.provider = "orders"};
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	assert_int_equal(
		tally_broker_contracts_to_verify(site->broker, &of_orders, &answer, &error),
		TALLY_ENOTHING);
	/* Without a main branch: the newest with a contract. */
	site_publish(site, "web", "1", NULL, "orders", "list");
	site_publish(site, "web", "2", "feature", "orders", "list item");
	assert_selected(site, "web@2 ");
	/* With one: its head, whatever is newer elsewhere. */
	site_publish(site, "web", "3", "main", "orders", "list item more");
	site_publish(site, "web", "4", "feature", "orders", "other");
	assert_selected(site, "web@3 ");
	/* And what is deployed anywhere. */
	site_environment(site, "test");
	site_environment(site, "production");
	site_deploy(site, "web", "1", "production", NULL);
	site_deploy(site, "web", "2", "test", "a");
	site_deploy(site, "web", "2", "test", "b");
	assert_selected(site, "web@1 web@2 web@3 ");
	/* The same content once, as its newest version. */
	site_publish(site, "web", "5", "main", "orders", "list");
	site_publish(site, "app", "1", "main", "orders", "list");
	assert_selected(site, "app@1 web@2 web@5 ");
	/* The head of the main branch has no contract with orders any more. */
	site_publish(site, "app", "2", "main", "stock", "list");
	assert_selected(site, "web@2 web@5 ");
	site_ok(tally_broker_contract_of(site->broker, &query, "web", "4", &answer, &error),
		&error);
	assert_string_equal(site_text(cJSON_GetArrayItem(tally__json_get(answer, "contracts"), 0),
				      "consumerVersion"),
			    "4");
	cJSON_Delete(answer);
	answer = NULL;
	memset(&error, 0, sizeof error);
	assert_int_equal(
		tally_broker_contract_of(site->broker, &query, "app", "2", &answer, &error),
		TALLY_ENOTHING);
	memset(&error, 0, sizeof error);
	assert_int_equal(
		tally_broker_contract_of(site->broker, &query, "app", "9", &answer, &error),
		TALLY_ENOTFOUND);
}

/* Adding an old version to a branch moves its head; adding it again does not. */
static void test_branch_heads(void **state)
{
	struct site *site = *state;

	site_publish(site, "web", "1", "feature", "orders", "list");
	site_publish(site, "web", "2", "main", "orders", "item");
	assert_selected(site, "web@2 ");
	site_publish(site, "web", "1", "main", "orders", "list");
	assert_selected(site, "web@1 ");
	site_publish(site, "web", "2", "main", "orders", "item");
	assert_selected(site, "web@1 ");
	/* "master" comes later than "main" did. */
	site_publish(site, "web", "3", "master", "orders", "more");
	assert_selected(site, "web@1 ");
}

static void publish_tagged(struct site *site, const char *version, const char *tag)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *contract = site_contract("web", "orders", "list");
	cJSON *answer = NULL;
	struct tally_publication publication = {.version = version,
						.tags = &tag,
						.tag_count = 1,
						.contracts = (const cJSON *const *)&contract,
						.contract_count = 1};

	site_ok(tally_broker_publish(site->broker, &publication, &answer, &error), &error);
	cJSON_Delete(answer);
	cJSON_Delete(contract);
}

/* Unlike a branch's, a tag's head is the version that was created last. */
static void test_tag_heads(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot *snapshot;
	struct records records;
	struct record *head;

	site_publish(site, "web", "1", NULL, "orders", "list");
	publish_tagged(site, "2", "live");
	publish_tagged(site, "1", "live");
	site_ok(tally__snapshot_open(&snapshot, site_store(site), NULL, &error), &error);
	tally__records_init(&records, snapshot);
	site_ok(tally__records_get(&records, &head, PATH_TAG, NAMES("web", "live"), &error),
		&error);
	assert_string_equal(site_text(head->json, "version"), "2");
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
}

/* Newest is the version that was created last, not the one that was published last. */
static void test_the_newest_contract(void **state)
{
	struct site *site = *state;

	site_publish(site, "web", "1", NULL, "other", "list");
	site_publish(site, "web", "2", NULL, "orders", "list");
	site_publish(site, "web", "1", NULL, "orders", "item");
	assert_selected(site, "web@2 ");
	/* Of versions with one content the newest is named, however they were found. */
	site_publish(site, "app", "1", "main", "orders", "list");
	site_publish(site, "app", "2", "feature", "orders", "list");
	site_environment(site, "test");
	site_deploy(site, "app", "2", "test", NULL);
	assert_selected(site, "app@2 web@2 ");
}

static void test_odd_names(void **state)
{
	static const char *const names[] = {"../../x", ".git",   "a/b", "with space", "…été",
					    "COM1",    "a.json", "~",   ".",          "..",
					    "-n",      "%2F",    "A",   "a",          "x\\y"};
	struct site *site = *state;
	char lengthy[301];
	cJSON *answer;

	memset(lengthy, 'n', 300);
	lengthy[300] = '\0';
	site_environment(site, "production");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		site_publish(site, names[i], names[i], names[i], "../orders", "list");
		answer = site_ask(site, names[i], names[i], "production");
		assert_string_equal(
			site_text(tally__json_get(site_pair(answer, 0), "consumer"), "name"),
			names[i]);
		assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "absent");
		cJSON_Delete(answer);
		assert_int_equal(count_changes(site, names[i], names[i]), 1);
	}
	site_publish(site, lengthy, lengthy, lengthy, lengthy, "list");
	site_environment(site, lengthy);
	site_verify(site, lengthy, lengthy, lengthy, lengthy, lengthy, "list", "p");
	site_deploy(site, lengthy, lengthy, lengthy, lengthy);
	answer = site_ask(site, lengthy, lengthy, lengthy);
	assert_string_equal(site_text(answer, "verdict"), "yes");
	cJSON_Delete(answer);
	lengthy[299] = 'm';
	site_publish(site, lengthy, "1", NULL, "orders", "item");
	assert_int_equal(count_changes(site, lengthy, NULL), 1);
}

static void test_bad_names(void **state)
{
	struct site *site = *state;
	char too_long[1026];
	const char *const names[] = {"",
				     "a\nb",
				     "a\x01",
				     "\x7f",
				     "\xc2\x85",
				     "\xe2\x80\xa8",
				     "\xff",
				     "  ",
				     "\xe2\x80\x8b",
				     "\xe2\x80\xae"
				     "evil",
				     too_long};
	cJSON *answer = NULL;

	memset(too_long, 'n', 1025);
	too_long[1025] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct tally_verification_query query = {.provider = names[i]};
		struct tally_error error = TALLY_ERROR_INIT;

		assert_int_equal(site_try_publish(site, "web", names[i], NULL, "orders", "list",
						  &answer, &error),
				 TALLY_EINVAL);
		assert_true(strlen(error.message) > 0);
		assert_int_equal(site_try_publish(site, "web", "1", names[i], "orders", "list",
						  &answer, NULL),
				 TALLY_EINVAL);
		assert_int_equal(tally_broker_environment_create(
					 site->broker,
					 &(struct tally_environment){.name = names[i]}, NULL, NULL),
				 TALLY_EINVAL);
		assert_int_equal(site_try_ask(site, names[i], "1", "e", &answer, NULL),
				 TALLY_EINVAL);
		assert_int_equal(
			tally_broker_contracts_to_verify(site->broker, &query, &answer, NULL),
			TALLY_EINVAL);
	}
	assert_int_equal(count_changes(site, NULL, NULL), 1);
}

/* Thousands of interactions: what is done with them is linear. */
static void test_large_contract(void **state)
{
	struct site *site = *state;
	struct buf words, outcomes;
	cJSON *answer;

	tally__buf_init(&words, 1 << 20);
	tally__buf_init(&outcomes, 1 << 20);
	for (int i = 0; i < 5000; i++) {
		tally__buf_addf(&words, "%sw%d", i > 0 ? " " : "", i);
		tally__buf_addc(&outcomes, 'p');
	}
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", words.bytes);
	site_verify(site, "orders", "1", "main", "web", "1", words.bytes, outcomes.bytes);
	site_deploy(site, "orders", "1", "production", NULL);
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(site_pair(answer, 0), "why"),
			    "orders 1 passed all 5000 interactions of web 1.");
	cJSON_Delete(answer);
	tally__buf_release(&words);
	tally__buf_release(&outcomes);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_publishing_again_changes_nothing),
		WITH_SITE(test_other_content_is_refused),
		WITH_SITE(test_merge_unites),
		WITH_SITE(test_who_and_when),
		WITH_SITE(test_several_contracts_are_one_change),
		WITH_SITE(test_twins_are_refused),
		WITH_SITE(test_the_document_is_kept),
		WITH_SITE(test_contracts_to_verify),
		WITH_SITE(test_branch_heads),
		WITH_SITE(test_tag_heads),
		WITH_SITE(test_the_newest_contract),
		WITH_SITE(test_odd_names),
		WITH_SITE(test_bad_names),
		WITH_SITE(test_large_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
