/* fetch.c - a document from a URL. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/fetch.h"

int tally__fetch_authorization(char **out, const char *user, const char *token,
			       struct tally_error *error)
{
	struct buf text;
	int status;

	*out = NULL;
	if (user && token)
		return tally__fail_at(error, TALLY_EINVAL, "token", 0, 0,
				      "expected a user or a token, found both: leave one out");
	if (!user && !token)
		return 0;
	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	if (token) {
		tally__buf_addf(&text, "Bearer %s", token);
	} else {
		tally__buf_adds(&text, "Basic ");
		tally__base64_encode(&text, user, strlen(user));
	}
	status = tally__buf_status(&text, error);
	if (status == 0) {
		*out = tally__buf_take(&text, NULL);
		status = *out ? 0 : tally__fail_nomem(error);
	}
	tally__buf_release(&text);
	return status;
}

/* The URL without a user and a password in it, for messages. */
static const char *without_user(struct arena *arena, const char *url)
{
	const char *authority = strstr(url, "://");
	const char *shown;
	size_t len;

	if (!authority)
		return url;
	authority += 3;
	len = strcspn(authority, "/?#");
	while (len > 0 && authority[len - 1] != '@')
		len--;
	if (len == 0)
		return url;
	shown = tally__arena_printf(arena, "%.*s%s", (int)(authority - url), url, authority + len);
	return shown ? shown : "the URL";
}

/* What came in place of a document, and what to do about it. */
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
			const char *authorization, struct tally_error *error)
{
	int status = tally__http_header_add(&request->headers, arena, "Accept",
					    "application/hal+json, application/json", error);

	if (status == 0 && authorization)
		status = tally__http_header_add(&request->headers, arena, "Authorization",
						authorization, error);
	return status;
}

int tally__fetch(struct buf *out, const struct http_client_options *options,
		 const char *authorization, const char *url, struct tally_error *error)
{
	struct http_request request = {.method = "GET", .target = url};
	struct http_response response = {0};
	struct http_client *client = NULL;
	struct arena arena;
	const char *shown;
	int status;

	tally__arena_init(&arena, 0);
	shown = without_user(&arena, url);
	status = make_request(&request, &arena, authorization, error);
	if (status == 0)
		status = tally__http_client_new(&client, options, error);
	if (status == 0)
		status = tally__http_client_send(client, &request, &arena, &response, error);
	if (status != 0)
		tally__error_where(error, shown);
	else if (response.status != 200)
		status = refuse_answer(shown, &response, &arena, error);
	if (status == 0) {
		tally__buf_add(out, response.body, response.body_len);
		status = tally__buf_status(out, error);
	}
	tally__http_client_free(client);
	tally__arena_release(&arena);
	return status;
}

int tally_fetch(char **text, size_t *len, const char *url,
		const struct tally_fetch_options *options, struct tally_error *error)
{
	static const struct tally_fetch_options none = {0};
	const struct tally_fetch_options *o = options ? options : &none;
	struct http_client_options client = {
		.insecure_tls = o->insecure_tls,
		.ca_file = o->ca_file,
		.max_body_bytes = LIMIT_DOCUMENT_BYTES,
	};
	char *authorization = NULL;
	struct buf out;
	int status;

	if (!text || !len || !url)
		return tally__fail(error, TALLY_EINVAL,
				   "expected a URL, and where to put the text");
	tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
	status = tally__fetch_authorization(&authorization, o->user, o->token, error);
	if (status == 0)
		status = tally__fetch(&out, &client, authorization, url, error);
	if (status == 0) {
		size_t taken_len = 0;
		char *taken = tally__buf_take(&out, &taken_len);

		status = taken ? 0 : tally__fail_nomem(error);
		if (taken) {
			*text = taken;
			*len = taken_len;
		}
	}
	tally__buf_release(&out);
	tally__free(authorization);
	return status;
}
