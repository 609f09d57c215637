/* matching/json_node.h - what the comparison of JSON and the wording of its mismatches share: the
 * node that is compared, and the members of objects. */
#ifndef TALLY_MATCHING_JSON_NODE_H
#define TALLY_MATCHING_JSON_NODE_H

#include <string.h>

#include "matching/nearest.h"
#include "matching/walk.h"

/* A node of the walk: where, which rules, and the list that applies. */
struct node {
	struct walk *walk;
	const struct frame *frame;
	const struct reach *reach;
	const cJSON *expected;
	const cJSON *actual;
	const struct rule_list *list; /* NULL: no rule */
	bool cascaded;
};

/* Where mismatches of the node itself are. */
static inline struct place tally__node_place(const struct node *node)
{
	return (struct place){.kind = node->walk->kind, .frame = node->frame};
}

/* While the nearest element is sought: one mismatch for a whole value counts as much as its parts
 * would. */
void tally__node_count_parts(const struct node *node, const cJSON *value);

/* Finds members of an object; those asked for in their own order, or in the opposite one, are found
 * at once. */
struct lookup {
	const cJSON *object;
	const cJSON
		*next; /* of the one found last, or the first of all; NULL once there is an index */
	struct json_index index;
	unsigned searches; /* how often another place had to be looked at */
	bool indexed;
};

const cJSON *tally__lookup_search(struct walk *walk, struct lookup *lookup, const char *name);
static inline const cJSON *tally__lookup_get(struct walk *walk, struct lookup *lookup,
					     const char *name)
{
	const cJSON *found = lookup->next;

	if (found && strcmp(found->string, name) == 0) {
		lookup->next = found->next;
		return found;
	}
	return tally__lookup_search(walk, lookup, name);
}
void tally__lookup_release(struct lookup *lookup);

/* The members of two objects do not agree: `missing` of those expected are not there, `common` ones
 * are in both. */
void tally__report_keys(const struct node *node, size_t missing, size_t common);

/* None of a list's elements fits the variant at `position`; tells the nearest one. */
void tally__report_variant(const struct node *node, const struct rule *rule, size_t position,
			   const struct variant *variant);

/* Two lists differ in length.  True when a run of elements that were put in or left out explains
 * all that differs, so that they need not be compared one by one. */
bool tally__report_lengths(const struct node *node, size_t expected_size, size_t actual_size);

#endif
