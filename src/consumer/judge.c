/* Which interaction a request is meant for. */
#include "config.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "consumer/search.h"

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

bool tally__search_differs(const struct mismatches *mismatches, enum mismatch_kind kind)
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
long tally__search_points(const struct search *search, const struct responder_entry *entry,
			  const struct mismatches *mismatches)
{
	const struct request *expected = &entry->interaction->request;
	const struct request *actual = search->actual;
	long points = tally__search_differs(mismatches, MISMATCH_METHOD) ? -1 : 1;

	points += tally__search_differs(mismatches, MISMATCH_PATH) ? -1 : 1;
	points += balance(count_parameters(&expected->query, &actual->query),
			  count_places(mismatches, MISMATCH_QUERY));
	points += balance(expected->headers.count, count_places(mismatches, MISMATCH_HEADER));
	points -= (long)count_places(mismatches, MISMATCH_BODY_TYPE);
	points -= (long)count_places(mismatches, MISMATCH_BODY);
	return points;
}

/* Names and values, each hashed on its own; a name without a value is one with an empty value. */
uint64_t tally__query_hash(const struct name_values_list *query)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < query->count; i++) {
		const struct name_values *item = &query->items[i];
		uint64_t hash = tally__hash(item->name, strlen(item->name));

		for (size_t k = 0; k < item->value_count; k++) {
			const char *value = item->values[k] ? item->values[k] : "";

			hash = hash * 31 + tally__hash(value, strlen(value)) + 1;
		}
		sum += hash;
	}
	return sum;
}

/* ---- the best that may answer ---- */

bool tally__search_admits(const struct search *search, const struct responder_entry *entry)
{
	const struct responder_question *question = search->question;

	return !question->admits || question->admits(question->context, entry);
}

/* The most points that an entry can have. */
static long most_points(const struct search *search, const struct responder_entry *entry)
{
	static const struct mismatches none = {0};

	return tally__search_points(search, entry, &none);
}

/* False when method, path or query certainly differ; costs next to nothing. */
static bool may_match(const struct search *search, const struct responder_entry *entry)
{
	return (!entry->is_query_literal || entry->query_hash == search->query_hash) &&
	       tally__matcher_may_match(entry->matcher, search->actual);
}

/* Whether the body may be as expected; false when it certainly is not. */
static int may_have_body(struct search *search, const struct body_key *expected, bool *may,
			 struct tally_error *error)
{
	struct asked_body_key *actual = &search->body_keys[expected->kind];

	*may = true;
	if (expected->kind == BODY_KEY_NONE)
		return 0;
	if (!actual->known || !tally__body_key_is_alike(&actual->asked, expected)) {
		int status = tally__actual_body_key(&actual->found, expected, &search->actual->body,
						    error);

		if (status != 0)
			return status;
		actual->asked = *expected;
		actual->known = true;
	}
	*may = actual->found.kind == BODY_KEY_NONE || actual->found.hash == expected->hash;
	return 0;
}

/* Whether these points beat those of the best; of equal ones the first entry counts. */
static bool is_better(const struct search *search, const struct responder_entry *entry, long points)
{
	const struct responder_entry *best = search->verdict->entry;

	return !best || points > search->points ||
	       (points == search->points && entry->number < best->number);
}

/* Of what a request matches, the entry with the most points, or the first of several.  Most are
 * refused by method, path, query or the number of their body, and the rest by the first thing that
 * differs. */
static int find_match(struct search *search, struct tally_error *error)
{
	struct responder_verdict *verdict = search->verdict;
	struct path_candidates candidates =
		tally__path_index_find(&search->responder->index, search->actual->path);
	const struct responder_entry *entry;

	while ((entry = tally__path_index_next(&candidates)) != NULL) {
		bool may = false;
		bool matches = false;
		long points;
		int status = may_have_body(search, &entry->body_key, &may, error);

		if (status != 0)
			return status;
		if (!may || !may_match(search, entry))
			continue;
		points = most_points(search, entry);
		if (!is_better(search, entry, points) || !tally__search_admits(search, entry))
			continue;
		status = tally__matches_request(entry->matcher, search->actual, &matches, error);
		if (status != 0)
			return status;
		if (matches) {
			verdict->entry = entry;
			verdict->outcome = RESPONDER_MATCH;
			search->points = points;
		}
	}
	return 0;
}

