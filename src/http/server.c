#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/certificate.h"
#include "http/listen.h"
#include "http/mhd_api.h"
#include "http/server.h"
#include "http/server_connections.h"

/* What a connection may hold in memory beside a body: the heads of a request and of its answer, and
 * room to read into. */
#define CONNECTION_BYTES  ((size_t)4 * LIMIT_HEADER_BYTES)
#define CONNECTION_GROWTH ((size_t)16384)

/* A body that is too large is read on and thrown away for a while, because a client that is still
 * sending would not see the answer; beyond LIMIT_DISCARD_BYTES more the connection is closed. */

/* How long a stop waits for clients that do not read their answers. */
enum { STOP_PATIENCE_MS = 5000 };

struct http_server {
	struct http_server_options options;
	struct MHD_Daemon *daemon;
	unsigned short port;
	char *url;
	struct certificate certificate; /* all NULL without TLS */
	struct server_connections connections;
};

/* One request, from its first line until its answer is out. */
struct incoming {
	struct arena arena;
	const char *target;
	struct buf body;
	struct http_request request;
	uint64_t discarded_bytes;
	size_t header_bytes;
	int refusal; /* the status to refuse it with, once it was read; 0: none */
	bool started;
	bool told; /* of its refusal */
};

static enum MHD_Result on_arrival(void *context, const struct sockaddr *address,
				  socklen_t address_len)
{
	struct http_server *server = context;

	(void)address;
	(void)address_len;
	return tally__connections_admit(&server->connections) ? MHD_YES : MHD_NO;
}

static void free_incoming(struct incoming *incoming)
{
	if (incoming == NULL)
		return;
	tally__buf_release(&incoming->body);
	tally__arena_release(&incoming->arena);
	tally__free(incoming);
}

static void tell_refused(const struct http_server *server, struct incoming *incoming, int status,
			 const char *why)
{
	const char *method = incoming->request.method;
	const struct http_refusal refusal = {.method = method != NULL ? method : "",
					     .target = incoming->target != NULL ? incoming->target
										: "",
					     .status = status,
					     .why = why};

	if (server->options.refused != NULL && !incoming->told)
		server->options.refused(server->options.context, &refusal);
	incoming->told = true;
}

static const char *refusal_text(int status)
{
	switch (status) {
	case 400:
		return "The request has a header that is not HTTP.\n";
	case 413:
		return "The request's body is larger than this server takes.\n";
	case 431:
		return "The request has more bytes of headers than this server takes.\n";
	default:
		return "The server ran out of memory.\n";
	}
}

/* A request that never came so far that it could be answered. */
static void tell_end(const struct http_server *server, struct incoming *incoming)
{
	if (incoming != NULL && incoming->refusal != 0)
		tell_refused(server, incoming, incoming->refusal, refusal_text(incoming->refusal));
	else if (incoming != NULL && !incoming->started)
		tell_refused(server, incoming, 0, "The request ended too early, or is not HTTP.\n");
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct http_server *server = context;
	struct server_connection *entered = *socket_context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = tally__connections_enter(
			&server->connections,
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
				->connect_fd);
	} else if (entered != NULL) {
		/* libmicrohttpd tells of no end for a request that it refused while reading it. */
		tell_end(server, entered->incoming);
		free_incoming(entered->incoming);
		entered->incoming = NULL;
		*socket_context = NULL;
		tally__connections_leave(&server->connections, entered);
	}
}

static struct server_connection *entered_as(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
	struct http_server *server = context;
	struct server_connection *entered = entered_as(connection);
	struct incoming *incoming = NULL;

	if (entered != NULL)
		incoming = tally__calloc(1, sizeof(*incoming));
	if (incoming == NULL)
		return NULL;
	free_incoming(entered->incoming);
	entered->incoming = incoming;
	tally__arena_init(&incoming->arena, 0);
	tally__buf_init(&incoming->body, server->options.max_body_bytes);
	incoming->target = tally__arena_strdup(&incoming->arena, target);
	return incoming;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode reason)
{
	struct server_connection *entered = entered_as(connection);

	(void)reason;
	*request = NULL;
	if (entered == NULL)
		return;
	tell_end(context, entered->incoming);
	free_incoming(entered->incoming);
	entered->incoming = NULL;
}

