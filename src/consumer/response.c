/* What a mock answers: a response as it is written, or with generated values in it. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "consumer/mock.h"

/* Values that commas separate go out in one line, others in a line each. */
static int add_header(struct http_response *out, struct arena *arena,
		      const struct name_values *item, struct tally_error *error)
{
	bool is_list = tally__header_is_list(item->name);
	const char *line = NULL;
	int status = 0;

	for (size_t i = 0; i < item->value_count && status == 0; i++) {
		line = line && is_list ? tally__arena_printf(arena, "%s, %s", line, item->values[i])
				       : item->values[i];
		if (!line)
			return tally__fail_nomem(error);
		if (!is_list || i + 1 == item->value_count)
			status = tally__http_header_add(&out->headers, arena, item->name, line,
							error);
	}
	return status;
}

int tally__mock_response(struct http_response *out, struct arena *arena,
			 const struct response *response, struct tally_error *error)
{
	int status = 0;

	out->status = response->status;
	for (size_t i = 0; i < response->headers.count && status == 0; i++)
		status = add_header(out, arena, &response->headers.items[i], error);
	if (status == 0 && response->body.state == BODY_PRESENT)
		status = tally__body_bytes(&response->body, arena, &out->body, &out->body_len,
					   error);
	return status;
}

static int copy_prepared(const struct http_response *prepared, struct arena *arena,
			 struct http_response *out)
{
	int status = 0;

	out->status = prepared->status;
	out->body = prepared->body;
	out->body_len = prepared->body_len;
	for (size_t i = 0; i < prepared->headers.count && status == 0; i++)
		status = tally__http_header_add(&out->headers, arena,
						prepared->headers.items[i].name,
						prepared->headers.items[i].value, NULL);
	return status;
}

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
		       const char *text)
{
	struct buf whole;
	int status = 0;

	if (!mock->warnings)
		mock->warnings = cJSON_CreateArray();
	if (!mock->warnings)
		return TALLY_ENOMEM;
	tally__buf_init(&whole, (size_t)LIMIT_REASON_BYTES * 2);
	tally__buf_addf(&whole, "%s: response %s: the example was sent", interaction->description,
			text);
	if (whole.status == 0 && !is_known(mock->warnings, whole.bytes) &&
	    cJSON_GetArraySize(mock->warnings) < LIMIT_WARNINGS)
		status = tally__json_append(mock->warnings, cJSON_CreateString(whole.bytes));
	if (whole.status == TALLY_ENOMEM)
		status = TALLY_ENOMEM;
	tally__buf_release(&whole);
	return status;
}

/* Notes what was generated, and what was not. */
static int note_generated(struct tally_mock *mock, const struct interaction *interaction,
			  const struct generated *made)
{
	const cJSON *warning;
	int status = 0;

	pthread_mutex_lock(&mock->lock);
	mock->has_generated = mock->has_generated || made->count > 0;
	cJSON_ArrayForEach(warning, made->warnings)
	{
		if (status == 0)
			status = add_warning(mock, interaction, warning->valuestring);
	}
	pthread_mutex_unlock(&mock->lock);
	return status;
}

int tally__mock_generate(struct tally_mock *mock, struct expectation *expectation,
			 struct arena *arena, struct http_response *out)
{
	const struct interaction *interaction = expectation->interaction;
	struct generator_context context;
	struct generated made;
	struct response response;
	struct random random;
	const char *url;
	size_t number;
	int status;

	if (!expectation->generators)
		return copy_prepared(&expectation->response, arena, out);
	pthread_mutex_lock(&mock->lock);
	number = expectation->generated_count++;
	url = mock->url;
	pthread_mutex_unlock(&mock->lock);
	tally__value_source_context(&mock->source, GENERATOR_CONSUMER, NULL, interaction, number,
				    &random, &context);
	context.mock_server_url = url;
	tally__generated_init(&made);
	status = tally__generate_response(&response, &made, &interaction->response,
					  expectation->generators, &context, NULL);
	if (status == 0)
		status = note_generated(mock, interaction, &made);
	if (status == 0)
		status = tally__mock_response(out, arena, &response, NULL);
	/* Bytes that were generated are released now. */
	if (status == 0 && out->body_len > 0 &&
	    response.body.bytes != interaction->response.body.bytes) {
		out->body = tally__arena_memdup(arena, out->body, out->body_len);
		status = out->body ? 0 : TALLY_ENOMEM;
	}
	tally__generated_release(&made);
	return status;
}
