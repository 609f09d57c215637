/* `tally verify` as whole processes: bench_verifiers [REFERENCE], the reference implementation's
 * command line.
 *
 * Both replay the same contracts against the same provider (bare_server), and a bare loop over
 * libcurl sends it the same requests, without a contract, a comparison, or a process of its own. */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bare_curl.h"
#include "bench.h"
#include "child.h"
#include "client.h"

#define RUNS     7
#define MAX_TEXT 256
#define JOBS     4

/* The reference takes a time that grows with the square of the number: once is enough there. */
#define MANY     1000
#define TOO_MANY 2000
#define SMALL    200
#define LARGE    100000

enum { LOOK_AGAIN_NS = 1000000 };

extern char **environ;

struct scene {
	size_t count, body_bytes;
	char contract[64], requests[64], url[64];
	char **urls;
};

static struct child server;
static char folder[] = "/tmp/tally-bench-XXXXXX";

static void fail(const char *what)
{
	fprintf(stderr, "bench_verifiers: %s\n", what);
	exit(1);
}

static void end(void)
{
	child_stop(&server);
	(void)rmdir(folder);
}

static void write_body(FILE *file, size_t number, size_t bytes)
{
	fprintf(file, "{\"id\":%zu,\"customer\":\"Sam Example\",\"total\":32.25,\"lines\":[",
		number);
	for (size_t written = 0; written == 0 || written + 150 < bytes; written += 46)
		fprintf(file, "%s{\"count\":2,\"price\":12.25,\"sku\":\"%016zu\"}",
			written > 0 ? "," : "", number + written);
	fputs("]}", file);
}

/* Contract, answers, and the URLs of the requests; the server must be started afterwards. */
static void write_scene(struct scene *scene)
{
	FILE *contract, *requests;

	(void)snprintf(scene->contract, sizeof(scene->contract), "%s/contract.json", folder);
	(void)snprintf(scene->requests, sizeof(scene->requests), "%s/requests", folder);
	contract = fopen(scene->contract, "w");
	requests = fopen(scene->requests, "w");
	if (contract == NULL || requests == NULL)
		fail("cannot write");
	fputs("{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":\"orders\"},"
	      "\"interactions\":[",
	      contract);
	for (size_t i = 0; i < scene->count; i++) {
		fprintf(contract,
			"%s{\"description\":\"order %zu\",\"request\":{\"method\":\"GET\",\"path\":"
			"\"/orders/%zu\",\"headers\":{\"Accept\":\"application/json\"}},"
			"\"response\":{\"status\":200,\"headers\":{\"Content-Type\":"
			"\"application/json\"},\"matchingRules\":{\"body\":{\"$.total\":{"
			"\"matchers\":[{\"match\":\"decimal\"}]}}},\"body\":",
			i > 0 ? "," : "", i, i);
		write_body(contract, i, scene->body_bytes);
		fputs("}}", contract);
		fprintf(requests, "/orders/%zu ", i);
		write_body(requests, i, scene->body_bytes);
		putc('\n', requests);
	}
	fputs("],\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}}}\n", contract);
	if (fclose(contract) != 0 || fclose(requests) != 0)
		fail("cannot write");
}

static void start_server(struct scene *scene)
{
	static char program[] = "bench/bare_server", port[] = "{port}", threads[] = "1";
	char *arguments[] = {program, port, scene->requests, threads, NULL};
	const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
	int fd;

	if (child_start(&server, arguments) != 0)
		fail("cannot start bench/bare_server");
	while ((fd = client_connect(server.port, false)) < 0) {
		if (child_has_ended(&server))
			fail("bench/bare_server has ended");
		nanosleep(&pause, NULL);
	}
	close(fd);
	(void)snprintf(scene->url, sizeof(scene->url), "http://127.0.0.1:%u", server.port);
	scene->urls = calloc(scene->count, sizeof(*scene->urls));
	for (size_t i = 0; i < scene->count; i++) {
		scene->urls[i] = malloc(MAX_TEXT);
		if (scene->urls[i] == NULL)
			fail("out of memory");
		(void)snprintf(scene->urls[i], MAX_TEXT, "%s/orders/%zu", scene->url, i);
	}
}

static void end_scene(struct scene *scene)
{
	child_stop(&server);
	for (size_t i = 0; i < scene->count; i++)
		free(scene->urls[i]);
	free(scene->urls);
	(void)unlink(scene->contract);
	(void)unlink(scene->requests);
}

