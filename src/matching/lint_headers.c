/* Headers, paths and queries: values that will be others next time, and credentials. */
#include "config.h"

#include <string.h>

#include "base/letters.h"
#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"
#include "matching/lint.h"
#include "matching/lint_secrets.h"

/* ---- headers ---- */

/* Headers that are there to be others each time. */
static const char *const request_ids[] = {
	"X-Request-Id", "X-Correlation-Id", "X-Trace-Id",     "Request-Id",      "Correlation-Id",
	"Traceparent",  "X-B3-TraceId",     "X-B3-SpanId",    "X-Amzn-Trace-Id", "X-Amzn-RequestId",
	"CF-Ray",       "X-Runtime",        "X-Response-Time"};

static bool is_request_id(const char *name)
{
	for (size_t i = 0; i < sizeof(request_ids) / sizeof(*request_ids); i++)
		if (tally__text_equal_nocase(name, request_ids[i]))
			return true;
	return false;
}

/* Whether rules or generators have an entry for a header or parameter. */
static bool has_entry(const cJSON *by_category, const char *category, const char *name,
		      bool any_case)
{
	const cJSON *entries = tally__json_get(by_category, category);

	for (const cJSON *each = entries ? entries->child : NULL; each; each = each->next) {
		const char *own = each->string;
		size_t len = tally__path_len_before_index(own);

		if (strncmp(own, "$.", 2) == 0)
			own += 2;
		if (any_case ? tally__text_equal_nocase(own, name)
			     : strcmp(own, name) == 0 ||
				       (len == strlen(name) && strncmp(own, name, len) == 0))
			return true;
	}
	return false;
}

/* The last part of the path of a URL. */
static const char *last_segment(const char *url, size_t *len)
{
	const char *end = url + strcspn(url, "?#");
	const char *start = end;

	while (start > url && start[-1] != '/')
		start--;
	*len = (size_t)(end - start);
	return start;
}

/* Where something new is found: its id is the provider's. */
static bool is_new_location(struct lint *lint, const char *name, const char *value)
{
	const struct interaction *interaction = lint->interaction;
	size_t len;
	const char *id = last_segment(value, &len);
	char *copy;

	if (!tally__text_equal_nocase(name, "Location") ||
	    (interaction->response.status != 201 && interaction->response.status != 202))
		return false;
	if (len == 0 || (strspn(id, "0123456789") < len && tally__lint_look(id, len) == LOOK_PLAIN))
		return false;
	copy = tally__arena_memdup(&lint->arena, id, len);
	if (!copy)
		lint->status = TALLY_ENOMEM;
	return copy && !tally__lint_is_given(lint, copy);
}

/* The part of a cookie that is the cookie itself. */
static enum lint_look look_of_cookie(const char *text)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? strcspn(equals + 1, ";") : 0;
	enum lint_look look = equals ? tally__lint_look(equals + 1, len) : LOOK_PLAIN;

	if (look == LOOK_PLAIN && equals && tally__lint_looks_secret(equals + 1, len))
		look = LOOK_TOKEN;
	return look;
}

/* A validator is as good as what it is made of; one that the request had is known. */
static bool is_entity_tag(const char *name, const char *value)
{
	return tally__text_equal_nocase(name, "ETag") && strlen(value) > 6;
}

static void lint_exact_header(struct lint *lint, const char *name, const char *value,
			      bool is_response)
{
	char *place = tally__arena_printf(&lint->arena, "the header %s",
					  tally__lint_shown(lint, name, 60));
	enum lint_look look = tally__lint_look(value, strlen(value));

	if (!place) {
		lint->status = TALLY_ENOMEM;
		return;
	}
	if (tally__text_equal_nocase(name, "Set-Cookie"))
		look = look_of_cookie(value);
	if (is_response && is_new_location(lint, name, value))
		tally__lint_add(lint, LINT_VOLATILE_VALUE, name,
				"%s must be \"%s\" to the letter, but the provider chooses the id "
				"of what it has just made: give it a regex rule",
				place, tally__lint_shown(lint, value, 100));
	else if (is_response && is_entity_tag(name, value) && !tally__lint_is_given(lint, value))
		tally__lint_add(lint, LINT_VOLATILE_VALUE, name,
				"%s must be %s to the letter, and changes whenever the provider "
				"writes its answer in another way: give it a regex or type rule",
				place, tally__lint_shown(lint, value, 60));
	else if (is_response && look != LOOK_PLAIN && !tally__lint_is_given(lint, value))
		tally__lint_add_volatile(lint, name, "", place, value, look);
	else if (is_request_id(name) && look != LOOK_PLAIN && !is_response)
		tally__lint_add_volatile(lint, name, "", place, value, look);
}

