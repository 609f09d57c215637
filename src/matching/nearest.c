#include "config.h"

#include <stdint.h>

#include "base/limits.h"
#include "matching/match_json.h"
#include "matching/nearest.h"

/* Beyond this a value is simply heavy. */
#define MAX_WEIGHT 10000

/* Of all steps for hints, one search may take this share. */
#define SEARCH_STEPS (LIMIT_HINT_STEPS / 16)

static void weigh(const cJSON *value, unsigned depth, size_t *weight)
{
	const cJSON *child = NULL;

	if (!value->child || depth == LIMIT_JSON_DEPTH) {
		++*weight;
		return;
	}
	cJSON_ArrayForEach(child, value)
	{
		if (*weight >= MAX_WEIGHT) {
			break;
		}
		weigh(child, depth + 1, weight);
	}
}

size_t tally__json_weight(const cJSON *value)
{
	size_t weight = 0;

	weigh(value, 0, &weight);
	return weight;
}

bool tally__match_quietly(struct walk *walk, const struct frame *frame, const struct reach *reach,
			  const cJSON *expected, const cJSON *actual)
{
	struct mark mark = tally__walk_mark(walk);
	bool impatient = walk->impatient;
	size_t quiet_base = walk->quiet_base;
	bool matches = false;

	walk->quiet++;
	walk->impatient = true;
	walk->quiet_base = walk->found;
	tally__match_json(walk, frame, reach, expected, actual);
	matches = walk->found == mark.found && walk->status == 0;
	walk->quiet--;
	walk->impatient = impatient;
	walk->quiet_base = quiet_base;
	tally__walk_rewind(walk, mark);
	return matches;
}

/* ---- the cost of hints ---- */

/* What is put aside while hints are sought. */
struct aside {
	bool hinting;
	size_t steps;
	bool impatient;
	size_t costly;
	size_t distance_limit;
	const struct frame *detail_of;
};

static struct aside begin_hints(struct walk *walk)
{
	struct aside aside = {walk->hinting, walk->steps,          walk->impatient,
			      walk->costly,  walk->distance_limit, walk->detail_of};

	/* Expressions given up here must not be missing in the comparison itself. */
	if (!walk->hinting) {
		walk->steps = walk->hint_steps;
		walk->step_limit = LIMIT_HINT_STEPS;
		walk->costly = walk->hint_costly;
	}
	walk->hinting = true;
	walk->impatient = false;
	walk->distance_limit = SIZE_MAX;
	return aside;
}

static void end_hints(struct walk *walk, struct aside aside)
{
	if (!aside.hinting) {
		walk->hint_steps = walk->steps;
		walk->steps = aside.steps;
		walk->step_limit = LIMIT_MATCH_STEPS;
		walk->hint_costly = walk->costly;
		walk->costly = aside.costly;
	}
	walk->hinting = aside.hinting;
	walk->impatient = aside.impatient;
	walk->distance_limit = aside.distance_limit;
	walk->detail_of = aside.detail_of;
}

static size_t steps_for_hints(const struct walk *walk)
{
	return walk->hinting ? walk->steps : walk->hint_steps;
}

/* Whether a search that began at `start` has to end. */
static bool is_spent(const struct walk *walk, size_t start)
{
	size_t steps = steps_for_hints(walk);

	return walk->status != 0 || steps >= LIMIT_HINT_STEPS || steps - start > SEARCH_STEPS;
}

/* ---- the nearest element ---- */

static void compare_variant(struct walk *walk, const struct frame *frame,
			    const struct variant *variant, const cJSON *actual)
{
	struct reach reach = {.first = walk->active_count};

	if (!variant->rules || tally__reach_root(walk, variant->rules, &reach)) {
		tally__match_json(walk, frame, &reach, variant->example, actual);
	}
	tally__reach_leave(walk, &reach);
}

/* How far an element is from a variant. */
struct distance {
	size_t all;
	size_t plain; /* of these, what had to be equal: most often what tells elements apart */
};

