/* One request to a mock provider that expects 1, 100 or 1,000 interactions: POST with a JSON body
 * of 1 kB, for which there are 14 rules, over a connection that is kept open; it matches the last
 * of them.  bench_request [LIBRARY]: beside the reference implementation, when its library is
 * given. */
#include "config.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <tally.h>

#include "base/buf.h"
#include "base/limits.h"
#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bench.h"
#include "client.h"
#include "reference.h"

#define MAX_SAMPLES 1001
/* The reference implementation takes seconds for a request. */
#define TIME_BOX_NS 10e9

/* ---- what is expected, and what is sent ---- */

static void add_rule(struct buf *out, const char *name, const char *type, const char *value)
{
	tally__buf_addf(out, "\"%s\":{\"pact:matcher:type\":\"%s\",\"value\":%s},", name, type,
			value);
}

static void add_template(struct buf *out)
{
	tally__buf_adds(
		out, "{\"orders\":{\"pact:matcher:type\":\"type\",\"min\":1,\"value\":[{\"lines\":"
		     "{\"pact:matcher:type\":\"type\",\"min\":1,\"value\":[{");
	add_rule(out, "sku", "type", "\"A-1\"");
	add_rule(out, "count", "integer", "3");
	add_rule(out, "price", "decimal", "12.25");
	tally__buf_truncate(out, out->len - 1);
	tally__buf_adds(out, "}]},");
	add_rule(out, "id", "integer", "1");
	add_rule(out, "customer", "type", "\"Example\"");
	add_rule(out, "total", "decimal", "1.5");
	add_rule(out, "currency", "include", "\"EUR\"");
	add_rule(out, "paid", "boolean", "true");
	add_rule(out, "note", "type", "\"none\"");
	add_rule(out, "weight", "number", "2.5");
	add_rule(out, "city", "type", "\"Lund\"");
	tally__buf_adds(out, "\"placed\":{\"pact:matcher:type\":\"date\",\"format\":\"yyyy-MM-dd\","
			     "\"value\":\"2024-06-01\"}}]}}");
}

static void add_orders(struct buf *out)
{
	tally__buf_adds(out, "{\"orders\":[");
	for (unsigned i = 0; out->len < 850; i++)
		tally__buf_addf(out,
				"%s{\"id\":%u,\"customer\":\"Sam Example\",\"total\":%u.5,"
				"\"currency\":\"EUR\",\"paid\":true,\"note\":\"none\",\"weight\":"
				"2.5,\"city\":\"Lund\",\"placed\":\"2024-06-01\",\"lines\":[{"
				"\"sku\":\"A-%u\",\"count\":3,\"price\":12.25},{\"sku\":\"B-%u\","
				"\"count\":1,\"price\":7.75}]}",
				i > 0 ? "," : "", i, i, i, i);
	tally__buf_adds(out, "]}");
}

static void add_request(struct buf *out, unsigned number)
{
	struct buf body;

	tally__buf_init(&body, LIMIT_DOCUMENT_BYTES);
	add_orders(&body);
	tally__buf_addf(out,
			"POST /orders/%u HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
			"application/json\r\nContent-Length: %zu\r\n\r\n",
			number, body.len);
	tally__buf_add(out, body.bytes, body.len);
	tally__buf_release(&body);
}

/* ---- the two mock providers ---- */

struct mock {
	struct tally_contract *contract;
	struct tally_mock *tally;
	struct reference_pact pact;
	unsigned short port;
};

