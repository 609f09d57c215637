#include "config.h"

#include <limits.h>
#include <sys/wait.h>

#include "broker/identity.h"
#include "broker_site.h"

/* Puts bytes where a record is, as damage does. */
struct damage {
	const char *path, *bytes; /* bytes NULL: removed */
};

static int do_damage(void *context, const struct snapshot *snapshot, struct edits *edits,
		     struct tally_error *error)
{
	const struct damage *damage = context;
	int status = tally__edits_describe(edits, "damage", error);

	(void)snapshot;
	if (status != 0)
		return status;
	return damage->bytes == NULL ? tally__edits_remove(edits, damage->path, error)
				     : tally__edits_put(edits, damage->path, damage->bytes,
							strlen(damage->bytes), error);
}

static void damage(struct site *site, const char *pattern, const char *const *names,
		   const char *bytes)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct store_author author = {.now_unix = site->now};
	struct damage damage = {.bytes = bytes};
	struct records records;

	tally__records_init(&records, NULL);
	site_ok(tally__records_path(&records, &damage.path, pattern, names, &error), &error);
	site_ok(tally__store_commit(site_store(site), do_damage, &damage, &author, NULL, &error),
		&error);
	tally__records_release(&records);
}

static void start(struct site *site)
{
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pp");
	site_deploy(site, "orders", "1", "production", NULL);
	site_deploy(site, "web", "1", "production", NULL);
}

static void assert_damaged(struct site *site, const char *where)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	assert_int_equal(site_try_ask(site, "web", "1", "production", &answer, &error),
			 TALLY_EPARSE);
	assert_null(answer);
	if (strstr(error.where, where) == NULL)
		fail_msg("\"%s\" does not name %s (%s)", error.where, where, error.message);
}

static void test_damaged_records_are_named(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "\"x\"", "{\"a\":1}trailing", "\xff"};
	struct site *site = *state;

	start(site);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		damage(site, PATH_APP, NAMES("web"), bad[i]);
		assert_damaged(site, "apps/web/app.json");
	}
	damage(site, PATH_APP, NAMES("web"), "{\"name\":\"web\",\"createdAt\":\"x\"}");
	damage(site, PATH_PUBLICATION, NAMES("web", "1", "orders"),
	       "{\"provider\":\"orders\",\"interactions\":{}}");
	assert_damaged(site, "publications/orders.json");
	damage(site, PATH_PUBLICATION, NAMES("web", "1", "orders"),
	       "{\"provider\":\"orders\",\"interactions\":[{\"digest\":1}]}");
	assert_damaged(site, "publications/orders.json");
	damage(site, PATH_PUBLICATION, NAMES("web", "1", "orders"), "{\"provider\":7}");
	assert_damaged(site, "publications/orders.json");
}

/* The same change to one record as damage, undone again. */
static void assert_damage_is_seen(struct site *site, const char *pattern, const char *const *names,
				  const char *bytes, const char *where)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct store *store = site_store(site);
	const char *old = NULL, *path;
	struct snapshot *snapshot;
	struct records records;
	size_t len;

	site_ok(tally__snapshot_open(&snapshot, store, NULL, &error), &error);
	tally__records_init(&records, snapshot);
	site_ok(tally__records_path(&records, &path, pattern, names, &error), &error);
	site_ok(tally__snapshot_read(snapshot, path, &records.arena, &old, &len, &error), &error);
	damage(site, pattern, names, bytes);
	assert_damaged(site, where);
	damage(site, pattern, names, old);
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
}

static void test_a_record_without_members_is_damaged(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	start(site);
	assert_damage_is_seen(site, PATH_PUBLICATION, NAMES("web", "1", "orders"), "{}",
			      "publications/orders.json");
	assert_damage_is_seen(site, PATH_VERSION, NAMES("web", "1"), "{}", "1/version.json");
	assert_damage_is_seen(site, PATH_APP, NAMES("web"), "{}", "apps/web/app.json");
	assert_damage_is_seen(site, PATH_ENVIRONMENT, NAMES("production"), "{}",
			      "production/environment.json");
	assert_damage_is_seen(site, PATH_SLOT_UNNAMED, NAMES("production", "orders"), "{}",
			      "deployed/orders/current.json");
	assert_damage_is_seen(site, PATH_BROKER, NAMES(NULL), "{\"format\":0}", "tally.json");
	assert_damage_is_seen(site, PATH_ANSWERS, NAMES("orders", "1", "web"), "{}",
			      "answers/web.json");
	damage(site, PATH_FAILED, NAMES("orders", "1"), "{}");
	assert_damaged(site, "1/failed.json");
	damage(site, PATH_FAILED, NAMES("orders", "1"), NULL);
	answer = site_ask(site, "web", "1", "production");
	assert_true(tally__json_get_bool(tally__json_get(answer, "summary"), "deployable", false));
	cJSON_Delete(answer);
}

