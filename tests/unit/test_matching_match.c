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
#include "base/text.h"
#include "matching/match.h"
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

/* ---- errors ---- */

static void test_bad_rules(void **state)
{
	static const struct {
		const char *rules;
		const char *where;
		const char *message;
	} examples[] = {
		{"{\"body\":{\"$.a[\":{\"matchers\":[{\"match\":\"type\"}]}}}", "$.a[", "column 5"},
		{"{\"body\":{\"$.a\":{\"matchers\":[{}]}}}", "$.a", "has no name"},
		{"{\"body\":{\"$.a\":{\"matchers\":[{\"match\":\"\"}]}}}", "$.a", "has no name"},
		{"{\"body\":{\"$.a\":{\"matchers\":[{\"match\":1}]}}}", "$.a", "has no name"},
		{"{\"body\":{\"$.a\":{\"matchers\":[7]}}}", "$.a", "found the number 7"},
		{"{\"body\":{\"$.a\":{\"matchers\":{\"x\":1}}}}", "$.a", "matchers"},
		{"{\"body\":{\"$.a\":\"type\"}}", "$.a", "expected"},
		{"{\"body\":{\"$.a\":{\"matchers\":[{\"match\":\"regex\"}]}}}", "$.a", "\"regex\""},
		{"{\"body\":{\"$.a\":{\"matchers\":[{\"match\":\"type\",\"min\":-1}]}}}", "$.a",
		 "\"min\""},
		{"{\"body\":{\"$.a\":{\"matchers\":[{\"match\":\"type\",\"max\":\"x\"}]}}}", "$.a",
		 "\"max\""},
		{"{\"body\":{\"$.a\":{\"matchers\":[{\"match\":\"include\",\"value\":{}}]}}}",
		 "$.a", "\"value\""},
		{"{\"body\":{\"$\":{\"matchers\":[{\"match\":\"arrayContains\",\"variants\":1}]}}}",
		 "$", "\"variants\""},
		{"{\"body\":{\"$\":{\"matchers\":[{\"match\":\"eachKey\",\"rules\":1}]}}}", "$",
		 "array of matching rules"},
		{"{\"status\":{\"matchers\":[{\"match\":\"statusCode\",\"status\":\"good\"}]}}",
		 "status", "clientError"},
		{"{\"header\":{\"X-A\":{\"matchers\":[{}]}}}", "X-A", "has no name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *expected = cJSON_CreateObject();
		cJSON *actual = cJSON_CreateObject();
		cJSON *mismatches = NULL;

		cJSON_AddItemToObject(expected, "matchingRules", parse(examples[i].rules));
		assert_int_equal(tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V3, expected, actual,
					     &mismatches, NULL, &error),
				 TALLY_EPARSE);
		assert_null(mismatches);
		if (!strstr(error.where, examples[i].where) ||
		    !strstr(error.message, examples[i].message) ||
		    strncmp(error.where, "expected", 8) != 0) {
			print_message("# %s: %s\n", error.where, error.message);
			fail();
		}
		cJSON_Delete(expected);
		cJSON_Delete(actual);
	}
}

static void test_bad_arguments(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *object = cJSON_CreateObject();
	cJSON *mismatches = NULL;

	(void)state;
	assert_int_equal(tally_match((enum tally_part)9, TALLY_SPEC_V3, object, object, &mismatches,
				     NULL, &error),
			 TALLY_EINVAL);
	assert_null(mismatches);
	for (int spec = 0; spec < 60; spec += 59) {
		error = (struct tally_error)TALLY_ERROR_INIT;
		assert_int_equal(tally_match(TALLY_PART_REQUEST, (enum tally_spec)spec, object,
					     object, &mismatches, NULL, &error),
				 TALLY_EINVAL);
	}
	assert_int_equal(tally_match(TALLY_PART_REQUEST, TALLY_SPEC_V3, NULL, object, &mismatches,
				     NULL, NULL),
			 TALLY_EINVAL);
	assert_int_equal(tally_match(TALLY_PART_REQUEST, TALLY_SPEC_V3, object, NULL, &mismatches,
				     NULL, NULL),
			 TALLY_EINVAL);
	assert_null(mismatches);
	cJSON_Delete(object);
}

/* ---- bodies as they come over the wire ---- */

struct found {
	struct mismatches mismatches;
	struct arena arena;
	cJSON *expected;
	struct response response;
	struct matcher *matcher;
	int status;
	struct tally_error error;
};

static struct body wire_body(const char *text)
{
	return (struct body){
		.state = *text ? BODY_PRESENT : BODY_EMPTY, .bytes = text, .len = strlen(text)};
}

