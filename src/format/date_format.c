#include "config.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/time.h"
#include "format/date.h"
#include "format/date_format.h"
#include "format/date_pattern.h"

#define DAY_MS INT64_C(86400000)

/* An instant as the clocks and calendars of its place show it. */
struct shown {
	struct time_date date;
	int64_t days; /* since 1970-01-01 */
	int day_ms;   /* since midnight */
	int hour;
	int weekday; /* 1, Monday, to 7 */
	int day_of_year;
	int offset_minutes;
};

/* One field on its way into the text. */
struct output {
	struct buf *out;
	struct tally_error *error;
	char letter;
	unsigned count;
};

static void add_number(const struct output *o, int64_t value, unsigned digits)
{
	tally__buf_addf(o->out, "%0*lld", (int)digits, (long long)value);
}

static int number(const struct output *o, int64_t value)
{
	add_number(o, value, o->count);
	return 0;
}

/* A name of the table, or its first letters; `value` counts from 1. */
static int name(const struct output *o, const char *const names[], int value)
{
	if (o->count <= 3) {
		tally__buf_add(o->out, names[value - 1], 3);
	} else {
		tally__buf_adds(o->out, names[value - 1]);
	}
	return 0;
}

/* Week 1 is the first that has four days in the year or month; weeks begin on Mondays. */
static int week_of(int day, int weekday)
{
	/* The day of the Thursday of this week, counted from 1; before the first one: week 0. */
	int thursday = day - weekday + 4;

	return thursday < 1 ? 0 : (thursday - 1) / 7 + 1;
}

/* The year that the week of a day belongs to, by its Thursday, and the number of the week. */
static int64_t week_year(const struct shown *s, int *week)
{
	int64_t thursday = s->days - s->weekday + 4;
	struct time_date date = tally__time_date_from_days(thursday);
	int64_t first = tally__time_days_from_date((struct time_date){date.year, 1, 1});

	*week = (int)((thursday - first) / 7) + 1;
	return date.year;
}

/* ---- fields ---- */

static int format_era(const struct output *o, const struct shown *s)
{
	(void)s; /* no year before the first can be written */
	tally__buf_adds(o->out, "AD");
	return 0;
}

static int format_year(const struct output *o, const struct shown *s)
{
	int week = 0;
	int64_t year = o->letter == 'Y' ? week_year(s, &week) : s->date.year;

	return number(o, o->count == 2 ? year % 100 : year);
}

static int format_month(const struct output *o, const struct shown *s)
{
	return o->count <= 2 ? number(o, s->date.month)
			     : name(o, tally__date_months, s->date.month);
}

static int format_day_of_year(const struct output *o, const struct shown *s)
{
	return number(o, s->day_of_year);
}

static int format_day(const struct output *o, const struct shown *s)
{
	return number(o, s->date.day);
}

static int format_quarter(const struct output *o, const struct shown *s)
{
	int quarter = (s->date.month - 1) / 3 + 1;

	if (o->count <= 2) {
		return number(o, quarter);
	}
	if (o->count == 3) {
		tally__buf_addf(o->out, "Q%d", quarter);
		return 0;
	}
	return name(o, tally__date_quarters, quarter);
}

static int format_week_of_year(const struct output *o, const struct shown *s)
{
	int week = 0;

	week_year(s, &week);
	return number(o, week);
}

static int format_week_of_month(const struct output *o, const struct shown *s)
{
	add_number(o, week_of(s->date.day, s->weekday), 1);
	return 0;
}

static int format_weekday_in_month(const struct output *o, const struct shown *s)
{
	return number(o, (s->date.day - 1) / 7 + 1);
}

static int format_weekday(const struct output *o, const struct shown *s)
{
	return name(o, tally__date_weekdays, s->weekday);
}

static int format_weekday_number(const struct output *o, const struct shown *s)
{
	return o->count <= 2 ? number(o, s->weekday) : format_weekday(o, s);
}

static int format_half(const struct output *o, const struct shown *s)
{
	tally__buf_adds(o->out, s->hour < 12 ? "AM" : "PM");
	return 0;
}

static int format_hour_0_23(const struct output *o, const struct shown *s)
{
	return number(o, s->hour);
}

static int format_hour_1_24(const struct output *o, const struct shown *s)
{
	return number(o, s->hour == 0 ? 24 : s->hour);
}

static int format_hour_1_12(const struct output *o, const struct shown *s)
{
	return number(o, s->hour % 12 == 0 ? 12 : s->hour % 12);
}

static int format_hour_0_11(const struct output *o, const struct shown *s)
{
	return number(o, s->hour % 12);
}

static int format_minute(const struct output *o, const struct shown *s)
{
	return number(o, s->day_ms / 60000 % 60);
}

static int format_second(const struct output *o, const struct shown *s)
{
	return number(o, s->day_ms / 1000 % 60);
}