/* Makes this entry the best so far; takes the mismatches. */
void tally__search_keep(struct search *search, const struct responder_entry *entry,
			struct mismatches *mismatches, enum responder_outcome outcome)
{
	struct responder_verdict *verdict = search->verdict;

	tally__mismatches_release(&verdict->mismatches);
	verdict->mismatches = *mismatches;
	verdict->entry = entry;
	verdict->outcome = outcome;
	search->points = tally__search_points(search, entry, mismatches);
}

/* ---- what may answer though it differs ---- */

static bool sends_content(const struct request *actual)
{
	static const char *const methods[] = {"POST", "PUT", "PATCH"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (tally__text_equal_nocase(actual->method, methods[i]))
			return actual->body.state == BODY_PRESENT;
	return false;
}

static bool is_lenient_match(const struct mismatches *mismatches, const struct request *actual)
{
	return !tally__search_differs(mismatches, MISMATCH_METHOD) &&
	       !tally__search_differs(mismatches, MISMATCH_PATH) &&
	       !tally__search_differs(mismatches, MISMATCH_QUERY) &&
	       (!tally__search_differs(mismatches, MISMATCH_BODY) || !sends_content(actual));
}

static size_t count_differences(const struct mismatches *mismatches)
{
	size_t count = mismatches->omitted;

	for (size_t i = 0; i < mismatches->count; i++)
		count += !mismatches->items[i].detail;
	return count;
}

static int consider_lenient(struct search *search, const struct responder_entry *entry,
			    struct tally_error *error)
{
	const struct responder_entry *best = search->verdict->entry;
	struct mismatches mismatches;
	size_t differ;
	int status;

	tally__mismatches_init(&mismatches);
	status = tally__match_request(entry->matcher, search->actual, &mismatches, error);
	differ = count_differences(&mismatches);
	if (status != 0 || !is_lenient_match(&mismatches, search->actual) ||
	    (best && (differ > search->differ ||
		      (differ == search->differ && entry->number > best->number)))) {
		tally__mismatches_release(&mismatches);
		return status;
	}
	tally__search_keep(search, entry, &mismatches, RESPONDER_MATCH);
	search->differ = differ;
	return 0;
}

static int find_lenient(struct search *search, struct tally_error *error)
{
	struct path_candidates candidates =
		tally__path_index_find(&search->responder->index, search->actual->path);
	const struct responder_entry *entry;
	int status = 0;

	while (status == 0 && (entry = tally__path_index_next(&candidates)) != NULL)
		if (may_match(search, entry) && tally__search_admits(search, entry))
			status = consider_lenient(search, entry, error);
	return status;
}

/* ---- the whole ---- */

/* Parses a JSON body once for all that it is compared with; NULL when it is none, which those say
 * that want JSON. */
static int parse_body(cJSON **parsed, const struct request *actual, struct tally_error *error)
{
	struct mime type;
	struct arena arena;
	int status;

	if (!actual->body.bytes)
		return 0;
	tally__arena_init(&arena, 0);
	status = tally__body_type(&type, &actual->body,
				  tally__header_content_type(&actual->headers), &arena, NULL);
	if (status == 0 && tally__mime_is_json(&type))
		status = tally_json_parse(parsed, actual->body.bytes, actual->body.len, NULL);
	tally__arena_release(&arena);
	return status == TALLY_ENOMEM ? tally__fail_nomem(error) : 0;
}

int tally__responder_ask(const struct responder *responder,
			 const struct responder_question *question,
			 struct responder_verdict *verdict, struct tally_error *error)
{
	struct request request = *question->request;
	struct search search = {.responder = responder,
				.question = question,
				.actual = &request,
				.verdict = verdict,
				.query_hash = tally__query_hash(&request.query)};
	cJSON *parsed = NULL;
	int status;

	verdict->outcome = RESPONDER_NOT_FOUND;
	verdict->entry = NULL;
	tally__mismatches_init(&verdict->mismatches);
	status = parse_body(&parsed, &request, error);
	request.body.json = parsed;
	if (status == 0)
		status = find_match(&search, error);
	if (status == 0 && !verdict->entry && question->acceptance == RESPONDER_LENIENT)
		status = find_lenient(&search, error);
	if (status == 0 && !verdict->entry)
		status = tally__search_nearest(&search, error);
	cJSON_Delete(parsed);
	return status;
}

void tally__responder_verdict_release(struct responder_verdict *verdict)
{
	tally__mismatches_release(&verdict->mismatches);
}
