#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "matching/display.h"
#include "matching/match_xml.h"
#include "matching/values.h"
#include "matching/xml_step.h"

/* A long text costs more than one step of the walk. */
#define BYTES_PER_STEP 256

void tally__xml_names(struct walk *walk, const struct reach *from, struct buf *out,
		      const char *before, const struct xml_name *name, struct reach_names *names)
{
	size_t first_len = 0;

	if (!tally__reach_has_exact(walk, from)) {
		return;
	}
	tally__buf_adds(out, before);
	tally__xml_add_qname(out, name);
	first_len = out->len;
	if (*name->uri) {
		tally__buf_addf(out, "%s%s:%s", before, name->uri, name->local);
	}
	if (out->status != 0) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return;
	}
	names->text[0] = out->bytes;
	names->len[0] = first_len;
	names->text[1] = out->bytes + first_len;
	names->len[1] = out->len - first_len;
	names->count = *name->uri ? 2 : 1;
}

bool tally__xml_may_repeat(const struct rule_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->rules[i].kind->on_list == CONTAINER_BOUNDS) {
			return true;
		}
	}
	return false;
}

struct operand tally__xml_operand(char text[XML_OPERAND_BYTES], const struct xml_name *name)
{
	int len = snprintf(text, XML_OPERAND_BYTES, "<%s%s%s/>", name->prefix,
			   *name->prefix ? ":" : "", name->local);

	return (struct operand){.text = text, .len = (size_t)len};
}

static bool has_children(const struct xml_element *element)
{
	return tally__xml_first_child(element) != NULL;
}

/* ---- text ---- */

/* The texts of both sides; `scratch` holds those that stand in several pieces. */
struct texts {
	struct place place;
	struct operand expected;
	struct operand actual;
	struct buf scratch[2];
};

static bool texts_init(struct texts *texts, const struct xml_pair *pair)
{
	for (size_t i = 0; i < 2; i++) {
		tally__buf_init(&texts->scratch[i], LIMIT_DOCUMENT_BYTES * (size_t)3);
	}
	texts->expected.text =
		tally__xml_text(pair->expected, &texts->scratch[0], &texts->expected.len);
	texts->actual.text = tally__xml_text(pair->actual, &texts->scratch[1], &texts->actual.len);
	if (texts->scratch[0].status != 0 || texts->scratch[1].status != 0) {
		return tally__walk_fail(pair->walk, TALLY_ENOMEM);
	}
	pair->walk->steps += (texts->expected.len + texts->actual.len) / BYTES_PER_STEP;
	return true;
}

static void compare_values(struct walk *walk, const struct place *place,
			   const struct operand *expected, const struct operand *actual)
{
	if (expected->len != actual->len ||
	    memcmp(expected->text, actual->text, expected->len) != 0) {
		tally__values_report_unequal(walk, place, expected, actual);
	}
}

static void texts_release(struct texts *texts)
{
	tally__buf_release(&texts->scratch[0]);
	tally__buf_release(&texts->scratch[1]);
}

/* ---- rules at an element ---- */

/* Child elements, and one more for text. */
static size_t size_of(const struct xml_pair *pair, const struct texts *texts)
{
	size_t size = texts->actual.len > 0;
	const struct xml_node *child = tally__xml_first_child(pair->actual);

	for (; child; child = tally__xml_next_child(child)) {
		size++;
	}
	return size;
}

static void apply_container(const struct xml_pair *pair, const struct rule *rule,
			    enum container_rule how, const char *actual_text, size_t size)
{
	struct place place = {.kind = MISMATCH_BODY, .frame = pair->frame};
	char texts[2][XML_OPERAND_BYTES];
	struct operand expected = tally__xml_operand(texts[0], &pair->expected->name);
	struct operand actual = tally__xml_operand(texts[1], &pair->actual->name);

	if (actual_text) {
		actual = (struct operand){.text = actual_text, .len = strlen(actual_text)};
	}
	tally__walk_apply_container(pair->walk, &place, rule, how, pair->cascaded, &expected,
				    &actual, size);
}

/* A rule for one value, at an element that has child elements in the example: a regular expression
 * is for its name.  Rules that come from further out have found values of their own to be for. */
static void apply_to_complex(const struct xml_pair *pair, const struct rule *rule)
{
	if (pair->cascaded) {
		return;
	}
	if (rule->regex || rule->invalid) {
		apply_container(pair, rule, CONTAINER_TEST, pair->actual->name.local, 0);
	} else if (rule->kind->on_map == CONTAINER_UNABLE) {
		apply_container(pair, rule, CONTAINER_UNABLE, NULL, 0);
	}
}

/* "notEmpty" is for all that is in an element; so are rules that nobody knows. */
static void apply_to_all(const struct xml_pair *pair, const struct rule *rule,
			 const struct texts *texts)
{
	apply_container(pair, rule, CONTAINER_TEST, size_of(pair, texts) > 0 ? NULL : "", 0);
}

