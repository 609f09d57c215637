/* base/buf.h - a growing text or byte buffer with a maximum given at birth.  A failure (no memory,
 * maximum passed) sticks: append freely, check once with tally__buf_status. */
#ifndef TALLY_BASE_BUF_H
#define TALLY_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/error.h"

struct buf {
	/* Always closed by a NUL that `len` does not count; "" before the first append. */
	char *bytes;
	size_t len;
	size_t capacity;
	size_t max_bytes;
	int status; /* 0, TALLY_ENOMEM or TALLY_ELIMIT */
};

void tally__buf_init(struct buf *buf, size_t max_bytes);
void tally__buf_release(struct buf *buf);
/* Empties it and forgets a failure; keeps memory and maximum. */
void tally__buf_clear(struct buf *buf);

/* Makes room for `len` more bytes.  Where the last append may fail, this may too; it sticks. */
void tally__buf_reserve(struct buf *buf, size_t len);

/* Takes back what was appended after the first `len` bytes; a failure sticks all the same. */
void tally__buf_truncate(struct buf *buf, size_t len);

void tally__buf_add(struct buf *buf, const void *bytes, size_t len);
void tally__buf_adds(struct buf *buf, const char *text);
void tally__buf_addc(struct buf *buf, char c);
void tally__buf_addf(struct buf *buf, const char *format, ...) TALLY_PRINTF(2, 3);
void tally__buf_addv(struct buf *buf, const char *format, va_list arguments) TALLY_PRINTF(2, 0);

/* 0, or records the sticky failure in `error` and returns it. */
int tally__buf_status(const struct buf *buf, struct tally_error *error);

/* Hands the text over (to be freed with tally__free) and leaves the buffer empty; NULL after a
 * failure.  `len` may be NULL. */
char *tally__buf_take(struct buf *buf, size_t *len);

#endif
