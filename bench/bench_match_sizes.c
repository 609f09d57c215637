/* How the time of a comparison grows with the size of the body and the number of rules: a table.
 * Each line has the time of cJSON_Parse alone for the same text, in the same run, beside that for
 * what a mock or verifier does with it: parsing it strictly and matching it. */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "bench.h"
#include "matching/match.h"

/* One line of the table: the expected body and its rules, and what came. */
struct shape {
	const char *name;
	struct buf expected;
	struct buf rules; /* the members of "body" */
	struct buf actual;
	size_t rule_count;
};

static void add_rule(struct shape *shape, const char *path, const char *rule)
{
	tally__buf_addf(&shape->rules, "%s\"%s\":{\"matchers\":[%s]}",
			shape->rule_count++ > 0 ? "," : "", path, rule);
}

static void add_order(struct buf *out, unsigned i)
{
	tally__buf_addf(
		out,
		"{\"id\":%u,\"customer\":\"J\\u00f6rg Example\",\"total\":%u.50,\"currency\":"
		"\"EUR\",\"paid\":true,\"note\":null,\"placed\":\"2024-06-01\","
		"\"lines\":[{\"sku\":\"A-%u\",\"count\":%u,\"price\":12.30},{\"sku\":\"B-%u\","
		"\"count\":1,\"price\":7.99}]}",
		i, i, i, i % 9, i);
}

static void add_orders(struct buf *out, size_t bytes)
{
	size_t start = out->len;

	tally__buf_adds(out, "{\"orders\":[");
	for (unsigned i = 0; i == 0 || out->len - start < bytes; i++) {
		tally__buf_adds(out, i > 0 ? "," : "");
		add_order(out, i + 1);
	}
	tally__buf_adds(out, "]}");
}

/* A list of orders: 14 rules that apply to it, and others up to `rules`. */
static void make_orders(struct shape *shape, size_t bytes, size_t rules)
{
	static const char *const used[][2] = {
		{"$.orders", "{\"match\":\"type\",\"min\":1}"},
		{"$.orders[*].id", "{\"match\":\"integer\"}"},
		{"$.orders[*].customer", "{\"match\":\"type\"}"},
		{"$.orders[*].total", "{\"match\":\"decimal\"}"},
		{"$.orders[*].currency", "{\"match\":\"include\",\"value\":\"EUR\"}"},
		{"$.orders[*].paid", "{\"match\":\"boolean\"}"},
		{"$.orders[*].note", "{\"match\":\"null\"}"},
		{"$.orders[*].placed", "{\"match\":\"date\",\"format\":\"yyyy-MM-dd\"}"},
		{"$.orders[*].lines", "{\"match\":\"type\",\"min\":1}"},
		{"$.orders[*].lines[*].sku", "{\"match\":\"notEmpty\"}"},
		{"$.orders[*].lines[*].count", "{\"match\":\"number\"}"},
		{"$.orders[*].lines[*].price", "{\"match\":\"decimal\"}"},
		{"$.orders[*].lines[*].*", "{\"match\":\"type\"}"},
		{"$.orders[*].*", "{\"match\":\"type\"}"},
	};
	char path[64];

	for (size_t i = 0; rules > 0 && i < sizeof used / sizeof used[0]; i++)
		add_rule(shape, used[i][0], used[i][1]);
	while (shape->rule_count < rules) {
		snprintf(path, sizeof path, "$.orders[*].other%zu", shape->rule_count);
		add_rule(shape, path, "{\"match\":\"type\"}");
	}
	add_orders(&shape->expected, rules > 0 ? 1 : bytes);
	add_orders(&shape->actual, bytes);
}

/* As many rules as there are orders, each for one of them. */
static void make_places(struct shape *shape, size_t count)
{
	char path[64];

	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof path, "$.orders[%zu].id", i);
		add_rule(shape, path, "{\"match\":\"integer\"}");
	}
	tally__buf_adds(&shape->expected, "{\"orders\":[");
	for (unsigned i = 0; i < count; i++) {
		tally__buf_adds(&shape->expected, i > 0 ? "," : "");
		add_order(&shape->expected, i + 1);
	}
	tally__buf_adds(&shape->expected, "]}");
	tally__buf_add(&shape->actual, shape->expected.bytes, shape->expected.len);
}

