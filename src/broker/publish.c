#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/heads.h"
#include "broker/offers.h"
#include "broker/republish.h"
#include "broker/versions.h"
#include "broker/worked.h"

/* What --merge made of an offer; the store is written from it at the end. */
struct united {
	struct offers offers;
	struct united *next;
};

struct publishing {
	const struct tally_publication *publication;
	struct offers offers;
	struct united *united;
	const char *author; /* or NULL */
	int64_t now_unix;
};

static void note_of(const struct publishing *publishing, const struct offer *offer,
		    struct version_note *note)
{
	const struct tally_publication *publication = publishing->publication;

	*note = (struct version_note){.application = offer->consumer,
				      .version = publication->version,
				      .branch = publication->branch,
				      .build_url = publication->build_url,
				      .tags = publication->tags,
				      .tag_count = publication->tag_count,
				      .now_unix = publishing->now_unix};
}

static int write_publication(const struct publishing *publishing, const struct offer *offer,
			     struct record *record, struct tally_error *error)
{
	char published[TIME_TEXT_BYTES];
	const char *version = publishing->publication->version;
	int status = tally__record_set_text(record, "consumer", offer->consumer, error);

	tally__time_format(publishing->now_unix, published);
	if (status == 0)
		status = tally__record_set_text(record, "version", version, error);
	if (status == 0)
		status = tally__record_set_text(record, "provider", offer->provider, error);
	if (status == 0)
		status = tally__record_set_text(record, "publishedAt", published, error);
	if (status == 0)
		status = tally__record_set_text(record, "content", offer->content, error);
	if (status == 0)
		status = tally__record_set_text(record, "specification", offer->specification,
						error);
	if (status == 0)
		status = tally__record_set(record, "interactions",
					   tally__json_clone(offer->interactions), error);
	if (status == 0 && publishing->author != NULL)
		status = tally__record_set_text(record, "publishedBy", publishing->author, error);
	else if (status == 0)
		tally__record_unset(record, "publishedBy");
	return status;
}

/* Tells the provider who depends on it; the newest version with a contract stands there. */
static int mark_consumer(struct records *records, const struct publishing *publishing,
			 const struct offer *offer, const struct record *version,
			 struct tally_error *error)
{
	struct record *marker;
	int64_t sequence = 0, latest = 0;
	int status = tally__records_get(records, &marker, PATH_CONSUMER,
					NAMES(offer->provider, offer->consumer), error);

	if (status == 0)
		status = tally__record_number(version, "sequence", &sequence, error);
	if (status == 0 && marker->json != NULL)
		status = tally__record_number(marker, "sequence", &latest, error);
	if (status != 0 || sequence < latest)
		return status;
	status = tally__record_set_text(marker, "consumer", offer->consumer, error);
	if (status == 0)
		status = tally__record_set_text(marker, "version", publishing->publication->version,
						error);
	if (status == 0)
		status = tally__record_set_number(marker, "sequence", sequence, error);
	return status;
}

static int store_contract(struct records *records, const struct publishing *publishing,
			  const struct offer *offer, struct tally_error *error)
{
	const char *path;
	int status = tally__records_path(
		records, &path, PATH_CONTRACT,
		NAMES(offer->consumer, publishing->publication->version, offer->provider), error);

	return status != 0 ? status
			   : tally__records_put_text(records, path, offer->text, offer->text_len,
						     error);
}

/* The same content again changes nothing, unless its document was lost: then it is what was lost.
 */
static int restore_contract(struct records *records, const struct publishing *publishing,
			    const struct offer *offer, struct tally_error *error)
{
	const char *path, *bytes;
	size_t len;
	int status = tally__records_path(
		records, &path, PATH_CONTRACT,
		NAMES(offer->consumer, publishing->publication->version, offer->provider), error);

	if (status != 0 || tally__snapshot_read(records->snapshot, path, &records->arena, &bytes,
						&len, NULL) != TALLY_ENOTFOUND)
		return status;
	return store_contract(records, publishing, offer, error);
}

static int write_offer(struct records *records, const struct publishing *publishing,
		       const struct offer *offer, const struct record *version,
		       struct record *record, struct tally_error *error)
{
	int status =
		tally__application_ensure(records, offer->provider, publishing->now_unix, error);

	if (status == 0)
		status = write_publication(publishing, offer, record, error);
	if (status == 0)
		status = store_contract(records, publishing, offer, error);
	if (status == 0)
		status = mark_consumer(records, publishing, offer, version, error);
	if (status == 0 && tally__records_are_derived(records))
		status = tally__heads_note(records, version, record, error);
	if (status == 0)
		status = tally__worked_carry(records, record, publishing->now_unix, error);
	return status;
}

/* *out is what the version has published together with the offer; it lives as long as the
 * publication. */
