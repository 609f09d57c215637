#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/near.h"
#include "base/text.h"
#include "matching/bodies.h"
#include "matching/display.h"
#include "matching/match_json.h"
#include "matching/parts.h"
#include "matching/values.h"

struct operand tally__operand_text(const char *text)
{
	return (struct operand){.text = text ? text : "", .len = text ? strlen(text) : 0};
}

void tally__match_method(struct walk *walk, const struct rules *rules, const char *expected,
			 const char *actual)
{
	struct place place = {.kind = MISMATCH_METHOD, .name = ""};
	struct operand e = tally__operand_text(expected);
	struct operand a = tally__operand_text(actual);

	if (rules->method) {
		tally__walk_apply(walk, &place, rules->method, false, &e, &a);
	} else if (!tally__text_equal_nocase(expected, actual)) {
		tally__walk_report(
			walk, &place, "equality", &e, &a, "Expected method of %s but received %s",
			tally__walk_shown(walk, expected), tally__walk_shown(walk, actual));
	}
}

void tally__values_report_unequal(struct walk *walk, const struct place *place,
				  const struct operand *expected, const struct operand *actual)
{
	struct buf *text = tally__walk_message(walk, place);

	if (text) {
		tally__buf_adds(text, "Expected ");
		tally__display_value(text, actual);
		tally__buf_adds(text, " to be equal to ");
		tally__display_value(text, expected);
	}
	tally__walk_report_text(walk, place, "equality", expected, actual);
}

void tally__match_path(struct walk *walk, const struct rules *rules, const char *expected,
		       const char *actual)
{
	struct place place = {.kind = MISMATCH_PATH, .name = ""};
	struct operand e = tally__operand_text(expected);
	struct operand a = tally__operand_text(actual);

	if (rules->path) {
		tally__walk_apply(walk, &place, rules->path, false, &e, &a);
	} else if (strcmp(expected, actual) != 0) {
		tally__values_report_unequal(walk, &place, &e, &a);
	}
}

void tally__match_status(struct walk *walk, const struct rules *rules, int expected, int actual)
{
	struct place place = {.kind = MISMATCH_STATUS, .name = ""};
	const char *e_text = tally__arena_printf(&walk->arena, "%d", expected);
	const char *a_text = tally__arena_printf(&walk->arena, "%d", actual);
	struct operand e = tally__operand_text(e_text);
	struct operand a = tally__operand_text(a_text);

	if (!e_text || !a_text) {
		tally__walk_fail(walk, TALLY_ENOMEM);
	} else if (rules->status) {
		tally__walk_apply(walk, &place, rules->status, false, &e, &a);
	} else if (expected != actual) {
		tally__walk_report(walk, &place, "equality", &e, &a, "expected %d but was %d",
				   expected, actual);
	}
}

/* ---- lists of text values ---- */

const char *tally__values_text(struct walk *walk, const struct name_values *values)
{
	struct buf text;
	const char *copy = NULL;

	tally__buf_init(&text, (size_t)LIMIT_SHOWN_BYTES * 4);
	tally__buf_addc(&text, '[');
	for (size_t i = 0; i < values->value_count && text.len < LIMIT_SHOWN_BYTES; i++) {
		struct operand value = tally__operand_text(values->values[i]);

		tally__buf_adds(&text, i > 0 ? ", " : "");
		tally__display_value(&text, &value);
	}
	tally__buf_addc(&text, ']');
	if (text.status == 0) {
		copy = tally__arena_memdup(&walk->arena, text.bytes, text.len);
	}
	tally__buf_release(&text);
	if (!copy) {
		tally__walk_fail(walk, TALLY_ENOMEM);
	}
	return copy;
}

struct operand tally__values_operand(struct walk *walk, const struct name_values *values)
{
	return tally__operand_text(values->value_count == 1 ? values->values[0]
							    : tally__values_text(walk, values));
}

/* What a rule says of the values as a list; what it says of each of them comes after that. */
static bool apply_to_list(struct walk *walk, const struct place *place, const struct rule *rule,
			  const struct name_values *expected, const struct name_values *actual)
{
	struct operand e = tally__operand_text("");
	struct operand a = tally__operand_text(tally__values_text(walk, actual));

	switch (rule->kind->on_list) {
	case CONTAINER_BOUNDS:
		return tally__walk_apply_container(walk, place, rule, CONTAINER_BOUNDS, false, &e,
						   &a, actual->value_count);
	case CONTAINER_EQUAL:
		if (expected->value_count == actual->value_count) {
			return true;
		}
		e = tally__operand_text(tally__values_text(walk, expected));
		tally__walk_report(walk, place, "equality", &e, &a, "Expected %s to be equal to %s",
				   a.text ? a.text : "", e.text ? e.text : "");
		return false;
	case CONTAINER_UNABLE:
		return false;
	case CONTAINER_PASS:
	case CONTAINER_TEST:
		break;
	}
	return true;
}

