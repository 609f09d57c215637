/* The stand-in provider, asked by the HTTP client and by hand. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/time.h"
#include "consumer/stub.h"
#include "http/client.h"
#include "http_wire.h"

#define TOP(consumer, interactions)                                                                \
	"{\"consumer\":{\"name\":\"" consumer "\"},\"provider\":{\"name\":\"orders\"},"            \
	"\"interactions\":[" interactions "]}"
/* An interaction that answers with its own description. */
#define GET(description, path)                                                                     \
	"{\"description\":\"" description "\",\"request\":{\"path\":\"" path "\"},"                \
	"\"response\":{\"headers\":{\"Content-Type\":\"text/plain\"},\"body\":\"" description      \
	"\"}}"
#define WITH(description, request, more)                                                           \
	"{\"description\":\"" description "\",\"request\":{" request "}," more                     \
	"\"response\":{\"headers\":{\"Content-Type\":\"text/plain\"},\"body\":\"" description      \
	"\"}}"
#define STATE(name) "\"providerStates\":[{\"name\":\"" name "\"}],"

static char scratch[] = "/tmp/tally-stub-XXXXXX";
static struct tally_stub *stub;
static struct http_client *client;
static struct arena arena;

/* What the listener was told. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct buf text; /* a line each */
	size_t serving_count;
} told = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void listen_to(void *context, const struct tally_stub_event *event)
{
	static const char *const kinds[] = {"answered", "unknown", "refused", "serving", "note"};

	(void)context;
	pthread_mutex_lock(&told.lock);
	tally__buf_addf(&told.text, "%s|%d|%s|%s|%s|%s|%s\n", kinds[event->kind], event->status,
			event->method, event->path, event->contract, event->description,
			event->message);
	told.serving_count += event->kind == TALLY_STUB_SERVING;
	pthread_cond_broadcast(&told.changed);
	pthread_mutex_unlock(&told.lock);
}

static size_t count_told(const char *text)
{
	size_t count = 0;

	pthread_mutex_lock(&told.lock);
	for (const char *at = told.text.bytes; (at = strstr(at, text)) != NULL; at++)
		count++;
	pthread_mutex_unlock(&told.lock);
	return count;
}

static void assert_told(const char *text, size_t times)
{
	size_t count = count_told(text);

	if (count != times)
		fail_msg("expected %zu times \"%s\", found %zu in:\n%s", times, text, count,
			 told.text.bytes);
}

static void wait_for_set(size_t count)
{
	pthread_mutex_lock(&told.lock);
	while (told.serving_count < count)
		pthread_cond_wait(&told.changed, &told.lock);
	pthread_mutex_unlock(&told.lock);
}

static int set_up(void **state)
{
	(void)state;
	memcpy(scratch + sizeof(scratch) - 7, "XXXXXX", 6);
	if (!mkdtemp(scratch) || chdir(scratch) != 0)
		return -1;
	tally__buf_init(&told.text, SIZE_MAX);
	told.serving_count = 0;
	tally__arena_init(&arena, 0);
	return tally__http_client_new(&client, NULL, NULL);
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	tally_stub_stop(stub);
	stub = NULL;
	tally__http_client_free(client);
	tally__arena_release(&arena);
	tally__buf_release(&told.text);
	snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
	return chdir("/") != 0 || system(command) != 0;
}

/* ---- what the tests say ---- */

static void put(const char *path, const char *text)
{
	assert_int_equal(tally__file_replace(path, text, strlen(text), NULL), 0);
}

static int try_start(struct tally_stub_options *options, const char *const *sources,
		     struct tally_error *error)
{
	while (sources[options->sources.count])
		options->sources.count++;
	options->sources.items = sources;
	options->listener = listen_to;
	return tally_stub_start(&stub, options, error);
}

static void start_with(struct tally_stub_options options, const char *const *sources)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (try_start(&options, sources, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
}

/* With these sources, closed by NULL. */
#define START(...) start_with((struct tally_stub_options){0}, SOURCES(__VA_ARGS__))
#define START_WITH(options, ...)                                                                   \
	start_with((struct tally_stub_options)options, SOURCES(__VA_ARGS__))
#define SOURCES(...)                                                                               \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define OPTIONS(...)                                                                               \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static void assert_refused(struct tally_stub_options options, const char *const *sources, int code,
			   const char *where, const char *message)
{
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(try_start(&options, sources, &error), code);
	assert_null(stub);
	assert_string_equal(error.where, where);
	if (!strstr(error.message, message))
		fail_msg("expected \"%s\" in \"%s\"", message, error.message);
}

struct question {
	const char *method, *target, *headers[8], *body;
};

