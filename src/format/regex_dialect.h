/* format/regex_dialect.h - Ruby's dialect of regular expressions in PCRE2's: private to regex.c. */
#ifndef TALLY_FORMAT_REGEX_DIALECT_H
#define TALLY_FORMAT_REGEX_DIALECT_H

#include "base/buf.h"

/* Appends `pattern` as PCRE2 has to read it.  What is an expression in neither dialect stays what
 * it is, for PCRE2 to say so. */
void tally__regex_translate(struct buf *out, const char *pattern, size_t len);

#endif
