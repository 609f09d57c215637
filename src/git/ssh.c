/* Over ssh: the program, as git itself does it, and not libssh2.  So all that an installation has
 * is honoured (~/.ssh/config, agents, keys on tokens, certificates, jump hosts), and the check of
 * host keys is OpenSSH's own; see doc/decisions/0032. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/child_start.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "git/carrier.h"
#include "git/url.h"

/* Of what ssh and the server print, the end is kept. */
#define WORDS_BYTES   4096
#define COMMAND_BYTES (size_t)65536
#define FILE_CHUNK    65536
/* How long a program that was told of the end may take to leave. */
#define LEAVE_MS 2000

struct ssh_carrier {
	struct carrier base;
	struct arena arena;
	struct git_url url;
	struct carrier_options options;
};

struct ssh_session {
	struct carrier_session base;
	pid_t pid;
	int fds[3]; /* our ends of its standard input, output and error */
	char words[WORDS_BYTES];
	size_t words_len;
};

static struct ssh_carrier *carrier_of(const struct ssh_session *session)
{
	return (struct ssh_carrier *)session->base.carrier;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ssh must never ask: nobody may be there to answer, and a question that is answered without
 * looking is no check. */
static const char own_command[] = "ssh -o BatchMode=yes -o ConnectTimeout=15";

/* "[::1]" is written without its brackets. */
static void add_host(struct buf *command, const struct git_url *url)
{
	size_t len = strlen(url->host);
	bool in_brackets = len > 2 && url->host[0] == '[' && url->host[len - 1] == ']';
	struct buf host;

	tally__buf_init(&host, GIT_URL_BYTES);
	if (url->user)
		tally__buf_addf(&host, "%s@", url->user);
	tally__buf_add(&host, url->host + in_brackets, len - 2u * in_brackets);
	tally__text_add_shell(command, host.bytes ? host.bytes : "", host.len);
	tally__buf_release(&host);
}

/* The program of GIT_SSH_COMMAND is a piece of shell, that of GIT_SSH a file name; as for git. */
static void add_command(struct buf *command, const struct ssh_carrier *carrier,
			enum git_service service)
{
	const char *shell = getenv("GIT_SSH_COMMAND");
	const char *program = getenv("GIT_SSH");
	const char *path = carrier->url.path;
	struct buf remote;

