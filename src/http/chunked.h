/* http/chunked.h - takes a body out of its chunks (RFC 9112 section 7.1).  Extensions and trailers
 * are passed over, but have to be what the RFC says: a request that follows a body without its end
 * would vanish in them. */
#ifndef TALLY_HTTP_CHUNKED_H
#define TALLY_HTTP_CHUNKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum chunked_state {
	CHUNKED_SIZE, /* digits */
	CHUNKED_GAP,  /* blanks before the ';' of an extension */
	CHUNKED_NAME, /* the start of an extension's name */
	CHUNKED_NAME_REST,
	CHUNKED_NAME_GAP, /* blanks before its '=' or the next ';' */
	CHUNKED_VALUE,    /* the start of its value */
	CHUNKED_VALUE_REST,
	CHUNKED_QUOTED,
	CHUNKED_QUOTED_PAIR,
	CHUNKED_QUOTED_END,
	CHUNKED_SIZE_END, /* LF */
	CHUNKED_DATA,
	CHUNKED_DATA_CR,
	CHUNKED_DATA_END,
	CHUNKED_TRAILER, /* the start of a line */
	CHUNKED_TRAILER_NAME,
	CHUNKED_TRAILER_VALUE,
	CHUNKED_TRAILER_END, /* LF */
	CHUNKED_LAST_END,    /* LF of the empty line */
	CHUNKED_DONE,
	CHUNKED_BROKEN
};

/* All zero in the beginning. */
struct chunked {
	enum chunked_state state;
	uint64_t left;       /* of the chunk; or its size so far */
	unsigned digits;     /* of the size */
	size_t passed_bytes; /* of extensions and trailers */
	char name[20];       /* of the trailer, as far as it fits */
	size_t name_len;
};

/* Takes bytes in until they end, or the body does, or is found to be none (CHUNKED_BROKEN).  How
 * many it took.  What `body` cannot hold shows in its status. */
size_t tally__chunked_take(struct chunked *chunked, const char *bytes, size_t len,
			   struct buf *body);

#endif
