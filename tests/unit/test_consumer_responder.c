/* Which interaction a request is for: the index, the scores, what is accepted, what is nearest, and
 * that it costs the same beside thousands. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "consumer/problem.h"
#include "consumer/received.h"
#include "consumer/responder.h"

static struct tally_contract *contracts[4];
static size_t contract_count;
static struct responder *responder;
static struct arena arena;
static struct responder_verdict verdict;

static int set_up(void **state)
{
	static const struct responder_options options = {.mode = GENERATOR_CONSUMER};

	(void)state;
	tally__arena_init(&arena, 0);
	tally__mismatches_init(&verdict.mismatches);
	return tally__responder_new(&responder, &options, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	tally__responder_verdict_release(&verdict);
	tally__responder_free(responder);
	while (contract_count > 0)
		tally_contract_free(contracts[--contract_count]);
	tally__arena_release(&arena);
	return 0;
}

/* Adds the interactions of a list, as this version of the specification has them. */
static int try_add(const char *version, const char *interactions, struct tally_error *error)
{
	struct tally_contract **contract = &contracts[contract_count];
	struct buf text;
	int status;

	tally__buf_init(&text, SIZE_MAX / 2);
	tally__buf_addf(&text,
			"{\"consumer\":{\"name\":\"Shop\"},\"provider\":{\"name\":\"Orders\"},"
			"\"metadata\":{\"pactSpecification\":{\"version\":\"%s\"}},"
			"\"interactions\":[",
			version);
	tally__buf_adds(&text, interactions);
	tally__buf_adds(&text, "]}");
	status = tally_contract_parse(contract, text.bytes, text.len, error);
	tally__buf_release(&text);
	if (status != 0)
		fail_msg("%s: %s", error->where, error->message);
	contract_count++;
	return tally__responder_add(responder, *contract, error);
}

