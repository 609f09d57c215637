/* The contracts that a Pact Broker has for a provider. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "broker/pact_call.h"
#include "broker/records.h"
#include "format/json.h"

/* Contracts asked for in one go: their errors and answers wait in memory. */
#define BATCH 16

struct gathering {
	struct pact_broker *broker;
	struct arena arena;
	cJSON *contracts; /* of the answer: one item each, at first without the document */
	size_t count;
	size_t bytes; /* of documents so far */
};

/* The application that a document names as consumer or provider, or NULL. */
static const char *party(const cJSON *document, const char *side)
{
	return tally__json_get_string(tally__json_get(document, side), "name");
}

/* The version's number is the name of a link. */
static const char *consumer_version(const cJSON *document)
{
	const cJSON *link =
		tally__json_get(tally__json_get(document, "_links"), "pb:consumer-version");

	if (cJSON_IsArray(link))
		link = link->child;
	return tally__json_get_string(link, "name");
}

/* What recording results needs of the document's links travels with the history. */
static int put_links(cJSON *entry, const cJSON *document)
{
	cJSON *links = cJSON_CreateObject();
	int failed = tally__json_put_text(
		links, "publish", tally__pact_link(document, "pb:publish-verification-results"));

	failed |=
		tally__json_put_text(links, "provider", tally__pact_link(document, "pb:provider"));
	return failed | tally__json_put(entry, "links", links);
}

