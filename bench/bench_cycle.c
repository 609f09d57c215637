/* A whole consumer test in one process: say what is expected, start a mock provider, ask it once,
 * see that it was asked as expected, write the contract, stop.  bench_cycle [LIBRARY]: beside the
 * reference implementation, when its library is given.
 *
 * Cold is the first in a process, without loading either library itself; warm is the median of
 * later ones, which merge into the file that the first one wrote.  $TMPDIR is meant to be on a disk
 * and /dev/shm is in memory: Tally flushes a contract to the disk before it takes the place of the
 * old one, the reference implementation does not. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tally.h>

#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bench.h"
#include "client.h"
#include "reference.h"

#define COLD_SAMPLES 21
#define WARM_SAMPLES 301

#define BODY                                                                                       \
	"{\"id\":{\"pact:matcher:type\":\"integer\",\"value\":42},\"status\":{"                    \
	"\"pact:matcher:type\":\"type\",\"value\":\"shipped\"},\"total\":59.8,\"currency\":"       \
	"\"EUR\"}"

static const char expectations[] =
	"{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":\"orders\"},"
	"\"interactions\":[{\"description\":\"an order\",\"request\":{\"method\":\"GET\",\"path\":"
	"\"/orders/42\"},\"response\":{\"status\":200,\"headers\":{\"Content-Type\":"
	"\"application/json\"},\"body\":" BODY "}}]}";

static const char request[] = "GET /orders/42 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			      "Connection: close\r\n\r\n";

struct side {
	bool (*cycle)(const struct reference *reference, const char *folder);
	const struct reference *reference; /* NULL for Tally */
};

static bool ask(unsigned short port)
{
	char room[4096];
	struct client_answer answer;
	int fd = client_connect(port, false);
	bool success;

	if (fd < 0)
		return false;
	success = client_ask(fd, request, sizeof(request) - 1, room, sizeof(room), &answer) == 0 &&
		  answer.status == 200;
	close(fd);
	return success;
}

static bool was_asked(const struct tally_mock *mock)
{
	cJSON *report = NULL;
	bool success = tally_mock_report(mock, &report, NULL) == 0 &&
		       cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "success"));

	cJSON_Delete(report);
	return success;
}

static bool cycle_tally(const struct reference *reference, const char *folder)
{
	struct tally_contract *contract = NULL;
	struct tally_mock *mock = NULL;
	const struct tally_mock_options options = {0};
	const struct tally_save_options save = {.spec = TALLY_SPEC_V4, .mode = TALLY_SAVE_MERGE};
	bool success;

	(void)reference;
	success = tally_expectations_parse(&contract, expectations, sizeof(expectations) - 1,
					   NULL) == 0 &&
		  tally_mock_start(&mock, contract, &options, NULL) == 0 &&
		  ask((unsigned short)strtoul(strrchr(tally_mock_url(mock), ':') + 1, NULL, 10)) &&
		  was_asked(mock) && tally_contract_save(contract, folder, &save, NULL, NULL) == 0;
	tally_mock_stop(mock);
	tally_contract_free(contract);
	return success;
}

static bool cycle_reference(const struct reference *reference, const char *folder)
{
	struct reference_pact pact = reference->new_pact("web-shop", "orders");
	int32_t port;
	bool success;

	reference->with_specification(pact, REFERENCE_V4);
	reference_add(reference, pact, "an order", "GET", "/orders/42", NULL, BODY);
	port = reference->start(pact, "127.0.0.1", 0, "http", NULL);
	success = port > 0 && ask((unsigned short)port) && reference->matched(port) &&
		  reference->write(pact, folder, false) == 0;
	if (port > 0)
		reference->stop(port);
	reference->free_pact(pact);
	return success;
}

static double timed_ns(const struct side *side, const char *folder)
{
	double start = bench_now_ns();

	if (!side->cycle(side->reference, folder)) {
		fputs("bench_cycle: a cycle failed\n", stderr);
		exit(1);
	}
	return bench_now_ns() - start;
}

