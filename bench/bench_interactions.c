/* How reading a contract and finding the expectation of a request grow with the number of
 * interactions. */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "bench.h"
#include "consumer/responder.h"

#define BODY                                                                                       \
	"{\"id\":1,\"customer\":\"Example\",\"total\":12.50,\"lines\":[{\"sku\":\"A-1\",\"count\"" \
	":2}]}"

struct subject {
	struct buf text;
	struct tally_contract *contract;
	struct responder *responder;
	struct request request; /* for the last interaction */
};

static void make_text(struct buf *out, unsigned count)
{
	tally__buf_adds(out, "{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":"
			     "\"orders\"},\"interactions\":[");
	for (unsigned i = 0; i < count; i++)
		tally__buf_addf(
			out,
			"%s{\"description\":\"order %u\",\"request\":{\"method\":\"POST\",\"path\":"
			"\"/orders/%u\",\"headers\":{\"Content-Type\":\"application/json\"},"
			"\"body\":" BODY ",\"matchingRules\":{\"body\":{\"$.total\":{\"matchers\":"
			"[{\"match\":\"decimal\"}]},\"$.lines\":{\"matchers\":[{\"match\":\"type\","
			"\"min\":1}]}}}},\"response\":{\"status\":200}}",
			i > 0 ? "," : "", i, i);
	tally__buf_adds(out, "],\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}}}");
}

static void run_read(void *context)
{
	const struct subject *subject = context;
	struct tally_contract *contract = NULL;

	if (tally_contract_parse(&contract, subject->text.bytes, subject->text.len, NULL) != 0)
		abort();
	tally_contract_free(contract);
}

static void run_cjson(void *context)
{
	const struct subject *subject = context;
	cJSON *value = cJSON_ParseWithLength(subject->text.bytes, subject->text.len);

	if (value == NULL)
		abort();
	cJSON_Delete(value);
}

static void run_ask(void *context)
{
	const struct subject *subject = context;
	const struct responder_question question = {.request = &subject->request,
						    .acceptance = RESPONDER_EXACT};
	struct responder_verdict verdict;

	if (tally__responder_ask(subject->responder, &question, &verdict, NULL) != 0 ||
	    verdict.outcome != RESPONDER_MATCH)
		abort();
	tally__responder_verdict_release(&verdict);
}

static void measure(unsigned count)
{
	const struct responder_options options = {.mode = GENERATOR_CONSUMER};
	struct subject subject = {0};
	struct bench_case cases[3] = {
		{run_read, &subject, 0, 0}, {run_cjson, &subject, 0, 0}, {run_ask, &subject, 0, 0}};
	const char *type = "application/json";
	struct name_values header = {"Content-Type", &type, 1};
	char path[32];

	tally__buf_init(&subject.text, SIZE_MAX / 2);
	make_text(&subject.text, count);
	if (tally_contract_parse(&subject.contract, subject.text.bytes, subject.text.len, NULL) !=
		    0 ||
	    tally__responder_new(&subject.responder, &options, NULL) != 0 ||
	    tally__responder_add(subject.responder, subject.contract, NULL) != 0)
		abort();
	snprintf(path, sizeof path, "/orders/%u", count - 1);
	subject.request = (struct request){
		.method = "POST",
		.path = path,
		.headers = {&header, 1},
		.body = {.state = BODY_PRESENT, .bytes = BODY, .len = strlen(BODY)}};
	bench_run(cases, 2);
	bench_run(&cases[2], 1);
	printf("%-24u %9.1f %12.3f %12.3f %7.2f %16.4f\n", count, (double)subject.text.len / 1e3,
	       cases[0].median_ns / 1e6, cases[1].median_ns / 1e6,
	       cases[0].median_ns / cases[1].median_ns, cases[2].median_ns / 1e6);
	fflush(stdout);
	tally__responder_free(subject.responder);
	tally_contract_free(subject.contract);
	tally__buf_release(&subject.text);
}

int main(void)
{
	bench_keep_memory();
	printf("%-24s %9s %12s %12s %7s %16s\n", "interactions", "kB", "reading, ms", "cJSON, ms",
	       "ratio", "a request, ms");
	measure(10);
	measure(100);
	measure(1000);
	measure(10000);
	return 0;
}