static void compare(struct found *found, const char *expected, const char *type, const char *text)
{
	struct response actual = {.status = 200, .body = wire_body(text)};

	*found = (struct found){.error = TALLY_ERROR_INIT};
	tally__arena_init(&found->arena, 0);
	tally__mismatches_init(&found->mismatches);
	found->expected = parse(expected);
	assert_int_equal(tally__response_read(&found->response, &found->arena, found->expected,
					      TALLY_SPEC_V3, &found->error),
			 0);
	assert_int_equal(
		tally__matcher_new_response(&found->matcher, &found->response, &found->error), 0);
	if (type) {
		assert_int_equal(
			tally__header_add(&actual.headers, &found->arena, "Content-Type", type), 0);
	}
	found->status =
		tally__match_response(found->matcher, &actual, &found->mismatches, &found->error);
}

static void release(struct found *found)
{
	tally__matcher_free(found->matcher);
	tally__mismatches_release(&found->mismatches);
	tally__arena_release(&found->arena);
	cJSON_Delete(found->expected);
}

static void assert_wire(const char *expected, const char *type, const char *text,
			const char *message)
{
	struct found found;

	compare(&found, expected, type, text);
	assert_int_equal(found.status, 0);
	if (message) {
		if (found.mismatches.count != 1 ||
		    !strstr(found.mismatches.items[0].message, message)) {
			print_message("# %zu: %s\n", found.mismatches.count,
				      found.mismatches.count ? found.mismatches.items[0].message
							     : "");
			fail();
		}
	} else {
		assert_int_equal(found.mismatches.count, 0);
	}
	release(&found);
}

#define XML_RULES "\"matchingRules\":{\"body\":{\"$.a\":{\"matchers\":[{\"match\":\"type\"}]}}}"

static void test_wire(void **state)
{
	(void)state;
	assert_wire("{\"body\":null}", "application/json", "null", NULL);
	assert_wire("{\"body\":null}", "application/json", " null\n", NULL);
	assert_wire("{\"body\":null}", NULL, "", NULL);
	assert_wire("{\"body\":null}", "text/plain", "null", "Expected empty body");
	assert_wire("{\"body\":{\"a\":1}}", "application/json", "{\"a\":1}", NULL);
	assert_wire("{\"body\":{\"a\":1}}", "application/json", "{\"a\":1",
		    "Failed to parse the "
		    "actual body");
	assert_wire("{\"body\":{\"a\":1}}", "application/json", "", "but was empty");
	assert_wire("{\"body\":{\"a\":1}}", "application/json", "null", "Type mismatch");
	assert_wire("{\"body\":\"<a> </a>\"}", "application/xml", "<a> </a>", NULL);
	assert_wire("{\"body\":\"<a> </a>\"}", "application/xml", "<a/>", NULL);
	assert_wire("{\"body\":\"<a/>\"}", "application/xml", "<a>",
		    "Failed to parse the actual body");
	assert_wire("{\"body\":\"<a>\"}", "application/xml", "<a/>",
		    "Failed to parse the expected body");
	assert_wire("{\"body\":\"<a>1</a>\"," XML_RULES "}", "application/xml", "<a>2</a>", NULL);
	assert_wire("{\"body\":\"<a>1</a>\"}", "application/xml", "<a>2</a>",
		    "Expected '2' to be equal to '1'");
	assert_wire("{\"body\":\"x\"}", "text/plain", "\xFF\x01", "\xEF\xBF\xBD");
}

static void test_matcher_is_used_again(void **state)
{
	struct found found;
	struct response actual = {.status = 200, .body = wire_body("{\"a\":\"x\"}")};
	struct mismatches again;

	(void)state;
	compare(&found,
		"{\"body\":{\"a\":1},\"matchingRules\":{\"body\":{\"$.a\":{\"matchers\":[{"
		"\"match\":"
		"\"integer\"}]}}}}",
		NULL, "{\"a\":2}");
	assert_int_equal(found.mismatches.count, 0);
	for (int i = 0; i < 3; i++) {
		tally__mismatches_init(&again);
		assert_int_equal(
			tally__match_response(found.matcher, &actual, &again, &found.error), 0);
		assert_int_equal(again.count, 1);
		assert_string_equal(again.items[0].path, "$.a");
		tally__mismatches_release(&again);
	}
	release(&found);
}

