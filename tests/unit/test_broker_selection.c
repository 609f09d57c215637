/* Which contracts have to be verified, and how each stands: selectors, pending, work in progress,
 * what is known already. */
#include "config.h"

#include "base/limits.h"
#include "broker_site.h"

static cJSON *parse(const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;

	site_ok(tally_json_parse(&json, text, strlen(text), &error), &error);
	return json;
}

static cJSON *choose(struct site *site, const struct tally_verification_query *query)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(tally_broker_contracts_to_verify(site->broker, query, &answer, &error), &error);
	return answer;
}

/* "web@1 web@2! app@1?": pending ones with "?", work in progress with "!". */
static void assert_contracts(const cJSON *answer, const char *expected)
{
	const cJSON *item;
	struct buf found;

	tally__buf_init(&found, 100000);
	cJSON_ArrayForEach(item, tally__json_get(answer, "contracts"))
	{
		tally__buf_addf(&found, "%s%s@%s%s", found.len > 0 ? " " : "",
				site_text(item, "consumer"), site_text(item, "consumerVersion"),
				tally__json_get_bool(item, "wip", false)       ? "!"
				: tally__json_get_bool(item, "pending", false) ? "?"
									       : "");
		assert_true(cJSON_IsBool(tally__json_get(item, "wip")));
		assert_true(cJSON_IsBool(tally__json_get(item, "pending")));
	}
	assert_string_equal(found.bytes, expected);
	tally__buf_release(&found);
}

static void assert_chosen(struct site *site, const struct tally_verification_query *query,
			  const char *expected)
{
	cJSON *answer = choose(site, query);

	assert_contracts(answer, expected);
	cJSON_Delete(answer);
}

/* The answer for selectors. */
static cJSON *select_contracts(struct site *site, const char *selectors)
{
	cJSON *json = parse(selectors);
	const struct tally_verification_query query = {
		.provider = "orders", .provider_branch = "feat/x", .selectors = json};
	cJSON *answer = choose(site, &query);

	cJSON_Delete(json);
	return answer;
}

static void assert_selected(struct site *site, const char *selectors, const char *expected)
{
	cJSON *answer = select_contracts(site, selectors);

	assert_contracts(answer, expected);
	cJSON_Delete(answer);
}

static void assert_refused(struct site *site, const char *branch, const char *selectors, int status,
			   const char *where, const char *message)
{
	cJSON *json = parse(selectors), *answer = NULL;
	const struct tally_verification_query query = {
		.provider = "orders", .provider_branch = branch, .selectors = json};
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(tally_broker_contracts_to_verify(site->broker, &query, &answer, &error),
			 status);
	assert_null(answer);
	assert_string_equal(error.where, where);
	if (strstr(error.message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, error.message);
	cJSON_Delete(json);
}

/* Of the newest commit. */
static int count_changed_files(struct site *site)
{
	char command[256], line[64];
	int count = 0;
	FILE *pipe;

	(void)snprintf(command, sizeof command,
		       "git -C %s diff-tree -r --no-commit-id --name-only main", site->path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof line, pipe) != NULL)
		count += strchr(line, '\n') != NULL;
	assert_int_equal(pclose(pipe), 0);
	return count;
}

static const cJSON *contract_at(const cJSON *answer, int index)
{
	const cJSON *item = cJSON_GetArrayItem(tally__json_get(answer, "contracts"), index);

	assert_non_null(item);
	return item;
}

static const char *text_at(const cJSON *list, int index)
{
	const cJSON *item = cJSON_GetArrayItem(list, index);

	assert_true(cJSON_IsString(item));
	return item->valuestring;
}

static void publish_tagged(struct site *site, const char *consumer, const char *version,
			   const char *tag, const char *words)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *contract = site_contract(consumer, "orders", words);
	struct tally_publication publication = {.version = version,
						.tags = &tag,
						.tag_count = 1,
						.contracts = (const cJSON *const *)&contract,
						.contract_count = 1};

	site_ok(tally_broker_publish(site->broker, &publication, NULL, &error), &error);
	cJSON_Delete(contract);
}

/* Puts a record as another program would. */
struct writing {
	const char *pattern;
	const char *const *names;
	const char *text; /* NULL: members are taken from `json` */
};

static int write_record(struct records *records, void *context, struct buf *message, cJSON **answer,
			struct tally_error *error)
{
	const struct writing *writing = context;
	const char *path;
	int status = tally__records_path(records, &path, writing->pattern, writing->names, error);

	(void)answer;
	tally__buf_adds(message, "by hand");
	return status != 0 ? status
			   : tally__records_put_text(records, path, writing->text,
						     strlen(writing->text), error);
}

static void put_record(struct site *site, const char *pattern, const char *const *names,
		       const char *text)
{
	struct writing writing = {pattern, names, text};
	struct tally_error error = TALLY_ERROR_INIT;

	site_ok(tally__broker_change(site->broker, write_record, &writing, site->now, NULL, &error),
		&error);
}

