#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/time.h"
#include "http/client.h"
#include "http/server.h"
#include "http_wire.h"
#include "loopback.h"

struct fixture {
	struct http_client *client;
	struct http_server *server;
	struct arena arena;
	struct tally_error error;
	struct http_response response;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool let_go;
};

/* Sends back what it got: the target in "X-Target", header lines "X-…" as they are, the body. */
static int echo(void *context, const struct http_request *request, struct arena *arena,
		struct http_response *response)
{
	struct fixture *fixture = context;
	int status = 0;

	if (strcmp(request->target, "/wait") == 0) {
		pthread_mutex_lock(&fixture->lock);
		while (!fixture->let_go)
			pthread_cond_wait(&fixture->changed, &fixture->lock);
		pthread_mutex_unlock(&fixture->lock);
	}
	response->status = strcmp(request->target, "/204") == 0 ? 204 : 200;
	status = tally__http_header_add(&response->headers, arena, "X-Target", request->target,
					NULL);
	for (size_t i = 0; i < request->headers.count && status == 0; i++) {
		if (strncmp(request->headers.items[i].name, "X-", 2) == 0)
			status = tally__http_header_add(&response->headers, arena,
							request->headers.items[i].name,
							request->headers.items[i].value, NULL);
	}
	response->body = request->body;
	response->body_len = request->body_len;
	return status;
}

static void let_go(struct fixture *fixture)
{
	pthread_mutex_lock(&fixture->lock);
	fixture->let_go = true;
	pthread_cond_broadcast(&fixture->changed);
	pthread_mutex_unlock(&fixture->lock);
}

static void new_client(struct fixture *fixture, const struct http_client_options *options)
{
	tally__http_client_free(fixture->client);
	assert_int_equal(tally__http_client_new(&fixture->client, options, NULL), 0);
}

static int setup(void **state)
{
	struct fixture *fixture = tally__calloc(1, sizeof(*fixture));
	const struct http_server_options options = {
		.handler = echo, .context = fixture, .threads = 2, .max_body_bytes = 2 << 20};

	tally__arena_init(&fixture->arena, 0);
	pthread_mutex_init(&fixture->lock, NULL);
	pthread_cond_init(&fixture->changed, NULL);
	if (tally__http_server_start(&fixture->server, &options, NULL) != 0 ||
	    tally__http_client_new(&fixture->client, NULL, NULL) != 0)
		return -1;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	let_go(fixture);
	tally__http_client_free(fixture->client);
	tally__http_server_stop(fixture->server);
	tally__arena_release(&fixture->arena);
	pthread_cond_destroy(&fixture->changed);
	pthread_mutex_destroy(&fixture->lock);
	tally__free(fixture);
	return 0;
}

static const char *url(struct fixture *fixture, const char *target)
{
	return tally__arena_printf(&fixture->arena, "%s%s", tally__http_server_url(fixture->server),
				   target);
}

static const char *wire_url(struct fixture *fixture, const struct wire_server *server)
{
	return tally__arena_printf(&fixture->arena, "http://127.0.0.1:%u/", server->port);
}

static int send_request(struct fixture *fixture, const struct http_request *request)
{
	fixture->error = (struct tally_error)TALLY_ERROR_INIT;
	return tally__http_client_send(fixture->client, request, &fixture->arena,
				       &fixture->response, &fixture->error);
}

static int get(struct fixture *fixture, const char *target)
{
	return send_request(
		fixture, &(struct http_request){.method = "GET", .target = url(fixture, target)});
}

static void assert_header(struct fixture *fixture, const char *name, const char *value)
{
	const char *found = tally__http_header_get(&fixture->response.headers, name);

	assert_non_null(found);
	assert_string_equal(found, value);
}

static void assert_message(struct fixture *fixture, const char *part)
{
	if (strstr(fixture->error.message, part) == NULL)
		fail_msg("\"%s\" not in: %s", part, fixture->error.message);
}

