/* base/time.h - instants as seconds since 1970 UTC, and their RFC 3339 text.  No locale, no zone.
 */
#ifndef TALLY_BASE_TIME_H
#define TALLY_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define TIME_TEXT_BYTES 32

/* Now.  Only for the edges: the core is given its instants. */
int64_t tally__time_now_unix(void);

/* The same in milliseconds, and how many minutes the clocks here are ahead of UTC.  The one place
 * that asks for the local time zone. */
void tally__time_now_local(int64_t *unix_ms, int *offset_minutes);

/* For tests: makes now this instant until the next call; negative: the clock's again. */
void tally__time_fix(int64_t unix_seconds);

/* A clock for measuring, in milliseconds from an arbitrary start. */
int64_t tally__time_monotonic_ms(void);

/* "2021-09-01T00:07:21Z". */
void tally__time_format(int64_t unix_seconds, char text[TIME_TEXT_BYTES]);

/* Takes "2021-09-01" and "2021-09-01T00:07:21" with "Z" or "+hh:mm"; false for anything else. */
bool tally__time_parse(const char *text, int64_t *unix_seconds);

/* The calendar of ISO 8601, also for the days before there was one. */
struct time_date {
	int64_t year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

/* Days since 1970-01-01; the years must be less than 10^12 away. */
int64_t tally__time_days_from_date(struct time_date date);
struct time_date tally__time_date_from_days(int64_t days);
int tally__time_days_in_month(int64_t year, int month);

#endif