/* web has a main branch, a feature branch and a tag; app has one version without any. */
static void fill(struct site *site)
{
	struct tally_error error = TALLY_ERROR_INIT;

	site_publish(site, "web", "1", "main", "orders", "list");
	site_publish(site, "web", "2", "main", "orders", "list item");
	site_publish(site, "web", "3", "feat/x", "orders", "list item more");
	publish_tagged(site, "web", "4", "pilot", "list other");
	publish_tagged(site, "web", "5", "pilot", "list another");
	site_publish(site, "app", "1", NULL, "orders", "list");
	site_publish(site, "app", "2", "feat/x", "stock", "list");
	site_environment(site, "test");
	site_ok(tally_broker_environment_create(
			site->broker,
			&(struct tally_environment){.name = "production", .production = true}, NULL,
			&error),
		&error);
	site_deploy(site, "web", "1", "production", NULL);
	site_deploy(site, "web", "1", "test", "a");
	site_deploy(site, "web", "3", "test", "b");
}

static void test_every_kind(void **state)
{
	struct site *site = *state;

	fill(site);
	assert_selected(site, "[]", "app@1 web@1 web@2 web@3");
	assert_selected(site, "[{\"latest\": true}]", "app@1 web@5");
	assert_selected(site, "[{\"mainBranch\": true}]", "web@2");
	assert_selected(site, "[{\"mainBranch\": true, \"latest\": true, \"consumer\": \"web\"}]",
			"web@2");
	assert_selected(site, "[{\"branch\": \"feat/x\"}]", "web@3");
	assert_selected(site, "[{\"branch\": \"feat/x\", \"latest\": true}]", "web@3");
	assert_selected(site, "[{\"branch\": true}]", "web@2 web@3");
	assert_selected(site, "[{\"matchingBranch\": true}]", "web@3");
	assert_selected(site, "[{\"tag\": \"pilot\", \"latest\": true}]", "web@5");
	assert_selected(site, "[{\"tag\": \"pilot\"}]", "web@4 web@5");
	assert_selected(site, "[{\"tag\": \"pilot\", \"latest\": false}]", "web@4 web@5");
	assert_selected(site, "[{\"deployed\": true}]", "web@1 web@3");
	assert_selected(site, "[{\"deployed\": true, \"environment\": \"production\"}]", "web@1");
	assert_selected(site, "[{\"deployedOrReleased\": true, \"environment\": \"test\"}]",
			"web@1 web@3");
	assert_selected(site, "[{\"environment\": \"production\"}]", "web@1");
	assert_selected(site, "[{\"latest\": true, \"consumer\": \"app\"}]", "app@1");
	/* Clients write null for what they leave out. */
	assert_selected(site, "[{\"latest\": true, \"consumer\": null, \"tag\": null}]",
			"app@1 web@5");
	assert_selected(site, "[{\"mainBranch\": true}, {\"tag\": \"pilot\"}, {\"latest\": true}]",
			"app@1 web@2 web@4 web@5");
}

/* Where a consumer's main branch has no head, the newest version with a tag of that name counts. */
static void test_default_by_tag(void **state)
{
	struct site *site = *state;
	const struct tally_verification_query query = {.provider = "orders"};

	publish_tagged(site, "web", "1", "main", "list");
	site_publish(site, "web", "2", NULL, "orders", "item");
	assert_chosen(site, &query, "web@1");
}

static void test_released(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct site *site = *state;

	fill(site);
	site_release(site, "web", "2", "production");
	site_release(site, "web", "4", "production");
	site_release(site, "web", "5", "production");
	site_ok(tally_broker_record_support_ended(site->broker, "web", "5", "production", NULL,
						  &error),
		&error);
	assert_selected(site, "[{\"released\": true}]", "web@2 web@4");
	assert_selected(site, "[{\"environment\": \"production\"}]", "web@1 web@2 web@4");
	assert_selected(site, "[{\"deployedOrReleased\": true}]", "web@1 web@2 web@3 web@4");
	assert_selected(site, "[{\"deployed\": true}]", "web@1 web@3");
	assert_selected(site, "[]", "app@1 web@1 web@2 web@3 web@4");
}

static void test_fallbacks(void **state)
{
	struct site *site = *state;
	cJSON *answer;

	fill(site);
	assert_selected(site, "[{\"branch\": \"none\", \"fallbackBranch\": \"main\"}]", "web@2");
	assert_selected(site, "[{\"branch\": \"feat/x\", \"fallbackBranch\": \"main\"}]", "web@3");
	assert_selected(site, "[{\"tag\": \"none\", \"latest\": true, \"fallbackTag\": \"pilot\"}]",
			"web@5");
	/* One consumer that has it: the others are not looked for elsewhere … */
	site_publish(site, "app", "3", "main", "orders", "item");
	assert_selected(site, "[{\"branch\": \"feat/x\", \"fallbackBranch\": \"main\"}]", "web@3");
	/* … unless each has its own selector. */
	answer = select_contracts(
		site, "[{\"branch\": \"feat/x\", \"fallbackBranch\": \"main\", \"consumer\": "
		      "\"web\"}, {\"branch\": \"feat/x\", \"fallbackBranch\": \"main\", "
		      "\"consumer\": \"app\"}]");
	assert_contracts(answer, "app@3 web@3");
	assert_string_equal(text_at(tally__json_get(contract_at(answer, 0), "why"), 0),
			    "app 3 is the head of branch main, as there is no contract of branch "
			    "feat/x");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "unmatched")), 0);
	cJSON_Delete(answer);
}

