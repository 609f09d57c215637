/* Answers requests, and notes what became of each before it is answered. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/mock.h"

/* Everything that is shown or written later has to be UTF-8; what is not cannot match anyway. */
static const char *as_text(struct arena *arena, const char *bytes, size_t len)
{
	struct buf printable;
	const char *copy;

	if (tally__utf8_valid_len(bytes, len) == len)
		return tally__arena_memdup(arena, bytes, len);
	tally__buf_init(&printable, (size_t)LIMIT_HEADER_BYTES * 8);
	tally__text_add_printable(&printable, bytes, len, 0);
	copy = printable.status ? NULL : tally__arena_memdup(arena, printable.bytes, printable.len);
	tally__buf_release(&printable);
	return copy;
}

static int read_headers(struct request *out, struct arena *arena,
			const struct http_headers *received)
{
	for (size_t i = 0; i < received->count; i++) {
		const struct http_header *header = &received->items[i];
		char *name = tally__arena_strdup(arena, header->name);
		const char *value = as_text(arena, header->value, strlen(header->value));

		if (!name || !value)
			return TALLY_ENOMEM;
		for (char *c = name; *c; c++)
			*c = tally__text_lower(*c);
		if (tally__header_add(&out->headers, arena, name, value) != 0)
			return TALLY_ENOMEM;
	}
	return 0;
}

int tally__mock_read_request(struct request *out, struct arena *arena,
			     const struct http_request *received)
{
	size_t path_len = strcspn(received->target, "?");
	const char *query = received->target + path_len;
	struct request request = {0};

	request.method = as_text(arena, received->method, strlen(received->method));
	request.path = as_text(arena, received->target, path_len);
	if (*query == '?')
		query = as_text(arena, query + 1, strlen(query + 1));
	if (!request.method || !request.path || !query ||
	    tally__query_parse(&request.query, arena, query) != 0 ||
	    read_headers(&request, arena, &received->headers) != 0)
		return TALLY_ENOMEM;
	request.body.state = received->body_len > 0 ? BODY_PRESENT : BODY_EMPTY;
	if (received->body_len > 0) {
		request.body.bytes = received->body;
		request.body.len = received->body_len;
	}
	*out = request;
	return 0;
}

static int add_header(struct arena *arena, struct http_response *response, const char *name,
		      const char *value)
{
	return tally__http_header_add(&response->headers, arena, name, value, NULL);
}

/* What browsers ask for; what the contract itself says stays. */
static int add_cors(struct arena *arena, const struct http_request *request,
		    struct http_response *response)
{
	const char *origin = tally__http_header_get(&request->headers, "Origin");
	const char *asked =
		tally__http_header_get(&request->headers, "Access-Control-Request-Headers");
	const struct http_header headers[] = {
		{"Access-Control-Allow-Origin", origin ? origin : "*"},
		{"Access-Control-Allow-Headers", asked ? asked : "*"},
		{"Access-Control-Allow-Methods",
		 "GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH"},
		{"Access-Control-Expose-Headers", "Location, Link"},
		{"Access-Control-Allow-Credentials", "true"},
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers) && status == 0; i++)
		if (!tally__http_header_get(&response->headers, headers[i].name))
			status = add_header(arena, response, headers[i].name, headers[i].value);
	return status;
}

static int answer_match(struct tally_mock *mock, const struct mock_verdict *verdict,
			const struct http_request *request, struct arena *arena,
			struct http_response *response)
{
	int status = tally__mock_generate(mock, verdict->expectation, arena, response);

	if (status == 0 && (mock->cors || tally__http_header_get(&request->headers, "Origin")))
		status = add_cors(arena, request, response);
	return status;
}

