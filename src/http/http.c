#include "config.h"

#include <string.h>

#include "base/text.h"
#include "http/http.h"

/* RFC 9110 section 5.6.2. */
bool tally__http_is_token(const char *text)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
		bool digit = *text >= '0' && *text <= '9';

		if (!letter && !digit && strchr(others, *text) == NULL)
			return false;
	}
	return true;
}

/* A tab is the one control character that a value may have (RFC 9110 section 5.5). */
static bool value_is_safe(const char *value)
{
	for (; *value != '\0'; value++) {
		unsigned char byte = (unsigned char)*value;

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

int tally__http_header_add(struct http_headers *headers, struct arena *arena, const char *name,
			   const char *value, struct tally_error *error)
{
	struct http_header header;

	if (!tally__http_is_token(name))
		return tally__fail(error, TALLY_EINVAL,
				   "\"%.80s\" is no name for a header: expected letters, digits "
				   "and !#$%%&'*+-.^_`|~",
				   name);
	if (!value_is_safe(value))
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
