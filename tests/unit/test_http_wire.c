/* What the server makes of the bytes of a request: what it takes, what it refuses, and that it
 * tells of each that it refuses. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server_fixture.h"

struct sample {
	const char *request;
	size_t len; /* 0: that of the text */
	const char *answer;
};

#define HOST "Host: h\r\n"
/* A text with NULs in it, and its length. */
#define WITH_NUL(text) text, sizeof(text) - 1
#define END            "Connection: close\r\n\r\n"

/* Each is refused with the status, told of once, and never given to the handler. */
static void assert_refused(struct fixture *fixture, const struct sample *samples, size_t count)
{
	start(fixture, (struct http_server_options){0});
	for (size_t i = 0; i < count; i++) {
		size_t len = samples[i].len > 0 ? samples[i].len : strlen(samples[i].request);
		struct buf answer = wire_ask(fixture->port, samples[i].request, len);

		if (strstr(answer.bytes, samples[i].answer) == NULL)
			fail_msg("\"%s\": \"%s\" not found in:\n%s", samples[i].request,
				 samples[i].answer, answer.bytes);
		assert_contains(answer, "Connection: close\r\n");
		assert_int_equal(fixture->refusals, i + 1);
		tally__buf_release(&answer);
	}
	assert_int_equal(fixture->calls, 0);
}

static void request_lines_are_checked(void **state)
{
	static const struct sample samples[] = {
		{"GET\r\n\r\n", 0, "HTTP/1.1 400 "},
		{"GET /\r\n\r\n", 0, "HTTP/1.1 400 "},
		{" GET / HTTP/1.1\r\n" HOST "\r\n", 0, "HTTP/1.1 400 "},
		{"GET  / HTTP/1.1\r\n" HOST "\r\n", 0, "have to be percent-encoded"},
		{"GET /a b HTTP/1.1\r\n" HOST "\r\n", 0, "have to be percent-encoded"},
		{"GET /\x01 HTTP/1.1\r\n" HOST "\r\n", 0, "have to be percent-encoded"},
		{"GET /\x7f HTTP/1.1\r\n" HOST "\r\n", 0, "have to be percent-encoded"},
		{"GET  HTTP/1.1\r\n" HOST "\r\n", 0, "HTTP/1.1 400 "},
		{"G(T / HTTP/1.1\r\n" HOST "\r\n", 0, "HTTP/1.1 400 "},
		{"GET / FTP/1.1\r\n" HOST "\r\n", 0, "in a version such as HTTP/1.1"},
		{"GET / HTTP/1.10\r\n" HOST "\r\n", 0, "in a version such as HTTP/1.1"},
		{"GET / HTTP/1.1 \r\n" HOST "\r\n", 0, "HTTP/1.1 400 "},
		{"GET / HTTP/2.0\r\n" HOST "\r\n", 0, "HTTP/1.1 505 "},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, "HTTP/1.1 505 "},
		{WITH_NUL("GET /a\0b HTTP/1.1\r\n" HOST "\r\n"), "has a NUL byte"},
		{WITH_NUL("GET\0 /a HTTP/1.1\r\n" HOST "\r\n"), "has a NUL byte"},
		{"\x16\x03\x01\x02\x00\x01", 0, "ask with http://"},
		{"\xff\xfe", 0, "HTTP/1.1 400 "},
	};

	assert_refused(*state, samples, sizeof(samples) / sizeof(samples[0]));
}

