#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "matching/display.h"
#include "matching/match_xml.h"
#include "matching/xml_step.h"

/* A child element, and where it stands among the children. */
struct child {
	const struct xml_element *element;
	size_t order;
};

struct children {
	struct child *items; /* by name, and then in document order */
	size_t count;
};

/* The children of one name on both sides. */
struct group {
	const struct xml_pair *parent;
	const struct xml_name *name;
	const struct child *expected;
	size_t expected_count;
	const struct child *actual;
	size_t actual_count;
	struct reach_names names;
};

static void compare_pair(struct xml_pair *pair);

/* ---- children by name ---- */

static int compare_names(const struct xml_name *a, const struct xml_name *b)
{
	int order = a->local == b->local ? 0 : strcmp(a->local, b->local);

	return order != 0 || a->uri == b->uri ? order : strcmp(a->uri, b->uri);
}

static int compare_children(const void *a, const void *b)
{
	const struct child *left = a;
	const struct child *right = b;
	int order = compare_names(&left->element->name, &right->element->name);

	return order != 0 ? order : left->order < right->order ? -1 : 1;
}

static bool gather(struct walk *walk, const struct xml_element *parent, struct children *out)
{
	const struct xml_node *first = tally__xml_first_child(parent);

	for (const struct xml_node *node = first; node; node = tally__xml_next_child(node)) {
		if (!tally__walk_step(walk)) {
			return false;
		}
		out->count++;
	}
	out->items = tally__realloc_array(NULL, out->count + 1, sizeof *out->items);
	if (!out->items) {
		return tally__walk_fail(walk, TALLY_ENOMEM);
	}
	out->count = 0;
	for (const struct xml_node *node = first; node; node = tally__xml_next_child(node)) {
		out->items[out->count] = (struct child){node->element, out->count};
		out->count++;
	}
	qsort(out->items, out->count, sizeof *out->items, compare_children);
	return true;
}

/* How many children from `start` on have the name of the first of them. */
static size_t group_size(const struct children *children, size_t start)
{
	size_t end = start;

	while (end < children->count && compare_names(&children->items[start].element->name,
						      &children->items[end].element->name) == 0) {
		end++;
	}
	return end - start;
}

/* ---- one name ---- */

static void report_child(const struct group *g, const struct child *child, size_t position,
			 size_t count, bool missing)
{
	const struct xml_pair *parent = g->parent;
	struct xml_step step = {.kind = XML_STEP_ELEMENT,
				.name = &child->element->name,
				.is_one_of_several = count > 1,
				.position = position};
	struct frame frame = {.parent = parent->frame,
			      .step = &step,
			      .index = XML_CHILD_INDEX + child->order,
			      .depth = parent->frame->depth + 1};
	struct place place = {.kind = MISMATCH_BODY, .frame = &frame};
	char name[XML_OPERAND_BYTES];
	struct operand operand = tally__xml_operand(name, &child->element->name);
	struct buf *text = tally__walk_message(parent->walk, &place);

	if (text) {
		tally__buf_adds(text, missing ? "Expected child " : "Unexpected child ");
		tally__display_text(text, operand.text, operand.len);
		tally__buf_adds(text, missing ? " but was missing" : "");
	}
	tally__walk_report_text(parent->walk, &place, "equality", missing ? &operand : NULL,
				missing ? NULL : &operand);
}

static void compare_child(struct group *g, size_t position, const struct child *expected)
{
	const struct child *actual = &g->actual[position];
	const struct xml_pair *parent = g->parent;
	struct xml_step step = {.kind = XML_STEP_ELEMENT,
				.name = &expected->element->name,
				.is_one_of_several = g->actual_count > 1,
				.position = position};
	struct frame frame = {.parent = parent->frame,
			      .step = &step,
			      .index = XML_CHILD_INDEX + actual->order,
			      .depth = parent->frame->depth + 1};
	struct reach reach = {0};
	struct xml_pair pair = {.walk = parent->walk,
				.frame = &frame,
				.reach = &reach,
				.expected = expected->element,
				.actual = actual->element,
				.is_list = g->expected_count == 1};

	g->names.position = position;
	if (tally__reach_names(parent->walk, parent->reach, parent->frame->depth, &g->names,
			       &reach)) {
		compare_pair(&pair);
		tally__reach_leave(parent->walk, &reach);
	}
}

