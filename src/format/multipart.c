#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/multipart.h"
#include "format/multipart_headers.h"

/* Where the reader is, and how a boundary looks. */
struct reading {
	const char *at;
	const char *end;
	const char *mark; /* line end, "--", boundary */
	size_t mark_len;
	size_t line_end_len; /* of the boundaries' lines: 1 or 2 */
	struct arena *arena;
	struct tally_error *error;
};

/* What follows a boundary on its line. */
enum boundary_kind { BOUNDARY_NONE, BOUNDARY_NEXT, BOUNDARY_LAST };

static int check_boundary(const char *boundary, struct tally_error *error)
{
	size_t len = strlen(boundary);

	if (len == 0 || len > LIMIT_BOUNDARY_BYTES || boundary[len - 1] == ' ') {
		return tally__fail(error, TALLY_EPARSE,
				   "expected a boundary of 1 to %d bytes that does not end in a "
				   "blank, found one of %zu bytes",
				   (int)LIMIT_BOUNDARY_BYTES, len);
	}
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)boundary[i] < ' ' || boundary[i] == 0x7F) {
			return tally__fail(error, TALLY_EPARSE,
					   "the boundary has a control character");
		}
	}
	return 0;
}

static size_t left(const struct reading *r)
{
	return (size_t)(r->end - r->at);
}

