/* Environments, deployments and releases through the public functions. */
#include "config.h"

#include "broker_site.h"

static struct tally_error trouble;

static struct tally_error *fresh(void)
{
	memset(&trouble, 0, sizeof trouble);
	return &trouble;
}

static cJSON *deploy(struct site *site, const char *application, const char *version,
		     const char *environment, const char *instance)
{
	cJSON *answer = NULL;

	site_ok(tally_broker_record_deployment(site->broker, application, version, environment,
					       instance, &answer, fresh()),
		&trouble);
	return answer;
}

static cJSON *release(struct site *site, const char *application, const char *version,
		      const char *environment)
{
	cJSON *answer = NULL;

	site_ok(tally_broker_record_release(site->broker, application, version, environment,
					    &answer, fresh()),
		&trouble);
	return answer;
}

static cJSON *show(struct site *site, const char *environment)
{
	cJSON *answer = NULL;

	site_ok(tally_broker_environment_show(site->broker, environment, &answer, fresh()),
		&trouble);
	return answer;
}

static cJSON *deployments(struct site *site, const struct tally_placement_query *query)
{
	cJSON *answer = NULL;

	site_ok(tally_broker_deployments(site->broker, query, &answer, fresh()), &trouble);
	return answer;
}

static cJSON *releases(struct site *site, const struct tally_placement_query *query)
{
	cJSON *answer = NULL;

	site_ok(tally_broker_releases(site->broker, query, &answer, fresh()), &trouble);
	return answer;
}

/* "application version[/instance][+ live]" of each item, in order. */
static void assert_items(const cJSON *items, const char *expected)
{
	struct buf found;
	const cJSON *item;

	assert_non_null(items);
	tally__buf_init(&found, 10000);
	cJSON_ArrayForEach(item, items)
	{
		const char *instance = tally__json_get_string(item, "instance");
		bool counts = tally__json_get_bool(item, "currentlyDeployed", false) ||
			      tally__json_get_bool(item, "currentlySupported", false);
		bool ended = tally__json_get(item, "undeployedAt") != NULL ||
			     tally__json_get(item, "supportEndedAt") != NULL;

		assert_int_equal(counts, !ended);
		tally__buf_addf(&found, "%s%s %s%s%s%s", found.len > 0 ? ", " : "",
				site_text(item, "application"), site_text(item, "version"),
				instance != NULL ? "/" : "", instance != NULL ? instance : "",
				counts ? "" : " ended");
	}
	assert_string_equal(found.len > 0 ? found.bytes : "", expected);
	tally__buf_release(&found);
}

static void assert_deployed(struct site *site, const char *environment, const char *expected)
{
	cJSON *answer = show(site, environment);

	assert_items(tally__json_get(answer, "deployed"), expected);
	cJSON_Delete(answer);
}

static void assert_released(struct site *site, const char *environment, const char *expected)
{
	cJSON *answer = show(site, environment);

	assert_items(tally__json_get(answer, "released"), expected);
	cJSON_Delete(answer);
}

/* Three versions of web, of which each next one is newer, and two environments. */
static int fill(void **state)
{
	struct site *site;

	if (site_setup(state) != 0)
		return -1;
	site = *state;
	site_environment(site, "test");
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list");
	site_publish(site, "web", "2", "main", "orders", "list item");
	site_publish(site, "web", "3", "main", "orders", "list item more");
	return 0;
}

static void assert_unchanged(struct site *site, const char before[STORE_ID_BYTES])
{
	char after[STORE_ID_BYTES];

	site_tip(site, after);
	assert_string_equal(before, after);
}

