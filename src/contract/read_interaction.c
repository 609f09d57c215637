/* Interactions of every kind. */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "contract/reader.h"

static int read_state(const struct reader *reader, cJSON *json, struct provider_state *out)
{
	cJSON *params = NULL;
	int status;

	if (!cJSON_IsObject(json))
		return tally__reader_fail(reader, "", json, "an object with a \"name\"");
	status = tally__reader_string(reader, json, "name", &out->name);
	if (status == 0 && !out->name)
		return tally__reader_fail(reader, "name", tally__json_get(json, "name"),
					  "a string");
	if (status == 0)
		status = tally__reader_object(reader, json, "params", &params);
	out->params = params;
	if (status == 0)
		status = tally__reader_extra(reader, json, tally__member_is_known, MEMBERS_STATE,
					     &out->extra);
	return status;
}

static int read_state_list(const struct reader *reader, const cJSON *list, struct interaction *out)
{
	size_t count = 0;
	int status = 0;

	for (const cJSON *item = list->child; item; item = item->next)
		count++;
	out->states = tally__arena_alloc_array(reader->arena, count, sizeof(*out->states));
	if (!out->states)
		return tally__fail_nomem(reader->error);
	for (cJSON *item = list->child; item && status == 0; item = item->next) {
		struct reader inner = *reader;

		inner.within = "providerStates";
		inner.number = out->state_count + 1;
		status = read_state(&inner, item, &out->states[out->state_count++]);
	}
	return status;
}

/* Versions 1 and 2 have one state, "" and null mean none; all versions may have the list. */
static int read_states(const struct reader *reader, const cJSON *json, struct interaction *out)
{
	cJSON *list = NULL;
	const char *name = NULL;
	int status = tally__reader_array(reader, json, "providerStates", &list);

	if (status != 0)
		return status;
	if (list)
		return read_state_list(reader, list, out);
	status = tally__reader_string(reader, json, "providerState", &name);
	if (status == 0 && !name)
		status = tally__reader_string(reader, json, "provider_state", &name);
	if (status != 0 || !name || !*name)
		return status;
	out->states = tally__arena_alloc(reader->arena, sizeof(*out->states));
	if (!out->states)
		return tally__fail_nomem(reader->error);
	out->states[0].name = name;
	out->state_count = 1;
	return 0;
}

static int read_kind(const struct reader *reader, const cJSON *json, enum interaction_kind *out)
{
	const char *type = NULL;
	int status = tally__reader_string(reader, json, "type", &type);

	if (status != 0)
		return status;
	if (!type)
		*out = tally__json_get(json, "contents") ? INTERACTION_ASYNC_MESSAGE
							 : INTERACTION_HTTP;
	else if (strcmp(type, "Synchronous/HTTP") == 0)
		*out = INTERACTION_HTTP;
	else if (strcmp(type, "Asynchronous/Messages") == 0)
		*out = INTERACTION_ASYNC_MESSAGE;
	else if (strcmp(type, "Synchronous/Messages") == 0)
		*out = INTERACTION_SYNC_MESSAGE;
	else
		return tally__reader_fail(reader, "type", tally__json_get(json, "type"),
					  "Synchronous/HTTP, Asynchronous/Messages or "
					  "Synchronous/Messages");
	return 0;
}

static unsigned members_of(enum tally_spec spec, enum interaction_kind kind)
{
	switch (kind) {
	case INTERACTION_HTTP:
		return spec == TALLY_SPEC_V4 ? MEMBERS_HTTP : MEMBERS_OLD_HTTP;
	case INTERACTION_ASYNC_MESSAGE:
		return spec == TALLY_SPEC_V4 ? MEMBERS_ASYNC : MEMBERS_OLD_MESSAGE;
	case INTERACTION_SYNC_MESSAGE:
		break;
	}
	return MEMBERS_SYNC;
}

static int read_v4_members(const struct reader *reader, const cJSON *json, struct interaction *out)
{
	int status = tally__reader_string(reader, json, "key", &out->key);

	if (status == 0)
		status = tally__reader_bool(reader, json, "pending", &out->pending);
	if (status == 0)
		status = tally__reader_string(reader, json, "transport", &out->transport);
	out->comments = tally__json_get(json, "comments");
	out->plugin_configuration = tally__json_get(json, "pluginConfiguration");
	out->markup = tally__json_get(json, "interactionMarkup");
	return status;
}

/* Old files may have the rules beside the request or response that they are for. */
static void move_old_rules(cJSON *json, cJSON *part, const char *name)
{
	cJSON *rules = tally__json_get(json, name);

	if (rules && cJSON_IsObject(part) && !tally__json_get(part, "matchingRules")) {
		cJSON_DetachItemViaPointer(json, rules);
		tally__json_put(part, "matchingRules", rules);
	}
}