static void add(struct fixture *fixture, struct http_request *request, const char *name,
		const char *value)
{
	assert_int_equal(
		tally__http_header_add(&request->headers, &fixture->arena, name, value, NULL), 0);
}

static void targets_go_out_as_given(void **state)
{
	static const char *const targets[] = {
		"/",      "/a%2Fb%2f//c/../d/./e", "/a%20b?q=%20+&q=2&%41=a",
		"/?a&b=", "/x?a=b?c/../d",         "/{x}[y]|z?f={1}",
		"/..",    "/a'b(c)*!~,;:@$"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (get(fixture, targets[i]) != 0)
			fail_msg("%s: %s", targets[i], fixture->error.message);
		assert_int_equal(fixture->response.status, 200);
		assert_header(fixture, "X-Target", targets[i]);
	}
}

static void url_without_path(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(get(fixture, ""), 0);
	assert_header(fixture, "X-Target", "/");
	assert_int_equal(get(fixture, "?a=1"), 0);
	assert_header(fixture, "X-Target", "/?a=1");
}

static void headers_repeat_both_ways(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.method = "GET", .target = url(fixture, "/")};
	const struct http_headers *headers = &fixture->response.headers;
	const char *values[8] = {0};
	size_t count = 0;

	add(fixture, &request, "X-A", "1");
	add(fixture, &request, "X-B", "b; c=\"d\"");
	add(fixture, &request, "X-A", "2");
	add(fixture, &request, "X-Empty", "");
	assert_int_equal(send_request(fixture, &request), 0);
	for (size_t i = 0; i < headers->count; i++) {
		if (strcmp(headers->items[i].name, "X-A") == 0 && count < 8)
			values[count++] = headers->items[i].value;
	}
	assert_int_equal(count, 2);
	assert_string_equal(values[0], "1");
	assert_string_equal(values[1], "2");
	assert_header(fixture, "x-b", "b; c=\"d\"");
	assert_header(fixture, "X-Empty", "");
}

/* What stands on the wire, to the byte. */
static void nothing_is_added(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.method = "POST", .body = "a=\0b", .body_len = 4};
	struct wire_server server = {.wanted_body_len = 4};
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	char expected[512];
	int len;

	wire_server_start(&server, answer, sizeof(answer) - 1);
	request.target = wire_url(fixture, &server);
	add(fixture, &request, "Content-Length", "999");
	add(fixture, &request, "Transfer-Encoding", "gzip");
	add(fixture, &request, "X-One", "1");
	add(fixture, &request, "X-One", "2");
	assert_int_equal(send_request(fixture, &request), 0);
	len = snprintf(expected, sizeof(expected),
		       "POST / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: tally/%s\r\n"
		       "X-One: 1\r\nX-One: 2\r\nContent-Length: 4\r\n\r\n",
		       server.port, PACKAGE_VERSION);
	pthread_join(server.thread, NULL);
	assert_int_equal(server.received.len, len + 4);
	assert_memory_equal(server.received.bytes, expected, (size_t)len);
	assert_memory_equal(server.received.bytes + len, "a=\0b", 4);
	close(server.listen_fd);
	tally__buf_release(&server.received);
}

static void own_headers_replace_the_clients(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.method = "POST"};
	struct wire_server server = {0};
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

	wire_server_start(&server, answer, sizeof(answer) - 1);
	request.target = wire_url(fixture, &server);
	add(fixture, &request, "user-agent", "other");
	add(fixture, &request, "host", "example.org");
	add(fixture, &request, "Accept", "text/plain");
	assert_int_equal(send_request(fixture, &request), 0);
	pthread_join(server.thread, NULL);
	assert_non_null(strstr(server.received.bytes, "user-agent: other\r\n"));
	assert_null(strstr(server.received.bytes, "User-Agent: "));
	assert_non_null(strstr(server.received.bytes, "ost: example.org\r\n"));
	assert_null(strstr(server.received.bytes, "127.0.0.1"));
	assert_non_null(strstr(server.received.bytes, "Accept: text/plain\r\n"));
	assert_non_null(strstr(server.received.bytes, "Content-Length: 0\r\n"));
	close(server.listen_fd);
	tally__buf_release(&server.received);
}

