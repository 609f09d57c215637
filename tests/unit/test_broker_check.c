/* A sound store has no problems; each damage is told, at its place, and nothing else is. */
#include "config.h"

#include "broker_site.h"

/* Everything that the store has a record for. */
static void fill(struct site *site)
{
	const char *const tags[] = {"prod", "stable"};
	cJSON *contract = site_contract("app", "orders", "list item");
	const cJSON *contracts[] = {contract};
	struct tally_publication publication = {.version = "7",
						.branch = "main",
						.tags = tags,
						.tag_count = 2,
						.contracts = contracts,
						.contract_count = 1};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_wait(site, 60);
	site_publish(site, "web", "2", "main", "orders", "list item more");
	site_publish(site, "web", "3", "feature", "stock", "count");
	site_ok(tally_broker_publish(site->broker, &publication, &answer, &error), &error);
	cJSON_Delete(answer);
	cJSON_Delete(contract);
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pp");
	site_verify(site, "orders", "2", "main", "web", "2", "list item more", "pfe");
	site_verify(site, "orders", "2", "main", "app", "7", "list item", "pp");
	site_deploy(site, "orders", "1", "production", NULL);
	site_deploy(site, "web", "1", "production", NULL);
	site_deploy(site, "web", "2", "production", "blue");
}

static cJSON *check(struct site *site)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(tally_broker_check(site->broker, true, &answer, &error), &error);
	return answer;
}

static int number(const cJSON *answer, const char *name)
{
	const cJSON *json = tally__json_get(answer, name);

	assert_true(cJSON_IsNumber(json));
	return json->valueint;
}

static void print_problems(const cJSON *answer)
{
	const cJSON *problem;

	cJSON_ArrayForEach(problem, tally__json_get(answer, "problems"))
	{
		print_message("%s: %s\n", site_text(problem, "where"),
			      site_text(problem, "problem"));
	}
}

static void assert_sound(struct site *site)
{
	cJSON *answer = check(site);

	print_problems(answer);
	assert_int_equal(number(answer, "errors") + number(answer, "warnings"), 0);
	cJSON_Delete(answer);
}

static void test_a_sound_store(void **state)
{
	struct site *site = *state;
	char tip[STORE_ID_BYTES];
	cJSON *answer;

	assert_sound(site);
	fill(site);
	assert_sound(site);
	answer = check(site);
	site_tip(site, tip);
	assert_string_equal(site_text(answer, "commit"), tip);
	assert_int_equal(number(answer, "format"), RECORD_FORMAT);
	/* The broker, its environment, four publications, three runs, three deployments. */
	assert_int_equal(number(answer, "commits"), 12);
	assert_true(number(answer, "records") > 40);
	assert_true(number(answer, "objects") > 100);
	cJSON_Delete(answer);
}

/* What is done to a file: `from` becomes `to` in it; without `from` it is `to` from now on; without
 * both it goes. */
struct damage {
	const char *pattern;
	const char *names[4];
	const char *from, *to;
	const char *expected; /* in the problem */
	const char *where;    /* its place, when it is not that of the file */
	const char *where_names[4];
	bool is_warning;
};

struct damaging {
	const struct damage *damage;
	const char *path;
};

static int do_damage(void *context, const struct snapshot *snapshot, struct edits *edits,
		     struct tally_error *error)
{
	const struct damaging *damaging = context;
	const struct damage *damage = damaging->damage;
	const char *bytes = NULL, *at;
	struct arena arena;
	struct buf text;
	size_t len = 0;
	int status = tally__edits_describe(edits, "damage", error);

	tally__arena_init(&arena, 0);
	tally__buf_init(&text, 1 << 20);
	if (damage->from != NULL) {
		site_ok(tally__snapshot_read(snapshot, damaging->path, &arena, &bytes, &len, error),
			error);
		at = strstr(bytes, damage->from);
		if (at == NULL)
			fail_msg("%s lacks %s: %s", damaging->path, damage->from, bytes);
		tally__buf_add(&text, bytes, (size_t)(at - bytes));
		tally__buf_adds(&text, damage->to);
		tally__buf_adds(&text, at + strlen(damage->from));
	} else if (damage->to != NULL) {
		tally__buf_adds(&text, damage->to);
	}
	if (status == 0 && damage->to == NULL)
		status = tally__edits_remove(edits, damaging->path, error);
	else if (status == 0)
		status = tally__edits_put(edits, damaging->path, text.bytes, text.len, error);
	tally__buf_release(&text);
	tally__arena_release(&arena);
	return status;
}

