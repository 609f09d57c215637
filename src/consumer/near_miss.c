/* What a request that nothing answers comes nearest to.
 *
 * Comparing is dear, so a few entries are chosen by a rank that is cheap to see: those of the same
 * path and method, then of the same path, then those whose path is most like it.  These are
 * compared, and of equal rank the one with the most points is the nearest. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/search.h"

/* How like two paths are, from none to the same; of those between, the eighths that are equal. */
enum { LIKENESS_NONE = 0, LIKENESS_LEAST = 4, LIKENESS_EIGHTHS = 8, LIKENESS_SAME = 9 };

/* More of a part is not looked at for a rank. */
enum { RANK_PARTS = 16 };

struct candidate {
	const struct responder_entry *entry;
	unsigned likeness;
	bool same_method;
	size_t equal_parts; /* of query, headers and body */
	size_t equal_bytes; /* of the path, and of values that differ */
};

struct shortlist {
	struct candidate items[LIMIT_NEAREST_COMPARED];
	size_t count;
	size_t costly; /* paths that an expression was tried on */
};

/* ---- ranks ---- */

/* Bytes that two paths begin and end with, and that are in neither's middle. */
static size_t count_equal_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t shorter = a_len < b_len ? a_len : b_len;
	size_t front = 0, back = 0;

	while (front < shorter && a[front] == b[front])
		front++;
	while (back < shorter - front && a[a_len - 1 - back] == b[b_len - 1 - back])
		back++;
	return front + back;
}

/* From the example of an expression, or from the text that it begins with. */
static unsigned likeness(const struct responder_entry *entry, const char *actual,
			 size_t *equal_bytes)
{
	const char *expected = entry->interaction->request.path;
	size_t expected_len = strlen(expected);
	size_t actual_len = strlen(actual);
	size_t longer = expected_len > actual_len ? expected_len : actual_len;
	size_t eighths;

	*equal_bytes = count_equal_bytes(expected, expected_len, actual, actual_len);
	if (entry->is_pattern && *equal_bytes < entry->path_len &&
	    strncmp(entry->path, actual, entry->path_len) == 0) {
		*equal_bytes = entry->path_len;
		longer = actual_len;
	}
	eighths = longer > 0 ? *equal_bytes * LIKENESS_EIGHTHS / longer : LIKENESS_EIGHTHS;
	return eighths < LIKENESS_LEAST ? LIKENESS_NONE : (unsigned)eighths;
}

/* Expressions may be costly, so that not all are tried. */
static int has_path(struct shortlist *list, const struct responder_entry *entry, const char *path,
		    bool *same, struct tally_error *error)
{
	if (!entry->is_pattern) {
		*same = strcmp(entry->path, path) == 0;
		return 0;
	}
	*same = false;
	if (strncmp(entry->path, path, entry->path_len) != 0 ||
	    list->costly++ >= LIMIT_NEAREST_PATTERNS)
		return 0;
	return tally__matches_path(entry->matcher, path, same, error);
}

/* Names that both have with one first value; of other values, what is equal of them. */
static void count_values(struct candidate *out, const struct name_values_list *expected,
			 const struct name_values_list *actual,
			 const struct name_values *(*find)(const struct name_values_list *,
							   const char *))
{
	for (size_t i = 0; i < expected->count && i < RANK_PARTS; i++) {
		const struct name_values *item = &expected->items[i];
		const struct name_values *found = find(actual, item->name);
		const char *e = item->value_count > 0 ? item->values[0] : NULL;
		const char *a = found && found->value_count > 0 ? found->values[0] : NULL;

		if (!e || !a)
			continue;
		if (strcmp(e, a) == 0)
			out->equal_parts++;
		else
			out->equal_bytes += count_equal_bytes(e, strlen(e), a, strlen(a));
	}
}

/* Members that two objects have with one text, number or truth; requests that differ in nothing
 * else often name what they want in such a member. */
static size_t count_equal_members(const cJSON *expected, const cJSON *actual)
{
	size_t looked_at = 0;
	size_t count = 0;

	if (!cJSON_IsObject(expected) || !cJSON_IsObject(actual))
		return 0;
	for (const cJSON *each = expected->child; each && looked_at < RANK_PARTS;
	     each = each->next, looked_at++) {
		const cJSON *other = actual->child;

		for (size_t i = 0; other && i < RANK_PARTS && strcmp(other->string, each->string);
		     i++)
			other = other->next;
		count += other && !each->child && strcmp(other->string, each->string) == 0 &&
			 tally__json_equal(each, other);
	}
	return count;
}

