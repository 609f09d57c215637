/* The messages of a mock: who is meant, what is answered and reported, and that it stays whole when
 * memory is short.  tests/cli asks for them over HTTP. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "consumer/messages.h"
#include "consumer/mock.h"

static const char document[] =
	"{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},\"interactions\":["
	"{\"type\":\"Asynchronous/Messages\",\"description\":\"event\","
	"\"providerStates\":[{\"name\":\"s\",\"params\":{\"n\":1}}],"
	"\"contents\":{\"contentType\":\"application/json\",\"content\":"
	"{\"at\":{\"pact:matcher:type\":\"datetime\",\"format\":\"yyyy\",\"value\":\"2000\","
	"\"pact:generator:type\":\"DateTime\"}}},\"metadata\":{\"topic\":\"t\"}},"
	"{\"type\":\"Asynchronous/Messages\",\"description\":\"event\","
	"\"contents\":{\"content\":null,\"contentType\":\"application/json\"}},"
	"{\"type\":\"Asynchronous/Messages\",\"description\":\"bytes\","
	"\"contents\":{\"content\":\"/wH+\",\"contentType\":\"application/octet-stream\","
	"\"encoded\":\"base64\"}},"
	"{\"type\":\"Asynchronous/Messages\",\"description\":\"text\","
	"\"contents\":{\"content\":\"plain\"}},"
	"{\"type\":\"Synchronous/Messages\",\"description\":\"question\","
	"\"request\":{\"contents\":{\"content\":{\"n\":1},\"contentType\":\"application/json\"}},"
	"\"response\":[{\"contents\":{\"content\":\"a\",\"contentType\":\"text/plain\"}},"
	"{\"contents\":{\"content\":\"b\",\"contentType\":\"text/plain\"},"
	"\"metadata\":{\"k\":\"v\"}}]}],"
	"\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}}}";

static struct tally_contract *contract;
static struct tally_mock *mock;
static struct arena arena;
static struct http_response response;

static int set_up(void **state)
{
	const struct tally_mock_options options = {
		.messages = true, .seed = 1, .now = "2026-11-21T00:00:00Z"};

	(void)state;
	tally__arena_init(&arena, 0);
	if (tally_expectations_parse(&contract, document, sizeof(document) - 1, NULL) != 0)
		return -1;
	return tally_mock_start(&mock, contract, &options, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	tally_mock_stop(mock);
	tally_contract_free(contract);
	tally__arena_release(&arena);
	mock = NULL;
	contract = NULL;
	return 0;
}

static int ask(const char *body)
{
	const struct http_request request = {
		.method = "POST", .target = "/", .body = body, .body_len = strlen(body)};

	response = (struct http_response){0};
	return tally__messages_answer(mock, &request, &arena, &response);
}

static void assert_answer(const char *body, int status, const char *type, const char *expected)
{
	assert_int_equal(ask(body), 0);
	assert_int_equal(response.status, status);
	assert_int_equal(response.body_len, strlen(expected));
	assert_memory_equal(response.body ? response.body : "", expected, strlen(expected));
	if (type)
		assert_string_equal(tally__http_header_get(&response.headers, "Content-Type"),
				    type);
}

static void assert_problem(const char *body, int status, const char *said)
{
	char *text;

	assert_int_equal(ask(body), 0);
	assert_int_equal(response.status, status);
	text = tally__arena_memdup(&arena, response.body, response.body_len);
	assert_non_null(text);
	if (!strstr(text, said))
		fail_msg("expected \"%s\" in %s", said, text);
}

static void answers_as_written(void **state)
{
	(void)state;
	assert_null(tally_mock_url(mock));
	assert_non_null(tally_mock_messages_url(mock));
	assert_answer("{\"description\":\"event\",\"providerStates\":[\"s\"]}", 200,
		      "application/json", "{\"at\":\"2026\"}");
	assert_string_equal(tally__http_header_get(&response.headers, "Pact-Message-Metadata"),
			    "eyJ0b3BpYyI6InQifQ==");
	assert_answer("{\"description\":\"bytes\"}", 200, "application/octet-stream",
		      "\xff\x01\xfe");
	assert_answer("{\"description\":\"text\"}", 200, "text/plain", "plain");
	assert_null(tally__http_header_get(&response.headers, "Pact-Message-Metadata"));
}

static void names_choose(void **state)
{
	(void)state;
	/* Without states the message that has none is meant, and with an empty list. */
	assert_answer("{\"description\":\"event\"}", 200, "application/json", "null");
	assert_answer("{\"description\":\"event\",\"providerStates\":[]}", 200, "application/json",
		      "null");
	assert_answer("{\"description\":\"event\",\"providerStates\":[{\"name\":\"s\","
		      "\"params\":{\"n\":1}}]}",
		      200, "application/json", "{\"at\":\"2026\"}");
	assert_problem("{\"description\":\"event\",\"providerStates\":[{\"name\":\"s\","
		       "\"params\":{\"n\":1.0}}]}",
		       500, "message-not-found");
	assert_problem("{\"description\":\"event\",\"providerStates\":[\"s\",\"s\"]}", 500,
		       "message-not-found");
	assert_problem("{\"description\":\"Text\"}", 500, "there is \\\"text\\\"");
}