static void apply_to_lists(struct walk *walk, const struct place *place,
			   const struct rule_list *list, const struct name_values *expected,
			   const struct name_values *actual)
{
	struct mark mark = tally__walk_mark(walk);

	for (size_t i = 0; i < list->count && walk->status == 0; i++) {
		if (apply_to_list(walk, place, &list->rules[i], expected, actual) && list->any) {
			tally__walk_rewind(walk, mark);
			break;
		}
	}
}

void tally__values_apply(struct walk *walk, const struct place *place, const struct rule_list *list,
			 const struct name_values *expected, const struct name_values *actual)
{
	if (expected->value_count == 0) {
		return;
	}
	apply_to_lists(walk, place, list, expected, actual);
	for (size_t i = 0; i < actual->value_count && tally__walk_step(walk); i++) {
		size_t example = i < expected->value_count ? i : 0;
		struct operand e = tally__operand_text(expected->values[example]);
		struct operand a = tally__operand_text(actual->values[i]);

		tally__walk_apply(walk, place, list, false, &e, &a);
	}
}

/* ---- parameters ---- */

/* Lists by name, for look-ups. */
static bool index_names(struct walk *walk, struct map *map, const struct name_values_list *list)
{
	tally__map_init(map);
	for (size_t i = 0; i < list->count; i++) {
		struct name_values *item = &list->items[i];

		if (tally__map_put(map, item->name, strlen(item->name), item) != 0) {
			return tally__walk_fail(walk, TALLY_ENOMEM);
		}
	}
	return true;
}

/* A parameter that came, is not expected, and may be `name` misspelt; or NULL. */
static const char *find_misspelt(const struct parameters *p, const char *name)
{
	for (size_t i = 0; i < p->actual->count && i < LIMIT_HINT_NAMES; i++) {
		const char *found = p->actual->items[i].name;

		if (tally__names_near(name, found) && !tally__query_find(p->expected, found)) {
			return found;
		}
	}
	return NULL;
}

static void report_parameter(struct walk *walk, const struct parameters *p,
			     const struct place *place, const struct name_values *expected,
			     const struct name_values *actual, const char *before,
			     const char *after)
{
	const char *name = expected ? expected->name : actual->name;
	struct operand e = {0};
	struct operand a = {0};
	struct operand quoted = tally__operand_text(name);
	const char *misspelt = NULL;
	struct buf *text = tally__walk_message(walk, place);

	if (text) {
		tally__buf_addf(text, "%s%s ", before, p->noun);
		tally__display_value(text, &quoted);
		tally__buf_adds(text, after);
		misspelt = actual ? NULL : find_misspelt(p, name);
		if (misspelt) {
			tally__display_misspelling(text, misspelt, name);
		}
	}
	if (expected && actual) {
		/* Their number differs, which lists alone show. */
		e = tally__operand_text(tally__values_text(walk, expected));
		a = tally__operand_text(tally__values_text(walk, actual));
	} else if (expected) {
		e = tally__values_operand(walk, expected);
	} else {
		a = tally__values_operand(walk, actual);
	}
	tally__walk_report_text(walk, place, "equality", expected ? &e : NULL, actual ? &a : NULL);
}

static void compare_value(struct walk *walk, const struct parameters *p, const struct place *place,
			  const struct name_values *expected, const struct operand *e,
			  const struct operand *a)
{
	struct operand name = tally__operand_text(expected->name);
	struct buf *text = NULL;

	if (e->len == a->len && memcmp(e->text, a->text, e->len) == 0) {
		return;
	}
	text = tally__walk_message(walk, place);
	if (text) {
		tally__buf_addf(text, "Expected %s ", p->noun);
		tally__display_value(text, &name);
		tally__buf_adds(text, " with value ");
		tally__display_value(text, e);
		tally__buf_adds(text, " but was ");
		tally__display_value(text, a);
	}
	tally__walk_report_text(walk, place, "equality", e, a);
}

static void compare_count(struct walk *walk, const struct parameters *p, const struct place *place,
			  const struct name_values *expected, const struct name_values *actual)
{
	const char *after = NULL;

	if (expected->value_count != actual->value_count) {
		after = tally__arena_printf(&walk->arena,
					    " with %zu value(s) but received %zu value(s)",
					    expected->value_count, actual->value_count);
		report_parameter(walk, p, place, expected, actual, "Expected ", after ? after : "");
	}
}