/* A form is compared to its end, not to its first NUL. */
static void test_form_with_nul(void **state)
{
	static const char received[] = "a=1\0&evil=2";
	struct response actual = {
		.status = 200,
		.body = {.state = BODY_PRESENT, .bytes = received, .len = sizeof received - 1}};
	struct found found;

	(void)state;
	compare(&found,
		"{\"headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
		"\"body\":\"a=1\"}",
		"application/x-www-form-urlencoded", "a=1");
	assert_int_equal(found.mismatches.count, 0);
	assert_int_equal(tally__header_add(&actual.headers, &found.arena, "Content-Type",
					   "application/x-www-form-urlencoded"),
			 0);
	assert_int_equal(
		tally__match_response(found.matcher, &actual, &found.mismatches, &found.error), 0);
	assert_int_equal(found.mismatches.count, 1);
	assert_non_null(strstr(found.mismatches.items[0].message, "NUL"));
	release(&found);
}

/* ---- texts that are cut ---- */

/* `before` and 'k's up to `len` bytes, "é", `after`. */
static char *make_name(const char *before, size_t len, const char *after)
{
	struct buf out;

	tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&out, before);
	for (size_t i = 0; i < len; i++) {
		tally__buf_addc(&out, 'k');
	}
	tally__buf_addf(&out, "é%s", after);
	assert_int_equal(out.status, 0);
	return tally__buf_take(&out, NULL);
}

/* Wherever a name is cut, what is said about it can be written as JSON. */
static void test_names_are_cut_between_characters(void **state)
{
	static const struct {
		enum tally_part part;
		const char *before, *after, *actual;
	} examples[] = {
		{TALLY_PART_MESSAGE, "{\"metadata\":{\"", "\":1}}", "{}"},
		{TALLY_PART_REQUEST, "{\"headers\":{\"", "\":\"x\"}}", "{}"},
		{TALLY_PART_RESPONSE, "{\"headers\":{\"A\":[\"x\",\"", "\"]}}",
		 "{\"headers\":{\"A\":\"x\"}}"},
		{TALLY_PART_RESPONSE,
		 "{\"body\":\"x\",\"matchingRules\":{\"body\":{\"$\":{\"matchers\":[{\"match\":"
		 "\"contentType\",\"value\":\"",
		 "\"}]}}}}", "{\"body\":\"y\"}"},
	};
	static const size_t lengths[] = {59, 99, 198, 199, 299, 398, 399, 400};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++) {
			char *text = make_name(examples[i].before, lengths[j], examples[i].after);
			cJSON *expected = parse(text);
			cJSON *actual = parse(examples[i].actual);
			cJSON *mismatches = NULL;
			struct buf out;
			struct tally_error error = TALLY_ERROR_INIT;

			if (tally_match(examples[i].part, TALLY_SPEC_V3, expected, actual,
					&mismatches, NULL, &error) != 0) {
				print_message("# %zu: %s: %s\n", i, error.where, error.message);
				fail();
			}
			assert_non_null(mismatches->child);
			tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
			tally__json_add(&out, mismatches, TALLY_JSON_COMPACT);
			assert_int_equal(out.status, 0);
			assert_int_equal(tally__utf8_valid_len(out.bytes, out.len), out.len);
			tally__buf_release(&out);
			cJSON_Delete(mismatches);
			cJSON_Delete(expected);
			cJSON_Delete(actual);
			tally__free(text);
		}
	}
}

/* ---- limits ---- */

static void test_many_mismatches(void **state)
{
	char *expected = repeated("{\"body\":[", "1", LIMIT_MISMATCHES + 500, "]}");
	char *actual = repeated("[", "2", LIMIT_MISMATCHES + 500, "]");
	struct found found;

	(void)state;
	compare(&found, expected, NULL, actual);
	assert_int_equal(found.status, 0);
	assert_int_equal(found.mismatches.count, LIMIT_MISMATCHES);
	assert_int_equal(found.mismatches.omitted, 500);
	assert_string_equal(found.mismatches.items[0].path, "$[0]");
	assert_string_equal(found.mismatches.items[2].path, "$[2]");
	assert_string_equal(found.mismatches.items[10].path, "$[10]");
	release(&found);
	tally__free(expected);
	tally__free(actual);
}