static void assert_json(const char *expected)
{
	cJSON *json = NULL;
	char *text = NULL;

	assert_int_equal(tally_json_parse(&json, response.body, response.body_len, NULL), 0);
	assert_int_equal(tally_json_write(&text, NULL, json, TALLY_JSON_CANONICAL, NULL), 0);
	assert_string_equal(text, expected);
	tally_free(text);
	cJSON_Delete(json);
}

static void synchronous_requests_are_compared(void **state)
{
	(void)state;
	assert_int_equal(ask("{\"description\":\"question\",\"request\":{\"contents\":{\"n\":1}}}"),
			 0);
	assert_int_equal(response.status, 200);
	assert_json("[{\"contents\":{\"content\":\"a\",\"contentType\":\"text/plain\","
		    "\"encoded\":false}},{\"contents\":{\"content\":\"b\",\"contentType\":"
		    "\"text/plain\",\"encoded\":false},\"metadata\":{\"k\":\"v\"}}]");
	assert_problem("{\"description\":\"question\",\"request\":{\"contents\":{\"n\":2}}}", 500,
		       "message-mismatch");
	assert_problem(
		"{\"description\":\"question\",\"request\":{\"contents\":{\"n\":1,\"m\":1}}}", 500,
		"unexpected: m");
	assert_problem("{\"description\":\"question\"}", 500, "member \\\"request\\\"");
	assert_problem("{\"description\":\"question\",\"request\":1}", 400, "request-refused");
#define GRIN  "\xf0\x9f\x98\x80"
#define GRINS GRIN GRIN GRIN GRIN GRIN GRIN GRIN GRIN GRIN GRIN
	/* A long reason stays whole, and so its characters. */
	assert_problem("{\"description\":\"question\",\"request\":\"" GRINS GRINS GRINS GRINS GRINS
		       "\"}",
		       400, GRIN "\xe2\x80\xa6");
}

static size_t count(const cJSON *report, const char *type)
{
	const cJSON *each;
	size_t found = 0;

	cJSON_ArrayForEach(each, tally__json_get(report, "mismatches"))
	{
		found += strcmp(tally__json_get_string(each, "type"), type) == 0;
	}
	return found;
}

static void reports_what_was_fetched(void **state)
{
	cJSON *report = NULL;

	(void)state;
	assert_int_equal(ask("{\"description\":\"text\"}"), 0);
	assert_int_equal(ask("{\"description\":\"question\",\"request\":{\"contents\":[]}}"), 0);
	assert_int_equal(ask("nothing"), 0);
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	assert_false(tally__json_get_bool(report, "success", true));
	assert_int_equal(cJSON_GetArraySize(tally__json_get(report, "matched")), 1);
	/* What was tried is not missing, too. */
	assert_int_equal(count(report, "message-mismatch"), 1);
	assert_int_equal(count(report, "missing-message"), 3);
	assert_int_equal(count(report, "request-refused"), 1);
	cJSON_Delete(report);
}

static void survives_short_memory(void **state)
{
	static const char *const bodies[] = {
		"{\"description\":\"event\",\"providerStates\":[\"s\"]}",
		"{\"description\":\"bytes\"}",
		"{\"description\":\"question\",\"request\":{\"contents\":{\"n\":1}}}",
		"{\"description\":\"question\",\"request\":{\"contents\":{\"n\":2}}}",
		"{\"description\":\"evnt\"}",
		"nothing",
	};
	struct mock_messages *messages = NULL;
	int status = TALLY_ENOMEM;

	(void)state;
	for (long n = 0; status != 0; n++) {
		tally__mem_fail_after(n);
		status = tally__messages_new(&messages, contract, NULL);
		tally__mem_fail_after(-1);
		assert_true(status == 0 || status == TALLY_ENOMEM);
	}
	tally__messages_free(messages);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		status = TALLY_ENOMEM;
		for (long n = 0; status != 0 && n < 10000; n++) {
			tally__mem_fail_after(n);
			status = ask(bodies[i]);
			tally__mem_fail_after(-1);
		}
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_as_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_choose, set_up, tear_down),
		cmocka_unit_test_setup_teardown(synchronous_requests_are_compared, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(reports_what_was_fetched, set_up, tear_down),
		cmocka_unit_test_setup_teardown(survives_short_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("consumer/messages", tests, NULL, NULL);
}
