#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "git/lines.h"

#define DIGITS 4

void tally__line_reader_init(struct line_reader *reader, struct carrier_session *session)
{
	reader->session = session;
	reader->start = reader->end = 0;
	reader->is_at_end = false;
}

/* The length that four digits tell; -1: they are none. */
static int length_of(const char *digits)
{
	int length = 0;

	for (int i = 0; i < DIGITS; i++) {
		int digit = tally__text_hex(digits[i]);

		if (digit < 0)
			return -1;
		length = length * 16 + digit;
	}
	return length;
}

static int no_line(const char *bytes, size_t len, struct tally_error *error)
{
	return tally__fail(error, TALLY_EPARSE,
			   "this is no answer of a git server: expected the length of a line in "
			   "four hexadecimal digits, found \"%.*s\"; is the URL that of a "
			   "repository?",
			   (int)(len < 40 ? len : 40), bytes);
}

/* Until so many bytes are at hand, or the end has come. */
static int fill(struct line_reader *reader, size_t wanted, struct tally_error *error)
{
	if (reader->start > 0) {
		memmove(reader->bytes, reader->bytes + reader->start, reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	while (reader->end < wanted && !reader->is_at_end) {
		size_t got = 0;
		int status = reader->session->carrier->kind->read(
			reader->session, reader->bytes + reader->end, LINE_BYTES - reader->end,
			&got, error);

		if (status != 0)
			return status;
		reader->is_at_end = got == 0;
		reader->end += got;
	}
	return 0;
}

static int end_early(struct tally_error *error)
{
	return tally__fail(error, TALLY_EIO,
			   "the git server closed the connection in the middle of its answer");
}

/* Makes `wanted` bytes available. */
static int have(struct line_reader *reader, size_t wanted, struct tally_error *error)
{
	int status = reader->end - reader->start >= wanted ? 0 : fill(reader, wanted, error);

	if (status == 0 && reader->end - reader->start < wanted)
		status = end_early(error);
	return status;
}

int tally__line_read(struct line_reader *reader, struct line *line, struct tally_error *error)
{
	const char *at;
	int length;
	int status = reader->end > reader->start ? 0 : fill(reader, 1, error);

	*line = (struct line){.kind = LINE_END, .bytes = "", .len = 0};
	if (status != 0 || reader->end == reader->start)
		return status;
	status = have(reader, DIGITS, error);
	if (status != 0)
		return status;
	at = reader->bytes + reader->start;
	length = length_of(at);
	if (length < 0 || (length > 0 && length < DIGITS) || length > LINE_BYTES)
		return no_line(at, reader->end - reader->start, error);
	status = have(reader, length == 0 ? DIGITS : (size_t)length, error);
	if (status != 0)
		return status;
	if (length == 0) {
		reader->start += DIGITS;
		line->kind = LINE_FLUSH;
		return 0;
	}
	line->kind = LINE_DATA;
	line->len = (size_t)length - DIGITS;
	memcpy(reader->line, reader->bytes + reader->start + DIGITS, line->len);
	reader->line[line->len] = '\0';
	line->bytes = reader->line;
	reader->start += (size_t)length;
	return 0;
}

size_t tally__line_take(const char *bytes, size_t len, struct line *line)
{
	int length = len >= DIGITS ? length_of(bytes) : -1;

	if (length < 0 || (length > 0 && length < DIGITS) || (size_t)length > len)
		return 0;
	*line = (struct line){.kind = length == 0 ? LINE_FLUSH : LINE_DATA,
			      .bytes = bytes + DIGITS,
			      .len = length == 0 ? 0 : (size_t)length - DIGITS};
	return length == 0 ? DIGITS : (size_t)length;
}

void tally__line_add(struct buf *out, const char *bytes, size_t len)
{
	tally__buf_addf(out, "%04x", (unsigned)(len + DIGITS));
	tally__buf_add(out, bytes, len);
}

void tally__line_addf(struct buf *out, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (len >= 0 && (size_t)len < sizeof text)
		tally__line_add(out, text, (size_t)len);
	else
		out->status = TALLY_ELIMIT;
}

void tally__line_add_flush(struct buf *out)
{
	tally__buf_adds(out, "0000");
}
