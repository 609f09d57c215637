#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "format/date.h"
#include "format/date_pattern.h"

/* The text that is being read, and what it has said so far; 0: nothing. */
struct scan {
	const char *at;
	const char *end;
	size_t reserved; /* digits that belong to the fields behind the present one */
	long year;
	long month;
	long day;
	long day_of_year;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One to max_digits digits, between two bounds. */
static bool scan_number(struct scan *s, unsigned max_digits, long from, long to, long *out)
{
	long value = 0;
	unsigned digits = 0;

	if (s->reserved > 0) {
		const char *run = s->at;

		while (run < s->end && is_digit(*run) &&
		       (size_t)(run - s->at) < s->reserved + max_digits) {
			run++;
		}
		if ((size_t)(run - s->at) <= s->reserved) {
			return false;
		}
		if ((size_t)(run - s->at) - s->reserved < max_digits) {
			max_digits = (unsigned)((size_t)(run - s->at) - s->reserved);
		}
	}
	while (s->at < s->end && is_digit(*s->at) && digits < max_digits) {
		/* Saturates: the bounds of long numbers are never below this. */
		value = value > 99999999 ? value : value * 10 + (*s->at - '0');
		s->at++;
		digits++;
	}
	if (out) {
		*out = value;
	}
	return digits > 0 && value >= from && value <= to;
}

/* Exactly two digits. */
static bool scan_pair(struct scan *s, long to)
{
	const char *start = s->at;

	return scan_number(s, 2, 0, to, NULL) && s->at - start == 2;
}

static bool scan_text(struct scan *s, const char *text, size_t len)
{
	if ((size_t)(s->end - s->at) < len) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (tally__text_lower(s->at[i]) != tally__text_lower(text[i])) {
			return false;
		}
	}
	s->at += len;
	return true;
}

/* One of some names, whole or by its first three letters; *out counts from 1. */
static bool scan_name(struct scan *s, const char *const names[], size_t count, bool whole,
		      long *out)
{
	for (size_t i = 0; i < count; i++) {
		if (scan_text(s, names[i], whole ? strlen(names[i]) : 3)) {
			if (out) {
				*out = (long)i + 1;
			}
			return true;
		}
	}
	return false;
}

/* ---- fields; `count` is how often the letter stands ---- */

static bool scan_era(struct scan *s, unsigned count)
{
	(void)count;
	return scan_text(s, "AD", 2) || scan_text(s, "BC", 2);
}

static bool scan_year(struct scan *s, unsigned count)
{
	/* One letter, or three, take years of four digits too: Java writes them so. */
	bool matches = scan_number(s, count == 2 || count > 4 ? count : 4, 0, 999999999, &s->year);

	if (count == 2) {
		s->year += 2000;
	}
	return matches;
}

static bool scan_month(struct scan *s, unsigned count)
{
	if (count <= 2) {
		return scan_number(s, 2, 1, 12, &s->month);
	}
	return scan_name(s, tally__date_months, 12, count > 3, &s->month);
}

static bool scan_day_of_year(struct scan *s, unsigned count)
{
	return scan_number(s, count < 3 ? 3 : count, 1, 366, &s->day_of_year);
}

static bool scan_day(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 1, 31, &s->day);
}

static bool scan_quarter(struct scan *s, unsigned count)
{
	if (count <= 2) {
		return scan_number(s, count, 1, 4, NULL);
	}
	if (count == 3) {
		return scan_text(s, "Q", 1) && scan_number(s, 1, 1, 4, NULL);
	}
	return scan_name(s, tally__date_quarters, 4, true, NULL);
}

static bool scan_week_of_year(struct scan *s, unsigned count)
{
	return scan_number(s, count < 2 ? 2 : count, 1, 56, NULL);
}

static bool scan_week_of_month(struct scan *s, unsigned count)
{
	(void)count;
	/* Weeks that begin on a Monday, and on a Sunday. */
	return scan_number(s, 1, 0, 6, NULL);
}

static bool scan_day_of_week_in_month(struct scan *s, unsigned count)
{
	return scan_number(s, count, 0, 5, NULL);
}

static bool scan_weekday(struct scan *s, unsigned count)
{
	return scan_name(s, tally__date_weekdays, 7, count > 3, NULL);
}

