/* The wording of what is wrong with objects and lists as a whole. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/near.h"
#include "matching/display.h"
#include "matching/json_node.h"

/* Unexpected members are told up to this many, where they are allowed. */
#define FEW_NAMES 8

/* An index of all members costs as much as a few searches for one of them. */
#define LINEAR_SEARCHES 2

/* Counts so many values more than the mismatch that is reported. */
static void add_distance(const struct node *n, size_t more)
{
	n->walk->distance += more;
	n->walk->distance_plain += n->list ? 0 : more;
}

void tally__node_count_parts(const struct node *n, const cJSON *value)
{
	if (n->walk->hinting) {
		add_distance(n, tally__json_weight(value) - 1);
	}
}

/* The one that is next where members come in the opposite order, or NULL. */
static const cJSON *member_before(const struct lookup *lookup)
{
	const cJSON *first = lookup->object->child;
	const cJSON *last = first ? first->prev : NULL;

	if (lookup->next && lookup->next != first) {
		return lookup->next->prev != first ? lookup->next->prev->prev : NULL;
	}
	/* The first member's predecessor is the last one; not so where a caller lent us the end of
	 * a longer list. */
	if (!last || last->next) {
		return NULL;
	}
	return lookup->next ? last : last->prev;
}

static const cJSON *search(struct walk *walk, struct lookup *lookup, const char *name)
{
	if (!lookup->indexed && lookup->searches++ < LINEAR_SEARCHES) {
		return tally__json_get(lookup->object, name);
	}
	if (!lookup->indexed) {
		if (tally__json_index_init(&lookup->index, lookup->object) != 0) {
			tally__walk_fail(walk, TALLY_ENOMEM);
			return NULL;
		}
		lookup->indexed = true;
	}
	return tally__json_index_get(&lookup->index, name);
}

const cJSON *tally__lookup_search(struct walk *walk, struct lookup *lookup, const char *name)
{
	const cJSON *found = lookup->indexed ? NULL : member_before(lookup);

	if (!found || strcmp(found->string, name) != 0) {
		found = search(walk, lookup, name);
	}
	/* Where there is no order, looking at neighbours is to wait for memory, and for nothing. */
	if (lookup->indexed) {
		lookup->next = NULL;
	} else if (found) {
		lookup->next = found->next;
	}
	return found;
}

void tally__lookup_release(struct lookup *lookup)
{
	if (lookup->indexed) {
		tally__json_index_release(&lookup->index);
	}
}

/* ---- objects ---- */

static int compare_names(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

/* Appends the sorted names of those members of `object` that `other` does not have (all, when it is
 * NULL), between ", ". */
static bool add_names(struct walk *walk, struct buf *out, const cJSON *object, struct lookup *other)
{
	size_t count = (size_t)cJSON_GetArraySize(object);
	const char **names = tally__realloc_array(NULL, count + 1, sizeof *names);
	const cJSON *member = NULL;
	size_t start = out->len;

	if (!names) {
		return tally__walk_fail(walk, TALLY_ENOMEM);
	}
	count = 0;
	cJSON_ArrayForEach(member, object)
	{
		if (!other || !tally__lookup_get(walk, other, member->string)) {
			names[count++] = member->string;
		}
	}
	qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 0; i < count; i++) {
		if (out->len - start > LIMIT_SHOWN_BYTES) {
			tally__buf_addf(out, ", … (%zu in all)", count);
			break;
		}
		tally__buf_adds(out, i > 0 ? ", " : "");
		tally__display_text(out, names[i], strlen(names[i]));
	}
	tally__free(names);
	return true;
}

/* "; 'prise' may be 'price' misspelt", for missing members and surplus ones with names like them.
 */
static void add_misspellings(struct buf *text, const struct node *n, struct lookup *actual,
			     struct lookup *expected)
{
	const cJSON *missing = NULL;
	const cJSON *surplus = NULL;
	size_t sought = 0;

	cJSON_ArrayForEach(missing, n->expected)
	{
		size_t seen = 0;

		if (tally__lookup_get(n->walk, actual, missing->string)) {
			continue;
		}
		if (sought++ == LIMIT_HINT_NAMES) {
			break;
		}
		cJSON_ArrayForEach(surplus, n->actual)
		{
			if (seen++ == LIMIT_HINT_NAMES) {
				break;
			}
			if (tally__names_near(missing->string, surplus->string) &&
			    !tally__lookup_get(n->walk, expected, surplus->string)) {
				tally__display_misspelling(text, surplus->string, missing->string);
				break;
			}
		}
	}
}

/* "; missing: price; unexpected: prise", where the two lists of names do not show it. */
static void add_differences(struct buf *text, const struct node *n, struct lookup *actual,
			    struct lookup *expected, size_t missing, size_t unexpected)
{
	if (missing > 0) {
		tally__buf_adds(text, "; missing: ");
		add_names(n->walk, text, n->expected, actual);
	}
	if (unexpected > 0) {
		tally__buf_adds(text, "; unexpected: ");
		add_names(n->walk, text, n->actual, expected);
	}
}

