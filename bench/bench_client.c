/* Tally's HTTP client beside a bare loop over libcurl: the same requests to the same server. */
#include "config.h"

#include <string.h>

#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bare_curl.h"
#include "bare_start.h"
#include "bench.h"
#include "http/client.h"

#define REQUESTS 5000
#define ROUNDS   5
#define MAX_URL  64

struct asked {
	struct http_client *client;
	size_t answered;
};

static struct child server;

static void stop_server(void)
{
	child_stop(&server);
}

static void fail(const char *what)
{
	fprintf(stderr, "bench_client: %s\n", what);
	exit(1);
}

static void start_server(size_t body_len)
{
	char *body = malloc(body_len);

	if (body == NULL)
		fail("out of memory");
	memset(body, 'a', body_len);
	body[0] = body[body_len - 1] = '"';
	bare_server_start(&server, body, body_len);
	free(body);
}

static void on_done(void *context, const struct http_response *response,
		    const struct tally_error *failure)
{
	struct asked *asked = context;

	if (failure != NULL)
		fail(failure->message);
	asked->answered += response->status == 200 && response->body_len > 0;
}

static size_t ask(char *const *urls, size_t count, unsigned connections)
{
	const struct http_client_options options = {.max_parallel = connections};
	struct asked asked = {0};
	size_t submitted = 0;

	if (tally__http_client_new(&asked.client, &options, NULL) != 0)
		fail("no client");
	while (submitted < count) {
		const struct http_request request = {.method = "GET", .target = urls[submitted]};

		if (tally__http_client_submit(asked.client, &request, on_done, &asked, NULL) != 0)
			fail("not submitted");
		submitted++;
	}
	if (tally__http_client_run(asked.client, NULL, NULL) != 0)
		fail("no run");
	tally__http_client_free(asked.client);
	return asked.answered;
}

static void measure(char *const *urls, size_t count, unsigned connections, size_t body_len)
{
	double ours[ROUNDS], bare[ROUNDS];
	double ours_ns, bare_ns;
	char what[64];

	for (size_t i = 0; i < ROUNDS; i++) {
		double start = bench_now_ns();

		if (bare_curl_ask(urls, count, connections) != count)
			fail("the bare loop did not get all answers");
		bare[i] = bench_now_ns() - start;
		start = bench_now_ns();
		if (ask(urls, count, connections) != count)
			fail("not all were answered");
		ours[i] = bench_now_ns() - start;
	}
	ours_ns = bench_median(ours, ROUNDS);
	bare_ns = bench_median(bare, ROUNDS);
	(void)snprintf(what, sizeof(what), "client: %zu bytes, %u at once", body_len, connections);
	bench_row(what, (double)count * 1e6 / ours_ns, "thousand/s", "bare libcurl",
		  (double)count * 1e6 / bare_ns, ours_ns / bare_ns);
}

int main(void)
{
	static const unsigned connections[] = {1, 4, 16};
	static const size_t body_lens[] = {100, 100000};
	static char *urls[REQUESTS];

	if (atexit(stop_server) != 0)
		return 1;
	for (size_t b = 0; b < sizeof(body_lens) / sizeof(body_lens[0]); b++) {
		start_server(body_lens[b]);
		for (size_t i = 0; i < REQUESTS; i++) {
			urls[i] = realloc(urls[i], MAX_URL);
			if (urls[i] == NULL)
				return 1;
			(void)snprintf(urls[i], MAX_URL, "http://127.0.0.1:%u/0", server.port);
		}
		for (size_t i = 0; i < sizeof(connections) / sizeof(connections[0]); i++)
			measure(urls, body_lens[b] < 1000 ? REQUESTS : REQUESTS / 10,
				connections[i], body_lens[b]);
		child_stop(&server);
	}
	for (size_t i = 0; i < REQUESTS; i++)
		free(urls[i]);
	return 0;
}
