#include "config.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"

static cJSON *parse(const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;

	if (tally_json_parse(&value, text, strlen(text), &error) != 0)
		fail_msg("%s: %zu:%zu: %s", text, error.line, error.column, error.message);
	return value;
}

static char *write_value(const cJSON *value, enum tally_json_style style)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

	if (tally_json_write(&text, NULL, value, style, &error) != 0)
		fail_msg("%s", error.message);
	return text;
}

static void assert_written(const cJSON *value, enum tally_json_style style, const char *expected)
{
	char *text = write_value(value, style);

	assert_string_equal(text, expected);
	tally_free(text);
}

static void assert_rewritten(const char *text, enum tally_json_style style, const char *expected)
{
	cJSON *value = parse(text);

	assert_written(value, style, expected);
	cJSON_Delete(value);
}

static void test_accepted(void **state)
{
	static const char *const texts[] = {
		"0",
		"-0",
		"1",
		"-1",
		"10",
		"0.5",
		"-0.5",
		"1e5",
		"1E5",
		"1e+5",
		"1e-5",
		"1.5e0",
		"0e0",
		"true",
		"false",
		"null",
		"\"\"",
		"[]",
		"{}",
		" \t\r\n1 \t\r\n",
		"[ ]",
		"{ }",
		"[1,2]",
		"[ 1 , 2 ]",
		"{\"a\":1}",
		"{ \"a\" : 1 , \"b\" : 2 }",
		"{\"\":1}",
		"[[[]]]",
		"[{},{}]",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u0001\"",
		"\"\\uD83D\\uDE00\"",
		"\"\\ud83d\\ude00\"",
		"\"\\uFFFF\"",
		"\"\x7f\"",
		"\"é€😀\"",
		"\"\xef\xbb\xbf\"",
		"\xef\xbb\xbf{}",
		"\xef\xbb\xbf 1",
		"1e400",
		"{\"a\":1,\"A\":2}",
		"{\"a\":{\"a\":{\"a\":1}}}",
		"[{\"a\":1},{\"a\":1}]",
		"{\"a\":1,\"a\\u0001\":2}",
		"\"\\\\u0000\"",
		"[\"12345678\",\"1234567\"]",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		cJSON_Delete(parse(texts[i]));
}

static const struct {
	const char *text;
	size_t line;
	size_t column;
	const char *message;
} rejected[] = {
	{"", 1, 1, "expected a value, found the end of the text"},
	{" \n ", 2, 2, "expected a value, found the end of the text"},
	{"01", 1, 2, "expected no more digits after a leading 0, found '1'"},
	{"-01", 1, 3, "expected no more digits after a leading 0, found '1'"},
	{"1.", 1, 3, "expected a digit after '.' in a number, found the end of the text"},
	{"1.e1", 1, 3, "expected a digit after '.' in a number, found 'e1'"},
	{".5", 1, 1, "expected a value, found '.'"},
	{"+1", 1, 1, "expected a value, found '+'"},
	{"-", 1, 2, "expected a digit after '-', found the end of the text"},
	{"-Infinity", 1, 2, "expected a digit after '-', found 'Infinity'"},
	{"1e", 1, 3, "expected a digit in the exponent of a number, found the end of the text"},
	{"1e+", 1, 4, "expected a digit in the exponent of a number, found the end of the text"},
	{"0x10", 1, 2, "expected the end of the text after the value, found 'x10'"},
	{"NaN", 1, 1, "expected a value, found 'NaN'"},
	{"nul", 1, 1, "expected a value, found 'nul'"},
	{"nulll", 1, 1, "expected a value, found 'nulll'"},
	{"True", 1, 1, "expected a value, found 'True'"},
	{"'a'", 1, 1, "expected a value, found '''"},
	{"// x\n1", 1, 1, "expected a value, found '/'"},
	{"1 2", 1, 3, "expected the end of the text after the value, found '2'"},
	{"{}}", 1, 3, "expected the end of the text after the value, found '}'"},
	{"[1,]", 1, 4, "expected a value, found ']'"},
	{"[,1]", 1, 2, "expected a value, found ','"},
	{"[1 2]", 1, 4, "expected ',' or ']' after an array's item, found '2'"},
	{"[1", 1, 3, "expected ',' or ']' after an array's item, found the end of the text"},
	{"[", 1, 2, "expected a value, found the end of the text"},
	{"[1}", 1, 3, "expected ',' or ']' after an array's item, found '}'"},
	{"{", 1, 2, "expected a member's name in quotes or '}', found the end of the text"},
	{"{a:1}", 1, 2, "expected a member's name in quotes or '}', found 'a'"},
	{"{1:1}", 1, 2, "expected a member's name in quotes or '}', found '1'"},
	{"{\"a\"}", 1, 5, "expected ':' after a member's name, found '}'"},
	{"{\"a\":}", 1, 6, "expected a value, found '}'"},
	{"{\"a\":1,}", 1, 8, "expected a member's name in quotes after ',', found '}'"},
	{"{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}' after a member, found '\"'"},
	{"{\n\t\"a\": 1\n\t\"b\": 2\n}", 3, 2, "expected ',' or '}' after a member, found '\"'"},
	{"{\"a\":1", 1, 7, "expected ',' or '}' after a member, found the end of the text"},
	{"{\"a\":1,\n \"b\":2, \"a\":3}", 2, 9,
	 "the member \"a\" is there twice, first in line 1, column 2"},
	{"{\"\\u0061\":1,\"a\":2}", 1, 13,
	 "the member \"a\" is there twice, first in line 1, column 2"},
	{"{\"\\ud83d\\ude00\":1,\"😀\":2}", 1, 19,
	 "the member \"😀\" is there twice, first in line 1, column 2"},
	{"{\"\\/\\n\":1,\"/\\u000A\":2}", 1, 11,
	 "the member \"/\\x0a\" is there twice, first in line 1, column 2"},
	{"{\"\":1,\"\":2}", 1, 7, "the member \"\" is there twice, first in line 1, column 2"},
	{"\"abc", 1, 1, "expected '\"' at the end of this string, found the end of the text"},
	{"\"abc\\\"", 1, 1, "expected '\"' at the end of this string, found the end of the text"},
	{"\"abc\\", 1, 6,
	 "expected one of \" \\ / b f n r t u after a backslash in a string, found the end of the "
	 "text"},
	{"\"abc\n\"", 1, 5, "expected '\"' at the end of a string, found the end of the line"},
	{"\"a\tb\"", 1, 3,
	 "expected control characters in a string to be escaped (\\u00XX), found the byte 0x09"},
	{"\"\\x41\"", 1, 3,
	 "expected one of \" \\ / b f n r t u after a backslash in a string, found 'x41'"},
	{"\"\\u12g4\"", 1, 2, "expected four hexadecimal digits after \\u"},
	{"\"\\u123", 1, 2, "expected four hexadecimal digits after \\u"},
	{"\"a\\u0000\"", 1, 3, "\\u0000 is not supported in a string"},
	{"\"\\ud800\"", 1, 2,
	 "expected a pair of surrogates, found the first without the second (\\udc00 to \\udfff)"},
	{"\"\\ud800\\u0041\"", 1, 2,
	 "expected a pair of surrogates, found the first without the second (\\udc00 to \\udfff)"},
	{"\"\\udc00\\ud800\"", 1, 2,
	 "expected a pair of surrogates, found the second without the first (\\ud800 to \\udbff)"},
	{"\"\xff\"", 1, 2, "expected UTF-8, found the byte 0xff"},
	{"\"\xc0\x80\"", 1, 2, "expected UTF-8, found the byte 0xc0"},
	{"\"\xed\xa0\x80\"", 1, 2, "expected UTF-8, found the byte 0xed"},
	{"\"12345678\xe2\x82\"", 1, 10, "expected UTF-8, found the byte 0xe2"},
	{"[\xe2\x82\xac]", 1, 2, "expected a value, found '€'"},
	{" \xef\xbb\xbf{}", 1, 2, "expected a value, found the byte 0xef"},
	{"\xef\xbb\xbf\xef\xbb\xbf{}", 1, 1, "expected a value, found the byte 0xef"},
	{"\xef\xbb\xbf x", 1, 2, "expected a value, found 'x'"},
	{"\xff\xfe{}", 1, 1, "expected a value, found the byte 0xff"},
	{"\x1b[2J", 1, 1, "expected a value, found the byte 0x1b"},
};

static void test_rejected(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rejected) / sizeof(*rejected); i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *value = NULL;

		assert_int_equal(tally_json_parse(&value, rejected[i].text,
						  strlen(rejected[i].text), &error),
				 TALLY_EPARSE);
		assert_null(value);
		assert_string_equal(error.message, rejected[i].message);
		assert_int_equal(error.line, rejected[i].line);
		assert_int_equal(error.column, rejected[i].column);
	}
}

