/* Clients that are slow, many, or in the way of a stop: each harms nobody but itself. */
#include "config.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/time.h"
#include "http/worker.h"
#include "server_fixture.h"

#define ASK      "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define ASK_LAST "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

/* More than sockets hold. */
enum { LARGE = 32 << 20 };

static char *large_body(struct fixture *fixture)
{
	char *body = tally__calloc(1, LARGE);

	assert_non_null(body);
	fixture->body = body;
	fixture->body_len = LARGE;
	return body;
}

/* Reads an answer without body, and leaves the connection open; false when it has ended. */
static bool read_answer(int fd)
{
	char bytes[4096];
	size_t len = 0;

	while (len < 4 || memcmp(bytes + len - 4, "\r\n\r\n", 4) != 0) {
		if (len == sizeof(bytes) || recv(fd, bytes + len, 1, 0) != 1)
			return false;
		len++;
	}
	return true;
}

static bool answers_on(int fd)
{
	wire_write(fd, ASK, sizeof(ASK) - 1);
	return read_answer(fd);
}

static void assert_serves(struct fixture *fixture)
{
	struct buf answer = ask(fixture, ASK_LAST);

	assert_contains(answer, "HTTP/1.1 200 ");
	tally__buf_release(&answer);
}

static void wait_for_connections(const struct fixture *fixture, size_t count)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	int64_t end = tally__time_monotonic_ms() + 60000;

	while (atomic_load(&fixture->server->connection_count) != count) {
		if (tally__time_monotonic_ms() > end)
			fail_msg("%zu connections are still there",
				 atomic_load(&fixture->server->connection_count));
		nanosleep(&moment, NULL);
	}
}

/* Sends `first`, then a byte of `rest` every 50 ms, again and again: how the connection ends. */
static struct buf dribble(unsigned short port, const char *first, const char *rest)
{
	size_t rest_len = strlen(rest);
	int fd = wire_connect(port);
	struct pollfd waits = {.fd = fd, .events = POLLIN};
	struct buf answer;

	tally__buf_init(&answer, WIRE_MAX_BYTES);
	wire_write(fd, first, strlen(first));
	for (size_t i = 0; i < 1000 && poll(&waits, 1, 50) == 0; i++)
		wire_write(fd, &rest[i % rest_len], 1);
	wire_read_all(fd, &answer);
	close(fd);
	return answer;
}

/* A byte now and then is no step. */
static void slow_senders_are_refused(void **state)
{
	static const char *const starts[] = {
		"GET /head HTTP/1.1\r\nHost: h\r\nX: ",
		"POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n",
		"POST /chunk HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n"};
	struct fixture *fixture = *state;

	start(fixture, (struct http_server_options){.idle_timeout_s = 1});
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct buf answer = dribble(fixture->port, starts[i], "x");

		assert_contains(answer, "HTTP/1.1 408 ");
		tally__buf_release(&answer);
	}
	assert_string_equal(fixture->refused.bytes,
			    "GET /head 408\nPOST /body 408\nPOST /chunk 408\n");
	assert_int_equal(fixture->calls, 0);
}

/* Nor are empty lines, in whole or in parts. */
static void empty_lines_keep_nothing_open(void **state)
{
	static const char *const lines[] = {"\n", "\r\n"};
	struct fixture *fixture = *state;

	start(fixture, (struct http_server_options){.idle_timeout_s = 1});
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int64_t begin = tally__time_monotonic_ms();
		struct buf answer = dribble(fixture->port, "\r\n", lines[i]);

		/* Long before nothing more is sent. */
		assert_in_range(tally__time_monotonic_ms() - begin, 0, 40000);
		tally__buf_release(&answer);
	}
	assert_int_equal(fixture->calls, 0);
}

static void slow_readers_are_cut_off(void **state)
{
	struct fixture *fixture = *state;
	char *body = large_body(fixture);
	struct buf answer;
	int fd;

	start(fixture, (struct http_server_options){.idle_timeout_s = 1});
	fd = wire_connect(fixture->port);
	wire_write(fd, ASK, sizeof(ASK) - 1);
	/* The one thread is free for others meanwhile. */
	assert_serves(fixture);
	wait_for_connections(fixture, 0);
	tally__buf_init(&answer, WIRE_MAX_BYTES);
	wire_read_all(fd, &answer);
	assert_true(answer.len < LARGE);
	close(fd);
	tally__buf_release(&answer);
	assert_int_equal(fixture->refusals, 0);
	tally__http_server_stop(fixture->server);
	fixture->server = NULL;
	tally__free(body);
}

