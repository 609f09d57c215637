/* What an interaction gives to its provider, in its request and provider states. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "matching/lint.h"

static void give(struct lint *lint, const char *text, size_t len)
{
	if (len > 0 && tally__map_put(&lint->given, text, len, lint) != 0)
		lint->status = TALLY_ENOMEM;
}

static void give_text(struct lint *lint, const char *text)
{
	if (text)
		give(lint, text, strlen(text));
}

/* The depth is that of a document. */
static void give_json(struct lint *lint, const cJSON *json)
{
	char scratch[JSON_NUMBER_BYTES];

	if (cJSON_IsString(json)) {
		give_text(lint, json->valuestring);
	} else if (cJSON_IsNumber(json)) {
		const char *text =
			tally__arena_strdup(&lint->arena, tally__json_number_text(json, scratch));

		give_text(lint, text);
		lint->status = text ? lint->status : TALLY_ENOMEM;
	}
	for (const cJSON *child = json ? json->child : NULL; child && lint->status == 0;
	     child = child->next)
		give_json(lint, child);
}

static void give_values(struct lint *lint, const struct name_values_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		for (size_t j = 0; j < list->items[i].value_count; j++)
			give_text(lint, list->items[i].values[j]);
}

static void give_path(struct lint *lint, const char *path)
{
	while (*path && lint->status == 0) {
		size_t len = strcspn(path, "/");

		give(lint, path, len);
		path += len + (path[len] == '/');
	}
}

void tally__lint_give(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;

	tally__map_release(&lint->given);
	tally__map_init(&lint->given);
	for (size_t i = 0; i < interaction->state_count; i++)
		give_json(lint, interaction->states[i].params);
	if (interaction->kind == INTERACTION_HTTP) {
		give_path(lint, interaction->request.path);
		give_values(lint, &interaction->request.query);
		give_values(lint, &interaction->request.headers);
		give_json(lint, interaction->request.body.json);
	} else if (interaction->kind == INTERACTION_SYNC_MESSAGE) {
		give_json(lint, interaction->message.contents.json);
	}
}

bool tally__lint_is_in_states(struct lint *lint, const char *text)
{
	const struct interaction *interaction = lint->interaction;

	for (size_t i = 0; i < interaction->state_count; i++) {
		/* Searching takes as long as the name is. */
		lint->steps += 1 + strlen(interaction->states[i].name) / 64;
		if (lint->steps > LIMIT_LINT_STEPS || strstr(interaction->states[i].name, text))
			return true;
	}
	return false;
}

bool tally__lint_is_given(struct lint *lint, const char *text)
{
	return tally__map_find(&lint->given, text, strlen(text)) ||
	       tally__lint_is_in_states(lint, text);
}
