/* format/multipart_headers.h - the header lines of one part of a body: private to multipart.c. */
#ifndef TALLY_FORMAT_MULTIPART_HEADERS_H
#define TALLY_FORMAT_MULTIPART_HEADERS_H

#include "format/multipart.h"

/* Takes the header lines off the front of part->body, where they still stand, and says what they
 * hold.  `index` is for messages.  TALLY_EPARSE, TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__multipart_take_headers(struct multipart_part *part, size_t index, struct arena *arena,
				  struct tally_error *error);

#endif
