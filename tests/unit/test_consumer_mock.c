/* The mock provider, asked by the HTTP client. */
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

#include "base/buf.h"
#include "base/limits.h"
#include "base/time.h"
#include "format/json.h"
#include "http/client.h"
#include "http_wire.h"
#include "tally/mock.h"

#define TOP(interactions)                                                                          \
	"{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders\"},\"interactions\":"   \
	"[" interactions "]}"

static struct tally_contract *contract;
static struct tally_mock *mock;
static struct http_client *client;
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	tally__arena_init(&arena, 0);
	return tally__http_client_new(&client, NULL, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	tally_mock_stop(mock);
	tally_contract_free(contract);
	tally__http_client_free(client);
	tally__arena_release(&arena);
	mock = NULL;
	contract = NULL;
	return 0;
}

static void start(const char *text, const struct tally_mock_options *options)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_expectations_parse(&contract, text, strlen(text), &error) != 0 ||
	    tally_mock_start(&mock, contract, options, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
}

struct question {
	const char *method, *target, *headers[8], *body;
	size_t body_len;
};

static struct http_response ask(const struct question *question)
{
	struct http_request request = {
		.method = question->method, .body = question->body, .body_len = question->body_len};
	struct http_response response = {0};
	struct tally_error error = TALLY_ERROR_INIT;