static int put_folders_for_records(void *context, const struct snapshot *snapshot,
				   struct edits *edits, struct tally_error *error)
{
	int status = tally__edits_remove(edits, context, error);

	(void)snapshot;
	if (status == 0)
		status = tally__edits_put(edits, "apps/orders/consumers/web.json/x", "x", 1, error);
	return status;
}

static void test_a_folder_in_place_of_a_record(void **state)
{
	struct site *site = *state;
	struct store_author author = {.now_unix = site->now};
	struct tally_error error = TALLY_ERROR_INIT;
	char path[] = "apps/orders/consumers/web.json";
	cJSON *answer = NULL;

	start(site);
	site_ok(tally__store_commit(site_store(site), put_folders_for_records, path, &author, NULL,
				    &error),
		&error);
	assert_int_equal(site_try_ask(site, "orders", "1", "production", &answer, &error),
			 TALLY_EPARSE);
	assert_string_equal(error.where, path);
}

static void test_a_record_of_another_place_is_damaged(void **state)
{
	struct site *site = *state;

	start(site);
	assert_damage_is_seen(site, PATH_PUBLICATION, NAMES("web", "1", "orders"),
			      "{\"consumer\":\"web\",\"version\":\"2\",\"provider\":\"orders\","
			      "\"publishedAt\":\"x\",\"specification\":\"4.0\","
			      "\"content\":\"x\",\"interactions\":[]}",
			      "publications/orders.json");
	assert_damage_is_seen(site, PATH_ANSWERS, NAMES("orders", "1", "web"),
			      "{\"consumer\":\"shop\",\"provider\":\"orders\","
			      "\"providerVersion\":\"1\",\"runs\":[]}",
			      "answers/web.json");
	assert_damage_is_seen(site, PATH_ANSWERS, NAMES("orders", "1", "web"),
			      "{\"consumer\":\"web\",\"provider\":\"orders\","
			      "\"providerVersion\":\"1\",\"runs\":[{}]}",
			      "answers/web.json");
	assert_damage_is_seen(site, PATH_ANSWERS, NAMES("orders", "1", "web"),
			      "{\"consumer\":\"web\",\"provider\":\"orders\","
			      "\"providerVersion\":\"1\",\"runs\":[{\"run\":\"r\",\"at\":\"a\","
			      "\"passed\":[1]}]}",
			      "answers/web.json");
	damage(site, PATH_FAILED, NAMES("orders", "1"),
	       "{\"provider\":\"orders\",\"providerVersion\":\"1\",\"failed\":[1]}");
	assert_damaged(site, "1/failed.json");
}

static void assert_damaged_run(struct site *site, const char *bytes)
{
	damage(site, PATH_RUN, NAMES("orders", "1", "web", "20990101-000000-000000000000"), bytes);
	assert_damaged(site, "results/web/20990101-000000-000000000000.json");
}

/* A store of an older format is asked run by run. */
static void test_damaged_runs_and_slots(void **state)
{
	struct site *site = *state;

	start(site);
	damage(site, PATH_BROKER, NAMES(NULL), "{\"format\":2}");
	assert_damaged_run(site, "{}");
	assert_damaged_run(site,
			   "{\"consumer\":\"web\",\"provider\":\"orders\",\"providerVersion\":"
			   "\"2\",\"at\":\"x\",\"interactions\":[]}");
	assert_damaged_run(site,
			   "{\"consumer\":\"web\",\"provider\":\"orders\",\"providerVersion\":"
			   "\"1\",\"at\":\"x\",\"interactions\":[{\"digest\":\"d\","
			   "\"outcome\":\"maybe\"}]}");
	damage(site, PATH_RUN, NAMES("orders", "1", "web", "20990101-000000-000000000000"), NULL);
	damage(site, PATH_SLOT_UNNAMED, NAMES("production", "orders"), "{\"version\":1}");
	assert_damaged(site, "environments/production/deployed/orders/current.json");
}

