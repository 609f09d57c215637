#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/scratch.h"

/* errno of the first write to standard output that failed. */
static int out_errno;

_Noreturn void out_of_memory(void)
{
	(void)fputs("tally: out of memory\n", stderr);
	exit(tally_error_exit_status(TALLY_ENOMEM));
}

static void put(FILE *stream, const char *text, size_t len)
{
	errno = 0;
	if (fwrite(text, 1, len, stream) != len && stream == stdout && out_errno == 0)
		out_errno = errno ? errno : EIO;
}

/* The length of the control character at `text`: C0, DEL, or C1 in UTF-8; 0 for other text. */
static size_t control_len(const unsigned char *text)
{
	if ((text[0] < 0x20 && text[0] != '\n') || text[0] == 0x7f)
		return 1;
	if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f)
		return 2;
	return 0;
}

static void put_clean(FILE *stream, const char *text)
{
	const char *start = text;

	while (*text) {
		size_t len = control_len((const unsigned char *)text);
		char escaped[16];
		int escaped_len;

		if (len == 0) {
			text++;
			continue;
		}
		put(stream, start, (size_t)(text - start));
		escaped_len =
			snprintf(escaped, sizeof(escaped), "\\x%02x", (unsigned char)text[len - 1]);
		put(stream, escaped, (size_t)escaped_len);
		text += len;
		start = text;
	}
	put(stream, start, (size_t)(text - start));
}

static void put_format(FILE *stream, const char *format, va_list arguments)
{
	struct scratch scratch = {0};

	put_clean(stream, scratch_vformat(&scratch, format, arguments));
	scratch_release(&scratch);
}

void out(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_format(stdout, format, arguments);
	va_end(arguments);
}

/* https://no-color.org: set to anything but nothing. */
static bool wants_colours(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (!no_color || !*no_color) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

void out_coloured(bool good, const char *format, ...)
{
	bool coloured = wants_colours();
	va_list arguments;

	if (coloured)
		put(stdout, good ? "\033[32m" : "\033[31m", 5);
	va_start(arguments, format);
	put_format(stdout, format, arguments);
	va_end(arguments);
	if (coloured)
		put(stdout, "\033[0m", 4);
}

int out_json(const cJSON *value, struct tally_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int code = tally_json_write(&text, &len, value, TALLY_JSON_PRETTY, error);

	if (code < 0)
		return code;
	put(stdout, text, len);
	put(stdout, "\n", 1);
	tally_free(text);
	return 0;
}

void out_flush(void)
{
	errno = 0;
	if ((fflush(stdout) != 0 || ferror(stdout)) && out_errno == 0)
		out_errno = errno ? errno : EIO;
}

int out_finish(int status)
{
	out_flush();
	if (out_errno == 0)
		return status;
	note("standard output: writing the result failed: %s", strerror(out_errno));
	return EXIT_UNREACHABLE;
}

void note(const char *format, ...)
{
	va_list arguments;

	(void)fputs("tally: ", stderr);
	va_start(arguments, format);
	put_format(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
}

void note_text(const char *text)
{
	put_clean(stderr, text);
}

int wrong(const char *format, ...)
{
	va_list arguments;

	(void)fputs("tally: ", stderr);
	va_start(arguments, format);
	put_format(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	return EXIT_WRONG;
}

int failed(const struct tally_error *error)
{
	char text[TALLY_ERROR_WHERE_BYTES + TALLY_ERROR_MESSAGE_BYTES + 64];

	(void)tally_error_format(error, text, sizeof(text));
	note("%s", text);
	return tally_error_exit_status(error->code);
}
