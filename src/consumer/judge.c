/* Which expectation a request is meant for. */
#include "config.h"

#include <string.h>

#include "base/map.h"
#include "consumer/mock.h"

/* Up to so many parameters are looked for one by one. */
#define LINEAR_PARAMETERS 16

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
	struct map names;

	tally__map_init(&names);
	for (size_t i = 0; expected->count > LINEAR_PARAMETERS && i < expected->count; i++) {
		const char *name = expected->items[i].name;

		/* Without memory they are looked for one by one. */
		if (!tally__map_add(&names, name, strlen(name), &expected->items[i])) {
			tally__map_release(&names);
			break;
		}
	}
	for (size_t i = 0; i < actual->count; i++) {
		const char *name = actual->items[i].name;

		count += names.count > 0 ? !tally__map_find(&names, name, strlen(name))
					 : !tally__query_find(expected, name);
	}
	tally__map_release(&names);
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

/* The most points that an expectation can have. */
static long most_points(const struct expectation *expectation, const struct request *actual)
{
	static const struct mismatches none = {0};

	return score(&expectation->interaction->request, actual, &none);
}

/* Of what a request matches, the expectation with the most points, or the first of several.  Most
 * are refused by method and path, and the rest by the first thing that differs. */
static int find_match(struct tally_mock *mock, const struct request *actual,
		      struct mock_verdict *verdict, struct tally_error *error)
{
	long best = 0;

	for (size_t i = 0; i < mock->count; i++) {
		struct expectation *expectation = &mock->expectations[i];
		bool matches = false;
		long points;
		int status;

		if (!tally__matcher_may_match(expectation->matcher, actual))
			continue;
		points = most_points(expectation, actual);
		if (verdict->expectation && points <= best)
			continue;
		status = tally__matches_request(expectation->matcher, actual, &matches, error);
		if (status != 0)
			return status;
		if (matches) {
			verdict->expectation = expectation;
			verdict->outcome = MOCK_MATCH;
			best = points;
		}
	}
	return 0;
}

/* The near miss with the most points so far. */
struct near_miss {
	struct tally_mock *mock;
	const struct request *actual;
	struct mock_verdict *verdict;
	long points;
};

/* Whether these points beat those of the best; of equal ones the first expectation counts. */
static bool is_better(const struct near_miss *best, const struct expectation *expectation,
		      long points)
{
	return !best->verdict->expectation || points > best->points ||
	       (points == best->points && expectation < best->verdict->expectation);
}

static int consider(struct near_miss *best, struct expectation *expectation,
		    struct tally_error *error)
{
	struct mismatches mismatches;
	long points;
	int status;

	tally__mismatches_init(&mismatches);
	status = tally__match_request(expectation->matcher, best->actual, &mismatches, error);
	if (status != 0) {
		tally__mismatches_release(&mismatches);
		return status;
	}
	points = score(&expectation->interaction->request, best->actual, &mismatches);
	if (!is_better(best, expectation, points)) {
		tally__mismatches_release(&mismatches);
		return 0;
	}
	tally__mismatches_release(&best->verdict->mismatches);
	best->verdict->mismatches = mismatches;
	best->verdict->expectation = expectation;
	best->verdict->outcome = outcome_of(&mismatches);
	best->points = points;
	return 0;
}

/* Those whose method and path may match come first: what they miss, others seldom have, and an
 * expectation that could not beat the best one even if all else matched is not looked at. */
static int find_nearest(struct near_miss *best, bool may_match, struct tally_error *error)
{
	for (size_t i = 0; i < best->mock->count; i++) {
		struct expectation *expectation = &best->mock->expectations[i];
		long most = most_points(expectation, best->actual) - (may_match ? 0 : 2);
		int status;

		if (tally__matcher_may_match(expectation->matcher, best->actual) != may_match ||
		    !is_better(best, expectation, most))
			continue;
		status = consider(best, expectation, error);
		if (status != 0)
			return status;
	}
	return 0;
}

/* Parses a JSON body once for all expectations; NULL when it is none, which those say that want
 * JSON. */
static int parse_body(cJSON **parsed, const struct request *actual, struct tally_error *error)
{
	struct mime type;
	struct arena arena;
	int status;

	tally__arena_init(&arena, 0);
	status = tally__body_type(&type, &actual->body,
				  tally__header_content_type(&actual->headers), &arena, NULL);
	if (status == 0 && actual->body.bytes && tally__mime_is_json(&type))
		status = tally_json_parse(parsed, actual->body.bytes, actual->body.len, NULL);
	tally__arena_release(&arena);
	return status == TALLY_ENOMEM ? tally__fail_nomem(error) : 0;
}

int tally__mock_judge(struct tally_mock *mock, const struct request *actual,
		      struct mock_verdict *verdict, struct tally_error *error)
{
	struct request request = *actual;
	struct near_miss best = {.mock = mock, .actual = &request, .verdict = verdict};
	cJSON *parsed = NULL;
	int status;

	verdict->outcome = MOCK_NOT_FOUND;
	verdict->expectation = NULL;
	tally__mismatches_init(&verdict->mismatches);
	status = parse_body(&parsed, actual, error);
	request.body.json = parsed;
	if (status == 0)
		status = find_match(mock, &request, verdict, error);
	if (status == 0 && !verdict->expectation)
		status = find_nearest(&best, true, error);
	if (status == 0 && verdict->outcome != MOCK_MATCH)
		status = find_nearest(&best, false, error);
	cJSON_Delete(parsed);
	return status;
}

void tally__mock_verdict_release(struct mock_verdict *verdict)
{
	tally__mismatches_release(&verdict->mismatches);
}
