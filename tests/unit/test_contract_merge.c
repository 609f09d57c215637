/* Merging, saving and linting. */
#include "config.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "contract/contract.h"
#include "linted.h"

#define TOP(version, interactions)                                                                 \
	"{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders\"},"                    \
	"\"metadata\":{\"pactSpecification\":{\"version\":\"" version                              \
	"\"}},\"interactions\":[" interactions "]}"
#define GET(description, path, more)                                                               \
	"{\"description\":\"" description "\",\"request\":{\"path\":\"" path                       \
	"\"},\"response\":{\"status\":200}" more "}"
#define STATES(name) ",\"providerStates\":[{\"name\":\"" name "\"}]"

static struct tally_contract *parsed(const char *text)
{
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_contract_parse(&contract, text, strlen(text), &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
	return contract;
}

/* "description path state;" for each interaction, as written. */
static void assert_interactions(const struct tally_contract *contract, const char *expected)
{
	struct buf seen;
	cJSON *json = NULL;
	struct tally_contract *sorted = NULL;
	char *text = NULL;

	assert_int_equal(tally_contract_write(contract, TALLY_SPEC_V4, &json, NULL), 0);
	assert_int_equal(tally_json_write(&text, NULL, json, TALLY_JSON_COMPACT, NULL), 0);
	sorted = parsed(text);
	tally__buf_init(&seen, 100000);
	for (size_t i = 0; i < sorted->interaction_count; i++) {
		const struct interaction *interaction = &sorted->interactions[i];

		tally__buf_addf(&seen, "%s %s%s%s;", interaction->description,
				interaction->request.path, interaction->state_count ? " " : "",
				interaction->state_count ? interaction->states[0].name : "");
	}
	assert_string_equal(seen.bytes, expected);
	tally__buf_release(&seen);
	tally_contract_free(sorted);
	tally_free(text);
	cJSON_Delete(json);
}

static void check_merge(const char *a, const char *b, const char *expected)
{
	struct tally_contract *left = parsed(a);
	struct tally_contract *right = parsed(b);
	struct tally_contract *merged = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_contract_merge(&merged, left, right, &error) != 0)
		fail_msg("%s", error.message);
	tally_contract_free(left);
	tally_contract_free(right);
	assert_interactions(merged, expected);
	tally_contract_free(merged);
}

static void check_conflict(const char *a, const char *b, int code, const char *message)
{
	struct tally_contract *left = parsed(a);
	struct tally_contract *right = parsed(b);
	struct tally_contract *merged = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(tally_contract_merge(&merged, left, right, &error), code);
	assert_null(merged);
	assert_string_equal(error.message, message);
	tally_contract_free(left);
	tally_contract_free(right);
}

static void unites_by_interaction(void **state)
{
	(void)state;
	check_merge(TOP("2.0.0", GET("a", "/a", "") "," GET("b", "/b", "")),
		    TOP("2.0.0", GET("b", "/b", "") "," GET("c", "/c", "")), "a /a;b /b;c /c;");
	check_merge(TOP("3.0.0", GET("a", "/a", STATES("s"))),
		    TOP("3.0.0", GET("a", "/x", STATES("t")) "," GET("a", "/y", "")),
		    "a /y;a /a s;a /x t;");
	check_merge(TOP("3.0.0", ""), TOP("3.0.0", ""), "");
}

static void keys_come_before_descriptions(void **state)
{
	(void)state;
	/* The same key: one interaction, which was renamed. */
	check_merge(TOP("4.0", GET("a", "/a", ",\"key\":\"1\"")),
		    TOP("4.0", GET("b", "/a", ",\"key\":\"1\"")), "b /a;");
	/* Different keys: two, whatever they are called. */
	check_merge(TOP("4.0", GET("a", "/a", ",\"key\":\"1\"")),
		    TOP("4.0", GET("a", "/b", ",\"key\":\"2\"")), "a /a;a /b;");
	/* A key on one side only: the description decides. */
	check_merge(TOP("4.0", GET("a", "/a", "")), TOP("4.0", GET("a", "/a", ",\"key\":\"2\"")),
		    "a /a;");
}

