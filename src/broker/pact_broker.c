#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "broker/pact_call.h"
#include "format/json.h"

/* What Pact's own clients take without being told. */
#define DEFAULT_TRIES 8

/* Brokers are often small: more at once would only wait there. */
#define MAX_PARALLEL 4

static void release(struct tally_broker *handle)
{
	struct pact_broker *broker = tally__pact_of(handle);

	tally__http_client_free(broker->client);
	cJSON_Delete(broker->index);
	tally__arena_release(&broker->arena);
}

static const struct broker_kind pact_kind = {
	.name = "a Pact Broker",
	.release = release,
	.contracts_to_verify = tally__pact_broker_contracts_to_verify,
	.contract_of = tally__pact_broker_contract_of,
	.contract_at = tally__pact_broker_contract_at,
	.record_results = tally__pact_broker_record_results,
};

static int check_credentials(const struct tally_broker_options *options, struct tally_error *error)
{
	if (options->token != NULL && options->user != NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "both a token and a user are given for the broker: leave one "
				   "out");
	if (options->token != NULL &&
	    (*options->token == '\0' ||
	     !tally__http_is_value(options->token, strlen(options->token))))
		return tally__fail(error, TALLY_EINVAL,
				   "the broker's token is empty or has a control character, such "
				   "as a line end");
	if (options->user != NULL && strchr(options->user, ':') != NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "the broker's user has a colon, which cannot be sent");
	if (options->user == NULL && options->password != NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "a password is given for the broker, but no user");
	return 0;
}

static int use_basic(struct pact_broker *broker, const char *user, const char *password,
		     struct tally_error *error)
{
	struct buf pair, value;

	tally__buf_init(&pair, LIMIT_HEADER_BYTES);
	tally__buf_init(&value, LIMIT_HEADER_BYTES);
	tally__buf_addf(&pair, "%s:%s", user, password != NULL ? password : "");
	tally__buf_adds(&value, "Basic ");
	tally__base64_encode(&value, pair.bytes, pair.len);
	if (pair.status == 0 && value.status == 0)
		broker->authorization = tally__arena_strdup(&broker->arena, value.bytes);
	tally__buf_release(&pair);
	tally__buf_release(&value);
	return broker->authorization == NULL ? tally__fail_nomem(error) : 0;
}

/* Those of the URL stand in for options that are not there. */
static int use_credentials(struct pact_broker *broker, const struct tally_broker_options *options,
			   struct tally_error *error)
{
	int status = check_credentials(options, error);

	if (status != 0)
		return status;
	if (options->token != NULL) {
		broker->authorization =
			tally__arena_printf(&broker->arena, "Bearer %s", options->token);
		return broker->authorization == NULL ? tally__fail_nomem(error) : 0;
	}
	if (options->user != NULL)
		return use_basic(broker, options->user, options->password, error);
	if (broker->url.user != NULL)
		return use_basic(broker, broker->url.user, broker->url.password, error);
	return 0;
}

static int make_client(struct pact_broker *broker, const struct tally_broker_options *options,
		       struct tally_error *error)
{
	const struct http_client_options client = {
		.timeout_ms = options->timeout_ms,
		.max_body_bytes = LIMIT_DOCUMENT_BYTES,
		.max_parallel = MAX_PARALLEL,
		.insecure_tls = options->insecure_tls,
		.ca_file = options->ca_file,
	};

	return tally__http_client_new(&broker->client, &client, error);
}

static int set_location(struct pact_broker *broker, struct tally_error *error)
{
	char *location =
		tally__arena_printf(&broker->arena, "%s%s", broker->url.origin, broker->url.path);

	tally__free(broker->base.location);
	broker->base.location = location != NULL ? tally__strdup(location) : NULL;
	return broker->base.location == NULL ? tally__fail_nomem(error) : 0;
}

/* Where redirects of the index lead to, the rest is as well. */
static int move(struct pact_broker *broker, const char *final_url, struct tally_error *error)
{
	struct pact_url place;

	if (strpbrk(final_url, "?#") != NULL)
		return 0;
	if (tally__pact_url_parse(&place, &broker->arena, final_url, error) != 0)
		return TALLY_EINVAL;
	broker->url = place;
	return set_location(broker, error);
}

static int ask_index(struct pact_broker *broker, struct tally_error *error)
{
	struct pact_call call = {.method = "GET"};
	int status;

	call.url = tally__arena_printf(&broker->arena, "%s/", broker->base.location);
	if (call.url == NULL)
		return tally__fail_nomem(error);
	status = tally__pact_calls_make(broker, &call, 1);
	/* A broker always has its index. */
	if (status == TALLY_ENOTFOUND)
		status = tally__fail_at(error, TALLY_EPARSE, call.url, 0, 0,
					"there is nothing (404), where a Pact Broker has its "
					"index: is it the broker's URL?");
	else if (status != 0)
		tally__pact_call_hand_error(&call, error);
	if (status == 0 && call.redirects > 0)
		status = move(broker, call.final_url, error);
	if (status == 0 && !cJSON_IsObject(tally__json_get(call.answer, "_links")))
		status = tally__fail_at(error, TALLY_EPARSE, call.url, 0, 0,
					"this is not the index of a Pact Broker: it has no "
					"\"_links\"");
	if (status == 0) {
		broker->index = call.answer;
		call.answer = NULL;
	}
	tally__pact_call_release(&call);
	return status;
}

int tally__pact_broker_open_paused(struct tally_broker **out, const char *url,
				   const struct tally_broker_options *options, pact_pause *pause,
				   void *pause_context, struct tally_error *error)
{
	static const struct tally_broker_options defaults;
	struct pact_broker *broker = tally__calloc(1, sizeof *broker);
	int status;

	if (broker == NULL)
		return tally__fail_nomem(error);
	if (options == NULL)
		options = &defaults;
	broker->base.kind = &pact_kind;
	tally__arena_init(&broker->arena, 0);
	broker->max_tries = options->max_tries != 0 ? options->max_tries : DEFAULT_TRIES;
	broker->interrupt = options->interrupt;
	broker->pause = pause;
	broker->pause_context = pause_context;
	status = tally__pact_url_parse(&broker->url, &broker->arena, url, error);
	if (status == 0)
		status = set_location(broker, error);
	if (status == 0)
		status = use_credentials(broker, options, error);
	if (status == 0)
		status = make_client(broker, options, error);
	if (status == 0)
		status = ask_index(broker, error);
	if (status == 0) {
		*out = &broker->base;
		return 0;
	}
	if (broker->base.location != NULL)
		tally__error_where(error, broker->base.location);
	tally_broker_close(&broker->base);
	return status;
}

int tally__pact_broker_open(struct tally_broker **out, const char *url,
			    const struct tally_broker_options *options, struct tally_error *error)
{
	return tally__pact_broker_open_paused(out, url, options, NULL, NULL, error);
}
