#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "http/exchange.h"
#include "http/stream.h"

/* How often an interrupt is looked for. */
#define POLL_MS            50
#define CONNECT_TIMEOUT_MS 15000
#define STALL_TIMEOUT_MS   60000

struct http_stream {
	CURLM *multi;
	struct http_client_options options;
	const volatile sig_atomic_t *interrupt;
	struct arena arena; /* of the options */
	struct origin origin;
	struct exchange *exchange; /* NULL: none */
	size_t held_bytes;
	size_t taken; /* of the bytes in the exchange's body */
	bool is_done; /* libcurl is */
	CURLcode outcome;
	int file; /* what is sent after the request's body */
	off_t file_len;
	size_t sent;
	int64_t moved_ms; /* when the last byte went or came */
};

static int keep_text(struct http_stream *stream, const char **text, struct tally_error *error)
{
	if (!*text)
		return 0;
	*text = tally__arena_strdup(&stream->arena, *text);
	return *text ? 0 : tally__fail_nomem(error);
}

int tally__http_stream_new(struct http_stream **out, const struct http_client_options *options,
			   const volatile sig_atomic_t *interrupt, struct tally_error *error)
{
	struct http_stream *stream;
	int status = tally__curl_load(error);

	if (status != 0)
		return status;
	stream = tally__calloc(1, sizeof *stream);
	if (!stream)
		return tally__fail_nomem(error);
	tally__arena_init(&stream->arena, 0);
	stream->options = *options;
	stream->interrupt = interrupt;
	if (stream->options.connect_timeout_ms == 0)
		stream->options.connect_timeout_ms = CONNECT_TIMEOUT_MS;
	if (stream->options.timeout_ms == 0)
		stream->options.timeout_ms = STALL_TIMEOUT_MS;
	if (stream->options.ca_file && access(stream->options.ca_file, R_OK) != 0)
		status = tally__fail(error, TALLY_EINVAL,
				     "the file of trusted certificates \"%.200s\" cannot be read: "
				     "%s",
				     stream->options.ca_file, strerror(errno));
	if (status == 0)
		status = keep_text(stream, &stream->options.ca_file, error);
	if (status == 0)
		status = keep_text(stream, &stream->options.client_cert, error);
	if (status == 0)
		status = keep_text(stream, &stream->options.client_key, error);
	if (status == 0)
		status = keep_text(stream, &stream->options.client_key_password, error);
	stream->multi = curl_multi_init();
	if (status == 0 && !stream->multi)
		status = tally__fail_nomem(error);
	if (status == 0)
		*out = stream;
	else
		tally__http_stream_free(stream);
	return status;
}

void tally__http_stream_end(struct http_stream *stream)
{
	struct exchange *exchange = stream->exchange;
	int running;

	if (!exchange)
		return;
	/* Its last bytes may be here already: then the connection can be used again. */
	if (exchange->easy && !stream->is_done)
		(void)curl_multi_perform(stream->multi, &running);
	stream->exchange = NULL;
	if (exchange->easy) {
		curl_multi_remove_handle(stream->multi, exchange->easy);
		curl_easy_cleanup(exchange->easy);
	}
	tally__exchange_free(exchange);
	stream->held_bytes = 0;
	stream->taken = 0;
}

void tally__http_stream_free(struct http_stream *stream)
{
	if (!stream)
		return;
	tally__http_stream_end(stream);
	if (stream->multi)
		curl_multi_cleanup(stream->multi);
	tally__origin_release(&stream->origin);
	tally__arena_release(&stream->arena);
	tally__free(stream);
}

/* The request's body, then the file. */
static size_t give(char *bytes, size_t size, size_t count, void *context)
{
	struct http_stream *stream = context;
	const struct http_request *request = &stream->exchange->request;
	size_t space = size * count;
	ssize_t got;

	stream->moved_ms = tally__time_monotonic_ms();
	if (stream->sent < request->body_len) {
		size_t left = request->body_len - stream->sent;

		got = (ssize_t)(left < space ? left : space);
		memcpy(bytes, request->body + stream->sent, (size_t)got);
	} else {
		off_t at = (off_t)(stream->sent - request->body_len);

		if (at >= stream->file_len)
			return 0;
		got = pread(stream->file, bytes, space, at);
		if (got <= 0)
			return CURL_READFUNC_ABORT;
	}
	stream->sent += (size_t)got;
	return (size_t)got;
}

