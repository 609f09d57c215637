#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "http/exchange.h"
#include "http/watch.h"

/* How often a run looks at its stop flag. */
#define STOP_POLL_MS 50
#define IDLE_POLL_MS 1000

struct exchange_list {
	struct exchange *first, *last;
	size_t count;
};

struct http_client {
	CURLM *multi;
	struct http_client_options options;
	struct arena arena; /* of the options */
	struct origin origin;
	struct exchange_list queued, running;
	struct exchange_list spare; /* empty ones */
	CURL **handles;             /* those that no exchange has: room for max_parallel */
	size_t handle_count;
	size_t held_bytes;
	struct watches watches;
	struct curl_waitfd *waited; /* the same, for libcurl: room for all of them */
	size_t waited_capacity;
};

static void list_append(struct exchange_list *list, struct exchange *exchange)
{
	exchange->previous = list->last;
	exchange->next = NULL;
	if (list->last != NULL)
		list->last->next = exchange;
	else
		list->first = exchange;
	list->last = exchange;
	list->count++;
}

static void list_remove(struct exchange_list *list, struct exchange *exchange)
{
	if (exchange->previous != NULL)
		exchange->previous->next = exchange->next;
	else
		list->first = exchange->next;
	if (exchange->next != NULL)
		exchange->next->previous = exchange->previous;
	else
		list->last = exchange->previous;
	list->count--;
}

static void set_defaults(struct http_client_options *options)
{
	if (options->connect_timeout_ms == 0)
		options->connect_timeout_ms = 10000;
	if (options->timeout_ms == 0)
		options->timeout_ms = 30000;
	if (options->max_body_bytes == 0)
		options->max_body_bytes = LIMIT_BODY_BYTES;
	if (options->max_parallel == 0)
		options->max_parallel = 8;
}

/* A file that cannot be read is better told of now than with every exchange. */
static int keep_file(struct http_client *client, const char **option, const char *what,
		     struct tally_error *error)
{
	if (*option == NULL)
		return 0;
	if (access(*option, R_OK) != 0)
		return tally__fail(error, TALLY_EINVAL, "the %s \"%.200s\" cannot be read: %s",
				   what, *option, strerror(errno));
	*option = tally__arena_strdup(&client->arena, *option);
	return *option != NULL ? 0 : tally__fail_nomem(error);
}

static int keep_options(struct http_client *client, struct tally_error *error)
{
	struct http_client_options *options = &client->options;
	const char *found = getenv("SSL_CERT_FILE");
	int status = keep_file(client, &options->ca_file, "file of trusted certificates", error);

	/* The variable is OpenSSL's; libcurl itself does not look at it, its program does.  What it
	 * names is needed by TLS alone, so libcurl is left to find that it cannot be read. */
	if (status == 0 && options->ca_file == NULL && found != NULL && *found != '\0') {
		options->ca_file = tally__arena_strdup(&client->arena, found);
		if (options->ca_file == NULL)
			return tally__fail_nomem(error);
	}
	if (status == 0)
		status = keep_file(client, &options->client_cert, "client certificate", error);
	if (status == 0)
		status = keep_file(client, &options->client_key, "client certificate's key", error);
	if (status != 0 || options->client_key_password == NULL)
		return status;
	options->client_key_password =
		tally__arena_strdup(&client->arena, options->client_key_password);
	return options->client_key_password != NULL ? 0 : tally__fail_nomem(error);
}

static int open_client(struct http_client *client, struct tally_error *error)
{
	int status = keep_options(client, error);

	if (status != 0)
		return status;
	client->multi = curl_multi_init();
	client->handles = tally__calloc(client->options.max_parallel, sizeof(*client->handles));
	if (client->multi == NULL || client->handles == NULL)
		return tally__fail_nomem(error);
	/* Only a hint to libcurl about connections to keep: a refusal does no harm. */
	(void)curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS,
				(long)client->options.max_parallel);
	return 0;
}

