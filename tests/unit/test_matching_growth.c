/* The work of a comparison grows with the body alone, whatever its shape and the number of rules:
 * steps of the walk and allocations are counted, not timed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "matching/match_json.h"

/* What is compared: an example, the rules for it, and what came. */
struct texts {
	struct buf expected;
	struct buf rules;
	struct buf actual;
};

struct cost {
	size_t steps;
	size_t allocations;
	size_t found;
	size_t hint_steps;
	int status;
};

static cJSON *parse(const char *text, size_t len)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;

	if (tally_json_parse(&value, text, len, &error) != 0)
		fail_msg("%zu:%zu: %s", error.line, error.column, error.message);
	return value;
}

/* At most `limit` steps, unless the comparison has to fail. */
static struct cost measure_within(void (*make)(struct texts *, size_t), size_t size, size_t limit)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct texts texts;
	struct rules rules;
	struct mismatches mismatches;
	struct frame root = {.depth = 1};
	struct reach reach;
	struct walk walk;
	struct cost cost;
	cJSON *document;
	cJSON *actual;

	tally__buf_init(&texts.expected, SIZE_MAX / 2);
	tally__buf_init(&texts.rules, SIZE_MAX / 2);
	tally__buf_init(&texts.actual, SIZE_MAX / 2);
	tally__buf_adds(&texts.expected, "[");
	make(&texts, size);
	tally__buf_adds(&texts.expected, ",{\"body\":{");
	tally__buf_add(&texts.expected, texts.rules.bytes, texts.rules.len);
	tally__buf_adds(&texts.expected, "}}]");
	document = parse(texts.expected.bytes, texts.expected.len);
	actual = parse(texts.actual.bytes, texts.actual.len);
	if (tally__rules_compile(&rules, document->child->next, &error) != 0)
		fail_msg("%s", error.message);
	tally__mismatches_init(&mismatches);
	tally__walk_init(&walk, &mismatches, false, &error);
	walk.step_limit = limit;
	tally__mem_fail_after(-1);
	assert_true(tally__reach_root(&walk, rules.body, &reach));
	tally__match_json(&walk, &root, &reach, document->child, actual);
	cost = (struct cost){walk.steps, tally__mem_fail_after(-1), walk.found, walk.hint_steps,
			     walk.status};
	if (walk.status != 0 && limit == LIMIT_MATCH_STEPS)
		fail_msg("%s", error.message);
	tally__walk_release(&walk);
	tally__mismatches_release(&mismatches);
	tally__rules_release(&rules);
	cJSON_Delete(actual);
	cJSON_Delete(document);
	tally__buf_release(&texts.expected);
	tally__buf_release(&texts.rules);
	tally__buf_release(&texts.actual);
	return cost;
}

static struct cost measure(void (*make)(struct texts *, size_t), size_t size)
{
	return measure_within(make, size, LIMIT_MATCH_STEPS);
}

/* Ten times the size is ten times the work, and a little for what does not grow. */
static void assert_linear(void (*make)(struct texts *, size_t), size_t size, size_t steps_each)
{
	struct cost small = measure(make, size);
	struct cost large = measure(make, 10 * size);

	assert_int_equal(small.found, 0);
	assert_int_equal(large.found, 0);
	assert_in_range(large.steps, 10 * size, steps_each * 10 * size + 10);
	assert_in_range(large.steps, 0, 10 * small.steps + 10);
	assert_in_range(large.allocations, 0, 10 * small.allocations + 20);
}

static void add_rule(struct texts *texts, const char *path, const char *rules)
{
	tally__buf_addf(&texts->rules, "%s\"%s\":{\"matchers\":[%s]}",
			texts->rules.len > 0 ? "," : "", path, rules);
}

static void add_numbers(struct buf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(out, "%s%zu", i > 0 ? "," : "[", i);
	tally__buf_adds(out, "]");
}

/* ---- lists and objects ---- */

static void make_plain_list(struct texts *texts, size_t size)
{
	add_numbers(&texts->expected, size);
	add_numbers(&texts->actual, size);
}

static void make_each_like(struct texts *texts, size_t size)
{
	add_rule(texts, "$", "{\"match\":\"type\",\"min\":1}");
	add_rule(texts, "$[*]", "{\"match\":\"integer\"}");
	tally__buf_adds(&texts->expected, "[1]");
	add_numbers(&texts->actual, size);
}

/* A rule for each element. */
static void make_places(struct texts *texts, size_t size)
{
	char path[32];

	for (size_t i = 0; i < size; i++) {
		snprintf(path, sizeof path, "$[%zu]", i);
		add_rule(texts, path, "{\"match\":\"integer\"}");
	}
	add_numbers(&texts->expected, size);
	add_numbers(&texts->actual, size);
}

