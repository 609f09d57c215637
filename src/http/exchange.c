#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/exchange.h"

static bool is_framing_header(const char *name)
{
	return tally__text_equal_nocase(name, "Content-Length") ||
	       tally__text_equal_nocase(name, "Transfer-Encoding");
}

int tally__http_url_address(const char **address, struct arena *arena, const char *url,
			    struct tally_error *error)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	CURLUcode status;
	CURLU *parts;
	int result = tally__curl_load(error);

	if (result != 0)
		return result;
	parts = curl_url();
	if (parts == NULL)
		return tally__fail_nomem(error);
	status = curl_url_set(parts, CURLUPART_URL, url,
			      CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME);
	if (status == CURLUE_OK)
		status = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
	if (status == CURLUE_OK)
		status = curl_url_get(parts, CURLUPART_HOST, &host, 0);
	if (status == CURLUE_OUT_OF_MEMORY) {
		result = tally__fail_nomem(error);
		goto out;
	}
	if (status != CURLUE_OK) {
		result = tally__fail(error, TALLY_EINVAL,
				     "\"%.200s\" is no URL: expected http://HOST[:PORT]/… or "
				     "https://…, without spaces and control characters",
				     url);
		goto out;
	}
	if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
		result = tally__fail(error, TALLY_EINVAL,
				     "\"%.200s\": expected a URL of http:// or https://, found %s",
				     url, scheme);
		goto out;
	}
	if (curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
		*address = tally__arena_printf(arena, "%s:%s", host, port);
	if (*address == NULL)
		result = tally__fail_nomem(error);
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
	return result;
}

static int copy_request(struct exchange *exchange, const struct http_request *request,
			struct tally_error *error)
{
	struct http_request *copy = &exchange->request;

	if (!tally__http_is_token(request->method))
		return tally__fail(error, TALLY_EINVAL,
				   "\"%.80s\" is no HTTP method: expected a word such as GET",
				   request->method);
	copy->method = tally__arena_strdup(&exchange->arena, request->method);
	copy->target = tally__arena_strdup(&exchange->arena, request->target);
	copy->body = tally__arena_memdup(&exchange->arena, request->body, request->body_len);
	copy->body_len = request->body_len;
	if (copy->method == NULL || copy->target == NULL || copy->body == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < request->headers.count; i++) {
		const struct http_header *header = &request->headers.items[i];
		int status;

		if (is_framing_header(header->name))
			continue;
		status = tally__http_header_add(&copy->headers, &exchange->arena, header->name,
						header->value, error);
		if (status != 0)
			return status;
	}
	return 0;
}

int tally__exchange_new(struct exchange **out, const struct http_request *request,
			size_t max_body_bytes, struct tally_error *error)
{
	struct exchange *exchange = tally__calloc(1, sizeof(*exchange));
	int status;

	if (exchange == NULL)
		return tally__fail_nomem(error);
	tally__arena_init(&exchange->arena, 0);
	tally__buf_init(&exchange->body, max_body_bytes);
	status = copy_request(exchange, request, error);
	if (status == 0)
		status = tally__http_url_address(&exchange->address, &exchange->arena,
						 exchange->request.target, error);
	if (status != 0) {
		tally__exchange_free(exchange);
		return status;
	}
	*out = exchange;
	return 0;
}

void tally__exchange_free(struct exchange *exchange)
{
	if (exchange == NULL)
		return;
	/* The handle first: it still points at the rest. */
	if (exchange->easy != NULL)
		curl_easy_cleanup(exchange->easy);
	curl_slist_free_all(exchange->lines);
	tally__buf_release(&exchange->body);
	tally__arena_release(&exchange->arena);
	tally__free(exchange);
}

static int add_line(struct exchange *exchange, const char *line)
{
	struct curl_slist *longer = line == NULL ? NULL : curl_slist_append(exchange->lines, line);

	if (longer == NULL)
		return TALLY_ENOMEM;
	exchange->lines = longer;
	return 0;
}

/* libcurl's notation: "Name: value" adds a line, "Name;" adds one without a value, "Name:" keeps
 * libcurl from adding its own. */