static void duplicates_of_one_side_stay(void **state)
{
	(void)state;
	check_merge(TOP("3.0.0", GET("a", "/1", "") "," GET("a", "/2", "")),
		    TOP("3.0.0", GET("a", "/2", "")), "a /1;a /2;");
}

static void shows_both_sides_of_a_conflict(void **state)
{
	(void)state;
	check_conflict(TOP("2.0.0", GET("a", "/a", "")), TOP("3.0.0", GET("a", "/b", "")),
		       TALLY_ECONFLICT,
		       "interaction \"a\" stands in both with different content; call one of them "
		       "something else, or let the newer one replace the other:\n"
		       "  request.path\n"
		       "    the first contract: \"/a\"\n"
		       "    the second:         \"/b\"");
	check_conflict(TOP("3.0.0", GET("a", "/a", "")),
		       "{\"consumer\":{\"name\":\"Other\"},\"interactions\":[]}", TALLY_EINVAL,
		       "the first contract is between \"Shop\" and \"Orders\", the second between "
		       "\"Other\" and \"provider\": only contracts between the same two "
		       "applications can be merged");
}

static void metadata_and_plugins_unite(void **state)
{
	static const char a[] =
		"{\"interactions\":[],\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"},"
		"\"x\":1,\"plugins\":[{\"name\":\"p\",\"version\":\"1\",\"configuration\":{\"a\":1}"
		"},{\"name\":\"q\"}]},\"links\":1}";
	static const char b[] =
		"{\"interactions\":[],\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"},"
		"\"x\":2,\"plugins\":[{\"name\":\"p\",\"version\":\"1\",\"configuration\":{\"b\":2}"
		"}]}}";
	struct tally_contract *left = parsed(a);
	struct tally_contract *right = parsed(b);
	struct tally_contract *merged = NULL;
	char *text = NULL;

	(void)state;
	assert_int_equal(tally_contract_merge(&merged, left, right, NULL), 0);
	assert_int_equal(
		tally_json_write(&text, NULL, merged->metadata, TALLY_JSON_CANONICAL, NULL), 0);
	assert_string_equal(text, "{\"plugins\":[{\"configuration\":{\"a\":1,\"b\":2},\"name\":"
				  "\"p\",\"version\":\"1\"},{\"name\":\"q\"}],\"x\":2}");
	assert_non_null(tally__json_get(merged->extra, "links"));
	tally_free(text);
	tally_contract_free(left);
	tally_contract_free(right);
	tally_contract_free(merged);
}

/* Linear: this would take minutes otherwise. */
static void many_interactions_merge_quickly(void **state)
{
	enum { COUNT = 3000 };
	struct buf text;
	struct tally_contract *contract;
	struct tally_contract *merged = NULL;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&text, "{\"interactions\":[");
	for (int i = 0; i < COUNT; i++)
		tally__buf_addf(&text, "%s{\"description\":\"%d\",\"request\":{}}", i ? "," : "",
				i % 2 ? i : 0);
	tally__buf_adds(&text, "]}");
	contract = parsed(text.bytes);
	assert_int_equal(tally_contract_merge(&merged, contract, contract, NULL), 0);
	assert_int_equal(merged->interaction_count, COUNT);
	tally_contract_free(merged);
	tally_contract_free(contract);
	tally__buf_release(&text);
}

/* ---- Saving ---- */

static char folder[] = "/tmp/tally-test-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	return mkdtemp(folder) ? 0 : -1;
}

