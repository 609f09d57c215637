#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "format/date_expression.h"

/* What the clocks show there: "2024-02-29T12:30:00Z" for a base at any offset. */
static struct date_instant instant_of(const char *shown, int offset_minutes)
{
	int64_t seconds = 0;

	assert_true(tally__time_parse(shown, &seconds));
	return (struct date_instant){.unix_ms = (seconds - offset_minutes * 60) * 1000,
				     .offset_minutes = offset_minutes};
}

struct example {
	const char *base;
	const char *expression;
	const char *expected;
};

/* At several offsets: only what the clocks show matters. */
static void check(const struct example *examples, size_t count, enum date_expression_kind kind)
{
	static const int offsets[] = {0, 60, -480, 345, 840};

	for (size_t i = 0; i < count; i++) {
		for (size_t n = 0; n < sizeof offsets / sizeof offsets[0]; n++) {
			struct tally_error error = TALLY_ERROR_INIT;
			struct date_instant instant = instant_of(examples[i].base, offsets[n]);
			char text[TIME_TEXT_BYTES];

			if (tally__date_expression_apply(&instant, examples[i].expression, kind,
							 &error) != 0) {
				print_message("# %s: %s\n", examples[i].expression, error.message);
				fail();
			}
			tally__time_format(instant.unix_ms / 1000 + instant.offset_minutes * 60,
					   text);
			if (strcmp(text, examples[i].expected) != 0) {
				print_message("# %s from %s\n", examples[i].expression,
					      examples[i].base);
			}
			assert_string_equal(text, examples[i].expected);
		}
	}
}

/* 2024-02-28 was a Wednesday of a leap year. */
static const struct example dates[] = {
	{"2024-02-28T12:30:15Z", "", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "  \t", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "now", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "today", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "tomorrow", "2024-02-29T12:30:15Z"},
	{"2023-02-28T12:30:15Z", "tomorrow", "2023-03-01T12:30:15Z"},
	{"2024-03-01T00:00:00Z", "yesterday", "2024-02-29T00:00:00Z"},
	{"2024-12-31T23:59:59Z", "tomorrow", "2025-01-01T23:59:59Z"},
	{"2024-01-01T00:00:00Z", "yesterday", "2023-12-31T00:00:00Z"},
	{"2024-02-28T12:30:15Z", "+ 1 day", "2024-02-29T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "+1day", "2024-02-29T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "- 28 days", "2024-01-31T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "+ 0 days", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "today + 2 weeks", "2024-03-13T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "tomorrow + 1 week - 1 day", "2024-03-06T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "+ 366 days", "2025-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "+ 1 month", "2024-03-28T12:30:15Z"},
	{"2024-01-31T12:30:15Z", "+ 1 month", "2024-02-29T12:30:15Z"},
	{"2023-01-31T12:30:15Z", "+ 1 month", "2023-02-28T12:30:15Z"},
	{"2023-01-31T12:30:15Z", "+ 2 months", "2023-03-31T12:30:15Z"},
	{"2023-03-31T12:30:15Z", "- 1 month", "2023-02-28T12:30:15Z"},
	{"2023-11-15T12:30:15Z", "+ 14 months", "2025-01-15T12:30:15Z"},
	{"2023-01-15T12:30:15Z", "- 1 month", "2022-12-15T12:30:15Z"},
	{"2023-01-15T12:30:15Z", "- 25 months", "2020-12-15T12:30:15Z"},
	{"2024-02-29T12:30:15Z", "+ 1 year", "2025-02-28T12:30:15Z"},
	{"2024-02-29T12:30:15Z", "+ 4 years", "2028-02-29T12:30:15Z"},
	{"2024-02-29T12:30:15Z", "- 1 year", "2023-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next day", "2024-02-29T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "last day", "2024-02-27T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next week", "2024-03-06T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next fortnight", "2024-03-13T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "last fortnight", "2024-02-14T12:30:15Z"},
	{"2024-01-31T12:30:15Z", "next month", "2024-02-29T12:30:15Z"},
	{"2024-02-29T12:30:15Z", "next year", "2025-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "last year", "2023-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next wed", "2024-03-06T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next wednesday", "2024-03-06T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "last wed", "2024-02-21T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next thurs", "2024-02-29T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next fri", "2024-03-01T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next sat", "2024-03-02T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next sunday", "2024-03-03T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next mon", "2024-03-04T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next tues", "2024-03-05T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "last tuesday", "2024-02-27T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "last thursday", "2024-02-22T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "last sun", "2024-02-25T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next monday + 2 weeks", "2024-03-18T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "next june", "2024-06-01T12:30:15Z"},
	{"2024-06-15T12:30:15Z", "next june", "2025-06-01T12:30:15Z"},
	{"2024-06-15T12:30:15Z", "next jan", "2025-01-01T12:30:15Z"},
	{"2024-06-15T12:30:15Z", "last june", "2023-06-01T12:30:15Z"},
	{"2024-06-15T12:30:15Z", "last may", "2024-05-01T12:30:15Z"},
	{"2024-06-15T12:30:15Z", "last december", "2023-12-01T12:30:15Z"},
	{"2024-06-15T12:30:15Z", "last feb + 1 month - 1 day", "2024-02-29T12:30:15Z"},
	{"1969-12-31T12:00:00Z", "tomorrow", "1970-01-01T12:00:00Z"},
	{"1969-12-31T12:00:00Z", "next thursday", "1970-01-01T12:00:00Z"},
	{"1969-12-31T12:00:00Z", "last wednesday", "1969-12-24T12:00:00Z"},
};