/* One content once, as its newest version, for every reason that there is, in order. */
static void test_reasons(void **state)
{
	struct site *site = *state;
	const cJSON *why;
	cJSON *answer;

	fill(site);
	publish_tagged(site, "web", "6", "pilot", "list item");
	answer =
		select_contracts(site, "[{\"environment\": \"production\"}, {\"deployed\": true},"
				       "{\"tag\": \"pilot\"}, {\"mainBranch\": true},"
				       "{\"tag\": \"pilot\", \"latest\": true}, {\"latest\": true},"
				       "{\"latest\": true}]");
	assert_contracts(answer, "app@1 web@1 web@3 web@4 web@5 web@6");
	why = tally__json_get(contract_at(answer, 5), "why");
	assert_int_equal(cJSON_GetArraySize(why), 4);
	assert_string_equal(text_at(why, 0), "web 6 is its newest version with a contract");
	assert_string_equal(text_at(why, 1), "web 2 is the head of its main branch main");
	assert_string_equal(text_at(why, 2), "web 6 is the newest version with tag pilot");
	assert_string_equal(text_at(why, 3), "web 6 has tag pilot");
	why = tally__json_get(contract_at(answer, 1), "why");
	assert_int_equal(cJSON_GetArraySize(why), 2);
	assert_string_equal(text_at(why, 0), "web 1 is deployed in test");
	assert_string_equal(text_at(why, 1), "web 1 is deployed in production");
	cJSON_Delete(answer);
}

static void test_unmatched(void **state)
{
	struct site *site = *state;
	const cJSON *unmatched;
	cJSON *answer;

	fill(site);
	answer = select_contracts(site, "[{\"mainBranch\": true}, {\"branch\": \"none\"}, "
					"{\"latest\": true, \"consumer\": \"wbe\"}]");
	unmatched = tally__json_get(answer, "unmatched");
	assert_int_equal(cJSON_GetArraySize(unmatched), 2);
	assert_string_equal(text_at(unmatched, 0),
			    "selectors[1] (the head of branch none) chose nothing: no such version "
			    "has a contract with orders");
	assert_string_equal(text_at(unmatched, 1),
			    "selectors[2] (the newest version with a contract, of wbe) chose "
			    "nothing: wbe never published a contract with orders");
	cJSON_Delete(answer);
	/* Nothing at all says why, too. */
	assert_refused(site, NULL, "[{\"branch\": \"none\"}]", TALLY_ENOTHING, "",
		       "selectors[0] (the head of branch none) chose nothing");
}

/* Selectors that name consumers read nothing of the others, however many there are. */
static void test_named_consumers(void **state)
{
	struct site *site = *state;

	fill(site);
	put_record(site, PATH_CONSUMER, NAMES("orders", "app"), "[]");
	assert_selected(site,
			"[{\"branch\": \"feat/x\", \"consumer\": \"web\"},"
			" {\"mainBranch\": true, \"consumer\": \"web\"}]",
			"web@2 web@3");
	assert_refused(site, NULL, "[{\"latest\": true, \"consumer\": \"wbe\"}]", TALLY_ENOTHING,
		       "", "wbe never published a contract with orders");
	assert_refused(site, NULL,
		       "[{\"latest\": true, \"consumer\": \"wbe\"}, {\"branch\": \"none\", "
		       "\"consumer\": \"web\"}]",
		       TALLY_ENOTHING, "", "no such version has a contract with orders");
	/* One for all of them reads them all. */
	assert_refused(site, NULL, "[{\"latest\": true}]", TALLY_EPARSE,
		       "apps/orders/consumers/app.json", "expected a JSON object");
}

/* Of a provider that nobody has a contract with, its name is in doubt, and no selector. */
static void test_named_without_provider(void **state)
{
	struct site *site = *state;

	assert_refused(site, NULL, "[{\"latest\": true, \"consumer\": \"web\"}]", TALLY_ENOTHING,
		       "", "no consumer's contract with \"orders\"");
}

static void test_selectors_refused(void **state)
{
	static const struct {
		const char *selectors, *where, *message;
	} cases[] = {
		{"{}", "selectors", "an array of objects"},
		{"[1]", "selectors[0]", "should be an object"},
		{"[{\"latest\": true}, {}]", "selectors[1]", "chooses nothing"},
		{"[{\"consumer\": \"web\"}]", "selectors[0]", "chooses nothing"},
		{"[{\"latest\": false}]", "selectors[0]", "chooses nothing"},
		{"[{\"lates\": true}]", "selectors[0]", "\"lates\""},
		{"[{\"latest\": \"true\"}]", "selectors[0]", "\"latest\" should be true or false"},
		{"[{\"mainBranch\": false}]", "selectors[0]", "\"mainBranch\" should be true"},
		{"[{\"matchingBranch\": 1}]", "selectors[0]", "\"matchingBranch\" should be true"},
		{"[{\"deployed\": false}]", "selectors[0]", "\"deployed\" should be true"},
		{"[{\"branch\": false}]", "selectors[0]", "true for every branch"},
		{"[{\"branch\": \" \"}]", "selectors[0]", "the name of a branch"},
		{"[{\"tag\": \"\"}]", "selectors[0]", "\"tag\" should be a text"},
		{"[{\"latest\": true, \"consumer\": [\"web\"]}]", "selectors[0]",
		 "\"consumer\" should be a text"},
		{"[{\"mainBranch\": true, \"latest\": false}]", "selectors[0]", "stands alone"},
		{"[{\"mainBranch\": true, \"tag\": \"x\"}]", "selectors[0]", "stands alone"},
		{"[{\"matchingBranch\": true, \"latest\": true}]", "selectors[0]", "stands alone"},
		{"[{\"tag\": \"x\", \"branch\": \"x\"}]", "selectors[0]", "make two"},
		{"[{\"branch\": \"x\", \"latest\": false}]", "selectors[0]", "\"latest\": false"},
		{"[{\"latest\": false, \"deployed\": true}]", "selectors[0]",
		 "cannot stand in one"},
		{"[{\"tag\": \"x\", \"environment\": \"test\"}]", "selectors[0]",
		 "\"tag\" and \"environment\" cannot stand in one"},
		{"[{\"tag\": \"x\", \"fallbackTag\": \"y\"}]", "selectors[0]", "\"fallbackTag\""},
		{"[{\"latest\": true, \"fallbackTag\": \"y\"}]", "selectors[0]", "\"fallbackTag\""},
		{"[{\"branch\": true, \"fallbackBranch\": \"y\"}]", "selectors[0]",
		 "\"fallbackBranch\""},
		{"[{\"latest\": true, \"fallbackBranch\": \"y\"}]", "selectors[0]",
		 "\"fallbackBranch\""},
		{"[{\"deployed\": true, \"released\": true}]", "selectors[0]", "only one of"},
	};
	struct site *site = *state;

	fill(site);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_refused(site, "main", cases[i].selectors, TALLY_EINVAL, cases[i].where,
			       cases[i].message);
	assert_refused(site, NULL, "[{\"matchingBranch\": true}]", TALLY_EINVAL, "selectors[0]",
		       "--provider-branch");
	assert_refused(site, NULL, "[{\"latest\": true}, {\"environment\": \"prod\"}]",
		       TALLY_EINVAL, "selectors[1]", "\"production\"");
}

