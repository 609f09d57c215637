#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
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

/* ---- lines on standard error that nobody may read ---- */

/* How long a line waits for a slow reader. */
enum { LINE_WAIT_MS = 100 };

/* Under the lock of standard error. */
static struct {
	bool on;
	bool is_lost;         /* the line at hand, or its end */
	bool is_torn;         /* what was written last does not end a line */
	size_t count;         /* of lines that were lost */
	char bytes[PIPE_BUF]; /* so many a pipe takes at once when it takes any */
	size_t len;
} lines;

void notes_may_be_lost(void)
{
	lines.on = true;
}

/* Only the first that is lost waits. */
static bool is_read(void)
{
	struct pollfd asked = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&asked, 1, lines.count > 0 ? 0 : LINE_WAIT_MS) == 1 &&
	       (asked.revents & POLLOUT) != 0;
}

static void send_line_bytes(void)
{
	if (lines.len > 0 && !lines.is_lost) {
		if (is_read() && write(STDERR_FILENO, lines.bytes, lines.len) == (ssize_t)lines.len)
			lines.is_torn = lines.bytes[lines.len - 1] != '\n';
		else
			lines.is_lost = true;
	}
	lines.len = 0;
}

static void add_to_line(const char *text, size_t len)
{
	while (len > 0) {
		size_t room = sizeof(lines.bytes) - lines.len;
		size_t taken = len < room ? len : room;

		memcpy(lines.bytes + lines.len, text, taken);
		lines.len += taken;
		text += taken;
		len -= taken;
		if (lines.len == sizeof(lines.bytes))
			send_line_bytes();
	}
}

static void put(FILE *stream, const char *text, size_t len)
{
	if (stream == stderr && lines.on) {
		add_to_line(text, len);
		return;
	}
	errno = 0;
	if (fwrite(text, 1, len, stream) != len && stream == stdout && out_errno == 0)
		out_errno = errno ? errno : EIO;
}

/* The length of the character at `text`, which a NUL ends, and its code; 0 when it is not UTF-8. */
static size_t utf8_char(const char *text, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t len = bytes[0] < 0x80   ? 1
		     : bytes[0] < 0xc0 ? 0
		     : bytes[0] < 0xe0 ? 2
		     : bytes[0] < 0xf0 ? 3
		     : bytes[0] < 0xf8 ? 4
				       : 0;

	*code = len > 1 ? bytes[0] & (0x7fU >> len) : bytes[0];
	for (size_t i = 1; i < len; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[i] & 0x3fU);
	}
	return len > 0 && *code >= least[len] && *code <= 0x10ffff && *code >> 11 != 0x1b ? len : 0;
}

/* The same characters that the library keeps out of its messages: controls, those without a width,
 * line ends, what turns the direction of text, the byte-order mark. */