	if (question->body && !question->body_len)
		request.body_len = strlen(question->body);
	request.target =
		tally__arena_printf(&arena, "%s%s", tally_mock_url(mock), question->target);
	for (size_t i = 0; question->headers[i]; i += 2)
		assert_int_equal(tally__http_header_add(&request.headers, &arena,
							question->headers[i],
							question->headers[i + 1], NULL),
				 0);
	if (tally__http_client_send(client, &request, &arena, &response, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
	return response;
}

static struct http_response get(const char *target)
{
	const struct question question = {.method = "GET", .target = target};

	return ask(&question);
}

static void assert_report(const char *expected)
{
	cJSON *report = NULL;
	char *text = NULL;

	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	/* What curl sends along is no part of the test. */
	for (cJSON *each = tally__json_get(report, "mismatches")->child; each; each = each->next)
		cJSON_DeleteItemFromObjectCaseSensitive(tally__json_get(each, "request"),
							"headers");
	assert_int_equal(tally_json_write(&text, NULL, report, TALLY_JSON_CANONICAL, NULL), 0);
	assert_string_equal(text, expected);
	tally_free(text);
	cJSON_Delete(report);
}

static void answers_as_written(void **state)
{
	struct http_response response;
	size_t cookies = 0;

	(void)state;
	start(TOP("{\"description\":\"a\",\"request\":{\"path\":\"/a%20b/%2F\",\"query\":\"x=1&y=a+"
		  "b\"},\"response\":{\"status\":418,\"headers\":{\"Set-Cookie\":[\"a=1, x\",\"b=2"
		  "\"],\"Vary\":\"A,B\",\"X-Odd\":\"  v \"},\"body\":{\"n\":1.0,\"big\":"
		  "12345678901234567890}}}"),
	      NULL);
	response = get("/a%20b/%2F?y=a%20b&x=1");
	assert_int_equal(response.status, 418);
	assert_int_equal(response.body_len, strlen("{\"n\":1.0,\"big\":12345678901234567890}"));
	assert_memory_equal(response.body, "{\"n\":1.0,\"big\":12345678901234567890}",
			    response.body_len);
	for (size_t i = 0; i < response.headers.count; i++) {
		const struct http_header *header = &response.headers.items[i];

		if (strcmp(header->name, "Set-Cookie") == 0)
			assert_string_equal(header->value, cookies++ ? "b=2" : "a=1, x");
	}
	assert_int_equal(cookies, 2);
	assert_string_equal(tally__http_header_get(&response.headers, "Vary"), "A, B");
	assert_string_equal(tally__http_header_get(&response.headers, "X-Odd"), "v");
	assert_null(tally__http_header_get(&response.headers, "Content-Type"));
	assert_null(tally__http_header_get(&response.headers, "Access-Control-Allow-Origin"));
	assert_report("{\"matched\":[\"a\"],\"mismatches\":[],\"success\":true}");
}

static void head_has_no_body(void **state)
{
	const struct question question = {.method = "HEAD", .target = "/"};
	struct http_response response;

	(void)state;
	start(TOP("{\"description\":\"a\",\"request\":{\"method\":\"head\"},\"response\":{"
		  "\"headers\":{\"Content-Length\":\"42\"}}}"),
	      NULL);
	response = ask(&question);
	assert_int_equal(response.status, 200);
	assert_int_equal(response.body_len, 0);
	assert_string_equal(tally__http_header_get(&response.headers, "Content-Length"), "42");
}

#define POST                                                                                       \
	"{\"description\":\"p\",\"request\":{\"method\":\"POST\",\"path\":\"/p\",\"headers\":{"    \
	"\"Content-Type\":\"application/json\"},\"body\":{\"n\":{\"pact:matcher:type\":"           \
	"\"integer\",\"value\":1}}},\"response\":{\"status\":201}}"

static void says_what_differs(void **state)
{
	const struct question question = {.method = "POST",
					  .target = "/p",
					  .headers = {"Content-Type", "application/json"},
					  .body = "{\"n\":\"x\"}"};
	struct http_response response;
	cJSON *body = NULL;

	(void)state;
	start(TOP(POST), NULL);
	response = ask(&question);
	assert_int_equal(response.status, 500);
	assert_string_equal(tally__http_header_get(&response.headers, "X-Pact"),
			    "Request-Mismatch");
	assert_int_equal(tally_json_parse(&body, response.body, response.body_len, NULL), 0);
	assert_string_equal(tally__json_get_string(body, "error"), "Request-Mismatch : POST /p");
	assert_string_equal(tally__json_get_string(body, "description"), "p");
	cJSON_Delete(body);
	assert_report(
		"{\"matched\":[],\"mismatches\":[{\"description\":\"p\",\"method\":\"POST\","
		"\"mismatches\":[{\"actual\":\"\\\"x\\\"\",\"expected\":\"1\",\"message\":"
		"\"Expected 'x' (String) to be an integer\",\"mismatch\":"
		"\"Expected 'x' (String) to be an "
		"integer\",\"part\":\"/request/body\",\"path\":\"$.n\","
		"\"pointer\":"
		"\"/n\",\"rule\":\"integer\",\"type\":\"BodyMismatch\"}],\"path\":\"/"
		"p\",\"request\":{\"body\":{\"n\":\"x\"},\"method\":"
		"\"POST\",\"path\":\"/p\"},\"type\":\"request-mismatch\"}],\"success\":false}");
}

static void tells_the_unexpected_and_the_missing(void **state)
{
	struct http_response response;
	cJSON *body = NULL;

	(void)state;
	start(TOP(POST), NULL);
	response = get("/q");
	assert_int_equal(response.status, 500);
	assert_string_equal(tally__http_header_get(&response.headers, "X-Pact"),
			    "Unexpected-Request");
	assert_int_equal(tally_json_parse(&body, response.body, response.body_len, NULL), 0);
	assert_string_equal(tally__json_get_string(tally__json_get(body, "nearest"), "description"),
			    "p");
	cJSON_DeleteItemFromObjectCaseSensitive(body, "nearest");
	cJSON_Delete(body);
	{
		cJSON *report = NULL;
		const cJSON *list;

		assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
		list = tally__json_get(report, "mismatches");
		assert_int_equal(cJSON_GetArraySize(list), 2);
		assert_string_equal(tally__json_get_string(list->child, "type"),
				    "request-not-found");
		assert_string_equal(tally__json_get_string(list->child, "path"), "/q");
		assert_string_equal(
			tally__json_get_string(tally__json_get(list->child, "request"), "body"),
			"");
		assert_string_equal(tally__json_get_string(list->child->next, "type"),
				    "missing-request");
		assert_string_equal(tally__json_get_string(list->child->next, "description"), "p");
		assert_false(tally__json_get_bool(report, "success", true));
		cJSON_Delete(report);
	}
}

static void the_more_exact_expectation_wins(void **state)
{
	const struct question with_token = {
		.method = "GET", .target = "/", .headers = {"Authorization", "t"}};
	const struct question without = {.method = "GET", .target = "/"};

	(void)state;
	start(TOP("{\"description\":\"anonymous\",\"request\":{},\"response\":{\"status\":401}},"
		  "{\"description\":\"known\",\"request\":{\"headers\":{\"Authorization\":\"t\"}},"
		  "\"response\":{\"status\":200}},"
		  "{\"description\":\"late\",\"request\":{},\"response\":{\"status\":402}}"),
	      NULL);
	assert_int_equal(ask(&with_token).status, 200);
	assert_int_equal(ask(&without).status, 401);
}

/* However much another one expects that is there too. */
static void a_match_wins_over_a_near_miss(void **state)
{
	const struct question question = {
		.method = "GET", .target = "/", .headers = {"A", "1", "B", "2", "C", "3"}};

	(void)state;
	start(TOP("{\"description\":\"near\",\"request\":{\"headers\":{\"A\":\"1\",\"B\":\"2\","
		  "\"C\":\"3\"},\"body\":\"text\"},\"response\":{\"status\":500}},"
		  "{\"description\":\"exact\",\"request\":{},\"response\":{\"status\":200}}"),
	      NULL);
	assert_int_equal(ask(&question).status, 200);
}

static void assert_nearest(const struct question *question, const char *outcome,
			   const char *description)
{
	struct http_response response = ask(question);
	cJSON *body = NULL;
	const cJSON *nearest;

	assert_string_equal(tally__http_header_get(&response.headers, "X-Pact"), outcome);
	assert_int_equal(tally_json_parse(&body, response.body, response.body_len, NULL), 0);
	nearest = tally__json_get(body, "nearest");
	assert_string_equal(tally__json_get_string(nearest ? nearest : body, "description"),
			    description);
	cJSON_Delete(body);
}

/* A request names what it is for by path and method, however much of another fits; of those of one
 * path the points decide. */
static void the_nearest_miss_has_the_path(void **state)
{
	const struct question three = {
		.method = "GET", .target = "/a", .headers = {"A", "1", "B", "2", "C", "3"}};
	const struct question none = {.method = "GET", .target = "/a"};
	const struct question two = {
		.method = "GET", .target = "/a", .headers = {"Y", "1", "Z", "1"}};
	const struct question elsewhere = {.method = "GET", .target = "/d"};

	(void)state;
	start(TOP("{\"description\":\"first\",\"request\":{\"path\":\"/c\"},\"response\":{}},"
		  "{\"description\":\"headers\",\"request\":{\"path\":\"/b\",\"headers\":{"
		  "\"A\":\"1\",\"B\":\"2\",\"C\":\"3\"}},\"response\":{}},"
		  "{\"description\":\"path\",\"request\":{\"path\":\"/a\",\"headers\":{"
		  "\"X\":\"1\"}},\"response\":{}},"
		  "{\"description\":\"more\",\"request\":{\"path\":\"/a\",\"headers\":{"
		  "\"X\":\"1\",\"Y\":\"1\",\"Z\":\"1\"}},\"response\":{}},"
		  "{\"description\":\"last\",\"request\":{\"path\":\"/e\"},\"response\":{}}"),
	      NULL);
	assert_nearest(&three, "Request-Mismatch", "path");
	assert_nearest(&none, "Request-Mismatch", "path");
	assert_nearest(&two, "Request-Mismatch", "more");
	assert_nearest(&elsewhere, "Unexpected-Request", "first");
}

static void pre_flights_are_answered(void **state)
{
	const struct tally_mock_options options = {.cors = true};
	const struct question question = {
		.method = "OPTIONS",
		.target = "/anything",
		.headers = {"Origin", "http://shop", "Access-Control-Request-Headers", "X-A"}};
	const struct question plain = {
		.method = "GET", .target = "/", .headers = {"Origin", "http://shop"}};
	struct http_response response;

	(void)state;
	start(TOP("{\"description\":\"a\",\"request\":{},\"response\":{}}"), &options);
	response = ask(&question);
	assert_int_equal(response.status, 204);
	assert_string_equal(
		tally__http_header_get(&response.headers, "Access-Control-Allow-Origin"),
		"http://shop");
	assert_string_equal(
		tally__http_header_get(&response.headers, "Access-Control-Allow-Headers"), "X-A");
	response = ask(&plain);
	assert_int_equal(response.status, 200);
	assert_string_equal(
		tally__http_header_get(&response.headers, "Access-Control-Allow-Origin"),
		"http://shop");
	assert_report("{\"matched\":[\"a\"],\"mismatches\":[],\"success\":true}");
}

static void unasked_pre_flights_are_no_failure(void **state)
{
	const struct question question = {.method = "OPTIONS", .target = "/"};

	(void)state;
	start(TOP(""), NULL);
	assert_int_equal(ask(&question).status, 500);
	assert_report("{\"matched\":[],\"mismatches\":[],\"success\":true}");
}

static void odd_bytes_are_reported(void **state)
{
	const struct question question = {.method = "POST",
					  .target = "/%ff%00",
					  .headers = {"X-Latin", "caf\xe9"},
					  .body = "\xff\x00\x01",
					  .body_len = 3};
	struct http_response response;
	cJSON *report = NULL;
	char *text = NULL;

	(void)state;
	start(TOP(POST), NULL);
	response = ask(&question);
	assert_int_equal(response.status, 500);
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	assert_int_equal(tally_json_write(&text, NULL, report, TALLY_JSON_CANONICAL, NULL), 0);
	assert_non_null(strstr(text, "\"/%ff%00\""));
	assert_non_null(strstr(text, "caf\\\\xe9"));
	assert_non_null(strstr(text, "\"encoded\":\"base64\""));
	tally_free(text);
	cJSON_Delete(report);
}

static void large_bodies_come_whole(void **state)
{
	enum { BYTES = 8 << 20 };
	struct buf text;
	struct question question = {.method = "PUT", .target = "/big"};
	struct http_response response;
	char *body = malloc(BYTES + 1);

	(void)state;
	memset(body, 'x', BYTES);
	body[BYTES] = '\0';
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&text,
			TOP("{\"description\":\"a\",\"request\":{\"method\":\"PUT\",\"path\":"
			    "\"/big\",\"body\":\"%s\"},\"response\":{\"body\":\"%s\"}}"),
			body, body);
	start(text.bytes, NULL);
	question.body = body;
	response = ask(&question);
	assert_int_equal(response.status, 200);
	assert_int_equal(response.body_len, BYTES);
	assert_true(memcmp(response.body, body, BYTES) == 0);
	tally__buf_release(&text);
	free(body);
}

/* ---- Many at once ---- */

enum { CLIENTS = 8, REQUESTS = 40 };

static void *ask_often(void *context)
{
	struct http_client *own = NULL;
	struct arena memory;
	size_t failures = 0;
	size_t number = (size_t)(uintptr_t)context;

	tally__arena_init(&memory, 0);
	if (tally__http_client_new(&own, NULL, NULL) != 0)
		return (void *)(uintptr_t)1;
	for (size_t i = 0; i < REQUESTS; i++) {
		struct http_request request = {.method = "GET"};
		struct http_response response = {0};
		bool good = i % 2 == 0;

		request.target = tally__arena_printf(&memory, "%s/%s%zu", tally_mock_url(mock),
						     good ? "" : "no/", number);
		if (tally__http_client_send(own, &request, &memory, &response, NULL) != 0 ||
		    response.status != (good ? 200 : 500) ||
		    (good &&
		     (response.body_len != 1 || response.body[0] != (char)('0' + (char)number))))
			failures++;
	}
	tally__http_client_free(own);
	tally__arena_release(&memory);
	return (void *)(uintptr_t)failures;
}

static void serves_many_clients(void **state)
{
	pthread_t threads[CLIENTS];
	struct buf text;
	cJSON *report = NULL;
	const cJSON *mismatches;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&text, "{\"interactions\":[");
	for (int i = 0; i < CLIENTS; i++)
		tally__buf_addf(&text,
				"%s{\"description\":\"%d\",\"request\":{\"path\":\"/%d\"},"
				"\"response\":{\"body\":%d}}",
				i ? "," : "", i, i, i);
	tally__buf_adds(&text, "]}");
	start(text.bytes, NULL);
	for (size_t i = 0; i < CLIENTS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, (void *)(uintptr_t)i),
				 0);
	for (size_t i = 0; i < CLIENTS; i++) {
		void *failures = NULL;

		assert_int_equal(pthread_join(threads[i], &failures), 0);
		assert_null(failures);
	}
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(report, "matched")), CLIENTS);
	mismatches = tally__json_get(report, "mismatches");
	assert_int_equal(cJSON_GetArraySize(mismatches), CLIENTS);
	for (const cJSON *each = mismatches->child; each; each = each->next)
		assert_int_equal((int)tally__json_get(each, "count")->valuedouble, REQUESTS / 2);
	cJSON_Delete(report);
	tally__buf_release(&text);
}

