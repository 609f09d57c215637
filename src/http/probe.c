#include "config.h"

#include "http/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_BYTES 256
#define PORT_BYTES 8

/* Where nobody listens, a connection from the very port that it goes to reaches itself, when the
 * system happens to choose that one.  It is to leave nothing behind that keeps the port from
 * whoever wants to listen there. */
static bool has_reached_itself(int fd)
{
	const struct linger at_once = {.l_onoff = 1};
	struct sockaddr_storage here = {0}, there = {0};
	socklen_t here_len = sizeof(here), there_len = sizeof(there);

	if (getsockname(fd, (struct sockaddr *)&here, &here_len) != 0 ||
	    getpeername(fd, (struct sockaddr *)&there, &there_len) != 0 || here_len != there_len ||
	    memcmp(&here, &there, here_len) != 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	return true;
}

static bool accepts(const struct addrinfo *info, unsigned timeout_ms)
{
	struct pollfd polled = {.events = POLLOUT};
	int failure = 0;
	socklen_t len = sizeof(failure);
	bool accepted;

	polled.fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
			   info->ai_protocol);
	if (polled.fd < 0)
		return false;
	accepted = connect(polled.fd, info->ai_addr, info->ai_addrlen) == 0;
	if (!accepted && errno == EINPROGRESS && poll(&polled, 1, (int)timeout_ms) == 1)
		accepted = getsockopt(polled.fd, SOL_SOCKET, SO_ERROR, &failure, &len) == 0 &&
			   failure == 0;
	accepted = accepted && !has_reached_itself(polled.fd);
	(void)close(polled.fd);
	return accepted;
}

/* "[::1]:80" as "::1" and "80". */
static bool take_apart(const char *address, char host[HOST_BYTES], char port[PORT_BYTES])
{
	const char *colon = strrchr(address, ':');
	const char *end = colon;

	if (colon == NULL)
		return false;
	if (*address == '[' && colon > address && colon[-1] == ']') {
		address++;
		end--;
	}
	if ((size_t)(end - address) >= HOST_BYTES || strlen(colon + 1) >= PORT_BYTES)
		return false;
	memcpy(host, address, (size_t)(end - address));
	host[end - address] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

bool tally__http_probe(const char *address, unsigned timeout_ms)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;
	char host[HOST_BYTES], port[PORT_BYTES];
	bool accepted = false;

	if (!take_apart(address, host, port) || getaddrinfo(host, port, &hints, &all) != 0)
		return false;
	for (const struct addrinfo *info = all; info != NULL && !accepted; info = info->ai_next)
		accepted = accepts(info, timeout_ms);
	freeaddrinfo(all);
	return accepted;
}
