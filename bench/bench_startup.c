/* How long `tally --version` takes from start to end, beside /bin/true; and a whole run of `tally
 * mock`, whose command is curl, beside curl alone. */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bench.h"

#define RUNS      201
#define MOCK_RUNS 51

extern char **environ;

static double spawn_ns(char *const *arguments, const posix_spawn_file_actions_t *actions)
{
	double start = bench_now_ns();
	pid_t child;
	int status;

	if (posix_spawn(&child, arguments[0], actions, NULL, arguments, environ) != 0 ||
	    waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "bench_startup: cannot run %s\n", arguments[0]);
		exit(1);
	}
	return bench_now_ns() - start;
}

static double compare_runs(char *const *arguments, char *const *beside, size_t runs,
			   const posix_spawn_file_actions_t *actions, double *beside_median)
{
	double samples[RUNS];
	double beside_samples[RUNS];

	for (size_t i = 0; i < runs; i++) {
		samples[i] = spawn_ns(arguments, actions);
		beside_samples[i] = spawn_ns(beside, actions);
	}
	*beside_median = bench_median(beside_samples, runs);
	return bench_median(samples, runs);
}

static void measure_version(char *program, const posix_spawn_file_actions_t *actions)
{
	static char version[] = "--version";
	static char nothing[] = "/bin/true";
	char *tally[] = {program, version, NULL};
	char *beside[] = {nothing, NULL};
	double beside_median;
	double median = compare_runs(tally, beside, RUNS, actions, &beside_median);

	bench_row("start-up: tally --version", median / 1e6, "ms", "/bin/true", beside_median / 1e6,
		  median / beside_median);
}

static void write_expectations(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL ||
	    fputs("{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":\"orders\"},"
		  "\"interactions\":[{\"description\":\"an order\",\"request\":{\"path\":"
		  "\"/orders/42\"},\"response\":{\"status\":200,\"headers\":{\"Content-Type\":"
		  "\"application/json\"},\"body\":{\"id\":42}}}]}",
		  file) < 0 ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

/* The contract is there from the first run on, as it is in a checkout. */
static void measure_mock(char *program, const posix_spawn_file_actions_t *actions)
{
	static char folder[] = "/tmp/tally-bench-XXXXXX";
	static char shell[] = "/bin/sh";
	static char mock[] = "mock", output[] = "--output-dir", end[] = "--", option[] = "-c";
	static char ask[] = "exec curl -sf \"$TALLY_MOCK_URL/orders/42\"";
	static char ask_nobody[] = "exec curl -s file:///dev/null";
	char expectations[64];
	char contract[64];
	char *tally[] = {program, mock,  expectations, output, folder,
			 end,     shell, option,       ask,    NULL};
	char *beside[] = {shell, option, ask_nobody, NULL};
	double beside_median;
	double median;

	if (mkdtemp(folder) == NULL) {
		perror(folder);
		exit(1);
	}
	(void)snprintf(expectations, sizeof(expectations), "%s/expectations.json", folder);
	(void)snprintf(contract, sizeof(contract), "%s/web-shop-orders.json", folder);
	write_expectations(expectations);
	median = compare_runs(tally, beside, MOCK_RUNS, actions, &beside_median);
	bench_row("start-up: tally mock -- curl", median / 1e6, "ms", "curl alone",
		  beside_median / 1e6, median / beside_median);
	(void)unlink(expectations);
	(void)unlink(contract);
	(void)rmdir(folder);
}

int main(void)
{
	/* Libtool's ./tally is a script that sets the library path; what is measured is the
	 * program. */
	static char built[] = ".libs/tally";
	static char plain[] = "./tally";
	char *program = access(built, X_OK) == 0 ? built : plain;
	posix_spawn_file_actions_t actions;

	if (setenv("LD_LIBRARY_PATH", ".libs", 1) != 0 ||
	    posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0)
		return 1;
	measure_version(program, &actions);
	measure_mock(program, &actions);
	posix_spawn_file_actions_destroy(&actions);
	return 0;
}
