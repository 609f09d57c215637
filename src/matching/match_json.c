#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "matching/display.h"
#include "matching/json_node.h"
#include "matching/match_json.h"
#include "matching/visits.h"

/* Digits of the largest index. */
#define INDEX_BYTES 24

static void compare_node(struct walk *walk, const struct frame *frame, const struct reach *reach,
			 const cJSON *expected, const cJSON *actual);

static void report(const struct node *n, const char *format)
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = n->expected};
	struct operand actual = {.json = n->actual};
	struct buf *text = tally__walk_message(n->walk, &place);

	/* `format` has "%E" and "%A" where the values go. */
	for (const char *c = format; text && *c; c++) {
		if (c[0] == '%' && c[1] == 'E') {
			tally__display_kind(text, &expected);
			c++;
		} else if (c[0] == '%' && c[1] == 'A') {
			tally__display_kind(text, &actual);
			c++;
		} else if (c[0] == '%' && c[1] == 'a') {
			tally__display_value(text, &actual);
			c++;
		} else {
			tally__buf_addc(text, *c);
		}
	}
	if (text) {
		tally__display_hint(text, &expected, &actual);
	}
	tally__walk_report_text(n->walk, &place, n->list ? n->list->rules->name : "equality",
				&expected, &actual);
}

/* ---- objects ---- */

/* Compares one member; `each` is an eachValue rule, whose rules replace those for the member. */
static void compare_member(const struct node *n, const struct rule *each, size_t index,
			   const cJSON *expected, const cJSON *actual)
{
	const char *key = actual->string;
	/* Where no rule waits for what is below, its name makes no difference to them. */
	size_t len = n->reach->count > 0 ? strlen(key) : 0;
	struct frame frame = {
		.parent = n->frame, .key = key, .index = index, .depth = n->frame->depth + 1};
	struct reach reach = {0};

	if (!tally__reach_child(n->walk, n->reach, n->frame->depth, key, len,
				tally__path_is_index(key, len), &reach)) {
		return;
	}
	if (each) {
		tally__reach_each_value(&reach, &each->sub, frame.depth);
	}
	compare_node(n->walk, &frame, &reach, expected, actual);
	tally__reach_leave(n->walk, &reach);
}

/* The members that both have, and, unless keys are free, whether the keys agree. */
static void compare_members(const struct node *n, bool keys_free)
{
	struct lookup lookup = {.object = n->actual, .next = n->actual->child};
	const cJSON *expected = NULL;
	size_t missing = 0;
	size_t common = 0;

	cJSON_ArrayForEach(expected, n->expected)
	{
		const cJSON *actual = tally__lookup_get(n->walk, &lookup, expected->string);

		if (!actual) {
			missing++;
			continue;
		}
		common++;
		compare_member(n, NULL, missing + common - 1, expected, actual);
		if (n->walk->status != 0) {
			break;
		}
	}
	tally__lookup_release(&lookup);
	if (!keys_free &&
	    (missing > 0 || (n->walk->strict && common != (size_t)cJSON_GetArraySize(n->actual)))) {
		tally__report_keys(n, missing, common);
	}
}

/* Each actual member against the expected one of the same name, or else the first by name. */
static void compare_values(const struct node *n, const struct rule *each)
{
	struct lookup lookup = {.object = n->expected, .next = n->expected->child};
	const cJSON *first = n->expected->child;
	const cJSON *item = NULL;
	size_t index = 0;

	cJSON_ArrayForEach(item, n->expected)
	{
		if (strcmp(item->string, first->string) < 0) {
			first = item;
		}
	}
	if (!first) {
		return;
	}
	cJSON_ArrayForEach(item, n->actual)
	{
		const cJSON *expected = tally__lookup_get(n->walk, &lookup, item->string);

		compare_member(n, each, index++, expected ? expected : first, item);
		if (n->walk->status != 0) {
			break;
		}
	}
	tally__lookup_release(&lookup);
}

