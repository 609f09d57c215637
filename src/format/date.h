/* format/date.h - checks dates and times against the pattern language of Java's DateTimeFormatter,
 * which contract files use ("yyyy-MM-dd'T'HH:mm:ssXXX").  English names, no locale, no clock. */
#ifndef TALLY_FORMAT_DATE_H
#define TALLY_FORMAT_DATE_H

#include <stdbool.h>
#include <stddef.h>

/* Patterns where a contract gives none. */
#define DATE_PATTERN_DATE     "yyyy-MM-dd"
#define DATE_PATTERN_TIME     "HH:mm:ss"
#define DATE_PATTERN_DATETIME "yyyy-MM-dd'T'HH:mm:ssXXX"

/* Whether the whole text is what the pattern says, and the day one that the month has.  If not,
 * *reason is a few words on why (static), and *at is where in the text that is, or SIZE_MAX where
 * the text as a whole or the pattern is wrong; a pattern that is none matches nothing. */
bool tally__date_matches(const char *pattern, const char *text, size_t len, const char **reason,
			 size_t *at);

#endif