/* An alternative that fails beyond the limit is forgotten as well. */
static void test_alternatives_beyond_the_limit(void **state)
{
	char *values = repeated("{\"body\":{\"a\":[", "1", LIMIT_MISMATCHES + 500, "],");
	char *actual = repeated("{\"a\":[", "2", LIMIT_MISMATCHES + 500, "],\"b\":null}");
	struct found found;
	struct buf expected;

	(void)state;
	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&expected, values);
	tally__buf_adds(&expected,
			"\"b\":1},\"matchingRules\":{\"body\":{\"$.b\":{\"combine\":\"OR\","
			"\"matchers\":[{\"match\":\"type\"},{\"match\":\"null\"}]}}}}");
	compare(&found, expected.bytes, NULL, actual);
	assert_int_equal(found.mismatches.count, LIMIT_MISMATCHES);
	assert_int_equal(found.mismatches.omitted, 500);
	release(&found);
	tally__buf_release(&expected);
	tally__free(values);
	tally__free(actual);
}

static void test_long_values_are_cut(void **state)
{
	char *expected = repeated("{\"body\":{\"a\":[", "1", 5000, "]}}");
	struct found found;

	(void)state;
	compare(&found, expected, NULL, "{\"a\":\"x\"}");
	assert_int_equal(found.mismatches.count, 1);
	assert_true(strlen(found.mismatches.items[0].expected) < LIMIT_SHOWN_BYTES + 8);
	assert_true(strlen(found.mismatches.items[0].message) < LIMIT_SHOWN_BYTES + 200);
	assert_non_null(strstr(found.mismatches.items[0].message, "…"));
	release(&found);
	tally__free(expected);
}

/* Each of so many elements is compared with each of so many variants. */
static void test_steps(void **state)
{
	char *expected = repeated("{\"body\":[", "1", 5000,
				  "],\"matchingRules\":{\"body\":{\"$\":{\"matchers\":[{"
				  "\"match\":\"arrayContains\",\"variants\":[]}]}}}}");
	char *body = repeated("[", "2", 5000, "]");
	struct found found;

	(void)state;
	compare(&found, expected, NULL, body);
	assert_int_equal(found.status, TALLY_ELIMIT);
	assert_non_null(strstr(found.error.message, "takes more than"));
	release(&found);
	tally__free(expected);
	tally__free(body);
}

/* Names are found by hash: looked for one by one, these would take minutes. */
static void test_many_headers(void **state)
{
	enum { COUNT = 100000 };
	struct buf expected;
	struct buf actual;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *mismatches = NULL;
	cJSON *left = NULL;
	cJSON *right = NULL;

	(void)state;
	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&actual, LIMIT_DOCUMENT_BYTES);
	for (int i = 0; i < COUNT; i++) {
		tally__buf_addf(&expected, "%s\"X-%d\":\"v%d\"", i > 0 ? "," : "{\"headers\":{", i,
				i);
		tally__buf_addf(&actual, "%s\"x-%d\":\"%s%d\"", i > 0 ? "," : "{\"headers\":{",
				COUNT - 1 - i, i == 0 ? "other" : "v", COUNT - 1 - i);
	}
	tally__buf_adds(&expected, "}}");
	tally__buf_adds(&actual, "}}");
	left = parse(expected.bytes);
	right = parse(actual.bytes);
	assert_int_equal(tally_match(TALLY_PART_REQUEST, TALLY_SPEC_V3, left, right, &mismatches,
				     NULL, &error),
			 0);
	assert_int_equal(cJSON_GetArraySize(mismatches), 1);
	assert_string_equal(tally__json_get_string(mismatches->child, "path"), "X-99999");
	cJSON_Delete(mismatches);
	cJSON_Delete(left);
	cJSON_Delete(right);
	tally__buf_release(&expected);
	tally__buf_release(&actual);
}

/* A list of a thousand values that each take all the steps of an expression. */
static void test_costly_expressions(void **state)
{
	char *actual = repeated("[", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", 1000, "]");
	struct found found;

	(void)state;
	compare(&found,
		"{\"body\":[\"x\"],\"matchingRules\":{\"body\":{\"$\":{\"matchers\":[{\"match\":"
		"\"type\"}]},\"$[*]\":{\"matchers\":[{\"match\":\"regex\",\"regex\":"
		"\"(a|a)*(a|a)*[bc]\"}]}}}}",
		NULL, actual);
	assert_int_equal(found.status, 0);
	assert_int_equal(found.mismatches.count, LIMIT_MISMATCHES);
	assert_non_null(strstr(found.mismatches.items[0].message, "too costly"));
	assert_non_null(strstr(found.mismatches.items[LIMIT_MISMATCHES - 1].message, "too costly"));
	release(&found);
	tally__free(actual);
}

