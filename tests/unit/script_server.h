/* script_server.h - a server whose answers are bytes: whatever a provider may come up with. */
#ifndef TALLY_TESTS_SCRIPT_SERVER_H
#define TALLY_TESTS_SCRIPT_SERVER_H

#include <poll.h>

#include "http_wire.h"

enum script_end {
	SCRIPT_CLOSE, /* close the connection in good order */
	SCRIPT_KEEP,  /* read the next request from it */
	SCRIPT_RESET, /* break it off */
	SCRIPT_HOLD   /* say nothing more until the client closes */
};

struct script_answer {
	const char *bytes;
	size_t len; /* 0: up to the NUL */
	enum script_end end;
	size_t repeats;  /* how often the bytes come again */
	int pause_ms;    /* in between */
	bool unasked;    /* without reading a request */
	bool close_then; /* before reading this request, close the connection that was kept */
};

/* Gives its answers in order, over as many connections as the client likes; the last one again and
 * again. */
struct script_server {
	const struct script_answer *answers;
	size_t count;
	unsigned short port;

	int listen_fd;
	pthread_t thread;
	pthread_mutex_t lock; /* for what follows */
	struct buf received;
	size_t next, connections;
};

/* False: the client has closed. */
static inline bool script_read_request(struct script_server *server, int fd)
{
	size_t start, body = 0;
	const char *end = NULL, *length;
	char bytes[4096];

	pthread_mutex_lock(&server->lock);
	start = server->received.len;
	pthread_mutex_unlock(&server->lock);
	for (;;) {
		ssize_t len = recv(fd, bytes, sizeof(bytes), 0);
		bool whole;

		if (len <= 0)
			return false;
		pthread_mutex_lock(&server->lock);
		tally__buf_add(&server->received, bytes, (size_t)len);
		end = strstr(server->received.bytes + start, "\r\n\r\n");
		length = strstr(server->received.bytes + start, "Content-Length: ");
		if (end != NULL && length != NULL && length < end)
			body = strtoul(length + 16, NULL, 10);
		whole = end != NULL &&
			server->received.len >= (size_t)(end + 4 - server->received.bytes) + body;
		pthread_mutex_unlock(&server->lock);
		if (whole)
			return true;
	}
}

static inline void script_close(int fd, enum script_end end)
{
	const struct linger at_once = {.l_onoff = 1};
	char bytes[4096];

	if (end == SCRIPT_RESET)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	/* Closing while the client still sends would make a reset of it. */
	if (end == SCRIPT_CLOSE)
		shutdown(fd, SHUT_WR);
	while ((end == SCRIPT_HOLD || end == SCRIPT_CLOSE) && recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
	close(fd);
}

static inline void script_write(int fd, const struct script_answer *answer)
{
	size_t len = answer->len > 0 ? answer->len : strlen(answer->bytes);
	char byte;

	/* As long as the client listens. */
	for (size_t i = 0; i <= answer->repeats; i++) {
		if (i > 0 && answer->pause_ms > 0)
			(void)poll(NULL, 0, answer->pause_ms);
		if (i > 0 && recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
			return;
		wire_write(fd, answer->bytes, len);
	}
}

static inline void *script_serve(void *context)
{
	struct script_server *server = context;
	int fd;

	while ((fd = accept(server->listen_fd, NULL, NULL)) >= 0) {
		enum script_end end = SCRIPT_KEEP;

		pthread_mutex_lock(&server->lock);
		server->connections++;
		pthread_mutex_unlock(&server->lock);
		while (end == SCRIPT_KEEP) {
			const struct script_answer *answer = &server->answers[server->next];

			if (!answer->unasked && !script_read_request(server, fd)) {
				end = SCRIPT_RESET;
				break;
			}
			if (server->next + 1 < server->count)
				server->next++;
			script_write(fd, answer);
			end = answer->end;
			if (end == SCRIPT_KEEP && server->answers[server->next].close_then)
				end = SCRIPT_CLOSE;
		}
		script_close(fd, end);
	}
	return NULL;
}

static inline void script_start(struct script_server *server, const struct script_answer *answers,
				size_t count)
{
	struct sockaddr_in address = wire_address(0);
	socklen_t len = sizeof(address);

	*server = (struct script_server){.answers = answers, .count = count};
	tally__buf_init(&server->received, WIRE_MAX_BYTES);
	pthread_mutex_init(&server->lock, NULL);
	server->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (server->listen_fd < 0 ||
	    bind(server->listen_fd, (const struct sockaddr *)&address, len) != 0 ||
	    listen(server->listen_fd, 64) != 0 ||
	    getsockname(server->listen_fd, (struct sockaddr *)&address, &len) != 0 ||
	    pthread_create(&server->thread, NULL, script_serve, server) != 0)
		abort();
	server->port = ntohs(address.sin_port);
}

/* The client must have closed its connections. */
static inline void script_stop(struct script_server *server)
{
	shutdown(server->listen_fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listen_fd);
	tally__buf_release(&server->received);
	pthread_mutex_destroy(&server->lock);
}

#endif