static void remove_contract(const char *folder)
{
	int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder_fd < 0)
		return;
	(void)unlinkat(folder_fd, "web-shop-orders.json", 0);
	(void)unlinkat(folder_fd, ".tally.lock", 0);
	close(folder_fd);
}

/* In a process of its own, by a pipe. */
static double cold_ns(const struct side *side, const char *library, const char *folder)
{
	struct reference reference;
	const struct side loaded = {side->cycle, &reference};
	int ends[2];
	double ns = 0;
	pid_t child;

	remove_contract(folder);
	if (pipe(ends) != 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		if (library != NULL && reference_load(&reference, library) != 0)
			_exit(1);
		ns = timed_ns(&loaded, folder);
		_exit(write(ends[1], &ns, sizeof(ns)) == sizeof(ns) ? 0 : 1);
	}
	close(ends[1]);
	if (read(ends[0], &ns, sizeof(ns)) != sizeof(ns)) {
		fputs("bench_cycle: a process failed\n", stderr);
		exit(1);
	}
	close(ends[0]);
	waitpid(child, NULL, 0);
	return ns;
}

static void print_row(const char *when, const char *where, const double medians[2])
{
	char what[64];

	(void)snprintf(what, sizeof(what), "cycle: %s, %s", when, where);
	bench_row_ms(what, medians[0] / 1e6, medians[1] / 1e6);
}

static void measure_cold(const char *library, const char *where, const char *folder)
{
	const struct side sides[] = {{cycle_tally, NULL}, {cycle_reference, NULL}};
	const char *const libraries[] = {NULL, library};
	size_t count = library != NULL ? 2 : 1;
	double samples[2][COLD_SAMPLES];
	double medians[2] = {0, 0};

	for (size_t sample = 0; sample < COLD_SAMPLES; sample++) {
		for (size_t i = 0; i < count; i++)
			samples[i][sample] = cold_ns(&sides[i], libraries[i], folder);
	}
	for (size_t i = 0; i < count; i++)
		medians[i] = bench_median(samples[i], COLD_SAMPLES);
	print_row("cold", where, medians);
}

static void measure_warm(const struct reference *reference, const char *where, const char *folder)
{
	const struct side sides[] = {{cycle_tally, NULL}, {cycle_reference, reference}};
	size_t count = reference != NULL ? 2 : 1;
	double samples[2][WARM_SAMPLES];
	double medians[2] = {0, 0};

	/* One after the other: each would find the file as the other writes it. */
	for (size_t i = 0; i < count; i++) {
		remove_contract(folder);
		(void)timed_ns(&sides[i], folder);
		for (size_t sample = 0; sample < WARM_SAMPLES; sample++)
			samples[i][sample] = timed_ns(&sides[i], folder);
		medians[i] = bench_median(samples[i], WARM_SAMPLES);
	}
	print_row("warm", where, medians);
}

static void make_folder(char *out, size_t out_len, const char *parent)
{
	(void)snprintf(out, out_len, "%s/bench-cycle-XXXXXX", parent);
	if (mkdtemp(out) == NULL) {
		perror(out);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	const char *library = argc > 1 ? argv[1] : NULL;
	const char *disk = getenv("TMPDIR");
	const char *const parents[] = {"/dev/shm", disk != NULL ? disk : "/tmp"};
	static const char *const wheres[] = {"in memory", "on disk"};
	char folders[2][PATH_MAX];
	struct reference reference;

	/* All cold ones first: their processes are copies of this one. */
	for (size_t i = 0; i < 2; i++) {
		make_folder(folders[i], sizeof(folders[i]), parents[i]);
		measure_cold(library, wheres[i], folders[i]);
	}
	if (library != NULL && reference_load(&reference, library) != 0)
		return 1;
	for (size_t i = 0; i < 2; i++) {
		measure_warm(library != NULL ? &reference : NULL, wheres[i], folders[i]);
		remove_contract(folders[i]);
		(void)rmdir(folders[i]);
	}
	return 0;
}