static void test_damage_stops_changes(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	cJSON *answer = NULL;

	start(site);
	damage(site, PATH_LATEST, NAMES("web"), "{\"sequence\":\"many\"}");
	site_tip(site, before);
	assert_int_equal(
		site_try_publish(site, "web", "2", NULL, "orders", "list", &answer, &error),
		TALLY_EPARSE);
	assert_string_equal(error.where, "apps/web/latest.json");
	site_tip(site, after);
	assert_string_equal(before, after);
}

static void test_a_lost_document_is_stuck(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	start(site);
	/* All was answered: the document is not needed. */
	damage(site, PATH_CONTRACT, NAMES("web", "1", "orders"), NULL);
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(answer, "verdict"), "yes");
	cJSON_Delete(answer);
	/* Here a verification is due, and cannot be made. */
	site_verify(site, "orders", "2", NULL, "web", "1", "list item", "p.");
	answer = site_ask(site, "orders", "2", "production");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "stuck");
	assert_non_null(strstr(site_text(site_pair(answer, 0), "next"),
			       "tally publish contracts --version 1"));
	cJSON_Delete(answer);
	/* That is the way out. */
	site_publish(site, "web", "1", "main", "orders", "list item");
	answer = site_ask(site, "orders", "2", "production");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "waiting");
	cJSON_Delete(answer);
}

static void test_a_lost_version_is_stuck(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	start(site);
	damage(site, PATH_VERSION_DIR "/publications/{}.json", NAMES("web", "1", "orders"), NULL);
	damage(site, PATH_VERSION, NAMES("web", "1"), NULL);
	answer = site_ask(site, "orders", "1", "production");
	assert_string_equal(site_text(answer, "verdict"), "no");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "stuck");
	assert_non_null(strstr(site_text(site_pair(answer, 0), "why"), "web 1 is deployed"));
	cJSON_Delete(answer);
}

static void test_a_newer_format_is_refused(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;

	damage(site, PATH_BROKER, NAMES(NULL), "{\"format\":4}");
	assert_int_equal(tally_broker_open(&broker, site->path, &error), TALLY_EUNSUPPORTED);
	assert_non_null(strstr(error.message, "newer tally"));
	assert_null(broker);
	/* One that was opened before does not write into it either. */
	assert_int_equal(site_try_publish(site, "web", "1", NULL, "orders", "list", &answer, NULL),
			 TALLY_EUNSUPPORTED);
	damage(site, PATH_BROKER, NAMES(NULL), "{\"format\":\"one\"}");
	assert_int_equal(tally_broker_open(&broker, site->path, NULL), TALLY_EPARSE);
	damage(site, PATH_BROKER, NAMES(NULL), NULL);
	memset(&error, 0, sizeof error);
	assert_int_equal(tally_broker_open(&broker, site->path, &error), TALLY_EPARSE);
	assert_non_null(strstr(error.message, "not a broker"));
}

static void test_places(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	char place[PATH_MAX + 16], whole[PATH_MAX];

	assert_int_equal(tally_broker_init(site->path, &error), TALLY_ECONFLICT);
	assert_true(strlen(error.message) > 0);
	assert_non_null(realpath(site->path, whole));
	(void)snprintf(place, sizeof place, "file://%s", whole);
	site_ok(tally_broker_open(&broker, place, &error), &error);
	tally_broker_close(broker);
	broker = NULL;
	(void)snprintf(place, sizeof place, "file://localhost%s", whole);
	memset(&error, 0, sizeof error);
	site_ok(tally_broker_open(&broker, place, &error), &error);
	tally_broker_close(broker);
	broker = NULL;
	assert_int_equal(tally_broker_open(&broker, "file://other/path", NULL), TALLY_EINVAL);
	assert_int_equal(tally_broker_open(&broker, "svn://host/path", NULL), TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_open(&broker, "", NULL), TALLY_EINVAL);
	assert_int_equal(tally_broker_open(&broker, NULL, NULL), TALLY_EINVAL);
	(void)snprintf(place, sizeof place, "%s/none", site->folder);
	assert_int_equal(tally_broker_open(&broker, place, NULL), TALLY_ENOFILE);
	assert_null(broker);
}

/* An init that was interrupted after the repository was made can be done again. */
static void test_init_goes_on(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	char place[128];

	(void)snprintf(place, sizeof place, "%s/half", site->folder);
	site_ok(tally__store_init(place, &error), &error);
	site_ok(tally_broker_init(place, &error), &error);
	site_ok(tally_broker_open(&broker, place, &error), &error);
	tally_broker_close(broker);
}

