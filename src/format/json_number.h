/* format/json_number.h - numbers as text, of any length. */
#ifndef TALLY_FORMAT_JSON_NUMBER_H
#define TALLY_FORMAT_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "tally/json.h"

/* Integers of so many digits are exact as a double, and need no text of their own. */
#define JSON_EXACT_DIGITS 15
/* How far a text goes as a JSON number. */
struct json_number_scan {
	size_t len;        /* bytes that belong to it; where it went wrong, if `expected` is set */
	const char *wrong; /* NULL, or what was expected there */
	bool plain;        /* a double gives the same text back */
	bool has_value;    /* few enough digits that `value` is known to be the nearest double */
	double value;
};

void tally__json_number_scan(struct json_number_scan *scan, const char *text, size_t len);

/* The double nearest to a number that was scanned, whatever its length and the locale. */
double tally__json_number_value(const char *text, size_t len);

bool tally__json_number_equal(const cJSON *a, const cJSON *b);

#endif
