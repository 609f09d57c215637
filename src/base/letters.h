/* base/letters.h - kinds of ASCII characters, whatever the locale. */
#ifndef TALLY_BASE_LETTERS_H
#define TALLY_BASE_LETTERS_H

#include <stdbool.h>

static inline bool tally__is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool tally__is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool tally__is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool tally__is_hex(char c)
{
	return tally__is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

#endif