static void compare_keys(const struct node *n, const struct rule *rule)
{
	const cJSON *member = NULL;
	size_t index = 0;

	cJSON_ArrayForEach(member, n->actual)
	{
		struct frame frame = {.parent = n->frame,
				      .key = member->string,
				      .index = index++,
				      .depth = n->frame->depth + 1};
		struct place place = {.kind = n->walk->kind, .frame = &frame};
		struct operand key = {.text = member->string, .len = strlen(member->string)};
		struct operand none = {.text = "", .len = 0};

		if (!tally__walk_step(n->walk)) {
			return;
		}
		tally__walk_apply(n->walk, &place, &rule->sub, false, &none, &key);
	}
}

/* The size of a container; 0 where no rule bounds it, as counting means visiting all members. */
static size_t bounded_size(const struct node *n)
{
	for (size_t i = 0; i < n->list->count; i++) {
		if (n->list->rules[i].has_min || n->list->rules[i].has_max) {
			return (size_t)cJSON_GetArraySize(n->actual);
		}
	}
	return 0;
}

static bool applies(const struct node *n, const struct rule *rule)
{
	return !n->cascaded || rule->kind->cascades;
}

static bool is_null_rule(const struct rule *rule)
{
	return strcmp(rule->kind->name, "null") == 0;
}

/* Of several rules of which one is enough, the one for null has nothing to say on what is not null:
 * what the others find is what a reader wants to know.  Where all are for null, the first stays. */
static bool can_pass(const struct node *n, const struct rule *rule)
{
	const struct rule *rules = n->list->rules;

	if (!applies(n, rule)) {
		return false;
	}
	return !n->list->any || !is_null_rule(rule) ||
	       (rule == rules && is_null_rule(&rules[n->list->count - 1]));
}

/* Rules that say themselves which keys may be there. */
static bool has_free_keys(const struct node *n)
{
	for (size_t i = 0; !n->cascaded && i < n->list->count; i++) {
		enum member_rule members = n->list->rules[i].kind->members;

		if (members == MEMBERS_VALUES || members == MEMBERS_EACH_VALUE ||
		    members == MEMBERS_EACH_KEY) {
			return true;
		}
	}
	return false;
}

/* What several rules of one list would find in the same way, and do once: the members, with their
 * keys fixed or free. */
struct members_found {
	bool done;
	bool failed;
};

/* One rule on its own; false when something does not match. */
static bool compare_object_by_rule(const struct node *n, const struct rule *rule, size_t size,
				   struct members_found found[2])
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = n->expected};
	struct operand actual = {.json = n->actual};
	enum member_rule members = n->cascaded ? MEMBERS_PLAIN : rule->kind->members;
	bool keys_free = members == MEMBERS_EACH_KEY;
	size_t before = n->walk->found;

	if (members == MEMBERS_VALUES || members == MEMBERS_EACH_VALUE ||
	    members == MEMBERS_ARRAY_CONTAINS) {
		compare_values(n, members == MEMBERS_EACH_VALUE ? rule : NULL);
		return n->walk->found == before;
	}
	tally__walk_apply_container(n->walk, &place, rule, rule->kind->on_map, n->cascaded,
				    &expected, &actual, size);
	if (keys_free) {
		compare_keys(n, rule);
	}
	if (n->walk->found == before && !found[keys_free].done) {
		compare_members(n, keys_free);
		found[keys_free].done = true;
		found[keys_free].failed = n->walk->found > before;
	}
	return n->walk->found == before && !found[keys_free].failed;
}

/* "combine": "OR": one rule that passes is enough. */
static void compare_object_by_any(const struct node *n)
{
	struct walk *walk = n->walk;
	struct mark mark = tally__walk_mark(walk);
	size_t size = (size_t)cJSON_GetArraySize(n->actual);
	struct members_found found[2] = {{false, false}, {false, false}};
	bool impatient = walk->impatient;

	walk->impatient = false;
	for (size_t i = 0; i < n->list->count && tally__walk_step(walk); i++) {
		const struct rule *rule = &n->list->rules[i];

		if (can_pass(n, rule) && compare_object_by_rule(n, rule, size, found)) {
			tally__walk_rewind(walk, mark);
			break;
		}
	}
	walk->impatient = impatient;
}