static void apply_to_text(const struct xml_pair *pair, const struct rule *rule,
			  const struct texts *texts)
{
	struct rule copy = *rule;
	const struct rule_list single = {.rules = &copy, .count = 1};

	tally__walk_apply(pair->walk, &texts->place, &single, true, &texts->expected,
			  &texts->actual);
}

/* One rule of the element's list; `with_text`: it is the list for the text as well. */
static void apply_rule(const struct xml_pair *pair, const struct rule *rule,
		       const struct texts *texts, bool with_text)
{
	bool is_complex = has_children(pair->expected);

	if (pair->cascaded && !rule->kind->cascades) {
		return;
	}
	if (rule->kind->on_list == CONTAINER_BOUNDS) {
		if (pair->is_list) {
			apply_container(pair, rule, CONTAINER_BOUNDS, NULL, size_of(pair, texts));
		}
		return; /* every text will do */
	}
	if (rule->kind->members != MEMBERS_PLAIN && !pair->cascaded) {
		apply_container(pair, rule, CONTAINER_UNABLE, NULL, 0);
		return;
	}
	if (rule->kind->on_map == CONTAINER_TEST &&
	    (is_complex || !with_text || has_children(pair->actual))) {
		apply_to_all(pair, rule, texts);
		return;
	}
	if (is_complex) {
		apply_to_complex(pair, rule);
	}
	if (with_text) {
		apply_to_text(pair, rule, texts);
	}
}

static void apply_rules(const struct xml_pair *pair, const struct texts *texts, bool with_text)
{
	struct walk *walk = pair->walk;
	struct mark mark = tally__walk_mark(walk);
	bool impatient = walk->impatient;

	walk->impatient = impatient && !pair->list->any;
	for (size_t i = 0; i < pair->list->count && tally__walk_step(walk); i++) {
		size_t before = walk->found;

		apply_rule(pair, &pair->list->rules[i], texts, with_text);
		if (walk->found == before && pair->list->any) {
			tally__walk_rewind(walk, mark);
			break;
		}
	}
	walk->impatient = impatient;
}

static void compare_text(const struct xml_pair *pair)
{
	static const struct reach_names name = {.text = {"#text"}, .len = {5}, .count = 1};
	struct xml_step step = {.kind = XML_STEP_TEXT};
	struct frame frame = {.parent = pair->frame,
			      .step = &step,
			      .index = XML_TEXT_INDEX,
			      .depth = pair->frame->depth + 1};
	struct texts texts = {.place = {.kind = MISMATCH_BODY, .frame = &frame}};
	const struct rule_list *list = NULL;
	struct reach reach = {0};
	bool cascaded = false;
	bool has_text = false;

	if (texts_init(&texts, pair) &&
	    tally__reach_names(pair->walk, pair->reach, pair->frame->depth, &name, &reach)) {
		list = tally__reach_select(&reach, frame.depth, &cascaded);
		tally__reach_leave(pair->walk, &reach);
		/* Where the example has child elements, no text is nothing to be tested. */
		has_text = texts.expected.len > 0 || texts.actual.len > 0 ||
			   !has_children(pair->expected);
		if (pair->list) {
			apply_rules(pair, &texts, has_text && list == pair->list);
		}
		if (list && list != pair->list && has_text) {
			tally__walk_apply(pair->walk, &texts.place, list, cascaded, &texts.expected,
					  &texts.actual);
		} else if (!list) {
			compare_values(pair->walk, &texts.place, &texts.expected, &texts.actual);
		}
	}
	texts_release(&texts);
}

/* ---- attributes ---- */

static size_t count_attributes(const struct xml_element *element)
{
	size_t count = 0;

	for (const struct xml_attribute *a = element->attributes; a; a = a->next) {
		count++;
	}
	return count;
}

/* The attribute of this name; those asked for in their own order are found at once. */
static const struct xml_attribute *find_attribute(const struct xml_element *element,
						  const struct xml_attribute **next,
						  const struct xml_name *name)
{
	const struct xml_attribute *found = *next;

	if (!found || !tally__xml_name_equal(&found->name, name)) {
		found = element->attributes;
		while (found && !tally__xml_name_equal(&found->name, name)) {
			found = found->next;
		}
	}
	*next = found ? found->next : element->attributes;
	return found;
}

static void report_missing(const struct xml_pair *pair, const struct place *place,
			   const struct xml_attribute *expected)
{
	struct operand value = {.text = expected->value, .len = expected->len};
	struct buf *text = tally__walk_message(pair->walk, place);

	if (text) {
		tally__buf_adds(text, "Expected attribute '");
		tally__xml_add_qname(text, &expected->name);
		tally__buf_adds(text, "'=");
		tally__display_value(text, &value);
		tally__buf_adds(text, " but was missing");
	}
	tally__walk_report_text(pair->walk, place, "equality", &value, NULL);
}