static void test_too_many_selectors(void **state)
{
	struct site *site = *state;
	struct buf text;

	tally__buf_init(&text, 1 << 20);
	tally__buf_adds(&text, "[{\"latest\":true}");
	for (int i = 0; i < LIMIT_SELECTORS; i++)
		tally__buf_adds(&text, ",{\"latest\":true}");
	tally__buf_adds(&text, "]");
	assert_refused(site, NULL, text.bytes, TALLY_ELIMIT, "selectors", "200");
	tally__buf_release(&text);
}

/* Names that cannot be, and names that only look dangerous. */
static void test_hostile_names(void **state)
{
	struct site *site = *state;
	char long_name[2100], selector[2300];

	site_publish(site, "../web", "../../1", "../../main", "orders", "list");
	assert_selected(site, "[{\"branch\": \"../../main\", \"consumer\": \"../web\"}]",
			"../web@../../1");
	assert_refused(site, NULL, "[{\"branch\": \"../../../tally.json\"}]", TALLY_ENOTHING, "",
		       "chose nothing");
	assert_refused(site, NULL, "[{\"tag\": \"..\"}]", TALLY_ENOTHING, "", "chose nothing");
	memset(long_name, 'n', sizeof long_name);
	long_name[2000] = '\0';
	(void)snprintf(selector, sizeof selector, "[{\"branch\": \"%s\"}]", long_name);
	assert_refused(site, NULL, selector, TALLY_EINVAL, "selectors[0]", "1024");
	for (int i = 0; i < 3; i++) {
		const struct tally_verification_query query = {
			.provider = "orders",
			.provider_version = i == 0 ? "a\nb" : NULL,
			.provider_branch = i == 1 ? "\x1b[31m" : NULL,
			.provider_tags = &(const char *){"\xff"},
			.provider_tag_count = i == 2};
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *answer = NULL;

		assert_int_equal(
			tally_broker_contracts_to_verify(site->broker, &query, &answer, &error),
			TALLY_EINVAL);
	}
}

static const cJSON *interaction_at(const cJSON *answer, int contract, int index)
{
	const cJSON *item = cJSON_GetArrayItem(
		tally__json_get(contract_at(answer, contract), "interactions"), index);

	assert_non_null(item);
	return item;
}

/* "+-": one letter for each interaction of the first contract, passed before or not. */
static void assert_passed(struct site *site, const struct tally_verification_query *query,
			  const char *expected)
{
	cJSON *answer = choose(site, query);
	const cJSON *item;
	struct buf found;

	tally__buf_init(&found, 1000);
	cJSON_ArrayForEach(item, tally__json_get(contract_at(answer, 0), "interactions"))
	{
		tally__buf_addc(&found,
				tally__json_get_bool(item, "passedBefore", false) ? '+' : '-');
	}
	assert_string_equal(found.bytes, expected);
	tally__buf_release(&found);
	cJSON_Delete(answer);
}

/* A contract is pending until each of its interactions passed on the branch, or elsewhere before
 * the branch came to be. */
