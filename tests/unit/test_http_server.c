#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server_fixture.h"

static void targets_arrive_as_sent(void **state)
{
	static const char *const targets[] = {
		"/a%2Fb//c/../d%20e?x=1&x=2&%41=+&&y", "/",           "/?", "/a?b=%zz", "*",
		"/http://example.org/inside?x",        "/caf\xc3\xa9"};
	struct fixture *fixture = *state;

	start(fixture, (struct http_server_options){0});
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		char request[512];
		struct buf answer;

		snprintf(request, sizeof(request),
			 "OPTIONS %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", targets[i]);
		answer = ask(fixture, request);
		assert_contains(answer, "HTTP/1.1 200 ");
		assert_string_equal(fixture->seen.target, targets[i]);
		assert_string_equal(fixture->seen.method, "OPTIONS");
		tally__buf_release(&answer);
	}
}

static void repeated_request_headers_stay_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-b: 2, 3\r\nX-A: 4\r\n"
			      "X-Empty:\r\nConnection: close\r\n\r\n");
	tally__buf_release(&answer);
	assert_int_equal(fixture->seen.headers.count, 6);
	assert_string_equal(fixture->seen.headers.items[1].name, "X-A");
	assert_string_equal(fixture->seen.headers.items[1].value, "1");
	assert_string_equal(fixture->seen.headers.items[2].name, "x-b");
	assert_string_equal(fixture->seen.headers.items[2].value, "2, 3");
	assert_string_equal(fixture->seen.headers.items[3].value, "4");
	assert_string_equal(fixture->seen.headers.items[4].name, "X-Empty");
	assert_string_equal(fixture->seen.headers.items[4].value, "");
}

static void response_headers_go_out_as_set(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;
	const char *first, *second;

	answers(fixture, "Set-Cookie", "a=1");
	answers(fixture, "Content-Type", "text/x-odd");
	answers(fixture, "Set-Cookie", "b=2");
	answers(fixture, "X-Empty", "");
	answers(fixture, "X-Tab", "a\tb");
	fixture->status = 299;
	fixture->body = "body";
	fixture->body_len = 4;
	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 299 ");
	first = strstr(answer.bytes, "Set-Cookie: a=1\r\n");
	second = strstr(answer.bytes, "Set-Cookie: b=2\r\n");
	assert_non_null(first);
	assert_true(second > first);
	assert_contains(answer, "Content-Type: text/x-odd\r\n");
	assert_contains(answer, "X-Empty: ");
	assert_contains(answer, "X-Tab: a\tb\r\n");
	assert_contains(answer, "Content-Length: 4\r\n");
	assert_contains(answer, "\r\n\r\nbody");
	tally__buf_release(&answer);
}

static void framing_headers_follow_the_body(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	answers(fixture, "Content-Length", "77");
	answers(fixture, "Transfer-Encoding", "gzip");
	answers(fixture, "Connection", "keep-alive");
	answers(fixture, "Date", "Wed, 01 Sep 2021 00:07:21 GMT");
	fixture->body = "four";
	fixture->body_len = 4;
	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 200 ");
	assert_contains(answer, "Content-Length: 4\r\n");
	assert_lacks(answer, "77");
	assert_lacks(answer, "gzip");
	assert_contains(answer, "Date: Wed, 01 Sep 2021 00:07:21 GMT\r\n");
	tally__buf_release(&answer);
}

static void chunked_is_honoured(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	answers(fixture, "Transfer-Encoding", "chunked");
	fixture->body = "four";
	fixture->body_len = 4;
	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "Transfer-Encoding: chunked\r\n");
	assert_contains(answer, "\r\n\r\n4\r\nfour\r\n0\r\n\r\n");
	assert_lacks(answer, "Content-Length");
	tally__buf_release(&answer);
}

static void head_keeps_its_content_length(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	answers(fixture, "Content-Length", "1234");
	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "Content-Length: 1234\r\n");
	assert_true(answer.len > 4 && strcmp(answer.bytes + answer.len - 4, "\r\n\r\n") == 0);
	tally__buf_release(&answer);

	fixture->headers.count = 0;
	fixture->body = "four";
	fixture->body_len = 4;
	answer = ask(fixture, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "Content-Length: 4\r\n");
	assert_lacks(answer, "four");
	tally__buf_release(&answer);
}

