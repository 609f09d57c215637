#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/json.h"
#include "http/server.h"
#include "http_wire.h"
#include "loopback.h"
#include "tally/verify.h"
#include "verifier_fixture.h"

static void a_good_provider_passes(void **state)
{
	struct fixture *fixture = *state;
	const cJSON *first;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_int_equal(count(fixture, "passed"), 2);
	assert_int_equal(count(fixture, "failed"), 0);
	first = interaction(fixture, 0, 0);
	assert_string_equal(tally__json_get_string(first, "description"), "a request for an order");
	assert_int_equal(strlen(tally__json_get_string(first, "digest")), 40);
	assert_string_equal(
		cJSON_GetArrayItem(tally__json_get(first, "providerStates"), 0)->valuestring,
		"an order exists");
	assert_string_equal(tally__json_get_string(tally__json_get(first, "request"), "method"),
			    "GET");
	assert_true(cJSON_IsArray(tally__json_get(first, "mismatches")));
	assert_null(tally__json_get(tally__json_get(first, "request"), "curl"));
	assert_true(cJSON_IsNumber(tally__json_get(first, "durationMs")));
	assert_in(cJSON_GetArrayItem(tally__json_get(fixture->results, "warnings"), 0)->valuestring,
		  "1 of 2 interactions need a provider state");
}

static void each_part_can_fail(void **state)
{
	static const struct answer answers[] = {
		{"/status", 500, NULL, NULL, NULL},
		{"/header", 200, "text/html", NULL, NULL},
		{"/body", 200, "application/json", "{\"a\":[1,\"x\"]}", NULL},
		{"/type", 200, "text/plain", "{\"a\":1}", NULL}};
	struct fixture *fixture = *state;

	fixture->answers = answers;
	fixture->answer_count = 4;
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"s\",\"request\":{\"path\":\"/status\"},\"response\":{"
		     "\"status\":200}},"
		     "{\"description\":\"h\",\"request\":{\"path\":\"/header\"},\"response\":{"
		     "\"headers\":{\"Content-Type\":\"text/plain\",\"X-A\":\"1\"}}},"
		     "{\"description\":\"b\",\"request\":{\"path\":\"/body\"},\"response\":{"
		     "\"body\":{\"a\":[1,2]}}},"
		     "{\"description\":\"t\",\"request\":{\"path\":\"/type\"},\"response\":{"
		     "\"headers\":{\"Content-Type\":\"application/json\"},\"body\":{\"a\":1}}}");
	verify_well(fixture);
	assert_false(success(fixture));
	assert_int_equal(count(fixture, "failed"), 4);
	assert_string_equal(outcome(fixture, 0), "failed");
	assert_in(mismatch_places(fixture, 0), "status");
	assert_in(mismatch_places(fixture, 1), "header Content-Type");
	assert_in(mismatch_places(fixture, 1), "header X-A");
	assert_in(mismatch_places(fixture, 2), "body $.a[1]");
	assert_in(mismatch_places(fixture, 3), "body-type");
	assert_in(tally__json_get_string(tally__json_get(interaction(fixture, 0, 2), "request"),
					 "curl"),
		  "curl -i http://127.0.0.1:");
}