/* Whether it is. */
static bool is_told(struct site *site, struct records *records, const struct damage *damage)
{
	struct damaging damaging = {.damage = damage};
	struct store_author author = {.now_unix = site->now};
	struct tally_error error = TALLY_ERROR_INIT;
	bool found = false;
	const char *where;
	const cJSON *problem;
	cJSON *answer;

	site_ok(tally__records_path(records, &damaging.path, damage->pattern, damage->names,
				    &error),
		&error);
	where = damaging.path;
	if (damage->where != NULL)
		site_ok(tally__records_path(records, &where, damage->where, damage->where_names,
					    &error),
			&error);
	site_ok(tally__store_commit(site_store(site), do_damage, &damaging, &author, NULL, &error),
		&error);
	answer = check(site);
	cJSON_ArrayForEach(problem, tally__json_get(answer, "problems"))
	{
		found |= strcmp(site_text(problem, "where"), where) == 0 &&
			 strstr(site_text(problem, "problem"), damage->expected) != NULL;
	}
	found = found && (number(answer, "errors") == 0) == damage->is_warning;
	if (!found) {
		print_message("expected at %s: %s\n", where, damage->expected);
		print_problems(answer);
	}
	cJSON_Delete(answer);
	return found;
}

#define W(...)                                                                                     \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define SAME                                                                                       \
	NULL,                                                                                      \
	{                                                                                          \
		NULL                                                                               \
	}

static void test_every_damage_is_told(void **state)
{
	static const struct damage damages[] = {
		/* records by themselves */
		{PATH_APP, W("web"), NULL, "{", "end of the text", SAME, false},
		{PATH_APP, W("web"), NULL, "[]", "JSON object", SAME, false},
		{PATH_APP, W("web"), "\"web\"", "\"wbe\"", "the name in its path", SAME, false},
		{PATH_APP, W("web"), "Z\"", "\"", "instant", SAME, false},
		{PATH_VERSION, W("web", "1"), "\"sequence\": 1", "\"sequence\": \"1\"",
		 "whole number", SAME, false},
		{PATH_ENVIRONMENT, W("production"), "false", "0", "true or false", SAME, false},
		{PATH_RUN, W("orders", "1", "web", "x"), NULL, "{}", "damaged", SAME, false},
		/* places */
		{"apps/{}/versions/0/0/{}/version.json", W("web", "1"), NULL, "{}", "damaged", SAME,
		 false},
		{"apps/{}/branches/0/0/{}.json", W("web", "main"), NULL,
		 "{\"branch\": \"main\", \"version\": \"1\", \"sequence\": 1}",
		 "the folders above \"main\"", SAME, false},
		{"apps/web/notes.txt", W(NULL), NULL, "hello", "no record", SAME, true},
		/* versions */
		{PATH_LATEST, W("web"), NULL, NULL, "missing", SAME, false},
		{PATH_LATEST, W("web"), "\"3\"", "\"9\"", "missing", SAME, false},
		{PATH_LATEST, W("web"), "\"sequence\": 3", "\"sequence\": 2", "the number 2", SAME,
		 false},
		{PATH_LATEST, W("web"), NULL, "{\"sequence\": 2, \"version\": \"2\"}",
		 "not what follows", SAME, false},
		{PATH_VERSION, W("web", "2"), "\"sequence\": 2", "\"sequence\": 1", "so has",
		 PATH_VERSION, W("web", "2"), false},
		{PATH_VERSION, W("web", "3"), "\"previous\": \"2\"", "\"previous\": \"1\"",
		 "not the next one below 3", SAME, false},
		{PATH_VERSION, W("web", "3"), "\"previous\": \"2\"", "\"previous\": \"x\"",
		 "missing", SAME, false},
		{PATH_BRANCH, W("web", "main"), "\"version\": \"2\"", "\"version\": \"9\"",
		 "missing", SAME, false},
		{PATH_BRANCH, W("web", "main"), NULL,
		 "{\"branch\": \"main\", \"version\": \"3\", \"sequence\": 3}",
		 "does not have the branch", SAME, false},
		{PATH_TAG, W("app", "prod"), NULL, NULL, "missing", PATH_TAGGED_ONE,
		 W("app", "prod", "7"), false},
		{PATH_TAGGED_ONE, W("app", "prod", "7"), NULL, NULL, "missing", SAME, false},
		{PATH_APP, W("stock"), NULL, "{}", "damaged", SAME, false},
		/* contracts */
		{PATH_CONTRACT, W("web", "1", "orders"), NULL, NULL, "missing", PATH_PUBLICATION,
		 W("web", "1", "orders"), false},
		{PATH_PUBLICATION, W("web", "1", "orders"), NULL, NULL, "missing", PATH_CONTRACT,
		 W("web", "1", "orders"), false},
		{PATH_CONTRACT, W("web", "1", "orders"), "/list", "/other", "\"content\" should be",
		 PATH_PUBLICATION, W("web", "1", "orders"), false},
		{PATH_CONTRACT, W("web", "1", "orders"), "\"name\": \"orders\"",
		 "\"name\": \"stock\"", "with stock", PATH_PUBLICATION, W("web", "1", "orders"),
		 false},
		{PATH_CONTRACT, W("web", "1", "orders"), NULL, "{}", "no contract", SAME, false},
		{PATH_PUBLICATION, W("web", "2", "orders"), "a request for more", "other",
		 "\"interactions\"", SAME, false},
		{PATH_PUBLICATION, W("web", "2", "orders"), "\"specification\": \"4.0\"",
		 "\"specification\": \"3.0.0\"", "should be 4.0", SAME, false},
		{PATH_CONSUMER, W("orders", "web"), NULL, NULL, "missing", SAME, false},
		{PATH_CONSUMER, W("orders", "web"), NULL,
		 "{\"consumer\": \"web\", \"version\": \"1\", \"sequence\": 1}", "not what follows",
		 SAME, false},
		{PATH_CONSUMER, W("orders", "web"), "\"first\"", "\"frist\"", "\"worked\"", SAME,
		 false},
		{PATH_HEADS, W("orders", "web"), "\"publishedAt\"", "\"at\"", "\"heads\"", SAME,
		 false},
		/* environments */
		{PATH_ENVIRONMENT, W("production"), NULL, NULL, "missing", PATH_SLOT_UNNAMED,
		 W("production", "web"), false},
		{PATH_SLOT_UNNAMED, W("production", "web"), "\"version\": \"1\"",
		 "\"version\": \"2\"", "missing", SAME, false},
		{PATH_SLOT, W("production", "web", "blue"), "\"uuid\": \"", "\"uuid\": \"0",
		 "missing", SAME, false},
		{PATH_RELEASE, W("production", "web", "9"), NULL,
		 "{\"environment\": \"production\", \"application\": \"web\", \"version\": "
		 "\"9\",\"uuid\": \"u\", \"releasedAt\": \"2023-11-14T22:13:20Z\"}",
		 "missing", SAME, false},
	};
	struct site *site = *state;
	char sound[STORE_ID_BYTES];
	size_t untold = 0;
	struct records records;

	fill(site);
	site_tip(site, sound);
	tally__records_init(&records, NULL);
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		char command[256];

		untold += !is_told(site, &records, &damages[i]);
		(void)snprintf(command, sizeof command, "git -C %s update-ref refs/heads/main %s",
			       site->path, sound);
		assert_int_equal(system(command), 0);
	}
	tally__records_release(&records);
	assert_int_equal(untold, 0);
	assert_sound(site);
}

