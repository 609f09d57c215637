/* Members that may be one thing or another: each has to be exercised by some interaction. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "matching/lint.h"

static const char *const side_names[] = {"request", "response", "message", "request message",
					 "response message"};

/* Where a rule is looked for in the examples of all interactions. */
struct search {
	struct lint_selection found;
	enum lint_side side;
	const char *method; /* of the present interaction; "" for messages */
	const char *rest;   /* the path expression without its root */
};

static void search_body(struct search *search, const struct body *body)
{
	if (body->json)
		tally__lint_select(&search->found, body->json, search->rest);
}

static void search_interaction(struct search *search, const struct interaction *interaction)
{
	switch (search->side) {
	case LINT_REQUEST:
	case LINT_RESPONSE:
		if (interaction->kind != INTERACTION_HTTP ||
		    strcmp(interaction->request.method, search->method) != 0)
			return;
		search_body(search, search->side == LINT_REQUEST ? &interaction->request.body
								 : &interaction->response.body);
		return;
	case LINT_MESSAGE:
		if (interaction->kind == INTERACTION_ASYNC_MESSAGE)
			search_body(search, &interaction->message.contents);
		return;
	case LINT_SYNC_REQUEST:
		if (interaction->kind == INTERACTION_SYNC_MESSAGE)
			search_body(search, &interaction->message.contents);
		return;
	case LINT_SYNC_RESPONSE:
		for (size_t i = 0; i < interaction->response_count; i++)
			search_body(search, &interaction->responses[i].contents);
		return;
	}
}

/* Whether this is the first rule for its place; the interactions that share it are looked at
 * once. */
static bool is_first(struct lint *lint, const struct search *search, const char *path)
{
	char *key = tally__arena_printf(&lint->arena, "%d\n%s\n%s", (int)search->side,
					search->method, path);

	if (!key) {
		lint->status = TALLY_ENOMEM;
		return false;
	}
	if (tally__map_find(&lint->nullables, key, strlen(key)))
		return false;
	lint->status = tally__map_put(&lint->nullables, key, strlen(key), lint);
	return lint->status == 0;
}

static void report(struct lint *lint, const struct search *search, const char *path)
{
	const char *blank = *search->method ? " " : "";
	bool no_null = search->found.nulls == 0;

	if (search->found.nodes == 0 || (!no_null && search->found.nulls < search->found.nodes))
		return;
	tally__lint_add(
		lint, LINT_WARNING, "variant-not-exercised", NULL,
		no_null ? "%s may be null, but in no example of a %s%s%s it is: add an "
			  "interaction with null there, so that both sides are tested with it"
			: "%s may be other than null, but is null in each example of a "
			  "%s%s%s, and is compared with that: add an interaction with a "
			  "value there",
		tally__lint_shown(lint, path, 100), search->method, blank,
		side_names[search->side]);
}

void tally__lint_nullable(struct lint *lint, enum lint_side side, const cJSON *entry)
{
	const struct tally_contract *contract = lint->contract;
	const char *combine = tally__json_get_string(entry, "combine");
	const char *path = entry->string;
	struct search search = {.found = {.lint = lint}, .side = side, .method = "", .rest = path};

	if (*path != '$' || !combine || !tally__text_equal_nocase(combine, "OR"))
		return;
	search.rest = path + 1;
	if (side == LINT_REQUEST || side == LINT_RESPONSE)
		search.method = lint->interaction->request.method;
	if (!is_first(lint, &search, path))
		return;
	for (size_t i = 0; i < contract->interaction_count && !search.found.gave_up; i++)
		search_interaction(&search, &contract->interactions[i]);
	if (!search.found.gave_up)
		report(lint, &search, path);
}
