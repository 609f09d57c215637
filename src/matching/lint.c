/* What is wrong or unwise in a contract, examples that fail their own rules included. */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "contract/inline.h"
#include "contract/reader.h"
#include "matching/lint.h"
#include "matching/lint_secrets.h"

const char *tally__lint_shown(struct lint *lint, const char *text, size_t max_chars)
{
	const char *shown = tally__text_printable(&lint->arena, text, max_chars);

	if (!shown)
		lint->status = TALLY_ENOMEM;
	return shown ? shown : "";
}

size_t tally__lint_enter(struct lint *lint, const char *member)
{
	size_t mark = lint->pointer.len;

	tally__pointer_add(&lint->pointer, member);
	return mark;
}

static void leave(struct lint *lint, size_t mark)
{
	tally__buf_truncate(&lint->pointer, mark);
}

/* The finding that says this, or NULL when memory is short. */
static cJSON *finding_of(const struct lint *lint, enum lint_level level, enum lint_rule rule,
			 const char *message)
{
	const char *name = tally__lint_rules_table[rule].name;
	cJSON *finding = cJSON_CreateObject();

	if (!finding ||
	    (lint->contract &&
	     tally__json_put(finding, "contract", cJSON_CreateNumber((double)lint->index)) != 0) ||
	    tally__json_put(finding, "level", cJSON_CreateString(tally__lint_level_name(level))) !=
		    0 ||
	    tally__json_put(finding, "rule", cJSON_CreateString(name)) != 0 ||
	    (lint->interaction &&
	     tally__json_put(finding, "interaction",
			     cJSON_CreateString(lint->interaction->description)) != 0) ||
	    tally__json_put(finding, "pointer", cJSON_CreateString(lint->pointer.bytes)) != 0 ||
	    tally__json_put(finding, "message", cJSON_CreateString(message)) != 0) {
		cJSON_Delete(finding);
		return NULL;
	}
	return finding;
}

void tally__lint_add(struct lint *lint, enum lint_rule rule, const char *member, const char *format,
		     ...)
{
	size_t mark = lint->pointer.len;
	cJSON *finding = NULL;
	enum lint_level level;
	struct buf message;
	struct buf valid;
	va_list arguments;
	bool excepted;

	if (lint->status != 0 || lint->count >= LIMIT_LINT_FINDINGS)
		return;
	level = tally__lint_config_level(&lint->config, rule, &excepted);
	if (level == LINT_OFF) {
		lint->count += excepted;
		lint->excepted += excepted;
		return;
	}
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
	if (message.status == 0 && valid.status == 0 && lint->pointer.status == 0)
		finding = finding_of(lint, level, rule, valid.bytes);
	lint->status = tally__json_append(lint->findings, finding);
	tally__buf_truncate(&lint->pointer, mark);
	tally__buf_release(&message);
	tally__buf_release(&valid);
}

static void lint_extra(struct lint *lint, const cJSON *extra)
{
	for (const cJSON *member = extra ? extra->child : NULL; member; member = member->next) {
		const char *shown = tally__lint_shown(lint, member->string, 60);
		const char *nearest = tally__member_nearest(member->string);

		if (nearest)
			tally__lint_add(lint, LINT_UNKNOWN_MEMBER, member->string,
					"the specification has no member \"%s\" here: did you mean "
					"\"%s\"? As it is, it means nothing",
					shown, nearest);
		else
			tally__lint_add(lint, LINT_UNKNOWN_MEMBER, member->string,
					"the specification has no member \"%s\" here: it is kept, "
					"but means nothing",
					shown);
	}
}

/* A body whose type nothing declares is taken for what it looks like. */
static void lint_body(struct lint *lint, const struct body *body, const char *declared,
		      const char *member)
{
	if (body->state == BODY_PRESENT && !declared && !body->content_type)
		tally__lint_add(lint, LINT_NO_CONTENT_TYPE, member,
				"nothing says of which type this body is, so it is guessed: add a "
				"Content-Type header");
}

