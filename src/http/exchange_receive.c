/* What libcurl hands over of an answer. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "http/exchange.h"

/* Room that is made at once for a body whose length is announced; beyond, it grows as it comes. */
#define ANNOUNCED_BYTES ((size_t)1 << 20)

/* A line that begins with a blank continues the one before (RFC 9112 section 5.2). */
static int continue_header(struct exchange *exchange, const char *line)
{
	struct http_headers *headers = &exchange->headers;
	struct http_header *last;

	/* Each one copies the value so far: without a bound that grew with the square of the head.
	 */
	if (headers->count == 0 || ++exchange->continued_lines > LIMIT_CONTINUED_LINES)
		return tally__fail(&exchange->failure, TALLY_EIO,
				   "%s sent headers with misplaced or too many continuation lines",
				   exchange->address);
	last = &headers->items[headers->count - 1];
	last->value = tally__arena_printf(&exchange->arena, "%s %s", last->value,
					  line + strspn(line, " \t"));
	return last->value != NULL ? 0 : tally__fail_nomem(&exchange->failure);
}

static int receive_line(struct exchange *exchange, const char *bytes, size_t len)
{
	char *line, *value;
	struct tally_error problem = TALLY_ERROR_INIT;

	while (len > 0 && strchr("\r\n \t", bytes[len - 1]) != NULL)
		len--;
	line = tally__arena_memdup(&exchange->arena, bytes, len);
	if (line == NULL)
		return tally__fail_nomem(&exchange->failure);
	if (*line == ' ' || *line == '\t')
		return continue_header(exchange, line);
	value = strchr(line, ':');
	if (value == NULL || strlen(line) != len)
		return tally__fail(&exchange->failure, TALLY_EIO,
				   "%s sent a header line that is not HTTP: expected \"Name: "
				   "value\"",
				   exchange->address);
	*value++ = '\0';
	value += strspn(value, " \t");
	if (tally__http_header_add(&exchange->headers, &exchange->arena, line, value, &problem) ==
	    0)
		return 0;
	if (problem.code == TALLY_ENOMEM)
		return tally__fail_nomem(&exchange->failure);
	return tally__fail(&exchange->failure, TALLY_EIO, "%s sent a header that is not HTTP: %s",
			   exchange->address, problem.message);
}

int tally__exchange_fail_header(const struct exchange *exchange, struct tally_error *error)
{
	return tally__fail(error, TALLY_ELIMIT, "%s answered with more than %d bytes of headers",
			   exchange->address, LIMIT_HEADER_BYTES);
}

#define MAX_CODING_LEN 15

static bool is_decoded(const char *coding, size_t len)
{
	static const char *const names[] = {"gzip", "x-gzip", "deflate", "br",
					    "zstd", "none",   "identity"};
	char name[MAX_CODING_LEN + 1];

	if (len > MAX_CODING_LEN)
		return false;
	memcpy(name, coding, len);
	name[len] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (tally__text_equal_nocase(names[i], name))
			return true;
	}
	return len == 0;
}

/* Says whether libcurl knows all codings of a list such as "gzip, br". */
static bool all_decoded(const char *list)
{
	while (*list != '\0') {
		size_t len;

		list += strspn(list, ", \t");
		len = strcspn(list, ", \t");
		if (!is_decoded(list, len))
			return false;
		list += len;
	}
	return true;
}

/* Bytes that nobody waits for must not be taken for the beginning of the next answer. */
static bool may_leave_bytes(const struct exchange *exchange, long status)
{
	const char *length = tally__http_header_get(&exchange->headers, "Content-Length");

	if (status != 204 && status != 304 && strcmp(exchange->request.method, "HEAD") != 0)
		return false;
	return (length != NULL && strcmp(length, "0") != 0) ||
	       tally__http_header_get(&exchange->headers, "Transfer-Encoding") != NULL;
}

/* Where the body ends must be beyond doubt: libcurl takes the last of several lengths, and reads to
 * the end of the connection when there are too many digits. */
