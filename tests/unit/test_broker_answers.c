/* Results add up: by interaction, whichever run, contract or consumer they came under. */
#include "config.h"

#include "base/random.h"
#include "broker/answers.h"
#include "broker_site.h"

/* The only pair of a question about a consumer. */
static const cJSON *ask_pair(struct site *site, const char *consumer, const char *version,
			     cJSON **answer)
{
	*answer = site_ask(site, consumer, version, "production");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(*answer, "pairs")), 1);
	return site_pair(*answer, 0);
}

static void assert_pair(struct site *site, const char *consumer, const char *version,
			const char *verdict, const char *why)
{
	cJSON *answer;
	const cJSON *pair = ask_pair(site, consumer, version, &answer);

	assert_string_equal(site_text(pair, "verdict"), verdict);
	if (strstr(site_text(pair, "why"), why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", site_text(pair, "why"), why);
	cJSON_Delete(answer);
}

/* "web 1", "shop", …: on which runs a verdict rests, the newest first; "*" marks what was carried.
 */
static void assert_evidence(struct site *site, const char *consumer, const char *version,
			    const char *expected)
{
	cJSON *answer;
	const cJSON *pair = ask_pair(site, consumer, version, &answer), *item;
	struct buf found;

	tally__buf_init(&found, 4096);
	cJSON_ArrayForEach(item, tally__json_get(pair, "evidence"))
	{
		const char *of = tally__json_get_string(item, "consumerVersion");

		assert_non_null(strstr(site_text(item, "run"), "/results/"));
		(void)site_text(item, "at");
		tally__buf_addf(&found, "%s%s%s%s x%d%s", found.len > 0 ? ", " : "",
				site_text(item, "consumer"), of != NULL ? " " : "",
				of != NULL ? of : "",
				tally__json_get(item, "interactions")->valueint,
				tally__json_get_bool(item, "carried", false) ? "*" : "");
	}
	assert_string_equal(found.bytes, expected);
	tally__buf_release(&found);
	cJSON_Delete(answer);
}

/* orders 1 runs in production. */
static void start(struct site *site)
{
	site_environment(site, "production");
	site_publish(site, "web", "1", "main", "orders", "list item");
	site_publish(site, "shop", "1", "main", "orders", "item pay");
	site_verify(site, "orders", "1", "main", "-", NULL, "x", ".");
	site_deploy(site, "orders", "1", "production", NULL);
}

static void test_answers_of_other_contracts_count(void **state)
{
	struct site *site = *state;

	start(site);
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "pp");
	assert_pair(site, "web", "1", "waiting", "has not answered 1 of 2 interactions of web 1");
	assert_evidence(site, "web", "1", "shop 1 x1*");
	site_verify(site, "orders", "1", NULL, "web", NULL, "list", "p");
	assert_pair(site, "web", "1", "ok",
		    "orders 1 passed all 2 interactions of web 1; they were answered for web and "
		    "in 1 other run.");
	assert_evidence(site, "web", "1", "web x1*, shop 1 x1*");
	assert_evidence(site, "shop", "1", "shop 1 x2");
	/* A new contract that asks what was answered already needs no run. */
	site_publish(site, "web", "2", "main", "orders", "pay");
	assert_pair(site, "web", "2", "ok", "they were answered for shop 1.");
	site_publish(site, "web", "3", "main", "orders", "list more?");
	assert_pair(site, "web", "3", "ok", "(1 more pending); they were answered for web.");
}

static void test_a_run_of_its_own_stands_first(void **state)
{
	struct site *site = *state;

	start(site);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "pp");
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "pp");
	assert_evidence(site, "web", "1", "web 1 x2");
	assert_pair(site, "web", "1", "ok", "passed all 2 interactions of web 1.");
	/* A newer run of the same contract is the newer proof. */
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "p.");
	assert_evidence(site, "web", "1", "web 1 x1, web 1 x1");
}