static void add_members(struct buf *out, size_t count, bool backwards)
{
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(out, "%s\"m%zu\":%zu", i > 0 ? "," : "{",
				backwards ? count - 1 - i : i, i);
	tally__buf_adds(out, "}");
}

static void make_object(struct texts *texts, size_t size)
{
	add_rule(texts, "$", "{\"match\":\"type\"}");
	add_members(&texts->expected, size, false);
	add_members(&texts->actual, size, true);
}

static void make_map(struct texts *texts, size_t size)
{
	add_rule(texts, "$",
		 "{\"match\":\"eachKey\",\"rules\":[{\"match\":\"include\",\"value\":\"m\"}]},"
		 "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"integer\"}]}");
	tally__buf_adds(&texts->expected, "{\"example\":1}");
	add_members(&texts->actual, size, true);
}

static void make_same_order(struct texts *texts, size_t size)
{
	add_rule(texts, "$", "{\"match\":\"type\"}");
	add_members(&texts->expected, size, false);
	add_members(&texts->actual, size, false);
}

/* Every third member first, then the others: `size` is no multiple of three. */
static void make_shuffled(struct texts *texts, size_t size)
{
	add_members(&texts->expected, size, false);
	for (size_t i = 0; i < size; i++)
		tally__buf_addf(&texts->actual, "%s\"m%zu\":%zu", i > 0 ? "," : "{", i * 3 % size,
				i * 3 % size);
	tally__buf_adds(&texts->actual, "}");
}

static void make_contains(struct texts *texts, size_t size)
{
	add_rule(texts, "$",
		 "{\"match\":\"arrayContains\",\"variants\":[{\"index\":0,\"rules\":{}}]}");
	tally__buf_addf(&texts->expected, "[%zu]", size - 1);
	add_numbers(&texts->actual, size);
}

static void test_lists_and_objects(void **state)
{
	(void)state;
	assert_linear(make_plain_list, 1000, 2);
	assert_linear(make_each_like, 1000, 4);
	assert_linear(make_places, 1000, 4);
	assert_linear(make_object, 1000, 3);
	assert_linear(make_map, 1000, 6);
	assert_linear(make_contains, 1000, 2);
}

/* An index of the members is made only where they are looked for all over the place. */
static void test_orders_of_members(void **state)
{
	struct cost same = measure(make_same_order, 1000);
	struct cost opposite = measure(make_object, 1000);
	struct cost any = measure(make_shuffled, 1000);

	(void)state;
	assert_int_equal(same.found, 0);
	assert_int_equal(opposite.allocations, same.allocations);
	assert_int_equal(any.found, 0);
	assert_true(any.allocations > same.allocations);
	/* One expected member, and the first of a thousand is not it. */
	assert_int_equal(measure(make_map, 1000).allocations, measure(make_map, 1).allocations);
}

/* Whatever the order, each member is found, and nothing else for it. */
static void test_all_orders_of_members(void **state)
{
	enum { COUNT = 5, ORDERS = 120 };

	(void)state;
	for (size_t order = 0; order < ORDERS; order++) {
		char names[COUNT + 1] = "abcde";
		char expected[64];
		char actual[64];
		struct mismatches mismatches;
		struct reach reach = {0};
		struct frame root = {.depth = 1};
		struct walk walk;
		cJSON *e, *a;

		for (size_t i = 0, rest = order; i < COUNT; i++) {
			size_t other = i + rest % (COUNT - i);
			char name = names[other];

			rest /= COUNT - i;
			names[other] = names[i];
			names[i] = name;
		}
		/* "d" is another letter's value, and "e" is missing. */
		snprintf(expected, sizeof expected,
			 "{\"a\":\"a\",\"b\":\"b\",\"c\":\"c\",\"d\":\"e\",\"f\":\"f\"}");
		snprintf(actual, sizeof actual,
			 "{\"%c\":\"%c\",\"%c\":\"%c\",\"%c\":\"%c\",\"%c\":\"%c\",\"%c\":\"%c\"}",
			 names[0], names[0], names[1], names[1], names[2], names[2], names[3],
			 names[3], names[4], names[4]);
		e = parse(expected, strlen(expected));
		a = parse(actual, strlen(actual));
		tally__mismatches_init(&mismatches);
		tally__walk_init(&walk, &mismatches, false, NULL);
		tally__match_json(&walk, &root, &reach, e, a);
		assert_int_equal(walk.status, 0);
		assert_int_equal(mismatches.count, 2);
		assert_string_equal(mismatches.items[0].path, "$.d");
		assert_string_equal(mismatches.items[1].path, "$");
		tally__walk_release(&walk);
		tally__mismatches_release(&mismatches);
		cJSON_Delete(e);
		cJSON_Delete(a);
	}
}

