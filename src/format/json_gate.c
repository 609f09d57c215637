#include "config.h"

#include "format/json_gate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/json_number.h"

static_assert(LIMIT_DOCUMENT_BYTES < UINT32_MAX, "offsets are kept in 32 bits");

#define END (-1)
/* Up to so many members each name is compared with each before it; above, they are hashed. */
#define PAIRWISE_MEMBERS 32

struct key {
	const char *name; /* without escapes: in the text, or in the gate's arena */
	size_t len;
	size_t offset; /* of its opening quote */
	uint64_t mark; /* differs for most names that differ */
};

struct gate {
	const char *text;
	size_t len;
	size_t at;
	size_t values;
	size_t numbers;
	unsigned depth;
	struct json_places *places;
	/* The names of all objects that are open, innermost last. */
	struct key *keys;
	size_t key_count;
	size_t key_capacity;
	struct arena names;
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

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tally__text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code unit of the \uXXXX at `at`, or -1. */
static long code_unit(const char *text, size_t len, size_t at)
{
	long unit = 0;
	size_t i;

	if (len - at < 6 || text[at] != '\\' || text[at + 1] != 'u')
		return -1;
	for (i = at + 2; i < at + 6; i++) {
		int digit = hex_value(text[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static bool is_high_surrogate(long unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(long unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

static int scan_escape(struct gate *gate)
{
	size_t at = gate->at;
	char c = '\0';
	long unit;

	if (gate->len - at > 1)
		c = gate->text[at + 1];
	if (c != '\0' && strchr("\"\\/bfnrt", c) != NULL) {
		gate->at += 2;
		return TALLY_OK;
	}
	if (c != 'u')
		return fail_found(gate, at + 1,
				  "one of \" \\ / b f n r t u after a backslash in a string");
	unit = code_unit(gate->text, gate->len, at);
	if (unit < 0)
		return fail(gate, at, TALLY_EPARSE, "expected four hexadecimal digits after \\u");
	if (unit == 0)
		return fail(gate, at, TALLY_EPARSE, "\\u0000 is not supported in a string");
	gate->at += 6;
	if (is_high_surrogate(unit)) {
		if (!is_low_surrogate(code_unit(gate->text, gate->len, gate->at)))
			return fail(gate, at, TALLY_EPARSE,
				    "expected a pair of surrogates, found the first without the "
				    "second (\\udc00 to \\udfff)");
		gate->at += 6;
	} else if (is_low_surrogate(unit)) {
		return fail(gate, at, TALLY_EPARSE,
			    "expected a pair of surrogates, found the second without the first "
			    "(\\ud800 to \\udbff)");
	}
	return TALLY_OK;
}

static int fail_control(const struct gate *gate, unsigned char c)
{
	char message[128];

	if (c == '\n')
		return fail(gate, gate->at, TALLY_EPARSE,
			    "expected '\"' at the end of a string, found the end of the line");
	snprintf(message, sizeof(message),
		 "a control character in a string must be escaped: write \\u%04x", (unsigned)c);
	return fail(gate, gate->at, TALLY_EPARSE, message);
}

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* Not 0 when one of the eight bytes is a quote, a backslash, a control character or not ASCII. */
static uint64_t needs_a_look(uint64_t word)
{
	uint64_t quote = word ^ EACH_BYTE('"');
	uint64_t backslash = word ^ EACH_BYTE('\\');

	/* x - 1 borrows into the top bit where x is 0; x - 0x20 where it is below a space. */
	return ((quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1)) | (word - EACH_BYTE(0x20)) |
		word) &
	       EACH_BYTE(0x80);
}

/* Moves over bytes of a string that mean themselves. */
static void skip_plain(struct gate *gate)
{
	const char *text = gate->text;
	size_t at = gate->at;
	uint64_t word;

	while (gate->len - at >= sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		if (needs_a_look(word) != 0)
			break;
		at += sizeof(word);
	}
	while (at < gate->len) {
		unsigned char c = (unsigned char)text[at];

		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
		at++;
	}
	gate->at = at;
}

/* Scans a string; says whether it has escapes. */
static int scan_string(struct gate *gate, bool *escaped)
{
	size_t start = gate->at;

	gate->at++;
	for (;;) {
		size_t char_len;
		int status;
		int c;

		skip_plain(gate);
		c = peek(gate);
		if (c == '"') {
			gate->at++;
			return TALLY_OK;
		}
		if (c == END)
			return fail(gate, start, TALLY_EPARSE,
				    "expected '\"' at the end of this string, found the end of "
				    "the text");
		if (c == '\\') {
			*escaped = true;
			status = scan_escape(gate);
			if (status != TALLY_OK)
				return status;
			continue;
		}
		if (c < 0x20)
			return fail_control(gate, (unsigned char)c);
		char_len = tally__utf8_char_len(gate->text + gate->at, gate->len - gate->at);
		if (char_len == 0)
			return fail_found(gate, gate->at, "UTF-8");
		gate->at += char_len;
	}
}

static size_t put_utf8(char *out, long code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

/* Resolves the escapes of a name that was scanned; no result is longer than its source. */
static size_t unescape(char *out, const char *text, size_t len)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	size_t out_len = 0;
	size_t at = 0;

	while (at < len) {
		long code;

		if (text[at] != '\\') {
			out[out_len++] = text[at++];
			continue;
		}
		if (text[at + 1] != 'u') {
			out[out_len++] = meanings[strchr(letters, text[at + 1]) - letters];
			at += 2;
			continue;
		}
		code = code_unit(text, len, at);
		at += 6;
		if (is_high_surrogate(code)) {
			code = 0x10000 + ((code - 0xD800) << 10) +
			       (code_unit(text, len, at) - 0xDC00);
			at += 6;
		}
		out_len += put_utf8(out + out_len, code);
	}
	return out_len;
}

/* Up to eight bytes of the name's ends and its length, mixed: enough to tell most names apart
 * without reading them whole. */
static uint64_t name_mark(const char *name, size_t len)
{
	uint64_t head = 0;
	uint64_t tail = 0;

	if (len >= 8) {
		memcpy(&head, name, 8);
		memcpy(&tail, name + len - 8, 8);
	} else if (len >= 4) {
		memcpy(&head, name, 4);
		memcpy(&tail, name + len - 4, 4);
	} else if (len > 0) {
		head = (unsigned char)name[0];
		tail = (uint64_t)(unsigned char)name[len / 2] << 8 | (unsigned char)name[len - 1];
	}
	return (head ^ (tail << 29 | tail >> 35)) * UINT64_C(0x9E3779B97F4A7C15) + len;
}

static int fail_twice(const struct gate *gate, const struct key *first, const struct key *again)
{
	char message[256];
	size_t line;
	size_t column;
	size_t shown = again->len < 80 ? again->len : 80;

	find_place(gate, first->offset, &line, &column);
	snprintf(message, sizeof(message),
		 "the member \"%.*s\" is there twice, first in line %zu, column %zu",
		 (int)tally__utf8_valid_len(again->name, shown), again->name, line, column);
	return fail(gate, again->offset, TALLY_EPARSE, message);
}

static bool same_name(const struct key *a, const struct key *b)
{
	return a->mark == b->mark && a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

/* Adds a name to those of the innermost object, whose first is at keys[base]. */
static int add_key(struct gate *gate, size_t base, const struct key *key)
{
	size_t i;

	if (gate->key_count - base < PAIRWISE_MEMBERS) {
		for (i = base; i < gate->key_count; i++) {
			if (same_name(&gate->keys[i], key))
				return fail_twice(gate, &gate->keys[i], key);
		}
	}
	if (gate->key_count == gate->key_capacity) {
		size_t capacity = gate->key_capacity > 0 ? gate->key_capacity * 2 : 32;
		struct key *keys = tally__realloc_array(gate->keys, capacity, sizeof(*keys));

		if (keys == NULL)
			return tally__fail_nomem(gate->error);
		gate->keys = keys;
		gate->key_capacity = capacity;
	}
	gate->keys[gate->key_count++] = *key;
	return TALLY_OK;
}

static int scan_key(struct gate *gate, size_t base)
{
	struct key key = {.offset = gate->at};
	bool escaped = false;
	int status = scan_string(gate, &escaped);

	if (status != TALLY_OK)
		return status;
	key.name = gate->text + key.offset + 1;
	key.len = gate->at - key.offset - 2;
	if (escaped) {
		char *name = tally__arena_alloc(&gate->names, key.len);

		if (name == NULL)
			return tally__fail_nomem(gate->error);
		key.len = unescape(name, key.name, key.len);
		key.name = name;
	}
	key.mark = name_mark(key.name, key.len);
	return add_key(gate, base, &key);
}

/* The check for objects that are too large to compare each name with each. */
static int check_hashed(const struct gate *gate, size_t base)
{
	struct map map;
	int status = TALLY_OK;
	size_t i;

	tally__map_init(&map);
	for (i = base; i < gate->key_count && status == TALLY_OK; i++) {
		struct key *key = &gate->keys[i];
		const struct map_entry *entry;

		entry = tally__map_add(&map, key->name, key->len, key);
		if (entry == NULL)
			status = tally__fail_nomem(gate->error);
		else if (entry->value != key)
			status = fail_twice(gate, entry->value, key);
	}
	tally__map_release(&map);
	return status;
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
	int status = scan_key(gate, base);

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
	size_t base = gate->key_count;
	int status = enter(gate);

	if (status != TALLY_OK)
		return status;
	if (peek(gate) != '}')
		status = scan_members(gate, base);
	if (status == TALLY_OK && gate->key_count - base > PAIRWISE_MEMBERS)
		status = check_hashed(gate, base);
	if (status != TALLY_OK)
		return status;
	gate->key_count = base;
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
	tally__arena_init(&gate.names, 0);
	skip_space(&gate);
	status = scan_value(&gate);
	if (status == TALLY_OK) {
		skip_space(&gate);
		if (gate.at < gate.len)
			status = fail_found(&gate, gate.at, "the end of the text after the value");
	}
	tally__arena_release(&gate.names);
	tally__free(gate.keys);
	return status;
}