/* What is left of a broker, or belongs to somebody, is not founded upon. */
static void test_init_spares_what_is_there(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	char branch[128];

	(void)snprintf(branch, sizeof branch, "%s/refs/heads/main", site->path);
	assert_int_equal(unlink(branch), 0);
	assert_int_equal(tally_broker_init(site->path, &error), TALLY_ECONFLICT);
	assert_int_not_equal(access(branch, F_OK), 0);
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally_broker_open(&broker, site->path, &error), TALLY_EPARSE);
	assert_non_null(strstr(error.message, "git fsck --lost-found"));
}

static void test_authors(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	assert_int_equal(tally_broker_set_author(site->broker, "a <b>", NULL, NULL), TALLY_EINVAL);
	assert_int_equal(tally_broker_set_author(site->broker, "a\nb", NULL, NULL), TALLY_EINVAL);
	site_ok(tally_broker_set_author(site->broker, "Pipeline 7", "ci@example.org", &error),
		&error);
	site_publish(site, "web", "1", NULL, "orders", "list");
	site_ok(tally_broker_log(site->broker, NULL, NULL, 1, &answer, &error), &error);
	assert_non_null(strstr(
		site_text(cJSON_GetArrayItem(tally__json_get(answer, "changes"), 0), "author"),
		"Pipeline 7"));
	cJSON_Delete(answer);
}

static void test_environments(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *list;
	cJSON *answer = NULL;

	site_ok(tally_broker_environment_list(site->broker, &answer, &error), &error);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "environments")), 0);
	cJSON_Delete(answer);
	site_ok(tally_broker_environment_create(
			site->broker,
			&(struct tally_environment){
				.name = "prod", .display_name = "Production", .production = true},
			NULL, &error),
		&error);
	site_environment(site, "a/../test");
	assert_int_equal(
		tally_broker_environment_create(
			site->broker, &(struct tally_environment){.name = "prod"}, NULL, &error),
		TALLY_ECONFLICT);
	site_ok(tally_broker_environment_list(site->broker, &answer, NULL), NULL);
	list = tally__json_get(answer, "environments");
	assert_int_equal(cJSON_GetArraySize(list), 2);
	assert_string_equal(site_text(cJSON_GetArrayItem(list, 0), "displayName"), "a/../test");
	assert_string_equal(site_text(cJSON_GetArrayItem(list, 1), "displayName"), "Production");
	assert_true(tally__json_get_bool(cJSON_GetArrayItem(list, 1), "production", false));
	assert_int_equal(strlen(site_text(cJSON_GetArrayItem(list, 1), "uuid")), 36);
	cJSON_Delete(answer);
	answer = NULL;
	memset(&error, 0, sizeof error);
	assert_int_equal(tally_broker_environment_show(site->broker, "none", &answer, &error),
			 TALLY_ENOTFOUND);
	assert_non_null(strstr(error.message, "\"prod\""));
}

static void test_deployments(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	const cJSON *deployed;
	cJSON *answer = NULL;

	start(site);
	site_publish(site, "web", "2", "main", "orders", "list");
	site_tip(site, before);
	/* The same again is no change. */
	site_deploy(site, "web", "1", "production", NULL);
	site_tip(site, after);
	assert_string_equal(before, after);
	site_ok(tally_broker_record_deployment(site->broker, "web", "2", "production", NULL,
					       &answer, &error),
		&error);
	assert_string_equal(site_text(answer, "replaced"), "1");
	cJSON_Delete(answer);
	site_deploy(site, "web", "1", "production", "blue");
	/* An instance called as the file of the unnamed one. */
	site_deploy(site, "web", "1", "production", "current");
	site_ok(tally_broker_environment_show(site->broker, "production", &answer, &error), &error);
	deployed = tally__json_get(answer, "deployed");
	assert_int_equal(cJSON_GetArraySize(deployed), 4);
	assert_string_equal(site_text(cJSON_GetArrayItem(deployed, 0), "application"), "orders");
	assert_null(tally__json_get(cJSON_GetArrayItem(deployed, 1), "instance"));
	assert_string_equal(site_text(cJSON_GetArrayItem(deployed, 1), "version"), "2");
	assert_string_equal(site_text(cJSON_GetArrayItem(deployed, 2), "instance"), "blue");
	assert_non_null(tally__json_get(cJSON_GetArrayItem(deployed, 2), "deployedAt"));
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(tally_broker_record_deployment(site->broker, "web", "9", "production",
							NULL, &answer, NULL),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_record_deployment(site->broker, "web", "1", "nowhere", NULL,
							&answer, NULL),
			 TALLY_ENOTFOUND);
	assert_null(answer);
}