/* Where an example shows that an element is a list - it stands alone and has child elements - the
 * bounds of a rule are about these; otherwise they are about how often it is repeated. */
static bool is_counted(const struct group *g)
{
	return g->expected_count > 1 || !tally__xml_first_child(g->expected->element);
}

static void check_count(const struct group *g, const struct rule_list *list)
{
	struct walk *walk = g->parent->walk;
	struct mark mark = tally__walk_mark(walk);
	struct xml_step step = {.kind = XML_STEP_ELEMENT, .name = g->name};
	struct frame frame = {.parent = g->parent->frame,
			      .step = &step,
			      .index = XML_CHILD_INDEX + g->actual->order,
			      .depth = g->parent->frame->depth + 1};
	struct place place = {.kind = MISMATCH_BODY, .frame = &frame};
	char name[XML_OPERAND_BYTES];
	struct operand operand = tally__xml_operand(name, g->name);

	for (size_t i = 0; i < list->count; i++) {
		bool passes =
			list->rules[i].kind->on_list != CONTAINER_BOUNDS ||
			tally__walk_apply_container(walk, &place, &list->rules[i], CONTAINER_BOUNDS,
						    false, &operand, &operand, g->actual_count);

		if (passes && list->any) {
			tally__walk_rewind(walk, mark);
			return;
		}
	}
}

static void compare_repeated(struct group *g, const struct rule_list *list, bool cascaded)
{
	struct walk *walk = g->parent->walk;

	if (g->actual_count == 0) {
		report_child(g, g->expected, 0, 1, true);
		return;
	}
	if (!cascaded && is_counted(g)) {
		check_count(g, list);
	}
	for (size_t i = 0; i < g->actual_count && tally__walk_step(walk); i++) {
		compare_child(g, i, g->expected);
	}
}

static void compare_one_by_one(struct group *g)
{
	struct walk *walk = g->parent->walk;
	size_t count = g->expected_count > g->actual_count ? g->expected_count : g->actual_count;

	for (size_t i = 0; i < count && tally__walk_step(walk); i++) {
		if (i < g->expected_count && i < g->actual_count) {
			compare_child(g, i, &g->expected[i]);
		} else if (i < g->expected_count) {
			report_child(g, &g->expected[i], i, g->expected_count, true);
		} else if (walk->strict) {
			report_child(g, &g->actual[i], i, g->actual_count, false);
		}
	}
}

static void report_all_unexpected(const struct group *g)
{
	for (size_t i = 0; i < g->actual_count && tally__walk_step(g->parent->walk); i++) {
		report_child(g, &g->actual[i], i, g->actual_count, false);
	}
}

static void compare_group(struct group *g)
{
	const struct xml_pair *parent = g->parent;
	struct walk *walk = parent->walk;
	const struct rule_list *list = NULL;
	struct reach reach = {0};
	struct buf names;
	bool cascaded = false;

	tally__buf_init(&names, (size_t)LIMIT_XML_NAME_BYTES * 4 + 4);
	g->names.is_element = true;
	tally__xml_names(walk, parent->reach, &names, "", g->name, &g->names);
	if (tally__reach_names(walk, parent->reach, parent->frame->depth, &g->names, &reach)) {
		list = tally__reach_select(&reach, parent->frame->depth + 1, &cascaded);
		tally__reach_leave(walk, &reach);
		list = list && tally__xml_may_repeat(list) ? list : NULL;
		if (g->expected_count == 0) {
			if (walk->strict || list) {
				report_all_unexpected(g);
			}
		} else if (list) {
			compare_repeated(g, list, cascaded);
		} else {
			compare_one_by_one(g);
		}
	}
	tally__buf_release(&names);
}

