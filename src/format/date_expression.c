#include "config.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "format/date_expression.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_AT, TOKEN_OTHER };

/* The text that is read, its present token, and the time as the clocks show it. */
struct expression {
	const char *text;
	const char *at; /* behind the token */
	enum token_kind kind;
	const char *token;
	size_t len;
	int64_t days; /* since 1970-01-01 */
	int64_t ms;   /* since midnight, and beyond a day while it is worked out */
	struct tally_error *error;
};

/* ---- reading ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

static void next_token(struct expression *e)
{
	const char *at = e->at + strspn(e->at, " \t\r\n");
	size_t char_len = 0;

	e->token = at;
	if (*at == '\0') {
		e->kind = TOKEN_END;
	} else if (is_word(*at)) {
		e->kind = TOKEN_WORD;
		while (is_word(*at)) {
			at++;
		}
	} else if (is_digit(*at)) {
		e->kind = TOKEN_NUMBER;
		while (is_digit(*at)) {
			at++;
		}
	} else {
		e->kind = *at == '+' || *at == '-' ? TOKEN_SIGN
			  : *at == '@'             ? TOKEN_AT
						   : TOKEN_OTHER;
		char_len = tally__utf8_char_len(at, strlen(at));
		at += char_len > 0 ? char_len : 1;
	}
	e->len = (size_t)(at - e->token);
	e->at = at;
}

/* What was found is shown, but not more than fits. */
static int refuse(const struct expression *e, const char *expected)
{
	size_t column = (size_t)(e->token - e->text) + 1;
	char found[40] = "the end of the expression";

	if (e->kind != TOKEN_END) {
		size_t len = e->len < 30 ? e->len : 30;

		memcpy(found, "\"", 1);
		memcpy(found + 1, e->token, len);
		memcpy(found + 1 + len, "\"", 2);
	}
	return tally__fail_at(e->error, TALLY_EPARSE, NULL, 0, column,
			      "expected %s, found %s at column %zu of the expression", expected,
			      found, column);
}

/* Whether the present token is one of the words, which stand between blanks; takes it then. */
static bool take_word(struct expression *e, const char *words)
{
	for (const char *at = words; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (e->kind == TOKEN_WORD && len == e->len && memcmp(at, e->token, len) == 0) {
			next_token(e);
			return true;
		}
		at += len;
	}
	return false;
}

/* ---- the calendar ---- */

enum unit { UNIT_DAY, UNIT_WEEK, UNIT_FORTNIGHT, UNIT_MONTH, UNIT_YEAR };

/* Days may be beyond the years that can be written only by as much as one step goes. */
static int check_range(const struct expression *e)
{
	const struct time_date date = tally__time_date_from_days(e->days);

	if (date.year >= DATE_YEAR_MIN && date.year <= DATE_YEAR_MAX) {
		return 0;
	}
	return tally__fail(e->error, TALLY_ELIMIT, "the expression leads out of the years %d to %d",
			   DATE_YEAR_MIN, DATE_YEAR_MAX);
}

/* No count of anything leads anywhere that is more than this from here. */
#define COUNT_MAX INT64_C(1000000000000000)

static int too_far(const struct expression *e)
{
	return tally__fail(e->error, TALLY_ELIMIT, "the expression leads out of the years %d to %d",
			   DATE_YEAR_MIN, DATE_YEAR_MAX);
}

/* The same day of another month; its last one where it has no such day. */
static int add_months(struct expression *e, int64_t count)
{
	struct time_date date = tally__time_date_from_days(e->days);
	int64_t months = date.year * 12 + date.month - 1 + count;
	int last = 0;

	date.year = months / 12;
	if (months < 0 || date.year > DATE_YEAR_MAX) {
		return too_far(e);
	}
	date.month = (int)(months % 12) + 1;
	last = tally__time_days_in_month(date.year, date.month);
	date.day = date.day < last ? date.day : last;
	e->days = tally__time_days_from_date(date);
	return check_range(e);
}

static int add_units(struct expression *e, enum unit unit, int64_t count)
{
	static const int days[] = {[UNIT_DAY] = 1, [UNIT_WEEK] = 7, [UNIT_FORTNIGHT] = 14};
	const int64_t all_days = INT64_C(366) * DATE_YEAR_MAX;

	/* Longer ones only make it worse. */
	if (count > all_days || count < -all_days) {
		return too_far(e);
	}
	if (unit == UNIT_MONTH || unit == UNIT_YEAR) {
		return add_months(e, unit == UNIT_YEAR ? 12 * count : count);
	}
	e->days += days[unit] * count;
	return check_range(e);
}

