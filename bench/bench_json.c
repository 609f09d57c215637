/* The JSON door beside plain cJSON_Parse and cJSON_PrintUnformatted, in the same run. */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "bench.h"
#include "format/json.h"

static void add_interaction(struct buf *out, unsigned i)
{
	tally__buf_addf(
		out,
		"{\"description\":\"a request for order %u\",\"providerStates\":[{\"name\":\"an "
		"order exists\",\"params\":{\"id\":%u}}],\"request\":{\"method\":\"GET\",\"path\":"
		"\"/orders/%u\",\"headers\":{\"Accept\":[\"application/json\"]}},\"response\":{"
		"\"status\":200,\"headers\":{\"Content-Type\":[\"application/json; "
		"charset=utf-8\"]},\"body\":{\"id\":%u,\"customer\":\"J\\u00f6rg "
		"Example\",\"total\":%u.50,\"currency\":\"EUR\",\"paid\":true,\"note\":null,"
		"\"lines\":[{\"sku\":\"A-%u\",\"count\":%u,\"price\":12.30},{\"sku\":\"B-%u\","
		"\"count\":1,\"price\":7.99}]},\"matchingRules\":{\"body\":{\"$.id\":{\"matchers\""
		":[{\"match\":\"integer\"}]},\"$.lines[*].sku\":{\"matchers\":[{\"match\":"
		"\"regex\",\"regex\":\"^[A-Z]-[0-9]+$\"}]}}}}}",
		i, i, i, i, i, i, i % 9, i);
}

/* A contract of about `bytes`. */
static void make_contract(struct buf *out, size_t bytes)
{
	unsigned i = 0;

	tally__buf_adds(out, "{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":"
			     "\"orders\"},\"interactions\":[");
	do {
		if (i > 0)
			tally__buf_addc(out, ',');
		add_interaction(out, i++);
	} while (out->len < bytes);
	tally__buf_adds(out, "],\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}}}");
}

static void run_door(void *context)
{
	const struct buf *text = context;
	cJSON *value;

	if (tally_json_parse(&value, text->bytes, text->len, NULL) != 0)
		abort();
	cJSON_Delete(value);
}

static void run_plain(void *context)
{
	const struct buf *text = context;
	cJSON *value = cJSON_ParseWithLength(text->bytes, text->len);

	if (value == NULL)
		abort();
	cJSON_Delete(value);
}

static void run_write(void *context)
{
	char *text;

	if (tally_json_write(&text, NULL, context, TALLY_JSON_CANONICAL, NULL) != 0)
		abort();
	tally_free(text);
}

static void run_print(void *context)
{
	char *text = cJSON_PrintUnformatted(context);

	if (text == NULL)
		abort();
	cJSON_free(text);
}

static void measure(const char *name, size_t bytes, bool pretty)
{
	struct buf text;
	struct bench_case parse[2] = {{run_door, &text, 0, 0}, {run_plain, &text, 0, 0}};
	struct bench_case write[2] = {{run_write, NULL, 0, 0}, {run_print, NULL, 0, 0}};
	char what[64];
	cJSON *value;

	tally__buf_init(&text, bytes * 8 + 4096);
	make_contract(&text, bytes);
	if (tally_json_parse(&value, text.bytes, text.len, NULL) != 0)
		abort();
	if (pretty) {
		tally__buf_clear(&text);
		if (tally__json_add(&text, value, TALLY_JSON_PRETTY) != 0)
			abort();
	}
	write[0].context = write[1].context = value;
	bench_run(parse, 2);
	snprintf(what, sizeof(what), "json: parse %s", name);
	bench_row(what, bench_mb_per_s(&parse[0], text.len), "MB/s", "cJSON_Parse",
		  bench_mb_per_s(&parse[1], text.len), parse[0].median_ns / parse[1].median_ns);
	if (!pretty) {
		bench_run(write, 2);
		snprintf(what, sizeof(what), "json: write %s, sorted", name);
		bench_row(what, bench_mb_per_s(&write[0], text.len), "MB/s", "cJSON_Print",
			  bench_mb_per_s(&write[1], text.len),
			  write[0].median_ns / write[1].median_ns);
	}
	cJSON_Delete(value);
	tally__buf_release(&text);
}

int main(void)
{
	bench_keep_memory();
	measure("1 kB", 800, false);
	measure("100 kB", 100000, false);
	measure("100 kB, pretty", 50000, true);
	measure("5 MB", 5000000, false);
	return 0;
}
