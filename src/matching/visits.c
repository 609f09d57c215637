#include "config.h"

#include "matching/visits.h"

bool tally__visit_known(struct walk *walk, const struct reach *reach, const cJSON *expected,
			const cJSON *actual, struct visit **visit)
{
	const struct map_entry *entry = NULL;
	struct visit *known = NULL;
	struct visit *made = tally__arena_alloc(&walk->arena, sizeof *made);

	*visit = NULL;
	if (made) {
		made->key = (struct visit_key){.expected = expected,
					       .actual = actual,
					       .best = reach->best,
					       .best_depth = reach->best_depth,
					       .document = walk->document};
		entry = tally__map_add(&walk->visits, (const char *)&made->key, sizeof made->key,
				       made);
	}
	if (!entry) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return true;
	}
	known = entry->value;
	*visit = known;
	if (!known->ended || (known->failed && known->rewinds != walk->rewinds)) {
		return false;
	}
	/* What it found is in the list; only the rules that wait for the outcome must learn it. */
	walk->found += known->failed;
	return true;
}

void tally__visit_end(const struct walk *walk, struct visit *visit, bool failed)
{
	visit->ended = true;
	visit->failed = failed;
	visit->rewinds = walk->rewinds;
}
