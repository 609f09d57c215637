#include "config.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* What is shown of a program's last words. */
#define LAST_BYTES ((size_t)1000)
#define LAST_LINES 10

/* The longest UTF-8 character. */
#define CHAR_BYTES 4

const char *tally_error_name(int code)
{
	switch (code) {
	case TALLY_OK:
		return "TALLY_OK";
#define TALLY_X(name, value, status, text)                                                         \
	case name:                                                                                 \
		return #name;
		TALLY_ERROR_LIST(TALLY_X)
#undef TALLY_X
	default:
		return "unknown";
	}
}

const char *tally_error_text(int code)
{
	switch (code) {
	case TALLY_OK:
		return "no error";
#define TALLY_X(name, value, status, text)                                                         \
	case name:                                                                                 \
		return text;
		TALLY_ERROR_LIST(TALLY_X)
#undef TALLY_X
	default:
		return "unknown error";
	}
}

int tally_error_exit_status(int code)
{
	switch (code) {
	case TALLY_OK:
		return 0;
#define TALLY_X(name, value, status, text)                                                         \
	case name:                                                                                 \
		return status;
		TALLY_ERROR_LIST(TALLY_X)
#undef TALLY_X
	default:
		return tally_error_exit_status(TALLY_EINTERNAL);
	}
}

size_t tally_error_format(const struct tally_error *error, char *text, size_t text_bytes)
{
	char place[TALLY_ERROR_WHERE_BYTES + 64];
	const char *message = error->message;
	size_t len = strlen(error->where);
	int total;

	if (message[0] == '\0')
		message = tally_error_text(error->code);
	memcpy(place, error->where, len + 1);
	if (error->line > 0)
		snprintf(place + len, sizeof(place) - len,
			 error->column > 0 ? "%s%zu:%zu" : "%s%zu", len > 0 ? ":" : "", error->line,
			 error->column);
	total = snprintf(text, text_bytes, "%s%s%s", place, place[0] != '\0' ? ": " : "", message);
	if (total < 0)
		return 0;
	if (text_bytes > 0 && (size_t)total >= text_bytes)
		text[tally__utf8_valid_len(text, text_bytes - 1)] = '\0';
	return (size_t)total;
}

/* Most characters of a text that a frame shows, and how many of these before its place. */
enum { FRAME_CHARS = 72, FRAME_CHARS_BEFORE = 48 };

/* Copies `source` to `target` in a form that a terminal can be given, cut before the first
 * character that does not fit. */
static void copy_printable(char *target, size_t target_bytes, const char *source)
{
	size_t left = strlen(source);
	size_t len = 0;

	while (left > 0) {
		size_t char_len = tally__text_printable_len(source, left);
		char escape[] = "\\x00";

		if (char_len > 0) {
			if (char_len >= target_bytes - len)
				break;
			memcpy(target + len, source, char_len);
			len += char_len;
		} else {
			if (strlen(escape) >= target_bytes - len)
				break;
			char_len = 1;
			snprintf(escape, sizeof(escape), "\\x%02x",
				 (unsigned)(unsigned char)*source);
			memcpy(target + len, escape, strlen(escape));
			len += strlen(escape);
		}
		source += char_len;
		left -= char_len;
	}
	target[len] = '\0';
}

static void TALLY_PRINTF(3, 0)
	record(struct tally_error *error, int code, const char *format, va_list arguments)
{
	/* One character longer than what is kept, so that a character cut here is not seen. */
	char text[TALLY_ERROR_MESSAGE_BYTES + CHAR_BYTES];

	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	*error = (struct tally_error){.code = code};
	copy_printable(error->message, sizeof(error->message), text);
}

int tally__fail(struct tally_error *error, int code, const char *format, ...)
{
	va_list arguments;

	if (error == NULL || error->code != TALLY_OK)
		return code;
	va_start(arguments, format);
	record(error, code, format, arguments);
	va_end(arguments);
	return code;
}

int tally__fail_at(struct tally_error *error, int code, const char *where, size_t line,
		   size_t column, const char *format, ...)
{
	va_list arguments;

	if (error == NULL || error->code != TALLY_OK)
		return code;
	va_start(arguments, format);
	record(error, code, format, arguments);
	va_end(arguments);
	error->line = line;
	error->column = column;
	if (where != NULL)
		copy_printable(error->where, sizeof(error->where), where);
	return code;
}

int tally__call_check(const void *given, const char *what, struct tally_error *error)
{
	if (error && error->code != 0)
		return error->code;
	return given ? 0 : tally__fail(error, TALLY_EINVAL, "expected %s, found NULL", what);
}

int tally__fail_nomem(struct tally_error *error)
{
	return tally__fail(error, TALLY_ENOMEM, "out of memory");
}

