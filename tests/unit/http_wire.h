/* http_wire.h - raw bytes over loopback sockets, for tests of the HTTP client and server. */
#ifndef TALLY_TESTS_HTTP_WIRE_H
#define TALLY_TESTS_HTTP_WIRE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

#define WIRE_MAX_BYTES ((size_t)256 << 20)

static inline struct sockaddr_in wire_address(unsigned short port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static inline int wire_connect(unsigned short port)
{
	struct sockaddr_in address = wire_address(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		abort();
	return fd;
}

static inline void wire_write(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		bytes += sent;
		len -= (size_t)sent;
	}
}

/* Reads until the other side closes. */
static inline void wire_read_all(int fd, struct buf *out)
{
	char bytes[4096];
	ssize_t len;

	while ((len = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		tally__buf_add(out, bytes, (size_t)len);
}

/* Sends `request` and returns all that comes back until the connection ends, to be released with
 * tally__buf_release. */
static inline struct buf wire_ask(unsigned short port, const char *request, size_t len)
{
	struct buf answer;
	int fd = wire_connect(port);

	tally__buf_init(&answer, WIRE_MAX_BYTES);
	wire_write(fd, request, len);
	wire_read_all(fd, &answer);
	close(fd);
	return answer;
}

/* A server for one connection: reads a head, keeps it, writes `answer`, and then closes; or waits
 * until the client closes when `hold` is set. */
struct wire_server {
	int listen_fd;
	unsigned short port;
	const char *answer;
	size_t answer_len;
	size_t wanted_body_len;
	bool hold;
	void *(*serve)(void *server); /* NULL: as said above */
	struct buf received;
	pthread_t thread;
	bool over; /* the thread was joined */
};

static inline void *wire_serve(void *context)
{
	struct wire_server *server = context;
	char bytes[4096];
	const char *end = NULL;
	ssize_t len = 1;
	int fd = accept(server->listen_fd, NULL, NULL);

	if (fd < 0)
		return NULL;
	while (len > 0 && (end == NULL || (size_t)(server->received.bytes + server->received.len -
						   (end + 4)) < server->wanted_body_len)) {
		len = recv(fd, bytes, sizeof(bytes), 0);
		if (len > 0)
			tally__buf_add(&server->received, bytes, (size_t)len);
		end = strstr(server->received.bytes, "\r\n\r\n");
	}
	wire_write(fd, server->answer, server->answer_len);
	while (server->hold && recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
	close(fd);
	return NULL;
}

static inline void wire_server_start(struct wire_server *server, const char *answer, size_t len)
{
	struct sockaddr_in address = wire_address(0);
	socklen_t address_len = sizeof(address);

	server->answer = answer;
	server->answer_len = len;
	tally__buf_init(&server->received, WIRE_MAX_BYTES);
	/* Memory beforehand: a test that lets allocations fail means the other side's. */
	for (size_t i = 0; i < 65536; i++)
		tally__buf_addc(&server->received, ' ');
	tally__buf_clear(&server->received);
	server->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (server->listen_fd < 0 ||
	    bind(server->listen_fd, (const struct sockaddr *)&address, address_len) != 0 ||
	    listen(server->listen_fd, 8) != 0 ||
	    getsockname(server->listen_fd, (struct sockaddr *)&address, &address_len) != 0 ||
	    pthread_create(&server->thread, NULL,
			   server->serve != NULL ? server->serve : wire_serve, server) != 0)
		abort();
	server->port = ntohs(address.sin_port);
}

/* Waits until it has served: then what it received can be looked at. */
static inline void wire_server_wait(struct wire_server *server)
{
	if (!server->over)
		pthread_join(server->thread, NULL);
	server->over = true;
}

static inline void wire_server_stop(struct wire_server *server)
{
	shutdown(server->listen_fd, SHUT_RDWR);
	wire_server_wait(server);
	close(server->listen_fd);
	tally__buf_release(&server->received);
}

#endif
