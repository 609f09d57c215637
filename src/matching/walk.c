#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/diff.h"
#include "format/path_text.h"
#include "matching/display.h"
#include "matching/walk.h"
#include "matching/xml_step.h"

/* Longest text of a mismatch: a sentence and the values in it, which are cut themselves. */
#define TEXT_MAX_BYTES ((size_t)1 << 20)

void tally__walk_init(struct walk *walk, struct mismatches *mismatches, bool strict,
		      struct tally_error *error)
{
	*walk = (struct walk){.mismatches = mismatches,
			      .kind = MISMATCH_BODY,
			      .strict = strict,
			      .step_limit = LIMIT_MATCH_STEPS,
			      .distance_limit = SIZE_MAX,
			      .error = error};
	tally__buf_init(&walk->scratch, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&walk->text, TEXT_MAX_BYTES);
	tally__arena_init(&walk->arena, 0);
	tally__map_init(&walk->visits);
}

void tally__walk_release(struct walk *walk)
{
	tally__buf_release(&walk->scratch);
	tally__buf_release(&walk->text);
	tally__arena_release(&walk->arena);
	tally__free(walk->active);
	tally__map_release(&walk->visits);
}

bool tally__walk_fail(struct walk *walk, int status)
{
	if (walk->status == 0) {
		walk->status = status;
		if (status == TALLY_ENOMEM) {
			tally__fail_nomem(walk->error);
		}
	}
	return false;
}

bool tally__walk_too_long(struct walk *walk)
{
	/* Without hints the comparison is as good. */
	if (walk->hinting) {
		walk->steps = walk->step_limit;
		return false;
	}
	tally__fail(walk->error, TALLY_ELIMIT,
		    "the comparison takes more than %d steps; arrayContains rules, wildcards that "
		    "overlap and costly regular expressions multiply them",
		    (int)LIMIT_MATCH_STEPS);
	return tally__walk_fail(walk, TALLY_ELIMIT);
}

/* ---- mismatches ---- */

struct mark tally__walk_mark(const struct walk *walk)
{
	return (struct mark){walk->mismatches->count, walk->mismatches->omitted, walk->found,
			     walk->distance, walk->distance_plain};
}

void tally__walk_rewind(struct walk *walk, struct mark mark)
{
	walk->rewinds +=
		walk->mismatches->count + walk->mismatches->omitted != mark.count + mark.omitted;
	walk->mismatches->count = mark.count;
	walk->mismatches->omitted = mark.omitted;
	walk->found = mark.found;
	walk->distance = mark.distance;
	walk->distance_plain = mark.distance_plain;
}

/* Most frames of a path: those of a JSON document in parts of parts. */
#define FRAMES_MAX (LIMIT_JSON_DEPTH + LIMIT_PART_DEPTH + 2)

/* The frames from the root down. */
static size_t list_frames(const struct frame *frame, const struct frame *frames[FRAMES_MAX])
{
	size_t count = 0;

	for (; frame && frame->parent && count < FRAMES_MAX; frame = frame->parent) {
		frames[count++] = frame;
	}
	for (size_t i = 0; i < count / 2; i++) {
		const struct frame *other = frames[i];

		frames[i] = frames[count - 1 - i];
		frames[count - 1 - i] = other;
	}
	return count;
}

/* A copy that the mismatches own; it goes into JSON, so it has to be UTF-8. */
static const char *keep(struct walk *walk, const char *text, size_t len)
{
	struct arena *arena = &walk->mismatches->arena;
	const char *copy = NULL;
	struct buf valid;

	tally__buf_init(&valid, LIMIT_DOCUMENT_BYTES);
	if (tally__utf8_valid_len(text, len) < len) {
		tally__text_add_utf8(&valid, text, len);
		text = valid.bytes;
		len = valid.len;
	}
	if (valid.status == 0) {
		copy = tally__arena_memdup(arena, text, len);
	}
	tally__buf_release(&valid);
	if (!copy) {
		tally__walk_fail(walk, TALLY_ENOMEM);
	}
	return copy;
}

