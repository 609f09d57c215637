/* format/json_names.h - finding members of one name while an object is scanned, in linear time
 * whatever the names are: private to the JSON files. */
#ifndef TALLY_FORMAT_JSON_NAMES_H
#define TALLY_FORMAT_JSON_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct json_name {
	uint64_t mark;    /* differs for most names that differ */
	const char *text; /* without escapes; lent */
	uint32_t len;
	uint32_t offset; /* of its opening quote in the document */
};

/* The names of all objects that are open, innermost last. */
struct json_names {
	struct json_name *items;
	size_t count;
	size_t capacity;
};

/* Two members of one object with one name. */
struct json_twins {
	struct json_name first;
	struct json_name again;
};

void tally__json_names_init(struct json_names *names);
void tally__json_names_release(struct json_names *names);

/* Adds a name to those of the innermost object, whose first is items[base].  `text` is lent, has no
 * escapes any more, and began at `offset`; both numbers fit into 32 bits.
 * TALLY_ECONFLICT with *twins, TALLY_ENOMEM. */
int tally__json_names_add(struct json_names *names, size_t base, const char *text, size_t len,
			  size_t offset, struct json_twins *twins);

/* Ends the innermost object: what could not be compared on adding is compared now.  The same. */
int tally__json_names_close(struct json_names *names, size_t base, struct json_twins *twins);

#endif
