#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/date.h"

struct example {
	const char *pattern;
	const char *text;
	bool matches;
};

static void check(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct example *e = &examples[i];
		const char *reason = NULL;
		size_t at = 0;

		if (tally__date_matches(e->pattern, e->text, strlen(e->text), &reason, &at) !=
		    e->matches) {
			print_message("# '%s' on '%s': %s\n", e->pattern, e->text,
				      reason ? reason : "");
			fail();
		}
		if (!e->matches) {
			assert_non_null(reason);
		}
	}
}

static void test_dates(void **state)
{
	static const struct example examples[] = {
		{"yyyy-MM-dd", "2024-02-29", true},
		{"yyyy-MM-dd", "2023-02-29", false},
		{"yyyy-MM-dd", "24-2-9", true},
		{"yyyy-MM-dd", "2024-13-01", false},
		{"yyyy-MM-dd", "2024-00-01", false},
		{"yyyy-MM-dd", "2024-04-31", false},
		{"yyyy-MM-dd", "2024-02-29 ", false},
		{"yyyy-MM-dd", "", false},
		{"yyyyMMdd", "20240209", true},
		{"dd MMM yyyy", "03 Mar 2024", true},
		{"dd MMM yyyy", "03 March 2024", false},
		{"EEEE, d MMMM yyyy", "sunday, 3 march 2024", true},
		{"EEE", "Sun", true},
		{"EEE", "Xyz", false},
		{"D", "366", true},
		{"yyyy-D", "2023-365", true},
		{"yyyy-D", "2023-366", false},
		{"yyyy-D", "2024-366", true},
		{"DDDyyyy", "3661900", false},
		{"DDDyyyy", "3662000", true},
		{"yy-D", "23-366", false},
		{"yyyy[-D]-M", "2023-366-1", false},
		{"yyyy[-MM[-dd]]", "2023", true},
		{"yyyy[-MM[-dd]]", "2023-02", true},
		{"yyyy[-MM[-dd]]", "2023-02-29", false},
		{"yyyy[-MM-dd]'Q'Q", "2023Q1", true},
		{"YYYY-'W'ww-e", "2024-W01-1", true},
		{"uuuu-MM-dd", "2024-02-29", true},
		{"yy", "123", false},
		{"MMMMM", "March", true},
		{"MMMMMM", "March", false},
		{"ddd", "001", false},
		{"EEEEEE", "Monday", false},
		{"QQ", "04", true},
		{"Q", "5", false},
		{"W", "7", false},
		{"F", "4", true},
		{"G", "bc", true},
		{"D", "367", false},
		{"QQQ", "Q4", true},
		{"QQQQ", "2nd quarter", true},
		{"'W'w", "W53", true},
		{"dd/MM", "29/02", false}, /* 2001 where no year is given */
		{"G yyyy", "AD 2024", true},
		{"yy-MM-dd", "00-02-29", true}, /* 2000, which was a leap year */
		{"d/M/y", "9/2/2024", true},    /* one letter: any number of digits */
		{"yMMdd", "20240209", true},
		{"W", "0", true},
		{"W", "7", false},
		{"F", "5", true},
		{"F", "6", false},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0]);
}

static void test_times(void **state)
{
	static const struct example examples[] = {
		{"HH:mm:ss", "23:59:60", true},
		{"HH:mm:ss", "24:00:00", false},
		{"kk:mm", "24:00", true},
		{"hh:mm a", "12:30 PM", true},
		{"hh:mm a", "13:30 PM", false},
		{"K a", "0 am", true},
		{"HH:mm:ss.SSS", "10:00:00.123", true},
		{"HH:mm:ss.SSS", "10:00:00.1234", false},
		{"HH:mm:ss.fff", "10:00:00.123", false},
		{"n", "123456789012", true},
		{"HH'h'mm", "10h30", true},
		{"h 'o''clock'", "5 o'clock", true},
		{"''HH''", "'10'", true},
		{"'open", "open", false},
		{"Hmm", "930", true},
		{"Hmm", "1230", true},
		{"Hmm", "30", false},
		{"HHH", "100", false},
		/* Sections that may be left out. */
		{"[HH]", "10", true},
		{"[HH]", "", true},
		{"[HH]", "x", false},
		{"HH:mm[:ss[.SSS]]", "10:00", true},
		{"HH:mm[:ss[.SSS]]", "10:00:01", true},
		{"HH:mm[:ss[.SSS]]", "10:00:01.5", true},
		{"HH:mm[:ss[.SSS]]", "10:00.5", false},
		{"HH:mm[:ss[.SSS]]", "10:00:61", false},
		{"HH:mm[:ss][xxx][ VV]", "10:00+01:00", true},
		{"HH:mm[:ss][xxx][ VV]", "10:00 Europe/Berlin", true},
		{"HH[:mm", "10", true},
		{"HH]", "10", false},
		{"HH[:mm]]", "10", false},
		{"HH'['mm']'", "10[30]", true},
		{"[[[[[[[[[[[[[[[[[HH]]]]]]]]]]]]]]]]]", "10", false},
		{"HH[:f]", "10", false},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0]);
}

static void test_zones(void **state)
{
	static const struct example examples[] = {
		{"XXX", "Z", true},          {"XXX", "+01:00", true},
		{"XXX", "+0100", false},     {"XXX", "+13:00", true},
		{"XXX", "+19:00", false},    {"X", "+01", true},
		{"X", "+0130", true},        {"XX", "+01", false},
		{"XXXX", "+013015", true},   {"XXXXX", "-01:30:15", true},
		{"xxx", "Z", false},         {"xx", "-0800", true},
		{"Z", "+0000", true},        {"Z", "Z", false},
		{"ZZZZ", "GMT+01:00", true}, {"ZZZZ", "UTC", true},
		{"ZZZZZ", "+01:00", true},   {"O", "GMT+8", true},
		{"OOOO", "UTC-03:30", true}, {"OOOO", "GMT+8", false},
		{"O", "GMT", true},          {"OOOO", "UTC", true},
		{"z", "CEST", true},         {"z", "cet", false},
		{"zzzz", "CET", false},      {"VV", "America/New_York", true},
		{"VV", "UTC", true},         {"VV", "Nowhere", false},
		{"VV", "Europe/", false},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0]);
}

static void test_places(void **state)
{
	static const struct {
		const char *pattern, *text, *reason;
		size_t at;
	} examples[] = {
		{"yyyy-MM-dd", "2020-13-01", "expected a month from 1 to 12", 5},
		{"yyyy-MM-dd", "2020-12",
		 "expected the text that stands between the pattern's letters", 7},
		{"yyyy-MM-dd", "2020-12-01T", "expected the end of the text", 10},
		{"yyyy-MM-dd", "2020-02-30", "the month does not have that day", SIZE_MAX},
		{"HH:mm", "12:60", "expected a minute from 0 to 59", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		const char *reason = NULL;
		size_t at = 0;

		assert_false(tally__date_matches(examples[i].pattern, examples[i].text,
						 strlen(examples[i].text), &reason, &at));
		assert_string_equal(reason, examples[i].reason);
		assert_int_equal(at, examples[i].at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_zones),
	};

	return cmocka_run_group_tests_name("format/date", tests, NULL, NULL);
}