static void test_log(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *changes;
	cJSON *answer = NULL;

	start(site);
	site_ok(tally_broker_log(site->broker, "web", "1", 0, &answer, &error), &error);
	changes = tally__json_get(answer, "changes");
	assert_int_equal(cJSON_GetArraySize(changes), 3);
	assert_string_equal(site_text(cJSON_GetArrayItem(changes, 0), "message"),
			    "deploy web 1 to production");
	/* What was answered to its contract concerns it, too. */
	assert_string_equal(site_text(cJSON_GetArrayItem(changes, 1), "message"),
			    "verify orders 1 (branch main): 2 of 2 interactions of web passed");
	assert_string_equal(site_text(cJSON_GetArrayItem(changes, 2), "message"),
			    "publish web 1 (branch main): contract with orders");
	cJSON_Delete(answer);
	site_ok(tally_broker_log(site->broker, "orders", "1", 0, &answer, &error), &error);
	changes = tally__json_get(answer, "changes");
	assert_int_equal(cJSON_GetArraySize(changes), 2);
	assert_string_equal(site_text(cJSON_GetArrayItem(changes, 1), "message"),
			    "verify orders 1 (branch main): 2 of 2 interactions of web passed");
	assert_string_equal(site_text(cJSON_GetArrayItem(changes, 1), "at"),
			    "2023-11-14T22:13:21Z");
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(tally_broker_log(site->broker, "none", NULL, 0, &answer, NULL),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_log(site->broker, "web", "9", 0, &answer, NULL),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_log(site->broker, NULL, "1", 0, &answer, NULL), TALLY_EINVAL);
}

static void test_results_of_another_shape(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[1]",
		"[{\"consumer\":\"web\"}]",
		"[{\"consumer\":1,\"interactions\":[]}]",
		"[{\"consumer\":\"web\",\"interactions\":[{\"outcome\":\"passed\"}]}]",
		"[{\"consumer\":\"web\",\"interactions\":[{\"digest\":\"zz\",\"outcome\":"
		"\"passed\"}]}]",
		"[{\"consumer\":\"web\",\"interactions\":[{\"digest\":"
		"\"0123456789012345678901234567890123456789\",\"outcome\":\"fine\"}]}]"};
	struct site *site = *state;
	struct tally_run run = {.provider = "orders", .version = "1"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *results = NULL, *answer = NULL;

		site_ok(tally_json_parse(&results, bad[i], strlen(bad[i]), &error), &error);
		assert_int_equal(
			tally_broker_record_results(site->broker, &run, results, &answer, &error),
			TALLY_EPARSE);
		assert_non_null(strstr(error.where, "results"));
		cJSON_Delete(results);
	}
}

/* Results may come before the contract does: they are about interactions. */
static void test_results_before_the_contract(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	site_environment(site, "production");
	site_verify(site, "orders", "1", "main", "web", NULL, "list", "p");
	site_deploy(site, "orders", "1", "production", NULL);
	site_publish(site, "web", "1", "main", "orders", "list");
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(answer, "verdict"), "yes");
	cJSON_Delete(answer);
}

static void identity_of(const char *text, char digest[DIGEST_TEXT_BYTES])
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;

	site_ok(tally_json_parse(&json, text, strlen(text), &error), &error);
	site_ok(tally__content_identity(json, digest, &error), &error);
	cJSON_Delete(json);
}