static bool is_printable(uint32_t code)
{
	static const uint32_t ranges[][2] = {
		{0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200b, 0x200f},
		{0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return false;
	}
	return true;
}

/* How many bytes of the character at `text` are to be shown as \xNN: 0, or all of them. */
static size_t hidden_len(const char *text, size_t char_len, uint32_t code)
{
	if (char_len == 0)
		return *text ? 1 : 0;
	return is_printable(code) ? 0 : char_len;
}

/* The one door for text from outside. */
static void put_shown(FILE *stream, const char *text, bool with_lines)
{
	const char *start = text;

	while (*text) {
		uint32_t code;
		size_t char_len = utf8_char(text, &code);
		size_t hidden = hidden_len(text, char_len, code);

		if (hidden == 0 || (with_lines && *text == '\n')) {
			text += char_len;
			continue;
		}
		put(stream, start, (size_t)(text - start));
		for (; hidden > 0; hidden--) {
			char escaped[8];
			int len = snprintf(escaped, sizeof(escaped), "\\x%02x",
					   (unsigned)(unsigned char)*text++);

			put(stream, escaped, (size_t)len);
		}
		start = text;
	}
	put(stream, start, (size_t)(text - start));
}

static void begin_line(void)
{
	flockfile(stderr);
	if (lines.count > 0) {
		char text[96];
		int len = snprintf(text, sizeof(text),
				   "%stally: %zu line%s lost: nobody read standard error\n",
				   lines.is_torn ? "\n" : "", lines.count,
				   lines.count == 1 ? " was" : "s were");

		put(stderr, text, (size_t)len);
	}
	put(stderr, "tally: ", 7);
}

static void end_line(void)
{
	put(stderr, "\n", 1);
	if (lines.on) {
		send_line_bytes();
		lines.count = lines.is_lost ? lines.count + 1 : 0;
		lines.is_lost = false;
	}
	funlockfile(stderr);
}

const char *valid_text(struct scratch *scratch, const char *text)
{
	char *valid = scratch_array(scratch, strlen(text) * 4 + 1, 1);
	size_t used = 0;

	while (*text) {
		uint32_t code;
		size_t len = utf8_char(text, &code);

		if (len == 0) {
			used += (size_t)snprintf(valid + used, 5, "\\x%02x",
						 (unsigned)(unsigned char)*text++);
			continue;
		}
		memcpy(valid + used, text, len);
		used += len;
		text += len;
	}
	return valid;
}

/* A va_list that can be handed on by address. */
struct arguments {
	va_list list;
};

/* The number at *format, or the next argument for "*"; -1 when there is neither. */
static int take_number(const char **format, struct arguments *arguments)
{
	int number = -1;

	if (**format == '*') {
		(*format)++;
		return va_arg(arguments->list, int);
	}
	for (; **format >= '0' && **format <= '9'; (*format)++)
		number = (number < 0 ? 0 : number) * 10 + (**format - '0');
	return number;
}

static void put_padding(FILE *stream, size_t len, int width)
{
	for (; width > 0 && len < (size_t)width; len++)
		put(stream, " ", 1);
}

/* What stands for a conversion, `format` being behind its "%": where the format goes on.  Of
 * printf's, those are known that the program uses. */
static const char *put_conversion(FILE *stream, const char *format, struct arguments *arguments)
{
	struct scratch scratch = {0};
	bool left = *format == '-';
	const char *text;
	int width;
	int precision = -1;

	format += left;
	width = take_number(&format, arguments);
	if (*format == '.') {
		format++;
		precision = take_number(&format, arguments);
	}
	if (*format == 's') {
		text = va_arg(arguments->list, const char *);
		if (precision >= 0)
			text = scratch_copy(&scratch, text, strnlen(text, (size_t)precision));
	} else if (*format == 'z') {
		format++;
		text = scratch_format(&scratch, "%zu", va_arg(arguments->list, size_t));
	} else if (*format == 'd') {
		text = scratch_format(&scratch, "%d", va_arg(arguments->list, int));
	} else {
		text = "%";
	}
	if (!left)
		put_padding(stream, strlen(text), width);
	put_shown(stream, text, false);
	if (left)
		put_padding(stream, strlen(text), width);
	scratch_release(&scratch);
	return *format ? format + 1 : format;
}

/* As printf does, but arguments are shown: the only lines are those of the format. */
static void put_format(FILE *stream, const char *format, va_list list)
{
	struct arguments arguments;

	va_copy(arguments.list, list);
	while (*format) {
		size_t len = strcspn(format, "%");

		put(stream, format, len);
		format += len;
		if (*format)
			format = put_conversion(stream, format + 1, &arguments);
	}
	va_end(arguments.list);
}

void out_report(const char *text)
{
	put(stdout, text, strlen(text));
}

void out(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_format(stdout, format, arguments);
	va_end(arguments);
}

/* https://no-color.org: set to anything but nothing. */
bool out_has_colours(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (!no_color || !*no_color) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

void out_coloured(bool good, const char *format, ...)
{
	bool coloured = out_has_colours();
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

	begin_line();
	va_start(arguments, format);
	put_format(stderr, format, arguments);
	va_end(arguments);
	end_line();
}

/* Under the lock of standard error, too. */
static struct tally_error first_said;

const struct tally_error *first_failure(void)
{
	return &first_said;
}

int wrong(const char *format, ...)
{
	va_list arguments;

	begin_line();
	if (first_said.code == 0) {
		first_said.code = TALLY_EINVAL;
		va_start(arguments, format);
		(void)vsnprintf(first_said.message, sizeof(first_said.message), format, arguments);
		va_end(arguments);
	}
	va_start(arguments, format);
	put_format(stderr, format, arguments);
	va_end(arguments);
	end_line();
	return EXIT_WRONG;
}

int failed(const struct tally_error *error)
{
	char text[TALLY_ERROR_WHERE_BYTES + TALLY_ERROR_MESSAGE_BYTES + 64];
	size_t len = tally_error_format(error, text, sizeof(text));
	char place[sizeof(text)];

	/* Where the library shows a place in a text, its message has lines of its own. */
	len -= strlen(error->message);
	memcpy(place, text, len);
	place[len] = '\0';
	begin_line();
	if (first_said.code == 0)
		first_said = *error;
	put_shown(stderr, place, false);
	put_shown(stderr, text + len, true);
	end_line();
	return tally_error_exit_status(error->code);
}
