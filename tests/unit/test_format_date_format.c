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
#include "base/random.h"
#include "base/time.h"
#include "format/date.h"
#include "format/date_format.h"

/* The instant that a place's clocks show as so. */
static struct date_instant instant_of(const char *utc, int offset_minutes)
{
	int64_t seconds = 0;

	assert_true(tally__time_parse(utc, &seconds));
	return (struct date_instant){.unix_ms = (seconds - offset_minutes * 60) * 1000,
				     .offset_minutes = offset_minutes};
}

static void check(const char *pattern, struct date_instant instant, const char *expected)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf out;

	tally__buf_init(&out, 1000);
	if (tally__date_format(&out, pattern, instant, &error) != 0) {
		print_message("# %s: %s\n", pattern, error.message);
		fail();
	}
	assert_string_equal(out.bytes, expected);
	tally__buf_release(&out);
}

static const struct {
	const char *pattern;
	const char *expected;
} examples[] = {
	{"yyyy-MM-dd", "2026-02-03"},
	{"yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2026-02-03T16:05:09.047+0200"},
	{"yyyy-MM-dd'T'HH:mm:ssXXX", "2026-02-03T16:05:09+02:00"},
	{"y", "2026"},
	{"yy", "26"},
	{"yyy", "2026"},
	{"yyyyy", "02026"},
	{"u", "2026"},
	{"uu-M-d", "26-2-3"},
	{"yyyyMMddHHmmssSSS", "20260203160509047"},
	{"yMMdd", "20260203"},
	{"L/MMM/MMMM/MMMMM", "2/Feb/February/February"},
	{"D/DD/DDD/DDDD", "34/34/034/0034"},
	{"Q/QQ/QQQ/QQQQ/qqqqq", "1/01/Q1/1st quarter/1st quarter"},
	{"YYYY-'W'ww-e", "2026-W06-2"},
	{"w/W/F", "6/1/1"},
	{"E/EE/EEE/EEEE/EEEEE", "Tue/Tue/Tue/Tuesday/Tuesday"},
	{"e/ee/eee/eeee/c", "2/02/Tue/Tuesday/2"},
	{"h:mm a", "4:05 PM"},
	{"hh/KK/kk/HH", "04/04/16/16"},
	{"H:m:s", "16:5:9"},
	{"Hmm", "1605"},
	{"S/SS/SSS/SSSS/SSSSSSSSS", "0/04/047/0470/047000000"},
	{"A", "57909047"},
	{"n", "47000000"},
	{"N", "57909047000000"},
	{"G", "AD"},
	{"VV", "Etc/GMT-2"},
	{"z", "EET"},
	{"O/OOOO", "GMT+2/GMT+02:00"},
	{"XXX/X/XX/XXXX/XXXXX", "+02:00/+02/+0200/+0200/+02:00"},
	{"x/xx/xxx/xxxx/xxxxx", "+02/+0200/+02:00/+0200/+02:00"},
	{"Z/ZZ/ZZZ/ZZZZ/ZZZZZ", "+0200/+0200/+0200/GMT+02:00/+02:00"},
	{"'it''s' ''HH'' 'o''clock'", "it's '16' o'clock"},
	{"''''", "'"},
	{"dd.MM.yyyy, HH:mm 'Uhr' – é", "03.02.2026, 16:05 Uhr – é"},
	/* What may be there always is. */
	{"HH:mm[:ss[.SSS]][xx]", "16:05:09.047+0200"},
	{"", ""},
};

static void test_patterns(void **state)
{
	struct date_instant instant = instant_of("2026-02-03T16:05:09Z", 120);

	(void)state;
	instant.unix_ms += 47;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		check(examples[i].pattern, instant, examples[i].expected);
	}
}