static int add_lines(struct exchange *exchange, struct tally_error *error)
{
	static const char *const unwanted[] = {"Accept", "Expect", "Content-Type"};
	const struct http_headers *headers = &exchange->request.headers;

	for (size_t i = 0; i < headers->count; i++) {
		const struct http_header *header = &headers->items[i];
		const char *blank = header->value + strspn(header->value, " \t");
		const char *colon = *blank == '\0' ? ";" : ": ";

		if (add_line(exchange, tally__arena_printf(&exchange->arena, "%s%s%s", header->name,
							   colon, blank)) != 0)
			return tally__fail_nomem(error);
	}
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++) {
		if (tally__http_header_get(headers, unwanted[i]) == NULL &&
		    add_line(exchange, tally__arena_printf(&exchange->arena, "%s:", unwanted[i])) !=
			    0)
			return tally__fail_nomem(error);
	}
	return 0;
}

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

static int fail_header_bytes(const struct exchange *exchange, struct tally_error *error)
{
	return tally__fail(error, TALLY_ELIMIT, "%s answered with more than %d bytes of headers",
			   exchange->address, LIMIT_HEADER_BYTES);
}

/* Called by libcurl with every line of every head (also those of "100 Continue") and, after the
 * body, with trailers, which belong to no contract and are passed over. */
static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count;
	long status = 0;

	if (len >= 5 && memcmp(bytes, "HTTP/", 5) == 0 && exchange->body.len == 0) {
		exchange->headers.count = 0;
		exchange->header_bytes = 0;
		exchange->in_headers = true;
		return len;
	}
	if (!exchange->in_headers)
		return len;
	exchange->header_bytes += len;
	if (exchange->header_bytes > LIMIT_HEADER_BYTES) {
		fail_header_bytes(exchange, &exchange->failure);
		return 0;
	}
	if (bytes[0] != '\r' && bytes[0] != '\n')
		return receive_line(exchange, bytes, len) == 0 ? len : 0;
	exchange->in_headers = false;
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	if (exchange->ends_with_headers && status >= 200) {
		exchange->complete = true;
		return 0;
	}
	return len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count;

	tally__buf_add(&exchange->body, bytes, len);
	if (exchange->body.status == TALLY_ELIMIT)
		tally__fail(&exchange->failure, TALLY_ELIMIT,
			    "%s answered with a body of more than %zu bytes", exchange->address,
			    exchange->body.max_bytes);
	else if (exchange->body.status != 0)
		tally__fail_nomem(&exchange->failure);
	return exchange->body.status == 0 ? len : 0;
}

/* Methods whose requests say "Content-Length: 0" when they have no body (RFC 9110 section 8.6). */
static bool method_has_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	       strcmp(method, "PATCH") == 0;
}

static CURLcode set_method(struct exchange *exchange)
{
	const struct http_request *request = &exchange->request;
	CURL *easy = exchange->easy;
	CURLcode status = CURLE_OK;

	if (request->body_len > 0 || method_has_body(request->method)) {
		status = curl_easy_setopt(easy, CURLOPT_POST, 1L);
		if (status == CURLE_OK)
			status = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
						  (curl_off_t)request->body_len);
		if (status == CURLE_OK)
			status = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
		/* libcurl sends no body once it is told that none comes back. */
		exchange->ends_with_headers = strcmp(request->method, "HEAD") == 0;
	} else if (strcmp(request->method, "HEAD") == 0) {
		return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	}
	if (status == CURLE_OK)
		status = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	return status;
}

#define SET(option, value)                                                                         \
	do {                                                                                       \
		if (status == CURLE_OK)                                                            \
			status = curl_easy_setopt(easy, option, value);                            \
	} while (0)

static CURLcode set_up(struct exchange *exchange, const struct http_client_options *options)
{
	CURL *easy = exchange->easy;
	CURLcode status = set_method(exchange);

	SET(CURLOPT_PRIVATE, exchange);
	SET(CURLOPT_ERRORBUFFER, exchange->curl_message);
	SET(CURLOPT_URL, exchange->request.target);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	SET(CURLOPT_HTTPHEADER, exchange->lines);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, exchange);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, exchange);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
	SET(CURLOPT_SSL_VERIFYPEER, options->insecure_tls ? 0L : 1L);
	SET(CURLOPT_SSL_VERIFYHOST, options->insecure_tls ? 0L : 2L);
	if (options->ca_file != NULL)
		SET(CURLOPT_CAINFO, options->ca_file);
	return status;
}

int tally__exchange_start(struct exchange *exchange, const struct http_client_options *options,
			  struct tally_error *error)
{
	CURLcode status;

