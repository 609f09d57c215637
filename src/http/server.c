#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "http/listen.h"
#include "http/worker.h"

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

static int make_tls(struct http_server *server, const char *host, struct tally_error *error)
{
	int status = tally__certificate_make(&server->certificate, host, error);

	return status != 0 ? status : tally__tls_new(&server->tls, &server->certificate, error);
}

/* Half of the files that the process may open: the rest of it needs some, too. */
static size_t affordable_connections(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur / 2 > LIMIT_CONNECTIONS)
		return LIMIT_CONNECTIONS;
	return files.rlim_cur >= 4 ? (size_t)files.rlim_cur / 2 : 2;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void free_server(struct http_server *server)
{
	for (unsigned i = 0; i < server->worker_count; i++)
		tally__worker_release(&server->workers[i]);
	close_fd(&server->listen_fd);
	close_fd(&server->stop_fds[0]);
	close_fd(&server->stop_fds[1]);
	tally__tls_free(server->tls);
	tally__certificate_release(&server->certificate);
	pthread_mutex_destroy(&server->lock);
	tally__free(server->workers);
	tally__free(server->url);
	tally__free(server);
}

static struct http_server *new_server(const struct http_server_options *options)
{
	struct http_server *server = tally__calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	server->options = *options;
	server->options.host = NULL; /* lent only for the call */
	if (server->options.max_body_bytes == 0)
		server->options.max_body_bytes = LIMIT_BODY_BYTES;
	if (server->options.threads == 0)
		server->options.threads = 1;
	if (server->options.idle_timeout_s == 0)
		server->options.idle_timeout_s = 30;
	server->max_connections =
		options->max_connections != 0 ? options->max_connections : affordable_connections();
	server->listen_fd = server->stop_fds[0] = server->stop_fds[1] = -1;
	server->workers = tally__calloc(server->options.threads, sizeof(*server->workers));
	if (server->workers == NULL || pthread_mutex_init(&server->lock, NULL) != 0) {
		tally__free(server->workers);
		tally__free(server);
		return NULL;
	}
	return server;
}

static int make_stop_pipe(struct http_server *server, struct tally_error *error)
{
	if (pipe2(server->stop_fds, O_CLOEXEC | O_NONBLOCK) == 0)
		return 0;
	return tally__fail_errno(error, TALLY_EUNREACHABLE, NULL, errno, "cannot start a server");
}

static int start_worker(struct http_server *server, struct tally_error *error)
{
	int failure = tally__worker_start(server, 0);

	if (failure == 0)
		return 0;
	if (failure == ENOMEM)
		return tally__fail_nomem(error);
	return tally__fail_errno(error, TALLY_EUNREACHABLE, NULL, failure,
				 "cannot start a thread of a server");
}

int tally__http_server_start(struct http_server **out, const struct http_server_options *options,
			     struct tally_error *error)
{
	const char *host = options->host != NULL ? options->host : "127.0.0.1";
	struct http_server *server = new_server(options);
	int status;

	if (server == NULL)
		return tally__fail_nomem(error);
	status = tally__listen(&server->listen_fd, &server->port, host, options->port, error);
	if (status == 0)
		status = make_url(server, host, error);
	if (status == 0 && options->tls)
		status = make_tls(server, host, error);
	if (status == 0)
		status = make_stop_pipe(server, error);
	if (status == 0)
		status = start_worker(server, error);
	if (status != 0) {
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

/* Tells its threads, without waiting for them. */
static void begin_end(struct http_server *server)
{
	/* Under the lock: no worker is started from here on. */
	pthread_mutex_lock(&server->lock);
	atomic_store(&server->ending, true);
	pthread_mutex_unlock(&server->lock);
	close_fd(&server->stop_fds[1]);
}

void tally__http_servers_stop(struct http_server *const servers[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (servers[i] != NULL)
			begin_end(servers[i]);
	}
	for (size_t i = 0; i < count; i++) {
		for (unsigned j = 0; servers[i] != NULL && j < servers[i]->worker_count; j++)
			pthread_join(servers[i]->workers[j].thread, NULL);
	}
	for (size_t i = 0; i < count; i++) {
		if (servers[i] != NULL)
			free_server(servers[i]);
	}
}

void tally__http_server_stop(struct http_server *server)
{
	tally__http_servers_stop(&server, 1);
}
