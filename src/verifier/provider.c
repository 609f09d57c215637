#include "config.h"

#include "tally/provider.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/supervisor.h"
#include "base/time.h"
#include "http/client.h"
#include "http/probe.h"

#define DEFAULT_START_MS 30000
#define DEFAULT_STOP_MS  5000
/* Between two looks. */
#define LOOK_MS 20
/* One look: for a connection, for an answer. */
#define CONNECT_MS 1000
#define ANSWER_MS  2000
/* How long connections are to be accepted without any answer over HTTP to count as one. */
#define ACCEPTING_MS 2000
/* What is read of a log's end. */
#define TAIL_BYTES 4096

struct tally_provider {
	struct supervisor *supervisor;
	struct arena arena;
	const char *url;                        /* that has to answer */
	const char *address;                    /* its "host:port" */
	bool any_answer;                        /* a connection may count as one */
	const volatile sig_atomic_t *interrupt; /* NULL: none */
	int64_t deadline_ms;                    /* of the wait */
	int64_t accepting_ms; /* since when connections are accepted; negative: they are not */
	char *log;
	int log_fd;
	bool log_is_temporary;
};

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder != NULL && *folder == '/' ? folder : "/tmp";
}

static int open_log(struct tally_provider *provider, const char *path, struct tally_error *error)
{
	if (path != NULL) {
		provider->log = tally__arena_strdup(&provider->arena, path);
		provider->log_fd =
			open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	} else {
		provider->log = tally__arena_printf(&provider->arena, "%s/tally-provider.XXXXXX",
						    temporary_folder());
		if (provider->log != NULL)
			provider->log_fd = mkostemp(provider->log, O_APPEND | O_CLOEXEC);
		provider->log_is_temporary = provider->log_fd >= 0;
	}
	if (provider->log == NULL)
		return tally__fail_nomem(error);
	if (provider->log_fd < 0)
		return tally__fail_errno(error, TALLY_EIO, provider->log, errno,
					 "cannot be opened for the provider's output");
	return 0;
}

/* Adds the log's end, and where the whole of it is. */
static void add_log(const struct tally_provider *provider, struct tally_error *error)
{
	char bytes[TAIL_BYTES];
	off_t end = lseek(provider->log_fd, 0, SEEK_END);
	off_t from = end > TAIL_BYTES ? end - TAIL_BYTES : 0;
	ssize_t count = pread(provider->log_fd, bytes, sizeof(bytes), from);

	if (count > 0)
		tally__error_add_last_lines(error, bytes, (size_t)count);
}

/* What comes after a reason: "; its output (…) ends:". */
static const char *log_words(struct tally_provider *provider)
{
	const char *words = NULL;

	if (lseek(provider->log_fd, 0, SEEK_END) > 0)
		words = tally__arena_printf(&provider->arena,
					    "; its output, in %s, ends:", provider->log);
	else
		words = "; it printed nothing";
	return words != NULL ? words : "";
}

static int fail_ended(struct tally_provider *provider, const char *when, struct tally_error *error)
{
	struct buf how;

	tally__buf_init(&how, TALLY_ERROR_MESSAGE_BYTES);
	tally__supervisor_describe(provider->supervisor, &how);
	tally__fail(error, TALLY_EUNREACHABLE, "the provider that was started %s%s%s", how.bytes,
		    when, log_words(provider));
	tally__buf_release(&how);
	add_log(provider, error);
	return TALLY_EUNREACHABLE;
}

/* ---- is it ready? ---- */

struct question {
	const struct tally_provider *provider;
	struct http_client *client;
	bool answered;
};

static bool is_interrupted(const struct tally_provider *provider)
{
	return provider->interrupt != NULL && *provider->interrupt != 0;
}