static void describe_keys(struct buf *text, const struct node *n, size_t missing, size_t unexpected)
{
	struct lookup in_actual = {.object = n->actual, .next = n->actual->child};
	struct lookup in_expected = {.object = n->expected, .next = n->expected->child};

	if (n->walk->strict) {
		tally__buf_adds(text, "Expected a Map with keys [");
		add_names(n->walk, text, n->expected, NULL);
		tally__buf_adds(text, "] but received one with keys [");
		add_names(n->walk, text, n->actual, NULL);
		tally__buf_adds(text, "]");
		add_differences(text, n, &in_actual, &in_expected, missing, unexpected);
	} else {
		tally__buf_adds(text, "Actual map is missing the following keys: ");
		add_names(n->walk, text, n->expected, &in_actual);
		/* Allowed, but one of a few may be what is missing under another name. */
		add_differences(text, n, &in_actual, &in_expected, 0,
				unexpected <= FEW_NAMES ? unexpected : 0);
	}
	if (missing > 0) {
		add_misspellings(text, n, &in_actual, &in_expected);
	}
	tally__lookup_release(&in_actual);
	tally__lookup_release(&in_expected);
}

void tally__report_keys(const struct node *n, size_t missing, size_t common)
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = n->expected};
	struct operand actual = {.json = n->actual};
	size_t unexpected = (size_t)cJSON_GetArraySize(n->actual) - common;
	struct buf *text = tally__walk_message(n->walk, &place);

	if (text) {
		describe_keys(text, n, missing, unexpected);
	}
	if (n->walk->hinting) {
		add_distance(n, missing + (n->walk->strict ? unexpected : 0) - 1);
	}
	tally__walk_report_text(n->walk, &place, n->list ? n->list->rules->name : "equality",
				&expected, &actual);
}

/* ---- lists ---- */

void tally__report_variant(const struct node *n, const struct rule *rule, size_t position,
			   const struct variant *variant)
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = variant->example};
	struct operand actual = {.json = n->actual};
	struct nearest nearest = tally__nearest_find(n->walk, variant, n->actual);
	struct buf *text = tally__walk_message(n->walk, &place);

	tally__node_count_parts(n, variant->example);
	if (text) {
		tally__buf_addf(text, "Variant at index %zu (", position);
		tally__display_json(text, variant->example);
		tally__buf_adds(text, ") was not found in the actual list");
		if (!n->actual->child) {
			tally__buf_adds(text, ", which is empty");
		} else if (nearest.item) {
			tally__buf_addf(text, "; the element at index %zu comes nearest",
					nearest.index);
		} else if (nearest.all_seen) {
			tally__buf_adds(text, "; no element resembles it");
		}
	}
	tally__walk_report_text(n->walk, &place, rule->name, &expected, &actual);
	tally__nearest_report(n->walk, n->frame, variant, &nearest);
}

/* Whether elements were put in or left out in one place, and nothing else differs. */
static bool find_shift(const struct node *n, size_t *at)
{
	struct reach reach = {0};
	bool found = false;

	/* Rules for single elements would apply to other ones. */
	if (tally__reach_has_exact(n->walk, n->reach) ||
	    !tally__reach_child(n->walk, n->reach, n->frame->depth, NULL, 0, true, &reach)) {
		return false;
	}
	found = tally__shift_find(n->walk, n->frame, &reach, n->expected, n->actual, at);
	tally__reach_leave(n->walk, &reach);
	return found;
}

/* "; the elements at index 1 to 3 are surplus". */
static void add_shift(struct buf *text, const struct node *n, size_t at, size_t expected_size,
		      size_t actual_size)
{
	bool surplus = actual_size > expected_size;
	size_t run = surplus ? actual_size - expected_size : expected_size - actual_size;
	struct operand item = {
		.json = cJSON_GetArrayItem(surplus ? n->actual : n->expected, (int)at)};

	if (run > 1) {
		tally__buf_addf(text, "; the elements at index %zu to %zu are ", at, at + run - 1);
	} else {
		tally__buf_addf(text, "; the element at index %zu, ", at);
		tally__display_value(text, &item);
		tally__buf_adds(text, ", is ");
	}
	tally__buf_adds(text, surplus ? "surplus" : "missing");
}

bool tally__report_lengths(const struct node *n, size_t expected_size, size_t actual_size)
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = n->expected};
	struct operand actual = {.json = n->actual};
	size_t at = 0;
	bool shifted = find_shift(n, &at);
	struct buf *text = tally__walk_message(n->walk, &place);

	if (text) {
		tally__buf_addf(text, "Expected a List with %zu elements but received %zu elements",
				expected_size, actual_size);
		if (shifted) {
			add_shift(text, n, at, expected_size, actual_size);
		}
	}
	tally__walk_report_text(n->walk, &place, "equality", &expected, &actual);
	return shifted;
}
