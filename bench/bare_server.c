/* The yardstick for servers: libmicrohttpd with nothing behind it.  bare_server PORT FILE THREADS
 * answers with the bodies of FILE, whose lines are a path that ends in their number, a blank, and a
 * body; libmicrohttpd is asked for the same kind of threads as Tally asks for. */
#include "config.h"

#include <microhttpd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answers {
	struct MHD_Response **items;
	size_t count;
};

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *bytes,
				  size_t *len, void **request)
{
	const struct answers *answers = context;
	const char *number = strrchr(url, '/');
	size_t index = number != NULL ? strtoul(number + 1, NULL, 10) : answers->count;

	(void)method;
	(void)version;
	(void)bytes;
	(void)len;
	/* The first call comes before the body. */
	if (*request == NULL) {
		*request = connection;
		return MHD_YES;
	}
	return index < answers->count ? MHD_queue_response(connection, 200, answers->items[index])
				      : MHD_NO;
}

static bool add_answer(struct answers *answers, char *body, size_t len)
{
	struct MHD_Response **grown =
		realloc(answers->items, (answers->count + 1) * sizeof(*answers->items));
	struct MHD_Response *answer;

	if (grown == NULL)
		return false;
	answers->items = grown;
	answer = MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_COPY);
	if (answer == NULL)
		return false;
	answers->items[answers->count++] = answer;
	return MHD_add_response_header(answer, "Content-Type", "application/json") == MHD_YES;
}

static bool read_answers(struct answers *answers, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool success = file != NULL;

	while (success && (len = getline(&line, &room, file)) > 0) {
		char *body = strchr(line, ' ');

		success = body != NULL && line[len - 1] == '\n' &&
			  add_answer(answers, body + 1, (size_t)(line + len - body) - 2);
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return success && answers->count > 0;
}

int main(int argc, char **argv)
{
	const unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC;
	struct answers answers = {0};
	struct MHD_Daemon *daemon;
	sigset_t signals;
	int signal;

	if (argc != 4 || !read_answers(&answers, argv[2])) {
		fputs("usage: bare_server PORT FILE THREADS\n", stderr);
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	daemon = MHD_start_daemon(flags, (unsigned short)strtoul(argv[1], NULL, 10), NULL, NULL,
				  on_request, &answers, MHD_OPTION_THREAD_POOL_SIZE,
				  (unsigned)strtoul(argv[3], NULL, 10), MHD_OPTION_END);
	if (daemon == NULL) {
		perror("bare_server");
		return 1;
	}
	sigwait(&signals, &signal);
	MHD_stop_daemon(daemon);
	while (answers.count > 0)
		MHD_destroy_response(answers.items[--answers.count]);
	free(answers.items);
	return 0;
}