static void requests_go_out_as_written(void **state)
{
	struct fixture *fixture = *state;
	const char *base =
		tally__arena_printf(&fixture->arena, "%s/base//", fixture->options.provider_url);

	fixture->options.provider_url = base;
	fixture->options.jobs = 1;
	add_contract(fixture, "2.0.0", "interactions",
		     "{\"description\":\"a\",\"request\":{\"method\":\"PATCH\",\"path\":"
		     "\"/a%2Fb//c/../d e\",\"query\":\"x=1%202&y=a+b&x=%26\",\"headers\":{"
		     "\"Content-Type\":\"text/plain\",\"X-A\":\"1, 2\"},\"body\":\"caf\xc3\xa9\"},"
		     "\"response\":{\"status\":404}}");
	add_contract(
		fixture, "4.0", "interactions",
		"{\"type\":\"Synchronous/HTTP\",\"description\":\"b\",\"request\":{\"path\":"
		"\"no-slash?a#b\",\"query\":{\"ids[]\":[\"a b\",\"c+d&\xc3\xa9\"],\"flag\":[null]},"
		"\"headers\":{\"X-R\":[\"1\",\"2\"],\"Accept\":[\"text/a\",\"text/b\"]}},"
		"\"response\":{\"status\":404}}");
	verify_well(fixture);
	assert_string_equal(
		fixture->log.bytes,
		"PATCH /base/a%2Fb//c/../d%20e?x=1%202&y=a+b&x=%26 caf\xc3\xa9\n"
		"GET /base/no-slash%3Fa%23b?ids%5B%5D=a%20b&ids%5B%5D=c%2Bd%26%C3%A9&flag\n");
	for (size_t i = 0, repeated = 0; i < fixture->seen.count; i++) {
		const struct http_header *header = &fixture->seen.items[i];

		if (strcmp(header->name, "X-R") == 0)
			assert_string_equal(header->value, repeated++ == 0 ? "1" : "2");
		if (strcmp(header->name, "Accept") == 0)
			assert_string_equal(header->value, "text/a, text/b");
	}
	assert_true(success(fixture));
}

static void own_headers_replace_the_contracts(void **state)
{
	static const char *const headers[] = {"authorization:  Bearer new ", "X-More: 1"};
	struct fixture *fixture = *state;
	const char *curl;

	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"a\",\"request\":{\"method\":\"PUT\",\"path\":\"/it's\","
		     "\"headers\":{\"Authorization\":\"Bearer old\"},\"body\":{\"a\":1}},"
		     "\"response\":{\"status\":200}}");
	fixture->options.headers = headers;
	fixture->options.header_count = 2;
	verify_well(fixture);
	assert_string_equal(tally__http_header_get(&fixture->seen, "Authorization"), "Bearer new");
	assert_string_equal(tally__http_header_get(&fixture->seen, "X-More"), "1");
	curl = tally__json_get_string(tally__json_get(interaction(fixture, 0, 0), "request"),
				      "curl");
	assert_in(curl, "-X PUT");
	assert_in(curl, "-H 'authorization: ***'");
	assert_in(curl, "-H 'X-More: 1'");
	assert_in(curl, "/it'\\''s'");
	assert_in(curl, "--data-raw '{\"a\":1}'");
	assert_not_in(curl, "Bearer");
}

static void commands_are_safe_to_paste(void **state)
{
	struct fixture *fixture = *state;
	const char *host = strstr(fixture->options.provider_url, "://") + 3;
	const cJSON *request;
	const char *curl;

	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"a\",\"request\":{\"method\":\"A|B&$'*`\",\"path\":\"/p\"},"
		     "\"response\":{\"status\":200}}");
	fixture->options.provider_url =
		tally__arena_printf(&fixture->arena, "http://me:pa%%40ss@%s/x@y", host);
	verify_well(fixture);
	request = tally__json_get(interaction(fixture, 0, 0), "request");
	curl = tally__json_get_string(request, "curl");
	assert_in(curl, " -X 'A|B&$'\\''*`' '");
	assert_in(curl, tally__arena_printf(&fixture->arena, "'http://***@%s/x@y/p'", host));
	assert_not_in(curl, "pa%40ss");
	assert_string_equal(tally__json_get_string(request, "url"),
			    tally__arena_printf(&fixture->arena, "http://***@%s/x@y/p", host));
}

