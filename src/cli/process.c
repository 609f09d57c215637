#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/process.h"

extern char **environ;

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Starts it with standard output on `fd` and standard error nowhere; 0 on failure. */
static pid_t start_captured(const char *const *arguments, int fd)
{
	posix_spawn_file_actions_t actions;
	char *words[8] = {NULL};
	pid_t pid = 0;
	int code;

	/* The interface is older than const: posix_spawn leaves the words alone. */
	for (size_t i = 0; arguments[i] && i + 1 < sizeof(words) / sizeof(words[0]); i++)
		memcpy(&words[i], &arguments[i], sizeof(words[i]));
	if (!words[0] || posix_spawn_file_actions_init(&actions) != 0)
		return 0;
	code = posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	if (code == 0)
		code = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
							O_WRONLY, 0);
	if (code == 0)
		code = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return code == 0 ? pid : 0;
}

const char *process_first_line(struct call *call, const char *const *arguments)
{
	char line[1024] = "";
	int ends[2];
	FILE *stream;
	pid_t pid;
	size_t len;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return NULL;
	pid = start_captured(arguments, ends[1]);
	(void)close(ends[1]);
	stream = fdopen(ends[0], "r");
	if (!stream)
		(void)close(ends[0]);
	if (stream && !fgets(line, sizeof(line), stream))
		line[0] = '\0';
	if (stream)
		(void)fclose(stream);
	if (pid == 0 || wait_for(pid) != 0)
		return NULL;
	len = strcspn(line, "\n");
	return len > 0 ? scratch_copy(&call->scratch, line, len) : NULL;
}

static void ending_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGHUP);
}

void signals_hold(sigset_t *before)
{
	sigset_t set;

	ending_signals(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, before);
}

void signals_release(const sigset_t *before, int taken)
{
	sigset_t set = *before;

	if (taken != 0)
		(void)sigaddset(&set, taken);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
}

int signals_wait(void)
{
	sigset_t set;
	int number = 0;

	ending_signals(&set);
	while (sigwait(&set, &number) != 0)
		continue;
	return number;
}

/* Our environment with `variable` in front, where it hides one of the same name from getenv. */
static char **environment_with(struct call *call, const char *variable)
{
	size_t count = 0;
	size_t kept = 1;
	size_t name_len = strcspn(variable, "=") + 1;
	char **copy;

	while (environ[count])
		count++;
	copy = scratch_array(&call->scratch, count + 2, sizeof(*copy));
	copy[0] = scratch_copy(&call->scratch, variable, strlen(variable));
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environ[i], variable, name_len) != 0)
			copy[kept++] = environ[i];
	}
	return copy;
}

static int spawn(pid_t *pid, char *const *arguments, char **environment, const sigset_t *before)
{
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int code = posix_spawnattr_init(&attributes);

	if (code != 0)
		return code;
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)sigaddset(&defaults, SIGXFSZ);
	code = posix_spawnattr_setsigdefault(&attributes, &defaults);
	if (code == 0)
		code = posix_spawnattr_setsigmask(&attributes, before);
	if (code == 0)
		code = posix_spawnattr_setflags(&attributes,
						POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (code == 0)
		code = posix_spawnp(pid, arguments[0], NULL, &attributes, arguments, environment);
	(void)posix_spawnattr_destroy(&attributes);
	return code;
}

int process_run(struct call *call, char *const *arguments, const char *variable,
		const sigset_t *before, int *status)
{
	pid_t pid = 0;
	sigset_t set;
	int code = spawn(&pid, arguments, environment_with(call, variable), before);

	if (code == ENOENT || code == EACCES || code == ENOEXEC)
		return wrong("%s: cannot be run: %s", arguments[0], strerror(code));
	if (code != 0) {
		note("%s: cannot be run: %s", arguments[0], strerror(code));
		return EXIT_UNREACHABLE;
	}
	ending_signals(&set);
	(void)sigaddset(&set, SIGCHLD);
	for (;;) {
		siginfo_t info;
		int number = sigwaitinfo(&set, &info);
		int state = 0;

		/* From a terminal, the command got the signal too. */
		if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL)
			(void)kill(pid, number);
		if (waitpid(pid, &state, WNOHANG) == pid) {
			*status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
			return 0;
		}
	}
}