static void test_opposite_answers_anywhere_are_flaky(void **state)
{
	struct site *site = *state;
	cJSON *answer;
	const cJSON *pair, *item;

	start(site);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "pp");
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "fp");
	assert_pair(site, "web", "1", "broken",
		    "orders 1 is flaky: it both passed and failed 1 of 2");
	assert_pair(site, "shop", "1", "broken",
		    "orders 1 is flaky: it both passed and failed 1 of 2");
	pair = ask_pair(site, "web", "1", &answer);
	item = cJSON_GetArrayItem(tally__json_get(pair, "interactions"), 1);
	assert_string_equal(site_text(item, "outcome"), "flaky");
	assert_string_equal(tally__json_get(item, "messages")->child->valuestring,
			    "$.a: expected status 200 but was 500");
	cJSON_Delete(answer);
	assert_evidence(site, "web", "1", "shop 1 x1*, web 1 x2");
	/* Not what another version of the provider did. */
	site_verify(site, "orders", "2", "main", "web", "1", "list item", "pp");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_pair(site, "web", "1", "ok", "orders 2 passed all 2");
}

static void test_a_failure_elsewhere_is_a_failure(void **state)
{
	struct site *site = *state;

	start(site);
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "fp");
	assert_pair(site, "web", "1", "broken",
		    "fails 1 of 2 interactions of web 1: \"a request for item\" ($.a: expected");
	assert_evidence(site, "web", "1", "shop 1 x1*");
	/* An error there is told of, too, where there is nothing better. */
	site_verify(site, "orders", "2", NULL, "shop", "1", "item pay", "ep");
	site_deploy(site, "orders", "2", "production", NULL);
	assert_pair(site, "web", "1", "waiting",
		    "the last attempt ended with an error: \"a request "
		    "for item\" (the provider did not answer)");
}

#define CONSUMERS 3
#define PROVIDERS 3
#define WORDS     5
#define CHANGES   40
#define HISTORIES 12

static const char *const consumers[CONSUMERS] = {"web", "shop", "Till 2"};
static const char *const words[WORDS] = {"a", "b", "c", "d", "e"};

/* What was published and answered, kept in the plainest way. */
struct model {
	struct random random;
	int versions[CONSUMERS];                       /* how many there are, from 1 */
	unsigned asks[CONSUMERS][CHANGES + 1];         /* words, by version */
	unsigned passed[PROVIDERS], failed[PROVIDERS]; /* words */
	unsigned errored[PROVIDERS];
};

static size_t below(struct model *model, size_t count)
{
	return (size_t)tally__random_below(&model->random, count);
}

static void add_words(struct buf *out, unsigned asked)
{
	for (size_t i = 0; i < WORDS; i++) {
		if ((asked & 1u << i) != 0)
			tally__buf_addf(out, "%s%s", out->len > 0 ? " " : "", words[i]);
	}
}

static void publish_any(struct site *site, struct model *model)
{
	size_t consumer = below(model, CONSUMERS);
	int version = ++model->versions[consumer];
	unsigned asked = 1u + (unsigned)below(model, (1u << WORDS) - 1);
	char name[16];
	struct buf text;

	tally__buf_init(&text, 64);
	add_words(&text, asked);
	(void)snprintf(name, sizeof name, "%d", version);
	model->asks[consumer][version] = asked;
	site_publish(site, consumers[consumer], name, NULL, "orders", text.bytes);
	tally__buf_release(&text);
}

/* Some of the words of some contract, of a version that is there or none. */
static void verify_any(struct site *site, struct model *model)
{
	size_t consumer = below(model, CONSUMERS), provider = below(model, PROVIDERS);
	int version = (int)below(model, (size_t)model->versions[consumer] + 1);
	unsigned asked = version > 0 ? model->asks[consumer][version] : (1u << WORDS) - 1;
	char outcomes[WORDS + 1], name[16], number[16];
	size_t count = 0;
	struct buf text;

	tally__buf_init(&text, 64);
	add_words(&text, asked);
	for (size_t i = 0; i < WORDS; i++) {
		char outcome = "pppppppf.e"[below(model, 10)];

		if ((asked & 1u << i) == 0)
			continue;
		outcomes[count++] = outcome;
		model->passed[provider] |= outcome == 'p' ? 1u << i : 0;
		model->failed[provider] |= outcome == 'f' ? 1u << i : 0;
		model->errored[provider] |= outcome == 'e' ? 1u << i : 0;
	}
	outcomes[count] = '\0';
	(void)snprintf(name, sizeof name, "%d", version);
	(void)snprintf(number, sizeof number, "%zu", provider + 1);
	/* Within one second, or with a clock that goes back. */
	site_wait(site, -(long)below(model, 3));
	site_verify(site, "orders", number, NULL, consumers[consumer], version > 0 ? name : NULL,
		    text.bytes, outcomes);
	tally__buf_release(&text);
}

