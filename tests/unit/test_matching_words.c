/* How mismatches are worded, ordered, bounded and laid out. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"
#include "repeated.h"
#include "tally/match.h"

static cJSON *parse(const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;

	if (tally_json_parse(&value, text, strlen(text), &error) != 0) {
		print_message("# %s: %s\n", text, error.message);
		fail();
	}
	return value;
}

/* The mismatches of two responses; to be deleted. */
static cJSON *match(const char *expected_text, const char *actual_text, size_t *omitted)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *expected = parse(expected_text);
	cJSON *actual = parse(actual_text);
	cJSON *mismatches = NULL;

	if (tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V4, expected, actual, &mismatches, omitted,
			&error) != 0) {
		print_message("# %s: %s\n", error.where, error.message);
		fail();
	}
	cJSON_Delete(expected);
	cJSON_Delete(actual);
	return mismatches;
}

static const char *member(const cJSON *mismatches, int index, const char *name)
{
	const char *text = tally__json_get_string(cJSON_GetArrayItem(mismatches, index), name);

	return text ? text : "";
}

/* ---- diffs ---- */

static void test_diff(void **state)
{
	cJSON *found = match("{\"body\":{\"a\":\"one\\ntwo\\n\",\"b\":\"short\","
			     "\"c\":\"a sentence that is too long to be compared at a glance\"}}",
			     "{\"body\":{\"a\":\"one\\ntwo \\n\",\"b\":\"other\","
			     "\"c\":\"a sentence that is too lang to be compared at a glance\"}}",
			     NULL);

	(void)state;
	assert_int_equal(cJSON_GetArraySize(found), 3);
	assert_string_equal(member(found, 0, "diff"), "@@ -1,2 +1,2 @@\n one\n-two\n+two\\x20");
	assert_string_equal(member(found, 1, "diff"), "");
	assert_string_equal(
		member(found, 2, "diff"),
		"@@ character 25 @@\n-a sentence that is too long to be compared at a glance\n"
		"+a sentence that is too lang to be compared at a glance\n"
		"                         ^");
	cJSON_Delete(found);
}

/* Other rules do not ask for equal texts. */
static void test_no_diff(void **state)
{
	cJSON *found = match("{\"body\":{\"a\":\"x\"},\"matchingRules\":{\"body\":{\"$.a\":{"
			     "\"matchers\":[{\"match\":\"regex\",\"regex\":\"x\"}]}}}}",
			     "{\"body\":{\"a\":\"one\\ntwo\\n\"}}", NULL);

	(void)state;
	assert_int_equal(cJSON_GetArraySize(found), 1);
	assert_string_equal(member(found, 0, "diff"), "");
	cJSON_Delete(found);
}

/* ---- bounds ---- */

static void test_omitted(void **state)
{
	char *expected = repeated("{\"body\":[", "1", LIMIT_MISMATCHES + 23, "]}");
	char *actual = repeated("{\"body\":[", "2", LIMIT_MISMATCHES + 23, "]}");
	size_t omitted = 0;
	cJSON *found = match(expected, actual, &omitted);
	char *text = NULL;

	(void)state;
	assert_int_equal(cJSON_GetArraySize(found), LIMIT_MISMATCHES);
	assert_int_equal(omitted, 23);
	assert_int_equal(tally_mismatches_text(found, omitted, NULL, &text, NULL), 0);
	assert_non_null(strstr(text, "\n… and 23 more mismatches\n"));
	tally_free(text);
	cJSON_Delete(found);
	found = match(expected, expected, &omitted);
	assert_int_equal(cJSON_GetArraySize(found), 0);
	assert_int_equal(omitted, 0);
	cJSON_Delete(found);
	tally__free(expected);
	tally__free(actual);
}

/* What hints cost has its own bound: beyond it there is less to read, and the same verdict.  All
 * elements differ early and late from all variants, so measuring them costs much more than seeing
 * that they do not fit. */
