#include "config.h"

#include <string.h>

#include "format/graphql.h"
#include "matching/bodies.h"
#include "matching/display.h"
#include "matching/match_graphql.h"

/* The text of a string or of a text body; false for other values of JSON. */
static bool document_of(const struct operand *operand, const char **text, size_t *len)
{
	if (operand->json && !cJSON_IsString(operand->json)) {
		return false;
	}
	*text = operand->json ? operand->json->valuestring : operand->text;
	*len = operand->json ? strlen(*text) : operand->len;
	return true;
}

static bool compare(struct graphql_comparison *out, const struct operand *expected,
		    const struct operand *actual)
{
	const char *e = NULL;
	const char *a = NULL;
	size_t e_len = 0;
	size_t a_len = 0;

	*out = (struct graphql_comparison){.wrong = "a text"};
	return document_of(expected, &e, &e_len) && document_of(actual, &a, &a_len) &&
	       tally__graphql_compare(out, e, e_len, a, a_len);
}

bool tally__graphql_test(struct application *application)
{
	struct graphql_comparison comparison;

	return compare(&comparison, &application->expected, &application->actual);
}

static void add_token(struct buf *out, const struct graphql_token *token)
{
	struct operand shown = {.text = token->text, .len = token->len};

	if (token->kind == GRAPHQL_END) {
		tally__buf_adds(out, "the end");
	} else {
		tally__display_value(out, &shown);
	}
}

static void describe(struct buf *out, const struct operand *expected, const struct operand *actual)
{
	struct graphql_comparison comparison;

	compare(&comparison, expected, actual);
	tally__buf_adds(out, "Expected ");
	tally__display_value(out, actual);
	tally__buf_adds(out, " to be the same GraphQL as ");
	tally__display_value(out, expected);
	if (comparison.line == 0) {
		return;
	}
	tally__buf_addf(out, ", but %s line %zu, column %zu ",
			comparison.wrong_first ? "the expected text is no GraphQL: at" : "at",
			comparison.line, comparison.column);
	if (comparison.wrong) {
		tally__buf_addf(out, "there has to be %s", comparison.wrong);
		return;
	}
	tally__buf_adds(out, "there is ");
	add_token(out, &comparison.second);
	tally__buf_adds(out, " instead of ");
	add_token(out, &comparison.first);
}

void tally__graphql_describe(struct buf *out, const struct application *application)
{
	describe(out, &application->expected, &application->actual);
}

void tally__match_graphql(const struct bodies *b)
{
	struct place place = tally__bodies_place(b);
	struct operand e = tally__bodies_expected(b);
	struct operand a = tally__bodies_actual(b);
	struct graphql_comparison comparison;
	struct buf *text = NULL;

	/* What is no GraphQL is still equal to itself. */
	if (tally__bodies_apply_rules(b) || tally__bodies_are_equal(b) ||
	    compare(&comparison, &e, &a)) {
		return;
	}
	text = tally__walk_message(b->walk, &place);
	if (text) {
		describe(text, &e, &a);
	}
	tally__walk_report_text(b->walk, &place, "graphql", &e, &a);
}

int tally__graphql_add_rule(struct rules *rules, const struct expected_body *body)
{
	const struct rule_node *root = rules->body;
	struct path_expression path;
	struct rule_list *list = NULL;
	int status = 0;

	if (!tally__mime_is_graphql(&body->type) || !tally__json_get_string(body->json, "query") ||
	    root->list || root->star || tally__rule_node_child(root, "query", strlen("query"))) {
		return 0;
	}
	status = tally__path_parse(&path, &rules->arena, "$.query", NULL);
	if (status != 0) {
		return status;
	}
	list = tally__arena_alloc(&rules->arena, sizeof *list);
	if (!list) {
		return TALLY_ENOMEM;
	}
	list->rules = tally__arena_alloc(&rules->arena, sizeof *list->rules);
	if (!list->rules) {
		return TALLY_ENOMEM;
	}
	list->rules->kind = tally__rule_kind_find("graphql");
	list->rules->name = "graphql";
	list->count = 1;
	list->cascading = 1;
	list->tokens = path.count;
	return tally__rule_node_insert(rules->body, rules, &path, list) ? 0 : TALLY_ENOMEM;
}