/* ---- elements ---- */

static void report_no_children(const struct xml_pair *pair, const struct children *actual)
{
	struct place place = {.kind = MISMATCH_BODY, .frame = pair->frame};
	struct buf *text = tally__walk_message(pair->walk, &place);

	if (text) {
		size_t start = text->len;

		tally__buf_adds(text, "Expected no children but received [");
		for (size_t i = 0; i < actual->count; i++) {
			if (text->len - start > LIMIT_SHOWN_BYTES) {
				tally__buf_addf(text, ", … (%zu in all)", actual->count);
				break;
			}
			tally__buf_adds(text, i > 0 ? ", " : "");
			tally__xml_add_qname(text, &actual->items[i].element->name);
		}
		tally__buf_addc(text, ']');
	}
	tally__walk_report_text(pair->walk, &place, "equality", NULL, NULL);
}

/* Both lists are sorted, so one pass finds the children of each name on both sides. */
static void compare_by_name(const struct xml_pair *pair, const struct children *expected,
			    const struct children *actual)
{
	size_t e = 0;
	size_t a = 0;

	while ((e < expected->count || a < actual->count) && pair->walk->status == 0) {
		struct group g = {.parent = pair,
				  .expected = &expected->items[e],
				  .actual = &actual->items[a]};
		int order = e == expected->count ? 1
			    : a == actual->count ? -1
						 : compare_names(&g.expected->element->name,
								 &g.actual->element->name);

		g.expected_count = order <= 0 ? group_size(expected, e) : 0;
		g.actual_count = order >= 0 ? group_size(actual, a) : 0;
		g.name = order <= 0 ? &g.expected->element->name : &g.actual->element->name;
		compare_group(&g);
		e += g.expected_count;
		a += g.actual_count;
	}
}

static void compare_content(const struct xml_pair *pair)
{
	struct children expected = {0};
	struct children actual = {0};

	if (gather(pair->walk, pair->expected, &expected) &&
	    gather(pair->walk, pair->actual, &actual)) {
		if (expected.count == 0 && actual.count > 0 && pair->walk->strict) {
			report_no_children(pair, &actual);
		} else {
			compare_by_name(pair, &expected, &actual);
		}
	}
	tally__free(expected.items);
	tally__free(actual.items);
}

/* The depth is that of the documents, which is bounded. */
static void compare_pair(struct xml_pair *pair)
{
	if (!tally__walk_step(pair->walk)) {
		return;
	}
	pair->is_list = pair->is_list && tally__xml_first_child(pair->expected);
	pair->list = tally__reach_select(pair->reach, pair->frame->depth, &pair->cascaded);
	if (tally__match_xml_element(pair)) {
		compare_content(pair);
	}
}

void tally__match_xml(struct walk *walk, const struct frame *frame, const struct reach *reach,
		      const struct xml_document *expected, const struct xml_document *actual)
{
	const struct xml_element *root = expected->root;
	struct xml_step step = {.kind = XML_STEP_ELEMENT, .name = &root->name};
	struct frame inner = {.parent = frame, .step = &step, .depth = frame->depth + 1};
	struct reach_names names = {.is_element = true};
	struct reach at_document = {0};
	struct reach at_root = {0};
	struct xml_pair pair = {.walk = walk,
				.frame = &inner,
				.reach = &at_root,
				.expected = root,
				.actual = actual->root,
				.is_list = true};
	struct buf texts;

	tally__buf_init(&texts, (size_t)LIMIT_XML_NAME_BYTES * 4 + 4);
	if (tally__reach_document(walk, reach, frame->depth, &at_document)) {
		tally__xml_names(walk, &at_document, &texts, "", &root->name, &names);
		if (tally__reach_names(walk, &at_document, frame->depth, &names, &at_root)) {
			compare_pair(&pair);
		}
	}
	tally__reach_leave(walk, &at_document);
	tally__buf_release(&texts);
}
