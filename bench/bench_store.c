/* Publications into a store: a contract of 4 kB, its version, the head of its branch and the marker
 * of who depends on whom; one commit each, flushed.  Arguments: how many (2000), and a folder to
 * make the repository in ($TMPDIR). */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bench.h"
#include "git/store.h"

#define APPS  20
#define SLICE 500

struct publication {
	uint64_t number;
	uint64_t random;
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void add_interaction(struct buf *out, uint64_t number, uint64_t *random)
{
	uint64_t id = next_random(random) % 1000;

	tally__buf_addf(
		out,
		"{\"description\":\"a request for order %" PRIu64 " of kind %" PRIu64 "\","
		"\"request\":{\"method\":\"GET\",\"path\":\"/orders/%" PRIu64 "\","
		"\"headers\":{\"Accept\":\"application/json\"}},\"response\":{\"status\":200,"
		"\"headers\":{\"Content-Type\":\"application/json\"},\"body\":{\"id\":%" PRIu64
		",\"state\":\"shipped\",\"total\":\"%" PRIu64 ".00\",\"lines\":[{\"article\":"
		"\"A-%" PRIu64 "\",\"count\":%" PRIu64 "}]}}}",
		number, id, id, id, id * 7, id * 31, id % 9 + 1);
}

/* A version changes a few of ten interactions of its application's contract. */
static void add_contract(struct buf *out, const struct publication *publication)
{
	tally__buf_addf(out,
			"{\"consumer\":{\"name\":\"app%" PRIu64 "\"},"
			"\"provider\":{\"name\":\"orders\"},\"interactions\":[",
			publication->number % APPS);
	for (uint64_t i = 0; i < 10; i++) {
		uint64_t random = (publication->number % APPS * 10 + i + 1) * 2654435761u;

		if (i < 2)
			random ^= publication->random;
		tally__buf_adds(out, i > 0 ? "," : "");
		add_interaction(out, i, &random);
	}
	tally__buf_adds(out, "],\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}}}\n");
}

static int put(struct edits *edits, const char *path, const struct buf *bytes,
	       struct tally_error *error)
{
	return tally__edits_put(edits, path, bytes->bytes, bytes->len, error);
}

static int publish(void *context, const struct snapshot *snapshot, struct edits *edits,
		   struct tally_error *error)
{
	const struct publication *publication = context;
	unsigned app = (unsigned)(publication->number % APPS);
	uint64_t version = publication->random;
	struct buf bytes;
	char path[256];
	int status;

	(void)snapshot;
	tally__buf_init(&bytes, 65536);
	add_contract(&bytes, publication);
	snprintf(path, sizeof path,
		 "apps/app%u/versions/%" PRIx64 "/%016" PRIx64 "/contracts/orders.json", app,
		 version % 16, version);
	status = put(edits, path, &bytes, error);
	tally__buf_clear(&bytes);
	tally__buf_addf(&bytes,
			"{\"version\":\"%016" PRIx64 "\",\"created\":\"2021-09-01T00:07:21Z\","
			"\"sequence\":%" PRIu64 ",\"branches\":[\"main\"]}\n",
			version, publication->number);
	snprintf(path, sizeof path, "apps/app%u/versions/%" PRIx64 "/%016" PRIx64 "/version.json",
		 app, version % 16, version);
	if (status == 0)
		status = put(edits, path, &bytes, error);
	snprintf(path, sizeof path, "apps/app%u/branches/main.json", app);
	if (status == 0)
		status = put(edits, path, &bytes, error);
	snprintf(path, sizeof path, "apps/orders/consumers/app%u.json", app);
	if (status == 0)
		status = put(edits, path, &bytes, error);
	if (status == 0)
		status = tally__edits_describe(edits, "Publish a contract with orders", error);
	tally__buf_release(&bytes);
	return status;
}

static void fail(const struct tally_error *error)
{
	char text[2048];

	tally_error_format(error, text, sizeof text);
	fprintf(stderr, "bench_store: %s\n", text);
	exit(EXIT_FAILURE);
}

static double processor_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

/* Time on the processor tells on a busy machine, too. */
static void show(const char *what, double *samples, const double *processor, size_t count)
{
	double total = 0;
	double busy = 0;
	double median, slowest;

	for (size_t i = 0; i < count; i++) {
		total += samples[i];
		busy += processor[i];
	}
	median = bench_median(samples, count);
	slowest = samples[count - 1];
	printf("  %-12s %8.2f ms each (%.2f on the processor), median %.2f, slowest %.0f, "
	       "%.0f commits/s\n",
	       what, total / (double)count / 1e6, busy / (double)count / 1e6, median / 1e6,
	       slowest / 1e6, 1e9 * (double)count / total);
}

static double kilobytes(const char *path)
{
	char command[512];
	double result = 0;
	char line[64];
	FILE *pipe;

	snprintf(command, sizeof command, "du -sk '%s'", path);
	pipe = popen(command, "r");
	if (pipe && fgets(line, sizeof line, pipe))
		result = strtod(line, NULL);
	if (pipe)
		pclose(pipe);
	return result;
}

static void measure(const char *repo, double *samples, double *processor, size_t count)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct publication publication = {0, UINT64_C(88172645463325252)};
	struct store_author author = {NULL, NULL, 1630454841};
	struct store *store;

	if (tally__store_init(repo, &error) != 0 || tally__store_open(&store, repo, &error) != 0)
		fail(&error);
	for (size_t i = 0; i < count; i++) {
		double start = bench_now_ns();
		double busy = processor_ns();

		publication.number = i;
		next_random(&publication.random);
		author.now_unix++;
		if (tally__store_commit(store, publish, &publication, &author, NULL, &error) != 0)
			fail(&error);
		samples[i] = bench_now_ns() - start;
		processor[i] = processor_ns() - busy;
	}
	tally__store_close(store);
}

int main(int argc, char **argv)
{
	const char *base = argc > 2 ? argv[2] : getenv("TMPDIR");
	uint64_t count = 2000;
	double *samples, *processor;
	char folder[256];
	char repo[300];
	char command[320];
	size_t slice;

	if (argc > 1 && (!tally__text_to_u64(argv[1], &count) || count < 2 || count > 1000000))
		count = 2000;
	snprintf(folder, sizeof folder, "%s/tally-bench-XXXXXX", base ? base : "/tmp");
	samples = calloc(count, sizeof *samples);
	processor = calloc(count, sizeof *processor);
	if (!samples || !processor || !mkdtemp(folder)) {
		perror("bench_store");
		return EXIT_FAILURE;
	}
	snprintf(repo, sizeof repo, "%s/repo", folder);
	printf("store: %" PRIu64 " publications, one commit each\n", count);
	measure(repo, samples, processor, count);
	slice = count / 2 < SLICE ? count / 2 : SLICE;
	show("the first", samples, processor, slice);
	show("the last", samples + count - slice, processor + count - slice, slice);
	printf("  %-12s %8.2f kB a commit\n", "disk", kilobytes(repo) / (double)count);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (argc <= 2 && system(command) != 0)
		fprintf(stderr, "bench_store: %s stays\n", folder);
	free(samples);
	free(processor);
	return EXIT_SUCCESS;
}
