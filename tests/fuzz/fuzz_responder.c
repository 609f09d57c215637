/* Input: a request as it is sent, "METHOD target\nName: value\n\nbody", against a fixed set of
 * interactions.  Who the index finds is who a comparison with each of them finds; what a mock
 * accepts a stand-in accepts too; what is not accepted can be told as JSON. */
#include "config.h"

#include <string.h>

#include "consumer/problem.h"
#include "consumer/received.h"
#include "consumer/responder.h"
#include "fuzz.h"

static const char interactions[] =
	"{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},"
	"\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}},\"interactions\":["
	"{\"description\":\"plain\",\"request\":{\"path\":\"/a\"},\"response\":{}},"
	"{\"description\":\"again\",\"request\":{\"path\":\"/a\",\"headers\":{\"Accept\":\"a/b, "
	"c/d\",\"X\":\"1\"}},\"response\":{}},"
	"{\"description\":\"encoded\",\"request\":{\"path\":\"/a%20b/%2F\"},\"response\":{}},"
	"{\"description\":\"query\",\"request\":{\"path\":\"/a\",\"query\":{\"q\":[\"1\",\"2\"],"
	"\"e\":[\"\"]}},\"response\":{}},"
	"{\"description\":\"query rule\",\"request\":{\"path\":\"/a\",\"query\":{\"n\":[\"1\"]},"
	"\"matchingRules\":{\"query\":{\"n\":{\"matchers\":[{\"match\":\"regex\",\"regex\":\"[0-9]"
	"+\"}]}}}},\"response\":{}},"
	"{\"description\":\"pattern\",\"request\":{\"path\":\"/o/1\",\"matchingRules\":{\"path\":{"
	"\"matchers\":[{\"match\":\"regex\",\"regex\":\"^/o/[0-9]+$\"}]}}},\"response\":{}},"
	"{\"description\":\"choice\",\"request\":{\"path\":\"/x\",\"matchingRules\":{\"path\":{"
	"\"matchers\":[{\"match\":\"regex\",\"regex\":\"/x|/y.*\"}]}}},\"response\":{}},"
	"{\"description\":\"any of "
	"two\",\"request\":{\"path\":\"/u/v\",\"matchingRules\":{\"path\":{"
	"\"combine\":\"OR\",\"matchers\":[{\"match\":\"regex\",\"regex\":\"/u.\"},{\"match\":"
	"\"include\",\"value\":\"v\"}]}}},\"response\":{}},"
	"{\"description\":\"json\",\"request\":{\"method\":\"POST\",\"path\":\"/"
	"j\",\"body\":{\"n\":1,"
	"\"l\":[{\"s\":\"a\"}]},\"matchingRules\":{\"body\":{\"$.l\":{\"matchers\":[{\"match\":"
	"\"type\",\"min\":1}]},\"$.n\":{\"matchers\":[{\"match\":\"integer\"}]}}}},\"response\":{}}"
	","
	"{\"description\":\"named\",\"request\":{\"method\":\"POST\",\"path\":\"/j\",\"body\":{"
	"\"operation\":\"read\",\"id\":7}},\"response\":{}},"
	"{\"description\":\"named "
	"too\",\"request\":{\"method\":\"POST\",\"path\":\"/"
	"j\",\"body\":{\"operation\":\"read\",\"id\":1.0}"
	",\"matchingRules\":{\"body\":{\"$.operation\":{\"matchers\":[{\"match\":\"type\"}]}}}},"
	"\"response\":{}},"
	"{\"description\":\"xml\",\"request\":{\"method\":\"POST\",\"path\":\"/"
	"x\",\"headers\":{\"Content-"
	"Type\":\"text/xml\"},\"body\":\"<s:e xmlns:s='urn:s' "
	"a='1'><x>1</x><y/><x>2</x></s:e>\"},\"response\":{}},"
	"{\"description\":\"form\",\"request\":{\"method\":\"PUT\",\"path\":\"/f\",\"headers\":{"
	"\"Content-Type\":\"application/x-www-form-urlencoded\"},\"body\":\"a=1&b=2\"},"
	"\"response\":{}},"
	"{\"description\":\"text\",\"request\":{\"method\":\"PATCH\",\"path\":\"/t\",\"headers\":{"
	"\"Content-Type\":\"text/plain\"},\"body\":\"text\"},\"response\":{}},"
	"{\"description\":\"delete\",\"request\":{\"method\":\"DELETE\",\"path\":\"/j\",\"body\":{"
	"\"n\":null}},\"response\":{}}]}";

static struct tally_contract *contract;
static struct responder *responder;

