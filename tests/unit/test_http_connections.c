/* The connections of the HTTP client: who else has them, when they are kept, and what is said of
 * requests that none can be made for. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "http/client.h"
#include "http_wire.h"
#include "loopback.h"

static struct tally_error error;
static struct arena arena;

static const char *url_of(const struct wire_server *server)
{
	return tally__arena_printf(&arena, "http://127.0.0.1:%u/", server->port);
}

static int send_to(struct http_client *client, const char *target)
{
	struct http_request request = {.method = "GET", .target = target};
	struct http_response response;

	error = (struct tally_error)TALLY_ERROR_INIT;
	return tally__http_client_send(client, &request, &arena, &response, &error);
}

static struct http_client *new_client(const struct http_client_options *options)
{
	struct http_client *client = NULL;

	assert_int_equal(tally__http_client_new(&client, options, &error), 0);
	return client;
}

static void assert_message(const char *part)
{
	if (strstr(error.message, part) == NULL)
		fail_msg("\"%s\" not in: %s", part, error.message);
}

static int setup(void **state)
{
	(void)state;
	tally__arena_init(&arena, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tally__arena_release(&arena);
	return 0;
}

/* Reads exactly so much, or says that the other side has closed. */
static bool read_full(int fd, unsigned char *out, size_t len)
{
	return recv(fd, out, len, MSG_WAITALL) == (ssize_t)len;
}

#define PREFACE_BYTES 24
#define FRAME_BYTES   9
#define FRAME_HEADERS 1

/* Answers all requests of a connection that speaks HTTP/2 from its start with status 200. */
static unsigned serve_http2(int fd)
{
	static const char settings[] = "\0\0\0\4\0\0\0\0\0";
	char answer[] = "\0\0\1\1\5\0\0\0\0\x88";
	unsigned char bytes[16384];
	unsigned answered = 0;

	wire_write(fd, settings, sizeof(settings) - 1);
	if (!read_full(fd, bytes, PREFACE_BYTES))
		return 0;
	while (read_full(fd, bytes, FRAME_BYTES)) {
		size_t len = (size_t)bytes[1] << 8 | bytes[2];
		bool is_request = bytes[3] == FRAME_HEADERS;

		memcpy(answer + 5, bytes + 5, 4); /* the stream */
		if (len > sizeof(bytes) || (len > 0 && !read_full(fd, bytes, len)))
			break;
		if (is_request)
			wire_write(fd, answer, sizeof(answer) - 1);
		answered += is_request;
	}
	return answered;
}

static void *answer_three(void *context)
{
	const struct wire_server *server = context;

	for (unsigned answered = 0; answered < 3;) {
		int fd = accept(server->listen_fd, NULL, NULL);

		if (fd < 0)
			break;
		answered += serve_http2(fd);
		close(fd);
	}
	return NULL;
}

static void http2_from_the_start(void **state)
{
	const struct http_client_options options = {.version = HTTP_CLIENT_HTTP_2};
	struct http_client *client = new_client(&options);
	struct wire_server server = {.serve = answer_three};

	(void)state;
	wire_server_start(&server, "", 0);
	for (int i = 0; i < 3; i++) {
		if (send_to(client, url_of(&server)) != 0)
			fail_msg("request %d: %s", i, error.message);
	}
	tally__http_client_free(client);
	wire_server_stop(&server);
}

static const char empty_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/* That of a connection to this port of this machine; -1: there is none. */
static int find_connection(unsigned short port)
{
	for (int fd = 0; fd < 1024; fd++) {
		struct sockaddr_in peer;
		socklen_t len = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
		    peer.sin_family == AF_INET && ntohs(peer.sin_port) == port)
			return fd;
	}
	return -1;
}

static void kept_ones_are_not_inherited(void **state)
{
	struct http_client *client = new_client(NULL);
	struct wire_server server = {.hold = true};
	int fd;

	(void)state;
	wire_server_start(&server, empty_answer, sizeof(empty_answer) - 1);
	assert_int_equal(send_to(client, url_of(&server)), 0);
	fd = find_connection(server.port);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	tally__http_client_free(client);
	wire_server_stop(&server);
}

static void no_descriptor_is_left(void **state)
{
	struct http_client *client = new_client(NULL);
	struct rlimit before, few;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(send_to(client, "http://127.0.0.1:9/"), TALLY_EUNREACHABLE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_message("ulimit -n");
	tally__http_client_free(client);
}

static void proxies_get_no_line_of_their_own(void **state)
{
	struct http_client *client = new_client(NULL);
	struct wire_server server = {0};

	(void)state;
	wire_server_start(&server, empty_answer, sizeof(empty_answer) - 1);
	setenv("http_proxy", url_of(&server), 1);
	/* A name, not an address of this machine. */
	assert_int_equal(send_to(client, "http://127.example.invalid/"), 0);
	unsetenv("http_proxy");
	pthread_join(server.thread, NULL);
	assert_non_null(strstr(server.received.bytes, "GET http://127.example.invalid/ HTTP/1.1"));
	assert_null(strstr(server.received.bytes, "Proxy-Connection"));
	close(server.listen_fd);
	tally__buf_release(&server.received);
	tally__http_client_free(client);
}

static void this_machine_has_many_names(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1:9/", "http://127.1.2.3:9/",
					   "http://[::1]:9/", "http://[0:0:0:0:0:0:0:1]:9/",
					   "http://LOCALHOST:9/"};
	struct http_client *client = new_client(NULL);
	struct wire_server server = {0};

	(void)state;
	wire_server_start(&server, empty_answer, sizeof(empty_answer) - 1);
	setenv("http_proxy", url_of(&server), 1);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		if (send_to(client, urls[i]) != TALLY_EUNREACHABLE)
			fail_msg("%s went to the proxy", urls[i]);
	}
	unsetenv("http_proxy");
	tally__http_client_free(client);
	close(wire_connect(server.port));
	wire_server_stop(&server);
}

static void trusted_certificates_are_for_tls(void **state)
{
	struct wire_server server = {.hold = true};
	struct http_client *client;

	(void)state;
	setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
	client = new_client(NULL);
	wire_server_start(&server, empty_answer, sizeof(empty_answer) - 1);
	assert_int_equal(send_to(client, url_of(&server)), 0);
	tally__http_client_free(client);
	wire_server_stop(&server);
	unsetenv("SSL_CERT_FILE");
}

static void too_large_to_send(void **state)
{
	struct http_client *client = new_client(NULL);
	char *large = tally__calloc(3000001, 1);
	struct http_header header = {"X-Large", large};
	struct http_request request = {
		.method = "GET", .target = "http://127.0.0.1:9/", .headers = {&header, 1, 0}};
	struct http_response response;

	(void)state;
	assert_non_null(large);
	memset(large, 'a', 3000000);
	assert_int_equal(tally__http_client_send(client, &request, &arena, &response, &error),
			 TALLY_ELIMIT);
	assert_message("X-Large");
	memcpy(large, "http://127.0.0.1:9/", 19);
	assert_int_equal(send_to(client, large), TALLY_ELIMIT);
	assert_message("URL");
	tally__free(large);
	tally__http_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(http2_from_the_start, setup, teardown),
		cmocka_unit_test_setup_teardown(kept_ones_are_not_inherited, setup, teardown),
		cmocka_unit_test_setup_teardown(no_descriptor_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(proxies_get_no_line_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(this_machine_has_many_names, setup, teardown),
		cmocka_unit_test_setup_teardown(trusted_certificates_are_for_tls, setup, teardown),
		cmocka_unit_test_setup_teardown(too_large_to_send, setup, teardown),
	};

	forget_proxies();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
