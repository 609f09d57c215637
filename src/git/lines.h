/* git/lines.h - the lines of git's protocol: four hexadecimal digits of length, then bytes. */
#ifndef TALLY_GIT_LINES_H
#define TALLY_GIT_LINES_H

#include "base/buf.h"
#include "git/carrier.h"

/* Longest line, with its digits. */
#define LINE_BYTES 65520

enum line_kind {
	LINE_DATA,
	LINE_FLUSH, /* ends a list */
	LINE_END    /* of the conversation */
};

struct line {
	enum line_kind kind;
	const char *bytes; /* lent until the next one; closed by a NUL that `len` does not count */
	size_t len;
};

/* Where lines come from; some kilobytes large. */
struct line_reader {
	struct carrier_session *session;
	size_t start, end; /* of what is in `bytes` and was not yet handed out */
	bool is_at_end;
	char bytes[LINE_BYTES + 1];
	char line[LINE_BYTES + 1];
};

void tally__line_reader_init(struct line_reader *reader, struct carrier_session *session);
/* TALLY_EPARSE: no such line; TALLY_EIO: the conversation ended within one. */
int tally__line_read(struct line_reader *reader, struct line *line, struct tally_error *error);
/* Takes one from bytes at hand: how many it has with its digits; 0: it is not whole, or none. */
size_t tally__line_take(const char *bytes, size_t len, struct line *line);

void tally__line_add(struct buf *out, const char *bytes, size_t len);
void tally__line_addf(struct buf *out, const char *format, ...) TALLY_PRINTF(2, 3);
void tally__line_add_flush(struct buf *out);

#endif