/* Who sends a large body before looking at the answer sees it all the same. */
static void refusals_are_seen_by_busy_senders(void **state)
{
	static const char head[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf request, answer;

	start(fixture, (struct http_server_options){.max_body_bytes = 1000});
	tally__buf_init(&request, WIRE_MAX_BYTES);
	tally__buf_adds(&request, head);
	for (int i = 0; i < 3000000; i++)
		tally__buf_addc(&request, 'x');
	answer = wire_ask(fixture->port, request.bytes, request.len);
	assert_contains(answer, "HTTP/1.1 413 ");
	assert_string_equal(fixture->refused.bytes, "POST / 413\n");
	tally__buf_release(&answer);
	tally__buf_release(&request);
}

static bool has_ended(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) <= 0;
}

/* The place of the one that waits longest is the newcomer's. */
static void newcomers_take_the_longest_waiting_place(void **state)
{
	struct fixture *fixture = *state;
	int fds[5];

	start(fixture, (struct http_server_options){.max_connections = 4});
	for (size_t i = 0; i < 4; i++) {
		fds[i] = wire_connect(fixture->port);
		assert_true(answers_on(fds[i]));
	}
	assert_true(answers_on(fds[0]));
	fds[4] = wire_connect(fixture->port);
	assert_true(answers_on(fds[4]));
	assert_true(has_ended(fds[1]));
	assert_true(answers_on(fds[0]));
	assert_true(answers_on(fds[2]));
	assert_int_equal(fixture->refusals, 0);
	for (size_t i = 0; i < 5; i++)
		close(fds[i]);
}

static void wait_for_a_later_time(void)
{
	int64_t now = tally__time_monotonic_ms();

	while (tally__time_monotonic_ms() <= now)
		;
}

/* It may be in the hands of another thread, even one that is busy. */
static void the_longest_waiting_is_ended_whoever_has_it(void **state)
{
	struct fixture *fixture = *state;
	int fds[4];

	start(fixture, (struct http_server_options){.max_connections = 3, .threads = 2});
	/* The first thread has both, and is busy with the second. */
	fds[0] = wire_connect(fixture->port);
	assert_true(answers_on(fds[0]));
	fds[1] = wire_connect(fixture->port);
	fixture->waits = true;
	wire_write(fds[1], ASK, sizeof(ASK) - 1);
	pthread_mutex_lock(&fixture->lock);
	while (!fixture->in_handler)
		pthread_cond_wait(&fixture->changed, &fixture->lock);
	fixture->waits = false;
	pthread_mutex_unlock(&fixture->lock);
	wait_for_a_later_time();
	for (size_t i = 2; i < 4; i++) {
		fds[i] = wire_connect(fixture->port);
		assert_true(answers_on(fds[i]));
	}
	assert_true(answers_on(fds[2]));
	pthread_mutex_lock(&fixture->lock);
	fixture->let_go = true;
	pthread_cond_broadcast(&fixture->changed);
	pthread_mutex_unlock(&fixture->lock);
	assert_true(has_ended(fds[0]));
	for (size_t i = 2; i < 4; i++)
		assert_true(answers_on(fds[i]));
	for (size_t i = 0; i < 4; i++)
		close(fds[i]);
}

/* One whose request is not complete is told of. */
static void who_loses_the_place_in_a_request_is_told_of(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;
	int fd;

	start(fixture, (struct http_server_options){.max_connections = 1});
	fd = wire_connect(fixture->port);
	assert_true(answers_on(fd));
	wire_write(fd, "GET /half HTTP/1.1\r\n", 20);
	assert_serves(fixture);
	tally__buf_init(&answer, WIRE_MAX_BYTES);
	wire_read_all(fd, &answer);
	close(fd);
	assert_contains(answer, "HTTP/1.1 503 ");
	assert_string_equal(fixture->refused.bytes, "GET /half 503\n");
	tally__buf_release(&answer);
}

/* As many as this process may have, at most 10,000. */
static size_t raise_files(struct rlimit *before)
{
	struct rlimit raised;
	rlim_t wanted = 16384;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
	raised = *before;
	if (raised.rlim_max != RLIM_INFINITY && raised.rlim_max < wanted)
		wanted = raised.rlim_max;
	raised.rlim_cur = wanted;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &raised), 0);
	return wanted - 100 < 10000 ? (size_t)wanted - 100 : 10000;
}

