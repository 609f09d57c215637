/* Each allocation fails in turn: every call says so, leaves nothing behind, and changes nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "contract/contract.h"
#include "linted.h"

static const char expectations[] =
	"{\"consumer\":{\"name\":\"Shop\",\"x\":1},\"provider\":{\"name\":\"Orders\"},"
	"\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"},\"plugins\":[{\"name\":\"p\"}]},"
	"\"links\":{},\"interactions\":["
	"{\"type\":\"Synchronous/HTTP\",\"description\":\"a\",\"key\":\"k\",\"note\":1,"
	"\"providerStates\":[{\"name\":\"s\",\"params\":{\"a\":1}}],"
	"\"request\":{\"method\":\"post\",\"path\":{\"pact:matcher:type\":\"regex\",\"regex\":"
	"\"/\\\\d\",\"value\":\"/1\"},\"query\":{\"a\":[\"1\",null],\"b\":{\"pact:matcher:type\":"
	"\"type\",\"value\":\"x\"}},\"headers\":{\"Accept\":\"a/b, c/d\",\"X-A\":[\"1\",\"2\"]},"
	"\"body\":{\"a\":{\"pact:matcher:type\":\"type\",\"min\":1,\"value\":[{\"b\":1.0}]},"
	"\"c\":{\"pact:matcher:type\":\"arrayContains\",\"variants\":[{\"pact:matcher:type\":"
	"\"integer\",\"value\":1,\"pact:generator:type\":\"RandomInt\"}]},\"d\":{"
	"\"pact:matcher:type\":\"eachKey\",\"rules\":[{\"pact:matcher:type\":\"type\"}],\"value\":"
	"{\"e\":1}},\"f\":{\"pact:matcher:type\":[{\"pact:matcher:type\":\"matching(date, 'yyyy', "
	"'2000')\"},{\"pact:matcher:type\":\"null\"}],\"combine\":\"OR\"},\"g\":{"
	"\"pact:matcher:type\":\"eachValue\",\"rules\":[{\"pact:matcher:type\":\"regex\",\"regex\":"
	"\"x\",\"pact:generator:type\":\"Uuid\"}],\"value\":{\"e\":\"x\"}}}},"
	"\"response\":{\"status\":201,\"headers\":{\"Content-Type\":\"application/json\"},\"body\":"
	"{\"content\":\" {\\\"a\\\": 1}\",\"encoded\":\"json\"},\"matchingRules\":{\"headers\":{"
	"\"X\":{\"match\":\"type\"}},\"path\":{\"\":{\"matchers\":[]}}}}},"
	"{\"type\":\"Synchronous/HTTP\",\"description\":\"c\",\"request\":{\"headers\":{"
	"\"Content-Type\":\"multipart/form-data\"},\"body\":[{\"name\":\"id\",\"body\":{"
	"\"pact:matcher:type\":\"type\",\"value\":\"x tally-boundary\"}},{\"name\":\"f\","
	"\"filename\":\"f.png\",\"contentType\":\"image/png\",\"body\":{\"pact:matcher:type\":"
	"\"contentType\",\"value\":\"image/png\",\"content\":\"AAEC\"}}]},"
	"\"response\":{\"headers\":{\"Content-Type\":\"application/xml\"},\"body\":{\"root\":{"
	"\"name\":\"a\",\"attributes\":{\"xmlns:u\":\"urn:u\",\"u:b\":{\"pact:matcher:type\":"
	"\"type\",\"value\":\"1\"}},\"children\":[\"t\",{\"pact:matcher:type\":\"type\","
	"\"examples\":"
	"2,\"value\":{\"name\":\"u:c\",\"children\":[{\"content\":\"x\",\"matcher\":{"
	"\"pact:matcher:type\":\"notEmpty('x')\"},\"generator\":{\"type\":\"Uuid\"}}]}}]}}}},"
	"{\"type\":\"Synchronous/HTTP\",\"description\":\"d\",\"request\":{\"headers\":{"
	"\"Content-Type\":\"application/x-www-form-urlencoded\"},\"body\":{\"a\":[{"
	"\"pact:matcher:type\":\"type\",\"value\":\"1\"},2],\"b\":null}},\"response\":{}},"
	"{\"type\":\"Synchronous/Messages\",\"description\":\"b\",\"request\":{\"contents\":{"
	"\"content\":\"AAEC\",\"encoded\":\"base64\",\"contentType\":\"image/png\"}},"
	"\"response\":[{\"contents\":{\"content\":\"text\"},\"metadata\":{\"q\":1}}]}]}";

static const char old_contract[] =
	"{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders\"},"
	"\"metadata\":{\"pactSpecification\":{\"version\":\"2.0.0\"}},\"interactions\":["
	"{\"description\":\"a\",\"providerState\":\"s\",\"request\":{\"query\":\"a=1&b=%20\","
	"\"headers\":{\"X-A\":\"1\"},\"matchingRules\":{\"$.query.a\":{\"match\":\"type\"},"
	"\"$.body['x y'].b\":{\"match\":\"type\"},\"$.path\":{\"match\":\"type\"}},\"body\":\"<a/>"
	"\"},\"response\":{\"status\":200,\"headers\":{\"Content-Type\":\"application/json\"},"
	"\"body\":\"[1]\"}}]}";

static const char generators[] =
	"{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders\"},"
	"\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}},\"interactions\":["
	"{\"description\":\"a\",\"request\":{\"path\":\"/\",\"generators\":{\"path\":{\"type\":"
	"\"ProviderState\",\"expression\":\"/${a}\"},\"body\":{\"$.a\":{\"type\":"
	"\"MockServerURL\",\"example\":\"a\",\"regex\":\"a\"}}}},\"response\":{\"headers\":{"
	"\"Content-Type\":\"application/json\",\"X\":\"1\"},\"body\":{\"a\":1,\"b\":\"x\"},"
	"\"matchingRules\":{\"header\":{\"X\":{\"matchers\":[{\"match\":\"integer\"}]}},"
	"\"body\":{\"$.a\":{\"matchers\":[{\"match\":\"equality\"}]},\"$.b\":{\"matchers\":[{"
	"\"match\":\"regex\",\"regex\":\"[a-z]+\"}]}}},\"generators\":{\"header\":{\"X\":{"
	"\"type\":\"RandomInt\"}},\"body\":{\"$.a\":{\"type\":\"RandomInt\",\"min\":2},"
	"\"$.b\":{\"type\":\"Regex\",\"regex\":\"[a-z]{3}\"},\"$.c\":{\"type\":\"Date\","
	"\"expression\":\"soon\"},\"$.d\":{\"type\":\"Lorem\"}}}}}]}";

/* Rules that let members be one way or another. */
static const char variants[] =
	"{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders\"},"
	"\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}},\"interactions\":["
	"{\"description\":\"a\",\"request\":{\"path\":\"/\"},\"response\":{\"headers\":{"
	"\"Content-Type\":\"application/json\"},\"body\":{\"a\":1,\"b\":{\"c\":1,\"d\":2}},"
	"\"matchingRules\":{\"body\":{\"$.a\":{\"combine\":\"OR\",\"matchers\":["
	"{\"match\":\"integer\"},{\"match\":\"null\"},{\"match\":\"boolean\"}]},"
	"\"$.b\":{\"matchers\":[{\"match\":\"type\"},{\"match\":\"eachKey\",\"rules\":"
	"[{\"match\":\"type\"}]}]}}}}}]}";