/* A run that was changed by hand, and what is derived from runs. */
static void test_runs(void **state)
{
	static const struct damage changed = {
		PATH_RUNS "/{}.json", W(NULL), "\"failed\"", "\"passed\"",
		"should end in",      SAME,    false};
	struct site *site = *state;
	struct damage damage = changed;
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot *snapshot;
	struct records records;
	struct record **runs;
	size_t count;
	char *name;

	fill(site);
	site_ok(tally__snapshot_open(&snapshot, site_store(site), NULL, &error), &error);
	tally__records_init(&records, snapshot);
	site_ok(tally__records_list(&records, &runs, &count, PATH_RUNS, NAMES("orders", "2", "web"),
				    &error),
		&error);
	assert_int_equal(count, 1);
	name = tally__arena_strdup(&records.arena, strrchr(runs[0]->path, '/') + 1);
	*strrchr(name, '.') = '\0';
	damage.names[0] = "orders";
	damage.names[1] = "2";
	damage.names[2] = "web";
	damage.names[3] = name;
	assert_true(is_told(site, &records, &damage));
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
}

static bool names_upgrade(struct site *site)
{
	cJSON *answer = check(site);
	const cJSON *problem;
	bool found = false;

	cJSON_ArrayForEach(problem, tally__json_get(answer, "problems")) found |=
		strstr(site_text(problem, "next"), "tally broker upgrade --broker ") != NULL;
	cJSON_Delete(answer);
	return found;
}

