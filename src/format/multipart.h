/* format/multipart.h - bodies of several parts, multipart/form-data and its kin (RFC 2046, RFC
 * 7578).
 *
 * Strict where a lax reader would guess: a boundary that is never closed and a header line that is
 * none are errors.  Lines may end in LF alone, as in bodies that stand as text in a contract; what
 * ends the first boundary's line ends all lines that belong to boundaries.  Reading takes linear
 * time, whatever the boundary.
 */
#ifndef TALLY_FORMAT_MULTIPART_H
#define TALLY_FORMAT_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct multipart_header {
	const char *name;  /* as written */
	const char *value; /* without blanks around it, continued lines joined by a blank */
};

struct multipart_part {
	const struct multipart_header *headers;
	size_t header_count;
	/* What Content-Disposition says; NULL where it says nothing.  A file name that is given
	 * twice, as RFC 5987 has it, is the extended one. */
	const char *disposition; /* in lower case: "form-data" */
	const char *name;
	const char *filename;
	const char *body; /* stands in the bytes that were read */
	size_t body_len;
};

struct multipart {
	struct multipart_part *parts;
	size_t count;
};

/* Takes a body apart; what it makes is in `arena`, and it lends from `bytes`.  TALLY_EPARSE says
 * what was expected and in which part; TALLY_ELIMIT: more than LIMIT_PARTS parts, or more than
 * LIMIT_PART_HEADER_BYTES of headers in one; TALLY_ENOMEM. */
int tally__multipart_parse(struct multipart *out, struct arena *arena, const char *bytes,
			   size_t len, const char *boundary, struct tally_error *error);

/* The value of a header of a part, the name in any case; NULL when there is none. */
const char *tally__multipart_header(const struct multipart_part *part, const char *name);

/* The content of a part as it was before it was encoded for transfer: base64 is decoded into
 * `arena`, anything else stays.  TALLY_EPARSE: it is no base64; TALLY_ENOMEM, TALLY_ELIMIT. */
int tally__multipart_content(const struct multipart_part *part, struct arena *arena,
			     const char **bytes, size_t *len);

#endif
