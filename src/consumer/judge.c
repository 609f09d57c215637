/* Which expectation a request is meant for. */
#include "config.h"

#include <string.h>

#include "consumer/mock.h"

/* Points for one group of parts: one for each that fits, one off for each that does not. */
static long balance(size_t parts, size_t wrong)
{
	if (parts < wrong)
		parts = wrong;
	return (long)(parts - wrong) - (long)wrong;
}

/* How many different names or paths of one kind have mismatches; comparing has put them in order.
 */
static size_t count_places(const struct mismatches *mismatches, enum mismatch_kind kind)
{
	const char *last = NULL;
	size_t count = 0;

	for (size_t i = 0; i < mismatches->count; i++) {
		const struct mismatch *mismatch = &mismatches->items[i];

		if (mismatch->kind != kind || mismatch->detail ||
		    (last && strcmp(last, mismatch->path) == 0))
			continue;
		last = mismatch->path;
		count++;
	}
	return count;
}

static bool has_kind(const struct mismatches *mismatches, enum mismatch_kind kind)
{
	return count_places(mismatches, kind) > 0;
}

/* Parameters that are expected or received. */
static size_t count_parameters(const struct name_values_list *expected,
			       const struct name_values_list *actual)
{
	size_t count = expected->count;

	for (size_t i = 0; i < actual->count; i++)
		count += !tally__query_find(expected, actual->items[i].name);
	return count;
}

/* Of two interactions that a request matches, the one that expects more of it wins. */
static long score(const struct request *expected, const struct request *actual,
		  const struct mismatches *mismatches)
{
	long points = has_kind(mismatches, MISMATCH_METHOD) ? -1 : 1;

	points += has_kind(mismatches, MISMATCH_PATH) ? -1 : 1;
	points += balance(count_parameters(&expected->query, &actual->query),
			  count_places(mismatches, MISMATCH_QUERY));
	points += balance(expected->headers.count, count_places(mismatches, MISMATCH_HEADER));
	points -= (long)count_places(mismatches, MISMATCH_BODY_TYPE);
	points -= (long)count_places(mismatches, MISMATCH_BODY);
	return points;
}

static enum mock_outcome outcome_of(const struct mismatches *mismatches)
{
	if (mismatches->count == 0)
		return MOCK_MATCH;
	if (has_kind(mismatches, MISMATCH_METHOD) || has_kind(mismatches, MISMATCH_PATH))
		return MOCK_NOT_FOUND;
	return MOCK_MISMATCH;
}

/* A match beats a near miss that expects more; then the points count. */
static bool is_better(const struct mismatches *mismatches, long points,
		      const struct mock_verdict *verdict, long best)
{
	bool matches = mismatches->count == 0;
	bool best_matches = verdict->outcome == MOCK_MATCH;

	return matches != best_matches ? matches : points > best;
}

int tally__mock_judge(struct tally_mock *mock, const struct request *actual,
		      struct mock_verdict *verdict, struct tally_error *error)
{
	long best = 0;

	verdict->outcome = MOCK_NOT_FOUND;
	verdict->expectation = NULL;
	tally__mismatches_init(&verdict->mismatches);
	for (size_t i = 0; i < mock->count; i++) {
		struct expectation *expectation = &mock->expectations[i];
		struct mismatches mismatches;
		long points;
		int status;

		tally__mismatches_init(&mismatches);
		status = tally__match_request(expectation->matcher, actual, &mismatches, error);
		if (status != 0) {
			tally__mismatches_release(&mismatches);
			return status;
		}
		points = score(&expectation->interaction->request, actual, &mismatches);
		if (verdict->expectation && !is_better(&mismatches, points, verdict, best)) {
			tally__mismatches_release(&mismatches);
			continue;
		}
		tally__mismatches_release(&verdict->mismatches);
		verdict->mismatches = mismatches;
		verdict->expectation = expectation;
		verdict->outcome = outcome_of(&mismatches);
		best = points;
	}
	return 0;
}

void tally__mock_verdict_release(struct mock_verdict *verdict)
{
	tally__mismatches_release(&verdict->mismatches);
}