static bool scan_weekday_number(struct scan *s, unsigned count)
{
	return count <= 2 ? scan_number(s, count, 1, 7, NULL) : scan_weekday(s, count);
}

static bool scan_half(struct scan *s, unsigned count)
{
	(void)count;
	return scan_text(s, "am", 2) || scan_text(s, "pm", 2);
}

static bool scan_hour_0_23(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 0, 23, NULL);
}

static bool scan_hour_1_24(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 1, 24, NULL);
}

static bool scan_hour_1_12(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 1, 12, NULL);
}

static bool scan_hour_0_11(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 0, 11, NULL);
}

static bool scan_minute(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 0, 59, NULL);
}

static bool scan_second(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 0, 60, NULL);
}

static bool scan_fraction(struct scan *s, unsigned count)
{
	return scan_number(s, count, 0, 2000000000, NULL);
}

static bool scan_digits(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 64, 0, 2000000000, NULL);
}

/* "Europe/Berlin", "America/Argentina/Buenos_Aires"; whether there is such a place is not asked. */
static bool scan_zone_id(struct scan *s, unsigned count)
{
	const char *start = s->at;
	bool slash = false;

	(void)count;
	while (s->at < s->end && (is_letter(*s->at) || is_digit(*s->at) ||
				  (s->at > start && strchr("/_+-", *s->at) && *s->at))) {
		slash = slash || *s->at == '/';
		s->at++;
	}
	if (s->at == start || s->at[-1] == '/') {
		return false;
	}
	return slash || (s->at - start == 3 &&
			 (memcmp(start, "UTC", 3) == 0 || memcmp(start, "GMT", 3) == 0));
}

/* "CET", "AEST". */
static bool scan_zone_name(struct scan *s, unsigned count)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at >= 'A' && *s->at <= 'Z') {
		s->at++;
	}
	return count <= 3 && s->at - start >= 3 && s->at - start <= 4;
}

/* "+01", "+0100", "+01:00", "+01:00:30": how many parts there must and may be. */
static bool scan_offset(struct scan *s, bool colon, unsigned min_parts, unsigned max_parts)
{
	unsigned parts = 1;

	if (s->at == s->end || (*s->at != '+' && *s->at != '-')) {
		return false;
	}
	s->at++;
	if (!scan_pair(s, 18)) {
		return false;
	}
	while (parts < max_parts) {
		const char *start = s->at;

		if ((colon && (s->at == s->end || *s->at++ != ':')) || !scan_pair(s, 59)) {
			s->at = start;
			break;
		}
		parts++;
	}
	return parts >= min_parts;
}

static bool scan_offset_x(struct scan *s, unsigned count)
{
	static const struct {
		bool colon;
		unsigned min_parts, max_parts;
	} forms[] = {{false, 1, 2}, {false, 2, 2}, {true, 2, 2}, {false, 2, 3}, {true, 2, 3}};

	return scan_offset(s, forms[count - 1].colon, forms[count - 1].min_parts,
			   forms[count - 1].max_parts);
}

static bool scan_offset_or_z(struct scan *s, unsigned count)
{
	if (s->at < s->end && *s->at == 'Z') {
		s->at++;
		return true;
	}
	return scan_offset_x(s, count);
}

static bool scan_gmt(struct scan *s)
{
	return scan_text(s, "GMT", 3) || scan_text(s, "UTC", 3);
}

static bool scan_offset_z(struct scan *s, unsigned count)
{
	if (count <= 3) {
		return scan_offset(s, false, 2, 2);
	}
	if (count == 5) {
		return scan_offset(s, true, 2, 2);
	}
	return scan_gmt(s) &&
	       (s->at == s->end || (*s->at != '+' && *s->at != '-') || scan_offset(s, true, 2, 2));
}

/* "GMT", "GMT+8", "UTC-03:30". */
static bool scan_offset_gmt(struct scan *s, unsigned count)
{
	if (!scan_gmt(s)) {
		return false;
	}
	if (s->at == s->end || (*s->at != '+' && *s->at != '-')) {
		return true;
	}
	s->at++;
	if (!scan_number(s, 2, 0, 18, NULL)) {
		return false;
	}
	if (s->at < s->end && *s->at == ':') {
		s->at++;
		return scan_pair(s, 59);
	}
	return count < 4;
}