static int add_ms(struct expression *e, int64_t unit_ms, int64_t count)
{
	int64_t ms = 0;

	if (__builtin_mul_overflow(unit_ms, count, &ms) || __builtin_add_overflow(ms, e->ms, &ms)) {
		return too_far(e);
	}
	e->days += ms / DAY_MS - (ms % DAY_MS < 0);
	e->ms = ms % DAY_MS + (ms % DAY_MS < 0 ? DAY_MS : 0);
	return check_range(e);
}

/* 1, Monday, to 7. */
static int weekday_of(int64_t days)
{
	return (int)((days % 7 + 7 + 3) % 7) + 1;
}

/* The next or last such day that is not this one. */
static int move_to_weekday(struct expression *e, int weekday, int sign)
{
	int distance = (weekday - weekday_of(e->days)) * sign;

	return add_units(e, UNIT_DAY, sign * (distance > 0 ? distance : distance + 7));
}

/* The first day of the next or last such month that is not this one. */
static int move_to_month(struct expression *e, int month, int sign)
{
	struct time_date date = tally__time_date_from_days(e->days);

	if ((month - date.month) * sign <= 0) {
		date.year += sign;
	}
	date.month = month;
	date.day = 1;
	e->days = tally__time_days_from_date(date);
	return check_range(e);
}

/* ---- the grammar ---- */

static bool take_unit(struct expression *e, enum unit *unit)
{
	static const char *const words[] = {[UNIT_DAY] = "day days",
					    [UNIT_WEEK] = "week weeks",
					    [UNIT_MONTH] = "month months",
					    [UNIT_YEAR] = "year years"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (words[i] && take_word(e, words[i])) {
			*unit = (enum unit)i;
			return true;
		}
	}
	return false;
}

static bool take_time_unit(struct expression *e, int64_t *unit_ms)
{
	static const struct {
		const char *words;
		int64_t ms;
	} units[] = {{"hour hours", HOUR_MS},
		     {"minute minutes", MINUTE_MS},
		     {"second seconds", SECOND_MS},
		     {"millisecond milliseconds", 1}};

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (take_word(e, units[i].words)) {
			*unit_ms = units[i].ms;
			return true;
		}
	}
	return false;
}

/* A number, saturated. */
static int take_count(struct expression *e, int64_t *count)
{
	*count = 0;
	if (e->kind != TOKEN_NUMBER) {
		return refuse(e, "a number");
	}
	for (size_t i = 0; i < e->len; i++) {
		*count = *count > COUNT_MAX ? *count : *count * 10 + (e->token[i] - '0');
	}
	next_token(e);
	return 0;
}

/* "+ 1 day - 2 weeks" */
static int read_adjustments(struct expression *e, bool is_time)
{
	while (e->kind == TOKEN_SIGN) {
		int sign = *e->token == '-' ? -1 : 1;
		enum unit unit = UNIT_DAY;
		int64_t unit_ms = 0;
		int64_t count = 0;
		int status = 0;

		next_token(e);
		status = take_count(e, &count);
		if (status != 0) {
			return status;
		}
		if (is_time ? !take_time_unit(e, &unit_ms) : !take_unit(e, &unit)) {
			return refuse(e, is_time ? "hours, minutes, seconds or milliseconds"
						 : "days, weeks, months or years; hours stand "
						   "behind \"@\"");
		}
		status = is_time ? add_ms(e, unit_ms, sign * count)
				 : add_units(e, unit, sign * count);
		if (status != 0) {
			return status;
		}
	}
	return 0;
}

/* Behind "next" and "last". */
static int read_offset(struct expression *e, int sign)
{
	static const char *const weekdays[] = {"mon monday",     "tues tuesday", "wed wednesday",
					       "thurs thursday", "fri friday",   "sat saturday",
					       "sun sunday"};
	static const char *const months[] = {"jan january", "feb february", "mar march",
					     "apr april",   "may",          "jun june",
					     "jul july",    "aug august",   "sep september",
					     "oct october", "nov november", "dec december"};
	static const char *const units[] = {[UNIT_DAY] = "day",
					    [UNIT_WEEK] = "week",
					    [UNIT_FORTNIGHT] = "fortnight",
					    [UNIT_MONTH] = "month",
					    [UNIT_YEAR] = "year"};

	for (int i = 0; i < 5; i++) {
		if (take_word(e, units[i])) {
			return add_units(e, (enum unit)i, sign);
		}
	}
	for (int i = 0; i < 7; i++) {
		if (take_word(e, weekdays[i])) {
			return move_to_weekday(e, i + 1, sign);
		}
	}
	for (int i = 0; i < 12; i++) {
		if (take_word(e, months[i])) {
			return move_to_month(e, i + 1, sign);
		}
	}
	return refuse(e, "day, week, fortnight, month, year, the name of a day or that of a month");
}

