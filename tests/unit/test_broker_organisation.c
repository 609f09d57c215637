/* Whether something can be deployed, asked about organisations that come about at random, and
 * decided again in the plainest way: every consumer and every version that is there, in both
 * directions, with what is ignored and what is assumed. */
#include "config.h"

#include "base/random.h"
#include "broker_site.h"

#define APPLICATIONS  4
#define VERSIONS      6 /* of each, at most; 0 is none */
#define INSTANCES     2
#define WORDS         3
#define ORGANISATIONS 8
#define CHANGES       60
#define QUESTIONS     120

static const char *const applications[APPLICATIONS] = {"web", "orders", "Stock 2", "mail"};
static const char *const instances[INSTANCES] = {NULL, "blue"};
static const char *const words[WORDS] = {"a", "b", "c"};

struct model {
	struct random random;
	size_t versions[APPLICATIONS];                           /* how many there are, from 1 */
	unsigned asks[APPLICATIONS][VERSIONS + 1][APPLICATIONS]; /* words; 0: no contract */
	unsigned passed[APPLICATIONS][VERSIONS + 1];             /* words, by provider version */
	unsigned failed[APPLICATIONS][VERSIONS + 1];
	size_t deployed[APPLICATIONS][INSTANCES]; /* versions; 0: nothing */
	bool released[APPLICATIONS][VERSIONS + 1];
};

/* One question, by indices; version 0 is none, and of what is ignored any. */
struct question {
	size_t asked[APPLICATIONS];      /* the version in question */
	size_t ignored, ignored_version; /* APPLICATIONS: nothing is */
	size_t assumption_count;
	struct {
		size_t application, version, instance;
		bool released;
	} assumptions[2];
};

/* What is said of each pair, by its verdict's first letter; '\0': it is none.  Provider version 0:
 * none is there. */
struct verdicts {
	char of[APPLICATIONS][VERSIONS + 1][APPLICATIONS][VERSIONS + 1];
};

static size_t below(struct model *model, size_t count)
{
	return (size_t)tally__random_below(&model->random, count);
}

static const char *number_of(size_t version)
{
	static const char *const numbers[VERSIONS + 1] = {NULL, "1", "2", "3", "4", "5", "6"};

	return numbers[version];
}

/* ---- how it comes about ---- */

static void add_words(struct buf *out, unsigned asked)
{
	for (size_t i = 0; i < WORDS; i++) {
		if ((asked & 1u << i) != 0)
			tally__buf_addf(out, "%s%s", out->len > 0 ? " " : "", words[i]);
	}
}

/* Anybody may use anybody, and itself. */
static void publish_any(struct site *site, struct model *model)
{
	size_t consumer = below(model, APPLICATIONS), count = 1 + below(model, 2), version;
	struct buf text;

	if (model->versions[consumer] == VERSIONS)
		return;
	version = ++model->versions[consumer];
	tally__buf_init(&text, 64);
	for (size_t i = 0; i < count; i++) {
		size_t provider = below(model, APPLICATIONS);
		unsigned asked = 1u + (unsigned)below(model, (1u << WORDS) - 1);

		if (model->asks[consumer][version][provider] != 0)
			continue;
		model->asks[consumer][version][provider] = asked;
		tally__buf_clear(&text);
		add_words(&text, asked);
		site_publish(site, applications[consumer], number_of(version), NULL,
			     applications[provider], text.bytes);
	}
	tally__buf_release(&text);
}

static void verify_any(struct site *site, struct model *model)
{
	size_t provider = below(model, APPLICATIONS), version;
	unsigned asked = below(model, 2) == 0 ? (1u << WORDS) - 1
					      : 1u + (unsigned)below(model, (1u << WORDS) - 1);
	char outcomes[WORDS + 1];
	size_t count = 0;
	struct buf text;

	if (model->versions[provider] == 0)
		return;
	version = 1 + below(model, model->versions[provider]);
	tally__buf_init(&text, 64);
	add_words(&text, asked);
	for (size_t i = 0; i < WORDS; i++) {
		char outcome = "ppppppppppppppppppfe"[below(model, 20)];

		if ((asked & 1u << i) == 0)
			continue;
		outcomes[count++] = outcome;
		model->passed[provider][version] |= outcome == 'p' ? 1u << i : 0;
		model->failed[provider][version] |= outcome == 'f' ? 1u << i : 0;
	}
	outcomes[count] = '\0';
	site_verify(site, applications[provider], number_of(version), NULL,
		    applications[below(model, APPLICATIONS)], NULL, text.bytes, outcomes);
	tally__buf_release(&text);
}