static void test_pending_by_branch(void **state)
{
	struct site *site = *state;
	const struct tally_verification_query
		on_main = {.provider = "orders", .provider_branch = "main", .enable_pending = true},
		on_old = {.provider = "orders", .provider_branch = "old", .enable_pending = true},
		on_new = {.provider = "orders", .provider_branch = "new", .enable_pending = true},
		plain = {.provider = "orders", .provider_branch = "main"};

	site_publish(site, "web", "1", "main", "orders", "list item");
	assert_chosen(site, &on_main, "web@1?");
	/* Who does not ask is not told to be lenient. */
	assert_chosen(site, &plain, "web@1");
	assert_passed(site, &plain, "--");
	/* A branch that exists before the first pass. */
	site_verify(site, "orders", "1", "old", "web", "1", "list item", "ff");
	assert_chosen(site, &on_main, "web@1?");
	site_verify(site, "orders", "2", "main", "web", "1", "list item", "pf");
	assert_chosen(site, &on_main, "web@1?");
	assert_passed(site, &on_main, "+-");
	/* Runs add up, interaction by interaction. */
	site_verify(site, "orders", "3", "main", "web", "1", "list item", ".p");
	assert_chosen(site, &on_main, "web@1");
	assert_passed(site, &on_main, "++");
	assert_chosen(site, &on_new, "web@1");
	assert_passed(site, &on_new, "++");
	/* The old one was there before: it never passed there. */
	assert_chosen(site, &on_old, "web@1?");
	assert_passed(site, &on_old, "--");
	/* What passed stays so, whatever fails later. */
	site_verify(site, "orders", "4", "main", "web", "1", "list item", "ff");
	assert_chosen(site, &on_main, "web@1");
	/* One changed interaction: pending again, and only that one is new. */
	site_publish(site, "web", "2", "main", "orders", "list item!");
	assert_chosen(site, &on_main, "web@2?");
	assert_passed(site, &on_main, "+-");
	/* An interaction that is marked as pending makes no contract pending. */
	site_publish(site, "web", "3", "main", "orders", "list more?");
	assert_chosen(site, &on_main, "web@3");
}

static void verify_tagged(struct site *site, const char *version, const char *tag,
			  const char *words, const char *outcomes)
{
	struct tally_run run = {
		.provider = "orders", .version = version, .tags = &tag, .tag_count = tag != NULL};
	cJSON *results = site_results("web", "1", words, outcomes);
	struct tally_error error = TALLY_ERROR_INIT;

	site_wait(site, 1);
	site_ok(tally_broker_record_results(site->broker, &run, results, NULL, &error), &error);
	cJSON_Delete(results);
}

/* Without a branch tags count, every one of them; without either, anybody's pass. */
static void test_pending_by_tag(void **state)
{
	static const char *const both[] = {"a", "b"};
	struct site *site = *state;
	const struct tally_verification_query by_tags = {.provider = "orders",
							 .provider_tags = both,
							 .provider_tag_count = 2,
							 .enable_pending = true},
					      by_tag = {.provider = "orders",
							.provider_tags = both,
							.provider_tag_count = 1,
							.enable_pending = true},
					      anybody = {.provider = "orders",
							 .enable_pending = true};

	site_publish(site, "web", "1", "main", "orders", "list");
	verify_tagged(site, "1", "b", "list", "f");
	assert_chosen(site, &anybody, "web@1?");
	verify_tagged(site, "2", NULL, "list", "p");
	assert_chosen(site, &anybody, "web@1");
	assert_chosen(site, &by_tag, "web@1?");
	verify_tagged(site, "3", "a", "list", "p");
	assert_chosen(site, &by_tag, "web@1");
	assert_chosen(site, &by_tags, "web@1?");
	verify_tagged(site, "4", "b", "list", "p");
	assert_chosen(site, &by_tags, "web@1");
}

/* A version that passed and joins a branch later brings its passes with it. */
static void test_joining_later(void **state)
{
	struct site *site = *state;
	const struct tally_verification_query on_main = {
		.provider = "orders", .provider_branch = "main", .enable_pending = true};

	site_publish(site, "web", "1", "main", "orders", "list item");
	site_verify(site, "orders", "0", "main", "web", "1", "list item", "ff");
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "pp");
	assert_chosen(site, &on_main, "web@1?");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "s.");
	assert_chosen(site, &on_main, "web@1");
}

static void test_notices(void **state)
{
	static const char *const when[] = {"before_verification",
					   "after_verification:success_true_published_false",
					   "after_verification:success_false_published_false",
					   "after_verification:success_true_published_true",
					   "after_verification:success_false_published_true"};
	struct site *site = *state;
	const struct tally_verification_query query = {
		.provider = "orders", .provider_branch = "main", .enable_pending = true};
	const cJSON *notices;
	cJSON *answer;

	site_publish(site, "web", "1", "main", "orders", "list item");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pf");
	answer = choose(site, &query);
	notices = tally__json_get(contract_at(answer, 0), "notices");
	assert_int_equal(cJSON_GetArraySize(notices), 5);
	for (int i = 0; i < 5; i++)
		assert_string_equal(site_text(cJSON_GetArrayItem(notices, i), "when"), when[i]);
	assert_string_equal(site_text(cJSON_GetArrayItem(notices, 0), "text"),
			    "1 of its 2 interactions never passed with orders on branch main: "
			    "their failures do not fail this build, those of the others do");
	cJSON_Delete(answer);
	site_verify(site, "orders", "2", "main", "web", "1", "list item", ".p");
	answer = choose(site, &query);
	notices = tally__json_get(contract_at(answer, 0), "notices");
	assert_int_equal(cJSON_GetArraySize(notices), 1);
	assert_string_equal(site_text(cJSON_GetArrayItem(notices, 0), "text"),
			    "all of it passed before with orders on branch main: a failure fails "
			    "this build");
	cJSON_Delete(answer);
}

