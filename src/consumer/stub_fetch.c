#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/stub_sources.h"

/* What came in place of a contract, and what to do about it. */
static int refuse_answer(const char *url, const struct http_response *response, struct arena *arena,
			 struct tally_error *error)
{
	const char *location = tally__http_header_get(&response->headers, "Location");

	if (location && response->status >= 300 && response->status < 400)
		return tally__fail_at(error, TALLY_EIO, url, 0, 0,
				      "expected a contract, found a redirection (%d) to %s: "
				      "give that URL",
				      response->status, tally__text_shown(arena, location, 200));
	if (response->status == 401 || response->status == 403)
		return tally__fail_at(error, TALLY_EIO, url, 0, 0,
				      "expected a contract, found status %d: give a token, or a "
				      "user and a password, that may read it",
				      response->status);
	return tally__fail_at(error, TALLY_EIO, url, 0, 0, "expected a contract, found status %d",
			      response->status);
}

static int make_request(struct http_request *request, struct arena *arena,
			const struct stub_sources *sources, struct tally_error *error)
{
	int status = tally__http_header_add(&request->headers, arena, "Accept",
					    "application/hal+json, application/json", error);

	if (status == 0 && sources->authorization)
		status = tally__http_header_add(&request->headers, arena, "Authorization",
						sources->authorization, error);
	return status;
}

int tally__stub_fetch(struct buf *out, const struct stub_sources *sources, const char *url,
		      struct tally_error *error)
{
	struct http_request request = {.method = "GET", .target = url};
	struct http_response response = {0};
	struct http_client *client = NULL;
	struct arena arena;
	int status;

	tally__arena_init(&arena, 0);
	status = make_request(&request, &arena, sources, error);
	if (status == 0)
		status = tally__http_client_new(&client, &sources->client, error);
	if (status == 0)
		status = tally__http_client_send(client, &request, &arena, &response, error);
	if (status != 0)
		tally__error_where(error, url);
	else if (response.status != 200)
		status = refuse_answer(url, &response, &arena, error);
	if (status == 0) {
		tally__buf_add(out, response.body, response.body_len);
		status = tally__buf_status(out, error);
	}
	tally__http_client_free(client);
	tally__arena_release(&arena);
	return status;
}