static int read_http(struct reader *reader, cJSON *json, struct interaction *out)
{
	cJSON *request = NULL;
	cJSON *response = NULL;
	int status = tally__reader_object(reader, json, "request", &request);

	if (status == 0)
		status = tally__reader_object(reader, json, "response", &response);
	if (status == 0 && !request)
		status = tally__reader_fail(reader, "request", tally__json_get(json, "request"),
					    "an object");
	if (status != 0)
		return status;
	if (reader->spec != TALLY_SPEC_V4) {
		move_old_rules(json, request, "requestMatchingRules");
		move_old_rules(json, response, "responseMatchingRules");
	}
	reader->part = "request";
	status = tally__reader_request(reader, request, &out->request);
	reader->part = "response";
	out->response.status = 200;
	if (status == 0 && response)
		status = tally__reader_response(reader, response, &out->response);
	return status;
}

static int read_sync_responses(struct reader *reader, cJSON *json, struct interaction *out)
{
	cJSON *responses = tally__json_get(json, "response");
	bool is_list = cJSON_IsArray(responses);
	size_t count = responses && !is_list ? 1 : 0;
	int status = 0;

	if (!responses || cJSON_IsNull(responses))
		return 0;
	for (const cJSON *item = is_list ? responses->child : NULL; item; item = item->next)
		count++;
	out->responses = tally__arena_alloc_array(reader->arena, count, sizeof(*out->responses));
	if (!out->responses)
		return tally__fail_nomem(reader->error);
	for (cJSON *item = is_list ? responses->child : responses; item && status == 0;
	     item = is_list ? item->next : NULL) {
		reader->part =
			tally__arena_printf(reader->arena, "response[%zu]", out->response_count);
		if (!reader->part)
			return tally__fail_nomem(reader->error);
		status = tally__reader_message(reader, item, true,
					       &out->responses[out->response_count++]);
	}
	return status;
}

static int read_sync(struct reader *reader, cJSON *json, struct interaction *out)
{
	cJSON *request = tally__json_get(json, "request");
	int status;

	reader->part = "request";
	status = tally__reader_message(reader, request, true, &out->message);
	return status ? status : read_sync_responses(reader, json, out);
}

static int read_members(struct reader *reader, cJSON *json, size_t index, bool is_message,
			struct interaction *out)
{
	int status;

	out->kind = is_message ? INTERACTION_ASYNC_MESSAGE : INTERACTION_HTTP;
	status = tally__reader_string(reader, json, "description", &out->description);
	if (status == 0 && !out->description) {
		out->description = tally__arena_printf(
			reader->arena, "%s %zu", is_message ? "Message" : "Interaction", index);
		if (!out->description)
			status = tally__fail_nomem(reader->error);
	}
	if (status == 0)
		status = tally__reader_string(reader, json, "_id", &out->id);
	if (status == 0)
		status = read_states(reader, json, out);
	if (status == 0 && reader->spec == TALLY_SPEC_V4)
		status = read_kind(reader, json, &out->kind);
	if (status == 0 && reader->spec == TALLY_SPEC_V4)
		status = read_v4_members(reader, json, out);
	if (status == 0)
		status = tally__reader_extra(reader, json, tally__member_is_known,
					     members_of(reader->spec, out->kind), &out->extra);
	if (status != 0)
		return status;
	if (out->kind == INTERACTION_HTTP)
		return read_http(reader, json, out);
	if (out->kind == INTERACTION_SYNC_MESSAGE)
		return read_sync(reader, json, out);
	return tally__reader_message(reader, json, false, &out->message);
}

static void add_place(struct tally_error *error, const char *list, size_t index,
		      const char *description)
{
	struct buf place;

	tally__buf_init(&place, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&place, "%s[%zu]", list, index);
	if (description) {
		tally__buf_adds(&place, " \"");
		tally__text_add_printable(&place, description, strlen(description), 80);
		tally__buf_addc(&place, '"');
	}
	if (place.status == 0)
		tally__error_within(error, place.bytes);
	tally__buf_release(&place);
}

void tally__error_in_interaction(struct tally_error *error, size_t index, const char *description)
{
	add_place(error, "interactions", index, description);
}

int tally__reader_interaction(struct reader *reader, cJSON *json, size_t index, bool is_message,
			      struct interaction *out)
{
	int status;

	reader->part = "";
	if (!cJSON_IsObject(json))
		status = tally__reader_fail(reader, "", json, "an interaction (an object)");
	else
		status = read_members(reader, json, index, is_message, out);
	if (status != 0)
		add_place(reader->error, is_message ? "messages" : "interactions", index,
			  tally__json_get_string(json, "description"));
	return status;
}
