#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "http/exchange.h"

/* A body's memory of this size is kept for the next exchange. */
#define KEPT_BODY_BYTES ((size_t)262144)

static bool is_framing_header(const char *name)
{
	return tally__text_equal_nocase(name, "Content-Length") ||
	       tally__text_equal_nocase(name, "Transfer-Encoding");
}

/* ---- URLs ---- */

static int fail_url(CURLUcode status, const char *url, struct tally_error *error)
{
	if (status == CURLUE_OUT_OF_MEMORY)
		return tally__fail_nomem(error);
	return tally__fail(error, TALLY_EINVAL,
			   "\"%.200s\" is no URL: expected http://HOST[:PORT]/… or https://…, "
			   "without spaces and control characters",
			   url);
}

struct url_parts {
	CURLU *handle;
	char *scheme, *host, *port;
};

static void release_parts(struct url_parts *parts)
{
	curl_free(parts->scheme);
	curl_free(parts->host);
	curl_free(parts->port);
	curl_url_cleanup(parts->handle);
}

/* To be released also after a failure. */
static int take_apart(struct url_parts *parts, const char *url, struct tally_error *error)
{
	CURLUcode status;

	*parts = (struct url_parts){.handle = curl_url()};
	if (parts->handle == NULL)
		return tally__fail_nomem(error);
	status = curl_url_set(parts->handle, CURLUPART_URL, url,
			      CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME);
	if (status == CURLUE_OK)
		status = curl_url_get(parts->handle, CURLUPART_SCHEME, &parts->scheme, 0);
	if (status == CURLUE_OK)
		status = curl_url_get(parts->handle, CURLUPART_HOST, &parts->host, 0);
	if (status != CURLUE_OK)
		return fail_url(status, url, error);
	if (strcmp(parts->scheme, "http") != 0 && strcmp(parts->scheme, "https") != 0)
		return tally__fail(error, TALLY_EINVAL,
				   "\"%.200s\": expected a URL of http:// or https://, found %s",
				   url, parts->scheme);
	if (curl_url_get(parts->handle, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT) !=
	    CURLUE_OK)
		return tally__fail_nomem(error);
	return 0;
}

int tally__http_url_address(const char **address, struct arena *arena, const char *url,
			    struct tally_error *error)
{
	struct url_parts parts;
	int status = tally__curl_load(error);

	if (status != 0)
		return status;
	status = take_apart(&parts, url, error);
	if (status == 0) {
		*address = tally__arena_printf(arena, "%s:%s", parts.host, parts.port);
		if (*address == NULL)
			status = tally__fail_nomem(error);
	}
	release_parts(&parts);
	return status;
}

