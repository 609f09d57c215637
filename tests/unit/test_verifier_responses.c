/* What a provider may come up with instead of an answer.  Each is the outcome of its interaction,
 * in clear words, and the next interaction is verified all the same. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "script_server.h"
#include "verifier_fixture.h"

#define OK     "HTTP/1.1 200 OK\r\n"
#define JSON   "Content-Type: application/json\r\n"
#define LENGTH "Content-Length: 7\r\n"
#define BODY   "{\"a\":1}"
#define GOOD   OK JSON LENGTH "\r\n" BODY

#define CHUNKED OK JSON "Transfer-Encoding: chunked\r\n"

#define BYTES(text) .bytes = (text), .len = sizeof(text) - 1

#define MAX_ANSWERS 3
#define EXPECTED                                                                                   \
	"{\"description\":\"%s\",\"request\":{\"method\":\"%s\",\"path\":\"/%d\"},\"response\":"   \
	"{\"status\":%d,\"headers\":{\"Content-Type\":\"application/json\"},\"body\":{\"a\":1}}}"

struct odd {
	const char *name;
	struct script_answer answers[MAX_ANSWERS];
	const char *outcome;
	const char *words; /* in its message or mismatches; NULL: none */
	const char *method;
	int status;
};

/* The words of an interaction that did not pass. */
static const char *words(struct fixture *fixture)
{
	const cJSON *found = interaction(fixture, 0, 0);
	const char *said = tally__json_get_string(found, "message");
	char *mismatches = cJSON_PrintUnformatted(tally__json_get(found, "mismatches"));
	const char *both = tally__arena_printf(&fixture->arena, "%s%s", said != NULL ? said : "",
					       mismatches != NULL ? mismatches : "");

	cJSON_free(mismatches);
	return both;
}

static void add_two(struct fixture *fixture, const char *method, int status)
{
	const char *first =
		tally__arena_printf(&fixture->arena, EXPECTED, "odd", method, 1, status);
	const char *next = tally__arena_printf(&fixture->arena, EXPECTED, "next", "GET", 2, 200);

	add_contract(fixture, "3.0.0", "interactions",
		     tally__arena_printf(&fixture->arena, "%s,%s", first, next));
}

/* Has the server give these answers, and after them good ones. */
static void start(struct fixture *fixture, struct script_server *server,
		  const struct script_answer *answers)
{
	struct script_answer *script =
		tally__arena_alloc_array(&fixture->arena, MAX_ANSWERS + 1, sizeof(*script));
	size_t count = 0;

	while (count < MAX_ANSWERS && answers[count].bytes != NULL) {
		script[count] = answers[count];
		count++;
	}
	script[count++] = (struct script_answer){BYTES(GOOD), .end = SCRIPT_KEEP};
	script_start(server, script, count);
	fixture->options.provider_url =
		tally__arena_printf(&fixture->arena, "http://127.0.0.1:%u", server->port);
	fixture->options.jobs = 1;
}

static void check(const struct odd *odd)
{
	struct script_server server;
	struct fixture *fixture;
	void *state;

	assert_int_equal(fixture_setup(&state), 0);
	fixture = state;
	start(fixture, &server, odd->answers);
	add_two(fixture, odd->method != NULL ? odd->method : "GET",
		odd->status != 0 ? odd->status : 200);
	if (fixture->options.request_timeout_ms == 0)
		fixture->options.request_timeout_ms = 20000;
	if (verify(fixture) != 0)
		fail_msg("%s: %s", odd->name, fixture->error.message);
	if (strcmp(outcome(fixture, 0), odd->outcome) != 0)
		fail_msg("%s: %s: %s", odd->name, outcome(fixture, 0), words(fixture));
	if (odd->words != NULL && strstr(words(fixture), odd->words) == NULL)
		fail_msg("%s: \"%s\" not in: %s", odd->name, odd->words, words(fixture));
	if (strcmp(outcome(fixture, 1), "passed") != 0)
		fail_msg("%s: the next one: %s", odd->name, outcome(fixture, 1));
	script_stop(&server);
	fixture_teardown(&state);
}

#define CHECK_ALL(table)                                                                           \
	do {                                                                                       \
		for (size_t i = 0; i < sizeof(table) / sizeof((table)[0]); i++)                    \
			check(&(table)[i]);                                                        \
	} while (0)