static void headers_are_checked(void **state)
{
	static const struct sample samples[] = {
		{"GET / HTTP/1.1\r\n\r\n", 0, "has no Host"},
		{"GET / HTTP/1.1\r\n" HOST HOST "\r\n", 0, "more than one Host"},
		{"GET / HTTP/1.1\r\n" HOST "X\r\n\r\n", 0, "a header that is not HTTP"},
		{"GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n", 0, "a header that is not HTTP"},
		{"GET / HTTP/1.1\r\n" HOST "X : y\r\n\r\n", 0, "a header that is not HTTP"},
		{"GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 0, "goes on in another line"},
		{"GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", 0, "a header that is not HTTP"},
		{WITH_NUL("GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n"),
		 "a header that is not HTTP"},
		{WITH_NUL("GET / HTTP/1.1\r\n" HOST "X\0: ab\r\n\r\n"),
		 "a header that is not HTTP"},
		{"GET / HTTP/1.1\r\n" HOST "Expect: a miracle\r\n\r\n", 0, "HTTP/1.1 417 "},
	};

	assert_refused(*state, samples, sizeof(samples) / sizeof(samples[0]));
}

/* What two readers could take for two different bodies. */
static void framing_is_checked(void **state)
{
	static const struct sample samples[] = {
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: "
		 "chunked\r\n\r\n0\r\n\r\n",
		 0, "both a Content-Length and a Transfer-Encoding"},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 0,
		 "more than one Content-Length"},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\nabc", 0, "not a number"},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 0, "not a number"},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: 0x3\r\n\r\nabc", 0, "not a number"},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 0, "not a number"},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 0,
		 "not a number"},
		{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: "
		 "chunked\r\n\r\n0\r\n\r\n",
		 0, "more than one Transfer-Encoding"},
		{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 0,
		 "HTTP/1.1 501 "},
		{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0,
		 "no Transfer-Encoding"},
	};

	assert_refused(*state, samples, sizeof(samples) / sizeof(samples[0]));
}

#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

static void chunks_are_checked(void **state)
{
	static const struct sample samples[] = {
		{CHUNKED "x\r\n", 0, "chunks of the request's body"},
		{CHUNKED "\r\n", 0, "chunks of the request's body"},
		{CHUNKED "-1\r\n", 0, "chunks of the request's body"},
		{CHUNKED "5\nhello\r\n", 0, "chunks of the request's body"},
		{CHUNKED "5\r\nhellohello", 0, "chunks of the request's body"},
		{CHUNKED "5\r\nhello\n0\r\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "5;a\n\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "10000000000000000\r\n", 0, "chunks of the request's body"},
		{CHUNKED "5 x\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5 \r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;;\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;a=\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;a b\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;a=b c\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;a=\x01\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;a=\"\x01\"\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;a=\"\\\x7f\"\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "5;a=\"b\"c\r\nhello", 0, "chunks of the request's body"},
		{CHUNKED "0\r\nX y z\r\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "0\r\nGET /next HTTP/1.1\r\n" HOST "\r\n", 0,
		 "chunks of the request's body"},
		{CHUNKED "0\r\n: y\r\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "0\r\nX: \x01\r\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "0\r\nX: y\rz\r\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "0\r\nX: y\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "0\r\nX: y\r\n z\r\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "0\r\ncontent-Length: 5\r\n\r\n", 0, "chunks of the request's body"},
		{CHUNKED "0\r\nA: b\r\nTransfer-Encoding: x\r\n\r\n", 0,
		 "chunks of the request's body"},
		{CHUNKED "fffffffffffffff0\r\nx", 0, "ended too early"},
	};
	struct fixture *fixture = *state;
	struct buf request, answer;

	start(fixture, (struct http_server_options){0});
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		int fd = wire_connect(fixture->port);

		tally__buf_init(&answer, WIRE_MAX_BYTES);
		wire_write(fd, samples[i].request, strlen(samples[i].request));
		shutdown(fd, SHUT_WR);
		wire_read_all(fd, &answer);
		close(fd);
		assert_contains(answer, "HTTP/1.1 400 ");
		assert_contains(answer, samples[i].answer);
		assert_int_equal(fixture->refusals, i + 1);
		tally__buf_release(&answer);
	}
	assert_int_equal(fixture->calls, 0);
	/* An extension without end. */
	tally__buf_init(&request, WIRE_MAX_BYTES);
	tally__buf_adds(&request, CHUNKED "5;");
	for (int i = 0; i < 70000; i++)
		tally__buf_addc(&request, 'x');
	answer = wire_ask(fixture->port, request.bytes, request.len);
	assert_contains(answer, "HTTP/1.1 400 ");
	tally__buf_release(&answer);
	tally__buf_release(&request);
}