static void test_hints_are_bounded(void **state)
{
	char *element = repeated("{\"a\":1,\"l\":[", "1", 100, "],\"z\":1}");
	char *elements = repeated("{\"body\":[", element, 8000, "]}");
	char *example = repeated("{\"body\":[{\"a\":2,\"l\":[", "1", 100,
				 "],\"z\":2}],\"matchingRules\":{\"body\":{\"$\":{\"matchers\":[{"
				 "\"match\":\"arrayContains\",\"variants\":[");
	char *examples = repeated(example,
				  "{\"index\":0,\"rules\":{\"$.l[*]\":{\"matchers\":[{\"match\":"
				  "\"type\"}]}}}",
				  60, "]}]}}}}");
	cJSON *found = match(examples, elements, NULL);
	size_t variants = 0;
	size_t hints = 0;

	(void)state;
	for (int i = 0; i < cJSON_GetArraySize(found); i++) {
		variants += *member(found, i, "rule") == 'a';
		hints += strstr(member(found, i, "message"), "comes nearest") != NULL;
	}
	assert_int_equal(variants, 60);
	/* No search takes all that there is, and not all can be had. */
	assert_in_range(hints, 8, 30);
	assert_non_null(strstr(member(found, 0, "message"), "at index 0 comes nearest"));
	assert_string_equal(member(found, 1, "path"), "$[0].a");
	assert_string_equal(member(found, 2, "path"), "$[0].z");
	cJSON_Delete(found);
	tally__free(element);
	tally__free(example);
	tally__free(elements);
	tally__free(examples);
}

/* Expressions that are given up while the nearest element is sought are not given up elsewhere. */
static void test_hints_do_not_spend_expressions(void **state)
{
	char *list = repeated("{\"body\":{\"a\":[",
			      "{\"t\":1,\"s\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}", 6,
			      "],\"z\":\"ab\"}}");
	cJSON *found = match(
		"{\"body\":{\"a\":[{\"s\":\"b\",\"t\":0}],\"z\":\"b\"},\"matchingRules\":{\"body\":"
		"{"
		"\"$.a\":{\"matchers\":[{\"match\":\"arrayContains\",\"variants\":[{\"index\":0,"
		"\"rules\":{\"$.s\":{\"matchers\":[{\"match\":\"regex\",\"regex\":\"(a|a)*(a|a)*["
		"bc]\"}"
		"]}}}]}]},\"$.z\":{\"matchers\":[{\"match\":\"regex\",\"regex\":\"[a-c]+\"}]}}}}",
		list, NULL);

	(void)state;
	for (int i = 0; i < cJSON_GetArraySize(found); i++) {
		assert_string_not_equal(member(found, i, "path"), "$.z");
	}
	assert_true(cJSON_GetArraySize(found) > 0);
	cJSON_Delete(found);
	tally__free(list);
}

/* Details of the nearest element belong to the mismatch in front of them. */
static void test_details(void **state)
{
	cJSON *found =
		match("{\"body\":{\"l\":[{\"k\":1,\"v\":1},{\"k\":2,\"v\":2}]},\"matchingRules\":{"
		      "\"body\":{\"$.l\":{\"matchers\":[{\"match\":\"arrayContains\"}]}}}}",
		      "{\"body\":{\"l\":[{\"k\":2,\"v\":9},{\"k\":1,\"v\":8}]}}", NULL);
	static const char *const paths[] = {"$.l", "$.l[1].v", "$.l", "$.l[0].v"};

	(void)state;
	assert_int_equal(cJSON_GetArraySize(found), 4);
	for (int i = 0; i < 4; i++) {
		const cJSON *item = cJSON_GetArrayItem(found, i);

		assert_string_equal(member(found, i, "path"), paths[i]);
		assert_int_equal(tally__json_get_bool(item, "detail", false), i % 2);
	}
	assert_string_equal(member(found, 1, "pointer"), "/l/1/v");
	cJSON_Delete(found);
}

