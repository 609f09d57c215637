/* server_fixture.h - a server whose handler and refusals are kept, for the tests of
 * src/http/server.h over raw sockets. */
#ifndef TALLY_TESTS_SERVER_FIXTURE_H
#define TALLY_TESTS_SERVER_FIXTURE_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/server.h"
#include "http_wire.h"

/* The server under test, and what its handler saw last. */
struct fixture {
	struct http_server *server;
	unsigned short port;
	struct arena arena;
	struct http_request seen;
	size_t calls;
	int status; /* of the answer; 0: 200 */
	int result; /* of the handler */
	struct http_headers headers;
	const char *body;
	size_t body_len;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool in_handler, let_go, waits;
	struct buf refused; /* "METHOD target status" of each refusal, a line each */
	size_t refusals;
};

static inline void on_refused(void *context, const struct http_refusal *refusal)
{
	struct fixture *fixture = context;

	pthread_mutex_lock(&fixture->lock);
	tally__buf_addf(&fixture->refused, "%s %s %d\n", refusal->method, refusal->target,
			refusal->status);
	fixture->refusals++;
	pthread_cond_broadcast(&fixture->changed);
	pthread_mutex_unlock(&fixture->lock);
}

static inline void keep(struct fixture *fixture, const struct http_request *request)
{
	fixture->calls++;
	fixture->seen = (struct http_request){
		.method = tally__arena_strdup(&fixture->arena, request->method),
		.target = tally__arena_strdup(&fixture->arena, request->target),
		.body = tally__arena_memdup(&fixture->arena, request->body, request->body_len),
		.body_len = request->body_len};
	for (size_t i = 0; i < request->headers.count; i++)
		tally__http_header_add(&fixture->seen.headers, &fixture->arena,
				       request->headers.items[i].name,
				       request->headers.items[i].value, NULL);
}

static inline int on_request(void *context, const struct http_request *request, struct arena *arena,
			     struct http_response *response)
{
	struct fixture *fixture = context;
	int status;

	(void)arena;
	pthread_mutex_lock(&fixture->lock);
	keep(fixture, request);
	fixture->in_handler = true;
	pthread_cond_broadcast(&fixture->changed);
	while (fixture->waits && !fixture->let_go)
		pthread_cond_wait(&fixture->changed, &fixture->lock);
	fixture->in_handler = false;
	response->status = fixture->status != 0 ? fixture->status : 200;
	response->headers = fixture->headers;
	response->body = fixture->body;
	response->body_len = fixture->body_len;
	status = fixture->result;
	pthread_mutex_unlock(&fixture->lock);
	return status;
}

static inline void start(struct fixture *fixture, struct http_server_options options)
{
	struct tally_error error = TALLY_ERROR_INIT;

	options.handler = on_request;
	options.refused = on_refused;
	options.context = fixture;
	if (tally__http_server_start(&fixture->server, &options, &error) != 0)
		fail_msg("%s", error.message);
	fixture->port = (unsigned short)strtoul(
		strrchr(tally__http_server_url(fixture->server), ':') + 1, NULL, 10);
}

static inline int setup(void **state)
{
	struct fixture *fixture = tally__calloc(1, sizeof(*fixture));

	tally__arena_init(&fixture->arena, 0);
	pthread_mutex_init(&fixture->lock, NULL);
	pthread_cond_init(&fixture->changed, NULL);
	tally__buf_init(&fixture->refused, 1 << 16);
	*state = fixture;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *fixture = *state;

	tally__http_server_stop(fixture->server);
	tally__arena_release(&fixture->arena);
	tally__buf_release(&fixture->refused);
	pthread_cond_destroy(&fixture->changed);
	pthread_mutex_destroy(&fixture->lock);
	tally__free(fixture);
	return 0;
}

static inline struct buf ask(struct fixture *fixture, const char *request)
{
	return wire_ask(fixture->port, request, strlen(request));
}

static inline void answers(struct fixture *fixture, const char *name, const char *value)
{
	assert_int_equal(
		tally__http_header_add(&fixture->headers, &fixture->arena, name, value, NULL), 0);
}

#define assert_contains(buf, text)                                                                 \
	do {                                                                                       \
		if (strstr((buf).bytes, text) == NULL)                                             \
			fail_msg("\"%s\" not found in:\n%s", text, (buf).bytes);                   \
	} while (0)
#define assert_lacks(buf, text)                                                                    \
	do {                                                                                       \
		if (strstr((buf).bytes, text) != NULL)                                             \
			fail_msg("\"%s\" found in:\n%s", text, (buf).bytes);                       \
	} while (0)

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
