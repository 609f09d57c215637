/* What is shown of an answer that was not as expected. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "verifier/outside.h"

static int put_headers(cJSON *shown, const struct http_headers *headers)
{
	cJSON *list = tally__json_put_new(shown, "headers", cJSON_CreateArray());
	int status = list != NULL ? 0 : TALLY_ENOMEM;

	for (size_t i = 0; i < headers->count && i < LIMIT_SHOWN_HEADERS && status == 0; i++) {
		cJSON *item = tally__json_put_new(list, NULL, cJSON_CreateObject());

		if (item == NULL ||
		    tally__json_put_text(item, "name", headers->items[i].name) != 0 ||
		    tally__json_put_text(item, "value", headers->items[i].value) != 0)
			status = TALLY_ENOMEM;
	}
	return status;
}

/* The beginning of a body that is a text: as far as it goes, at least to where it is cut. */
static int put_body(cJSON *shown, const char *bytes, size_t len)
{
	size_t most = len < LIMIT_SHOWN_BODY_BYTES ? len : LIMIT_SHOWN_BODY_BYTES;
	size_t valid = len > 0 ? tally__utf8_valid_len(bytes, most) : 0;
	bool is_text = len > 0 && memchr(bytes, '\0', valid) == NULL &&
		       (valid == len || (most < len && most - valid < 4));
	char *text;
	int status;

	if (tally__json_put(shown, "bodyBytes", cJSON_CreateNumber((double)len)) != 0)
		return TALLY_ENOMEM;
	if (!is_text)
		return 0;
	text = tally__strndup(bytes, valid);
	status = text != NULL ? tally__json_put_text(shown, "body", text) : TALLY_ENOMEM;
	tally__free(text);
	if (status == 0 && valid < len)
		status = tally__json_put(shown, "cut", cJSON_CreateTrue());
	return status;
}

static int put_response(cJSON *shown, const struct http_response *response)
{
	if (tally__json_put(shown, "status", cJSON_CreateNumber(response->status)) != 0 ||
	    put_headers(shown, &response->headers) != 0)
		return TALLY_ENOMEM;
	return put_body(shown, response->body, response->body_len);
}

static int put_message(cJSON *shown, const struct message *message)
{
	const char *bytes = NULL;
	struct arena arena;
	size_t len = 0;
	int status;

	tally__arena_init(&arena, 0);
	status = tally__body_bytes(&message->contents, &arena, &bytes, &len, NULL);
	if (status == 0)
		status = put_body(shown, bytes, bytes != NULL ? len : 0);
	if (status == 0 && message->metadata != NULL)
		status = tally__json_put(shown, "metadata", tally__json_clone(message->metadata));
	tally__arena_release(&arena);
	return status == TALLY_ENOMEM ? status : 0;
}

int tally__answer_show(cJSON **out, const struct answer *answer)
{
	cJSON *shown;
	int status;

	tally__json_setup();
	shown = cJSON_CreateObject();
	if (shown == NULL)
		return TALLY_ENOMEM;
	status = answer->response != NULL ? put_response(shown, answer->response)
					  : put_message(shown, answer->message);
	if (status != 0) {
		cJSON_Delete(shown);
		return status;
	}
	*out = shown;
	return 0;
}
