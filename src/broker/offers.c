#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "broker/identity.h"
#include "broker/offers.h"
#include "broker/records.h"
#include "contract/contract.h"

static cJSON *describe_interaction(const struct interaction *interaction, const char *digest)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put(json, "digest", cJSON_CreateString(digest));

	failed |=
		tally__json_put(json, "description", cJSON_CreateString(interaction->description));
	if (interaction->pending)
		failed |= tally__json_put(json, "pending", cJSON_CreateTrue());
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int list_interactions(struct offer *offer, const struct tally_contract *contract,
			     struct tally_error *error)
{
	offer->interactions = cJSON_CreateArray();
	if (offer->interactions == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < contract->interaction_count; i++) {
		const struct interaction *interaction = &contract->interactions[i];
		char digest[DIGEST_TEXT_BYTES];
		int status = tally__interaction_digest(interaction, digest, error);

		if (status != 0)
			return status;
		if (tally__json_append(offer->interactions,
				       describe_interaction(interaction, digest)) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

/* The reader lends a name to an application that has none; a publication needs the real ones. */
static int check_named(const cJSON *document, const char *role, struct tally_error *error)
{
	if (tally__json_get_string(tally__json_get(document, role), "name") != NULL)
		return 0;
	return tally__fail_at(error, TALLY_EPARSE, role, 0, 0,
			      "the contract does not name its %s: expected \"%s\": {\"name\": …}",
			      role, role);
}

static int name_applications(struct offers *offers, struct offer *offer,
			     const struct tally_contract *contract, struct tally_error *error)
{
	int status = tally__name_check(contract->consumer, "consumer", error);

	if (status == 0)
		status = tally__name_check(contract->provider, "provider", error);
	if (status != 0)
		return status;
	offer->consumer = tally__arena_strdup(&offers->arena, contract->consumer);
	offer->provider = tally__arena_strdup(&offers->arena, contract->provider);
	offer->specification = tally_spec_text(contract->spec);
	if (offer->consumer == NULL || offer->provider == NULL)
		return tally__fail_nomem(error);
	return 0;
}

static int store_form(struct offer *offer, const cJSON *document, struct tally_error *error)
{
	struct buf text;
	int status;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = tally__json_add(&text, document, TALLY_JSON_PRETTY);
	tally__buf_addc(&text, '\n');
	if (status == 0)
		status = text.status;
	if (status != 0)
		tally__fail(error, status, "the contract cannot be written: %s",
			    tally_error_text(status));
	else
		offer->text = tally__buf_take(&text, &offer->text_len);
	tally__buf_release(&text);
	return status;
}

static int read_offer(struct offers *offers, struct offer *offer, const cJSON *document,
		      struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	int status = store_form(offer, document, error);

	if (status == 0)
		status = tally_contract_parse(&contract, offer->text, offer->text_len, error);
	if (status == 0)
		status = check_named(document, "consumer", error);
	if (status == 0)
		status = check_named(document, "provider", error);
	if (status == 0)
		status = name_applications(offers, offer, contract, error);
	if (status == 0)
		status = list_interactions(offer, contract, error);
	if (status == 0)
		status = tally__content_identity(document, offer->content, error);
	tally_contract_free(contract);
	return status;
}

static int compare_offers(const void *a, const void *b)
{
	const struct offer *left = a, *right = b;
	int order = strcmp(left->consumer, right->consumer);

	return order != 0 ? order : strcmp(left->provider, right->provider);
}

static int refuse_twins(const struct offers *offers, struct tally_error *error)
{
	for (size_t i = 1; i < offers->count; i++) {
		const struct offer *offer = &offers->items[i];

		if (compare_offers(offer - 1, offer) == 0)
			return tally__fail(error, TALLY_EINVAL,
					   "two contracts of %s with %s are given for one version: "
					   "tally merge makes one of them",
					   offer->consumer, offer->provider);
	}
	return 0;
}

int tally__offers_read(struct offers *offers, const cJSON *const *contracts, size_t count,
		       struct tally_error *error)
{
	if (count == 0)
		return tally__fail(error, TALLY_EINVAL, "no contract is given: nothing to publish");
	offers->items = tally__arena_alloc_array(&offers->arena, count, sizeof *offers->items);
	if (offers->items == NULL)
		return tally__fail_nomem(error);
	offers->count = count;
	for (size_t i = 0; i < count; i++) {
		char *where;
		int status = read_offer(offers, &offers->items[i], contracts[i], error);

		if (status == 0)
			continue;
		where = tally__arena_printf(&offers->arena, "contracts[%zu]", i);
		tally__error_within(error, where != NULL ? where : "contracts");
		return status;
	}
	qsort(offers->items, count, sizeof *offers->items, compare_offers);
	return refuse_twins(offers, error);
}

void tally__offers_init(struct offers *offers)
{
	*offers = (struct offers){.count = 0};
	tally__arena_init(&offers->arena, 0);
}

void tally__offers_release(struct offers *offers)
{
	for (size_t i = 0; i < offers->count; i++) {
		tally__free(offers->items[i].text);
		cJSON_Delete(offers->items[i].interactions);
	}
	tally__arena_release(&offers->arena);
}
