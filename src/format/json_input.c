#include "config.h"

#include "format/json_input.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool tally__json_is_word(char c)
{
	char lower = tally__text_lower(c);

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Counting lines only when something is wrong keeps it off the fast path. */
void tally__json_input_place(const struct json_input *input, size_t offset, size_t *line,
			     size_t *column)
{
	const char *start = input->text;
	const char *end = input->text + offset;

	*line = 1;
	while (start < end) {
		const char *newline = memchr(start, '\n', (size_t)(end - start));

		if (newline == NULL)
			break;
		(*line)++;
		start = newline + 1;
	}
	*column = (size_t)(end - start) + 1;
}

int tally__json_input_fail(const struct json_input *input, size_t offset, int code,
			   const char *message)
{
	size_t line;
	size_t column;

	tally__json_input_place(input, offset, &line, &column);
	return tally__fail_at(input->error, code, NULL, line, column, "%s", message);
}

int tally__json_input_fail_found(const struct json_input *input, size_t offset,
				 const char *expected)
{
	const char *found = input->text + offset;
	size_t left = input->len - offset;
	size_t shown = 0;
	char message[256];

	while (shown < left && shown < 24 && tally__json_is_word(found[shown]))
		shown++;
	if (shown == 0)
		shown = tally__text_printable_len(found, left);
	if (left == 0)
		snprintf(message, sizeof(message), "expected %s, found the end of the text",
			 expected);
	else if (*found == '\n')
		snprintf(message, sizeof(message), "expected %s, found the end of the line",
			 expected);
	else if (shown > 0)
		snprintf(message, sizeof(message), "expected %s, found '%.*s'", expected,
			 (int)shown, found);
	else
		snprintf(message, sizeof(message), "expected %s, found the byte 0x%02x", expected,
			 (unsigned)(unsigned char)*found);
	return tally__json_input_fail(input, offset, TALLY_EPARSE, message);
}