static int format_fraction(const struct output *o, const struct shown *s)
{
	int ms = s->day_ms % 1000;
	const char digits[] = {(char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
			       (char)('0' + ms % 10)};

	for (unsigned i = 0; i < o->count; i++) {
		tally__buf_addc(o->out, i < sizeof digits ? digits[i] : '0');
	}
	return 0;
}

/* Milliseconds of the day, nanoseconds of the day, nanoseconds of the second. */
static int format_units(const struct output *o, const struct shown *s)
{
	if (o->letter == 'A') {
		return number(o, s->day_ms);
	}
	return number(o, (int64_t)(o->letter == 'N' ? s->day_ms : s->day_ms % 1000) * 1000000);
}

static void add_offset(const struct output *o, int minutes, const char *separator)
{
	tally__buf_addf(o->out, "%c%02d%s%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60,
			separator, abs(minutes) % 60);
}

/* The zones of whole hours have names in the tz database; their sign is that of POSIX, the other
 * way round. */
static int format_zone_id(const struct output *o, const struct shown *s)
{
	int hours = s->offset_minutes / 60;

	if (s->offset_minutes == 0) {
		tally__buf_adds(o->out, "UTC");
		return 0;
	}
	if (s->offset_minutes % 60 != 0 || hours > 14 || hours < -12) {
		return tally__fail(o->error, TALLY_EINVAL,
				   "'V' stands for the name of a time zone, and none belongs to "
				   "this offset: use XX");
	}
	tally__buf_addf(o->out, "Etc/GMT%+d", -hours);
	return 0;
}

/* Names of standard time that are not used for several offsets in the same part of the world. */
static int format_zone_name(const struct output *o, const struct shown *s)
{
	static const struct {
		int minutes;
		const char *name;
	} zones[] = {{-600, "HST"}, {-540, "AKST"}, {-480, "PST"}, {-420, "MST"}, {-360, "CST"},
		     {-300, "EST"}, {-240, "AST"},  {-210, "NST"}, {0, "UTC"},    {60, "CET"},
		     {120, "EET"},  {180, "MSK"},   {300, "PKT"},  {330, "IST"},  {420, "WIB"},
		     {480, "AWST"}, {540, "JST"},   {570, "ACST"}, {600, "AEST"}, {720, "NZST"}};

	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
		if (zones[i].minutes == s->offset_minutes) {
			tally__buf_adds(o->out, zones[i].name);
			return 0;
		}
	}
	return tally__fail(o->error, TALLY_EINVAL,
			   "'z' stands for the name of a time zone, and none belongs to this "
			   "offset: use XX");
}

static int format_offset_gmt(const struct output *o, const struct shown *s)
{
	int minutes = abs(s->offset_minutes);

	tally__buf_adds(o->out, "GMT");
	if (minutes == 0) {
		return 0;
	}
	if (o->count == 4) {
		add_offset(o, s->offset_minutes, ":");
		return 0;
	}
	tally__buf_addf(o->out, "%c%d", s->offset_minutes < 0 ? '-' : '+', minutes / 60);
	if (minutes % 60 != 0) {
		tally__buf_addf(o->out, ":%02d", minutes % 60);
	}
	return 0;
}

static int format_offset(const struct output *o, const struct shown *s)
{
	if (o->count == 1 && s->offset_minutes % 60 == 0) {
		tally__buf_addf(o->out, "%c%02d", s->offset_minutes < 0 ? '-' : '+',
				abs(s->offset_minutes) / 60);
	} else {
		add_offset(o, s->offset_minutes, o->count == 3 || o->count == 5 ? ":" : "");
	}
	return 0;
}

static int format_offset_or_z(const struct output *o, const struct shown *s)
{
	if (s->offset_minutes != 0) {
		return format_offset(o, s);
	}
	tally__buf_addc(o->out, 'Z');
	return 0;
}

static int format_offset_rfc(const struct output *o, const struct shown *s)
{
	if (o->count == 4) {
		return format_offset_gmt(o, s);
	}
	add_offset(o, s->offset_minutes, o->count == 5 ? ":" : "");
	return 0;
}