static void bodies_on_any_method(void **state)
{
	static const char *const methods[] = {"GET",    "POST",    "PUT",  "PATCH",
					      "DELETE", "OPTIONS", "PURGE"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		const struct http_request request = {.method = methods[i],
						     .target = url(fixture, "/"),
						     .body = "b\0dy",
						     .body_len = 4};

		if (send_request(fixture, &request) != 0)
			fail_msg("%s: %s", methods[i], fixture->error.message);
		assert_int_equal(fixture->response.body_len, 4);
		assert_memory_equal(fixture->response.body, "b\0dy", 4);
	}
}

static void answers_without_body(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.method = "HEAD", .target = url(fixture, "/head")};

	assert_int_equal(send_request(fixture, &request), 0);
	assert_int_equal(fixture->response.body_len, 0);
	assert_header(fixture, "X-Target", "/head");
	request.body = "head with a body";
	request.body_len = strlen(request.body);
	assert_int_equal(send_request(fixture, &request), 0);
	assert_int_equal(fixture->response.status, 200);
	assert_int_equal(fixture->response.body_len, 0);
	assert_header(fixture, "Content-Length", "16");
	assert_int_equal(get(fixture, "/204"), 0);
	assert_int_equal(fixture->response.status, 204);
	assert_int_equal(fixture->response.body_len, 0);
}

static char *pattern(struct fixture *fixture, size_t len)
{
	char *bytes = tally__arena_alloc(&fixture->arena, len);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 31 % 251);
	return bytes;
}

static void large_bodies(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.method = "POST", .target = url(fixture, "/"), .body_len = 2 << 20};

	request.body = pattern(fixture, request.body_len);
	assert_int_equal(send_request(fixture, &request), 0);
	assert_int_equal(fixture->response.body_len, request.body_len);
	assert_memory_equal(fixture->response.body, request.body, request.body_len);

	/* One more than the server takes: the answer arrives although the body did not. */
	request.body_len++;
	request.body = pattern(fixture, request.body_len);
	assert_int_equal(send_request(fixture, &request), 0);
	assert_int_equal(fixture->response.status, 413);

	/* One more than the client takes. */
	new_client(fixture, &(struct http_client_options){.max_body_bytes = 1000});
	request.body_len = 1000;
	assert_int_equal(send_request(fixture, &request), 0);
	assert_int_equal(fixture->response.body_len, 1000);
	request.body_len = 1001;
	assert_int_equal(send_request(fixture, &request), TALLY_ELIMIT);
	assert_message(fixture, "body of more than 1000 bytes");
}

/* What a raw answer leads to. */
static int get_answer(struct fixture *fixture, const char *answer, size_t len)
{
	struct wire_server server = {0};
	int status;

	wire_server_start(&server, answer, len);
	status =
		send_request(fixture, &(struct http_request){.method = "GET",
							     .target = wire_url(fixture, &server)});
	if (status != 0 && status != TALLY_ELIMIT) {
		char address[32];

		snprintf(address, sizeof(address), "127.0.0.1:%u", server.port);
		assert_message(fixture, address);
	}
	wire_server_stop(&server);
	return status;
}

#define GET_ANSWER(fixture, text) get_answer(fixture, text, sizeof(text) - 1)

static void chunked_answers(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		GET_ANSWER(fixture,
			   "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
			   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
			   "3\r\nabc\r\n2;ext=1\r\nd\0\r\n0\r\nX-Trailer: t\r\n\r\n"),
		0);
	assert_int_equal(fixture->response.status, 200);
	assert_int_equal(fixture->response.body_len, 5);
	assert_memory_equal(fixture->response.body, "abcd\0", 5);
	assert_header(fixture, "X-A", "1");
	assert_null(tally__http_header_get(&fixture->response.headers, "Link"));
	assert_null(tally__http_header_get(&fixture->response.headers, "X-Trailer"));
}