static void move_any(struct site *site, struct model *model)
{
	size_t application = below(model, APPLICATIONS), instance = below(model, INSTANCES),
	       version;
	struct tally_error error = TALLY_ERROR_INIT;

	if (model->versions[application] == 0)
		return;
	version = 1 + below(model, model->versions[application]);
	site_wait(site, 1);
	if (model->deployed[application][instance] != 0 && below(model, 3) == 0) {
		site_ok(tally_broker_record_undeployment(
				site->broker, applications[application],
				number_of(model->deployed[application][instance]), "production",
				instances[instance], NULL, &error),
			&error);
		model->deployed[application][instance] = 0;
	} else if (below(model, 4) == 0) {
		site_release(site, applications[application], number_of(version), "production");
		model->released[application][version] = true;
	} else {
		site_deploy(site, applications[application], number_of(version), "production",
			    instances[instance]);
		model->deployed[application][instance] = version;
	}
}

/* ---- the plain answer ---- */

/* What is there, as one set of versions.  What is asked for takes the place that has no name. */
static void find_live(const struct model *model, const struct question *question,
		      size_t application, bool live[VERSIONS + 1])
{
	size_t deployed[INSTANCES];

	memcpy(deployed, model->deployed[application], sizeof deployed);
	memcpy(live, model->released[application], (VERSIONS + 1) * sizeof *live);
	for (size_t i = 0; i < question->assumption_count; i++) {
		if (question->assumptions[i].application != application)
			continue;
		if (question->assumptions[i].version == 0) {
			memset(deployed, 0, sizeof deployed);
			memset(live, 0, (VERSIONS + 1) * sizeof *live);
		} else if (!question->assumptions[i].released) {
			deployed[question->assumptions[i].instance] =
				question->assumptions[i].version;
		} else {
			live[question->assumptions[i].version] = true;
		}
	}
	if (question->asked[application] != 0)
		deployed[0] = question->asked[application];
	for (size_t i = 0; i < INSTANCES; i++)
		live[deployed[i]] = live[deployed[i]] || deployed[i] != 0;
	live[0] = false;
}

static bool is_ignored(const struct question *question, size_t application, size_t version)
{
	return question->ignored == application &&
	       (question->ignored_version == 0 || question->ignored_version == version);
}

static void judge(const struct model *model, const struct question *question, size_t consumer,
		  size_t version, size_t provider, size_t provider_version,
		  struct verdicts *verdicts)
{
	unsigned asked = model->asks[consumer][version][provider];
	char *verdict = &verdicts->of[consumer][version][provider][provider_version];

	if (is_ignored(question, consumer, version) ||
	    is_ignored(question, provider, provider_version))
		*verdict = 'i';
	else if (provider_version == 0)
		*verdict = 'a';
	else if ((model->failed[provider][provider_version] & asked) != 0)
		*verdict = 'b';
	else
		*verdict = (asked & ~model->passed[provider][provider_version]) == 0 ? 'o' : 'w';
}

/* The contract of a consumer version that is there with what is there of its provider. */
static void judge_contract(const struct model *model, const struct question *question,
			   size_t consumer, size_t version, size_t provider,
			   struct verdicts *verdicts)
{
	bool live[VERSIONS + 1], any = false;

	find_live(model, question, provider, live);
	for (size_t i = 1; i <= VERSIONS; i++) {
		any |= live[i];
		if (live[i] &&
		    (version == question->asked[consumer] || i == question->asked[provider]))
			judge(model, question, consumer, version, provider, i, verdicts);
	}
	if (!any && version == question->asked[consumer])
		judge(model, question, consumer, version, provider, 0, verdicts);
}

static void answer_plainly(const struct model *model, const struct question *question,
			   struct verdicts *verdicts)
{
	memset(verdicts, 0, sizeof *verdicts);
	for (size_t consumer = 0; consumer < APPLICATIONS; consumer++) {
		bool live[VERSIONS + 1];

		find_live(model, question, consumer, live);
		for (size_t version = 1; version <= VERSIONS; version++) {
			for (size_t provider = 0; live[version] && provider < APPLICATIONS;
			     provider++) {
				if (model->asks[consumer][version][provider] != 0)
					judge_contract(model, question, consumer, version, provider,
						       verdicts);
			}
		}
	}
}

/* ---- the broker's answer ---- */

static size_t index_of(const cJSON *side)
{
	const char *name = site_text(side, "name");
	size_t i = 0;

	while (i < APPLICATIONS && strcmp(applications[i], name) != 0)
		i++;
	assert_true(i < APPLICATIONS);
	return i;
}

static size_t version_of(const cJSON *side)
{
	const char *number = tally__json_get_string(side, "version");

	return number != NULL ? (size_t)(number[0] - '0') : 0;
}

static void read_pairs(const cJSON *answer, struct verdicts *verdicts)
{
	const cJSON *pair;

	memset(verdicts, 0, sizeof *verdicts);
	cJSON_ArrayForEach(pair, tally__json_get(answer, "pairs"))
	{
		const cJSON *consumer = tally__json_get(pair, "consumer"),
			    *provider = tally__json_get(pair, "provider");
		char *verdict = &verdicts->of[index_of(consumer)][version_of(consumer)]
					     [index_of(provider)][version_of(provider)];

		assert_int_equal(*verdict, '\0');
		*verdict = *site_text(pair, "verdict");
	}
}

