/* What is left after versions, branches, tags and applications were removed is what the records
 * that are left say: checked against all of them, after every step of seeded histories. */
#include "config.h"

#include "base/mem.h"
#include "broker/applications.h"
#include "broker/environments.h"
#include "broker/heads.h"
#include "broker/live.h"
#include "broker/removal.h"
#include "broker/versions.h"
#include "broker_site.h"
#include "tally/application.h"
#include "tally/upkeep.h"
#include "tally/webhook.h"

static struct tally_error error;

static void ok(int status)
{
	site_ok(status, &error);
}

static const char *text(const struct record *record, const char *member)
{
	return site_text(record->json, member);
}

static int64_t number(const struct record *record, const char *member)
{
	int64_t value = 0;

	ok(tally__record_number(record, member, &value, &error));
	return value;
}

/* One application, its versions oldest first. */
struct whole {
	struct records *records;
	const char *name;
	struct record **versions;
	size_t count;
};

static struct record *get(struct records *records, const char *pattern, const char *const *names)
{
	struct record *record;

	ok(tally__records_get(records, &record, pattern, names, &error));
	return record;
}

static void check_order(const struct whole *app)
{
	struct record *latest = get(app->records, PATH_LATEST, NAMES(app->name)), *version;
	struct version_walk walk;
	size_t left = app->count;

	ok(tally__version_walk_begin(&walk, app->records, app->name, NULL, &error));
	for (;;) {
		ok(tally__version_walk_next(&walk, &version, &error));
		if (version == NULL)
			break;
		assert_true(left > 0);
		assert_ptr_equal(version, app->versions[--left]);
	}
	assert_int_equal(left, 0);
	/* Every version names the one before it: nothing had to be scanned. */
	assert_null(walk.scanned);
	if (app->count == 0) {
		assert_null(latest->json);
		return;
	}
	assert_string_equal(text(latest, "version"),
			    text(app->versions[app->count - 1], "version"));
	assert_int_equal(number(latest, "sequence"),
			 number(app->versions[app->count - 1], "sequence"));
}

static void check_lines(const struct whole *app, bool tags)
{
	struct lines lines = {0};

	ok(tally__lines_of(&lines, app->records, app->name, tags, &error));
	for (size_t i = 0; i < lines.count; i++) {
		const struct line *line = &lines.items[i];
		struct record *head = get(app->records, tags ? PATH_TAG : PATH_BRANCH,
					  NAMES(app->name, line->name));
		const struct record *newest = NULL;
		bool on_it = false;

		for (size_t j = 0; j < app->count; j++) {
			if (!tally__version_is_on(app->versions[j], line))
				continue;
			newest = app->versions[j];
			on_it = on_it ||
				strcmp(text(newest, "version"), text(head, "version")) == 0;
		}
		assert_true(on_it);
		if (tags)
			assert_string_equal(text(newest, "version"), text(head, "version"));
	}
	for (size_t j = 0; j < app->count; j++) {
		const cJSON *name;

		cJSON_ArrayForEach(
			name, tally__json_get(app->versions[j]->json, tags ? "tags" : "branches"))
		{
			assert_non_null(get(app->records, tags ? PATH_TAG : PATH_BRANCH,
					    NAMES(app->name, name->valuestring))
						->json);
			if (tags)
				assert_non_null(get(app->records, PATH_TAGGED_ONE,
						    NAMES(app->name, name->valuestring,
							  text(app->versions[j], "version")))
							->json);
		}
	}
}

/* Nothing is tagged that has no such tag. */
static void check_tagged(const struct whole *app)
{
	struct lines lines = {0};

	ok(tally__lines_of(&lines, app->records, app->name, true, &error));
	for (size_t i = 0; i < lines.count; i++) {
		struct record **tagged;
		size_t count = 0, with = 0;

		ok(tally__records_list_spread(app->records, &tagged, &count, PATH_TAGGED,
					      NAMES(app->name, lines.items[i].name), NULL, &error));
		for (size_t j = 0; j < app->count; j++)
			with += tally__version_is_on(app->versions[j], &lines.items[i]);
		assert_int_equal(count, with);
	}
}