/* What a call has made, so that a call which succeeds without memory makes nothing else. */
static uint64_t made;

static int look_at(const cJSON *json, struct tally_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int status = tally_json_write(&text, &len, json, TALLY_JSON_CANONICAL, error);

	if (status == 0)
		made = made * 31 + tally__hash(text, len);
	tally_free(text);
	return status;
}

static int write_all(const struct tally_contract *contract, struct tally_error *error)
{
	static const enum tally_spec specs[] = {TALLY_SPEC_V2, TALLY_SPEC_V3, TALLY_SPEC_V4};
	char digest[DIGEST_TEXT_BYTES];
	int status = 0;

	for (size_t i = 0; i < 3 && status == 0; i++) {
		cJSON *json = NULL;

		status = tally_contract_write(contract, specs[i], &json, error);
		if (status == TALLY_EINVAL) {
			/* Not every version can say everything. */
			*error = (struct tally_error)TALLY_ERROR_INIT;
			status = 0;
		} else if (status == 0) {
			status = look_at(json, error);
		}
		cJSON_Delete(json);
	}
	for (size_t i = 0; i < contract->interaction_count && status == 0; i++) {
		status = tally__interaction_digest(&contract->interactions[i], digest, error);
		made = status ? made : made * 31 + tally__hash(digest, strlen(digest));
	}
	return status;
}