/* The bytes of a line end at `at`: 0 when there is none. */
static size_t line_end_at(const char *at, const char *end)
{
	if (at < end && *at == '\n') {
		return 1;
	}
	return end - at >= 2 && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* Looks at the line behind a boundary, `at`, and moves past it.  A line that has more on it than
 * blanks is content that happens to begin like a boundary. */
static enum boundary_kind finish_boundary(const char **at, const char *end, size_t *line_end_len)
{
	const char *c = *at;
	bool last = end - c >= 2 && c[0] == '-' && c[1] == '-';

	c += last ? 2 : 0;
	while (c < end && (*c == ' ' || *c == '\t')) {
		c++;
	}
	*line_end_len = line_end_at(c, end);
	if (*line_end_len == 0 && !(last && c == end)) {
		return BOUNDARY_NONE;
	}
	*at = c + *line_end_len;
	return last ? BOUNDARY_LAST : BOUNDARY_NEXT;
}

/* Makes r->mark: CR LF "--" boundary. */
static int make_mark(struct reading *r, const char *boundary)
{
	const char *mark = tally__arena_printf(r->arena, "\r\n--%s", boundary);

	if (!mark) {
		return tally__fail_nomem(r->error);
	}
	r->mark = mark;
	r->mark_len = strlen(mark);
	return 0;
}

/* Passes over the preamble and the first boundary, whose line says how lines end. */
static enum boundary_kind find_first(struct reading *r)
{
	/* At the very start no line end stands before it; elsewhere LF does in either style. */
	const char *dashes = r->mark + 2;
	size_t dashes_len = r->mark_len - 2;
	enum boundary_kind kind = BOUNDARY_NONE;

	if (left(r) >= dashes_len && memcmp(r->at, dashes, dashes_len) == 0) {
		const char *behind = r->at + dashes_len;

		kind = finish_boundary(&behind, r->end, &r->line_end_len);
		if (kind != BOUNDARY_NONE) {
			r->at = behind;
			return kind;
		}
	}
	while (kind == BOUNDARY_NONE) {
		const char *found = memmem(r->at, left(r), r->mark + 1, r->mark_len - 1);

		if (!found) {
			return BOUNDARY_NONE;
		}
		r->at = found + r->mark_len - 1;
		kind = finish_boundary(&r->at, r->end, &r->line_end_len);
	}
	return kind;
}

/* The next boundary behind r->at; *content_end is where the content before it ends. */
static enum boundary_kind find_next(struct reading *r, const char **content_end)
{
	const char *mark = r->mark + 2 - r->line_end_len;
	size_t mark_len = r->mark_len - 2 + r->line_end_len;
	enum boundary_kind kind = BOUNDARY_NONE;

	while (kind == BOUNDARY_NONE) {
		const char *found = memmem(r->at, left(r), mark, mark_len);
		size_t ignored = 0;

		if (!found) {
			return BOUNDARY_NONE;
		}
		*content_end = found;
		r->at = found + mark_len;
		kind = finish_boundary(&r->at, r->end, &ignored);
	}
	return kind;
}

static int add_part(struct multipart *list, size_t *capacity, struct arena *arena,
		    const struct multipart_part *part)
{
	struct multipart_part *parts =
		tally__arena_room(arena, list->parts, list->count, capacity, 4, sizeof *parts);

	if (!parts) {
		return TALLY_ENOMEM;
	}
	list->parts = parts;
	list->parts[list->count++] = *part;
	return 0;
}

/* The part that starts at r->at, up to the boundary behind it. */
static int read_part(struct reading *r, size_t index, struct multipart_part *part,
		     enum boundary_kind *kind)
{
	const char *start = r->at;
	const char *end = NULL;

	/* A part of nothing at all: the line end of its boundary is that before the next one. */
	r->at -= r->line_end_len;
	*kind = find_next(r, &end);
	if (*kind == BOUNDARY_NONE) {
		return tally__fail(r->error, TALLY_EPARSE,
				   "expected the boundary \"%s\" behind part %zu, found the end of "
				   "the body",
				   tally__text_shown(r->arena, r->mark + 2, 100), index + 1);
	}
	*part = (struct multipart_part){.body = start, .body_len = 0};
	if (end > start) {
		part->body_len = (size_t)(end - start);
	}
	return tally__multipart_take_headers(part, index, r->arena, r->error);
}

int tally__multipart_parse(struct multipart *out, struct arena *arena, const char *bytes,
			   size_t len, const char *boundary, struct tally_error *error)
{
	struct reading r = {.at = bytes, .end = bytes + len, .arena = arena, .error = error};
	struct multipart list = {0};
	enum boundary_kind kind = BOUNDARY_NONE;
	size_t capacity = 0;
	int status = check_boundary(boundary, error);

	if (status == 0) {
		status = make_mark(&r, boundary);
	}
	if (status != 0) {
		return status;
	}
	kind = find_first(&r);
	if (kind == BOUNDARY_NONE) {
		return tally__fail(error, TALLY_EPARSE,
				   "expected a line that is the boundary \"%s\", found none",
				   tally__text_shown(arena, r.mark + 2, 100));
	}
	while (kind == BOUNDARY_NEXT) {
		struct multipart_part part;

		if (list.count == LIMIT_PARTS) {
			return tally__fail(error, TALLY_ELIMIT, "it has more than %d parts",
					   (int)LIMIT_PARTS);
		}
		status = read_part(&r, list.count, &part, &kind);
		if (status != 0) {
			return status;
		}
		if (add_part(&list, &capacity, arena, &part) != 0) {
			return tally__fail_nomem(error);
		}
	}
	*out = list;
	return 0;
}

const char *tally__multipart_header(const struct multipart_part *part, const char *name)
{
	for (size_t i = 0; i < part->header_count; i++) {
		if (tally__text_equal_nocase(part->headers[i].name, name)) {
			return part->headers[i].value;
		}
	}
	return NULL;
}

/* The text without the line ends that encoders put into it. */
static int join_lines(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!strchr(" \t\r\n", text[i]) || text[i] == '\0') {
			tally__buf_addc(out, text[i]);
		}
	}
	return out->status;
}

int tally__multipart_content(const struct multipart_part *part, struct arena *arena,
			     const char **bytes, size_t *len)
{
	const char *encoding = tally__multipart_header(part, "Content-Transfer-Encoding");
	struct buf joined;
	struct buf decoded;
	const char *copy = NULL;
	int status = 0;

	if (!encoding || !tally__text_equal_nocase(encoding, "base64")) {
		*bytes = part->body;
		*len = part->body_len;
		return 0;
	}
	tally__buf_init(&joined, LIMIT_BODY_BYTES);
	tally__buf_init(&decoded, LIMIT_BODY_BYTES);
	status = join_lines(&joined, part->body, part->body_len);
	if (status == 0 && !tally__base64_decode(&decoded, joined.bytes, joined.len)) {
		status = TALLY_EPARSE;
	}
	status = decoded.status ? decoded.status : status;
	if (status == 0) {
		copy = tally__arena_memdup(arena, decoded.bytes, decoded.len);
		status = copy ? 0 : TALLY_ENOMEM;
	}
	if (status == 0) {
		*bytes = copy;
		*len = decoded.len;
	}
	tally__buf_release(&joined);
	tally__buf_release(&decoded);
	return status;
}