/* ---- layout ---- */

static void assert_text(const char *mismatches, const struct tally_text_options *options,
			const char *wanted)
{
	cJSON *list = parse(mismatches);
	char *text = NULL;

	assert_int_equal(tally_mismatches_text(list, 0, options, &text, NULL), 0);
	assert_string_equal(text, wanted);
	tally_free(text);
	cJSON_Delete(list);
}

static const char *const laid_out =
	"[{\"type\":\"status\",\"path\":\"\",\"message\":\"expected 200 but was 404\","
	"\"expected\":\"200\",\"actual\":\"404\",\"rule\":\"equality\"},"
	"{\"type\":\"header\",\"path\":\"X-A\",\"message\":\"M\",\"expected\":\"a\","
	"\"rule\":\"equality\"},"
	"{\"type\":\"body\",\"path\":\"$.a\",\"message\":\"N\",\"expected\":\"1\","
	"\"actual\":\"\\\"x\\\"\",\"rule\":\"integer\"},"
	"{\"type\":\"body\",\"path\":\"$.b\",\"message\":\"O\",\"rule\":\"equality\",\"detail\":"
	"true,"
	"\"expected\":\"e\",\"actual\":\"f\",\"diff\":\"@@ -1,1 +1,1 @@\\n-e\\n+f\"}]";

static void test_layout(void **state)
{
	const struct tally_text_options indented = {.indent = 3};

	(void)state;
	assert_text("[]", NULL, "");
	assert_text(laid_out, NULL,
		    "status: expected 200 but was 404\n"
		    "headers:\n"
		    "  X-A: M\n"
		    "      expected: a\n"
		    "      actual:   (missing)\n"
		    "body:\n"
		    "  $.a: N\n"
		    "      rule:     integer\n"
		    "      expected: 1\n"
		    "      actual:   \"x\"\n"
		    "      $.b: O\n"
		    "          diff (- expected, + actual):\n"
		    "            @@ -1,1 +1,1 @@\n"
		    "            -e\n"
		    "            +f\n");
	assert_text("[{\"type\":\"header\",\"path\":\"X-A\",\"message\":\"M\"}]", &indented,
		    "   headers:\n     X-A: M\n");
}

static void test_colour(void **state)
{
	const struct tally_text_options colour = {.colour = true};

	(void)state;
	assert_text(laid_out, &colour,
		    "\033[1mstatus\033[0m: expected 200 but was 404\n"
		    "headers:\n"
		    "  \033[1mX-A\033[0m: M\n"
		    "      expected: \033[32ma\033[0m\n"
		    "      actual:   (missing)\n"
		    "body:\n"
		    "  \033[1m$.a\033[0m: N\n"
		    "      rule:     integer\n"
		    "      expected: \033[32m1\033[0m\n"
		    "      actual:   \033[31m\"x\"\033[0m\n"
		    "      \033[1m$.b\033[0m: O\n"
		    "          diff (- expected, + actual):\n"
		    "            \033[36m@@ -1,1 +1,1 @@\033[0m\n"
		    "            \033[32m-e\033[0m\n"
		    "            \033[31m+f\033[0m\n");
}

/* The words of Pact's mock servers. */
static void test_layout_of_reports(void **state)
{
	(void)state;
	assert_text("[{\"type\":\"QueryMismatch\",\"parameter\":\"q\",\"mismatch\":\"M\","
		    "\"expected\":\"a\",\"actual\":null},"
		    "{\"type\":\"HeaderMismatch\",\"key\":\"X\",\"mismatch\":\"N\"},"
		    "{\"type\":\"BodyTypeMismatch\",\"mismatch\":\"T\",\"expected\":\"a/b\"},"
		    "{\"type\":\"Other\",\"mismatch\":\"O\"}]",
		    NULL,
		    "query:\n"
		    "  q: M\n"
		    "      expected: a\n"
		    "      actual:   (missing)\n"
		    "headers:\n"
		    "  X: N\n"
		    "content type: T\n"
		    "other:\n"
		    "  O\n");
}