static void test_nul_bytes(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;

	(void)state;
	assert_int_equal(tally_json_parse(&value, "1\0", 2, &error), TALLY_EPARSE);
	assert_string_equal(error.message,
			    "expected the end of the text after the value, found the byte 0x00");
	assert_int_equal(tally_json_parse(&value, "\"a\0b\"", 5, NULL), TALLY_EPARSE);
	assert_int_equal(tally_json_parse(&value, NULL, 0, NULL), TALLY_EPARSE);
	assert_int_equal(tally_json_parse(&value, "\"\\\0\"", 4, NULL), TALLY_EPARSE);
	assert_null(value);
}

/* Every prefix of a text, in memory that ends with it. */
static void test_truncated(void **state)
{
	static const char text[] = "\xef\xbb\xbf{\"\\u00e9\\ud83d\\ude00é\": [-1.5e+10, true, "
				   "false, null, \"\\n\", {}]}";
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text) - 1; len++) {
		char *exact = tally__malloc(len);
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *value = NULL;

		assert_non_null(exact);
		memcpy(exact, text, len);
		assert_int_equal(tally_json_parse(&value, exact, len, &error), TALLY_EPARSE);
		assert_true(error.line == 1 && error.column >= 1);
		tally__free(exact);
	}
}

static void test_depth(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char text[2 * LIMIT_JSON_DEPTH + 3];
	cJSON *value = NULL;

	(void)state;
	memset(text, '[', LIMIT_JSON_DEPTH);
	memset(text + LIMIT_JSON_DEPTH, ']', LIMIT_JSON_DEPTH);
	text[2 * LIMIT_JSON_DEPTH] = '\0';
	assert_rewritten(text, TALLY_JSON_COMPACT, text);
	memset(text, '[', LIMIT_JSON_DEPTH + 1);
	assert_int_equal(tally_json_parse(&value, text, LIMIT_JSON_DEPTH + 1, &error),
			 TALLY_ELIMIT);
	assert_string_equal(error.message, "nested deeper than the limit of 256 levels");
	assert_int_equal(error.column, LIMIT_JSON_DEPTH + 1);
}