static struct record *publication_of(const struct whole *app, const char *version,
				     const char *provider)
{
	return get(app->records, PATH_PUBLICATION, NAMES(app->name, version, provider));
}

static bool has_content(const struct whole *app, const char *version, const char *provider,
			const char *content)
{
	const struct record *publication = publication_of(app, version, provider);

	return publication->json != NULL && strcmp(text(publication, "content"), content) == 0;
}

/* What a provider notes of this application. */
static void check_marker(const struct whole *app, const char *provider)
{
	struct record *marker = get(app->records, PATH_CONSUMER, NAMES(provider, app->name));
	const char *newest = NULL;
	const cJSON *entry;

	for (size_t i = 0; i < app->count; i++) {
		if (publication_of(app, text(app->versions[i], "version"), provider)->json != NULL)
			newest = text(app->versions[i], "version");
	}
	if (newest == NULL) {
		assert_null(marker->json);
		assert_null(get(app->records, PATH_HEADS, NAMES(provider, app->name))->json);
		return;
	}
	assert_non_null(marker->json);
	assert_string_equal(text(marker, "version"), newest);
	cJSON_ArrayForEach(entry, tally__json_get(marker->json, "worked"))
	{
		static const char *const ends[] = {"first", "last"};

		for (size_t i = 0; i < 2; i++) {
			const cJSON *point = tally__json_get(entry, ends[i]);
			const char *version = site_text(point, "providerVersion");

			assert_true(has_content(app, site_text(point, "consumerVersion"), provider,
						site_text(entry, "content")));
			assert_non_null(
				get(app->records, PATH_VERSION, NAMES(provider, version))->json);
		}
	}
}

/* Every line whose head has a contract with the provider is hinted at, and no version that is no
 * more. */
static void check_hints(const struct whole *app, const char *provider)
{
	struct record *hints = get(app->records, PATH_HEADS, NAMES(provider, app->name));
	const cJSON *list = tally__json_get(hints->json, "heads"), *item;
	struct lines lines = {0};

	ok(tally__lines_of(&lines, app->records, app->name, false, &error));
	ok(tally__lines_of(&lines, app->records, app->name, true, &error));
	for (size_t i = 0; i < lines.count; i++) {
		const struct line *line = &lines.items[i];
		const char *head = NULL;
		bool found = false;

		ok(tally__line_head(&head, app->records, app->name, line, &error));
		if (publication_of(app, head, provider)->json == NULL)
			continue;
		cJSON_ArrayForEach(item, list)
		{
			const char *name =
				tally__json_get_string(item, line->is_tag ? "tag" : "branch");

			found = found || (name != NULL && strcmp(name, line->name) == 0 &&
					  strcmp(site_text(item, "version"), head) == 0);
		}
		assert_true(found);
	}
	cJSON_ArrayForEach(item, list)
	{
		assert_non_null(publication_of(app, site_text(item, "version"), provider)->json);
	}
}

struct witness {
	const char *at;
	struct lines lines;
};

/* Every entry of a record of passes has a run that is still there. */
static void check_entries(const struct record *record, const struct witness *witnesses,
			  size_t count)
{
	const cJSON *entry;

	assert_non_null(tally__json_get(record->json, "passes")->child);
	cJSON_ArrayForEach(entry, tally__json_get(record->json, "passes"))
	{
		const char *branch = tally__json_get_string(entry, "branch");
		const char *tag = tally__json_get_string(entry, "tag");
		bool found = false;

		for (size_t i = 0; i < count && !found; i++) {
			const struct lines *lines = &witnesses[i].lines;

			if (strcmp(witnesses[i].at, site_text(entry, "at")) != 0)
				continue;
			/* The version may have joined a line later. */
			found = branch == NULL && tag == NULL;
			for (size_t j = 0; j < lines->count && !found; j++) {
				const char *name = lines->items[j].is_tag ? tag : branch;

				found = name != NULL && strcmp(name, lines->items[j].name) == 0;
			}
		}
		assert_true(found);
	}
}