static void test_offsets(void **state)
{
	static const struct {
		int offset_minutes;
		const char *pattern;
		const char *expected;
	} offsets[] = {
		{0, "XXX X XX XXXX XXXXX", "Z Z Z Z Z"},
		{0, "x xx xxx xxxx xxxxx", "+00 +0000 +00:00 +0000 +00:00"},
		{0, "Z ZZZZ ZZZZZ", "+0000 GMT +00:00"},
		{0, "O OOOO VV z", "GMT GMT UTC UTC"},
		{-210, "XXX X Z ZZZZ", "-03:30 -0330 -0330 GMT-03:30"},
		{-210, "O OOOO z", "GMT-3:30 GMT-03:30 NST"},
		{-30, "XXX O", "-00:30 GMT-0:30"},
		{330, "X VV", NULL},
		{330, "X z", "+0530 IST"},
		{765, "xxx", "+12:45"},
		{765, "z", NULL},
		{-480, "VV z", "Etc/GMT+8 PST"},
		{840, "VV", "Etc/GMT-14"},
		{900, "VV", NULL},
		{1080, "XXX", "+18:00"},
		{-1080, "XXX", "-18:00"},
		{1081, "XXX", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		struct date_instant instant =
			instant_of("2026-02-03T16:05:09Z", offsets[i].offset_minutes);
		struct buf out;

		if (offsets[i].expected) {
			check(offsets[i].pattern, instant, offsets[i].expected);
			continue;
		}
		tally__buf_init(&out, 100);
		assert_true(tally__date_format(&out, offsets[i].pattern, instant, NULL) < 0);
		assert_int_equal(out.len, 0);
		tally__buf_release(&out);
	}
}

/* Weeks belong to the year of their Thursday. */
static void test_weeks(void **state)
{
	static const struct {
		const char *day;
		const char *expected;
	} days[] = {
		{"2024-12-29T00:00:00Z", "2024-52-7 W4 F5"},
		{"2024-12-30T00:00:00Z", "2025-01-1 W5 F5"},
		{"2021-01-01T00:00:00Z", "2020-53-5 W0 F1"},
		{"2021-01-04T00:00:00Z", "2021-01-1 W1 F1"},
		{"2026-01-01T00:00:00Z", "2026-01-4 W1 F1"},
		{"2020-02-29T00:00:00Z", "2020-09-6 W4 F5"},
		{"1970-01-01T00:00:00Z", "1970-01-4 W1 F1"},
		{"1969-12-31T23:59:59Z", "1970-01-3 W5 F5"},
		{"0001-01-01T00:00:00Z", "0001-01-1 W1 F1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		check("YYYY-ww-e 'W'W 'F'F", instant_of(days[i].day, 0), days[i].expected);
	}
}

static void test_hours(void **state)
{
	(void)state;
	check("H k h K a", instant_of("2026-02-03T00:00:00Z", 0), "0 24 12 0 AM");
	check("H k h K a", instant_of("2026-02-03T12:00:00Z", 0), "12 12 12 0 PM");
	check("H k h K a", instant_of("2026-02-03T23:59:59Z", 0), "23 23 11 11 PM");
	check("Hmm", instant_of("2026-02-03T09:30:00Z", 0), "930");
}

static void test_range(void **state)
{
	const struct date_instant first = instant_of("0001-01-01T00:00:00Z", 0);
	const struct date_instant last = instant_of("9999-12-31T23:59:59Z", 0);
	static const int64_t beyond[] = {INT64_MIN, INT64_MAX, INT64_C(253402300800000),
					 INT64_C(-62135596800001)};

	(void)state;
	check("yyyy-MM-dd HH:mm:ss", first, "0001-01-01 00:00:00");
	check("yyyy-MM-dd HH:mm:ss", last, "9999-12-31 23:59:59");
	for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct buf out;

		tally__buf_init(&out, 100);
		assert_int_equal(tally__date_format(&out, "yyyy",
						    (struct date_instant){.unix_ms = beyond[i]},
						    &error),
				 TALLY_ELIMIT);
		assert_true(error.message[0] != '\0');
		tally__buf_release(&out);
	}
}

static void test_invalid(void **state)
{
	static const char *const patterns[] = {
		"HH:mm:ss.fff", "yyyy-MM-ddTHH", "'open", "HHH", "{", "p", "7", "]", "HH]", "zzzz"};

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct buf out;

		tally__buf_init(&out, 100);
		tally__buf_adds(&out, "before");
		assert_int_equal(
			tally__date_format(&out, patterns[i], (struct date_instant){0}, &error),
			TALLY_EPARSE);
		assert_string_equal(out.bytes, "before");
		assert_true(error.message[0] != '\0');
		tally__buf_release(&out);
	}
}

/* Numbers that run into each other are refused when nobody could take them apart. */
static void test_unreadable(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf out;

	(void)state;
	tally__buf_init(&out, 100);
	assert_int_equal(
		tally__date_format(&out, "Hm", instant_of("2026-02-03T09:59:00Z", 0), &error),
		TALLY_EINVAL);
	assert_int_equal(out.len, 0);
	tally__buf_release(&out);
}

/* What is written is accepted by the same pattern: every example, at random instants of all years
 * and offsets of whole hours. */
static void test_accepted(void **state)
{
	const int64_t first = instant_of("0001-01-02T00:00:00Z", 0).unix_ms;
	const int64_t last = instant_of("9999-12-30T23:59:59Z", 0).unix_ms;
	struct random random;

	(void)state;
	tally__random_init(&random, 2026);
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		const char *pattern = examples[i].pattern;

		for (size_t n = 0; n < 500; n++) {
			struct date_instant instant = {
				.unix_ms = tally__random_between(&random, first, last),
				.offset_minutes = strcmp(pattern, "z") == 0
							  ? 0
							  : 60 * (int)tally__random_between(
									 &random, -12, 14)};
			struct tally_error error = TALLY_ERROR_INIT;
			const char *reason = "";
			size_t at = 0;
			struct buf out;

			tally__buf_init(&out, 1000);
			if (tally__date_format(&out, pattern, instant, &error) != 0 ||
			    !tally__date_matches(pattern, out.bytes, out.len, &reason, &at)) {
				print_message("# %s at %lld: %s%s: '%s'\n", pattern,
					      (long long)instant.unix_ms, error.message, reason,
					      out.bytes);
				fail();
			}
			tally__buf_release(&out);
		}
	}
}

static void test_limits(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf out;

	(void)state;
	tally__buf_init(&out, 5);
	assert_int_equal(tally__date_format(&out, "yyyy-MM-dd", (struct date_instant){0}, &error),
			 TALLY_ELIMIT);
	tally__buf_release(&out);
	tally__mem_fail_after(0);
	tally__buf_init(&out, 100);
	assert_int_equal(tally__date_format(&out, "yyyy-MM-dd", (struct date_instant){0}, NULL),
			 TALLY_ENOMEM);
	tally__mem_fail_after(-1);
	tally__buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),   cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_weeks),      cmocka_unit_test(test_hours),
		cmocka_unit_test(test_range),      cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_unreadable), cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("format/date_format", tests, NULL, NULL);
}