/* eachLike: an example of one element, and any number of them. */
static void make_list(struct shape *shape, size_t count)
{
	add_rule(shape, "$.items", "{\"match\":\"type\",\"min\":1}");
	add_rule(shape, "$.items[*].*", "{\"match\":\"type\"}");
	tally__buf_adds(&shape->expected, "{\"items\":[{\"id\":1,\"name\":\"x\"}]}");
	tally__buf_adds(&shape->actual, "{\"items\":[");
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(&shape->actual, "%s{\"id\":%zu,\"name\":\"item %zu\"}",
				i > 0 ? "," : "", i, i);
	tally__buf_adds(&shape->actual, "]}");
}

static void add_members(struct buf *out, size_t count, bool backwards)
{
	tally__buf_adds(out, "{");
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(out, "%s\"member-%zu\":%zu", i > 0 ? "," : "",
				backwards ? count - 1 - i : i, i);
	tally__buf_adds(out, "}");
}

static void make_object(struct shape *shape, size_t count)
{
	add_rule(shape, "$.*", "{\"match\":\"integer\"}");
	add_members(&shape->expected, count, false);
	add_members(&shape->actual, count, false);
}

/* No member comes where it is expected, nor beside the one before, so that each has to be looked
 * for; `count` is no multiple of the step. */
static void make_shuffled(struct shape *shape, size_t count)
{
	add_rule(shape, "$.*", "{\"match\":\"integer\"}");
	add_members(&shape->expected, count, false);
	tally__buf_adds(&shape->actual, "{");
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(&shape->actual, "%s\"member-%zu\":%zu", i > 0 ? "," : "",
				i * 7919 % count, i);
	tally__buf_adds(&shape->actual, "}");
}

static void make_backwards(struct shape *shape, size_t count)
{
	add_rule(shape, "$.*", "{\"match\":\"integer\"}");
	add_members(&shape->expected, count, false);
	add_members(&shape->actual, count, true);
}

/* One whose names are free. */
static void make_map(struct shape *shape, size_t count)
{
	add_rule(shape, "$",
		 "{\"match\":\"eachKey\",\"rules\":[{\"match\":\"include\",\"value\":\"-\"}]},"
		 "{\"match\":\"eachValue\",\"rules\":[{\"match\":\"integer\"}]}");
	tally__buf_adds(&shape->expected, "{\"key-1\":1}");
	add_members(&shape->actual, count, true);
}

/* Two ways an element may look, of which the last element is one. */
static void make_contains(struct shape *shape, size_t count)
{
	add_rule(shape, "$",
		 "{\"match\":\"arrayContains\",\"variants\":[{\"index\":0,\"rules\":{\"$.id\":{"
		 "\"matchers\":[{\"match\":\"integer\"}]}}},{\"index\":1,\"rules\":{\"$.id\":{"
		 "\"matchers\":[{\"match\":\"integer\"}]}}}]}");
	tally__buf_adds(&shape->expected,
			"[{\"kind\":\"first\",\"id\":1},{\"kind\":\"last\",\"id\":2}]");
	tally__buf_adds(&shape->actual, "[");
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(&shape->actual, "%s{\"kind\":\"%s\",\"id\":%zu}", i > 0 ? "," : "",
				i == 0           ? "first"
				: i + 1 == count ? "last"
						 : "other",
				i);
	tally__buf_adds(&shape->actual, "]");
}

struct comparison {
	struct arena arena;
	cJSON *document;
	struct response expected;
	struct response actual;
	struct matcher *matcher;
	const struct shape *shape;
};