/* The runs of an application as a provider, and what is known of them. */
static void check_passed(const struct whole *app, const char *consumer)
{
	struct record **passed;
	size_t passed_count = 0;

	ok(tally__records_list_spread(app->records, &passed, &passed_count, "apps/{}/passed/{}",
				      NAMES(app->name, consumer), NULL, &error));
	for (size_t k = 0; k < passed_count; k++) {
		const char *digest = text(passed[k], "digest");
		struct witness witnesses[512];
		size_t count = 0;

		for (size_t i = 0; i < app->count; i++) {
			struct record **runs;
			struct lines lines;
			size_t run_count = 0;

			ok(tally__lines_of_version(&lines, app->records, app->versions[i], &error));
			ok(tally__records_list(
				app->records, &runs, &run_count, PATH_RUNS,
				NAMES(app->name, text(app->versions[i], "version"), consumer),
				&error));
			for (size_t j = 0; j < run_count; j++) {
				const cJSON *item;

				cJSON_ArrayForEach(item,
						   tally__json_get(runs[j]->json, "interactions"))
				{
					struct passed_question question = {.provider = app->name,
									   .consumer = consumer,
									   .count_wip = true,
									   .lines = lines};
					bool before = false;

					if (strcmp(site_text(item, "outcome"), "passed") != 0 ||
					    strcmp(site_text(item, "digest"), digest) != 0)
						continue;
					if (lines.count > 0)
						ok(tally__passed_before(app->records, &question,
									digest, &before, &error));
					assert_true(lines.count == 0 || before);
					assert_true(count < 512);
					witnesses[count++] =
						(struct witness){text(runs[j], "at"), lines};
				}
			}
		}
		check_entries(passed[k], witnesses, count);
	}
}

static void check_environments(struct records *records)
{
	struct record **environments;
	size_t count = 0, live_count = 0;

	ok(tally__environments_list(records, &environments, &count, &error));
	for (size_t i = 0; i < count; i++) {
		struct live_version *live;

		ok(tally__live_everything(records, text(environments[i], "name"), &live,
					  &live_count, &error));
		for (size_t j = 0; j < live_count; j++)
			assert_non_null(get(records, PATH_VERSION,
					    NAMES(live[j].application, live[j].version))
						->json);
	}
}

/* What tally broker check says of it. */
static void check_store(struct site *site)
{
	cJSON *answer = NULL;
	const cJSON *problem;

	ok(tally_broker_check(site->broker, false, &answer, &error));
	problem = tally__json_get(answer, "problems")->child;
	if (problem != NULL)
		fail_msg("%s: %s", site_text(problem, "where"), site_text(problem, "problem"));
	cJSON_Delete(answer);
}

static void check_all(struct site *site)
{
	struct snapshot *snapshot;
	struct records records;
	struct record **apps;
	size_t count = 0;

	ok(tally__snapshot_open(&snapshot, site_store(site), NULL, &error));
	tally__records_init(&records, snapshot);
	records.format = RECORD_FORMAT;
	ok(tally__applications_list(&records, &apps, &count, &error));
	for (size_t i = 0; i < count; i++) {
		struct whole app = {.records = &records, .name = text(apps[i], "name")};

		ok(tally__versions_list(&records, app.name, &app.versions, &app.count, &error));
		check_order(&app);
		check_lines(&app, false);
		check_lines(&app, true);
		check_tagged(&app);
		for (size_t j = 0; j < count; j++) {
			check_marker(&app, text(apps[j], "name"));
			check_hints(&app, text(apps[j], "name"));
			check_passed(&app, text(apps[j], "name"));
		}
	}
	check_environments(&records);
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
}

/* Small numbers that are the same on every machine. */
struct dice {
	uint64_t state;
};

static size_t roll(struct dice *dice, size_t sides)
{
	dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)((dice->state >> 33) % sides);
}

static const char *const consumers[] = {"web", "app"};
static const char *const providers[] = {"orders", "stock"};
static const char *const branches[] = {"main", "feat", "fix"};
static const char *const tags[] = {"prod", "pilot"};
static const char *const words[] = {"a b", "a b!", "b", "a c", "c"};
static const char *const outcomes[] = {"pp", "fp", "pf", "ff"};

static const char *any_version(struct dice *dice, char name[16])
{
	(void)snprintf(name, 16, "%zu", roll(dice, 9));
	return name;
}

static const char *any_app(struct dice *dice)
{
	return roll(dice, 2) == 0 ? consumers[roll(dice, 2)] : providers[roll(dice, 2)];
}