static void states_are_set_up_and_torn_down(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"two states\",\"providerStates\":[{\"name\":\"s 1\"},"
		     "{\"name\":\"s2\",\"params\":{\"k\":\"v\",\"n\":1.50}}],\"request\":{\"path\":"
		     "\"/ping\"},\"response\":{\"status\":200}}," NO_STATE);
	use_states(fixture);
	fixture->options.state_change_teardown = true;
	verify_well(fixture);
	assert_string_equal(
		fixture->log.bytes,
		"POST /_states {\"action\":\"setup\",\"params\":{},\"state\":\"s 1\"}\n"
		"POST /_states {\"action\":\"setup\",\"params\":{\"k\":\"v\",\"n\":1.50},"
		"\"state\":\"s2\"}\n"
		"GET /ping\n"
		"POST /_states {\"action\":\"teardown\",\"params\":{},\"state\":\"s 1\"}\n"
		"POST /_states {\"action\":\"teardown\",\"params\":{\"k\":\"v\",\"n\":1.50},"
		"\"state\":\"s2\"}\n"
		"POST /_states {\"action\":\"setup\",\"params\":{},\"state\":\"\"}\n"
		"GET /ping\n"
		"POST /_states {\"action\":\"teardown\",\"params\":{},\"state\":\"\"}\n");
	assert_string_equal(outcome(fixture, 0), "failed");
	assert_string_equal(outcome(fixture, 1), "passed");
	assert_null(tally__json_get(fixture->results, "warnings"));
}

static void states_as_query(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"a\",\"providerStates\":[{\"name\":\"s&1\",\"params\":{"
		     "\"z\":\"v w\",\"b\":{\"c\":[1]}}}],\"request\":{\"path\":\"/ping\"},"
		     "\"response\":{\"status\":204}}");
	use_states(fixture);
	fixture->options.state_change_as_query = true;
	verify_well(fixture);
	assert_string_equal(
		fixture->log.bytes,
		"POST /_states?action=setup&b=%7B%22c%22%3A%5B1%5D%7D&state=s%261&z=v%20w\n"
		"GET /ping\n");
}

static void a_failing_setup_is_an_error(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	use_states(fixture);
	fixture->options.state_change_teardown = true;
	fixture->state_status = 503;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "One or more of the setup state change handlers has failed");
	assert_in(message(fixture, 0), "an order exists");
	assert_in(message(fixture, 0), "503");
	assert_not_in(fixture->log.bytes, "GET ");
	assert_not_in(fixture->log.bytes, "teardown");
	assert_null(tally__json_get(interaction(fixture, 0, 0), "request"));
	assert_int_equal(count(fixture, "failed"), 2);
}

/* The provider is not asked, and what was set up does not stay. */
static void only_what_was_set_up_is_torn_down(void **state)
{
	struct fixture *fixture = *state;

	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"three states\",\"providerStates\":[{\"name\":\"s1\"},"
		     "{\"name\":\"a bad state\"},{\"name\":\"s3\"}],\"request\":{\"path\":"
		     "\"/ping\"},\"response\":{\"status\":204}}");
	use_states(fixture);
	fixture->options.state_change_teardown = true;
	verify_well(fixture);
	assert_string_equal(
		fixture->log.bytes,
		"POST /_states {\"action\":\"setup\",\"params\":{},\"state\":\"s1\"}\n"
		"POST /_states {\"action\":\"setup\",\"params\":{},\"state\":\"a bad state\"}\n"
		"POST /_states {\"action\":\"setup\",\"params\":{},\"state\":\"s3\"}\n"
		"POST /_states {\"action\":\"teardown\",\"params\":{},\"state\":\"s1\"}\n"
		"POST /_states {\"action\":\"teardown\",\"params\":{},\"state\":\"s3\"}\n");
	assert_string_equal(outcome(fixture, 0), "error");
	assert_string_equal(message(fixture, 0),
			    "One or more of the setup state change handlers has failed: state "
			    "\"a bad state\": the handler answered 500, expected 2xx");
	fixture->teardown_status = 503;
	verify_well(fixture);
	assert_in(message(fixture, 0), "; One or more of the teardown state change handlers has "
				       "failed: state \"s1\": the handler answered 503");
}

static void a_failing_teardown_is_an_error(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
	use_states(fixture);
	fixture->options.state_change_teardown = true;
	fixture->teardown_status = 500;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0),
		  "One or more of the teardown state change handlers has failed");
}

#define MESSAGE(description, content, metadata)                                                    \
	"{\"description\":\"" description                                                          \
	"\",\"providerStates\":[{\"name\":\"s\"}],\"contents\":" content ",\"metaData\":" metadata \
	"}"