static struct http_response ask_as(struct http_client *asker, struct arena *memory,
				   const struct question *question)
{
	struct http_request request = {.method = question->method, .body = question->body};
	struct http_response response = {0};
	struct tally_error error = TALLY_ERROR_INIT;

	request.body_len = question->body ? strlen(question->body) : 0;
	request.target =
		tally__arena_printf(memory, "%s%s", tally_stub_url(stub), question->target);
	for (size_t i = 0; question->headers[i]; i += 2)
		assert_int_equal(tally__http_header_add(&request.headers, memory,
							question->headers[i],
							question->headers[i + 1], NULL),
				 0);
	if (tally__http_client_send(asker, &request, memory, &response, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
	return response;
}

static struct http_response ask(struct question question)
{
	return ask_as(client, &arena, &question);
}

static struct http_response get(const char *target)
{
	return ask((struct question){.method = "GET", .target = target});
}

static void assert_body(const struct http_response *response, const char *body)
{
	assert_string_equal(tally__arena_memdup(&arena, response->body, response->body_len), body);
}

static void assert_answer(const struct http_response *response, const char *body)
{
	assert_int_equal(response->status, 200);
	assert_body(response, body);
}

static void assert_get(const char *target, const char *body)
{
	struct http_response response = get(target);

	assert_answer(&response, body);
}

static void assert_unknown(const struct http_response *response)
{
	assert_int_equal(response->status, 404);
}

static void assert_header(const struct http_response *response, const char *name, const char *value)
{
	const char *found = tally__http_header_get(&response->headers, name);

	if (!value) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found, value);
}

/* ---- which interaction answers ---- */

static void the_best_of_all_contracts_answers(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json", TOP("a", WITH("anyone", "\"path\":\"/x\"", "")));
	put("b.json", TOP("b", WITH("one with a token",
				    "\"path\":\"/x\",\"headers\":{\"X-Token\":\"t\"}", "")));
	START("a.json", "b.json");
	response = ask((struct question){"GET", "/x", {"X-Token", "t"}, NULL});
	assert_answer(&response, "one with a token");
	assert_get("/x", "anyone");
	response = ask((struct question){"GET", "/x", {"X-Token", "other"}, NULL});
	assert_answer(&response, "anyone");
}

static void of_equals_the_first_answers(void **state)
{
	(void)state;
	assert_int_equal(mkdir("folder", 0777), 0);
	put("folder/b.json", TOP("b", GET("from b", "/x") "," GET("from b again", "/x")));
	put("folder/a.json", TOP("a", GET("from a", "/y") "," GET("from a again", "/y")));
	put("z.json", TOP("z", GET("from z", "/x") "," GET("also from z", "/y")));
	START("folder", "z.json");
	assert_get("/x", "from b");
	assert_get("/y", "from a");
	tally_stub_stop(stub);
	START("z.json", "folder/");
	assert_get("/x", "from z");
	assert_get("/y", "also from z");
}

static void headers_may_differ(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json",
	    TOP("a",
		WITH("strict",
		     "\"method\":\"POST\",\"path\":\"/x\",\"headers\":{\"A\":\"1\",\"B\":\"2\","
		     "\"Content-Type\":\"application/json\"},\"body\":{\"n\":1}",
		     "") "," WITH("read", "\"path\":\"/x\",\"query\":\"q=1\",\"body\":{\"n\":1}",
				  "")));
	START("a.json");
	/* No header that is expected, and another body type than JSON: text that is the same. */
	response =
		ask((struct question){"POST", "/x", {"Content-Type", "text/plain"}, "{\"n\":1}"});
	assert_answer(&response, "strict");
	response = ask((struct question){"POST", "/x", {NULL}, NULL});
	assert_answer(&response, "strict");
	response = ask(
		(struct question){"POST", "/x", {"Content-Type", "application/json"}, "{\"n\":2}"});
	assert_unknown(&response);
	/* The body of a GET does not count. */
	assert_get("/x?q=1", "read");
	response = get("/x?q=2");
	assert_unknown(&response);
	response = get("/x?q=1&r=2");
	assert_unknown(&response);
	response = ask((struct question){"PUT", "/x", {NULL}, NULL});
	assert_unknown(&response);
}

static void the_fewest_differences_answer(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json", TOP("a", WITH("three",
				    "\"path\":\"/x\",\"headers\":{\"A\":\"1\",\"B\":\"1\",\"C\":"
				    "\"1\"}",
				    "") "," WITH("two",
						 "\"path\":\"/x\",\"headers\":{\"A\":\"1\",\"B\":"
						 "\"2\"}",
						 "")));
	START("a.json");
	assert_get("/x", "two");
	response = ask((struct question){"GET", "/x", {"B", "1", "C", "1"}, NULL});
	assert_answer(&response, "three");
}

/* ---- what is added ---- */

static void what_clients_need_is_added(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json",
	    TOP("a", "{\"description\":\"json\",\"request\":{\"path\":\"/json\"},\"response\":{"
		     "\"body\":{\"n\":1.0}}},"
		     "{\"description\":\"none\",\"request\":{\"path\":\"/none\"},\"response\":{"
		     "\"status\":204}},"
		     "{\"description\":\"own\",\"request\":{\"path\":\"/own\"},\"response\":{"
		     "\"headers\":{\"content-type\":\"application/x\","
		     "\"access-control-allow-origin\":\"https://a.test\"},\"body\":\"b\"}}"));
	START("a.json");
	response = get("/json");
	assert_answer(&response, "{\"n\":1.0}");
	assert_header(&response, "Content-Type", "application/json");
	assert_header(&response, "Access-Control-Allow-Origin", "*");
	response = get("/none");
	assert_int_equal(response.status, 204);
	assert_header(&response, "Content-Type", NULL);
	response = get("/own");
	assert_header(&response, "Content-Type", "application/x");
	assert_header(&response, "Access-Control-Allow-Origin", "https://a.test");
}

