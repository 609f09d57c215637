/* matching/match_multipart.h - bodies of several parts.
 *
 * Parts belong together by name, the n-th of a name with the n-th, or by position where they have
 * no name; further parts are no mismatch.  A part's place is "$.name" or "$[position]", and the
 * rules for what is in it go on from there.
 */
#ifndef TALLY_MATCHING_MATCH_MULTIPART_H
#define TALLY_MATCHING_MATCH_MULTIPART_H

#include "format/multipart.h"
#include "matching/bodies.h"

struct expected_part {
	struct multipart_part part;
	struct body body;
	struct expected_body content;
	size_t index;      /* among all parts */
	size_t occurrence; /* among those of its name */
	bool is_field;
	bool is_structured; /* a field that says that it is JSON or the like */
};

struct expected_parts {
	struct expected_part *items;
	size_t count;
};

/* Makes the parts of out->bytes ready, or says in out->unparsable why there are none.  `depth` says
 * in how many multipart bodies this one is.  TALLY_ENOMEM. */
int tally__expected_parts_init(struct expected_body *out, struct arena *arena, unsigned depth,
			       struct tally_error *error);
void tally__expected_parts_release(struct expected_parts *parts);

#endif