static void test_identity(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"{\"interactions\":[{\"a\":1,\"b\":2},{\"c\":3}]}",
		 "{\"consumer\":{\"name\":\"x\"},\"interactions\":[{\"c\":3},{\"b\":2,\"a\":1}]}",
		 true},
		{"{\"interactions\":[{\"a\":[1,2]}]}", "{\"interactions\":[{\"a\":[2,1]}]}", false},
		{"{\"interactions\":[{\"a\":1.10}]}", "{\"interactions\":[{\"a\":1.1}]}", true},
		{"{\"interactions\":[{\"a\":1e2}]}", "{\"interactions\":[{\"a\":100.0}]}", true},
		{"{\"interactions\":[{\"a\":-0.50e-3}]}", "{\"interactions\":[{\"a\":-5E-4}]}",
		 true},
		{"{\"interactions\":[{\"a\":0.0}]}", "{\"interactions\":[{\"a\":0e9}]}", true},
		{"{\"interactions\":[{\"a\":1}]}", "{\"interactions\":[{\"a\":1.0}]}", false},
		{"{\"interactions\":[{\"a\":12345678901234567890}]}",
		 "{\"interactions\":[{\"a\":12345678901234567891}]}", false},
		{"{\"interactions\":[{\"_id\":\"x\",\"a\":1}]}", "{\"interactions\":[{\"a\":1}]}",
		 true},
		{"{\"interactions\":[{\"a\":1}]}", "{\"messages\":[{\"a\":1}]}", false},
		{"{\"interactions\":[],\"metadata\":{\"pactSpecification\":{\"version\":\"2\"}}}",
		 "{\"interactions\":[],\"metadata\":{\"pact-specification\":{\"version\":\"2\"}}}",
		 true},
		{"{\"interactions\":[],\"metadata\":{\"pactSpecification\":{\"version\":\"2\"}}}",
		 "{\"interactions\":[],\"metadata\":{\"pactSpecification\":{\"version\":\"3\"}}}",
		 false},
		{"{\"interactions\":[{\"a\":1},{\"a\":1}]}", "{\"interactions\":[{\"a\":1}]}",
		 false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char a[DIGEST_TEXT_BYTES], b[DIGEST_TEXT_BYTES];

		identity_of(cases[i].a, a);
		identity_of(cases[i].b, b);
		if ((strcmp(a, b) == 0) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
	}
}

enum { WRITERS = 4, VERSIONS_EACH = 5 };

/* In a process of its own, without the test library. */
static int write_versions(const char *path, int writer)
{
	struct tally_broker *broker;
	int status = tally_broker_open(&broker, path, NULL);

	for (int i = 0; status == 0 && i < VERSIONS_EACH; i++) {
		cJSON *contract = site_contract("web", "orders", "list");
		const cJSON *contracts[] = {contract};
		char version[32];
		struct tally_publication publication = {
			.version = version, .contracts = contracts, .contract_count = 1};
		cJSON *answer = NULL;

		(void)snprintf(version, sizeof version, "%d.%d", writer, i);
		status = tally_broker_publish(broker, &publication, &answer, NULL);
		cJSON_Delete(answer);
		cJSON_Delete(contract);
	}
	tally_broker_close(broker);
	return status;
}

static void assert_all_there(struct site *site)
{
	struct tally_error error = TALLY_ERROR_INIT;
	bool seen[WRITERS * VERSIONS_EACH + 1] = {false};
	struct snapshot *snapshot;
	struct records records;

	site_ok(tally__snapshot_open(&snapshot, site_store(site), NULL, &error), &error);
	tally__records_init(&records, snapshot);
	for (int i = 0; i < WRITERS * VERSIONS_EACH; i++) {
		struct record *record;
		char version[32];
		int64_t sequence;

		(void)snprintf(version, sizeof version, "%d.%d", i / VERSIONS_EACH,
			       i % VERSIONS_EACH);
		site_ok(tally__records_get(&records, &record, PATH_VERSION, NAMES("web", version),
					   &error),
			&error);
		site_ok(tally__record_number(record, "sequence", &sequence, &error), &error);
		assert_in_range(sequence, 1, WRITERS * VERSIONS_EACH);
		assert_false(seen[sequence]);
		seen[sequence] = true;
	}
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
}

static void test_concurrent_writers_lose_nothing(void **state)
{
	struct site *site = *state;
	pid_t writers[WRITERS];

	for (int i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		assert_true(writers[i] >= 0);
		if (writers[i] == 0)
			_exit(write_versions(site->path, i) == 0 ? 0 : 1);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_all_there(site);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_damaged_records_are_named),
		WITH_SITE(test_a_record_without_members_is_damaged),
		WITH_SITE(test_a_folder_in_place_of_a_record),
		WITH_SITE(test_a_record_of_another_place_is_damaged),
		WITH_SITE(test_damaged_runs_and_slots),
		WITH_SITE(test_damage_stops_changes),
		WITH_SITE(test_a_lost_document_is_stuck),
		WITH_SITE(test_a_lost_version_is_stuck),
		WITH_SITE(test_a_newer_format_is_refused),
		WITH_SITE(test_places),
		WITH_SITE(test_init_goes_on),
		WITH_SITE(test_init_spares_what_is_there),
		WITH_SITE(test_authors),
		WITH_SITE(test_environments),
		WITH_SITE(test_deployments),
		WITH_SITE(test_log),
		WITH_SITE(test_results_of_another_shape),
		WITH_SITE(test_results_before_the_contract),
		cmocka_unit_test(test_identity),
		WITH_SITE(test_concurrent_writers_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