/* Nothing that comes from outside drives the terminal or makes lines of its own. */
static void test_layout_is_safe(void **state)
{
	(void)state;
	assert_text("[{\"type\":\"body\",\"path\":\"$\\u001b[2J\",\"message\":\"a\\nb\\u202e\","
		    "\"expected\":\"\\u001b]0;x\\u0007\",\"rule\":\"r\\n\"},"
		    "{\"type\":\"body\",\"path\":\"$\",\"message\":\"m\","
		    "\"diff\":\"-a\\u001b[31m\\n+b\\r\"}, 7, \"x\", {\"type\":1}]",
		    NULL,
		    "body:\n"
		    "  $\\x1b[2J: a\\x0ab\\xe2\\x80\\xae\n"
		    "      rule:     r\\x0a\n"
		    "      expected: \\x1b]0;x\\x07\n"
		    "      actual:   (missing)\n"
		    "  $: m\n"
		    "      diff (- expected, + actual):\n"
		    "        -a\\x1b[31m\n"
		    "        +b\\x0d\n"
		    "other:\n"
		    "  a mismatch\n"
		    "  a mismatch\n"
		    "  a mismatch\n");
}

/* Wide objects say nothing that the sentence does not. */
static void test_dumps_are_left_out(void **state)
{
	(void)state;
	assert_text(
		"[{\"type\":\"body\",\"path\":\"$\",\"message\":\"m\",\"expected\":"
		"\"{\\\"a\\\":\\\"0123456789012345678901234567890123456789012345678901234\\\"}\","
		"\"actual\":\"{}\"}]",
		NULL, "body:\n  $: m\n");
	assert_text("[{\"type\":\"body\",\"path\":\"$\",\"message\":\"m\",\"expected\":"
		    "\"{\\\"a\\\":1}\",\"actual\":\"{}\"}]",
		    NULL, "body:\n  $: m\n      expected: {\"a\":1}\n      actual:   {}\n");
}

static void test_no_list(void **state)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;

	(void)state;
	assert_int_equal(tally_mismatches_text(NULL, 0, NULL, &text, NULL), TALLY_EINVAL);
	assert_int_equal(tally_mismatches_text(object, 0, NULL, &text, NULL), TALLY_EINVAL);
	assert_null(text);
	cJSON_Delete(object);
}

/* ---- memory ---- */

static int match_and_lay_out(const cJSON *expected, const cJSON *actual, int *count)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *mismatches = NULL;
	char *text = NULL;
	int status = tally_match(TALLY_PART_REQUEST, TALLY_SPEC_V4, expected, actual, &mismatches,
				 NULL, &error);

	if (status == 0) {
		*count = cJSON_GetArraySize(mismatches);
		status = tally_mismatches_text(mismatches, 0, NULL, &text, &error);
	}
	assert_true(status == 0 || (status == TALLY_ENOMEM && error.code == TALLY_ENOMEM));
	assert_true(status != 0 || text);
	tally_free(text);
	cJSON_Delete(mismatches);
	return status;
}

