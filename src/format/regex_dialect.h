/* format/regex_dialect.h - Ruby's dialect of regular expressions in PCRE2's: private to the files
 * of regex.h and regex_sample.h. */
#ifndef TALLY_FORMAT_REGEX_DIALECT_H
#define TALLY_FORMAT_REGEX_DIALECT_H

#include "base/buf.h"
#include "base/limits.h"

/* The most that a translation has: \h, the worst, makes 12 bytes of 2. */
#define REGEX_TRANSLATED_BYTES ((size_t)LIMIT_REGEX_BYTES * 8)

/* Appends `pattern` as PCRE2 has to read it.  What is an expression in neither dialect stays what
 * it is, for PCRE2 to say so. */
void tally__regex_translate(struct buf *out, const char *pattern, size_t len);

/* Where in `pattern` that stands which is at `offset` of its translation: the start of what was
 * rewritten as a whole.  When memory is short, the end. */
size_t tally__regex_source_offset(const char *pattern, size_t len, size_t offset);

/* The end of "[:name:]" at `at`, or NULL; only a class may hold it. */
const char *tally__regex_posix_end(const char *at, const char *end);

#endif
