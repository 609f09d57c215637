/* Matching rules against the examples that they are about. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"
#include "matching/lint.h"

/* Where the values of a category stand in a part. */
static void enter_values(struct lint *lint, const struct lint_part *part, const char *category)
{
	if (strcmp(category, "header") == 0) {
		tally__pointer_add(&lint->pointer, "headers");
	} else if (strcmp(category, "body") != 0) {
		tally__pointer_add(&lint->pointer, category);
	} else {
		const bool is_http = part->side == LINT_REQUEST || part->side == LINT_RESPONSE;

		tally__pointer_add(&lint->pointer, is_http ? "body" : "contents");
		if (lint->contract->spec == TALLY_SPEC_V4)
			tally__pointer_add(&lint->pointer, "content");
	}
}

size_t tally__lint_enter_category(struct lint *lint, const struct lint_part *part,
				  const char *member, const char *category)
{
	size_t mark = lint->pointer.len;

	/* Expectations have rules where the values are. */
	if (lint->contract->inline_matchers) {
		enter_values(lint, part, category);
		return mark;
	}
	tally__pointer_add(&lint->pointer, member);
	/* Lifted rules stand under other names in their file. */
	if (lint->contract->spec >= TALLY_SPEC_V3)
		tally__pointer_add(&lint->pointer, category);
	return mark;
}

/* To the first value that a path may select. */
static void enter_value(struct lint *lint, const char *path)
{
	struct path_expression expression;

	if (!tally__lint_path(lint, &expression, path))
		return;
	for (size_t i = 1; i < expression.count; i++) {
		const struct path_token *token = &expression.tokens[i];
		const char *name =
			token->kind == PATH_EXACT
				? tally__arena_memdup(&lint->arena, token->text, token->len)
				: "0";

		if (name)
			tally__pointer_add(&lint->pointer, name);
		else
			lint->status = TALLY_ENOMEM;
	}
}

size_t tally__lint_enter_place(struct lint *lint, const char *place)
{
	size_t mark = lint->pointer.len;

	if (lint->contract->inline_matchers && *place == '$')
		enter_value(lint, place);
	else if (lint->contract->inline_matchers || lint->contract->spec >= TALLY_SPEC_V3)
		tally__pointer_add(&lint->pointer, place);
	return mark;
}

static const char *rule_name(const cJSON *rule)
{
	return tally__json_get_string(rule, "match");
}

bool tally__lint_has_rule(const cJSON *entry, const char *name)
{
	const cJSON *matchers = tally__json_get(entry, "matchers");

	for (const cJSON *rule = matchers ? matchers->child : NULL; rule; rule = rule->next)
		if (rule_name(rule) && strcmp(rule_name(rule), name) == 0)
			return true;
	return false;
}

bool tally__lint_has_member_rule(const cJSON *entry)
{
	static const char *const names[] = {"values", "eachValue", "each-value"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (tally__lint_has_rule(entry, names[i]))
			return true;
	return false;
}

/* Rules that are nothing without this member; others fail to compile without theirs. */
static void lint_needs(struct lint *lint, const char *place, const cJSON *rule, const char *name)
{
	static const char *const needs[][2] = {{"eachKey", "rules"},
					       {"eachValue", "rules"},
					       {"arrayContains", "variants"},
					       {"include", "value"}};

	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++)
		if (strcmp(name, needs[i][0]) == 0 && !tally__json_get(rule, needs[i][1]))
			tally__lint_add(lint, LINT_BAD_RULE, NULL,
					"the rule \"%s\" at %s needs the member \"%s\"", name,
					place, needs[i][1]);
}

/* Others may have been put there by tools that know more. */
static void lint_attributes(struct lint *lint, const char *place, const cJSON *rule,
			    const char *name)
{
	for (const cJSON *each = rule->child; each; each = each->next) {
		const char *nearest = tally__rule_attribute_nearest(name, each->string);

		if (nearest && !tally__json_get(rule, nearest))
			tally__lint_add(lint, LINT_UNKNOWN_MEMBER, NULL,
					"the rule \"%s\" at %s has no member \"%s\": did you mean "
					"\"%s\"? As it is, it means nothing",
					name, place, tally__lint_shown(lint, each->string, 60),
					nearest);
	}
}

static void lint_unknown(struct lint *lint, const char *place, const char *name)
{
	const char *nearest = tally__rule_nearest(name);

	if (nearest)
		tally__lint_add(lint, LINT_MISSPELT_RULE, NULL,
				"the specification has no rule \"%s\" (at %s): did you mean "
				"\"%s\"? Nothing matches as it is",
				tally__lint_shown(lint, name, 60), place, nearest);
	else
		tally__lint_add(lint, LINT_UNKNOWN_RULE, NULL,
				"the specification has no rule \"%s\" (at %s): without "
				"the plugin that has it, nothing matches",
				tally__lint_shown(lint, name, 60), place);
}

