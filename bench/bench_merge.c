/* What a test pays for merging its interaction into the contract file: a thousand tests one after
 * the other, into one file, each flushed to disk before the next; and what writing and flushing
 * the same files costs without looking into them. */
#define BENCH_CLOCK CLOCK_MONOTONIC
#include "config.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "bench.h"
#include "contract/contract.h"

enum { TESTS = 1000 };

static char folder[] = "tally-bench-XXXXXX";

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

static void remove_folder(void)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder);
}

int main(void)
{
	static struct tally_contract *contracts[TESTS];
	struct buf bytes;
	char path[64];
	double merged_ns;
	double replaced_ns;

	bench_keep_memory();
	if (!mkdtemp(folder))
		abort();
	for (unsigned i = 0; i < TESTS; i++)
		contracts[i] = make_contract(i);
	merged_ns = merge_all(contracts);
	snprintf(path, sizeof(path), "%s/shop-orders.json", folder);
	tally__buf_init(&bytes, LIMIT_DOCUMENT_BYTES);
	if (tally__file_read(&bytes, path, NULL) != 0)
		abort();
	replaced_ns = replace_all(path, &bytes);
	printf("%d tests merge into one file of %zu bytes\n", TESTS, bytes.len);
	bench_row("one merge, on average", merged_ns / TESTS / 1e6, "ms",
		  "written and flushed alone", replaced_ns / TESTS / 1e6, merged_ns / replaced_ns);
	bench_row("all of them", merged_ns / 1e9, "s", NULL, 0, 0);
	for (unsigned i = 0; i < TESTS; i++)
		tally_contract_free(contracts[i]);
	tally__buf_release(&bytes);
	remove_folder();
	return 0;
}