/* As --only-needed wants it. */
static void test_known_outcomes(void **state)
{
	struct site *site = *state;
	const struct tally_verification_query query = {
		.provider = "orders", .provider_version = "1", .provider_branch = "main"};
	const cJSON *item;
	cJSON *answer;

	site_publish(site, "web", "1", "main", "orders", "a b c d e");
	site_verify(site, "orders", "1", "main", "web", "1", "a b c d e", "pfpe.");
	site_verify(site, "orders", "1", "main", "web", "1", "a b c d e", "..f..");
	/* Another version's answers say nothing of this one. */
	site_verify(site, "orders", "2", "main", "web", "1", "a b c d e", "ppppp");
	answer = choose(site, &query);
	item = interaction_at(answer, 0, 0);
	assert_string_equal(site_text(item, "outcome"), "passed");
	assert_non_null(strstr(site_text(item, "run"), "/results/web/20231114-"));
	assert_string_equal(site_text(item, "at"), "2023-11-14T22:13:21Z");
	assert_string_equal(site_text(interaction_at(answer, 0, 1), "outcome"), "failed");
	item = interaction_at(answer, 0, 2);
	assert_string_equal(site_text(item, "outcome"), "flaky");
	assert_string_equal(site_text(item, "at"), "2023-11-14T22:13:22Z");
	assert_null(tally__json_get(interaction_at(answer, 0, 3), "outcome"));
	assert_null(tally__json_get(interaction_at(answer, 0, 4), "outcome"));
	cJSON_Delete(answer);
}

/* The results of a run, with one member of each interaction set. */
static void record(struct site *site, const char *version, cJSON *results)
{
	struct tally_run run = {.provider = "orders", .version = version, .branch = "main"};
	struct tally_error error = TALLY_ERROR_INIT;

	site_wait(site, 1);
	site_ok(tally_broker_record_results(site->broker, &run, results, NULL, &error), &error);
	cJSON_Delete(results);
}

static cJSON *result_interaction(const cJSON *results, int index)
{
	return cJSON_GetArrayItem(tally__json_get(cJSON_GetArrayItem(results, 0), "interactions"),
				  index);
}

static void test_flaky_and_known(void **state)
{
	struct site *site = *state;
	const struct tally_verification_query query = {
		.provider = "orders", .provider_version = "1", .provider_branch = "main"};
	cJSON *results, *answer;

	site_publish(site, "web", "1", "main", "orders", "a b");
	results = site_results("web", "1", "a b", "fp");
	cJSON_SetValuestring(tally__json_get(result_interaction(results, 0), "outcome"), "flaky");
	cJSON_AddTrueToObject(result_interaction(results, 1), "known");
	record(site, "1", results);
	answer = choose(site, &query);
	assert_string_equal(site_text(interaction_at(answer, 0, 0), "outcome"), "flaky");
	assert_null(tally__json_get(interaction_at(answer, 0, 1), "outcome"));
	/* Flaky is never a pass. */
	assert_false(tally__json_get_bool(interaction_at(answer, 0, 0), "passedBefore", true));
	cJSON_Delete(answer);
	/* A later pass does not make it one: the last answer does not win. */
	record(site, "1", site_results("web", "1", "a b", "pp"));
	answer = choose(site, &query);
	assert_string_equal(site_text(interaction_at(answer, 0, 0), "outcome"), "flaky");
	assert_string_equal(site_text(interaction_at(answer, 0, 1), "outcome"), "passed");
	cJSON_Delete(answer);
	/* And it counts as failed where one asks whether to deploy. */
	site_environment(site, "production");
	site_deploy(site, "orders", "1", "production", NULL);
	answer = site_ask(site, "web", "1", "production");
	assert_string_equal(site_text(answer, "verdict"), "no");
	assert_string_equal(site_text(site_pair(answer, 0), "verdict"), "broken");
	cJSON_Delete(answer);
}

/* A run in which everything was known leaves no run behind. */
static void test_only_known(void **state)
{
	struct site *site = *state;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	cJSON *results = site_results("web", "1", "a", "p");

	site_publish(site, "web", "1", "main", "orders", "a");
	record(site, "1", cJSON_Duplicate(results, true));
	cJSON_AddTrueToObject(result_interaction(results, 0), "known");
	site_tip(site, before);
	record(site, "1", results);
	site_tip(site, after);
	assert_string_equal(before, after);
}

#define SINCE "2023-11-14T22:13:20Z"

static void record_wip(struct site *site, const char *version, const char *branch,
		       const char *consumer_version, const char *words, const char *outcomes)
{
	struct tally_run run = {.provider = "orders", .version = version, .branch = branch};
	cJSON *results = site_results("web", consumer_version, words, outcomes);
	struct tally_error error = TALLY_ERROR_INIT;

	cJSON_AddTrueToObject(cJSON_GetArrayItem(results, 0), "wip");
	site_wait(site, 1);
	site_ok(tally_broker_record_results(site->broker, &run, results, NULL, &error), &error);
	cJSON_Delete(results);
}

static cJSON *contract_of(struct site *site, const struct tally_verification_query *query,
			  const char *version)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	site_ok(tally_broker_contract_of(site->broker, query, "web", version, &answer, &error),
		&error);
	return answer;
}