/* libcurl begins again when a connection that it kept turns out to be closed. */
static int rewind_to(void *context, curl_off_t offset, int origin)
{
	struct http_stream *stream = context;

	if (origin != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	stream->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
	struct http_stream *stream = context;

	stream->moved_ms = tally__time_monotonic_ms();
	return tally__exchange_on_body(bytes, size, count, stream->exchange);
}

#define SET(option, value)                                                                         \
	do {                                                                                       \
		if (status == CURLE_OK)                                                            \
			status = curl_easy_setopt(easy, option, value);                            \
	} while (0)

static int set_up(struct http_stream *stream, struct tally_error *error)
{
	struct exchange *exchange = stream->exchange;
	CURL *easy = curl_easy_init();
	CURLcode status =
		easy ? tally__exchange_prepare(easy, &stream->options) : CURLE_OUT_OF_MEMORY;
	int code;

	if (status != CURLE_OK) {
		if (easy)
			curl_easy_cleanup(easy);
		return tally__fail_nomem(error);
	}
	code = tally__exchange_set_up(exchange, easy, &stream->options, error);
	if (code != 0)
		return code;
	SET(CURLOPT_TIMEOUT_MS, 0L);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, stream);
	if (exchange->request.body_len > 0 || stream->file >= 0) {
		SET(CURLOPT_POSTFIELDS, NULL);
		SET(CURLOPT_READFUNCTION, give);
		SET(CURLOPT_READDATA, stream);
		SET(CURLOPT_SEEKFUNCTION, rewind_to);
		SET(CURLOPT_SEEKDATA, stream);
		SET(CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)exchange->request.body_len + (curl_off_t)stream->file_len);
	}
	if (status == CURLE_OK && curl_multi_add_handle(stream->multi, easy) == CURLM_OK)
		return 0;
	return tally__fail_nomem(error);
}

static int fail_stalled(const struct http_stream *stream, struct tally_error *error)
{
	return tally__fail(error, TALLY_ETIMEOUT,
			   "%s sent nothing for %u s; see whether it is overloaded, or allow more "
			   "time",
			   stream->exchange->address, stream->options.timeout_ms / 1000);
}

static int check_end(struct http_stream *stream, struct tally_error *error)
{
	struct http_response response;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(stream->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE) {
			stream->is_done = true;
			stream->outcome = message->data.result;
		}
	if (!stream->is_done)
		return 0;
	return tally__exchange_outcome(stream->exchange, stream->outcome, &stream->options,
				       &response, error);
}

/* One turn; waits when there is nothing to do. */
static int turn(struct http_stream *stream, struct tally_error *error)
{
	int running, ready;
	int status;

	if (curl_multi_perform(stream->multi, &running) != CURLM_OK)
		return tally__fail(error, TALLY_EINTERNAL, "libcurl cannot go on");
	status = check_end(stream, error);
	if (status != 0 || stream->is_done || stream->exchange->body.len > stream->taken ||
	    stream->exchange->has_head)
		return status;
	return curl_multi_poll(stream->multi, NULL, 0, POLL_MS, &ready) == CURLM_OK
		       ? 0
		       : tally__fail(error, TALLY_EINTERNAL, "libcurl cannot wait");
}

static int check_patience(const struct http_stream *stream, struct tally_error *error)
{
	if (stream->interrupt && *stream->interrupt != 0)
		return tally__fail(error, TALLY_ETIMEOUT, "interrupted before %s had answered",
				   stream->exchange->address);
	if (tally__time_monotonic_ms() >= stream->moved_ms + stream->options.timeout_ms)
		return fail_stalled(stream, error);
	return 0;
}

static int begin(struct http_stream *stream, const struct http_request *request,
		 struct tally_error *error)
{
	int status = tally__exchange_fill(stream->exchange, &stream->origin, request, error);

	if (status == 0)
		status = set_up(stream, error);
	while (status == 0 && !stream->exchange->has_head && !stream->is_done) {
		status = check_patience(stream, error);
		if (status == 0)
			status = turn(stream, error);
	}
	return status;
}

int tally__http_stream_begin(struct http_stream *stream, const struct http_request *request,
			     int file, off_t file_len, struct http_response *head,
			     struct tally_error *error)
{
	long code = 0;
	int status;

	tally__http_stream_end(stream);
	stream->exchange = tally__exchange_new(LIMIT_BODY_BYTES, &stream->held_bytes);
	if (!stream->exchange)
		return tally__fail_nomem(error);
	stream->is_done = false;
	stream->file = file;
	stream->file_len = file >= 0 ? file_len : 0;
	stream->sent = 0;
	stream->moved_ms = tally__time_monotonic_ms();
	status = begin(stream, request, error);
	if (status != 0) {
		tally__http_stream_end(stream);
		return status;
	}
	curl_easy_getinfo(stream->exchange->easy, CURLINFO_RESPONSE_CODE, &code);
	*head = (struct http_response){.status = (int)code, .headers = stream->exchange->headers};
	return 0;
}

int tally__http_stream_read(struct http_stream *stream, char *bytes, size_t space, size_t *got,
			    struct tally_error *error)
{
	struct buf *body = &stream->exchange->body;
	int status = 0;

	if (stream->taken == body->len) {
		/* All was handed out: there is room again. */
		tally__buf_clear(body);
		stream->taken = 0;
		stream->held_bytes = 0;
	}
	while (status == 0 && body->len == 0 && !stream->is_done) {
		int ready;

		status = check_patience(stream, error);
		if (status == 0)
			status = turn(stream, error);
		if (status == 0 && body->len == 0 && !stream->is_done)
			(void)curl_multi_poll(stream->multi, NULL, 0, POLL_MS, &ready);
	}
	if (status != 0)
		return status;
	*got = body->len - stream->taken < space ? body->len - stream->taken : space;
	memcpy(bytes, body->bytes + stream->taken, *got);
	stream->taken += *got;
	return 0;
}