static void compare_object_by_rules(const struct node *n)
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = n->expected};
	struct operand actual = {.json = n->actual};
	size_t size = bounded_size(n);
	bool plain = false;
	bool values_done = false;

	for (size_t i = 0; i < n->list->count && tally__walk_step(n->walk); i++) {
		const struct rule *rule = &n->list->rules[i];
		enum member_rule members = rule->kind->members;

		if (!applies(n, rule)) {
			continue;
		}
		if (!n->cascaded && members == MEMBERS_EACH_VALUE) {
			compare_values(n, rule);
			continue;
		}
		if (!n->cascaded &&
		    (members == MEMBERS_VALUES || members == MEMBERS_ARRAY_CONTAINS)) {
			if (!values_done) {
				compare_values(n, NULL);
			}
			values_done = true;
			continue;
		}
		plain = true;
		tally__walk_apply_container(n->walk, &place, rule, rule->kind->on_map, n->cascaded,
					    &expected, &actual, size);
		if (members == MEMBERS_EACH_KEY && !n->cascaded) {
			compare_keys(n, rule);
		}
	}
	/* With free keys there would be nothing but the members that were compared just now. */
	if (plain && !(values_done && has_free_keys(n))) {
		compare_members(n, has_free_keys(n));
	}
}

static void compare_object(const struct node *n)
{
	if (n->walk->strict && !n->expected->child && n->actual->child) {
		report(n, "Expected an empty Map but received %a");
	} else if (n->list && n->list->any) {
		compare_object_by_any(n);
	} else if (n->list) {
		compare_object_by_rules(n);
	} else {
		compare_members(n, false);
	}
}

/* ---- arrays ---- */

/* The text of an index, at the end of `digits`. */
static const char *index_text(size_t index, char digits[INDEX_BYTES], size_t *len)
{
	size_t at = INDEX_BYTES - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + index % 10);
		index /= 10;
	} while (index > 0);
	*len = INDEX_BYTES - 1 - at;
	return &digits[at];
}

static void report_missing(const struct node *n, const struct frame *frame, const cJSON *expected,
			   bool with_index)
{
	struct place place = {.kind = n->walk->kind, .frame = frame};
	struct operand value = {.json = expected};
	struct buf *text = tally__walk_message(n->walk, &place);

	tally__node_count_parts(n, expected);
	if (text) {
		tally__buf_adds(text, "Expected ");
		tally__display_value(text, &value);
		if (with_index) {
			tally__buf_addf(text, " (%zu)", frame->index);
		}
		tally__buf_adds(text, " but was missing");
	}
	tally__walk_report_text(n->walk, &place, "equality", &value, NULL);
}

static void compare_element(const struct node *n, const struct reach *reach, size_t index,
			    const cJSON *expected, const cJSON *actual)
{
	struct frame frame = {.parent = n->frame, .index = index, .depth = n->frame->depth + 1};
	bool cascaded = false;

	if (actual) {
		compare_node(n->walk, &frame, reach, expected, actual);
	} else if (!tally__reach_select(reach, frame.depth, &cascaded)) {
		report_missing(n, &frame, expected, n->list != NULL);
	}
}

/* Element by element; with rules, an actual list may be longer, its surplus is compared with the
 * first expected element.  Where no rule names single elements, all share what is in reach. */
static void compare_elements(const struct node *n, const struct rule *each)
{
	const cJSON *expected = n->expected->child;
	const cJSON *actual = n->actual->child;
	bool exact = tally__reach_has_exact(n->walk, n->reach);
	size_t depth = n->frame->depth;
	struct reach reach = {0};

	for (size_t i = 0; (expected || (actual && n->list)) && n->walk->status == 0; i++) {
		if (i == 0 || exact) {
			char digits[INDEX_BYTES];
			size_t len = 0;
			const char *text = exact ? index_text(i, digits, &len) : NULL;

			if (i > 0) {
				tally__reach_leave(n->walk, &reach);
			}
			if (!tally__reach_child(n->walk, n->reach, depth, text, len, true,
						&reach)) {
				return;
			}
			if (each) {
				tally__reach_each_value(&reach, &each->sub, depth + 1);
			}
		}
		compare_element(n, &reach, i, expected ? expected : n->expected->child, actual);
		if (!tally__walk_step(n->walk)) {
			return;
		}
		expected = expected ? expected->next : NULL;
		actual = actual ? actual->next : NULL;
	}
	if (n->expected->child) {
		tally__reach_leave(n->walk, &reach);
	}
}

