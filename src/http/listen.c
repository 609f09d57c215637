#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/listen.h"

static int open_socket(const struct addrinfo *address)
{
	const int on = 1;
	int kind = address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int socket_fd = socket(address->ai_family, kind, address->ai_protocol);
	int saved_errno;

	if (socket_fd < 0)
		return -1;
	if (setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (address->ai_family != AF_INET6 ||
	     setsockopt(socket_fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
	    bind(socket_fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    listen(socket_fd, SOMAXCONN) == 0) {
		/* What is accepted takes it over; without it, an answer in two parts may wait. */
		setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return socket_fd;
	}
	saved_errno = errno;
	close(socket_fd);
	errno = saved_errno;
	return -1;
}

/* Tries the addresses of one family, or of all others. */
static int open_first(const struct addrinfo *addresses, bool ipv4)
{
	int socket_fd = -1;

	for (; addresses != NULL && socket_fd < 0; addresses = addresses->ai_next) {
		if ((addresses->ai_family == AF_INET) == ipv4)
			socket_fd = open_socket(addresses);
	}
	return socket_fd;
}

static int port_of(int socket_fd, unsigned short *port)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;

	if (getsockname(socket_fd, (struct sockaddr *)&address, &len) != 0)
		return -1;
	if (address.ss_family == AF_INET) {
		memcpy(&ipv4, &address, sizeof(ipv4));
		*port = ntohs(ipv4.sin_port);
	} else {
		memcpy(&ipv6, &address, sizeof(ipv6));
		*port = ntohs(ipv6.sin6_port);
	}
	return 0;
}

static int fail_bind(const char *host, unsigned short port, struct tally_error *error)
{
	switch (errno) {
	case EADDRINUSE:
		return tally__fail(
			error, TALLY_EUNREACHABLE,
			"cannot listen on %s:%u: something listens there already; choose "
			"another port, or 0 for a free one",
			host, port);
	case EACCES:
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "cannot listen on %s:%u: not allowed; choose a port from 1024 "
				   "on, or 0 for a free one",
				   host, port);
	case EADDRNOTAVAIL:
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "cannot listen on %s:%u: not an address of this machine", host,
				   port);
	default:
		return tally__fail(error, TALLY_EUNREACHABLE, "cannot listen on %s:%u: %s", host,
				   port, strerror(errno));
	}
}

int tally__listen(int *out, unsigned short *bound_port, const char *host, unsigned short port,
		  struct tally_error *error)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *addresses = NULL;
	char service[8];
	int status, socket_fd;

	snprintf(service, sizeof(service), "%u", port);
	status = getaddrinfo(host, service, &hints, &addresses);
	if (status == EAI_MEMORY)
		return tally__fail_nomem(error);
	if (status != 0)
		return tally__fail(error, TALLY_EINVAL,
				   "cannot listen on \"%.200s\": %s; give an address or a name of "
				   "this machine, such as 127.0.0.1",
				   host, gai_strerror(status));
	socket_fd = open_first(addresses, true);
	if (socket_fd < 0)
		socket_fd = open_first(addresses, false);
	if (socket_fd < 0 || port_of(socket_fd, bound_port) != 0)
		status = fail_bind(host, port, error);
	freeaddrinfo(addresses);
	if (status != 0) {
		if (socket_fd >= 0)
			close(socket_fd);
		return status;
	}
	*out = socket_fd;
	return 0;
}