static void add(const char *interactions)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (try_add("3.0.0", interactions, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
}

struct sent {
	const char *method, *target, *header[2], *body;
};

static struct request receive(struct sent sent)
{
	struct http_request received = {
		.method = sent.method,
		.target = sent.target,
		.body = sent.body,
		.body_len = sent.body ? strlen(sent.body) : 0,
	};
	struct request request;

	if (sent.header[0])
		assert_int_equal(tally__http_header_add(&received.headers, &arena, sent.header[0],
							sent.header[1], NULL),
				 0);
	assert_int_equal(tally__received_request(&request, &arena, &received), 0);
	return request;
}

static const char *ask_question(struct responder_question question)
{
	struct tally_error error = TALLY_ERROR_INIT;

	tally__responder_verdict_release(&verdict);
	if (tally__responder_ask(responder, &question, &verdict, &error) != 0)
		fail_msg("%s", error.message);
	return verdict.entry ? verdict.entry->interaction->description : "none";
}

static const char *ask_how(struct sent sent, enum responder_acceptance acceptance)
{
	struct request request = receive(sent);

	return ask_question(
		(struct responder_question){.request = &request, .acceptance = acceptance});
}

static void assert_match(const char *method, const char *target, const char *description)
{
	const struct sent sent = {.method = method, .target = target};

	assert_string_equal(ask_how(sent, RESPONDER_EXACT), description);
	assert_int_equal(verdict.outcome, RESPONDER_MATCH);
	assert_int_equal(verdict.mismatches.count, 0);
}

static void assert_nearest(const char *method, const char *target, const char *description,
			   enum responder_outcome outcome)
{
	const struct sent sent = {.method = method, .target = target};

	assert_string_equal(ask_how(sent, RESPONDER_EXACT), description);
	assert_int_equal(verdict.outcome, outcome);
}

#define GET(description, path)                                                                     \
	"{\"description\":\"" description "\",\"request\":{\"method\":\"GET\",\"path\":\"" path    \
	"\"},\"response\":{\"status\":200}}"
#define PATTERN(description, path, regex)                                                          \
	"{\"description\":\"" description "\",\"request\":{\"method\":\"GET\",\"path\":\"" path    \
	"\",\"matchingRules\":{\"path\":{\"matchers\":[{\"match\":\"regex\",\"regex\":\"" regex    \
	"\"}]}}},\"response\":{\"status\":200}}"
#define WITH(description, method, path, more)                                                      \
	"{\"description\":\"" description "\",\"request\":{\"method\":\"" method                   \
	"\",\"path\":\"" path "\"," more "},\"response\":{\"status\":200}}"

/* ---- the index ---- */

static void finds_by_path_and_method(void **state)
{
	(void)state;
	add(GET("a", "/a") "," GET("b", "/b") "," WITH("delete b", "DELETE", "/b",
						       "\"headers\":{}"));
	assert_match("GET", "/a", "a");
	assert_match("GET", "/b", "b");
	assert_match("delete", "/b", "delete b");
	assert_match("get", "/a", "a");
	assert_nearest("GET", "/a/", "a", RESPONDER_NOT_FOUND);
	assert_nearest("GET", "/A", "a", RESPONDER_NOT_FOUND);
}

static void compares_paths_byte_for_byte(void **state)
{
	(void)state;
	add(GET("encoded", "/a%2Fb%20c") "," GET("plain", "/a/b c") "," GET("lower", "/a%2fb%20c"));
	assert_match("GET", "/a%2Fb%20c", "encoded");
	assert_match("GET", "/a%2fb%20c", "lower");
	assert_match("GET", "/a/b c", "plain");
	assert_nearest("GET", "/a%2Fb c", "encoded", RESPONDER_NOT_FOUND);
}

static void finds_by_expression(void **state)
{
	(void)state;
	add(PATTERN("order", "/orders/1", "^/orders/[0-9]+$") "," PATTERN(
		"item", "/orders/1/items",
		"\\\\/orders\\\\/\\\\d+/items") "," GET("new", "/orders/"
							       "new") "," PATTERN("any", "/x",
										  "/(x|y).*"));
	assert_match("GET", "/orders/77", "order");
	assert_match("GET", "/orders/77/items", "item");
	assert_match("GET", "/orders/new", "new");
	assert_match("GET", "/yes", "any");
	assert_nearest("GET", "/orders/x7", "order", RESPONDER_NOT_FOUND);
	assert_nearest("PUT", "/orders/77", "order", RESPONDER_NOT_FOUND);
}

static void takes_the_first_of_equals(void **state)
{
	(void)state;
	add(PATTERN("pattern", "/a", "/[a-z]"));
	add(GET("a", "/a") "," GET("again", "/a"));
	assert_match("GET", "/a", "pattern");
	assert_ptr_equal(verdict.entry->contract, contracts[0]);
	assert_match("GET", "/b", "pattern");
}

static void knows_where_entries_are_from(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct responder_entry *const *entries;
	size_t count;

	(void)state;
	assert_int_equal(try_add("4.0",
				 "{\"type\":\"Asynchronous/Messages\",\"description\":\"m\"},"
				 "{\"type\":\"Synchronous/HTTP\",\"description\":\"h\","
				 "\"request\":{},\"response\":{}}",
				 &error),
			 0);
	entries = tally__responder_entries(responder, &count);
	assert_int_equal(count, 1);
	assert_int_equal(entries[0]->index, 1);
	add(GET("a", "/a"));
	add(GET("b", "/b") "," GET("c", "/c"));
	entries = tally__responder_entries(responder, &count);
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(entries[i]->number, i);
	assert_match("GET", "/c", "c");
	assert_ptr_equal(verdict.entry->contract, contracts[2]);
	assert_int_equal(verdict.entry->index, 1);
	assert_int_equal(verdict.entry->number, 3);
}

static void a_failed_addition_changes_nothing(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	size_t count;

	(void)state;
	add(GET("a", "/a"));
	assert_int_equal(try_add("3.0.0",
				 GET("b", "/b") "," PATTERN("c", "/c", "(") "," GET("d", "/d"),
				 &error),
			 TALLY_EPARSE);
	assert_string_equal(error.where, "/interactions/1/request");
	tally__responder_entries(responder, &count);
	assert_int_equal(count, 1);
	add(GET("e", "/e"));
	assert_match("GET", "/e", "e");
	assert_nearest("GET", "/b", "a", RESPONDER_NOT_FOUND);
}

/* ---- the best ---- */

static void prefers_who_expects_more(void **state)
{
	const struct sent with = {
		.method = "GET", .target = "/a", .header = {"Authorization", "secret"}};
	const struct sent without = {.method = "GET", .target = "/a"};

	(void)state;
	add(GET("anyone", "/a") "," WITH("someone", "GET", "/a",
					 "\"headers\":{\"Authorization\":\"secret\"}"));
	for (enum responder_acceptance how = RESPONDER_EXACT; how <= RESPONDER_LENIENT; how++) {
		assert_string_equal(ask_how(with, how), "someone");
		assert_string_equal(ask_how(without, how), "anyone");
		assert_int_equal(verdict.outcome, RESPONDER_MATCH);
	}
}

static void tells_queries_apart(void **state)
{
	(void)state;
	add(WITH("one", "GET", "/s", "\"query\":{\"q\":[\"1\"],\"p\":[\"a\",\"b\"]}") "," WITH(
		"two", "GET", "/s",
		"\"query\":{\"q\":[\"2\"],\"p\":[\"a\",\"b\"]}") "," WITH("bare", "GET", "/s",
									  "\"query\":{\"flag\":["
									  "\"\"]}") "," WITH("rule",
											     "GET",
											     "/s",
											     "\"que"
											     "ry\":"
											     "{\"n"
											     "\":["
											     "\"1\""
											     "]},"
											     "\"mat"
											     "ching"
											     "Rules"
											     "\":{"
											     "\"que"
											     "ry\":"
											     "{\"n"
											     "\":{"
											     "\"mat"
											     "chers"
											     "\":["
											     "{\"ma"
											     "tch\""
											     ":\"re"
											     "gex\""
											     ",\"re"
											     "gex\""
											     ":\"\\"
											     "\\d+"
											     "\"}]}"
											     "}}") "," GET("none",
													   "/s"));
	assert_match("GET", "/s?q=1&p=a&p=b", "one");
	assert_match("GET", "/s?p=a&p=b&q=2", "two");
	assert_match("GET", "/s?p=a&q=%32&p=b", "two");
	assert_match("GET", "/s?flag", "bare");
	assert_match("GET", "/s?flag=", "bare");
	assert_match("GET", "/s?n=77", "rule");
	assert_match("GET", "/s?", "none");
	assert_nearest("GET", "/s?p=b&p=a&q=2", "two", RESPONDER_MISMATCH);
	assert_nearest("GET", "/s?n=x", "rule", RESPONDER_MISMATCH);
}

/* ---- what a stand-in accepts ---- */

#define ORDER                                                                                      \
	WITH("order", "POST", "/o",                                                                \
	     "\"headers\":{\"Content-Type\":\"application/json\",\"X\":\"1\"},\"body\":{\"n\":1}")

static void answers_though_headers_differ(void **state)
{
	(void)state;
	add(ORDER);
	assert_string_equal(
		ask_how((struct sent){"POST", "/o", {"Content-Type", "text/plain"}, "n"},
			RESPONDER_LENIENT),
		"order");
	assert_int_equal(verdict.outcome, RESPONDER_MATCH);
	assert_true(verdict.mismatches.count > 0);
	ask_how((struct sent){"POST", "/o", {0}, NULL}, RESPONDER_LENIENT);
	assert_int_equal(verdict.outcome, RESPONDER_MATCH);
	ask_how((struct sent){"POST", "/o", {"Content-Type", "application/json"}, "{\"n\":2}"},
		RESPONDER_LENIENT);
	assert_int_equal(verdict.outcome, RESPONDER_MISMATCH);
	ask_how((struct sent){"POST", "/o?x=1", {0}, NULL}, RESPONDER_LENIENT);
	assert_int_equal(verdict.outcome, RESPONDER_MISMATCH);
	ask_how((struct sent){"PUT", "/o", {0}, NULL}, RESPONDER_LENIENT);
	assert_int_equal(verdict.outcome, RESPONDER_NOT_FOUND);
	ask_how((struct sent){"POST", "/o", {0}, NULL}, RESPONDER_EXACT);
	assert_int_equal(verdict.outcome, RESPONDER_MISMATCH);
}

static void other_methods_send_no_content(void **state)
{
	(void)state;
	add(WITH("delete", "DELETE", "/o", "\"body\":{\"n\":1}"));
	ask_how((struct sent){"DELETE", "/o", {"Content-Type", "application/json"}, "{\"n\":2}"},
		RESPONDER_LENIENT);
	assert_int_equal(verdict.outcome, RESPONDER_MATCH);
}

static void fewest_differences_win(void **state)
{
	(void)state;
	add(WITH("three", "GET", "/a", "\"headers\":{\"A\":\"1\",\"B\":\"1\",\"C\":\"1\"}") "," WITH(
		"one", "GET", "/a",
		"\"headers\":{\"A\":\"1\"}") "," WITH("also one", "GET", "/a",
						      "\"headers\":{\"B\":\"1\"}"));
	assert_string_equal(ask_how((struct sent){"GET", "/a", {0}, NULL}, RESPONDER_LENIENT),
			    "one");
	assert_string_equal(
		ask_how((struct sent){"GET", "/a", {"B", "1"}, NULL}, RESPONDER_LENIENT),
		"also one");
	assert_int_equal(verdict.mismatches.count, 0);
}

static bool has_state(void *context, const struct responder_entry *entry)
{
	const char *const *wanted = context;

	for (size_t i = 0; i < entry->interaction->state_count; i++)
		if (strcmp(entry->interaction->states[i].name, *wanted) == 0)
			return true;
	return false;
}

#define STATE(description, state)                                                                  \
	"{\"description\":\"" description "\",\"providerStates\":[{\"name\":\"" state              \
	"\"}],\"request\":{\"method\":\"GET\",\"path\":\"/a\"},\"response\":{\"status\":200}}"

static void filters_by_provider_state(void **state)
{
	struct request request = receive((struct sent){.method = "GET", .target = "/a"});
	const char *wanted = NULL;
	struct responder_question question = {
		.request = &request, .admits = has_state, .context = &wanted};

	(void)state;
	add(STATE("open", "it is open") "," STATE("closed", "it is closed"));
	for (int how = RESPONDER_EXACT; how <= RESPONDER_LENIENT; how++) {
		question.acceptance = (enum responder_acceptance)how;
		wanted = "it is open";
		assert_string_equal(ask_question(question), "open");
		wanted = "it is closed";
		assert_string_equal(ask_question(question), "closed");
		assert_int_equal(verdict.outcome, RESPONDER_MATCH);
		wanted = "it is gone";
		assert_string_equal(ask_question(question), "none");
		assert_int_equal(verdict.outcome, RESPONDER_NOT_FOUND);
	}
}

/* ---- the nearest ---- */

static void names_the_obvious(void **state)
{
	(void)state;
	add(WITH("health", "GET", "/health", "\"headers\":{\"Accept\":\"x\"}") "," GET(
		"users",
		"/u"
		"se"
		"r"
		"s") "," GET("orders",
			     "/orders/17/items") "," WITH("search", "GET", "/search",
							  "\"query\":{"
							  "\"q\":["
							  "\"cats\"]}") "," WITH("search dogs",
										 "GET", "/search",
										 "\"query\":{"
										 "\"q\":["
										 "\"dogs\"]"
										 "}") "," WITH("cre"
											       "at"
											       "e",
											       "POS"
											       "T",
											       "/us"
											       "er"
											       "s",
											       "\"h"
											       "ead"
											       "ers"
											       "\":"
											       "{"
											       "\"A"
											       "\":"
											       "\"1"
											       "\","
											       "\"B"
											       "\":"
											       "\"1"
											       "\","
											       "\"C"
											       "\":"
											       "\"1"
											       "\","
											       "\"D"
											       "\":"
											       "\"1"
											       "\""
											       "}"));
	assert_nearest("PUT", "/orders/17/items", "orders", RESPONDER_NOT_FOUND);
	assert_nearest("GET", "/orders/17/item", "orders", RESPONDER_NOT_FOUND);
	assert_nearest("GET", "/order/17/items", "orders", RESPONDER_NOT_FOUND);
	assert_nearest("GET", "/orders/18/items", "orders", RESPONDER_NOT_FOUND);
	assert_nearest("GET", "/user", "users", RESPONDER_NOT_FOUND);
	assert_nearest("GET", "/search?q=dog", "search dogs", RESPONDER_MISMATCH);
	assert_nearest("GET", "/search?q=cat", "search", RESPONDER_MISMATCH);
	/* Though the header is what another path expects. */
	assert_string_equal(ask_how((struct sent){"GET", "/orders/17/item", {"Accept", "x"}, NULL},
				    RESPONDER_EXACT),
			    "orders");
	/* Though so many headers are missing: path and method say what was meant. */
	assert_nearest("POST", "/users", "create", RESPONDER_MISMATCH);
}

/* ---- growth ---- */

/* So many interactions, made by `write`, the last number first. */
static void add_many(size_t count, void (*write)(struct buf *, size_t))
{
	struct buf text;

	tally__buf_init(&text, SIZE_MAX / 2);
	for (size_t i = 0; i < count; i++) {
		tally__buf_adds(&text, i > 0 ? "," : "");
		write(&text, count - 1 - i);
	}
	add(text.bytes);
	tally__buf_release(&text);
}

static void write_literal(struct buf *out, size_t i)
{
	tally__buf_addf(out, GET("%zu", "/orders/%zu"), i, i);
}

static void write_pattern(struct buf *out, size_t i)
{
	tally__buf_addf(out, PATTERN("%zu", "/orders/%zu/1", "/orders/%zu/[0-9]+"), i, i, i);
}

static void write_query(struct buf *out, size_t i)
{
	tally__buf_addf(out, WITH("%zu", "GET", "/s", "\"query\":{\"q\":[\"%zu\"]}"), i, i);
}

static size_t allocations_of_sent(struct sent sent, const char *expected,
				  enum responder_outcome outcome)
{
	struct request request = receive(sent);

	tally__mem_fail_after(-1);
	assert_string_equal(ask_question((struct responder_question){.request = &request}),
			    expected);
	assert_int_equal(verdict.outcome, outcome);
	return tally__mem_fail_after(-1);
}

static size_t allocations_of(const char *target, const char *expected,
			     enum responder_outcome outcome)
{
	return allocations_of_sent((struct sent){.method = "GET", .target = target}, expected,
				   outcome);
}

/* Comparing allocates, and looking up does not: as many allocations are as many comparisons. */
static void costs_the_same_beside_thousands(void **state)
{
	static const struct {
		void (*write)(struct buf *, size_t);
		const char *found, *missed;
		enum responder_outcome outcome;
	} kinds[] = {
		{write_literal, "/orders/7", "/orders/7?x=1", RESPONDER_MISMATCH},
		{write_pattern, "/orders/7/123", "/orders/7/123?x=1", RESPONDER_MISMATCH},
		{write_query, "/s?q=7", NULL, RESPONDER_MISMATCH},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t found[2] = {0}, missed[2] = {0};

		for (size_t many = 0; many < 2; many++) {
			add_many(many ? 5000 : 8, kinds[i].write);
			found[many] = allocations_of(kinds[i].found, "7", RESPONDER_MATCH);
			if (kinds[i].missed)
				missed[many] =
					allocations_of(kinds[i].missed, "7", kinds[i].outcome);
			tear_down(state);
			set_up(state);
		}
		assert_int_equal(found[1], found[0]);
		assert_int_equal(missed[1], missed[0]);
	}
}

/* ---- bodies that tell interactions of one path apart ---- */

#define CALL(body, rules)                                                                          \
	WITH("%zu", "POST", "/rpc",                                                                \
	     "\"headers\":{\"Content-Type\":\"application/json\"},\"body\":" body rules)
#define MATCHING(path)                                                                             \
	",\"matchingRules\":{\"body\":{\"" path "\":{\"matchers\":[{\"match\":\"type\"}]}}}"
#define RPC "{\"method\":\"get\",\"params\":{\"at\":%zu},\"id\":1}"

static void write_rpc(struct buf *out, size_t i)
{
	tally__buf_addf(out, CALL(RPC, ""), i, i);
}

static void write_rpc_with_rule(struct buf *out, size_t i)
{
	tally__buf_addf(out, CALL(RPC, MATCHING("$.id")), i, i);
}

/* Rules as they differ from one to the next. */
static void write_rpc_with_rules(struct buf *out, size_t i)
{
	if (i % 2)
		tally__buf_addf(out, CALL(RPC, MATCHING("$.id")), i, i);
	else
		tally__buf_addf(out, CALL(RPC, ""), i, i);
}

static void write_soap(struct buf *out, size_t i)
{
	tally__buf_addf(out,
			WITH("%zu", "POST", "/rpc",
			     "\"headers\":{\"Content-Type\":\"text/xml\"},\"body\":\"<s:e "
			     "xmlns:s='urn:s'><g a='1'><n>%zu</n></g></s:e>\""),
			i, i);
}

static void bodies_cost_the_same_beside_thousands(void **state)
{
	static const char rpc[] = "{\"id\":1, \"params\":{\"at\":7}, \"method\":\"get\"}";
	static const struct {
		void (*write)(struct buf *, size_t);
		const char *type, *body;
	} kinds[] = {
		{write_rpc, "application/json", rpc},
		{write_rpc_with_rule, "application/json", rpc},
		{write_rpc_with_rules, "application/json", rpc},
		{write_soap, "text/xml", "<x:e xmlns:x='urn:s'><g a='1'><n>7</n></g></x:e>"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct sent sent = {
			"POST", "/rpc", {"Content-Type", kinds[i].type}, kinds[i].body};
		size_t counts[2];

		for (size_t many = 0; many < 2; many++) {
			add_many(many ? 2000 : 8, kinds[i].write);
			counts[many] = allocations_of_sent(sent, "7", RESPONDER_MATCH);
			tear_down(state);
			set_up(state);
		}
		assert_int_equal(counts[1], counts[0]);
	}
}

static const char *ask_body(const char *type, const char *body)
{
	const char *found =
		ask_how((struct sent){"POST", "/b", {"Content-Type", type}, body}, RESPONDER_EXACT);

	return verdict.outcome == RESPONDER_MATCH ? found : "none";
}

#define BODY(description, type, body)                                                              \
	WITH(description, "POST", "/b",                                                            \
	     "\"headers\":{\"Content-Type\":\"" type "\"},\"body\":" body)

/* What comparing takes for equal is found, however it is written. */
static void equal_json_is_found(void **state)
{
	static const char json[] = "application/json";

	(void)state;
	add(BODY("object", "application/json", "{\"a\":[1,1.50,-0,1e2,12345678901234567890],\"b\":{\"c\":null,\"d\":true}}") "," BODY("list", "application/json", "[1,{},[],\"\"]") "," BODY(
		"nested", "application/json",
		"[[1],2]") "," BODY("empty", "application/json",
				    "{}") "," BODY("judged", "application/json",
						   "{\"id\":1,\"of\":{\"x\":2}}" MATCHING(
							   "$.id")) "," BODY("within",
									     "application/json",
									     "{\"in\":{\"id\":1,"
									     "\"y\":2},\"k\":[]"
									     "}" MATCHING(
										     "$.in.id")) "," BODY("anywhere",
													  "application/json",
													  "{\"any\":{\"id\":1},\"z\":3}" MATCHING(
														  "$.*.id")) "," BODY("first",
																      "application/json",
																      "[{\"q\":4},5]" MATCHING(
																	      "$[0].q")));
	assert_string_equal(ask_body(json, "{\"b\":{\"d\":true,\"c\":null},\"a\":[1,1.5,0,100.0,"
					   "12345678901234567890]}"),
			    "object");
	assert_string_equal(ask_body(json, "{\"b\":{\"d\":true,\"c\":null},\"a\":[1,1.5,0,100.0,"
					   "12345678901234567891]}"),
			    "none");
	assert_string_equal(ask_body(json, "{\"b\":{\"d\":false,\"c\":null},\"a\":[1,1.5,0,100.0,"
					   "12345678901234567890]}"),
			    "none");
	assert_string_equal(ask_body(json, " [ 1 , { } , [ ] , \"\" ] "), "list");
	assert_string_equal(ask_body(json, "[2,[1]]"), "none");
	assert_string_equal(ask_body(json, "[[1],2]"), "nested");
	assert_string_equal(ask_body(json, "{}"), "empty");
	assert_string_equal(ask_body(json, "[]"), "none");
	assert_string_equal(ask_body(json, "{\"of\":{\"x\":2},\"id\":99}"), "judged");
	assert_string_equal(ask_body(json, "{\"of\":{\"x\":3},\"id\":99}"), "none");
	assert_string_equal(ask_body(json, "{\"k\":[],\"in\":{\"id\":9,\"y\":2}}"), "within");
	assert_string_equal(ask_body(json, "{\"k\":[],\"in\":{\"id\":9,\"y\":3}}"), "none");
	assert_string_equal(ask_body(json, "{\"any\":{\"id\":9},\"z\":3}"), "anywhere");
	assert_string_equal(ask_body(json, "[{\"q\":9},5]"), "first");
}

static void equal_xml_is_found(void **state)
{
	static const char xml[] = "text/xml";

	(void)state;
	add(BODY("xml", "text/xml", "\"<s:e xmlns:s='urn:s' b='2' a='1'><x>1</x><y>2</y><x>3</x>text</s:e>\"") "," BODY(
		"other", "text/xml",
		"\"<s:e xmlns:s='urn:s' b='2' a='1'><x>3</x><y>2</y><x>1</x>text</s:e>\""));
	assert_string_equal(ask_body(xml, "<?xml version='1.0'?><t:e xmlns:t='urn:s' a='1' b='2'>"
					  "<!-- c --><y> 2 </y> <x>1</x><x><![CDATA[3]]></x>"
					  "te<?p?>xt</t:e>"),
			    "xml");
	assert_string_equal(ask_body(xml, "<e xmlns='urn:s' a='1' b='2'><x xmlns=''>3</x><y "
					  "xmlns=''>2</y><x xmlns=''>1</x>text</e>"),
			    "other");
	assert_string_equal(ask_body(xml, "<s:e xmlns:s='urn:s' b='2' a='1'><x>1</x><y>2</y>"
					  "<x>3</x><z/>text</s:e>"),
			    "none");
	assert_string_equal(ask_body(xml, "<s:e"), "none");
}

/* However many there are, the nearest is found by few comparisons. */
static void the_nearest_costs_little_among_thousands(void **state)
{
	size_t few, many;

	add_many(200, write_literal);
	few = allocations_of("/order/77", "77", RESPONDER_NOT_FOUND);
	tear_down(state);
	set_up(state);
	add_many(20000, write_literal);
	many = allocations_of("/order/77", "77", RESPONDER_NOT_FOUND);
	assert_true(many < 2 * few);
	assert_nearest("GET", "/Orders/1234", "1234", RESPONDER_NOT_FOUND);
	assert_nearest("GET", "/orders/x19999", "19999", RESPONDER_NOT_FOUND);
	assert_nearest("POST", "/orders/12345", "12345", RESPONDER_NOT_FOUND);
}

/* ---- short of memory ---- */

static void survives_short_memory(void **state)
{
	struct request request = receive((struct sent){
		"POST", "/o?x=1", {"Content-Type", "application/json"}, "{\"n\":[1,2]}"});
	struct responder_question question = {.request = &request};
	struct tally_error error = TALLY_ERROR_INIT;
	int status = TALLY_ENOMEM;

	add(ORDER);
	for (long n = 0; status == TALLY_ENOMEM; n++) {
		tally__responder_free(responder);
		responder = NULL;
		tally__mem_fail_after(n);
		status = tally__responder_new(&responder, &(struct responder_options){0}, NULL);
		if (status == 0)
			status = tally__responder_add(responder, contracts[0], &error);
		tally__mem_fail_after(-1);
		assert_true(status == 0 || status == TALLY_ENOMEM);
	}
	status = TALLY_ENOMEM;
	for (long n = 0; status == TALLY_ENOMEM; n++) {
		tally__responder_verdict_release(&verdict);
		question.acceptance = n % 2 ? RESPONDER_EXACT : RESPONDER_LENIENT;
		tally__mem_fail_after(n);
		status = tally__responder_ask(responder, &question, &verdict, NULL);
		tally__mem_fail_after(-1);
		assert_true(status == 0 || status == TALLY_ENOMEM);
	}
	assert_int_equal(verdict.outcome, RESPONDER_MISMATCH);
	(void)state;
}

/* What is told of a request is whole, or it is not there. */
static void tells_all_or_nothing(void **state)
{
	const struct sent sent = {"POST", "/o?x=1", {"Content-Type", "application/json"}, "{}"};
	struct request request = receive(sent);
	cJSON *problem = NULL;
	cJSON *answer = NULL;
	long n = 0;

	(void)state;
	add(STATE("other", "it is there") "," ORDER);
	assert_string_equal(ask_how(sent, RESPONDER_EXACT), "order");
	for (; !answer; n++) {
		tally__mem_fail_after(n);
		problem = tally__problem_unmatched(&verdict, &request);
		if (problem)
			answer = tally__problem_answer(&verdict, &request, problem);
		tally__mem_fail_after(-1);
		if (!answer)
			cJSON_Delete(problem);
	}
	assert_true(n > 20);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(answer, "differences")),
			 (int)verdict.mismatches.count);
	cJSON_Delete(problem);
	cJSON_Delete(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_by_path_and_method, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compares_paths_byte_for_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_by_expression, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_the_first_of_equals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_where_entries_are_from, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_failed_addition_changes_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(prefers_who_expects_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_queries_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(answers_though_headers_differ, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_methods_send_no_content, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fewest_differences_win, set_up, tear_down),
		cmocka_unit_test_setup_teardown(filters_by_provider_state, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_the_obvious, set_up, tear_down),
		cmocka_unit_test_setup_teardown(costs_the_same_beside_thousands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bodies_cost_the_same_beside_thousands, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(equal_json_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(equal_xml_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_nearest_costs_little_among_thousands, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(survives_short_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_all_or_nothing, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
