/* format/json_input.h - a JSON text while it is read: how far, and what is wrong there: private to
 * the JSON files. */
#ifndef TALLY_FORMAT_JSON_INPUT_H
#define TALLY_FORMAT_JSON_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct json_input {
	const char *text;
	size_t len;
	size_t at;
	struct tally_error *error;
};

/* Whether `c` may stand in a word such as "true" or in what somebody took for one. */
bool tally__json_is_word(char c);

/* The line and column of an offset, from 1; the column counts bytes. */
void tally__json_input_place(const struct json_input *input, size_t offset, size_t *line,
			     size_t *column);
/* Fails with this message and the place of `offset`; returns `code`. */
int tally__json_input_fail(const struct json_input *input, size_t offset, int code,
			   const char *message);
/* "expected …, found …": a whole word, or the one character that stands at `offset`. */
int tally__json_input_fail_found(const struct json_input *input, size_t offset,
				 const char *expected);

#endif