static bool start_tally(struct mock *out, const struct buf *template, unsigned count)
{
	const struct tally_mock_options options = {0};
	struct buf text;
	bool success;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&text, "{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":"
			       "\"orders\"},\"interactions\":[");
	for (unsigned i = 0; i < count; i++)
		tally__buf_addf(&text,
				"%s{\"description\":\"order %u\",\"request\":{\"method\":\"POST\","
				"\"path\":\"/orders/%u\",\"headers\":{\"Content-Type\":"
				"\"application/json\"},\"body\":%s},\"response\":{\"status\":200}}",
				i > 0 ? "," : "", i, i, template->bytes);
	tally__buf_adds(&text, "]}");
	success = tally__buf_status(&text, NULL) == 0 &&
		  tally_expectations_parse(&out->contract, text.bytes, text.len, NULL) == 0 &&
		  tally_mock_start(&out->tally, out->contract, &options, NULL) == 0;
	tally__buf_release(&text);
	if (success)
		out->port = (unsigned short)strtoul(strrchr(tally_mock_url(out->tally), ':') + 1,
						    NULL, 10);
	return success;
}

static void stop_tally(struct mock *mock)
{
	tally_mock_stop(mock->tally);
	tally_contract_free(mock->contract);
}

static bool start_reference(struct mock *out, const struct reference *reference,
			    const struct buf *template, unsigned count)
{
	int32_t port;
	char text[32];

	out->pact = reference->new_pact("web-shop", "orders");
	reference->with_specification(out->pact, REFERENCE_V3);
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(text, sizeof(text), "/orders/%u", i);
		reference_add(reference, out->pact, text, "POST", text, template->bytes, NULL);
	}
	port = reference->start(out->pact, "127.0.0.1", 0, "http", NULL);
	out->port = (unsigned short)port;
	return port > 0;
}

static void stop_reference(struct mock *mock, const struct reference *reference)
{
	reference->stop(mock->port);
	reference->free_pact(mock->pact);
}

/* ---- measuring ---- */

static void fail(const char *what)
{
	fprintf(stderr, "bench_request: %s\n", what);
	exit(1);
}

/* The median of as many requests as fit into the time box; the first of them is not counted where
 * there are others. */
static double request_ns(unsigned short port, unsigned count, size_t *done)
{
	static double samples[MAX_SAMPLES];
	char room[4096];
	struct client_answer answer;
	struct buf text;
	int fd = client_connect(port, false);
	double begin = bench_now_ns();

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	add_request(&text, count - 1);
	*done = 0;
	for (size_t i = 0; i < MAX_SAMPLES && (i == 0 || bench_now_ns() - begin < TIME_BOX_NS);
	     i++) {
		double start = bench_now_ns();

		if (fd < 0 ||
		    client_ask(fd, text.bytes, text.len, room, sizeof(room), &answer) != 0)
			fail("a request failed");
		if (answer.status != 200)
			fail(room);
		*done = i > 0 ? i : 1;
		samples[*done - 1] = bench_now_ns() - start;
	}
	tally__buf_release(&text);
	close(fd);
	return bench_median(samples, *done);
}

static void measure(const struct reference *reference, const struct buf *template, unsigned count)
{
	struct mock mock = {0};
	char what[64];
	double ours;
	double theirs = 0;
	size_t done = 0;

	if (!start_tally(&mock, template, count))
		fail("Tally's mock does not start");
	ours = request_ns(mock.port, count, &done);
	stop_tally(&mock);
	if (reference != NULL) {
		if (!start_reference(&mock, reference, template, count))
			fail("the mock of the reference implementation does not start");
		theirs = request_ns(mock.port, count, &done);
		stop_reference(&mock, reference);
	}
	(void)snprintf(what, sizeof(what), "request: POST 1 kB, of %u", count);
	bench_row_ms(what, ours / 1e6, theirs / 1e6);
	if (done < MAX_SAMPLES - 1)
		printf("%-36s %13s   in the time given, reference: %zu\n", "", "", done);
}

int main(int argc, char **argv)
{
	static const unsigned counts[] = {1, 100, 1000};
	struct reference reference;
	struct buf template;

	if (argc > 1 && reference_load(&reference, argv[1]) != 0)
		return 1;
	tally__buf_init(&template, LIMIT_DOCUMENT_BYTES);
	add_template(&template);
	if (tally__buf_status(&template, NULL) != 0)
		fail("memory is short");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		measure(argc > 1 ? &reference : NULL, &template, counts[i]);
	tally__buf_release(&template);
	return 0;
}
