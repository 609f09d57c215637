/* What is wrong or unwise in a contract, examples that fail their own rules included. */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "contract/inline.h"
#include "matching/lint.h"

const char *tally__lint_shown(struct lint *lint, const char *text, size_t max_chars)
{
	const char *shown = tally__text_printable(&lint->arena, text, max_chars);

	if (!shown)
		lint->status = TALLY_ENOMEM;
	return shown ? shown : "";
}

void tally__lint_add(struct lint *lint, enum lint_level level, const char *rule, const char *member,
		     const char *format, ...)
{
	size_t mark = lint->pointer.len;
	cJSON *finding;
	struct buf message;
	struct buf valid;
	va_list arguments;

	if (lint->status != 0 || lint->count >= LIMIT_LINT_FINDINGS)
		return;
	lint->count++;
	tally__buf_init(&message, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&valid, LIMIT_DOCUMENT_BYTES);
	va_start(arguments, format);
	tally__buf_addv(&message, format, arguments);
	va_end(arguments);
	/* It goes into JSON, so it has to be UTF-8. */
	tally__text_add_utf8(&valid, message.bytes, message.len);
	if (member)
		tally__pointer_add(&lint->pointer, member);
	finding = cJSON_CreateObject();
	if (!finding || message.status != 0 || valid.status != 0 || lint->pointer.status != 0 ||
	    tally__json_put(finding, "level",
			    cJSON_CreateString(level == LINT_ERROR ? "error" : "warning")) != 0 ||
	    tally__json_put(finding, "rule", cJSON_CreateString(rule)) != 0 ||
	    (lint->interaction &&
	     tally__json_put(finding, "interaction",
			     cJSON_CreateString(lint->interaction->description)) != 0) ||
	    tally__json_put(finding, "pointer", cJSON_CreateString(lint->pointer.bytes)) != 0 ||
	    tally__json_put(finding, "message", cJSON_CreateString(valid.bytes)) != 0) {
		cJSON_Delete(finding);
		lint->status = TALLY_ENOMEM;
	} else {
		lint->status = tally__json_append(lint->findings, finding);
	}
	tally__buf_truncate(&lint->pointer, mark);
	tally__buf_release(&message);
	tally__buf_release(&valid);
}

static void lint_extra(struct lint *lint, const cJSON *extra)
{
	for (const cJSON *member = extra ? extra->child : NULL; member; member = member->next)
		tally__lint_add(lint, LINT_WARNING, "unknown-member", member->string,
				"the specification has no member \"%s\" here: it is kept, but "
				"means nothing",
				tally__lint_shown(lint, member->string, 60));
}

/* A body whose type nothing declares is taken for what it looks like. */
static void lint_body(struct lint *lint, const struct body *body, const char *declared,
		      const char *member)
{
	if (body->state == BODY_PRESENT && !declared && !body->content_type)
		tally__lint_add(lint, LINT_WARNING, "no-content-type", member,
				"nothing says of which type this body is, so it is guessed: add a "
				"Content-Type header");
}

static size_t enter(struct lint *lint, const char *member)
{
	size_t mark = lint->pointer.len;

	tally__pointer_add(&lint->pointer, member);
	return mark;
}

static void leave(struct lint *lint, size_t mark)
{
	tally__buf_truncate(&lint->pointer, mark);
}

static void lint_request(struct lint *lint, const struct request *request)
{
	const struct lint_part part = {.side = LINT_REQUEST,
				       .rules = request->matching_rules,
				       .generators = request->generators,
				       .query = &request->query,
				       .headers = &request->headers,
				       .body = &request->body};
	size_t mark = enter(lint, "request");

	if (*request->path != '/')
		tally__lint_add(lint, LINT_ERROR, "path", "path",
				"expected a path that starts with \"/\", found \"%s\"",
				tally__lint_shown(lint, request->path, 100));
	if (strchr(request->path, '?'))
		tally__lint_add(lint, LINT_ERROR, "path", "path",
				"the path holds a \"?\": query parameters belong into \"query\"");
	lint_body(lint, &request->body, tally__header_content_type(&request->headers), "body");
	tally__lint_rules(lint, &part);
	tally__lint_request_example(lint, request);
	lint_extra(lint, request->extra);
	leave(lint, mark);
}

static void lint_response(struct lint *lint, const struct response *response, const cJSON *source)
{
	const struct lint_part part = {.side = LINT_RESPONSE,
				       .rules = response->matching_rules,
				       .generators = response->generators,
				       .headers = &response->headers,
				       .body = &response->body};
	size_t mark = enter(lint, "response");

	if (!tally__json_get(tally__json_get(source, "response"), "status"))
		tally__lint_add(lint, LINT_WARNING, "no-status", NULL,
				"the response has no status, so 200 is expected: write it");
	lint_body(lint, &response->body, tally__header_content_type(&response->headers), "body");
	tally__lint_rules(lint, &part);
	tally__lint_response_example(lint, response);
	lint_extra(lint, response->extra);
	leave(lint, mark);
}

static void lint_message(struct lint *lint, const struct message *message, enum lint_side side)
{
	const struct lint_part part = {.side = side,
				       .rules = message->matching_rules,
				       .generators = message->generators,
				       .body = &message->contents,
				       .metadata = message->metadata};

	if (message->contents.state == BODY_MISSING)
		tally__lint_add(lint, LINT_WARNING, "no-contents", NULL,
				"the message has no contents: any message will do");
	tally__lint_rules(lint, &part);
	tally__lint_message_example(lint, message);
	lint_extra(lint, message->extra);
}