static void chunks_are_joined(void **state)
{
	static const char request[] =
		"POST /a HTTP/1.1\r\n" HOST
		"transfer-encoding: CHUNKED\r\nConnection: close\r\n\r\n"
		"3;name=\"v\\\";\" ; b = c\r\nabc\r\n"
		"0000A\t;a;b=1;c=\"\"\r\n0123456789\r\n"
		"0\r\nTrailer: passed\tover\r\nContent-Lengthy-Thing:\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf answer;

	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, request);
	assert_contains(answer, "HTTP/1.1 200 ");
	assert_int_equal(fixture->seen.body_len, 13);
	assert_memory_equal(fixture->seen.body, "abc0123456789", 13);
	tally__buf_release(&answer);
}

/* A client that takes the server for its proxy asks with the whole URL. */
static void targets_may_be_urls(void **state)
{
	static const struct {
		const char *asked, *target, *host;
	} samples[] = {
		{"GET http://orders.test/a?b=http://c/", "/a?b=http://c/", "orders.test"},
		{"GET http://orders.test:81", "/", "orders.test:81"},
		{"GET HTTPS://[::1]?b", "/?b", "[::1]"},
		{"OPTIONS http://orders.test", "*", "orders.test"},
		{"OPTIONS http://orders.test/", "/", "orders.test"},
		{"GET /http://orders.test/", "/http://orders.test/", "h"},
		{"GET http:/a", "http:/a", "h"},
	};
	static const char *const refused[] = {"http://", "http:///a", "http://u@h/a", "https://?a"};
	struct fixture *fixture = *state;
	char request[200];

	start(fixture, (struct http_server_options){0});
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct buf answer;

		snprintf(request, sizeof(request), "%s HTTP/1.1\r\n" HOST END, samples[i].asked);
		answer = ask(fixture, request);
		assert_contains(answer, "HTTP/1.1 200 ");
		assert_string_equal(fixture->seen.target, samples[i].target);
		assert_string_equal(tally__http_header_get(&fixture->seen.headers, "Host"),
				    samples[i].host);
		tally__buf_release(&answer);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct buf answer;

		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST END, refused[i]);
		answer = ask(fixture, request);
		assert_contains(answer, "HTTP/1.1 400 ");
		assert_int_equal(fixture->refusals, i + 1);
		tally__buf_release(&answer);
	}
}

static void lines_may_end_in_lf(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "\r\n\nGET /lf HTTP/1.1\nHost: h\nX:  a \nConnection: close\n\n");
	assert_contains(answer, "HTTP/1.1 200 ");
	assert_string_equal(fixture->seen.target, "/lf");
	assert_string_equal(tally__http_header_get(&fixture->seen.headers, "x"), "a");
	tally__buf_release(&answer);
}

/* HTTP/1.0 ends with the answer, unless it asks for more. */
static void old_clients_are_served(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	answers(fixture, "Transfer-Encoding", "chunked");
	fixture->body = "four";
	fixture->body_len = 4;
	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "GET / HTTP/1.0\r\n\r\n");
	assert_contains(answer, "Connection: close\r\n");
	assert_contains(answer, "Content-Length: 4\r\n\r\nfour");
	assert_lacks(answer, "chunked");
	tally__buf_release(&answer);
	answer = ask(fixture, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
			      "GET / HTTP/1.0\r\n\r\n");
	assert_contains(answer, "Connection: keep-alive\r\n");
	assert_contains(answer, "Connection: close\r\n");
	assert_int_equal(fixture->calls, 3);
	tally__buf_release(&answer);
}

static void read_until(int fd, struct buf *out, const char *text)
{
	char byte;

	while (strstr(out->bytes, text) == NULL) {
		if (recv(fd, &byte, 1, 0) != 1)
			fail_msg("\"%s\" not found in:\n%s", text, out->bytes);
		tally__buf_addc(out, byte);
	}
}

