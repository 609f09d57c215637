/* Answers requests for messages, and notes what became of each before it is answered. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/messages.h"
#include "consumer/mock.h"
#include "consumer/problem.h"
#include "consumer/received.h"
#include "consumer/response.h"

#define METADATA_HEADER "Pact-Message-Metadata"

/* One request that is being answered. */
struct exchange {
	struct tally_mock *mock;
	const struct http_request *request;
	struct arena *arena;
	struct http_response *response;
};

/* ---- problems ---- */

/* Takes the problem: answers with it, and keeps it. */
static int refuse(const struct exchange *exchange, cJSON *problem, int http_status,
		  const char *what, struct mock_message *tried)
{
	int status = problem ? tally__mock_say_problem(problem, what, exchange->request,
						       exchange->arena, exchange->response)
			     : TALLY_ENOMEM;

	exchange->response->status = http_status;
	/* A browser's pre-flight request is none that the consumer makes. */
	if (strcmp(exchange->request->method, "OPTIONS") == 0) {
		cJSON_Delete(problem);
		return status;
	}
	pthread_mutex_lock(&exchange->mock->lock);
	if (tried)
		tried->is_tried = true;
	pthread_mutex_unlock(&exchange->mock->lock);
	return tally__mock_keep_problem(exchange->mock, problem) ? TALLY_ENOMEM : status;
}

/* A request that does not ask for a message; `why` NULL: memory is short. */
static int refuse_request(const struct exchange *exchange, const char *why)
{
	const struct http_request *request = exchange->request;
	const struct http_refusal refusal = {.status = 400, .why = why};
	const char *method =
		tally__received_text(exchange->arena, request->method, strlen(request->method));
	const char *path = tally__received_text(exchange->arena, request->target,
						strcspn(request->target, "?"));

	if (!method || !path || !why)
		return TALLY_ENOMEM;
	return refuse(exchange, tally__problem_refused(method, path, &refusal), 400,
		      "Request-Refused", NULL);
}

/* ---- answers ---- */

static int add_header(const struct exchange *exchange, const char *name, const char *value)
{
	return tally__http_header_add(&exchange->response->headers, exchange->arena, name, value,
				      NULL);
}

static int add_metadata(const struct exchange *exchange, const cJSON *metadata)
{
	struct buf json;
	struct buf header;
	int status;

	if (!metadata || !metadata->child)
		return 0;
	tally__buf_init(&json, LIMIT_HEADER_BYTES);
	tally__buf_init(&header, (size_t)LIMIT_HEADER_BYTES * 2);
	status = tally__json_add(&json, metadata, TALLY_JSON_COMPACT);
	if (status == 0)
		tally__base64_encode(&header, json.bytes, json.len);
	if (status == 0)
		status = header.status;
	if (status == 0)
		status = add_header(exchange, METADATA_HEADER, header.bytes);
	tally__buf_release(&json);
	tally__buf_release(&header);
	return status;
}

/* As it is declared, or as the contents look. */
static int add_content_type(const struct exchange *exchange, const struct message *message)
{
	const char *declared = message->contents.content_type;
	struct mime type;
	struct buf text;
	int status;

	if (!declared)
		declared = tally__metadata_content_type(message->metadata);
	if (declared)
		return add_header(exchange, "Content-Type", declared);
	if (message->contents.state != BODY_PRESENT)
		return 0;
	status = tally__body_type(&type, &message->contents, NULL, exchange->arena, NULL);
	if (status != 0 || tally__mime_is_unknown(&type))
		return status;
	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	tally__mime_format(&text, &type);
	status = text.status ? text.status : add_header(exchange, "Content-Type", text.bytes);
	tally__buf_release(&text);
	return status;
}

/* The bytes are copied: generated ones are released before the answer goes out. */
static int set_body(const struct exchange *exchange, const char *bytes, size_t len)
{
	if (len == 0)
		return 0;
	exchange->response->body = tally__arena_memdup(exchange->arena, bytes, len);
	exchange->response->body_len = len;
	return exchange->response->body ? 0 : TALLY_ENOMEM;
}

static int answer_one(const struct exchange *exchange, const struct message *message)
{
	const char *bytes = NULL;
	size_t len = 0;
	int status = 0;

	exchange->response->status = 200;
	if (message->contents.state == BODY_PRESENT)
		status = tally__body_bytes(&message->contents, exchange->arena, &bytes, &len, NULL);
	else if (message->contents.state == BODY_NULL)
		bytes = "null", len = 4;
	if (status == 0)
		status = set_body(exchange, bytes, len);
	if (status == 0)
		status = add_content_type(exchange, message);
	return status ? status : add_metadata(exchange, message->metadata);
}

/* Several responses are an array of them, in the form of version 4. */
static int append_message(cJSON *list, const struct message *message)
{
	struct message plain = *message;
	cJSON *json = NULL;
	int status;

	plain.matching_rules = NULL;
	plain.generators = NULL;
	status = tally__message_write(&plain, TALLY_SPEC_V4, &json, NULL);
	return status ? status : tally__json_append(list, json);
}

static int answer_list(const struct exchange *exchange, const cJSON *list)
{
	struct buf text;
	int status;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = tally__json_add(&text, list, TALLY_JSON_COMPACT);
	if (status == 0)
		status = set_body(exchange, text.bytes, text.len);
	if (status == 0)
		status = add_header(exchange, "Content-Type", "application/json");
	exchange->response->status = 200;
	tally__buf_release(&text);
	return status;
}

