#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/uri.h"

void tally__uri_decode(struct buf *out, const char *text, size_t len, bool plus)
{
	size_t start = out->len;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && len - i > 2 && tally__text_hex(text[i + 1]) >= 0 &&
		    tally__text_hex(text[i + 2]) >= 0) {
			int byte = tally__text_hex(text[i + 1]) * 16 + tally__text_hex(text[i + 2]);

			tally__buf_addc(out, (char)byte);
			i += 2;
		} else {
			tally__buf_addc(out, plus && text[i] == '+' ? ' ' : text[i]);
		}
	}
	if (out->status != 0)
		return;
	if (tally__utf8_valid_len(out->bytes + start, out->len - start) == out->len - start &&
	    !memchr(out->bytes + start, '\0', out->len - start))
		return;
	tally__buf_truncate(out, start);
	tally__buf_add(out, text, len);
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void add_escape(struct buf *out, char c)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char byte = (unsigned char)c;

	tally__buf_addc(out, '%');
	tally__buf_addc(out, digits[byte >> 4]);
	tally__buf_addc(out, digits[byte & 15]);
}

void tally__uri_encode(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (is_alphanumeric(text[i]) || (text[i] && strchr("-._~", text[i])))
			tally__buf_addc(out, text[i]);
		else
			add_escape(out, text[i]);
	}
}

void tally__uri_encode_query(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (is_alphanumeric(text[i]) || text[i] == '-')
			tally__buf_addc(out, text[i]);
		else if (text[i] == ' ')
			tally__buf_addc(out, '+');
		else
			add_escape(out, text[i]);
	}
}

static int visit_piece(const char *piece, size_t len, struct buf *name, struct buf *value,
		       int (*visit)(void *context, const char *name, const char *value),
		       void *context)
{
	const char *equals = memchr(piece, '=', len);
	size_t name_len = equals ? (size_t)(equals - piece) : len;

	tally__buf_clear(name);
	tally__buf_clear(value);
	tally__uri_decode(name, piece, name_len, true);
	if (equals)
		tally__uri_decode(value, equals + 1, len - name_len - 1, true);
	if (name->status != 0 || value->status != 0)
		return name->status ? name->status : value->status;
	return visit(context, name->bytes, equals ? value->bytes : NULL);
}

int tally__uri_query_each(const char *text, size_t len,
			  int (*visit)(void *context, const char *name, const char *value),
			  void *context)
{
	const char *end = text + len;
	struct buf name;
	struct buf value;
	int status = 0;

	tally__buf_init(&name, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&value, LIMIT_DOCUMENT_BYTES);
	while (status == 0 && text < end) {
		const char *stop = memchr(text, '&', (size_t)(end - text));
		size_t piece_len = (size_t)((stop ? stop : end) - text);

		if (piece_len > 0)
			status = visit_piece(text, piece_len, &name, &value, visit, context);
		text += stop ? piece_len + 1 : piece_len;
	}
	tally__buf_release(&name);
	tally__buf_release(&value);
	return status;
}