static int rank(struct shortlist *list, const struct search *search,
		const struct responder_entry *entry, struct candidate *out,
		struct tally_error *error)
{
	const struct request *expected = &entry->interaction->request;
	const struct request *actual = search->actual;
	bool same_path;
	int status = has_path(list, entry, actual->path, &same_path, error);

	*out = (struct candidate){
		.entry = entry,
		.same_method = tally__matcher_may_have_method(entry->matcher, actual->method)};
	out->likeness =
		same_path ? LIKENESS_SAME : likeness(entry, actual->path, &out->equal_bytes);
	count_values(out, &expected->query, &actual->query, tally__query_find);
	count_values(out, &expected->headers, &actual->headers, tally__header_find);
	out->equal_parts += count_equal_members(expected->body.json, actual->body.json);
	return status;
}

static bool ranks_before(const struct candidate *a, const struct candidate *b)
{
	if (a->likeness != b->likeness)
		return a->likeness > b->likeness;
	if (a->same_method != b->same_method)
		return a->same_method;
	if (a->equal_parts != b->equal_parts)
		return a->equal_parts > b->equal_parts;
	if (a->equal_bytes != b->equal_bytes)
		return a->equal_bytes > b->equal_bytes;
	return a->entry->number < b->entry->number;
}

/* ---- the few that are compared ---- */

static int offer(struct shortlist *list, const struct search *search,
		 const struct responder_entry *entry, struct tally_error *error)
{
	struct candidate candidate;
	int status = rank(list, search, entry, &candidate, error);
	size_t at = list->count;

	if (status != 0 ||
	    (at == LIMIT_NEAREST_COMPARED && !ranks_before(&candidate, &list->items[at - 1])) ||
	    !tally__search_admits(search, entry))
		return status;
	if (at == LIMIT_NEAREST_COMPARED)
		at--;
	else
		list->count++;
	for (; at > 0 && ranks_before(&candidate, &list->items[at - 1]); at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = candidate;
	return 0;
}

/* Those that the index leads to; where one has the path, no other has to be looked at. */
static int offer_found(struct shortlist *list, const struct search *search,
		       struct tally_error *error)
{
	struct path_candidates found =
		tally__path_index_find(&search->responder->index, search->actual->path);
	const struct responder_entry *entry;
	int status = 0;

	while (status == 0 && (entry = tally__path_index_next(&found)) != NULL)
		status = offer(list, search, entry, error);
	return status;
}

static int offer_all(struct shortlist *list, const struct search *search, struct tally_error *error)
{
	size_t count = search->responder->count;
	int status = 0;

	list->count = 0;
	if (count > LIMIT_NEAREST_RANKED)
		count = LIMIT_NEAREST_RANKED;
	for (size_t i = 0; i < count && status == 0; i++)
		status = offer(list, search, search->responder->entries[i], error);
	return status;
}

/* ---- the nearest of them ---- */

static enum responder_outcome outcome_of(const struct mismatches *mismatches)
{
	if (tally__search_differs(mismatches, MISMATCH_METHOD) ||
	    tally__search_differs(mismatches, MISMATCH_PATH))
		return RESPONDER_NOT_FOUND;
	return RESPONDER_MISMATCH;
}

/* Whether a candidate that comes behind the best in the list may still be nearer. */
static bool is_of_rank(const struct candidate *best, const struct candidate *candidate)
{
	return candidate->likeness == best->likeness &&
	       (candidate->likeness != LIKENESS_SAME ||
		candidate->same_method == best->same_method);
}

static int compare(struct search *search, const struct responder_entry *entry,
		   struct tally_error *error)
{
	struct mismatches mismatches;
	int status;

	tally__mismatches_init(&mismatches);
	status = tally__match_request(entry->matcher, search->actual, &mismatches, error);
	if (status == 0 && (!search->verdict->entry ||
			    tally__search_points(search, entry, &mismatches) > search->points))
		tally__search_keep(search, entry, &mismatches, outcome_of(&mismatches));
	else
		tally__mismatches_release(&mismatches);
	return status;
}

int tally__search_nearest(struct search *search, struct tally_error *error)
{
	struct shortlist list;
	int status;

	list.count = 0;
	list.costly = 0;
	status = offer_found(&list, search, error);
	if (status == 0 && (list.count == 0 || list.items[0].likeness != LIKENESS_SAME))
		status = offer_all(&list, search, error);
	for (size_t i = 0; i < list.count && status == 0; i++) {
		if (!is_of_rank(&list.items[0], &list.items[i]))
			break;
		status = compare(search, list.items[i].entry, error);
	}
	return status;
}