static void prepare(void)
{
	static const struct responder_options options = {.mode = GENERATOR_CONSUMER};

	if (responder)
		return;
	FUZZ_REQUIRE(
		tally_contract_parse(&contract, interactions, sizeof(interactions) - 1, NULL) == 0);
	FUZZ_REQUIRE(tally__responder_new(&responder, &options, NULL) == 0);
	FUZZ_REQUIRE(tally__responder_add(responder, contract, NULL) == 0);
}

/* The text up to a line feed (*rest is after it), as a string. */
static const char *take_line(struct arena *arena, const char **rest, const char *end)
{
	const char *start = *rest;
	const char *feed = memchr(start, '\n', (size_t)(end - start));
	const char *line = tally__arena_memdup(arena, start, (size_t)((feed ? feed : end) - start));

	FUZZ_REQUIRE(line != NULL);
	*rest = feed ? feed + 1 : end;
	return line;
}

static void read_received(struct http_request *out, struct arena *arena, const char *at,
			  const char *end)
{
	const char *first = take_line(arena, &at, end);
	size_t method_len = strcspn(first, " ");
	const char *line;

	*out = (struct http_request){
		.method = tally__arena_memdup(arena, first, method_len),
		.target = first[method_len] ? first + method_len + 1 : "/",
	};
	while (at < end && *(line = take_line(arena, &at, end)) != '\0') {
		size_t name_len = strcspn(line, ":");
		const char *name = tally__arena_memdup(arena, line, name_len);
		const char *value = line[name_len] ? line + name_len + 1 : "";

		/* The server refuses others. */
		(void)tally__http_header_add(&out->headers, arena, name, value, NULL);
	}
	out->body = at;
	out->body_len = (size_t)(end - at);
}

static bool any_matches(const struct request *request)
{
	size_t count;
	struct responder_entry *const *entries = tally__responder_entries(responder, &count);
	bool found = false;

	for (size_t i = 0; i < count && !found; i++)
		if (tally__matches_request(entries[i]->matcher, request, &found, NULL) != 0)
			return false;
	return found;
}

/* Of all that match, none expects more headers, nor as many and came first: who differs in these
 * alone is told apart by points. */
static void check_best(const struct responder_entry *best, const struct request *request)
{
	size_t wanted = best->interaction->request.headers.count;
	size_t count;
	struct responder_entry *const *entries = tally__responder_entries(responder, &count);

	for (size_t i = 0; i < count; i++) {
		size_t headers = entries[i]->interaction->request.headers.count;
		bool matches = false;

		if (tally__matches_request(entries[i]->matcher, request, &matches, NULL) != 0 ||
		    !matches)
			continue;
		FUZZ_REQUIRE(headers < wanted || (headers == wanted && i >= best->number));
	}
}

static void check_told(const struct responder_verdict *verdict, const struct request *request)
{
	cJSON *problem = tally__problem_unmatched(verdict, request);
	cJSON *answer = problem ? tally__problem_answer(verdict, request, problem) : NULL;
	char *text = NULL;

	FUZZ_REQUIRE(answer != NULL);
	FUZZ_REQUIRE(tally_json_write(&text, NULL, answer, TALLY_JSON_COMPACT, NULL) == 0);
	tally_free(text);
	cJSON_Delete(problem);
	cJSON_Delete(answer);
}

static void ask(const struct request *request)
{
	struct responder_question question = {.request = request};
	struct responder_verdict exact, lenient;
	int status = tally__responder_ask(responder, &question, &exact, NULL);
	bool matches = false;

	FUZZ_REQUIRE(status == 0 || status == TALLY_ELIMIT);
	if (status == 0 && exact.outcome == RESPONDER_MATCH) {
		FUZZ_REQUIRE(
			tally__matches_request(exact.entry->matcher, request, &matches, NULL) == 0);
		FUZZ_REQUIRE(matches && exact.mismatches.count == 0);
		check_best(exact.entry, request);
	} else if (status == 0) {
		FUZZ_REQUIRE(exact.entry != NULL && exact.mismatches.count > 0);
		FUZZ_REQUIRE(!any_matches(request));
		check_told(&exact, request);
	}
	question.acceptance = RESPONDER_LENIENT;
	if (tally__responder_ask(responder, &question, &lenient, NULL) == 0 && status == 0 &&
	    exact.outcome == RESPONDER_MATCH)
		FUZZ_REQUIRE(lenient.outcome == RESPONDER_MATCH && lenient.entry == exact.entry);
	tally__responder_verdict_release(&exact);
	tally__responder_verdict_release(&lenient);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request received;
	struct request request;
	struct arena arena;

	prepare();
	tally__arena_init(&arena, 0);
	read_received(&received, &arena, (const char *)data, (const char *)data + size);
	FUZZ_REQUIRE(tally__received_request(&request, &arena, &received) == 0);
	ask(&request);
	tally__arena_release(&arena);
	return 0;
}
