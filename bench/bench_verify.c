/* A verification beside a bare loop over libcurl that sends the same requests to the same server,
 * and how much memory each interaction takes that passed. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bare_curl.h"
#include "bare_start.h"
#include "base/buf.h"
#include "bench.h"
#include "tally/verify.h"

#define ROUNDS 5

static struct child server;
static char url[64];

static void stop_server(void)
{
	child_stop(&server);
}

static void fail(const char *what)
{
	fprintf(stderr, "bench_verify: %s\n", what);
	exit(1);
}

/* What the heap holds while a run goes: after its first tenth, and at its end. */
struct heap {
	size_t early_bytes, late_bytes;
};

static size_t heap_bytes(void)
{
#ifdef __GLIBC__
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

static void look_at_heap(void *context, size_t done, size_t total, size_t failed)
{
	struct heap *heap = context;

	if (failed > 0)
		fail("an interaction failed");
	if (done == total / 10)
		heap->early_bytes = heap_bytes();
	if (done == total)
		heap->late_bytes = heap_bytes();
}

static struct tally_contract *make_contract(size_t count)
{
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf text;

	tally__buf_init(&text, 1 << 26);
	tally__buf_adds(&text,
			"{\"consumer\":{\"name\":\"web\"},\"provider\":{\"name\":\"orders\"},"
			"\"interactions\":[");
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(&text,
				"%s{\"description\":\"order %zu\",\"request\":{\"path\":\"/0\"},"
				"\"response\":{\"status\":200,\"body\":{\"id\":%zu,\"name\":\"x\"},"
				"\"matchingRules\":{\"body\":{\"$.id\":{\"matchers\":[{\"match\":"
				"\"integer\"}]}}}}}",
				i > 0 ? "," : "", i, i);
	tally__buf_adds(&text, "],\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}}}");
	if (text.status != 0 || tally_contract_parse(&contract, text.bytes, text.len, &error) != 0)
		fail(error.message);
	tally__buf_release(&text);
	return contract;
}

static void verify(const struct tally_contract *contract, unsigned jobs, struct heap *heap)
{
	const struct tally_verify_contract of = {.contract = contract};
	const struct tally_verify_options options = {.provider_url = url,
						     .jobs = jobs,
						     .progress = heap != NULL ? look_at_heap : NULL,
						     .progress_context = heap};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *results = NULL;

	if (tally_verify(&of, 1, &options, &results, &error) != 0)
		fail(error.message);
	if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(results, "success")))
		fail("not all passed");
	cJSON_Delete(results);
}

static void measure(size_t count, unsigned jobs)
{
	struct tally_contract *contract = make_contract(count);
	char **urls = calloc(count, sizeof(*urls));
	char path[80], what[64];
	double ours[ROUNDS], bare[ROUNDS];
	double ours_ns, bare_ns;

	if (urls == NULL)
		fail("out of memory");
	(void)snprintf(path, sizeof(path), "%s/0", url);
	for (size_t i = 0; i < count; i++)
		urls[i] = path;
	for (size_t i = 0; i < ROUNDS; i++) {
		double start = bench_now_ns();

		if (bare_curl_ask(urls, count, jobs) != count)
			fail("the bare loop did not get all answers");
		bare[i] = bench_now_ns() - start;
		start = bench_now_ns();
		verify(contract, jobs, NULL);
		ours[i] = bench_now_ns() - start;
	}
	ours_ns = bench_median(ours, ROUNDS);
	bare_ns = bench_median(bare, ROUNDS);
	(void)snprintf(what, sizeof(what), "verify: %zu interactions, %u at once", count, jobs);
	bench_row(what, ours_ns / 1e6, "ms", "bare libcurl", bare_ns / 1e6, ours_ns / bare_ns);
	free(urls);
	tally_contract_free(contract);
}

static void measure_memory(size_t count)
{
	struct tally_contract *contract = make_contract(count);
	struct heap heap = {0};
	size_t done = count - count / 10;
	char what[64];

	verify(contract, 4, &heap);
	(void)snprintf(what, sizeof(what), "verify: memory, %zu interactions", count);
	bench_row(what, ((double)heap.late_bytes - (double)heap.early_bytes) / (double)done,
		  "bytes kept of each that passed, until there are results", NULL, 0, 0);
	tally_contract_free(contract);
}

int main(void)
{
	static const char body[] = "{\"id\":1,\"name\":\"x\"}";

	if (atexit(stop_server) != 0)
		return 1;
	bare_server_start(&server, body, sizeof(body) - 1);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
	measure(1, 1);
	measure(100, 1);
	measure(1000, 1);
	measure(10000, 1);
	measure(1000, 8);
	measure_memory(10000);
	return 0;
}
