#include "config.h"

#include "format/path_text.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = name[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!is_letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return len > 0;
}

void tally__path_add_name(struct buf *out, const char *name, size_t len)
{
	if (is_plain_name(name, len)) {
		tally__buf_addc(out, '.');
		tally__buf_add(out, name, len);
		return;
	}
	tally__buf_adds(out, "['");
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '\\' || name[i] == '\'')
			tally__buf_addc(out, '\\');
		tally__buf_addc(out, name[i]);
	}
	tally__buf_adds(out, "']");
}

void tally__path_add_field(struct buf *out, const char *name)
{
	tally__path_add_name(out, name, strlen(name));
}

void tally__pointer_add(struct buf *pointer, const char *name)
{
	tally__buf_addc(pointer, '/');
	for (;;) {
		size_t len = 0;

		while (name[len] && name[len] != '~' && name[len] != '/')
			len++;
		tally__buf_add(pointer, name, len);
		name += len;
		if (!*name)
			return;
		tally__buf_adds(pointer, *name++ == '~' ? "~0" : "~1");
	}
}

/* Documents have an index for every item of theirs: printf() would be most of the work. */
static void add_number(struct buf *out, size_t number)
{
	char digits[3 * sizeof(number)];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	tally__buf_add(out, digits + at, sizeof(digits) - at);
}

void tally__pointer_add_index(struct buf *pointer, size_t index)
{
	tally__buf_addc(pointer, '/');
	add_number(pointer, index);
}

void tally__path_add_index(struct buf *out, size_t index)
{
	tally__buf_addc(out, '[');
	add_number(out, index);
	tally__buf_addc(out, ']');
}
