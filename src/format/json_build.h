/* format/json_build.h - makes cJSON trees of text, strictly and in one pass: private to json.c. */
#ifndef TALLY_FORMAT_JSON_BUILD_H
#define TALLY_FORMAT_JSON_BUILD_H

#include <stddef.h>

#include "tally/json.h"

/* Accepts exactly what tally/json.h promises, in linear time; `text` has no byte-order mark any
 * more.  *out is the same tree that cJSON_Parse would make, with the texts of numbers besides.
 * TALLY_EPARSE or TALLY_ELIMIT with line and column, TALLY_ENOMEM. */
int tally__json_build(cJSON **out, const char *text, size_t len, struct tally_error *error);

#endif