static void compare_parameter(struct walk *walk, const struct parameters *p,
			      const struct place *place, const struct rule_list *list,
			      const struct name_values *expected, const struct name_values *actual)
{
	if (list) {
		tally__values_apply(walk, place, list, expected, actual);
		return;
	}
	if (expected->value_count == 0 && actual->value_count > 0) {
		struct operand e = tally__values_operand(walk, expected);
		struct operand a = tally__values_operand(walk, actual);
		const char *shown = tally__values_text(walk, actual);

		tally__walk_report(walk, place, "equality", &e, &a,
				   "Expected an empty parameter list for '%s' but received %s",
				   tally__walk_shown(walk, expected->name), shown ? shown : "");
		return;
	}
	compare_count(walk, p, place, expected, actual);
	/* Value by value, in order. */
	for (size_t i = 0; i < actual->value_count && tally__walk_step(walk); i++) {
		struct operand e =
			tally__operand_text(i < expected->value_count ? expected->values[i] : NULL);
		struct operand a = tally__operand_text(actual->values[i]);

		compare_value(walk, p, place, expected, &e, &a);
	}
}

/* One value of a field of a form, by the rules that stand at "$.name[i]" or above. */
static void compare_field_value(struct walk *walk, const struct parameters *p,
				const struct place *place, const struct reach *field,
				const struct name_values *expected, const struct operand *e,
				const struct operand *a, size_t i)
{
	const struct rule_list *list = NULL;
	struct reach child = {0};
	size_t depth = place->frame->depth;
	bool cascaded = false;
	char text[24];
	int len = snprintf(text, sizeof text, "%zu", i);

	if (tally__reach_child(walk, field, depth, text, (size_t)len, true, &child)) {
		list = tally__reach_select(&child, depth + 1, &cascaded);
	}
	if (list) {
		tally__walk_apply(walk, place, list, cascaded, e, a);
	} else {
		compare_value(walk, p, place, expected, e, a);
	}
	tally__reach_leave(walk, &child);
}

/* A field of a form, whose rules stand at its path; some may be for single values of it. */
static void compare_field(struct walk *walk, const struct parameters *p, const struct place *place,
			  const struct name_values *expected, const struct name_values *actual)
{
	const struct frame *frame = place->frame;
	const struct rule_list *list = NULL;
	struct reach reach = {0};
	size_t len = strlen(frame->key);
	bool cascaded = false;

	if (!tally__reach_child(walk, p->form->reach, frame->depth - 1, frame->key, len,
				tally__path_is_index(frame->key, len), &reach)) {
		return;
	}
	list = tally__reach_select(&reach, frame->depth, &cascaded);
	if (reach.count == 0 || expected->value_count == 0) {
		compare_parameter(walk, p, place, list, expected, actual);
		tally__reach_leave(walk, &reach);
		return;
	}
	if (list) {
		apply_to_lists(walk, place, list, expected, actual);
	} else {
		compare_count(walk, p, place, expected, actual);
	}
	for (size_t i = 0; i < actual->value_count && tally__walk_step(walk); i++) {
		bool surplus = i >= expected->value_count;
		struct operand e = tally__operand_text(expected->values[surplus ? 0 : i]);
		struct operand a = tally__operand_text(actual->values[i]);

		compare_field_value(walk, p, place, &reach, expected, &e, &a, i);
	}
	tally__reach_leave(walk, &reach);
}

/* Where a field of a form is. */
static struct frame field_frame(const struct parameters *p, const char *name, size_t index)
{
	const struct frame *form = p->form ? p->form->frame : NULL;

	return (struct frame){
		.parent = form, .key = name, .index = index, .depth = form ? form->depth + 1 : 0};
}

static void match_expected(struct walk *walk, const struct parameters *p, const struct map *actual)
{
	for (size_t i = 0; i < p->expected->count && tally__walk_step(walk); i++) {
		const struct name_values *expected = &p->expected->items[i];
		const struct name_values *found =
			tally__map_get(actual, expected->name, strlen(expected->name));
		struct frame frame = field_frame(p, expected->name, i);
		struct place place = {
			.kind = p->kind, .name = expected->name, .frame = p->form ? &frame : NULL};

		if (found) {
			if (p->form) {
				compare_field(walk, p, &place, expected, found);
			} else {
				compare_parameter(walk, p, &place,
						  tally__rules_find_query(p->rules, expected->name),
						  expected, found);
			}
		} else {
			report_parameter(walk, p, &place, expected, NULL, "Expected ",
					 " but was missing");
		}
	}
}

