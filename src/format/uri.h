/* format/uri.h - percent coding and query strings. */
#ifndef TALLY_FORMAT_URI_H
#define TALLY_FORMAT_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends `text` with its %XX decoded and, when `plus` is set, "+" as a space.  A malformed escape
 * stays as it is; and when what comes out is not UTF-8 or holds a NUL, the whole text does. */
void tally__uri_decode(struct buf *out, const char *text, size_t len, bool plus);

/* Appends `text` with everything but letters, digits and "-._~" percent-encoded: fit for one path
 * segment or one query value. */
void tally__uri_encode(struct buf *out, const char *text, size_t len);

/* Appends a query value as contract files below version 3 write it: letters, digits and "-" as they
 * are, a space as "+", anything else percent-encoded. */
void tally__uri_encode_query(struct buf *out, const char *text, size_t len);

/* Takes a query string or form ("a=1&b") apart and calls `visit` for each piece in order, name and
 * value decoded; `value` is NULL when there is no "=".  Empty pieces are passed over.  Stops when
 * it returns other than 0, and returns that.  TALLY_ENOMEM, TALLY_ELIMIT. */
int tally__uri_query_each(const char *text, size_t len,
			  int (*visit)(void *context, const char *name, const char *value),
			  void *context);

#endif
