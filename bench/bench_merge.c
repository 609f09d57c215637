/* What a test pays for merging its interaction into the contract file: a thousand tests one after
 * the other, into one file, each flushed to disk before the next; and what writing and flushing
 * the same files costs without looking into them.  Then 80 processes that merge at once: how many
 * of their interactions are in the file afterwards.
 *
 * bench_merge [LIBRARY]: beside the reference implementation, when its library is given; it writes
 * into the folder in memory, and gets so much time and no more. */
#include "config.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BENCH_CLOCK CLOCK_MONOTONIC

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "bench.h"
#include "contract/contract.h"
#include "reference.h"

enum { TESTS = 1000, PROCESSES = 80 };
#define TIME_BOX_NS 60e9

static char folder[4096];

/* The tests run in an order of their own: `at` is one of 0 to TESTS - 1. */
static struct tally_contract *make_contract(unsigned at)
{
	struct tally_contract *contract = NULL;
	struct buf text;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(
		&text,
		"{\"consumer\":{\"name\":\"shop\"},\"provider\":{\"name\":\"orders\"},"
		"\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}},\"interactions\":[{"
		"\"type\":\"Synchronous/HTTP\",\"description\":\"order %u\",\"providerStates\":[{"
		"\"name\":\"order %u exists\"}],\"request\":{\"method\":\"GET\",\"path\":"
		"\"/orders/%u\"},\"response\":{\"status\":200,\"headers\":{\"Content-Type\":["
		"\"application/json\"]},\"body\":{\"contentType\":\"application/json\","
		"\"content\":{\"id\":%u,\"customer\":\"Example\",\"total\":12.50}},"
		"\"matchingRules\":{\"body\":{\"$.total\":{\"matchers\":[{\"match\":\"decimal\"}]},"
		"\"$.id\":{\"matchers\":[{\"match\":\"type\"}]}}}}}]}",
		at, at, at, at);
	if (tally_contract_parse(&contract, text.bytes, text.len, NULL) != 0)
		abort();
	tally__buf_release(&text);
	return contract;
}

static double merge_all(struct tally_contract *const *contracts)
{
	const struct tally_save_options how = {.spec = TALLY_SPEC_V4};
	double start = bench_now_ns();

	for (unsigned i = 0; i < TESTS; i++)
		/* 617 and TESTS have no factor in common: each comes once. */
		if (tally_contract_save(contracts[i * 617 % TESTS], folder, &how, NULL, NULL) != 0)
			abort();
	return bench_now_ns() - start;
}

/* The same files, replaced in the same way. */
static double replace_all(const char *path, const struct buf *bytes)
{
	double start = bench_now_ns();

	for (unsigned i = 1; i <= TESTS; i++)
		if (tally__file_replace(path, bytes->bytes, bytes->len / TESTS * i, NULL) != 0)
			abort();
	return bench_now_ns() - start;
}

/* ---- the reference implementation ---- */

static bool merge_reference(const struct reference *reference, unsigned at)
{
	struct reference_pact pact = reference->new_pact("shop", "orders");
	char description[32];
	char path[32];
	char body[160];
	int32_t status;

	(void)snprintf(description, sizeof(description), "order %u", at);
	(void)snprintf(path, sizeof(path), "/orders/%u", at);
	(void)snprintf(body, sizeof(body),
		       "{\"id\":{\"pact:matcher:type\":\"type\",\"value\":%u},\"customer\":"
		       "\"Example\",\"total\":{\"pact:matcher:type\":\"decimal\",\"value\":12.50}}",
		       at);
	reference->with_specification(pact, REFERENCE_V4);
	reference_add(reference, pact, description, "GET", path, NULL, body);
	status = reference->write(pact, folder, false);
	reference->free_pact(pact);
	return status == 0;
}

/* As many of them as there is time for. */
static double merge_all_reference(const struct reference *reference, unsigned *done)
{
	double start = bench_now_ns();

	for (*done = 0; *done < TESTS && bench_now_ns() - start < TIME_BOX_NS; (*done)++)
		if (!merge_reference(reference, *done * 617 % TESTS))
			abort();
	return bench_now_ns() - start;
}

/* ---- many processes ---- */