static char *repeat(const char *head, const char *item, size_t count, const char *tail)
{
	struct buf text;
	size_t i;

	tally__buf_init(&text, SIZE_MAX - 1);
	tally__buf_adds(&text, head);
	for (i = 0; i < count; i++)
		tally__buf_adds(&text, item);
	tally__buf_adds(&text, tail);
	return tally__buf_take(&text, NULL);
}

static void test_value_count(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = repeat("[", "0,", LIMIT_JSON_VALUES, "0]");
	cJSON *value = NULL;

	(void)state;
	assert_non_null(text);
	assert_int_equal(tally_json_parse(&value, text, strlen(text), &error), TALLY_ELIMIT);
	assert_string_equal(error.message, "more than the limit of 4000000 values");
	assert_null(value);
	tally_free(text);
}

static void test_size(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	size_t len = (size_t)LIMIT_DOCUMENT_BYTES + 1;
	char *text = tally__malloc(len);
	cJSON *value = NULL;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', len);
	text[0] = '1';
	assert_int_equal(tally_json_parse(&value, text, len, &error), TALLY_ELIMIT);
	assert_string_equal(error.message, "larger than the limit of 67108864 bytes");
	assert_int_equal(tally_json_parse(&value, text, len - 1, NULL), 0);
	cJSON_Delete(value);
	tally__free(text);
}

/* A quadratic search would take minutes here. */
static void test_many_members(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf text;
	cJSON *value = NULL;
	size_t last;
	int i;

	(void)state;
	tally__buf_init(&text, 64 << 20);
	tally__buf_adds(&text, "{");
	for (i = 0; i < 200000; i++)
		tally__buf_addf(&text, "\"same-head-%d-same-tail\":%d,", i, i);
	last = text.len;
	tally__buf_adds(&text, "\"last\":0}");
	assert_int_equal(tally_json_parse(&value, text.bytes, text.len, NULL), 0);
	cJSON_Delete(value);
	value = NULL;
	tally__buf_truncate(&text, last);
	tally__buf_adds(&text, "\"same\\u002dhead-199999-same-tail\":0}");
	assert_int_equal(tally_json_parse(&value, text.bytes, text.len, &error), TALLY_EPARSE);
	assert_int_equal(error.column, last + 1);
	assert_non_null(strstr(error.message, "\"same-head-199999-same-tail\" is there twice"));
	tally__buf_release(&text);
}

