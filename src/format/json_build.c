#include "config.h"

#include "format/json_build.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/json_input.h"
#include "format/json_names.h"
#include "format/json_number.h"
#include "format/json_string.h"

static_assert(LIMIT_DOCUMENT_BYTES < UINT32_MAX, "offsets are kept in 32 bits");

/* What peek() sees behind the last byte. */
#define END (-1)

struct builder {
	struct json_input in;
	size_t values;
	unsigned depth;
	struct json_names names;
};

static int read_value(struct builder *b, cJSON *node);

static int fail_found(const struct builder *b, const char *expected)
{
	return tally__json_input_fail_found(&b->in, b->in.at, expected);
}

static int fail_depth(const struct builder *b)
{
	char message[64];

	snprintf(message, sizeof(message), "nested deeper than the limit of %d levels",
		 (int)LIMIT_JSON_DEPTH);
	return tally__json_input_fail(&b->in, b->in.at, TALLY_ELIMIT, message);
}

static int fail_count(const struct builder *b)
{
	char message[64];

	snprintf(message, sizeof(message), "more than the limit of %d values",
		 (int)LIMIT_JSON_VALUES);
	return tally__json_input_fail(&b->in, b->in.at, TALLY_ELIMIT, message);
}

static int peek(const struct builder *b)
{
	return b->in.at < b->in.len ? (unsigned char)b->in.text[b->in.at] : END;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline void skip_space(struct builder *b)
{
	size_t at = b->in.at;

	while (at < b->in.len && is_space(b->in.text[at]))
		at++;
	b->in.at = at;
}

/* Adds an empty node at the end of an array or object; whoever releases that releases it.  NULL
 * when memory is short.  `last` is the node before, or NULL. */
static cJSON *append(cJSON *container, cJSON *last)
{
	cJSON *node = tally__malloc(sizeof(*node));

	if (node == NULL)
		return NULL;
	*node = (cJSON){.type = cJSON_Invalid, .prev = last};
	if (last == NULL)
		container->child = node;
	else
		last->next = node;
	/* cJSON keeps the last one here, for appending. */
	container->child->prev = node;
	return node;
}

static int read_word(struct builder *b, cJSON *node, const char *word, int type)
{
	size_t len = strlen(word);
	size_t left = b->in.len - b->in.at;
	const char *found = b->in.text + b->in.at;

	if (left < len || memcmp(found, word, len) != 0 ||
	    (left > len && tally__json_is_word(found[len])))
		return fail_found(b, "a value");
	b->in.at += len;
	node->type = type;
	node->valueint = type == cJSON_True;
	return TALLY_OK;
}

static char *copy_bytes(const char *bytes, size_t len)
{
	char *copy = tally__malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static int read_number(struct builder *b, cJSON *node)
{
	const char *text = b->in.text + b->in.at;
	struct json_number_scan scan;

	tally__json_number_scan(&scan, text, b->in.len - b->in.at);
	b->in.at += scan.len;
	if (scan.wrong != NULL)
		return fail_found(b, scan.wrong);
	if (!scan.plain) {
		node->valuestring = copy_bytes(text, scan.len);
		if (node->valuestring == NULL)
			return tally__fail_nomem(b->in.error);
	}
	node->type = cJSON_Number;
	node->valuedouble = scan.has_value ? scan.value : tally__json_number_value(text, scan.len);
	if (node->valuedouble >= INT_MAX)
		node->valueint = INT_MAX;
	else if (node->valuedouble <= INT_MIN)
		node->valueint = INT_MIN;
	else
		node->valueint = (int)node->valuedouble;
	return TALLY_OK;
}

/* Reads a string into memory of its own, and its length. */
static int read_string(struct builder *b, char **out, size_t *out_len)
{
	struct json_string_scan scan;
	const char *text = b->in.text + b->in.at;
	char *copy;
	size_t len;

	tally__json_string_scan(&scan, text, b->in.len - b->in.at);
	b->in.at += scan.len;
	if (scan.expected != NULL)
		return fail_found(b, scan.expected);
	if (scan.wrong != NULL)
		return tally__json_input_fail(&b->in, b->in.at, TALLY_EPARSE, scan.wrong);
	len = scan.len - 2;
	copy = tally__malloc(len + 1);
	if (copy == NULL)
		return tally__fail_nomem(b->in.error);
	if (scan.escaped)
		len = tally__json_string_unescape(copy, text + 1, len);
	else
		memcpy(copy, text + 1, len);
	copy[len] = '\0';
	*out = copy;
	*out_len = len;
	return TALLY_OK;
}

static int fail_names(const struct builder *b, int status, const struct json_twins *twins)
{
	const struct json_name *again = &twins->again;
	size_t shown;
	char message[256];
	size_t line;
	size_t column;

	if (status != TALLY_ECONFLICT)
		return tally__fail_nomem(b->in.error);
	shown = tally__utf8_valid_len(again->text, again->len < 80 ? again->len : 80);
	tally__json_input_place(&b->in, twins->first.offset, &line, &column);
	snprintf(message, sizeof(message),
		 "the member \"%.*s\" is there twice, first in line %zu, column %zu", (int)shown,
		 again->text, line, column);
	return tally__json_input_fail(&b->in, again->offset, TALLY_EPARSE, message);
}

static int read_name(struct builder *b, cJSON *node, size_t base)
{
	size_t start = b->in.at;
	struct json_twins twins;
	const char *name;
	size_t len;
	int status = read_string(b, &node->string, &len);

	if (status != TALLY_OK)
		return status;
	/* What was just written is slow to read again; without escapes the text says the same. */
	name = b->in.at - start - 2 == len ? b->in.text + start + 1 : node->string;
	status = tally__json_names_add(&b->names, base, name, len, start, &twins);
	return status == TALLY_OK ? TALLY_OK : fail_names(b, status, &twins);
}

static int enter(struct builder *b)
{
	if (b->depth == LIMIT_JSON_DEPTH)
		return fail_depth(b);
	b->depth++;
	b->in.at++;
	skip_space(b);
	return TALLY_OK;
}

static void leave(struct builder *b)
{
	b->depth--;
	b->in.at++;
}

static int read_member(struct builder *b, cJSON *node, size_t base)
{
	int status = read_name(b, node, base);

	if (status != TALLY_OK)
		return status;
	skip_space(b);
	if (peek(b) != ':')
		return fail_found(b, "':' after a member's name");
	b->in.at++;
	skip_space(b);
	return read_value(b, node);
}

static int read_members(struct builder *b, cJSON *object, size_t base)
{
	const char *expected = "a member's name in quotes or '}'";
	cJSON *member = NULL;

	for (;;) {
		int status;

		if (peek(b) != '"')
			return fail_found(b, expected);
		member = append(object, member);
		if (member == NULL)
			return tally__fail_nomem(b->in.error);
		status = read_member(b, member, base);
		if (status != TALLY_OK)
			return status;
		skip_space(b);
		if (peek(b) == '}')
			return TALLY_OK;
		if (peek(b) != ',')
			return fail_found(b, "',' or '}' after a member");
		b->in.at++;
		skip_space(b);
		expected = "a member's name in quotes after ','";
	}
}

static int read_object(struct builder *b, cJSON *node)
{
	size_t base = b->names.count;
	struct json_twins twins;
	int status = enter(b);

	if (status != TALLY_OK)
		return status;
	node->type = cJSON_Object;
	if (peek(b) != '}')
		status = read_members(b, node, base);
	if (status != TALLY_OK)
		return status;
	status = tally__json_names_close(&b->names, base, &twins);
	if (status != TALLY_OK)
		return fail_names(b, status, &twins);
	leave(b);
	return TALLY_OK;
}

static int read_items(struct builder *b, cJSON *array)
{
	cJSON *item = NULL;

	for (;;) {
		int status;

		item = append(array, item);
		if (item == NULL)
			return tally__fail_nomem(b->in.error);
		status = read_value(b, item);
		if (status != TALLY_OK)
			return status;
		skip_space(b);
		if (peek(b) == ']')
			return TALLY_OK;
		if (peek(b) != ',')
			return fail_found(b, "',' or ']' after an array's item");
		b->in.at++;
		skip_space(b);
	}
}

static int read_array(struct builder *b, cJSON *node)
{
	int status = enter(b);

	if (status != TALLY_OK)
		return status;
	node->type = cJSON_Array;
	if (peek(b) != ']')
		status = read_items(b, node);
	if (status != TALLY_OK)
		return status;
	leave(b);
	return TALLY_OK;
}

static int read_text(struct builder *b, cJSON *node)
{
	size_t len;

	node->type = cJSON_String;
	return read_string(b, &node->valuestring, &len);
}

/* Gives an empty node its value. */
static int read_value(struct builder *b, cJSON *node)
{
	int c = peek(b);

	if (b->values == LIMIT_JSON_VALUES)
		return fail_count(b);
	b->values++;
	switch (c) {
	case '{':
		return read_object(b, node);
	case '[':
		return read_array(b, node);
	case '"':
		return read_text(b, node);
	case 't':
		return read_word(b, node, "true", cJSON_True);
	case 'f':
		return read_word(b, node, "false", cJSON_False);
	case 'n':
		return read_word(b, node, "null", cJSON_NULL);
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return read_number(b, node);
		return fail_found(b, "a value");
	}
}

static int read_document(struct builder *b, cJSON *root)
{
	int status;

	skip_space(b);
	status = read_value(b, root);
	if (status != TALLY_OK)
		return status;
	skip_space(b);
	if (b->in.at < b->in.len)
		return fail_found(b, "the end of the text after the value");
	return TALLY_OK;
}

int tally__json_build(cJSON **out, const char *text, size_t len, struct tally_error *error)
{
	struct builder b = {.in = {.text = text, .len = len, .error = error}};
	cJSON *root;
	int status;

	if (len > LIMIT_DOCUMENT_BYTES)
		return tally__fail(error, TALLY_ELIMIT, "larger than the limit of %d bytes",
				   (int)LIMIT_DOCUMENT_BYTES);
	root = tally__calloc(1, sizeof(*root));
	if (root == NULL)
		return tally__fail_nomem(error);
	tally__json_names_init(&b.names);
	status = read_document(&b, root);
	tally__json_names_release(&b.names);
	if (status == TALLY_OK)
		*out = root;
	else
		cJSON_Delete(root);
	return status;
}