/* Trees that never went through the parser. */
static void test_deep_trees(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *expected = cJSON_CreateObject();
	cJSON *body = cJSON_CreateArray();
	cJSON *mismatches = NULL;
	cJSON *inner = body;

	(void)state;
	for (int i = 0; i < LIMIT_JSON_DEPTH + 100; i++) {
		cJSON *next = cJSON_CreateArray();

		cJSON_AddItemToArray(inner, next);
		inner = next;
	}
	cJSON_AddItemToObject(expected, "body", body);
	assert_true(tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V3, expected, expected, &mismatches,
				NULL, &error) < 0);
	assert_null(mismatches);
	cJSON_Delete(expected);
}

/* ---- memory ---- */

static const char *const sweep_expected =
	"{\"method\":\"POST\",\"path\":\"/a\",\"query\":{\"q\":[\"1\"],\"r\":[\"2\",\"3\"]},"
	"\"headers\":{\"X-A\":\"1\",\"X-B\":\"2\",\"Accept\":\"a/b, c/d\",\"Content-Type\":"
	"\"application/json\"},\"body\":{\"a\":1,\"b\":[1,2],\"c\":{\"x\":\"1\"},\"d\":[{\"n\":1}],"
	"\"e\":\"x\",\"f\":{},\"g\":\"2020\"},\"matchingRules\":{\"path\":{\"matchers\":[{"
	"\"match\":"
	"\"regex\",\"regex\":\"/\\\\w\"}]},\"query\":{\"q\":{\"matchers\":[{\"match\":\"type\"}]}},"
	"\"header\":{\"x-a\":{\"matchers\":[{\"match\":\"integer\"}]}},\"body\":{\"$.b\":{"
	"\"matchers\":[{\"match\":\"type\",\"min\":4}]},\"$.c\":{\"matchers\":[{\"match\":"
	"\"eachKey\",\"rules\":[{\"match\":\"regex\",\"regex\":\"[a-z]\"}]},{\"match\":"
	"\"eachValue\","
	"\"rules\":[{\"match\":\"type\"}]}]},\"$.d\":{\"matchers\":[{\"match\":\"arrayContains\","
	"\"variants\":[{\"index\":0,\"rules\":{\"$.n\":{\"matchers\":[{\"match\":\"decimal\"}]}}}]}"
	"]"
	"},\"$.e\":{\"combine\":\"OR\",\"matchers\":[{\"match\":\"regex\",\"regex\":\"\\\\d\"},{"
	"\"match\":\"null\"}]},\"$.g\":{\"matchers\":[{\"match\":\"date\",\"format\":\"yyyy-MM\"}]}"
	"}"
	"}}";

static const char *const sweep_actual =
	"{\"method\":\"PUT\",\"path\":\"/?\",\"query\":{\"q\":[\"1\",\"2\"],\"r\":[\"3\"],\"s\":"
	"[\"1\"]},\"headers\":{\"X-A\":\"x\",\"Accept\":\"a/b\",\"Content-Type\":\"application/"
	"json\"},\"body\":{\"b\":[1,\"2\",3],\"c\":{\"1\":2},\"d\":[{\"n\":1},{\"n\":2}],\"e\":"
	"\"xyz\",\"f\":[1],\"g\":\"x\",\"h\":1}}";

static void test_allocations(void **state)
{
	cJSON *expected = parse(sweep_expected);
	cJSON *actual = parse(sweep_actual);
	int all = 0;

	(void)state;
	for (long n = 0; all == 0; n++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *mismatches = NULL;
		int status = 0;

		tally__mem_fail_after(n);
		status = tally_match(TALLY_PART_REQUEST, TALLY_SPEC_V3, expected, actual,
				     &mismatches, NULL, &error);
		tally__mem_fail_after(-1);
		if (status == 0) {
			all = cJSON_GetArraySize(mismatches);
			assert_true(n > 100);
			cJSON_Delete(mismatches);
		} else {
			assert_int_equal(status, TALLY_ENOMEM);
			assert_int_equal(error.code, TALLY_ENOMEM);
			assert_null(mismatches);
		}
	}
	/* method, path, 3 of the query, 3 of the headers, 10 of the body */
	assert_int_equal(all, 18);
	cJSON_Delete(expected);
	cJSON_Delete(actual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_bad_arguments),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_matcher_is_used_again),
		cmocka_unit_test(test_form_with_nul),
		cmocka_unit_test(test_names_are_cut_between_characters),
		cmocka_unit_test(test_many_mismatches),
		cmocka_unit_test(test_alternatives_beyond_the_limit),
		cmocka_unit_test(test_long_values_are_cut),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_many_headers),
		cmocka_unit_test(test_costly_expressions),
		cmocka_unit_test(test_deep_trees),
		cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests_name("matching/match", tests, NULL, NULL);
}
