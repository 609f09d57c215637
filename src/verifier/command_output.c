#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "verifier/command_output.h"

#define MAX_SHOWN_CHARS 100

static bool is_blank(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (memchr(" \t\r\n", bytes[i], 4) == NULL)
			return false;
	}
	return true;
}

/* "…, but it printed "not found"". */
static int fail_values(const struct buf *output, const char *problem, struct tally_error *error)
{
	struct buf shown;
	int status;

	tally__buf_init(&shown, TALLY_ERROR_MESSAGE_BYTES);
	tally__text_add_printable(&shown, output->bytes, output->len, MAX_SHOWN_CHARS);
	status = shown.status == TALLY_ENOMEM
			 ? tally__fail_nomem(error)
			 : tally__fail(error, TALLY_EPARSE,
				       "expected values as a JSON object, or nothing, on the state "
				       "command's standard output, but it printed \"%s\"%s%s",
				       shown.bytes, problem[0] != '\0' ? ": " : "", problem);
	tally__buf_release(&shown);
	return status;
}

int tally__command_values(cJSON **out, const struct buf *output, struct tally_error *error)
{
	struct tally_error problem = TALLY_ERROR_INIT;
	cJSON *values = NULL;
	int status;

	*out = NULL;
	if (is_blank(output->bytes, output->len))
		return 0;
	status = tally_json_parse(&values, output->bytes, output->len, &problem);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	if (status != 0)
		return fail_values(output, problem.message, error);
	if (!cJSON_IsObject(values)) {
		cJSON_Delete(values);
		return fail_values(output, "", error);
	}
	*out = values;
	return 0;
}

struct line {
	const char *bytes;
	size_t len; /* without its end */
};

