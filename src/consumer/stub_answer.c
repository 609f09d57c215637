/* Answers requests from the set of contracts that is served when they come. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/problem.h"
#include "consumer/received.h"
#include "consumer/response.h"
#include "consumer/stub.h"

/* One request, on its way to an answer. */
struct asking {
	struct tally_stub *stub;
	struct stub_set *set;
	const struct http_request *request;
	struct request actual;
	struct arena *arena;
	struct http_response *response;
	const struct stub_states *states; /* that this request asks for; NULL: as at the start */
	int filter_status;
	bool is_beyond; /* no interaction has the states: what is nearest is one of the others */
};

static int add_header(struct asking *asking, const char *name, const char *value)
{
	return tally__http_header_add(&asking->response->headers, asking->arena, name, value, NULL);
}

static void tell(const struct asking *asking, enum tally_stub_event_kind kind,
		 const struct responder_entry *entry, const char *message)
{
	const struct tally_stub_event event = {
		.kind = kind,
		.status = asking->response->status,
		.method = asking->actual.method,
		.path = asking->actual.path,
		.contract = entry ? asking->set->answers[entry->number].from->name : NULL,
		.description = entry ? entry->interaction->description : NULL,
		.message = message};

	tally__stub_tell(asking->stub, &event);
}

/* ---- which pages of other origins may read answers ---- */

/* "https://shop.test:8443/basket?x" gives "https://shop.test:8443"; NULL: it is no such URL. */
static const char *origin_of(struct arena *arena, const char *referer, int *status)
{
	const char *host = strstr(referer, "://");
	char *origin;

	if (!host || host == referer || host[3] == '\0' || host[3] == '/')
		return NULL;
	host += 3;
	origin = tally__arena_memdup(arena, referer,
				     (size_t)(host - referer) + strcspn(host, "/?#"));
	*status = origin ? 0 : TALLY_ENOMEM;
	return origin;
}

static int allow_origin(struct asking *asking)
{
	const char *referer = tally__http_header_get(&asking->request->headers, "Referer");
	const char *origin = NULL;
	int status = 0;

	if (tally__http_header_get(&asking->response->headers, "Access-Control-Allow-Origin"))
		return 0;
	if (referer && asking->stub->manner.cors_referer)
		origin = origin_of(asking->arena, referer, &status);
	return status ? status
		      : add_header(asking, "Access-Control-Allow-Origin", origin ? origin : "*");
}

/* ---- answers that contracts have ---- */

/* Once for an interaction, however often it is asked for. */
static void warn_once(struct asking *asking, struct stub_answer *answer,
		      const struct responder_entry *entry, const struct generated *made)
{
	struct tally_error text = TALLY_ERROR_INIT;
	bool before = false;

	if (!made->warnings || !made->warnings->child ||
	    !atomic_compare_exchange_strong(&answer->warned, &before, true))
		return;
	tally__fail_at(&text, TALLY_EINVAL, answer->from->name, 0, 0,
		       "%s: response %s: the example was sent",
		       tally__text_shown(asking->arena, entry->interaction->description, 200),
		       tally__text_shown(asking->arena, made->warnings->child->valuestring, 400));
	tally__stub_note(asking->stub, &text);
}

static int generate(struct asking *asking, struct stub_answer *answer,
		    const struct responder_entry *entry)
{
	struct http_response *response = asking->response;
	struct generator_context context;
	struct generated made;
	struct random random;
	size_t number = atomic_fetch_add(&answer->generated_count, 1);
	int status;

	tally__value_source_context(&asking->stub->values, GENERATOR_PROVIDER, NULL,
				    entry->interaction, number, &random, &context);
	tally__generated_init(&made);
	status = tally__response_generate(response, asking->arena, entry, &context, &made);
	if (status == 0)
		warn_once(asking, answer, entry, &made);
	tally__generated_release(&made);
	if (status == 0 && answer->content_type)
		status = add_header(asking, "Content-Type", answer->content_type);
	return status ? status : allow_origin(asking);
}

static int answer_match(struct asking *asking, const struct responder_entry *entry)
{
	struct stub_answer *answer = &asking->set->answers[entry->number];
	int status = 0;

	if (entry->generators) {
		status = generate(asking, answer, entry);
	} else {
		*asking->response = answer->response;
		if (asking->stub->manner.cors_referer)
			status = allow_origin(asking);
	}
	if (status == 0 && asking->stub->listener)
		tell(asking, TALLY_STUB_ANSWERED, entry, NULL);
	return status;
}