/* ---- Generated values ---- */

#define GENERATED(path, response)                                                                  \
	"{\"description\":\"" path "\",\"request\":{\"path\":\"" path "\"},\"response\":" response \
	"}"

static const char *body_text(const struct http_response *response)
{
	return tally__arena_memdup(&arena, response->body, response->body_len);
}

static void answers_have_generated_values(void **state)
{
	struct http_response response;
	const char *expected;
	cJSON *report = NULL;

	(void)state;
	start(TOP(GENERATED("/a",
			    "{\"status\":201,\"headers\":{\"Location\":\"http://x/a\"},"
			    "\"body\":{\"n\":1,\"id\":5,\"keep\":1.50},\"generators\":{"
			    "\"header\":{\"location\":{\"type\":\"MockServerURL\",\"example\":"
			    "\"http://x/a\",\"regex\":\".*(/a)$\"}},\"body\":{\"$.n\":{\"type\":"
			    "\"RandomInt\",\"min\":77,\"max\":77},\"$.id\":{\"type\":"
			    "\"ProviderState\",\"expression\":\"id\"},\"$.keep\":{\"type\":"
			    "\"Lottery\"}}}}")),
	      &(struct tally_mock_options){.seed = 12});
	for (int i = 0; i < 2; i++) {
		response = get("/a");
		assert_int_equal(response.status, 201);
		assert_string_equal(body_text(&response), "{\"n\":77,\"id\":5,\"keep\":1.50}");
		expected = tally__arena_printf(&arena, "%s/a", tally_mock_url(mock));
		assert_string_equal(tally__http_header_get(&response.headers, "Location"),
				    expected);
	}
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	assert_true(cJSON_IsTrue(tally__json_get(report, "success")));
	assert_int_equal((int)tally__json_get(report, "seed")->valuedouble, 12);
	assert_null(tally__json_get(report, "seedChosen"));
	assert_int_equal(cJSON_GetArraySize(tally__json_get(report, "warnings")), 1);
	assert_string_equal(cJSON_GetArrayItem(tally__json_get(report, "warnings"), 0)->valuestring,
			    "/a: response body $.keep: Lottery: the specification has no generator "
			    "\"Lottery\"; plugins are not supported: the example was sent");
	cJSON_Delete(report);
}