/* Takes the next line; false when there is none. */
static bool next_line(struct line *line, const char **at, const char *end)
{
	const char *stop;

	if (*at == end)
		return false;
	stop = memchr(*at, '\n', (size_t)(end - *at));
	line->bytes = *at;
	line->len = (size_t)((stop != NULL ? stop : end) - *at);
	*at = stop != NULL ? stop + 1 : end;
	if (line->len > 0 && line->bytes[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* The length of the name before the colon; 0 when it is no header line. */
static size_t header_name_len(const struct line *line)
{
	size_t len = 0;

	while (len < line->len && tally__http_in_token(line->bytes[len]))
		len++;
	return len < line->len && line->bytes[len] == ':' ? len : 0;
}

/* TALLY_EPARSE: it is none; without a message, which may not hold what stands there. */
static int add_header(struct http_headers *out, struct arena *arena, const struct line *line)
{
	size_t name_len = header_name_len(line);
	const char *value = line->bytes + name_len + 1;
	size_t len = line->len - name_len - 1;
	char *name, *copy;

	if (name_len == 0)
		return TALLY_EPARSE;
	while (len > 0 && (*value == ' ' || *value == '\t'))
		value++, len--;
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (!tally__http_is_value(value, len))
		return TALLY_EPARSE;
	name = tally__arena_memdup(arena, line->bytes, name_len);
	copy = tally__arena_memdup(arena, value, len);
	if (name == NULL || copy == NULL)
		return TALLY_ENOMEM;
	return tally__http_header_lend(out, arena, name, copy);
}

int tally__command_headers(struct http_headers *out, struct arena *arena, const struct buf *output,
			   struct tally_error *error)
{
	const char *at = output->bytes;
	const char *end = output->bytes + output->len;
	struct line line;
	size_t number = 0;

	*out = (struct http_headers){0};
	while (next_line(&line, &at, end)) {
		int status = 0;

		number++;
		if (!is_blank(line.bytes, line.len))
			status = add_header(out, arena, &line);
		if (status == TALLY_ENOMEM)
			return tally__fail_nomem(error);
		if (status != 0)
			return tally__fail(error, TALLY_EPARSE,
					   "line %zu of what the header command printed is no "
					   "header: expected \"Name: value\" (what it printed is "
					   "not shown)",
					   number);
	}
	if (out->count == 0)
		return tally__fail(error, TALLY_EPARSE,
				   "the header command printed no headers: expected lines \"Name: "
				   "value\" on its standard output");
	return 0;
}

static bool is_utf8(const struct line *line)
{
	return tally__utf8_valid_len(line->bytes, line->len) == line->len;
}

/* Reads header lines up to the empty line; *at is behind that. */
static int read_head(struct http_headers *out, struct arena *arena, const char **at,
		     const char *end, struct tally_error *error)
{
	const char *begin = *at;
	struct line line;
	size_t number = 0;

	while (next_line(&line, at, end)) {
		int status;

		if (line.len == 0)
			return 0;
		number++;
		if ((size_t)(*at - begin) > LIMIT_HEADER_BYTES)
			return tally__fail(error, TALLY_ELIMIT,
					   "the header lines of the message command's output are "
					   "longer than %d bytes",
					   LIMIT_HEADER_BYTES);
		status = is_utf8(&line) ? add_header(out, arena, &line) : TALLY_EPARSE;
		if (status == TALLY_ENOMEM)
			return tally__fail_nomem(error);
		if (status == 0)
			continue;
		return tally__fail(error, TALLY_EPARSE,
				   "line %zu of the message command's output is neither a header "
				   "line \"Name: value\", as those before it, nor the empty line "
				   "that ends them and is followed by the contents",
				   number);
	}
	return tally__fail(error, TALLY_EPARSE,
			   "the message command's output ends with its header lines: expected an "
			   "empty line after them, and then the contents");
}

static bool has_head(const struct buf *output)
{
	const char *at = output->bytes;
	struct line line;

	return next_line(&line, &at, output->bytes + output->len) &&
	       (line.len == 0 || header_name_len(&line) > 0);
}

/* Is it JSON?  TALLY_ENOMEM. */
static int is_json(bool *out, const char *bytes, size_t len)
{
	cJSON *document = NULL;
	int status = tally_json_parse(&document, bytes, len, NULL);

	*out = status == 0;
	cJSON_Delete(document);
	return status == TALLY_ENOMEM ? status : 0;
}

static int decode_metadata(cJSON **out, const char *header, struct tally_error *problem)
{
	struct buf text;
	int status = 0;

	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	if (header[0] == '{')
		tally__buf_adds(&text, header);
	else if (!tally__base64_decode(&text, header, strlen(header)) && text.status == 0)
		status = tally__fail(problem, TALLY_EPARSE, "it is not base64");
	if (text.status != 0)
		status = tally__buf_status(&text, problem);
	if (status == 0)
		status = tally_json_parse(out, text.bytes, text.len, problem);
	if (status == 0 && !cJSON_IsObject(*out))
		status = tally__fail(problem, TALLY_EPARSE, "it is no JSON object");
	tally__buf_release(&text);
	return status;
}

int tally__read_metadata(cJSON **out, const char *header, const char *type,
			 struct tally_error *error)
{
	struct tally_error problem = TALLY_ERROR_INIT;
	cJSON *metadata = NULL;
	int status = 0;

	tally__json_setup();
	if (header != NULL)
		status = decode_metadata(&metadata, header, &problem);
	else if ((metadata = cJSON_CreateObject()) == NULL)
		status = TALLY_ENOMEM;
	if (status == 0 && tally__json_get(metadata, "contentType") == NULL)
		status = tally__json_put(metadata, "contentType",
					 cJSON_CreateString(type != NULL ? type : ""));
	if (status == 0) {
		*out = metadata;
		return 0;
	}
	cJSON_Delete(metadata);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	return tally__fail(error, TALLY_EPARSE,
			   "the provider's header " METADATA_HEADER
			   " cannot be read: expected a JSON object, as it is or in base64, but %s",
			   problem.message);
}

/* All header lines that have no meaning of their own; what the JSON of metadata names comes first.
 * TALLY_ENOMEM. */
static int add_lines(cJSON *metadata, const struct http_headers *headers)
{
	int status = 0;

	for (size_t i = 0; i < headers->count && status == 0; i++) {
		const char *name = headers->items[i].name;

		if (tally__text_equal_nocase(name, "Content-Type") ||
		    tally__text_equal_nocase(name, METADATA_HEADER) ||
		    tally__json_get(metadata, name) != NULL)
			continue;
		status = tally__json_put(metadata, name,
					 cJSON_CreateString(headers->items[i].value));
	}
	return status;
}

int tally__command_message(struct message *out, cJSON **metadata, struct arena *arena,
			   const struct buf *output, struct tally_error *error)
{
	const char *at = output->bytes;
	const char *end = output->bytes + output->len;
	struct http_headers headers = {0};
	cJSON *made = NULL;
	const char *type;
	bool json = false;
	int status = 0;

	if (has_head(output))
		status = read_head(&headers, arena, &at, end, error);
	else if (end > at && end[-1] == '\n')
		end -= end - at > 1 && end[-2] == '\r' ? 2 : 1;
	if (status != 0)
		return status;
	type = tally__http_header_get(&headers, "Content-Type");
	if (type == NULL && is_json(&json, at, (size_t)(end - at)) != 0)
		return tally__fail_nomem(error);
	if (json)
		type = "application/json";
	status = tally__read_metadata(&made, tally__http_header_get(&headers, METADATA_HEADER),
				      type, error);
	if (status != 0)
		return status;
	if (add_lines(made, &headers) != 0) {
		cJSON_Delete(made);
		return tally__fail_nomem(error);
	}
	*metadata = made;
	*out = (struct message){.contents = {.state = end > at ? BODY_PRESENT : BODY_EMPTY,
					     .content_type = type,
					     .bytes = at,
					     .len = (size_t)(end - at)},
				.metadata = made};
	return 0;
}