static const char *take_text(struct walk *walk, struct buf *text)
{
	const char *copy = NULL;

	if (text->status == TALLY_ELIMIT) {
		text->status = 0; /* cut at its maximum, which is far beyond what people read */
	}
	if (text->status == 0) {
		copy = keep(walk, text->bytes, text->len);
	} else {
		tally__walk_fail(walk, TALLY_ENOMEM);
	}
	tally__buf_clear(text);
	return copy;
}

static const char *human_path(struct walk *walk, const struct frame *frame)
{
	const struct frame *frames[FRAMES_MAX];
	size_t count = list_frames(frame, frames);

	tally__buf_adds(&walk->text, "$");
	for (size_t i = 0; i < count; i++) {
		if (frames[i]->step) {
			tally__xml_step_add_path(&walk->text, frames[i]->step);
		} else if (frames[i]->key) {
			tally__path_add_fragment(&walk->text, frames[i]->key,
						 strlen(frames[i]->key));
		} else {
			tally__buf_addf(&walk->text, "[%zu]", frames[i]->index);
		}
	}
	return take_text(walk, &walk->text);
}

/* A JSON pointer, or an XPath where frames are steps of one. */
static const char *pointer(struct walk *walk, const struct frame *frame)
{
	const struct frame *frames[FRAMES_MAX];
	size_t count = list_frames(frame, frames);

	for (size_t i = 0; i < count; i++) {
		if (frames[i]->step) {
			tally__buf_addc(&walk->text, '/');
			tally__xml_step_add_xpath(&walk->text, frames[i]->step);
		} else if (frames[i]->key) {
			tally__pointer_add(&walk->text, frames[i]->key);
		} else {
			tally__buf_addf(&walk->text, "/%zu", frames[i]->index);
		}
	}
	return take_text(walk, &walk->text);
}

static const char *value_text(struct walk *walk, const struct operand *value)
{
	struct operand shown = {0};

	if (!value || (!value->json && !value->text)) {
		return NULL;
	}
	shown = *value;
	if (shown.json) {
		tally__display_json(&walk->text, shown.json);
	} else {
		tally__display_text(&walk->text, shown.text, shown.len);
	}
	return take_text(walk, &walk->text);
}

/* Where a mismatch at `frame` stands among the others. */
static void set_position(struct walk *walk, struct mismatch *mismatch, const struct frame *frame)
{
	const struct frame *frames[FRAMES_MAX];
	size_t count = list_frames(frame, frames);
	size_t *position =
		tally__arena_alloc_array(&walk->mismatches->arena, count + 1, sizeof *position);

	if (!position) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		position[i] = frames[i]->index;
	}
	mismatch->position = position;
	mismatch->position_len = count;
}

/* The text of a string or of what is no JSON; NULL for other values. */
static const char *plain_text(const struct operand *value, size_t *len)
{
	if (!value) {
		return NULL;
	}
	if (!value->json) {
		*len = value->len;
		return value->text;
	}
	if (!cJSON_IsString(value->json)) {
		return NULL;
	}
	*len = strlen(value->json->valuestring);
	return value->json->valuestring;
}

/* Texts that are shorter than this are compared at a glance. */
#define GLANCE_BYTES 40

/* How two texts differ that had to be equal; NULL where their message shows that well enough. */
static const char *diff_text(struct walk *walk, const char *rule, const struct operand *expected,
			     const struct operand *actual)
{
	size_t expected_len = 0, actual_len = 0;
	const char *e = plain_text(expected, &expected_len);
	const char *a = plain_text(actual, &actual_len);

	if (!e || !a || strcmp(rule, "equality") != 0) {
		return NULL;
	}
	if (expected_len < GLANCE_BYTES && actual_len < GLANCE_BYTES &&
	    !memchr(e, '\n', expected_len) && !memchr(a, '\n', actual_len)) {
		return NULL;
	}
	tally__diff_add(&walk->text, e, expected_len, a, actual_len);
	return walk->text.len > 0 || walk->text.status != 0 ? take_text(walk, &walk->text) : NULL;
}