int tally__fail_errno(struct tally_error *error, int code, const char *where, int errnum,
		      const char *doing)
{
	/* strerror is safe from several threads in glibc 2.32, musl and the BSDs for the numbers
	 * that the system itself gives. */
	return tally__fail_at(error, code, where, 0, 0, "%s: %s", doing, strerror(errnum));
}

void tally__error_where(struct tally_error *error, const char *where)
{
	if (error != NULL && error->code != TALLY_OK && error->where[0] == '\0')
		copy_printable(error->where, sizeof(error->where), where);
}

void tally__error_within(struct tally_error *error, const char *prefix)
{
	char inner[TALLY_ERROR_WHERE_BYTES];
	size_t len;

	if (error == NULL || error->code == TALLY_OK)
		return;
	if (error->where[0] == '\0') {
		tally__error_where(error, prefix);
		return;
	}
	memcpy(inner, error->where, sizeof(inner));
	copy_printable(error->where, sizeof(error->where), prefix);
	len = strlen(error->where);
	if (len > 0 && sizeof(error->where) - len > 2) {
		memcpy(error->where + len, ": ", 3);
		len += 2;
	}
	copy_printable(error->where + len, sizeof(error->where) - len, inner);
}

/* The start of the character that is `chars` before the byte `at`, or of the text. */
static size_t chars_before(const char *text, size_t at, size_t chars)
{
	while (at > 0 && chars > 0) {
		at--;
		/* Bytes that continue a character are no characters. */
		if (((unsigned char)text[at] & 0xC0) != 0x80)
			chars--;
	}
	return at;
}

void tally__error_add_frame(struct tally_error *error, const char *text, size_t at)
{
	char frame[2 * (FRAME_CHARS + 8) * CHAR_BYTES];
	size_t start = chars_before(text, at, FRAME_CHARS_BEFORE);
	size_t left = strlen(text + start);
	size_t caret = 0;
	size_t len = 0;
	size_t used;

	if (error == NULL || error->code == TALLY_OK)
		return;
	memcpy(frame, "\n  ", 3);
	len = 3;
	for (size_t chars = 0; left > 0 && chars < FRAME_CHARS; chars++) {
		size_t char_len = tally__text_printable_len(text + start, left);

		if (start < at)
			caret++;
		if (char_len > 0) {
			memcpy(frame + len, text + start, char_len);
			len += char_len;
		} else {
			/* One column for what cannot be shown, so that the caret stands right. */
			frame[len++] = '?';
			char_len = tally__utf8_char_len(text + start, left);
			char_len = char_len > 0 ? char_len : 1;
		}
		start += char_len;
		left -= char_len;
	}
	memcpy(frame + len, "\n  ", 3);
	len += 3;
	memset(frame + len, ' ', caret);
	len += caret;
	frame[len++] = '^';
	frame[len++] = '\0';
	used = strlen(error->message);
	if (len <= sizeof(error->message) - used)
		memcpy(error->message + used, frame, len);
}

void tally__error_add_lines(struct tally_error *error, const char *lines)
{
	static const char more[] = "\n  …";
	char line[TALLY_ERROR_MESSAGE_BYTES];
	size_t used;

	if (error == NULL || error->code == TALLY_OK)
		return;
	used = strlen(error->message);
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		char shown[TALLY_ERROR_MESSAGE_BYTES];
		size_t shown_len;

		snprintf(line, sizeof(line), "%.*s",
			 (int)(len < sizeof(line) ? len : sizeof(line) - 1), lines);
		copy_printable(shown, sizeof(shown), line);
		shown_len = strlen(shown) + 1;
		if (used + shown_len + sizeof(more) > sizeof(error->message)) {
			if (used + sizeof(more) <= sizeof(error->message))
				memcpy(error->message + used, more, sizeof(more));
			return;
		}
		error->message[used] = '\n';
		memcpy(error->message + used + 1, shown, shown_len);
		used += shown_len;
		lines += len + (lines[len] == '\n');
	}
}

/* Where the last lines begin that are to be shown. */
static size_t last_lines(const char *bytes, size_t len)
{
	size_t at = len, lines = 0;

	while (at > 0 && len - at < LAST_BYTES) {
		if (bytes[at - 1] == '\n' && at != len && ++lines == LAST_LINES)
			break;
		at--;
	}
	return at;
}

void tally__error_add_last_lines(struct tally_error *error, const char *bytes, size_t len)
{
	char lines[LAST_BYTES + 1];
	size_t at;

	while (len > 0 && memchr("\r\n \t", bytes[len - 1], 4) != NULL)
		len--;
	at = last_lines(bytes, len);
	for (size_t i = at; i < len; i++)
		lines[i - at] = bytes[i] != '\0' ? bytes[i] : ' ';
	lines[len - at] = '\0';
	tally__error_add_lines(error, lines);
}