static void pre_flights_are_answered(void **state)
{
	const struct question question = {
		"OPTIONS", "/x", {"Access-Control-Request-Headers", "x-a"}, NULL};
	struct http_response response;

	(void)state;
	put("a.json", TOP("a", GET("x", "/x") "," WITH(
				       "own", "\"method\":\"OPTIONS\",\"path\":\"/own\"", "")));
	START("a.json");
	response = ask(question);
	assert_unknown(&response);
	tally_stub_stop(stub);
	START_WITH(OPTIONS(.cors = true), "a.json");
	response = ask(question);
	assert_int_equal(response.status, 200);
	assert_header(&response, "Access-Control-Allow-Origin", "*");
	assert_header(&response, "Access-Control-Allow-Headers", "x-a");
	assert_told("answered|200|OPTIONS|/x||", 1);
	response = ask((struct question){"OPTIONS", "/own", {NULL}, NULL});
	assert_answer(&response, "own");
}

static void the_referer_may_be_allowed(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json", TOP("a", GET("x", "/x")));
	START_WITH(OPTIONS(.cors = true, .cors_referer = true), "a.json");
	response = ask((struct question){
		"GET", "/x", {"Referer", "https://shop.test:8443/basket?a=b"}, NULL});
	assert_header(&response, "Access-Control-Allow-Origin", "https://shop.test:8443");
	response = ask((struct question){"OPTIONS", "/x", {"Referer", "http://shop.test"}, NULL});
	assert_header(&response, "Access-Control-Allow-Origin", "http://shop.test");
	response = ask((struct question){"GET", "/y", {"Referer", "http://shop.test/"}, NULL});
	assert_unknown(&response);
	assert_header(&response, "Access-Control-Allow-Origin", "http://shop.test");
	response = ask((struct question){"GET", "/x", {"Referer", "nonsense"}, NULL});
	assert_header(&response, "Access-Control-Allow-Origin", "*");
	response = get("/x");
	assert_header(&response, "Access-Control-Allow-Origin", "*");
}

/* ---- filters ---- */

#define STATES                                                                                     \
	TOP("a",                                                                                   \
	    WITH("found", "\"path\":\"/x\"", STATE("order 42 exists")) "," WITH(                   \
		    "missing", "\"path\":\"/x\"",                                                  \
		    STATE("there is no order")) "," WITH("whatever", "\"path\":\"/x\"",            \
							 "") "," WITH("stateless",                 \
								      "\"path\":\"/free\"", ""))

static void provider_states_filter(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json", STATES);
	START_WITH(OPTIONS(.provider_state = "^there"), "a.json");
	assert_get("/x", "missing");
	response = get("/free");
	assert_unknown(&response);
	tally_stub_stop(stub);
	START_WITH(OPTIONS(.provider_state = "^there", .empty_provider_state = true), "a.json");
	assert_get("/x", "missing");
	assert_get("/free", "stateless");
}

static void a_request_may_choose_the_state(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json", STATES);
	START_WITH(OPTIONS(.provider_state = "nothing like it", .provider_state_header = "X-State"),
		   "a.json");
	response = get("/x");
	assert_unknown(&response);
	response = ask((struct question){"GET", "/x", {"x-state", "no order"}, NULL});
	assert_answer(&response, "missing");
	response = ask((struct question){"GET", "/x", {"X-State", "42"}, NULL});
	assert_answer(&response, "found");
	response = ask((struct question){"GET", "/x", {"X-State", "("}, NULL});
	assert_int_equal(response.status, 400);
	assert_told("refused|400|GET|/x|||expected a regular expression, found \"(\"", 1);
}

static void names_filter(void **state)
{
	const char *const shop[] = {"a", "/^shop/"};
	const char *const none[] = {"shop"};
	const char *const providers[] = {"/./"};
	struct http_response response;

	(void)state;
	put("a.json", TOP("a", GET("a", "/a")));
	put("b.json", TOP("b", GET("b", "/b")));
	put("c.json", TOP("shop-web", GET("c", "/c")));
	START_WITH(OPTIONS(.consumers = {shop, 2}, .providers = {providers, 1}), "a.json", "b.json",
		   "c.json");
	assert_get("/a", "a");
	assert_get("/c", "c");
	response = get("/b");
	assert_unknown(&response);
	tally_stub_stop(stub);
	stub = NULL;
	assert_refused((struct tally_stub_options){.consumers = {none, 1}}, SOURCES("a.json"),
		       TALLY_ENOTHING, "",
		       "1 contract read, none between the consumers and providers");
	assert_refused((struct tally_stub_options){.providers = {none, 1}}, SOURCES("a.json"),
		       TALLY_ENOTHING, "", "none between");
}

/* ---- what nothing answers ---- */

/* An expression that takes too long for a name: the contract is refused, not left out in silence.
 */