/* ---- rules ---- */

static void make_with_idle_rules(struct texts *texts, size_t rules)
{
	char path[64];

	make_each_like(texts, 100);
	for (size_t i = 0; i < rules; i++) {
		snprintf(path, sizeof path, "$[*].other%zu", i);
		add_rule(texts, path, "{\"match\":\"type\"}");
	}
}

static void test_rules_cost_nothing(void **state)
{
	struct cost few = measure(make_with_idle_rules, 10);
	struct cost many = measure(make_with_idle_rules, 10000);

	(void)state;
	assert_int_equal(few.steps, many.steps);
	assert_int_equal(few.allocations, many.allocations);
}

static void make_with_wildcards(struct texts *texts, size_t rules)
{
	char path[64];

	for (size_t i = 0; i < rules; i++) {
		snprintf(path, sizeof path, "$.*[*].x%zu", i);
		add_rule(texts, path, "{\"match\":\"type\"}");
	}
	tally__buf_adds(&texts->expected, "{\"a\":[{\"x1\":1,\"x2\":2,\"x3\":3}]}");
	tally__buf_adds(&texts->actual, "{\"a\":[{\"x1\":4,\"x2\":5,\"x3\":6}]}");
}

/* Each way to write `levels` members "a", by name or as a wildcard, above 100 members: as many
 * positions in the trie are reached at once. */
static void make_overlapping(struct texts *texts, size_t levels)
{
	struct buf path;

	tally__buf_init(&path, SIZE_MAX / 2);
	for (size_t way = 0; way < (size_t)1 << levels; way++) {
		tally__buf_clear(&path);
		tally__buf_adds(&path, "$");
		for (size_t i = 0; i < levels; i++)
			tally__buf_adds(&path, way >> i & 1 ? ".a" : ".*");
		tally__buf_adds(&path, ".other");
		add_rule(texts, path.bytes, "{\"match\":\"type\"}");
	}
	tally__buf_release(&path);
	for (struct buf *text = &texts->expected; text;
	     text = text == &texts->expected ? &texts->actual : NULL) {
		for (size_t i = 0; i < levels; i++)
			tally__buf_adds(text, "{\"a\":");
		add_members(text, 100, false);
		for (size_t i = 0; i < levels; i++)
			tally__buf_adds(text, "}");
	}
}

/* Where rules begin alike they share the way; where wildcards overlap, every way counts. */
static void test_wildcards(void **state)
{
	struct cost few = measure(make_with_wildcards, 4);
	struct cost many = measure(make_with_wildcards, 1000);
	struct cost one = measure(make_overlapping, 0);
	struct cost ways = measure(make_overlapping, 10);

	(void)state;
	assert_int_equal(few.found, 0);
	assert_int_equal(few.steps, many.steps);
	assert_int_equal(few.allocations, many.allocations);
	assert_int_equal(ways.found, 0);
	assert_in_range(one.steps, 100, 500);
	assert_in_range(ways.steps, 100 * 1024 / 8, 100 * 1024);
	assert_int_equal(measure_within(make_overlapping, 10, ways.steps).status, 0);
	assert_int_equal(measure_within(make_overlapping, 10, ways.steps - 1).status, TALLY_ELIMIT);
}

/* ---- what a rule looks at by itself ---- */

/* An element that fits is the last one; the others differ from the example at its end. */
static void make_equal(struct texts *texts, size_t size)
{
	add_rule(texts, "$",
		 "{\"match\":\"arrayContains\",\"variants\":[{\"index\":0,\"rules\":{\"$\":{"
		 "\"matchers\":[{\"match\":\"equality\"}]}}}]}");
	tally__buf_adds(&texts->expected, "[");
	add_numbers(&texts->expected, 100);
	tally__buf_adds(&texts->expected, "]");
	for (size_t i = 0; i < size; i++) {
		tally__buf_adds(&texts->actual, i > 0 ? "," : "[");
		add_numbers(&texts->actual, 100);
		if (i + 1 < size) {
			tally__buf_truncate(&texts->actual, texts->actual.len - 1);
			tally__buf_adds(&texts->actual, "0]");
		}
	}
	tally__buf_adds(&texts->actual, "]");
}

