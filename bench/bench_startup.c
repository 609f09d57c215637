/* How long `tally --version` takes from start to end, beside /bin/true. */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bench.h"

#define RUNS 201

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

int main(void)
{
	/* Libtool's ./tally is a script that sets the library path; what is measured is the
	 * program. */
	static char built[] = ".libs/tally";
	static char plain[] = "./tally";
	static char version[] = "--version";
	static char nothing[] = "/bin/true";
	char *tally[] = {access(built, X_OK) == 0 ? built : plain, version, NULL};
	char *beside[] = {nothing, NULL};
	posix_spawn_file_actions_t actions;
	double tally_ns[RUNS];
	double beside_ns[RUNS];
	double median;
	double beside_median;
	size_t i;

	if (setenv("LD_LIBRARY_PATH", ".libs", 1) != 0 ||
	    posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0)
		return 1;
	for (i = 0; i < RUNS; i++) {
		tally_ns[i] = spawn_ns(tally, &actions);
		beside_ns[i] = spawn_ns(beside, &actions);
	}
	posix_spawn_file_actions_destroy(&actions);
	median = bench_median(tally_ns, RUNS);
	beside_median = bench_median(beside_ns, RUNS);
	bench_row("start-up: tally --version", median / 1e6, "ms", "/bin/true", beside_median / 1e6,
		  median / beside_median);
	return 0;
}