static void names_that_cannot_be_compared_are_refused(void **state)
{
	static const char *const consumers[] = {"/^(a+)+$/", "b"};
	static const char hard[] = TOP("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", GET("a", "/a"));

	(void)state;
	put("hard.json", hard);
	put("plain.json", TOP("b", GET("b", "/b")));
	assert_refused((struct tally_stub_options){.consumers = {consumers, 1}},
		       SOURCES("hard.json"), TALLY_ELIMIT, "hard.json", "takes too long");
	assert_refused((struct tally_stub_options){.consumers = {consumers, 2}},
		       SOURCES("hard.json", "plain.json"), TALLY_ELIMIT, "hard.json",
		       "takes too long");
	/* Once it runs, the others stay. */
	put("hard.json", TOP("b", GET("a", "/a")));
	START_WITH(OPTIONS(.consumers = {consumers, 2}), "hard.json", "plain.json");
	put("hard.json", hard);
	assert_int_equal(tally_stub_reload(stub, NULL), TALLY_ELIMIT);
	assert_told("takes too long", 1);
}

static void the_unknown_is_told_what_is_nearest(void **state)
{
	struct http_response response;
	cJSON *json = NULL;
	const cJSON *nearest;

	(void)state;
	put("a.json", TOP("a", GET("an order", "/orders/42")));
	START("a.json");
	response = get("/orders/43");
	assert_unknown(&response);
	assert_header(&response, "Content-Type", "application/json; charset=utf-8");
	assert_header(&response, "Access-Control-Allow-Origin", "*");
	assert_int_equal(tally_json_parse(&json, response.body, response.body_len, NULL), 0);
	assert_string_equal(tally__json_get_string(json, "error"),
			    "No interaction answers GET /orders/43");
	nearest = tally__json_get(json, "nearest");
	assert_string_equal(tally__json_get_string(nearest, "description"), "an order");
	assert_string_equal(tally__json_get_string(nearest, "contract"), "a.json");
	assert_string_equal(tally__json_get_string(nearest, "path"), "/orders/42");
	assert_int_equal(cJSON_GetArraySize(tally__json_get(nearest, "mismatches")), 1);
	cJSON_Delete(json);
	assert_told("unknown|404|GET|/orders/43|a.json|an order|Expected '/orders/43' to be equal "
		    "to '/orders/42'\n",
		    1);
}

static void the_server_refuses_and_tells(void **state)
{
	static const char request[] = "GET /x HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n";
	struct buf answer;

	(void)state;
	put("a.json", TOP("a", GET("x", "/x")));
	START("a.json");
	answer = wire_ask((unsigned short)strtoul(strrchr(tally_stub_url(stub), ':') + 1, NULL, 10),
			  request, sizeof(request) - 1);
	assert_int_equal(strncmp(answer.bytes, "HTTP/1.1 400 ", 13), 0);
	tally__buf_release(&answer);
	assert_told("refused|400|GET|/x|||The request has a header that is not HTTP.", 1);
}

/* ---- generated values ---- */

static void answers_have_generated_values(void **state)
{
	static const char body[] = "{\"description\":\"g\",\"request\":{\"path\":\"/g\"},"
				   "\"response\":{\"body\":{\"id\":1,\"name\":\"n\"},"
				   "\"generators\":{\"body\":{\"$.id\":{\"type\":\"RandomInt\","
				   "\"min\":1000,\"max\":9999},\"$.name\":{\"type\":"
				   "\"ProviderState\",\"expression\":\"name\"}}}}}";
	char text[sizeof(body) + 256];
	struct http_response first[2], second;

	(void)state;
	snprintf(
		text, sizeof(text),
		"{\"consumer\":{\"name\":\"a\"},\"provider\":{\"name\":\"b\"},"
		"\"interactions\":[%s],\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}}}",
		body);
	put("a.json", text);
	for (size_t i = 0; i < 2; i++) {
		START_WITH(OPTIONS(.seed = 7), "a.json");
		first[i] = get("/g");
		assert_header(&first[i], "Content-Type", "application/json");
		assert_header(&first[i], "Access-Control-Allow-Origin", "*");
		second = get("/g");
		assert_int_equal(second.status, 200);
		assert_string_not_equal(
			tally__arena_memdup(&arena, first[i].body, first[i].body_len),
			tally__arena_memdup(&arena, second.body, second.body_len));
		assert_non_null(strstr(tally__arena_memdup(&arena, second.body, second.body_len),
				       "\"name\":\"n\""));
		tally_stub_stop(stub);
		stub = NULL;
	}
	assert_body(&first[1], tally__arena_memdup(&arena, first[0].body, first[0].body_len));
	assert_told("seed", 0);
	/* Once for each of the two, however many answers. */
	assert_told("the example was sent", 2);
	START("a.json");
	assert_told("values are generated from the seed", 1);
}

/* ---- what cannot be served ---- */