/* Whatever is derived can be made anew, by the command that is named beside the problem. */
static void assert_renewed(struct site *site, struct records *records, const struct damage *damage)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer;

	assert_true(is_told(site, records, damage));
	assert_true(names_upgrade(site));
	site_ok(tally_broker_upgrade(site->broker, &answer, &error), &error);
	assert_int_equal(number(answer, "from"), RECORD_FORMAT);
	assert_int_equal(number(answer, "changed"), 1);
	cJSON_Delete(answer);
	assert_sound(site);
}

static const char *passed_digest(struct site *site, struct records *records,
				 struct snapshot **snapshot)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct record **list;
	size_t count = 0;

	site_ok(tally__snapshot_open(snapshot, site_store(site), NULL, &error), &error);
	tally__records_init(records, *snapshot);
	site_ok(tally__records_list_spread(records, &list, &count, "apps/{}/passed/{}",
					   NAMES("orders", "app"), NULL, &error),
		&error);
	assert_true(count > 0);
	return site_text(list[0]->json, "digest");
}

static void test_what_is_derived(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot *snapshot;
	struct records records;
	const char *digest;
	cJSON *answer;

	fill(site);
	digest = passed_digest(site, &records, &snapshot);
	const struct damage damages[] = {
		{PATH_ANSWERS, W("orders", "2", "web"), NULL, NULL, "it is missing", SAME, false},
		{PATH_ANSWERS, W("orders", "2", "web"), "\"consumerVersion\": \"2\"",
		 "\"consumerVersion\": \"1\"", "not what follows", SAME, false},
		{PATH_ANSWERS, W("orders", "2", "nobody"), NULL,
		 "{\"provider\": \"orders\", \"providerVersion\": \"2\", \"consumer\": \"nobody\", "
		 "\"runs\": []}",
		 "should not be there", SAME, false},
		{PATH_FAILED, W("orders", "2"), NULL, NULL, "it is missing", SAME, false},
		{PATH_FAILED, W("orders", "1"), NULL,
		 "{\"provider\": \"orders\", \"providerVersion\": \"1\", \"failed\": []}",
		 "should not be there", SAME, false},
		{PATH_PASSED, W("orders", "app", digest), NULL, NULL, "it is missing", SAME, false},
		{PATH_PASSED, W("orders", "app", digest), "\"branch\"", "\"tag\"",
		 "not what follows", SAME, false},
		{PATH_HEADS, W("orders", "web"), NULL, NULL, "it is missing", SAME, false},
		{PATH_HEADS, W("orders", "web"), "\"version\": \"2\"", "\"version\": \"1\"",
		 "not what follows", SAME, false},
		{PATH_TAGGED_ONE, W("app", "stable", "7"), NULL, NULL, "it is missing", SAME,
		 false},
		{PATH_LATEST, W("web"), NULL, NULL, "it is missing", SAME, false},
		{PATH_LATEST, W("web"), "\"3\"", "\"2\"", "", SAME, false},
		{PATH_CONSUMER, W("orders", "web"), NULL, NULL, "it is missing", SAME, false},
		{PATH_CONSUMER, W("orders", "app"), "\"7\"", "\"8\"", "", SAME, false},
	};

	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
		assert_renewed(site, &records, &damages[i]);
	/* Where nothing is wrong, nothing is written. */
	site_ok(tally_broker_upgrade(site->broker, &answer, &error), &error);
	assert_int_equal(number(answer, "changed"), 0);
	cJSON_Delete(answer);
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
}

/* Not every one is listed, but all are counted. */
static void test_many_problems(void **state)
{
	struct site *site = *state;
	struct store_author author = {.now_unix = site->now};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer;

	for (int i = 0; i < 3; i++) {
		struct damage damage = {.to = "x"};
		struct damaging damaging = {.damage = &damage};
		char path[64];

		(void)snprintf(path, sizeof path, "apps/x/note-%d", i);
		damaging.path = path;
		site_ok(tally__store_commit(site_store(site), do_damage, &damaging, &author, NULL,
					    &error),
			&error);
	}
	answer = check(site);
	assert_int_equal(number(answer, "warnings"), 3);
	assert_int_equal(number(answer, "errors"), 0);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "problems")), 3);
	assert_non_null(strstr(
		site_text(cJSON_GetArrayItem(tally__json_get(answer, "problems"), 0), "next"),
		"log -p main -- apps/x/note-0"));
	cJSON_Delete(answer);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_a_sound_store), WITH_SITE(test_every_damage_is_told),
		WITH_SITE(test_runs),          WITH_SITE(test_what_is_derived),
		WITH_SITE(test_many_problems),
	};

	return cmocka_run_group_tests_name("broker check", tests, NULL, NULL);
}