/* ---- the pattern ---- */

static const struct {
	bool (*scan)(struct scan *scan, unsigned count);
	const char *reason;
} fields[DATE_FIELD_COUNT] = {
	[DATE_ERA] = {scan_era, "expected AD or BC"},
	[DATE_YEAR] = {scan_year, "expected a year"},
	[DATE_MONTH] = {scan_month, "expected a month from 1 to 12"},
	[DATE_DAY_OF_YEAR] = {scan_day_of_year, "expected a day of the year"},
	[DATE_DAY] = {scan_day, "expected a day from 1 to 31"},
	[DATE_QUARTER] = {scan_quarter, "expected a quarter"},
	[DATE_WEEK_OF_YEAR] = {scan_week_of_year, "expected a week of the year"},
	[DATE_WEEK_OF_MONTH] = {scan_week_of_month, "expected a week of the month"},
	[DATE_WEEKDAY_IN_MONTH] = {scan_day_of_week_in_month, "expected a count of weekdays"},
	[DATE_WEEKDAY] = {scan_weekday, "expected a day of the week"},
	[DATE_WEEKDAY_NUMBER] = {scan_weekday_number, "expected a day of the week"},
	[DATE_HALF] = {scan_half, "expected am or pm"},
	[DATE_HOUR_0_23] = {scan_hour_0_23, "expected an hour from 0 to 23"},
	[DATE_HOUR_1_24] = {scan_hour_1_24, "expected an hour from 1 to 24"},
	[DATE_HOUR_1_12] = {scan_hour_1_12, "expected an hour from 1 to 12"},
	[DATE_HOUR_0_11] = {scan_hour_0_11, "expected an hour from 0 to 11"},
	[DATE_MINUTE] = {scan_minute, "expected a minute from 0 to 59"},
	[DATE_SECOND] = {scan_second, "expected a second"},
	[DATE_FRACTION] = {scan_fraction, "expected a fraction of a second"},
	[DATE_UNITS] = {scan_digits, "expected digits"},
	[DATE_ZONE_ID] = {scan_zone_id, "expected a time zone such as Europe/Berlin"},
	[DATE_ZONE_NAME] = {scan_zone_name, "expected the short name of a time zone"},
	[DATE_OFFSET_GMT] = {scan_offset_gmt, "expected an offset such as GMT+8"},
	[DATE_OFFSET_OR_Z] = {scan_offset_or_z, "expected an offset such as +01:00, or Z"},
	[DATE_OFFSET] = {scan_offset_x, "expected an offset such as +01:00"},
	[DATE_OFFSET_RFC] = {scan_offset_z, "expected an offset such as +0100"},
};

static bool match_text(const struct date_token *token, struct scan *s, const char **reason)
{
	*reason = "expected the text that stands between the pattern's letters";
	if ((size_t)(s->end - s->at) < token->len || memcmp(s->at, token->text, token->len) != 0) {
		return false;
	}
	s->at += token->len;
	return true;
}

/* Fields that are written with as many digits as they have letters, at least. */
static bool is_numeric(const struct date_token *token)
{
	switch (token->field) {
	case DATE_MONTH:
	case DATE_QUARTER:
	case DATE_WEEKDAY_NUMBER:
		return token->count <= 2;
	case DATE_YEAR:
	case DATE_DAY_OF_YEAR:
	case DATE_DAY:
	case DATE_WEEK_OF_YEAR:
	case DATE_HOUR_0_23:
	case DATE_HOUR_1_24:
	case DATE_HOUR_1_12:
	case DATE_HOUR_0_11:
	case DATE_MINUTE:
	case DATE_SECOND:
	case DATE_FRACTION:
		return true;
	default:
		return false;
	}
}

/* The H of "Hmm" has one digit or two, so that the last two are left to the minutes. */
static size_t digits_behind(const struct date_token *token, struct date_scanner scanner)
{
	size_t digits = 0;

	if (token->kind != DATE_TOKEN_FIELD ||
	    (token->count > 1 && token->field != DATE_UNITS && token->field != DATE_DAY_OF_YEAR)) {
		return 0;
	}
	/* So many are more than any date has. */
	while (digits < 100) {
		struct date_token next = tally__date_next(&scanner);

		if (next.kind != DATE_TOKEN_FIELD || !is_numeric(&next)) {
			break;
		}
		digits += next.count;
	}
	return digits;
}

