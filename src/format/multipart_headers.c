#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/mime_params.h"
#include "format/multipart_headers.h"
#include "format/uri.h"

/* The header lines of one part, in a copy that is cut up in place. */
struct lines {
	char *at;
	char *end;
	size_t index; /* of the part */
	struct multipart_header *headers;
	size_t count;
	char *value_end; /* of the last header: where a continued line goes */
	struct arena *arena;
	struct tally_error *error;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The end of a line without its CR LF or LF; *next is where the line after it starts. */
static const char *line_end(const char *line, const char *end, const char **next)
{
	const char *stop = memchr(line, '\n', (size_t)(end - line));

	if (!stop) {
		*next = end;
		return end;
	}
	*next = stop + 1;
	return stop > line && stop[-1] == '\r' ? stop - 1 : stop;
}

/* How far the header lines go, and how many there are; *body starts behind the empty line.  Without
 * an empty line all of the part is header lines. */
static size_t measure(const struct multipart_part *part, size_t *line_count, const char **body)
{
	const char *end = part->body + part->body_len;
	const char *line = part->body;
	const char *next = line;

	*line_count = 0;
	*body = end;
	while (line < end) {
		const char *stop = line_end(line, end, &next);

		if (stop == line) {
			*body = next;
			break;
		}
		(*line_count)++;
		line = next;
		if (line - part->body > LIMIT_PART_HEADER_BYTES) {
			break;
		}
	}
	return (size_t)(line - part->body);
}

static int fail_line(const struct lines *l, const char *line)
{
	return tally__fail(l->error, TALLY_EPARSE,
			   "expected a header line such as \"Content-Type: text/plain\" in part "
			   "%zu, found \"%s\"",
			   l->index + 1, tally__text_shown(l->arena, line, 100));
}

/* "Name: value" from `line` to `end`, which becomes the end of the value. */
static int take_header(struct lines *l, char *line, char *end)
{
	const char *cursor = line;
	const char *name = NULL;
	char *value = NULL;

	name = tally__mime_token(&cursor, l->arena);
	if (!name) {
		return tally__fail_nomem(l->error);
	}
	if (!*name || *cursor != ':') {
		return fail_line(l, line);
	}
	value = line + (cursor - line);
	*value++ = '\0';
	while (is_blank(*value)) {
		value++;
	}
	l->headers[l->count++] = (struct multipart_header){.name = line, .value = value};
	l->value_end = end;
	return 0;
}

/* A line that begins with a blank goes on with the value before it. */
static int continue_header(struct lines *l, char *line, const char *end)
{
	if (l->count == 0) {
		return fail_line(l, line);
	}
	while (line < end && is_blank(*line)) {
		line++;
	}
	if (line < end) {
		*l->value_end++ = ' ';
		memmove(l->value_end, line, (size_t)(end - line));
		l->value_end += end - line;
		*l->value_end = '\0';
	}
	return 0;
}

static int take_line(struct lines *l)
{
	const char *next = NULL;
	char *line = l->at;
	char *end = line + (line_end(line, l->end, &next) - line);

	l->at += next - line;
	while (end > line + 1 && is_blank(end[-1])) {
		end--;
	}
	*end = '\0';
	if (is_blank(*line)) {
		return continue_header(l, line, end);
	}
	return take_header(l, line, end);
}

/* RFC 5987: UTF-8'language'percent%20encoded.  NULL when it is not that, or when memory is short,
 * which sets *status. */
static const char *extended_value(const char *value, struct arena *arena, int *status)
{
	const char *quote = strchr(value, '\'');
	const char *start = quote ? strchr(quote + 1, '\'') : NULL;
	const char *text = NULL;
	struct buf decoded;

	if (!start || quote - value != 5 || tally__text_lower(value[0]) != 'u' ||
	    tally__text_lower(value[1]) != 't' || tally__text_lower(value[2]) != 'f' ||
	    value[3] != '-' || value[4] != '8') {
		return NULL;
	}
	tally__buf_init(&decoded, LIMIT_PART_HEADER_BYTES);
	tally__uri_decode(&decoded, start + 1, strlen(start + 1), false);
	if (decoded.status == 0) {
		text = tally__arena_memdup(arena, decoded.bytes, decoded.len);
	}
	tally__buf_release(&decoded);
	if (!text) {
		*status = TALLY_ENOMEM;
	}
	return text;
}

/* A parameter, in its extended form where that can be read. */
static const char *find_value(const struct mime_param *params, size_t count, const char *name,
			      const char *extended_name, struct arena *arena, int *status)
{
	const char *plain = tally__mime_param_find(params, count, name);
	const char *extended = tally__mime_param_find(params, count, extended_name);
	const char *decoded = extended ? extended_value(extended, arena, status) : NULL;

	if (decoded) {
		return decoded;
	}
	return plain ? plain : extended;
}

static int read_disposition(struct multipart_part *part, const struct lines *l)
{
	const char *cursor = tally__multipart_header(part, "Content-Disposition");
	const char *text = cursor;
	const struct mime_param *params = NULL;
	size_t count = 0;
	int status = 0;

	if (!cursor) {
		return 0;
	}
	part->disposition = tally__mime_token(&cursor, l->arena);
	if (!part->disposition) {
		return tally__fail_nomem(l->error);
	}
	status = tally__mime_params_parse(&params, &count, l->arena, cursor);
	if (status == 0) {
		part->name = find_value(params, count, "name", "name*", l->arena, &status);
		part->filename =
			find_value(params, count, "filename", "filename*", l->arena, &status);
	}
	if (status == TALLY_EPARSE) {
		return tally__fail(l->error, TALLY_EPARSE,
				   "expected a Content-Disposition such as form-data; name=\"a\" "
				   "in part %zu, found \"%s\"",
				   l->index + 1, tally__text_shown(l->arena, text, 100));
	}
	return status == 0 ? 0 : tally__fail_nomem(l->error);
}

int tally__multipart_take_headers(struct multipart_part *part, size_t index, struct arena *arena,
				  struct tally_error *error)
{
	struct lines l = {.index = index, .arena = arena, .error = error};
	size_t line_count = 0;
	const char *body = NULL;
	size_t len = measure(part, &line_count, &body);
	int status = 0;

	if (len > LIMIT_PART_HEADER_BYTES) {
		return tally__fail(error, TALLY_ELIMIT,
				   "the headers of part %zu have more than %d bytes", index + 1,
				   (int)LIMIT_PART_HEADER_BYTES);
	}
	if (memchr(part->body, '\0', len)) {
		return tally__fail(error, TALLY_EPARSE, "the headers of part %zu have a NUL byte",
				   index + 1);
	}
	l.at = tally__arena_memdup(arena, part->body, len);
	l.headers = tally__arena_alloc_array(arena, line_count + 1, sizeof *l.headers);
	if (!l.at || !l.headers) {
		return tally__fail_nomem(error);
	}
	l.end = l.at + len;
	while (status == 0 && l.at < l.end) {
		status = take_line(&l);
	}
	if (status != 0) {
		return status;
	}
	part->headers = l.headers;
	part->header_count = l.count;
	part->body_len -= (size_t)(body - part->body);
	part->body = body;
	return read_disposition(part, &l);
}