#define RANDOM_BODY                                                                                \
	"{\"body\":{\"s\":\"x\"},\"generators\":{\"body\":{\"$.s\":{\"type\":\"RandomString\","    \
	"\"size\":16}}}}"

/* The values of so many answers, one a line. */
static const char *values_of(const char *const targets[], size_t count,
			     const struct tally_mock_options *options)
{
	const char *text = "";

	start(TOP(GENERATED("/a", RANDOM_BODY) "," GENERATED("/b", RANDOM_BODY)), options);
	for (size_t i = 0; i < count; i++) {
		const struct http_response response = get(targets[i]);

		text = tally__arena_printf(&arena, "%s%s\n", text, body_text(&response));
	}
	tally_mock_stop(mock);
	tally_contract_free(contract);
	mock = NULL;
	contract = NULL;
	return text;
}

static void a_seed_gives_the_same_answers(void **state)
{
	static const char *const mixed[] = {"/a", "/b", "/a", "/b", "/a"};
	static const char *const alone[] = {"/a", "/a", "/a"};
	const struct tally_mock_options seven = {.seed = 7}, eight = {.seed = 8};
	const char *first = values_of(mixed, 5, &seven);
	const char *only_a = values_of(alone, 3, &seven);
	/* {"s":"…"} and a line break. */
	size_t len = strlen(first) / 5;

	(void)state;
	assert_string_equal(first, values_of(mixed, 5, &seven));
	assert_string_not_equal(first, values_of(mixed, 5, &eight));
	assert_string_not_equal(first, values_of(mixed, 5, NULL));
	assert_int_equal(len, 25);
	/* Answers differ, and what else is asked does not matter. */
	assert_memory_not_equal(first, first + len, len);
	assert_memory_not_equal(first, first + 2 * len, len);
	assert_memory_equal(only_a, first, len);
	assert_memory_equal(only_a + len, first + 2 * len, len);
	assert_memory_equal(only_a + 2 * len, first + 4 * len, len);
}

static void the_time_can_be_fixed(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct http_response response;
	cJSON *report = NULL;

	(void)state;
	start(TOP(GENERATED("/a", "{\"body\":\"x\",\"headers\":{\"Content-Type\":"
				  "\"application/json\"},\"generators\":{\"body\":{\"$\":{\"type\":"
				  "\"Date\"}}}}")),
	      &(struct tally_mock_options){.now = "2030-02-28T23:59:58-05:00"});
	response = get("/a");
	assert_string_equal(body_text(&response), "\"2030-02-28\"");
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	assert_true(cJSON_IsTrue(tally__json_get(report, "seedChosen")));
	cJSON_Delete(report);
	tally_mock_stop(mock);
	mock = NULL;
	assert_int_equal(tally_mock_start(&mock, contract,
					  &(struct tally_mock_options){.now = "soon"}, &error),
			 TALLY_EINVAL);
	assert_string_equal(error.where, "now");
}