static void connections_that_end_early(void **state)
{
	static const struct odd odds[] = {
		{"closed at once",
		 {{.bytes = "", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "closed the connection without an answer"},
		{"reset at once",
		 {{.bytes = "", .end = SCRIPT_RESET}},
		 .outcome = "error",
		 .words = "it ended before it began"},
		{"closed before the request was read",
		 {{.bytes = "", .unasked = true, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "without an answer"},
		{"closed in the status line",
		 {{.bytes = "HTTP/1.1 2", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "closed the connection without an answer"},
		{"closed in the head",
		 {{.bytes = OK JSON, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "closed the connection within the head"},
		{"reset in the head",
		 {{.bytes = OK JSON, .end = SCRIPT_RESET}},
		 .outcome = "error",
		 .words = "127.0.0.1:"},
		{"closed in the body",
		 {{.bytes = OK JSON LENGTH "\r\n{\"a\"", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "expected 7 bytes of body, as its Content-Length says, found 4"},
		{"no body where one is due",
		 {{.bytes = OK JSON LENGTH "\r\n", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "expected 7 bytes of body, as its Content-Length says, found 0"},
		{"closed within a chunk",
		 {{.bytes = CHUNKED "\r\n7\r\n{\"a\"", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "expected a last chunk"},
		{"closed before the last chunk",
		 {{.bytes = CHUNKED "\r\n7\r\n" BODY "\r\n", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "expected a last chunk"},
	};

	(void)state;
	CHECK_ALL(odds);
}

static void bodies_of_other_lengths(void **state)
{
	static const struct odd odds[] = {
		{"longer than announced",
		 {{.bytes = GOOD "and more", .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"two lengths",
		 {{.bytes = OK JSON LENGTH "Content-Length: 9\r\n\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "7 and 9; expected one Content-Length"},
		{"a length that is no number",
		 {{.bytes = OK JSON "Content-Length: seven\r\n\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "Content-Length"},
		{"a length beyond all numbers",
		 {{.bytes = OK JSON "Content-Length: 99999999999999999999\r\n\r\n" BODY,
		   .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "Content-Length \"99999999999999999999\""},
		{"without a length, up to the end",
		 {{.bytes = OK JSON "\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "passed"},
		{"no body at all",
		 {{.bytes = OK JSON "Content-Length: 0\r\n\r\n", .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "body"},
		{"a body with 204",
		 {{.bytes = "HTTP/1.1 204 No Content\r\n" LENGTH "\r\n" BODY, .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "status"},
		{"a body with 304",
		 {{.bytes = "HTTP/1.1 304 Not Modified\r\n" JSON LENGTH "\r\n" BODY,
		   .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "status"},
		{"a body after HEAD",
		 {{.bytes = GOOD, .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "body",
		 .method = "HEAD"},
	};

	(void)state;
	CHECK_ALL(odds);
}

static void chunks(void **state)
{
	static const struct odd odds[] = {
		{"extensions and trailers",
		 {{.bytes = CHUNKED "\r\n3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nContent-Type: "
				    "text/html\r\n\r\n",
		   .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"a trailer that is none",
		 {{.bytes = CHUNKED "\r\n7\r\n" BODY "\r\n0\r\nHTTP/1.1 500 No\r\n\r\n",
		   .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "chunk"},
		{"a size that is none",
		 {{.bytes = CHUNKED "\r\nxyz\r\n" BODY "\r\n0\r\n\r\n", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "chunk"},
		{"a negative size",
		 {{.bytes = CHUNKED "\r\n-7\r\n" BODY "\r\n0\r\n\r\n", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "chunk"},
		{"a size beyond all numbers",
		 {{.bytes = CHUNKED "\r\nfffffffffffffffffff\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "chunk"},
		{"more than the size",
		 {{.bytes = CHUNKED "\r\n3\r\n" BODY "\r\n0\r\n\r\n", .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "127.0.0.1:"},
		{"a length as well",
		 {{.bytes = CHUNKED "Content-Length: 3\r\n\r\n7\r\n" BODY "\r\n0\r\n\r\n",
		   .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"endless trailers",
		 {{.bytes = CHUNKED "\r\n7\r\n" BODY "\r\n0\r\n", .end = SCRIPT_KEEP},
		  {.bytes = "X-Trailer: and another one\r\n",
		   .unasked = true,
		   .repeats = 1000000,
		   .end = SCRIPT_RESET}},
		 .outcome = "error",
		 .words = "bytes of headers"},
	};

	(void)state;
	CHECK_ALL(odds);
}

#define ENCODED(coding, length)                                                                    \
	OK JSON "Content-Encoding: " coding "\r\nContent-Length: " length "\r\n\r\n"
#define GZIP                                                                                       \
	"\037\213\010\000\000\000\000\000\002\003\253\126\112\124\262\062\254\005\000\257\254\033" \
	"\126\007\000\000\000"

/* 100 MB of zeros, three times over. */
#define BOMB                                                                                       \
	ENCODED("gzip, gzip, gzip", "267")                                                         \
	"\037\213\010\000\000\000\000\000\002\003\223\357\346\140\000\001\046\346\267\167"         \
	"\264\375\130\002\005\332\056\316\163\367\140\077\350\334\343\344\320\224\310\051"         \
	"\061\351\140\202\001\307\006\001\261\003\122\057\132\026\030\110\010\225\065\046"         \
	"\061\132\250\344\035\070\313\304\301\144\310\225\261\254\132\362\273\275\173\154"         \
	"\354\273\060\255\373\337\142\143\113\333\026\237\237\176\060\341\147\306\273\377"         \
	"\363\366\275\272\312\005\064\130\043\346\163\241\361\253\151\214\127\375\254\255"         \
	"\255\054\231\201\042\136\345\073\367\231\275\233\316\144\057\036\335\176\214\021"         \
	"\050\160\164\267\355\215\373\057\364\131\366\255\137\177\014\042\060\133\347\331"         \
	"\345\072\361\017\267\354\362\347\315\142\007\012\210\274\217\065\000\271\162\021"         \
	"\007\033\220\164\020\073\010\342\234\120\222\000\121\211\054\040\103\025\272\023"         \
	"\100\234\024\101\036\040\331\240\323\004\062\106\300\015\254\151\023\345\232\076"         \
	"\155\230\141\176\067\361\300\227\265\163\377\136\233\014\364\325\002\207\347\207"         \
	"\217\337\335\373\370\351\365\364\247\362\155\075\113\070\115\373\030\031\000\162"         \
	"\147\111\313\113\001\000\000"

static void encoded_bodies(void **state)
{
	static const struct odd odds[] = {
		{"gzip",
		 {{BYTES(ENCODED("gzip", "27") GZIP), .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"GZIP in capitals",
		 {{BYTES(ENCODED("GZip", "27") GZIP), .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"deflate",
		 {{BYTES(ENCODED("deflate", "15") "\170\332\253\126\112\124\262\062\254\005\000"
						  "\010\052\002\011"),
		   .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"brotli",
		 {{BYTES(ENCODED("br", "11") "\013\003\200{\"a\":1}\003"), .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"zstd",
		 {{BYTES(ENCODED("zstd", "16") "\050\265\057\375\000\130\071\000\000\173\042\141"
					       "\042\072\061\175"),
		   .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"gzip, cut off",
		 {{BYTES(ENCODED("gzip", "14") "\037\213\010\000\000\000\000\000\002\003\253\126"
					       "\112\124"),
		   .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "body"},
		{"gzip, closed within",
		 {{BYTES(ENCODED("gzip", "27") "\037\213\010\000\000"), .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "expected 27 bytes of body, as its Content-Length says, found 5"},
		{"no gzip at all",
		 {{BYTES(ENCODED("gzip", "7") BODY), .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "not encoded as its Content-Encoding says"},
		{"a coding that is a character set",
		 {{BYTES(ENCODED("utf-8", "7") BODY), .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"no coding",
		 {{BYTES(ENCODED("identity", "7") BODY), .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"a bomb",
		 {{BYTES(BOMB), .end = SCRIPT_KEEP}},
		 .outcome = "error",
		 .words = "body of more than 67108864 bytes"},
	};

	(void)state;
	CHECK_ALL(odds);
}

static char block[65536];

static void answers_without_end(void **state)
{
	static const struct odd odds[] = {
		{"100 MB",
		 {{.bytes = OK JSON "Content-Length: 104857600\r\n\r\n", .end = SCRIPT_KEEP},
		  {.bytes = block,
		   .len = sizeof(block),
		   .unasked = true,
		   .repeats = 1599,
		   .end = SCRIPT_KEEP}},
		 .outcome = "error",
		 .words = "body of more than 67108864 bytes"},
		{"a body without end",
		 {{.bytes = OK JSON "\r\n", .end = SCRIPT_KEEP},
		  {.bytes = block,
		   .len = sizeof(block),
		   .unasked = true,
		   .repeats = 1000000,
		   .end = SCRIPT_RESET}},
		 .outcome = "error",
		 .words = "body of more than 67108864 bytes"},
		{"headers without end",
		 {{.bytes = OK, .end = SCRIPT_KEEP},
		  {.bytes = "X-Header: and another one\r\n",
		   .unasked = true,
		   .repeats = 1000000,
		   .end = SCRIPT_RESET}},
		 .outcome = "error",
		 .words = "bytes of headers"},
		{"a header without end",
		 {{.bytes = OK "X-Header: ", .end = SCRIPT_KEEP},
		  {.bytes = block,
		   .len = sizeof(block),
		   .unasked = true,
		   .repeats = 1000,
		   .end = SCRIPT_RESET}},
		 .outcome = "error",
		 .words = "bytes of headers"},
		{"continuing without end",
		 {{.bytes = "HTTP/1.1 100 Continue\r\n\r\n",
		   .repeats = 1000000,
		   .end = SCRIPT_RESET}},
		 .outcome = "error",
		 .words = "bytes of headers"},
	};

	(void)state;
	memset(block, 'a', sizeof(block));
	CHECK_ALL(odds);
}

#define HTML "<html>no</html>"

static void other_answers(void **state)
{
	static const struct odd odds[] = {
		{"1xx first",
		 {{.bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nContent-Type: "
			    "text/html\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" GOOD,
		   .end = SCRIPT_KEEP}},
		 .outcome = "passed"},
		{"HTML instead of JSON",
		 {{.bytes = OK "Content-Type: text/html\r\nContent-Length: 15\r\n\r\n" HTML,
		   .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "text/html"},
		{"HTML that says it is JSON",
		 {{.bytes = OK JSON "Content-Length: 15\r\n\r\n" HTML, .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "body"},
		{"no UTF-8",
		 {{BYTES(OK JSON "Content-Length: 9\r\n\r\n{\"a\":\"\xff\"}"), .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "body"},
		{"a NUL",
		 {{BYTES(OK JSON "Content-Length: 7\r\n\r\n{\"a\":\0}"), .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "body"},
		{"another protocol",
		 {{.bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" HTML,
		   .end = SCRIPT_CLOSE}},
		 .outcome = "failed",
		 .words = "101"},
		{"a redirect",
		 {{.bytes = "HTTP/1.1 302 Found\r\nLocation: /2\r\nContent-Length: 0\r\n\r\n",
		   .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "302"},
		{"a redirect that is expected",
		 {{.bytes = "HTTP/1.1 308 Permanent Redirect\r\n" JSON "Location: /2\r\n" LENGTH
			    "\r\n" BODY,
		   .end = SCRIPT_KEEP}},
		 .outcome = "passed",
		 .status = 308},
		{"a login that is asked for",
		 {{.bytes = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic "
			    "realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
		   .end = SCRIPT_KEEP}},
		 .outcome = "failed",
		 .words = "401"},
		{"HTTP/1.0",
		 {{.bytes = "HTTP/1.0 200 OK\r\n" JSON "\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "passed"},
		{"HTTP/0.9",
		 {{.bytes = HTML, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "expected one that begins with \"HTTP/1.1\""},
		{"garbage",
		 {{BYTES("\0\1\2\3\xff\xfe garbage\r\n\r\n"), .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "expected one that begins with"},
		{"TLS",
		 {{BYTES("\x15\x03\x01\0\x02\x02\x16"), .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "is that the right port?"},
		{"a status beyond all numbers",
		 {{.bytes = "HTTP/1.1 99999999999 OK\r\n" LENGTH "\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "response code"},
		{"a version that nobody speaks",
		 {{.bytes = "HTTP/7.0 200 OK\r\n" LENGTH "\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "version"},
		{"a header with control characters",
		 {{.bytes = OK "X-A: \x1b[2J\r\n" LENGTH "\r\n" BODY, .end = SCRIPT_CLOSE}},
		 .outcome = "error",
		 .words = "control character"},
		{"an answer before the request",
		 {{.bytes = GOOD, .unasked = true, .end = SCRIPT_CLOSE}},
		 .outcome = "passed"},
	};

	(void)state;
	CHECK_ALL(odds);
}

static void slow_answers(void **state)
{
	static const struct script_answer slow[][MAX_ANSWERS] = {
		{{.bytes = "", .end = SCRIPT_HOLD}},
		{{.bytes = OK JSON, .end = SCRIPT_HOLD}},
		{{.bytes = OK JSON LENGTH "\r\n{\"a", .end = SCRIPT_HOLD}},
	};
	static const char *const where[] = {"before it began", "within its head",
					    "after its head and 3 bytes of its body"};

	(void)state;
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		struct script_server server;
		struct fixture *fixture;
		void *opaque;

		assert_int_equal(fixture_setup(&opaque), 0);
		fixture = opaque;
		start(fixture, &server, slow[i]);
		fixture->options.request_timeout_ms = 200;
		add_two(fixture, "GET", 200);
		verify_well(fixture);
		assert_string_equal(outcome(fixture, 0), "error");
		assert_in(message(fixture, 0), "within 200 ms");
		assert_in(message(fixture, 0), where[i]);
		assert_string_equal(outcome(fixture, 1), "passed");
		script_stop(&server);
		fixture_teardown(&opaque);
	}
}

/* Bytes keep coming, and the time is over all the same. */
static void dripping_answers(void **state)
{
	static const struct script_answer answers[MAX_ANSWERS] = {
		{.bytes = OK JSON "Content-Length: 1000000\r\n\r\n", .end = SCRIPT_KEEP},
		{.bytes = " ",
		 .unasked = true,
		 .repeats = 1000000,
		 .pause_ms = 5,
		 .end = SCRIPT_RESET}};
	struct fixture *fixture = *state;
	struct script_server server;
	int64_t started_ms = tally__time_monotonic_ms();

	start(fixture, &server, answers);
	fixture->options.request_timeout_ms = 200;
	add_two(fixture, "GET", 200);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "within 200 ms");
	assert_string_equal(outcome(fixture, 1), "passed");
	assert_true(tally__time_monotonic_ms() - started_ms < 60000);
	script_stop(&server);
}

static size_t requests_for(const struct script_server *server, const char *line)
{
	size_t count = 0;

	for (const char *at = server->received.bytes; (at = strstr(at, line)) != NULL; at++)
		count++;
	return count;
}

/* A connection that was closed while nobody used it: nothing was asked over it. */
static void kept_connections_may_close(void **state)
{
	static const struct script_answer answers[MAX_ANSWERS] = {
		{.bytes = GOOD, .end = SCRIPT_CLOSE}};
	struct fixture *fixture = *state;
	struct script_server server;

	start(fixture, &server, answers);
	add_two(fixture, "POST", 200);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_int_equal(server.connections, 2);
	assert_int_equal(requests_for(&server, "GET /2 "), 1);
	script_stop(&server);
}

/* Read by the provider, and then the connection is closed without an answer: the request goes out
 * again over a fresh connection, but only because the connection was a kept one. */
static void requests_on_kept_connections_are_repeated(void **state)
{
	static const struct script_answer answers[MAX_ANSWERS] = {
		{.bytes = GOOD, .end = SCRIPT_KEEP}, {.bytes = "", .end = SCRIPT_CLOSE}};
	struct fixture *fixture = *state;
	struct script_server server;

	start(fixture, &server, answers);
	add_two(fixture, "POST", 200);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_int_equal(requests_for(&server, "POST /1 "), 1);
	assert_int_equal(requests_for(&server, "GET /2 "), 2);
	assert_int_equal(server.connections, 2);
	script_stop(&server);
}

/* Once a byte of the answer has come, the request is not sent a second time. */
static void requests_that_were_answered_are_not(void **state)
{
	static const struct script_answer answers[MAX_ANSWERS] = {
		{.bytes = GOOD, .end = SCRIPT_KEEP}, {.bytes = OK JSON, .end = SCRIPT_CLOSE}};
	struct fixture *fixture = *state;
	struct script_server server;

	start(fixture, &server, answers);
	add_two(fixture, "POST", 200);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_string_equal(outcome(fixture, 1), "error");
	assert_int_equal(requests_for(&server, "GET /2 "), 1);
	script_stop(&server);
}

static void one_connection_serves_all(void **state)
{
	static const struct script_answer answers[MAX_ANSWERS] = {
		{.bytes = GOOD, .end = SCRIPT_KEEP}};
	struct fixture *fixture = *state;
	struct script_server server;

	start(fixture, &server, answers);
	add_two(fixture, "POST", 200);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_int_equal(server.connections, 1);
	assert_null(strstr(server.received.bytes, "Accept-Encoding"));
	script_stop(&server);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_that_end_early),
		cmocka_unit_test(bodies_of_other_lengths),
		cmocka_unit_test(chunks),
		cmocka_unit_test(encoded_bodies),
		cmocka_unit_test(answers_without_end),
		cmocka_unit_test(other_answers),
		cmocka_unit_test(slow_answers),
		TEST(dripping_answers),
		TEST(kept_connections_may_close),
		TEST(requests_on_kept_connections_are_repeated),
		TEST(requests_that_were_answered_are_not),
		TEST(one_connection_serves_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