static void prepare(struct comparison *c, const struct shape *shape)
{
	struct buf text;

	*c = (struct comparison){.shape = shape};
	tally__arena_init(&c->arena, 0);
	tally__buf_init(&text, SIZE_MAX / 2);
	tally__buf_addf(&text, "{\"body\":%s,\"matchingRules\":{\"body\":{%s}}}",
			shape->expected.bytes, shape->rule_count > 0 ? shape->rules.bytes : "");
	if (text.status != 0 || tally_json_parse(&c->document, text.bytes, text.len, NULL) != 0 ||
	    tally__response_read(&c->expected, &c->arena, c->document, TALLY_SPEC_V3, NULL) != 0 ||
	    tally__matcher_new_response(&c->matcher, &c->expected, NULL) != 0)
		abort();
	c->actual = (struct response){.status = c->expected.status,
				      .body = {.state = BODY_PRESENT,
					       .content_type = "application/json",
					       .bytes = shape->actual.bytes,
					       .len = shape->actual.len}};
	tally__buf_release(&text);
}

static void run_tally(void *context)
{
	const struct comparison *c = context;
	struct mismatches mismatches;

	tally__mismatches_init(&mismatches);
	if (tally__match_response(c->matcher, &c->actual, &mismatches, NULL) != 0)
		abort();
	if (mismatches.count > 0) {
		fprintf(stderr, "%s: %s\n", c->shape->name, mismatches.items[0].message);
		abort();
	}
	tally__mismatches_release(&mismatches);
}

static void run_cjson(void *context)
{
	const struct comparison *c = context;
	cJSON *value = cJSON_ParseWithLength(c->actual.body.bytes, c->actual.body.len);

	if (value == NULL)
		abort();
	cJSON_Delete(value);
}

static void measure(const char *name, void (*make)(struct shape *, size_t), size_t count)
{
	struct shape shape = {.name = name};
	struct comparison c;
	struct bench_case cases[2] = {{run_tally, &c, 0, 0}, {run_cjson, &c, 0, 0}};

	tally__buf_init(&shape.expected, SIZE_MAX / 2);
	tally__buf_init(&shape.rules, SIZE_MAX / 2);
	tally__buf_init(&shape.actual, SIZE_MAX / 2);
	make(&shape, count);
	prepare(&c, &shape);
	bench_run(cases, 2);
	printf("%-36s %9.1f %7zu %12.3f %12.3f %7.2f\n", name, (double)shape.actual.len / 1e3,
	       shape.rule_count, cases[0].median_ns / 1e6, cases[1].median_ns / 1e6,
	       cases[0].median_ns / cases[1].median_ns);
	fflush(stdout);
	tally__matcher_free(c.matcher);
	tally__arena_release(&c.arena);
	cJSON_Delete(c.document);
	tally__buf_release(&shape.expected);
	tally__buf_release(&shape.rules);
	tally__buf_release(&shape.actual);
}

static void orders_1kb(struct shape *shape, size_t rules)
{
	make_orders(shape, 1000, rules);
}

static void orders_100kb(struct shape *shape, size_t rules)
{
	make_orders(shape, 100000, rules);
}

static void orders_1mb(struct shape *shape, size_t rules)
{
	make_orders(shape, 1000000, rules);
}

int main(void)
{
	static const size_t rules[] = {0, 14, 1000, 10000};

	bench_keep_memory();
	printf("%-36s %9s %7s %12s %12s %7s\n", "parse and match", "kB", "rules", "Tally, ms",
	       "cJSON, ms", "ratio");
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		measure("orders", orders_1kb, rules[i]);
		measure("orders", orders_100kb, rules[i]);
		measure("orders", orders_1mb, rules[i]);
	}
	measure("orders, a rule for each", make_places, 4500);
	measure("eachLike, 1,000 elements", make_list, 1000);
	measure("eachLike, 10,000 elements", make_list, 10000);
	measure("eachLike, 100,000 elements", make_list, 100000);
	measure("object, 50,000 members", make_object, 50000);
	measure("object, backwards, 50,000 members", make_backwards, 50000);
	measure("object, shuffled, 500 members", make_shuffled, 500);
	measure("object, shuffled, 5,000 members", make_shuffled, 5000);
	measure("object, shuffled, 50,000 members", make_shuffled, 50000);
	measure("eachKey, eachValue, 50,000 members", make_map, 50000);
	measure("arrayContains, 1,000 elements", make_contains, 1000);
	measure("arrayContains, 100,000 elements", make_contains, 100000);
	return 0;
}