/* 500 with what differs, for whoever reads the log of the consumer's tests. */
static int answer_problem(const struct mock_verdict *verdict, const struct request *actual,
			  const cJSON *problem, struct arena *arena, struct http_response *response)
{
	const char *word =
		verdict->outcome == MOCK_MISMATCH ? "Request-Mismatch" : "Unexpected-Request";
	cJSON *json = tally__json_clone(problem);
	struct buf text;
	char *error = tally__arena_printf(arena, "%s : %s %s", word, actual->method, actual->path);
	char *body = NULL;

	tally__buf_init(&text, (size_t)LIMIT_BODY_BYTES * 2);
	if (json && error && tally__json_put(json, "error", cJSON_CreateString(error)) == 0)
		tally__json_add(&text, json, TALLY_JSON_PRETTY);
	if (text.status == 0 && text.len > 0)
		body = tally__arena_memdup(arena, text.bytes, text.len);
	response->status = 500;
	response->body = body;
	response->body_len = body ? text.len : 0;
	tally__buf_release(&text);
	cJSON_Delete(json);
	if (!body ||
	    add_header(arena, response, "Content-Type", "application/json; charset=utf-8") != 0 ||
	    add_header(arena, response, "Access-Control-Allow-Origin", "*") != 0)
		return TALLY_ENOMEM;
	return add_header(arena, response, "X-Pact", word);
}

static void note_match(struct tally_mock *mock, struct expectation *expectation)
{
	pthread_mutex_lock(&mock->lock);
	expectation->matched = true;
	pthread_mutex_unlock(&mock->lock);
}

/* With the lock held; takes the problem. */
static int keep_problem(struct tally_mock *mock, cJSON *problem)
{
	int status = 0;

	if (mock->problem_count < LIMIT_MOCK_PROBLEMS) {
		status = tally__json_append(mock->problems, problem);
		mock->problem_count += status == 0;
	} else {
		mock->omitted_count++;
		cJSON_Delete(problem);
	}
	/* Even without memory to say what it was, the run did not go well. */
	mock->omitted_count += status != 0;
	return status;
}

/* Takes the problem. */
static int note_problem(struct tally_mock *mock, const struct mock_verdict *verdict, cJSON *problem)
{
	int status;

	pthread_mutex_lock(&mock->lock);
	if (verdict->outcome == MOCK_MISMATCH)
		verdict->expectation->tried = true;
	status = keep_problem(mock, problem);
	pthread_mutex_unlock(&mock->lock);
	return status;
}

void tally__mock_refused(void *context, const struct http_refusal *refusal)
{
	struct tally_mock *mock = context;
	struct arena arena;
	const char *method, *path;
	cJSON *problem = NULL;

	tally__arena_init(&arena, 0);
	method = as_text(&arena, refusal->method, strlen(refusal->method));
	path = as_text(&arena, refusal->target, strcspn(refusal->target, "?"));
	if (method && path)
		problem = tally__mock_refusal(method, path, refusal);
	pthread_mutex_lock(&mock->lock);
	keep_problem(mock, problem);
	pthread_mutex_unlock(&mock->lock);
	tally__arena_release(&arena);
}

static int settle(struct tally_mock *mock, const struct mock_verdict *verdict,
		  const struct request *actual, const struct http_request *request,
		  struct arena *arena, struct http_response *response)
{
	bool is_preflight = tally__text_equal_nocase(actual->method, "OPTIONS");
	cJSON *problem;
	int status;

	if (verdict->outcome == MOCK_MATCH) {
		note_match(mock, verdict->expectation);
		return answer_match(mock, verdict, request, arena, response);
	}
	if (is_preflight && mock->cors) {
		response->status = 204;
		return add_cors(arena, request, response);
	}
	problem = tally__mock_problem(verdict, actual);
	status = problem ? answer_problem(verdict, actual, problem, arena, response) : TALLY_ENOMEM;
	/* A browser's pre-flight request is none that the consumer makes. */
	if (is_preflight) {
		cJSON_Delete(problem);
		return status;
	}
	return note_problem(mock, verdict, problem) ? TALLY_ENOMEM : status;
}

int tally__mock_answer(void *context, const struct http_request *request, struct arena *arena,
		       struct http_response *response)
{
	struct tally_mock *mock = context;
	struct mock_verdict verdict = {0};
	struct request actual;
	int status = tally__mock_read_request(&actual, arena, request);

	if (status == 0) {
		status = tally__mock_judge(mock, &actual, &verdict, NULL);
		if (status == 0)
			status = settle(mock, &verdict, &actual, request, arena, response);
		tally__mock_verdict_release(&verdict);
	}
	if (status == 0)
		return 0;
	/* A request that could not be looked at must not pass for one that was never made. */
	pthread_mutex_lock(&mock->lock);
	mock->omitted_count++;
	pthread_mutex_unlock(&mock->lock);
	return status;
}
