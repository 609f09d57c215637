#include "config.h"

#include <string.h>

#include "format/regex.h"

/* After a class at `at`, "[…"; NULL when it is one that readers of different dialects end in
 * different places. */
static const char *skip_class(const char *at)
{
	at += at[1] == '^' ? 2 : 1;
	if (*at == ']')
		return NULL;
	for (; *at && *at != ']'; at++) {
		if (*at == '[')
			return NULL;
		if (*at == '\\' && !*++at)
			return NULL;
	}
	return *at ? at + 1 : NULL;
}

/* After an escape at `at`; NULL for those that take more with them than a character. */
static const char *skip_escape(const char *at)
{
	return at[1] && !strchr("cQE", at[1]) ? at + 2 : NULL;
}

/* Whether the expression as a whole is a choice, or may be. */
static bool may_be_choice(const char *pattern)
{
	size_t depth = 0;
	const char *at = pattern;

	if (!strchr(pattern, '|'))
		return false;
	while (at && *at) {
		switch (*at) {
		case '\\':
			at = skip_escape(at);
			continue;
		case '[':
			at = skip_class(at);
			continue;
		case '(':
			if (at[1] == '*' || (at[1] == '?' && (!at[2] || !strchr(":=!<", at[2]))))
				return true;
			depth++;
			break;
		case ')':
			if (depth-- == 0)
				return true;
			break;
		case '|':
			if (depth == 0)
				return true;
			break;
		default:
			break;
		}
		at++;
	}
	return !at || depth > 0;
}

static bool is_punctuation(char c)
{
	return c > ' ' && c < 0x7f && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
	       !(c >= 'a' && c <= 'z');
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

size_t tally__regex_prefix(const char *pattern, char *out, size_t size)
{
	const char *at = pattern + (*pattern == '^');
	size_t len = 0;

	if (may_be_choice(pattern))
		return 0;
	while (len < size && *at && !strchr("^$.[]|()?*+{}", *at)) {
		if (*at == '\\' && !is_punctuation(*++at))
			break;
		out[len++] = *at++;
	}
	/* The last character may be one that need not be there, or is cut off. */
	if (len > 0 && *at && (strchr("?*{", *at) || is_continuation(*at))) {
		while (len > 1 && is_continuation(out[len - 1]))
			len--;
		len--;
	}
	return len;
}
