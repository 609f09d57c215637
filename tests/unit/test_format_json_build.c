/* The tree that the door builds beside the one that cJSON makes of the same text. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "format/json.h"
#include "same_tree.h"

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static uint32_t below(uint32_t *state, uint32_t bound)
{
	return next_random(state) % bound;
}

static void assert_same(const char *text, size_t len)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;

	if (tally_json_parse(&value, text, len, &error) != 0)
		fail_msg("%s: %zu:%zu: %s", text, error.line, error.column, error.message);
	if (!same_as_cjson(value, text, len))
		fail_msg("another tree than cJSON's: %s", text);
	cJSON_Delete(value);
}

static void add_digits(struct buf *out, uint32_t *state, uint32_t max, bool leading_zero)
{
	uint32_t count = 1 + below(state, max);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t low = i == 0 && !leading_zero && count > 1;

		tally__buf_addc(out, (char)('0' + low + below(state, 10 - low)));
	}
}

/* A number of up to `digits` digits in front of the point and behind it. */
static void add_number(struct buf *out, uint32_t *state, uint32_t digits)
{
	if (below(state, 4) == 0)
		tally__buf_addc(out, '-');
	add_digits(out, state, 1 + below(state, digits), false);
	if (below(state, 2) == 0) {
		tally__buf_addc(out, '.');
		add_digits(out, state, 1 + below(state, digits), true);
	}
	if (below(state, 3) == 0) {
		tally__buf_adds(out, below(state, 2) ? "e" : "E");
		tally__buf_adds(out, below(state, 3) == 0 ? "" : below(state, 2) ? "-" : "+");
		add_digits(out, state, 1 + below(state, 3), true);
	}
}

static void add_text(struct buf *out, uint32_t *state)
{
	static const char *const pieces[] = {
		"a",   "bcd",  "\\n",      "\\u00e9",        "é",      "€", "\\\"", "😀", " ",
		"\\/", "\\\\", "12345678", "\\ud83d\\ude00", "\\u0001"};
	uint32_t count = below(state, 6);

	tally__buf_addc(out, '"');
	while (count-- > 0)
		tally__buf_adds(out, pieces[below(state, sizeof(pieces) / sizeof(*pieces))]);
	tally__buf_addf(out, "%u\"", (unsigned)(out->len)); /* so that no name is there twice */
}

static void add_space(struct buf *out, uint32_t *state)
{
	static const char *const spaces[] = {"", "", " ", "\n  ", "\r\n\t", "         "};

	tally__buf_adds(out, spaces[below(state, 6)]);
}

static void add_value(struct buf *out, uint32_t *state, unsigned depth)
{
	static const char *const words[] = {"true", "false", "null"};
	uint32_t kind = below(state, depth > 0 ? 6 : 4);
	uint32_t count = below(state, 6);

	if (kind == 0) {
		tally__buf_adds(out, words[below(state, 3)]);
	} else if (kind <= 2) {
		add_number(out, state, 18);
	} else if (kind == 3) {
		add_text(out, state);
	} else {
		tally__buf_addc(out, kind == 4 ? '[' : '{');
		add_space(out, state);
		for (uint32_t i = 0; i < count; i++) {
			tally__buf_adds(out, i > 0 ? "," : "");
			add_space(out, state);
			if (kind == 5) {
				add_text(out, state);
				add_space(out, state);
				tally__buf_adds(out, ":");
				add_space(out, state);
			}
			add_value(out, state, depth - 1);
			add_space(out, state);
		}
		tally__buf_addc(out, kind == 4 ? ']' : '}');
	}
}

static void test_generated_documents(void **unused)
{
	uint32_t state = 7;
	struct buf text;

	(void)unused;
	tally__buf_init(&text, 1 << 20);
	for (int i = 0; i < 3000; i++) {
		tally__buf_clear(&text);
		add_value(&text, &state, 5);
		assert_int_equal(text.status, 0);
		assert_same(text.bytes, text.len);
	}
	tally__buf_release(&text);
}

static void assert_nearest(const char *text)
{
	double expected = strtod(text, NULL);
	cJSON *value = NULL;

	if (tally_json_parse(&value, text, strlen(text), NULL) != 0)
		fail_msg("%s", text);
	if (memcmp(&value->valuedouble, &expected, sizeof(expected)) != 0)
		fail_msg("%s: %.17g, not %.17g", text, value->valuedouble, expected);
	cJSON_Delete(value);
}

