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

/* Our environment with `variables` in front, where they hide those of the same names from getenv.
 */
static char **environment_with(struct call *call, const struct text_list *variables)
{
	size_t count = 0;
	size_t kept = variables->count;
	char **copy;

	while (environ[count])
		count++;
	copy = scratch_array(&call->scratch, variables->count + count + 1, sizeof(*copy));
	for (size_t i = 0; i < variables->count; i++)
		copy[i] = scratch_copy(&call->scratch, variables->items[i],
				       strlen(variables->items[i]));
	for (size_t i = 0; i < count; i++) {
		size_t name_len = strcspn(environ[i], "=") + 1;
		size_t j = 0;

		while (j < variables->count && strncmp(environ[i], copy[j], name_len) != 0)
			j++;
		if (j == variables->count)
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

struct child {
	pid_t pid;
	bool is_stopped;
	bool has_ended;
	int status; /* once it has ended: of its exit, or 128 and the signal */
};

/* Notes what became of it since. */
static void look_at(struct child *child)
{
	int state = 0;

	while (!child->has_ended &&
	       waitpid(child->pid, &state, WNOHANG | WUNTRACED | WCONTINUED) == child->pid) {
		child->is_stopped = WIFSTOPPED(state);
		child->has_ended = WIFEXITED(state) || WIFSIGNALED(state);
		child->status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
	}
}

/* What is stopped would take a signal only when it goes on. */
static void hand_on(const struct child *child, int number)
{
	(void)kill(child->pid, number);
	if (child->is_stopped)
		(void)kill(child->pid, SIGCONT);
}

static void wait_handing_on(struct child *child, struct signals *signals)
{
	for (;;) {
		bool has_sender;
		int number = signals_next(&has_sender);
		bool is_first = signals->taken == 0;

		look_at(child);
		if (child->has_ended)
			return;
		if (number == SIGCHLD)
			continue;
		if (signals_take(signals, number))
			hand_on(child, SIGKILL);
		/* From a terminal, the command got the signal too. */
		else if (has_sender && (is_first || number != signals->taken))
			hand_on(child, number);
	}
}

int process_run(struct call *call, char *const *arguments, const struct text_list *variables,
		struct signals *signals, int *status)
{
	struct child child = {0};
	int code;

	/* Whoever started this program may have children reaped unseen. */
	(void)signal(SIGCHLD, SIG_DFL);
	code = spawn(&child.pid, arguments, environment_with(call, variables), &signals->before);
	if (code == ENOENT || code == EACCES || code == ENOEXEC || code == ENOTDIR)
		return wrong("%s: cannot be run: %s", arguments[0], strerror(code));
	if (code != 0) {
		note("%s: cannot be run: %s", arguments[0], strerror(code));
		return EXIT_UNREACHABLE;
	}
	wait_handing_on(&child, signals);
	*status = child.status;
	return 0;
}