static void compare_attribute(const struct xml_pair *pair, const struct xml_attribute *expected,
			      const struct xml_attribute *actual, size_t index)
{
	struct walk *walk = pair->walk;
	struct xml_step step = {.kind = XML_STEP_ATTRIBUTE,
				.name = actual ? &actual->name : &expected->name};
	struct frame frame = {.parent = pair->frame,
			      .step = &step,
			      .index = index,
			      .depth = pair->frame->depth + 1};
	struct place place = {.kind = MISMATCH_BODY, .frame = &frame};
	struct operand e = {.text = expected->value, .len = expected->len};
	struct operand a = {0};
	struct reach_names names = {0};
	struct reach reach = {0};
	struct buf texts;

	if (!actual) {
		report_missing(pair, &place, expected);
		return;
	}
	a = (struct operand){.text = actual->value, .len = actual->len};
	walk->steps += (e.len + a.len) / BYTES_PER_STEP;
	tally__buf_init(&texts, (size_t)LIMIT_XML_NAME_BYTES * 4 + 4);
	tally__xml_names(walk, pair->reach, &texts, "@", &expected->name, &names);
	if (tally__reach_names(walk, pair->reach, pair->frame->depth, &names, &reach)) {
		bool cascaded = false;
		const struct rule_list *list = tally__reach_select(&reach, frame.depth, &cascaded);

		if (list) {
			tally__walk_apply(walk, &place, list, cascaded, &e, &a);
		} else {
			compare_values(walk, &place, &e, &a);
		}
		tally__reach_leave(walk, &reach);
	}
	tally__buf_release(&texts);
}

/* The attributes of the actual element that are not expected, or all. */
static void add_attributes(struct buf *out, const struct xml_pair *pair, bool all)
{
	const struct xml_attribute *next = pair->expected->attributes;
	size_t start = out->len;

	for (const struct xml_attribute *a = pair->actual->attributes; a; a = a->next) {
		struct operand value = {.text = a->value, .len = a->len};

		if (!all && find_attribute(pair->expected, &next, &a->name)) {
			continue;
		}
		tally__buf_adds(out, out->len > start ? ", " : "");
		if (out->len - start > LIMIT_SHOWN_BYTES) {
			tally__buf_adds(out, "…");
			return;
		}
		tally__buf_addc(out, '\'');
		tally__xml_add_qname(out, &a->name);
		tally__buf_adds(out, "'=");
		tally__display_value(out, &value);
	}
}

static void report_surplus(const struct xml_pair *pair, size_t expected, size_t actual)
{
	struct place place = {.kind = MISMATCH_BODY, .frame = pair->frame};
	struct buf *text = tally__walk_message(pair->walk, &place);

	if (text && expected == 0) {
		tally__buf_adds(text, "Did not expect any attributes but received ");
		add_attributes(text, pair, true);
	} else if (text) {
		tally__buf_addf(text,
				"Expected %zu attribute(s) but received %zu attribute(s), among "
				"them ",
				expected, actual);
		add_attributes(text, pair, false);
	}
	tally__walk_report_text(pair->walk, &place, "equality", NULL, NULL);
}

static void compare_attributes(const struct xml_pair *pair)
{
	const struct xml_attribute *next = pair->actual->attributes;
	size_t actual_count = count_attributes(pair->actual);
	size_t found = 0;
	size_t index = 0;

	for (const struct xml_attribute *e = pair->expected->attributes; e; e = e->next) {
		const struct xml_attribute *a = find_attribute(pair->actual, &next, &e->name);

		if (!tally__walk_step(pair->walk)) {
			return;
		}
		compare_attribute(pair, e, a, index++);
		found += a != NULL;
	}
	if (pair->walk->strict && found < actual_count) {
		report_surplus(pair, index, actual_count);
	}
}

/* ---- one element ---- */

static const char *full_name(struct walk *walk, const struct xml_name *name)
{
	const char *text = tally__arena_printf(&walk->arena, "%s%s%s", name->uri,
					       *name->uri ? ":" : "", name->local);

	if (!text) {
		tally__walk_fail(walk, TALLY_ENOMEM);
	}
	return text ? text : "";
}

/* Only roots can differ in their names: other elements are compared because they do not.  A rule
 * for the name decides in place of this. */
static bool compare_names(const struct xml_pair *pair)
{
	struct place place = {.kind = MISMATCH_BODY, .frame = pair->frame};
	struct operand expected = {0};
	struct operand actual = {0};

	if (tally__xml_name_equal(&pair->expected->name, &pair->actual->name)) {
		return true;
	}
	for (size_t i = 0; pair->list && !pair->cascaded && i < pair->list->count; i++) {
		if (pair->list->rules[i].regex && has_children(pair->expected)) {
			return true;
		}
	}
	expected.text = full_name(pair->walk, &pair->expected->name);
	expected.len = strlen(expected.text);
	actual.text = full_name(pair->walk, &pair->actual->name);
	actual.len = strlen(actual.text);
	tally__walk_report(pair->walk, &place, "equality", &expected, &actual,
			   "Expected '%s' to be equal to '%s'",
			   tally__walk_shown(pair->walk, expected.text),
			   tally__walk_shown(pair->walk, actual.text));
	return false;
}

bool tally__match_xml_element(const struct xml_pair *pair)
{
	if (!compare_names(pair)) {
		return false;
	}
	compare_attributes(pair);
	compare_text(pair);
	return true;
}
