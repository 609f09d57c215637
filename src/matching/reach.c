/* The rules in reach at a position of a document (walk.h). */
#include "config.h"

#include <stdio.h>

#include "base/mem.h"
#include "matching/walk.h"

/* Where wildcards overlap, a position is reached on several ways through the trie.  So many are
 * followed for one step. */
#define WAYS_PER_STEP 4

static bool push_active(struct walk *walk, const struct rule_node *node)
{
	const struct rule_node **active = tally__mem_room(
		walk->active, walk->active_count, &walk->active_capacity, 64, sizeof *active);

	if (!active) {
		return tally__walk_fail(walk, TALLY_ENOMEM);
	}
	walk->active = active;
	walk->active[walk->active_count++] = node;
	return true;
}

static bool reach_node(struct walk *walk, const struct rule_node *node, size_t depth,
		       struct reach *out)
{
	const struct rule_list *list = node->list;

	if (list && (!out->best || list->rank > out->best->rank)) {
		out->best = list;
		out->best_depth = depth;
	}
	if (node->edge_count == 0 && !node->star && !node->star_index) {
		return true;
	}
	if (!push_active(walk, node)) {
		return false;
	}
	out->count++;
	return true;
}

bool tally__reach_root(struct walk *walk, const struct rule_node *root, struct reach *out)
{
	*out = (struct reach){.first = walk->active_count};
	return reach_node(walk, root, 1, out);
}

/* At something below a position: nothing of its own is reached yet.  False when the walk has failed
 * or, while hinting, has to end. */
static bool begin_reach(struct walk *walk, const struct reach *from, struct reach *out)
{
	*out = *from;
	out->first = walk->active_count;
	out->count = 0;
	return from->count <= WAYS_PER_STEP || tally__walk_steps(walk, from->count / WAYS_PER_STEP);
}

bool tally__reach_child(struct walk *walk, const struct reach *from, size_t depth, const char *text,
			size_t len, bool is_index, struct reach *out)
{
	if (!begin_reach(walk, from, out)) {
		return false;
	}
	for (size_t i = 0; i < from->count; i++) {
		const struct rule_node *node = walk->active[from->first + i];
		const struct rule_node *exact = NULL;

		if (text && node->edge_count > 0) {
			exact = tally__rule_node_child(node, text, len);
		}
		if ((exact && !reach_node(walk, exact, depth + 1, out)) ||
		    (is_index && node->star_index &&
		     !reach_node(walk, node->star_index, depth + 1, out)) ||
		    (node->star && !reach_node(walk, node->star, depth + 1, out))) {
			return false;
		}
	}
	return true;
}

/* In an XML document the siblings of one name have one path, and an index of a path leads nowhere
 * further: to the element at that position or, when no rule names it, to any. */
static bool reach_position(struct walk *walk, const struct rule_node *node, size_t depth,
			   size_t position, bool is_exact, struct reach *out)
{
	const struct rule_node *exact = NULL;

	if (node->star_index &&
	    !(reach_node(walk, node->star_index, depth, out) &&
	      reach_position(walk, node->star_index, depth, position, is_exact, out))) {
		return false;
	}
	if (node->first_index) {
		char digits[24];
		int len = snprintf(digits, sizeof digits, "%zu", position);

		exact = tally__rule_node_child(node, digits, (size_t)len);
		exact = exact || is_exact ? exact : node->first_index;
	}
	return !exact || (reach_node(walk, exact, depth, out) &&
			  reach_position(walk, exact, depth, position, is_exact, out));
}

bool tally__reach_document(struct walk *walk, const struct reach *from, size_t depth,
			   struct reach *out)
{
	if (!begin_reach(walk, from, out)) {
		return false;
	}
	for (size_t i = 0; i < from->count; i++) {
		const struct rule_node *node = walk->active[from->first + i];

		if (!reach_node(walk, node, depth, out) ||
		    !reach_position(walk, node, depth, 0, false, out)) {
			return false;
		}
	}
	return true;
}

static bool reach_named(struct walk *walk, const struct rule_node *node, size_t depth,
			const struct reach_names *names, struct reach *out)
{
	return reach_node(walk, node, depth, out) &&
	       (!names->is_element ||
		reach_position(walk, node, depth, names->position, names->is_position_exact, out));
}

bool tally__reach_names(struct walk *walk, const struct reach *from, size_t depth,
			const struct reach_names *names, struct reach *out)
{
	if (!begin_reach(walk, from, out)) {
		return false;
	}
	for (size_t i = 0; i < from->count; i++) {
		const struct rule_node *node = walk->active[from->first + i];

		for (size_t j = 0; j < names->count && node->edge_count > 0; j++) {
			const struct rule_node *exact =
				tally__rule_node_child(node, names->text[j], names->len[j]);

			if (exact && !reach_named(walk, exact, depth + 1, names, out)) {
				return false;
			}
		}
		if (node->star && !reach_named(walk, node->star, depth + 1, names, out)) {
			return false;
		}
	}
	return true;
}

void tally__reach_each_value(struct reach *reach, const struct rule_list *list, size_t depth)
{
	reach->best = list->count > 0 ? list : NULL;
	reach->best_depth = depth;
}

void tally__reach_leave(struct walk *walk, const struct reach *reach)
{
	walk->active_count = reach->first;
}

bool tally__reach_has_exact(const struct walk *walk, const struct reach *reach)
{
	for (size_t i = 0; i < reach->count; i++) {
		if (walk->active[reach->first + i]->edge_count > 0) {
			return true;
		}
	}
	return false;
}

const struct rule_list *tally__reach_select(const struct reach *reach, size_t depth, bool *cascaded)
{
	*cascaded = reach->best && reach->best_depth != depth;
	if (!reach->best || (*cascaded && reach->best->cascading == 0)) {
		return NULL;
	}
	return reach->best;
}
