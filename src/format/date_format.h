/* format/date_format.h - writes an instant by the pattern language of format/date.h.  What is
 * written is accepted by tally__date_matches with the same pattern. */
#ifndef TALLY_FORMAT_DATE_FORMAT_H
#define TALLY_FORMAT_DATE_FORMAT_H

#include <stdint.h>

#include "base/buf.h"

/* An instant, and the offset from UTC of the clocks where it is read. */
struct date_instant {
	int64_t unix_ms;
	int offset_minutes;
};

/* The years that can be written: all have four digits. */
#define DATE_YEAR_MIN 1
#define DATE_YEAR_MAX 9999
/* The largest offset that there may be, to the east and to the west. */
#define DATE_OFFSET_MINUTES_MAX (18 * 60)

/* Appends to `out`.  TALLY_EPARSE: the pattern is not valid (the message says why, and only that);
 * TALLY_EINVAL: it asks for what this instant does not have, such as the name of its time zone;
 * TALLY_ELIMIT: too long, or the year is not one of those above; TALLY_ENOMEM. */
int tally__date_format(struct buf *out, const char *pattern, struct date_instant instant,
		       struct tally_error *error);

#endif