int tally__http_client_new(struct http_client **out, const struct http_client_options *options,
			   struct tally_error *error)
{
	struct http_client *client;
	int status = tally__curl_load(error);

	if (status != 0)
		return status;
	client = tally__calloc(1, sizeof(*client));
	if (client == NULL)
		return tally__fail_nomem(error);
	tally__arena_init(&client->arena, 0);
	if (options != NULL)
		client->options = *options;
	set_defaults(&client->options);
	status = open_client(client, error);
	if (status != 0) {
		tally__http_client_free(client);
		return status;
	}
	*out = client;
	return 0;
}

/* Its handle, which libcurl is done with, and the exchange itself serve the next one. */
static void set_aside(struct http_client *client, struct exchange *exchange)
{
	if (exchange->easy != NULL) {
		/* It still points at the exchange. */
		curl_easy_setopt(exchange->easy, CURLOPT_ERRORBUFFER, NULL);
		curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, NULL);
		client->handles[client->handle_count++] = exchange->easy;
	}
	tally__exchange_clear(exchange);
	if (client->spare.count < client->options.max_parallel)
		list_append(&client->spare, exchange);
	else
		tally__exchange_free(exchange);
}

static void drop_all(struct http_client *client, struct exchange_list *list)
{
	while (list->first != NULL) {
		struct exchange *exchange = list->first;

		list_remove(list, exchange);
		if (exchange->easy != NULL) {
			curl_multi_remove_handle(client->multi, exchange->easy);
			curl_easy_cleanup(exchange->easy);
		}
		tally__exchange_free(exchange);
	}
}

void tally__http_client_free(struct http_client *client)
{
	if (client == NULL)
		return;
	drop_all(client, &client->queued);
	drop_all(client, &client->running);
	drop_all(client, &client->spare);
	for (size_t i = 0; i < client->handle_count; i++)
		curl_easy_cleanup(client->handles[i]);
	if (client->multi != NULL)
		curl_multi_cleanup(client->multi);
	tally__free(client->handles);
	tally__watches_release(&client->watches);
	tally__free(client->waited);
	tally__origin_release(&client->origin);
	tally__arena_release(&client->arena);
	tally__free(client);
}

static struct exchange *take_exchange(struct http_client *client)
{
	struct exchange *exchange = client->spare.last;

	if (exchange == NULL)
		return tally__exchange_new(client->options.max_body_bytes, &client->held_bytes);
	list_remove(&client->spare, exchange);
	return exchange;
}

int tally__http_client_submit(struct http_client *client, const struct http_request *request,
			      http_client_done *done, void *context, struct tally_error *error)
{
	struct exchange *exchange = take_exchange(client);
	int status;

	if (exchange == NULL)
		return tally__fail_nomem(error);
	status = tally__exchange_fill(exchange, &client->origin, request, error);
	if (status != 0) {
		set_aside(client, exchange);
		return status;
	}
	exchange->done = done;
	exchange->context = context;
	list_append(&client->queued, exchange);
	return 0;
}

static void end_with_failure(struct http_client *client, struct exchange_list *list,
			     struct exchange *exchange, const struct tally_error *failure)
{
	list_remove(list, exchange);
	exchange->done(exchange->context, NULL, failure);
	set_aside(client, exchange);
}

static CURL *take_handle(struct http_client *client)
{
	CURL *easy;

	if (client->handle_count > 0)
		return client->handles[--client->handle_count];
	easy = curl_easy_init();
	if (easy != NULL && tally__exchange_prepare(easy, &client->options) != CURLE_OK) {
		curl_easy_cleanup(easy);
		easy = NULL;
	}
	return easy;
}

static int start(struct http_client *client, struct exchange *exchange, struct tally_error *failure)
{
	CURL *easy = take_handle(client);
	CURLMcode added;
	int status;

	if (easy == NULL)
		return tally__fail_nomem(failure);
	status = tally__exchange_set_up(exchange, easy, &client->options, failure);
	if (status != 0)
		return status;
	added = curl_multi_add_handle(client->multi, easy);
	if (added == CURLM_OK)
		return 0;
	return tally__fail(failure, added == CURLM_OUT_OF_MEMORY ? TALLY_ENOMEM : TALLY_EINTERNAL,
			   "libcurl: %s", curl_multi_strerror(added));
}