/* Takes `document` in every case. */
static int add_document(cJSON *entry, cJSON *document, const char *url, struct tally_error *error)
{
	const char *consumer = party(document, "consumer");
	int failed;

	if (consumer == NULL || party(document, "provider") == NULL) {
		cJSON_Delete(document);
		return tally__fail_at(error, TALLY_EPARSE, url, 0, 0,
				      "this is no contract: it does not name its consumer and "
				      "its provider");
	}
	failed = tally__json_put_text(entry, "consumer", consumer);
	failed |= tally__json_put_text(entry, "consumerVersion", consumer_version(document));
	failed |= put_links(entry, document);
	failed |= tally__json_put(entry, "contract", document);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int too_many(const struct gathering *gathering, struct tally_error *error)
{
	return tally__fail_at(error, TALLY_ELIMIT, gathering->broker->base.location, 0, 0,
			      "the broker has more contracts to verify than the limits %d and %d "
			      "bytes: choose fewer with selectors",
			      LIMIT_BROKER_CONTRACTS, LIMIT_BROKER_CONTRACT_BYTES);
}

static int take_batch(struct gathering *gathering, struct pact_call *calls, cJSON **entries,
		      size_t count, struct tally_error *error)
{
	int status = tally__pact_calls_make(gathering->broker, calls, count);

	for (size_t i = 0; i < count; i++) {
		struct pact_call *call = &calls[i];

		if (status != 0) {
			if (call->status == status)
				tally__pact_call_hand_error(call, error);
			continue;
		}
		gathering->bytes += call->answer_bytes;
		if (gathering->bytes > LIMIT_BROKER_CONTRACT_BYTES) {
			status = too_many(gathering, error);
			continue;
		}
		status = add_document(entries[i], call->answer, call->url, error);
		call->answer = NULL;
	}
	for (size_t i = 0; i < count; i++)
		tally__pact_call_release(&calls[i]);
	return status;
}

/* Fetches the documents of the entries, whose "href" says where, a few at once. */
static int fetch(struct gathering *gathering, struct tally_error *error)
{
	struct pact_call *calls = tally__calloc(BATCH, sizeof *calls);
	cJSON *entries[BATCH], *entry = gathering->contracts->child;
	int status = calls == NULL ? tally__fail_nomem(error) : 0;

	while (status == 0 && entry != NULL) {
		size_t count = 0;

		memset(calls, 0, BATCH * sizeof *calls);
		for (; status == 0 && count < BATCH && entry != NULL; entry = entry->next) {
			calls[count].method = "GET";
			entries[count] = entry;
			status = tally__pact_url_follow(
				&calls[count].url, &gathering->broker->url, &gathering->arena,
				tally__json_get_string(entry, "href"), error);
			count++;
		}
		if (status == 0)
			status = take_batch(gathering, calls, entries, count, error);
	}
	tally__free(calls);
	return status;
}

static int bad_list(const char *url, const char *expected, struct tally_error *error)
{
	return tally__fail_at(error, TALLY_EPARSE, url, 0, 0,
			      "the broker's list of contracts cannot be read: expected %s",
			      expected);
}

static cJSON *notices_of(const cJSON *properties)
{
	cJSON *notices = cJSON_CreateArray();
	const cJSON *notice;
	int failed = 0;

	cJSON_ArrayForEach(notice, tally__json_get(properties, "notices"))
	{
		const char *when = tally__json_get_string(notice, "when");
		const char *text = tally__json_get_string(notice, "text");
		cJSON *copy;

		if (when == NULL || text == NULL)
			continue;
		copy = cJSON_CreateObject();
		failed |= tally__json_put_text(copy, "when", when);
		failed |= tally__json_put_text(copy, "text", text);
		failed |= tally__json_append(notices, copy);
	}
	if (failed == 0)
		return notices;
	cJSON_Delete(notices);
	return NULL;
}

static int add_entry(struct gathering *gathering, const char *href, const char *description,
		     const cJSON *properties, struct tally_error *error)
{
	cJSON *entry = cJSON_CreateObject(), *why = cJSON_CreateArray();
	int failed = tally__json_put_text(entry, "href", href);

	if (gathering->count++ >= LIMIT_BROKER_CONTRACTS) {
		cJSON_Delete(entry);
		cJSON_Delete(why);
		return too_many(gathering, error);
	}
	if (description != NULL)
		failed |= tally__json_append(why, cJSON_CreateString(description));
	failed |= tally__json_put(entry, "why", why);
	failed |= tally__json_put_text(entry, "shortDescription", description);
	failed |= tally__json_put(
		entry, "pending",
		cJSON_CreateBool(tally__json_get_bool(properties, "pending", false)));
	failed |= tally__json_put(entry, "wip",
				  cJSON_CreateBool(tally__json_get_bool(properties, "wip", false)));
	failed |= tally__json_put(entry, "notices", notices_of(properties));
	failed |= tally__json_append(gathering->contracts, entry);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* The list of contracts for verification: an answer of another shape is no empty list. */
static int list_for_verification(struct gathering *gathering, const cJSON *answer, const char *url,
				 struct tally_error *error)
{
	const cJSON *pacts = tally__json_get(tally__json_get(answer, "_embedded"), "pacts");
	const cJSON *pact;
	int status = 0;

	if (!cJSON_IsArray(pacts))
		return bad_list(url, "_embedded.pacts, an array", error);
	cJSON_ArrayForEach(pact, pacts)
	{
		const char *href = tally__pact_link(pact, "self");

		if (href == NULL)
			return bad_list(url, "each with a link \"self\"", error);
		status =
			add_entry(gathering, href, tally__json_get_string(pact, "shortDescription"),
				  tally__json_get(pact, "verificationProperties"), error);
		if (status != 0)
			return status;
	}
	return 0;
}

/* The list that older brokers have: links alone, under a name that is newer or older. */
static int list_latest(struct gathering *gathering, const cJSON *answer, const char *url,
		       struct tally_error *error)
{
	const cJSON *links = tally__json_get(answer, "_links");
	const cJSON *pacts = tally__json_get(links, "pb:pacts"), *pact;
	int status = 0;

	if (pacts == NULL)
		pacts = tally__json_get(links, "pacts");
	if (!cJSON_IsArray(pacts))
		return bad_list(url, "_links.pb:pacts, an array", error);
	cJSON_ArrayForEach(pact, pacts)
	{
		const char *href = tally__json_get_string(pact, "href");

		if (href == NULL)
			return bad_list(url, "each with \"href\"", error);
		status = add_entry(gathering, href, "it is the consumer's latest contract", NULL,
				   error);
		if (status != 0)
			return status;
	}
	return 0;
}

static int put_list(cJSON *body, const char *name, const char *const *texts, size_t count)
{
	cJSON *list;
	int failed = 0;

	if (count == 0)
		return 0;
	list = cJSON_CreateArray();
	for (size_t i = 0; i < count; i++)
		failed |= tally__json_append(list, cJSON_CreateString(texts[i]));
	return failed | tally__json_put(body, name, list);
}

/* The question as JSON text, in the broker's words. */
static int write_query(char **out, const struct tally_verification_query *query,
		       struct tally_error *error)
{
	cJSON *body = cJSON_CreateObject();
	cJSON *selectors = query->selectors != NULL ? tally__json_clone(query->selectors)
						    : cJSON_CreateArray();
	int failed = put_list(body, "providerVersionTags", query->provider_tags,
			      query->provider_tag_count);
	int status;

	failed |= tally__json_put(body, "includePendingStatus",
				  cJSON_CreateBool(query->enable_pending));
	failed |= tally__json_put_text(body, "includeWipPactsSince", query->include_wip_since);
	failed |= tally__json_put(body, "consumerVersionSelectors", selectors);
	failed |= tally__json_put_text(body, "providerVersionBranch", query->provider_branch);
	status = failed != 0 ? tally__fail_nomem(error)
			     : tally_json_write(out, NULL, body, TALLY_JSON_COMPACT, error);
	cJSON_Delete(body);
	return status;
}

/* By its name, or the one that it had in its first years; NULL: the broker is older than it. */
static const char *choosing_relation(const struct pact_broker *broker)
{
	static const char *const names[] = {"pb:provider-pacts-for-verification",
					    "beta:provider-pacts-for-verification"};

	if (tally__pact_link(broker->index, names[0]) != NULL)
		return names[0];
	return tally__pact_link(broker->index, names[1]) != NULL ? names[1] : NULL;
}

/* The list's address is the one that its own GET answers with, as Pact's verifier has it. */
static int list_address(struct gathering *gathering, const struct pact_variable *provider,
			const char **out, struct tally_error *error)
{
	struct pact_broker *broker = gathering->broker;
	const char *relation = choosing_relation(broker);
	cJSON *document = NULL;
	const char *url, *self;
	int status = tally__pact_link_url(&url, broker, &gathering->arena, broker->index,
					  relation != NULL ? relation
							   : "pb:provider-pacts-for-verification",
					  provider, 1, error);

	if (status == 0)
		status = tally__pact_get(broker, url, &document, error);
	self = tally__pact_link(document, "self");
	if (status == 0)
		status = self == NULL ? bad_list(url, "a link \"self\"", error)
				      : tally__pact_url_follow(out, &broker->url, &gathering->arena,
							       self, error);
	cJSON_Delete(document);
	return status;
}

static int ask_for_verification(struct gathering *gathering,
				const struct tally_verification_query *query,
				struct tally_error *error)
{
	const struct pact_variable provider = {"provider", query->provider};
	const char *url = NULL;
	cJSON *answer = NULL;
	char *body = NULL;
	int status = write_query(&body, query, error);

	if (status == 0)
		status = list_address(gathering, &provider, &url, error);
	if (status == 0)
		status = tally__pact_send(gathering->broker, "POST", url, body, &answer, error);
	if (status == 0)
		status = list_for_verification(gathering, answer, url, error);
	cJSON_Delete(answer);
	tally_free(body);
	return status;
}

static int ask_latest(struct gathering *gathering, const char *provider_name,
		      struct tally_error *error)
{
	const struct pact_variable provider = {"provider", provider_name};
	struct pact_broker *broker = gathering->broker;
	cJSON *answer = NULL;
	const char *url;
	int status = tally__pact_link_url(&url, broker, &gathering->arena, broker->index,
					  "pb:latest-provider-pacts", &provider, 1, error);

	if (status == 0)
		status = tally__pact_get(broker, url, &answer, error);
	if (status == 0)
		status = list_latest(gathering, answer, url, error);
	cJSON_Delete(answer);
	return status;
}

static bool asks_for_more(const struct tally_verification_query *query)
{
	return cJSON_GetArraySize(query->selectors) > 0 || query->enable_pending ||
	       query->include_wip_since != NULL;
}

/* Brokers from before 2020 cannot choose; they do for a question that asks for no choice. */
static int list(struct gathering *gathering, const struct tally_verification_query *query,
		struct tally_error *error)
{
	if (choosing_relation(gathering->broker) == NULL && !asks_for_more(query))
		return ask_latest(gathering, query->provider, error);
	return ask_for_verification(gathering, query, error);
}

static int nothing(struct gathering *gathering, const char *provider, struct tally_error *error)
{
	return tally__fail_at(
		error, TALLY_ENOTHING, gathering->broker->base.location, 0, 0,
		"the broker has no contract with \"%s\" that is to be verified: check "
		"the name and the selectors",
		provider);
}

static int gathering_init(struct gathering *gathering, struct tally_broker *broker,
			  struct tally_error *error)
{
	*gathering = (struct gathering){.broker = tally__pact_of(broker)};
	tally__arena_init(&gathering->arena, 0);
	gathering->contracts = cJSON_CreateArray();
	return gathering->contracts == NULL ? tally__fail_nomem(error) : 0;
}

static void gathering_release(struct gathering *gathering)
{
	cJSON_Delete(gathering->contracts);
	tally__arena_release(&gathering->arena);
}

/* Makes the answer of what was gathered; without `provider` it is the first contract's. */
static int finish(struct gathering *gathering, const char *provider, cJSON **answer,
		  struct tally_error *error)
{
	cJSON *made = cJSON_CreateObject(), *entry;
	int failed;

	cJSON_ArrayForEach(entry, gathering->contracts)
		cJSON_DeleteItemFromObjectCaseSensitive(entry, "href");
	if (provider == NULL)
		provider =
			party(tally__json_get(gathering->contracts->child, "contract"), "provider");
	failed = tally__json_put_text(made, "provider", provider);
	failed |= tally__json_put(made, "contracts", gathering->contracts);
	gathering->contracts = NULL;
	if (failed != 0) {
		cJSON_Delete(made);
		return tally__fail_nomem(error);
	}
	*answer = made;
	return 0;
}

int tally__pact_broker_contracts_to_verify(struct tally_broker *handle,
					   const struct tally_verification_query *query,
					   cJSON **answer, struct tally_error *error)
{
	struct tally_error own = TALLY_ERROR_INIT;
	struct gathering gathering;
	int status = tally__name_check(query->provider, "provider", error);

	if (status != 0)
		return status;
	status = gathering_init(&gathering, handle, &own);
	if (status == 0)
		status = list(&gathering, query, &own);
	/* Of a provider that the broker does not know there is nothing: its own words say so. */
	if (status == TALLY_ENOTFOUND)
		status = own.code = TALLY_ENOTHING;
	if (status == 0 && gathering.contracts->child == NULL)
		status = nothing(&gathering, query->provider, &own);
	if (status == 0)
		status = fetch(&gathering, &own);
	if (status == 0)
		status = finish(&gathering, query->provider, answer, &own);
	if (status != 0 && error != NULL && error->code == 0)
		*error = own;
	gathering_release(&gathering);
	return status;
}

static int fetch_one(struct tally_broker *handle, const char *href, const char *why, cJSON **answer,
		     struct tally_error *error)
{
	struct gathering gathering;
	int status = gathering_init(&gathering, handle, error);

	if (status == 0)
		status = add_entry(&gathering, href, NULL, NULL, error);
	if (status == 0 && tally__json_append(tally__json_get(gathering.contracts->child, "why"),
					      cJSON_CreateString(why)) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = fetch(&gathering, error);
	if (status == 0)
		status = finish(&gathering, NULL, answer, error);
	gathering_release(&gathering);
	return status;
}

int tally__pact_broker_contract_at(struct tally_broker *handle, const char *url, cJSON **answer,
				   struct tally_error *error)
{
	return fetch_one(handle, url, "its address was given", answer, error);
}

/* The address that contracts are published to is the one that they are read from. */
int tally__pact_broker_contract_of(struct tally_broker *handle,
				   const struct tally_verification_query *query,
				   const char *consumer, const char *version, cJSON **answer,
				   struct tally_error *error)
{
	const struct pact_variable variables[] = {
		{"provider", query->provider},
		{"consumer", consumer},
		{"consumerApplicationVersion", version},
	};
	struct pact_broker *broker = tally__pact_of(handle);
	struct arena arena;
	const char *url;
	int status = tally__name_check(query->provider, "provider", error);

	if (status == 0)
		status = tally__name_check(consumer, "consumer", error);
	if (status == 0)
		status = tally__name_check(version, "consumer's version", error);
	if (status != 0)
		return status;
	tally__arena_init(&arena, 0);
	status = tally__pact_link_url(&url, broker, &arena, broker->index, "pb:publish-pact",
				      variables, 3, error);
	if (status == 0)
		status = fetch_one(handle, url, "this version was asked for", answer, error);
	tally__arena_release(&arena);
	return status;
}
