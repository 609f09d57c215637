#include "config.h"

#include "bare_start.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client.h"

static void fail(const char *what)
{
	fprintf(stderr, "bench/bare_server: %s\n", what);
	exit(1);
}

void bare_server_start(struct child *server, const char *body, size_t len)
{
	static char program[] = "bench/bare_server", port[] = "{port}", threads[] = "1";
	char path[] = "/tmp/tally-bench-XXXXXX";
	char *arguments[] = {program, port, path, threads, NULL};
	int fd = mkstemp(path);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	int connection;

	if (file == NULL)
		fail("no temporary file");
	fputs("/0 ", file);
	fwrite(body, 1, len, file);
	putc('\n', file);
	if (fclose(file) != 0 || child_start(server, arguments) != 0)
		fail("cannot be started");
	while ((connection = client_connect(server->port, false)) < 0) {
		if (child_has_ended(server))
			fail("has ended");
		usleep(1000);
	}
	close(connection);
	(void)unlink(path);
}
