/* What maintenance lets go, what it keeps whatever the rules say, and that answers about what is
 * kept stay the same. */
#include "config.h"

#include <sys/wait.h>

#include "broker_site.h"
#include "tally/application.h"

static cJSON *maintain(struct site *site, const char *rules, bool dry_run)
{
	const char *keep[8];
	struct tally_maintenance maintenance = {.keep = keep, .dry_run = dry_run};
	struct tally_error error = TALLY_ERROR_INIT;
	char copy[256] = "";
	cJSON *answer = NULL;

	(void)snprintf(copy, sizeof copy, "%s", rules);
	for (char *rule = copy; *rule != '\0'; rule += strlen(rule) + 1) {
		rule[strcspn(rule, " ")] = '\0';
		keep[maintenance.keep_count++] = rule;
	}
	site_ok(tally_broker_maintain(site->broker, &maintenance, &answer, &error), &error);
	return answer;
}

/* "app: 1 2; web: 3": what an answer says went. */
static void removed(const cJSON *answer, char *text, size_t space)
{
	const cJSON *application, *version;
	size_t used = 0;

	text[0] = '\0';
	cJSON_ArrayForEach(application, tally__json_get(answer, "removed"))
	{
		used += (size_t)snprintf(text + used, space - used, "%s%s:", used > 0 ? "; " : "",
					 site_text(application, "application"));
		cJSON_ArrayForEach(version, tally__json_get(application, "versions"))
		{
			used += (size_t)snprintf(text + used, space - used, " %s",
						 version->valuestring);
		}
	}
}

static void assert_removed(struct site *site, const char *rules, const char *expected)
{
	cJSON *planned = maintain(site, rules, true);
	cJSON *answer = maintain(site, rules, false);
	char text[512], plan[512];

	removed(planned, plan, sizeof plan);
	removed(answer, text, sizeof text);
	assert_string_equal(plan, expected);
	assert_string_equal(text, expected);
	cJSON_Delete(planned);
	cJSON_Delete(answer);
}

static void assert_sound(struct site *site)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *problem;
	cJSON *answer = NULL;

	site_ok(tally_broker_check(site->broker, true, &answer, &error), &error);
	cJSON_ArrayForEach(problem, tally__json_get(answer, "problems"))
	{
		print_message("%s: %s\n", site_text(problem, "where"),
			      site_text(problem, "problem"));
	}
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "problems")), 0);
	cJSON_Delete(answer);
}

static void publish(struct site *site, int version, const char *branch, const char *words)
{
	char name[16];

	(void)snprintf(name, sizeof name, "%d", version);
	site_publish(site, "web", name, branch, "orders", words);
}

static bool knows(struct site *site, const char *application, const char *version)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int status = tally_broker_version_show(site->broker, application, version, NULL, NULL,
					       &answer, &error);

	cJSON_Delete(answer);
	if (status != TALLY_ENOTFOUND)
		site_ok(status, &error);
	return status == 0;
}

static void test_without_rules_all_stay(void **state)
{
	struct site *site = *state;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];

	for (int i = 1; i <= 3; i++)
		publish(site, i, "main", "list");
	site_tip(site, before);
	assert_removed(site, "", "");
	site_tip(site, after);
	assert_string_equal(before, after);
}

static void test_rules(void **state)
{
	struct site *site = *state;

	/* web 1 to 4 a month apart, heads: 2 of old, 3 of rel/1, 4 of main, 5 of next. */
	publish(site, 1, "old", "list");
	site_wait(site, 30 * 86400);
	publish(site, 2, "old", "list");
	site_wait(site, 30 * 86400);
	publish(site, 3, "rel/1", "list");
	publish(site, 4, "main", "list");
	publish(site, 5, "main", "list");
	site_wait(site, 30 * 86400);
	publish(site, 6, "main", "list");
	assert_removed(site, "latest=6", "");
	assert_removed(site, "days=91", "");
	assert_removed(site, "branch=old branch=main", "");
	assert_removed(site, "branch=ma* branch=o*", "");
	assert_removed(site, "latest=1 branch=main", "web: 1");
	assert_removed(site, "days=29 latest=2", "web: 4");
	assert_true(knows(site, "web", "2") && knows(site, "web", "3") && knows(site, "web", "5"));
	assert_false(knows(site, "web", "1"));
	assert_removed(site, "tag=x", "web: 5");
	assert_sound(site);
}

/* A version in each way of being needed, and one that nobody needs. */
static void test_what_is_needed_stays(void **state)
{
	struct site *site = *state;
	const char *const tags[] = {"prod"};
	cJSON *contract = site_contract("web", "orders", "list");
	const cJSON *contracts[] = {contract};
	struct tally_publication tagged = {.version = "2",
					   .branch = "main",
					   .tags = tags,
					   .tag_count = 1,
					   .contracts = contracts,
					   .contract_count = 1};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_environment(site, "production");
	publish(site, 1, "main", "list"); /* deployed */
	site_deploy(site, "web", "1", "production", NULL);
	site_ok(tally_broker_publish(site->broker, &tagged, &answer, &error), &error);
	cJSON_Delete(answer);
	cJSON_Delete(contract);
	publish(site, 3, "main", "list more"); /* the last that worked */
	site_verify(site, "orders", "1", "main", "web", "3", "list more", "pp");
	publish(site, 4, "main", "other");   /* of no use */
	publish(site, 5, "feature", "list"); /* head */
	publish(site, 6, "main", "list");    /* head and newest */
	site_verify(site, "orders", "2", "main", "web", "6", "list", "f");
	site_verify(site, "orders", "3", "main", "web", "6", "list", "f");
	site_deploy(site, "orders", "3", "production", NULL);
	assert_removed(site, "branch=none", "orders: 2; web: 4");
	assert_removed(site, "branch=none", "");
	assert_sound(site);
}