	/* "/~user/x" is how a URL writes "~user/x". */
	if (path[0] == '/' && path[1] == '~')
		path++;
	tally__buf_init(&remote, COMMAND_BYTES);
	tally__buf_addf(&remote, "%s ", tally__git_service_name(service));
	tally__buf_addc(&remote, '\'');
	for (const char *at = path; *at; at++)
		tally__buf_adds(&remote, *at == '\'' ? "'\\''" : (char[]){*at, '\0'});
	tally__buf_addc(&remote, '\'');
	tally__buf_adds(command, "exec ");
	if (shell && *shell)
		tally__buf_addf(command, "%s", shell);
	else if (program && *program)
		tally__text_add_shell(command, program, strlen(program));
	else
		tally__buf_adds(command, own_command);
	if (carrier->url.port)
		tally__buf_addf(command, " -p %s", carrier->url.port);
	tally__buf_addc(command, ' ');
	add_host(command, &carrier->url);
	tally__buf_addc(command, ' ');
	tally__text_add_shell(command, remote.bytes ? remote.bytes : "", remote.len);
	tally__buf_release(&remote);
}

static int start(struct ssh_session *session, const char *command, struct tally_error *error)
{
	/* Messages are looked at below. */
	static const char *const variables[] = {"LC_ALL=C"};
	char **environment = tally__child_environment(variables, 1);
	int theirs[3] = {-1, -1, -1};
	int code = 0;

	if (!environment)
		return tally__fail_nomem(error);
	for (int i = 0; i < 3 && code == 0; i++) {
		int ends[2];

		code = tally__child_pipe(ends);
		session->fds[i] = ends[i == STDIN_FILENO ? 1 : 0];
		theirs[i] = ends[i == STDIN_FILENO ? 0 : 1];
		if (code == 0 && fcntl(session->fds[i], F_SETFL, O_NONBLOCK) != 0)
			code = errno;
	}
	if (code == 0)
		code = tally__child_spawn(&session->pid, command, environment, theirs);
	tally__free(environment);
	for (int i = 0; i < 3; i++)
		close_fd(&theirs[i]);
	return code == 0
		       ? 0
		       : tally__fail_errno(error, TALLY_EIO, "/bin/sh", code, "cannot be started");
}

/* Takes in what is printed to standard error. */
static void listen_to_words(struct ssh_session *session)
{
	while (session->fds[2] >= 0) {
		size_t room = WORDS_BYTES - session->words_len;
		ssize_t count;

		if (room < WORDS_BYTES / 4) {
			memmove(session->words, session->words + WORDS_BYTES / 2,
				session->words_len - WORDS_BYTES / 2);
			session->words_len -= WORDS_BYTES / 2;
			continue;
		}
		count = read(session->fds[2], session->words + session->words_len, room);
		if (count > 0)
			session->words_len += (size_t)count;
		else if (count == 0 || (errno != EAGAIN && errno != EINTR))
			close_fd(&session->fds[2]);
		else if (errno == EAGAIN)
			return;
	}
}

static bool says(const struct ssh_session *session, const char *words)
{
	return memmem(session->words, session->words_len, words, strlen(words)) != NULL;
}

/* What went wrong is known from the words alone; each with what to do. */
static const struct {
	const char *words;
	int code;
	const char *advice;
} causes[] = {
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", TALLY_EUNREACHABLE,
	 "the host's key is another one than known_hosts has. If it was changed on purpose, find "
	 "out "
	 "the new one from who runs the host, then ssh-keygen -R HOST and connect once with ssh; "
	 "if "
	 "not, somebody may be in between"},
	{"Host key verification failed", TALLY_EUNREACHABLE,
	 "the host's key is not known: connect once with ssh and compare its fingerprint with the "
	 "one "
	 "that the host's owner tells, or put the key into ~/.ssh/known_hosts"},
	{"No ED25519 host key is known", TALLY_EUNREACHABLE, "add it to ~/.ssh/known_hosts"},
	{"Permission denied", TALLY_EINVAL,
	 "none of the keys was accepted: see ssh-add -l for what the agent has, and give the host "
	 "the "
	 "public key; a key with a passphrase has to be in the agent"},
	{"Too many authentication failures", TALLY_EINVAL,
	 "the agent offers too many keys: name the right one (IdentityFile and IdentitiesOnly in "
	 "~/.ssh/config)"},
	{"Could not resolve hostname", TALLY_EUNREACHABLE, "check the host's name"},
	{"Connection refused", TALLY_EUNREACHABLE, "nothing listens there: check host and port"},
	{"Connection timed out", TALLY_EUNREACHABLE, "check address and firewall"},
	{"No route to host", TALLY_EUNREACHABLE, "check address and network"},
	{"does not appear to be a git repository", TALLY_ENOTFOUND,
	 "make an empty repository there first, or correct the path"},
	{"epository not found", TALLY_ENOTFOUND,
	 "make an empty repository there first, or correct the path; it may also be hidden from "
	 "you"},
	{"command not found", TALLY_EUNREACHABLE, "git has to be installed there"},
	{"ssh: not found", TALLY_EUNSUPPORTED,
	 "install OpenSSH's client here (openssh-client), or name another in GIT_SSH_COMMAND"},
};

static int fail_in_words(struct ssh_session *session, struct tally_error *error)
{
	const struct ssh_carrier *carrier = carrier_of(session);
	int code = TALLY_EUNREACHABLE;
	const char *advice = NULL;
	struct tally_error made = TALLY_ERROR_INIT;

	for (size_t i = 0; i < sizeof causes / sizeof *causes && !advice; i++)
		if (says(session, causes[i].words)) {
			code = causes[i].code;
			advice = causes[i].advice;
		}
	tally__fail(&made, code, "ssh to %s came to nothing%s%s", carrier->url.host,
		    advice ? ": " : "", advice ? advice : "; it said:");
	if (session->words_len > 0)
		tally__error_add_last_lines(&made, session->words, session->words_len);
	if (error && error->code == 0)
		*error = made;
	return code;
}