/* ---- other answers ---- */

static int answer_preflight(struct asking *asking)
{
	int status = 0;

	asking->response->status = 200;
	if (asking->stub->manner.cors_referer)
		status = allow_origin(asking);
	if (status == 0)
		status = tally__response_add_cors(asking->response, asking->arena, asking->request);
	if (status == 0)
		tell(asking, TALLY_STUB_ANSWERED, NULL, "a CORS pre-flight request");
	return status;
}

/* Takes `json`, which may be NULL when memory was short. */
static int answer_json(struct asking *asking, int code, cJSON *json)
{
	struct http_response *response = asking->response;
	struct buf text;
	int status;

	tally__buf_init(&text, (size_t)LIMIT_BODY_BYTES * 2);
	status = json ? tally__json_add(&text, json, TALLY_JSON_PRETTY) : TALLY_ENOMEM;
	cJSON_Delete(json);
	tally__buf_addc(&text, '\n');
	if (status == 0)
		response->body = tally__arena_memdup(asking->arena, text.bytes, text.len);
	response->body_len = response->body ? text.len : 0;
	response->status = code;
	tally__buf_release(&text);
	if (!response->body ||
	    add_header(asking, "Content-Type", "application/json; charset=utf-8") != 0)
		return TALLY_ENOMEM;
	return allow_origin(asking);
}

/* A request that could not be looked at. */
static int answer_failure(struct asking *asking, int code, const char *message)
{
	cJSON *json = cJSON_CreateObject();
	int status;

	if (tally__json_put(json, "error", cJSON_CreateString(message)) != 0) {
		cJSON_Delete(json);
		json = NULL;
	}
	status = answer_json(asking, code, json);
	if (status == 0)
		tell(asking, TALLY_STUB_REFUSED, NULL, message);
	return status;
}

/* Says of which contract the interaction is that comes nearest. */
static int put_contract(const struct asking *asking, const struct responder_verdict *verdict,
			cJSON *json)
{
	const char *name = asking->set->answers[verdict->entry->number].from->name;
	cJSON *nearest = tally__json_get(json, "nearest");
	struct buf text;
	int status;

	tally__buf_init(&text, LIMIT_BODY_BYTES);
	tally__text_add_utf8(&text, name, strlen(name));
	status = text.status;
	if (status == 0)
		status = tally__json_put(nearest ? nearest : json, "contract",
					 cJSON_CreateString(text.bytes));
	tally__buf_release(&text);
	return status;
}

static const char *explain(const struct asking *asking, const struct responder_verdict *verdict)
{
	const struct mismatches *mismatches = &verdict->mismatches;
	const char *first;
	size_t more;

	if (!verdict->entry)
		return "no interaction could answer it";
	if (asking->is_beyond)
		return "no interaction has a provider state that was asked for";
	if (mismatches->count == 0)
		return "nothing differs";
	more = mismatches->count - 1 + mismatches->omitted;
	first = tally__text_shown(asking->arena, mismatches->items[0].message, 300);
	return more == 0 ? first
			 : tally__arena_printf(asking->arena, "%s (and %zu more)", first, more);
}

static int answer_unknown(struct asking *asking, const struct responder_verdict *verdict)
{
	const struct request *actual = &asking->actual;
	cJSON *json = tally__problem_unmatched(verdict, actual);
	const char *message = explain(asking, verdict);
	char *error = tally__arena_printf(
		asking->arena, "No interaction answers %s %s%s", actual->method, actual->path,
		asking->is_beyond ? ": none has a provider state that was asked for" : "");
	int status;

	if (!json || !error || !message ||
	    tally__json_put(json, "error", cJSON_CreateString(error)) != 0 ||
	    (verdict->entry && put_contract(asking, verdict, json) != 0)) {
		cJSON_Delete(json);
		return TALLY_ENOMEM;
	}
	status = answer_json(asking, 404, json);
	if (status == 0)
		tell(asking, TALLY_STUB_UNKNOWN, verdict->entry, message);
	return status;
}

/* ---- requests ---- */