static const char *expected_verdict(const struct model *model, size_t provider, unsigned asked)
{
	if ((model->failed[provider] & asked) != 0)
		return "broken";
	return (asked & ~model->passed[provider]) == 0 ? "ok" : "waiting";
}

static const char *expected_outcome(const struct model *model, size_t provider, unsigned word)
{
	bool passed = (model->passed[provider] & word) != 0;

	if ((model->failed[provider] & word) != 0)
		return passed ? "flaky" : "failed";
	if (passed)
		return "passed";
	return (model->errored[provider] & word) != 0 ? "error" : "waiting";
}

/* Asks about a consumer version with a provider version; appends what the store says of the pair.
 */
static void ask_as_expected(struct site *site, const struct model *model, size_t consumer,
			    int version, size_t provider, struct buf *out)
{
	unsigned asked = model->asks[consumer][version];
	char number[16], environment[16];
	const cJSON *pair, *item;
	cJSON *answer;

	(void)snprintf(number, sizeof number, "%d", version);
	(void)snprintf(environment, sizeof environment, "at-%zu", provider + 1);
	answer = site_ask(site, consumers[consumer], number, environment);
	pair = site_pair(answer, 0);
	assert_string_equal(site_text(pair, "verdict"), expected_verdict(model, provider, asked));
	item = tally__json_get(pair, "interactions")->child;
	for (size_t i = 0; i < WORDS; i++) {
		if ((asked & 1u << i) == 0)
			continue;
		assert_non_null(item);
		assert_string_equal(site_text(item, "outcome"),
				    expected_outcome(model, provider, 1u << i));
		item = item->next;
	}
	assert_null(item);
	assert_int_equal(tally__json_add(out, pair, TALLY_JSON_CANONICAL), 0);
	cJSON_Delete(answer);
}

static void ask_everything(struct site *site, const struct model *model, struct buf *out)
{
	for (size_t consumer = 0; consumer < CONSUMERS; consumer++) {
		for (int version = 1; version <= model->versions[consumer]; version++) {
			for (size_t provider = 0; provider < PROVIDERS; provider++)
				ask_as_expected(site, model, consumer, version, provider, out);
		}
	}
}

/* The newest tree's id, of everything or of one thing in it. */
static void tree_of(struct site *site, char *id, int id_bytes)
{
	char command[256];
	FILE *pipe;

	(void)snprintf(command, sizeof command, "git -C %s rev-parse main^{tree}", site->path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(id, id_bytes, pipe));
	assert_int_equal(pclose(pipe), 0);
}

/* A store as format 2 left it. */
static int go_back(struct records *records, void *context, struct buf *message, cJSON **answer,
		   struct tally_error *error)
{
	struct record *format;
	int status = tally__records_get(records, &format, PATH_BROKER, NAMES(NULL), error);

	(void)context, (void)answer;
	tally__buf_adds(message, "go back\n");
	if (status == 0)
		status = tally__record_set_number(format, "format", 2, error);
	for (int i = 1; status == 0 && i <= PROVIDERS; i++) {
		struct record **list = NULL, *failed, *version;
		size_t count = 0;
		char number[16];

		(void)snprintf(number, sizeof number, "%d", i);
		status = tally__records_list(records, &list, &count, PATH_ANSWERS_OF,
					     NAMES("orders", number), error);
		for (size_t j = 0; status == 0 && j < count; j++)
			tally__record_remove(list[j]);
		if (status == 0)
			status = tally__records_get(records, &failed, PATH_FAILED,
						    NAMES("orders", number), error);
		if (status == 0 && failed->json != NULL)
			tally__record_remove(failed);
		if (status == 0)
			status = tally__records_get(records, &version, PATH_VERSION,
						    NAMES("orders", number), error);
		if (status == 0)
			tally__record_unset(version, "previous");
	}
	return status;
}

