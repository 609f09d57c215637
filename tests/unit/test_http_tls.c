/* The server with TLS, asked by the HTTP client. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http/client.h"
#include "http/server.h"
#include "http_wire.h"

struct fixture {
	struct buf refused; /* "method target status why" of each refusal; added to under no lock:
			       by one connection at a time */
	struct http_server *server;
	struct http_client *client;
	struct arena arena;
	char ca_file[64];
};

/* Sends back what came. */
static int echo(void *context, const struct http_request *request, struct arena *arena,
		struct http_response *response)
{
	(void)context;
	response->status = 200;
	response->body = request->body;
	response->body_len = request->body_len;
	return tally__http_header_add(&response->headers, arena, "X-Target", request->target, NULL);
}

static void on_refused(void *context, const struct http_refusal *refusal)
{
	struct fixture *fixture = context;

	tally__buf_addf(&fixture->refused, "%s %s %d %s", refusal->method, refusal->target,
			refusal->status, refusal->why);
}

static void write_authority(struct fixture *fixture, const struct http_server *server)
{
	const char *pem = tally__http_server_authority(server);
	FILE *file = fopen(fixture->ca_file, "w");

	assert_non_null(pem);
	assert_non_null(file);
	assert_true(fputs(pem, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct http_server *serve(const char *host)
{
	const struct http_server_options options = {
		.host = host, .tls = true, .threads = 2, .handler = echo};
	struct http_server *server = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally__http_server_start(&server, &options, &error) != 0)
		fail_msg("%s", error.message);
	return server;
}

/* A client that trusts `ca_file`; NULL: what the system trusts. */
static void trust(struct fixture *fixture, const char *ca_file)
{
	const struct http_client_options options = {.ca_file = ca_file};

	tally__http_client_free(fixture->client);
	assert_int_equal(tally__http_client_new(&fixture->client, &options, NULL), 0);
}

static int setup(void **state)
{
	struct fixture *fixture = tally__calloc(1, sizeof(*fixture));
	int fd;

	tally__arena_init(&fixture->arena, 0);
	tally__buf_init(&fixture->refused, 1 << 16);
	snprintf(fixture->ca_file, sizeof(fixture->ca_file), "tls-authority-XXXXXX");
	fd = mkstemp(fixture->ca_file);
	if (fd < 0)
		return -1;
	close(fd);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	tally__http_client_free(fixture->client);
	tally__http_server_stop(fixture->server);
	tally__arena_release(&fixture->arena);
	tally__buf_release(&fixture->refused);
	unlink(fixture->ca_file);
	tally__free(fixture);
	return 0;
}

static int ask(struct fixture *fixture, const char *host, const char *body, size_t body_len,
	       struct http_response *response, struct tally_error *error)
{
	const char *port = strrchr(tally__http_server_url(fixture->server), ':') + 1;
	const struct http_request request = {
		.method = "POST",
		.target = tally__arena_printf(&fixture->arena, "https://%s:%s/a%%2Fb", host, port),
		.body = body,
		.body_len = body_len};

	*response = (struct http_response){0};
	return tally__http_client_send(fixture->client, &request, &fixture->arena, response, error);
}

static void assert_answered(struct fixture *fixture, const char *host)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct http_response response;

	if (ask(fixture, host, "body", 4, &response, &error) != 0)
		fail_msg("%s: %s", host, error.message);
	assert_int_equal(response.status, 200);
	assert_int_equal(response.body_len, 4);
	assert_string_equal(tally__http_header_get(&response.headers, "X-Target"), "/a%2Fb");
}

static void assert_not_trusted(struct fixture *fixture)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct http_response response;

	assert_int_equal(ask(fixture, "127.0.0.1", "", 0, &response, &error), TALLY_EUNREACHABLE);
	assert_non_null(strstr(error.message, "no TLS connection to 127.0.0.1:"));
}

static void is_trusted_by_its_authority_alone(void **state)
{
	struct fixture *fixture = *state;
	struct http_server *other = serve(NULL);

	fixture->server = serve(NULL);
	assert_memory_equal(tally__http_server_url(fixture->server), "https://127.0.0.1:", 18);
	trust(fixture, NULL);
	assert_not_trusted(fixture);
	write_authority(fixture, other);
	tally__http_server_stop(other);
	trust(fixture, fixture->ca_file);
	assert_not_trusted(fixture);
	write_authority(fixture, fixture->server);
	trust(fixture, fixture->ca_file);
	assert_answered(fixture, "127.0.0.1");
	assert_answered(fixture, "127.0.0.1");
}

