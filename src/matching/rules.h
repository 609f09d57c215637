/* matching/rules.h - the "matchingRules" of one request, response or message, compiled.
 *
 * Rules for bodies and metadata become a trie of path tokens.  A walk over a document carries the
 * trie nodes that its position has reached, and the best rule list completed so far, down with it;
 * so the rule for a node is known when the walk arrives there, whatever the number of rules.
 */
#ifndef TALLY_MATCHING_RULES_H
#define TALLY_MATCHING_RULES_H

#include "base/map.h"
#include "matching/path.h"
#include "matching/rule.h"

struct rule_edge {
	const char *text;
	size_t len;
	struct rule_node *node;
};

struct rule_node {
	struct rule_edge *edges; /* exact tokens */
	size_t edge_count;
	size_t edge_capacity;
	struct map index; /* the same, when there are many */
	struct rule_node *star;
	struct rule_node *star_index;
	struct rule_node *first_index; /* of the edges that are indexes, that of the best rule */
	const struct rule_list *list;  /* NULL: no expression ends here */
	struct rule_node *next;        /* all nodes, for their release */
};

/* Rules for a header or query parameter. */
struct named_rules {
	const char *name;
	size_t order; /* in the file */
	const struct rule_list *list;
};

/* Sorted by name, for look-ups: the names as they stand, and without "$." in front or an index
 * behind. */
struct named_rules_list {
	struct named_rules *names;
	struct named_rules *bare;
	size_t count;
};

struct rules {
	struct arena arena;
	struct rule_node *body;     /* never NULL */
	struct rule_node *metadata; /* never NULL */
	struct named_rules_list query;
	struct named_rules_list headers;
	const struct rule_list *method;
	const struct rule_list *path;
	const struct rule_list *status;
	struct rule_node *all_nodes;
	struct rule *all_compiled;
	const char *invalid; /* where the first bad regular expression is, and why; or NULL */
	size_t rule_count;
};

/* Compiles the category form of V3 and V4; `json` may be NULL and must outlive the result.
 * TALLY_EPARSE names the place of the rule that cannot be understood; TALLY_ELIMIT; TALLY_ENOMEM.
 * To be released in every case. */
int tally__rules_compile(struct rules *out, const cJSON *json, struct tally_error *error);
void tally__rules_release(struct rules *rules);

/* NULL when there is none. */
const struct rule_list *tally__rules_find_query(const struct rules *rules, const char *name);
const struct rule_list *tally__rules_find_header(const struct rules *rules, const char *name);

/* A node of no edges, released with the rules; NULL when memory is short. */
struct rule_node *tally__rule_node_new(struct rules *rules);
/* Makes the nodes that a path leads over and puts its list at the last; a list that is there
 * already stays.  False when memory is short. */
bool tally__rule_node_insert(struct rule_node *root, struct rules *rules,
			     const struct path_expression *path, const struct rule_list *list);
/* The node that an exact fragment leads to, or NULL. */
const struct rule_node *tally__rule_node_child(const struct rule_node *node, const char *text,
					       size_t len);

#endif