/* What cannot be, because there is no such thing, changes nothing. */
static void may_be(int status, cJSON **answer)
{
	if (status != TALLY_ENOTFOUND && status != TALLY_ECONFLICT)
		ok(status);
	error = (struct tally_error)TALLY_ERROR_INIT;
	cJSON_Delete(*answer);
	*answer = NULL;
}

static void grow(struct site *site, struct dice *dice)
{
	const char *consumer = consumers[roll(dice, 2)], *provider = providers[roll(dice, 2)];
	const char *branch = roll(dice, 4) == 0 ? NULL : branches[roll(dice, 3)];
	const char *asked = words[roll(dice, 5)];
	char name[16], other[16];
	cJSON *answer = NULL;

	site_wait(site, 1);
	switch (roll(dice, 5)) {
	case 0:
	case 1:
		may_be(site_try_publish(site, consumer, any_version(dice, name), branch, provider,
					asked, &answer, &error),
		       &answer);
		break;
	case 2:
	case 3:
		site_verify(site, provider, any_version(dice, name), branch, consumer,
			    any_version(dice, other), asked,
			    strlen(asked) == 1 ? outcomes[roll(dice, 4)] + 1
					       : outcomes[roll(dice, 4)]);
		break;
	default:
		may_be(tally_broker_tag_create(site->broker, any_app(dice), any_version(dice, name),
					       tags[roll(dice, 2)], false, &answer, &error),
		       &answer);
	}
}

static void shrink(struct site *site, struct dice *dice)
{
	const struct tally_deletion force = {.force = true};
	const char *app = any_app(dice);
	char name[16];
	cJSON *answer = NULL;
	int status;

	switch (roll(dice, 12)) {
	case 0:
		status = tally_broker_branch_delete(site->broker, app, branches[roll(dice, 3)],
						    &force, &answer, &error);
		break;
	case 1:
	case 2:
		status = tally_broker_branch_leave(site->broker, app, any_version(dice, name),
						   branches[roll(dice, 3)], &answer, &error);
		break;
	case 3:
	case 4:
		status = tally_broker_tag_delete(site->broker, app, any_version(dice, name),
						 tags[roll(dice, 2)], &answer, &error);
		break;
	case 5:
		status = roll(dice, 3) != 0 ? 0
					    : tally_broker_application_delete(
						      site->broker, app, &force, &answer, &error);
		break;
	default:
		status = tally_broker_version_delete(site->broker, app, any_version(dice, name),
						     &force, &answer, &error);
	}
	may_be(status, &answer);
}

static void run_history(void **state, uint64_t seed)
{
	struct site *site = *state;
	struct dice dice = {.state = seed};
	char name[16];

	site_environment(site, "production");
	for (size_t step = 0; step < 120; step++) {
		if (step < 40 || roll(&dice, 3) != 0) {
			grow(site, &dice);
			continue;
		}
		shrink(site, &dice);
		check_all(site);
	}
	for (size_t i = 0; i < 6; i++) {
		cJSON *answer = NULL;

		may_be(tally_broker_record_deployment(site->broker, any_app(&dice),
						      any_version(&dice, name), "production", NULL,
						      &answer, &error),
		       &answer);
		shrink(site, &dice);
		check_all(site);
	}
	check_store(site);
}

static void test_a_seeded_history(void **state)
{
	run_history(state, 1);
}

static void test_another_one(void **state)
{
	run_history(state, 20231114);
}

static void test_a_third_one(void **state)
{
	run_history(state, 77);
}

/* The memory of what passed goes with the run that it rests on, and an older one shows again. */
static void test_what_passed_is_told_anew(void **state)
{
	struct site *site = *state;
	const struct tally_deletion none = {.force = false};
	const struct tally_verification_query query = {
		.provider = "orders", .provider_branch = "main", .enable_pending = true};
	cJSON *answer = NULL;

	site_publish(site, "web", "1", "main", "orders", "a");
	site_verify(site, "orders", "1", "main", "web", "1", "a", "p");
	ok(tally_broker_contracts_to_verify(site->broker, &query, &answer, &error));
	assert_false(tally__json_get_bool(
		cJSON_GetArrayItem(tally__json_get(answer, "contracts"), 0), "pending", true));
	cJSON_Delete(answer);
	answer = NULL;
	ok(tally_broker_version_delete(site->broker, "orders", "1", &none, &answer, &error));
	cJSON_Delete(answer);
	answer = NULL;
	check_all(site);
	ok(tally_broker_contracts_to_verify(site->broker, &query, &answer, &error));
	assert_true(tally__json_get_bool(
		cJSON_GetArrayItem(tally__json_get(answer, "contracts"), 0), "pending", false));
	cJSON_Delete(answer);
}