static void test_an_environment(void **state)
{
	struct site *site = *state;
	cJSON *contacts = cJSON_Parse("[{\"name\": \"Team\", \"details\": {\"emailAddress\": "
				      "\"t@example.org\"}}, {\"name\": \"Desk\"}]");
	struct tally_environment wanted = {.name = "uat",
					   .display_name = "Acceptance",
					   .production = true,
					   .contacts = contacts};
	cJSON *made = NULL, *shown = NULL;

	site_ok(tally_broker_environment_create(site->broker, &wanted, &made, fresh()), &trouble);
	assert_string_equal(site_text(made, "displayName"), "Acceptance");
	assert_true(tally__json_get_bool(made, "production", false));
	assert_true(tally__json_equal(tally__json_get(made, "contacts"), contacts));
	assert_string_equal(site_text(made, "createdAt"), "2023-11-14T22:13:20Z");
	assert_int_equal(strlen(site_text(made, "uuid")), 36);
	assert_int_equal(strlen(site_text(made, "commit")), 40);
	site_ok(tally_broker_environment_by_uuid(site->broker, site_text(made, "uuid"), &shown,
						 fresh()),
		&trouble);
	assert_string_equal(site_text(shown, "name"), "uat");
	assert_items(tally__json_get(shown, "deployed"), "");
	cJSON_Delete(shown);
	shown = NULL;
	assert_int_equal(
		tally_broker_environment_by_uuid(site->broker, "nobody's", &shown, fresh()),
		TALLY_ENOTFOUND);
	assert_null(shown);
	assert_int_equal(tally_broker_environment_create(site->broker, &wanted, &shown, fresh()),
			 TALLY_ECONFLICT);
	cJSON_Delete(made);
	cJSON_Delete(contacts);
}

static void test_contacts_of_another_shape(void **state)
{
	static const char *const bad[] = {"{}",
					  "[1]",
					  "[{}]",
					  "[{\"name\": \"\"}]",
					  "[{\"name\": 1}]",
					  "[{\"name\": \"a\\nb\"}]",
					  "[{\"name\": \"a\", \"details\": []}]",
					  "[{\"name\": \"a\"}, {\"name\": \"b\", \"mail\": 1}]"};
	struct site *site = *state;
	char before[STORE_ID_BYTES];

	site_tip(site, before);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		cJSON *contacts = cJSON_Parse(bad[i]);
		struct tally_environment wanted = {.name = "uat", .contacts = contacts};

		assert_non_null(contacts);
		assert_int_equal(
			tally_broker_environment_create(site->broker, &wanted, NULL, fresh()),
			TALLY_EINVAL);
		assert_non_null(strstr(trouble.where, "contacts"));
		cJSON_Delete(contacts);
	}
	assert_string_equal(trouble.where, "contacts[1]");
	assert_unchanged(site, before);
}

static void test_too_many_contacts(void **state)
{
	struct site *site = *state;
	cJSON *contacts = cJSON_CreateArray();
	struct tally_environment wanted = {.name = "uat", .contacts = contacts};

	for (int i = 0; i < 6000; i++) {
		cJSON *contact = cJSON_CreateObject();

		cJSON_AddStringToObject(contact, "name", "a");
		cJSON_AddItemToArray(contacts, contact);
	}
	assert_int_equal(tally_broker_environment_create(site->broker, &wanted, NULL, fresh()),
			 TALLY_ELIMIT);
	cJSON_Delete(contacts);
}

