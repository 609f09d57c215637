/* Interactions that are taken for one another: by tools that merge contracts, by readers, and by
 * those who have to answer a request. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/label.h"
#include "matching/lint.h"
#include "matching/lint_spelling.h"

/* What was seen before under a key. */
struct seen {
	const struct interaction *interaction;
	const char *digest; /* of all of it */
};

/* Puts what is in `key` (released here) into the map; *before is what was there, or NULL. */
static bool note(struct lint *lint, struct buf *key, const struct seen *seen,
		 const struct seen **before)
{
	char *text =
		key->status == 0 ? tally__arena_memdup(&lint->arena, key->bytes, key->len) : NULL;
	struct seen *copy = tally__arena_alloc(&lint->arena, sizeof(*copy));
	size_t len = key->len;

	tally__buf_release(key);
	if (!text || !copy) {
		lint->status = TALLY_ENOMEM;
		return false;
	}
	*copy = *seen;
	*before = tally__map_get(&lint->seen, text, len);
	/* The first is what others are compared with. */
	if (!*before && tally__map_put(&lint->seen, text, len, copy) != 0)
		lint->status = TALLY_ENOMEM;
	return lint->status == 0;
}

/* ---- identities ---- */

static void add_identity(struct lint *lint, struct buf *key)
{
	struct label label;

	if (tally__label_of(&label, &lint->arena, lint->interaction) != 0) {
		lint->status = TALLY_ENOMEM;
		return;
	}
	tally__buf_adds(key, "identity ");
	tally__label_add_identity(key, &label);
	if (label.key.bytes)
		tally__buf_addf(key, "\nkey %s", label.key.bytes);
}

static void add_folded_identity(struct buf *key, const struct interaction *interaction)
{
	tally__buf_addf(key, "folded %d\n", (int)interaction->kind);
	tally__lint_fold(key, interaction->description);
	for (size_t i = 0; i < interaction->state_count; i++) {
		tally__buf_addc(key, '\n');
		tally__lint_fold(key, interaction->states[i].name);
	}
}

/* Those that tools take for one and the same, and those that readers do. */
static void lint_identity(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;
	const struct seen seen = {.interaction = interaction};
	const struct seen *same = NULL;
	const struct seen *alike = NULL;
	struct buf key;

	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	add_identity(lint, &key);
	if (!note(lint, &key, &seen, &same))
		return;
	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	add_folded_identity(&key, interaction);
	if (!note(lint, &key, &seen, &alike))
		return;
	if (same)
		tally__lint_add(lint, LINT_DUPLICATE_INTERACTION, NULL,
				"another interaction has the same description and provider "
				"states: when contracts are merged, one of them gets lost");
	else if (alike && !interaction->key)
		tally__lint_add(lint, LINT_DUPLICATE_DESCRIPTION, NULL,
				"the interaction \"%s\" has the same description and provider "
				"states but for their spelling: if both are one, remove one; "
				"otherwise say what tells them apart",
				tally__lint_shown(lint, alike->interaction->description, 100));
}

/* ---- requests ---- */

/* Appends canonical JSON, which `json` is released for. */
static void add_canonical(struct lint *lint, struct buf *key, cJSON *json, int status)
{
	if (status == 0)
		status = tally__json_add(key, json, TALLY_JSON_CANONICAL);
	if (status == TALLY_ENOMEM)
		lint->status = status;
	cJSON_Delete(json);
}

static void add_part(struct lint *lint, struct buf *key, const struct interaction *interaction,
		     bool is_request)
{
	cJSON *json = NULL;
	int status;

	if (is_request)
		status = tally__request_write(&interaction->request, TALLY_SPEC_V4, &json, NULL);
	else
		status = tally__response_write(&interaction->response, TALLY_SPEC_V4, &json, NULL);
	/* What is allowed to vary does not tell two requests with the same example apart: it is the
	 * example that is sent. */
	if (is_request && status == 0)
		cJSON_DeleteItemFromObjectCaseSensitive(json, "matchingRules");
	add_canonical(lint, key, json, status);
}

static void add_request(struct lint *lint, struct buf *key, const struct interaction *interaction)
{
	tally__buf_adds(key, "request\n");
	for (size_t i = 0; i < interaction->state_count; i++) {
		const struct provider_state *state = &interaction->states[i];

		tally__buf_addf(key, "%zu:%s\n", strlen(state->name), state->name);
		if (state->params)
			tally__json_add(key, state->params, TALLY_JSON_CANONICAL);
	}
	add_part(lint, key, interaction, true);
}

/* One request has one answer: a stub gives the first, and a provider cannot know which is meant. */
static void lint_request(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;
	struct seen seen = {.interaction = interaction};
	const struct seen *before = NULL;
	struct buf key;

	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	add_part(lint, &key, interaction, false);
	if (key.status == 0)
		seen.digest = tally__arena_memdup(&lint->arena, key.bytes, key.len);
	tally__buf_clear(&key);
	add_request(lint, &key, interaction);
	if (lint->status != 0 || !seen.digest) {
		lint->status = lint->status ? lint->status : TALLY_ENOMEM;
		tally__buf_release(&key);
		return;
	}
	if (!note(lint, &key, &seen, &before) || !before)
		return;
	if (strcmp(before->digest, seen.digest) == 0)
		tally__lint_add(lint, LINT_AMBIGUOUS_REQUEST, "request",
				"the interaction \"%s\" has the same request, provider states and "
				"response: remove one of the two",
				tally__lint_shown(lint, before->interaction->description, 100));
	else
		tally__lint_add(lint, LINT_AMBIGUOUS_REQUEST, "request",
				"the interaction \"%s\" has the same request and provider states, "
				"but another response: no provider can tell which one is meant; "
				"give each a provider state of its own",
				tally__lint_shown(lint, before->interaction->description, 100));
}

void tally__lint_doubles(struct lint *lint)
{
	if (lint->status == 0)
		lint_identity(lint);
	if (lint->status == 0 && lint->interaction->kind == INTERACTION_HTTP)
		lint_request(lint);
}