static cJSON *ask(struct site *site, const struct question *question)
{
	struct tally_version_selector selectors[APPLICATIONS], ignored = {0};
	struct tally_assumption assumptions[2];
	struct tally_matrix_query query = {.selectors = selectors,
					   .ignored = &ignored,
					   .assumptions = assumptions,
					   .assumption_count = question->assumption_count,
					   .to_environment = "production"};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	for (size_t i = 0; i < APPLICATIONS; i++) {
		if (question->asked[i] != 0)
			selectors[query.selector_count++] = (struct tally_version_selector){
				.application = applications[i],
				.version = number_of(question->asked[i])};
	}
	if (question->ignored < APPLICATIONS) {
		query.ignored_count = 1;
		ignored.application = applications[question->ignored];
		ignored.version = number_of(question->ignored_version);
	}
	for (size_t i = 0; i < question->assumption_count; i++)
		assumptions[i] = (struct tally_assumption){
			.application = applications[question->assumptions[i].application],
			.version = number_of(question->assumptions[i].version),
			.instance = instances[question->assumptions[i].instance],
			.released = question->assumptions[i].released};
	site_ok(tally_broker_can_i_deploy(site->broker, &query, &answer, &error), &error);
	return answer;
}

/* One or two versions that are there; what else is asked is of applications that are known. */
static bool make_question(struct model *model, struct question *question)
{
	size_t count = 1 + below(model, 2);

	*question = (struct question){.ignored = APPLICATIONS};
	for (size_t i = 0; i < count; i++) {
		size_t application = below(model, APPLICATIONS);

		if (model->versions[application] == 0)
			return false;
		question->asked[application] = 1 + below(model, model->versions[application]);
	}
	if (below(model, 3) == 0) {
		question->ignored = below(model, APPLICATIONS);
		if (model->versions[question->ignored] == 0)
			return false;
		question->ignored_version = below(model, model->versions[question->ignored] + 1);
	}
	/* Not of one application twice: that may contradict itself. */
	if (below(model, 2) == 0) {
		size_t application = below(model, APPLICATIONS);

		if (question->asked[application] != 0 || model->versions[application] == 0)
			return false;
		question->assumption_count = 1;
		question->assumptions[0].application = application;
		question->assumptions[0].version = below(model, model->versions[application] + 1);
		question->assumptions[0].released =
			question->assumptions[0].version != 0 && below(model, 2) == 0;
		if (question->assumptions[0].version != 0 && !question->assumptions[0].released)
			question->assumptions[0].instance = below(model, INSTANCES);
	}
	return true;
}

static bool is_yes(const struct verdicts *verdicts)
{
	const char *all = &verdicts->of[0][0][0][0];

	for (size_t i = 0; i < sizeof *verdicts; i++) {
		if (all[i] != '\0' && all[i] != 'o' && all[i] != 'i')
			return false;
	}
	return true;
}

/* Seen over all organisations, so that both answers were put to the test. */
static size_t said[2];

static void check_question(struct site *site, struct model *model)
{
	struct question question;
	struct verdicts expected, found;
	cJSON *answer;
	bool yes;

	if (!make_question(model, &question))
		return;
	answer_plainly(model, &question, &expected);
	answer = ask(site, &question);
	read_pairs(answer, &found);
	yes = is_yes(&expected);
	if (memcmp(&expected, &found, sizeof found) != 0 ||
	    strcmp(site_text(answer, "verdict"), yes ? "yes" : "no") != 0) {
		char *text = cJSON_Print(answer);

		print_message("%s\n", text);
		fail_msg("expected %s, or other pairs", yes ? "yes" : "no");
	}
	said[yes]++;
	cJSON_Delete(answer);
}

static void check_organisation(struct site *site, uint64_t seed)
{
	struct model model = {0};

	tally__random_init(&model.random, seed);
	site_environment(site, "production");
	for (size_t i = 0; i < CHANGES; i++) {
		size_t kind = below(&model, 10);

		if (kind < 3)
			publish_any(site, &model);
		else if (kind < 7)
			verify_any(site, &model);
		else
			move_any(site, &model);
	}
	for (size_t i = 0; i < QUESTIONS; i++)
		check_question(site, &model);
}

static void test_organisations(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= ORGANISATIONS; seed++) {
		void *site = NULL;

		print_message("seed %d\n", (int)seed);
		assert_int_equal(site_setup(&site), 0);
		check_organisation(site, seed);
		assert_int_equal(site_teardown(&site), 0);
	}
	print_message("no %zu times, yes %zu times\n", said[false], said[true]);
	assert_true(said[false] > 50);
	assert_true(said[true] > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_organisations),
	};

	return cmocka_run_group_tests_name("broker organisation", tests, NULL, NULL);
}
