/* Records that a handle keeps for its questions: each answer is as of the commit that is asked. */
#include "config.h"

#include "broker/record_cache.h"
#include "broker_site.h"

static int environments(struct tally_broker *broker, struct tally_error *error)
{
	cJSON *answer = NULL;
	int status = tally_broker_environment_list(broker, &answer, error);
	int count = cJSON_GetArraySize(tally__json_get(answer, "environments"));

	cJSON_Delete(answer);
	return status != 0 ? status : count;
}

static void create(struct tally_broker *broker, const char *name, bool production)
{
	const struct tally_environment environment = {.name = name, .production = production};
	struct tally_error error = TALLY_ERROR_INIT;

	site_ok(tally_broker_environment_create(broker, &environment, NULL, &error), &error);
}

static int shown(struct tally_broker *broker, const char *name, struct tally_error *error)
{
	cJSON *answer = NULL;
	int status = tally_broker_environment_show(broker, name, &answer, error);
	bool production = tally__json_get_bool(answer, "production", false);

	cJSON_Delete(answer);
	return status != 0 ? status : production;
}

static void run(struct site *site, const char *script)
{
	char command[2048];

	setenv("REPO", site->path, 1);
	(void)snprintf(command, sizeof command,
		       "set -e; exec >$REPO.out 2>&1; test -d $REPO-clone || "
		       "git clone -q $REPO $REPO-clone; cd $REPO-clone; git config user.name a; "
		       "git config user.email a@example.org; git pull -q origin main; %s; "
		       "git add -A; git commit -q -m other; git push -q origin HEAD:main",
		       script);
	assert_int_equal(system(command), 0);
}

static void test_what_others_change_is_seen(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *other;
	int before = environments(site->broker, &error);

	site_ok(tally_broker_open(&other, site->path, &error), &error);
	assert_int_equal(shown(site->broker, "late", NULL), TALLY_ENOTFOUND);
	assert_int_equal(shown(site->broker, "late", NULL), TALLY_ENOTFOUND);
	create(other, "late", false);
	assert_int_equal(shown(site->broker, "late", NULL), 0);
	assert_int_equal(environments(site->broker, NULL), before + 1);
	/* By this handle itself, within a group and after it was cancelled. */
	site_ok(tally_broker_begin(site->broker, &error), &error);
	create(site->broker, "later", true);
	assert_int_equal(shown(site->broker, "later", NULL), 1);
	tally_broker_cancel(site->broker);
	assert_int_equal(shown(site->broker, "later", NULL), TALLY_ENOTFOUND);
	tally_broker_close(other);
}

static void test_what_was_is_answered_as_it_was(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES];

	site_tip(site, before);
	create(site->broker, "late", true);
	assert_int_equal(shown(site->broker, "late", NULL), 1);
	site_ok(tally_broker_pin(site->broker, before, &error), &error);
	assert_int_equal(shown(site->broker, "late", NULL), TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_begin(site->broker, NULL), TALLY_EINVAL);
	site_ok(tally_broker_pin(site->broker, NULL, &error), &error);
	assert_int_equal(shown(site->broker, "late", NULL), 1);
}

static void test_a_record_that_is_damaged_and_mended(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;

	create(site->broker, "late", true);
	assert_int_equal(shown(site->broker, "late", NULL), 1);
	run(site, "cp environments/late/environment.json ../saved; "
		  "echo '{' >environments/late/environment.json");
	assert_int_equal(shown(site->broker, "late", &error), TALLY_EPARSE);
	assert_non_null(strstr(error.where, "environments/late/environment.json"));
	/* What failed is not kept. */
	assert_int_equal(shown(site->broker, "late", NULL), TALLY_EPARSE);
	run(site, "sed s/true/false/ ../saved >environments/late/environment.json");
	assert_int_equal(shown(site->broker, "late", NULL), 0);
	run(site, "rm -r environments/late");
	assert_int_equal(shown(site->broker, "late", NULL), TALLY_ENOTFOUND);
}

static void test_too_much_is_forgotten(void **state)
{
	struct site *site = *state;
	struct record_cache *cache;
	struct snapshot *snapshot;
	const cJSON *json;

	assert_int_equal(tally__snapshot_open(&snapshot, site_store(site), NULL, NULL), 0);
	assert_int_equal(tally__record_cache_new(&cache, NULL), 0);
	tally__record_cache_begin(cache, snapshot);
	assert_false(tally__record_cache_get(cache, "tally.json", &json));
	assert_true(tally__record_cache_take(cache, "tally.json", cJSON_CreateObject(), 100));
	assert_true(tally__record_cache_take(cache, "none.json", NULL, 0));
	assert_true(tally__record_cache_get(cache, "tally.json", &json));
	assert_true(cJSON_IsObject(json));
	assert_true(tally__record_cache_get(cache, "none.json", &json));
	assert_null(json);
	tally__record_cache_begin(cache, snapshot);
	assert_true(tally__record_cache_get(cache, "tally.json", &json));
	assert_true(tally__record_cache_take(cache, "large.json", cJSON_CreateObject(),
					     (size_t)100 << 20));
	/* Lent until the next question. */
	assert_true(tally__record_cache_get(cache, "tally.json", &json));
	tally__record_cache_begin(cache, snapshot);
	assert_false(tally__record_cache_get(cache, "tally.json", &json));
	tally__record_cache_free(cache);
	tally__snapshot_close(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_others_change_is_seen, site_setup,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_what_was_is_answered_as_it_was, site_setup,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_a_record_that_is_damaged_and_mended,
						site_setup, site_teardown),
		cmocka_unit_test_setup_teardown(test_too_much_is_forgotten, site_setup,
						site_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