static int (*const formats[DATE_FIELD_COUNT])(const struct output *, const struct shown *) = {
	[DATE_ERA] = format_era,
	[DATE_YEAR] = format_year,
	[DATE_MONTH] = format_month,
	[DATE_DAY_OF_YEAR] = format_day_of_year,
	[DATE_DAY] = format_day,
	[DATE_QUARTER] = format_quarter,
	[DATE_WEEK_OF_YEAR] = format_week_of_year,
	[DATE_WEEK_OF_MONTH] = format_week_of_month,
	[DATE_WEEKDAY_IN_MONTH] = format_weekday_in_month,
	[DATE_WEEKDAY] = format_weekday,
	[DATE_WEEKDAY_NUMBER] = format_weekday_number,
	[DATE_HALF] = format_half,
	[DATE_HOUR_0_23] = format_hour_0_23,
	[DATE_HOUR_1_24] = format_hour_1_24,
	[DATE_HOUR_1_12] = format_hour_1_12,
	[DATE_HOUR_0_11] = format_hour_0_11,
	[DATE_MINUTE] = format_minute,
	[DATE_SECOND] = format_second,
	[DATE_FRACTION] = format_fraction,
	[DATE_UNITS] = format_units,
	[DATE_ZONE_ID] = format_zone_id,
	[DATE_ZONE_NAME] = format_zone_name,
	[DATE_OFFSET_GMT] = format_offset_gmt,
	[DATE_OFFSET_OR_Z] = format_offset_or_z,
	[DATE_OFFSET] = format_offset,
	[DATE_OFFSET_RFC] = format_offset_rfc,
};

/* ---- the instant ---- */

/* The instant as if its clocks showed UTC; false when no year has room for it. */
static bool local_ms(struct date_instant instant, int64_t *out)
{
	const int64_t first =
		tally__time_days_from_date((struct time_date){DATE_YEAR_MIN, 1, 1}) * DAY_MS;
	const int64_t end =
		tally__time_days_from_date((struct time_date){DATE_YEAR_MAX + 1, 1, 1}) * DAY_MS;

	return instant.offset_minutes >= -DATE_OFFSET_MINUTES_MAX &&
	       instant.offset_minutes <= DATE_OFFSET_MINUTES_MAX &&
	       !__builtin_add_overflow(instant.unix_ms, instant.offset_minutes * INT64_C(60000),
				       out) &&
	       *out >= first && *out < end;
}

static struct shown show(int64_t ms, int offset_minutes)
{
	struct shown s = {.days = ms / DAY_MS, .offset_minutes = offset_minutes};
	int64_t new_year = 0;

	s.day_ms = (int)(ms % DAY_MS);
	if (s.day_ms < 0) {
		s.day_ms += (int)DAY_MS;
		s.days--;
	}
	s.date = tally__time_date_from_days(s.days);
	new_year = tally__time_days_from_date((struct time_date){s.date.year, 1, 1});
	s.day_of_year = (int)(s.days - new_year) + 1;
	/* 1970-01-01 was a Thursday. */
	s.weekday = (int)((s.days % 7 + 7 + 3) % 7) + 1;
	s.hour = s.day_ms / 3600000;
	return s;
}

static int format_token(const struct date_token *token, const struct shown *s, size_t *options,
			struct buf *out, struct tally_error *error)
{
	const struct output o = {
		.out = out, .error = error, .letter = token->letter, .count = token->count};

	switch (token->kind) {
	case DATE_TOKEN_FIELD:
		return formats[token->field](&o, s);
	case DATE_TOKEN_TEXT:
		tally__buf_add(out, token->text, token->len);
		return 0;
	case DATE_TOKEN_OPTION_START:
		/* Everything is known, so that what may be there always is. */
		++*options;
		return 0;
	case DATE_TOKEN_OPTION_END:
		if ((*options)-- > 0) {
			return 0;
		}
		return tally__fail(error, TALLY_EPARSE,
				   "the pattern is not valid: a bracket is closed that was not "
				   "opened");
	default:
		return tally__fail(error, TALLY_EPARSE, "%s", token->reason);
	}
}

int tally__date_format(struct buf *out, const char *pattern, struct date_instant instant,
		       struct tally_error *error)
{
	struct date_scanner scanner = tally__date_scanner(pattern);
	size_t mark = out->len;
	size_t options = 0;
	int64_t ms = 0;
	const char *reason = NULL;
	size_t at = 0;
	struct shown s;
	int status = 0;

	if (!local_ms(instant, &ms)) {
		return tally__fail(error, TALLY_ELIMIT,
				   "the date is not in the years %d to %d, or its offset is more "
				   "than 18 hours",
				   DATE_YEAR_MIN, DATE_YEAR_MAX);
	}
	s = show(ms, instant.offset_minutes);
	for (;;) {
		struct date_token token = tally__date_next(&scanner);

		if (token.kind == DATE_TOKEN_END) {
			break;
		}
		status = format_token(&token, &s, &options, out, error);
		if (status != 0) {
			tally__buf_truncate(out, mark);
			return status;
		}
	}
	if (tally__buf_status(out, error) != 0) {
		return out->status;
	}
	/* "Hm" makes numbers that nobody can take apart. */
	if (!tally__date_matches(pattern, out->bytes + mark, out->len - mark, &reason, &at)) {
		tally__buf_truncate(out, mark);
		return tally__fail(error, TALLY_EINVAL, "what the pattern gives cannot be read: %s",
				   reason);
	}
	return 0;
}