static void redirects_are_answers(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(GET_ANSWER(fixture,
				    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
				    "Content-Length: 0\r\n\r\n"),
			 0);
	assert_int_equal(fixture->response.status, 302);
	assert_header(fixture, "location", "http://127.0.0.1:1/");
}

static void odd_but_valid_heads(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(GET_ANSWER(fixture,
				    "HTTP/1.1 200 OK\r\nX-Folded: a\r\n\t  b\r\nX-Blank:  "
				    "\r\nX-Spaces:   c d  \r\nX-Colon: a:b\r\n\r\nuntil the "
				    "end"),
			 0);
	assert_header(fixture, "X-Folded", "a b");
	assert_header(fixture, "X-Blank", "");
	assert_header(fixture, "X-Spaces", "c d");
	assert_header(fixture, "X-Colon", "a:b");
	assert_int_equal(fixture->response.body_len, 13);
}

static void broken_answers(void **state)
{
	struct fixture *fixture = *state;
	struct buf large;

	assert_int_equal(GET_ANSWER(fixture, ""), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "\0\0\0\0garbage"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "hello\r\n\r\n"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 abc\r\n\r\n"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 200 OK\r\nX-A: 1\x01\r\n\r\n"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 200 OK\r\n folded\r\n\r\n"), TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"),
			 TALLY_EIO);
	assert_int_equal(GET_ANSWER(fixture, "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
					     "chunked\r\n\r\nzz\r\n"),
			 TALLY_EIO);

	tally__buf_init(&large, 1 << 20);
	tally__buf_adds(&large, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 6000; i++)
		tally__buf_addf(&large, "X-%d: value\r\n", i);
	tally__buf_adds(&large, "\r\n");
	assert_int_equal(get_answer(fixture, large.bytes, large.len), TALLY_ELIMIT);
	assert_message(fixture, "bytes of headers");
	/* Lines that libcurl itself finds too long, which it calls a lack of memory. */
	for (int in_status = 0; in_status < 2; in_status++) {
		tally__buf_clear(&large);
		tally__buf_adds(&large, in_status ? "HTTP/1.1 200 " : "HTTP/1.1 200 OK\r\nX-A: ");
		for (int i = 0; i < 110000; i++)
			tally__buf_addc(&large, 'a');
		tally__buf_adds(&large, "\r\n\r\n");
		assert_int_equal(get_answer(fixture, large.bytes, large.len), TALLY_ELIMIT);
		assert_message(fixture, "bytes of headers");
	}
	tally__buf_clear(&large);
	tally__buf_adds(&large, "HTTP/1.1 200 OK\r\nX-Folded: a\r\n");
	for (int i = 0; i < 100; i++)
		tally__buf_adds(&large, " b\r\n");
	tally__buf_adds(&large, "\r\n");
	assert_int_equal(get_answer(fixture, large.bytes, large.len), TALLY_EIO);
	tally__buf_release(&large);
}

static void slow_servers_time_out(void **state)
{
	struct fixture *fixture = *state;
	struct wire_server server = {.hold = true};
	static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";

	new_client(fixture, &(struct http_client_options){.timeout_ms = 50});
	assert_int_equal(get(fixture, "/wait"), TALLY_ETIMEOUT);
	assert_message(fixture, "within 50 ms");
	assert_message(fixture, "127.0.0.1:");
	wire_server_start(&server, half, sizeof(half) - 1);
	assert_int_equal(
		send_request(fixture, &(struct http_request){.method = "GET",
							     .target = wire_url(fixture, &server)}),
		TALLY_ETIMEOUT);
	tally__http_client_free(fixture->client);
	fixture->client = NULL;
	wire_server_stop(&server);
}

