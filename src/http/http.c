#include "config.h"

#include <string.h>

#include "base/text.h"
#include "http/http.h"

/* RFC 9110 section 5.6.2: every byte that a token may have. */
static const bool in_token[256] = {
	['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true,
	['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true,
	['`'] = true, ['|'] = true, ['~'] = true, ['0'] = true, ['1'] = true, ['2'] = true,
	['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true,
	['9'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true,
	['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true,
	['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true, ['P'] = true, ['Q'] = true,
	['R'] = true, ['S'] = true, ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true,
	['X'] = true, ['Y'] = true, ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true,
	['d'] = true, ['e'] = true, ['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true,
	['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true, ['n'] = true, ['o'] = true,
	['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true, ['t'] = true, ['u'] = true,
	['v'] = true, ['w'] = true, ['x'] = true, ['y'] = true, ['z'] = true};

bool tally__http_is_token(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!in_token[(unsigned char)*text])
			return false;
	}
	return true;
}

bool tally__http_in_token(char byte)
{
	return in_token[(unsigned char)byte];
}

bool tally__http_list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list != '\0') {
		size_t i = 0;

		list += strspn(list, " \t,");
		while (i < len && tally__text_lower(list[i]) == word[i])
			i++;
		if (i == len && strchr(" \t,", list[i]) != NULL)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

/* A tab is the one control character that a value may have (RFC 9110 section 5.5). */
bool tally__http_is_value(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
			return false;
	}
	return true;
}

static int reserve(struct http_headers *headers, struct arena *arena)
{
	struct http_header *items = tally__arena_room(arena, headers->items, headers->count,
						      &headers->capacity, 8, sizeof(*items));

	if (items == NULL)
		return TALLY_ENOMEM;
	headers->items = items;
	return 0;
}

int tally__http_header_lend(struct http_headers *headers, struct arena *arena, const char *name,
			    const char *value)
{
	if (reserve(headers, arena) != 0)
		return TALLY_ENOMEM;
	headers->items[headers->count++] = (struct http_header){.name = name, .value = value};
	return 0;
}

int tally__http_header_add(struct http_headers *headers, struct arena *arena, const char *name,
			   const char *value, struct tally_error *error)
{
	struct http_header header;

	if (!tally__http_is_token(name))
		return tally__fail(error, TALLY_EINVAL,
				   "\"%.80s\" is no name for a header: expected letters, digits "
				   "and !#$%%&'*+-.^_`|~",
				   name);
	if (!tally__http_is_value(value, strlen(value)))
		return tally__fail(error, TALLY_EINVAL,
				   "the value of header %.80s has a control character, which "
				   "would break the header off",
				   name);
	header.name = tally__arena_strdup(arena, name);
	header.value = tally__arena_strdup(arena, value);
	if (header.name == NULL || header.value == NULL || reserve(headers, arena) != 0)
		return tally__fail_nomem(error);
	headers->items[headers->count++] = header;
	return 0;
}

const char *tally__http_header_get(const struct http_headers *headers, const char *name)
{
	for (size_t i = 0; i < headers->count; i++) {
		if (tally__text_equal_nocase(headers->items[i].name, name))
			return headers->items[i].value;
	}
	return NULL;
}