int tally__carrier_interrupted(struct tally_error *error)
{
	return tally__fail(error, TALLY_ETIMEOUT, "interrupted before the git host had answered");
}

/* Waits until `fd` is ready; what is said besides is taken in. */
static int await(struct ssh_session *session, int fd, short events, struct tally_error *error)
{
	const struct ssh_carrier *carrier = carrier_of(session);
	int64_t until = tally__time_monotonic_ms() + carrier->options.timeout_ms;

	for (;;) {
		struct pollfd waits[] = {{.fd = fd, .events = events},
					 {.fd = session->fds[2], .events = POLLIN}};
		int ready = poll(waits, 2, CARRIER_POLL_MS);

		if (carrier->options.interrupt && *carrier->options.interrupt != 0)
			return tally__carrier_interrupted(error);
		if (ready > 0 && waits[1].revents != 0)
			listen_to_words(session);
		if (ready > 0 && waits[0].revents != 0)
			return 0;
		if (tally__time_monotonic_ms() >= until)
			return tally__fail(error, TALLY_ETIMEOUT,
					   "%s sent nothing for %u s; see whether it is "
					   "overloaded, or allow more time",
					   carrier->url.host, carrier->options.timeout_ms / 1000);
	}
}

static int ssh_read(struct carrier_session *base, char *bytes, size_t space, size_t *got,
		    struct tally_error *error)
{
	struct ssh_session *session = (struct ssh_session *)base;

	for (;;) {
		int status = await(session, session->fds[1], POLLIN, error);
		ssize_t count;

		if (status != 0)
			return status;
		count = read(session->fds[1], bytes, space);
		if (count >= 0) {
			*got = (size_t)count;
			return 0;
		}
		if (errno != EAGAIN && errno != EINTR)
			return tally__fail_errno(error, TALLY_EIO, NULL, errno,
						 "cannot read from ssh");
	}
}