static void refused_connections(void **state)
{
	struct fixture *fixture = *state;
	const char *target = url(fixture, "/");

	tally__http_server_stop(fixture->server);
	fixture->server = NULL;
	assert_int_equal(
		send_request(fixture, &(struct http_request){.method = "GET", .target = target}),
		TALLY_EUNREACHABLE);
	assert_message(fixture, "nothing listens on 127.0.0.1:");
	assert_int_equal(
		send_request(fixture, &(struct http_request){.method = "GET",
							     .target = "http://name.invalid/"}),
		TALLY_EUNREACHABLE);
	assert_message(fixture, "name.invalid:80");

	/* The same port, but as a proxy. */
	setenv("http_proxy", target, 1);
	assert_int_equal(
		send_request(fixture, &(struct http_request){.method = "GET",
							     .target = "http://192.0.2.1:81/"}),
		TALLY_EUNREACHABLE);
	unsetenv("http_proxy");
	assert_message(fixture, "192.0.2.1:81");
	assert_message(fixture, "http_proxy");
}

static void bad_requests_are_refused(void **state)
{
	static const char *const urls[] = {"",
					   "/path",
					   "ftp://127.0.0.1/",
					   "file:///etc/passwd",
					   "http://",
					   "http://h ost/",
					   "http://127.0.0.1/a b",
					   "http://127.0.0.1/\r\nX: y",
					   "http://127.0.0.1:99999/",
					   "gopher://127.0.0.1/"};
	struct fixture *fixture = *state;
	struct http_request request = {.method = "GET", .target = url(fixture, "/")};
	struct http_header bad[] = {{"X-A", "a\r\nX-Injected: b"},
				    {"X-A:b", "c"},
				    {"X A", "b"},
				    {"", "b"},
				    {"X-A", "a\nb"}};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		request.target = urls[i];
		if (send_request(fixture, &request) != TALLY_EINVAL)
			fail_msg("\"%s\" was not refused", urls[i]);
	}
	request.target = url(fixture, "/");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		request.headers = (struct http_headers){.items = &bad[i], .count = 1};
		assert_int_equal(send_request(fixture, &request), TALLY_EINVAL);
	}
	request.headers.count = 0;
	request.method = "GET / HTTP/1.1\r\nX:";
	assert_int_equal(send_request(fixture, &request), TALLY_EINVAL);
	request.method = "";
	assert_int_equal(send_request(fixture, &request), TALLY_EINVAL);
}

/* Many at once. */
struct tally_of_answers {
	struct fixture *fixture;
	size_t answered, failed, submitted;
	int code;
};

static void on_done(void *context, const struct http_response *response,
		    const struct tally_error *failure)
{
	struct tally_of_answers *tally = context;
	struct http_request request = {.method = "GET", .target = url(tally->fixture, "/again")};

	if (response != NULL && response->status == 200)
		tally->answered++;
	if (failure != NULL) {
		tally->failed++;
		tally->code = failure->code;
	}
	/* A callback may submit. */
	if (tally->submitted < 100) {
		tally->submitted++;
		assert_int_equal(tally__http_client_submit(tally->fixture->client, &request,
							   on_done, tally, NULL),
				 0);
	}
}

static void many_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct tally_of_answers tally = {.fixture = fixture, .submitted = 50};
	struct http_request request = {
		.method = "PUT", .target = url(fixture, "/"), .body = "x", .body_len = 1};

	for (int i = 0; i < 50; i++)
		assert_int_equal(
			tally__http_client_submit(fixture->client, &request, on_done, &tally, NULL),
			0);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	assert_int_equal(tally.answered, 100);
	assert_int_equal(tally.failed, 0);
}

static void stopping_ends_all(void **state)
{
	struct fixture *fixture = *state;
	struct tally_of_answers tally = {.fixture = fixture, .submitted = 100};
	struct http_request request = {.method = "GET", .target = url(fixture, "/wait")};
	const volatile sig_atomic_t stop = 1;

	for (int i = 0; i < 10; i++)
		assert_int_equal(
			tally__http_client_submit(fixture->client, &request, on_done, &tally, NULL),
			0);
	assert_int_equal(tally__http_client_run(fixture->client, &stop, NULL), 0);
	assert_int_equal(tally.failed, 10);
	assert_int_equal(tally.code, TALLY_ETIMEOUT);
}