static void upgrade_to(struct site *site, const char *tree)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char found[64];

	site_ok(tally_broker_upgrade(site->broker, NULL, &error), &error);
	tree_of(site, found, sizeof found);
	assert_string_equal(found, tree);
}

static void check_history(struct site *site, uint64_t seed)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct model model = {0};
	struct buf kept, derived;
	char tree[64];

	tally__random_init(&model.random, seed);
	for (size_t i = 0; i < PROVIDERS; i++) {
		char environment[16], number[16];

		(void)snprintf(number, sizeof number, "%zu", i + 1);
		(void)snprintf(environment, sizeof environment, "at-%zu", i + 1);
		site_environment(site, environment);
		site_verify(site, "orders", number, NULL, "-", NULL, "x", ".");
		site_deploy(site, "orders", number, environment, NULL);
	}
	for (size_t i = 0; i < CHANGES; i++) {
		if (below(&model, 3) == 0)
			publish_any(site, &model);
		else
			verify_any(site, &model);
	}
	tally__buf_init(&kept, 16 * 1024 * 1024);
	tally__buf_init(&derived, 16 * 1024 * 1024);
	ask_everything(site, &model, &kept);
	tree_of(site, tree, sizeof tree);
	site_ok(tally__broker_change(site->broker, go_back, NULL, site->now, NULL, &error), &error);
	ask_everything(site, &model, &derived);
	assert_int_equal(kept.len, derived.len);
	assert_memory_equal(kept.bytes, derived.bytes, kept.len);
	upgrade_to(site, tree);
	tally__buf_release(&kept);
	tally__buf_release(&derived);
}

/* Whatever was published and answered, and in which order: the verdicts are those of the plain
 * rules, told from the records that are kept up or from the runs, with the same evidence; and an
 * upgrade makes the records that would have been kept up. */
static void test_any_history(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		void *site = NULL;

		print_message("seed %d\n", (int)seed);
		assert_int_equal(site_setup(&site), 0);
		check_history(site, seed);
		assert_int_equal(site_teardown(&site), 0);
	}
}

/* Runs that somebody took out of the store by hand, and the way to mend what told of them. */
static int lose_runs(struct records *records, void *context, struct buf *message, cJSON **answer,
		     struct tally_error *error)
{
	struct record *format;
	int status = tally__records_get(records, &format, PATH_BROKER, NAMES(NULL), error);

	(void)context, (void)answer;
	tally__buf_adds(message, "lose the runs for shop\n");
	if (status == 0)
		status = tally__record_set_number(format, "format", 2, error);
	return status != 0 ? status
			   : tally__records_remove_folder(records, PATH_RUNS,
							  NAMES("orders", "1", "shop"), error);
}

static void test_records_are_made_anew(void **state)
{
	struct site *site = *state;
	struct tally_error error = TALLY_ERROR_INIT;

	start(site);
	site_verify(site, "orders", "1", NULL, "web", "1", "list item", "pp");
	site_verify(site, "orders", "1", NULL, "shop", "1", "item pay", "fp");
	assert_pair(site, "web", "1", "broken", "flaky");
	site_ok(tally__broker_change(site->broker, lose_runs, NULL, site->now, NULL, &error),
		&error);
	site_ok(tally_broker_upgrade(site->broker, NULL, &error), &error);
	assert_pair(site, "web", "1", "ok", "passed all 2");
	assert_pair(site, "shop", "1", "waiting", "has not answered 1 of 2");
	assert_evidence(site, "shop", "1", "web 1 x1*");
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SITE(test_answers_of_other_contracts_count),
		WITH_SITE(test_a_run_of_its_own_stands_first),
		WITH_SITE(test_opposite_answers_anywhere_are_flaky),
		WITH_SITE(test_a_failure_elsewhere_is_a_failure),
		cmocka_unit_test(test_any_history),
		WITH_SITE(test_records_are_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