static void the_record_is_bounded(void **state)
{
	cJSON *report = NULL;

	(void)state;
	start(TOP(""), NULL);
	for (size_t i = 0; i < LIMIT_MOCK_PROBLEMS + 3; i++) {
		char target[32];

		(void)snprintf(target, sizeof(target), "/%zu", i);
		assert_int_equal(get(target).status, 500);
	}
	/* What is there already has its place. */
	assert_int_equal(get("/0").status, 500);
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(report, "mismatches")),
			 LIMIT_MOCK_PROBLEMS);
	assert_int_equal((int)tally__json_get(report, "omitted")->valuedouble, 3);
	cJSON_Delete(report);
}

/* Bodies of many megabytes, each another one; the answers do not repeat them either. */
static void the_record_is_bounded_in_bytes(void **state)
{
	enum { BYTES = LIMIT_MOCK_BODY_BYTES * 8, REQUESTS_SENT = 300 };
	static const char *const kinds[] = {"text/plain", "application/json",
					    "application/octet-stream"};
	struct question question = {.method = "PUT", .body_len = BYTES};
	char *body = malloc(BYTES);
	cJSON *report = NULL;
	const cJSON *list, *each;
	char *text = NULL;
	size_t kept, omitted;

	(void)state;
	start(TOP(""), NULL);
	question.body = body;
	question.headers[0] = "Content-Type";
	for (size_t i = 0; i < REQUESTS_SENT; i++) {
		/* Text whose cut falls into a character; JSON; what is no text. */
		memset(body, i % 3 == 2 ? 0xff : 'x', BYTES);
		if (i % 3 == 0)
			memcpy(body + LIMIT_MOCK_BODY_BYTES - 1, "\xc3\xa4", 2);
		if (i % 3 == 1) {
			body[0] = '"';
			body[BYTES - 1] = '"';
		}
		question.headers[1] = kinds[i % 3];
		question.target = tally__arena_printf(&arena, "/%zu", i);
		assert_in_range(ask(&question).body_len, LIMIT_MOCK_BODY_BYTES,
				LIMIT_MOCK_BODY_BYTES * 3);
	}
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	list = tally__json_get(report, "mismatches");
	kept = (size_t)cJSON_GetArraySize(list);
	omitted = (size_t)tally__json_get(report, "omitted")->valuedouble;
	assert_in_range(kept, 100, REQUESTS_SENT - 1);
	assert_int_equal(kept + omitted, REQUESTS_SENT);
	cJSON_ArrayForEach(each, list)
	{
		const cJSON *request = tally__json_get(each, "request");

		assert_int_equal((int)tally__json_get(request, "bodyBytes")->valuedouble, BYTES);
	}
	text = tally__json_get(tally__json_get(list->child, "request"), "body")->valuestring;
	assert_int_equal(strlen(text), LIMIT_MOCK_BODY_BYTES - 1);
	text = NULL;
	assert_int_equal(tally_json_write(&text, NULL, report, TALLY_JSON_CANONICAL, NULL), 0);
	assert_in_range(strlen(text), 1, LIMIT_MOCK_PROBLEMS_BYTES + LIMIT_MOCK_PROBLEMS_BYTES / 4);
	tally_free(text);
	cJSON_Delete(report);
	free(body);
}

/* A client that tries again and again has one problem; with another body it is another one. */
static void tells_repeated_problems_once(void **state)
{
	cJSON *report = NULL;
	const cJSON *list;

	(void)state;
	start(TOP(POST), NULL);
	for (int i = 0; i < 5; i++) {
		const struct question again = {
			.method = "POST",
			.target = "/p",
			.headers = {"Content-Type", "application/json", "X-Try", i % 2 ? "a" : "b"},
			.body = "{\"n\":\"x\"}"};
		const struct question other = {.method = "POST",
					       .target = "/p",
					       .headers = {"Content-Type", "application/json"},
					       .body = "{\"n\":\"y\"}"};

		assert_int_equal(ask(&again).status, 500);
		if (i == 0)
			assert_int_equal(ask(&other).status, 500);
	}
	assert_int_equal(tally_mock_report(mock, &report, NULL), 0);
	list = tally__json_get(report, "mismatches");
	assert_int_equal(cJSON_GetArraySize(list), 2);
	assert_int_equal((int)tally__json_get(list->child, "count")->valuedouble, 5);
	assert_null(tally__json_get(list->child->next, "count"));
	cJSON_Delete(report);
}

