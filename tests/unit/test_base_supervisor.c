/* base/supervisor, and the providers that are started with it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/supervisor.h"
#include "base/time.h"
#include "http/probe.h"
#include "http/server.h"
#include "tally/provider.h"

/* Long beyond anything that a test waits for. */
#define LONG_MS 60000

struct scene {
	int ends[2]; /* the server's output */
	struct supervisor *supervisor;
};

static int setup(void **state)
{
	struct scene *scene = tally__calloc(1, sizeof(*scene));

	*state = scene;
	return scene == NULL || pipe2(scene->ends, O_CLOEXEC) != 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	tally__supervisor_stop(scene->supervisor);
	close(scene->ends[0]);
	if (scene->ends[1] >= 0)
		close(scene->ends[1]);
	tally__free(scene);
	return waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
}

static void start(struct scene *scene, const char *command, unsigned grace_ms)
{
	static const char *const variables[] = {"TALLY_TEST=of the server"};
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally__supervisor_start(&scene->supervisor,
				    &(struct supervisor_options){.command = command,
								 .variables = variables,
								 .variable_count = 1,
								 .output_fd = scene->ends[1],
								 .grace_ms = grace_ms},
				    &error) != 0)
		fail_msg("%s", error.message);
	/* From here on the end of the pipe says that all who had it are gone. */
	close(scene->ends[1]);
	scene->ends[1] = -1;
}

static void stop(struct scene *scene)
{
	tally__supervisor_stop(scene->supervisor);
	scene->supervisor = NULL;
}

/* Reads the next line of its output; empty at the end. */
static const char *read_line(const struct scene *scene)
{
	static char line[256];
	size_t len = 0;

	while (len + 1 < sizeof(line) && read(scene->ends[0], line + len, 1) == 1) {
		if (line[len++] == '\n')
			break;
	}
	line[len] = '\0';
	return line;
}

static void assert_ended(struct scene *scene, const char *words)
{
	struct buf how;

	tally__buf_init(&how, 200);
	assert_true(tally__supervisor_has_ended(scene->supervisor, LONG_MS));
	tally__supervisor_describe(scene->supervisor, &how);
	assert_string_equal(how.bytes, words);
	tally__buf_release(&how);
}

static void output_and_environment(void **state)
{
	start(*state, "echo $TALLY_TEST; echo error >&2; cat", 100);
	assert_string_equal(read_line(*state), "of the server\n");
	assert_string_equal(read_line(*state), "error\n");
	assert_string_equal(read_line(*state), "");
	assert_ended(*state, "exited with status 0");
}

static void ends_of_its_own(void **state)
{
	start(*state, "exit 7", 100);
	assert_ended(*state, "exited with status 7");
	stop(*state);
}

static void ends_by_a_signal(void **state)
{
	start(*state, "kill -11 $$", 100);
	assert_ended(*state, "was ended by signal 11");
}

/* All of it: children, their children, what has left for another session. */
#define FAMILY                                                                                     \
	"(setsid sh -c 'trap \"\" TERM; (setsid sh -c \"echo; exec tail -f /dev/null\" & wait)' "  \
	"&); "

static void stopped_with_all_it_left_behind(void **state)
{
	struct scene *scene = *state;

	start(scene, FAMILY "trap '' TERM; echo; tail -f /dev/null; tail -f /dev/null", 50);
	assert_string_equal(read_line(scene), "\n");
	assert_string_equal(read_line(scene), "\n");
	assert_false(tally__supervisor_has_ended(scene->supervisor, 0));
	stop(scene);
	assert_string_equal(read_line(scene), "");
}

/* A shell that has ended well leaves its background running. */
static void runs_on_in_the_background(void **state)
{
	struct scene *scene = *state;

	start(scene, FAMILY "exit 0", 50);
	assert_string_equal(read_line(scene), "\n");
	assert_false(tally__supervisor_has_ended(scene->supervisor, 20));
	stop(scene);
	assert_string_equal(read_line(scene), "");
}

/* Time is given to take leave, and not more than is needed.  The sleep is short: what gets a signal
 * between fork and exec may lose it. */
static void takes_leave(void **state)
{
	struct scene *scene = *state;
	int64_t begin = tally__time_monotonic_ms();

	start(scene,
	      "(trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05 & wait; done) & "
	      "wait",
	      LONG_MS);
	assert_string_equal(read_line(scene), "ready\n");
	stop(scene);
	assert_string_equal(read_line(scene), "bye\n");
	assert_string_equal(read_line(scene), "");
	assert_true(tally__time_monotonic_ms() - begin < LONG_MS);
}

static void a_stopped_server(void **state)
{
	struct scene *scene = *state;

	start(scene, "echo ready; kill -STOP $$", 50);
	assert_string_equal(read_line(scene), "ready\n");
	stop(scene);
	assert_string_equal(read_line(scene), "");
}