/* Whether `actual` is what the variant alone asks for, its path being "$". */
static bool fits_variant(struct walk *walk, const struct variant *variant, const cJSON *actual)
{
	struct frame root = {.depth = 1};
	struct reach reach = {.first = walk->active_count};
	bool fits = false;

	if (!variant->rules || tally__reach_root(walk, variant->rules, &reach)) {
		fits = tally__match_quietly(walk, &root, &reach, variant->example, actual);
	}
	tally__reach_leave(walk, &reach);
	return fits;
}

static void find_variant(const struct node *n, const struct rule *rule, size_t position,
			 const struct rule_node *rules, const cJSON *example)
{
	const struct variant variant = {.example = example, .rules = rules};
	const cJSON *item = NULL;

	cJSON_ArrayForEach(item, n->actual)
	{
		if (fits_variant(n->walk, &variant, item) || n->walk->status != 0) {
			return;
		}
	}
	tally__report_variant(n, rule, position, &variant);
}

static void compare_variants(const struct node *n, const struct rule *rule)
{
	size_t count = (size_t)cJSON_GetArraySize(n->expected);
	struct place place = tally__node_place(n);
	struct operand actual = {.json = n->actual};
	const cJSON **examples = tally__realloc_array(NULL, count + 1, sizeof *examples);
	const cJSON *item = NULL;
	size_t i = 0;

	if (!examples) {
		tally__walk_fail(n->walk, TALLY_ENOMEM);
		return;
	}
	cJSON_ArrayForEach(item, n->expected)
	{
		examples[i++] = item;
	}
	for (i = 0; rule->variant_count == 0 && i < count; i++) {
		find_variant(n, rule, i, NULL, examples[i]);
	}
	for (i = 0; i < rule->variant_count && n->walk->status == 0; i++) {
		const struct rule_variant *variant = &rule->variants[i];

		if (variant->index < count) {
			find_variant(n, rule, i, variant->rules, examples[variant->index]);
		} else {
			tally__walk_report(n->walk, &place, rule->name, NULL, &actual,
					   "ArrayContains: variant %zu is missing from the "
					   "expected list, which has %zu items",
					   i, count);
		}
	}
	tally__free(examples);
}

/* One rule of the list's, and the elements as this rule has them compared.  Several plain rules
 * would compare the elements in the same way, so this is done once. */
static bool compare_array_by_rule(const struct node *n, const struct rule *rule, size_t size,
				  bool *plain_done, bool *plain_failed)
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = n->expected};
	struct operand actual = {.json = n->actual};
	size_t before = n->walk->found;

	if (rule->kind->members == MEMBERS_ARRAY_CONTAINS) {
		compare_variants(n, rule);
		return n->walk->found == before;
	}
	if (rule->kind->members == MEMBERS_EACH_VALUE && n->cascaded) {
		return true;
	}
	tally__walk_apply_container(n->walk, &place, rule, rule->kind->on_list, n->cascaded,
				    &expected, &actual, size);
	if (rule->kind->members == MEMBERS_EACH_VALUE) {
		compare_elements(n, rule);
		return n->walk->found == before;
	}
	if (!*plain_done) {
		size_t found = n->walk->found;

		compare_elements(n, NULL);
		*plain_done = true;
		*plain_failed = n->walk->found > found;
	}
	return n->walk->found == before && !*plain_failed;
}

static void compare_array_by_rules(const struct node *n)
{
	struct walk *walk = n->walk;
	struct mark mark = tally__walk_mark(walk);
	size_t size = bounded_size(n);
	bool impatient = walk->impatient;
	bool plain_done = false;
	bool plain_failed = false;

	walk->impatient = impatient && !n->list->any;
	for (size_t i = 0; i < n->list->count && tally__walk_step(walk); i++) {
		const struct rule *rule = &n->list->rules[i];

		if (can_pass(n, rule) &&
		    compare_array_by_rule(n, rule, size, &plain_done, &plain_failed) &&
		    n->list->any) {
			tally__walk_rewind(walk, mark);
			break;
		}
	}
	walk->impatient = impatient;
}