/* What was expected, for which states, and each difference in a sentence. */
static void answers_say_what_was_expected(void **state)
{
	struct http_response response;
	cJSON *body = NULL;
	const cJSON *differences;

	(void)state;
	start(TOP("{\"description\":\"an order\",\"providerStates\":[{\"name\":\"it is there\"},{"
		  "\"name\":\"it is "
		  "open\"}],\"request\":{\"path\":\"/orders/7\"},\"response\":{}}"),
	      NULL);
	response = get("/orders/7?x=1");
	assert_int_equal(tally_json_parse(&body, response.body, response.body_len, NULL), 0);
	assert_string_equal(
		tally__json_get_string(body, "message"),
		"this request is not as expected by \"an order\" (GET /orders/7), given "
		"\"it is there\" and \"it is open\"");
	differences = tally__json_get(body, "differences");
	assert_int_equal(cJSON_GetArraySize(differences), 1);
	assert_string_equal(differences->child->valuestring,
			    "Unexpected query parameter 'x' received");
	assert_string_equal(
		tally__json_get_string(tally__json_get(body, "providerStates")->child, "name"),
		"it is there");
	cJSON_Delete(body);
	response = get("/orders/8");
	assert_int_equal(tally_json_parse(&body, response.body, response.body_len, NULL), 0);
	assert_string_equal(
		tally__json_get_string(body, "message"),
		"no interaction expects GET /orders/8; the nearest is \"an order\" (GET "
		"/orders/7), given \"it is there\" and \"it is open\"");
	assert_string_equal(tally__json_get(body, "differences")->child->valuestring,
			    "path: Expected '/orders/8' to be equal to '/orders/7'");
	cJSON_Delete(body);
}

/* A run with a request that nobody could look at did not go well. */
static void tells_what_the_server_refused(void **state)
{
	static const char *const requests[] = {
		"GET /a?q=1 HTTP/1.1\r\nHost: h\r\nX Y: 1\r\n\r\n",
		"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\n",
	};

	(void)state;
	start(TOP(""), NULL);
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		const char *port = strrchr(tally_mock_url(mock), ':') + 1;
		struct buf answer = wire_ask((unsigned short)strtoul(port, NULL, 10), requests[i],
					     strlen(requests[i]));

		tally__buf_release(&answer);
	}
	assert_report("{\"matched\":[],\"mismatches\":[{\"method\":\"GET\",\"path\":\"/a\","
		      "\"reason\":\"The request has a header that is not "
		      "HTTP.\",\"status\":400,"
		      "\"type\":\"request-refused\"},{\"method\":\"POST\",\"path\":\"/b\","
		      "\"reason\":\"The request's body is larger than this server takes.\","
		      "\"status\":413,\"type\":\"request-refused\"}],\"success\":false}");
}

static void refuses_what_it_cannot_serve(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *where;
	} cases[] = {
		{TOP("{\"description\":\"d\",\"request\":{},\"response\":{\"headers\":{\"X-A\":\"a"
		     "\\r\\nX-B: c\"}}}"),
		 TALLY_EINVAL, "/interactions/0/response/headers"},
		{TOP("{\"description\":\"d\",\"request\":{\"matchingRules\":{\"body\":{\"$.[\":{"
		     "\"matchers\":[{\"match\":\"type\"}]}}}}}"),
		 TALLY_EPARSE, "/interactions/0/request"},
		{TOP("{\"description\":\"d\",\"request\":{},\"response\":{\"status\":101}}"),
		 TALLY_EINVAL, "/interactions/0/response/status"},
		{TOP("{\"description\":\"d\",\"request\":{\"matchingRules\":{\"path\":{"
		     "\"matchers\":[{\"match\":\"regex\",\"regex\":\"(\"}]}}}}"),
		 TALLY_EPARSE, "/interactions/0/request"},
		{TOP("{\"description\":\"d\",\"request\":{},\"response\":{\"matchingRules\":{"
		     "\"status\":{\"matchers\":[{\"match\":\"statusCode\",\"status\":\"x\"}]}}}}"),
		 TALLY_EPARSE, "/interactions/0/response"},
		{TOP("{\"description\":\"d\",\"request\":{},\"response\":{\"matchingRules\":{"
		     "\"body\":{\"$\":{\"matchers\":[{\"match\":\"regex\",\"regex\":\"(\"}]}}}}}"),
		 TALLY_EPARSE, "/interactions/0/response"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally_contract *bad = NULL;
		struct tally_mock *none = NULL;
		struct tally_error error = TALLY_ERROR_INIT;

		assert_int_equal(
			tally_contract_parse(&bad, cases[i].text, strlen(cases[i].text), NULL), 0);
		assert_int_equal(tally_mock_start(&none, bad, NULL, &error), cases[i].code);
		assert_null(none);
		assert_memory_equal(error.where, cases[i].where, strlen(cases[i].where));
		tally_contract_free(bad);
	}
}

#define INLINE_PATH "\"path\":{\"pact:matcher:type\":\"type\",\"value\":\"/\"}"