static int check_lengths(struct exchange *exchange)
{
	const struct http_headers *headers = &exchange->headers;
	uint64_t length = 0;
	bool found = false;

	if (tally__http_header_get(headers, "Transfer-Encoding") != NULL)
		return 0;
	for (size_t i = 0; i < headers->count; i++) {
		const char *value = headers->items[i].value;
		uint64_t other;

		if (!tally__text_equal_nocase(headers->items[i].name, "Content-Length"))
			continue;
		if (!tally__text_to_u64(value, &other) || other > INT64_MAX)
			return tally__fail(&exchange->failure, TALLY_EIO,
					   "%s answered with the Content-Length \"%.40s\"; "
					   "expected a number of bytes",
					   exchange->address, value);
		if (found && other != length)
			return tally__fail(&exchange->failure, TALLY_EIO,
					   "%s answered with two lengths of its body, %" PRIu64
					   " and %" PRIu64 "; expected one Content-Length",
					   exchange->address, length, other);
		length = other;
		found = true;
	}
	return 0;
}

/* The head that the answer's body follows is complete.  False: nothing is to follow. */
static bool end_head(struct exchange *exchange, long status)
{
	CURL *easy = exchange->easy;
	const char *coding = tally__http_header_get(&exchange->headers, "Content-Encoding");
	curl_off_t length = -1;
	long version = CURL_HTTP_VERSION_NONE;

	exchange->has_head = true;
	if (check_lengths(exchange) != 0)
		return false;
	/* Of a coding that it does not know, such as "utf-8", libcurl would take nothing. */
	if (coding != NULL && !all_decoded(coding))
		curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
	if (version < CURL_HTTP_VERSION_2_0 && may_leave_bytes(exchange, status))
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	if (exchange->ends_with_headers) {
		exchange->complete = true;
		return false;
	}
	curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	if (length > 0 && length <= (curl_off_t)ANNOUNCED_BYTES &&
	    (size_t)length <= exchange->body.max_bytes)
		tally__buf_reserve(&exchange->body, (size_t)length);
	return true;
}

/* Called by libcurl with every line of every head (also those of "100 Continue") and, after the
 * body, with trailers, which belong to no contract and are passed over. */
size_t tally__exchange_on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count;
	long status = 0;

	exchange->header_bytes += len;
	if (exchange->header_bytes > LIMIT_HEADER_BYTES) {
		tally__exchange_fail_header(exchange, &exchange->failure);
		return 0;
	}
	if (exchange->has_head)
		return len;
	if (len >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
		exchange->headers.count = 0;
		exchange->in_headers = true;
		return len;
	}
	if (!exchange->in_headers)
		return len;
	if (bytes[0] != '\r' && bytes[0] != '\n')
		return receive_line(exchange, bytes, len) == 0 ? len : 0;
	exchange->in_headers = false;
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	/* After 101 libcurl, which asked for nothing else, takes the rest for the body. */
	if (status < 200 && status != 101)
		return len;
	return end_head(exchange, status) ? len : 0;
}

static int fail_body(struct exchange *exchange)
{
	if (exchange->body.status == TALLY_ELIMIT)
		return tally__fail(&exchange->failure, TALLY_ELIMIT,
				   "%s answered with a body of more than %zu bytes",
				   exchange->address, exchange->body.max_bytes);
	return tally__fail_nomem(&exchange->failure);
}

size_t tally__exchange_on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count;

	if (len > LIMIT_BODIES_BYTES - *exchange->held_bytes) {
		tally__fail(&exchange->failure, TALLY_ELIMIT,
			    "%s answered with a body of more than %zu bytes, and all bodies under "
			    "way would take more than %d bytes; ask for fewer at once",
			    exchange->address, exchange->body.len, LIMIT_BODIES_BYTES);
		return 0;
	}
	tally__buf_add(&exchange->body, bytes, len);
	if (exchange->body.status != 0) {
		fail_body(exchange);
		return 0;
	}
	*exchange->held_bytes += len;
	return len;
}