/* Moves what is queued to libcurl, as far as there is room. */
static void start_queued(struct http_client *client)
{
	while (client->queued.first != NULL &&
	       client->running.count < client->options.max_parallel) {
		struct exchange *exchange = client->queued.first;
		struct tally_error failure = TALLY_ERROR_INIT;

		if (start(client, exchange, &failure) != 0) {
			end_with_failure(client, &client->queued, exchange, &failure);
			continue;
		}
		list_remove(&client->queued, exchange);
		list_append(&client->running, exchange);
	}
}

static void finish(struct http_client *client, CURL *easy, CURLcode status)
{
	struct exchange *exchange = NULL;
	struct http_response response;
	struct tally_error failure = TALLY_ERROR_INIT;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &exchange);
	curl_multi_remove_handle(client->multi, easy);
	list_remove(&client->running, exchange);
	if (tally__exchange_outcome(exchange, status, &client->options, &response, &failure) == 0)
		exchange->done(exchange->context, &response, NULL);
	else
		exchange->done(exchange->context, NULL, &failure);
	set_aside(client, exchange);
}

static void finish_completed(struct http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		if (message->msg == CURLMSG_DONE)
			finish(client, message->easy_handle, message->data.result);
	}
}

int tally__http_client_watch(struct http_client *client, int fd, unsigned events,
			     int64_t deadline_ms, http_client_event *event, void *context,
			     struct tally_error *error)
{
	const struct watch watch = {.fd = fd,
				    .events = events,
				    .deadline_ms = deadline_ms,
				    .event = event,
				    .context = context};

	struct curl_waitfd *waited = tally__mem_room(client->waited, client->watches.count,
						     &client->waited_capacity, 8, sizeof(*waited));

	if (waited == NULL)
		return tally__fail_nomem(error);
	client->waited = waited;
	return tally__watches_set(&client->watches, &watch) == 0 ? 0 : tally__fail_nomem(error);
}

void tally__http_client_unwatch(struct http_client *client, int fd)
{
	tally__watches_remove(&client->watches, fd);
}

int tally__http_client_at(struct http_client *client, int64_t monotonic_ms,
			  http_client_event *event, void *context, struct tally_error *error)
{
	/* 0 would be none at all. */
	return tally__http_client_watch(client, -1, 0, monotonic_ms > 0 ? monotonic_ms : 1, event,
					context, error);
}

void tally__http_client_cancel(struct http_client *client, http_client_event *event,
			       const void *context)
{
	tally__watches_cancel(&client->watches, event, context);
}

/* Of the first `count` in the list: callbacks put what they submit at the end of the queue. */
static void break_off_in(struct http_client *client, struct exchange_list *list, size_t count,
			 const void *context, const struct tally_error *failure)
{
	struct exchange *exchange = list->first, *next;

	for (; count > 0; count--, exchange = next) {
		next = exchange->next;
		if (context != NULL && exchange->context != context)
			continue;
		if (list == &client->running)
			curl_multi_remove_handle(client->multi, exchange->easy);
		end_with_failure(client, list, exchange, failure);
	}
}

void tally__http_client_break_off(struct http_client *client, const void *context,
				  const struct tally_error *failure)
{
	size_t queued = client->queued.count;

	break_off_in(client, &client->running, client->running.count, context, failure);
	break_off_in(client, &client->queued, queued, context, failure);
}

static bool has_work(const struct http_client *client)
{
	return client->queued.first != NULL || client->running.first != NULL ||
	       client->watches.live > 0;
}

/* What callbacks ask for meanwhile ends too. */
static void end_all(struct http_client *client, const struct tally_error *failure)
{
	while (has_work(client)) {
		tally__http_client_break_off(client, NULL, failure);
		tally__watches_stop(&client->watches);
	}
}