static void asynchronous_messages(void **state)
{
	struct fixture *fixture = *state;
	struct buf metadata;
	struct answer answer = {"/", 200, "application/json; charset=utf-8", "{\"a\":1,\"b\":2}",
				NULL};

	tally__buf_init(&metadata, 1000);
	tally__base64_encode(&metadata, "{\"topic\":\"t\",\"n\":1}", 19);
	answer.metadata = metadata.bytes;
	fixture->answers = &answer;
	fixture->answer_count = 1;
	fixture->options.jobs = 1;
	add_contract(
		fixture, "3.0.0", "messages",
		MESSAGE("good", "{\"a\":1}", "{\"contentType\":\"application/json\",\"topic\":\"t\",\"n\":1}") "," MESSAGE(
			"bad", "{\"a\":2}", "{\"topic\":\"u\",\"missing\":1}"));
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_string_equal(outcome(fixture, 1), "failed");
	assert_in(mismatch_places(fixture, 1), "body $.a");
	assert_in(mismatch_places(fixture, 1), "metadata topic");
	assert_in(mismatch_places(fixture, 1), "metadata missing");
	assert_in(fixture->log.bytes, "POST / {\"description\":\"good\",\"providerStates\":[{"
				      "\"name\":\"s\"}]}\n");
	assert_string_equal(tally__http_header_get(&fixture->seen, "Content-Type"),
			    "application/json");

	answer.metadata = "not base64!";
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "Pact-Message-Metadata cannot be read");
	answer.metadata = "WzFd"; /* [1] */
	verify_well(fixture);
	assert_in(message(fixture, 0), "no JSON object");
	answer.metadata = NULL;
	answer.status = 500;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "answered 500");
	tally__buf_release(&metadata);
}

static void synchronous_messages(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer = {"/", 200, "application/json", "{\"pong\":true}", NULL};

	fixture->answers = &answer;
	fixture->answer_count = 1;
	add_contract(fixture, "4.0", "interactions",
		     "{\"type\":\"Synchronous/Messages\",\"description\":\"d\",\"request\":{"
		     "\"contents\":{\"content\":{\"ping\":1},\"contentType\":\"application/json\","
		     "\"encoded\":false}},\"response\":[{\"contents\":{\"content\":{\"pong\":true},"
		     "\"contentType\":\"application/json\",\"encoded\":false}}]}");
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_in(fixture->log.bytes, "\"request\":{\"contents\":{");
	assert_in(fixture->log.bytes, "\"ping\":1");
	answer.body = "{\"pong\":false}";
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "failed");
}

static void slow_answers_are_errors(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	fixture->slow = "/orders/7";
	fixture->options.jobs = 1;
	fixture->options.request_timeout_ms = 100;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "within 100 ms");
	/* The others are not given up; that 100 ms are enough for them is not promised. */
	assert_non_null(outcome(fixture, 1));
	let_go(fixture);
	fixture->options.request_timeout_ms = 60000;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_string_equal(outcome(fixture, 1), "passed");
}

static void huge_answers_are_errors(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	fixture->huge_bytes = (size_t)LIMIT_BODY_BYTES + 1;
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"h\",\"request\":{\"path\":\"/"
		     "huge\"},\"response\":{}}," NO_STATE);
	fixture->options.request_timeout_ms = 60000;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "body of more than");
	assert_string_equal(outcome(fixture, 1), "passed");
}

static void garbage_is_an_error(void **state)
{
	static const char garbage[] = "\x16\x03\x01 this is not HTTP\r\n\r\n";
	struct fixture *fixture = *state;
	struct wire_server server = {0};

	add_contract(fixture, "3.0.0", "interactions", NO_STATE);
	wire_server_start(&server, garbage, sizeof(garbage) - 1);
	fixture->options.provider_url =
		tally__arena_printf(&fixture->arena, "http://127.0.0.1:%u", server.port);
	verify_well(fixture);
	wire_server_stop(&server);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "no proper HTTP answer");
	assert_false(success(fixture));
}

