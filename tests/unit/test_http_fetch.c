#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http/fetch.h"
#include "http_wire.h"
#include "tally/json.h"

#define CONTRACT "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

/* What one GET comes to; `user` stands in front of the host, or is "". */
static int fetch(struct wire_server *server, const char *answer, const char *user,
		 const struct tally_fetch_options *options, char **text, struct tally_error *error)
{
	char url[96];
	size_t len = 0;
	int status;

	wire_server_start(server, answer, strlen(answer));
	(void)snprintf(url, sizeof(url), "http://%s127.0.0.1:%u/c", user, server->port);
	status = tally_fetch(text, &len, url, options, error);
	if (status == 0)
		assert_int_equal(len, strlen(*text));
	return status;
}

static void credentials_are_sent(void **state)
{
	static const struct {
		struct tally_fetch_options options;
		const char *header;
	} cases[] = {
		{{.user = "me:secret"}, "Authorization: Basic bWU6c2VjcmV0\r\n"},
		{{.token = "t"}, "Authorization: Bearer t\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_server server = {0};
		char *text = NULL;

		assert_int_equal(fetch(&server, CONTRACT, "", &cases[i].options, &text, NULL), 0);
		assert_string_equal(text, "{}");
		wire_server_wait(&server);
		assert_non_null(strstr(server.received.bytes, cases[i].header));
		wire_server_stop(&server);
		tally_free(text);
	}
}

static void messages_have_no_passwords(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct wire_server server = {0};
	char *text = NULL;

	(void)state;
	assert_int_equal(fetch(&server, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
			       "me:se%40cret@", NULL, &text, &error),
			 TALLY_EIO);
	wire_server_stop(&server);
	assert_null(text);
	assert_int_equal(strncmp(error.where, "http://127.0.0.1:", 17), 0);
	assert_null(strstr(error.message, "cret"));
	assert_non_null(strstr(error.message, "found status 404"));
}

static void what_cannot_be_asked_is_refused(void **state)
{
	static const struct tally_fetch_options both = {.user = "me:x", .token = "t"};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(tally_fetch(&text, &len, "http://127.0.0.1:1/", &both, &error),
			 TALLY_EINVAL);
	assert_string_equal(error.where, "token");
	assert_int_equal(tally_fetch(&text, &len, "ftp://a.test/", NULL, NULL), TALLY_EINVAL);
	assert_int_equal(tally_fetch(&text, &len, "http://127.0.0.1:1/", NULL, NULL),
			 TALLY_EUNREACHABLE);
	assert_int_equal(tally_fetch(&text, &len, NULL, NULL, NULL), TALLY_EINVAL);
	assert_null(text);
}

static void fetching_survives_without_memory(void **state)
{
	static const struct tally_fetch_options options = {.user = "me:x"};
	char *text = NULL;

	(void)state;
	for (long passes = 0; !text; passes++) {
		struct wire_server server = {0};
		char url[64];
		size_t len = 0;
		int status;

		wire_server_start(&server, CONTRACT, strlen(CONTRACT));
		(void)snprintf(url, sizeof(url), "http://u:p@127.0.0.1:%u/", server.port);
		tally__mem_fail_after(passes);
		status = tally_fetch(&text, &len, url, &options, NULL);
		tally__mem_fail_after(-1);
		wire_server_stop(&server);
		assert_int_equal(status, text ? 0 : TALLY_ENOMEM);
	}
	tally_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(credentials_are_sent),
		cmocka_unit_test(messages_have_no_passwords),
		cmocka_unit_test(what_cannot_be_asked_is_refused),
		cmocka_unit_test(fetching_survives_without_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
