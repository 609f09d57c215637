/* Requests, responses and messages. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "contract/reader.h"

static bool is_token(const char *text)
{
	return *text && text[strspn(text, "!#$%&'*+-.^_`|~0123456789"
					  "abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static bool is_upper_case(const char *text)
{
	while (*text >= 'A' && *text <= 'Z')
		text++;
	return !*text;
}

static int read_method(const struct reader *reader, const cJSON *json, const char **out)
{
	const char *written = "GET";
	char *method;
	int status = tally__reader_string(reader, json, "method", &written);

	if (status != 0)
		return status;
	if (*written && is_upper_case(written)) {
		*out = written;
		return 0;
	}
	if (!is_token(written))
		return tally__reader_fail(reader, "method", tally__json_get(json, "method"),
					  "a method such as GET");
	method = tally__arena_strdup(reader->arena, written);
	if (!method)
		return tally__fail_nomem(reader->error);
	for (char *c = method; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	*out = method;
	return 0;
}

int tally__reader_request(const struct reader *reader, cJSON *json, struct request *out)
{
	struct request request = {.path = "/"};
	int status;

	if (!cJSON_IsObject(json))
		return tally__reader_fail(reader, "", json, "an object");
	status = read_method(reader, json, &request.method);
	if (status == 0)
		status = tally__reader_string(reader, json, "path", &request.path);
	if (status == 0)
		status = tally__reader_query(reader, tally__json_get(json, "query"), &request);
	if (status == 0)
		status = tally__reader_headers(reader, tally__json_get(json, "headers"),
					       &request.headers);
	if (status == 0)
		status = tally__reader_extra(reader, json, tally__member_is_known, MEMBERS_REQUEST,
					     &request.extra);
	if (status == 0)
		status = tally__reader_body(reader, json, "body",
					    tally__header_content_type(&request.headers),
					    &request.body);
	if (status == 0)
		status = tally__reader_rules(reader, json, &request.matching_rules);
	if (status == 0)
		status = tally__reader_generators(reader, json, &request.generators);
	if (status == 0)
		*out = request;
	return status;
}

static int read_status(const struct reader *reader, const cJSON *json, int *out)
{
	const cJSON *value = tally__json_get(json, "status");

	if (!value || cJSON_IsNull(value))
		return 0;
	if (tally__json_kind(value) != JSON_INTEGER)
		return tally__reader_fail(reader, "status", value, "an integer");
	if (value->valuedouble < 100 || value->valuedouble > 999)
		return tally__reader_fail(reader, "status", value,
					  "a status code between 100 and 999");
	*out = (int)value->valuedouble;
	return 0;
}

int tally__reader_response(const struct reader *reader, cJSON *json, struct response *out)
{
	struct response response = {.status = 200};
	int status;

	if (!cJSON_IsObject(json))
		return tally__reader_fail(reader, "", json, "an object");
	status = read_status(reader, json, &response.status);
	if (status == 0)
		status = tally__reader_headers(reader, tally__json_get(json, "headers"),
					       &response.headers);
	if (status == 0)
		status = tally__reader_extra(reader, json, tally__member_is_known, MEMBERS_RESPONSE,
					     &response.extra);
	if (status == 0)
		status = tally__reader_body(reader, json, "body",
					    tally__header_content_type(&response.headers),
					    &response.body);
	if (status == 0)
		status = tally__reader_rules(reader, json, &response.matching_rules);
	if (status == 0)
		status = tally__reader_generators(reader, json, &response.generators);
	if (status == 0)
		*out = response;
	return status;
}

const char *tally__metadata_content_type(const cJSON *metadata)
{
	const cJSON *found = tally__json_get(metadata, "contentType");

	if (!found && cJSON_IsObject(metadata)) {
		for (found = metadata->child; found; found = found->next)
			if (tally__text_equal_nocase(found->string, "contentType") ||
			    tally__text_equal_nocase(found->string, "content-type"))
				break;
	}
	return found && cJSON_IsString(found) ? found->valuestring : NULL;
}

const char *tally__metadata_member(const cJSON *message)
{
	const cJSON *metadata = tally__json_get(message, "metadata");
	bool is_absent =
		!metadata || cJSON_IsNull(metadata) || tally__reader_is_empty_array(metadata);

	return is_absent && tally__json_get(message, "metaData") ? "metaData" : "metadata";
}

static int read_metadata(const struct reader *reader, const cJSON *json, const cJSON **out)
{
	cJSON *metadata = NULL;
	int status = tally__reader_object(reader, json, tally__metadata_member(json), &metadata);

	if (status == 0)
		*out = metadata;
	return status;
}

int tally__reader_message(const struct reader *reader, cJSON *json, bool whole, struct message *out)
{
	struct message message = {0};
	int status;

	if (!cJSON_IsObject(json))
		return tally__reader_fail(reader, "", json, "an object");
	status = read_metadata(reader, json, &message.metadata);
	if (status == 0 && whole)
		status = tally__reader_extra(reader, json, tally__member_is_known, MEMBERS_MESSAGE,
					     &message.extra);
	if (status == 0)
		status = tally__reader_body(reader, json, "contents",
					    tally__metadata_content_type(message.metadata),
					    &message.contents);
	if (status == 0)
		status = tally__reader_rules(reader, json, &message.matching_rules);
	if (status == 0)
		status = tally__reader_generators(reader, json, &message.generators);
	if (status == 0)
		*out = message;
	return status;
}

int tally__request_read(struct request *out, struct arena *arena, cJSON *json, enum tally_spec spec,
			struct tally_error *error)
{
	struct reader reader = {.arena = arena, .spec = spec, .part = "", .error = error};

	return tally__reader_request(&reader, json, out);
}

int tally__response_read(struct response *out, struct arena *arena, cJSON *json,
			 enum tally_spec spec, struct tally_error *error)
{
	struct reader reader = {.arena = arena, .spec = spec, .part = "", .error = error};

	return tally__reader_response(&reader, json, out);
}

int tally__message_read(struct message *out, struct arena *arena, cJSON *json, enum tally_spec spec,
			struct tally_error *error)
{
	struct reader reader = {.arena = arena, .spec = spec, .part = "", .error = error};

	return tally__reader_message(&reader, json, true, out);
}