static void a_provider_that_is_down(void **state)
{
	struct fixture *fixture = *state;
	const char *url = tally__arena_strdup(&fixture->arena, fixture->options.provider_url);

	tally__http_server_stop(fixture->provider);
	fixture->provider = NULL;
	fixture->options.provider_url = url;
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	assert_int_equal(verify(fixture), TALLY_EUNREACHABLE);
	assert_null(fixture->results);
	assert_in(fixture->error.message, "the provider cannot be reached");
	assert_in(fixture->error.message, "nothing listens on 127.0.0.1:");
	/* It is to handle its states itself: that is the same server. */
	use_states(fixture);
	assert_int_equal(verify(fixture), TALLY_EUNREACHABLE);
}

/* A port on which nothing listens. */
static const char *dead_url(struct fixture *fixture)
{
	const struct http_server_options options = {.handler = provide, .context = fixture};
	struct http_server *server = NULL;
	const char *url;

	assert_int_equal(tally__http_server_start(&server, &options, &fixture->error), 0);
	url = tally__arena_strdup(&fixture->arena, tally__http_server_url(server));
	tally__http_server_stop(server);
	return url;
}

static void a_provider_that_is_down_beside_its_states(void **state)
{
	struct fixture *fixture = *state;

	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	use_states(fixture);
	fixture->options.state_change_teardown = true;
	fixture->options.provider_url = dead_url(fixture);
	assert_int_equal(verify(fixture), TALLY_EUNREACHABLE);
	assert_null(fixture->results);
	assert_in(fixture->error.message, "the provider cannot be reached");
}

static void a_state_handler_that_is_down(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	fixture->options.state_change_url = dead_url(fixture);
	verify_well(fixture);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(outcome(fixture, i), "error");
		assert_in(message(fixture, i), "setup state change handlers has failed");
		assert_in(message(fixture, i), "nothing listens on");
	}
	assert_int_equal(fixture->log.len, 0);
}

static char *many_interactions(struct fixture *fixture, int n)
{
	struct buf text;
	char *copy;

	tally__buf_init(&text, 1 << 22);
	for (int i = 0; i < n; i++)
		tally__buf_addf(&text,
				"%s{\"description\":\"number %d\",\"request\":{\"path\":\"%s\"},"
				"\"response\":{\"status\":%d}}",
				i > 0 ? "," : "", i, i % 3 == 0 ? "/none" : "/ping",
				i % 5 == 0 ? 200 : 204);
	copy = tally__arena_strdup(&fixture->arena, text.bytes);
	tally__buf_release(&text);
	return copy;
}

static void what_is_left_out_is_told(void **state)
{
	struct fixture *fixture = *state;
	const cJSON *warnings;

	answer_well(fixture);
	add_contract(fixture, "4.0", "interactions",
		     "{\"type\":\"Synchronous/HTTP\",\"description\":\"g\",\"request\":{\"path\":"
		     "\"/ping\",\"generators\":{\"path\":{\"type\":\"ProviderState\","
		     "\"expression\":\"/${id}\"}}},\"response\":{\"status\":204}},"
		     "{\"type\":\"Synchronous/Messages\",\"description\":\"m\",\"request\":{},"
		     "\"response\":[{},{}]}");
	verify_well(fixture);
	warnings = tally__json_get(fixture->results, "warnings");
	assert_int_equal(cJSON_GetArraySize(warnings), 2);
	assert_in(cJSON_GetArrayItem(warnings, 0)->valuestring, "expect several answers");
	assert_string_equal(cJSON_GetArrayItem(warnings, 1)->valuestring,
			    "g (without a provider state, no values): request path: ProviderState: "
			    "no provider state gave a value of the name \"id\": the example was "
			    "sent");
}

/* The results but for when things were, and how long they took. */
static char *timeless(struct fixture *fixture)
{
	const cJSON *contract;
	cJSON *item;
	char *text = NULL;

	cJSON_ArrayForEach(contract, tally__json_get(fixture->results, "contracts"))
	{
		cJSON_ArrayForEach(item, tally__json_get(contract, "interactions"))
		{
			cJSON_DeleteItemFromObjectCaseSensitive(item, "durationMs");
			/* The header Date. */
			cJSON_DeleteItemFromObjectCaseSensitive(tally__json_get(item, "response"),
								"headers");
		}
	}
	cJSON_DeleteItemFromObjectCaseSensitive(fixture->results, "startedAt");
	cJSON_DeleteItemFromObjectCaseSensitive(fixture->results, "durationMs");
	assert_int_equal(tally_json_write(&text, NULL, fixture->results, TALLY_JSON_PRETTY, NULL),
			 0);
	return text;
}