/* A rehearsal says the same as the deletion, and changes nothing; what runs somewhere needs a word
 * of its own. */
static void test_rehearsals_and_words(void **state)
{
	struct site *site = *state;
	struct tally_deletion how = {.rehearse = true};
	cJSON *shown = NULL, *again = NULL, *said = NULL, *done = NULL;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];

	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "a");
	site_deploy(site, "web", "1", "production", "blue");
	site_tip(site, before);
	ok(tally_broker_version_show(site->broker, "web", "1", NULL, NULL, &shown, &error));
	ok(tally_broker_version_delete(site->broker, "web", "1", &how, &said, &error));
	ok(tally_broker_version_show(site->broker, "web", "1", NULL, NULL, &again, &error));
	assert_true(tally__json_equal(shown, again));
	cJSON_Delete(shown);
	cJSON_Delete(again);
	assert_int_equal(tally_broker_version_delete(site->broker, "web", "1", NULL, &done, &error),
			 TALLY_ECONFLICT);
	assert_non_null(strstr(error.message, "deployed to production"));
	assert_null(done);
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(
		tally_broker_application_delete(site->broker, "orders", NULL, &done, &error),
		TALLY_ECONFLICT);
	assert_non_null(strstr(error.message, "\"web\" has contracts with it"));
	error = (struct tally_error)TALLY_ERROR_INIT;
	site_tip(site, after);
	assert_string_equal(before, after);
	how = (struct tally_deletion){.force = true};
	ok(tally_broker_version_delete(site->broker, "web", "1", &how, &done, &error));
	assert_non_null(tally__json_get(done, "commit"));
	cJSON_DeleteItemFromObjectCaseSensitive(done, "commit");
	assert_true(tally__json_equal(said, done));
	assert_string_equal(
		site_text(cJSON_GetArrayItem(tally__json_get(done, "deployed"), 0), "instance"),
		"blue");
	cJSON_Delete(said);
	cJSON_Delete(done);
	check_all(site);
}

/* Every allocation fails once: an error, nothing changed. */
struct trial {
	struct site *site;
	cJSON *webhook, *answer;
};

static int add_label(struct trial *trial)
{
	return tally_broker_label_add(trial->site->broker, "web", "mobile", &trial->answer, &error);
}

static int list_versions(struct trial *trial)
{
	const struct tally_version_list list = {
		.application = "web", .branch = "main", .limit = 2, .count = true};

	return tally_broker_version_list(trial->site->broker, &list, &trial->answer, &error);
}

static int list_tagged(struct trial *trial)
{
	const struct tally_version_list list = {.application = "web", .tag = "prod"};

	return tally_broker_version_list(trial->site->broker, &list, &trial->answer, &error);
}

static int show_version(struct trial *trial)
{
	return tally_broker_version_show(trial->site->broker, "web", NULL, "main", NULL,
					 &trial->answer, &error);
}

static int list_applications(struct trial *trial)
{
	const struct tally_page page = {.limit = 1, .match = "E"};

	return tally_broker_application_list(trial->site->broker, NULL, &page, &trial->answer,
					     &error);
}

static int list_branches(struct trial *trial)
{
	return tally_broker_branch_list(trial->site->broker, "web", NULL, &trial->answer, &error);
}

static int make_webhook(struct trial *trial)
{
	return tally_broker_webhook_create(trial->site->broker, "a-webhook-0000001", trial->webhook,
					   &trial->answer, &error);
}

static int change_webhook(struct trial *trial)
{
	cJSON_ReplaceItemInObjectCaseSensitive(trial->webhook, "enabled", cJSON_CreateFalse());
	return tally_broker_webhook_update(trial->site->broker, "a-webhook-0000001", trial->webhook,
					   &trial->answer, &error);
}