static void thousands_of_idle_connections_are_in_nobodys_way(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit before;
	size_t count = raise_files(&before);
	int *fds = tally__calloc(count, sizeof(*fds));

	assert_non_null(fds);
	if (count < 10000)
		count /= 2; /* the server's ends are files of this process too */
	start(fixture, (struct http_server_options){.threads = 4});
	for (size_t i = 0; i < count; i++) {
		fds[i] = wire_connect(fixture->port);
		if (i % 500 == 499)
			assert_serves(fixture);
	}
	assert_serves(fixture);
	/* Two may be on their way for each thread. */
	assert_true(atomic_load(&fixture->server->connection_count) <= LIMIT_CONNECTIONS + 8);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	assert_serves(fixture);
	tally__free(fds);
	setrlimit(RLIMIT_NOFILE, &before);
}

/* With no file left, a new connection takes one from an old one. */
static void servers_survive_lack_of_files(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit before, few;
	int fds[8], spare[128];
	size_t count = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 128;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	start(fixture, (struct http_server_options){.max_connections = 1000});
	for (size_t i = 0; i < 7; i++) {
		fds[i] = wire_connect(fixture->port);
		assert_true(answers_on(fds[i]));
	}
	while (count < 128 && (spare[count] = dup(1)) >= 0)
		count++;
	assert_true(count > 0 && count < 128);
	/* The last file is for the client; the server's end of it has none. */
	close(spare[--count]);
	fds[7] = wire_connect(fixture->port);
	assert_true(answers_on(fds[7]));
	assert_true(has_ended(fds[0]));
	while (count > 0)
		close(spare[--count]);
	for (size_t i = 0; i < 8; i++)
		close(fds[i]);
	assert_serves(fixture);
	setrlimit(RLIMIT_NOFILE, &before);
}

/* ---- the end ---- */

static void *stop_server(void *context)
{
	tally__http_server_stop(context);
	return NULL;
}

/* What the system has let in, and has asked, is answered. */
static void what_was_asked_is_answered_at_the_end(void **state)
{
	struct fixture *fixture = *state;

	for (int round = 0; round < 50; round++) {
		struct buf answer;
		int fd;

		start(fixture, (struct http_server_options){.threads = 4});
		fd = wire_connect(fixture->port);
		wire_write(fd, ASK, sizeof(ASK) - 1);
		tally__http_server_stop(fixture->server);
		fixture->server = NULL;
		tally__buf_init(&answer, WIRE_MAX_BYTES);
		wire_read_all(fd, &answer);
		close(fd);
		assert_contains(answer, "HTTP/1.1 200 ");
		tally__buf_release(&answer);
	}
	assert_int_equal(fixture->calls, 50);
}

static void half_a_request_is_told_of_at_the_end(void **state)
{
	struct fixture *fixture = *state;
	struct buf answer;
	int fd;

	start(fixture, (struct http_server_options){0});
	fd = wire_connect(fixture->port);
	assert_true(answers_on(fd));
	wire_write(fd, "GET /half HTTP/1.1\r\n", 20);
	tally__http_server_stop(fixture->server);
	fixture->server = NULL;
	tally__buf_init(&answer, WIRE_MAX_BYTES);
	wire_read_all(fd, &answer);
	close(fd);
	assert_contains(answer, "HTTP/1.1 503 ");
	assert_string_equal(fixture->refused.bytes, "GET /half 503\n");
	tally__buf_release(&answer);
}

/* Waits for the first byte of an answer that is not read any further. */
static int begin_to_read(struct fixture *fixture)
{
	int fd = wire_connect(fixture->port);
	char byte;

	wire_write(fd, ASK, sizeof(ASK) - 1);
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	return fd;
}

static void a_stop_can_be_hurried(void **state)
{
	atomic_bool hurried = false;
	struct fixture *fixture = *state;
	char *body = large_body(fixture);
	int64_t begun = tally__time_monotonic_ms();
	pthread_t stopper;
	int fd;

	start(fixture, (struct http_server_options){.hurried = &hurried});
	fd = begin_to_read(fixture);
	atomic_store(&hurried, true);
	assert_int_equal(pthread_create(&stopper, NULL, stop_server, fixture->server), 0);
	pthread_join(stopper, NULL);
	fixture->server = NULL;
	/* Without the hurry, it waits for 5 s. */
	assert_true(tally__time_monotonic_ms() - begun < 4500);
	close(fd);
	tally__free(body);
}

