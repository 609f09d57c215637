#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "matching/display.h"
#include "matching/match_json.h"
#include "matching/parts.h"

static struct operand text_operand(const char *text)
{
	return (struct operand){.text = text ? text : "", .len = text ? strlen(text) : 0};
}

void tally__match_method(struct walk *walk, const struct rules *rules, const char *expected,
			 const char *actual)
{
	struct place place = {.kind = MISMATCH_METHOD, .name = ""};
	struct operand e = text_operand(expected);
	struct operand a = text_operand(actual);

	if (rules->method) {
		tally__walk_apply(walk, &place, rules->method, false, &e, &a);
	} else if (!tally__text_equal_nocase(expected, actual)) {
		tally__walk_report(walk, &place, "equality", &e, &a,
				   "Expected method of %.100s but received %.100s", expected,
				   actual);
	}
}

/* "Expected 'actual' to be equal to 'expected'". */
static void report_unequal(struct walk *walk, const struct place *place,
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
	struct operand e = text_operand(expected);
	struct operand a = text_operand(actual);

	if (rules->path) {
		tally__walk_apply(walk, &place, rules->path, false, &e, &a);
	} else if (strcmp(expected, actual) != 0) {
		report_unequal(walk, &place, &e, &a);
	}
}

void tally__match_status(struct walk *walk, const struct rules *rules, int expected, int actual)
{
	struct place place = {.kind = MISMATCH_STATUS, .name = ""};
	const char *e_text = tally__arena_printf(&walk->arena, "%d", expected);
	const char *a_text = tally__arena_printf(&walk->arena, "%d", actual);
	struct operand e = text_operand(e_text);
	struct operand a = text_operand(a_text);

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

static const char *list_text(struct walk *walk, const struct name_values *values)
{
	struct buf text;
	const char *copy = NULL;

	tally__buf_init(&text, (size_t)LIMIT_SHOWN_BYTES * 4);
	tally__buf_addc(&text, '[');
	for (size_t i = 0; i < values->value_count && text.len < LIMIT_SHOWN_BYTES; i++) {
		struct operand value = text_operand(values->values[i]);

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

/* The list procedure (3.4) for texts: bounds and the like for the list, then the rules for each
 * actual value, whose example is the expected one at its place or else the first. */
static void apply_to_values(struct walk *walk, const struct place *place,
			    const struct rule_list *list, const struct name_values *expected,
			    const struct name_values *actual)
{
	struct operand none = {.text = "", .len = 0};
	struct operand shown = {0};
	struct mark mark = tally__walk_mark(walk);

	if (expected->value_count == 0) {
		return;
	}
	shown = text_operand(list_text(walk, actual));
	for (size_t i = 0; i < list->count && walk->status == 0; i++) {
		const struct rule *rule = &list->rules[i];

		if (rule->kind->on_list == CONTAINER_BOUNDS &&
		    tally__walk_apply_container(walk, place, rule, CONTAINER_BOUNDS, false, &none,
						&shown, actual->value_count) &&
		    list->any) {
			tally__walk_rewind(walk, mark);
			break;
		}
	}
	for (size_t i = 0; i < actual->value_count && tally__walk_step(walk); i++) {
		size_t example = i < expected->value_count ? i : 0;
		struct operand e = text_operand(expected->values[example]);
		struct operand a = text_operand(actual->values[i]);

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

static void report_parameter(struct walk *walk, const struct parameters *p,
			     const struct place *place, const struct name_values *expected,
			     const struct name_values *actual, const char *before,
			     const char *after)
{
	const char *name = expected ? expected->name : actual->name;
	struct operand e = expected ? text_operand(list_text(walk, expected)) : (struct operand){0};
	struct operand a = actual ? text_operand(list_text(walk, actual)) : (struct operand){0};
	struct operand quoted = text_operand(name);
	struct buf *text = tally__walk_message(walk, place);

	if (text) {
		tally__buf_addf(text, "%s%s ", before, p->noun);
		tally__display_value(text, &quoted);
		tally__buf_adds(text, after);
	}
	tally__walk_report_text(walk, place, "equality", expected ? &e : NULL, actual ? &a : NULL);
}

/* Value by value, in order. */
static void compare_parameter_values(struct walk *walk, const struct parameters *p,
				     const struct place *place, const struct name_values *expected,
				     const struct name_values *actual)
{
	for (size_t i = 0; i < actual->value_count && tally__walk_step(walk); i++) {
		struct operand e =
			text_operand(i < expected->value_count ? expected->values[i] : NULL);
		struct operand a = text_operand(actual->values[i]);
		struct operand name = text_operand(expected->name);
		struct buf *text = NULL;

		if (e.len == a.len && memcmp(e.text, a.text, e.len) == 0) {
			continue;
		}
		text = tally__walk_message(walk, place);
		if (text) {
			tally__buf_addf(text, "Expected %s ", p->noun);
			tally__display_value(text, &name);
			tally__buf_adds(text, " with value ");
			tally__display_value(text, &e);
			tally__buf_adds(text, " but was ");
			tally__display_value(text, &a);
		}
		tally__walk_report_text(walk, place, "equality", &e, &a);
	}
}

static void compare_parameter(struct walk *walk, const struct parameters *p,
			      const struct place *place, const struct rule_list *list,
			      const struct name_values *expected, const struct name_values *actual)
{
	const char *after = NULL;

	if (list) {
		apply_to_values(walk, place, list, expected, actual);
		return;
	}
	if (expected->value_count == 0 && actual->value_count > 0) {
		after = list_text(walk, actual);
		tally__walk_report(walk, place, "equality", NULL, NULL,
				   "Expected an empty parameter list for '%.200s' but received %s",
				   expected->name, after ? after : "");
		return;
	}
	if (expected->value_count != actual->value_count) {
		after = tally__arena_printf(&walk->arena,
					    " with %zu value(s) but received %zu value(s)",
					    expected->value_count, actual->value_count);
		report_parameter(walk, p, place, expected, actual, "Expected ", after ? after : "");
	}
	compare_parameter_values(walk, p, place, expected, actual);
}

/* The rules of one parameter: of the query by name, of a form's field by its path "$.name". */
static const struct rule_list *parameter_rules(struct walk *walk, const struct parameters *p,
					       const char *name)
{
	const struct rule_list *list = NULL;
	struct reach root = {0};
	struct reach child = {0};
	size_t len = strlen(name);
	bool cascaded = false;

	if (!p->form) {
		return tally__rules_find_query(p->rules, name);
	}
	if (tally__reach_root(walk, p->rules->body, &root) &&
	    tally__reach_child(walk, &root, 1, name, len, tally__path_is_index(name, len),
			       &child)) {
		list = tally__reach_select(&child, 2, &cascaded);
	}
	tally__reach_leave(walk, &root);
	return list;
}

static void match_expected(struct walk *walk, const struct parameters *p, const struct map *actual)
{
	struct frame root = {.depth = 1};

	for (size_t i = 0; i < p->expected->count && tally__walk_step(walk); i++) {
		const struct name_values *expected = &p->expected->items[i];
		const struct name_values *found =
			tally__map_get(actual, expected->name, strlen(expected->name));
		struct frame frame = {.parent = &root, .key = expected->name, .depth = 2};
		struct place place = {
			.kind = p->kind, .name = expected->name, .frame = p->form ? &frame : NULL};

		if (found) {
			compare_parameter(walk, p, &place, parameter_rules(walk, p, expected->name),
					  expected, found);
		} else {
			report_parameter(walk, p, &place, expected, NULL, "Expected ",
					 " but was missing");
		}
	}
}

static void match_unexpected(struct walk *walk, const struct parameters *p,
			     const struct map *expected)
{
	struct frame root = {.depth = 1};

	for (size_t i = 0; i < p->actual->count && tally__walk_step(walk); i++) {
		const struct name_values *actual = &p->actual->items[i];
		struct frame frame = {.parent = &root, .key = actual->name, .depth = 2};
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

/* ---- headers ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next element between `separator`s, blanks around it left out; false at the end. */
static bool next_element(const char **at, char separator, const char **start, size_t *len)
{
	const char *end = NULL;

	if (!*at) {
		return false;
	}
	end = strchr(*at, separator);
	*start = *at;
	*len = end ? (size_t)(end - *at) : strlen(*at);
	*at = end ? end + 1 : NULL;
	while (*len > 0 && is_blank(**start)) {
		(*start)++;
		(*len)--;
	}
	while (*len > 0 && is_blank((*start)[*len - 1])) {
		(*len)--;
	}
	return true;
}

/* Equal, whatever blanks stand around commas. */
static bool equal_lists(const char *a, const char *b)
{
	const char *x = "", *y = "";
	size_t x_len = 0, y_len = 0;

	for (;;) {
		bool more_a = next_element(&a, ',', &x, &x_len);
		bool more_b = next_element(&b, ',', &y, &y_len);

		if (!more_a || !more_b) {
			return more_a == more_b;
		}
		if (x_len != y_len || memcmp(x, y, x_len) != 0) {
			return false;
		}
	}
}

static bool equal_bytes_nocase(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len != b_len) {
		return false;
	}
	for (size_t i = 0; i < a_len; i++) {
		if (tally__text_lower(a[i]) != tally__text_lower(b[i])) {
			return false;
		}
	}
	return true;
}

/* Whether `text`, a value with parameters, has this one: "name=value", the value in any case. */
static bool has_parameter(const char *text, const char *wanted, size_t len)
{
	const char *equals = memchr(wanted, '=', len);
	size_t name_len = equals ? (size_t)(equals - wanted) : len;
	const char *start = NULL;
	size_t found_len = 0;

	while (next_element(&text, ';', &start, &found_len)) {
		if (found_len > name_len && start[name_len] == '=' &&
		    memcmp(start, wanted, name_len) == 0 &&
		    equal_bytes_nocase(start + name_len, found_len - name_len, equals,
				       len - name_len)) {
			return true;
		}
	}
	return false;
}

/* Accept and Content-Type: the first elements are equal, and each parameter expected is there. */
static bool equal_with_parameters(const char *expected, const char *actual)
{
	const char *e = "", *a = "";
	size_t e_len = 0, a_len = 0;
	const char *rest = actual;

	next_element(&expected, ';', &e, &e_len);
	next_element(&rest, ';', &a, &a_len);
	if (e_len != a_len || memcmp(e, a, e_len) != 0) {
		return false;
	}
	while (next_element(&expected, ';', &e, &e_len)) {
		if (memchr(e, '=', e_len) && (!rest || !has_parameter(rest, e, e_len))) {
			return false;
		}
	}
	return true;
}

static bool takes_parameters(const char *name)
{
	return tally__text_equal_nocase(name, "accept") ||
	       tally__text_equal_nocase(name, "content-type");
}

static bool equal_header_values(const char *name, const char *expected, const char *actual)
{
	return takes_parameters(name) ? equal_with_parameters(expected, actual)
				      : equal_lists(expected, actual);
}

/* The value without blanks around it. */
static struct operand trimmed(const char *value)
{
	struct operand operand = text_operand(value);

	while (operand.len > 0 && is_blank(*operand.text)) {
		operand.text++;
		operand.len--;
	}
	while (operand.len > 0 && is_blank(operand.text[operand.len - 1])) {
		operand.len--;
	}
	return operand;
}

static void report_header(struct walk *walk, const struct place *place, const char *at_index,
			  const struct operand *expected, const struct operand *actual)
{
	struct operand name = text_operand(place->name);
	struct buf *text = tally__walk_message(walk, place);

	if (text) {
		tally__buf_adds(text, "Expected header ");
		tally__display_value(text, &name);
		tally__buf_addf(text, "%s to have value ", at_index);
		tally__display_value(text, expected);
		tally__buf_adds(text, " but was ");
		tally__display_value(text, actual);
	}
	tally__walk_report_text(walk, place, "equality", expected, actual);
}

/* Several values on either side, without a rule: position by position. */
static void compare_header_values(struct walk *walk, const struct place *place,
				  const struct name_values *expected,
				  const struct name_values *actual)
{
	size_t count = expected->value_count > actual->value_count ? expected->value_count
								   : actual->value_count;

	for (size_t i = 0; i < count && tally__walk_step(walk); i++) {
		const char *at_index = tally__arena_printf(&walk->arena, " at index %zu", i);
		struct operand e = trimmed(i < expected->value_count ? expected->values[i] : "");

		if (!at_index) {
			tally__walk_fail(walk, TALLY_ENOMEM);
		} else if (i >= actual->value_count) {
			tally__walk_report(walk, place, "equality", &e, NULL,
					   "Expected value '%.400s'%s but was missing (actual has "
					   "%zu value(s))",
					   e.text, at_index, actual->value_count);
		} else if (i >= expected->value_count ||
			   !equal_header_values(place->name, expected->values[i],
						actual->values[i])) {
			struct operand a = trimmed(actual->values[i]);

			report_header(walk, place, at_index, &e, &a);
		}
	}
}

static void compare_header(struct walk *walk, const struct rules *rules,
			   const struct name_values *expected, const struct name_values *actual)
{
	const struct rule_list *list = tally__rules_find_header(rules, expected->name);
	struct place place = {.kind = MISMATCH_HEADER, .name = expected->name};
	bool single = expected->value_count == 1 && actual->value_count == 1;

	place.prefix = tally__arena_printf(&walk->arena,
					   "Mismatch with header '%.200s': ", expected->name);
	if (!place.prefix) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return;
	}
	if (expected->value_count == 0) {
		if (actual->value_count > 0) {
			tally__walk_report(walk, &place, "equality", NULL, NULL,
					   "Expected an empty header but received %s",
					   list_text(walk, actual));
		}
		return;
	}
	if (single) {
		struct operand e = trimmed(expected->values[0]);
		struct operand a = trimmed(actual->values[0]);

		if (list) {
			tally__walk_apply(walk, &place, list, false, &e, &a);
		} else if (!equal_header_values(place.name, expected->values[0],
						actual->values[0])) {
			report_header(walk, &place, "", &e, &a);
		}
	} else if (list) {
		place.suffix = " for value at index 0";
		apply_to_values(walk, &place, list, expected, actual);
	} else {
		compare_header_values(walk, &place, expected, actual);
	}
}

void tally__match_headers(struct walk *walk, const struct rules *rules,
			  const struct name_values_list *expected,
			  const struct name_values_list *actual)
{
	for (size_t i = 0; i < expected->count && tally__walk_step(walk); i++) {
		const struct name_values *wanted = &expected->items[i];
		const struct name_values *found = tally__header_find(actual, wanted->name);
		struct place place = {.kind = MISMATCH_HEADER, .name = wanted->name};

		if (found) {
			compare_header(walk, rules, wanted, found);
		} else {
			struct operand e = text_operand(list_text(walk, wanted));

			tally__walk_report(walk, &place, "equality", &e, NULL,
					   "Expected a header '%.200s' but was missing",
					   wanted->name);
		}
	}
}

bool tally__match_header_rule(struct walk *walk, const struct rules *rules, const char *name,
			      const char *expected, const char *actual)
{
	const struct rule_list *list = tally__rules_find_header(rules, name);
	struct place place = {.kind = MISMATCH_HEADER, .name = name};
	struct mark mark = tally__walk_mark(walk);
	struct operand e = text_operand(expected);
	struct operand a = text_operand(actual);
	bool passes = false;

	if (!list) {
		return false;
	}
	walk->quiet++;
	tally__walk_apply(walk, &place, list, false, &e, &a);
	walk->quiet--;
	passes = walk->found == mark.found;
	tally__walk_rewind(walk, mark);
	return passes;
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
		if (equal_with_parameters(expected->valuestring, actual->valuestring)) {
			return;
		}
	} else if (tally__json_equal(expected, actual)) {
		return;
	}
	text = tally__walk_message(walk, place);
	if (text) {
		tally__buf_addf(text, "Expected metadata key '%.200s' to have value '",
				place->name);
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
				   "Expected message metadata '%.200s' but was missing", key);
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
