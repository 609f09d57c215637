/* Matching-definition expressions: what each gives, and where a malformed one goes wrong. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "contract/expression.h"

static const char *const type_names[] = {"unknown", "string",  "number",
					 "integer", "decimal", "boolean"};

/* {"rules": …, "example": …, "generator": …, "type": …} without what is not there. */
static char *summary(const struct expression *expression)
{
	cJSON *all = cJSON_CreateObject();
	char *text = NULL;

	assert_int_equal(tally__json_put(all, "rules", tally__json_clone(expression->rules)), 0);
	if (expression->example)
		assert_int_equal(
			tally__json_put(all, "example", tally__json_clone(expression->example)), 0);
	if (expression->generator)
		assert_int_equal(
			tally__json_put(all, "generator", tally__json_clone(expression->generator)),
			0);
	assert_int_equal(
		tally__json_put(all, "type", cJSON_CreateString(type_names[expression->type])), 0);
	assert_int_equal(tally_json_write(&text, NULL, all, TALLY_JSON_COMPACT, NULL), 0);
	cJSON_Delete(all);
	return text;
}

static void assert_gives(const char *text, const char *expected)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct expression expression;
	struct arena arena;
	char *found;

	tally__arena_init(&arena, 0);
	if (tally__expression_parse(&expression, &arena, text, &error) != 0)
		fail_msg("%s: %s", text, error.message);
	found = summary(&expression);
	assert_string_equal(found, expected);
	tally_free(found);
	tally__expression_release(&expression);
	tally__arena_release(&arena);
}

static void assert_fails(const char *text, int code, const char *message)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct expression expression;
	struct arena arena;

	tally__arena_init(&arena, 0);
	assert_int_equal(tally__expression_parse(&expression, &arena, text, &error), code);
	assert_int_equal(error.code, code);
	if (!strstr(error.message, message))
		assert_string_equal(error.message, message);
	tally__expression_release(&expression);
	tally__arena_release(&arena);
}