static int read_and_write(struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	int status =
		tally_expectations_parse(&contract, expectations, sizeof(expectations) - 1, error);

	if (status == 0)
		status = write_all(contract, error);
	else
		assert_null(contract);
	tally_contract_free(contract);
	return status;
}

static int merge_and_lint(struct tally_error *error)
{
	struct tally_contract *a = NULL;
	struct tally_contract *b = NULL;
	struct tally_contract *merged = NULL;
	cJSON *findings = NULL;
	int status = tally_contract_parse(&a, old_contract, sizeof(old_contract) - 1, error);

	if (status == 0)
		status = write_all(a, error);
	if (status == 0)
		status = tally_contract_parse(&b, old_contract, sizeof(old_contract) - 1, error);
	if (status == 0)
		status = tally_contract_merge(&merged, a, b, error);
	if (status == 0)
		status = tally_lint(NULL, LINTED(merged), 1, &findings, NULL, error);
	if (status == 0)
		status = look_at(findings, error);
	if (status == 0)
		status = write_all(merged, error);
	cJSON_Delete(findings);
	tally_contract_free(merged);
	tally_contract_free(a);
	tally_contract_free(b);
	return status;
}

/* ---- Saving ---- */

static char folder[] = "/tmp/tally-test-XXXXXX";

static int save(const char *text, const struct tally_save_options *how, struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	char *path = NULL;
	int status = tally_contract_parse(&contract, text, strlen(text), error);

	if (status == 0)
		status = tally_contract_save_check(contract, folder, how, error);
	if (status == 0)
		status = tally_contract_save(contract, folder, how, &path, error);
	tally_free(path);
	tally_contract_free(contract);
	return status;
}

/* Starts the file over, in a run, and adds to it, which splices. */
static int save_twice(struct tally_error *error)
{
	const struct tally_save_options fresh = {
		.spec = TALLY_SPEC_V4, .mode = TALLY_SAVE_FRESH, .run = "run"};
	const struct tally_save_options again = {.spec = TALLY_SPEC_V4};
	int status = save(old_contract, &fresh, error);

	return status ? status : save(generators, &again, error);
}

/* A conflict, which is shown. */
static int show_conflict(struct tally_error *error)
{
	static const char other[] =
		"{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders\"},"
		"\"interactions\":[{\"description\":\"a\",\"providerState\":\"s\","
		"\"request\":{\"path\":\"/a path that is so long that it has to be shown as a "
		"small diff of both\"}}]}";
	struct tally_contract *a = NULL;
	struct tally_contract *b = NULL;
	struct tally_contract *merged = NULL;
	int status = tally_contract_parse(&a, old_contract, sizeof(old_contract) - 1, error);

	if (status == 0)
		status = tally_contract_parse(&b, other, sizeof(other) - 1, error);
	if (status == 0)
		status = tally_contract_merge(&merged, a, b, error);
	if (status == TALLY_ECONFLICT) {
		*error = (struct tally_error)TALLY_ERROR_INIT;
		status = 0;
	}
	tally_contract_free(merged);
	tally_contract_free(a);
	tally_contract_free(b);
	return status;
}

static int lint_text(const char *text, struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	cJSON *findings = NULL;
	int status = tally_contract_parse(&contract, text, strlen(text), error);

	if (status == 0)
		status = tally_lint(NULL, LINTED(contract), 1, &findings, NULL, error);
	if (status == 0)
		status = look_at(findings, error);
	cJSON_Delete(findings);
	tally_contract_free(contract);
	return status;
}

static int lint_generators(struct tally_error *error)
{
	return lint_text(generators, error);
}

static int lint_variants(struct tally_error *error)
{
	return lint_text(variants, error);
}

static void sweep(int (*call)(struct tally_error *error))
{
	struct tally_error error = TALLY_ERROR_INIT;
	uint64_t expected;
	long passes = 0;
	int status;

	made = 0;
	status = call(&error);
	expected = made;

	/* Once before: libraries are loaded now. */
	if (status != 0)
		fail_msg("%s: %s", error.where, error.message);
	do {
		error = (struct tally_error)TALLY_ERROR_INIT;
		made = 0;
		tally__mem_fail_after(passes++);
		status = call(&error);
		if (status != 0) {
			assert_int_equal(status, TALLY_ENOMEM);
			assert_int_equal(error.code, TALLY_ENOMEM);
		} else {
			assert_true(made == expected);
		}
		/* The failing allocation was never reached: all have had their turn. */
	} while (tally__mem_fail_after(-1) >= (size_t)passes);
	assert_int_equal(status, 0);
	assert_true(passes > 100);
}