static void bad_sources_are_named_at_the_start(void **state)
{
	static const struct tally_stub_options none = {0};

	(void)state;
	put("good.json", TOP("a", GET("x", "/x")));
	put("bad.json", "{\"consumer\": ");
	put("rules.json", TOP("a", "{\"description\":\"d\",\"request\":{\"path\":\"/x\"},"
				   "\"response\":{\"status\":100}}"));
	assert_refused(none, SOURCES("good.json", "bad.json"), TALLY_EPARSE, "bad.json", "");
	assert_told("note", 0);
	assert_refused(none, SOURCES("rules.json", "bad.json", "missing.json", "good.json"),
		       TALLY_EPARSE, "",
		       "3 contracts cannot be served: bad.json, missing.json, rules.json: "
		       "/interactions/0/response/status");
	assert_told("note|0|||bad.json||bad.json:1:14: ", 1);
	assert_told("missing.json: cannot open: No such file", 1);
	assert_told("expected a status that can end a request", 1);
	assert_refused(none, SOURCES("rules.json"), TALLY_EINVAL,
		       "rules.json: /interactions/0/response/status", "");
}

static void there_must_be_something_to_serve(void **state)
{
	static const struct tally_stub_options none = {0};

	(void)state;
	assert_int_equal(mkdir("folder", 0777), 0);
	put("m.json", "{\"consumer\":{\"name\":\"a\"},\"provider\":{\"name\":\"b\"},\"messages\":[{"
		      "\"description\":\"m\",\"contents\":{}}],\"metadata\":{\"pactSpecification\":"
		      "{\"version\":\"3.0.0\"}}}");
	put("x.json", TOP("a", GET("x", "/x")));
	put("e.json", TOP("a", ""));
	assert_refused(none, SOURCES("folder"), TALLY_ENOTHING, "", "expected contract files");
	assert_refused(none, SOURCES("m.json"), TALLY_ENOTHING, "", "found only messages");
	assert_refused(none, SOURCES("e.json"), TALLY_ENOTHING, "", "found none");
	assert_refused((struct tally_stub_options){.provider_state = "s"}, SOURCES("x.json"),
		       TALLY_ENOTHING, "", "none of 1 interaction has a provider state");
	START("m.json", "x.json");
	assert_told("note|0|||m.json||m.json: 1 message is not served\n", 1);
	assert_get("/x", "x");
}

static void options_are_checked(void **state)
{
	const char *const bad[] = {"/(/"};

	(void)state;
	put("a.json", TOP("a", GET("x", "/x")));
#define REFUSED(member, value, where, message)                                                     \
	assert_refused((struct tally_stub_options){.member = value}, SOURCES("a.json"),            \
		       TALLY_EINVAL, where, message)
	REFUSED(provider_state, "(", "provider_state", "expected a regular expression");
	REFUSED(provider_state_header, "a b", "provider_state_header", "the name of a header");
	REFUSED(now, "noon", "now", "expected an instant");
	REFUSED(host, "not a host", "", "cannot listen on");
#undef REFUSED
	assert_refused((struct tally_stub_options){.consumers = {bad, 1}}, SOURCES("a.json"),
		       TALLY_EINVAL, "consumers", "expected a regular expression");
	assert_refused((struct tally_stub_options){.user = "a:b", .token = "t"}, SOURCES("a.json"),
		       TALLY_EINVAL, "token", "found both");
}

/* ---- reloading ---- */

static void changed_files_are_served(void **state)
{
	struct http_response response;

	(void)state;
	put("a.json", TOP("a", GET("before", "/x")));
	put("b.json", TOP("b", GET("b", "/b")));
	START("a.json", "b.json");
	assert_get("/x", "before");
	assert_int_equal(tally_stub_reload(stub, NULL), 0);
	assert_told("serving", 1);
	put("a.json", TOP("a", GET("after", "/x") "," GET("more", "/more")));
	assert_int_equal(tally_stub_reload(stub, NULL), 0);
	assert_told("serving", 2);
	assert_get("/x", "after");
	assert_get("/more", "more");
	assert_get("/b", "b");
	response = get("/none");
	assert_unknown(&response);
}

static void files_that_cannot_be_read_stay_as_they_were(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;

	(void)state;
	put("a.json", TOP("a", GET("a", "/a")));
	put("b.json", TOP("b", GET("b", "/b")));
	START("a.json", "b.json");
	put("a.json", "{");
	put("b.json", TOP("b", GET("new b", "/b")));
	assert_int_equal(tally_stub_reload(stub, &error), TALLY_EPARSE);
	assert_string_equal(error.where, "a.json");
	assert_get("/a", "a");
	assert_get("/b", "new b");
	assert_told("note|0|||a.json|", 1);
	/* What can be read, but not served. */
	put("a.json", TOP("a", "{\"description\":\"d\",\"request\":{\"path\":\"/x\"},"
			       "\"response\":{\"status\":100}}"));
	assert_int_equal(tally_stub_reload(stub, NULL), TALLY_EINVAL);
	assert_get("/a", "a");
	assert_int_equal(unlink("a.json"), 0);
	assert_int_equal(tally_stub_reload(stub, NULL), TALLY_ENOFILE);
	assert_get("/a", "a");
	put("a.json", TOP("a", GET("a again", "/a")));
	assert_int_equal(tally_stub_reload(stub, NULL), 0);
	assert_get("/a", "a again");
}