static void parallel_runs_give_the_same_results(void **state)
{
	struct fixture *fixture = *state;
	char *one, *many;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", many_interactions(fixture, 60));
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	fixture->options.jobs = 1;
	verify_well(fixture);
	assert_int_equal(count(fixture, "passed") + count(fixture, "failed"), 62);
	one = timeless(fixture);
	fixture->options.jobs = 16;
	verify_well(fixture);
	many = timeless(fixture);
	assert_string_equal(one, many);
	tally_free(one);
	tally_free(many);
}

static void filters_choose(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	fixture->options.filter_description = "^a p.ng$";
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "skipped");
	assert_string_equal(outcome(fixture, 1), "passed");
	assert_int_equal(count(fixture, "skipped"), 1);
	fixture->options.filter_description = NULL;
	fixture->options.filter_state = "order";
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_string_equal(outcome(fixture, 1), "skipped");
	fixture->options.filter_state = NULL;
	fixture->options.filter_no_state = true;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "skipped");

	fixture->options.filter_description = "order";
	assert_int_equal(verify(fixture), TALLY_ENOTHING);
	assert_in(fixture->error.message, "none of the 2 interactions");
	assert_in(fixture->error.message, "description ~ \"order\", without provider state");
	fixture->options.filter_description = "(";
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_string_equal(fixture->error.where, "filter_description");
	fixture->options =
		(struct tally_verify_options){.provider_url = fixture->options.provider_url};
	fixture->contract_count = 0;
	assert_int_equal(verify(fixture), TALLY_ENOTHING);
	assert_in(fixture->error.message, "no contracts");
	fixture->contract_count = 1;
}

static void a_contract_without_interactions(void **state)
{
	struct fixture *fixture = *state;

	add_contract(fixture, "3.0.0", "interactions", "");
	assert_int_equal(verify(fixture), TALLY_ENOTHING);
	assert_in(fixture->error.message, "no interactions");
}

static void pending_failures_do_not_fail(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(
		fixture, "4.0", "interactions",
		"{\"type\":\"Synchronous/HTTP\",\"description\":\"p\",\"pending\":true,"
		"\"key\":\"k\",\"request\":{\"path\":\"/ping\"},\"response\":{\"status\":500}},"
		"{\"type\":\"Synchronous/HTTP\",\"description\":\"q\",\"request\":{\"path\":"
		"\"/ping\"},\"response\":{\"status\":204}}");
	verify_well(fixture);
	assert_true(success(fixture));
	assert_string_equal(outcome(fixture, 0), "failed");
	assert_int_equal(count(fixture, "pending"), 1);
	assert_int_equal(count(fixture, "failed"), 0);
	assert_string_equal(tally__json_get_string(interaction(fixture, 0, 0), "key"), "k");
}

static void the_first_failure_can_end_a_run(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions",
		     NO_STATE ",{\"description\":\"bad\",\"request\":{\"path\":\"/none\"},"
			      "\"response\":{\"status\":200}}," NO_STATE);
	fixture->options.exit_on_first_error = true;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_string_equal(outcome(fixture, 1), "failed");
	assert_string_equal(outcome(fixture, 2), "skipped");
	assert_string_equal(fixture->log.bytes, "GET /ping\nGET /none\n");
}

/* A header that HTTP cannot carry is its interaction's error; the others are still verified, and
 * many of them are no deep recursion. */
