#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "base/child_start.h"
#include "base/mem.h"

extern char **environ;

/* A program may have been started without standard input, output or error. */
static int move_up(int *fd)
{
	int moved;

	if (*fd > STDERR_FILENO)
		return 0;
	moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		return errno;
	(void)close(*fd);
	*fd = moved;
	return 0;
}

int tally__child_pipe(int ends[2])
{
	int code;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		ends[0] = ends[1] = -1;
		return errno;
	}
	code = move_up(&ends[0]);
	return code != 0 ? code : move_up(&ends[1]);
}

static bool is_replaced(const char *entry, const char *const *variables, size_t count)
{
	size_t name_len = strcspn(entry, "=") + 1;

	for (size_t i = 0; i < count; i++) {
		if (strncmp(entry, variables[i], name_len) == 0)
			return true;
	}
	return false;
}

char **tally__child_environment(const char *const *variables, size_t count)
{
	size_t own = 0, kept = 0;
	char **list;

	while (environ != NULL && environ[own] != NULL)
		own++;
	list = tally__calloc(count + own + 1, sizeof(*list));
	if (list == NULL)
		return NULL;
	/* The interface of exec is older than const: it leaves the texts alone. */
	if (count > 0)
		memcpy(list, variables, count * sizeof(*list));
	kept = count;
	for (size_t i = 0; i < own; i++) {
		if (!is_replaced(environ[i], variables, count))
			list[kept++] = environ[i];
	}
	return list;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t all, none;
	int code;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGKILL);
	(void)sigdelset(&all, SIGSTOP);
	code = posix_spawnattr_setsigdefault(attributes, &all);
	if (code == 0)
		code = posix_spawnattr_setsigmask(attributes, &none);
	if (code == 0)
		code = posix_spawnattr_setpgroup(attributes, 0);
	if (code == 0)
		code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF |
								    POSIX_SPAWN_SETSIGMASK |
								    POSIX_SPAWN_SETPGROUP);
	return code;
}

static int spawn_with(pid_t *pid, const char *command, char *const *environment,
		      const posix_spawn_file_actions_t *actions)
{
	const char *const words[] = {"sh", "-c", command, NULL};
	char *arguments[sizeof(words) / sizeof(words[0])];
	posix_spawnattr_t attributes;
	int code = posix_spawnattr_init(&attributes);

	if (code != 0)
		return code;
	memcpy(arguments, words, sizeof(words));
	code = set_attributes(&attributes);
	if (code == 0)
		code = posix_spawn(pid, "/bin/sh", actions, &attributes, arguments, environment);
	(void)posix_spawnattr_destroy(&attributes);
	return code;
}

/* What a program around this one left open without FD_CLOEXEC, or libcurl, is not the command's. */
static int close_others(posix_spawn_file_actions_t *actions)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	return posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#else
	(void)actions;
	return 0;
#endif
}

int tally__child_spawn(pid_t *pid, const char *command, char *const *environment,
		       const int standard[3])
{
	posix_spawn_file_actions_t actions;
	int code = posix_spawn_file_actions_init(&actions);

	if (code != 0)
		return code;
	for (int i = 0; i < 3 && code == 0; i++)
		code = posix_spawn_file_actions_adddup2(&actions, standard[i], i);
	if (code == 0)
		code = close_others(&actions);
	if (code == 0)
		code = spawn_with(pid, command, environment, &actions);
	(void)posix_spawn_file_actions_destroy(&actions);
	return code;
}