static const struct example times[] = {
	{"2024-02-28T12:30:15Z", "", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "now", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "noon", "2024-02-28T12:00:00Z"},
	{"2024-02-28T12:30:15Z", "midnight", "2024-02-28T00:00:00Z"},
	{"2024-02-28T12:30:15Z", "midnight - 1 second", "2024-02-27T23:59:59Z"},
	{"2024-02-28T12:30:15Z", "+ 1 hour", "2024-02-28T13:30:15Z"},
	{"2024-02-28T12:30:15Z", "+ 90 minutes - 15 seconds", "2024-02-28T14:00:00Z"},
	{"2024-02-28T12:30:15Z", "+ 36 hours", "2024-03-01T00:30:15Z"},
	{"2024-02-28T12:30:15Z", "- 13 hours", "2024-02-27T23:30:15Z"},
	{"2024-12-31T23:30:15Z", "next hour", "2025-01-01T00:30:15Z"},
	{"2024-02-28T12:30:15Z", "last hour", "2024-02-28T11:30:15Z"},
	{"2024-02-28T12:30:15Z", "next minute + 1 second", "2024-02-28T12:31:16Z"},
	{"2024-02-28T12:30:15Z", "last second", "2024-02-28T12:30:14Z"},
	{"2024-02-28T12:30:15Z", "+ 5000 milliseconds", "2024-02-28T12:30:20Z"},
	{"2024-02-28T12:30:15Z", "3 o'clock am", "2024-02-28T03:00:00Z"},
	{"2024-02-28T12:30:15Z", "3 o'clock pm", "2024-02-28T15:00:00Z"},
	{"2024-02-28T12:30:15Z", "12 o'clock am", "2024-02-28T00:00:00Z"},
	{"2024-02-28T12:30:15Z", "12 o'clock pm", "2024-02-28T12:00:00Z"},
	{"2024-02-28T12:30:15Z", "3 o'clock", "2024-02-28T15:00:00Z"},
	{"2024-02-28T12:30:15Z", "12 o'clock", "2024-02-29T00:00:00Z"},
	{"2024-02-28T09:30:15Z", "10 o'clock", "2024-02-28T10:00:00Z"},
	{"2024-02-28T09:30:15Z", "9 o'clock", "2024-02-28T21:00:00Z"},
	{"2024-02-28T09:00:00Z", "9 o'clock", "2024-02-28T21:00:00Z"},
	{"2024-02-28T22:30:15Z", "9 o'clock", "2024-02-29T09:00:00Z"},
	{"2024-02-28T12:30:15Z", "3 o'clock pm + 1 hour", "2024-02-28T16:00:00Z"},
};

