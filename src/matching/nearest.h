/* matching/nearest.h - hints for what was not found: which element comes nearest to it, and where a
 * list lost or gained elements.  Hints cost what LIMIT_HINT_STEPS allows and never change a
 * verdict.
 */
#ifndef TALLY_MATCHING_NEAREST_H
#define TALLY_MATCHING_NEAREST_H

#include "matching/walk.h"

/* How much there is to compare in a value: its scalars and empty containers, up to a bound. */
size_t tally__json_weight(const cJSON *value);

/* Whether `actual` is what `expected` and the rules in reach ask for; reports nothing. */
bool tally__match_quietly(struct walk *walk, const struct frame *frame, const struct reach *reach,
			  const cJSON *expected, const cJSON *actual);

/* A variant of an arrayContains rule: its example, and its rules, rooted there; NULL: none. */
struct variant {
	const cJSON *example;
	const struct rule_node *rules;
};

/* The element of a list that comes nearest to a variant that none fits. */
struct nearest {
	const cJSON *item; /* NULL: none has anything in common with it, or nothing was sought */
	size_t index;
	bool all_seen; /* no element was left out for the cost of it */
};

struct nearest tally__nearest_find(struct walk *walk, const struct variant *variant,
				   const cJSON *list);
/* Reports how it differs, as details of the mismatch of the list, which stands at `list`. */
void tally__nearest_report(struct walk *walk, const struct frame *list,
			   const struct variant *variant, const struct nearest *nearest);

/* Whether the longer of two lists is the other one with a run of elements put in, which are not the
 * last ones; *at is the first of the run.  `reach` is that of each element. */
bool tally__shift_find(struct walk *walk, const struct frame *list, const struct reach *reach,
		       const cJSON *expected, const cJSON *actual, size_t *at);

#endif
