/* Matching beside a plain comparison of the two trees, and how its time grows with the number of
 * rules: it should not. */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "bench.h"
#include "matching/match.h"

struct exchange {
	cJSON *expected;
	cJSON *actual;
	cJSON *copy; /* of the actual body, for cJSON_Compare, which looks at addresses first */
	struct arena arena;
	struct response response;
	struct response answer;
	struct matcher *matcher;
	size_t body_bytes;
};

static void add_order(struct buf *out, unsigned i)
{
	tally__buf_addf(
		out,
		"{\"id\":%u,\"customer\":\"J\\u00f6rg Example\",\"total\":%u.50,\"currency\":"
		"\"EUR\",\"paid\":true,\"note\":null,\"placed\":\"2024-06-01T12:00:00Z\","
		"\"lines\":[{\"sku\":\"A-%u\",\"count\":%u,\"price\":12.30},{\"sku\":\"B-%u\","
		"\"count\":1,\"price\":7.99}]}",
		i, i, i, i % 9, i);
}

static void add_orders(struct buf *out, size_t bytes, unsigned first)
{
	size_t start = out->len;

	tally__buf_adds(out, "{\"orders\":[");
	for (unsigned i = 0; i == 0 || out->len - start < bytes; i++) {
		tally__buf_adds(out, i > 0 ? "," : "");
		add_order(out, first + i);
	}
	tally__buf_adds(out, "]}");
}

/* What a consumer's library writes, and `idle` rules more for what is not in the body. */
static void add_rules(struct buf *out, unsigned idle)
{
	tally__buf_adds(
		out,
		"\"matchingRules\":{\"body\":{\"$.orders\":{\"matchers\":[{\"match\":\"type\","
		"\"min\":"
		"1}]},\"$.orders[*].id\":{\"matchers\":[{\"match\":\"integer\"}]},\"$.orders[*]."
		"placed\":{\"matchers\":[{\"match\":\"regex\",\"regex\":\"\\\\d{4}-\\\\d\\\\d-"
		"\\\\d\\\\"
		"dT.*\"}]},\"$.orders[*].total\":{\"matchers\":[{\"match\":\"decimal\"}]},\"$."
		"orders[*]"
		".lines\":{\"matchers\":[{\"match\":\"type\",\"min\":1}]},\"$.orders[*].lines[*].*"
		"\":{"
		"\"matchers\":[{\"match\":\"type\"}]}");
	for (unsigned i = 0; i < idle; i++) {
		tally__buf_addf(
			out, ",\"$.orders[*].member%u\":{\"matchers\":[{\"match\":\"type\"}]}", i);
	}
	tally__buf_adds(out, "}}");
}

static cJSON *parse(const struct buf *text)
{
	cJSON *value = NULL;

	if (text->status != 0 || tally_json_parse(&value, text->bytes, text->len, NULL) != 0) {
		abort();
	}
	return value;
}

static void prepare(struct exchange *exchange, size_t bytes, unsigned first, unsigned idle_rules,
		    bool with_rules)
{
	struct buf text;

	tally__arena_init(&exchange->arena, 0);
	tally__buf_init(&text, bytes * 8 + ((size_t)1 << 22));
	tally__buf_adds(&text, "{\"body\":");
	add_orders(&text, bytes, first);
	exchange->body_bytes = text.len - strlen("{\"body\":");
	tally__buf_adds(&text, "}");
	exchange->actual = parse(&text);
	tally__buf_clear(&text);
	tally__buf_adds(&text, "{\"body\":");
	add_orders(&text, with_rules ? 1 : bytes, with_rules ? 1 : first);
	if (with_rules) {
		tally__buf_adds(&text, ",");
		add_rules(&text, idle_rules);
	}
	tally__buf_adds(&text, "}");
	exchange->expected = parse(&text);
	tally__buf_release(&text);
	if (tally__response_read(&exchange->response, &exchange->arena, exchange->expected,
				 TALLY_SPEC_V3, NULL) != 0 ||
	    tally__response_read(&exchange->answer, &exchange->arena, exchange->actual,
				 TALLY_SPEC_V3, NULL) != 0 ||
	    tally__matcher_new_response(&exchange->matcher, &exchange->response, NULL) != 0) {
		abort();
	}
	exchange->copy = tally__json_clone(exchange->answer.body.json);
}

static void release(struct exchange *exchange)
{
	tally__matcher_free(exchange->matcher);
	tally__arena_release(&exchange->arena);
	cJSON_Delete(exchange->expected);
	cJSON_Delete(exchange->actual);
	cJSON_Delete(exchange->copy);
}

static void run_match(void *context)
{
	const struct exchange *exchange = context;
	struct mismatches mismatches;

	tally__mismatches_init(&mismatches);
	if (tally__match_response(exchange->matcher, &exchange->answer, &mismatches, NULL) != 0 ||
	    mismatches.count > 0) {
		abort();
	}
	tally__mismatches_release(&mismatches);
}

static void run_compare(void *context)
{
	const struct exchange *exchange = context;

	if (!cJSON_Compare(exchange->answer.body.json, exchange->copy, 1)) {
		abort();
	}
}

static void measure_size(const char *name, size_t bytes)
{
	struct exchange with_rules;
	struct exchange without;
	struct bench_case cases[3] = {{run_match, &with_rules, 0, 0},
				      {run_match, &without, 0, 0},
				      {run_compare, &with_rules, 0, 0}};
	char what[64];

	prepare(&with_rules, bytes, 1, 0, true);
	prepare(&without, bytes, 1, 0, false);
	bench_run(cases, 3);
	snprintf(what, sizeof what, "match: %s, 6 rules", name);
	bench_row(what, bench_mb_per_s(&cases[0], with_rules.body_bytes), "MB/s", "cJSON_Compare",
		  bench_mb_per_s(&cases[2], with_rules.body_bytes),
		  cases[0].median_ns / cases[2].median_ns);
	snprintf(what, sizeof what, "match: %s, equality", name);
	bench_row(what, bench_mb_per_s(&cases[1], without.body_bytes), "MB/s", "cJSON_Compare",
		  bench_mb_per_s(&cases[2], with_rules.body_bytes),
		  cases[1].median_ns / cases[2].median_ns);
	release(&with_rules);
	release(&without);
}

static void measure_rules(unsigned idle_rules)
{
	struct exchange few;
	struct exchange many;
	struct bench_case cases[2] = {{run_match, &many, 0, 0}, {run_match, &few, 0, 0}};
	char what[64];

	prepare(&few, 100000, 1, 0, true);
	prepare(&many, 100000, 1, idle_rules, true);
	bench_run(cases, 2);
	snprintf(what, sizeof what, "match: 100 kB, %u rules", idle_rules + 6);
	bench_row(what, bench_mb_per_s(&cases[0], many.body_bytes), "MB/s", "6 rules",
		  bench_mb_per_s(&cases[1], few.body_bytes),
		  cases[0].median_ns / cases[1].median_ns);
	release(&few);
	release(&many);
}

int main(void)
{
	measure_size("1 kB", 1000);
	measure_size("100 kB", 100000);
	measure_size("1 MB", 1000000);
	measure_rules(94);
	measure_rules(994);
	measure_rules(9994);
	return 0;
}