static void lint_entry(struct lint *lint, const char *place, const cJSON *entry)
{
	const cJSON *matchers = tally__json_get(entry, "matchers");
	const char *combine = tally__json_get_string(entry, "combine");

	if (!matchers || !matchers->child)
		tally__lint_add(lint, LINT_EMPTY_RULE, NULL,
				"the rule at %s has no matchers: it does nothing", place);
	if (combine && !tally__text_equal_nocase(combine, "AND") &&
	    !tally__text_equal_nocase(combine, "OR"))
		tally__lint_add(lint, LINT_UNKNOWN_COMBINE, NULL,
				"the rule at %s combines by \"%s\", which is taken for AND: "
				"write AND or OR",
				place, tally__lint_shown(lint, combine, 20));
	for (const cJSON *rule = matchers ? matchers->child : NULL; rule; rule = rule->next) {
		const char *name = rule_name(rule);

		if (!name)
			continue;
		lint_needs(lint, place, rule, name);
		lint_attributes(lint, place, rule, name);
		if (!tally__rule_is_known(name))
			lint_unknown(lint, place, name);
	}
}

/* `is_path`: a place is a path even when it has no "$" in front. */
static void lint_path(struct lint *lint, const cJSON *entry, bool is_path, const cJSON *example)
{
	struct lint_selection selection = {.lint = lint, .steps = &lint->steps};
	struct path_expression expression;
	const char *path = entry->string;

	if ((is_path || *path == '$') && !tally__lint_path(lint, &expression, path)) {
		tally__lint_add(lint, LINT_MALFORMED_PATH, NULL,
				"expected a path such as $.orders[*].id, found \"%s\"",
				tally__lint_shown(lint, path, 100));
		return;
	}
	lint_entry(lint, path, entry);
	if (!example || *path != '$')
		return;
	tally__lint_select(&selection, example, &expression);
	if (selection.gave_up)
		return;
	if (selection.empty_array)
		tally__lint_add(lint, LINT_EMPTY_EXAMPLE, NULL,
				"the example at %s is an empty list: with a rule, that accepts "
				"every list; give it an item",
				path);
	else if (selection.nodes == 0)
		tally__lint_add(lint, LINT_RULE_WITHOUT_EXAMPLE, NULL,
				"nothing in the example is at %s: the rule is never used", path);
	else if (selection.empty_objects > 0 && tally__lint_has_member_rule(entry))
		tally__lint_add(
			lint, LINT_EMPTY_EXAMPLE, NULL,
			"the example at %s is an empty object: with a rule for its members, "
			"nothing is compared; give it one",
			path);
}

/* An example that is no JSON cannot be looked into here. */
static const cJSON *tree_of(const struct lint_part *part, const char *category)
{
	if (strcmp(category, "metadata") == 0)
		return part->metadata;
	return part->body->json;
}

static void lint_named(struct lint *lint, const struct lint_part *part, const cJSON *category)
{
	bool is_header = strcmp(category->string, "header") == 0;
	const struct name_values_list *list = is_header ? part->headers : part->query;

	for (const cJSON *entry = category->child; entry; entry = entry->next) {
		size_t mark = tally__lint_enter_place(lint, entry->string);

		lint_entry(lint, entry->string, entry);
		if (list && (lint->steps += list->count) <= LIMIT_LINT_STEPS &&
		    (is_header ? !tally__header_find(list, entry->string)
			       : !tally__query_find(list, entry->string)))
			tally__lint_add(lint, LINT_RULE_WITHOUT_EXAMPLE, NULL,
					"no %s \"%s\" is expected: the rule is never used",
					is_header ? "header" : "query parameter",
					tally__lint_shown(lint, entry->string, 100));
		tally__buf_truncate(&lint->pointer, mark);
	}
}

bool tally__lint_is_category(const char *name)
{
	static const char *const names[] = {"body", "header", "metadata", "method",
					    "path", "query",  "status"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void lint_category(struct lint *lint, const struct lint_part *part, const cJSON *category)
{
	const char *name = category->string;

	if (!tally__lint_is_category(name)) {
		tally__lint_add(lint, LINT_UNKNOWN_CATEGORY, NULL,
				"the specification has no category \"%s\" of matching rules: "
				"write body, header, query, path, method, status or metadata",
				tally__lint_shown(lint, name, 60));
		return;
	}
	if (cJSON_IsArray(tally__json_get(category, "matchers"))) {
		lint_entry(lint, name, category);
	} else if (strcmp(name, "header") == 0 || strcmp(name, "query") == 0) {
		lint_named(lint, part, category);
	} else {
		for (const cJSON *entry = category->child; entry && lint->status == 0;
		     entry = entry->next) {
			size_t mark = tally__lint_enter_place(lint, entry->string);

			lint_path(lint, entry, strcmp(name, "metadata") != 0, tree_of(part, name));
			if (strcmp(name, "body") == 0 && part->body->json)
				tally__lint_variants(lint, part->side, entry, part->body->json);
			tally__buf_truncate(&lint->pointer, mark);
		}
	}
}

void tally__lint_rules(struct lint *lint, const struct lint_part *part)
{
	for (const cJSON *category = part->rules ? part->rules->child : NULL; category;
	     category = category->next) {
		size_t mark =
			tally__lint_enter_category(lint, part, "matchingRules", category->string);

		lint_category(lint, part, category);
		tally__buf_truncate(&lint->pointer, mark);
	}
	tally__lint_xml(lint, part);
	tally__lint_generators(lint, part);
}