/* The names of the certificate; 127.0.0.2 is in it only where it was asked for. */
static void is_known_by_its_names(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct http_response response;

	fixture->server = serve("0.0.0.0");
	write_authority(fixture, fixture->server);
	trust(fixture, fixture->ca_file);
	assert_answered(fixture, "127.0.0.1");
	assert_int_equal(ask(fixture, "127.0.0.2", "", 0, &response, &error), TALLY_EUNREACHABLE);
	tally__http_server_stop(fixture->server);

	fixture->server = serve("127.0.0.2");
	write_authority(fixture, fixture->server);
	trust(fixture, fixture->ca_file);
	assert_answered(fixture, "127.0.0.2");
	tally__http_server_stop(fixture->server);

	fixture->server = serve("localhost");
	write_authority(fixture, fixture->server);
	trust(fixture, fixture->ca_file);
	assert_answered(fixture, "localhost");
}

static void large_bodies_come_whole(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	const size_t len = 3000001;
	char *body = tally__malloc(len);
	struct http_response response;

	assert_non_null(body);
	for (size_t i = 0; i < len; i++)
		body[i] = (char)(i * 31 % 251);
	fixture->server = serve(NULL);
	write_authority(fixture, fixture->server);
	trust(fixture, fixture->ca_file);
	if (ask(fixture, "127.0.0.1", body, len, &response, &error) != 0)
		fail_msg("%s", error.message);
	assert_int_equal(response.body_len, len);
	assert_memory_equal(response.body, body, len);
	tally__free(body);
}

static void serve_and_note(struct fixture *fixture, bool tls)
{
	const struct http_server_options options = {
		.tls = tls, .handler = echo, .refused = on_refused, .context = fixture};

	assert_int_equal(tally__http_server_start(&fixture->server, &options, NULL), 0);
}

/* The server has ended: what it told can be looked at. */
static void assert_told(struct fixture *fixture, const char *text)
{
	tally__http_server_stop(fixture->server);
	fixture->server = NULL;
	if (strstr(fixture->refused.bytes, text) == NULL)
		fail_msg("\"%s\" not found in: %s", text, fixture->refused.bytes);
}

static void distrust_is_told_of(void **state)
{
	struct fixture *fixture = *state;

	serve_and_note(fixture, true);
	trust(fixture, NULL);
	assert_not_trusted(fixture);
	assert_told(fixture, "  0 The TLS handshake failed (");
}

static void plain_clients_are_told_to_use_tls(void **state)
{
	static const char request[] = "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n";
	struct fixture *fixture = *state;
	struct buf answer;

	serve_and_note(fixture, true);
	answer = wire_ask(
		(unsigned short)strtoul(strrchr(tally__http_server_url(fixture->server), ':') + 1,
					NULL, 10),
		request, sizeof(request) - 1);
	assert_non_null(strstr(answer.bytes, "HTTP/1.1 400 "));
	assert_non_null(strstr(answer.bytes, "ask with https://"));
	tally__buf_release(&answer);
	assert_told(fixture, "GET /plain 400 This server speaks TLS");
}

static void tls_clients_of_a_plain_server_are_told_of(void **state)
{
	struct fixture *fixture = *state;

	serve_and_note(fixture, false);
	trust(fixture, NULL);
	assert_not_trusted(fixture);
	assert_told(fixture, "  400 This server speaks HTTP without TLS");
}

/* Who says nothing has not asked. */
static void silent_connections_are_not_told_of(void **state)
{
	struct fixture *fixture = *state;

	serve_and_note(fixture, true);
	close(wire_connect((unsigned short)strtoul(
		strrchr(tally__http_server_url(fixture->server), ':') + 1, NULL, 10)));
	tally__http_server_stop(fixture->server);
	fixture->server = NULL;
	assert_string_equal(fixture->refused.bytes, "");
}

static void no_authority_without_tls(void **state)
{
	const struct http_server_options options = {.handler = echo};
	struct fixture *fixture = *state;

	assert_int_equal(tally__http_server_start(&fixture->server, &options, NULL), 0);
	assert_null(tally__http_server_authority(fixture->server));
}

static void impossible_names_are_refused(void **state)
{
	const struct http_server_options options = {
		.host = "no such name.invalid", .tls = true, .handler = echo};
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(tally__http_server_start(&fixture->server, &options, &error),
			 TALLY_EINVAL);
	assert_null(fixture->server);
}

static void start_survives_lack_of_memory(void **state)
{
	const struct http_server_options options = {.tls = true, .handler = echo};

	(void)state;
	for (long passes = 0;; passes++) {
		struct http_server *server = NULL;
		struct tally_error error = TALLY_ERROR_INIT;
		int status;

		tally__mem_fail_after(passes);
		status = tally__http_server_start(&server, &options, &error);
		tally__mem_fail_after(-1);
		if (status == 0) {
			tally__http_server_stop(server);
			assert_true(passes > 3);
			break;
		}
		assert_int_equal(status, TALLY_ENOMEM);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(is_trusted_by_its_authority_alone),
		TEST(is_known_by_its_names),
		TEST(large_bodies_come_whole),
		TEST(distrust_is_told_of),
		TEST(plain_clients_are_told_to_use_tls),
		TEST(tls_clients_of_a_plain_server_are_told_of),
		TEST(silent_connections_are_not_told_of),
		TEST(no_authority_without_tls),
		TEST(impossible_names_are_refused),
		TEST(start_survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