/* Everything that is asked of versions that stay is answered as before, save the commit. */
static void test_answers_stay(void **state)
{
	static const char *const kept[] = {"1", "7", "9"};
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES];
	cJSON *answers[3];

	site_environment(site, "production");
	publish(site, 1, "main", "list item");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pp");
	site_deploy(site, "web", "1", "production", NULL);
	for (int i = 2; i <= 8; i++)
		publish(site, i, i == 7 ? "feature" : "main", i % 2 ? "list item" : "list more");
	publish(site, 9, "main", "list");
	site_verify(site, "orders", "2", "main", "web", "8", "list more", "pf");
	site_verify(site, "orders", "3", "main", "web", "9", "list", "f");
	site_deploy(site, "orders", "3", "production", NULL);
	site_tip(site, before);
	for (size_t i = 0; i < 3; i++)
		answers[i] = site_ask(site, "web", kept[i], "production");
	assert_removed(site, "latest=1", "web: 2 3 4 5 6 8");
	for (size_t i = 0; i < 3; i++) {
		cJSON *answer = site_ask(site, "web", kept[i], "production");

		assert_true(tally__json_equal(tally__json_get(answer, "pairs"),
					      tally__json_get(answers[i], "pairs")));
		cJSON_Delete(answer);
	}
	/* The history has the others. */
	assert_false(knows(site, "web", "8"));
	site_ok(tally_broker_pin(site->broker, before, &error), &error);
	assert_true(knows(site, "web", "8"));
	for (size_t i = 0; i < 3; i++) {
		cJSON *answer = site_ask(site, "web", kept[i], "production");

		assert_true(tally__json_equal(tally__json_get(answer, "pairs"),
					      tally__json_get(answers[i], "pairs")));
		cJSON_Delete(answer);
		cJSON_Delete(answers[i]);
	}
	site_ok(tally_broker_pin(site->broker, NULL, &error), &error);
	assert_sound(site);
}

/* A number is never given twice, and work goes on. */
static void test_work_goes_on(void **state)
{
	struct site *site = *state;

	for (int i = 1; i <= 12; i++)
		publish(site, i, "main", i % 2 ? "list" : "list item");
	assert_removed(site, "latest=2", "web: 1 2 3 4 5 6 7 8 9 10");
	publish(site, 13, "main", "list");
	publish(site, 1, "main", "list item");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pp");
	assert_removed(site, "latest=1", "web: 11 12 13");
	assert_sound(site);
}

static void test_wrong_rules(void **state)
{
	static const char *const wrong[] = {"",
					    "latest",
					    "latest=",
					    "latest=0",
					    "days=-1",
					    "days=1.5",
					    "branch=",
					    "main",
					    "tag=",
					    "days=x",
					    "latest=99999999999999999999"};
	struct site *site = *state;

	publish(site, 1, "main", "list");
	publish(site, 2, "main", "list");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *const keep[] = {"latest=1", wrong[i]};
		struct tally_maintenance maintenance = {.keep = keep, .keep_count = 2};
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *answer = NULL;

		assert_int_equal(tally_broker_maintain(site->broker, &maintenance, &answer, &error),
				 TALLY_EINVAL);
		assert_null(answer);
		assert_string_equal(error.where, "keep[1]");
	}
	assert_true(knows(site, "web", "1"));
}

static void test_a_pinned_broker_is_left_alone(void **state)
{
	struct site *site = *state;
	struct tally_maintenance maintenance = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	char tip[STORE_ID_BYTES];
	cJSON *answer = NULL;

	publish(site, 1, "main", "list");
	site_tip(site, tip);
	site_ok(tally_broker_pin(site->broker, tip, &error), &error);
	assert_int_equal(tally_broker_maintain(site->broker, &maintenance, &answer, &error),
			 TALLY_EINVAL);
}

static double bytes(const cJSON *answer, const char *name)
{
	return tally__json_get(tally__json_get(answer, "packs"), name)->valuedouble;
}

/* Packs become one, and much smaller; the next time there is nothing to do, and a little that is
 * new becomes a pack of its own. */
