#include "config.h"

#include <string.h>

#include "format/date_pattern.h"

const char *const tally__date_months[12] = {"January",   "February", "March",    "April",
					    "May",       "June",     "July",     "August",
					    "September", "October",  "November", "December"};
const char *const tally__date_weekdays[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
					     "Friday", "Saturday", "Sunday"};
const char *const tally__date_quarters[4] = {"1st quarter", "2nd quarter", "3rd quarter",
					     "4th quarter"};

/* How often a letter may stand that may stand any number of times. */
#define ANY_COUNT 64

static const struct {
	const char *letters;
	unsigned max_count;
	enum date_field field;
} letter_table[] = {
	{"G", 5, DATE_ERA},
	{"yuY", ANY_COUNT, DATE_YEAR},
	{"ML", 5, DATE_MONTH},
	{"D", ANY_COUNT, DATE_DAY_OF_YEAR},
	{"d", 2, DATE_DAY},
	{"Qq", 5, DATE_QUARTER},
	{"w", ANY_COUNT, DATE_WEEK_OF_YEAR},
	{"W", ANY_COUNT, DATE_WEEK_OF_MONTH},
	{"F", 2, DATE_WEEKDAY_IN_MONTH},
	{"E", 5, DATE_WEEKDAY},
	{"e", 5, DATE_WEEKDAY_NUMBER},
	{"c", 1, DATE_WEEKDAY_NUMBER},
	{"a", 1, DATE_HALF},
	{"H", 2, DATE_HOUR_0_23},
	{"k", 2, DATE_HOUR_1_24},
	{"h", 2, DATE_HOUR_1_12},
	{"K", 2, DATE_HOUR_0_11},
	{"m", 2, DATE_MINUTE},
	{"s", 2, DATE_SECOND},
	{"S", ANY_COUNT, DATE_FRACTION},
	{"nAN", ANY_COUNT, DATE_UNITS},
	{"V", 2, DATE_ZONE_ID},
	{"z", 3, DATE_ZONE_NAME},
	{"O", 4, DATE_OFFSET_GMT},
	{"X", 5, DATE_OFFSET_OR_Z},
	{"x", 5, DATE_OFFSET},
	{"Z", 5, DATE_OFFSET_RFC},
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct date_token invalid(const char *reason)
{
	return (struct date_token){.kind = DATE_TOKEN_INVALID, .reason = reason};
}

/* Moves behind the text. */
static struct date_token text_token(struct date_scanner *scanner, size_t len)
{
	const char *text = scanner->at;

	scanner->at += len;
	return (struct date_token){.kind = DATE_TOKEN_TEXT, .text = text, .len = len};
}

static struct date_token next_field(struct date_scanner *scanner)
{
	const char *start = scanner->at;
	size_t count = 1;

	while (start[count] == *start) {
		count++;
	}
	for (size_t i = 0; i < sizeof letter_table / sizeof letter_table[0]; i++) {
		if (strchr(letter_table[i].letters, *start) && count <= letter_table[i].max_count) {
			scanner->at += count;
			return (struct date_token){.kind = DATE_TOKEN_FIELD,
						   .field = letter_table[i].field,
						   .letter = *start,
						   .count = (unsigned)count};
		}
	}
	return invalid("the pattern is not valid: a letter in it is not known or stands too often");
}

static struct date_token next_quoted(struct date_scanner *scanner)
{
	if (*scanner->at == '\0') {
		return invalid("the pattern is not valid: a quote is not closed");
	}
	if (*scanner->at == '\'') {
		/* One of two, which are a quote; the end of the text has been seen before. */
		scanner->at++;
		return text_token(scanner, 1);
	}
	return text_token(scanner, strcspn(scanner->at, "'"));
}

struct date_scanner tally__date_scanner(const char *pattern)
{
	return (struct date_scanner){.at = pattern};
}

/* A quote in front of other text opens or closes it; '' alone is a quote, and so it is within. */
static bool switch_quotes(struct date_scanner *scanner)
{
	const char *at = scanner->at;

	if (*at != '\'' || (at[1] == '\'' && (scanner->quoted || at[2] != '\''))) {
		return false;
	}
	scanner->quoted = !scanner->quoted;
	scanner->at++;
	return true;
}

struct date_token tally__date_next(struct date_scanner *scanner)
{
	static const char unquoted[] =
		"the pattern is not valid: digits and braces have to be quoted";

	while (switch_quotes(scanner)) {
	}
	if (scanner->quoted || *scanner->at == '\'') {
		return next_quoted(scanner);
	}
	switch (*scanner->at) {
	case '\0':
		return (struct date_token){.kind = DATE_TOKEN_END};
	case '[':
		scanner->at++;
		return (struct date_token){.kind = DATE_TOKEN_OPTION_START};
	case ']':
		scanner->at++;
		return (struct date_token){.kind = DATE_TOKEN_OPTION_END};
	case '{':
	case '}':
		return invalid(unquoted);
	default:
		if (*scanner->at >= '0' && *scanner->at <= '9') {
			return invalid(unquoted);
		}
		return is_letter(*scanner->at) ? next_field(scanner) : text_token(scanner, 1);
	}
}