static bool is_nearer(struct distance a, struct distance b)
{
	return a.all != b.all ? a.all < b.all : a.plain < b.plain;
}

/* No further than `limit` is looked. */
static struct distance measure(struct walk *walk, const struct variant *variant,
			       const cJSON *actual, size_t limit)
{
	struct frame root = {.depth = 1};
	struct mark mark = tally__walk_mark(walk);
	struct distance distance = {0};

	walk->quiet++;
	walk->distance = 0;
	walk->distance_plain = 0;
	walk->distance_limit = limit;
	compare_variant(walk, &root, variant, actual);
	distance = (struct distance){walk->distance, walk->distance_plain};
	walk->quiet--;
	tally__walk_rewind(walk, mark);
	return distance;
}

struct nearest tally__nearest_find(struct walk *walk, const struct variant *variant,
				   const cJSON *list)
{
	struct nearest nearest = {0};
	struct distance best = {SIZE_MAX, SIZE_MAX};
	size_t start = steps_for_hints(walk);
	size_t index = 0;
	const cJSON *item = NULL;
	struct aside aside;

	if (walk->quiet > 0 || walk->mismatches->count >= LIMIT_MISMATCHES ||
	    is_spent(walk, start)) {
		return nearest;
	}
	aside = begin_hints(walk);
	cJSON_ArrayForEach(item, list)
	{
		/* What is as far can be nearer only where fewer values had to be equal. */
		struct distance distance =
			measure(walk, variant, item, best.plain > 0 ? best.all : best.all - 1);

		if (is_spent(walk, start)) {
			break;
		}
		if (is_nearer(distance, best)) {
			best = distance;
			nearest.item = item;
			nearest.index = index;
		}
		index++;
	}
	end_hints(walk, aside);
	nearest.all_seen = !item;
	/* The only one there is can be looked at, however different it is. */
	if (nearest.item && best.all >= tally__json_weight(variant->example) && list->child->next) {
		nearest.item = NULL;
	}
	return nearest;
}

void tally__nearest_report(struct walk *walk, const struct frame *list,
			   const struct variant *variant, const struct nearest *nearest)
{
	struct frame frame = {.parent = list, .index = nearest->index, .depth = 1};
	struct aside aside;

	if (!nearest->item) {
		return;
	}
	aside = begin_hints(walk);
	walk->detail_of = walk->detail_of ? walk->detail_of : list;
	compare_variant(walk, &frame, variant, nearest->item);
	end_hints(walk, aside);
}

/* ---- a list that was shifted ---- */

bool tally__shift_find(struct walk *walk, const struct frame *list, const struct reach *reach,
		       const cJSON *expected, const cJSON *actual, size_t *at)
{
	size_t expected_size = (size_t)cJSON_GetArraySize(expected);
	size_t actual_size = (size_t)cJSON_GetArraySize(actual);
	size_t run = expected_size > actual_size ? expected_size - actual_size
						 : actual_size - expected_size;
	const cJSON *e = expected->child;
	const cJSON *a = actual->child;
	struct frame frame = {.parent = list, .depth = list->depth + 1};
	size_t start = steps_for_hints(walk);
	struct aside aside;

	if (walk->quiet > 0 || is_spent(walk, start)) {
		return false;
	}
	aside = begin_hints(walk);
	for (; e && a && tally__match_quietly(walk, &frame, reach, e, a); frame.index++) {
		e = e->next;
		a = a->next;
	}
	*at = frame.index;
	if (!e || !a) {
		e = NULL; /* the shorter one is how the longer one begins */
	} else {
		for (; run > 0; run--) {
			e = expected_size > actual_size ? e->next : e;
			a = actual_size > expected_size ? a->next : a;
		}
		while (e && a && tally__match_quietly(walk, &frame, reach, e, a)) {
			e = e->next;
			a = a->next;
		}
		e = !e && !a ? expected->child : NULL;
	}
	if (is_spent(walk, start)) {
		e = NULL; /* what was not looked at counted as equal */
	}
	end_hints(walk, aside);
	return e != NULL;
}