static void remove_all(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char inner[4096];

	while (dir && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (unlink(inner) != 0)
			remove_all(inner);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static int remove_folder(void **state)
{
	(void)state;
	remove_all(folder);
	return 0;
}

static void save(const char *text, enum tally_save_mode mode, int expected)
{
	struct tally_contract *contract = parsed(text);
	struct tally_error error = TALLY_ERROR_INIT;
	const struct tally_save_options how = {.spec = TALLY_SPEC_V4, .mode = mode};
	int status = tally_contract_save(contract, folder, &how, NULL, &error);

	if (status != expected)
		fail_msg("%d: %s: %s", status, error.where, error.message);
	tally_contract_free(contract);
}

static void assert_saved(const char *name, const char *expected)
{
	struct tally_contract *contract = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(tally_contract_read_file(&contract, path, NULL), 0);
	assert_interactions(contract, expected);
	tally_contract_free(contract);
}

static void saves_merges_and_overwrites(void **state)
{
	(void)state;
	save(TOP("2.0.0", GET("a", "/a", "")), TALLY_SAVE_MERGE, 0);
	save(TOP("4.0", GET("b", "/b", "")), TALLY_SAVE_MERGE, 0);
	assert_saved("Shop-Orders.json", "a /a;b /b;");
	save(TOP("4.0", GET("b", "/c", "")), TALLY_SAVE_MERGE, TALLY_ECONFLICT);
	assert_saved("Shop-Orders.json", "a /a;b /b;");
	save(TOP("4.0", GET("b", "/c", "")), TALLY_SAVE_OVERWRITE, 0);
	assert_saved("Shop-Orders.json", "a /a;b /c;");
}

/* A file of a newer version stays one: the older cannot say all that it says. */
static void merging_keeps_the_newer_version(void **state)
{
	struct tally_contract *contract = parsed(TOP("3.0.0", GET("b", "/b", "")));
	struct tally_contract *saved = NULL;
	char path[4096];

	(void)state;
	save(TOP("4.0",
		 GET("a", "/a", ",\"key\":\"1\",\"pending\":true,\"comments\":{\"text\":[\"x\"]}")),
	     TALLY_SAVE_MERGE, 0);
	assert_int_equal(tally_contract_save(contract, folder,
					     &(struct tally_save_options){.spec = TALLY_SPEC_V3},
					     NULL, NULL),
			 0);
	snprintf(path, sizeof(path), "%s/Shop-Orders.json", folder);
	assert_int_equal(tally_contract_read_file(&saved, path, NULL), 0);
	assert_int_equal(tally_contract_spec(saved), TALLY_SPEC_V4);
	assert_int_equal(saved->interaction_count, 2);
	assert_string_equal(saved->interactions[0].key, "1");
	assert_true(saved->interactions[0].pending);
	assert_non_null(saved->interactions[0].comments);
	tally_contract_free(saved);
	tally_contract_free(contract);
}

static void older_versions_lose_nothing(void **state)
{
	static const struct {
		const char *text, *member;
	} cases[] = {
		{TOP("4.0", GET("a", "/a", ",\"key\":\"1\"")), "key"},
		{TOP("4.0", GET("a", "/a", ",\"pending\":true")), "pending"},
		{TOP("4.0", GET("a", "/a", ",\"comments\":{\"text\":[\"x\"]}")), "comments"},
		{TOP("4.0", GET("a", "/a", ",\"transport\":\"grpc\"")), "transport"},
		{TOP("4.0", GET("a", "/a", ",\"pluginConfiguration\":{\"x\":1}")),
		 "pluginConfiguration"},
		{TOP("4.0", GET("a", "/a", ",\"interactionMarkup\":{\"x\":1}")),
		 "interactionMarkup"},
		{TOP("4.0",
		     GET("a", "/a", ",\"transport\":\"http\",\"pending\":false,\"comments\":{}")),
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally_contract *contract = parsed(cases[i].text);
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *json = NULL;

		assert_int_equal(tally_contract_write(contract, TALLY_SPEC_V3, &json, &error),
				 cases[i].member ? TALLY_EINVAL : 0);
		if (cases[i].member) {
			assert_null(json);
			assert_non_null(strstr(error.message, "\"a\""));
			assert_non_null(strstr(error.message, cases[i].member));
		}
		cJSON_Delete(json);
		tally_contract_free(contract);
	}
}

static void a_broken_file_is_not_written_over(void **state)
{
	char path[4096];
	struct buf bytes;

	(void)state;
	snprintf(path, sizeof(path), "%s/Shop-Orders.json", folder);
	assert_int_equal(tally__file_replace(path, "{", 1, NULL), 0);
	save(TOP("4.0", GET("b", "/c", "")), TALLY_SAVE_OVERWRITE, TALLY_EPARSE);
	tally__buf_init(&bytes, 100);
	assert_int_equal(tally__file_read(&bytes, path, NULL), 0);
	assert_string_equal(bytes.bytes, "{");
	tally__buf_release(&bytes);
}

/* ---- Starting over ---- */

static void save_fresh(const char *text, const char *run, int expected)
{
	struct tally_contract *contract = parsed(text);
	const struct tally_save_options how = {
		.spec = TALLY_SPEC_V4, .mode = TALLY_SAVE_FRESH, .run = run};
	struct tally_error error = TALLY_ERROR_INIT;
	int status = tally_contract_save(contract, folder, &how, NULL, &error);

	if (status != expected)
		fail_msg("%d: %s: %s", status, error.where, error.message);
	assert_int_equal(tally_contract_save_check(contract, folder, &how, NULL), expected);
	tally_contract_free(contract);
}

static void a_run_starts_the_file_over_once(void **state)
{
	(void)state;
	save(TOP("4.0", GET("stale", "/s", "")), TALLY_SAVE_MERGE, 0);
	save_fresh(TOP("4.0", GET("a", "/a", "")), "run 1", 0);
	save_fresh(TOP("4.0", GET("b", "/b", "")), "run 1", 0);
	assert_saved("Shop-Orders.json", "a /a;b /b;");
	save_fresh(TOP("4.0", GET("b", "/c", "")), "run 1", TALLY_ECONFLICT);
	save_fresh(TOP("4.0", GET("b", "/c", "")), "run 2", 0);
	assert_saved("Shop-Orders.json", "b /c;");
	/* An identity that begins as the other does is another one. */
	save_fresh(TOP("4.0", GET("d", "/d", "")), "run 2\n", 0);
	assert_saved("Shop-Orders.json", "d /d;");
	save(TOP("4.0", GET("e", "/e", "")), TALLY_SAVE_MERGE, 0);
	assert_saved("Shop-Orders.json", "d /d;e /e;");
}

static void without_a_run_each_save_starts_over(void **state)
{
	(void)state;
	save_fresh(TOP("4.0", GET("a", "/a", "")), "run", 0);
	save_fresh(TOP("4.0", GET("b", "/b", "")), NULL, 0);
	assert_saved("Shop-Orders.json", "b /b;");
	save_fresh(TOP("4.0", GET("c", "/c", "")), NULL, 0);
	assert_saved("Shop-Orders.json", "c /c;");
	/* The file is no longer one of that run. */
	save_fresh(TOP("4.0", GET("d", "/d", "")), "run", 0);
	assert_saved("Shop-Orders.json", "d /d;");
}

/* What is dropped need not be readable; but it must not be another pair's, whose names make the
 * same name of a file. */
static void starts_over_what_cannot_be_read(void **state)
{
	char longest[LIMIT_NAME_BYTES + 2];
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/Shop-Orders.json", folder);
	assert_int_equal(tally__file_replace(path, "<<<<<<< HEAD", 12, NULL), 0);
	save_fresh(TOP("4.0", GET("a", "/a", "")), NULL, 0);
	assert_saved("Shop-Orders.json", "a /a;");
	save_fresh("{\"consumer\":{\"name\":\"Shop-Orders\"},\"provider\":{\"name\":\"x\"},"
		   "\"interactions\":[]}",
		   NULL, 0);
	save_fresh("{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders-x\"},"
		   "\"interactions\":[]}",
		   NULL, TALLY_EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[LIMIT_NAME_BYTES + 1] = '\0';
	save_fresh(TOP("4.0", GET("b", "/b", "")), longest, TALLY_EINVAL);
	save_fresh(TOP("4.0", GET("b", "/b", "")), "", TALLY_EINVAL);
	save_fresh(TOP("4.0", GET("b", "/b", "")), longest + 1, 0);
	save_fresh(TOP("4.0", GET("c", "/c", "")), longest + 1, 0);
	assert_saved("Shop-Orders.json", "b /b;c /c;");
}

static void parallel_processes_lose_nothing(void **state)
{
	enum { PROCESSES = 8 };
	pid_t children[PROCESSES];
	struct buf expected;

	(void)state;
	tally__buf_init(&expected, 1000);
	for (int i = 0; i < PROCESSES; i++) {
		tally__buf_addf(&expected, "i%d /%d;", i, i);
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct tally_contract *contract;
			char text[1000];

			snprintf(text, sizeof(text),
				 TOP("4.0", "{\"description\":\"i%d\",\"request\":{\"path\":\"/%d\""
					    "}}"),
				 i, i);
			contract = parsed(text);
			_exit(tally_contract_save(
				      contract, folder,
				      &(struct tally_save_options){.spec = TALLY_SPEC_V4}, NULL,
				      NULL) != 0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_saved("Shop-Orders.json", expected.bytes);
	tally__buf_release(&expected);
}

static void names_from_outside_stay_in_the_folder(void **state)
{
	static const struct {
		const char *consumer, *provider, *name;
	} cases[] = {
		{"My Shop", "Orders", "My Shop-Orders.json"},
		{"../../x", "/etc/passwd", "%2E.%2F..%2Fx-%2Fetc%2Fpasswd.json"},
		{".git", "a\nb", "%2Egit-a%0Ab.json"},
		{"100%", "Gr\xc3\xbc\xc3\x9f", "100%25-Gr\xc3\xbc\xc3\x9f.json"},
	};
	struct arena arena;
	char longest[600];
	char *one;
	char *other;

	(void)state;
	tally__arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			tally__contract_file_name(&arena, cases[i].consumer, cases[i].provider),
			cases[i].name);
	memset(longest, 'x', sizeof(longest));
	longest[599] = '\0';
	one = tally__contract_file_name(&arena, longest, "p");
	longest[598] = 'y';
	other = tally__contract_file_name(&arena, longest, "p");
	assert_true(strlen(one) < 230);
	assert_string_not_equal(one, other);
	/* Neither an escape nor a character is cut in two. */
	for (size_t i = 0; i < 6; i++) {
		memset(longest, 'x', i);
		memset(longest + i, '/', 100);
		longest[i + 100] = '\0';
		one = tally__contract_file_name(&arena, longest, "p");
		for (const char *c = strchr(one, '%'); c; c = strchr(c + 1, '%'))
			assert_memory_equal(c, "%2F", 3);
	}
	tally__arena_release(&arena);
}

static void saves_under_the_path_it_says(void **state)
{
	struct tally_contract *contract = parsed(TOP("4.0", GET("a", "/a", "")));
	char inner[4096];
	char expected[8192];
	char *path = NULL;

	(void)state;
	snprintf(inner, sizeof(inner), "%s/new/folder", folder);
	snprintf(expected, sizeof(expected), "%s/Shop-Orders.json", inner);
	assert_int_equal(tally_contract_save(contract, inner,
					     &(struct tally_save_options){.spec = TALLY_SPEC_V2},
					     &path, NULL),
			 0);
	assert_string_equal(path, expected);
	assert_int_equal(access(path, R_OK), 0);
	tally_free(path);
	tally_contract_free(contract);
}

/* ---- Bodies that look like JSON ---- */

#define BODY(headers, body)                                                                        \
	TOP("3.0.0",                                                                               \
	    "{\"description\":\"d\",\"request\":{\"method\":\"POST\",\"path\":\"/\"," headers      \
	    "\"body\":\"" body "\"}}")

static void check_bytes(const char *text, const char *bytes)
{
	struct tally_contract *contract = parsed(text);
	const struct body *body = &contract->interactions[0].request.body;
	cJSON *json = NULL;

	assert_null(body->json);
	assert_int_equal(body->len, strlen(bytes));
	assert_memory_equal(body->bytes, bytes, body->len);
	assert_int_equal(tally_contract_write(contract, TALLY_SPEC_V3, &json, NULL), 0);
	assert_string_equal(
		tally__json_get(
			tally__json_get(tally__json_get(json, "interactions")->child, "request"),
			"body")
			->valuestring,
		bytes);
	cJSON_Delete(json);
	tally_contract_free(contract);
}

static void refused_json_stays_as_it_is(void **state)
{
	struct buf text;
	struct buf brackets;

	(void)state;
	check_bytes(BODY("\"headers\":{\"Content-Type\":\"application/json\"},",
			 "{\\\"a\\\":1,\\\"a\\\":2}"),
		    "{\"a\":1,\"a\":2}");
	tally__buf_init(&text, 10000);
	tally__buf_init(&brackets, 1000);
	for (int i = 0; i < 300; i++)
		tally__buf_addc(&brackets, '[');
	tally__buf_addf(&text, BODY("", "%s"), brackets.bytes);
	check_bytes(text.bytes, brackets.bytes);
	tally__buf_release(&text);
	tally__buf_release(&brackets);
}

/* Each rule counts once, in whichever form it stands. */
static void rules_count_once(void **state)
{
	static const char *const entries[] = {"{\"matchers\":[{\"match\":\"type\"}]}",
					      "{\"match\":\"type\"}", "{\"matchers\":[]}"};

	(void)state;
	for (size_t form = 0; form < 3; form++) {
		for (int more = 0; more <= 1; more++) {
			struct tally_contract *contract = NULL;
			struct tally_error error = TALLY_ERROR_INIT;
			struct buf text;
			int status;

			tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
			tally__buf_adds(&text, "{\"consumer\":{\"name\":\"c\"},\"provider\":"
					       "{\"name\":\"p\"},\"interactions\":[{\"request\":{},"
					       "\"response\":{\"matchingRules\":{\"body\":{");
			for (int i = 0; i < LIMIT_RULES + more; i++)
				tally__buf_addf(&text, "%s\"$.a%d\":%s", i ? "," : "", i,
						entries[form]);
			tally__buf_adds(&text, "}}}}]}");
			assert_int_equal(text.status, 0);
			status = tally_contract_parse(&contract, text.bytes, text.len, &error);
			assert_int_equal(status, more ? TALLY_ELIMIT : 0);
			tally_contract_free(contract);
			tally__buf_release(&text);
		}
	}
}

/* ---- Linting ---- */

static void check_lint(const char *text, const char *expected)
{
	struct tally_contract *contract = parsed(text);
	cJSON *findings = NULL;
	struct buf seen;

	assert_int_equal(tally_lint(NULL, LINTED(contract), 1, &findings, NULL, NULL), 0);
	tally__buf_init(&seen, 100000);
	for (const cJSON *each = findings->child; each; each = each->next)
		tally__buf_addf(&seen, "%s %s %s;", tally__json_get_string(each, "level"),
				tally__json_get_string(each, "rule"),
				tally__json_get_string(each, "pointer"));
	assert_string_equal(seen.bytes, expected);
	tally__buf_release(&seen);
	cJSON_Delete(findings);
	tally_contract_free(contract);
}

/* A finding about a name that is cut can be written as JSON. */
static void cuts_names_between_characters(void **state)
{
	struct tally_contract *contract;
	cJSON *findings = NULL;
	struct buf text;

	(void)state;
	tally__buf_init(&text, 10000);
	tally__buf_adds(&text, "{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},\"");
	for (int i = 0; i < 59; i++)
		tally__buf_addc(&text, 'k');
	tally__buf_adds(&text, "éé\":1,\"interactions\":[]}");
	contract = parsed(text.bytes);
	assert_int_equal(tally_lint(NULL, LINTED(contract), 1, &findings, NULL, NULL), 0);
	tally__buf_clear(&text);
	tally__json_add(&text, findings, TALLY_JSON_COMPACT);
	assert_int_equal(text.status, 0);
	assert_non_null(strstr(text.bytes, "kké…"));
	tally__buf_release(&text);
	cJSON_Delete(findings);
	tally_contract_free(contract);
}

#define RULED(body, rules)                                                                         \
	TOP("3.0.0", "{\"description\":\"d\",\"request\":{},\"response\":{\"status\":200,"         \
		     "\"headers\":{\"Content-Type\":\"application/json\"},\"body\":" body          \
		     ",\"matchingRules\":" rules "}}")
#define RULE(path, attributes) "\"" path "\":{\"matchers\":[{" attributes "}]}"
#define TYPE(path)             RULE(path, "\"match\":\"type\"")

static void lints_contracts(void **state)
{
	(void)state;
	check_lint(TOP("2.0.0", GET("a", "/a", "")), "");
	check_lint("{\"interactions\":[]}",
		   "error no-name /consumer;error no-name /provider;error no-interactions ;");
	check_lint(TOP("2.0.0", GET("a", "/a", "") "," GET("a", "/b", "")),
		   "error duplicate-interaction /interactions/1;");
	check_lint(TOP("2.0.0", "{\"request\":{\"path\":\"a?b=1\",\"querry\":\"x\",\"body\":{}}}"),
		   "error no-description /interactions/0;error path /interactions/0/request/path;"
		   "error path /interactions/0/request/path;"
		   "warning request-with-body /interactions/0/request/body;"
		   "warning no-content-type /interactions/0/request/body;"
		   "warning unknown-member /interactions/0/request/querry;"
		   "warning no-status /interactions/0/response;");
}

static void lints_rules(void **state)
{
	static const char place[] = "/interactions/0/response/matchingRules/body/$.a;";
	char expected[300];

	(void)state;
	check_lint(RULED("{\"a\":[{\"b\":1}]}",
			 "{\"body\":{" RULE("$.a", "\"match\":\"type\",\"min\":1") "," TYPE(
				 "$.a[*].b") "}}"),
		   "");
	check_lint(RULED("{\"a\":[{\"b\":1}]}", "{\"body\":{" TYPE("$.a[*].b") "}}"),
		   "warning fixed-length /interactions/0/response/body/a;");
	check_lint(RULED("{\"a\":[{\"b\":1}]}", "{\"body\":{" TYPE("$.a") "}}"),
		   "warning no-minimum /interactions/0/response/body/a;");
	snprintf(expected, sizeof(expected), "warning empty-example %s", place);
	check_lint(RULED("{\"a\":[]}", "{\"body\":{" TYPE("$.a") "}}"), expected);
	snprintf(expected, sizeof(expected),
		 "warning rule-without-example "
		 "/interactions/0/response/matchingRules/body/$.b;");
	check_lint(RULED("{\"a\":1}", "{\"body\":{" TYPE("$.b") "}}"), expected);
	snprintf(expected, sizeof(expected),
		 "error malformed-path /interactions/0/response/matchingRules/body/$.a[;"
		 "error bad-rule /interactions/0/response;");
	check_lint(RULED("{\"a\":1}", "{\"body\":{" TYPE("$.a[") "}}"), expected);
	snprintf(expected, sizeof(expected), "error misspelt-rule %s", place);
	check_lint(RULED("{\"a\":1}", "{\"body\":{" RULE("$.a", "\"match\":\"regx\"") "}}"),
		   expected);
	snprintf(expected, sizeof(expected), "warning empty-rule %s", place);
	check_lint(RULED("{\"a\":1}", "{\"body\":{\"$.a\":{\"matchers\":[]}}}"), expected);
	check_lint(RULED("1", "{\"typo\":{" TYPE("$.a") "}}"),
		   "warning unknown-category /interactions/0/response/matchingRules/typo;");
	check_lint(
		RULED("1", "{\"header\":{" TYPE("X-A") "," TYPE("content-type") "}}"),
		"warning rule-without-example /interactions/0/response/matchingRules/header/X-A;");
}

/* What matching would refuse, or would never accept. */
static void lints_examples(void **state)
{
	static const char *const bad[] = {
		"\"match\":\"type\",\"min\":-1",
		"\"match\":\"type\",\"max\":\"x\"",
		"\"match\":\"regex\",\"regex\":\"(\"",
		"\"match\":\"regex\"",
		"\"match\":1",
		"\"match\":\"eachKey\",\"rules\":1",
		"\"match\":\"eachKey\"",
		"\"match\":\"include\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[1000];

		snprintf(text, sizeof(text),
			 RULED("\"x\"", "{\"body\":{\"$\":{\"matchers\":[{%s}]}}}"), bad[i]);
		check_lint(text, i < 6 ? "error bad-rule /interactions/0/response;"
				       : "error bad-rule "
					 "/interactions/0/response/matchingRules/body/$;");
	}
	check_lint(TOP("3.0.0",
		       "{\"description\":\"d\",\"request\":{},\"response\":{\"status\":200,"
		       "\"headers\":{\"Content-Type\":\"application/json\"},\"body\":"
		       "\"{\\\"a\\\":1,\\\"a\\\":2}\",\"matchingRules\":{\"body\":{" TYPE(
			       "$.a") "}}}}"),
		   "warning cannot-compare /interactions/0/response;");
	check_lint(TOP("3.0.0",
		       "{\"description\":\"d\",\"request\":{},\"response\":{\"status\":200,"
		       "\"headers\":{\"Content-Type\":\"application/xml\"},\"body\":"
		       "\"<a/>\",\"matchingRules\":{\"body\":{" TYPE("$.a") "}}}}"),
		   "");
	check_lint(RULED("1", "{\"status\":{\"matchers\":[{\"match\":\"statusCode\","
			      "\"status\":\"x\"}]}}"),
		   "error bad-rule /interactions/0/response;");
	check_lint(RULED("\"x\"", "{\"body\":{" RULE("$", "\"match\":\"integer\"") "}}"),
		   "error example-fails-rule /interactions/0/response;");
	check_lint(RULED("\"x\"", "{\"body\":{" RULE("$", "\"match\":\"regex\",\"regex\":"
							  "\"y\"") "}}"),
		   "error example-fails-rule /interactions/0/response;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unites_by_interaction),
		cmocka_unit_test(keys_come_before_descriptions),
		cmocka_unit_test(duplicates_of_one_side_stay),
		cmocka_unit_test(shows_both_sides_of_a_conflict),
		cmocka_unit_test(metadata_and_plugins_unite),
		cmocka_unit_test(many_interactions_merge_quickly),
		cmocka_unit_test_setup_teardown(saves_merges_and_overwrites, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(merging_keeps_the_newer_version, make_folder,
						remove_folder),
		cmocka_unit_test(older_versions_lose_nothing),
		cmocka_unit_test_setup_teardown(a_broken_file_is_not_written_over, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(a_run_starts_the_file_over_once, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(without_a_run_each_save_starts_over, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(starts_over_what_cannot_be_read, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(parallel_processes_lose_nothing, make_folder,
						remove_folder),
		cmocka_unit_test(names_from_outside_stay_in_the_folder),
		cmocka_unit_test_setup_teardown(saves_under_the_path_it_says, make_folder,
						remove_folder),
		cmocka_unit_test(refused_json_stays_as_it_is),
		cmocka_unit_test(rules_count_once),
		cmocka_unit_test(cuts_names_between_characters),
		cmocka_unit_test(lints_contracts),
		cmocka_unit_test(lints_rules),
		cmocka_unit_test(lints_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
