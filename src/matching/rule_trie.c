#include "config.h"

#include <stdint.h>
#include <string.h>

#include "matching/rules.h"

/* Nodes with more exact edges than this have a hash map of them. */
#define EDGES_WITHOUT_INDEX 8

struct rule_node *tally__rule_node_new(struct rules *rules)
{
	struct rule_node *node = tally__arena_alloc(&rules->arena, sizeof *node);

	if (node) {
		tally__map_init(&node->index);
		node->next = rules->all_nodes;
		rules->all_nodes = node;
	}
	return node;
}

const struct rule_node *tally__rule_node_child(const struct rule_node *node, const char *text,
					       size_t len)
{
	if (node->index.count > 0) {
		return tally__map_get(&node->index, text, len);
	}
	for (size_t i = 0; i < node->edge_count; i++) {
		const struct rule_edge *edge = &node->edges[i];

		if (edge->len == len && memcmp(edge->text, text, len) == 0) {
			return edge->node;
		}
	}
	return NULL;
}

static int index_edges(struct rule_node *node)
{
	size_t first = node->index.count;

	for (size_t i = first; i < node->edge_count; i++) {
		const struct rule_edge *edge = &node->edges[i];

		if (tally__map_put(&node->index, edge->text, edge->len, edge->node) != 0) {
			return TALLY_ENOMEM;
		}
	}
	return 0;
}

static struct rule_node *add_edge(struct rules *rules, struct rule_node *node,
				  const struct path_token *token)
{
	struct rule_node *child = tally__rule_node_new(rules);
	struct rule_edge *edges = tally__arena_room(&rules->arena, node->edges, node->edge_count,
						    &node->edge_capacity, 2, sizeof *edges);

	if (!edges) {
		return NULL;
	}
	node->edges = edges;
	node->edges[node->edge_count++] = (struct rule_edge){token->text, token->len, child};
	/* Rules are inserted in their order. */
	if (!node->first_index && tally__path_is_index(token->text, token->len)) {
		node->first_index = child;
	}
	if (child && node->edge_count > EDGES_WITHOUT_INDEX && index_edges(node) != 0) {
		return NULL;
	}
	return child;
}

static struct rule_node *descend(struct rules *rules, struct rule_node *node,
				 const struct path_token *token)
{
	struct rule_node **wildcard = NULL;

	if (token->kind == PATH_EXACT) {
		/* The cast gives back what this builder owns. */
		struct rule_node *child = (struct rule_node *)(uintptr_t)tally__rule_node_child(
			node, token->text, token->len);

		return child ? child : add_edge(rules, node, token);
	}
	wildcard = token->kind == PATH_STAR ? &node->star : &node->star_index;
	if (!*wildcard) {
		*wildcard = tally__rule_node_new(rules);
	}
	return *wildcard;
}

bool tally__rule_node_insert(struct rule_node *root, struct rules *rules,
			     const struct path_expression *path, const struct rule_list *list)
{
	struct rule_node *node = root;

	for (size_t i = 1; i < path->count; i++) {
		node = descend(rules, node, &path->tokens[i]);
		if (!node) {
			return false;
		}
	}
	/* Two spellings of one path: the one that comes first in the order stays. */
	if (!node->list) {
		node->list = list;
	}
	return true;
}