/* What libmicrohttpd takes no part in: which of the handler's headers say how the message is
 * framed.  The handler's Content-Length stays only where no body follows it (HEAD, 304); elsewhere
 * it is the real one.  "Transfer-Encoding: chunked" is honoured, other encodings are not made. */
static bool header_is_sent(const struct http_header *header, bool bodiless)
{
	if (tally__text_equal_nocase(header->name, "Content-Length"))
		return bodiless;
	if (tally__text_equal_nocase(header->name, "Transfer-Encoding"))
		return tally__text_equal_nocase(header->value, "chunked");
	return true;
}

static bool add_headers(struct MHD_Response *answer, const struct http_response *response,
			bool bodiless)
{
	for (size_t i = 0; i < response->headers.count; i++) {
		const struct http_header *header = &response->headers.items[i];
		/* libmicrohttpd refuses empty values; a blank is the same to a client. */
		const char *value = *header->value != '\0' ? header->value : " ";

		if (!header_is_sent(header, bodiless))
			continue;
		if (MHD_add_response_header(answer, header->name, value) != MHD_YES &&
		    /* Of these it keeps what fits its own view of the connection. */
		    !tally__text_equal_nocase(header->name, "Connection") &&
		    !tally__text_equal_nocase(header->name, "Transfer-Encoding"))
			return false;
	}
	return true;
}

static struct MHD_Response *make_answer(const struct http_response *response, bool bodiless,
					bool closing)
{
	/* Lent, never written to: the arena outlives the answer. */
	void *body = (void *)(uintptr_t)(response->body_len > 0 ? response->body : "");
	struct MHD_Response *answer =
		MHD_create_response_from_buffer(response->body_len, body, MHD_RESPMEM_PERSISTENT);

	if (answer == NULL)
		return NULL;
	if ((bodiless && MHD_set_response_options(answer, MHD_RF_INSANITY_HEADER_CONTENT_LENGTH,
						  MHD_RO_END) != MHD_YES) ||
	    !add_headers(answer, response, bodiless) ||
	    (closing && MHD_add_response_header(answer, "Connection", "close") != MHD_YES)) {
		MHD_destroy_response(answer);
		return NULL;
	}
	return answer;
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, const char *method,
				   const struct http_response *response, bool closing)
{
	bool bodiless = strcmp(method, "HEAD") == 0 || response->status == 304;
	struct MHD_Response *answer;
	enum MHD_Result result;

	bodiless = bodiless && tally__http_header_get(&response->headers, "Content-Length") != NULL;
	answer = make_answer(response, bodiless, closing);
	if (answer == NULL)
		return MHD_NO;
	result = MHD_queue_response(connection, (unsigned)response->status, answer);
	MHD_destroy_response(answer);
	return result;
}

/* An answer of the server's own, in plain words. */
static enum MHD_Result send_text(struct MHD_Connection *connection, const char *method, int status,
				 const char *text, bool closing)
{
	static struct http_header type = {"Content-Type", "text/plain; charset=utf-8"};
	const struct http_response response = {.status = status,
					       .headers = {.items = &type, .count = 1},
					       .body = text,
					       .body_len = strlen(text)};

	return send_answer(connection, method, &response, closing);
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
				 size_t name_len, const char *value, size_t value_len)
{
	struct incoming *incoming = context;
	int status = TALLY_EINVAL;

	(void)kind;
	if (value == NULL)
		value = "";
	incoming->header_bytes += name_len + value_len + 4;
	if (incoming->header_bytes > LIMIT_HEADER_BYTES) {
		incoming->refusal = 431;
		return MHD_NO;
	}
	if (strlen(name) == name_len && strlen(value) == value_len)
		status = tally__http_header_add(&incoming->request.headers, &incoming->arena, name,
						value, NULL);
	if (status != 0)
		incoming->refusal = status == TALLY_EINVAL ? 400 : 500;
	return status == 0 ? MHD_YES : MHD_NO;
}