static void test_allocations(void **state)
{
	cJSON *expected = parse(
		"{\"path\":\"/"
		"\",\"query\":{\"limit\":[\"1\"]},\"headers\":{\"X-Token\":\"a\"},\"body\":"
		"{\"price\":1,\"l\":[1,2,3],\"text\":\"a\\nb\\nc\\n\",\"n\":1,\"d\":\"2020-01-01\","
		"\"v\":[{"
		"\"k\":1,\"t\":[{\"u\":1}]}]},\"matchingRules\":{\"body\":{\"$.d\":{\"matchers\":[{"
		"\"match\":\"date\"}]},\"$.v\":{\"matchers\":[{\"match\":\"arrayContains\","
		"\"variants\":[{\"index\":0,\"rules\":{\"$.t\":{\"matchers\":[{\"match\":"
		"\"arrayContains\"}]}}}]}]}}}}");
	cJSON *actual =
		parse("{\"path\":\"/"
		      "\",\"query\":{\"limt\":[\"1\"]},\"headers\":{\"X-Tokn\":\"a\"},\"body\":{"
		      "\"prise\":1,\"l\":[1,9,2,3],\"text\":\"a\\nx\\nc\\n\",\"n\":\"1\",\"d\":"
		      "\"2020-13-01\","
		      "\"v\":[7,{\"k\":1,\"t\":[{\"u\":2}]}]}}");
	int status = TALLY_ENOMEM;
	int count = 0;

	(void)state;
	for (long n = 0; status != 0; n++) {
		tally__mem_fail_after(n);
		status = match_and_lay_out(expected, actual, &count);
		tally__mem_fail_after(-1);
		assert_true(n < 100000);
	}
	/* 2 of the query, 1 of the headers; of the body: the keys, l, text, n, d, v and 2 details
	 */
	assert_int_equal(count, 11);
	cJSON_Delete(expected);
	cJSON_Delete(actual);
}

/* Where a mismatch is in its interaction, and a path for each. */
static void says_which_part(void **state)
{
	static const struct {
		enum tally_part part;
		const char *expected, *actual, *where, *path;
	} examples[] = {
		{TALLY_PART_REQUEST, "{\"method\":\"GET\"}", "{\"method\":\"PUT\"}",
		 "/request/method", "method"},
		{TALLY_PART_REQUEST, "{\"path\":\"/a\"}", "{\"path\":\"/b\"}", "/request/path",
		 "path"},
		{TALLY_PART_REQUEST, "{\"query\":{\"a/b\":[\"1\"]}}", "{}", "/request/query/a~1b",
		 "a/b"},
		{TALLY_PART_REQUEST, "{\"headers\":{\"X-A\":\"1\"}}", "{}", "/request/headers/X-A",
		 "X-A"},
		{TALLY_PART_RESPONSE, "{\"status\":200}", "{\"status\":404}", "/response/status",
		 "status"},
		{TALLY_PART_RESPONSE, "{\"status\":200,\"body\":{\"content\":{\"a\":1}}}",
		 "{\"status\":200,\"body\":{\"content\":{\"a\":2}}}", "/response/body", "$.a"},
		{TALLY_PART_MESSAGE, "{\"contents\":{\"content\":{\"a\":1}}}",
		 "{\"contents\":{\"content\":{\"a\":2}}}", "/contents", "$.a"},
		{TALLY_PART_MESSAGE, "{\"metadata\":{\"k\":\"1\"}}", "{\"metadata\":{}}",
		 "/metadata/k", "k"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		cJSON *expected = parse(examples[i].expected);
		cJSON *actual = parse(examples[i].actual);
		cJSON *found = NULL;

		assert_int_equal(tally_match(examples[i].part, TALLY_SPEC_V4, expected, actual,
					     &found, NULL, NULL),
				 0);
		assert_int_equal(cJSON_GetArraySize(found), 1);
		assert_string_equal(member(found, 0, "part"), examples[i].where);
		assert_string_equal(member(found, 0, "path"), examples[i].path);
		cJSON_Delete(found);
		cJSON_Delete(expected);
		cJSON_Delete(actual);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_which_part),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_no_diff),
		cmocka_unit_test(test_omitted),
		cmocka_unit_test(test_hints_are_bounded),
		cmocka_unit_test(test_hints_do_not_spend_expressions),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_layout_of_reports),
		cmocka_unit_test(test_layout_is_safe),
		cmocka_unit_test(test_dumps_are_left_out),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests_name("matching/words", tests, NULL, NULL);
}