/* One length, or the chunks, never both; and one that clients can read. */
static void heads_say_one_length(void **state)
{
	static const struct {
		const char *lengths[2], *encoding;
		int status;
		const char *there, *lacking;
	} samples[] = {
		{{"12", NULL}, "chunked", 200, "Transfer-Encoding: chunked\r\n", "Content-Length"},
		{{"12", NULL}, "gzip", 200, "Content-Length: 12\r\n", "Transfer-Encoding"},
		{{"abc", NULL}, NULL, 200, "Content-Length: 0\r\n", "abc"},
		{{"5", "6"}, NULL, 200, "Content-Length: 0\r\n", "Content-Length: 5"},
		{{"5, 5", NULL}, NULL, 200, "Content-Length: 0\r\n", "5, 5"},
		{{"12", NULL}, "chunked", 304, "Content-Length: 12\r\n", "Transfer-Encoding"},
		{{"abc", NULL}, NULL, 304, "HTTP/1.1 304 ", "Content-Length"},
		{{"5", "6"}, NULL, 304, "HTTP/1.1 304 ", "Content-Length"},
	};
	struct fixture *fixture = *state;

	start(fixture, (struct http_server_options){0});
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct buf answer;

		fixture->headers.count = 0;
		fixture->status = samples[i].status;
		for (size_t j = 0; j < 2 && samples[i].lengths[j] != NULL; j++)
			answers(fixture, "Content-Length", samples[i].lengths[j]);
		if (samples[i].encoding != NULL)
			answers(fixture, "Transfer-Encoding", samples[i].encoding);
		answer = ask(fixture, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
		assert_contains(answer, samples[i].there);
		assert_lacks(answer, samples[i].lacking);
		tally__buf_release(&answer);
	}
}

/* Whatever else the answer says of its connection; the test reads to the end of it. */
static void answers_may_end_the_connection(void **state)
{
	static const char *const options[][2] = {
		{"close", NULL}, {"Foo", "Close"}, {"Close", "Foo"}, {"keep-alive, close", NULL}};
	struct fixture *fixture = *state;

	/* Who does not end it would wait for the end of the test. */
	start(fixture, (struct http_server_options){.idle_timeout_s = 600});
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct buf answer;

		fixture->headers.count = 0;
		for (size_t j = 0; j < 2 && options[i][j] != NULL; j++)
			answers(fixture, "Connection", options[i][j]);
		answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
		for (size_t j = 0; j < 2 && options[i][j] != NULL; j++)
			assert_contains(answer, options[i][j]);
		tally__buf_release(&answer);
	}
}