/* Around the number of members above which names are hashed. */
static void test_twins_in_objects_of_any_size(void **state)
{
	int count;

	(void)state;
	for (count = 2; count < 80; count++) {
		struct buf text;
		cJSON *value = NULL;
		int i;

		tally__buf_init(&text, 1 << 20);
		tally__buf_adds(&text, "{\"m0\":{\"m1\":[]}");
		for (i = 1; i < count; i++)
			tally__buf_addf(&text, ",\"m%d\":%d", i, i);
		tally__buf_adds(&text, "}");
		assert_int_equal(tally_json_parse(&value, text.bytes, text.len, NULL), 0);
		cJSON_Delete(value);
		tally__buf_truncate(&text, text.len - 1);
		tally__buf_addf(&text, ",\"m%d\":0}", count / 2);
		assert_int_equal(tally_json_parse(&value, text.bytes, text.len, NULL),
				 TALLY_EPARSE);
		tally__buf_release(&text);
	}
}

static void test_numbers_keep_every_digit(void **state)
{
	static const char *const numbers[] = {
		"0",
		"-0",
		"1",
		"-1",
		"1.0",
		"1.10",
		"1e2",
		"1E+2",
		"-1.5e-7",
		"0.1",
		"100",
		"999999999999999",
		"9007199254740993",
		"12345678901234567890",
		"1e400",
		"-1e-400",
		"123456789012345678901234567890123456789012345678901234567890",
		"1234567890123456789012345678901234567890123456789012345678901234567890",
		"-0.0000000000000000000000000000000000000000000000000000000000000000000000001",
		"1.000000000000000000000000000000000000000000000000000000000000000000000e-5",
		"1e99999999999999999999999999999999999999999999999999999999999999999999999",
		"0e99999999999999999999999999999999999999999999999999999999999999999999999",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		char text[256];
		cJSON *copy;
		cJSON *value;

		assert_rewritten(numbers[i], TALLY_JSON_COMPACT, numbers[i]);
		/* Among others, which must get their own texts. */
		snprintf(text, sizeof(text), "[1,{\"a\":%s,\"b\":[2.50,%s]},\"3\",%s]", numbers[i],
			 numbers[i], numbers[i]);
		assert_rewritten(text, TALLY_JSON_CANONICAL, text);
		value = parse(text);
		copy = tally__json_clone(value);
		assert_written(copy, TALLY_JSON_COMPACT, text);
		assert_true(tally__json_equal(value, copy));
		cJSON_Delete(value);
		cJSON_Delete(copy);
	}
}

static void test_small_integers_need_no_text(void **state)
{
	cJSON *value = parse("[0,-1,999999999999999,1000000000000000,1.0]");

	(void)state;
	assert_null(cJSON_GetArrayItem(value, 0)->valuestring);
	assert_null(cJSON_GetArrayItem(value, 1)->valuestring);
	assert_null(cJSON_GetArrayItem(value, 2)->valuestring);
	assert_string_equal(cJSON_GetArrayItem(value, 3)->valuestring, "1000000000000000");
	assert_string_equal(cJSON_GetArrayItem(value, 4)->valuestring, "1.0");
	cJSON_Delete(value);
}

/* What cJSON cannot read must still come out as the nearest double. */
static void test_long_numbers_have_their_value(void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {
		{"100000000000000000000000000000000000000000000000000000000000000000000.0", 1e68},
		{"-0.00000000000000000000000000000000000000000000000000000000000000000000125",
		 -1.25e-69},
		{"3.14159265358979323846264338327950288419716939937510582097494459230781640628",
		 3.14159265358979323846},
		{"0.000000000000000000000000000000000000000000000000000000000000000000000", 0},
		{"1e00000000000000000000000000000000000000000000000000000000000000000000000002",
		 100},
		{"1e-9999999999999999999999999999999999999999999999999999999999999999999999", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cJSON *value = parse(cases[i].text);

		assert_true(cJSON_IsNumber(value));
		assert_true(value->valuedouble == cases[i].value);
		cJSON_Delete(value);
	}
}

static void test_created_numbers(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0, "0"},
		{42, "42"},
		{-7, "-7"},
		{0.1, "0.1"},
		{1.5, "1.5"},
		{1.0 / 3, "0.3333333333333333"},
		{9007199254740991, "9007199254740991"},
		{9007199254740992, "9007199254740992"},
		{1e300, "1e+300"},
		{5e-324, "4.94065645841247e-324"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cJSON *number = cJSON_CreateNumber(cases[i].value);

		assert_written(number, TALLY_JSON_COMPACT, cases[i].text);
		cJSON_Delete(number);
	}
}