static void lint_request(struct lint *lint, const struct request *request)
{
	const struct lint_part part = {.side = LINT_REQUEST,
				       .rules = request->matching_rules,
				       .generators = request->generators,
				       .query = &request->query,
				       .headers = &request->headers,
				       .body = &request->body};
	size_t mark = tally__lint_enter(lint, "request");

	lint_body(lint, &request->body, tally__header_content_type(&request->headers), "body");
	tally__lint_rules(lint, &part);
	tally__lint_values(lint, &part);
	tally__lint_request_example(lint, request);
	lint_extra(lint, request->extra);
	leave(lint, mark);
}

static void lint_response(struct lint *lint, const struct response *response)
{
	const struct lint_part part = {.side = LINT_RESPONSE,
				       .rules = response->matching_rules,
				       .generators = response->generators,
				       .headers = &response->headers,
				       .body = &response->body};
	size_t mark = tally__lint_enter(lint, "response");

	if (!tally__json_get(tally__json_get(lint->source, "response"), "status"))
		tally__lint_add(lint, LINT_NO_STATUS, NULL,
				"the response has no status, so 200 is expected: write it");
	lint_body(lint, &response->body, tally__header_content_type(&response->headers), "body");
	tally__lint_rules(lint, &part);
	tally__lint_values(lint, &part);
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
		tally__lint_add(lint, LINT_NO_CONTENTS, NULL,
				"the message has no contents: any message will do");
	tally__lint_rules(lint, &part);
	tally__lint_values(lint, &part);
	tally__lint_message_example(lint, message);
	lint_extra(lint, message->extra);
}

static void lint_sync(struct lint *lint, const struct interaction *interaction)
{
	size_t mark = tally__lint_enter(lint, "request");

	lint_message(lint, &interaction->message, LINT_SYNC_REQUEST);
	leave(lint, mark);
	mark = tally__lint_enter(lint, "response");
	if (interaction->response_count == 0)
		tally__lint_add(lint, LINT_NO_RESPONSE, NULL, "nothing is expected in response");
	for (size_t i = 0; i < interaction->response_count; i++) {
		size_t inner = lint->pointer.len;

		tally__buf_addf(&lint->pointer, "/%zu", i);
		lint_message(lint, &interaction->responses[i], LINT_SYNC_RESPONSE);
		leave(lint, inner);
	}
	leave(lint, mark);
}

static void lint_interaction(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;

	if (!tally__json_get(lint->source, "description") || !*interaction->description)
		tally__lint_add(lint, LINT_NO_DESCRIPTION, NULL,
				"the interaction has no description: results and merges need one");
	for (size_t i = 0; i < interaction->state_count; i++)
		if (!*interaction->states[i].name)
			tally__lint_add(lint, LINT_NO_STATE_NAME, "providerStates",
					"provider state %zu has an empty name", i);
	lint_extra(lint, interaction->extra);
	tally__lint_states(lint);
	tally__lint_state_secrets(lint);
	tally__lint_give(lint);
	switch (interaction->kind) {
	case INTERACTION_HTTP:
		tally__lint_http(lint);
		tally__lint_target(lint);
		lint_request(lint, &interaction->request);
		lint_response(lint, &interaction->response);
		break;
	case INTERACTION_ASYNC_MESSAGE:
		lint_message(lint, &interaction->message, LINT_MESSAGE);
		break;
	case INTERACTION_SYNC_MESSAGE:
		lint_sync(lint, interaction);
		break;
	}
	tally__lint_doubles(lint);
}

/* Tools that write contracts leave their names in the metadata; expectations have none. */
static bool is_written_by_tool(const struct tally_contract *contract)
{
	const cJSON *metadata = tally__json_get(contract->document, "metadata");

	for (const cJSON *each = metadata ? metadata->child : NULL; each; each = each->next)
		if (strcmp(each->string, "pactSpecification") != 0 &&
		    strcmp(each->string, "pactSpecificationVersion") != 0 &&
		    strcmp(each->string, "pact-specification") != 0)
			return true;
	return false;
}

