#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"

enum { STOP_PATIENCE_MS = 3000 };

extern char **environ;

double child_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int free_port(unsigned short *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int status = -1;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
		*port = ntohs(address.sin_port);
		status = 0;
	}
	close(fd);
	return status;
}

int child_start(struct child *out, char **arguments)
{
	char port[8];
	posix_spawn_file_actions_t actions;
	int status;

	if (free_port(&out->port) != 0 || posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	(void)snprintf(port, sizeof(port), "%u", out->port);
	for (char **argument = arguments; *argument != NULL; argument++) {
		if (strcmp(*argument, "{port}") == 0)
			*argument = port;
	}
	status = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	out->started_ns = child_now_ns();
	if (status == 0)
		status = posix_spawn(&out->pid, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = status;
	return status == 0 ? 0 : -1;
}

bool child_has_ended(struct child *child)
{
	if (child->pid > 0 && waitpid(child->pid, NULL, WNOHANG) == child->pid)
		child->pid = 0;
	return child->pid <= 0;
}

long child_peak_kb(const struct child *child)
{
	static const char name[] = "VmHWM:";
	char path[64];
	char line[256];
	long kb = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)child->pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	while (kb == 0 && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, name, sizeof(name) - 1) == 0)
			kb = strtol(line + sizeof(name) - 1, NULL, 10);
	}
	fclose(file);
	return kb;
}

void child_stop(struct child *child)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	double end_ns = child_now_ns() + STOP_PATIENCE_MS * 1e6;

	if (child->pid <= 0)
		return;
	kill(child->pid, SIGTERM);
	while (!child_has_ended(child)) {
		if (child_now_ns() > end_ns) {
			kill(child->pid, SIGKILL);
			waitpid(child->pid, NULL, 0);
			child->pid = 0;
			return;
		}
		nanosleep(&pause, NULL);
	}
}
