/* Why an exchange came to nothing, in words. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/exchange.h"

/* libcurl does not say whether it was the server or a proxy that refused. */
static bool goes_by_proxy(const struct exchange *exchange)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
					    "ALL_PROXY"};

	if (exchange->is_loopback)
		return false;
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

	if (exchange->socket_errno != 0)
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "cannot connect to %s: no socket for it: %s%s",
				   exchange->address, strerror(exchange->socket_errno),
				   exchange->socket_errno == EMFILE
					   ? "; allow more (ulimit -n), or ask for fewer at once"
					   : "");
	curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &os_errno);
	if (goes_by_proxy(exchange))
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

static bool mentions(const char *reason, const char *part)
{
	return strstr(reason, part) != NULL;
}

static bool is_from_environment(const char *ca_file)
{
	const char *named = getenv("SSL_CERT_FILE");

	return ca_file != NULL && named != NULL && strcmp(ca_file, named) == 0;
}

/* TLS libraries name what went wrong in words of their own. */
static const char *tls_hint(CURLcode status, const char *reason,
			    const struct http_client_options *options)
{
	if (status == CURLE_SSL_CACERT_BADFILE && is_from_environment(options->ca_file))
		return "; the variable SSL_CERT_FILE names it";
	if (status == CURLE_SSL_CERTPROBLEM)
		return "; see the client certificate, its key and the password";
	if (mentions(reason, "wrong version number") || mentions(reason, "packet length"))
		return "; does it listen for http:// instead?";
	if (mentions(reason, "certificate required") || mentions(reason, "handshake failure"))
		return options->client_cert == NULL
			       ? "; if it wants a client certificate, give one (--client-cert)"
			       : "; see whether it trusts the client certificate";
	return "";
}

static int fail_tls(const struct exchange *exchange, CURLcode status, const char *reason,
		    const struct http_client_options *options, struct tally_error *error)
{
	const char *option = options->ca_option != NULL ? options->ca_option : "--ca-file";

	if (status == CURLE_PEER_FAILED_VERIFICATION)
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "no TLS connection to %s: %s; if its certificate is that of a "
				   "private authority, give the authority's (%s)",
				   exchange->address, reason, option);
	return tally__fail(error, TALLY_EUNREACHABLE, "no TLS connection to %s: %s%s",
			   exchange->address, reason, tls_hint(status, reason, options));
}

#define PROGRESS_BYTES 96

/* How far the answer came, for the end of a sentence. */
static const char *progress(char out[PROGRESS_BYTES], const struct exchange *exchange)
{
	if (exchange->has_head)
		snprintf(out, PROGRESS_BYTES, "after its head and %zu bytes of its body",
			 exchange->body.len);
	else
		snprintf(out, PROGRESS_BYTES, "%s",
			 exchange->header_bytes > 0 ? "within its head" : "before it began");
	return out;
}

static int fail_timeout(struct exchange *exchange, const struct http_client_options *options,
			struct tally_error *error)
{
	curl_off_t connected_us = 0;
	char came[PROGRESS_BYTES];

	curl_easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
	if (connected_us == 0)
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "no connection to %s within %u ms; check address and firewall",
				   exchange->address,
				   options->connect_timeout_ms < options->timeout_ms
					   ? options->connect_timeout_ms
					   : options->timeout_ms);
	return tally__fail(error, TALLY_ETIMEOUT,
			   "%s did not complete its answer within %u ms (it stopped %s); give "
			   "requests a longer timeout, or see why it is slow",
			   exchange->address, options->timeout_ms, progress(came, exchange));
}

/* libcurl has a limit of its own for one header line, and says of a longer one, which it never
 * hands over, that memory is short.  Then the head came in part: some bytes were received, and its
 * end was not. */
static int fail_memory(struct exchange *exchange, struct tally_error *error)
{
	curl_off_t first_byte_us = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte_us);
	if (first_byte_us > 0 && !exchange->has_head)
		return tally__exchange_fail_header(exchange, error);
	return tally__fail_nomem(error);
}

int tally__exchange_fail_head(const struct exchange *exchange, struct tally_error *error)
{
	return tally__fail(error, TALLY_EIO,
			   "%s closed the connection within the head of its answer; see what it "
			   "logged",
			   exchange->address);
}

/* The connection was closed in good order, but too early. */
static int fail_short(struct exchange *exchange, struct tally_error *error)
{
	curl_off_t announced = -1, received = 0;

	if (!exchange->has_head)
		return tally__exchange_fail_head(exchange, error);
	curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
	if (announced >= 0)
		return tally__fail(error, TALLY_EIO,
				   "%s closed the connection within its answer: expected %lld "
				   "bytes of body, as its Content-Length says, found %lld",
				   exchange->address, (long long)announced, (long long)received);
	return tally__fail(error, TALLY_EIO,
			   "%s closed the connection within its answer: expected a last chunk of "
			   "the body, found none after %zu bytes",
			   exchange->address, exchange->body.len);
}

/* A server that knows HTTP/1 alone closes the connection, or answers in its own words. */
static const char *version_hint(const struct exchange *exchange,
				const struct http_client_options *options)
{
	if (options->version != HTTP_CLIENT_HTTP_2 || exchange->has_head)
		return "";
	return "; HTTP/2 was asked for, without a choice (--http-version 2): does it speak that?";
}

/* With TLS 1.3 a server may refuse the client after the client's side of the handshake is done. */
static int fail_broken(struct exchange *exchange, CURLcode status, const char *reason,
		       const struct http_client_options *options, struct tally_error *error)
{
	char came[PROGRESS_BYTES];

	if (!exchange->has_head && mentions(reason, "certificate required"))
		return fail_tls(exchange, status, reason, options, error);

	return tally__fail(error, TALLY_EIO, "%s gave no proper HTTP answer: it ended %s: %s%s",
			   exchange->address, progress(came, exchange), reason,
			   version_hint(exchange, options));
}

int tally__exchange_fail(struct exchange *exchange, CURLcode status,
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
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return fail_tls(exchange, status, reason, options, error);
	case CURLE_URL_MALFORMAT:
		return tally__fail(error, TALLY_EINVAL, "\"%.200s\" cannot be sent to: %s",
				   exchange->request.target, reason);
	case CURLE_GOT_NOTHING:
		return tally__fail(error, TALLY_EIO,
				   "%s closed the connection without an answer; expected an HTTP "
				   "response: see what it logged%s",
				   exchange->address, version_hint(exchange, options));
	case CURLE_PARTIAL_FILE:
		return fail_short(exchange, error);
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return fail_broken(exchange, status, reason, options, error);
	case CURLE_WRITE_ERROR: /* what follows the end of what was compressed, too */
	case CURLE_BAD_CONTENT_ENCODING:
		return tally__fail(error, TALLY_EIO,
				   "%s answered with a body that is not encoded as its "
				   "Content-Encoding says%s%s",
				   exchange->address, status == CURLE_WRITE_ERROR ? "" : ": ",
				   status == CURLE_WRITE_ERROR ? "" : reason);
	case CURLE_UNSUPPORTED_PROTOCOL: /* said of answers before HTTP/1.0 */
		return tally__fail(error, TALLY_EIO,
				   "%s gave no proper HTTP answer: expected one that begins with "
				   "\"HTTP/1.1\": %s; is that the right port?",
				   exchange->address, reason);
	default:
		return tally__fail(error, TALLY_EIO, "%s gave no proper HTTP answer: %s%s",
				   exchange->address, reason, version_hint(exchange, options));
	}
}