/* The whole program is gone at once, whatever it was doing. */
static void outlives_nobody(void **state)
{
	struct scene *scene = *state;
	pid_t pid = fork();

	if (pid == 0) {
		start(scene, FAMILY "trap '' TERM HUP INT; echo; tail -f /dev/null", 50);
		(void)read_line(scene);
		(void)read_line(scene);
		raise(SIGKILL);
	}
	assert_true(pid > 0);
	close(scene->ends[1]);
	scene->ends[1] = -1;
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* The end of the pipe: there is nobody who could write. */
	while (*read_line(scene) != '\0')
		;
}

/* One process that watches does not hold the link of another. */
static void several(void **state)
{
	struct scene *scene = *state;
	struct supervisor *other = NULL;

	assert_int_equal(tally__supervisor_start(
				 &other,
				 &(struct supervisor_options){.command = "exec tail -f /dev/null",
							      .output_fd = STDERR_FILENO,
							      .grace_ms = 50},
				 NULL),
			 0);
	start(scene, "echo ready; exec tail -f /dev/null", 50);
	assert_string_equal(read_line(scene), "ready\n");
	tally__supervisor_stop(other);
	assert_false(tally__supervisor_has_ended(scene->supervisor, 0));
}

static void sigchld_ignored(void **state)
{
	struct scene *scene = *state;
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

	sigaction(SIGCHLD, &ignore, &before);
	start(scene, "exit 3", 50);
	assert_ended(scene, "exited with status 3");
	stop(scene);
	sigaction(SIGCHLD, &before, NULL);
}

/* ---- providers ---- */

static int answer(void *context, const struct http_request *request, struct arena *arena,
		  struct http_response *response)
{
	(void)context;
	(void)request;
	(void)arena;
	response->status = 503;
	return 0;
}

static void refuses_what_listens_already(void **state)
{
	struct http_server *server = NULL;
	struct tally_provider *provider = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	const struct http_server_options options = {.handler = answer};

	(void)state;
	assert_int_equal(tally__http_server_start(&server, &options, &error), 0);
	assert_int_equal(tally_provider_start(
				 &provider,
				 &(struct tally_provider_options){
					 .command = "true", .url = tally__http_server_url(server)},
				 &error),
			 TALLY_EBUSY);
	tally__http_server_stop(server);
}

/* A system that gives the ports of one parity to who listens gives the others to who connects. */
static uint16_t port_for_connections(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port) ^ 1;
}

/* Where nobody listens, one connection of many comes from the port that it goes to. */
static void is_not_taken_in_by_itself(void **state)
{
	char address[32];

	(void)state;
	snprintf(address, sizeof(address), "127.0.0.1:%u", port_for_connections());
	for (int i = 0; i < 30000; i++)
		assert_false(tally__http_probe(address, LONG_MS));
}

static void wrong_options(void **state)
{
	struct tally_provider *provider = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	(void)state;
	assert_int_equal(
		tally_provider_start(&provider,
				     &(struct tally_provider_options){.url = "http://127.0.0.1:9"},
				     &error),
		TALLY_EINVAL);
	assert_string_equal(error.where, "command");
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally_provider_start(&provider,
					      &(struct tally_provider_options){.command = "true"},
					      &error),
			 TALLY_EINVAL);
	assert_string_equal(error.where, "url");
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally_provider_start(&provider,
					      &(struct tally_provider_options){.command = "true",
									       .url = "gopher://a"},
					      &error),
			 TALLY_EINVAL);
	tally_provider_stop(NULL, false);
}

static void interrupted(void **state)
{
	static const volatile sig_atomic_t interrupt = 1;
	struct tally_provider *provider = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	(void)state;
	assert_int_equal(tally_provider_start(&provider,
					      &(struct tally_provider_options){
						      .command = "exec tail -f /dev/null",
						      .url = "http://127.0.0.1:9",
						      .log_file = "/dev/null",
						      .start_timeout_ms = LONG_MS,
						      .interrupt = &interrupt},
					      &error),
			 TALLY_ETIMEOUT);
	assert_string_equal(error.message,
			    "interrupted before the provider answered at 127.0.0.1:9; it "
			    "printed nothing");
}

/* Each allocation fails in turn; nothing is left running. */
static void memory_is_short(void **state)
{
	bool failed = true;

	(void)state;
	for (long passes = 0; failed; passes++) {
		struct tally_provider *provider = NULL;
		int status;

		tally__mem_fail_after(passes);
		status = tally_provider_start(
			&provider,
			&(struct tally_provider_options){.command = "exit 3",
							 .url = "http://127.0.0.1:9",
							 .log_file = "/dev/null"},
			NULL);
		failed = tally__mem_fail_after(-1) > (size_t)passes;
		assert_true(status == TALLY_ENOMEM || status == TALLY_EUNREACHABLE);
		assert_null(provider);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_and_environment),
		TEST(ends_of_its_own),
		TEST(ends_by_a_signal),
		TEST(stopped_with_all_it_left_behind),
		TEST(runs_on_in_the_background),
		TEST(takes_leave),
		TEST(a_stopped_server),
		TEST(outlives_nobody),
		TEST(several),
		TEST(sigchld_ignored),
		TEST(refuses_what_listens_already),
		TEST(is_not_taken_in_by_itself),
		TEST(wrong_options),
		TEST(interrupted),
		TEST(memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