/* Where a locale with a decimal comma is installed. */
static void test_decimal_point_of_the_locale(void **state)
{
	static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "C.UTF-8"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		locale_t locale = newlocale(LC_ALL_MASK, names[i], (locale_t)0);
		cJSON *number;

		if (locale == (locale_t)0)
			continue;
		uselocale(locale);
		number = cJSON_CreateNumber(1234.5);
		assert_written(number, TALLY_JSON_COMPACT, "1234.5");
		cJSON_Delete(number);
		number = parse("1234.5");
		assert_true(number->valuedouble == 1234.5);
		cJSON_Delete(number);
		uselocale(LC_GLOBAL_LOCALE);
		freelocale(locale);
	}
}

static void test_styles(void **state)
{
	static const char text[] =
		"{\"b\":[1,{}, []],\"a\":{\"z\":null,\"é\":true,\"B\":[false,\"x\"]}}";

	(void)state;
	assert_rewritten(text, TALLY_JSON_COMPACT,
			 "{\"b\":[1,{},[]],\"a\":{\"z\":null,\"é\":true,\"B\":[false,\"x\"]}}");
	assert_rewritten(text, TALLY_JSON_CANONICAL,
			 "{\"a\":{\"B\":[false,\"x\"],\"z\":null,\"é\":true},\"b\":[1,{},[]]}");
	assert_rewritten(text, TALLY_JSON_PRETTY,
			 "{\n  \"a\": {\n    \"B\": [\n      false,\n      \"x\"\n    ],\n    "
			 "\"z\": null,\n    \"é\": true\n  },\n  \"b\": [\n    1,\n    {},\n    "
			 "[]\n  ]\n}");
	assert_rewritten("\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\\\/\x7f\\u00e9\\ud83d\\ude00\"",
			 TALLY_JSON_COMPACT, "\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\x7fé😀\"");
}

static void test_writing_changes_nothing(void **state)
{
	cJSON *value = parse("{\"c\":1,\"a\":{\"z\":1,\"b\":2},\"b\":[3]}");

	(void)state;
	tally_free(write_value(value, TALLY_JSON_CANONICAL));
	tally_free(write_value(value, TALLY_JSON_PRETTY));
	assert_written(value, TALLY_JSON_COMPACT, "{\"c\":1,\"a\":{\"z\":1,\"b\":2},\"b\":[3]}");
	cJSON_Delete(value);
}

static void assert_unwritable(cJSON *value, enum tally_json_style style, int code,
			      const char *message)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

	assert_int_equal(tally_json_write(&text, NULL, value, style, &error), code);
	assert_null(text);
	assert_string_equal(error.message, message);
	cJSON_Delete(value);
}

static void test_what_is_no_json(void **state)
{
	cJSON *value;
	cJSON *inner;
	int i;

	(void)state;
	assert_unwritable(cJSON_CreateNumber((double)NAN), TALLY_JSON_COMPACT, TALLY_EINVAL,
			  "cannot be written as JSON: a number that is not finite");
	assert_unwritable(cJSON_CreateNumber((double)INFINITY), TALLY_JSON_COMPACT, TALLY_EINVAL,
			  "cannot be written as JSON: a number that is not finite");
	assert_unwritable(cJSON_CreateRaw("1,2"), TALLY_JSON_COMPACT, TALLY_EINVAL,
			  "cannot be written as JSON: a value of no JSON type");
	assert_unwritable(cJSON_CreateString("\xff"), TALLY_JSON_COMPACT, TALLY_EINVAL,
			  "cannot be written as JSON: a string that is not UTF-8");
	assert_unwritable(NULL, TALLY_JSON_COMPACT, TALLY_EINVAL,
			  "cannot be written as JSON: no value");
	value = cJSON_CreateNumber(1);
	value->valuestring = tally__strdup("one");
	assert_unwritable(value, TALLY_JSON_COMPACT, TALLY_EINVAL,
			  "cannot be written as JSON: a number whose text is not a number");
	value = cJSON_CreateObject();
	assert_int_equal(tally__json_put(value, "b", cJSON_CreateNull()), 0);
	assert_int_equal(tally__json_put(value, "a", cJSON_CreateNull()), 0);
	assert_int_equal(tally__json_put(value, "b", cJSON_CreateNull()), 0);
	assert_unwritable(value, TALLY_JSON_PRETTY, TALLY_EINVAL,
			  "cannot be written as JSON: an object with two members of one name");
	value = cJSON_CreateArray();
	for (i = 0; i < LIMIT_JSON_DEPTH; i++) {
		inner = value;
		value = cJSON_CreateArray();
		assert_int_equal(tally__json_append(value, inner), 0);
	}
	assert_null(tally__json_clone(value));
	assert_false(tally__json_equal(value, value));
	assert_unwritable(value, TALLY_JSON_COMPACT, TALLY_ELIMIT,
			  "cannot be written as JSON: more than 256 levels or 67108864 bytes");
}

