/* format/json_string.h - string literals: private to the JSON files. */
#ifndef TALLY_FORMAT_JSON_STRING_H
#define TALLY_FORMAT_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>

/* How far a text goes as a JSON string. */
struct json_string_scan {
	size_t len;           /* bytes that belong to it, quotes included; or where it went wrong */
	const char *expected; /* NULL, or what was expected there */
	const char *wrong;    /* NULL, or what is wrong there, as a whole sentence */
	bool escaped;
};

/* `text` begins with the opening quote. */
void tally__json_string_scan(struct json_string_scan *scan, const char *text, size_t len);

/* Resolves the escapes in what stands between the quotes of a string that was scanned.  `out` has
 * room for `len` bytes; the length of the result. */
size_t tally__json_string_unescape(char *out, const char *text, size_t len);

#endif
