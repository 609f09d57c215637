/* format/json_gate.h - the strict gate in front of cJSON's lenient parser: private to json.c. */
#ifndef TALLY_FORMAT_JSON_GATE_H
#define TALLY_FORMAT_JSON_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Where a number stands whose text a double would not give back.  32 bits hold any offset within
 * LIMIT_DOCUMENT_BYTES. */
struct json_place {
	uint32_t ordinal; /* how many numbers stand before it */
	uint32_t offset;
	uint32_t len;
};

struct json_places {
	struct json_place *items;
	size_t count;
	size_t capacity;
	uint32_t max_len; /* of the longest */
};

void tally__json_places_release(struct json_places *places);

/* Accepts exactly what tally/json.h promises, in linear time; `text` has no byte-order mark any
 * more.  `places` must be empty, and is to be released in every case.
 * TALLY_EPARSE or TALLY_ELIMIT with line and column, TALLY_ENOMEM. */
int tally__json_gate(struct json_places *places, const char *text, size_t len,
		     struct tally_error *error);

#endif