static void test_write_into_a_small_buffer(void **state)
{
	cJSON *value = parse("[[1,2,3],[4,5,6]]");
	struct buf out;

	(void)state;
	tally__buf_init(&out, 9);
	assert_int_equal(tally__json_add(&out, value, TALLY_JSON_COMPACT), TALLY_ELIMIT);
	assert_int_equal(out.status, TALLY_ELIMIT);
	tally__buf_release(&out);
	tally__buf_init(&out, 17);
	assert_int_equal(tally__json_add(&out, value, TALLY_JSON_COMPACT), 0);
	assert_int_equal(out.len, 17);
	tally__buf_release(&out);
	cJSON_Delete(value);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *text;
		const char *name;
	} cases[] = {
		{"null", "Null"},    {"true", "Boolean"},
		{"1", "Integer"},    {"-0", "Integer"},
		{"1.0", "Decimal"},  {"1e2", "Decimal"},
		{"\"1\"", "String"}, {"[]", "Array"},
		{"{}", "Object"},    {"12345678901234567890", "Integer"},
	};
	cJSON *number;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cJSON *value = parse(cases[i].text);

		assert_string_equal(tally__json_kind_name(tally__json_kind(value)), cases[i].name);
		cJSON_Delete(value);
	}
	number = cJSON_CreateNumber(1.5);
	assert_int_equal(tally__json_kind(number), JSON_DECIMAL);
	cJSON_Delete(number);
	number = cJSON_CreateNumber(3);
	assert_int_equal(tally__json_kind(number), JSON_INTEGER);
	cJSON_Delete(number);
}