static int unite(struct records *records, struct publishing *publishing, const struct offer *offer,
		 const struct offer **out, struct tally_error *error)
{
	struct united *united = tally__calloc(1, sizeof *united);
	int status;

	if (united == NULL)
		return tally__fail_nomem(error);
	tally__offers_init(&united->offers);
	united->next = publishing->united;
	publishing->united = united;
	status = tally__republish_unite(records, offer, publishing->publication->version,
					&united->offers, error);
	if (status == 0)
		*out = &united->offers.items[0];
	return status;
}

static int publish_offer(struct records *records, struct publishing *publishing,
			 struct offer *offer, const struct record *version,
			 struct tally_error *error)
{
	const char *number = publishing->publication->version, *content;
	const struct offer *wanted = offer;
	struct record *record;
	int status = tally__records_get(records, &record, PATH_PUBLICATION,
					NAMES(offer->consumer, number, offer->provider), error);

	offer->status = "created";
	if (status == 0 && record->json != NULL) {
		offer->status = "unchanged";
		status = tally__record_text(record, "content", &content, error);
		if (status == 0 && strcmp(content, offer->content) == 0)
			return restore_contract(records, publishing, offer, error);
		if (status != 0)
			return status;
		if (!publishing->publication->merge)
			return tally__republish_refuse(records, offer, number, error);
		status = unite(records, publishing, offer, &wanted, error);
		if (status != 0 || strcmp(content, wanted->content) == 0)
			return status;
		offer->status = "merged";
	}
	return status != 0 ? status
			   : write_offer(records, publishing, wanted, version, record, error);
}

/* "publish orders-web 1.4.2 (branch main): contract with orders", and a line for each where there
 * are more. */
static void describe(const struct publishing *publishing, struct buf *message)
{
	const struct offer *offers = publishing->offers.items;
	size_t count = publishing->offers.count;
	bool one_consumer =
		strcmp(offers[0].consumer, offers[publishing->offers.count - 1].consumer) == 0;
	bool is_merged = false;
	struct version_note note;

	for (size_t i = 0; i < count; i++)
		is_merged |= strcmp(offers[i].status, "merged") == 0;
	note_of(publishing, offers, &note);
	tally__buf_addf(message, "%s %s %s", is_merged ? "merge into" : "publish",
			one_consumer ? note.application : "version", note.version);
	tally__version_note_describe(&note, message);
	if (count == 1) {
		tally__buf_addf(message, ": contract with %s\n", offers[0].provider);
		return;
	}
	tally__buf_addf(message, ": %zu contracts\n\n", count);
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(message, "%s with %s\n", offers[i].consumer, offers[i].provider);
}

static cJSON *answer_offer(const struct publishing *publishing, const struct offer *offer)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put(json, "consumer", cJSON_CreateString(offer->consumer));

	failed |= tally__json_put(json, "version",
				  cJSON_CreateString(publishing->publication->version));
	failed |= tally__json_put(json, "provider", cJSON_CreateString(offer->provider));
	failed |= tally__json_put(json, "status", cJSON_CreateString(offer->status));
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int answer_publish(const struct publishing *publishing, cJSON **answer,
			  struct tally_error *error)
{
	cJSON *contracts = cJSON_CreateArray();
	int failed = 0;

	*answer = cJSON_CreateObject();
	for (size_t i = 0; i < publishing->offers.count; i++)
		failed |= tally__json_append(
			contracts, answer_offer(publishing, &publishing->offers.items[i]));
	failed |= tally__json_put(*answer, "contracts", contracts);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int publish(struct records *records, void *context, struct buf *message, cJSON **answer,
		   struct tally_error *error)
{
	struct publishing *publishing = context;
	struct record *version = NULL;

	for (size_t i = 0; i < publishing->offers.count; i++) {
		struct offer *offer = &publishing->offers.items[i];
		struct version_note note;
		int status = 0;

		note_of(publishing, offer, &note);
		if (i == 0 || strcmp(offer[-1].consumer, offer->consumer) != 0)
			status = tally__version_ensure(records, &note, &version, error);
		if (status == 0)
			status = publish_offer(records, publishing, offer, version, error);
		if (status != 0)
			return status;
	}
	describe(publishing, message);
	return answer_publish(publishing, answer, error);
}

static void release_united(struct united *united)
{
	while (united != NULL) {
		struct united *next = united->next;

		tally__offers_release(&united->offers);
		tally__free(united);
		united = next;
	}
}

int tally__git_broker_publish(struct tally_broker *broker,
			      const struct tally_publication *publication, cJSON **answer,
			      struct tally_error *error)
{
	struct publishing publishing = {.publication = publication,
					.author = ((struct git_broker *)broker)->author_name,
					.now_unix = tally__time_now_unix()};
	struct version_note note;
	int status;

	tally__offers_init(&publishing.offers);
	status = tally__offers_read(&publishing.offers, publication->contracts,
				    publication->contract_count, error);
	if (status != 0)
		goto out;
	note_of(&publishing, publishing.offers.items, &note);
	status = tally__version_note_check(&note, error);
	if (status == 0)
		status = tally__broker_change(broker, publish, &publishing, publishing.now_unix,
					      answer, error);
out:
	release_united(publishing.united);
	tally__offers_release(&publishing.offers);
	return status;
}
