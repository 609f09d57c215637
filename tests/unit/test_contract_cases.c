/* Runs tests/cases/contract/<name>.json, one test a file:
 *   {"input": a contract, or "text": its text,
 *    "expectations": true to read it as expectations,
 *    "spec": the version that is found,
 *    "v2" | "v3" | "v4": what writing gives (without metadata.tally), or the error as a string,
 *    "error": what reading fails with, as "CODE: part of the message with its place"}
 * Whatever is written is read again, and must then be written as the same, with the same digests.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "contract/contract.h"

static char *written(const cJSON *value)
{
	char *text = NULL;

	assert_int_equal(tally_json_write(&text, NULL, value, TALLY_JSON_PRETTY, NULL), 0);
	return text;
}

static cJSON *copy_without_own_block(const cJSON *contract)
{
	cJSON *copy = tally__json_clone(contract);

	cJSON_DeleteItemFromObjectCaseSensitive(tally__json_get(copy, "metadata"), "tally");
	return copy;
}

static void assert_same_json(const cJSON *found, const cJSON *expected)
{
	char *left = written(found);
	char *right = written(expected);

	assert_string_equal(left, right);
	tally_free(left);
	tally_free(right);
}

static void assert_error(const struct tally_error *error, int status, const char *expected)
{
	char text[2048];
	char shown[4096];

	assert_int_equal(error->code, status);
	tally_error_format(error, text, sizeof(text));
	snprintf(shown, sizeof(shown), "%s: %s", tally_error_name(status), text);
	if (!strstr(shown, expected))
		assert_string_equal(shown, expected);
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_TEXT_BYTES);
}

/* The digests of all interactions, sorted. */
static char (*digests_of(const struct tally_contract *contract))[DIGEST_TEXT_BYTES]
{
	size_t count = contract->interaction_count;
	char(*texts)[DIGEST_TEXT_BYTES] = tally__calloc(count + 1, sizeof(*texts));

	for (size_t i = 0; i < count; i++)
		assert_int_equal(
			tally__interaction_digest(&contract->interactions[i], texts[i], NULL), 0);
	qsort(texts, count, sizeof(*texts), compare_digests);
	return texts;
}

/* What was written is read and written again: the same file, the same digests. */
static void check_again(const struct tally_contract *first, const cJSON *output,
			enum tally_spec spec, bool same_digests)
{
	struct tally_contract *second = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *again = NULL;
	char *text = written(output);
	char(*before)[DIGEST_TEXT_BYTES];
	char(*after)[DIGEST_TEXT_BYTES];

	if (tally_contract_parse(&second, text, strlen(text), &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
	assert_int_equal(tally_contract_spec(second), spec);
	assert_int_equal(tally_contract_write(second, spec, &again, &error), 0);
	assert_same_json(again, output);
	before = digests_of(first);
	after = digests_of(second);
	for (size_t i = 0; i < first->interaction_count && same_digests; i++)
		assert_string_equal(before[i], after[i]);
	tally__free(before);
	tally__free(after);
	cJSON_Delete(again);
	tally_contract_free(second);
	tally_free(text);
}

static void check_version(const struct tally_contract *contract, const cJSON *test,
			  const char *name, enum tally_spec spec)
{
	const cJSON *expected = tally__json_get(test, name);
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *output = NULL;
	cJSON *plain;
	int status = tally_contract_write(contract, spec, &output, &error);

	if (cJSON_IsString(expected)) {
		assert_null(output);
		assert_error(&error, status, expected->valuestring);
		return;
	}
	if (!expected && status == TALLY_EINVAL)
		return;
	if (status != 0)
		fail_msg("%s: %s: %s", name, error.where, error.message);
	plain = copy_without_own_block(output);
	if (expected)
		assert_same_json(plain, expected);
	cJSON_Delete(plain);
	/* Version 2 has no generators, and one rule a place. */
	check_again(contract, output, spec,
		    spec != TALLY_SPEC_V2 && !tally__json_get(test, "digestsChange"));
	cJSON_Delete(output);
}

static int read_case(struct tally_contract **out, const cJSON *test, struct tally_error *error)
{
	const char *text = tally__json_get_string(test, "text");
	char *made = text ? NULL : written(tally__json_get(test, "input"));
	size_t len = strlen(text ? text : made);
	int status;

	if (tally__json_get_bool(test, "expectations", false))
		status = tally_expectations_parse(out, text ? text : made, len, error);
	else
		status = tally_contract_parse(out, text ? text : made, len, error);
	tally_free(made);
	return status;
}

static void run_case(void **state)
{
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *test = NULL;
	const char *expected;
	int status;

	assert_int_equal(tally_json_read_file(&test, *state, NULL), 0);
	status = read_case(&contract, test, &error);
	expected = tally__json_get_string(test, "error");
	if (expected) {
		assert_null(contract);
		assert_error(&error, status, expected);
		cJSON_Delete(test);
		return;
	}
	if (status != 0)
		fail_msg("%s: %s", error.where, error.message);
	if (tally__json_get(test, "spec"))
		assert_string_equal(tally_spec_text(tally_contract_spec(contract)),
				    tally__json_get_string(test, "spec"));
	check_version(contract, test, "v2", TALLY_SPEC_V2);
	check_version(contract, test, "v3", TALLY_SPEC_V3);
	check_version(contract, test, "v4", TALLY_SPEC_V4);
	tally_contract_free(contract);
	cJSON_Delete(test);
}

struct plan {
	struct CMUnitTest *tests;
	size_t count;
};

static int add_case(void *context, const char *path, struct tally_error *error)
{
	struct plan *plan = context;
	struct CMUnitTest *tests =
		tally__realloc_array(plan->tests, plan->count + 1, sizeof(*tests));

	(void)error;
	if (!tests)
		return TALLY_ENOMEM;
	plan->tests = tests;
	tests[plan->count++] = (struct CMUnitTest){
		.name = strrchr(path, '/') + 1,
		.test_func = run_case,
		.initial_state = (void *)(uintptr_t)path,
	};
	return 0;
}

static int keep_case(void *context, const char *path, struct tally_error *error)
{
	return add_case(context, tally__strdup(path), error);
}

int main(void)
{
	const char *source = getenv("TALLY_SRCDIR");
	struct plan plan = {0};
	char folder[4096];
	int failed;

	snprintf(folder, sizeof(folder), "%s/tests/cases/contract", source ? source : ".");
	if (tally__dir_each(folder, ".json", keep_case, &plan, NULL) != 0 || plan.count == 0)
		return 99;
	failed = _cmocka_run_group_tests("contract cases", plan.tests, plan.count, NULL, NULL);
	for (size_t i = 0; i < plan.count; i++)
		tally__free(plan.tests[i].initial_state);
	tally__free(plan.tests);
	return failed;
}
