/* http/chunked.h - takes a body out of its chunks (RFC 9112 section 7.1).  Extensions and trailers
 * are passed over. */
#ifndef TALLY_HTTP_CHUNKED_H
#define TALLY_HTTP_CHUNKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum chunked_state {
	CHUNKED_SIZE, /* digits */
	CHUNKED_EXTENSION,
	CHUNKED_SIZE_END, /* LF */
	CHUNKED_DATA,
	CHUNKED_DATA_CR,
	CHUNKED_DATA_END,
	CHUNKED_TRAILER, /* the start of a line */
	CHUNKED_TRAILER_LINE,
	CHUNKED_LAST_END, /* LF of the empty line */
	CHUNKED_DONE,
	CHUNKED_BROKEN
};

/* All zero in the beginning. */
struct chunked {
	enum chunked_state state;
	uint64_t left;       /* of the chunk; or its size so far */
	unsigned digits;     /* of the size */
	size_t passed_bytes; /* of extensions and trailers */
};

/* Takes bytes in until they end, or the body does, or is found to be none (CHUNKED_BROKEN).  How
 * many it took.  What `body` cannot hold shows in its status. */
size_t tally__chunked_take(struct chunked *chunked, const char *bytes, size_t len,
			   struct buf *body);

#endif