/* A version that is asked for by its name stands as it would if it had been chosen. */
static void test_standing_of_one_version(void **state)
{
	struct site *site = *state;
	cJSON *no_selectors = parse("[{\"branch\": \"none\"}]"), *answer;
	const struct tally_verification_query query = {.provider = "orders",
						       .provider_version = "7",
						       .provider_branch = "main",
						       .enable_pending = true,
						       .selectors = no_selectors,
						       .include_wip_since = "2020-01-01"},
					      plain = {.provider = "orders"};

	site_publish(site, "web", "1", "main", "orders", "list item");
	site_publish(site, "web", "2", "main", "orders", "list more");
	site_verify(site, "orders", "7", "main", "web", "1", "list item", "pf");
	answer = contract_of(site, &query, "1");
	assert_contracts(answer, "web@1?");
	assert_string_equal(text_at(tally__json_get(contract_at(answer, 0), "why"), 0),
			    "this version was asked for");
	assert_true(tally__json_get_bool(interaction_at(answer, 0, 0), "passedBefore", false));
	assert_string_equal(site_text(interaction_at(answer, 0, 0), "outcome"), "passed");
	assert_false(tally__json_get_bool(interaction_at(answer, 0, 1), "passedBefore", true));
	assert_string_equal(site_text(interaction_at(answer, 0, 1), "outcome"), "failed");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "unmatched")), 0);
	assert_true(cJSON_IsArray(tally__json_get(answer, "notices")));
	cJSON_Delete(answer);
	/* Of the other one, the provider's version has answered a part. */
	answer = contract_of(site, &query, "2");
	assert_contracts(answer, "web@2?");
	assert_string_equal(site_text(interaction_at(answer, 0, 0), "outcome"), "passed");
	assert_null(tally__json_get(interaction_at(answer, 0, 1), "outcome"));
	cJSON_Delete(answer);
	answer = contract_of(site, &plain, "2");
	assert_contracts(answer, "web@2");
	assert_null(tally__json_get(interaction_at(answer, 0, 0), "outcome"));
	cJSON_Delete(answer);
	cJSON_Delete(no_selectors);
}

static void test_work_in_progress(void **state)
{
	struct site *site = *state;
	struct tally_verification_query query = {.provider = "orders",
						 .provider_branch = "main",
						 .enable_pending = true,
						 .include_wip_since = SINCE};

	site_publish(site, "web", "1", "main", "orders", "list");
	site_verify(site, "orders", "1", "main", "web", "1", "list", "p");
	site_publish(site, "web", "2", "feat/a", "orders", "list item");
	publish_tagged(site, "web", "3", "pilot", "list more");
	/* The same content as one that is chosen, and one that passed as a whole: nothing new. */
	site_publish(site, "web", "4", "feat/b", "orders", "list");
	site_publish(site, "web", "5", "feat/c", "orders", "");
	assert_chosen(site, &query, "web@1 web@2! web@3!");
	/* Not the head any more. */
	site_publish(site, "web", "6", "feat/a", "stock", "list");
	assert_chosen(site, &query, "web@1 web@3!");
	site_publish(site, "web", "7", "feat/a", "orders", "list item");
	assert_chosen(site, &query, "web@1 web@3! web@7!");
	/* A pass as work in progress does not end it, though it is not pending any more. */
	record_wip(site, "2", "main", "7", "list item", "pp");
	assert_chosen(site, &query, "web@1 web@3! web@7!");
	/* One that was asked for does. */
	site_verify(site, "orders", "3", "main", "web", "7", "list item", "pp");
	assert_chosen(site, &query, "web@1 web@3!");
	/* Older than asked for. */
	query.include_wip_since = "2023-11-15";
	assert_chosen(site, &query, "web@1");
	site_wait(site, 86400);
	site_publish(site, "web", "8", "feat/d", "orders", "late");
	assert_chosen(site, &query, "web@1 web@8!");
	/* Who does not say who answers gets none, and is told. */
	query.provider_branch = NULL;
	assert_chosen(site, &query, "web@1");
}

static void test_work_in_progress_is_explained(void **state)
{
	struct site *site = *state;
	struct tally_verification_query query = {
		.provider = "orders", .provider_branch = "main", .include_wip_since = SINCE};
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *contract;
	cJSON *answer;

	site_publish(site, "web", "1", "main", "orders", "list");
	site_publish(site, "web", "2", "feat/a", "orders", "item");
	answer = choose(site, &query);
	assert_contracts(answer, "web@1 web@2!");
	contract = contract_at(answer, 1);
	assert_true(tally__json_get_bool(contract, "pending", false));
	assert_string_equal(text_at(tally__json_get(contract, "why"), 0),
			    "web 2 is the head of branch feat/a, and work in progress");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(contract, "notices")), 5);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "notices")), 0);
	cJSON_Delete(answer);
	query.provider_branch = NULL;
	answer = choose(site, &query);
	assert_non_null(strstr(site_text(tally__json_get(answer, "notices")->child, "text"),
			       "--provider-branch"));
	cJSON_Delete(answer);
	answer = NULL;
	query.include_wip_since = "last week";
	assert_int_equal(tally_broker_contracts_to_verify(site->broker, &query, &answer, &error),
			 TALLY_EINVAL);
	assert_non_null(strstr(error.message, "last week"));
}

/* A branch that is newer than a pass elsewhere has it for its own: no work in progress. */
static void test_work_in_progress_elsewhere(void **state)
{
	struct site *site = *state;
	const struct tally_verification_query query = {
		.provider = "orders", .provider_branch = "new", .include_wip_since = SINCE};

	site_publish(site, "web", "1", "main", "orders", "list");
	site_publish(site, "web", "2", "feat/a", "orders", "item");
	record_wip(site, "1", "main", "2", "item", "p");
	assert_chosen(site, &query, "web@1 web@2!");
	site_verify(site, "orders", "2", "main", "web", "2", "item", "p");
	assert_chosen(site, &query, "web@1");
}