/* A responder_filter; the context is the asking. */
static bool admits(void *context, const struct responder_entry *entry)
{
	struct asking *asking = context;
	bool admitted = false;
	int status;

	if (!asking->states)
		return asking->set->answers[entry->number].admitted;
	status = tally__stub_states_admit(asking->states, entry->interaction, &admitted, NULL);
	if (status != 0)
		asking->filter_status = status;
	return admitted;
}

static int settle(struct asking *asking, const struct responder_verdict *verdict)
{
	if (verdict->outcome == RESPONDER_MATCH && !asking->is_beyond)
		return answer_match(asking, verdict->entry);
	if (asking->stub->manner.cors && strcmp(asking->actual.method, "OPTIONS") == 0)
		return answer_preflight(asking);
	return answer_unknown(asking, verdict);
}

/* Where no interaction may answer, what comes nearest among those that may not. */
static int look_beyond(struct asking *asking, struct responder_question *question,
		       struct responder_verdict *verdict, struct tally_error *error)
{
	tally__responder_verdict_release(verdict);
	asking->is_beyond = true;
	question->admits = NULL;
	return tally__responder_ask(asking->set->responder, question, verdict, error);
}

static int ask(struct asking *asking)
{
	struct responder_question question = {.request = &asking->actual,
					      .acceptance = RESPONDER_LENIENT,
					      .admits = admits,
					      .context = asking};
	struct responder_verdict verdict = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	int status = tally__responder_ask(asking->set->responder, &question, &verdict, &error);

	if (status == 0 && !verdict.entry && asking->filter_status == 0)
		status = look_beyond(asking, &question, &verdict, &error);
	if (status == 0 && asking->filter_status != 0)
		status = tally__fail(&error, asking->filter_status,
				     "a provider state could not be compared with what the "
				     "request asks for");
	if (status == 0)
		status = settle(asking, &verdict);
	else if (status != TALLY_ENOMEM)
		status = answer_failure(asking, 500, error.message);
	tally__responder_verdict_release(&verdict);
	return status;
}

/* The request's own choice of provider states, where it has one. */
static int ask_with_states(struct asking *asking)
{
	const struct stub_manner *manner = &asking->stub->manner;
	struct stub_states states;
	struct tally_error error = TALLY_ERROR_INIT;
	const char *pattern = NULL;
	int status;

	if (manner->state_header)
		pattern = tally__http_header_get(&asking->request->headers, manner->state_header);
	if (!pattern)
		return ask(asking);
	status = tally__stub_states_init(&states, pattern, manner->states.or_none, &error);
	asking->states = &states;
	if (status == 0)
		status = ask(asking);
	else if (status != TALLY_ENOMEM)
		status = answer_failure(asking, 400, error.message);
	tally__regex_free(states.regex);
	return status;
}

static void release_set(void *set)
{
	tally__stub_set_release(set);
}

/* The set that is served now, for as long as the answer takes to be sent. */
static int take_set(struct asking *asking)
{
	struct tally_stub *stub = asking->stub;

	pthread_mutex_lock(&stub->set_lock);
	asking->set = stub->set;
	atomic_fetch_add(&asking->set->references, 1);
	pthread_mutex_unlock(&stub->set_lock);
	if (tally__arena_keep(asking->arena, release_set, asking->set) == 0)
		return 0;
	tally__stub_set_release(asking->set);
	return TALLY_ENOMEM;
}

int tally__stub_answer(void *context, const struct http_request *request, struct arena *arena,
		       struct http_response *response)
{
	struct asking asking = {
		.stub = context, .request = request, .arena = arena, .response = response};
	int status = take_set(&asking);

	if (status == 0)
		status = tally__received_request(&asking.actual, arena, request);
	return status ? status : ask_with_states(&asking);
}

void tally__stub_refused(void *context, const struct http_refusal *refusal)
{
	struct tally_stub *stub = context;
	struct arena arena;
	struct tally_stub_event event = {.kind = TALLY_STUB_REFUSED, .status = refusal->status};

	tally__arena_init(&arena, 0);
	event.method = tally__received_text(&arena, refusal->method, strlen(refusal->method));
	event.path = tally__received_text(&arena, refusal->target, strcspn(refusal->target, "?"));
	event.message = tally__received_text(&arena, refusal->why, strcspn(refusal->why, "\n"));
	tally__stub_tell(stub, &event);
	tally__arena_release(&arena);
}