static void single_rules(void **state)
{
	static const char *const table[][2] = {
		{"matching(type, 'x')",
		 "{\"rules\":[{\"match\":\"type\"}],\"example\":\"x\",\"type\":\"string\"}"},
		{"matching(equalTo, 10)",
		 "{\"rules\":[{\"match\":\"equality\"}],\"example\":10,\"type\":\"integer\"}"},
		{"matching(type, null)",
		 "{\"rules\":[{\"match\":\"type\"}],\"example\":null,\"type\":\"unknown\"}"},
		{"matching(number, 100)",
		 "{\"rules\":[{\"match\":\"number\"}],\"example\":100,\"type\":\"number\"}"},
		{"matching(number,-1.50e+2)",
		 "{\"rules\":[{\"match\":\"number\"}],\"example\":-1.50e+2,\"type\":\"number\"}"},
		{"matching(integer, -7)",
		 "{\"rules\":[{\"match\":\"integer\"}],\"example\":-7,\"type\":\"integer\"}"},
		{"matching(integer, 12345678901234567890)",
		 "{\"rules\":[{\"match\":\"integer\"}],\"example\":12345678901234567890,"
		 "\"type\":\"integer\"}"},
		{"matching(decimal, 1.10)",
		 "{\"rules\":[{\"match\":\"decimal\"}],\"example\":1.10,\"type\":\"decimal\"}"},
		{"matching(boolean, true)",
		 "{\"rules\":[{\"match\":\"boolean\"}],\"example\":true,\"type\":\"boolean\"}"},
		{"matching(regex, '\\d+', '1')",
		 "{\"rules\":[{\"match\":\"regex\",\"regex\":\"\\\\d+\"}],\"example\":\"1\","
		 "\"type\":\"string\"}"},
		{"matching(include, 'part')",
		 "{\"rules\":[{\"match\":\"include\",\"value\":\"part\"}],\"example\":\"part\","
		 "\"type\":\"string\"}"},
		{"matching(semver, '1.0.0')",
		 "{\"rules\":[{\"match\":\"semver\"}],\"example\":\"1.0.0\",\"type\":\"string\"}"},
		{"matching(contentType, 'application/xml', '<a/>')",
		 "{\"rules\":[{\"match\":\"contentType\",\"value\":\"application/xml\"}],"
		 "\"example\":\"<a/>\",\"type\":\"string\"}"},
		{"matching(date, 'yyyy-MM-dd', '2000-01-02')",
		 "{\"rules\":[{\"match\":\"date\",\"format\":\"yyyy-MM-dd\"}],"
		 "\"example\":\"2000-01-02\",\"generator\":{\"type\":\"Date\","
		 "\"format\":\"yyyy-MM-dd\"},\"type\":\"string\"}"},
		{"matching(time, 'HH:mm', '10:11')",
		 "{\"rules\":[{\"match\":\"time\",\"format\":\"HH:mm\"}],\"example\":\"10:11\","
		 "\"generator\":{\"type\":\"Time\",\"format\":\"HH:mm\"},\"type\":\"string\"}"},
		{"matching(timestamp, 'yyyy', '2000')",
		 "{\"rules\":[{\"match\":\"datetime\",\"format\":\"yyyy\"}],\"example\":\"2000\","
		 "\"generator\":{\"type\":\"DateTime\",\"format\":\"yyyy\"},\"type\":\"string\"}"},
		{"notEmpty('x')",
		 "{\"rules\":[{\"match\":\"notEmpty\"}],\"example\":\"x\",\"type\":\"string\"}"},
		{"matching(my-rule, 'x')",
		 "{\"rules\":[{\"match\":\"my-rule\"}],\"example\":\"x\",\"type\":\"string\"}"},
		{"matching(my-rule, 'how', 3)",
		 "{\"rules\":[{\"match\":\"my-rule\",\"config\":\"how\"}],\"example\":3,"
		 "\"type\":\"integer\"}"},
		{"matching($'name')",
		 "{\"rules\":[{\"pact:matcher:reference\":\"name\"}],\"type\":\"unknown\"}"},
		{" \n matching\t( type ,'x' ) \r\n",
		 "{\"rules\":[{\"match\":\"type\"}],\"example\":\"x\",\"type\":\"string\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_gives(table[i][0], table[i][1]);
}

static void provider_states(void **state)
{
	(void)state;
	assert_gives("matching(integer, fromProviderState('id', 1))",
		     "{\"rules\":[{\"match\":\"integer\"}],\"example\":1,\"generator\":{\"type\":"
		     "\"ProviderState\",\"expression\":\"id\",\"dataType\":\"INTEGER\"},"
		     "\"type\":\"integer\"}");
	assert_gives("matching(date,'yyyy', fromProviderState('${y}','2000'))",
		     "{\"rules\":[{\"match\":\"date\",\"format\":\"yyyy\"}],\"example\":\"2000\","
		     "\"generator\":{\"type\":\"ProviderState\",\"expression\":\"${y}\","
		     "\"dataType\":\"STRING\"},\"type\":\"string\"}");
	assert_gives(
		"notEmpty(fromProviderState('e', null))",
		"{\"rules\":[{\"match\":\"notEmpty\"}],\"example\":null,\"generator\":{\"type\":"
		"\"ProviderState\",\"expression\":\"e\"},\"type\":\"unknown\"}");
	assert_fails("notEmpty(fromProviderState('e', fromProviderState('f', 1)))", TALLY_EPARSE,
		     "expected an example in fromProviderState at column 33");
}

static void maps_and_lists(void **state)
{
	(void)state;
	assert_gives("eachValue(matching(number, 1.5))",
		     "{\"rules\":[{\"match\":\"eachValue\",\"rules\":[{\"match\":\"number\"}],"
		     "\"value\":\"1.5\"}],\"type\":\"unknown\"}");
	assert_gives("eachKey(matching(regex,'\\d+','1')), eachValue(matching(type,'x'))",
		     "{\"rules\":[{\"match\":\"eachKey\",\"rules\":[{\"match\":\"regex\","
		     "\"regex\":\"\\\\d+\"}],\"value\":\"1\"},{\"match\":\"eachValue\",\"rules\":"
		     "[{\"match\":\"type\"}],\"value\":\"x\"}],\"example\":{\"1\":\"x\"},"
		     "\"type\":\"unknown\"}");
	assert_gives("eachValue(matching(date, 'yyyy', '2000'))",
		     "{\"rules\":[{\"match\":\"eachValue\",\"rules\":[{\"match\":\"date\","
		     "\"format\":\"yyyy\"}],\"value\":\"2000\",\"generator\":{\"type\":\"Date\","
		     "\"format\":\"yyyy\"}}],\"type\":\"unknown\"}");
	assert_gives("atLeast(1), matching(type, 'x'), atMost(5)",
		     "{\"rules\":[{\"match\":\"type\",\"min\":1,\"max\":5},{\"match\":\"type\"}],"
		     "\"example\":\"x\",\"type\":\"string\"}");
	assert_gives("arrayContains(matching(type, 'a'), matching(time,'HH','10'))",
		     "{\"rules\":[{\"match\":\"arrayContains\",\"variants\":[{\"rules\":{\"$\":"
		     "{\"combine\":\"AND\",\"matchers\":[{\"match\":\"type\"}]}},\"index\":0},"
		     "{\"rules\":{\"$\":{\"combine\":\"AND\",\"matchers\":[{\"match\":\"time\","
		     "\"format\":\"HH\"}]}},\"index\":1,\"generators\":{\"$\":{\"type\":\"Time\","
		     "\"format\":\"HH\"}}}]}],\"example\":[\"a\",\"10\"],\"type\":\"unknown\"}");
	assert_gives("eachValue(eachKey(notEmpty('k')))",
		     "{\"rules\":[{\"match\":\"eachValue\",\"rules\":[{\"match\":\"eachKey\","
		     "\"rules\":[{\"match\":\"notEmpty\"}],\"value\":\"k\"}]}],"
		     "\"type\":\"unknown\"}");
}

static void types_are_united(void **state)
{
	static const enum expression_type table[][3] = {
		{EXPRESSION_NUMBER, EXPRESSION_INTEGER, EXPRESSION_INTEGER},
		{EXPRESSION_NUMBER, EXPRESSION_DECIMAL, EXPRESSION_DECIMAL},
		{EXPRESSION_STRING, EXPRESSION_UNKNOWN, EXPRESSION_STRING},
		{EXPRESSION_STRING, EXPRESSION_STRING, EXPRESSION_STRING},
		{EXPRESSION_STRING, EXPRESSION_INTEGER, EXPRESSION_UNKNOWN},
		{EXPRESSION_INTEGER, EXPRESSION_DECIMAL, EXPRESSION_UNKNOWN},
		{EXPRESSION_BOOLEAN, EXPRESSION_NUMBER, EXPRESSION_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(tally__expression_type_union(table[i][0], table[i][1]),
				 table[i][2]);
		assert_int_equal(tally__expression_type_union(table[i][1], table[i][0]),
				 table[i][2]);
	}
	assert_gives("matching(number, 1), matching(integer, 2)",
		     "{\"rules\":[{\"match\":\"number\"},{\"match\":\"integer\"}],\"example\":1,"
		     "\"type\":\"integer\"}");
	assert_gives("matching(type, 'a'), matching(integer, 2)",
		     "{\"rules\":[{\"match\":\"type\"},{\"match\":\"integer\"}],\"example\":\"a\","
		     "\"type\":\"unknown\"}");
}

static void strings(void **state)
{
	static const char *const table[][2] = {
		{"'a\\'b'", "a'b"},
		{"'\\\\'", "\\"},
		{"'\\d\\w'", "\\d\\w"},
		{"'\\t\\n'", "\t\n"},
		{"'\\b\\f\\r'", "\b\f\r"},
		{"'\\u00e9'", "é"},
		{"'\\u{1F600}'", "😀"},
		{"'\\uD83D\\uDE00'", "😀"},
		{"'\\u{41}'", "A"},
		{"'\\u20AC\\u{7ff}'", "€߿"},
		{"''", ""},
		{"'\"é\"'", "\"é\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct expression expression;
		struct arena arena;
		char text[64];

		snprintf(text, sizeof(text), "notEmpty(%s)", table[i][0]);
		tally__arena_init(&arena, 0);
		if (tally__expression_parse(&expression, &arena, text, &error) != 0)
			fail_msg("%s: %s", text, error.message);
		assert_string_equal(expression.example->valuestring, table[i][1]);
		tally__expression_release(&expression);
		tally__arena_release(&arena);
	}
}

static void malformed(void **state)
{
	static const char *const table[][2] = {
		{"", "expected matching(…), notEmpty(…), eachKey(…), eachValue(…), atLeast(…), "
		     "atMost(…) or arrayContains(…) at column 1 of the expression, found its end"},
		{"matchin(type, 'x')", "at column 1 of the expression, found \"m\""},
		{"matching type", "expected '(' at column 10 of the expression, found \"t\""},
		{"matching(type 'x')", "expected ',' at column 15"},
		{"matching(type, x)", "fromProviderState(…) at column 16"},
		{"matching(type, 'x'",
		 "expected ')' at column 19 of the expression, found its end"},
		{"matching(type, 'x",
		 "expected the single quote that ends the string at column 18"},
		{"matching(type, 'x') matching", "expected ',' or the end at column 21"},
		{"matching(type, 'x'),", "arrayContains(…) at column 21"},
		{"matching(, 'x')", "expected the name of a rule, such as type at column 10"},
		{"matching(Regex, '\\d', '1')", "expected a rule that matching(…) can name"},
		{"matching(re_gex_, 'x', '1')", "expected a rule that matching(…) can name"},
		{"matching(min, 1)", "expected a rule that matching(…) can name"},
		{"matching(integer, 1.0)", "expected a number without a fraction at column 19"},
		{"matching(decimal, 1)", "expected a number with a fraction at column 19"},
		{"matching(number, 'x')", "expected a number at column 18"},
		{"matching(boolean, 'true')", "expected true or false at column 19"},
		{"matching(semver, 1)", "expected a string in single quotes at column 18"},
		{"matching(regex, '\\d')", "expected ',' at column 21"},
		{"matching(regex, 1, 'x')", "expected a string in single quotes at column 17"},
		{"matching(number, 01)", "expected a number, written as in JSON at column 18"},
		{"matching(number, 1.)", "expected a number, written as in JSON at column 18"},
		{"matching(type, '\\uD83D')",
		 "expected the number of a character, not 0 at column 17"},
		{"matching(type, '\\u{110000}')", "expected the number of a character, not 0"},
		{"matching(type, '\\u0000')", "expected the number of a character, not 0"},
		{"matching(type, '\\u12')", "expected \\uXXXX or \\u{X…} at column 17"},
		{"matching($name)", "expected a string in single quotes at column 11"},
		{"atLeast(-1)", "expected a size: a whole number, 0 or more at column 9"},
		{"atLeast(-0)", "expected a size: a whole number, 0 or more at column 9"},
		{"atLeast(1.5)", "expected a size: a whole number, 0 or more at column 9"},
		{"atLeast(1), atLeast(2)", "expected atLeast and atMost once each at column 13"},
		{"atLeast(3), atMost(2)", "not below that in atLeast at column 13"},
		{"arrayContains()", "atMost(…) or arrayContains(…) at column 15"},
		{"arrayContains(atLeast(1))", "expected a variant with an example at column 15"},
		{"eachKey(matching(type,'x'), notEmpty('y'))", "expected ')' at column 27"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_fails(table[i][0], TALLY_EPARSE, table[i][1]);
}

/* The text around the place, and a caret below it. */
static void frames(void **state)
{
	char text[512];
	char expected[512];

	(void)state;
	assert_fails("matching(type 'x')", TALLY_EPARSE,
		     "found \"'\"\n  matching(type 'x')\n                ^");
	assert_fails("notEmpty('é'\x01\t x)", TALLY_EPARSE,
		     "\n  notEmpty('é'?? x)\n              ^");
	assert_fails("notEmpty(1", TALLY_EPARSE, "found its end\n  notEmpty(1\n            ^");
	snprintf(text, sizeof(text), "notEmpty('%0200d' x%0200d)", 0, 0);
	snprintf(expected, sizeof(expected), "\n  %046d' x%023d\n  %48s^", 0, 0, "");
	assert_fails(text, TALLY_EPARSE, expected);
}

static void bounds(void **state)
{
	static const char inner[] = "eachKey(";
	struct buf text;
	size_t start;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	for (int i = 0; i < LIMIT_EXPRESSION_DEPTH - 1; i++)
		tally__buf_adds(&text, inner);
	start = text.len;
	tally__buf_adds(&text, "notEmpty('x')");
	for (int i = 0; i < LIMIT_EXPRESSION_DEPTH - 1; i++)
		tally__buf_addc(&text, ')');
	assert_int_equal(text.status, 0);
	{
		struct expression expression;
		struct arena arena;

		tally__arena_init(&arena, 0);
		assert_int_equal(tally__expression_parse(&expression, &arena, text.bytes, NULL), 0);
		tally__expression_release(&expression);
		tally__arena_release(&arena);
	}
	tally__buf_truncate(&text, start);
	tally__buf_adds(&text, "eachKey(notEmpty('x'))");
	assert_fails(text.bytes, TALLY_ELIMIT, "nests deeper than");
	tally__buf_clear(&text);
	for (int i = 0; i < 1000; i++)
		tally__buf_adds(&text, "notEmpty(fromProviderState('e',");
	assert_fails(text.bytes, TALLY_EPARSE, "at column 32");
	tally__buf_clear(&text);
	while (text.len <= LIMIT_EXPRESSION_BYTES)
		tally__buf_adds(&text, "notEmpty('x'),");
	assert_fails(text.bytes, TALLY_ELIMIT, "is longer than");
	tally__buf_release(&text);
}

/* Each allocation fails in its turn. */
static void memory(void **state)
{
	static const char text[] =
		"matching(date, 'yyyy', '2000'), eachKey(matching(regex, '\\d+', '1')), "
		"eachValue(matching(integer, fromProviderState('id', 12345678901234567890))), "
		"atLeast(1), atMost(2), arrayContains(matching(time, 'HH', '10'), notEmpty(1.5)), "
		"matching(plugin, 'how', true), matching($'other')";
	struct tally_error error;
	long passes = 0;
	int status;

	(void)state;
	do {
		struct expression expression;
		struct arena arena;

		error = (struct tally_error)TALLY_ERROR_INIT;
		tally__arena_init(&arena, 0);
		tally__mem_fail_after(passes++);
		status = tally__expression_parse(&expression, &arena, text, &error);
		if (status != 0)
			assert_int_equal(error.code, TALLY_ENOMEM);
		tally__expression_release(&expression);
		tally__arena_release(&arena);
	} while (tally__mem_fail_after(-1) >= (size_t)passes);
	assert_int_equal(status, 0);
	assert_true(passes > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_rules),   cmocka_unit_test(provider_states),
		cmocka_unit_test(maps_and_lists), cmocka_unit_test(types_are_united),
		cmocka_unit_test(strings),        cmocka_unit_test(malformed),
		cmocka_unit_test(frames),         cmocka_unit_test(bounds),
		cmocka_unit_test(memory),
	};

	tally__json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