static void statuses_without_body(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	fixture->status = 204;
	fixture->body = "not sent";
	fixture->body_len = 8;
	start(fixture, (struct http_server_options){0});
	answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 204 ");
	assert_lacks(answer, "not sent");
	tally__buf_release(&answer);
	fixture->status = 101;
	answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 500 ");
	assert_contains(answer, "none that HTTP can end");
	tally__buf_release(&answer);
	fixture->status = 200;
	fixture->result = TALLY_ENOMEM;
	answer = ask(fixture, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 500 ");
	tally__buf_release(&answer);
}

static void bodies_up_to_the_limit(void **state)
{
	struct fixture *fixture = *state;
	struct buf request, answer;

	start(fixture, (struct http_server_options){.max_body_bytes = 1000});
	for (size_t len = 999; len <= 1001; len++) {
		tally__buf_init(&request, 1 << 20);
		tally__buf_addf(&request,
				"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
				"Content-Length: %zu\r\n\r\n",
				len);
		for (size_t i = 0; i < len; i++)
			tally__buf_addc(&request, (char)(i % 256));
		answer = wire_ask(fixture->port, request.bytes, request.len);
		assert_contains(answer, len <= 1000 ? "HTTP/1.1 200 " : "HTTP/1.1 413 ");
		if (len <= 1000) {
			assert_int_equal(fixture->seen.body_len, len);
			assert_memory_equal(fixture->seen.body, request.bytes + request.len - len,
					    len);
		}
		tally__buf_release(&answer);
		tally__buf_release(&request);
	}
	assert_int_equal(fixture->seen.body_len, 1000);
}

static void chunked_bodies(void **state)
{
	static const char small[] = "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
				    "Transfer-Encoding: chunked\r\n\r\n"
				    "3\r\nabc\r\n2\r\n\0d\r\n0\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf request, answer;

	start(fixture, (struct http_server_options){.max_body_bytes = 1000});
	answer = wire_ask(fixture->port, small, sizeof(small) - 1);
	assert_contains(answer, "HTTP/1.1 200 ");
	assert_int_equal(fixture->seen.body_len, 5);
	assert_memory_equal(fixture->seen.body, "abc\0d", 5);
	tally__buf_release(&answer);

	tally__buf_init(&request, 1 << 20);
	tally__buf_adds(&request, "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
				  "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 101; i++)
		tally__buf_adds(&request, "a\r\n0123456789\r\n");
	tally__buf_adds(&request, "0\r\n\r\n");
	answer = wire_ask(fixture->port, request.bytes, request.len);
	assert_contains(answer, "HTTP/1.1 413 ");
	assert_int_equal(fixture->calls, 1);
	tally__buf_release(&answer);
	tally__buf_release(&request);
}

/* A body announced as endless is refused before it is sent. */
static void huge_announcements_are_refused_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	start(fixture, (struct http_server_options){.max_body_bytes = 1000});
	answer = ask(fixture, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 413 ");
	assert_int_equal(fixture->calls, 0);
	tally__buf_release(&answer);
}

static void bad_heads_are_refused(void **state)
{
	static const char control[] = "GET / HTTP/1.1\r\nHost: h\r\nX-A: a\x01z\r\n\r\n";
	static const char name[] = "GET / HTTP/1.1\r\nHost: h\r\nX(A): a\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf request, answer;

	start(fixture, (struct http_server_options){0});
	answer = wire_ask(fixture->port, control, sizeof(control) - 1);
	assert_contains(answer, "HTTP/1.1 400 ");
	tally__buf_release(&answer);
	answer = wire_ask(fixture->port, name, sizeof(name) - 1);
	assert_contains(answer, "HTTP/1.1 400 ");
	tally__buf_release(&answer);

	tally__buf_init(&request, 1 << 20);
	tally__buf_adds(&request, "GET / HTTP/1.1\r\nHost: h\r\n");
	for (int i = 0; i < 7000; i++)
		tally__buf_addf(&request, "X-%d: y\r\n", i);
	tally__buf_adds(&request, "\r\n");
	answer = wire_ask(fixture->port, request.bytes, request.len);
	assert_contains(answer, "HTTP/1.1 431 ");
	tally__buf_release(&answer);
	tally__buf_release(&request);
	assert_int_equal(fixture->calls, 0);
}

static void connections_are_kept(void **state)
{
	static const char two[] = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
				  "GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf answer;
	const char *second;

	fixture->body = "x";
	fixture->body_len = 1;
	start(fixture, (struct http_server_options){.threads = 3});
	answer = wire_ask(fixture->port, two, sizeof(two) - 1);
	second = strstr(answer.bytes + 1, "HTTP/1.1 200 ");
	assert_non_null(second);
	assert_int_equal(fixture->calls, 2);
	tally__buf_release(&answer);
}

static void *stop_server(void *context)
{
	tally__http_server_stop(context);
	return NULL;
}

static void stop_lets_answers_out(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf answer;
	pthread_t stopper;
	int fd;

	fixture->waits = true;
	fixture->body = "late";
	fixture->body_len = 4;
	start(fixture, (struct http_server_options){.threads = 2});
	fd = wire_connect(fixture->port);
	wire_write(fd, request, sizeof(request) - 1);
	pthread_mutex_lock(&fixture->lock);
	while (!fixture->in_handler)
		pthread_cond_wait(&fixture->changed, &fixture->lock);
	assert_int_equal(pthread_create(&stopper, NULL, stop_server, fixture->server), 0);
	fixture->let_go = true;
	pthread_cond_broadcast(&fixture->changed);
	pthread_mutex_unlock(&fixture->lock);
	tally__buf_init(&answer, 1 << 20);
	wire_read_all(fd, &answer);
	close(fd);
	pthread_join(stopper, NULL);
	fixture->server = NULL;
	assert_contains(answer, "HTTP/1.1 200 ");
	assert_contains(answer, "\r\n\r\nlate");
	tally__buf_release(&answer);
}

struct refused_client {
	unsigned short port;
	atomic_bool over;
};

static void *ask_to_be_refused(void *context)
{
	static const char request[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n";
	struct refused_client *client = context;
	const struct sockaddr_in address = wire_address(client->port);

	while (!atomic_load(&client->over)) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
			wire_write(fd, request, sizeof(request) - 1);
			shutdown(fd, SHUT_WR);
		}
		close(fd);
	}
	return NULL;
}

/* Nothing that is being refused may be in the way. */
static void stops_while_requests_are_refused(void **state)
{
	struct fixture *fixture = *state;

	for (int round = 0; round < 5; round++) {
		struct refused_client client = {0};
		pthread_t threads[3];
		struct buf answer;

		start(fixture, (struct http_server_options){.threads = 4});
		client.port = fixture->port;
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(
				pthread_create(&threads[i], NULL, ask_to_be_refused, &client), 0);
		answer = ask(fixture, "GET / HTTP/1.0\r\n\r\n");
		tally__buf_release(&answer);
		tally__http_server_stop(fixture->server);
		fixture->server = NULL;
		atomic_store(&client.over, true);
		for (size_t i = 0; i < 3; i++)
			pthread_join(threads[i], NULL);
	}
}

static void hosts_and_ports(void **state)
{
	struct fixture *fixture = *state;
	struct http_server *other = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	struct http_server_options options = {.host = "localhost", .handler = on_request};
	char url[64];
	int status;

	start(fixture, options);
	snprintf(url, sizeof(url), "http://localhost:%u", fixture->port);
	assert_string_equal(tally__http_server_url(fixture->server), url);

	options.port = fixture->port;
	status = tally__http_server_start(&other, &options, &error);
	/* localhost may have a second address: then that one is free. */
	if (status == 0) {
		tally__http_server_stop(other);
	} else {
		assert_int_equal(status, TALLY_EUNREACHABLE);
	}
	options.host = "127.0.0.1";
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__http_server_start(&other, &options, &error), TALLY_EUNREACHABLE);
	assert_non_null(strstr(error.message, "something listens there already"));
	snprintf(url, sizeof(url), "127.0.0.1:%u", fixture->port);
	assert_non_null(strstr(error.message, url));

	options.host = "no such host.invalid";
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__http_server_start(&other, &options, &error), TALLY_EINVAL);
	options.host = "192.0.2.1";
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__http_server_start(&other, &options, &error), TALLY_EUNREACHABLE);
	assert_non_null(strstr(error.message, "not an address of this machine"));
}

