#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/near.h"
#include "base/text.h"
#include "matching/display.h"
#include "matching/parts.h"
#include "matching/values.h"

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

bool tally__header_equal_with_parameters(const char *expected, const char *actual)
{
	const char *e = "", *a = "";
	size_t e_len = 0, a_len = 0;
	const char *rest = actual;
	bool multipart = false;

	/* Each parameter is looked for among all: those of a file may be longer than any header. */
	if (strlen(expected) > LIMIT_HEADER_BYTES || strlen(actual) > LIMIT_HEADER_BYTES) {
		return strcmp(expected, actual) == 0;
	}
	next_element(&expected, ';', &e, &e_len);
	next_element(&rest, ';', &a, &a_len);
	if (e_len != a_len || memcmp(e, a, e_len) != 0) {
		return false;
	}
	multipart = a_len > 10 && equal_bytes_nocase(a, 10, "multipart/", 10);
	while (next_element(&expected, ';', &e, &e_len)) {
		/* Each sender makes up a boundary of its own. */
		if (multipart && e_len >= 9 && equal_bytes_nocase(e, 9, "boundary=", 9)) {
			continue;
		}
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

bool tally__header_values_equal(const char *name, const char *expected, const char *actual)
{
	return takes_parameters(name) ? tally__header_equal_with_parameters(expected, actual)
				      : equal_lists(expected, actual);
}

/* The value without blanks around it. */
static struct operand trimmed(const char *value)
{
	struct operand operand = tally__operand_text(value);

	while (operand.len > 0 && is_blank(*operand.text)) {
		operand.text++;
		operand.len--;
	}
	while (operand.len > 0 && is_blank(operand.text[operand.len - 1])) {
		operand.len--;
	}
	return operand;
}

void tally__header_report(struct walk *walk, const struct place *place, const char *header,
			  const char *at_index, const struct operand *expected,
			  const struct operand *actual)
{
	struct operand name = tally__operand_text(header);
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

static void report_missing_value(struct walk *walk, const struct place *place, const char *at_index,
				 const struct operand *expected, size_t actual_count)
{
	struct buf *text = tally__walk_message(walk, place);

	if (text) {
		tally__buf_adds(text, "Expected value ");
		tally__display_value(text, expected);
		tally__buf_addf(text, "%s but was missing (actual has %zu value(s))", at_index,
				actual_count);
	}
	tally__walk_report_text(walk, place, "equality", expected, NULL);
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
			report_missing_value(walk, place, at_index, &e, actual->value_count);
		} else if (i >= expected->value_count ||
			   !tally__header_values_equal(place->name, expected->values[i],
						       actual->values[i])) {
			struct operand a = trimmed(actual->values[i]);

			tally__header_report(walk, place, place->name, at_index, &e, &a);
		}
	}
}

static void compare_header(struct walk *walk, const struct rules *rules,
			   const struct name_values *expected, const struct name_values *actual)
{
	const struct rule_list *list = tally__rules_find_header(rules, expected->name);
	struct place place = {.kind = MISMATCH_HEADER, .name = expected->name};
	bool single = expected->value_count == 1 && actual->value_count == 1;

	place.prefix = walk->quiet > 0
			       ? ""
			       : tally__arena_printf(&walk->arena, "Mismatch with header '%s': ",
						     tally__walk_shown(walk, expected->name));
	if (!place.prefix) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return;
	}
	if (expected->value_count == 0) {
		if (actual->value_count > 0) {
			struct operand e = tally__values_operand(walk, expected);
			struct operand a = tally__values_operand(walk, actual);
			const char *shown = tally__values_text(walk, actual);

			tally__walk_report(walk, &place, "equality", &e, &a,
					   "Expected an empty header but received %s",
					   shown ? shown : "");
		}
		return;
	}
	if (single) {
		struct operand e = trimmed(expected->values[0]);
		struct operand a = trimmed(actual->values[0]);

		if (list) {
			tally__walk_apply(walk, &place, list, false, &e, &a);
		} else if (!tally__header_values_equal(place.name, expected->values[0],
						       actual->values[0])) {
			tally__header_report(walk, &place, place.name, "", &e, &a);
		}
	} else if (list) {
		place.suffix = " for value at index 0";
		tally__values_apply(walk, &place, list, expected, actual);
	} else {
		compare_header_values(walk, &place, expected, actual);
	}
}

/* The name in lower case, made in the walk's arena; NULL when memory was short. */
static const char *lower_name(struct walk *walk, const char *name, size_t len)
{
	char *lower = tally__arena_memdup(&walk->arena, name, len);

	if (!lower) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return NULL;
	}
	for (size_t i = 0; i < len; i++) {
		lower[i] = tally__text_lower(lower[i]);
	}
	return lower;
}

/* By name in lower case: there may be very many.  Of two that say the same, the first. */
static bool index_headers(struct walk *walk, struct map *map, const struct name_values_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct name_values *item = &list->items[i];
		size_t len = strlen(item->name);
		const char *name = lower_name(walk, item->name, len);

		if (!name) {
			return false;
		}
		if (!tally__map_add(map, name, len, item)) {
			return tally__walk_fail(walk, TALLY_ENOMEM);
		}
	}
	return true;
}

/* A header that came and may be `name` misspelt, or NULL. */
static const char *find_misspelt(const struct map *actual, const char *name)
{
	for (size_t i = 0; i < actual->count && i < LIMIT_HINT_NAMES; i++) {
		const struct name_values *header = actual->entries[i].value;

		if (tally__names_near(name, header->name)) {
			return header->name;
		}
	}
	return NULL;
}

static void report_missing_header(struct walk *walk, const struct map *actual,
				  const struct name_values *wanted)
{
	struct place place = {.kind = MISMATCH_HEADER, .name = wanted->name};
	struct operand e = tally__values_operand(walk, wanted);
	const char *misspelt = NULL;
	const char *name = tally__walk_shown(walk, wanted->name);
	struct buf *text = tally__walk_message(walk, &place);

	if (text) {
		tally__buf_addf(text, "Expected a header '%s' but was missing", name);
		misspelt = find_misspelt(actual, wanted->name);
		if (misspelt) {
			tally__display_misspelling(text, misspelt, wanted->name);
		}
	}
	tally__walk_report_text(walk, &place, "equality", &e, NULL);
}

static void match_header(struct walk *walk, const struct rules *rules, const struct map *actual,
			 const struct name_values *wanted)
{
	size_t len = strlen(wanted->name);
	const char *name = lower_name(walk, wanted->name, len);
	const struct name_values *found = name ? tally__map_get(actual, name, len) : NULL;

	if (found) {
		compare_header(walk, rules, wanted, found);
	} else if (name) {
		report_missing_header(walk, actual, wanted);
	}
}

void tally__match_headers(struct walk *walk, const struct rules *rules,
			  const struct name_values_list *expected,
			  const struct name_values_list *actual)
{
	struct map names;

	tally__map_init(&names);
	if (expected->count > 0 && index_headers(walk, &names, actual)) {
		for (size_t i = 0; i < expected->count && tally__walk_step(walk); i++) {
			match_header(walk, rules, &names, &expected->items[i]);
		}
	}
	tally__map_release(&names);
}

bool tally__match_header_rule(struct walk *walk, const struct rules *rules, const char *name,
			      const char *expected, const char *actual)
{
	const struct rule_list *list = tally__rules_find_header(rules, name);
	struct place place = {.kind = MISMATCH_HEADER, .name = name};
	struct mark mark = tally__walk_mark(walk);
	struct operand e = tally__operand_text(expected);
	struct operand a = tally__operand_text(actual);
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
