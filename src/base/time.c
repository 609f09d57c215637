#include "config.h"

#include "base/time.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define DAY_SECONDS 86400

static int64_t fixed_unix = -1;

void tally__time_fix(int64_t unix_seconds)
{
	fixed_unix = unix_seconds;
}

int64_t tally__time_now_unix(void)
{
	struct timespec now;

	if (fixed_unix >= 0)
		return fixed_unix;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec;
}

void tally__time_now_local(int64_t *unix_ms, int *offset_minutes)
{
	struct timespec now = {.tv_sec = (time_t)fixed_unix};
	struct tm local;

	if (fixed_unix < 0 && clock_gettime(CLOCK_REALTIME, &now) != 0)
		now = (struct timespec){0};
	*unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	*offset_minutes = localtime_r(&now.tv_sec, &local) ? (int)(local.tm_gmtoff / 60) : 0;
}

int64_t tally__time_monotonic_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The calendar is counted in years that begin on 1 March, so that a leap day ends its year, and in
 * eras of 400 years, which all have the same number of days. */
#define ERA_DAYS 146097
/* Days from 0000-03-01 to 1970-01-01. */
#define EPOCH_DAYS 719468

int64_t tally__time_days_from_date(struct time_date date)
{
	int64_t march_year = date.month > 2 ? date.year : date.year - 1;
	int64_t era = (march_year >= 0 ? march_year : march_year - 399) / 400;
	int64_t year_of_era = march_year - era * 400;
	int64_t march_month = date.month > 2 ? date.month - 3 : date.month + 9;
	int64_t day_of_year = (153 * march_month + 2) / 5 + date.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * ERA_DAYS + day_of_era - EPOCH_DAYS;
}

struct time_date tally__time_date_from_days(int64_t days)
{
	int64_t shifted = days + EPOCH_DAYS;
	int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
	int64_t day_of_era = shifted - era * ERA_DAYS;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int march_month = (int)((5 * day_of_year + 2) / 153);
	int month = march_month < 10 ? march_month + 3 : march_month - 9;

	return (struct time_date){.year = year_of_era + era * 400 + (month <= 2),
				  .month = month,
				  .day = (int)day_of_year - (153 * march_month + 2) / 5 + 1};
}

void tally__time_format(int64_t unix_seconds, char text[TIME_TEXT_BYTES])
{
	int64_t days = unix_seconds / DAY_SECONDS;
	int64_t seconds = unix_seconds % DAY_SECONDS;
	struct time_date date;

	if (seconds < 0) {
		seconds += DAY_SECONDS;
		days--;
	}
	date = tally__time_date_from_days(days);
	snprintf(text, TIME_TEXT_BYTES, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)date.year,
		 date.month, date.day, (int)(seconds / 3600), (int)(seconds / 60 % 60),
		 (int)(seconds % 60));
}

/* Reads `count` digits at *text and moves behind them; -1 when there are fewer. */
static int take_digits(const char **text, size_t count)
{
	int value = 0;

	for (; count > 0; count--) {
		if (**text < '0' || **text > '9')
			return -1;
		value = value * 10 + (**text - '0');
		(*text)++;
	}
	return value;
}

static bool take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

int tally__time_days_in_month(int64_t year, int month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **text, int64_t *days)
{
	int year = take_digits(text, 4);
	int month = year >= 0 && take_char(text, '-') ? take_digits(text, 2) : -1;
	int day = month >= 1 && month <= 12 && take_char(text, '-') ? take_digits(text, 2) : -1;

	if (day < 1 || day > tally__time_days_in_month(year, month))
		return false;
	*days = tally__time_days_from_date((struct time_date){year, month, day});
	return true;
}

/* "hh:mm" in seconds, or -1. */
static int take_hours_minutes(const char **text)
{
	int hours = take_digits(text, 2);
	int minutes = hours >= 0 && hours < 24 && take_char(text, ':') ? take_digits(text, 2) : -1;

	return minutes >= 0 && minutes < 60 ? hours * 3600 + minutes * 60 : -1;
}

bool tally__time_parse(const char *text, int64_t *unix_seconds)
{
	int64_t days;
	int day_seconds;
	int seconds;
	int offset = 0;
	bool west;

	if (!take_date(&text, &days))
		return false;
	if (*text == '\0') {
		*unix_seconds = days * DAY_SECONDS;
		return true;
	}
	day_seconds = take_char(&text, 'T') ? take_hours_minutes(&text) : -1;
	seconds = day_seconds >= 0 && take_char(&text, ':') ? take_digits(&text, 2) : -1;
	if (seconds < 0 || seconds > 59)
		return false;
	west = *text == '-';
	if (take_char(&text, '+') || take_char(&text, '-')) {
		offset = take_hours_minutes(&text);
		if (offset < 0)
			return false;
	} else if (!take_char(&text, 'Z')) {
		return false;
	}
	if (*text != '\0')
		return false;
	*unix_seconds = days * DAY_SECONDS + day_seconds + seconds + (west ? offset : -offset);
	return true;
}
