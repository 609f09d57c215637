#include "config.h"

#include <string.h>

#include "base/text.h"
#include "format/date.h"

/* The text that is being read, and what it has said so far; 0: nothing. */
struct scan {
	const char *at;
	const char *end;
	long year;
	long month;
	long day;
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

static const char *const month_names[] = {"January",   "February", "March",    "April",
					  "May",       "June",     "July",     "August",
					  "September", "October",  "November", "December"};
static const char *const day_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
					"Friday", "Saturday", "Sunday"};

/* ---- fields; `count` is how often the letter stands ---- */

static bool scan_era(struct scan *s, unsigned count)
{
	(void)count;
	return scan_text(s, "AD", 2) || scan_text(s, "BC", 2);
}

static bool scan_year(struct scan *s, unsigned count)
{
	return scan_number(s, count, 0, 999999999, &s->year);
}

static bool scan_month(struct scan *s, unsigned count)
{
	if (count <= 2) {
		return scan_number(s, 2, 1, 12, &s->month);
	}
	return scan_name(s, month_names, 12, count > 3, &s->month);
}

static bool scan_day_of_year(struct scan *s, unsigned count)
{
	return scan_number(s, count < 3 ? 3 : count, 1, 366, NULL);
}

static bool scan_day(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 2, 1, 31, &s->day);
}

static bool scan_quarter(struct scan *s, unsigned count)
{
	static const char *const names[] = {"1st quarter", "2nd quarter", "3rd quarter",
					    "4th quarter"};

	if (count <= 2) {
		return scan_number(s, count, 1, 4, NULL);
	}
	if (count == 3) {
		return scan_text(s, "Q", 1) && scan_number(s, 1, 1, 4, NULL);
	}
	return scan_name(s, names, 4, true, NULL);
}

static bool scan_week_of_year(struct scan *s, unsigned count)
{
	return scan_number(s, count < 2 ? 2 : count, 1, 56, NULL);
}

static bool scan_week_of_month(struct scan *s, unsigned count)
{
	(void)count;
	return scan_number(s, 1, 1, 5, NULL);
}

static bool scan_day_of_week_in_month(struct scan *s, unsigned count)
{
	return scan_number(s, count, 0, 4, NULL);
}

static bool scan_weekday(struct scan *s, unsigned count)
{
	return scan_name(s, day_names, 7, count > 3, NULL);
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

/* "GMT+8", "UTC-03:30". */
static bool scan_offset_gmt(struct scan *s, unsigned count)
{
	if (!scan_gmt(s) || s->at == s->end || (*s->at != '+' && *s->at != '-')) {
		return false;
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

#define ANY_COUNT 64

static const struct field {
	const char *letters;
	unsigned max_count;
	bool (*scan)(struct scan *scan, unsigned count);
	const char *reason;
} fields[] = {
	{"G", 5, scan_era, "expected AD or BC"},
	{"yuY", ANY_COUNT, scan_year, "expected a year"},
	{"ML", 5, scan_month, "expected a month"},
	{"D", ANY_COUNT, scan_day_of_year, "expected a day of the year"},
	{"d", 2, scan_day, "expected a day of the month"},
	{"Qq", 5, scan_quarter, "expected a quarter"},
	{"w", ANY_COUNT, scan_week_of_year, "expected a week of the year"},
	{"W", ANY_COUNT, scan_week_of_month, "expected a week of the month"},
	{"F", 2, scan_day_of_week_in_month, "expected a count of weekdays"},
	{"E", 5, scan_weekday, "expected a day of the week"},
	{"e", 5, scan_weekday_number, "expected a day of the week"},
	{"c", 1, scan_weekday_number, "expected a day of the week"},
	{"a", 1, scan_half, "expected am or pm"},
	{"H", 2, scan_hour_0_23, "expected an hour from 0 to 23"},
	{"k", 2, scan_hour_1_24, "expected an hour from 1 to 24"},
	{"h", 2, scan_hour_1_12, "expected an hour from 1 to 12"},
	{"K", 2, scan_hour_0_11, "expected an hour from 0 to 11"},
	{"m", 2, scan_minute, "expected a minute"},
	{"s", 2, scan_second, "expected a second"},
	{"S", ANY_COUNT, scan_fraction, "expected a fraction of a second"},
	{"nAN", ANY_COUNT, scan_digits, "expected digits"},
	{"V", 2, scan_zone_id, "expected a time zone such as Europe/Berlin"},
	{"z", 3, scan_zone_name, "expected the short name of a time zone"},
	{"O", 4, scan_offset_gmt, "expected an offset such as GMT+8"},
	{"X", 5, scan_offset_or_z, "expected an offset such as +01:00, or Z"},
	{"x", 5, scan_offset_x, "expected an offset such as +01:00"},
	{"Z", 5, scan_offset_z, "expected an offset such as +0100"},
};

static const struct field *find_field(char letter)
{
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		if (strchr(fields[i].letters, letter)) {
			return &fields[i];
		}
	}
	return NULL;
}

/* A run of one letter. */
static bool match_field(const char **pattern, struct scan *s, const char **reason)
{
	const struct field *field = find_field(**pattern);
	const char *start = *pattern;
	size_t count = 0;

	while (**pattern == *start) {
		(*pattern)++;
	}
	count = (size_t)(*pattern - start);
	if (!field || count > field->max_count) {
		*reason = "the pattern is not valid: a letter in it is not known or stands too "
			  "often";
		return false;
	}
	*reason = field->reason;
	return field->scan(s, (unsigned)count);
}

/* 'text', in which '' is a quote; '' on its own is one too. */
static bool match_quoted(const char **pattern, struct scan *s, const char **reason)
{
	const char *at = *pattern + 1;
	bool empty = *at == '\'';

	*reason = "expected the text that stands quoted in the pattern";
	for (;; at++) {
		if (*at == '\0') {
			*reason = "the pattern is not valid: a quote is not closed";
			return false;
		}
		if (*at == '\'' && !(at[1] == '\'' && !empty)) {
			break;
		}
		at += *at == '\'';
		if (s->at == s->end || *s->at++ != *at) {
			return false;
		}
	}
	*pattern = at + 1;
	if (empty) {
		return s->at < s->end && *s->at++ == '\'';
	}
	return true;
}

static bool match_literal(const char **pattern, struct scan *s, const char **reason)
{
	char c = *(*pattern)++;

	if (is_digit(c) || strchr("{}[]", c)) {
		*reason = "the pattern is not valid: digits, braces and brackets have to be quoted";
		return false;
	}
	*reason = "expected the characters that stand between the pattern's letters";
	return s->at < s->end && *s->at++ == c;
}

static bool is_day_of_month(const struct scan *s)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	long year = s->year ? s->year : 2001;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (s->month == 0 || s->day == 0) {
		return true;
	}
	return s->day <= days[s->month - 1] + (s->month == 2 && leap);
}

bool tally__date_matches(const char *pattern, const char *text, size_t len, const char **reason)
{
	struct scan s = {.at = text, .end = text + len};

	while (*pattern) {
		bool matches = false;

		if (*pattern == '\'') {
			matches = match_quoted(&pattern, &s, reason);
		} else if (is_letter(*pattern)) {
			matches = match_field(&pattern, &s, reason);
		} else {
			matches = match_literal(&pattern, &s, reason);
		}
		if (!matches) {
			return false;
		}
	}
	if (s.at != s.end) {
		*reason = "there is text behind what the pattern describes";
		return false;
	}
	if (!is_day_of_month(&s)) {
		*reason = "the month does not have that day";
		return false;
	}
	return true;
}
