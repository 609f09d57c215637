/* What a path selects in an example. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "matching/lint.h"

bool tally__lint_path(struct lint *lint, struct path_expression *out, const char *path)
{
	struct tally_error ignored = TALLY_ERROR_INIT;
	int status = tally__path_parse(out, &lint->arena, path, &ignored);

	if (status == TALLY_ENOMEM)
		lint->status = TALLY_ENOMEM;
	return status == 0;
}

static bool is_selected(const struct path_token *token, const cJSON *child, size_t index)
{
	char digits[24];
	const char *text = child->string;

	switch (token->kind) {
	case PATH_STAR:
		return true;
	case PATH_STAR_INDEX:
		return !text || tally__path_is_index(text, strlen(text));
	case PATH_EXACT:
		break;
	}
	if (!text) {
		snprintf(digits, sizeof(digits), "%zu", index);
		text = digits;
	}
	return strlen(text) == token->len && memcmp(text, token->text, token->len) == 0;
}

/* Whether it could have been for an item of a list. */
static bool is_index(const struct path_token *token)
{
	return token->kind == PATH_STAR_INDEX ||
	       (token->kind == PATH_EXACT && tally__path_is_index(token->text, token->len));
}

static void take(struct lint_selection *selection, const cJSON *node)
{
	selection->nodes++;
	selection->nulls += cJSON_IsNull(node) ? 1 : 0;
	selection->empty_objects += cJSON_IsObject(node) && !node->child ? 1 : 0;
	if (!selection->first)
		selection->first = node;
	if (selection->each)
		selection->each(selection, node);
}

bool tally__lint_step(struct lint_selection *selection, size_t count)
{
	if (*selection->steps > LIMIT_LINT_STEPS || count > LIMIT_LINT_STEPS - *selection->steps) {
		selection->gave_up = true;
		*selection->steps = (size_t)LIMIT_LINT_STEPS + 1;
		return false;
	}
	*selection->steps += count;
	return true;
}

/* The depth is that of the example, which is bounded. */
static void select_below(struct lint_selection *selection, const cJSON *node,
			 const struct path_token *tokens, size_t count)
{
	size_t index = 0;

	if (cJSON_IsArray(node) && !node->child && (count == 0 || is_index(tokens)))
		selection->empty_array = true;
	if (count == 0) {
		take(selection, node);
		return;
	}
	for (const cJSON *child = node->child; child && !selection->done;
	     child = child->next, index++) {
		if (!tally__lint_step(selection, 1))
			return;
		if (is_selected(tokens, child, index))
			select_below(selection, child, tokens + 1, count - 1);
	}
}

void tally__lint_select(struct lint_selection *selection, const cJSON *example,
			const struct path_expression *path)
{
	if (path->count > 0 && !selection->done && tally__lint_step(selection, 1))
		select_below(selection, example, path->tokens + 1, path->count - 1);
}

const cJSON *tally__lint_find(struct lint *lint, const cJSON *example, const char *path)
{
	struct lint_selection selection = {.lint = lint, .steps = &lint->steps};
	struct path_expression expression;

	if (*path == '$' && tally__lint_path(lint, &expression, path))
		tally__lint_select(&selection, example, &expression);
	return selection.first;
}