/* The time that a command takes, and in *peak_kb the most memory that it held. */
static double run_ns(char *const *arguments, long *peak_kb)
{
	double start = bench_now_ns();
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	pid_t child;
	int status;

	if (posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0 ||
	    posix_spawn(&child, arguments[0], &actions, NULL, arguments, environ) != 0 ||
	    wait4(child, &status, 0, &usage) != child)
		fail(arguments[0]);
	posix_spawn_file_actions_destroy(&actions);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail("a verification did not succeed");
	*peak_kb = usage.ru_maxrss;
	return bench_now_ns() - start;
}

static double bare_ns(const struct scene *scene, size_t connections)
{
	double start = bench_now_ns();

	if (bare_curl_ask(scene->urls, scene->count, connections) != scene->count)
		fail("the bare loop did not get all answers");
	return bench_now_ns() - start;
}

/* Without jobs and with them, in turn with the bare loop. */
static void measure_tally(struct scene *scene, char *program, unsigned jobs, double *median_ms)
{
	static char verify[] = "verify", provider[] = "--provider-url", option[] = "--jobs";
	char number[16], what[64];
	char *arguments[] = {program,    verify, scene->contract, provider,
			     scene->url, option, number,          NULL};
	double ours[RUNS], bare[RUNS], bare_median;
	long peak_kb = 0;

	(void)snprintf(number, sizeof(number), "%u", jobs);
	for (size_t i = 0; i < RUNS; i++) {
		bare[i] = bare_ns(scene, jobs);
		ours[i] = run_ns(arguments, &peak_kb);
	}
	*median_ms = bench_median(ours, RUNS) / 1e6;
	bare_median = bench_median(bare, RUNS) / 1e6;
	(void)snprintf(what, sizeof(what), "verify: %zu of %zu bytes, %u at once", scene->count,
		       scene->body_bytes, jobs);
	bench_row(what, *median_ms, "ms", "bare libcurl", bare_median, *median_ms / bare_median);
	printf("%-36s %10ld kB\n", "  the most memory", peak_kb);
}

static void measure_reference(struct scene *scene, char *program, double ours_ms)
{
	static char verifier[] = "verifier", file[] = "--file", host_option[] = "--hostname",
		    host[] = "127.0.0.1", port_option[] = "--port", level_option[] = "--loglevel",
		    level[] = "none";
	char port[8];
	char *arguments[] = {program,      verifier, file,        scene->contract,
			     host_option,  host,     port_option, port,
			     level_option, level,    NULL};
	size_t runs = scene->count < MANY ? RUNS : 1;
	double samples[RUNS];
	long peak_kb = 0;
	char what[64];

	(void)snprintf(port, sizeof(port), "%u", server.port);
	for (size_t i = 0; i < runs; i++)
		samples[i] = run_ns(arguments, &peak_kb);
	(void)snprintf(what, sizeof(what), "  Tally, one at once");
	bench_row_ms(what, ours_ms, bench_median(samples, runs) / 1e6);
	printf("%-36s %10ld kB\n", "  the reference's most memory", peak_kb);
}

static void measure(char *program, char *reference, size_t count, size_t body_bytes)
{
	struct scene scene = {.count = count, .body_bytes = body_bytes};
	double one_ms, several_ms;

	write_scene(&scene);
	start_server(&scene);
	measure_tally(&scene, program, 1, &one_ms);
	if (count > 1)
		measure_tally(&scene, program, JOBS, &several_ms);
	if (reference != NULL && (count <= MANY || (count <= TOO_MANY && getenv("BENCH_LONG"))))
		measure_reference(&scene, reference, one_ms);
	end_scene(&scene);
}

int main(int argc, char **argv)
{
	static const size_t counts[] = {1, 100, 1000, 2000, 10000};
	/* Libtool's ./tally is a script that sets the library path; what is measured is the
	 * program. */
	static char built[] = ".libs/tally";
	static char plain[] = "./tally";
	char *program = access(built, X_OK) == 0 ? built : plain;
	char *reference = argc > 1 ? argv[1] : NULL;

	if (setenv("LD_LIBRARY_PATH", ".libs", 1) != 0 || mkdtemp(folder) == NULL ||
	    atexit(end) != 0)
		return 1;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		measure(program, reference, counts[i], SMALL);
	measure(program, reference, 50, LARGE);
	return 0;
}