static void match_unexpected(struct walk *walk, const struct parameters *p,
			     const struct map *expected)
{
	for (size_t i = 0; i < p->actual->count && tally__walk_step(walk); i++) {
		const struct name_values *actual = &p->actual->items[i];
		struct frame frame = field_frame(p, actual->name, p->expected->count + i);
		struct place place = {
			.kind = p->kind, .name = actual->name, .frame = p->form ? &frame : NULL};

		if (!tally__map_get(expected, actual->name, strlen(actual->name))) {
			report_parameter(walk, p, &place, NULL, actual, "Unexpected ", " received");
		}
	}
}

void tally__match_parameters(struct walk *walk, const struct parameters *parameters)
{
	struct map expected;
	struct map actual;

	tally__map_init(&actual);
	if (index_names(walk, &expected, parameters->expected) &&
	    index_names(walk, &actual, parameters->actual)) {
		match_expected(walk, parameters, &actual);
		match_unexpected(walk, parameters, &expected);
	}
	tally__map_release(&expected);
	tally__map_release(&actual);
}

/* ---- metadata ---- */

static bool names_content_type(const char *key)
{
	return tally__text_equal_nocase(key, "contentType") ||
	       tally__text_equal_nocase(key, "content-type");
}

static void compare_metadata(struct walk *walk, const struct place *place, const cJSON *expected,
			     const cJSON *actual)
{
	struct operand e = {.json = expected};
	struct operand a = {.json = actual};
	struct buf *text = NULL;

	if (cJSON_IsString(expected) && cJSON_IsString(actual) && names_content_type(place->name)) {
		if (tally__header_equal_with_parameters(expected->valuestring,
							actual->valuestring)) {
			return;
		}
	} else if (tally__json_equal(expected, actual)) {
		return;
	}
	text = tally__walk_message(walk, place);
	if (text) {
		tally__buf_addf(text, "Expected metadata key '%s' to have value '",
				tally__walk_shown(walk, place->name));
		tally__display_json(text, expected);
		tally__buf_adds(text, "' but was '");
		tally__display_json(text, actual);
		tally__buf_adds(text, "' - Expected ");
		tally__display_kind(text, &a);
		tally__buf_adds(text, " to be equal to ");
		tally__display_kind(text, &e);
	}
	tally__walk_report_text(walk, place, "equality", &e, &a);
}

static void match_metadata_key(struct walk *walk, const struct reach *reach, const cJSON *expected,
			       const cJSON *actual)
{
	const char *key = expected->string;
	size_t len = strlen(key);
	struct place place = {.kind = MISMATCH_METADATA, .name = key};
	struct operand e = {.json = expected};
	struct frame root = {.depth = 1};
	struct frame frame = {.parent = &root, .key = key, .depth = 2};
	struct reach child = {0};
	bool cascaded = false;

	if (!actual) {
		tally__walk_report(walk, &place, "equality", &e, NULL,
				   "Expected message metadata '%s' but was missing",
				   tally__walk_shown(walk, key));
		return;
	}
	if (!tally__reach_child(walk, reach, 1, key, len, tally__path_is_index(key, len), &child)) {
		return;
	}
	/* Rules for the value or for what is in it; else the value as a whole. */
	if (child.count > 0 || tally__reach_select(&child, 2, &cascaded)) {
		tally__match_json(walk, &frame, &child, expected, actual);
	} else {
		compare_metadata(walk, &place, expected, actual);
	}
	tally__reach_leave(walk, &child);
}

void tally__match_metadata(struct walk *walk, const struct rules *rules, const cJSON *expected,
			   const cJSON *actual)
{
	struct json_index index = {0};
	struct reach reach = {0};
	const cJSON *wanted = NULL;

	if (!tally__reach_root(walk, rules->metadata, &reach)) {
		return;
	}
	if (actual && tally__json_index_init(&index, actual) != 0) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return;
	}
	walk->kind = MISMATCH_METADATA;
	cJSON_ArrayForEach(wanted, expected)
	{
		if (!tally__walk_step(walk)) {
			break;
		}
		match_metadata_key(walk, &reach, wanted,
				   actual ? tally__json_index_get(&index, wanted->string) : NULL);
	}
	walk->kind = MISMATCH_BODY;
	tally__reach_leave(walk, &reach);
	if (actual) {
		tally__json_index_release(&index);
	}
}