/* All begin together, when the other end of the pipe is closed. */
static bool merge_in_process(const char *library, struct tally_contract *contract, unsigned at,
			     int start_fd)
{
	const struct tally_save_options how = {.spec = TALLY_SPEC_V4};
	struct reference reference;
	char byte;

	if (library != NULL && reference_load(&reference, library) != 0)
		return false;
	if (read(start_fd, &byte, 1) != 0)
		return false;
	return library != NULL ? merge_reference(&reference, at)
			       : tally_contract_save(contract, folder, &how, NULL, NULL) == 0;
}

static size_t count_interactions(void)
{
	struct tally_contract *contract = NULL;
	char path[sizeof(folder) + 32];
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "%s/shop-orders.json", folder);
	if (tally_contract_read_file(&contract, path, NULL) == 0)
		count = tally_contract_interaction_count(contract);
	tally_contract_free(contract);
	return count;
}

static size_t merge_at_once(const char *library, struct tally_contract *const *contracts)
{
	int ends[2];

	if (pipe(ends) != 0)
		abort();
	for (unsigned i = 0; i < PROCESSES; i++) {
		pid_t child = fork();

		if (child < 0)
			abort();
		if (child == 0) {
			close(ends[1]);
			_exit(merge_in_process(library, contracts[i], i, ends[0]) ? 0 : 1);
		}
	}
	close(ends[1]);
	close(ends[0]);
	for (unsigned i = 0; i < PROCESSES; i++)
		if (wait(NULL) < 0)
			abort();
	return count_interactions();
}

/* ---- both ---- */

static void make_folder(const char *parent)
{
	(void)snprintf(folder, sizeof(folder), "%s/tally-bench-XXXXXX", parent);
	if (mkdtemp(folder) == NULL) {
		perror(folder);
		exit(1);
	}
}

static void remove_folder(void)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder);
}

static void measure(const char *parent, const char *where, struct tally_contract *const *contracts)
{
	struct buf bytes;
	char path[sizeof(folder) + 32];
	char what[64];
	double merged_ns;
	double replaced_ns;

	make_folder(parent);
	merged_ns = merge_all(contracts);
	(void)snprintf(path, sizeof(path), "%s/shop-orders.json", folder);
	tally__buf_init(&bytes, LIMIT_DOCUMENT_BYTES);
	if (tally__file_read(&bytes, path, NULL) != 0)
		abort();
	replaced_ns = replace_all(path, &bytes);
	(void)snprintf(what, sizeof(what), "merge: %d tests, %s", TESTS, where);
	bench_row(what, merged_ns / 1e9, "s", "written and flushed alone", replaced_ns / 1e9,
		  merged_ns / replaced_ns);
	tally__buf_release(&bytes);
	remove_folder();
}

static void measure_reference(const char *library, const char *parent)
{
	struct reference reference;
	unsigned done;
	double merged_ns;

	if (reference_load(&reference, library) != 0)
		exit(1);
	make_folder(parent);
	merged_ns = merge_all_reference(&reference, &done);
	printf("%-36s %10.2f s         the first %u of them\n", "merge: reference, in memory",
	       merged_ns / 1e9, done);
	remove_folder();
}

static void measure_at_once(const char *library, const char *what, const char *parent,
			    struct tally_contract *const *contracts)
{
	make_folder(parent);
	printf("%-36s %10zu of %d processes at once\n", what, merge_at_once(library, contracts),
	       PROCESSES);
	remove_folder();
}

int main(int argc, char **argv)
{
	static struct tally_contract *contracts[TESTS];
	const char *disk = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
	static const char memory[] = "/dev/shm";

	bench_keep_memory();
	for (unsigned i = 0; i < TESTS; i++)
		contracts[i] = make_contract(i);
	measure_at_once(NULL, "merge: kept, Tally", disk, contracts);
	if (argc > 1)
		measure_at_once(argv[1], "merge: kept, reference", disk, contracts);
	measure(memory, "in memory", contracts);
	measure(disk, "on disk", contracts);
	if (argc > 1)
		measure_reference(argv[1], memory);
	for (unsigned i = 0; i < TESTS; i++)
		tally_contract_free(contracts[i]);
	return 0;
}