static void requests_that_cannot_be_sent(void **state)
{
	static const char bad[] = "{\"description\":\"b\",\"request\":{\"path\":\"/ping\","
				  "\"headers\":{\"X-A\":\"a\\r\\nX-B: c\"}},\"response\":{}},";
	struct fixture *fixture = *state;
	struct buf text;

	answer_well(fixture);
	tally__buf_init(&text, 1 << 24);
	for (int i = 0; i < 20000; i++)
		tally__buf_adds(&text, bad);
	tally__buf_adds(&text, NO_STATE);
	add_contract(fixture, "3.0.0", "interactions", text.bytes);
	tally__buf_release(&text);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "X-A has a control character");
	assert_string_equal(outcome(fixture, 20000), "passed");
	assert_string_equal(fixture->log.bytes, "GET /ping\n");
}

#define BAD_RULE                                                                                   \
	"{\"description\":\"bad rule\",\"request\":{\"path\":\"/ping\"},\"response\":{\"body\":"   \
	"{\"a\":1},\"matchingRules\":{\"body\":{\"$.a[\":{\"matchers\":[{\"match\":\"type\"}]}}}}" \
	"}"

/* One interaction's rules are no reason to leave the others unverified. */
static void bad_rules_are_their_interactions_error(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", BAD_RULE "," NO_STATE);
	verify_well(fixture);
	assert_false(success(fixture));
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "web: bad rule: ");
	assert_in(message(fixture, 0), "$.a[");
	assert_string_equal(outcome(fixture, 1), "passed");
	assert_string_equal(fixture->log.bytes, "GET /ping\n");
	fixture->options.exit_on_first_error = true;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 1), "skipped");

	fixture->options.filter_description = "bad";
	assert_int_equal(verify(fixture), TALLY_EPARSE);
	assert_in(fixture->error.where, "web: bad rule");
	assert_null(fixture->results);
}

static void bad_options_are_refused(void **state)
{
	static const char *const urls[] = {"127.0.0.1:80", "ftp://h",    "http://", "http:///x",
					   "http://h?q=1", "http://h#f", ""};
	static const char *const headers[] = {"no colon", ": x", "a b: c", "A: b\r\nC: d"};
	struct fixture *fixture = *state;
	const char *good_url = fixture->options.provider_url;

	add_contract(fixture, "3.0.0", "interactions", NO_STATE);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		fixture->options.provider_url = urls[i];
		assert_int_equal(verify(fixture), TALLY_EINVAL);
		assert_string_equal(fixture->error.where, "provider_url");
	}
	fixture->options.provider_url = NULL;
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	fixture->options.provider_url = good_url;
	fixture->options.state_change_url = "nonsense";
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_string_equal(fixture->error.where, "state_change_url");
	fixture->options.state_change_url = NULL;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		fixture->options.headers = &headers[i];
		fixture->options.header_count = 1;
		assert_int_equal(verify(fixture), TALLY_EINVAL);
		assert_string_equal(fixture->error.where, "headers");
	}
	assert_int_equal(fixture->log.len, 0);
}

static void reports_are_readable(void **state)
{
	struct fixture *fixture = *state;
	struct answer answers[] = {good[1],
				   {"/orders/7", 200, "application/json",
				    "{\"id\":7,\"total\":\"\\u001b[31mred\"}", NULL}};
	char *text = NULL;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions", NO_STATE);
	verify_well(fixture);
	assert_int_equal(tally_verify_report_text(fixture->results, NULL, &text, NULL), 0);
	assert_string_equal(text, "web -> orders: 1 passed\n");
	tally_free(text);

	fixture->answers = answers;
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER "," NO_STATE);
	verify_well(fixture);
	assert_int_equal(tally_verify_report_text(fixture->results, NULL, &text, NULL), 0);
	assert_in(text, "web -> orders: 1 passed\nweb -> orders: 1 passed, 1 failed\n\n"
			"  1) FAILED: a request for an order\n"
			"     given an order exists\n"
			"     body:\n"
			"       $.total: Expected ");
	assert_in(text, "           expected: 12.5");
	assert_in(text, "           actual:   ");
	assert_in(text, "     ask again: curl -i -H 'Accept: application/json' http://127.0.0.1:");
	assert_in(text, "note: 1 of 3 interactions need a provider state");
	assert_not_in(text, "\x1b");
	tally_free(text);
	assert_int_equal(tally_verify_report_text(NULL, NULL, &text, NULL), TALLY_EINVAL);
}