/* Without SIGPIPE, which is the program's own business: see child.c. */
static ssize_t write_quietly(int fd, const char *bytes, size_t len)
{
	const struct timespec at_once = {0};
	sigset_t pipe_set, before, pending;
	ssize_t written;
	int code;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigemptyset(&pending);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
	written = write(fd, bytes, len);
	code = errno;
	if (written < 0 && code == EPIPE && sigismember(&pending, SIGPIPE) == 0)
		while (sigtimedwait(&pipe_set, NULL, &at_once) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = code;
	return written;
}

static int write_all(struct ssh_session *session, const char *bytes, size_t len,
		     struct tally_error *error)
{
	while (len > 0) {
		int status = await(session, session->fds[0], POLLOUT, error);
		ssize_t count;

		if (status != 0)
			return status;
		count = write_quietly(session->fds[0], bytes, len);
		if (count < 0 && errno == EPIPE) {
			listen_to_words(session);
			return fail_in_words(session, error);
		}
		if (count < 0 && errno != EAGAIN && errno != EINTR)
			return tally__fail_errno(error, TALLY_EIO, NULL, errno,
						 "cannot write to ssh");
		bytes += count > 0 ? count : 0;
		len -= count > 0 ? (size_t)count : 0;
	}
	return 0;
}

static int ssh_send(struct carrier_session *base, const struct carrier_message *message,
		    struct tally_error *error)
{
	struct ssh_session *session = (struct ssh_session *)base;
	int status = write_all(session, message->bytes, message->len, error);
	char chunk[FILE_CHUNK];
	off_t at = 0;

	while (status == 0 && message->file >= 0 && at < message->file_len) {
		ssize_t count = pread(message->file, chunk, sizeof chunk, at);

		if (count <= 0)
			return tally__fail_errno(error, TALLY_EIO, NULL, count < 0 ? errno : EIO,
						 "cannot read a pack");
		status = write_all(session, chunk, (size_t)count, error);
		at += count;
	}
	return status;
}

static void wait_for_end(struct ssh_session *session)
{
	int64_t until = tally__time_monotonic_ms() + LEAVE_MS;
	const struct timespec moment = {.tv_nsec = 2000000};
	int status;

	while (session->pid > 0) {
		pid_t ended = waitpid(session->pid, &status, WNOHANG);

		if (ended != 0 && !(ended < 0 && errno == EINTR))
			session->pid = 0;
		else if (tally__time_monotonic_ms() < until)
			nanosleep(&moment, NULL);
		else {
			kill(-session->pid, SIGKILL);
			while (waitpid(session->pid, &status, 0) < 0 && errno == EINTR)
				;
			session->pid = 0;
		}
	}
}

static void ssh_close(struct carrier_session *base)
{
	struct ssh_session *session = (struct ssh_session *)base;

	if (!session)
		return;
	for (int i = 0; i < 3; i++)
		close_fd(&session->fds[i]);
	if (session->pid > 0)
		kill(-session->pid, SIGTERM);
	wait_for_end(session);
	tally__free(session);
}

/* Waits for the first byte, since ssh tells of its troubles by ending without one. */
static int await_answer(struct ssh_session *session, struct tally_error *error)
{
	struct pollfd at_end = {.fd = session->fds[1], .events = POLLIN};
	int status = await(session, session->fds[1], POLLIN, error);

	if (status != 0)
		return status;
	if (poll(&at_end, 1, 0) > 0 && (at_end.revents & POLLIN) != 0)
		return 0;
	/* What it has to say may come a moment after its standard output was closed. */
	while (session->fds[2] >= 0 && await(session, session->fds[2], POLLIN, NULL) == 0)
		listen_to_words(session);
	return fail_in_words(session, error);
}

static int ssh_open(struct carrier *base, enum git_service service, struct carrier_session **out,
		    struct tally_error *error)
{
	struct ssh_carrier *carrier = (struct ssh_carrier *)base;
	struct ssh_session *session = tally__calloc(1, sizeof *session);
	struct buf command;
	int status;

	if (!session)
		return tally__fail_nomem(error);
	session->base.carrier = base;
	for (int i = 0; i < 3; i++)
		session->fds[i] = -1;
	tally__buf_init(&command, COMMAND_BYTES);
	add_command(&command, carrier, service);
	status = tally__buf_status(&command, error);
	if (status == 0)
		status = start(session, command.bytes, error);
	if (status == 0)
		status = await_answer(session, error);
	tally__buf_release(&command);
	if (status == 0)
		*out = &session->base;
	else
		ssh_close(&session->base);
	return status;
}

static void ssh_free(struct carrier *base)
{
	struct ssh_carrier *carrier = (struct ssh_carrier *)base;

	tally__arena_release(&carrier->arena);
	tally__free(carrier);
}

static const struct carrier_kind ssh_kind = {
	.open = ssh_open,
	.send = ssh_send,
	.read = ssh_read,
	.close = ssh_close,
	.free = ssh_free,
};

static bool copy_url(struct ssh_carrier *carrier, const struct git_url *url)
{
	struct arena *arena = &carrier->arena;

	carrier->url = (struct git_url){
		.kind = url->kind,
		.host = tally__arena_strdup(arena, url->host),
		.path = tally__arena_strdup(arena, url->path),
		.port = url->port ? tally__arena_strdup(arena, url->port) : NULL,
		.user = url->user ? tally__arena_strdup(arena, url->user) : NULL,
	};
	return carrier->url.host && carrier->url.path && (!url->port || carrier->url.port) &&
	       (!url->user || carrier->url.user);
}

int tally__ssh_carrier_new(struct carrier **out, const struct git_url *url,
			   const struct carrier_options *options, struct tally_error *error)
{
	struct ssh_carrier *carrier = tally__calloc(1, sizeof *carrier);

	if (!carrier)
		return tally__fail_nomem(error);
	carrier->base.kind = &ssh_kind;
	tally__arena_init(&carrier->arena, 0);
	carrier->options = *options;
	if (carrier->options.timeout_ms == 0)
		carrier->options.timeout_ms = CARRIER_TIMEOUT_MS;
	if (!copy_url(carrier, url)) {
		ssh_free(&carrier->base);
		return tally__fail_nomem(error);
	}
	*out = &carrier->base;
	return 0;
}