static bool has_room(struct mismatches *list)
{
	struct mismatch *items =
		tally__mem_room(list->items, list->count, &list->capacity, 16, sizeof *items);

	if (items) {
		list->items = items;
	}
	return items != NULL;
}

static void add_mismatch(struct walk *walk, const struct place *place, const char *rule,
			 const struct operand *expected, const struct operand *actual)
{
	struct mismatches *list = walk->mismatches;
	struct mismatch mismatch = {
		.kind = place->kind, .detail = walk->detail_of != NULL, .sequence = walk->found};

	/* The message first: it stands in the buffer that the others need. */
	mismatch.message = take_text(walk, &walk->text);
	mismatch.rule = tally__arena_strdup(&list->arena, rule);
	if (place->frame) {
		mismatch.path = human_path(walk, place->frame);
		mismatch.pointer = pointer(walk, place->frame);
	} else {
		mismatch.path = keep(walk, place->name, strlen(place->name));
		/* The body as a whole, whatever its path is called. */
		if (place->kind == MISMATCH_BODY || place->kind == MISMATCH_BODY_TYPE) {
			mismatch.pointer = keep(walk, "", 0);
		}
	}
	mismatch.expected = value_text(walk, expected);
	mismatch.actual = value_text(walk, actual);
	mismatch.diff = place->opaque ? NULL : diff_text(walk, rule, expected, actual);
	set_position(walk, &mismatch, walk->detail_of ? walk->detail_of : place->frame);
	if (walk->status != 0 || !mismatch.path || !mismatch.rule || !has_room(list)) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return;
	}
	if (mismatch.detail || !tally__mismatches_have(list, &mismatch)) {
		list->items[list->count++] = mismatch;
	}
}

void tally__walk_report_text(struct walk *walk, const struct place *place, const char *rule,
			     const struct operand *expected, const struct operand *actual)
{
	walk->found++;
	walk->distance++;
	if (walk->hinting && strcmp(rule, "equality") == 0) {
		walk->distance_plain++;
	}
	if (walk->quiet > 0 || walk->status != 0) {
		return;
	}
	if (walk->mismatches->count >= LIMIT_MISMATCHES) {
		walk->mismatches->omitted++;
		return;
	}
	if (place->suffix) {
		tally__buf_adds(&walk->text, place->suffix);
	}
	add_mismatch(walk, place, rule, expected, actual);
}

/* Empties the buffer for a message; false when none is wanted. */
static bool start_text(struct walk *walk, const struct place *place)
{
	tally__buf_clear(&walk->text);
	if (walk->quiet > 0 || walk->mismatches->count >= LIMIT_MISMATCHES) {
		return false;
	}
	if (place->prefix) {
		tally__buf_adds(&walk->text, place->prefix);
	}
	return true;
}

void tally__walk_report(struct walk *walk, const struct place *place, const char *rule,
			const struct operand *expected, const struct operand *actual,
			const char *format, ...)
{
	va_list arguments;

	if (start_text(walk, place)) {
		va_start(arguments, format);
		tally__buf_addv(&walk->text, format, arguments);
		va_end(arguments);
	}
	tally__walk_report_text(walk, place, rule, expected, actual);
}

struct buf *tally__walk_message(struct walk *walk, const struct place *place)
{
	return start_text(walk, place) ? &walk->text : NULL;
}

const char *tally__walk_shown(struct walk *walk, const char *text)
{
	const char *shown = tally__text_printable(&walk->arena, text, LIMIT_SHOWN_BYTES / 2);

	if (!shown)
		(void)tally__walk_fail(walk, TALLY_ENOMEM);
	return shown ? shown : "";
}

/* ---- rules on values ---- */

static void report_failure(struct walk *walk, const struct place *place,
			   const struct application *a,
			   void (*describe)(struct buf *out, const struct application *a))
{
	if (start_text(walk, place)) {
		describe(&walk->text, a);
	}
	tally__walk_report_text(walk, place, a->rule->name, &a->expected, &a->actual);
}

