#include "config.h"

#include "format/json_gate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/json_names.h"
#include "format/json_number.h"
#include "format/json_string.h"

static_assert(LIMIT_DOCUMENT_BYTES < UINT32_MAX, "offsets are kept in 32 bits");

/* What peek() sees behind the last byte. */
#define END (-1)

struct gate {
	const char *text;
	size_t len;
	size_t at;
	size_t values;
	size_t numbers;
	unsigned depth;
	struct json_places *places;
	struct json_names names;
	struct tally_error *error;
};

static int scan_value(struct gate *gate);

void tally__json_places_release(struct json_places *places)
{
	tally__free(places->items);
	*places = (struct json_places){0};
}

/* Counting lines only when something is wrong keeps it off the fast path. */
static void find_place(const struct gate *gate, size_t at, size_t *line, size_t *column)
{
	const char *start = gate->text;
	const char *end = gate->text + at;

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

static int fail(const struct gate *gate, size_t at, int code, const char *message)
{
	size_t line;
	size_t column;

	find_place(gate, at, &line, &column);
	return tally__fail_at(gate->error, code, NULL, line, column, "%s", message);
}

static bool is_word(char c)
{
	char lower = tally__text_lower(c);

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* "expected …, found …": a whole word, or the one character that stands at `at`. */
static int fail_found(const struct gate *gate, size_t at, const char *expected)
{
	const char *found = gate->text + at;
	size_t left = gate->len - at;
	size_t shown = 0;
	char message[256];

	while (shown < left && shown < 24 && is_word(found[shown]))
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
	return fail(gate, at, TALLY_EPARSE, message);
}

static int peek(const struct gate *gate)
{
	return gate->at < gate->len ? (unsigned char)gate->text[gate->at] : END;
}

static void skip_space(struct gate *gate)
{
	while (gate->at < gate->len) {
		char c = gate->text[gate->at];

		if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
			return;
		gate->at++;
	}
}

static int scan_word(struct gate *gate, const char *word)
{
	size_t len = strlen(word);
	size_t at = gate->at;

	if (gate->len - at < len || memcmp(gate->text + at, word, len) != 0 ||
	    (gate->len - at > len && is_word(gate->text[at + len])))
		return fail_found(gate, at, "a value");
	gate->at += len;
	return TALLY_OK;
}

static int add_place(struct gate *gate, size_t offset, size_t len)
{
	struct json_places *places = gate->places;

	if (places->count == places->capacity) {
		size_t capacity = places->capacity > 0 ? places->capacity * 2 : 16;
		struct json_place *items =
			tally__realloc_array(places->items, capacity, sizeof(*items));

		if (items == NULL)
			return tally__fail_nomem(gate->error);
		places->items = items;
		places->capacity = capacity;
	}
	places->items[places->count++] = (struct json_place){
		.ordinal = (uint32_t)gate->numbers,
		.offset = (uint32_t)offset,
		.len = (uint32_t)len,
	};
	if (places->max_len < len)
		places->max_len = (uint32_t)len;
	return TALLY_OK;
}

static int scan_number(struct gate *gate)
{
	size_t start = gate->at;
	struct json_number_scan scan;

	tally__json_number_scan(&scan, gate->text + start, gate->len - start);
	if (scan.wrong != NULL)
		return fail_found(gate, start + scan.len, scan.wrong);
	if (!scan.plain && add_place(gate, start, scan.len) != TALLY_OK)
		return TALLY_ENOMEM;
	gate->numbers++;
	gate->at += scan.len;
	return TALLY_OK;
}

static int scan_string(struct gate *gate, bool *escaped)
{
	struct json_string_scan scan;

	tally__json_string_scan(&scan, gate->text + gate->at, gate->len - gate->at);
	if (scan.expected != NULL)
		return fail_found(gate, gate->at + scan.len, scan.expected);
	if (scan.wrong != NULL)
		return fail(gate, gate->at + scan.len, TALLY_EPARSE, scan.wrong);
	*escaped = scan.escaped;
	gate->at += scan.len;
	return TALLY_OK;
}

static int fail_names(const struct gate *gate, int status, const struct json_twins *twins)
{
	const struct json_name *again = &twins->again;
	size_t shown;
	char message[256];
	size_t line;
	size_t column;

	if (status != TALLY_ECONFLICT)
		return tally__fail_nomem(gate->error);
	shown = tally__utf8_valid_len(again->text, again->len < 80 ? again->len : 80);
	find_place(gate, twins->first.offset, &line, &column);
	snprintf(message, sizeof(message),
		 "the member \"%.*s\" is there twice, first in line %zu, column %zu", (int)shown,
		 again->text, line, column);
	return fail(gate, again->offset, TALLY_EPARSE, message);
}

static int scan_name(struct gate *gate, size_t base)
{
	struct json_name name = {.offset = gate->at, .text = gate->text + gate->at + 1};
	struct json_twins twins;
	bool escaped = false;
	int status = scan_string(gate, &escaped);

	if (status != TALLY_OK)
		return status;
	name.len = gate->at - name.offset - 2;
	status = tally__json_names_add(&gate->names, base, name, escaped, &twins);
	return status == TALLY_OK ? TALLY_OK : fail_names(gate, status, &twins);
}

static int enter(struct gate *gate)
{
	char message[64];

	if (gate->depth == LIMIT_JSON_DEPTH) {
		snprintf(message, sizeof(message), "nested deeper than the limit of %d levels",
			 (int)LIMIT_JSON_DEPTH);
		return fail(gate, gate->at, TALLY_ELIMIT, message);
	}
	gate->depth++;
	gate->at++;
	skip_space(gate);
	return TALLY_OK;
}

static void leave(struct gate *gate)
{
	gate->depth--;
	gate->at++;
}

static int scan_member(struct gate *gate, size_t base)
{
	int status = scan_name(gate, base);

	if (status != TALLY_OK)
		return status;
	skip_space(gate);
	if (peek(gate) != ':')
		return fail_found(gate, gate->at, "':' after a member's name");
	gate->at++;
	skip_space(gate);
	return scan_value(gate);
}

static int scan_members(struct gate *gate, size_t base)
{
	const char *expected = "a member's name in quotes or '}'";

	for (;;) {
		int status;

		if (peek(gate) != '"')
			return fail_found(gate, gate->at, expected);
		status = scan_member(gate, base);
		if (status != TALLY_OK)
			return status;
		skip_space(gate);
		if (peek(gate) == '}')
			return TALLY_OK;
		if (peek(gate) != ',')
			return fail_found(gate, gate->at, "',' or '}' after a member");
		gate->at++;
		skip_space(gate);
		expected = "a member's name in quotes after ','";
	}
}

static int scan_object(struct gate *gate)
{
	size_t base = gate->names.count;
	struct json_twins twins;
	int status = enter(gate);

	if (status != TALLY_OK)
		return status;
	if (peek(gate) != '}')
		status = scan_members(gate, base);
	if (status != TALLY_OK)
		return status;
	status = tally__json_names_close(&gate->names, base, &twins);
	if (status != TALLY_OK)
		return fail_names(gate, status, &twins);
	leave(gate);
	return TALLY_OK;
}

static int scan_array(struct gate *gate)
{
	int status = enter(gate);

	if (status != TALLY_OK)
		return status;
	if (peek(gate) == ']') {
		leave(gate);
		return TALLY_OK;
	}
	for (;;) {
		status = scan_value(gate);
		if (status != TALLY_OK)
			return status;
		skip_space(gate);
		if (peek(gate) == ']')
			break;
		if (peek(gate) != ',')
			return fail_found(gate, gate->at, "',' or ']' after an array's item");
		gate->at++;
		skip_space(gate);
	}
	leave(gate);
	return TALLY_OK;
}

static int scan_value(struct gate *gate)
{
	bool escaped;
	int c = peek(gate);

	if (gate->values == LIMIT_JSON_VALUES) {
		char message[64];

		snprintf(message, sizeof(message), "more than the limit of %d values",
			 (int)LIMIT_JSON_VALUES);
		return fail(gate, gate->at, TALLY_ELIMIT, message);
	}
	gate->values++;
	switch (c) {
	case '{':
		return scan_object(gate);
	case '[':
		return scan_array(gate);
	case '"':
		return scan_string(gate, &escaped);
	case 't':
		return scan_word(gate, "true");
	case 'f':
		return scan_word(gate, "false");
	case 'n':
		return scan_word(gate, "null");
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return scan_number(gate);
		return fail_found(gate, gate->at, "a value");
	}
}

int tally__json_gate(struct json_places *places, const char *text, size_t len,
		     struct tally_error *error)
{
	struct gate gate = {.text = text, .len = len, .places = places, .error = error};
	int status;

	if (len > LIMIT_DOCUMENT_BYTES)
		return tally__fail(error, TALLY_ELIMIT, "larger than the limit of %d bytes",
				   (int)LIMIT_DOCUMENT_BYTES);
	tally__json_names_init(&gate.names);
	skip_space(&gate);
	status = scan_value(&gate);
	if (status == TALLY_OK) {
		skip_space(&gate);
		if (gate.at < gate.len)
			status = fail_found(&gate, gate.at, "the end of the text after the value");
	}
	tally__json_names_release(&gate.names);
	return status;
}