static const struct example datetimes[] = {
	{"2024-02-28T12:30:15Z", "", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "tomorrow", "2024-02-29T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "tomorrow @ noon", "2024-02-29T12:00:00Z"},
	{"2024-02-28T12:30:15Z", "today@midnight", "2024-02-28T00:00:00Z"},
	{"2024-02-28T12:30:15Z", "@ + 1 hour", "2024-02-28T13:30:15Z"},
	{"2024-02-28T12:30:15Z", "@ now", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "today @", "2024-02-28T12:30:15Z"},
	{"2024-02-28T12:30:15Z", "+ 1 day @ + 12 hours", "2024-03-01T00:30:15Z"},
	{"2024-02-28T12:30:15Z", "next monday @ 3 o'clock pm", "2024-03-04T15:00:00Z"},
	{"2024-02-28T12:30:15Z", "last june @ midnight - 1 second", "2023-05-31T23:59:59Z"},
};

static void test_dates(void **state)
{
	(void)state;
	check(dates, sizeof dates / sizeof dates[0], DATE_EXPRESSION_DATE);
	/* A date is a date with a time, too. */
	check(dates, sizeof dates / sizeof dates[0], DATE_EXPRESSION_DATETIME);
}

static void test_times(void **state)
{
	(void)state;
	check(times, sizeof times / sizeof times[0], DATE_EXPRESSION_TIME);
}

static void test_datetimes(void **state)
{
	(void)state;
	check(datetimes, sizeof datetimes / sizeof datetimes[0], DATE_EXPRESSION_DATETIME);
}

static void test_milliseconds(void **state)
{
	struct date_instant instant = {.unix_ms = 1500};

	(void)state;
	assert_int_equal(tally__date_expression_apply(&instant, "next millisecond + 7 milliseconds",
						      DATE_EXPRESSION_TIME, NULL),
			 0);
	assert_int_equal(instant.unix_ms, 1508);
	/* The time of day is kept to the millisecond, before 1970 too. */
	instant.unix_ms = -1;
	assert_int_equal(
		tally__date_expression_apply(&instant, "+ 1 day", DATE_EXPRESSION_DATE, NULL), 0);
	assert_int_equal(instant.unix_ms, INT64_C(86399999));
}

static void test_invalid(void **state)
{
	static const struct {
		enum date_expression_kind kind;
		const char *expression;
		size_t column;
	} bad[] = {
		{DATE_EXPRESSION_DATE, "tomorow", 1},
		{DATE_EXPRESSION_DATE, "next", 5},
		{DATE_EXPRESSION_DATE, "next tue", 6},
		{DATE_EXPRESSION_DATE, "next mondays", 6},
		{DATE_EXPRESSION_DATE, "+", 2},
		{DATE_EXPRESSION_DATE, "+ day", 3},
		{DATE_EXPRESSION_DATE, "+ 1", 4},
		{DATE_EXPRESSION_DATE, "+ 1 hour", 5},
		{DATE_EXPRESSION_DATE, "+ 1 fortnight", 5},
		{DATE_EXPRESSION_DATE, "today tomorrow", 7},
		{DATE_EXPRESSION_DATE, "today + 1 day 2", 15},
		{DATE_EXPRESSION_DATE, "today @ noon", 7},
		{DATE_EXPRESSION_DATE, "Today", 1},
		{DATE_EXPRESSION_DATE, "1 day", 1},
		{DATE_EXPRESSION_DATE, "today \xC3\xA9", 7},
		{DATE_EXPRESSION_DATE, "today \xFF", 7},
		{DATE_EXPRESSION_TIME, "today", 1},
		{DATE_EXPRESSION_TIME, "+ 1 day", 5},
		{DATE_EXPRESSION_TIME, "13 o'clock", 1},
		{DATE_EXPRESSION_TIME, "0 o'clock", 1},
		{DATE_EXPRESSION_TIME, "99999999999999999999999 o'clock", 1},
		{DATE_EXPRESSION_TIME, "3 oclock", 3},
		{DATE_EXPRESSION_TIME, "3", 2},
		{DATE_EXPRESSION_TIME, "next day", 6},
		{DATE_EXPRESSION_TIME, "noon am", 6},
		{DATE_EXPRESSION_DATETIME, "noon", 1},
		{DATE_EXPRESSION_DATETIME, "today @ + 1 day", 13},
		{DATE_EXPRESSION_DATETIME, "today @ noon @ noon", 14},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct date_instant instant = {.unix_ms = 7, .offset_minutes = 60};
		char place[32];

		assert_int_equal(tally__date_expression_apply(&instant, bad[i].expression,
							      bad[i].kind, &error),
				 TALLY_EPARSE);
		if (error.column != bad[i].column) {
			print_message("# %s: %s\n", bad[i].expression, error.message);
		}
		assert_int_equal(error.column, bad[i].column);
		snprintf(place, sizeof place, "at column %zu ", bad[i].column);
		assert_non_null(strstr(error.message, place));
		assert_int_equal(instant.unix_ms, 7);
	}
}

static void test_range(void **state)
{
	static const struct {
		enum date_expression_kind kind;
		const char *expression;
	} far[] = {
		{DATE_EXPRESSION_DATE, "+ 9000 years"},
		{DATE_EXPRESSION_DATE, "- 2024 years"},
		{DATE_EXPRESSION_DATE, "- 24300 months"},
		{DATE_EXPRESSION_DATE, "+ 3000000 days"},
		{DATE_EXPRESSION_DATE, "+ 9223372036854775807 days"},
		{DATE_EXPRESSION_DATE, "- 9223372036854775808 weeks"},
		{DATE_EXPRESSION_DATE, "+ 99999999999999999999999999999999999999 years"},
		{DATE_EXPRESSION_TIME, "+ 99999999999999999999999999999999999999 hours"},
		{DATE_EXPRESSION_TIME, "- 9999999999999999 milliseconds"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct date_instant instant = instant_of("2024-02-28T12:30:15Z", 0);
		const int64_t before = instant.unix_ms;

		assert_int_equal(tally__date_expression_apply(&instant, far[i].expression,
							      far[i].kind, &error),
				 TALLY_ELIMIT);
		assert_true(error.message[0] != '\0');
		assert_true(instant.unix_ms == before);
	}
	for (int i = 0; i < 2; i++) {
		struct date_instant instant = {.unix_ms = i == 0 ? INT64_MAX : INT64_MIN,
					       .offset_minutes = i == 0 ? 1080 : -1080};

		assert_int_equal(
			tally__date_expression_apply(&instant, "now", DATE_EXPRESSION_DATE, NULL),
			TALLY_ELIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),     cmocka_unit_test(test_times),
		cmocka_unit_test(test_datetimes), cmocka_unit_test(test_milliseconds),
		cmocka_unit_test(test_invalid),   cmocka_unit_test(test_range),
	};

	return cmocka_run_group_tests_name("format/date_expression", tests, NULL, NULL);
}