/* Makes one of the answers of a message; it goes out alone, or into the list. */
static int answer_with(const struct exchange *exchange, const struct mock_message *item,
		       size_t index, const struct generator_context *context, cJSON *list)
{
	struct message message;
	struct generated made;
	int status;

	tally__generated_init(&made);
	status = tally__generate_message(&message, &made, &item->answers[index],
					 item->generators[index], context, NULL);
	if (status == 0)
		status = tally__mock_note_generated(exchange->mock, item->interaction, "message",
						    &made);
	if (status == 0)
		status = list ? append_message(list, &message) : answer_one(exchange, &message);
	tally__generated_release(&made);
	return status;
}

static int answer(const struct exchange *exchange, struct mock_message *item)
{
	struct tally_mock *mock = exchange->mock;
	struct generator_context context;
	struct random random;
	cJSON *list = NULL;
	size_t number;
	int status = 0;

	pthread_mutex_lock(&mock->lock);
	item->is_fetched = true;
	number = item->generated_count++;
	pthread_mutex_unlock(&mock->lock);
	tally__value_source_context(&mock->source, GENERATOR_CONSUMER, NULL, item->interaction,
				    number, &random, &context);
	context.mock_server_url = mock->url;
	if (item->answer_count == 0)
		exchange->response->status = 204;
	if (item->answer_count > 1) {
		list = cJSON_CreateArray();
		status = list ? 0 : TALLY_ENOMEM;
	}
	for (size_t i = 0; i < item->answer_count && status == 0; i++)
		status = answer_with(exchange, item, i, &context, list);
	if (status == 0 && list)
		status = answer_list(exchange, list);
	cJSON_Delete(list);
	return status;
}

/* ---- questions ---- */

/* Whether it is the body of version 4, {"content": …}; other contents are taken as they are. */
static bool has_content(const cJSON *request)
{
	return tally__json_get(tally__json_get(request, "contents"), "content") != NULL;
}

/* What the consumer sends in a synchronous message. */
static int compare_request(const struct exchange *exchange, struct mock_message *item,
			   cJSON *request)
{
	enum tally_spec spec = has_content(request) ? TALLY_SPEC_V4 : TALLY_SPEC_V3;
	struct tally_error error = TALLY_ERROR_INIT;
	struct mismatches mismatches;
	struct message actual;
	int status = tally__message_read(&actual, exchange->arena, request, spec, &error);

	if (status == TALLY_EPARSE)
		return refuse_request(exchange, tally__arena_printf(exchange->arena,
								    "The request message "
								    "cannot be read: %s",
								    error.message));
	if (status != 0)
		return status;
	tally__mismatches_init(&mismatches);
	status = tally__match_request_message(item->matcher, &actual, &mismatches, NULL);
	if (status == 0)
		status = mismatches.count == 0 ? answer(exchange, item)
					       : refuse(exchange,
							tally__problem_message("message-mismatch",
									       item->interaction,
									       NULL, &mismatches),
							500, "Message-Mismatch", item);
	tally__mismatches_release(&mismatches);
	return status;
}

static int settle(const struct exchange *exchange, const struct message_question *question)
{
	const char *why = NULL;
	struct mock_message *item =
		tally__messages_find(exchange->mock->messages, question, exchange->arena, &why);

	if (!item)
		return refuse(exchange, tally__problem_no_message(question->description, why), 500,
			      "Message-Not-Found", NULL);
	if (!item->matcher)
		return answer(exchange, item);
	if (question->request)
		return compare_request(exchange, item, question->request);
	return refuse(exchange,
		      tally__problem_message("message-mismatch", item->interaction,
					     "the message is synchronous: send its request in the "
					     "member \"request\"",
					     NULL),
		      500, "Message-Mismatch", item);
}

static int answer_document(const struct exchange *exchange, cJSON *document)
{
	struct message_question question = {
		.description = tally__json_get_string(document, "description"),
		.states = tally__json_get(document, "providerStates"),
		.request = tally__json_get(document, "request"),
	};

	if (!question.description)
		return refuse_request(exchange, "The body is no JSON object with the "
						"\"description\" of a message.");
	if (question.states && !cJSON_IsArray(question.states))
		return refuse_request(exchange, "The member \"providerStates\" is no array.");
	return settle(exchange, &question);
}

/* Whether it is a request for a message; others are answered here. */
static int answer_request(const struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	bool is_preflight = strcmp(request->method, "OPTIONS") == 0;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *document = NULL;
	int status;

	if (is_preflight && exchange->mock->cors) {
		exchange->response->status = 204;
		return 0;
	}
	if (strcmp(request->method, "POST") != 0 ||
	    (strcmp(request->target, "/") != 0 && request->target[0] != '\0'))
		return refuse_request(exchange,
				      "Messages are fetched with POST from the path \"/\".");
	status = tally_json_parse(&document, request->body_len ? request->body : "",
				  request->body_len, &error);
	if (status == TALLY_ENOMEM)
		return status;
	status = answer_document(exchange, document);
	cJSON_Delete(document);
	return status;
}

int tally__messages_answer(void *context, const struct http_request *request, struct arena *arena,
			   struct http_response *response)
{
	const struct exchange exchange = {context, request, arena, response};
	struct tally_mock *mock = context;
	int status = answer_request(&exchange);

	if (status == 0 && (mock->cors || tally__http_header_get(&request->headers, "Origin")))
		status = tally__response_add_cors(response, arena, request);
	if (status == 0)
		return 0;
	tally__mock_note_omitted(mock);
	return status;
}