static void bodies_are_waited_for(void **state)
{
	static const char head[] = "PUT / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
				   "Expect: 100-continue\r\nConnection: close\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf answer;
	int fd;

	start(fixture, (struct http_server_options){0});
	fd = wire_connect(fixture->port);
	tally__buf_init(&answer, WIRE_MAX_BYTES);
	wire_write(fd, head, sizeof(head) - 1);
	read_until(fd, &answer, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(fixture->calls, 0);
	wire_write(fd, "body", 4);
	wire_read_all(fd, &answer);
	close(fd);
	assert_contains(answer, "HTTP/1.1 200 ");
	assert_memory_equal(fixture->seen.body, "body", 4);
	tally__buf_release(&answer);
	/* Who does not wait is not told to go on. */
	answer = ask(fixture, "PUT / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
			      "Expect: 100-continue\r\nConnection: close\r\n\r\nbody");
	assert_lacks(answer, "100 Continue");
	tally__buf_release(&answer);
}

/* A request of many pieces, each cut anywhere, is the same request. */
static void pieces_are_put_together(void **state)
{
	static const char request[] =
		"POST /a?b HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" END
		"3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: t\r\n\r\n";
	struct fixture *fixture = *state;

	start(fixture, (struct http_server_options){0});
	for (size_t piece = 1; piece < 8; piece++) {
		int fd = wire_connect(fixture->port);
		struct buf answer;

		tally__buf_init(&answer, WIRE_MAX_BYTES);
		for (size_t i = 0; i < sizeof(request) - 1; i += piece) {
			size_t left = sizeof(request) - 1 - i;

			wire_write(fd, request + i, left < piece ? left : piece);
		}
		wire_read_all(fd, &answer);
		close(fd);
		assert_contains(answer, "HTTP/1.1 200 ");
		assert_int_equal(fixture->calls, piece);
		assert_string_equal(fixture->seen.target, "/a?b");
		assert_memory_equal(fixture->seen.body, "abcde", 5);
		tally__buf_release(&answer);
	}
}

/* More answers than the socket holds, to a client that reads when it has sent all. */
static void requests_may_come_at_once(void **state)
{
	enum { REQUESTS = 1000, BODY = 20000 };
	struct fixture *fixture = *state;
	char *body = tally__calloc(1, BODY);
	struct buf requests, answer;
	const char *at;

	assert_non_null(body);
	memset(body, 'x', BODY);
	fixture->body = body;
	fixture->body_len = BODY;
	start(fixture, (struct http_server_options){0});
	tally__buf_init(&requests, WIRE_MAX_BYTES);
	for (int i = 1; i <= REQUESTS; i++)
		tally__buf_addf(&requests,
				"POST /%d HTTP/1.1\r\n" HOST "%sContent-Length: 2\r\n\r\nab", i,
				i == REQUESTS ? "Connection: close\r\n" : "");
	answer = wire_ask(fixture->port, requests.bytes, requests.len);
	assert_int_equal(fixture->calls, REQUESTS);
	assert_string_equal(fixture->seen.target, "/1000");
	at = answer.bytes;
	for (int i = 0; i < REQUESTS; i++) {
		assert_memory_equal(at, "HTTP/1.1 200 OK\r\n", 17);
		at = strstr(at, "\r\n\r\n") + 4 + BODY;
	}
	assert_ptr_equal(at, answer.bytes + answer.len);
	tally__buf_release(&answer);
	tally__buf_release(&requests);
	tally__http_server_stop(fixture->server);
	fixture->server = NULL;
	tally__free(body);
}

/* A query of `count` arguments; the status of the answer to it. */
static void assert_arguments(struct fixture *fixture, size_t count, const char *status)
{
	struct buf request, answer;

	tally__buf_init(&request, WIRE_MAX_BYTES);
	tally__buf_adds(&request, "GET /?");
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(&request, "&a=%zu", i % 10);
	tally__buf_adds(&request, " HTTP/1.1\r\n" HOST END);
	answer = wire_ask(fixture->port, request.bytes, request.len);
	assert_contains(answer, status);
	if (strstr(answer.bytes, " 200 ") != NULL)
		assert_int_equal(strlen(fixture->seen.target), 2 + count * 4);
	tally__buf_release(&answer);
	tally__buf_release(&request);
}

static void queries_may_be_long(void **state)
{
	struct fixture *fixture = *state;

	start(fixture, (struct http_server_options){0});
	assert_arguments(fixture, 4000, "HTTP/1.1 200 ");
	assert_arguments(fixture, 32767, "HTTP/1.1 200 ");
	assert_int_equal(fixture->refusals, 0);
	assert_arguments(fixture, 32768, "HTTP/1.1 414 ");
	assert_arguments(fixture, 1000000, "HTTP/1.1 414 ");
	assert_int_equal(fixture->refusals, 2);
}

static void heads_have_a_limit(void **state)
{
	struct fixture *fixture = *state;
	struct buf request, answer;

	start(fixture, (struct http_server_options){0});
	for (size_t len = 60000; len <= 1000000; len += 940000) {
		tally__buf_init(&request, WIRE_MAX_BYTES);
		tally__buf_adds(&request, "GET /large HTTP/1.1\r\n" HOST "X: ");
		for (size_t i = 0; i < len; i++)
			tally__buf_addc(&request, 'x');
		tally__buf_adds(&request, "\r\n" END);
		answer = wire_ask(fixture->port, request.bytes, request.len);
		assert_contains(answer, len == 60000 ? "HTTP/1.1 200 " : "HTTP/1.1 431 ");
		tally__buf_release(&answer);
		tally__buf_release(&request);
	}
	assert_string_equal(fixture->refused.bytes, "GET /large 431\n");
}

static void assert_ends_at_every_byte(struct fixture *fixture, const char *request)
{
	size_t len = strlen(request);
	size_t calls = fixture->calls;

	for (size_t sent = 0; sent <= len; sent++) {
		size_t refusals = fixture->refusals;
		int fd = wire_connect(fixture->port);
		struct buf answer;

		tally__buf_init(&answer, WIRE_MAX_BYTES);
		wire_write(fd, request, sent);
		shutdown(fd, SHUT_WR);
		wire_read_all(fd, &answer);
		close(fd);
		/* Nobody who says nothing has asked. */
		assert_int_equal(fixture->refusals - refusals, sent > 0 && sent < len);
		assert_int_equal(fixture->calls - calls, sent == len);
		if (sent > 0)
			assert_contains(answer, sent < len ? "HTTP/1.1 400 " : "HTTP/1.1 200 ");
		tally__buf_release(&answer);
	}
}

static void connections_may_end_at_every_byte(void **state)
{
	struct fixture *fixture = *state;

	start(fixture, (struct http_server_options){.threads = 2});
	assert_ends_at_every_byte(fixture, "GET /a HTTP/1.1\r\n" HOST "\r\n");
	assert_ends_at_every_byte(fixture,
				  "POST /a HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
	assert_ends_at_every_byte(fixture, CHUNKED "5;x\r\nhello\r\n1\r\n!\r\n0\r\nT: t\r\n\r\n");
	assert_contains(fixture->refused, "POST /a 400\n");
	assert_contains(fixture->refused, "GET  400\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(request_lines_are_checked), TEST(headers_are_checked),
		TEST(framing_is_checked),        TEST(chunks_are_checked),
		TEST(chunks_are_joined),         TEST(targets_may_be_urls),
		TEST(lines_may_end_in_lf),       TEST(old_clients_are_served),
		TEST(bodies_are_waited_for),     TEST(pieces_are_put_together),
		TEST(requests_may_come_at_once), TEST(queries_may_be_long),
		TEST(heads_have_a_limit),        TEST(connections_may_end_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
