/* base/text and base/time. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/text.h"
#include "base/time.h"

static void test_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t valid;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"aé€😀z", 11},
		{"\xc0\x80", 0},         /* overlong */
		{"\xc1\xbf", 0},         /* overlong */
		{"\xe0\x9f\xbf", 0},     /* overlong */
		{"\xe0\xa0\x80", 3},     /* U+0800 */
		{"\xed\x9f\xbf", 3},     /* U+D7FF */
		{"\xed\xa0\x80", 0},     /* a surrogate */
		{"\xee\x80\x80", 3},     /* U+E000 */
		{"\xf0\x8f\xbf\xbf", 0}, /* overlong */
		{"\xf0\x90\x80\x80", 4}, /* U+10000 */
		{"\xf4\x8f\xbf\xbf", 4}, /* U+10FFFF */
		{"\xf4\x90\x80\x80", 0}, /* past the end */
		{"\xf5\x80\x80\x80", 0},
		{"\x80", 0},
		{"ab\xffxxxxxxxxxx", 2},
		{"12345678é\xc3", 10},
		{"12345678\xe2\x82", 8},
		{"\xf0\x9f\x98", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].text);
		/* Memory of exactly this size, for the sanitizer. */
		char *exact = tally__malloc(len);

		assert_non_null(exact);
		memcpy(exact, cases[i].text, len);
		assert_int_equal(tally__utf8_valid_len(exact, len), cases[i].valid);
		tally__free(exact);
	}
	assert_int_equal(tally__utf8_valid_len("a\0b", 3), 3);
}

static void test_nocase(void **state)
{
	(void)state;
	assert_true(tally__text_equal_nocase("Content-TYPE", "content-type"));
	assert_true(tally__text_equal_nocase("", ""));
	assert_false(tally__text_equal_nocase("a", "ab"));
	assert_false(tally__text_equal_nocase("ab", "a"));
	assert_false(tally__text_equal_nocase("[", "{"));
	assert_false(tally__text_equal_nocase("É", "é"));
}

static void check_printable(const char *text, size_t len, size_t max_chars, const char *expected)
{
	struct buf out;

	tally__buf_init(&out, 1000);
	tally__text_add_printable(&out, text, len, max_chars);
	assert_string_equal(out.bytes, expected);
	tally__buf_release(&out);
}

static void test_printable(void **state)
{
	(void)state;
	check_printable("abc€", 6, 0, "abc€");
	check_printable("abc€", 6, 4, "abc€");
	check_printable("abc€", 6, 3, "abc…");
	check_printable("a\0\x1b\x7f\n", 5, 0, "a\\x00\\x1b\\x7f\\x0a");
	check_printable("\xff\xe2\x82", 3, 0, "\\xff\\xe2\\x82");
	check_printable("\xc2\x85\xc2\xa1", 4, 0, "\\xc2\\x85¡");
	check_printable("\xe2\x80\xae\xe2\x81\xa6\xd8\x9c", 8, 0,
			"\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xd8\\x9c");
	check_printable("\xef\xbb\xbf", 3, 0, "\\xef\\xbb\\xbf");
}

static void test_to_u64(void **state)
{
	static const char *const wrong[] = {"",
					    "-1",
					    "+1",
					    " 1",
					    "1 ",
					    "0x1",
					    "1.0",
					    "18446744073709551616",
					    "99999999999999999999"};
	uint64_t value = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_false(tally__text_to_u64(wrong[i], &value));
		assert_true(value == 7);
	}
	assert_true(tally__text_to_u64("0", &value) && value == 0);
	assert_true(tally__text_to_u64("007", &value) && value == 7);
	assert_true(tally__text_to_u64("18446744073709551615", &value) && value == UINT64_MAX);
}

static void test_base64(void **state)
{
	/* RFC 4648, section 10. */
	static const char *const pairs[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};
	static const char *const wrong[] = {"Zg=",  "Zg",   "Z===",     "====",
					    "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n",
					    "Zm-_", "Zm 9", "Zm9vYg==="};
	struct buf out;
	size_t i;

	(void)state;
	tally__buf_init(&out, 1000);
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		tally__buf_clear(&out);
		tally__base64_encode(&out, pairs[i][0], strlen(pairs[i][0]));
		assert_string_equal(out.bytes, pairs[i][1]);
		tally__buf_clear(&out);
		assert_true(tally__base64_decode(&out, pairs[i][1], strlen(pairs[i][1])));
		assert_string_equal(out.bytes, pairs[i][0]);
	}
	tally__buf_clear(&out);
	tally__buf_adds(&out, "kept");
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_false(tally__base64_decode(&out, wrong[i], strlen(wrong[i])));
		assert_string_equal(out.bytes, "kept");
	}
	tally__buf_release(&out);
}

static void test_base64_all_bytes(void **state)
{
	unsigned char bytes[256];
	struct buf text;
	struct buf back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	tally__buf_init(&text, 1000);
	tally__buf_init(&back, 1000);
	tally__base64_encode(&text, bytes, sizeof(bytes));
	assert_true(tally__base64_decode(&back, text.bytes, text.len));
	assert_int_equal(back.len, sizeof(bytes));
	assert_memory_equal(back.bytes, bytes, sizeof(bytes));
	tally__buf_release(&text);
	tally__buf_release(&back);
}

