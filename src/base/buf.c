#include "config.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_BYTES ((size_t)64)

/* What empty buffers show.  Never written to: every write is preceded by a growth. */
static char nothing[1];

void tally__buf_init(struct buf *buf, size_t max_bytes)
{
	*buf = (struct buf){.bytes = nothing, .max_bytes = max_bytes};
}

void tally__buf_release(struct buf *buf)
{
	if (buf->capacity > 0)
		tally__free(buf->bytes);
	tally__buf_init(buf, buf->max_bytes);
}

void tally__buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->status = TALLY_OK;
	if (buf->capacity > 0)
		buf->bytes[0] = '\0';
}

/* The capacity to grow to for `needed` bytes (closing NUL included) of at most max_bytes + 1:
 * doubled, so that appending byte by byte costs linear time. */
static size_t grown_capacity(const struct buf *buf, size_t needed)
{
	size_t most = buf->max_bytes < SIZE_MAX ? buf->max_bytes + 1 : SIZE_MAX;
	size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST_BYTES;

	while (capacity < needed && capacity <= most / 2)
		capacity *= 2;
	return capacity < needed || capacity > most ? most : capacity;
}

void tally__buf_reserve(struct buf *buf, size_t len)
{
	size_t needed;
	size_t capacity;
	char *bytes;

	if (buf->status != TALLY_OK)
		return;
	if (len > buf->max_bytes - buf->len || __builtin_add_overflow(buf->len + 1, len, &needed)) {
		buf->status = TALLY_ELIMIT;
		return;
	}
	if (needed <= buf->capacity)
		return;
	capacity = grown_capacity(buf, needed);
	bytes = tally__realloc(buf->capacity > 0 ? buf->bytes : NULL, capacity);
	if (bytes == NULL) {
		buf->status = TALLY_ENOMEM;
		return;
	}
	bytes[buf->len] = '\0';
	buf->bytes = bytes;
	buf->capacity = capacity;
}

void tally__buf_truncate(struct buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->bytes[len] = '\0';
}

void tally__buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	/* The common case first and alone: writers append a few bytes at a time. */
	if (buf->status != TALLY_OK || len >= buf->capacity - buf->len) {
		tally__buf_reserve(buf, len);
		if (buf->status != TALLY_OK)
			return;
	}
	memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
	buf->bytes[buf->len] = '\0';
}

void tally__buf_adds(struct buf *buf, const char *text)
{
	tally__buf_add(buf, text, strlen(text));
}

void tally__buf_addc(struct buf *buf, char c)
{
	tally__buf_add(buf, &c, 1);
}

void tally__buf_addf(struct buf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tally__buf_addv(buf, format, arguments);
	va_end(arguments);
}

void tally__buf_addv(struct buf *buf, const char *format, va_list arguments)
{
	va_list again;
	int len;

	if (buf->status != TALLY_OK)
		return;
	va_copy(again, arguments);
	len = vsnprintf(NULL, 0, format, arguments);
	if (len < 0) {
		/* Only an argument that no buffer could hold gets here. */
		buf->status = TALLY_ELIMIT;
	} else if (len > 0) {
		tally__buf_reserve(buf, (size_t)len);
		if (buf->status == TALLY_OK) {
			vsnprintf(buf->bytes + buf->len, (size_t)len + 1, format, again);
			buf->len += (size_t)len;
		}
	}
	va_end(again);
}

int tally__buf_status(const struct buf *buf, struct tally_error *error)
{
	if (buf->status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	if (buf->status == TALLY_ELIMIT)
		return tally__fail(error, TALLY_ELIMIT, "more than the limit of %zu bytes",
				   buf->max_bytes);
	return TALLY_OK;
}

char *tally__buf_take(struct buf *buf, size_t *len)
{
	char *bytes;

	/* An empty buffer has no memory of its own yet that could be handed over. */
	if (buf->capacity == 0)
		tally__buf_reserve(buf, 0);
	if (buf->status != TALLY_OK)
		return NULL;
	bytes = buf->bytes;
	if (len != NULL)
		*len = buf->len;
	tally__buf_init(buf, buf->max_bytes);
	return bytes;
}
