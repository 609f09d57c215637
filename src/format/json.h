/* format/json.h - the only door to JSON: tally/json.h for the rest of the library. */
#ifndef TALLY_FORMAT_JSON_H
#define TALLY_FORMAT_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/map.h"
#include "tally/json.h"

enum json_kind {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_INTEGER, /* no fraction and no exponent in its text */
	JSON_DECIMAL,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* Longest text of a number that has no text of its own. */
#define JSON_NUMBER_BYTES 40

enum json_kind tally__json_kind(const cJSON *value);
/* "Null", "Boolean", "Integer", "Decimal", "String", "Array", "Object": Pact's words. */
const char *tally__json_kind_name(enum json_kind kind);

/* Appends to `out`; a failure sticks there.  0, TALLY_EINVAL, TALLY_ELIMIT or TALLY_ENOMEM. */
int tally__json_add(struct buf *out, const cJSON *value, enum tally_json_style style);
/* Appends one JSON string literal, quotes included.  The bytes must be UTF-8. */
void tally__json_add_string(struct buf *out, const char *text, size_t len);

/* The exact text of a number; `scratch` is used when the node has none of its own. */
const char *tally__json_number_text(const cJSON *number, char scratch[JSON_NUMBER_BYTES]);

/* Equality as Pact has it: an integer never equals a decimal; decimals by value (1.10 = 1.1,
 * 100.0 = 1e2), integers by text, of any size; objects without regard to order. */
bool tally__json_equal(const cJSON *a, const cJSON *b);
/* The same, visiting no more than *left values in them; takes those visited from *left, and gives
 * up, with false, when none is left. */
bool tally__json_equal_within(const cJSON *a, const cJSON *b, size_t *left);

/* Whether it has no more than so many levels of arrays and objects. */
bool tally__json_is_shallow(const cJSON *value, unsigned levels);
/* A deep copy, number texts included; NULL when memory is short. */
cJSON *tally__json_clone(const cJSON *value);

/* Members, by exact name; NULL when `object` is NULL, no object, or has none of that name. */
cJSON *tally__json_get(const cJSON *object, const char *name);
/* The same, typed: NULL (or `otherwise`) when absent or of another type. */
const char *tally__json_get_string(const cJSON *object, const char *name);
bool tally__json_get_bool(const cJSON *object, const char *name, bool otherwise);

/* An object's members by name, for objects that are looked into often: linear below a few members,
 * hashed above.  Lent the object, which must not change. */
struct json_index {
	const cJSON *object;
	struct map map;
	bool hashed;
};

int tally__json_index_init(struct json_index *index, const cJSON *object);
void tally__json_index_release(struct json_index *index);
cJSON *tally__json_index_get(const struct json_index *index, const char *name);

/* Adds a member or item; takes `item` in every case (releases it on failure).  `item` may be NULL
 * (memory was short): TALLY_ENOMEM.  So calls nest: put(object, "n", cJSON_CreateNumber(1)). */
int tally__json_put(cJSON *object, const char *name, cJSON *item);
int tally__json_append(cJSON *array, cJSON *item);
/* Adds a member with a text; NULL is left out.  0 or TALLY_ENOMEM. */
int tally__json_put_text(cJSON *object, const char *name, const char *text);
/* Adds an object or array, as a member or (name NULL) an item, and lends it; takes `item`.  NULL
 * when memory is short. */
cJSON *tally__json_put_new(cJSON *parent, const char *name, cJSON *item);

/* Makes cJSON allocate through base/mem.h; called by whatever makes cJSON values first. */
void tally__json_setup(void);

#endif
