#include "config.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "broker/pact_call.h"
#include "format/json.h"

/* Pact's own clients wait half a second, then twice as long each time. */
#define FIRST_PAUSE_MS 500
#define MAX_PAUSE_MS   30000

/* Longest wait that a broker may ask for. */
#define MAX_ASKED_PAUSE_MS 120000

#define MAX_REDIRECTS 5

void tally__pact_call_release(struct pact_call *call)
{
	cJSON_Delete(call->answer);
	tally__arena_release(&call->arena);
}

static void submit(struct pact_call *call);

static void fail_with(struct pact_call *call, const struct tally_error *failure)
{
	call->status = failure->code;
	call->error = *failure;
	tally__error_where(&call->error, call->url);
}

static bool is_retried(int status)
{
	return status == 408 || status == 429 || status >= 500;
}

static int64_t pause_ms(const struct pact_call *call, const struct http_response *response)
{
	const char *asked = tally__http_header_get(&response->headers, "Retry-After");
	uint64_t seconds;
	int64_t pause = FIRST_PAUSE_MS;

	if (asked != NULL && (response->status == 429 || response->status == 503) &&
	    tally__text_to_u64(asked, &seconds))
		return seconds > MAX_ASKED_PAUSE_MS / 1000 ? -1 : (int64_t)seconds * 1000;
	for (unsigned i = 1; i < call->tries && pause < MAX_PAUSE_MS; i++)
		pause *= 2;
	return pause < MAX_PAUSE_MS ? pause : MAX_PAUSE_MS;
}

static void send_again(void *context, unsigned events)
{
	struct pact_call *call = context;

	if ((events & HTTP_DUE) != 0) {
		call->tries++;
		submit(call);
		return;
	}
	call->status = tally__fail_at(&call->error, TALLY_ETIMEOUT, call->url, 0, 0,
				      "interrupted while the broker was busy (asked %u time%s)",
				      call->tries, call->tries == 1 ? "" : "s");
}

