/* base/error.h - filling a caller's struct tally_error. */
#ifndef TALLY_BASE_ERROR_H
#define TALLY_BASE_ERROR_H

#include <stddef.h>

#include "tally/error.h"

#define TALLY_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Records an error and returns `code`, so that `return tally__fail(error, …)` reads well.  `error`
 * may be NULL.  An error that is there already stays.  Control characters and bytes that are not
 * UTF-8 are stored as \xNN: texts from outside may be put into messages as they are. */
int tally__fail(struct tally_error *error, int code, const char *format, ...) TALLY_PRINTF(3, 4);

/* The same, with a place: `where` may be NULL, `line` and `column` 0. */
int tally__fail_at(struct tally_error *error, int code, const char *where, size_t line,
		   size_t column, const char *format, ...) TALLY_PRINTF(6, 7);

/* How a public function begins: hands back the code of an error that is there already, so that a
 * sequence of calls needs one look at its end, and refuses NULL in the place of `what` ("a
 * contract") with TALLY_EINVAL.  0: go on. */
int tally__call_check(const void *given, const char *what, struct tally_error *error);

/* TALLY_ENOMEM with its standard message. */
int tally__fail_nomem(struct tally_error *error);

/* Records `doing` and the operating system's words for `errnum`: "cannot open: No such file …". */
int tally__fail_errno(struct tally_error *error, int code, const char *where, int errnum,
		      const char *doing);

/* Adds where an error happened, if nothing more exact is known yet. */
void tally__error_where(struct tally_error *error, const char *where);

/* Puts `prefix` and ": " before the place that is known so far ("" counts as none): an outer layer
 * says of which file or member the inner place is a part. */
void tally__error_within(struct tally_error *error, const char *prefix);

/* Adds two lines to the message, which may be shown as such: `text` around its byte `at`, and a
 * caret below that. */
void tally__error_add_frame(struct tally_error *error, const char *text, size_t at);

/* Adds lines (separated by "\n") to the message, which may be shown as such; instead of the first
 * that does not fit any more, "  …".  Only these three make line ends in a message. */
void tally__error_add_lines(struct tally_error *error, const char *lines);

/* The same for the last lines of what a program printed; no blanks behind them, NUL as a blank. */
void tally__error_add_last_lines(struct tally_error *error, const char *bytes, size_t len);

#endif