/* 127.0.0.1 and the like, or [::1] however it is written. */
static bool is_loopback_address(const char *host)
{
	char bare[INET6_ADDRSTRLEN + 1] = "";
	size_t len = strlen(host);
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (*host != '[' || len < 2 || len - 2 >= sizeof(bare))
		return false;
	memcpy(bare, host + 1, len - 2);
	return inet_pton(AF_INET6, bare, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_loopback(const char *host)
{
	size_t len = strlen(host);

	return is_loopback_address(host) || tally__text_equal_nocase(host, "localhost") ||
	       (len > 10 && tally__text_equal_nocase(host + len - 10, ".localhost"));
}

void tally__origin_release(struct origin *origin)
{
	tally__free(origin->text);
	tally__free(origin->address);
	*origin = (struct origin){0};
}

/* The length of scheme, user, host and port. */
static size_t origin_len(const char *url)
{
	const char *authority = strstr(url, "://");
	size_t scheme = authority != NULL ? (size_t)(authority + 3 - url) : 0;

	return scheme + strcspn(url + scheme, "/?#");
}

static bool has_origin(const struct origin *origin, const char *url, size_t len)
{
	return origin->text != NULL && origin->len == len && memcmp(origin->text, url, len) == 0;
}

/* What follows the host may hold anything but these. */
static bool has_unsendable(const char *rest)
{
	for (; *rest != '\0'; rest++) {
		if ((unsigned char)*rest <= 0x20 || *rest == 0x7f)
			return true;
	}
	return false;
}

static int look_at_url(struct origin *origin, const char *url, struct tally_error *error)
{
	size_t len = origin_len(url);
	struct url_parts parts;
	struct buf address;
	int status;

	if (has_origin(origin, url, len))
		return has_unsendable(url + len) ? fail_url(CURLUE_MALFORMED_INPUT, url, error) : 0;
	status = take_apart(&parts, url, error);
	if (status == 0) {
		tally__origin_release(origin);
		tally__buf_init(&address, strlen(url) + 8);
		tally__buf_addf(&address, "%s:%s", parts.host, parts.port);
		origin->address = tally__buf_take(&address, NULL);
		origin->text = tally__strndup(url, len);
		origin->len = len;
		origin->is_loopback = is_loopback(parts.host);
		if (origin->text == NULL || origin->address == NULL) {
			tally__origin_release(origin);
			status = tally__fail_nomem(error);
		}
	}
	release_parts(&parts);
	return status;
}

/* ---- life ---- */

/* Beyond this many bytes of a request's head libcurl says that memory is short. */
#define CURL_HEAD_BYTES ((size_t)1048576)
/* Room for what it adds itself: the version, Host, Content-Length. */
#define ADDED_BYTES ((size_t)4096)

static int check_head(const struct http_request *request, struct tally_error *error)
{
	size_t room = CURL_HEAD_BYTES - ADDED_BYTES;
	size_t target_len = strlen(request->target);

	if (target_len > room)
		return tally__fail(error, TALLY_ELIMIT,
				   "the URL of the request is longer than the limit of %zu bytes",
				   room);
	room -= target_len;
	for (size_t i = 0; i < request->headers.count; i++) {
		const struct http_header *header = &request->headers.items[i];
		size_t name_len = strlen(header->name), value_len = strlen(header->value);

		if (name_len + 4 > room || value_len > room - name_len - 4)
			return tally__fail(error, TALLY_ELIMIT,
					   "the request's URL and headers are more than the limit "
					   "of %zu bytes (up to the header %.80s)",
					   CURL_HEAD_BYTES - ADDED_BYTES, header->name);
		room -= name_len + value_len + 4;
	}
	return 0;
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

int tally__exchange_fill(struct exchange *exchange, struct origin *origin,
			 const struct http_request *request, struct tally_error *error)
{
	int status = check_head(request, error);

	if (status == 0)
		status = copy_request(exchange, request, error);
	if (status == 0)
		status = look_at_url(origin, request->target, error);
	if (status != 0)
		return status;
	exchange->is_loopback = origin->is_loopback;
	exchange->address = tally__arena_strdup(&exchange->arena, origin->address);
	return exchange->address != NULL ? 0 : tally__fail_nomem(error);
}

struct exchange *tally__exchange_new(size_t max_body_bytes, size_t *held_bytes)
{
	struct exchange *exchange = tally__calloc(1, sizeof(*exchange));

	if (exchange == NULL)
		return NULL;
	tally__arena_init(&exchange->arena, 0);
	tally__buf_init(&exchange->body, max_body_bytes);
	exchange->held_bytes = held_bytes;
	return exchange;
}

void tally__exchange_clear(struct exchange *exchange)
{
	struct arena arena = exchange->arena;
	struct buf body = exchange->body;
	size_t *held_bytes = exchange->held_bytes;

	*held_bytes -= body.len;
	curl_slist_free_all(exchange->lines);
	tally__arena_clear(&arena);
	if (body.capacity > KEPT_BODY_BYTES)
		tally__buf_release(&body);
	else
		tally__buf_clear(&body);
	*exchange = (struct exchange){.arena = arena, .body = body, .held_bytes = held_bytes};
}

void tally__exchange_free(struct exchange *exchange)
{
	if (exchange == NULL)
		return;
	tally__exchange_clear(exchange);
	tally__buf_release(&exchange->body);
	tally__arena_release(&exchange->arena);
	tally__free(exchange);
}

int tally__exchange_outcome(struct exchange *exchange, CURLcode status,
			    const struct http_client_options *options,
			    struct http_response *response, struct tally_error *error)
{
	long code = 0, version = CURL_HTTP_VERSION_NONE;

	if (exchange->failure.code != 0)
		return tally__fail(error, exchange->failure.code, "%s", exchange->failure.message);
	if (status != CURLE_OK && !exchange->complete)
		return tally__exchange_fail(exchange, status, options, error);
	/* libcurl is content with a part of it. */
	if (!exchange->has_head)
		return tally__exchange_fail_head(exchange, error);
	curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_VERSION, &version);
	if (options->version == HTTP_CLIENT_HTTP_2 && version != CURL_HTTP_VERSION_2_0)
		return tally__fail(error, TALLY_EIO,
				   "%s answered with HTTP/1, but HTTP/2 was asked for; see "
				   "whether it offers \"h2\" (ALPN), or leave the version open",
				   exchange->address);
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &code);
	*response = (struct http_response){.status = (int)code,
					   .headers = exchange->headers,
					   .body = exchange->body.bytes,
					   .body_len = exchange->body.len};
	return 0;
}
