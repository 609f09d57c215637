/* matching/visits.h - pairs of containers that were compared already.
 *
 * Several rules at one node may each have its members compared: once by the rules of an eachValue,
 * once by those that stand below.  Where such nodes are nested, every level would multiply the
 * work.  What a pair is compared by depends on where it stands and on the best list in reach alone,
 * and few lists can be the best one somewhere; so a pair that comes back with the same list needs
 * no second look.
 */
#ifndef TALLY_MATCHING_VISITS_H
#define TALLY_MATCHING_VISITS_H

#include "matching/walk.h"

struct visit {
	struct visit_key {
		const cJSON *expected;
		const cJSON *actual;
		const struct rule_list *best;
		size_t best_depth;
		size_t document; /* of one comparison there may be several, and parts on their own
				  */
	} key;
	bool ended;
	bool failed;
	size_t rewinds; /* of the walk, when its mismatches were recorded */
};

/* How many nodes above may have their members compared more than once before it pays to remember
 * what was compared. */
#define VISITS_FREE_REPEATS 1

/* Whether this pair was compared before, with the same outcome now: then that counts already.
 * Otherwise *visit is to be ended with tally__visit_end, unless it is NULL. */
bool tally__visit_known(struct walk *walk, const struct reach *reach, const cJSON *expected,
			const cJSON *actual, struct visit **visit);
void tally__visit_end(const struct walk *walk, struct visit *visit, bool failed);

#endif
