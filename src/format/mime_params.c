#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/mime_params.h"

static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_blanks(const char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

char *tally__mime_token(const char **cursor, struct arena *arena)
{
	const char *start = *cursor;
	char *token;

	while (is_token_char(**cursor))
		(*cursor)++;
	token = tally__arena_memdup(arena, start, (size_t)(*cursor - start));
	for (char *c = token; c && *c; c++)
		*c = tally__text_lower(*c);
	return token;
}

/* A backslash is taken for one where it stands before a character that may need it; others are
 * content: browsers have sent file names such as "C:\dir\file". */
static bool is_escape(const char *c)
{
	return *c == '\\' && c[1] && strchr("()<>@,;:\\\"/[]?=", c[1]);
}

static char *take_quoted(const char **cursor, struct arena *arena)
{
	const char *start = *cursor + 1;
	const char *end = start;
	char *value;
	size_t len = 0;

	while (*end && *end != '"')
		end += is_escape(end) ? 2 : 1;
	value = tally__arena_alloc(arena, (size_t)(end - start) + 1);
	if (!value)
		return NULL;
	for (const char *c = start; c < end; c++) {
		if (is_escape(c))
			c++;
		value[len++] = *c;
	}
	*cursor = *end ? end + 1 : end;
	return value;
}

/* Everything up to the next ";": real senders are lax about what a value may hold. */
static char *take_value(const char **cursor, struct arena *arena)
{
	const char *start = *cursor;
	const char *end;

	if (*start == '"')
		return take_quoted(cursor, arena);
	end = start + strcspn(start, ";");
	*cursor = end;
	while (end > start && is_blank(end[-1]))
		end--;
	return tally__arena_memdup(arena, start, (size_t)(end - start));
}

static int compare_params(const void *a, const void *b)
{
	const struct mime_param *left = a;
	const struct mime_param *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->value, right->value);
}

static size_t count_separators(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == ';';
	return count;
}

int tally__mime_params_parse(const struct mime_param **params, size_t *count, struct arena *arena,
			     const char *text)
{
	const char *cursor = text;
	size_t capacity = count_separators(cursor);
	struct mime_param *list = tally__arena_alloc_array(arena, capacity + 1, sizeof(*list));
	size_t len = 0;

	if (!list)
		return TALLY_ENOMEM;
	while (*(cursor = skip_blanks(cursor)) == ';') {
		cursor = skip_blanks(cursor + 1);
		if (*cursor == ';' || !*cursor)
			continue;
		list[len].name = tally__mime_token(&cursor, arena);
		if (!list[len].name)
			return TALLY_ENOMEM;
		cursor = skip_blanks(cursor);
		if (!*list[len].name || *cursor != '=')
			return TALLY_EPARSE;
		cursor = skip_blanks(cursor + 1);
		list[len].value = take_value(&cursor, arena);
		if (!list[len].value)
			return TALLY_ENOMEM;
		len++;
	}
	if (*cursor)
		return TALLY_EPARSE;
	qsort(list, len, sizeof(*list), compare_params);
	*params = list;
	*count = len;
	return 0;
}

const char *tally__mime_param_find(const struct mime_param *params, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	return NULL;
}