static uint64_t announced_bytes(const struct incoming *incoming)
{
	const char *text = tally__http_header_get(&incoming->request.headers, "Content-Length");
	uint64_t bytes = 0;

	return text != NULL && tally__text_to_u64(text, &bytes) ? bytes : 0;
}

static enum MHD_Result refuse(const struct http_server *server, struct MHD_Connection *connection,
			      struct incoming *incoming)
{
	tell_refused(server, incoming, incoming->refusal, refusal_text(incoming->refusal));
	return send_text(connection, incoming->request.method, incoming->refusal,
			 refusal_text(incoming->refusal), true);
}

/* The head is there, the body is not: an answer now ends the connection after it. */
static enum MHD_Result start(struct http_server *server, struct MHD_Connection *connection,
			     struct incoming *incoming, const char *method)
{
	uint64_t announced;

	incoming->started = true;
	incoming->request.target = incoming->target;
	incoming->request.method = tally__arena_strdup(&incoming->arena, method);
	if (incoming->request.target == NULL || incoming->request.method == NULL)
		return MHD_NO;
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, incoming);
	announced = announced_bytes(incoming);
	if (incoming->refusal == 0 && announced > server->options.max_body_bytes) {
		incoming->refusal = 413;
		if (announced - server->options.max_body_bytes < LIMIT_DISCARD_BYTES)
			return MHD_YES;
	}
	return incoming->refusal == 0 ? MHD_YES : refuse(server, connection, incoming);
}

static enum MHD_Result receive(struct incoming *incoming, const char *bytes, size_t *len)
{
	if (incoming->refusal == 0) {
		tally__buf_add(&incoming->body, bytes, *len);
		if (incoming->body.status != 0)
			incoming->refusal = incoming->body.status == TALLY_ELIMIT ? 413 : 500;
	}
	if (incoming->refusal != 0)
		incoming->discarded_bytes += *len;
	*len = 0;
	return incoming->discarded_bytes <= incoming->body.max_bytes + LIMIT_DISCARD_BYTES ? MHD_YES
											   : MHD_NO;
}

/* The handler gave an answer that cannot be sent. */
static enum MHD_Result fail_answer(const struct http_server *server,
				   struct MHD_Connection *connection, struct incoming *incoming,
				   const char *why, bool closing)
{
	tell_refused(server, incoming, 500, why);
	return send_text(connection, incoming->request.method, 500, why, closing);
}

static enum MHD_Result answer(struct http_server *server, struct MHD_Connection *connection,
			      struct incoming *incoming)
{
	struct http_response response = {0};
	struct http_request *request = &incoming->request;
	bool closing = tally__connections_ending(&server->connections);

	if (incoming->refusal != 0)
		return refuse(server, connection, incoming);
	request->body = incoming->body.bytes;
	request->body_len = incoming->body.len;
	if (server->options.handler(server->options.context, request, &incoming->arena,
				    &response) != 0)
		return send_text(connection, request->method, 500, "The server could not answer.\n",
				 closing);
	if (response.status < 200 || response.status > 999)
		return fail_answer(server, connection, incoming,
				   "The status of the answer is none that HTTP can end a request "
				   "with.\n",
				   closing);
	if (send_answer(connection, request->method, &response, closing) == MHD_YES)
		return MHD_YES;
	return fail_answer(server, connection, incoming,
			   "The headers of the answer cannot be sent.\n", true);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *bytes,
				  size_t *len, void **request)
{
	struct http_server *server = context;
	struct incoming *incoming = *request;

	(void)url;
	(void)version;
	if (incoming == NULL)
		return MHD_NO;
	if (!incoming->started)
		return start(server, connection, incoming, method);
	if (*len > 0)
		return receive(incoming, bytes, len);
	return answer(server, connection, incoming);
}

/* Signals are the program's business: the server's threads take none but those that their own
 * faults raise, which would end the program without a word if they were blocked. */