/* Answers twice over its only connection. */
static void *serve_two(void *context)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct wire_server *server = context;
	int fd = accept(server->listen_fd, NULL, NULL);

	for (int i = 0; i < 2 && fd >= 0; i++) {
		struct buf head;
		char c;

		tally__buf_init(&head, 1 << 16);
		while (strstr(head.bytes, "\r\n\r\n") == NULL && recv(fd, &c, 1, 0) == 1)
			tally__buf_addc(&head, c);
		tally__buf_release(&head);
		wire_write(fd, answer, sizeof(answer) - 1);
	}
	close(fd);
	return NULL;
}

static void connections_are_kept(void **state)
{
	struct fixture *fixture = *state;
	struct wire_server server = {.serve = serve_two};

	wire_server_start(&server, "", 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			send_request(fixture,
				     &(struct http_request){.method = "GET",
							    .target = wire_url(fixture, &server)}),
			0);
		assert_int_equal(fixture->response.body_len, 2);
	}
	wire_server_stop(&server);
}

/* Every allocation of ours fails in turn: an answer, or the message that memory is short. */
static void survives_lack_of_memory(void **state)
{
	struct fixture *fixture = *state;
	static const char answer[] = "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok";

	for (long passes = 0;; passes++) {
		struct wire_server server = {0};
		struct http_client *client = NULL;
		struct http_response response;
		struct tally_error error = TALLY_ERROR_INIT;
		struct http_header header = {"X-B", "2"};
		struct http_request request = {
			.method = "POST", .body = "b", .body_len = 1, .headers = {&header, 1, 0}};
		int status;

		wire_server_start(&server, answer, sizeof(answer) - 1);
		request.target = wire_url(fixture, &server);
		tally__mem_fail_after(passes);
		status = tally__http_client_new(&client, NULL, &error);
		if (status == 0)
			status = tally__http_client_send(client, &request, &fixture->arena,
							 &response, &error);
		tally__mem_fail_after(-1);
		tally__http_client_free(client);
		wire_server_stop(&server);
		if (status == 0)
			break;
		assert_int_equal(status, TALLY_ENOMEM);
	}
}

/* The loop beside the exchanges: pipes and times. */
struct watched {
	struct fixture *fixture;
	int fd, other_fd;
	unsigned events[8];
	size_t count;
	struct buf bytes;
	const void *chosen; /* the context whose exchanges are broken off; NULL: all */
};

static void watch_pipe(struct watched *watched, struct fixture *fixture, unsigned events,
		       int64_t deadline_ms, http_client_event *event)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	*watched = (struct watched){.fixture = fixture, .fd = fds[0], .other_fd = fds[1]};
	tally__buf_init(&watched->bytes, 1000);
	assert_int_equal(tally__http_client_watch(fixture->client, fds[0], events, deadline_ms,
						  event, watched, NULL),
			 0);
}

static void close_pipe(struct watched *watched)
{
	close(watched->fd);
	if (watched->other_fd >= 0)
		close(watched->other_fd);
	tally__buf_release(&watched->bytes);
}

static void note_event(void *context, unsigned events)
{
	struct watched *watched = context;

	assert_true(watched->count < 8);
	watched->events[watched->count++] = events;
}

/* Reads to the end. */
static void read_pipe(void *context, unsigned events)
{
	struct watched *watched = context;
	char bytes[4];
	ssize_t len;

	note_event(watched, events);
	len = read(watched->fd, bytes, sizeof(bytes));
	assert_true(len >= 0);
	tally__buf_add(&watched->bytes, bytes, (size_t)len);
	if (len == 0)
		tally__http_client_unwatch(watched->fixture->client, watched->fd);
}

/* Closes the writing end once the answer is there: the reader learns of it while nothing else is
 * under way. */
