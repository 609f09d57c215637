/* What libcurl is told to do. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "http/exchange.h"

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
	static const struct {
		const char *name, *line;
	} unwanted[] = {{"Accept", "Accept:"},
			{"Accept-Encoding", "Accept-Encoding:"},
			{"Expect", "Expect:"},
			{"Content-Type", "Content-Type:"}};
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
		if (tally__http_header_get(headers, unwanted[i].name) == NULL &&
		    add_line(exchange, unwanted[i].line) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

#define SET(option, value)                                                                         \
	do {                                                                                       \
		if (status == CURLE_OK)                                                            \
			status = curl_easy_setopt(easy, option, value);                            \
	} while (0)

/* Without TLS nothing more than 1.1 is tried by itself: asking a server to upgrade would add
 * headers. */
static long version_option(enum http_client_version version)
{
	switch (version) {
	case HTTP_CLIENT_HTTP_1_1:
		return CURL_HTTP_VERSION_1_1;
	case HTTP_CLIENT_HTTP_2:
		return CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
	case HTTP_CLIENT_ANY:
		break;
	}
	return CURL_HTTP_VERSION_2TLS;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static CURLcode prepare_tls(CURL *easy, const struct http_client_options *options)
{
	CURLcode status = CURLE_OK;

	SET(CURLOPT_SSL_VERIFYPEER, options->insecure_tls ? 0L : 1L);
	SET(CURLOPT_SSL_VERIFYHOST, options->insecure_tls ? 0L : 2L);
	if (options->ca_file != NULL)
		SET(CURLOPT_CAINFO, options->ca_file);
	if (options->client_cert != NULL) {
		SET(CURLOPT_SSLCERT, options->client_cert);
		if (ends_with(options->client_cert, ".p12") ||
		    ends_with(options->client_cert, ".pfx"))
			SET(CURLOPT_SSLCERTTYPE, "P12");
	}
	if (options->client_key != NULL)
		SET(CURLOPT_SSLKEY, options->client_key);
	if (options->client_key_password != NULL)
		SET(CURLOPT_KEYPASSWD, options->client_key_password);
	return status;
}

/* libcurl's own would be inherited by the commands that are run meanwhile. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *exchange = context;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;
	if (fd < 0)
		exchange->socket_errno = errno;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

CURLcode tally__exchange_prepare(CURL *easy, const struct http_client_options *options)
{
	/* Lent to all handles, and never changed.  Without it proxies are sent one of libcurl's. */
	static char proxy_line[] = "Proxy-Connection:";
	static struct curl_slist proxy_lines = {.data = proxy_line};
	CURLcode status = prepare_tls(easy, options);

	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, version_option(options->version));
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_PROXYHEADER, &proxy_lines);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_HEADERFUNCTION, tally__exchange_on_header);
	SET(CURLOPT_WRITEFUNCTION, tally__exchange_on_body);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
	/* All that this libcurl can decode. */
	if (options->decode)
		SET(CURLOPT_ACCEPT_ENCODING, "");
	return status;
}

/* Methods whose requests say "Content-Length: 0" when they have no body (RFC 9110 section 8.6). */
static bool method_has_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	       strcmp(method, "PATCH") == 0;
}

/* In this order: each of these options sets a method by the way, the last one lasts. */
static CURLcode set_method(struct exchange *exchange)
{
	const struct http_request *request = &exchange->request;
	const bool has_body = request->body_len > 0 || method_has_body(request->method);
	const bool is_head = strcmp(request->method, "HEAD") == 0;
	CURL *easy = exchange->easy;
	CURLcode status = CURLE_OK;

	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(has_body ? request->body_len : 0));
	SET(CURLOPT_POSTFIELDS, has_body ? request->body : NULL);
	SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_CUSTOMREQUEST, is_head && !has_body ? NULL : request->method);
	if (has_body)
		SET(CURLOPT_POST, 1L);
	else if (is_head)
		SET(CURLOPT_NOBODY, 1L);
	/* libcurl sends no body once it is told that none comes back. */
	exchange->ends_with_headers = is_head && has_body;
	return status;
}

/* libcurl 7.88 cannot send a second request over a connection that spoke HTTP/2 from the start. */
static bool can_keep_connection(const struct exchange *exchange,
				const struct http_client_options *options)
{
	return options->version != HTTP_CLIENT_HTTP_2 ||
	       strncmp(exchange->request.target, "https:", 6) == 0 ||
	       curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000;
}

static CURLcode set_options(struct exchange *exchange, const struct http_client_options *options)
{
	const bool keep = can_keep_connection(exchange, options);
	CURL *easy = exchange->easy;
	CURLcode status = set_method(exchange);

	SET(CURLOPT_PRIVATE, exchange);
	SET(CURLOPT_ERRORBUFFER, exchange->curl_message);
	SET(CURLOPT_HEADERDATA, exchange);
	SET(CURLOPT_WRITEDATA, exchange);
	SET(CURLOPT_OPENSOCKETDATA, exchange);
	SET(CURLOPT_URL, exchange->request.target);
	SET(CURLOPT_HTTPHEADER, exchange->lines);
	/* What is on this machine is not reached by way of another one. */
	SET(CURLOPT_PROXY, exchange->is_loopback ? "" : NULL);
	/* Both are changed while an answer comes. */
	SET(CURLOPT_HTTP_CONTENT_DECODING, 1L);
	SET(CURLOPT_FORBID_REUSE, keep ? 0L : 1L);
	SET(CURLOPT_FRESH_CONNECT, keep ? 0L : 1L);
	return status;
}

int tally__exchange_set_up(struct exchange *exchange, CURL *easy,
			   const struct http_client_options *options, struct tally_error *error)
{
	CURLcode status;

	/* Also when this fails: the exchange gives it back. */
	exchange->easy = easy;
	if (add_lines(exchange, error) != 0)
		return TALLY_ENOMEM;
	status = set_options(exchange, options);
	if (status == CURLE_OUT_OF_MEMORY)
		return tally__fail_nomem(error);
	if (status != CURLE_OK)
		return tally__fail(error, TALLY_EINTERNAL, "libcurl refused an option: %s",
				   curl_easy_strerror(status));
	return 0;
}