static void test_packs(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	for (int i = 1; i <= 60; i++)
		publish(site, i, "main", i % 2 ? "list" : "list item");
	answer = maintain(site, "", false);
	assert_true(cJSON_IsTrue(tally__json_get(tally__json_get(answer, "packs"), "done")));
	assert_true(bytes(answer, "before") > 1);
	assert_int_equal((int)bytes(answer, "after"), 1);
	assert_true(bytes(answer, "bytesAfter") * 4 < bytes(answer, "bytesBefore") * 3);
	cJSON_Delete(answer);
	assert_sound(site);
	answer = maintain(site, "", false);
	assert_false(cJSON_IsTrue(tally__json_get(tally__json_get(answer, "packs"), "done")));
	cJSON_Delete(answer);
	publish(site, 61, "main", "list");
	answer = maintain(site, "", false);
	assert_int_equal((int)bytes(answer, "before"), 2);
	assert_int_equal((int)bytes(answer, "after"), 2);
	cJSON_Delete(answer);
	assert_sound(site);
}

static void test_an_interrupt_ends_packing(void **state)
{
	static const volatile sig_atomic_t signals = 1;
	struct site *site = *state;
	struct tally_maintenance maintenance = {.interrupt = &signals};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	publish(site, 1, "main", "list");
	assert_int_equal(tally_broker_maintain(site->broker, &maintenance, &answer, &error),
			 TALLY_ETIMEOUT);
	assert_null(answer);
	assert_sound(site);
}

static const cJSON *trouble_of(const cJSON *answer)
{
	return tally__json_get(answer, "trouble");
}

/* What went is told, also when the packing that follows cannot be done. */
static void test_what_was_done_is_told(void **state)
{
	static const char *const keep[] = {"latest=1"};
	struct site *site = *state;
	struct tally_maintenance maintenance = {.keep = keep, .keep_count = 1};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	char text[512], path[128];
	FILE *file;

	publish(site, 1, NULL, "list");
	publish(site, 2, NULL, "list");
	(void)snprintf(path, sizeof path, "%s/gc.pid", site->path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	site_ok(tally_broker_maintain(site->broker, &maintenance, &answer, &error), &error);
	removed(answer, text, sizeof text);
	assert_string_equal(text, "web: 1");
	assert_non_null(tally__json_get(answer, "commit"));
	assert_null(tally__json_get(answer, "packs"));
	assert_string_equal(site_text(trouble_of(answer), "error"), "TALLY_EBUSY");
	assert_true(strstr(site_text(trouble_of(answer), "text"), "git gc") != NULL);
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(tally_broker_maintain(site->broker, &maintenance, &answer, &error),
			 TALLY_EBUSY);
	assert_null(answer);
	assert_false(knows(site, "web", "1"));
}

/* Nothing goes any more once somebody wants it to end. */
static void test_an_interrupt_lets_nothing_go(void **state)
{
	static const volatile sig_atomic_t signals = 1;
	static const char *const keep[] = {"latest=1"};
	struct site *site = *state;
	struct tally_maintenance maintenance = {
		.keep = keep, .keep_count = 1, .interrupt = &signals};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	publish(site, 1, NULL, "list");
	publish(site, 2, NULL, "list");
	assert_int_equal(tally_broker_maintain(site->broker, &maintenance, &answer, &error),
			 TALLY_ETIMEOUT);
	assert_null(answer);
	assert_true(knows(site, "web", "1"));
}

/* Another process deploys what the plan lets go of, between the plan and the commit; here it is the
 * commit's own look that finds out. */
static void child_publishes(const char *path, int from)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct site site = {.now = SITE_START};
	int status = tally_broker_open(&site.broker, path, &error);

	for (int i = from; status == 0 && i < from + 20; i++) {
		char version[16];
		cJSON *answer = NULL;

		(void)snprintf(version, sizeof version, "%d", i);
		status = site_try_publish(&site, "web", version, "main", "orders", "list", &answer,
					  &error);
		cJSON_Delete(answer);
	}
	tally_broker_close(site.broker);
	_exit(status == 0 ? 0 : 1);
}

static void test_others_write_meanwhile(void **state)
{
	struct site *site = *state;
	pid_t children[2];
	int failed = 0;

	for (int i = 1; i <= 10; i++)
		publish(site, i, "main", "list");
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			child_publishes(site->path, 100 * (i + 1));
	}
	for (int i = 0; i < 10; i++)
		cJSON_Delete(maintain(site, "latest=500 days=1", false));
	for (int i = 0; i < 2; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	}
	assert_int_equal(failed, 0);
	for (int i = 0; i < 20; i++) {
		char version[16];

		(void)snprintf(version, sizeof version, "%d", 200 + i);
		assert_true(knows(site, "web", version));
	}
	assert_sound(site);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_without_rules_all_stay),
		WITH_SITE(test_rules),
		WITH_SITE(test_what_is_needed_stays),
		WITH_SITE(test_answers_stay),
		WITH_SITE(test_work_goes_on),
		WITH_SITE(test_wrong_rules),
		WITH_SITE(test_a_pinned_broker_is_left_alone),
		WITH_SITE(test_packs),
		WITH_SITE(test_an_interrupt_ends_packing),
		WITH_SITE(test_what_was_done_is_told),
		WITH_SITE(test_an_interrupt_lets_nothing_go),
		WITH_SITE(test_others_write_meanwhile),
	};

	return cmocka_run_group_tests_name("broker maintain", tests, NULL, NULL);
}