static void block_signals(sigset_t *before)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&set, faults[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int listen_fd)
{
	const unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC |
			       (server->options.tls ? (unsigned)MHD_USE_TLS : 0);
	const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	const struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->certificate.key},
		{MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate.server},
		{MHD_OPTION_END, 0, NULL}};
	const struct MHD_OptionItem pool[] = {
		{server->options.threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
		 (intptr_t)server->options.threads, NULL},
		{MHD_OPTION_END, 0, NULL}};
	struct MHD_Daemon *daemon;
	sigset_t before;

	block_signals(&before);
	daemon = MHD_start_daemon(
		flags, server->port, on_arrival, server, on_request, server,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, server, MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, server->options.idle_timeout_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_MEMORY_INCREMENT, CONNECTION_GROWTH, MHD_OPTION_ARRAY, pool,
		MHD_OPTION_ARRAY, server->options.tls ? tls : none, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return daemon;
}

static int make_url(struct http_server *server, const char *host, struct tally_error *error)
{
	bool ipv6 = strchr(host, ':') != NULL;
	struct buf url;

	tally__buf_init(&url, 4096);
	tally__buf_adds(&url, server->options.tls ? "https://" : "http://");
	tally__buf_addf(&url, ipv6 ? "[%s]:%u" : "%s:%u", host, server->port);
	if (tally__buf_status(&url, error) == 0)
		server->url = tally__buf_take(&url, NULL);
	tally__buf_release(&url);
	return server->url != NULL ? 0 : tally__fail_nomem(error);
}

static void free_server(struct http_server *server)
{
	tally__connections_release(&server->connections);
	tally__certificate_release(&server->certificate);
	tally__free(server->url);
	tally__free(server);
}

static struct http_server *new_server(const struct http_server_options *options)
{
	struct http_server *server = tally__calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	tally__connections_init(&server->connections);
	server->options = *options;
	server->options.host = NULL; /* lent only for the call */
	if (server->options.max_body_bytes == 0)
		server->options.max_body_bytes = LIMIT_BODY_BYTES;
	if (server->options.threads == 0)
		server->options.threads = 1;
	if (server->options.idle_timeout_s == 0)
		server->options.idle_timeout_s = 30;
	return server;
}

int tally__http_server_start(struct http_server **out, const struct http_server_options *options,
			     struct tally_error *error)
{
	const char *host = options->host != NULL ? options->host : "127.0.0.1";
	struct http_server *server;
	int listen_fd = -1;
	int status = tally__mhd_load(error);

	if (status != 0)
		return status;
	server = new_server(options);
	if (server == NULL)
		return tally__fail_nomem(error);
	status = tally__listen(&listen_fd, &server->port, host, options->port, error);
	if (status == 0)
		status = make_url(server, host, error);
	if (status == 0 && options->tls)
		status = tally__certificate_make(&server->certificate, host, error);
	if (status == 0) {
		server->daemon = start_daemon(server, listen_fd);
		/* From here on the socket is libmicrohttpd's, which closes it if it fails. */
		listen_fd = -1;
		if (server->daemon == NULL)
			status = tally__fail(error, TALLY_EUNREACHABLE,
					     "cannot start a server on %s:%u: libmicrohttpd "
					     "refused (threads or memory short?)",
					     host, server->port);
	}
	if (status != 0) {
		if (listen_fd >= 0)
			close(listen_fd);
		free_server(server);
		return status;
	}
	*out = server;
	return 0;
}

const char *tally__http_server_url(const struct http_server *server)
{
	return server->url;
}

const char *tally__http_server_authority(const struct http_server *server)
{
	return server->certificate.authority;
}

void tally__http_server_stop(struct http_server *server)
{
	int listen_fd;

	if (server == NULL)
		return;
	listen_fd = MHD_quiesce_daemon(server->daemon);
	/* Who tries to connect is told at once that nobody serves any more. */
	if (listen_fd >= 0)
		shutdown(listen_fd, SHUT_RDWR);
	tally__connections_end(&server->connections, STOP_PATIENCE_MS);
	MHD_stop_daemon(server->daemon);
	if (listen_fd >= 0)
		close(listen_fd);
	free_server(server);
}