static bool match_token(const struct date_token *token, struct scan *s, const char **reason)
{
	switch (token->kind) {
	case DATE_TOKEN_FIELD:
		*reason = fields[token->field].reason;
		return fields[token->field].scan(s, token->count);
	case DATE_TOKEN_TEXT:
		return match_text(token, s, reason);
	case DATE_TOKEN_INVALID:
		*reason = token->reason;
		return false;
	default:
		return true;
	}
}

/* Optional sections in one another. */
#define SECTIONS_MAX 16

/* The sections that the reader is in: where the text was when they began. */
struct sections {
	struct scan starts[SECTIONS_MAX];
	size_t count;
};

/* "[" or "]"; false when there is none to end, or too many stand in one another. */
static bool enter_or_leave(struct sections *sections, const struct date_token *token,
			   const struct scan *s, const char **reason)
{
	if (token->kind == DATE_TOKEN_OPTION_START) {
		if (sections->count == SECTIONS_MAX) {
			*reason = "the pattern is not valid: too many brackets in one another";
			return false;
		}
		sections->starts[sections->count++] = *s;
	} else if (token->kind == DATE_TOKEN_OPTION_END) {
		if (sections->count == 0) {
			*reason = "the pattern is not valid: a bracket is closed that none opens";
			return false;
		}
		sections->count--;
	}
	return true;
}

/* The text is not what the innermost section says: goes on behind it as if it were not there. */
static bool skip_section(struct sections *sections, struct date_scanner *scanner, struct scan *s)
{
	size_t inner = 0;

	if (sections->count == 0) {
		return false;
	}
	*s = sections->starts[--sections->count];
	for (;;) {
		struct date_token token = tally__date_next(scanner);

		if (token.kind == DATE_TOKEN_END || token.kind == DATE_TOKEN_INVALID) {
			return token.kind == DATE_TOKEN_END;
		}
		inner += token.kind == DATE_TOKEN_OPTION_START;
		if (token.kind == DATE_TOKEN_OPTION_END && inner-- == 0) {
			return true;
		}
	}
}

/* Otherwise the pattern is wrong. */
static bool stands_for_text(const struct date_token *token)
{
	return token->kind == DATE_TOKEN_FIELD || token->kind == DATE_TOKEN_TEXT;
}

static bool is_day_of_month(const struct scan *s)
{
	return s->month == 0 || s->day == 0 ||
	       s->day <= tally__time_days_in_month(s->year ? s->year : 2001, (int)s->month);
}

/* Without a year it may be a leap year's. */
static bool is_day_of_year(const struct scan *s)
{
	return s->day_of_year < 366 || s->year == 0 || tally__time_days_in_month(s->year, 2) == 29;
}

bool tally__date_matches(const char *pattern, const char *text, size_t len, const char **reason,
			 size_t *at)
{
	struct scan s = {.at = text, .end = text + len};
	struct date_scanner scanner = tally__date_scanner(pattern);
	struct sections sections = {.count = 0};

	for (;;) {
		struct date_token token = tally__date_next(&scanner);

		if (token.kind == DATE_TOKEN_END) {
			break;
		}
		s.reserved = digits_behind(&token, scanner);
		*at = stands_for_text(&token) ? (size_t)(s.at - text) : SIZE_MAX;
		if (!enter_or_leave(&sections, &token, &s, reason)) {
			return false;
		}
		if (!match_token(&token, &s, reason) &&
		    (token.kind == DATE_TOKEN_INVALID || !skip_section(&sections, &scanner, &s))) {
			return false;
		}
	}
	if (s.at != s.end) {
		*reason = "expected the end of the text";
		*at = (size_t)(s.at - text);
		return false;
	}
	if (!is_day_of_month(&s)) {
		*reason = "the month does not have that day";
		*at = SIZE_MAX;
		return false;
	}
	if (!is_day_of_year(&s)) {
		*reason = "the year does not have that day";
		*at = SIZE_MAX;
		return false;
	}
	return true;
}