static void test_equal(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} cases[] = {
		{"1", "1", true},
		{"1", "2", false},
		{"1", "1.0", false},
		{"100", "1e2", false},
		{"0", "-0", true},
		{"0.0", "-0.0", true},
		{"0.0", "0e999999999999999999999999", true},
		{"1.1", "1.10", true},
		{"1.1", "1.11", false},
		{"1.1", "-1.1", false},
		{"100.0", "1e2", true},
		{"100.0", "0.1e3", true},
		{"0.001", "1e-3", true},
		{"0.00120", "12.0e-4", true},
		{"1e2", "1e3", false},
		{"1.01e2", "10.1e1", true},
		{"1.01e2", "1.001e2", false},
		{"1e400", "10e399", true},
		{"1e400", "1e401", false},
		{"1e-400", "0.0", false},
		{"1.0e99999999999999999999", "1.00e99999999999999999999", true},
		{"1.0e99999999999999999999", "1.0e-99999999999999999999", false},
		{"1e99999999999999999999", "1e99999999999999999998", false},
		{"10e99999999999999999999", "1e100000000000000000000", true},
		{"0.01e100000000000000000001", "1e99999999999999999999", true},
		{"10e-100000000000000000000", "1e-99999999999999999999", true},
		{"100e-1", "1e1", true},
		{"1000e-2", "0.1e+2", true},
		{"10e99999999999999999999", "1e100000000000000000001", false},
		{"1e-99999999999999999999", "1e99999999999999999999", false},
		{"1e1", "1e00000000000000000000000001", true},
		{"-0", "-0", true},
		{"-0", "0.0", false},
		{"0.10", "0.1", true},
		{"1.00000000000000000000000000000000001", "1.0", false},
		{"12345678901234567890.5", "12345678901234567890.50", true},
		{"12345678901234567890", "12345678901234567890", true},
		{"12345678901234567890", "12345678901234567891", false},
		{"0.1234567890123456789", "0.1234567890123456780", false},
		{"\"a\"", "\"\\u0061\"", true},
		{"\"a\"", "\"b\"", false},
		{"\"1\"", "1", false},
		{"true", "false", false},
		{"null", "null", true},
		{"null", "false", false},
		{"[]", "{}", false},
		{"[1,2]", "[1,2]", true},
		{"[1,2]", "[2,1]", false},
		{"[1]", "[1,2]", false},
		{"[1,2]", "[1]", false},
		{"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
		{"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":3}", false},
		{"{\"a\":1}", "{\"A\":1}", false},
		{"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
		{"{\"a\":1,\"b\":2}", "{\"a\":1}", false},
		{"{\"a\":[{\"b\":1.0}]}", "{\"a\":[{\"b\":1.00}]}", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cJSON *a = parse(cases[i].a);
		cJSON *b = parse(cases[i].b);

		if (tally__json_equal(a, b) != cases[i].equal ||
		    tally__json_equal(b, a) != cases[i].equal)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
		assert_true(tally__json_equal(a, a));
		cJSON_Delete(a);
		cJSON_Delete(b);
	}
}

static void test_large_objects_compare_in_any_order(void **state)
{
	cJSON *a = cJSON_CreateObject();
	cJSON *b = cJSON_CreateObject();
	char name[16];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		assert_int_equal(tally__json_put(a, name, cJSON_CreateNumber(i)), 0);
		snprintf(name, sizeof(name), "m%d", 19999 - i);
		assert_int_equal(tally__json_put(b, name, cJSON_CreateNumber(19999 - i)), 0);
	}
	assert_true(tally__json_equal(a, b));
	cJSON_SetNumberValue(b->child, 0);
	assert_false(tally__json_equal(a, b));
	cJSON_Delete(a);
	cJSON_Delete(b);
}

static void test_get(void **state)
{
	cJSON *value = parse("{\"Name\":\"x\",\"name\":\"y\",\"on\":true,\"n\":1}");

	(void)state;
	assert_string_equal(tally__json_get_string(value, "name"), "y");
	assert_string_equal(tally__json_get_string(value, "Name"), "x");
	assert_null(tally__json_get_string(value, "NAME"));
	assert_null(tally__json_get_string(value, "n"));
	assert_true(tally__json_get_bool(value, "on", false));
	assert_true(tally__json_get_bool(value, "n", true));
	assert_false(tally__json_get_bool(value, "off", false));
	assert_null(tally__json_get(NULL, "a"));
	assert_null(tally__json_get(value->child, "a"));
	cJSON_Delete(value);
}

static void test_index(void **state)
{
	int count;

	(void)state;
	for (count = 0; count < 30; count++) {
		cJSON *object = cJSON_CreateObject();
		struct json_index index;
		char name[16];
		int i;

		for (i = 0; i < count; i++) {
			snprintf(name, sizeof(name), "m%d", i);
			assert_int_equal(tally__json_put(object, name, cJSON_CreateNumber(i)), 0);
		}
		assert_int_equal(tally__json_index_init(&index, object), 0);
		for (i = 0; i < count; i++) {
			snprintf(name, sizeof(name), "m%d", i);
			assert_int_equal(tally__json_index_get(&index, name)->valueint, i);
		}
		assert_null(tally__json_index_get(&index, "M0"));
		assert_null(tally__json_index_get(&index, ""));
		tally__json_index_release(&index);
		cJSON_Delete(object);
	}
}

static void test_put_takes_what_it_is_given(void **state)
{
	cJSON *array = cJSON_CreateArray();

	(void)state;
	assert_int_equal(tally__json_put(NULL, "a", cJSON_CreateNumber(1)), TALLY_ENOMEM);
	assert_int_equal(tally__json_append(NULL, cJSON_CreateNumber(1)), TALLY_ENOMEM);
	assert_int_equal(tally__json_append(array, NULL), TALLY_ENOMEM);
	cJSON_Delete(array);
}

static void test_read_file(void **state)
{
	char path[] = "/tmp/tally-test-json-XXXXXX";
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;
	int file = mkstemp(path);

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(write(file, "{\"a\":1}", 7), 7);
	assert_int_equal(tally_json_read_file(&value, path, &error), 0);
	assert_written(value, TALLY_JSON_COMPACT, "{\"a\":1}");
	cJSON_Delete(value);
	assert_int_equal(write(file, "x", 1), 1);
	assert_int_equal(tally_json_read_file(&value, path, &error), TALLY_EPARSE);
	assert_string_equal(error.where, path);
	assert_int_equal(error.column, 8);
	assert_int_equal(close(file), 0);
	assert_int_equal(unlink(path), 0);
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally_json_read_file(&value, path, &error), TALLY_ENOFILE);
	assert_string_equal(error.where, path);
}

