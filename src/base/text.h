/* base/text.h - checks and small conversions of text. */
#ifndef TALLY_BASE_TEXT_H
#define TALLY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* The number of leading bytes that are valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
size_t tally__utf8_valid_len(const char *bytes, size_t len);

/* The length of the one character that the bytes start with: 1 to 4; 0 when they are not UTF-8. */
size_t tally__utf8_char_len(const char *bytes, size_t len);
/* The code point of that character. */
uint32_t tally__utf8_code_point(const char *bytes, size_t char_len);

/* Writes a code point in UTF-8, without a NUL; its length. */
#define UTF8_CHAR_BYTES 4
size_t tally__utf8_encode(char out[UTF8_CHAR_BYTES], uint32_t code);

/* The same for a character that a terminal may be given; also 0 for control characters and for
 * those that cannot be seen or turn the direction of text. */
size_t tally__text_printable_len(const char *bytes, size_t len);

/* ASCII only, whatever the locale. */
bool tally__text_equal_nocase(const char *a, const char *b);
char tally__text_lower(char c);
/* The value of a hexadecimal digit of either case, or -1. */
int tally__text_hex(char c);

/* Whether a name has this word (in small letters) on its own: "createdAt" and "created_at" have
 * "at", "data" has not. */
bool tally__text_has_word(const char *name, size_t len, const char *word);

/* Appends `text` so that a terminal shows it and cannot be driven by it: control characters and
 * bytes that are not UTF-8 as \xNN; cut after max_chars characters with "…" (0: never). */
void tally__text_add_printable(struct buf *out, const char *text, size_t len, size_t max_chars);

/* Appends `text` as one argument of a command, quoted where a POSIX shell needs it. */
void tally__text_add_shell(struct buf *out, const char *text, size_t len);

/* As tally__text_add_printable, a string made in `arena`; NULL when memory is short. */
const char *tally__text_printable(struct arena *arena, const char *text, size_t max_chars);
/* The same for the message of an error; "…" when memory is short. */
const char *tally__text_shown(struct arena *arena, const char *text, size_t max_chars);

/* Appends `text` with U+FFFD for each byte that is not UTF-8. */
void tally__text_add_utf8(struct buf *out, const char *text, size_t len);

/* Parses a decimal number that fills the whole text.  False when it is anything else or too large.
 */
bool tally__text_to_u64(const char *text, uint64_t *out);

/* Base64 (RFC 4648 section 4).  Decoding wants correct padding; false when it is not base64. */
void tally__base64_encode(struct buf *out, const void *bytes, size_t len);
bool tally__base64_decode(struct buf *out, const char *text, size_t len);

#endif
