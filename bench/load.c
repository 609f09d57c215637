/* Load for a server: load CONNECTIONS MILLISECONDS FILE COMMAND...
 *
 * Runs COMMAND on a free port ("{port}"), takes the time until it gives the first answer, and then
 * asks over that many connections, which are kept open, one request after another on each.  FILE
 * has a line for each request: the path, a blank, and the body that the answer must have.  An
 * answer with another status or body is an error, as is a connection that breaks, which is made
 * anew.
 *
 * Prints one line: start_ms, peak_kb, requests, errors, seconds, rate (requests that were answered
 * as they should, each second), median_us and p99_us (of those). */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "client.h"

#define START_PATIENCE_NS 120e9
#define ROOM_BYTES        ((size_t)65536)
#define MAX_CONNECTIONS   1024
#define MAX_US            10000000

struct asked {
	char *text; /* the request */
	size_t text_len;
	const char *body; /* of the answer */
	size_t body_len;
};

struct connection {
	int fd; /* -1: none */
	size_t next;
	size_t sent;
	size_t len;
	double asked_ns;
	char *room;
};

struct load {
	struct asked *asked;
	size_t asked_count;
	char *file;
	struct connection connections[MAX_CONNECTIONS];
	size_t connection_count;
	int epoll_fd;
	unsigned short port;
	unsigned long answers;
	unsigned long errors;
	uint32_t *times; /* how many answers took so many microseconds */
};

static struct child child;

static void stop_child(void)
{
	child_stop(&child);
}

static void fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		fail("calloc");
	return memory;
}

/* ---- what is asked ---- */

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text;
	long len;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (len = ftell(file)) < 0)
		fail(path);
	rewind(file);
	text = allocate((size_t)len + 1, 1);
	if (fread(text, 1, (size_t)len, file) != (size_t)len)
		fail(path);
	fclose(file);
	return text;
}

static void read_line(struct asked *out, char *line)
{
	static const char head[] = "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: "
				   "application/json\r\n\r\n";
	char *body = strchr(line, ' ');

	if (body == NULL) {
		fprintf(stderr, "load: expected a path, a blank and a body: %s\n", line);
		exit(2);
	}
	*body++ = '\0';
	out->body = body;
	out->body_len = strlen(body);
	out->text = allocate(strlen(line) + sizeof(head), 1);
	out->text_len = (size_t)snprintf(out->text, strlen(line) + sizeof(head), head, line);
}

static void read_asked(struct load *load, const char *path)
{
	size_t count = 0;
	char *line;
	char *end;

	load->file = read_file(path);
	for (line = load->file; *line != '\0'; line++)
		count += *line == '\n';
	load->asked = allocate(count + 1, sizeof(*load->asked));
	for (line = load->file; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		read_line(&load->asked[load->asked_count++], line);
	}
	if (load->asked_count == 0) {
		fprintf(stderr, "load: %s has no lines\n", path);
		exit(2);
	}
}

static bool is_wanted(const struct asked *asked, const struct client_answer *answer)
{
	return answer->status == 200 && answer->body_len == asked->body_len &&
	       memcmp(answer->body, asked->body, asked->body_len) == 0;
}

/* ---- the start ---- */

static bool first_answer(const struct load *load, char *room)
{
	const struct asked *asked = &load->asked[load->asked_count - 1];
	struct client_answer answer;
	int fd = client_connect(load->port, false);
	bool wanted;

	if (fd < 0)
		return false;
	wanted = client_ask(fd, asked->text, asked->text_len, room, ROOM_BYTES, &answer) == 0 &&
		 is_wanted(asked, &answer);
	if (!wanted)
		fprintf(stderr, "load: the first answer is not the one expected: %.400s\n", room);
	close(fd);
	return wanted;
}

/* The time until it answers, in milliseconds; negative when it does not. */
static double await(const struct load *load)
{
	char *room = allocate(ROOM_BYTES, 1);
	double start_ms = -1;
	int fd;

	while ((fd = client_connect(load->port, false)) < 0) {
		if (child_has_ended(&child) ||
		    child_now_ns() - child.started_ns > START_PATIENCE_NS)
			goto out;
		(void)poll(NULL, 0, 1);
	}
	close(fd);
	if (first_answer(load, room))
		start_ms = (child_now_ns() - child.started_ns) / 1e6;
out:
	free(room);
	return start_ms;
}

/* ---- the load ---- */

static void ask(struct load *load, struct connection *connection);

static void open_connection(struct load *load, struct connection *connection)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

	connection->fd = client_connect(load->port, true);
	if (connection->fd < 0 ||
	    epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0)
		fail("connection");
	ask(load, connection);
}