/* Everything that allocates, on one document. */
static int run_all(struct tally_error *error)
{
	static const char text[] =
		"{\"a\":[1,2.50,\"x\\u00e9\",{\"\\u0062\":12345678901234567890,\"d\":null}],"
		"\"long\":1111111111111111111111111111111111111111111111111111111111111111111.5,"
		"\"m1\":1,\"m2\":2,\"m3\":3,\"m4\":4,\"m5\":5,\"m6\":6,\"m7\":7,\"m8\":8,\"m9\":9,"
		"\"n1\":1,\"n2\":2,\"n3\":3,\"n4\":4,\"n5\":5,\"n6\":6,\"n7\":7,\"n8\":8,\"n9\":9,"
		"\"o1\":1,\"o2\":2,\"o3\":3,\"o4\":4,\"o5\":5,\"o6\":6,\"o7\":7,\"o8\":8,\"o9\":9,"
		"\"p1\":1,\"p2\":2,\"p3\":3,\"p4\":4,\"p5\":5,\"p6\":6,\"p7\":7,\"p8\":8,\"p9\":9}";
	struct json_index index = {0};
	cJSON *value = NULL;
	cJSON *copy = NULL;
	char *written = NULL;
	int status = tally_json_parse(&value, text, sizeof(text) - 1, error);

	if (status != TALLY_OK)
		goto out;
	copy = tally__json_clone(value);
	if (copy == NULL) {
		status = tally__fail_nomem(error);
		goto out;
	}
	if (tally__json_index_init(&index, copy) != TALLY_OK ||
	    tally__json_put(copy, "put", cJSON_CreateArray()) != TALLY_OK ||
	    tally__json_append(tally__json_get(copy, "put"), cJSON_CreateNumber(1.5)) != TALLY_OK) {
		status = tally__fail_nomem(error);
		goto out;
	}
	status = tally_json_write(&written, NULL, copy, TALLY_JSON_PRETTY, error);
	/* Equality has no way to fail. */
	assert_false(tally__json_equal(value, copy));
	assert_true(tally__json_equal(value, value));
out:
	assert_true((status == TALLY_OK) == (written != NULL));
	tally__json_index_release(&index);
	tally_free(written);
	cJSON_Delete(copy);
	cJSON_Delete(value);
	return status;
}

static void test_every_allocation_failing(void **state)
{
	int status = TALLY_ENOMEM;
	long i;

	(void)state;
	for (i = 0; status != TALLY_OK; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		assert_in_range(i, 0, 2000);
		tally__mem_fail_after(i);
		status = run_all(&error);
		tally__mem_fail_after(-1);
		assert_int_equal(status, error.code);
		assert_true(status == TALLY_OK || status == TALLY_ENOMEM);
	}
	assert_true(i > 100);
}

static int set_up(void **state)
{
	(void)state;
	tally__json_setup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_nul_bytes),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_value_count),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_many_members),
		cmocka_unit_test(test_twins_in_objects_of_any_size),
		cmocka_unit_test(test_numbers_keep_every_digit),
		cmocka_unit_test(test_small_integers_need_no_text),
		cmocka_unit_test(test_long_numbers_have_their_value),
		cmocka_unit_test(test_created_numbers),
		cmocka_unit_test(test_decimal_point_of_the_locale),
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_writing_changes_nothing),
		cmocka_unit_test(test_what_is_no_json),
		cmocka_unit_test(test_write_into_a_small_buffer),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_large_objects_compare_in_any_order),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_put_takes_what_it_is_given),
		cmocka_unit_test(test_read_file),
		cmocka_unit_test(test_every_allocation_failing),
	};

	return cmocka_run_group_tests_name("format/json", tests, set_up, NULL);
}