/* More branches than the list of heads keeps: none is lost. */
static void test_many_heads(void **state)
{
	struct site *site = *state;
	const struct tally_verification_query query = {
		.provider = "orders", .provider_branch = "main", .include_wip_since = SINCE};
	cJSON *answer;
	int count = 0;
	const cJSON *item;

	site_publish(site, "web", "0", "main", "orders", "list");
	for (int i = 1; i <= LIMIT_HEADS + 6; i++) {
		char version[32], branch[32], word[32];

		(void)snprintf(version, sizeof version, "%d", i);
		(void)snprintf(branch, sizeof branch, "feat/%d", i);
		(void)snprintf(word, sizeof word, "w%d", i);
		site_publish(site, "web", version, branch, "orders", word);
	}
	answer = choose(site, &query);
	cJSON_ArrayForEach(item, tally__json_get(answer, "contracts"))
	{
		count += tally__json_get_bool(item, "wip", false);
	}
	assert_int_equal(count, LIMIT_HEADS + 6);
	cJSON_Delete(answer);
}

/* A store of format 1 goes on working; what it cannot know is refused, not guessed. */
static void test_format_one(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	const struct tally_verification_query
		plain = {.provider = "orders", .provider_branch = "main"},
		pending = {.provider = "orders", .provider_branch = "main", .enable_pending = true},
		wip = {.provider = "orders", .provider_branch = "main", .include_wip_since = SINCE};
	cJSON *answer = NULL;

	put_record(site, PATH_BROKER, NAMES(NULL),
		   "{\"format\":1,\"createdAt\":\"2023-11-14T22:13:20Z\"}");
	site_publish(site, "web", "1", "main", "orders", "list item");
	publish_tagged(site, "web", "2", "pilot", "more");
	publish_tagged(site, "web", "3", "pilot", "last");
	site_verify(site, "orders", "1", "main", "web", "1", "list item", "pf");
	answer = choose(site, &plain);
	assert_contracts(answer, "web@1");
	assert_null(tally__json_get(interaction_at(answer, 0, 0), "passedBefore"));
	cJSON_Delete(answer);
	answer = NULL;
	assert_int_equal(tally_broker_contracts_to_verify(site->broker, &pending, &answer, &error),
			 TALLY_EUNSUPPORTED);
	assert_non_null(strstr(error.message, "tally broker upgrade"));
	assert_int_equal(tally_broker_contracts_to_verify(site->broker, &wip, &answer, NULL),
			 TALLY_EUNSUPPORTED);
	assert_refused(site, NULL, "[{\"tag\": \"pilot\"}]", TALLY_EUNSUPPORTED, "", "upgrade");
	assert_selected(site, "[{\"tag\": \"pilot\", \"latest\": true}]", "web@3");
	memset(&error, 0, sizeof error);
	site_ok(tally_broker_upgrade(site->broker, &answer, &error), &error);
	assert_int_equal(tally__json_get(answer, "from")->valueint, 1);
	assert_int_equal(tally__json_get(answer, "format")->valueint, 3);
	cJSON_Delete(answer);
	assert_chosen(site, &pending, "web@1?");
	assert_passed(site, &pending, "+-");
	assert_selected(site, "[{\"tag\": \"pilot\"}]", "web@2 web@3");
	assert_chosen(site, &wip, "web@1 web@3!");
}

/* What the upgrade derives is what would have been written all along. */
static void test_upgrade_derives_the_same(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	char before[STORE_ID_BYTES], after[STORE_ID_BYTES];
	cJSON *answer = NULL;

	site_tip(site, before);
	site_ok(tally_broker_upgrade(site->broker, &answer, &error), &error);
	site_tip(site, after);
	assert_string_equal(before, after);
	assert_string_equal(site_text(answer, "commit"), before);
	cJSON_Delete(answer);
	fill(site);
	site_verify(site, "orders", "1", "old", "web", "1", "list", "p");
	site_verify(site, "orders", "2", "main", "web", "2", "list item", "pp");
	verify_tagged(site, "3", "pilot", "list item", "pp");
	put_record(site, PATH_BROKER, NAMES(NULL),
		   "{\n  \"createdAt\": \"2023-11-14T22:13:20Z\",\n  \"format\": 1\n}\n");
	site_ok(tally_broker_upgrade(site->broker, NULL, &error), &error);
	assert_int_equal(count_changed_files(site), 1);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_every_kind),
		WITH_SITE(test_default_by_tag),
		WITH_SITE(test_released),
		WITH_SITE(test_fallbacks),
		WITH_SITE(test_reasons),
		WITH_SITE(test_unmatched),
		WITH_SITE(test_named_consumers),
		WITH_SITE(test_named_without_provider),
		WITH_SITE(test_selectors_refused),
		WITH_SITE(test_too_many_selectors),
		WITH_SITE(test_hostile_names),
		WITH_SITE(test_pending_by_branch),
		WITH_SITE(test_pending_by_tag),
		WITH_SITE(test_joining_later),
		WITH_SITE(test_notices),
		WITH_SITE(test_known_outcomes),
		WITH_SITE(test_flaky_and_known),
		WITH_SITE(test_only_known),
		WITH_SITE(test_standing_of_one_version),
		WITH_SITE(test_work_in_progress),
		WITH_SITE(test_work_in_progress_is_explained),
		WITH_SITE(test_work_in_progress_elsewhere),
		WITH_SITE(test_many_heads),
		WITH_SITE(test_format_one),
		WITH_SITE(test_upgrade_derives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