/* One that accepts connections and does not answer is not waited for longer than the rest. */
static void on_tick(void *context, unsigned events)
{
	struct question *question = context;
	int64_t now_ms = tally__time_monotonic_ms();
	struct tally_error failure = TALLY_ERROR_INIT;

	if ((events & HTTP_DUE) == 0)
		return;
	if (!is_interrupted(question->provider) && now_ms < question->provider->deadline_ms &&
	    tally__http_client_at(question->client, now_ms + LOOK_MS, on_tick, question,
				  &failure) == 0)
		return;
	tally__fail(&failure, TALLY_ETIMEOUT, "there is no time left");
	tally__http_client_break_off(question->client, NULL, &failure);
}

static void on_answer(void *context, const struct http_response *response,
		      const struct tally_error *failure)
{
	struct question *question = context;

	(void)failure;
	question->answered = response != NULL;
	tally__http_client_cancel(question->client, on_tick, question);
}

/* Asks once.  No secrets go there, so any certificate will do. */
static int ask(const struct tally_provider *provider, bool *answered, struct tally_error *error)
{
	const struct http_client_options options = {
		.connect_timeout_ms = CONNECT_MS, .timeout_ms = ANSWER_MS, .insecure_tls = true};
	const struct http_request request = {.method = "GET", .target = provider->url};
	struct question question = {.provider = provider};
	int status = tally__http_client_new(&question.client, &options, error);

	if (status == 0)
		status = tally__http_client_submit(question.client, &request, on_answer, &question,
						   error);
	if (status == 0)
		status =
			tally__http_client_at(question.client, tally__time_monotonic_ms() + LOOK_MS,
					      on_tick, &question, error);
	if (status == 0)
		status = tally__http_client_run(question.client, NULL, error);
	tally__http_client_free(question.client);
	*answered = question.answered;
	return status;
}

static int look(struct tally_provider *provider, bool *ready, struct tally_error *error)
{
	int status;

	*ready = false;
	if (!tally__http_probe(provider->address, CONNECT_MS)) {
		provider->accepting_ms = -1;
		return 0;
	}
	if (provider->accepting_ms < 0)
		provider->accepting_ms = tally__time_monotonic_ms();
	status = ask(provider, ready, error);
	if (provider->any_answer &&
	    tally__time_monotonic_ms() - provider->accepting_ms >= ACCEPTING_MS)
		*ready = true;
	return status;
}

static int fail_late(struct tally_provider *provider, unsigned timeout_ms,
		     struct tally_error *error)
{
	tally__fail(error, TALLY_ETIMEOUT, "the provider that was started %s at %s within %u ms%s",
		    provider->accepting_ms < 0 ? "accepted no connections"
					       : "did not answer over HTTP",
		    provider->address, timeout_ms, log_words(provider));
	add_log(provider, error);
	return TALLY_ETIMEOUT;
}

static int fail_interrupted(struct tally_provider *provider, struct tally_error *error)
{
	tally__fail(error, TALLY_ETIMEOUT, "interrupted before the provider answered at %s%s",
		    provider->address, log_words(provider));
	add_log(provider, error);
	return TALLY_ETIMEOUT;
}

static int wait_until_ready(struct tally_provider *provider,
			    const struct tally_provider_options *options, struct tally_error *error)
{
	unsigned timeout_ms =
		options->start_timeout_ms > 0 ? options->start_timeout_ms : DEFAULT_START_MS;
	bool ready = false;
	int status;

	provider->interrupt = options->interrupt;
	provider->deadline_ms = tally__time_monotonic_ms() + timeout_ms;

	for (;;) {
		bool has_ended =
			tally__supervisor_has_ended(provider->supervisor, ready ? 0 : LOOK_MS);

		/* What answers then is another. */
		if (has_ended)
			return fail_ended(provider, " before it was ready", error);
		if (ready)
			return 0;
		status = look(provider, &ready, error);
		if (status != 0)
			return status;
		if (is_interrupted(provider))
			return fail_interrupted(provider, error);
		if (!ready && tally__time_monotonic_ms() >= provider->deadline_ms)
			return fail_late(provider, timeout_ms, error);
	}
}

