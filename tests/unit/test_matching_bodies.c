/* What the cases in tests/cases/matching cannot say of bodies: memory that runs out in any place,
 * sizes, depths. */
#include "config.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"
#include "tally/match.h"

static cJSON *read_case(const char *path)
{
	cJSON *json = NULL;
	struct buf text;

	tally__buf_init(&text, 1 << 20);
	assert_int_equal(tally__file_read(&text, path, NULL), 0);
	assert_int_equal(tally_json_parse(&json, text.bytes, text.len, NULL), 0);
	tally__buf_release(&text);
	return json;
}

static enum tally_part part_of(const cJSON *test)
{
	return strcmp(tally__json_get_string(test, "part"), "request") == 0 ? TALLY_PART_REQUEST
									    : TALLY_PART_RESPONSE;
}

/* Every allocation of one case fails in turn; what comes out at last is what the case says. */
static void sweep(const char *path)
{
	cJSON *test = read_case(path);
	const cJSON *expected = tally__json_get(test, "expected");
	const cJSON *actual = tally__json_get(test, "actual");
	enum tally_spec spec = tally_spec_from_text(tally__json_get_string(test, "spec"));
	int status = TALLY_ENOMEM;

	for (long n = 0; status != 0; n++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *mismatches = NULL;

		tally__mem_fail_after(n);
		status = tally_match(part_of(test), spec, expected, actual, &mismatches, NULL,
				     &error);
		tally__mem_fail_after(-1);
		if (status == 0) {
			assert_int_equal(cJSON_GetArraySize(mismatches) == 0,
					 cJSON_IsTrue(tally__json_get(test, "match")));
		} else if (status != TALLY_ENOMEM || error.code != TALLY_ENOMEM || mismatches) {
			print_message("# %s, allocation %ld: %s\n", path, n, error.message);
			fail();
		}
		cJSON_Delete(mismatches);
	}
	cJSON_Delete(test);
}

static void test_allocations(void **state)
{
	static const char *const patterns[] = {"multipart-*", "body-*", "form-*", "text-*",
					       "graphql-*"};
	const char *source = getenv("TALLY_SRCDIR");

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		char pattern[4096];
		glob_t found;

		snprintf(pattern, sizeof pattern, "%s/tests/cases/matching/%s.json",
			 source ? source : ".", patterns[i]);
		assert_int_equal(glob(pattern, 0, NULL, &found), 0);
		for (size_t j = 0; j < found.gl_pathc; j++) {
			sweep(found.gl_pathv[j]);
		}
		globfree(&found);
	}
}

/* {"headers": {"Content-Type": type}, "body": text} */
static cJSON *make_part(const char *type, const char *text)
{
	cJSON *part = cJSON_CreateObject();
	cJSON *headers = cJSON_AddObjectToObject(part, "headers");

	assert_non_null(cJSON_AddStringToObject(headers, "Content-Type", type));
	assert_non_null(cJSON_AddStringToObject(part, "body", text));
	return part;
}

/* The message of the first mismatch; released by the caller, NULL when there is none. */
static char *first_message(cJSON *expected, cJSON *actual)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *mismatches = NULL;
	const char *message = NULL;
	char *copy = NULL;
	int status = tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V3, expected, actual, &mismatches,
				 NULL, &error);

	if (status != 0) {
		print_message("# %s\n", error.message);
	}
	assert_int_equal(status, 0);
	message = tally__json_get_string(mismatches->child, "message");
	if (message) {
		copy = strdup(message);
		assert_non_null(copy);
	}
	cJSON_Delete(mismatches);
	return copy;
}

/* So many multipart bodies in one another, around a text. */
static void nest(struct buf *out, unsigned depth, const char *text)
{
	for (unsigned i = depth; i > 0; i--) {
		tally__buf_addf(out, "--b%u\r\n", i);
		if (i > 1) {
			tally__buf_addf(out, "Content-Type: multipart/mixed; boundary=b%u\r\n",
					i - 1);
		}
		tally__buf_adds(out, "\r\n");
	}
	tally__buf_adds(out, text);
	for (unsigned i = 1; i <= depth; i++) {
		tally__buf_addf(out, "\r\n--b%u--", i);
	}
}

static void check_nested(unsigned depth, const char *expected_message)
{
	struct buf expected;
	struct buf actual;
	cJSON *e = NULL;
	cJSON *a = NULL;
	char type[64];
	char *message = NULL;

	snprintf(type, sizeof type, "multipart/mixed; boundary=b%u", depth);
	tally__buf_init(&expected, 1 << 16);
	tally__buf_init(&actual, 1 << 16);
	nest(&expected, depth, "one");
	nest(&actual, depth, "two");
	e = make_part(type, expected.bytes);
	a = make_part(type, actual.bytes);
	message = first_message(e, a);
	assert_non_null(message);
	assert_string_equal(message, expected_message);
	free(message);
	message = first_message(e, e);
	assert_null(message);
	cJSON_Delete(e);
	cJSON_Delete(a);
	tally__buf_release(&expected);
	tally__buf_release(&actual);
}

static void test_depth(void **state)
{
	(void)state;
	check_nested(LIMIT_PART_DEPTH,
		     "Expected body 'one' to match 'two' using equality but did not match");
	check_nested(LIMIT_PART_DEPTH + 1, "Failed to parse the expected body: 'multipart bodies "
					   "stand too deep in one another'");
}

/* Parts of one name are taken in order, without looking through all of them each time. */
static void test_many_parts_of_one_name(void **state)
{
	cJSON *part = NULL;
	struct buf text;

	(void)state;
	tally__buf_init(&text, 4 << 20);
	for (int i = 0; i < LIMIT_PARTS; i++) {
		tally__buf_addf(&text,
				"--b\r\nContent-Disposition: form-data; name=f\r\n\r\n%d\r\n", i);
	}
	tally__buf_adds(&text, "--b--");
	part = make_part("multipart/form-data; boundary=b", text.bytes);
	assert_null(first_message(part, part));
	cJSON_Delete(part);
	tally__buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocations),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_many_parts_of_one_name),
	};

	return cmocka_run_group_tests_name("matching/bodies", tests, NULL, NULL);
}