static void compare_array(const struct node *n)
{
	size_t expected_size = 0;
	size_t actual_size = 0;

	if (n->list) {
		/* Nothing is known of the elements of an empty example. */
		if (n->expected->child) {
			compare_array_by_rules(n);
		}
		return;
	}
	if (!n->expected->child && n->actual->child) {
		report(n, "Expected an empty List but received %a");
		return;
	}
	expected_size = (size_t)cJSON_GetArraySize(n->expected);
	actual_size = (size_t)cJSON_GetArraySize(n->actual);
	if (expected_size == actual_size || !tally__report_lengths(n, expected_size, actual_size)) {
		compare_elements(n, NULL);
	}
}

/* ---- nodes ---- */

static void compare_scalar(const struct node *n)
{
	struct place place = tally__node_place(n);
	struct operand expected = {.json = n->expected};
	struct operand actual = {.json = n->actual};

	if (n->list) {
		tally__walk_apply(n->walk, &place, n->list, n->cascaded, &expected, &actual);
	} else if (!tally__json_equal(n->expected, n->actual)) {
		report(n, "Expected %A to be equal to %E");
	}
}

/* An object or list may be null where one of its rules says so and one that passes is enough. */
static bool is_allowed_null(const struct node *n)
{
	if (!n->list || !n->list->any || !cJSON_IsNull(n->actual)) {
		return false;
	}
	for (size_t i = 0; i < n->list->count; i++) {
		if (is_null_rule(&n->list->rules[i])) {
			return true;
		}
	}
	return false;
}

/* Whether its members may be compared more than once. */
static bool repeats_members(const struct node *n)
{
	for (size_t i = 0; n->list && !n->cascaded && n->list->count > 1 && i < n->list->count;
	     i++) {
		enum member_rule members = n->list->rules[i].kind->members;

		if (members != MEMBERS_PLAIN && members != MEMBERS_ARRAY_CONTAINS) {
			return true;
		}
	}
	return false;
}

static void compare_container(const struct node *n)
{
	struct walk *walk = n->walk;
	size_t before = walk->found;
	bool repeats = repeats_members(n);
	struct visit *visit = NULL;

	/* While hinting not everything is looked at. */
	if (walk->repeats > VISITS_FREE_REPEATS && !walk->hinting && n->actual->child &&
	    tally__visit_known(walk, n->reach, n->expected, n->actual, &visit)) {
		return;
	}
	walk->repeats += repeats;
	if (cJSON_IsObject(n->expected)) {
		compare_object(n);
	} else {
		compare_array(n);
	}
	walk->repeats -= repeats;
	if (visit) {
		tally__visit_end(walk, visit, walk->found > before);
	}
}

static void compare_node(struct walk *walk, const struct frame *frame, const struct reach *reach,
			 const cJSON *expected, const cJSON *actual)
{
	struct node n = {.walk = walk,
			 .frame = frame,
			 .reach = reach,
			 .expected = expected,
			 .actual = actual};
	int type = expected->type & 0xFF;
	bool container = type == cJSON_Object || type == cJSON_Array;

	if (!tally__walk_step(walk)) {
		return;
	}
	if (frame->depth > LIMIT_JSON_DEPTH) {
		tally__fail(walk->error, TALLY_ELIMIT, "a body nests deeper than %d levels",
			    (int)LIMIT_JSON_DEPTH);
		tally__walk_fail(walk, TALLY_ELIMIT);
		return;
	}
	n.list = tally__reach_select(reach, frame->depth, &n.cascaded);
	if (is_allowed_null(&n)) {
		return;
	}
	if (container && type != (actual->type & 0xFF)) {
		report(&n, "Type mismatch: Expected %A to be the same type as %E");
		tally__node_count_parts(&n, expected);
	} else if (container) {
		compare_container(&n);
	} else {
		compare_scalar(&n);
	}
}

void tally__match_json(struct walk *walk, const struct frame *frame, const struct reach *reach,
		       const cJSON *expected, const cJSON *actual)
{
	size_t document = walk->document;
	size_t repeats = walk->repeats;

	walk->document = ++walk->documents;
	walk->repeats = 0;
	compare_node(walk, frame, reach, expected, actual);
	walk->document = document;
	walk->repeats = repeats;
}
