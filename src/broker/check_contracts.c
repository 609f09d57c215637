/* What is written once has to be what it was written from: publications from contracts, names of
 * runs from what is in them. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "broker/check.h"
#include "broker/offers.h"

/* ---- contracts ---- */

static int compare_publication(struct check *check, const struct record *record,
			       const struct offer *offer)
{
	const char *content = tally__json_get_string(record->json, "content");
	const char *specification = tally__json_get_string(record->json, "specification");
	const char *consumer = tally__json_get_string(record->json, "consumer");
	const char *provider = tally__json_get_string(record->json, "provider");

	if (strcmp(offer->consumer, consumer) != 0 || strcmp(offer->provider, provider) != 0)
		return tally__check_problem(check, false, record->path,
					    "the contract beside it is of %s with %s",
					    offer->consumer, offer->provider);
	if (strcmp(offer->content, content) != 0)
		return tally__check_problem(check, false, record->path,
					    "\"content\" should be %s: the contract beside it is "
					    "another than the one that was published",
					    offer->content);
	if (strcmp(offer->specification, specification) != 0)
		return tally__check_problem(check, false, record->path,
					    "\"specification\" should be %s", offer->specification);
	if (!tally__json_equal(offer->interactions, tally__json_get(record->json, "interactions")))
		return tally__check_problem(check, false, record->path,
					    "\"interactions\" are not those of the contract beside "
					    "it");
	return 0;
}

static int check_document(struct check *check, const struct record *record,
			  const struct record *contract)
{
	const cJSON *const documents[] = {contract->json};
	struct tally_error trouble = TALLY_ERROR_INIT;
	struct offers offers;
	int status;

	tally__offers_init(&offers);
	status = tally__offers_read(&offers, documents, 1, &trouble);
	if (status == TALLY_ENOMEM)
		status = tally__fail_nomem(check->error);
	else if (status != 0)
		status = tally__check_problem(check, false, contract->path,
					      "this is no contract: %s", trouble.message);
	else
		status = compare_publication(check, record, &offers.items[0]);
	tally__offers_release(&offers);
	return status;
}

int tally__check_publication(struct check *check, struct record *record)
{
	const char *consumer = tally__json_get_string(record->json, "consumer");
	const char *version = tally__json_get_string(record->json, "version");
	const char *provider = tally__json_get_string(record->json, "provider");
	struct record *contract;
	int status = tally__check_named(check, &contract, record, PATH_CONTRACT,
					NAMES(consumer, version, provider));

	if (status == 0 && contract != NULL)
		status = check_document(check, record, contract);
	return status;
}

/* ---- runs ---- */

static bool is_digest(const char *text)
{
	return strlen(text) == DIGEST_TEXT_BYTES - 1 &&
	       strspn(text, "0123456789abcdef") == DIGEST_TEXT_BYTES - 1;
}

static bool is_outcome(const char *text)
{
	static const char *const outcomes[] = {"passed", "failed", "flaky", "error"};

	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		if (strcmp(text, outcomes[i]) == 0)
			return true;
	}
	return false;
}

/* A run's name ends in the beginning of its digest: a record that was changed does not fit it. */
static int check_run_name(struct check *check, const struct record *record)
{
	char digest[DIGEST_TEXT_BYTES];
	const char *end = strrchr(record->path, '-');
	struct buf text;
	int status;

	tally__buf_init(&text, 2 * (size_t)LIMIT_DOCUMENT_BYTES);
	status = tally__json_add(&text, record->json, TALLY_JSON_CANONICAL);
	if (status == 0)
		status = tally__digest(digest, text.bytes, text.len, check->error);
	else
		tally__fail(check->error, status, "%s", tally_error_text(status));
	tally__buf_release(&text);
	if (status != 0 || (end != NULL && strcspn(end + 1, ".") >= 12 &&
			    strncmp(end + 1, digest, strcspn(end + 1, ".")) == 0))
		return status;
	return tally__check_problem(check, false, record->path,
				    "it was changed after it was written: its name should end in "
				    "%.12s",
				    digest);
}

static int check_outcome(struct check *check, const struct record *record, const cJSON *item)
{
	const char *digest = tally__json_get_string(item, "digest");
	const char *outcome = tally__json_get_string(item, "outcome");

	if (digest == NULL || outcome == NULL || !is_digest(digest) || !is_outcome(outcome))
		return tally__check_problem(
			check, false, record->path,
			"an interaction lacks a \"digest\" of 40 digits, or its "
			"\"outcome\" is not passed, failed, flaky or error");
	return 0;
}

int tally__check_run(struct check *check, struct record *record)
{
	const cJSON *item;
	struct record *version;
	int status =
		tally__check_named(check, &version, record, PATH_VERSION,
				   NAMES(tally__json_get_string(record->json, "provider"),
					 tally__json_get_string(record->json, "providerVersion")));

	if (status == 0)
		status = check_run_name(check, record);
	cJSON_ArrayForEach(item, tally__json_get(record->json, "interactions"))
	{
		if (status == 0)
			status = check_outcome(check, record, item);
	}
	return status;
}