static void trouble_is_told_once_for_each_change(void **state)
{
	(void)state;
	put("a.json", TOP("a", GET("a", "/a")));
	START("a.json");
	for (size_t i = 0; i < 3; i++) {
		put("a.json", i == 0 ? "{" : i == 1 ? "[" : "{ ");
		/* The first time, somebody may still be writing it. */
		for (size_t j = 0; j < 2; j++)
			(void)tally__stub_reload(stub, STUB_READ_CHANGED, NULL);
		assert_told("a.json:1:", i + 1);
		assert_int_equal(tally__stub_reload(stub, STUB_READ_CHANGED, NULL), 0);
		assert_told("a.json:1:", i + 1);
	}
	/* Who asks is told again. */
	assert_int_equal(tally_stub_reload(stub, NULL), TALLY_EPARSE);
	assert_told("a.json:1:", 4);
	assert_int_equal(unlink("a.json"), 0);
	for (size_t i = 0; i < 2; i++)
		(void)tally__stub_reload(stub, STUB_READ_CHANGED, NULL);
	assert_told("cannot open", 1);
	put("a.json", TOP("a", GET("a", "/a")));
	assert_int_equal(tally__stub_reload(stub, STUB_READ_CHANGED, NULL), 0);
	assert_int_equal(unlink("a.json"), 0);
	(void)tally__stub_reload(stub, STUB_READ_CHANGED, NULL);
	assert_told("cannot open", 2);
	assert_get("/a", "a");
}

static void half_a_file_is_no_trouble(void **state)
{
	static const char whole[] = TOP("a", GET("whole", "/a"));

	(void)state;
	put("a.json", TOP("a", GET("a", "/a")));
	START("a.json");
	/* However long the test takes, the file was written just now. */
	tally__time_fix(0);
	for (size_t len = 1; len < sizeof(whole); len++) {
		assert_int_equal(tally__file_replace("a.json", whole, len, NULL), 0);
		assert_int_equal(tally__stub_reload(stub, STUB_READ_CHANGED, NULL), 0);
	}
	tally__time_fix(-1);
	assert_told("note", 0);
	assert_get("/a", "whole");
}

static void folders_are_looked_into_again(void **state)
{
	struct http_response response;

	(void)state;
	assert_int_equal(mkdir("folder", 0777), 0);
	put("folder/b.json", TOP("b", GET("b", "/b")));
	put("folder/c.json", TOP("c", GET("c", "/c")));
	put("folder/other.txt", "no contract");
	START("folder");
	put("folder/a.json", TOP("a", GET("a", "/a")));
	put("folder/d.json", TOP("d", GET("d", "/d")));
	assert_int_equal(unlink("folder/b.json"), 0);
	assert_int_equal(tally_stub_reload(stub, NULL), 0);
	assert_get("/a", "a");
	assert_get("/c", "c");
	assert_get("/d", "d");
	response = get("/b");
	assert_unknown(&response);
	/* Nothing is left: what was served is served on. */
	assert_int_equal(system("rm folder/*.json"), 0);
	assert_int_equal(tally_stub_reload(stub, NULL), TALLY_ENOTHING);
	assert_get("/a", "a");
	assert_int_equal(system("rm -r folder"), 0);
	assert_int_equal(tally_stub_reload(stub, NULL), TALLY_ENOFILE);
	assert_get("/a", "a");
	assert_int_equal(mkdir("folder", 0777), 0);
	put("folder/e.json", TOP("e", GET("e", "/e")));
	assert_int_equal(tally_stub_reload(stub, NULL), 0);
	assert_get("/e", "e");
	response = get("/a");
	assert_unknown(&response);
}

static void the_watch_sees_changes(void **state)
{
	(void)state;
	assert_int_equal(mkdir("folder", 0777), 0);
	put("folder/a.json", TOP("a", GET("a", "/a")));
	START_WITH(OPTIONS(.watch_interval_ms = 1), "folder");
	wait_for_set(1);
	put("folder/a.json", TOP("a", GET("b", "/a")));
	wait_for_set(2);
	assert_get("/a", "b");
	/* The same size, perhaps at the same time, in the same file. */
	{
		FILE *file = fopen("folder/a.json", "r+");
		static const char text[] = TOP("a", GET("c", "/a"));

		assert_non_null(file);
		assert_int_equal(fwrite(text, 1, sizeof(text) - 1, file), sizeof(text) - 1);
		assert_int_equal(fclose(file), 0);
	}
	wait_for_set(3);
	assert_get("/a", "c");
	put("folder/new.json", TOP("n", GET("n", "/n")));
	wait_for_set(4);
	assert_get("/n", "n");
}

/* ---- many at once ---- */

enum { ASKERS = 4, RELOADS = 40 };

static struct {
	atomic_bool stop;
	atomic_size_t answers, wrong;
} load;

static void *ask_on(void *context)
{
	static const struct question question = {.method = "GET", .target = "/x"};
	struct http_client *asker = NULL;

	(void)context;
	if (tally__http_client_new(&asker, NULL, NULL) != 0)
		abort();
	do {
		struct arena memory;
		struct http_response response;

		tally__arena_init(&memory, 0);
		response = ask_as(asker, &memory, &question);
		if (response.status != 200 || response.body_len != 5 ||
		    (memcmp(response.body, "first", 5) != 0 &&
		     memcmp(response.body, "other", 5) != 0))
			atomic_fetch_add(&load.wrong, 1);
		atomic_fetch_add(&load.answers, 1);
		tally__arena_release(&memory);
	} while (!atomic_load(&load.stop));
	tally__http_client_free(asker);
	return NULL;
}