static void test_equality_counts(void **state)
{
	struct cost cost = measure(make_equal, 50);
	struct cost none;

	(void)state;
	assert_int_equal(cost.found, 0);
	assert_in_range(cost.steps, 50 * 100, 2 * 50 * 100);
	assert_int_equal(measure_within(make_equal, 50, cost.steps).status, 0);
	/* Giving up is no verdict, wherever it happens. */
	for (size_t limit = 1; limit < cost.steps; limit += 7) {
		none = measure_within(make_equal, 50, limit);
		assert_int_equal(none.status, TALLY_ELIMIT);
	}
}

/* Each element takes PCRE2 more than LIMIT_REGEX_QUICK_STEPS, and none of them too many. */
static void make_costly(struct texts *texts, size_t size)
{
	add_rule(texts, "$", "{\"match\":\"type\"}");
	add_rule(texts, "$[*]", "{\"match\":\"regex\",\"regex\":\"(x+x+)+y|.*z\"}");
	tally__buf_adds(&texts->expected, "[\"z\"]");
	for (size_t i = 0; i < size; i++) {
		tally__buf_adds(&texts->actual, i > 0 ? "," : "[");
		tally__buf_adds(&texts->actual, "\"xxxxxxxxxxxxxxxxz\"");
	}
	tally__buf_adds(&texts->actual, "]");
}

static void test_costly_expressions_count(void **state)
{
	struct cost cost = measure(make_costly, 20);

	(void)state;
	assert_int_equal(cost.found, 0);
	assert_in_range(cost.steps, 20 * 20000, 20 * 20000 + 200);
	assert_int_equal(measure_within(make_costly, 20, cost.steps).status, 0);
	assert_int_equal(measure_within(make_costly, 20, cost.steps / 2).status, TALLY_ELIMIT);
}

/* ---- hints ---- */

/* Variants of which none is there, in a list that would take far too long to search for each. */
static void make_hints(struct texts *texts, size_t size)
{
	tally__buf_adds(&texts->rules, "\"$\":{\"matchers\":[{\"match\":\"arrayContains\","
				       "\"variants\":[");
	for (size_t i = 0; i < 60; i++)
		tally__buf_addf(&texts->rules,
				"%s{\"index\":0,\"rules\":{\"$.l[*]\":{\"matchers\":[{"
				"\"match\":\"type\"}]}}}",
				i > 0 ? "," : "");
	tally__buf_adds(&texts->rules, "]}]}");
	tally__buf_adds(&texts->expected, "[{\"a\":2,\"l\":[1],\"z\":2}]");
	for (size_t i = 0; i < size; i++)
		tally__buf_addf(&texts->actual, "%s{\"a\":1,\"l\":[1,2,3,4],\"z\":1}",
				i > 0 ? "," : "[");
	tally__buf_adds(&texts->actual, "]");
}

static void test_hints_are_bounded(void **state)
{
	struct cost few = measure(make_hints, 10);
	struct cost many = measure(make_hints, 4000);

	(void)state;
	assert_int_equal(few.found, many.found);
	assert_in_range(few.hint_steps, 60 * 10, LIMIT_HINT_STEPS / 2);
	assert_in_range(many.hint_steps, LIMIT_HINT_STEPS / 2, LIMIT_HINT_STEPS);
}

/* ---- several rules at each of many levels ---- */

/* An object in an object and so on, and rules for every other level from the top. */
static void make_nested(struct texts *texts, size_t depth, const char *rules, const char *leaf)
{
	struct buf path;

	tally__buf_init(&path, SIZE_MAX / 2);
	tally__buf_adds(&path, "$");
	for (size_t i = 0; i < depth; i++) {
		add_rule(texts, path.bytes, rules);
		tally__buf_adds(&path, ".*");
		tally__buf_adds(&texts->expected, "{\"a\":");
		tally__buf_adds(&texts->actual, "{\"a\":");
	}
	tally__buf_adds(&texts->expected, "1");
	tally__buf_adds(&texts->actual, leaf);
	for (size_t i = 0; i < depth; i++) {
		tally__buf_adds(&texts->expected, "}");
		tally__buf_adds(&texts->actual, "}");
	}
	tally__buf_release(&path);
}

#define EACH_VALUE "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"type\"}]}"
#define EACH_KEY   "{\"match\":\"eachKey\",\"rules\":[{\"match\":\"include\",\"value\":\"a\"}]}"

static void make_each_key_and_value(struct texts *texts, size_t depth)
{
	make_nested(texts, depth, EACH_KEY "," EACH_VALUE, "1");
}

