/* format/date_pattern.h - takes a pattern of Java's DateTimeFormatter apart, for those who check
 * dates by it and those who write them. */
#ifndef TALLY_FORMAT_DATE_PATTERN_H
#define TALLY_FORMAT_DATE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

enum date_field {
	DATE_ERA,
	DATE_YEAR,
	DATE_MONTH,
	DATE_DAY_OF_YEAR,
	DATE_DAY,
	DATE_QUARTER,
	DATE_WEEK_OF_YEAR,
	DATE_WEEK_OF_MONTH,
	DATE_WEEKDAY_IN_MONTH,
	DATE_WEEKDAY,
	DATE_WEEKDAY_NUMBER,
	DATE_HALF,
	DATE_HOUR_0_23,
	DATE_HOUR_1_24,
	DATE_HOUR_1_12,
	DATE_HOUR_0_11,
	DATE_MINUTE,
	DATE_SECOND,
	DATE_FRACTION,
	DATE_UNITS, /* of a day or second: n, A, N */
	DATE_ZONE_ID,
	DATE_ZONE_NAME,
	DATE_OFFSET_GMT,
	DATE_OFFSET_OR_Z,
	DATE_OFFSET,
	DATE_OFFSET_RFC,
	DATE_FIELD_COUNT
};

enum date_token_kind {
	DATE_TOKEN_END,
	DATE_TOKEN_FIELD, /* `letter`, `count` times */
	DATE_TOKEN_TEXT,  /* stands for itself: `text`, `len` */
	DATE_TOKEN_OPTION_START,
	DATE_TOKEN_OPTION_END,
	DATE_TOKEN_INVALID /* `reason` says why: the pattern is none */
};

struct date_token {
	enum date_token_kind kind;
	enum date_field field;
	char letter;
	unsigned count;
	const char *text;
	size_t len;
	const char *reason; /* static */
};

/* A place in a pattern; a copy returns to it. */
struct date_scanner {
	const char *at;
	bool quoted;
};

struct date_scanner tally__date_scanner(const char *pattern);
/* Takes the next token; at the end and where the pattern is not valid again and again the same. */
struct date_token tally__date_next(struct date_scanner *scanner);

extern const char *const tally__date_months[12];
extern const char *const tally__date_weekdays[7]; /* from Monday */
extern const char *const tally__date_quarters[4];

#endif
