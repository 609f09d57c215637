#include "config.h"

#include "base/limits.h"
#include "http/chunked.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum chunked_state take_size(struct chunked *chunked, char c)
{
	int digit = digit_of(c);

	if (digit >= 0) {
		if (chunked->left > UINT64_MAX >> 4 || ++chunked->digits > 32)
			return CHUNKED_BROKEN;
		chunked->left = chunked->left << 4 | (unsigned)digit;
		return CHUNKED_SIZE;
	}
	if (chunked->digits == 0)
		return CHUNKED_BROKEN;
	if (c == '\r')
		return CHUNKED_SIZE_END;
	return c == ';' || c == ' ' || c == '\t' ? CHUNKED_EXTENSION : CHUNKED_BROKEN;
}

/* One byte more that is no part of the body. */
static enum chunked_state pass(struct chunked *chunked, enum chunked_state next)
{
	return ++chunked->passed_bytes > LIMIT_HEADER_BYTES ? CHUNKED_BROKEN : next;
}

static enum chunked_state end_size(struct chunked *chunked, char c)
{
	if (c != '\n')
		return CHUNKED_BROKEN;
	chunked->digits = 0;
	return chunked->left > 0 ? CHUNKED_DATA : CHUNKED_TRAILER;
}

static enum chunked_state take_byte(struct chunked *chunked, char c)
{
	switch (chunked->state) {
	case CHUNKED_SIZE:
		return take_size(chunked, c);
	case CHUNKED_EXTENSION:
		if (c == '\n' || c == '\0')
			return CHUNKED_BROKEN;
		return pass(chunked, c == '\r' ? CHUNKED_SIZE_END : CHUNKED_EXTENSION);
	case CHUNKED_SIZE_END:
		return end_size(chunked, c);
	case CHUNKED_DATA_CR:
		return c == '\r' ? CHUNKED_DATA_END : CHUNKED_BROKEN;
	case CHUNKED_DATA_END:
		return c == '\n' ? CHUNKED_SIZE : CHUNKED_BROKEN;
	case CHUNKED_TRAILER:
		return c == '\r' ? CHUNKED_LAST_END : pass(chunked, CHUNKED_TRAILER_LINE);
	case CHUNKED_TRAILER_LINE:
		return pass(chunked, c == '\n' ? CHUNKED_TRAILER : CHUNKED_TRAILER_LINE);
	case CHUNKED_LAST_END:
		return c == '\n' ? CHUNKED_DONE : CHUNKED_BROKEN;
	case CHUNKED_DATA:
	case CHUNKED_DONE:
	case CHUNKED_BROKEN:
		break;
	}
	return CHUNKED_BROKEN;
}

size_t tally__chunked_take(struct chunked *chunked, const char *bytes, size_t len, struct buf *body)
{
	size_t used = 0;

	while (used < len && chunked->state < CHUNKED_DONE) {
		if (chunked->state == CHUNKED_DATA) {
			size_t part = len - used;

			if (part > chunked->left)
				part = (size_t)chunked->left;
			tally__buf_add(body, bytes + used, part);
			chunked->left -= part;
			used += part;
			if (chunked->left == 0)
				chunked->state = CHUNKED_DATA_CR;
		} else {
			chunked->state = take_byte(chunked, bytes[used++]);
		}
	}
	return used;
}