static void test_numbers_are_the_nearest_doubles(void **unused)
{
	static const char *const numbers[] = {
		"9007199254740991",
		"9007199254740992",
		"9007199254740993",
		"9007199254740993.0",
		"9007199254740993e0",
		"9007199254740993e1",
		"9007199254740991e22",
		"9007199254740991e-22",
		"9007199254740991e23",
		"9007199254740991e-23",
		"9999999999999999999",
		"10000000000000000000",
		"18446744073709551615",
		"18446744073709551616",
		"0.1",
		"0.3",
		"1e22",
		"1e23",
		"1e-22",
		"1e-23",
		"2.2250738585072011e-308",
		"4.9e-324",
		"2.4703282292062327e-324",
		"2.4703282292062328e-324",
		"1.7976931348623157e308",
		"1.7976931348623159e308",
		"-0",
		"-0.0",
		"-0e5",
		"0e400",
		"-1e400",
		"1e-400",
		"1E5",
		"1e0000000000000000005",
		"0.000000000000000000000000000000000000000000000000000000000000000000001",
		"1000000000000000000000000000000000000000000000000000000000000000000000e-60",
	};
	uint32_t state = 3;
	struct buf text;

	(void)unused;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		assert_nearest(numbers[i]);
	tally__buf_init(&text, 1 << 20);
	for (int i = 0; i < 50000; i++) {
		tally__buf_clear(&text);
		add_number(&text, &state, 1 + below(&state, 30));
		tally__buf_addc(&text, '\0');
		assert_nearest(text.bytes);
	}
	tally__buf_release(&text);
}

/* Just between two doubles, one in front and one behind, told apart by a digit far behind. */
static void test_rounding_by_the_last_digit(void **unused)
{
	static const char middle[] = "9007199254740993."; /* 2^53 + 1 */
	struct buf text;

	(void)unused;
	tally__buf_init(&text, 1 << 20);
	for (size_t zeros = 1; zeros < 2000; zeros += 111) {
		tally__buf_clear(&text);
		tally__buf_adds(&text, middle);
		for (size_t i = 0; i < zeros; i++)
			tally__buf_addc(&text, '0');
		tally__buf_add(&text, "", 1);
		assert_nearest(text.bytes);
		tally__buf_truncate(&text, text.len - 1);
		tally__buf_add(&text, "1", 2);
		assert_nearest(text.bytes);
		assert_true(strtod(text.bytes, NULL) == 9007199254740994.0);
	}
	tally__buf_release(&text);
}

/* Strings of every length, with each kind of byte at each place: they are read by words. */
static void test_strings_of_every_length(void **unused)
{
	static const struct {
		const char *bytes;
		bool good;
	} specials[] = {
		{"x", true},     {"\\n", true},  {"\\u00e9", true}, {"é", true},
		{"\x7f", true},  {"€", true},    {"😀", true},       {"\\ud83d\\ude00", true},
		{"\x1f", false}, {"\n", false},  {"\xff", false},   {"\x80", false},
		{"\xc3", false}, {"\\x", false}, {"\\u12", false}};

	(void)unused;
	for (size_t before = 0; before < 20; before++) {
		for (size_t after = 0; after < 20; after++) {
			for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++) {
				struct tally_error error = TALLY_ERROR_INIT;
				cJSON *value = NULL;
				struct buf text;

				tally__buf_init(&text, 100);
				tally__buf_addc(&text, '"');
				tally__buf_add(&text, "!#abcdefghijklmnopqrst", before);
				tally__buf_adds(&text, specials[i].bytes);
				tally__buf_add(&text, "~zyxwvutsrqponmlkjihg", after);
				tally__buf_addc(&text, '"');
				if (specials[i].good) {
					assert_same(text.bytes, text.len);
				} else {
					assert_int_equal(tally_json_parse(&value, text.bytes,
									  text.len, &error),
							 TALLY_EPARSE);
					assert_in_range(error.column, before + 2, before + 3);
				}
				tally__buf_release(&text);
			}
		}
	}
}

/* What cJSON offers for changing trees works on these. */
static void test_trees_can_be_changed(void **unused)
{
	static const char text[] = "{\"a\":[1,2,3],\"b\":{},\"c\":\"x\"}";
	cJSON *value = NULL;
	cJSON *array;
	char *written;

	(void)unused;
	assert_int_equal(tally_json_parse(&value, text, sizeof(text) - 1, NULL), 0);
	array = cJSON_GetObjectItem(value, "a");
	assert_int_equal(tally__json_append(array, cJSON_CreateNumber(4)), 0);
	cJSON_DeleteItemFromArray(array, 0);
	cJSON_DeleteItemFromArray(array, 2);
	assert_int_equal(tally__json_append(array, cJSON_CreateNumber(5)), 0);
	cJSON_DeleteItemFromObject(value, "c");
	assert_int_equal(tally__json_put(cJSON_GetObjectItem(value, "b"), "d", cJSON_CreateNull()),
			 0);
	assert_int_equal(tally_json_write(&written, NULL, value, TALLY_JSON_COMPACT, NULL), 0);
	assert_string_equal(written, "{\"a\":[2,3,5],\"b\":{\"d\":null}}");
	tally_free(written);
	cJSON_Delete(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated_documents),
		cmocka_unit_test(test_numbers_are_the_nearest_doubles),
		cmocka_unit_test(test_rounding_by_the_last_digit),
		cmocka_unit_test(test_strings_of_every_length),
		cmocka_unit_test(test_trees_can_be_changed),
	};

	return cmocka_run_group_tests_name("format/json_build", tests, NULL, NULL);
}