static void fail_connection(struct load *load, struct connection *connection)
{
	load->errors++;
	close(connection->fd);
	open_connection(load, connection);
}

/* A request fits any socket's buffer, as long as no other is under way. */
static void ask(struct load *load, struct connection *connection)
{
	const struct asked *asked = &load->asked[connection->next];

	connection->len = 0;
	connection->asked_ns = child_now_ns();
	if (send(connection->fd, asked->text, asked->text_len, MSG_NOSIGNAL) !=
	    (ssize_t)asked->text_len)
		fail("send");
}

static void count_answer(struct load *load, struct connection *connection,
			 const struct client_answer *answer)
{
	double us = (child_now_ns() - connection->asked_ns) / 1e3;

	if (!is_wanted(&load->asked[connection->next], answer)) {
		load->errors++;
		return;
	}
	load->answers++;
	load->times[us < MAX_US ? (size_t)us : MAX_US]++;
}

static void receive(struct load *load, struct connection *connection)
{
	struct client_answer answer;
	ssize_t got = recv(connection->fd, connection->room + connection->len,
			   ROOM_BYTES - connection->len - 1, 0);
	int whole;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		connection->len += (size_t)got;
		connection->room[connection->len] = '\0';
	}
	whole = got > 0 ? client_parse(&answer, connection->room, connection->len) : -1;
	if (whole < 0) {
		fail_connection(load, connection);
	} else if (whole > 0) {
		count_answer(load, connection, &answer);
		connection->next = (connection->next + 1) % load->asked_count;
		if (answer.closes) {
			close(connection->fd);
			open_connection(load, connection);
		} else {
			ask(load, connection);
		}
	}
}

/* Each connection begins elsewhere, so that all requests are under way alike. */
static double run(struct load *load, double end_ns)
{
	struct epoll_event events[MAX_CONNECTIONS];
	double start_ns = child_now_ns();

	load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (load->epoll_fd < 0)
		fail("epoll");
	for (size_t i = 0; i < load->connection_count; i++) {
		load->connections[i].room = allocate(ROOM_BYTES, 1);
		load->connections[i].next = i * load->asked_count / load->connection_count;
		open_connection(load, &load->connections[i]);
	}
	end_ns += start_ns;
	while (child_now_ns() < end_ns) {
		int count = epoll_wait(load->epoll_fd, events, MAX_CONNECTIONS, 10);

		for (int i = 0; i < count; i++)
			receive(load, events[i].data.ptr);
	}
	return (child_now_ns() - start_ns) / 1e9;
}

/* The time below which this part of the answers came. */
static size_t quantile_us(const struct load *load, double part)
{
	double wanted = (double)load->answers * part;
	double seen = 0;
	size_t us;

	for (us = 0; us < MAX_US; us++) {
		seen += load->times[us];
		if (seen > wanted)
			break;
	}
	return us;
}

static void release(struct load *load)
{
	for (size_t i = 0; i < load->connection_count; i++) {
		close(load->connections[i].fd);
		free(load->connections[i].room);
	}
	close(load->epoll_fd);
	for (size_t i = 0; i < load->asked_count; i++)
		free(load->asked[i].text);
	free(load->asked);
	free(load->file);
	free(load->times);
}

int main(int argc, char **argv)
{
	static struct load load;
	double start_ms;
	double seconds;
	long peak_kb;

	if (argc < 5 || (load.connection_count = strtoul(argv[1], NULL, 10)) == 0 ||
	    load.connection_count > MAX_CONNECTIONS) {
		fputs("usage: load CONNECTIONS MILLISECONDS FILE COMMAND...\n", stderr);
		return 2;
	}
	read_asked(&load, argv[3]);
	load.times = allocate(MAX_US + 1, sizeof(*load.times));
	if (atexit(stop_child) != 0 || child_start(&child, argv + 4) != 0)
		fail(argv[4]);
	load.port = child.port;
	start_ms = await(&load);
	if (start_ms < 0) {
		fputs("load: the server did not answer\n", stderr);
		return 1;
	}
	seconds = run(&load, strtod(argv[2], NULL) * 1e6);
	peak_kb = child_peak_kb(&child);
	printf("start_ms %.1f peak_kb %ld requests %lu errors %lu seconds %.2f rate %.1f median_us "
	       "%zu p99_us %zu\n",
	       start_ms, peak_kb, load.answers, load.errors, seconds,
	       (double)load.answers / seconds, quantile_us(&load, 0.5), quantile_us(&load, 0.99));
	release(&load);
	return 0;
}
