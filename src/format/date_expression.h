/* format/date_expression.h - moves an instant by what a person would say: "next monday + 2 weeks",
 * "tomorrow @ noon", "@ + 90 minutes".  doc/generators.md has the whole language. */
#ifndef TALLY_FORMAT_DATE_EXPRESSION_H
#define TALLY_FORMAT_DATE_EXPRESSION_H

#include "format/date_format.h"

enum date_expression_kind {
	DATE_EXPRESSION_DATE,
	DATE_EXPRESSION_TIME,
	DATE_EXPRESSION_DATETIME /* a date, and a time behind '@' */
};

/* Changes *instant, whose offset stays.  An empty text leaves it.  TALLY_EPARSE: not a valid
 * expression; the message says what was expected, `column` where, counted from 1 in bytes.
 * TALLY_ELIMIT: it leads out of the years that can be written. */
int tally__date_expression_apply(struct date_instant *instant, const char *expression,
				 enum date_expression_kind kind, struct tally_error *error);

#endif