#define COMMENTS(text)                                                                             \
	"{\"type\":\"Synchronous/HTTP\",\"description\":\"a\",\"comments\":{\"text\":" text        \
	",\"testname\":\"orders.test\",\"references\":{\"jira\":{\"story\":\"A-1\"},\"odd\":["     \
	"\"x\"]}},"                                                                                \
	"\"request\":{\"path\":\"/ping\"},\"response\":{\"status\":201}}"

static void comments_are_told_of_what_failed(void **state)
{
	struct fixture *fixture = *state;
	char *text = NULL;

	answer_well(fixture);
	add_contract(fixture, "4.0", "interactions",
		     COMMENTS("[\"one\",\"two \\u001b[31m\",1]") "," COMMENTS("\"single\""));
	verify_well(fixture);
	assert_true(cJSON_IsObject(tally__json_get(interaction(fixture, 0, 0), "comments")));
	assert_int_equal(tally_verify_report_text(fixture->results, NULL, &text, NULL), 0);
	assert_in(text, "     test: orders.test\n     comment: one\n     comment: two ");
	assert_in(text, "     comment: single\n     jira story: A-1\n     status:");
	assert_not_in(text, "\x1b");
	tally_free(text);
}

/* Every allocation fails in turn, the provider's included: results or an error, no harm. */
static void survives_lack_of_memory(void **state)
{
	struct fixture *fixture = *state;
	bool failed = true;

	answer_well(fixture);
	add_contract(fixture, "3.0.0", "interactions",
		     GET_ORDER
		     ",{\"description\":\"bad\",\"request\":{\"method\":\"POST\",\"path\":"
		     "\"/none\",\"body\":{\"a\":1}},\"response\":{\"status\":200}}");
	add_contract(fixture, "4.0", "interactions", COMMENTS("[\"one\"]"));
	use_states(fixture);
	fixture->options.state_change_teardown = true;
	fixture->options.filter_description = ".";
	/* Once fewer are asked for than are let pass, none has failed. */
	for (size_t passes = 0; failed; passes++) {
		char *text = NULL;
		int status;

		tally__buf_clear(&fixture->log);
		tally__mem_fail_after((long)passes);
		status = verify(fixture);
		if (status == 0)
			status = tally_verify_report_text(fixture->results, NULL, &text, NULL);
		failed = tally__mem_fail_after(-1) > passes;
		tally_free(text);
		if (status != 0)
			assert_true(status == TALLY_ENOMEM || status == TALLY_EUNREACHABLE);
	}
	verify_well(fixture);
	assert_int_equal(count(fixture, "passed"), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_provider_passes),
		TEST(each_part_can_fail),
		TEST(requests_go_out_as_written),
		TEST(own_headers_replace_the_contracts),
		TEST(commands_are_safe_to_paste),
		TEST(states_are_set_up_and_torn_down),
		TEST(states_as_query),
		TEST(a_failing_setup_is_an_error),
		TEST(only_what_was_set_up_is_torn_down),
		TEST(a_failing_teardown_is_an_error),
		TEST(asynchronous_messages),
		TEST(synchronous_messages),
		TEST(slow_answers_are_errors),
		TEST(huge_answers_are_errors),
		TEST(garbage_is_an_error),
		TEST(a_provider_that_is_down),
		TEST(a_provider_that_is_down_beside_its_states),
		TEST(a_state_handler_that_is_down),
		TEST(parallel_runs_give_the_same_results),
		TEST(what_is_left_out_is_told),
		TEST(filters_choose),
		TEST(a_contract_without_interactions),
		TEST(pending_failures_do_not_fail),
		TEST(the_first_failure_can_end_a_run),
		TEST(requests_that_cannot_be_sent),
		TEST(bad_rules_are_their_interactions_error),
		TEST(bad_options_are_refused),
		TEST(reports_are_readable),
		TEST(comments_are_told_of_what_failed),
		TEST(survives_lack_of_memory),
	};

	forget_proxies();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
