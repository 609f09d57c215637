#include "config.h"

#include <string.h>

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
	char *ca_file; /* a copy */
	struct exchange_list queued, running;
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
	if (options != NULL)
		client->options = *options;
	set_defaults(&client->options);
	if (client->options.ca_file != NULL) {
		client->ca_file = tally__strdup(client->options.ca_file);
		client->options.ca_file = client->ca_file;
	}
	client->multi = curl_multi_init();
	if (client->multi == NULL ||
	    (client->ca_file == NULL && options != NULL && options->ca_file != NULL)) {
		tally__http_client_free(client);
		return tally__fail_nomem(error);
	}
	/* Only a hint to libcurl about connections to keep: a refusal does no harm. */
	(void)curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS,
				(long)client->options.max_parallel);
	*out = client;
	return 0;
}

static void drop_all(struct http_client *client, struct exchange_list *list)
{
	while (list->first != NULL) {
		struct exchange *exchange = list->first;

		list_remove(list, exchange);
		if (exchange->easy != NULL)
			curl_multi_remove_handle(client->multi, exchange->easy);
		tally__exchange_free(exchange);
	}
}

void tally__http_client_free(struct http_client *client)
{
	if (client == NULL)
		return;
	drop_all(client, &client->queued);
	drop_all(client, &client->running);
	if (client->multi != NULL)
		curl_multi_cleanup(client->multi);
	tally__watches_release(&client->watches);
	tally__free(client->waited);
	tally__free(client->ca_file);
	tally__free(client);
}

int tally__http_client_submit(struct http_client *client, const struct http_request *request,
			      http_client_done *done, void *context, struct tally_error *error)
{
	struct exchange *exchange;
	int status = tally__exchange_new(&exchange, request, client->options.max_body_bytes, error);

	if (status != 0)
		return status;
	exchange->done = done;
	exchange->context = context;
	list_append(&client->queued, exchange);
	return 0;
}

static void end_with_failure(struct exchange_list *list, struct exchange *exchange,
			     const struct tally_error *failure)
{
	list_remove(list, exchange);
	exchange->done(exchange->context, NULL, failure);
	tally__exchange_free(exchange);
}

/* Moves what is queued to libcurl, as far as there is room. */
static void start_queued(struct http_client *client)
{
	while (client->queued.first != NULL &&
	       client->running.count < client->options.max_parallel) {
		struct exchange *exchange = client->queued.first;
		struct tally_error failure = TALLY_ERROR_INIT;
		CURLMcode status;

		if (tally__exchange_start(exchange, &client->options, &failure) != 0) {
			end_with_failure(&client->queued, exchange, &failure);
			continue;
		}
		status = curl_multi_add_handle(client->multi, exchange->easy);
		if (status != CURLM_OK) {
			tally__fail(&failure,
				    status == CURLM_OUT_OF_MEMORY ? TALLY_ENOMEM : TALLY_EINTERNAL,
				    "libcurl: %s", curl_multi_strerror(status));
			end_with_failure(&client->queued, exchange, &failure);
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
	tally__exchange_free(exchange);
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

void tally__http_client_break_off(struct http_client *client, const struct tally_error *failure)
{
	size_t running = client->running.count, queued = client->queued.count;

	/* What callbacks submit goes to the end of the queue. */
	for (; running > 0; running--) {
		curl_multi_remove_handle(client->multi, client->running.first->easy);
		end_with_failure(&client->running, client->running.first, failure);
	}
	for (; queued > 0; queued--)
		end_with_failure(&client->queued, client->queued.first, failure);
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
		tally__http_client_break_off(client, failure);
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

int tally__http_client_run(struct http_client *client, const volatile bool *stop,
			   struct tally_error *error)
{
	struct tally_error failure = TALLY_ERROR_INIT;
	CURLMcode status = CURLM_OK;

	while (has_work(client) && status == CURLM_OK) {
		if (stop != NULL && *stop) {
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