static void who_reads_at_the_end_gets_all(void **state)
{
	struct fixture *fixture = *state;
	char *body = large_body(fixture);
	struct buf answer;
	pthread_t stopper;
	int fd;

	start(fixture, (struct http_server_options){.threads = 2});
	fd = begin_to_read(fixture);
	assert_int_equal(pthread_create(&stopper, NULL, stop_server, fixture->server), 0);
	tally__buf_init(&answer, WIRE_MAX_BYTES);
	wire_read_all(fd, &answer);
	pthread_join(stopper, NULL);
	fixture->server = NULL;
	close(fd);
	assert_true(answer.len > LARGE);
	tally__buf_release(&answer);
	tally__free(body);
}

struct stream {
	unsigned short port;
	atomic_size_t answered;
};

/* Asks on one connection after the other until nobody answers. */
static void *ask_on_and_on(void *context)
{
	struct stream *stream = context;
	struct sockaddr_in address = wire_address(stream->port);

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		bool goes_on = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;

		for (int i = 0; i < 20 && goes_on; i++) {
			goes_on = answers_on(fd);
			atomic_fetch_add(&stream->answered, goes_on);
		}
		close(fd);
		if (!goes_on)
			return NULL;
	}
}

/* Each answer that a client got is one that the handler gave. */
static void busy_servers_stop(void **state)
{
	enum { CLIENTS = 4 };
	struct fixture *fixture = *state;

	for (int round = 0; round < 10; round++) {
		struct stream stream = {0};
		pthread_t clients[CLIENTS];

		fixture->calls = 0;
		start(fixture, (struct http_server_options){.threads = 4});
		stream.port = fixture->port;
		for (size_t i = 0; i < CLIENTS; i++)
			assert_int_equal(pthread_create(&clients[i], NULL, ask_on_and_on, &stream),
					 0);
		for (int i = 0; i < 20; i++)
			assert_serves(fixture);
		tally__http_server_stop(fixture->server);
		fixture->server = NULL;
		for (size_t i = 0; i < CLIENTS; i++)
			pthread_join(clients[i], NULL);
		assert_true(fixture->calls >= atomic_load(&stream.answered) + 20);
	}
}

/* ---- memory ---- */

/* Sends, and reads what comes; without memory of the library's own. */
static void ask_without_memory(unsigned short port, const char *request, char *answer, size_t size)
{
	int fd = wire_connect(port);
	size_t len = 0;
	ssize_t got = 1;

	wire_write(fd, request, strlen(request));
	while (len < size - 1 && (got = recv(fd, answer + len, size - 1 - len, 0)) > 0)
		len += (size_t)got;
	answer[len] = '\0';
	close(fd);
}

/* Every allocation fails in turn: the request is answered, refused or broken off, and the next one
 * is served. */
static void requests_survive_lack_of_memory(void **state)
{
	static const char request[] =
		"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
		"Connection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
	struct fixture *fixture = *state;
	char answer[1024];
	size_t served = 0;

	fixture->refused.max_bytes = 0; /* these lines need memory, too */
	for (long passes = 0; passes < 40; passes++) {
		start(fixture, (struct http_server_options){0});
		tally__mem_fail_after(passes);
		ask_without_memory(fixture->port, request, answer, sizeof(answer));
		tally__mem_fail_after(-1);
		served += strstr(answer, "HTTP/1.1 200 ") != NULL;
		assert_true(*answer == '\0' || strncmp(answer, "HTTP/1.1 ", 9) == 0);
		assert_serves(fixture);
		tally__http_server_stop(fixture->server);
		fixture->server = NULL;
	}
	assert_true(served > 0 && served < 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slow_senders_are_refused),
		TEST(empty_lines_keep_nothing_open),
		TEST(slow_readers_are_cut_off),
		TEST(refusals_are_seen_by_busy_senders),
		TEST(newcomers_take_the_longest_waiting_place),
		TEST(the_longest_waiting_is_ended_whoever_has_it),
		TEST(who_loses_the_place_in_a_request_is_told_of),
		TEST(thousands_of_idle_connections_are_in_nobodys_way),
		TEST(servers_survive_lack_of_files),
		TEST(what_was_asked_is_answered_at_the_end),
		TEST(half_a_request_is_told_of_at_the_end),
		TEST(a_stop_can_be_hurried),
		TEST(who_reads_at_the_end_gets_all),
		TEST(busy_servers_stop),
		TEST(requests_survive_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
