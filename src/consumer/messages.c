/* The messages of a mock: prepared, found, reported. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/text.h"
#include "consumer/entry.h"
#include "consumer/messages.h"
#include "consumer/problem.h"

/* What tells messages of one description apart is shown of so many of them. */
enum { SHOWN_STATES = 5 };

/* ---- preparing ---- */

/* Says where in the contract's file an error is: before version 4, messages have a list of their
 * own. */
static int fail_at(const struct tally_contract *contract, size_t index, const char *part,
		   const struct tally_error *inner, struct tally_error *error)
{
	bool is_apart = contract->spec != TALLY_SPEC_UNKNOWN && contract->spec < TALLY_SPEC_V4;
	size_t number = 0;
	char pointer[TALLY_ERROR_WHERE_BYTES + 64];

	for (size_t i = 0; i < index; i++)
		number += !is_apart || contract->interactions[i].kind != INTERACTION_HTTP;
	(void)snprintf(pointer, sizeof(pointer), "/%s/%zu%s%s",
		       is_apart ? "messages" : "interactions", number, part, inner->where);
	return tally__fail_at(error, inner->code, pointer, 0, 0, "%s", inner->message);
}

/* What came with inline matchers was written as one, and has to agree; a contract is served as it
 * is. */
static int check(const struct tally_contract *contract, size_t index, struct tally_error *error)
{
	struct tally_error inner = TALLY_ERROR_INIT;

	if (!contract->inline_matchers ||
	    tally__interaction_check(&contract->interactions[index], &inner) == 0)
		return 0;
	return fail_at(contract, index, "", &inner, error);
}

static int prepare_request(struct mock_message *item, struct tally_error *error)
{
	const char *invalid = NULL;
	int status = tally__matcher_new_message(&item->matcher, &item->interaction->message, error);

	if (status == 0)
		invalid = tally__matcher_invalid(item->matcher);
	return invalid ? tally__fail(error, TALLY_EPARSE, "%s", invalid) : status;
}

static int prepare_answers(struct mock_messages *messages, struct mock_message *item,
			   struct tally_error *error)
{
	int status = 0;

	item->generators = tally__arena_alloc_array(&messages->arena, item->answer_count,
						    sizeof(struct generators *));
	if (!item->generators)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < item->answer_count && status == 0; i++)
		status = tally__generators_new(&item->generators[i], GENERATOR_CONSUMER,
					       item->answers[i].generators,
					       item->answers[i].matching_rules, error);
	return status;
}

static int prepare(struct mock_messages *messages, const struct tally_contract *contract,
		   size_t index, struct tally_error *error)
{
	const struct interaction *interaction = &contract->interactions[index];
	bool is_sync = interaction->kind == INTERACTION_SYNC_MESSAGE;
	struct mock_message *item = &messages->items[messages->count++];
	struct tally_error inner = TALLY_ERROR_INIT;

	item->interaction = interaction;
	item->answers = is_sync ? interaction->responses : &interaction->message;
	item->answer_count = is_sync ? interaction->response_count : 1;
	if (is_sync && prepare_request(item, &inner) != 0)
		return fail_at(contract, index, "/request", &inner, error);
	if (prepare_answers(messages, item, &inner) != 0)
		return fail_at(contract, index, is_sync ? "/response" : "", &inner, error);
	return check(contract, index, error);
}

int tally__messages_new(struct mock_messages **out, const struct tally_contract *contract,
			struct tally_error *error)
{
	struct mock_messages *messages;
	size_t count = 0;
	int status = 0;

	*out = NULL;
	for (size_t i = 0; i < contract->interaction_count; i++)
		count += contract->interactions[i].kind != INTERACTION_HTTP;
	if (count == 0)
		return 0;
	messages = tally__calloc(1, sizeof(*messages));
	if (!messages)
		return tally__fail_nomem(error);
	tally__arena_init(&messages->arena, 0);
	messages->items =
		tally__arena_alloc_array(&messages->arena, count, sizeof(*messages->items));
	if (!messages->items)
		status = tally__fail_nomem(error);
	for (size_t i = 0; i < contract->interaction_count && status == 0; i++)
		if (contract->interactions[i].kind != INTERACTION_HTTP)
			status = prepare(messages, contract, i, error);
	if (status != 0)
		tally__messages_free(messages);
	else
		*out = messages;
	return status;
}

void tally__messages_free(struct mock_messages *messages)
{
	if (!messages)
		return;
	for (size_t i = 0; i < messages->count; i++) {
		struct mock_message *item = &messages->items[i];

		tally__matcher_free(item->matcher);
		for (size_t j = 0; item->generators && j < item->answer_count; j++)
			tally__generators_free(item->generators[j]);
	}
	tally__arena_release(&messages->arena);
	tally__free(messages);
}