static void lint_inline(struct lint *lint)
{
	if (!lint->contract->inline_at || !is_written_by_tool(lint->contract))
		return;
	tally__buf_adds(&lint->pointer, lint->contract->inline_at);
	tally__lint_add(lint, LINT_INLINE_MATCHER, NULL,
			"a matcher stands inside a value of this contract, which tools made; who "
			"verifies it takes the matcher for the value: move it to matchingRules, or "
			"make the contract anew with tally mock");
	tally__buf_clear(&lint->pointer);
}

static void lint_names(struct lint *lint)
{
	static const char *const roles[] = {"consumer", "provider"};

	for (size_t i = 0; i < 2; i++)
		if (!tally__json_get_string(tally__json_get(lint->contract->document, roles[i]),
					    "name"))
			tally__lint_add(lint, LINT_NO_NAME, roles[i],
					"the contract does not name its %s", roles[i]);
	if (lint->contract->interaction_count == 0)
		tally__lint_add(lint, LINT_NO_INTERACTIONS, NULL,
				"the contract has no interactions: verifying it verifies nothing");
	lint_extra(lint, lint->contract->extra);
	lint_inline(lint);
	tally__lint_applications(lint);
}

static void lint_accept(struct lint *lint)
{
	if (lint->interaction->kind == INTERACTION_HTTP)
		tally__lint_accept(lint);
}

/* Beside all interactions. */
static void leave_interactions(struct lint *lint)
{
	lint->interaction = NULL;
	lint->source = NULL;
	tally__buf_clear(&lint->pointer);
	tally__lint_config_interaction(&lint->config, NULL);
}

static void enter_interaction(struct lint *lint, const char *list, size_t place,
			      const struct interaction *interaction, const cJSON *source)
{
	tally__buf_clear(&lint->pointer);
	tally__buf_addf(&lint->pointer, "/%s/%zu", list, place);
	lint->interaction = interaction;
	lint->source = source;
	tally__lint_config_interaction(&lint->config, interaction->description);
}

/* Calls `look` for each interaction. */
static void each_interaction(struct lint *lint, void (*look)(struct lint *lint))
{
	const struct tally_contract *contract = lint->contract;
	const cJSON *http = tally__json_get(contract->document, "interactions");
	const cJSON *messages = tally__json_get(contract->document, "messages");
	const cJSON *source = cJSON_IsArray(http) ? http->child : NULL;
	const char *list = "interactions";
	size_t place = 0;

	for (size_t i = 0; i < contract->interaction_count && lint->status == 0; i++) {
		if (!source && cJSON_IsArray(messages) && strcmp(list, "messages") != 0) {
			source = messages->child;
			list = "messages";
			place = 0;
		}
		enter_interaction(lint, list, place++, &contract->interactions[i], source);
		look(lint);
		source = source ? source->next : NULL;
	}
	leave_interactions(lint);
}

/* Says that not all was looked at. */
static void lint_end(struct lint *lint)
{
	if (lint->steps > LIMIT_LINT_STEPS || lint->variant_steps > LIMIT_LINT_STEPS)
		tally__lint_add(lint, LINT_TOO_LARGE, NULL,
				"the contract is too large for all its rules to be looked for in "
				"its examples: looking ended after %d steps",
				(int)LIMIT_LINT_STEPS);
}

static void lint_contract(struct lint *lint)
{
	tally__arena_init(&lint->arena, 0);
	tally__map_init(&lint->groups);
	tally__map_init(&lint->variants);
	tally__map_init(&lint->seen);
	tally__map_init(&lint->given);
	lint->count = lint->steps = lint->variant_steps = 0;
	tally__lint_config_file(&lint->config, lint->paths ? lint->paths[lint->index] : NULL);
	tally__lint_gather(lint);
	leave_interactions(lint);
	lint_names(lint);
	each_interaction(lint, lint_interaction);
	each_interaction(lint, lint_accept);
	lint_end(lint);
	tally__map_release(&lint->given);
	tally__map_release(&lint->seen);
	tally__map_release(&lint->variants);
	tally__map_release(&lint->groups);
	tally__arena_release(&lint->arena);
}