/* libcurl waits for the others' file descriptors too, but says too little about them (nothing of a
 * pipe that was closed): they are looked at again afterwards. */
static CURLMcode await(struct http_client *client, int most_ms)
{
	const struct watches *watches = &client->watches;
	unsigned count = 0;
	int ready;

	for (size_t i = 0; i < watches->count; i++) {
		const struct watch *watch = &watches->items[i];

		if (watch->fd >= 0)
			client->waited[count++] = (struct curl_waitfd){
				.fd = watch->fd,
				.events = (short)((watch->events & HTTP_READABLE ? CURL_WAIT_POLLIN
										 : 0) |
						  (watch->events & HTTP_WRITABLE ? CURL_WAIT_POLLOUT
										 : 0))};
	}
	return curl_multi_poll(client->multi, client->waited, count,
			       tally__watches_wait_ms(watches, tally__time_monotonic_ms(), most_ms),
			       &ready);
}

/* One turn: whatever can be done now, and then waiting, unless there is more to do. */
static CURLMcode turn(struct http_client *client, int most_ms)
{
	CURLMcode status = CURLM_OK;
	int running;

	start_queued(client);
	if (client->running.first != NULL) {
		status = curl_multi_perform(client->multi, &running);
		if (status != CURLM_OK)
			return status;
		finish_completed(client);
	}
	if (client->watches.live > 0)
		tally__watches_tell(&client->watches, tally__time_monotonic_ms());
	if (!has_work(client) ||
	    (client->queued.first != NULL && client->running.count < client->options.max_parallel))
		return CURLM_OK;
	return await(client, most_ms);
}

int tally__http_client_run(struct http_client *client, const volatile sig_atomic_t *stop,
			   struct tally_error *error)
{
	struct tally_error failure = TALLY_ERROR_INIT;
	CURLMcode status = CURLM_OK;

	while (has_work(client) && status == CURLM_OK) {
		if (stop != NULL && *stop != 0) {
			tally__fail(&failure, TALLY_ETIMEOUT, "stopped before the answer came");
			end_all(client, &failure);
			return 0;
		}
		status = turn(client, stop != NULL ? STOP_POLL_MS : IDLE_POLL_MS);
	}
	if (status == CURLM_OK)
		return 0;
	tally__fail(&failure, TALLY_EINTERNAL, "libcurl: %s", curl_multi_strerror(status));
	end_all(client, &failure);
	return tally__fail(error, failure.code, "%s", failure.message);
}

struct send_context {
	struct arena *arena;
	struct http_response *response;
	struct tally_error *error;
	int status;
};

static int copy_response(const struct send_context *context, const struct http_response *response)
{
	struct http_response copy = {.status = response->status, .body_len = response->body_len};
	int status;

	copy.body = tally__arena_memdup(context->arena, response->body, response->body_len);
	if (copy.body == NULL)
		return tally__fail_nomem(context->error);
	for (size_t i = 0; i < response->headers.count; i++) {
		status = tally__http_header_add(&copy.headers, context->arena,
						response->headers.items[i].name,
						response->headers.items[i].value, context->error);
		if (status != 0)
			return status;
	}
	*context->response = copy;
	return 0;
}

static void on_sent(void *opaque, const struct http_response *response,
		    const struct tally_error *failure)
{
	struct send_context *context = opaque;

	if (response != NULL)
		context->status = copy_response(context, response);
	else
		context->status =
			tally__fail(context->error, failure->code, "%s", failure->message);
}

int tally__http_client_send(struct http_client *client, const struct http_request *request,
			    struct arena *arena, struct http_response *response,
			    struct tally_error *error)
{
	struct send_context context = {.arena = arena, .response = response, .error = error};
	int status = tally__http_client_submit(client, request, on_sent, &context, error);

	if (status == 0)
		status = tally__http_client_run(client, NULL, error);
	return status != 0 ? status : context.status;
}