	if (add_lines(exchange, error) != 0)
		return TALLY_ENOMEM;
	exchange->easy = curl_easy_init();
	if (exchange->easy == NULL)
		return tally__fail_nomem(error);
	status = set_up(exchange, options);
	if (status == CURLE_OUT_OF_MEMORY)
		return tally__fail_nomem(error);
	if (status != CURLE_OK)
		return tally__fail(error, TALLY_EINTERNAL, "libcurl refused an option: %s",
				   curl_easy_strerror(status));
	return 0;
}

/* libcurl does not say whether it was the server or a proxy that refused. */
static bool environment_has_proxy(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
					    "ALL_PROXY"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && *value != '\0')
			return true;
	}
	return false;
}

static int fail_to_connect(struct exchange *exchange, const char *reason, struct tally_error *error)
{
	long os_errno = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &os_errno);
	if (environment_has_proxy())
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "cannot connect to %s: %s; http_proxy or the like is set in the "
				   "environment: is that proxy to be used?",
				   exchange->address, reason);
	if (os_errno == ECONNREFUSED)
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "nothing listens on %s; start what should, or correct the "
				   "address",
				   exchange->address);
	return tally__fail(error, TALLY_EUNREACHABLE, "cannot connect to %s: %s", exchange->address,
			   reason);
}

static int fail_timeout(struct exchange *exchange, const struct http_client_options *options,
			struct tally_error *error)
{
	curl_off_t connected_us = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
	if (connected_us == 0)
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "no connection to %s within %u ms; check address and firewall",
				   exchange->address,
				   options->connect_timeout_ms < options->timeout_ms
					   ? options->connect_timeout_ms
					   : options->timeout_ms);
	return tally__fail(error, TALLY_ETIMEOUT,
			   "%s did not complete its answer within %u ms; allow more time, or see "
			   "why it is slow",
			   exchange->address, options->timeout_ms);
}

/* libcurl has a limit of its own for one header line, and says of a longer one, which it never
 * hands over, that memory is short.  Then the head came in part: some bytes were received, and its
 * end was not. */
static int fail_memory(struct exchange *exchange, struct tally_error *error)
{
	curl_off_t first_byte_us = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte_us);
	if (first_byte_us > 0 && (exchange->in_headers || exchange->header_bytes == 0))
		return fail_header_bytes(exchange, error);
	return tally__fail_nomem(error);
}

static int fail_exchange(struct exchange *exchange, CURLcode status,
			 const struct http_client_options *options, struct tally_error *error)
{
	const char *reason = exchange->curl_message[0] != '\0' ? exchange->curl_message
							       : curl_easy_strerror(status);

	switch (status) {
	case CURLE_OUT_OF_MEMORY:
		return fail_memory(exchange, error);
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return tally__fail(error, TALLY_EUNREACHABLE, "cannot find %s: %s; check the name",
				   exchange->address, reason);
	case CURLE_COULDNT_CONNECT:
		return fail_to_connect(exchange, reason, error);
	case CURLE_OPERATION_TIMEDOUT:
		return fail_timeout(exchange, options, error);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return tally__fail(error, TALLY_EUNREACHABLE, "no TLS connection to %s: %s",
				   exchange->address, reason);
	case CURLE_URL_MALFORMAT:
		return tally__fail(error, TALLY_EINVAL, "\"%.200s\" cannot be sent to: %s",
				   exchange->request.target, reason);
	default: /* also CURLE_UNSUPPORTED_PROTOCOL: it says so of answers before HTTP/1.0 */
		return tally__fail(error, TALLY_EIO, "%s gave no proper HTTP answer: %s",
				   exchange->address, reason);
	}
}

int tally__exchange_outcome(struct exchange *exchange, CURLcode status,
			    const struct http_client_options *options,
			    struct http_response *response, struct tally_error *error)
{
	long code = 0;

	if (exchange->failure.code != 0)
		return tally__fail(error, exchange->failure.code, "%s", exchange->failure.message);
	if (status != CURLE_OK && !exchange->complete)
		return fail_exchange(exchange, status, options, error);
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &code);
	*response = (struct http_response){.status = (int)code,
					   .headers = exchange->headers,
					   .body = exchange->body.bytes,
					   .body_len = exchange->body.len};
	return 0;
}