static const struct {
	const char *text;
	int64_t unix_seconds;
} instants[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1969-12-31T23:59:59Z", -1},
	{"2021-09-01T00:07:21Z", 1630454841},
	{"2000-02-29T12:00:00Z", 951825600},
	{"1900-03-01T00:00:00Z", -2203891200},
	{"2038-01-19T03:14:08Z", 2147483648},
	{"2100-02-28T23:59:59Z", 4107542399},
	{"2100-03-01T00:00:00Z", 4107542400},
	{"9999-12-31T23:59:59Z", 253402300799},
	{"0000-01-01T00:00:00Z", -62167219200},
};

static void test_time_both_ways(void **state)
{
	char text[TIME_TEXT_BYTES];
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(instants) / sizeof(*instants); i++) {
		assert_true(tally__time_parse(instants[i].text, &seconds));
		assert_true(seconds == instants[i].unix_seconds);
		tally__time_format(seconds, text);
		assert_string_equal(text, instants[i].text);
	}
	tally__time_format(INT64_MAX, text);
	assert_string_equal(text, "292277026596-12-04T15:30:07Z");
	tally__time_format(INT64_MIN, text);
	assert_in_range(strlen(text), 20, TIME_TEXT_BYTES - 1);
}

static void test_time_every_day(void **state)
{
	char text[TIME_TEXT_BYTES];
	int64_t day;

	(void)state;
	/* A whole era of the calendar and a little more. */
	for (day = -1000; day < 147000; day++) {
		int64_t seconds = -1;

		tally__time_format(day * 86400 + 3661, text);
		assert_true(tally__time_parse(text, &seconds));
		assert_true(seconds == day * 86400 + 3661);
	}
}

static void test_time_parse(void **state)
{
	static const char *const wrong[] = {
		"",
		"2021",
		"2021-9-1",
		"2021-02-29",
		"1900-02-29",
		"2021-13-01",
		"2021-00-01",
		"2021-01-00",
		"2021-04-31",
		"2021-09-01T",
		"2021-09-01T00:07",
		"2021-09-01T00:07:21",
		"2021-09-01 00:07:21Z",
		"2021-09-01T24:00:00Z",
		"2021-09-01T00:60:00Z",
		"2021-09-01T00:00:60Z",
		"2021-09-01T00:07:21ZZ",
		"2021-09-01T00:07:21+2",
		"2021-09-01T00:07:21+24:00",
		"2021-09-01T00:07:21+02:60",
		"2021-09-01x",
		" 2021-09-01",
		"-021-09-01",
	};
	int64_t seconds = 5;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_false(tally__time_parse(wrong[i], &seconds));
		assert_true(seconds == 5);
	}
	assert_true(tally__time_parse("2021-09-01", &seconds) && seconds == 1630454400);
	assert_true(tally__time_parse("2021-09-01T02:07:21+02:00", &seconds) &&
		    seconds == 1630454841);
	assert_true(tally__time_parse("2021-08-31T18:37:21-05:30", &seconds) &&
		    seconds == 1630454841);
}

/* What a build sets for its own outputs must not date the records of a broker. */
static void test_now(void **state)
{
	(void)state;
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", "1630454841", 1), 0);
	assert_true(tally__time_now_unix() > 1630454841);
	assert_int_equal(unsetenv("SOURCE_DATE_EPOCH"), 0);
	tally__time_fix(1630454841);
	assert_true(tally__time_now_unix() == 1630454841);
	tally__time_fix(-1);
	assert_true(tally__time_now_unix() > 1630454841);
}

/* ---- near names ---- */

static void test_near_names(void **state)
{
	static const struct {
		const char *a, *b;
		bool near;
	} examples[] = {
		{"price", "prise", true},
		{"price", "prcie", true},
		{"price", "pric", true},
		{"price", "pricey", true},
		{"userId", "userid", true},
		{"userId", "user_id", true},
		{"X-Token", "xtoken", true},
		{"customer", "costumer", true},
		{"customer", "cutsomers", true},
		{"ID", "id", true},
		{"price", "price", false},
		{"price", "peach", false},
		{"price", "total", false},
		{"id", "is", false},
		{"a", "b", false},
		{"", "a", false},
		{"_", "-", false},
		{"cat", "dog", false},
		{"cat", "bat", false},
		{"name", "game", true},
		{"sku", "skus", true},
	};
	char wide[2][80];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		bool near = tally__names_near(examples[i].a, examples[i].b);

		if (near != examples[i].near ||
		    near != tally__names_near(examples[i].b, examples[i].a)) {
			print_message("# %s, %s\n", examples[i].a, examples[i].b);
			fail();
		}
	}
	memset(wide, 'a', sizeof(wide));
	wide[0][64] = '\0';
	wide[1][63] = '\0';
	assert_true(tally__names_near(wide[0], wide[1]));
	wide[0][64] = 'a';
	wide[0][65] = '\0';
	assert_false(tally__names_near(wide[0], wide[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),           cmocka_unit_test(test_nocase),
		cmocka_unit_test(test_printable),      cmocka_unit_test(test_to_u64),
		cmocka_unit_test(test_base64),         cmocka_unit_test(test_base64_all_bytes),
		cmocka_unit_test(test_time_both_ways), cmocka_unit_test(test_time_every_day),
		cmocka_unit_test(test_time_parse),     cmocka_unit_test(test_now),
		cmocka_unit_test(test_near_names),
	};

	return cmocka_run_group_tests_name("base/text time", tests, NULL, NULL);
}
