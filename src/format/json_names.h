/* format/json_names.h - finding members of one name while an object is scanned, in linear time
 * whatever the names are: private to the JSON files. */
#ifndef TALLY_FORMAT_JSON_NAMES_H
#define TALLY_FORMAT_JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct json_name {
	const char *text; /* without escapes: in the document, or in the arena below */
	size_t len;
	size_t offset; /* of its opening quote in the document */
	uint64_t mark; /* differs for most names that differ */
};

/* The names of all objects that are open, innermost last. */
struct json_names {
	struct json_name *items;
	size_t count;
	size_t capacity;
	struct arena unescaped;
};

/* Two members of one object with one name. */
struct json_twins {
	struct json_name first;
	struct json_name again;
};

void tally__json_names_init(struct json_names *names);
void tally__json_names_release(struct json_names *names);

/* Adds a name to those of the innermost object, whose first is items[base]; `name` has all but its
 * mark, and its text has escapes still if `escaped`.
 * TALLY_ECONFLICT with *twins, TALLY_ENOMEM. */
int tally__json_names_add(struct json_names *names, size_t base, struct json_name name,
			  bool escaped, struct json_twins *twins);

/* Ends the innermost object: what could not be compared on adding is compared now.  The same. */
int tally__json_names_close(struct json_names *names, size_t base, struct json_twins *twins);

#endif