static void reading_and_writing(void **state)
{
	(void)state;
	sweep(read_and_write);
}

static void merging_and_linting(void **state)
{
	(void)state;
	sweep(merge_and_lint);
	sweep(lint_generators);
	sweep(lint_variants);
}

/* One long name above many matchers: each of their paths has it. */
static void paths_are_bounded(void **state)
{
	enum { NAME_BYTES = 200000, MATCHERS = 2000 };
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf text;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&text, "{\"interactions\":[{\"description\":\"d\",\"request\":{},"
			       "\"response\":{\"body\":{\"");
	for (int i = 0; i < NAME_BYTES; i++)
		tally__buf_add(&text, "k", 1);
	tally__buf_adds(&text, "\":{");
	for (int i = 0; i < MATCHERS; i++)
		tally__buf_addf(&text, "%s\"%d\":{\"pact:matcher:type\":\"type\",\"value\":1}",
				i > 0 ? "," : "", i);
	tally__buf_adds(&text, "}}}}]}");
	assert_int_equal(text.status, 0);
	assert_int_equal(tally_expectations_parse(&contract, text.bytes, text.len, &error),
			 TALLY_ELIMIT);
	assert_non_null(strstr(error.message, "paths of the matchers"));
	assert_null(contract);
	tally__buf_release(&text);
}

static void saving_and_conflicts(void **state)
{
	char path[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	sweep(save_twice);
	sweep(show_conflict);
	snprintf(path, sizeof(path), "%s/Shop-Orders.json", folder);
	assert_int_equal(unlink(path), 0);
	/* Nothing else is there: the last save of the run has not started the file over. */
	snprintf(path, sizeof(path), "%s/.Shop-Orders.json.run", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* ---- what reading costs ---- */

static const char one_of_many[] =
	"{\"description\":\"d\",\"request\":{\"method\":\"POST\",\"path\":\"/a\",\"query\":{\"q\":["
	"\"1\"]},\"headers\":{\"Content-Type\":\"application/"
	"json\"},\"body\":{\"a\":{\"b\":[{\"c\":1},{"
	"\"d\":[2]}]}}},\"response\":{\"status\":200,\"headers\":{\"Content-Type\":"
	"\"application/json\"},\"body\":{\"a\":[{\"b\":1},{\"b\":2}]}}}";

/* Allocations for each of many interactions, by what `parse` does more than reading the JSON. */
static size_t count_for_each(int (*parse)(struct tally_contract **, const char *, size_t,
					  struct tally_error *))
{
	enum { COUNT = 200 };
	struct tally_contract *contract = NULL;
	cJSON *json = NULL;
	struct buf text;
	size_t asked;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&text, "{\"interactions\":[");
	for (int i = 0; i < COUNT; i++)
		tally__buf_addf(&text, "%s%s", i ? "," : "", one_of_many);
	tally__buf_adds(&text, "]}");
	tally__mem_fail_after(-1);
	assert_int_equal(tally_json_parse(&json, text.bytes, text.len, NULL), 0);
	asked = tally__mem_fail_after(-1);
	assert_int_equal(parse(&contract, text.bytes, text.len, NULL), 0);
	asked = tally__mem_fail_after(-1) - asked;
	cJSON_Delete(json);
	tally_contract_free(contract);
	tally__buf_release(&text);
	return asked / COUNT;
}

/* What has no matchers is looked at, and not made anew; nothing is prepared for errors. */
static void reading_many_costs_little_more_than_their_json(void **state)
{
	(void)state;
	assert_in_range(count_for_each(tally_contract_parse), 0, 1);
	/* The places of its two parts, in a buffer each. */
	assert_in_range(count_for_each(tally_expectations_parse), 0, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_bounded),
		cmocka_unit_test(reading_and_writing),
		cmocka_unit_test(merging_and_linting),
		cmocka_unit_test(saving_and_conflicts),
		cmocka_unit_test(reading_many_costs_little_more_than_their_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