static int read_date(struct expression *e)
{
	int status = 0;

	if (take_word(e, "next")) {
		status = read_offset(e, 1);
	} else if (take_word(e, "last")) {
		status = read_offset(e, -1);
	} else if (take_word(e, "tomorrow")) {
		status = add_units(e, UNIT_DAY, 1);
	} else if (take_word(e, "yesterday")) {
		status = add_units(e, UNIT_DAY, -1);
	} else if (!take_word(e, "now today") && e->kind == TOKEN_WORD) {
		return refuse(e, "now, today, tomorrow, yesterday, next, last, \"+\" or \"-\"");
	}
	return status == 0 ? read_adjustments(e, false) : status;
}

/* "3 o'clock", "3 o'clock pm": without am and pm the first such hour that comes. */
static int read_oclock(struct expression *e)
{
	const struct expression start = *e;
	int64_t hour = 0;
	int status = take_count(e, &hour);

	if (status != 0 || hour < 1 || hour > 12) {
		return status != 0 ? status : refuse(&start, "an hour from 1 to 12");
	}
	if (!take_word(e, "o'clock")) {
		return refuse(e, "\"o'clock\"");
	}
	hour %= 12;
	if (take_word(e, "am")) {
		e->ms = hour * HOUR_MS;
		return 0;
	}
	if (take_word(e, "pm")) {
		e->ms = (hour + 12) * HOUR_MS;
		return 0;
	}
	while (hour * HOUR_MS <= e->ms) {
		hour += 12;
	}
	e->ms = 0;
	return add_ms(e, HOUR_MS, hour);
}

static int read_time_step(struct expression *e, int sign)
{
	int64_t unit_ms = 0;

	if (!take_time_unit(e, &unit_ms)) {
		return refuse(e, "hour, minute, second or millisecond");
	}
	return add_ms(e, unit_ms, sign);
}

static int read_time(struct expression *e)
{
	int status = 0;

	if (take_word(e, "next")) {
		status = read_time_step(e, 1);
	} else if (take_word(e, "last")) {
		status = read_time_step(e, -1);
	} else if (take_word(e, "midnight")) {
		e->ms = 0;
	} else if (take_word(e, "noon")) {
		e->ms = 12 * HOUR_MS;
	} else if (e->kind == TOKEN_NUMBER) {
		status = read_oclock(e);
	} else if (!take_word(e, "now") && e->kind == TOKEN_WORD) {
		return refuse(e, "now, midnight, noon, an hour such as 3 o'clock, next, last, "
				 "\"+\" or \"-\"");
	}
	return status == 0 ? read_adjustments(e, true) : status;
}

static int read_expression(struct expression *e, enum date_expression_kind kind)
{
	int status = 0;

	next_token(e);
	if (kind == DATE_EXPRESSION_TIME) {
		status = read_time(e);
	} else {
		status = read_date(e);
		if (status == 0 && kind == DATE_EXPRESSION_DATETIME && e->kind == TOKEN_AT) {
			next_token(e);
			status = read_time(e);
		}
	}
	if (status == 0 && e->kind != TOKEN_END) {
		return refuse(e, "\"+\", \"-\" or the end of the expression");
	}
	return status;
}

int tally__date_expression_apply(struct date_instant *instant, const char *expression,
				 enum date_expression_kind kind, struct tally_error *error)
{
	const int64_t offset_ms = instant->offset_minutes * MINUTE_MS;
	struct expression e = {.text = expression, .at = expression, .error = error};
	int status = 0;

	if (__builtin_add_overflow(instant->unix_ms, offset_ms, &e.ms)) {
		return too_far(&e);
	}
	status = add_ms(&e, 0, 0);
	if (status == 0) {
		status = read_expression(&e, kind);
	}
	if (status == 0) {
		instant->unix_ms = e.days * DAY_MS + e.ms - offset_ms;
	}
	return status;
}