static void test_update(void **state)
{
	struct site *site = *state;
	struct tally_environment wanted = {
		.name = "test", .display_name = "Try it", .production = 1};
	char before[STORE_ID_BYTES];
	cJSON *answer = NULL;

	site_wait(site, 60);
	site_ok(tally_broker_environment_update(site->broker, "test", &wanted,
						TALLY_ENVIRONMENT_DISPLAY_NAME, &answer, fresh()),
		&trouble);
	assert_string_equal(site_text(answer, "displayName"), "Try it");
	assert_false(tally__json_get_bool(answer, "production", true));
	assert_string_equal(site_text(answer, "updatedAt"), "2023-11-14T22:14:20Z");
	cJSON_Delete(answer);
	/* The same again changes nothing, not even that. */
	site_wait(site, 60);
	site_tip(site, before);
	site_ok(tally_broker_environment_update(site->broker, "test", &wanted,
						TALLY_ENVIRONMENT_DISPLAY_NAME, &answer, fresh()),
		&trouble);
	assert_string_equal(site_text(answer, "updatedAt"), "2023-11-14T22:14:20Z");
	cJSON_Delete(answer);
	assert_unchanged(site, before);
	/* All of it: what is not given goes. */
	wanted.display_name = NULL;
	site_ok(tally_broker_environment_update(site->broker, "test", &wanted,
						TALLY_ENVIRONMENT_ALL, &answer, fresh()),
		&trouble);
	assert_string_equal(site_text(answer, "displayName"), "test");
	assert_true(tally__json_get_bool(answer, "production", false));
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(tally_broker_environment_update(site->broker, "nowhere", &wanted,
							 TALLY_ENVIRONMENT_ALL, &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_non_null(strstr(trouble.message, "\"production\""));
	wanted.name = "production";
	assert_int_equal(tally_broker_environment_update(site->broker, "test", &wanted,
							 TALLY_ENVIRONMENT_ALL, &answer, fresh()),
			 TALLY_ECONFLICT);
	assert_null(answer);
}

/* What is live goes with the environment, and is found as before. */
static void test_a_new_name(void **state)
{
	const struct tally_environment wanted = {.name = "a/b"};
	const struct tally_placement_query of_1 = {
		.application = "web", .version = "1", .ended = true};
	struct site *site = *state;
	cJSON *blue = deploy(site, "web", "2", "test", "blue"), *answer = NULL;

	cJSON_Delete(deploy(site, "web", "1", "test", NULL));
	cJSON_Delete(deploy(site, "web", "3", "test", NULL));
	cJSON_Delete(release(site, "web", "2", "test"));
	site_ok(tally_broker_environment_update(site->broker, "test", &wanted,
						TALLY_ENVIRONMENT_NAME, &answer, fresh()),
		&trouble);
	assert_string_equal(site_text(answer, "name"), "a/b");
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(tally_broker_environment_show(site->broker, "test", &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_deployed(site, "a/b", "web 3, web 2/blue");
	assert_released(site, "a/b", "web 2");
	site_ok(tally_broker_deployment(site->broker, site_text(blue, "uuid"), &answer, fresh()),
		&trouble);
	assert_string_equal(site_text(answer, "environment"), "a/b");
	cJSON_Delete(answer);
	cJSON_Delete(blue);
	/* What ended before did so in "test". */
	answer = deployments(site, &of_1);
	assert_items(tally__json_get(answer, "deployments"), "web 1 ended");
	assert_string_equal(site_text(tally__json_get(answer, "deployments")->child, "environment"),
			    "test");
	cJSON_Delete(answer);
	answer = NULL;
	site_ok(tally_broker_record_undeployment(site->broker, "web", NULL, "a/b", "blue", &answer,
						 fresh()),
		&trouble);
	cJSON_Delete(answer);
	assert_deployed(site, "a/b", "web 3");
}

static void test_deletion_ends_what_is_there(void **state)
{
	const struct tally_placement_query of_1 = {
		.application = "web", .version = "1", .ended = true};
	struct site *site = *state;
	cJSON *answer = NULL, *changes = NULL;

	cJSON_Delete(deploy(site, "web", "1", "test", NULL));
	cJSON_Delete(deploy(site, "web", "1", "test", "blue"));
	cJSON_Delete(deploy(site, "web", "1", "production", NULL));
	cJSON_Delete(release(site, "web", "1", "test"));
	site_wait(site, 60);
	site_ok(tally_broker_environment_delete(site->broker, "test", &answer, fresh()), &trouble);
	assert_items(tally__json_get(answer, "deployed"), "web 1 ended, web 1/blue ended");
	assert_items(tally__json_get(answer, "released"), "web 1 ended");
	site_ok(tally_broker_log(site->broker, NULL, NULL, 1, &changes, fresh()), &trouble);
	assert_string_equal(site_text(tally__json_get(changes, "changes")->child, "commit"),
			    site_text(answer, "commit"));
	cJSON_Delete(changes);
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(tally_broker_environment_delete(site->broker, "test", &answer, fresh()),
			 TALLY_ENOTFOUND);
	answer = deployments(site, &of_1);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "deployments")), 3);
	cJSON_Delete(answer);
	answer = releases(site, &of_1);
	assert_items(tally__json_get(answer, "releases"), "web 1 ended");
	assert_string_equal(site_text(tally__json_get(answer, "releases")->child, "supportEndedAt"),
			    "2023-11-14T22:14:20Z");
	cJSON_Delete(answer);
	/* One of the same name is another one, and empty. */
	site_environment(site, "test");
	assert_deployed(site, "test", "");
	assert_released(site, "test", "");
	assert_deployed(site, "production", "web 1");
}

/* By display name, without regard to case. */
static void test_list_order(void **state)
{
	struct site *site = *state;
	struct tally_environment wanted = {.name = "z", .display_name = "A first"};
	struct buf found;
	const cJSON *item;
	cJSON *answer = NULL;

	site_ok(tally_broker_environment_create(site->broker, &wanted, NULL, fresh()), &trouble);
	wanted = (struct tally_environment){.name = "Quality"};
	site_ok(tally_broker_environment_create(site->broker, &wanted, NULL, fresh()), &trouble);
	site_ok(tally_broker_environment_list(site->broker, &answer, fresh()), &trouble);
	tally__buf_init(&found, 1000);
	cJSON_ArrayForEach(item, tally__json_get(answer, "environments"))
		tally__buf_addf(&found, "%s ", site_text(item, "name"));
	assert_string_equal(found.bytes, "z production Quality test ");
	tally__buf_release(&found);
	cJSON_Delete(answer);
}

static void test_a_slot_holds_one(void **state)
{
	const struct tally_placement_query of_1 = {
		.application = "web", .version = "1", .ended = true};
	struct site *site = *state;
	cJSON *first = deploy(site, "web", "1", "test", NULL), *again, *next;
	char before[STORE_ID_BYTES];

	assert_true(tally__json_get_bool(first, "currentlyDeployed", false));
	assert_null(tally__json_get(first, "replaced"));
	site_tip(site, before);
	/* The same again is the same deployment. */
	site_wait(site, 60);
	again = deploy(site, "web", "1", "test", NULL);
	assert_string_equal(site_text(again, "uuid"), site_text(first, "uuid"));
	assert_string_equal(site_text(again, "deployedAt"), site_text(first, "deployedAt"));
	assert_unchanged(site, before);
	cJSON_Delete(again);
	/* Another instance is another slot. */
	cJSON_Delete(deploy(site, "web", "1", "test", "blue"));
	next = deploy(site, "web", "2", "test", NULL);
	assert_string_equal(site_text(next, "replaced"), "1");
	assert_deployed(site, "test", "web 2, web 1/blue");
	cJSON_Delete(next);
	/* Back to the older one: a deployment of its own. */
	site_wait(site, 60);
	next = deploy(site, "web", "1", "test", NULL);
	assert_string_not_equal(site_text(next, "uuid"), site_text(first, "uuid"));
	cJSON_Delete(next);
	next = deployments(site, &of_1);
	assert_items(tally__json_get(next, "deployments"), "web 1, web 1/blue, web 1 ended");
	assert_string_equal(site_text(cJSON_GetArrayItem(tally__json_get(next, "deployments"), 2),
				      "undeployedAt"),
			    "2023-11-14T22:14:20Z");
	cJSON_Delete(next);
	cJSON_Delete(first);
}

static void test_undeployment(void **state)
{
	struct site *site = *state;
	cJSON *made = deploy(site, "web", "1", "test", "blue"), *answer = NULL;

	assert_int_equal(tally_broker_record_undeployment(site->broker, "web", NULL, "test", NULL,
							  &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_non_null(strstr(trouble.message, "instance \"blue\""));
	assert_int_equal(tally_broker_record_undeployment(site->broker, "web", NULL, "production",
							  "blue", &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_record_undeployment(site->broker, "web", NULL, "nowhere",
							  "blue", &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_record_undeployment(site->broker, "nobody", NULL, "test",
							  NULL, &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_non_null(strstr(trouble.message, "no application"));
	assert_int_equal(tally_broker_record_undeployment(site->broker, "web", "2", "test", "blue",
							  &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_non_null(strstr(trouble.message, "1 is"));
	assert_null(answer);
	site_wait(site, 60);
	site_ok(tally_broker_record_undeployment(site->broker, "web", NULL, "test", "blue", &answer,
						 fresh()),
		&trouble);
	assert_string_equal(site_text(answer, "uuid"), site_text(made, "uuid"));
	assert_string_equal(site_text(answer, "undeployedAt"), "2023-11-14T22:14:20Z");
	assert_string_equal(site_text(answer, "deployedAt"), "2023-11-14T22:13:20Z");
	assert_false(tally__json_get_bool(answer, "currentlyDeployed", true));
	cJSON_Delete(answer);
	cJSON_Delete(made);
	assert_deployed(site, "test", "");
	answer = NULL;
	assert_int_equal(tally_broker_record_undeployment(site->broker, "web", NULL, "test", "blue",
							  &answer, fresh()),
			 TALLY_ENOTFOUND);
}

static void test_end_by_identifier(void **state)
{
	struct site *site = *state;
	cJSON *deployed = deploy(site, "web", "1", "test", "blue");
	cJSON *released = release(site, "web", "1", "test"), *answer = NULL;
	const char *uuid = site_text(deployed, "uuid");
	char before[STORE_ID_BYTES];

	/* Each kind has its own. */
	assert_int_equal(tally_broker_release(site->broker, uuid, &answer, fresh()),
			 TALLY_ENOTFOUND);
	site_wait(site, 60);
	site_ok(tally_broker_deployment_end(site->broker, uuid, &answer, fresh()), &trouble);
	assert_string_equal(site_text(answer, "undeployedAt"), "2023-11-14T22:14:20Z");
	cJSON_Delete(answer);
	site_tip(site, before);
	site_wait(site, 60);
	site_ok(tally_broker_deployment_end(site->broker, uuid, &answer, fresh()), &trouble);
	assert_string_equal(site_text(answer, "undeployedAt"), "2023-11-14T22:14:20Z");
	cJSON_Delete(answer);
	assert_unchanged(site, before);
	/* It ends nothing that came later to the same slot. */
	cJSON_Delete(deploy(site, "web", "1", "test", "blue"));
	site_ok(tally_broker_deployment_end(site->broker, uuid, &answer, fresh()), &trouble);
	cJSON_Delete(answer);
	assert_deployed(site, "test", "web 1/blue");
	site_ok(tally_broker_release_end(site->broker, site_text(released, "uuid"), &answer,
					 fresh()),
		&trouble);
	assert_false(tally__json_get_bool(answer, "currentlySupported", true));
	cJSON_Delete(answer);
	assert_released(site, "test", "");
	cJSON_Delete(released);
	cJSON_Delete(deployed);
}

static void test_releases_live_side_by_side(void **state)
{
	struct site *site = *state;
	cJSON *first = release(site, "web", "1", "production"), *answer;
	char before[STORE_ID_BYTES];

	assert_string_equal(site_text(first, "status"), "created");
	assert_true(tally__json_get_bool(first, "currentlySupported", false));
	cJSON_Delete(release(site, "web", "2", "production"));
	cJSON_Delete(release(site, "web", "2", "test"));
	assert_released(site, "production", "web 1, web 2");
	site_wait(site, 60);
	site_tip(site, before);
	answer = release(site, "web", "1", "production");
	assert_string_equal(site_text(answer, "status"), "unchanged");
	assert_string_equal(site_text(answer, "uuid"), site_text(first, "uuid"));
	cJSON_Delete(answer);
	assert_unchanged(site, before);
	cJSON_Delete(first);
}

static void test_support_ends_and_begins_again(void **state)
{
	struct site *site = *state;
	cJSON *first = release(site, "web", "1", "production"), *answer = NULL;

	assert_int_equal(tally_broker_record_support_ended(site->broker, "web", "2", "production",
							   &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_non_null(strstr(trouble.message, "was not released"));
	site_wait(site, 60);
	site_ok(tally_broker_record_support_ended(site->broker, "web", "1", "production", &answer,
						  fresh()),
		&trouble);
	assert_string_equal(site_text(answer, "supportEndedAt"), "2023-11-14T22:14:20Z");
	assert_string_equal(site_text(answer, "releasedAt"), "2023-11-14T22:13:20Z");
	cJSON_Delete(answer);
	assert_released(site, "production", "");
	assert_int_equal(tally_broker_record_support_ended(site->broker, "web", "1", "production",
							   &answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_non_null(strstr(trouble.message, "ended at 2023-11-14T22:14:20Z"));
	site_wait(site, 60);
	answer = release(site, "web", "1", "production");
	assert_string_equal(site_text(answer, "status"), "resumed");
	assert_string_equal(site_text(answer, "uuid"), site_text(first, "uuid"));
	assert_string_equal(site_text(answer, "releasedAt"), "2023-11-14T22:13:20Z");
	assert_null(tally__json_get(answer, "supportEndedAt"));
	cJSON_Delete(answer);
	cJSON_Delete(first);
	assert_released(site, "production", "web 1");
}

static void test_unknown_names(void **state)
{
	struct site *site = *state;
	char before[STORE_ID_BYTES];
	cJSON *answer = NULL;

	site_tip(site, before);
	assert_int_equal(
		tally_broker_record_release(site->broker, "web", "9", "test", &answer, fresh()),
		TALLY_ENOTFOUND);
	assert_int_equal(
		tally_broker_record_release(site->broker, "web", "1", "nowhere", &answer, fresh()),
		TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_record_deployment(site->broker, "web", "9", "test", NULL,
							&answer, fresh()),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_record_deployment(site->broker, "web", "1", "test", "a\nb",
							&answer, fresh()),
			 TALLY_EINVAL);
	assert_int_equal(tally_broker_record_undeployment(site->broker, "web", NULL, "test", "",
							  &answer, fresh()),
			 TALLY_EINVAL);
	assert_null(answer);
	assert_unchanged(site, before);
}

static void test_lists(void **state)
{
	struct tally_placement_query query = {.environment = "test"};
	struct site *site = *state;
	cJSON *answer;

	site_publish(site, "app", "1", "main", "orders", "list");
	cJSON_Delete(deploy(site, "web", "1", "test", NULL));
	site_wait(site, 1);
	cJSON_Delete(deploy(site, "web", "2", "test", "blue"));
	site_wait(site, 1);
	cJSON_Delete(deploy(site, "app", "1", "test", NULL));
	cJSON_Delete(deploy(site, "web", "1", "production", NULL));
	cJSON_Delete(release(site, "web", "2", "test"));
	answer = deployments(site, &query);
	assert_items(tally__json_get(answer, "deployments"), "app 1, web 2/blue, web 1");
	cJSON_Delete(answer);
	query.application = "web";
	answer = deployments(site, &query);
	assert_items(tally__json_get(answer, "deployments"), "web 2/blue, web 1");
	cJSON_Delete(answer);
	query.unnamed = true;
	answer = deployments(site, &query);
	assert_items(tally__json_get(answer, "deployments"), "web 1");
	cJSON_Delete(answer);
	query.unnamed = false;
	query.instance = "blue";
	answer = deployments(site, &query);
	assert_items(tally__json_get(answer, "deployments"), "web 2/blue");
	cJSON_Delete(answer);
	query = (struct tally_placement_query){.application = "web", .version = "1"};
	answer = deployments(site, &query);
	assert_items(tally__json_get(answer, "deployments"), "web 1, web 1");
	cJSON_Delete(answer);
	query = (struct tally_placement_query){.version = NULL};
	answer = releases(site, &query);
	assert_items(tally__json_get(answer, "releases"), "web 2");
	cJSON_Delete(answer);
}

static void test_lists_refuse(void **state)
{
	const struct tally_placement_query wrong[] = {
		{.version = "1"},
		{.application = "web", .ended = true},
		{.instance = "blue", .unnamed = true},
		{.instance = ""},
	};
	const struct tally_placement_query unknown[] = {
		{.environment = "nowhere"},
		{.application = "nobody"},
		{.application = "web", .version = "9"},
	};
	const struct tally_placement_query of_instance = {.instance = "blue"};
	struct site *site = *state;
	cJSON *answer = NULL;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(
			tally_broker_deployments(site->broker, &wrong[i], &answer, fresh()),
			TALLY_EINVAL);
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		assert_int_equal(tally_broker_releases(site->broker, &unknown[i], &answer, fresh()),
				 TALLY_ENOTFOUND);
	assert_int_equal(tally_broker_releases(site->broker, &of_instance, &answer, fresh()),
			 TALLY_EINVAL);
	assert_null(answer);
}

/* A released provider version counts like one that is deployed. */
static void test_releases_decide(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	site_verify(site, "orders", "1", "main", "web", "1", "list", "p");
	cJSON_Delete(release(site, "orders", "1", "test"));
	answer = site_ask(site, "web", "1", "test");
	assert_string_equal(site_text(answer, "verdict"), "yes");
	cJSON_Delete(answer);
	site_ok(tally_broker_record_support_ended(site->broker, "orders", "1", "test", NULL,
						  fresh()),
		&trouble);
	answer = site_ask(site, "web", "1", "test");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "absent");
	cJSON_Delete(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_environment, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_contacts_of_another_shape, fill,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_too_many_contacts, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_update, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_a_new_name, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_deletion_ends_what_is_there, fill,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_list_order, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_a_slot_holds_one, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_undeployment, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_end_by_identifier, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_releases_live_side_by_side, fill,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_support_ends_and_begins_again, fill,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_unknown_names, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_lists, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_lists_refuse, fill, site_teardown),
		cmocka_unit_test_setup_teardown(test_releases_decide, fill, site_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