/* Where the machine has no IPv6 the error says so; where it has, the address is in brackets. */
static void ipv6(void **state)
{
	struct fixture *fixture = *state;
	struct http_server *server = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	const struct http_server_options options = {
		.host = "::1", .handler = on_request, .context = fixture};
	int status = tally__http_server_start(&server, &options, &error);

	if (status != 0) {
		assert_int_equal(status, TALLY_EUNREACHABLE);
		return;
	}
	assert_memory_equal(tally__http_server_url(server), "http://[::1]:", 13);
	tally__http_server_stop(server);
}

/* Every allocation fails in turn: the server starts or says that memory is short. */
static void start_survives_lack_of_memory(void **state)
{
	struct fixture *fixture = *state;
	const struct http_server_options options = {.handler = on_request, .context = fixture};

	for (long passes = 0;; passes++) {
		struct http_server *server = NULL;
		struct tally_error error = TALLY_ERROR_INIT;
		int status;

		tally__mem_fail_after(passes);
		status = tally__http_server_start(&server, &options, &error);
		tally__mem_fail_after(-1);
		if (status == 0) {
			tally__http_server_stop(server);
			assert_true(passes > 0);
			break;
		}
		assert_int_equal(status, TALLY_ENOMEM);
	}
}

/* What the handler never sees, or cannot answer, is told of once. */
static void refusals_are_told(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;

	start(fixture, (struct http_server_options){.max_body_bytes = 3});
	answer = ask(fixture, "GET /good HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 200 ");
	tally__buf_release(&answer);
	assert_int_equal(fixture->refusals, 0);
	answer = ask(fixture, "POST /large?q HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n1234");
	assert_contains(answer, "HTTP/1.1 413 ");
	/* Before it is answered. */
	assert_string_equal(fixture->refused.bytes, "POST /large?q 413\n");
	tally__buf_release(&answer);
	answer = ask(fixture, "GET /name HTTP/1.1\r\nHost: h\r\nX Y: 1\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 400 ");
	tally__buf_release(&answer);
	fixture->status = 150;
	answer = ask(fixture, "GET /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	assert_contains(answer, "HTTP/1.1 500 ");
	tally__buf_release(&answer);
	assert_int_equal(fixture->refusals, 3);
	assert_string_equal(fixture->refused.bytes,
			    "POST /large?q 413\nGET /name 400\nGET /status 500\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(targets_arrive_as_sent),
		TEST(repeated_request_headers_stay_in_order),
		TEST(response_headers_go_out_as_set),
		TEST(framing_headers_follow_the_body),
		TEST(chunked_is_honoured),
		TEST(head_keeps_its_content_length),
		TEST(heads_say_one_length),
		TEST(answers_may_end_the_connection),
		TEST(statuses_without_body),
		TEST(bodies_up_to_the_limit),
		TEST(chunked_bodies),
		TEST(huge_announcements_are_refused_at_once),
		TEST(bad_heads_are_refused),
		TEST(connections_are_kept),
		TEST(stop_lets_answers_out),
		TEST(stops_while_requests_are_refused),
		TEST(hosts_and_ports),
		TEST(ipv6),
		TEST(start_survives_lack_of_memory),
		TEST(refusals_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