static bool apply_one(struct walk *walk, const struct place *place, const struct rule *rule,
		      const struct operand *expected, const struct operand *actual)
{
	/* None left afterwards: that was one more than is allowed. */
	size_t steps = walk->step_limit > walk->steps ? walk->step_limit - walk->steps + 1 : 1;
	struct application a = {.rule = rule,
				.expected = *expected,
				.actual = *actual,
				.scratch = &walk->scratch,
				.steps = steps};
	bool passes = false;

	/* A long list would otherwise pay the whole limit for each element. */
	if (rule->regex && walk->costly >= LIMIT_REGEX_FAILURES) {
		a.reason = "the regular expressions of this comparison were too costly to match "
			   "and were given up";
	} else {
		passes = rule->kind->test(&a);
	}
	walk->costly += a.costly;
	walk->steps += steps - a.steps;
	if (a.status != 0) {
		return tally__walk_fail(walk, a.status);
	}
	if (a.steps == 0) {
		return tally__walk_too_long(walk);
	}
	if (!passes) {
		report_failure(walk, place, &a, rule->kind->describe);
	}
	return passes;
}

/* What eachKey and eachValue say of their map's members is checked there; below, where a member is
 * compared by another rule's leave, they have nothing to add. */
static bool is_done_above(const struct rule *rule, bool cascaded)
{
	return cascaded && (rule->kind->members == MEMBERS_EACH_KEY ||
			    rule->kind->members == MEMBERS_EACH_VALUE);
}

void tally__walk_apply(struct walk *walk, const struct place *place, const struct rule_list *list,
		       bool cascaded, const struct operand *expected, const struct operand *actual)
{
	struct mark mark = tally__walk_mark(walk);
	bool impatient = walk->impatient;
	struct place here = *place;

	if (list->any && list->count > 1 && !here.suffix) {
		here.suffix = " (one of the rules here would do)";
	}
	walk->impatient = impatient && !list->any;
	for (size_t i = 0; i < list->count && tally__walk_step(walk); i++) {
		const struct rule *rule = &list->rules[i];

		if (cascaded && !rule->kind->cascades) {
			continue;
		}
		if ((is_done_above(rule, cascaded) ||
		     apply_one(walk, &here, rule, expected, actual)) &&
		    list->any) {
			tally__walk_rewind(walk, mark);
			break;
		}
	}
	walk->impatient = impatient;
}

static void describe_bounds(struct buf *out, const struct operand *actual, size_t size,
			    const char *which, size_t bound)
{
	tally__buf_adds(out, "Expected ");
	if (actual->json) {
		tally__display_items(out, actual->json);
	} else {
		tally__buf_add(out, actual->text, actual->len);
	}
	tally__buf_addf(out, " (size %zu) to have %s size of %zu", size, which, bound);
}

static bool check_bounds(struct walk *walk, const struct place *place, const struct rule *rule,
			 const struct operand *expected, const struct operand *actual, size_t size)
{
	bool small = rule->has_min && size < rule->min;
	bool large = rule->has_max && size > rule->max;

	if (!small && !large) {
		return true;
	}
	if (start_text(walk, place)) {
		describe_bounds(&walk->text, actual, size, small ? "minimum" : "maximum",
				small ? rule->min : rule->max);
	}
	tally__walk_report_text(walk, place, rule->name, expected, actual);
	return false;
}

bool tally__walk_apply_container(struct walk *walk, const struct place *place,
				 const struct rule *rule, enum container_rule how, bool cascaded,
				 const struct operand *expected, const struct operand *actual,
				 size_t size)
{
	struct application a = {
		.rule = rule, .expected = *expected, .actual = *actual, .scratch = &walk->scratch};

	switch (how) {
	case CONTAINER_PASS:
		return true;
	case CONTAINER_BOUNDS:
		return cascaded || check_bounds(walk, place, rule, expected, actual, size);
	case CONTAINER_EQUAL:
		return cascaded || apply_one(walk, place, rule, expected, actual);
	case CONTAINER_TEST:
		return apply_one(walk, place, rule, expected, actual);
	case CONTAINER_UNABLE:
		report_failure(walk, place, &a, tally__rule_describe_unable);
		return false;
	}
	return true;
}
