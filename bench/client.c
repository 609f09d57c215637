#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

/* The value of the header that `line` is, when it has this name. */
static const char *header_value(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	line += len + 1;
	return line + strspn(line, " \t");
}

static int parse_head(struct client_answer *out, const char *head, const char *end)
{
	static const char version[] = "HTTP/1.1 ";
	bool has_length = false;

	if (strncmp(head, version, sizeof(version) - 1) != 0)
		return -1;
	out->status = (int)strtol(head + sizeof(version) - 1, NULL, 10);
	for (const char *line = strstr(head, "\r\n"); line != NULL && line < end;
	     line = strstr(line, "\r\n")) {
		const char *value;

		line += 2;
		value = header_value(line, "Content-Length");
		if (value != NULL) {
			out->body_len = strtoul(value, NULL, 10);
			has_length = true;
		}
		value = header_value(line, "Connection");
		if (value != NULL && strncasecmp(value, "close", 5) == 0)
			out->closes = true;
	}
	return has_length ? 0 : -1;
}

int client_parse(struct client_answer *out, const char *bytes, size_t len)
{
	const char *end = strstr(bytes, "\r\n\r\n");
	size_t head_len;

	memset(out, 0, sizeof(*out));
	if (end == NULL)
		return 0;
	head_len = (size_t)(end - bytes) + 4;
	if (parse_head(out, bytes, end) != 0)
		return -1;
	out->body = bytes + head_len;
	out->len = head_len + out->body_len;
	return len >= out->len;
}

int client_connect(unsigned short port, bool nonblocking)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int saved_errno;

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
	    (!nonblocking || fcntl(fd, F_SETFL, O_NONBLOCK) == 0))
		return fd;
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return -1;
}

int client_ask(int fd, const char *request, size_t request_len, char *room, size_t room_len,
	       struct client_answer *answer)
{
	size_t len = 0;
	int whole = 0;

	while (request_len > 0) {
		ssize_t sent = send(fd, request, request_len, MSG_NOSIGNAL);

		if (sent < 0)
			return -1;
		request += sent;
		request_len -= (size_t)sent;
	}
	while (whole == 0) {
		ssize_t got = len + 1 < room_len ? recv(fd, room + len, room_len - len - 1, 0) : 0;

		if (got <= 0)
			return -1;
		len += (size_t)got;
		room[len] = '\0';
		whole = client_parse(answer, room, len);
	}
	return whole > 0 ? 0 : -1;
}