/* Only where there was something to make an exception of can one be too many. */
static void lint_exceptions(struct lint *lint)
{
	lint->contract = NULL;
	lint->count = 0;
	for (size_t i = 0; i < lint->config.exception_count; i++) {
		const struct lint_exception *each = &lint->config.exceptions[i];

		tally__buf_clear(&lint->pointer);
		tally__buf_addf(&lint->pointer, "/exceptions/%zu", each->index);
		if (each->met && !each->used)
			tally__lint_add(lint, LINT_UNUSED_EXCEPTION, NULL,
					"nothing needs the exception from %s any more: remove it",
					tally__lint_rules_table[each->rule].name);
	}
}

int tally_lint_rules(const cJSON *config, cJSON **rules, struct tally_error *error)
{
	struct lint_config levels;
	struct arena arena;
	cJSON *list = NULL;
	int status = tally__call_check(rules, "a place for the rules", error);

	if (status != 0)
		return status;
	tally__json_setup();
	tally__arena_init(&arena, 0);
	status = tally__lint_config_read(&levels, &arena, config, error);
	tally__arena_release(&arena);
	if (status != 0)
		return status;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < LINT_RULE_COUNT && status == 0; i++) {
		const struct lint_rule_row *row = &tally__lint_rules_table[i];
		const char *level = tally__lint_level_name(levels.levels[i]);
		const char *otherwise = tally__lint_level_name(row->level);
		cJSON *rule = cJSON_CreateObject();

		status = tally__json_put(rule, "rule", cJSON_CreateString(row->name));
		if (status == 0)
			status = tally__json_put(rule, "level", cJSON_CreateString(level));
		if (status == 0)
			status = tally__json_put(rule, "default", cJSON_CreateString(otherwise));
		if (status == 0)
			status = tally__json_put(rule, "summary", cJSON_CreateString(row->summary));
		if (tally__json_append(list, rule) != 0)
			status = TALLY_ENOMEM;
	}
	if (status != 0) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	*rules = list;
	return 0;
}

int tally_lint(const struct tally_lint_options *options,
	       const struct tally_contract *const *contracts, size_t count, cJSON **findings,
	       size_t *excepted, struct tally_error *error)
{
	struct lint lint = {.paths = options ? options->paths : NULL};
	int status = tally__call_check(findings, "a place for the findings", error);

	if (status == 0 && count > 0)
		status = tally__call_check(contracts, "contracts", error);
	for (size_t i = 0; i < count && status == 0; i++)
		status = tally__call_check(contracts[i], "a contract", error);
	if (status != 0)
		return status;
	tally__json_setup();
	tally__arena_init(&lint.lasting, 0);
	tally__map_init(&lint.states);
	tally__map_init(&lint.applications);
	tally__buf_init(&lint.pointer, LIMIT_DOCUMENT_BYTES);
	lint.findings = cJSON_CreateArray();
	lint.status = lint.findings
			      ? tally__lint_config_read(&lint.config, &lint.lasting,
							options ? options->config : NULL, error)
			      : TALLY_ENOMEM;
	for (; lint.index < count && lint.status == 0; lint.index++) {
		lint.contract = contracts[lint.index];
		lint_contract(&lint);
	}
	if (lint.status == 0)
		lint_exceptions(&lint);
	tally__buf_release(&lint.pointer);
	tally__map_release(&lint.applications);
	tally__map_release(&lint.states);
	tally__arena_release(&lint.lasting);
	if (lint.status != 0) {
		cJSON_Delete(lint.findings);
		return lint.status == TALLY_ENOMEM ? tally__fail_nomem(error) : lint.status;
	}
	*findings = lint.findings;
	if (excepted)
		*excepted = lint.excepted;
	return 0;
}
