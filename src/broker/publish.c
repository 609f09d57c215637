#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/heads.h"
#include "broker/offers.h"
#include "broker/versions.h"
#include "broker/worked.h"

/* How many interactions an error about differing content names. */
#define DIFFERENCES_SHOWN 5

struct publishing {
	const struct tally_publication *publication;
	struct offers offers;
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

static int add_digests(struct map *digests, const cJSON *items)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, items)
	{
		const char *digest = tally__json_get_string(item, "digest");

		if (digest != NULL && tally__map_put(digests, digest, strlen(digest), digests) != 0)
			return TALLY_ENOMEM;
	}
	return 0;
}

/* Names what `items` has and `others` has not; counts what is beyond a few. */
static int add_difference(struct buf *out, const char *sign, const cJSON *items,
			  const cJSON *others)
{
	struct map digests;
	const cJSON *item;
	size_t found = 0;
	int status;

	tally__map_init(&digests);
	status = add_digests(&digests, others);
	cJSON_ArrayForEach(item, items)
	{
		const char *digest = tally__json_get_string(item, "digest");
		const char *description = tally__json_get_string(item, "description");

		if (status != 0 || digest == NULL || description == NULL ||
		    tally__map_find(&digests, digest, strlen(digest)) != NULL)
			continue;
		if (found++ < DIFFERENCES_SHOWN)
			tally__buf_addf(out, "; %s \"%s\"", sign, description);
	}
	if (found > DIFFERENCES_SHOWN)
		tally__buf_addf(out, "; and %zu more %s", found - DIFFERENCES_SHOWN, sign);
	tally__map_release(&digests);
	return status;
}

static int refuse_change(const struct offer *offer, const char *version,
			 const struct record *stored, struct tally_error *error)
{
	const cJSON *interactions;
	struct buf difference;
	int status = tally__record_array(stored, "interactions", &interactions, error);

	if (status != 0)
		return status;
	tally__buf_init(&difference, LIMIT_HEADER_BYTES);
	status = add_difference(&difference, "only here:", offer->interactions, interactions);
	if (status == 0)
		status = add_difference(&difference, "only recorded:", interactions,
					offer->interactions);
	if (status == 0 && difference.len == 0 && difference.status == 0)
		tally__buf_adds(&difference, "; the interactions ask the same, but descriptions, "
					     "comments or the specification's version differ");
	status = status != 0
			 ? tally__fail_nomem(error)
			 : tally__fail(error, TALLY_ECONFLICT,
				       "%s %s has published another contract with %s already%s; "
				       "publish it as another version",
				       offer->consumer, version, offer->provider, difference.bytes);
	tally__buf_release(&difference);
	return status;
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

static int publish_offer(struct records *records, const struct publishing *publishing,
			 struct offer *offer, const struct record *version,
			 struct tally_error *error)
{
	const char *number = publishing->publication->version, *content;
	struct record *record;
	int status = tally__records_get(records, &record, PATH_PUBLICATION,
					NAMES(offer->consumer, number, offer->provider), error);

	if (status != 0)
		return status;
	offer->created = record->json == NULL;
	if (!offer->created) {
		status = tally__record_text(record, "content", &content, error);
		if (status == 0 && strcmp(content, offer->content) != 0)
			status = refuse_change(offer, number, record, error);
		return status != 0 ? status : restore_contract(records, publishing, offer, error);
	}
	status = tally__application_ensure(records, offer->provider, publishing->now_unix, error);
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

/* "publish orders-web 1.4.2 (branch main): contract with orders", and a line for each where there
 * are more. */
static void describe(const struct publishing *publishing, struct buf *message)
{
	const struct offer *offers = publishing->offers.items;
	size_t count = publishing->offers.count;
	bool one_consumer =
		strcmp(offers[0].consumer, offers[publishing->offers.count - 1].consumer) == 0;
	struct version_note note;

	note_of(publishing, offers, &note);
	tally__buf_addf(message, "publish %s %s", one_consumer ? note.application : "version",
			note.version);
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
	const char *status = offer->created ? "created" : "unchanged";
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put(json, "consumer", cJSON_CreateString(offer->consumer));

	failed |= tally__json_put(json, "version",
				  cJSON_CreateString(publishing->publication->version));
	failed |= tally__json_put(json, "provider", cJSON_CreateString(offer->provider));
	failed |= tally__json_put(json, "status", cJSON_CreateString(status));
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

int tally__git_broker_publish(struct tally_broker *broker,
			      const struct tally_publication *publication, cJSON **answer,
			      struct tally_error *error)
{
	struct publishing publishing = {.publication = publication,
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
	tally__offers_release(&publishing.offers);
	return status;
}