static void lint_unruled_header(struct lint *lint, const struct lint_part *part,
				const struct name_values *header)
{
	const bool is_response = part->side == LINT_RESPONSE;

	if (!has_entry(part->generators, "header", header->name, true)) {
		/* That it is there at all is said elsewhere. */
		if (!tally__text_equal_nocase(header->name, "Date"))
			lint_exact_header(lint, header->name, header->values[0], is_response);
	} else if (is_response) {
		tally__lint_add(lint, LINT_GENERATOR_WITHOUT_RULE, header->name,
				"the header %s is generated for the consumer, but has no matching "
				"rule: the provider would have to answer with the example to the "
				"letter; give it one, such as type",
				tally__lint_shown(lint, header->name, 60));
	}
}

void tally__lint_headers(struct lint *lint, const struct lint_part *part)
{
	const struct name_values_list *headers = part->headers;
	/* What looking for an entry takes, at most. */
	size_t entries = (size_t)cJSON_GetArraySize(tally__json_get(part->rules, "header")) +
			 (size_t)cJSON_GetArraySize(tally__json_get(part->generators, "header"));
	size_t mark = lint->pointer.len;

	if (!headers)
		return;
	tally__pointer_add(&lint->pointer, "headers");
	for (size_t i = 0; i < headers->count && lint->status == 0; i++) {
		const struct name_values *header = &headers->items[i];

		lint->steps += 1 + entries;
		if (lint->steps > LIMIT_LINT_STEPS)
			break;

		tally__lint_header_secrets(lint, header);
		if (header->value_count > 0 && header->values[0] &&
		    !has_entry(part->rules, "header", header->name, true))
			lint_unruled_header(lint, part, header);
	}
	tally__buf_truncate(&lint->pointer, mark);
}

/* ---- paths and queries ---- */

static bool is_in_params(const cJSON *json, const char *text)
{
	if (cJSON_IsString(json) && strcmp(json->valuestring, text) == 0)
		return true;
	for (const cJSON *child = json ? json->child : NULL; child; child = child->next)
		if (is_in_params(child, text))
			return true;
	return false;
}

static bool is_prepared(struct lint *lint, const char *id)
{
	const struct interaction *interaction = lint->interaction;

	for (size_t i = 0; i < interaction->state_count; i++)
		if (is_in_params(interaction->states[i].params, id))
			return true;
	return tally__lint_is_in_states(lint, id);
}

/* What is asked for has to be there, unless the answer says that it is not. */
static bool has_to_be_there(const struct interaction *interaction)
{
	static const char *const methods[] = {"GET", "HEAD", "DELETE", "PATCH"};

	if (interaction->response.status >= 400)
		return false;
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(interaction->request.method, methods[i]) == 0)
			return true;
	return false;
}

static void lint_path_ids(struct lint *lint)
{
	const struct request *request = &lint->interaction->request;
	const char *path = request->path;

	if (!has_to_be_there(lint->interaction) || tally__json_get(request->generators, "path"))
		return;
	while (*path && lint->status == 0) {
		size_t len = strcspn(path, "/?");
		enum lint_look look = tally__lint_look(path, len);

		if (look == LOOK_UUID || look == LOOK_ID) {
			char *id = tally__arena_memdup(&lint->arena, path, len);

			if (!id)
				lint->status = TALLY_ENOMEM;
			else if (!is_prepared(lint, id))
				tally__lint_add(
					lint, LINT_ID_WITHOUT_STATE, "path",
					"no provider state mentions \"%s\", so that nobody "
					"prepares it: name it in a state or its parameters, "
					"or let the state give it (generator "
					"ProviderState)",
					id);
			return;
		}
		path += len;
		path += strspn(path, "/?");
	}
}

static void lint_query(struct lint *lint, const struct name_values *each)
{
	for (size_t j = 0; j < each->value_count; j++) {
		struct lint_secret secret;

		if (!each->values[j] || !tally__lint_secret_of(&secret, each->name, each->values[j],
							       strlen(each->values[j])))
			continue;
		tally__lint_add_secret(lint, &secret, each->name, "the query parameter ",
				       tally__lint_shown(lint, each->name, 60));
		return;
	}
}

void tally__lint_target(struct lint *lint)
{
	const struct request *request = &lint->interaction->request;
	size_t mark = tally__lint_enter(lint, "request");

	lint_path_ids(lint);
	tally__pointer_add(&lint->pointer, "query");
	for (size_t i = 0; i < request->query.count && lint->status == 0; i++)
		lint_query(lint, &request->query.items[i]);
	tally__buf_truncate(&lint->pointer, mark);
}