/* ---- finding ---- */

/* A state is asked for as an object, or by its name alone. */
static bool is_state(const struct provider_state *state, const cJSON *asked)
{
	const char *name =
		cJSON_IsString(asked) ? asked->valuestring : tally__json_get_string(asked, "name");
	const cJSON *params = tally__json_get(asked, "params");

	return name && strcmp(name, state->name) == 0 &&
	       (!params || !params->child || tally__json_equal(params, state->params));
}

static bool has_state(const struct interaction *interaction, const cJSON *asked)
{
	for (size_t i = 0; i < interaction->state_count; i++) {
		if (is_state(&interaction->states[i], asked))
			return true;
	}
	return false;
}

/* In whatever order. */
static bool has_states(const struct interaction *interaction, const cJSON *asked)
{
	const cJSON *state;
	size_t count = 0;

	cJSON_ArrayForEach(state, asked)
	{
		count++;
		if (!has_state(interaction, state))
			return false;
	}
	return count == interaction->state_count;
}

static const char *near_description(const struct mock_messages *messages, const char *description)
{
	for (size_t i = 0; i < messages->count; i++) {
		const char *other = messages->items[i].interaction->description;

		if (tally__names_near(other, description))
			return other;
	}
	return messages->count == 1 ? messages->items[0].interaction->description : NULL;
}

static const char *why_none(const struct mock_messages *messages, const char *description,
			    const struct mock_message *other_states, struct arena *arena)
{
	const char *near;

	if (other_states && other_states->interaction->state_count == 0)
		return "the message of this description is expected without provider states";
	if (other_states)
		return tally__arena_printf(
			arena,
			"the message of this description is expected in other provider "
			"states, such as \"%s\"",
			other_states->interaction->states[0].name);
	near = near_description(messages, description);
	return near ? tally__arena_printf(arena, "no message has this description; there is \"%s\"",
					  near)
		    : "no message has this description";
}

/* "a" and "b" */
static void add_states(struct buf *out, const struct interaction *interaction)
{
	for (size_t i = 0; i < interaction->state_count; i++)
		tally__buf_addf(out, "%s\"%s\"", i > 0 ? " and " : "", interaction->states[i].name);
}

/* Which states tell the messages of one description apart. */
static const char *why_several(const struct mock_messages *messages, const char *description,
			       struct arena *arena)
{
	const char *why = NULL;
	size_t count = 0;
	struct buf text;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&text, "several messages have this description: name the provider states, "
			       "too");
	for (size_t i = 0; i < messages->count && count < SHOWN_STATES; i++) {
		const struct interaction *interaction = messages->items[i].interaction;

		if (strcmp(interaction->description, description) != 0 ||
		    interaction->state_count == 0)
			continue;
		tally__buf_adds(&text, count++ == 0 ? ": " : ", or ");
		add_states(&text, interaction);
	}
	if (text.status == 0)
		why = tally__arena_memdup(arena, text.bytes, text.len);
	tally__buf_release(&text);
	return why;
}

struct mock_message *tally__messages_find(const struct mock_messages *messages,
					  const struct message_question *question,
					  struct arena *arena, const char **why)
{
	struct mock_message *found = NULL;
	struct mock_message *other_states = NULL;
	size_t count = 0;

	for (size_t i = 0; i < messages->count; i++) {
		struct mock_message *item = &messages->items[i];

		if (strcmp(item->interaction->description, question->description) != 0)
			continue;
		if (question->states && !has_states(item->interaction, question->states)) {
			other_states = item;
			continue;
		}
		/* Who names no states means the message that has none. */
		if (!question->states && item->interaction->state_count == 0)
			return item;
		count++;
		found = item;
	}
	if (count == 1)
		return found;
	*why = count > 1 ? why_several(messages, question->description, arena)
			 : why_none(messages, question->description, other_states, arena);
	return NULL;
}

/* ---- reporting ---- */

int tally__messages_report(const struct mock_messages *messages, cJSON *matched, cJSON *problems)
{
	int status = 0;

	for (size_t i = 0; messages && i < messages->count && status == 0; i++) {
		const struct mock_message *item = &messages->items[i];
		const struct interaction *interaction = item->interaction;

		if (item->is_fetched)
			status = tally__json_append(matched,
						    cJSON_CreateString(interaction->description));
		else if (!item->is_tried)
			status = tally__json_append(
				problems,
				tally__problem_message("missing-message", interaction, NULL, NULL));
	}
	return status;
}
