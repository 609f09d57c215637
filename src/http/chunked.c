#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "http/chunked.h"
#include "http/http.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static enum chunked_state take_size(struct chunked *chunked, char c)
{
	int digit = tally__text_hex(c);

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
	if (c == ';')
		return CHUNKED_NAME;
	return is_blank(c) ? CHUNKED_GAP : CHUNKED_BROKEN;
}

/* ---- extensions ---- */

/* What may come behind a name or a value. */
static enum chunked_state end_extension(char c, enum chunked_state gap)
{
	if (c == '\r')
		return CHUNKED_SIZE_END;
	if (c == ';')
		return CHUNKED_NAME;
	return is_blank(c) ? gap : CHUNKED_BROKEN;
}

static enum chunked_state take_quoted(enum chunked_state state, char c)
{
	if (!tally__http_is_value(&c, 1))
		return CHUNKED_BROKEN;
	if (state == CHUNKED_QUOTED_PAIR)
		return CHUNKED_QUOTED;
	if (c == '"')
		return CHUNKED_QUOTED_END;
	return c == '\\' ? CHUNKED_QUOTED_PAIR : CHUNKED_QUOTED;
}

/* *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) */
static enum chunked_state take_extension(enum chunked_state state, char c)
{
	bool in_token = tally__http_in_token(c);

	switch (state) {
	case CHUNKED_GAP:
		return c == '\r' ? CHUNKED_BROKEN : end_extension(c, CHUNKED_GAP);
	case CHUNKED_NAME:
		if (is_blank(c))
			return CHUNKED_NAME;
		return in_token ? CHUNKED_NAME_REST : CHUNKED_BROKEN;
	case CHUNKED_NAME_REST:
		if (in_token)
			return CHUNKED_NAME_REST;
		return c == '=' ? CHUNKED_VALUE : end_extension(c, CHUNKED_NAME_GAP);
	case CHUNKED_NAME_GAP:
		if (c == '=')
			return CHUNKED_VALUE;
		return c == '\r' ? CHUNKED_BROKEN : end_extension(c, CHUNKED_NAME_GAP);
	case CHUNKED_VALUE:
		if (is_blank(c))
			return CHUNKED_VALUE;
		if (c == '"')
			return CHUNKED_QUOTED;
		return in_token ? CHUNKED_VALUE_REST : CHUNKED_BROKEN;
	case CHUNKED_VALUE_REST:
		return in_token ? CHUNKED_VALUE_REST : end_extension(c, CHUNKED_GAP);
	case CHUNKED_QUOTED_END:
		return end_extension(c, CHUNKED_GAP);
	default:
		return take_quoted(state, c);
	}
}

/* ---- trailers ---- */

/* Those that would change how the body is read must not come after it (RFC 9110 section 6.5.1). */
static bool is_refused(const struct chunked *chunked)
{
	static const char *const names[] = {"content-length", "transfer-encoding"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (chunked->name_len == strlen(names[i]) &&
		    memcmp(chunked->name, names[i], chunked->name_len) == 0)
			return true;
	}
	return false;
}

static enum chunked_state take_trailer(struct chunked *chunked, char c)
{
	if (chunked->state == CHUNKED_TRAILER) {
		if (c == '\r')
			return CHUNKED_LAST_END;
		chunked->name_len = 0;
	}
	if (chunked->state == CHUNKED_TRAILER_VALUE) {
		if (c == '\r')
			return CHUNKED_TRAILER_END;
		return tally__http_is_value(&c, 1) ? CHUNKED_TRAILER_VALUE : CHUNKED_BROKEN;
	}
	if (tally__http_in_token(c)) {
		if (chunked->name_len < sizeof(chunked->name))
			chunked->name[chunked->name_len++] = tally__text_lower(c);
		return CHUNKED_TRAILER_NAME;
	}
	return c != ':' || chunked->name_len == 0 || is_refused(chunked) ? CHUNKED_BROKEN
									 : CHUNKED_TRAILER_VALUE;
}

/* ---- the whole ---- */

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
	case CHUNKED_GAP:
	case CHUNKED_NAME:
	case CHUNKED_NAME_REST:
	case CHUNKED_NAME_GAP:
	case CHUNKED_VALUE:
	case CHUNKED_VALUE_REST:
	case CHUNKED_QUOTED:
	case CHUNKED_QUOTED_PAIR:
	case CHUNKED_QUOTED_END:
		return pass(chunked, take_extension(chunked->state, c));
	case CHUNKED_SIZE_END:
		return end_size(chunked, c);
	case CHUNKED_DATA_CR:
		return c == '\r' ? CHUNKED_DATA_END : CHUNKED_BROKEN;
	case CHUNKED_DATA_END:
		return c == '\n' ? CHUNKED_SIZE : CHUNKED_BROKEN;
	case CHUNKED_TRAILER:
	case CHUNKED_TRAILER_NAME:
	case CHUNKED_TRAILER_VALUE:
		return pass(chunked, take_trailer(chunked, c));
	case CHUNKED_TRAILER_END:
		return c == '\n' ? CHUNKED_TRAILER : CHUNKED_BROKEN;
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