static void close_on_answer(void *context, const struct http_response *response,
			    const struct tally_error *failure)
{
	struct watched *watched = context;

	(void)failure;
	assert_non_null(response);
	assert_int_equal(write(watched->other_fd, "abcdef", 6), 6);
	close(watched->other_fd);
	watched->other_fd = -1;
}

static void pipes_are_watched(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.method = "GET", .target = url(fixture, "/")};
	struct watched watched;

	watch_pipe(&watched, fixture, HTTP_READABLE, 0, read_pipe);
	assert_int_equal(tally__http_client_submit(fixture->client, &request, close_on_answer,
						   &watched, NULL),
			 0);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	assert_string_equal(watched.bytes.bytes, "abcdef");
	assert_int_equal(watched.count, 3); /* four bytes, two, the end */
	assert_int_equal(watched.events[2], HTTP_READABLE);
	close_pipe(&watched);
}

static void write_pipe(void *context, unsigned events)
{
	struct watched *watched = context;

	note_event(watched, events);
	if (watched->count == 1) {
		close(watched->fd); /* the reader */
		watched->fd = -1;
		return;
	}
	tally__http_client_unwatch(watched->fixture->client, watched->other_fd);
}

/* Whoever writes learns that nobody reads any more. */
static void writers_are_watched(void **state)
{
	struct fixture *fixture = *state;
	struct watched watched;

	watch_pipe(&watched, fixture, HTTP_READABLE, 0, read_pipe);
	tally__http_client_unwatch(fixture->client, watched.fd);
	tally__http_client_unwatch(fixture->client, watched.fd);
	assert_int_equal(tally__http_client_watch(fixture->client, watched.other_fd, HTTP_WRITABLE,
						  0, write_pipe, &watched, NULL),
			 0);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	assert_int_equal(watched.count, 2);
	assert_int_equal(watched.events[0], HTTP_WRITABLE);
	assert_int_equal(watched.events[1], HTTP_WRITABLE);
	close_pipe(&watched);
}

static void watches_have_deadlines(void **state)
{
	struct fixture *fixture = *state;
	int64_t now_ms = tally__time_monotonic_ms();
	struct watched watched;

	watch_pipe(&watched, fixture, HTTP_READABLE, 0, note_event);
	/* Set again: changed, not doubled. */
	assert_int_equal(tally__http_client_watch(fixture->client, watched.fd, HTTP_READABLE,
						  now_ms + 20, note_event, &watched, NULL),
			 0);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	assert_true(tally__time_monotonic_ms() >= now_ms + 20);
	assert_int_equal(watched.count, 1);
	assert_int_equal(watched.events[0], HTTP_DUE);
	close_pipe(&watched);
}

/* Each sets the next one, earlier ones come first, and what was cancelled does not come. */
static void on_time(void *context, unsigned events)
{
	struct watched *watched = context;
	struct http_client *client = watched->fixture->client;
	int64_t now_ms = tally__time_monotonic_ms();

	note_event(watched, events);
	if (watched->count < 3)
		assert_int_equal(tally__http_client_at(client, now_ms + 5, on_time, watched, NULL),
				 0);
	else
		tally__http_client_cancel(client, note_event, watched);
}

static void times_come(void **state)
{
	struct fixture *fixture = *state;
	struct watched watched = {.fixture = fixture};
	int64_t now_ms = tally__time_monotonic_ms();

	assert_int_equal(
		tally__http_client_at(fixture->client, now_ms + 60000, note_event, &watched, NULL),
		0);
	assert_int_equal(tally__http_client_at(fixture->client, 0, on_time, &watched, NULL), 0);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	assert_int_equal(watched.count, 3);
	for (size_t i = 0; i < watched.count; i++)
		assert_int_equal(watched.events[i], HTTP_DUE);
	assert_true(tally__time_monotonic_ms() >= now_ms + 10);
	assert_true(tally__time_monotonic_ms() < now_ms + 60000);
}

