/* Groups of changes through the public functions. */
#include "config.h"

#include "broker_site.h"

static size_t count_changes(struct site *site)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int count;

	site_ok(tally_broker_log(site->broker, NULL, NULL, 0, &answer, &error), &error);
	count = cJSON_GetArraySize(tally__json_get(answer, "changes"));
	cJSON_Delete(answer);
	return (size_t)count;
}

/* As somebody else sees it. */
static void tip_of(const struct site *site, char id[STORE_ID_BYTES])
{
	struct snapshot *snapshot;
	struct store *store;

	assert_int_equal(tally__store_open(&store, site->path, NULL), 0);
	assert_int_equal(tally__snapshot_open(&snapshot, store, NULL, NULL), 0);
	(void)snprintf(id, STORE_ID_BYTES, "%s", tally__snapshot_id(snapshot));
	tally__snapshot_close(snapshot);
	tally__store_close(store);
}

static void test_a_release_in_one_go(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	cJSON *published = NULL, *deployed = NULL, *refused = NULL;
	size_t changes = count_changes(site);

	tip_of(site, before);
	site_ok(tally_broker_begin(site->broker, &error), &error);
	site_ok(tally_broker_environment_create(
			site->broker, &(struct tally_environment){.name = "new"}, NULL, &error),
		&error);
	site_ok(site_try_publish(site, "web", "1", "main", "orders", "list item", &published,
				 &error),
		&error);
	/* Needs the version and the environment that the group made. */
	site_ok(tally_broker_record_deployment(site->broker, "web", "1", "new", NULL, &deployed,
					       &error),
		&error);
	assert_int_equal(
		site_try_publish(site, "web", "1", "main", "orders", "other", &refused, &error),
		TALLY_ECONFLICT);
	assert_null(refused);
	tip_of(site, after);
	assert_string_equal(before, after);
	memset(&error, 0, sizeof error);
	site_ok(tally_broker_finish(site->broker, &error), &error);
	assert_int_equal(count_changes(site), changes + 3);
	tip_of(site, after);
	assert_string_equal(site_text(deployed, "commit"), after);
	assert_string_not_equal(site_text(published, "commit"), after);
	cJSON_Delete(published);
	cJSON_Delete(deployed);
}

static void test_a_group_that_is_cancelled(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	size_t changes = count_changes(site);
	cJSON *answer = NULL;

	assert_int_equal(tally_broker_finish(site->broker, &error), TALLY_EINVAL);
	memset(&error, 0, sizeof error);
	site_ok(tally_broker_begin(site->broker, &error), &error);
	site_publish(site, "web", "1", "main", "orders", "list");
	tally_broker_cancel(site->broker);
	tally_broker_cancel(site->broker);
	assert_int_equal(count_changes(site), changes);
	site_ok(site_try_publish(site, "web", "1", "main", "orders", "other", &answer, &error),
		&error);
	cJSON_Delete(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_release_in_one_go, site_setup,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_a_group_that_is_cancelled, site_setup,
						site_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
