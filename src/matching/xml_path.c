#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "matching/xml_path.h"

struct search {
	const struct path_expression *path;
	size_t *steps;
};

/* The first token from `at` on that is no index. */
static size_t skip_indexes(const struct path_expression *path, size_t at)
{
	while (at < path->count &&
	       (path->tokens[at].kind == PATH_STAR_INDEX ||
		(path->tokens[at].kind == PATH_EXACT &&
		 tally__path_is_index(path->tokens[at].text, path->tokens[at].len)))) {
		at++;
	}
	return at;
}

static bool is_text(const struct path_token *token)
{
	return token->kind == PATH_STAR ||
	       (token->len == 5 && memcmp(token->text, "#text", 5) == 0);
}

static bool has_attribute(const struct xml_element *element, const struct path_token *token)
{
	for (const struct xml_attribute *a = element->attributes; a; a = a->next) {
		if (token->kind == PATH_STAR ||
		    (token->text[0] == '@' &&
		     tally__xml_name_is(&a->name, token->text + 1, token->len - 1))) {
			return true;
		}
	}
	return false;
}

static bool is_named(const struct xml_element *element, const struct path_token *token)
{
	return token->kind == PATH_STAR ||
	       tally__xml_name_is(&element->name, token->text, token->len);
}

/* The depth is that of the document, which is bounded. */
static bool selects(const struct search *search, const struct xml_element *element, size_t at)
{
	const struct path_expression *path = search->path;
	const struct path_token *token = NULL;

	at = skip_indexes(path, at);
	if (at == path->count) {
		return true;
	}
	token = &path->tokens[at];
	if (skip_indexes(path, at + 1) == path->count &&
	    (is_text(token) || has_attribute(element, token))) {
		return true;
	}
	for (const struct xml_node *child = tally__xml_first_child(element); child;
	     child = tally__xml_next_child(child)) {
		if (++*search->steps > LIMIT_LINT_STEPS ||
		    (is_named(child->element, token) && selects(search, child->element, at + 1))) {
			return true;
		}
	}
	return false;
}

bool tally__xml_path_selects(const struct xml_document *document,
			     const struct path_expression *path, size_t *steps)
{
	const struct search search = {.path = path, .steps = steps};
	size_t at = skip_indexes(path, 1); /* the root stands first */

	return at >= path->count || (is_named(document->root, &path->tokens[at]) &&
				     selects(&search, document->root, at + 1));
}
