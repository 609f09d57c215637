#include "config.h"

#include <string.h>

#include "base/text.h"
#include "broker/pact_call.h"
#include "format/json.h"
#include "format/mime.h"

/* Most of a broker's words that a message repeats. */
#define WORDS_BYTES 1500

bool tally__pact_is_json(struct arena *arena, const struct http_response *response)
{
	const char *type = tally__http_header_get(&response->headers, "Content-Type");
	struct mime mime;

	return type != NULL && tally__mime_parse(&mime, arena, type, NULL) == 0 &&
	       tally__mime_is_json(&mime);
}

static void add_words(struct buf *out, const char *name, const char *words)
{
	tally__buf_adds(out, "  ");
	if (name != NULL && *name != '\0')
		tally__buf_addf(out, "%s: ", name);
	tally__buf_adds(out, words);
	tally__buf_addc(out, '\n');
}

/* An item of "errors" is a text, or an object with one (RFC 7807 in the broker's dress). */
static void add_item(struct buf *out, const char *name, const cJSON *item)
{
	static const char *const members[] = {"detail", "message", "title"};

	if (cJSON_IsString(item)) {
		add_words(out, name, item->valuestring);
		return;
	}
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const char *words = tally__json_get_string(item, members[i]);
		const char *pointer = tally__json_get_string(item, "pointer");

		if (words != NULL) {
			add_words(out, pointer != NULL ? pointer : name, words);
			return;
		}
	}
}

static void add_list(struct buf *out, const char *name, const cJSON *list)
{
	const cJSON *item;

	if (!cJSON_IsArray(list)) {
		add_item(out, name, list);
		return;
	}
	cJSON_ArrayForEach(item, list)
	{
		if (out->status != 0)
			return;
		add_item(out, name, item);
	}
}

/* The shapes in which a Pact Broker says what is wrong: {"error": text or {"message"}}, {"errors":
 * {field: [texts]}, [texts], or [problems]}, and {"title", "detail"}. */
static void add_reasons(struct buf *out, const cJSON *document)
{
	const cJSON *errors = tally__json_get(document, "errors"), *field;

	add_list(out, NULL, tally__json_get(document, "error"));
	if (cJSON_IsObject(errors)) {
		cJSON_ArrayForEach(field, errors)
		{
			if (out->status == 0)
				add_list(out, field->string, field);
		}
	} else {
		add_list(out, NULL, errors);
	}
	if (out->len == 0)
		add_item(out, NULL, document);
}

/* Adds the broker's own words; of a page for people only that it is one. */
static void add_answer(struct tally_error *error, const struct http_response *response,
		       bool is_json)
{
	cJSON *document = NULL;
	struct buf words;

	/* Words beyond the room are of no use: what came before them is shown. */
	tally__buf_init(&words, WORDS_BYTES);
	if (is_json) {
		if (tally_json_parse(&document, response->body, response->body_len, NULL) == 0)
			add_reasons(&words, document);
	} else if (response->body_len > 0) {
		tally__buf_adds(&words, "  the answer is no JSON: perhaps it is not the broker's, "
					"but that of a proxy before it\n");
	}
	if (words.len > 0)
		tally__error_add_lines(error, words.bytes);
	cJSON_Delete(document);
	tally__buf_release(&words);
}

static int refuse_credentials(const struct pact_call *call, struct tally_error *error)
{
	const char *given = call->broker->authorization;

	if (given == NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "the broker asks for credentials, and none are given: expected "
				   "a token (--broker-token or PACT_BROKER_TOKEN), or a user and a "
				   "password (--broker-username and --broker-password, or "
				   "PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD)");
	return tally__fail(error, TALLY_EINVAL, "the broker does not accept the %s that %s given",
			   strncmp(given, "Bearer", 6) == 0 ? "token" : "user and password",
			   strncmp(given, "Bearer", 6) == 0 ? "was" : "were");
}

/* A broker says in JSON what it does not have; a page of another server is none of its words, or a
 * wrong address would seem to be a broker without contracts. */
static int name_absence(bool is_json, struct tally_error *error)
{
	if (is_json)
		return tally__fail(error, TALLY_ENOTFOUND, "the broker has nothing there (404)");
	return tally__fail(error, TALLY_EPARSE,
			   "there is nothing (404), and no Pact Broker says so: is it the "
			   "broker's URL, and is there a proxy before it?");
}

static int name_refusal(const struct pact_call *call, int status, bool is_json,
			struct tally_error *error)
{
	switch (status) {
	case 401:
		return refuse_credentials(call, error);
	case 403:
		return tally__fail(error, TALLY_EINVAL,
				   "the broker does not allow this %s: the credentials are without "
				   "that right, or none were given",
				   call->method);
	case 404:
		return name_absence(is_json, error);
	case 409:
		return tally__fail(error, TALLY_ECONFLICT,
				   "this conflicts with what the broker has (409)");
	case 408:
	case 429:
		break;
	default:
		if (status < 500)
			return tally__fail(error, TALLY_EINVAL, "the broker refuses this %s (%d)",
					   call->method, status);
	}
	return tally__fail(error, TALLY_EUNREACHABLE,
			   call->tries > 1 ? "the broker answered %d, the last of %u times: try "
					     "again later"
					   : "the broker answered %d (asked %u time): try again "
					     "later",
			   status, call->tries);
}

int tally__pact_refusal(struct pact_call *call, const struct http_response *response,
			struct tally_error *error)
{
	struct tally_error refusal = TALLY_ERROR_INIT;
	bool is_json = tally__pact_is_json(&call->arena, response);
	int status = name_refusal(call, response->status, is_json, &refusal);

	tally__error_where(&refusal, call->url);
	add_answer(&refusal, response, is_json);
	if (error != NULL && error->code == 0)
		*error = refusal;
	return status;
}

const char *tally__pact_link(const cJSON *document, const char *relation)
{
	const cJSON *link = tally__json_get(tally__json_get(document, "_links"), relation);

	if (cJSON_IsArray(link))
		link = link->child;
	return tally__json_get_string(link, "href");
}

int tally__pact_link_url(const char **out, struct pact_broker *broker, struct arena *arena,
			 const cJSON *document, const char *relation,
			 const struct pact_variable *variables, size_t count,
			 struct tally_error *error)
{
	const char *href = tally__pact_link(document, relation);
	int status;

	if (href == NULL)
		return tally__fail_at(error, TALLY_EUNSUPPORTED, broker->base.location, 0, 0,
				      "this broker has no link %s: it is too old for this, or no "
				      "Pact Broker",
				      relation);
	status = tally__pact_url_expand(&href, arena, href, variables, count, error);
	if (status == 0)
		status = tally__pact_url_follow(out, &broker->url, arena, href, error);
	if (status != 0)
		tally__error_where(error, relation);
	return status;
}