static void make_each_value_and_type(struct texts *texts, size_t depth)
{
	make_nested(texts, depth, EACH_VALUE ",{\"match\":\"type\"}", "1");
}

static void make_each_value_twice(struct texts *texts, size_t depth)
{
	make_nested(texts, depth, EACH_VALUE "," EACH_VALUE, "1");
}

static void make_values_and_type(struct texts *texts, size_t depth)
{
	make_nested(texts, depth, "{\"match\":\"values\"},{\"match\":\"type\"}", "1");
}

static void make_failing(struct texts *texts, size_t depth)
{
	make_nested(texts, depth, EACH_VALUE "," EACH_KEY ",{\"match\":\"type\"}", "\"text\"");
}

static void make_nested_lists(struct texts *texts, size_t depth)
{
	make_nested(texts, depth, EACH_VALUE ",{\"match\":\"type\"}", "1");
	/* The same with lists. */
	for (struct buf *text = &texts->expected; text;
	     text = text == &texts->expected ? &texts->actual : NULL) {
		size_t from = text == &texts->expected;

		tally__buf_truncate(text, from);
		for (size_t i = 0; i < depth; i++)
			tally__buf_adds(text, "[");
		tally__buf_adds(text, "1");
		for (size_t i = 0; i < depth; i++)
			tally__buf_adds(text, "]");
	}
}

/* 200 levels are at most four times the work of 100 and a little, where every level that doubled
 * it would never end. */
static void assert_bounded(void (*make)(struct texts *, size_t), size_t found)
{
	struct cost half = measure(make, 100);
	struct cost whole = measure(make, 200);

	assert_in_range(whole.steps, 200, 4 * half.steps + 100);
	assert_in_range(whole.steps, 200, 20000);
	assert_in_range(whole.found, found, found == 0 ? 0 : 20000);
}

static void test_nested_rules(void **state)
{
	(void)state;
	assert_bounded(make_each_key_and_value, 0);
	assert_bounded(make_each_value_and_type, 0);
	assert_bounded(make_each_value_twice, 0);
	assert_bounded(make_values_and_type, 0);
	assert_bounded(make_nested_lists, 0);
	assert_bounded(make_failing, 1);
}

/* What is not looked at a second time is still found the first time. */
static void test_nested_rules_find_what_is_wrong(void **state)
{
	(void)state;
	for (size_t depth = 1; depth < 12; depth++)
		assert_true(measure(make_failing, depth).found > 0);
}

/* What is remembered of nested rules may find no memory. */
static void test_allocations(void **state)
{
	static const char document[] = "[{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}},{\"body\":{"
				       "\"$\":{\"matchers\":[" EACH_KEY "," EACH_VALUE "]},"
				       "\"$.*\":{\"matchers\":[" EACH_KEY "," EACH_VALUE "]},"
				       "\"$.*.*\":{\"matchers\":[" EACH_KEY "," EACH_VALUE "]}}}]";
	cJSON *value = parse(document, sizeof document - 1);
	struct tally_error error = TALLY_ERROR_INIT;
	int status = TALLY_ENOMEM;
	struct rules rules;
	long n = 0;

	(void)state;
	assert_int_equal(tally__rules_compile(&rules, value->child->next, &error), 0);
	for (; status != 0; n++) {
		struct mismatches mismatches;
		struct frame root = {.depth = 1};
		struct reach reach;
		struct walk walk;

		assert_in_range(n, 0, 1000);
		tally__mismatches_init(&mismatches);
		tally__mem_fail_after(n);
		tally__walk_init(&walk, &mismatches, false, NULL);
		if (tally__reach_root(&walk, rules.body, &reach))
			tally__match_json(&walk, &root, &reach, value->child, value->child);
		tally__mem_fail_after(-1);
		status = walk.status;
		assert_true(status == 0 || status == TALLY_ENOMEM);
		assert_int_equal(mismatches.count, 0);
		tally__walk_release(&walk);
		tally__mismatches_release(&mismatches);
	}
	assert_true(n > 4);
	tally__rules_release(&rules);
	cJSON_Delete(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_and_objects),
		cmocka_unit_test(test_orders_of_members),
		cmocka_unit_test(test_all_orders_of_members),
		cmocka_unit_test(test_rules_cost_nothing),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_equality_counts),
		cmocka_unit_test(test_costly_expressions_count),
		cmocka_unit_test(test_hints_are_bounded),
		cmocka_unit_test(test_nested_rules),
		cmocka_unit_test(test_nested_rules_find_what_is_wrong),
		cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests_name("matching/growth", tests, NULL, NULL);
}