/* ---- start and end ---- */

/* Whoever listens already would be verified in the provider's place, or wrongly taken to be ready.
 */
static int check_free(struct arena *arena, const char *what, const char *url, const char **address,
		      struct tally_error *error)
{
	int status = tally__http_url_address(address, arena, url, error);

	tally__error_where(error, what);
	if (status != 0 || !tally__http_probe(*address, CONNECT_MS))
		return status;
	return tally__fail(error, TALLY_EBUSY,
			   "something listens at %s already, and would be verified in place of the "
			   "provider that is to be started: end it first, or verify it without "
			   "starting another",
			   *address);
}

static int check(struct tally_provider *provider, const struct tally_provider_options *options,
		 struct tally_error *error)
{
	const char *address;
	int status;

	if (options->command == NULL || options->command[strspn(options->command, " \t\n")] == '\0')
		return tally__fail_at(error, TALLY_EINVAL, "command", 0, 0,
				      "is empty: expected a command for the shell");
	if (options->url == NULL && options->ready_url == NULL)
		return tally__fail_at(error, TALLY_EINVAL, "url", 0, 0,
				      "is missing: say where the provider is to answer, such as "
				      "http://127.0.0.1:8080");
	provider->any_answer = options->ready_url == NULL;
	provider->url = tally__arena_strdup(
		&provider->arena, options->ready_url != NULL ? options->ready_url : options->url);
	if (provider->url == NULL)
		return tally__fail_nomem(error);
	status = check_free(&provider->arena, options->ready_url != NULL ? "ready_url" : "url",
			    provider->url, &provider->address, error);
	if (status == 0 && options->url != NULL && options->ready_url != NULL)
		status = check_free(&provider->arena, "url", options->url, &address, error);
	return status;
}

static int start(struct tally_provider *provider, const struct tally_provider_options *options,
		 struct tally_error *error)
{
	const struct supervisor_options supervised = {.command = options->command,
						      .variables = options->variables,
						      .variable_count = options->variable_count,
						      .output_fd = provider->log_fd,
						      .grace_ms = options->stop_timeout_ms > 0
									  ? options->stop_timeout_ms
									  : DEFAULT_STOP_MS};

	return tally__supervisor_start(&provider->supervisor, &supervised, error);
}

int tally_provider_start(struct tally_provider **out, const struct tally_provider_options *options,
			 struct tally_error *error)
{
	struct tally_provider *provider;
	int status = tally__call_check(options, "options", error);

	if (status != 0)
		return status;
	provider = tally__calloc(1, sizeof(*provider));
	if (provider == NULL)
		return tally__fail_nomem(error);
	tally__arena_init(&provider->arena, 0);
	provider->log_fd = -1;
	provider->accepting_ms = -1;
	status = check(provider, options, error);
	if (status == 0)
		status = open_log(provider, options->log_file, error);
	if (status == 0)
		status = start(provider, options, error);
	if (status == 0)
		status = wait_until_ready(provider, options, error);
	if (status != 0) {
		tally_provider_stop(provider, lseek(provider->log_fd, 0, SEEK_END) > 0);
		return status;
	}
	*out = provider;
	return 0;
}

int tally_provider_check(struct tally_provider *provider, struct tally_error *error)
{
	int status = tally__call_check(provider, "a provider", error);

	if (status != 0 || !tally__supervisor_has_ended(provider->supervisor, 0))
		return status;
	return fail_ended(provider, "", error);
}

const char *tally_provider_log(const struct tally_provider *provider)
{
	return provider->log;
}

void tally_provider_stop(struct tally_provider *provider, bool keep_log)
{
	if (provider == NULL)
		return;
	tally__supervisor_stop(provider->supervisor);
	if (provider->log_fd >= 0)
		(void)close(provider->log_fd);
	if (provider->log_is_temporary && !keep_log)
		(void)unlink(provider->log);
	tally__arena_release(&provider->arena);
	tally__free(provider);
}