static void contracts_change_under_load(void **state)
{
	pthread_t threads[ASKERS];

	(void)state;
	atomic_init(&load.stop, false);
	atomic_init(&load.answers, 0);
	atomic_init(&load.wrong, 0);
	put("a.json", TOP("a", GET("first", "/x")));
	START_WITH(OPTIONS(.watch_interval_ms = 1), "a.json");
	for (size_t i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_on, NULL), 0);
	for (size_t i = 0; i < RELOADS; i++) {
		size_t before = atomic_load(&load.answers);

		put("a.json", i % 3 == 0   ? TOP("a", GET("other", "/x"))
			      : i % 3 == 1 ? "{"
					   : TOP("a", GET("first", "/x")));
		(void)tally_stub_reload(stub, NULL);
		while (atomic_load(&load.answers) < before + ASKERS)
			sched_yield();
	}
	atomic_store(&load.stop, true);
	for (size_t i = 0; i < ASKERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&load.wrong), 0);
	assert_true(atomic_load(&load.answers) >= RELOADS * ASKERS);
	assert_told("unknown", 0);
}

/* ---- other sources ---- */

static cJSON *parse(const char *text)
{
	cJSON *json = NULL;

	assert_int_equal(tally_json_parse(&json, text, strlen(text), NULL), 0);
	return json;
}

static void documents_are_served_and_replaced(void **state)
{
	cJSON *first = parse(TOP("a", GET("first", "/x")));
	cJSON *second = parse(TOP("a", GET("second", "/x")));
	cJSON *bad = parse("{\"interactions\":1}");
	const cJSON *documents[] = {first, second, bad};
	const char *const names[] = {"a@1", "a@2"};
	struct tally_error error = TALLY_ERROR_INIT;
	struct http_response response;

	(void)state;
	put("b.json", TOP("b", GET("b", "/b")));
	START_WITH(OPTIONS(.documents = documents, .document_names = names, .document_count = 1),
		   "b.json");
	assert_get("/x", "first");
	assert_get("/b", "b");
	assert_int_equal(tally_stub_set_documents(stub, &documents[1], &names[1], 1, NULL), 0);
	cJSON_Delete(second);
	assert_get("/x", "second");
	assert_told("|/x|a@2|second|", 1);
	assert_int_equal(tally_stub_set_documents(stub, &documents[2], names, 1, &error),
			 TALLY_EPARSE);
	assert_int_equal(strncmp(error.where, "a@1", 3), 0);
	assert_get("/x", "second");
	assert_int_equal(tally_stub_set_documents(stub, NULL, NULL, 0, NULL), 0);
	response = get("/x");
	assert_unknown(&response);
	assert_get("/b", "b");
	cJSON_Delete(first);
	cJSON_Delete(bad);
}

static void urls_are_fetched(void **state)
{
	static const char contract[] = TOP("a", GET("from afar", "/x"));
	char answer[1024];
	char url[64];
	struct wire_server server = {0};
	int len =
		snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
			 sizeof(contract) - 1, contract);

	(void)state;
	wire_server_start(&server, answer, (size_t)len);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/c", server.port);
	START_WITH(OPTIONS(.user = "me:secret"), url);
	wire_server_wait(&server);
	assert_non_null(strstr(server.received.bytes, "Authorization: Basic bWU6c2VjcmV0\r\n"));
	wire_server_stop(&server);
	assert_get("/x", "from afar");
	/* Nobody is there any more. */
	assert_int_equal(tally__stub_reload(stub, STUB_READ_CHANGED, NULL), 0);
	assert_int_equal(tally_stub_reload(stub, NULL), TALLY_EUNREACHABLE);
	assert_get("/x", "from afar");
}