static int list_webhooks(struct trial *trial)
{
	const struct tally_webhook_filter filter = {.provider = "orders"};

	return tally_broker_webhook_list(trial->site->broker, &filter, &trial->answer, &error);
}

static int drop_tag(struct trial *trial)
{
	return tally_broker_tag_delete(trial->site->broker, "web", "1", "prod", &trial->answer,
				       &error);
}

static int leave_branch(struct trial *trial)
{
	return tally_broker_branch_leave(trial->site->broker, "web", "2", "main", &trial->answer,
					 &error);
}

static int drop_answers(struct trial *trial)
{
	const struct tally_deletion force = {.force = true};

	return tally_broker_version_delete(trial->site->broker, "orders", "1", &force,
					   &trial->answer, &error);
}

static int drop_contracts(struct trial *trial)
{
	const struct tally_deletion force = {.force = true};

	return tally_broker_version_delete(trial->site->broker, "web", "2", &force, &trial->answer,
					   &error);
}

static int drop_application(struct trial *trial)
{
	const struct tally_deletion force = {.force = true};

	return tally_broker_application_delete(trial->site->broker, "orders", &force,
					       &trial->answer, &error);
}

static void sweep(struct trial *trial, int (*operation)(struct trial *))
{
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	int status = TALLY_ENOMEM;

	site_tip(trial->site, before);
	for (long at = 0; status != 0; at++) {
		error = (struct tally_error)TALLY_ERROR_INIT;
		trial->answer = NULL;
		tally__mem_fail_after(at);
		status = operation(trial);
		tally__mem_fail_after(-1);
		if (status == 0)
			break;
		assert_int_equal(status, TALLY_ENOMEM);
		assert_null(trial->answer);
		site_tip(trial->site, after);
		assert_string_equal(before, after);
	}
	assert_non_null(trial->answer);
	cJSON_Delete(trial->answer);
	error = (struct tally_error)TALLY_ERROR_INIT;
}

static void test_every_allocation_fails_once(void **state)
{
	struct site *site = *state;
	struct trial trial = {.site = site};
	static const char webhook[] =
		"{\"provider\": {\"name\": \"orders\"}, \"enabled\": true, \"request\": "
		"{\"method\": \"POST\", \"url\": \"https://ci.example.org/\", \"headers\": "
		"{\"Authorization\": \"x\"}, \"password\": \"p\", \"body\": {\"a\": 1}}}";

	ok(tally_json_parse(&trial.webhook, webhook, strlen(webhook), &error));
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "a b");
	site_publish(site, "web", "2", "main", "orders", "a");
	site_verify(site, "orders", "1", "main", "web", "2", "a", "p");
	site_verify(site, "orders", "2", "main", "web", "2", "a", "p");
	site_deploy(site, "web", "2", "production", NULL);
	site_deploy(site, "orders", "1", "production", NULL);
	ok(tally_broker_tag_create(site->broker, "web", "1", "prod", false, &trial.answer, &error));
	cJSON_Delete(trial.answer);
	sweep(&trial, add_label);
	sweep(&trial, list_versions);
	sweep(&trial, list_tagged);
	sweep(&trial, show_version);
	sweep(&trial, list_applications);
	sweep(&trial, list_branches);
	sweep(&trial, make_webhook);
	sweep(&trial, change_webhook);
	sweep(&trial, list_webhooks);
	sweep(&trial, drop_tag);
	sweep(&trial, leave_branch);
	sweep(&trial, drop_answers);
	sweep(&trial, drop_contracts);
	check_all(site);
	check_store(site);
	sweep(&trial, drop_application);
	check_all(site);
	check_store(site);
	cJSON_Delete(trial.webhook);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_seeded_history, site_setup, site_teardown),
		cmocka_unit_test_setup_teardown(test_another_one, site_setup, site_teardown),
		cmocka_unit_test_setup_teardown(test_a_third_one, site_setup, site_teardown),
		cmocka_unit_test_setup_teardown(test_what_passed_is_told_anew, site_setup,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_rehearsals_and_words, site_setup,
						site_teardown),
		cmocka_unit_test_setup_teardown(test_every_allocation_fails_once, site_setup,
						site_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
