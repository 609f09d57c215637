/* Answers requests; what became of each is noted before it is answered. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/mock.h"
#include "consumer/problem.h"
#include "consumer/received.h"
#include "consumer/response.h"

/* ---- generated values ---- */

static bool is_known(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		if (strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

/* With the lock held: keeps one more warning, once. */
static int add_warning(struct tally_mock *mock, const struct interaction *interaction,
		       const char *part, const char *text)
{
	struct buf whole;
	int status = 0;

	if (!mock->warnings)
		mock->warnings = cJSON_CreateArray();
	if (!mock->warnings)
		return TALLY_ENOMEM;
	tally__buf_init(&whole, (size_t)LIMIT_REASON_BYTES * 2);
	tally__buf_addf(&whole, "%s: %s %s: the example was sent", interaction->description, part,
			text);
	if (whole.status == 0 && !is_known(mock->warnings, whole.bytes) &&
	    cJSON_GetArraySize(mock->warnings) < LIMIT_WARNINGS)
		status = tally__json_append(mock->warnings, cJSON_CreateString(whole.bytes));
	if (whole.status == TALLY_ENOMEM)
		status = TALLY_ENOMEM;
	tally__buf_release(&whole);
	return status;
}

int tally__mock_note_generated(struct tally_mock *mock, const struct interaction *interaction,
			       const char *part, const struct generated *made)
{
	const cJSON *warning;
	int status = 0;

	pthread_mutex_lock(&mock->lock);
	mock->has_generated = mock->has_generated || made->count > 0;
	cJSON_ArrayForEach(warning, made->warnings)
	{
		if (status == 0)
			status = add_warning(mock, interaction, part, warning->valuestring);
	}
	pthread_mutex_unlock(&mock->lock);
	return status;
}

static int generate(struct tally_mock *mock, const struct responder_entry *entry,
		    struct arena *arena, struct http_response *out)
{
	struct generator_context context;
	struct generated made;
	struct random random;
	const char *url;
	size_t number;
	int status;

	number = atomic_fetch_add(&mock->runs[entry->number].generated_count, 1);
	pthread_mutex_lock(&mock->lock);
	url = mock->url;
	pthread_mutex_unlock(&mock->lock);
	tally__value_source_context(&mock->source, GENERATOR_CONSUMER, NULL, entry->interaction,
				    number, &random, &context);
	context.mock_server_url = url;
	tally__generated_init(&made);
	status = tally__response_generate(out, arena, entry, &context, &made);
	if (status == 0)
		status = tally__mock_note_generated(mock, entry->interaction, "response", &made);
	tally__generated_release(&made);
	return status;
}

/* ---- answers ---- */

static int add_header(struct arena *arena, struct http_response *response, const char *name,
		      const char *value)
{
	return tally__http_header_add(&response->headers, arena, name, value, NULL);
}

static int answer_match(struct tally_mock *mock, const struct responder_verdict *verdict,
			const struct http_request *request, struct arena *arena,
			struct http_response *response)
{
	const struct responder_entry *entry = verdict->entry;
	int status = 0;

	if (entry->generators)
		status = generate(mock, entry, arena, response);
	else
		*response = entry->response;
	if (status == 0 && (mock->cors || tally__http_header_get(&request->headers, "Origin")))
		status = tally__response_add_cors(response, arena, request);
	return status;
}

int tally__mock_say_problem(const cJSON *problem, const char *what,
			    const struct http_request *request, struct arena *arena,
			    struct http_response *response)
{
	cJSON *json = tally__json_clone(problem);
	struct buf text;
	char *body = NULL;

	tally__buf_init(&text, (size_t)LIMIT_BODY_BYTES * 2);
	if (json && tally__json_put(json, "error", cJSON_CreateString(what)) == 0)
		tally__json_add(&text, json, TALLY_JSON_PRETTY);
	if (text.status == 0 && text.len > 0)
		body = tally__arena_memdup(arena, text.bytes, text.len);
	response->status = 500;
	response->body = body;
	response->body_len = body ? text.len : 0;
	tally__buf_release(&text);
	cJSON_Delete(json);
	if (!body ||
	    add_header(arena, response, "Content-Type", "application/json; charset=utf-8") != 0)
		return TALLY_ENOMEM;
	/* As with other answers: a page that sends credentials may read it, too. */
	if (tally__http_header_get(&request->headers, "Origin"))
		return tally__response_add_cors(response, arena, request);
	return add_header(arena, response, "Access-Control-Allow-Origin", "*");
}

/* 500 with what differs, for whoever reads the log of the consumer's tests. */
static int answer_problem(const struct responder_verdict *verdict, const struct request *actual,
			  const cJSON *problem, const struct http_request *request,
			  struct arena *arena, struct http_response *response)
{
	const char *word =
		verdict->outcome == RESPONDER_MISMATCH ? "Request-Mismatch" : "Unexpected-Request";
	const char *what =
		tally__arena_printf(arena, "%s : %s %s", word, actual->method, actual->path);
	cJSON *json = tally__problem_answer(verdict, actual, problem);
	int status = what && json ? tally__mock_say_problem(json, what, request, arena, response)
				  : TALLY_ENOMEM;

	cJSON_Delete(json);
	return status ? status : add_header(arena, response, "X-Pact", word);
}

/* Counts what a browser asks before it asks what is expected, and says in the answer what to do. */
static int note_preflight(struct tally_mock *mock, const struct http_request *request,
			  cJSON *problem)
{
	if (!tally__http_header_get(&request->headers, "Origin") ||
	    !tally__http_header_get(&request->headers, "Access-Control-Request-Method"))
		return 0;
	pthread_mutex_lock(&mock->lock);
	mock->preflight_count++;
	pthread_mutex_unlock(&mock->lock);
	return tally__json_put(problem, "hint",
			       cJSON_CreateString("this is a CORS pre-flight request of a browser, "
						  "which asks for no more now: with --cors (the "
						  "option \"cors\" in C) it is answered"));
}

static int settle(struct tally_mock *mock, const struct responder_verdict *verdict,
		  const struct request *actual, const struct http_request *request,
		  struct arena *arena, struct http_response *response)
{
	bool is_preflight = tally__text_equal_nocase(actual->method, "OPTIONS");
	cJSON *problem;
	int status;

	if (verdict->outcome == RESPONDER_MATCH) {
		atomic_store(&mock->runs[verdict->entry->number].matched, true);
		return answer_match(mock, verdict, request, arena, response);
	}
	if (is_preflight && mock->cors) {
		response->status = 204;
		return tally__response_add_cors(response, arena, request);
	}
	problem = tally__problem_unmatched(verdict, actual);
	status = problem ? 0 : TALLY_ENOMEM;
	if (status == 0 && is_preflight)
		status = note_preflight(mock, request, problem);
	if (status == 0)
		status = answer_problem(verdict, actual, problem, request, arena, response);
	/* A browser's pre-flight request is none that the consumer makes. */
	if (is_preflight) {
		cJSON_Delete(problem);
		return status;
	}
	if (verdict->outcome == RESPONDER_MISMATCH)
		atomic_store(&mock->runs[verdict->entry->number].tried, true);
	return tally__mock_keep_problem(mock, problem) ? TALLY_ENOMEM : status;
}

int tally__mock_answer(void *context, const struct http_request *request, struct arena *arena,
		       struct http_response *response)
{
	struct tally_mock *mock = context;
	struct responder_verdict verdict = {0};
	struct request actual;
	const struct responder_question question = {.request = &actual,
						    .acceptance = RESPONDER_EXACT};
	int status = tally__received_request(&actual, arena, request);

	if (status == 0) {
		status = tally__responder_ask(mock->responder, &question, &verdict, NULL);
		if (status == 0)
			status = settle(mock, &verdict, &actual, request, arena, response);
		tally__responder_verdict_release(&verdict);
	}
	if (status == 0)
		return 0;
	tally__mock_note_omitted(mock);
	return status;
}