static void lint_sync(struct lint *lint, const struct interaction *interaction)
{
	size_t mark = enter(lint, "request");

	lint_message(lint, &interaction->message, LINT_SYNC_REQUEST);
	leave(lint, mark);
	mark = enter(lint, "response");
	if (interaction->response_count == 0)
		tally__lint_add(lint, LINT_WARNING, "no-response", NULL,
				"nothing is expected in response");
	for (size_t i = 0; i < interaction->response_count; i++) {
		size_t inner = lint->pointer.len;

		tally__buf_addf(&lint->pointer, "/%zu", i);
		lint_message(lint, &interaction->responses[i], LINT_SYNC_RESPONSE);
		leave(lint, inner);
	}
	leave(lint, mark);
}

static void lint_interaction(struct lint *lint, const cJSON *source)
{
	const struct interaction *interaction = lint->interaction;

	if (!tally__json_get(source, "description") || !*interaction->description)
		tally__lint_add(lint, LINT_ERROR, "no-description", NULL,
				"the interaction has no description: results and merges need one");
	for (size_t i = 0; i < interaction->state_count; i++)
		if (!*interaction->states[i].name)
			tally__lint_add(lint, LINT_WARNING, "no-state-name", "providerStates",
					"provider state %zu has an empty name", i);
	lint_extra(lint, interaction->extra);
	switch (interaction->kind) {
	case INTERACTION_HTTP:
		lint_request(lint, &interaction->request);
		lint_response(lint, &interaction->response, source);
		break;
	case INTERACTION_ASYNC_MESSAGE:
		lint_message(lint, &interaction->message, LINT_MESSAGE);
		break;
	case INTERACTION_SYNC_MESSAGE:
		lint_sync(lint, interaction);
		break;
	}
}

/* Interactions that tools take for one and the same. */
static int lint_identity(struct lint *lint, struct map *seen)
{
	const struct interaction *interaction = lint->interaction;
	struct buf text;
	char *key = NULL;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&text, "%d\n%s", (int)interaction->kind, interaction->description);
	for (size_t i = 0; i < interaction->state_count; i++)
		tally__buf_addf(&text, "\n%zu:%s", strlen(interaction->states[i].name),
				interaction->states[i].name);
	if (interaction->key)
		tally__buf_addf(&text, "\nkey %s", interaction->key);
	if (text.status == 0)
		key = tally__arena_memdup(&lint->arena, text.bytes, text.len);
	tally__buf_release(&text);
	if (!key)
		return TALLY_ENOMEM;
	if (tally__map_find(seen, key, strlen(key)))
		tally__lint_add(lint, LINT_ERROR, "duplicate-interaction", NULL,
				"another interaction has the same description and provider "
				"states: when contracts are merged, one of them gets lost");
	return tally__map_put(seen, key, strlen(key), lint);
}

static void lint_names(struct lint *lint)
{
	static const char *const roles[] = {"consumer", "provider"};

	for (size_t i = 0; i < 2; i++)
		if (!tally__json_get_string(tally__json_get(lint->contract->document, roles[i]),
					    "name"))
			tally__lint_add(lint, LINT_ERROR, "no-name", roles[i],
					"the contract does not name its %s", roles[i]);
	if (lint->contract->interaction_count == 0)
		tally__lint_add(lint, LINT_ERROR, "no-interactions", NULL,
				"the contract has no interactions: verifying it verifies nothing");
	lint_extra(lint, lint->contract->extra);
}

/* Says that not all was looked at. */
static void lint_end(struct lint *lint)
{
	lint->interaction = NULL;
	tally__buf_clear(&lint->pointer);
	if (lint->steps > LIMIT_LINT_STEPS || lint->variant_steps > LIMIT_LINT_STEPS)
		tally__lint_add(lint, LINT_WARNING, "too-large", NULL,
				"the contract is too large for all its rules to be looked for in "
				"its examples: looking ended after %d steps",
				(int)LIMIT_LINT_STEPS);
}

static void lint_contract(struct lint *lint)
{
	const struct tally_contract *contract = lint->contract;
	const cJSON *http = tally__json_get(contract->document, "interactions");
	const cJSON *messages = tally__json_get(contract->document, "messages");
	const cJSON *source = cJSON_IsArray(http) ? http->child : NULL;
	const char *list = "interactions";
	struct map seen;
	size_t index = 0;

	tally__map_init(&seen);
	lint_names(lint);
	for (size_t i = 0; i < contract->interaction_count && lint->status == 0; i++) {
		if (!source && cJSON_IsArray(messages) && strcmp(list, "messages") != 0) {
			source = messages->child;
			list = "messages";
			index = 0;
		}
		tally__buf_clear(&lint->pointer);
		tally__buf_addf(&lint->pointer, "/%s/%zu", list, index++);
		lint->interaction = &contract->interactions[i];
		lint_interaction(lint, source);
		if (lint->status == 0)
			lint->status = lint_identity(lint, &seen);
		source = source ? source->next : NULL;
	}
	tally__map_release(&seen);
	lint_end(lint);
}

int tally_contract_lint(const struct tally_contract *contract, cJSON **findings,
			struct tally_error *error)
{
	struct lint lint = {.contract = contract};

	lint.findings = cJSON_CreateArray();
	if (!lint.findings)
		return tally__fail_nomem(error);
	tally__arena_init(&lint.arena, 0);
	tally__buf_init(&lint.pointer, LIMIT_DOCUMENT_BYTES);
	tally__map_init(&lint.groups);
	tally__map_init(&lint.variants);
	tally__lint_gather(&lint);
	lint_contract(&lint);
	tally__map_release(&lint.variants);
	tally__map_release(&lint.groups);
	tally__buf_release(&lint.pointer);
	tally__arena_release(&lint.arena);
	if (lint.status != 0) {
		cJSON_Delete(lint.findings);
		return tally__fail_nomem(error);
	}
	*findings = lint.findings;
	return 0;
}