static void answers_that_are_no_contract_are_refused(void **state)
{
	static const char *const answers[][2] = {
		{"HTTP/1.1 302 Found\r\nLocation: http://a.test/b\r\nContent-Length: 0\r\n\r\n",
		 "found a redirection (302) to http://a.test/b"},
		{"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "found status 401: give a token"},
		{"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "found status 500"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct wire_server server = {0};
		char url[64];

		wire_server_start(&server, answers[i][0], strlen(answers[i][0]));
		snprintf(url, sizeof(url), "http://127.0.0.1:%u/c", server.port);
		assert_refused((struct tally_stub_options){.token = "t"}, SOURCES(url), TALLY_EIO,
			       url, answers[i][1]);
		wire_server_wait(&server);
		assert_non_null(strstr(server.received.bytes, "Authorization: Bearer t\r\n"));
		wire_server_stop(&server);
	}
}

/* ---- memory ---- */

/* Every allocation of starting fails once. */
static void starting_survives_without_memory(void **state)
{
	static const char *const consumers[] = {"/a/", "b"};
	cJSON *document = parse(TOP("a", GET("d", "/d")));
	const cJSON *documents[] = {document};
	const char *const names[] = {"a@1"};
	size_t asked = 1;
	int status = 0;

	(void)state;
	assert_int_equal(mkdir("folder", 0777), 0);
	put("folder/a.json", STATES);
	put("folder/b.json", TOP("b", GET("b", "/b")));
	put("c.json", TOP("b", "{\"description\":\"j\",\"request\":{\"path\":\"/j\"},\"response\":{"
			       "\"body\":{\"n\":1}}}"));
	/* What is made once for the process. */
	START("folder");
	tally_stub_stop(stub);
	stub = NULL;
	/* Without some, it starts all the same. */
	for (long i = 0; asked >= (size_t)i; i++) {
		struct tally_stub_options options = {.consumers = {consumers, 2},
						     .documents = documents,
						     .document_names = names,
						     .document_count = 1,
						     .provider_state = "order",
						     .provider_state_header = "X-State",
						     .empty_provider_state = true,
						     .watch_interval_ms = 100000};

		tally__buf_clear(&told.text);
		tally_stub_stop(stub);
		stub = NULL;
		tally__mem_fail_after(i);
		status = try_start(&options, SOURCES("folder", "c.json"), NULL);
		asked = tally__mem_fail_after(-1);
		assert_true(status == 0 || status == TALLY_ENOMEM);
		if (status != 0)
			assert_null(stub);
	}
	assert_int_equal(status, 0);
	assert_get("/b", "b");
	cJSON_Delete(document);
}

/* Every allocation of reloading fails once; in the end, the new contract is served. */
static void reloading_survives_without_memory(void **state)
{
	static const char *const bodies[] = {"first", "other"};
	size_t asked = 1, round = 0, failures = 0;

	(void)state;
	put("a.json", TOP("a", GET("first", "/x")));
	START("a.json");
	put("a.json", TOP("a", GET("other", "/x")));
	for (long i = 0; asked >= (size_t)i; i++) {
		int status;

		tally__mem_fail_after(i);
		status = tally__stub_reload(stub, STUB_READ_CHANGED, NULL);
		asked = tally__mem_fail_after(-1);
		if (status == 0) {
			assert_get("/x", bodies[++round % 2]);
			put("a.json", round % 2 ? TOP("a", GET("first", "/x"))
						: TOP("a", GET("other", "/x")));
			continue;
		}
		assert_int_equal(status, TALLY_ENOMEM);
		failures++;
	}
	assert_true(failures > 0 && round > 0);
}

/* Every allocation of answering fails once. */
static void answering_survives_without_memory(void **state)
{
	static struct http_header asked_for[] = {{"X-State", "order 42"}, {"Referer", "http://a"}};
	static const char *const targets[] = {"/x", "/unknown?a=b", "/json"};

	(void)state;
	put("a.json", STATES);
	put("b.json", TOP("b", "{\"description\":\"j\"," STATE(
				       "order 42") "\"request\":{\"path\":\"/json\"},\"response\":{"
						   "\"body\":{\"n\":1}}}"));
	START_WITH(OPTIONS(.provider_state_header = "X-State", .cors_referer = true), "a.json",
		   "b.json");
	for (size_t t = 0; t < sizeof(targets) / sizeof(targets[0]); t++) {
		const struct http_request request = {
			.method = "GET", .target = targets[t], .headers = {asked_for, 2, 2}};
		size_t asked = 1;

		for (long i = 0; asked >= (size_t)i; i++) {
			struct arena memory;
			struct http_response response = {0};
			int status;

			tally__buf_clear(&told.text);
			tally__buf_reserve(&told.text, 4096);
			tally__arena_init(&memory, 0);
			tally__mem_fail_after(i);
			status = tally__stub_answer(stub, &request, &memory, &response);
			asked = tally__mem_fail_after(-1);
			if (status == 0)
				assert_int_equal(response.status, t == 1 ? 404 : 200);
			else
				assert_int_equal(status, TALLY_ENOMEM);
			tally__arena_release(&memory);
		}
	}
	assert_int_equal(atomic_load(&stub->set->references), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_best_of_all_contracts_answers),
		TEST(of_equals_the_first_answers),
		TEST(headers_may_differ),
		TEST(the_fewest_differences_answer),
		TEST(what_clients_need_is_added),
		TEST(pre_flights_are_answered),
		TEST(the_referer_may_be_allowed),
		TEST(provider_states_filter),
		TEST(a_request_may_choose_the_state),
		TEST(names_filter),
		TEST(names_that_cannot_be_compared_are_refused),
		TEST(the_unknown_is_told_what_is_nearest),
		TEST(the_server_refuses_and_tells),
		TEST(answers_have_generated_values),
		TEST(bad_sources_are_named_at_the_start),
		TEST(there_must_be_something_to_serve),
		TEST(options_are_checked),
		TEST(changed_files_are_served),
		TEST(files_that_cannot_be_read_stay_as_they_were),
		TEST(trouble_is_told_once_for_each_change),
		TEST(half_a_file_is_no_trouble),
		TEST(folders_are_looked_into_again),
		TEST(the_watch_sees_changes),
		TEST(contracts_change_under_load),
		TEST(documents_are_served_and_replaced),
		TEST(urls_are_fetched),
		TEST(answers_that_are_no_contract_are_refused),
		TEST(starting_survives_without_memory),
		TEST(reloading_survives_without_memory),
		TEST(answering_survives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