/* False: it is not to be sent again. */
static bool plan_again(struct pact_call *call, const struct http_response *response)
{
	struct pact_broker *broker = call->broker;
	int64_t wait_ms;

	if (!is_retried(response->status) || call->tries >= broker->max_tries)
		return false;
	wait_ms = pause_ms(call, response);
	if (wait_ms < 0)
		return false;
	if (broker->pause != NULL)
		wait_ms = broker->pause(broker->pause_context, wait_ms);
	call->status = tally__http_client_at(broker->client, tally__time_monotonic_ms() + wait_ms,
					     send_again, call, &call->error);
	return true;
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Where a redirect leads to: absolute, or a path on the same origin. */
static const char *redirect_target(struct pact_call *call, const char *location)
{
	size_t origin = strcspn(call->final_url, ":") + 3;

	if (location == NULL || *location != '/' || location[1] == '/')
		return location;
	origin += strcspn(call->final_url + origin, "/");
	return tally__arena_printf(&call->arena, "%.*s%s", (int)origin, call->final_url, location);
}

/* A URL of the broker's kind with anything behind its path left out. */
static int parse_place(struct pact_url *out, struct arena *arena, const char *url)
{
	char *copy = tally__arena_memdup(arena, url, strcspn(url, "?#"));

	return copy == NULL ? TALLY_ENOMEM : tally__pact_url_parse(out, arena, copy, NULL);
}

static void redirect(struct pact_call *call, const struct http_response *response)
{
	bool keeps_method = response->status == 307 || response->status == 308;
	const char *location = tally__http_header_get(&response->headers, "Location");
	const char *target = redirect_target(call, location);
	struct pact_url from, to;

	if (target != NULL && (keeps_method || strcmp(call->method, "GET") == 0) &&
	    call->redirects < MAX_REDIRECTS &&
	    parse_place(&from, &call->arena, call->final_url) == 0 &&
	    parse_place(&to, &call->arena, target) == 0 && tally__pact_url_may_move(&from, &to) &&
	    to.user == NULL) {
		call->redirects++;
		call->final_url = tally__arena_strdup(&call->arena, target);
		submit(call);
		return;
	}
	call->status = tally__fail_at(
		&call->error, TALLY_EINVAL, call->url, 0, 0,
		"%s was answered with a redirect (%d) to %s, which is not followed%s: give the "
		"broker's URL as it is reached in the end",
		call->method, response->status,
		location != NULL ? tally__text_shown(&call->arena, location, 200) : "nowhere",
		call->redirects >= MAX_REDIRECTS ? " after so many" : "");
}

static void take_answer(struct pact_call *call, const struct http_response *response)
{
	if (response->body_len == 0 && strcmp(call->method, "GET") != 0)
		return;
	if (!tally__pact_is_json(&call->arena, response)) {
		const char *type = tally__http_header_get(&response->headers, "Content-Type");

		call->status = tally__fail_at(
			&call->error, TALLY_EPARSE, call->url, 0, 0,
			"this is no answer of a Pact Broker: expected application/hal+json, found "
			"%s; is it the broker's URL, and is there a proxy or a login page before "
			"it?",
			type != NULL ? tally__text_shown(&call->arena, type, 80)
				     : "no Content-Type");
		return;
	}
	call->answer_bytes = response->body_len;
	call->status =
		tally_json_parse(&call->answer, response->body, response->body_len, &call->error);
	if (call->status != 0)
		tally__error_within(&call->error, call->url);
}

static bool is_interrupted(const struct pact_broker *broker)
{
	return broker->interrupt != NULL && *broker->interrupt != 0;
}

static void take_response(void *context, const struct http_response *response,
			  const struct tally_error *failure)
{
	struct pact_call *call = context;

	if (response == NULL && is_interrupted(call->broker))
		call->status = tally__fail_at(&call->error, TALLY_ETIMEOUT, call->url, 0, 0,
					      "interrupted before the broker answered");
	else if (response == NULL)
		fail_with(call, failure);
	else if (plan_again(call, response))
		return;
	else if (is_redirect(response->status))
		redirect(call, response);
	else if (response->status >= 200 && response->status < 300)
		take_answer(call, response);
	else
		call->status = tally__pact_refusal(call, response, &call->error);
}

static int fill_headers(struct pact_call *call, struct http_headers *headers)
{
	static const char accept[] = "application/hal+json, application/json";
	int status = tally__http_header_add(headers, &call->arena, "Accept", accept, &call->error);

	if (status == 0 && call->body != NULL)
		status = tally__http_header_add(headers, &call->arena, "Content-Type",
						"application/json", &call->error);
	if (status == 0 && call->broker->authorization != NULL)
		status = tally__http_header_add(headers, &call->arena, "Authorization",
						call->broker->authorization, &call->error);
	return status;
}

static void submit(struct pact_call *call)
{
	struct http_request request = {.method = call->method,
				       .target = call->final_url,
				       .body = call->body,
				       .body_len = call->body != NULL ? strlen(call->body) : 0};

	call->status = call->final_url != NULL ? fill_headers(call, &request.headers)
					       : tally__fail_nomem(&call->error);
	if (call->status == 0)
		call->status = tally__http_client_submit(call->broker->client, &request,
							 take_response, call, &call->error);
	if (call->status != 0)
		tally__error_where(&call->error, call->url);
}

int tally__pact_calls_make(struct pact_broker *broker, struct pact_call *calls, size_t count)
{
	struct tally_error error = TALLY_ERROR_INIT;
	int status;

	for (size_t i = 0; i < count; i++) {
		tally__arena_init(&calls[i].arena, 0);
		calls[i].broker = broker;
		calls[i].final_url = calls[i].url;
		calls[i].tries = 1;
		submit(&calls[i]);
	}
	status = tally__http_client_run(broker->client, broker->interrupt, &error);
	for (size_t i = 0; i < count; i++) {
		if (status != 0 && calls[i].status == 0)
			fail_with(&calls[i], &error);
	}
	for (size_t i = 0; i < count && status == 0; i++)
		status = calls[i].status;
	return status;
}

int tally__pact_send(struct pact_broker *broker, const char *method, const char *url,
		     const char *body, cJSON **answer, struct tally_error *error)
{
	struct pact_call call = {.method = method, .url = url, .body = body};
	int status = tally__pact_calls_make(broker, &call, 1);

	if (status == 0) {
		*answer = call.answer;
		call.answer = NULL;
	} else {
		tally__pact_call_hand_error(&call, error);
	}
	tally__pact_call_release(&call);
	return status;
}

void tally__pact_call_hand_error(const struct pact_call *call, struct tally_error *error)
{
	/* Its lines would be escaped, were it recorded as a text. */
	if (error != NULL && error->code == 0)
		*error = call->error;
}

int tally__pact_get(struct pact_broker *broker, const char *url, cJSON **answer,
		    struct tally_error *error)
{
	cJSON *document = NULL;
	int status = tally__pact_send(broker, "GET", url, NULL, &document, error);

	if (status == 0 && !cJSON_IsObject(document))
		status = tally__fail_at(error, TALLY_EPARSE, url, 0, 0,
					"this is no answer of a Pact Broker: expected a JSON "
					"object");
	if (status == 0)
		*answer = document;
	else
		cJSON_Delete(document);
	return status;
}