static void stopping_ends_watches(void **state)
{
	struct fixture *fixture = *state;
	const volatile sig_atomic_t stop = 1;
	struct watched watched;

	watch_pipe(&watched, fixture, HTTP_READABLE, 0, note_event);
	assert_int_equal(
		tally__http_client_at(fixture->client, INT64_MAX, note_event, &watched, NULL), 0);
	assert_int_equal(tally__http_client_run(fixture->client, &stop, NULL), 0);
	assert_int_equal(watched.count, 2);
	assert_int_equal(watched.events[0], HTTP_STOPPED);
	assert_int_equal(watched.events[1], HTTP_STOPPED);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	close_pipe(&watched);
}

static void break_off(void *context, unsigned events)
{
	struct watched *watched = context;
	struct tally_error failure = TALLY_ERROR_INIT;

	note_event(watched, events);
	tally__fail(&failure, TALLY_EIO, "interrupted");
	tally__http_client_break_off(watched->fixture->client, watched->chosen, &failure);
	let_go(watched->fixture);
}

/* What is under way and queued ends; what its callbacks submit is sent. */
static void exchanges_are_broken_off(void **state)
{
	struct fixture *fixture = *state;
	struct tally_of_answers tally = {.fixture = fixture, .submitted = 98};
	struct http_request request = {.method = "GET", .target = url(fixture, "/wait")};
	struct watched watched = {.fixture = fixture};

	new_client(fixture, &(struct http_client_options){.max_parallel = 1});
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			tally__http_client_submit(fixture->client, &request, on_done, &tally, NULL),
			0);
	assert_int_equal(tally__http_client_at(fixture->client, tally__time_monotonic_ms() + 20,
					       break_off, &watched, NULL),
			 0);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	assert_int_equal(watched.events[0], HTTP_DUE);
	assert_int_equal(tally.failed, 3);
	assert_int_equal(tally.code, TALLY_EIO);
	assert_int_equal(tally.answered, 2);
}

/* Those of one context end alone, under way or queued. */
static void chosen_exchanges_are_broken_off(void **state)
{
	struct fixture *fixture = *state;
	struct tally_of_answers chosen = {.fixture = fixture, .submitted = 100};
	struct tally_of_answers others = {.fixture = fixture, .submitted = 100};
	struct http_request request = {.method = "GET", .target = url(fixture, "/wait")};
	struct watched watched = {.fixture = fixture, .chosen = &chosen};

	new_client(fixture, &(struct http_client_options){.max_parallel = 2});
	for (int i = 0; i < 6; i++)
		assert_int_equal(tally__http_client_submit(fixture->client, &request, on_done,
							   i % 2 == 0 ? &chosen : &others, NULL),
				 0);
	assert_int_equal(tally__http_client_at(fixture->client, tally__time_monotonic_ms() + 20,
					       break_off, &watched, NULL),
			 0);
	assert_int_equal(tally__http_client_run(fixture->client, NULL, NULL), 0);
	assert_int_equal(chosen.failed, 3);
	assert_int_equal(chosen.answered, 0);
	assert_int_equal(others.failed, 0);
	assert_int_equal(others.answered, 3);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(targets_go_out_as_given),
		TEST(url_without_path),
		TEST(headers_repeat_both_ways),
		TEST(nothing_is_added),
		TEST(own_headers_replace_the_clients),
		TEST(bodies_on_any_method),
		TEST(answers_without_body),
		TEST(large_bodies),
		TEST(chunked_answers),
		TEST(redirects_are_answers),
		TEST(odd_but_valid_heads),
		TEST(broken_answers),
		TEST(slow_servers_time_out),
		TEST(refused_connections),
		TEST(bad_requests_are_refused),
		TEST(many_at_once),
		TEST(stopping_ends_all),
		TEST(connections_are_kept),
		TEST(pipes_are_watched),
		TEST(writers_are_watched),
		TEST(watches_have_deadlines),
		TEST(times_come),
		TEST(stopping_ends_watches),
		TEST(exchanges_are_broken_off),
		TEST(chosen_exchanges_are_broken_off),
		TEST(survives_lack_of_memory),
	};

	forget_proxies();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