static void expectations_agree_with_themselves(void **state)
{
	static const struct {
		const char *text, *where;
	} cases[] = {
		/* Generators that cannot be used. */
		{TOP("{\"description\":\"d\",\"request\":{" INLINE_PATH
		     "},\"response\":{\"body\":{\"a\":1},"
		     "\"generators\":{\"body\":{\"$.a\":{\"type\":\"RandomInt\",\"min\":5,"
		     "\"max\":1}}}}}"),
		 "/interactions/0/response"},
		{TOP("{\"description\":\"d\",\"request\":{" INLINE_PATH
		     ",\"generators\":{\"path\":{\"type\":"
		     "\"Regex\",\"regex\":\"(\"}}},\"response\":{}}"),
		 "/interactions/0/request"},
		/* Examples that their own rules refuse. */
		{TOP("{\"description\":\"d\",\"request\":{" INLINE_PATH
		     "},\"response\":{\"body\":{\"a\":[{\"b\":"
		     "\"x\"}]},\"matchingRules\":{\"body\":{\"$.a[*].b\":{\"matchers\":[{\"match\":"
		     "\"integer\"}]}}}}}"),
		 "/interactions/0/response/body/a/0/b"},
		{TOP("{\"description\":\"d\",\"request\":{" INLINE_PATH
		     ",\"headers\":{\"X-A\":\"b\"},"
		     "\"matchingRules\":{\"header\":{\"X-A\":{\"matchers\":[{\"match\":\"regex\","
		     "\"regex\":\"a\"}]}}}},\"response\":{}}"),
		 "/interactions/0/request/headers/X-A"},
		{TOP("{\"description\":\"d\",\"request\":{" INLINE_PATH
		     "},\"response\":{\"status\":404,"
		     "\"matchingRules\":{\"status\":{\"matchers\":[{\"match\":\"statusCode\","
		     "\"status\":\"success\"}]}}}}"),
		 "/interactions/0/response/status"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally_contract *bad = NULL;
		struct tally_mock *none = NULL;
		struct tally_error error = TALLY_ERROR_INIT;

		assert_int_equal(
			tally_expectations_parse(&bad, cases[i].text, strlen(cases[i].text), NULL),
			0);
		assert_int_equal(tally_mock_start(&none, bad, NULL, &error), TALLY_EPARSE);
		assert_null(none);
		assert_string_equal(error.where, cases[i].where);
		tally_contract_free(bad);
	}
}

/* Other tools made them, and serve them too. */
static void contracts_are_served_as_they_are(void **state)
{
	static const char text[] = TOP(
		"{\"description\":\"d\",\"request\":{\"method\":\"GET\"},\"response\":{\"body\":"
		"{\"a\":\"x\"},\"matchingRules\":{\"body\":{\"$.a\":{\"matchers\":[{\"match\":"
		"\"integer\"}]}}},\"generators\":{\"body\":{\"$.a\":{\"type\":\"RandomInt\","
		"\"min\":5,\"max\":1}}}}}");
	struct tally_contract *given = NULL;
	struct tally_mock *served = NULL;

	(void)state;
	assert_int_equal(tally_contract_parse(&given, text, strlen(text), NULL), 0);
	assert_int_equal(tally_mock_start(&served, given, NULL, NULL), 0);
	tally_mock_stop(served);
	tally_contract_free(given);
}

static void serves_over_tls(void **state)
{
	const struct tally_mock_options options = {.tls = true};

	(void)state;
	start(TOP("{\"description\":\"a\",\"request\":{\"path\":\"/a\"}}"), NULL);
	assert_null(tally_mock_ca(mock));
	tally_mock_stop(mock);
	tally_contract_free(contract);
	start(TOP("{\"description\":\"a\",\"request\":{\"path\":\"/a\"}}"), &options);
	assert_memory_equal(tally_mock_url(mock), "https://127.0.0.1:", 18);
	assert_memory_equal(tally_mock_ca(mock), "-----BEGIN CERTIFICATE-----\n", 28);
	tally__http_client_free(client);
	assert_int_equal(tally__http_client_new(&client,
						&(struct http_client_options){.insecure_tls = true},
						NULL),
			 0);
	assert_int_equal(get("/a").status, 200);
	assert_report("{\"matched\":[\"a\"],\"mismatches\":[],\"success\":true}");
}

/* ---- the end ---- */

#define MESSAGE_TOP(interactions, content)                                                         \
	"{\"consumer\":{\"name\":\"C\"},\"provider\":{\"name\":\"P\"},\"interactions\":"           \
	"[" interactions                                                                           \
	"{\"type\":\"Asynchronous/Messages\",\"description\":\"m\",\"contents\":{"                 \
	"\"contentType\":\"text/plain\",\"content\":\"" content
#define MESSAGE_END "\"}}],\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}}}"
#define ASK_MESSAGE                                                                                \
	"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 19\r\n\r\n{\"description\":\"m\"}"

/* Starts it with a text that is larger than sockets hold put between the two. */
static void start_large(const char *begin, const char *end,
			const struct tally_mock_options *options)
{
	struct buf text;

	tally__buf_init(&text, SIZE_MAX - 1);
	tally__buf_adds(&text, begin);
	for (size_t i = 0; i < 20000000; i++)
		tally__buf_addc(&text, 'x');
	tally__buf_adds(&text, end);
	assert_int_equal(tally__buf_status(&text, NULL), 0);
	start(text.bytes, options);
	tally__buf_release(&text);
}

static unsigned short port_of(const char *url)
{
	return (unsigned short)strtoul(strrchr(url, ':') + 1, NULL, 10);
}

/* Asks, and reads no more than a byte of the answer. */
static int ask_without_reading(const char *url, const char *request)
{
	int fd = wire_connect(port_of(url));
	char byte;

	wire_write(fd, request, strlen(request));
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	return fd;
}

static void stop_within_5_s(int64_t begun)
{
	tally_mock_stop(mock);
	mock = NULL;
	/* For who does not read, it waits for 5 s. */
	assert_true(tally__time_monotonic_ms() - begun < 4500);
}

static void a_stop_can_be_hurried(void **state)
{
	int64_t begun;
	int fd;

	(void)state;
	start_large("{\"consumer\":{\"name\":\"C\"},\"provider\":{\"name\":\"P\"},"
		    "\"interactions\":[{\"description\":\"a\",\"request\":{\"path\":"
		    "\"/a\"},\"response\":{\"body\":\"",
		    "\"}}]}", NULL);
	fd = ask_without_reading(tally_mock_url(mock), "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
	begun = tally__time_monotonic_ms();
	tally_mock_hurry(mock);
	stop_within_5_s(begun);
	close(fd);
}

static void a_stop_of_messages_can_be_hurried(void **state)
{
	const struct tally_mock_options options = {.messages = true};
	int64_t begun;
	int fd;

	(void)state;
	start_large(MESSAGE_TOP("", ""), MESSAGE_END, &options);
	assert_null(tally_mock_url(mock));
	fd = ask_without_reading(tally_mock_messages_url(mock), ASK_MESSAGE);
	begun = tally__time_monotonic_ms();
	tally_mock_hurry(mock);
	stop_within_5_s(begun);
	close(fd);
}

/* Once nobody listens any more at the address of the mock, its stop has begun. */
static void *hurry_during_the_stop(void *context)
{
	const unsigned short *port = context;
	struct sockaddr_in address = wire_address(*port);
	int refused = 0;

	while (!refused) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		refused = connect(fd, (const struct sockaddr *)&address, sizeof(address));
		close(fd);
	}
	tally_mock_hurry(mock);
	return NULL;
}

static void a_stop_that_waits_can_be_hurried(void **state)
{
	const struct tally_mock_options options = {.messages = true};
	unsigned short port;
	int64_t begun;
	pthread_t other;
	int fd;

	(void)state;
	start_large(MESSAGE_TOP("{\"type\":\"Synchronous/HTTP\",\"description\":\"a\",\"request\":"
				"{\"method\":\"GET\",\"path\":\"/a\"},\"response\":{\"status\":200"
				"}},",
				""),
		    MESSAGE_END, &options);
	port = port_of(tally_mock_url(mock));
	fd = ask_without_reading(tally_mock_messages_url(mock), ASK_MESSAGE);
	assert_int_equal(pthread_create(&other, NULL, hurry_during_the_stop, &port), 0);
	begun = tally__time_monotonic_ms();
	tally_mock_stop(mock);
	pthread_join(other, NULL);
	mock = NULL;
	assert_true(tally__time_monotonic_ms() - begun < 4500);
	close(fd);
}

static void *fetch_on_and_on(void *context)
{
	const unsigned short *port = context;
	struct sockaddr_in address = wire_address(*port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char bytes[4096];

	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		while (send(fd, ASK_MESSAGE, sizeof(ASK_MESSAGE) - 1, MSG_NOSIGNAL) > 0 &&
		       recv(fd, bytes, sizeof(bytes), 0) > 0)
			;
	}
	close(fd);
	return NULL;
}

/* Messages may have the URL of the mock in them, and are fetched until the end. */
static void messages_are_fetched_during_a_stop(void **state)
{
	enum { FETCHERS = 4 };
	static const char text[] =
		"{\"consumer\":{\"name\":\"C\"},\"provider\":{\"name\":\"P\"},\"interactions\":["
		"{\"type\":\"Synchronous/HTTP\",\"description\":\"a\",\"request\":{\"method\":"
		"\"GET\",\"path\":\"/a\"},\"response\":{\"status\":200}},"
		"{\"type\":\"Asynchronous/"
		"Messages\",\"description\":\"m\",\"contents\":{\"content\""
		":{\"u\":\"http://h:1/o/1\"},\"contentType\":\"application/json\",\"encoded\":false"
		"},\"generators\":{\"body\":{\"$.u\":{\"type\":\"MockServerURL\",\"regex\":"
		"\".*(/o/1)$\",\"example\":\"http://h:1/o/1\"}}}}],"
		"\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}}}";
	const struct tally_mock_options options = {.messages = true};

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct tally_contract *given = NULL;
		struct tally_mock *served = NULL;
		pthread_t clients[FETCHERS];
		unsigned short port;

		assert_int_equal(tally_contract_parse(&given, text, strlen(text), NULL), 0);
		assert_int_equal(tally_mock_start(&served, given, &options, NULL), 0);
		port = port_of(tally_mock_messages_url(served));
		for (size_t i = 0; i < FETCHERS; i++)
			assert_int_equal(pthread_create(&clients[i], NULL, fetch_on_and_on, &port),
					 0);
		close(ask_without_reading(tally_mock_messages_url(served), ASK_MESSAGE));
		tally_mock_stop(served);
		for (size_t i = 0; i < FETCHERS; i++)
			pthread_join(clients[i], NULL);
		tally_contract_free(given);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(answers_as_written),
		TEST(head_has_no_body),
		TEST(says_what_differs),
		TEST(tells_the_unexpected_and_the_missing),
		TEST(the_more_exact_expectation_wins),
		TEST(a_match_wins_over_a_near_miss),
		TEST(the_nearest_miss_has_the_path),
		TEST(pre_flights_are_answered),
		TEST(unasked_pre_flights_are_no_failure),
		TEST(odd_bytes_are_reported),
		TEST(large_bodies_come_whole),
		TEST(serves_many_clients),
		TEST(answers_have_generated_values),
		TEST(a_seed_gives_the_same_answers),
		TEST(the_time_can_be_fixed),
		TEST(the_record_is_bounded),
		TEST(the_record_is_bounded_in_bytes),
		TEST(tells_repeated_problems_once),
		TEST(answers_say_what_was_expected),
		TEST(tells_what_the_server_refused),
		TEST(refuses_what_it_cannot_serve),
		TEST(expectations_agree_with_themselves),
		TEST(contracts_are_served_as_they_are),
		TEST(serves_over_tls),
		TEST(a_stop_can_be_hurried),
		TEST(a_stop_of_messages_can_be_hurried),
		TEST(a_stop_that_waits_can_be_hurried),
		TEST(messages_are_fetched_during_a_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
