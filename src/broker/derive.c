#include "config.h"

#include <string.h>

#include "broker/answers.h"
#include "broker/derive.h"
#include "broker/heads.h"

/* A version, as the records that point to it name it. */
struct named {
	const struct record *record;
	const char *application, *number;
	int64_t sequence;
};

static int read_version(struct named *version, const struct record *record,
			struct tally_error *error)
{
	int status = tally__record_text(record, "application", &version->application, error);

	version->record = record;
	if (status == 0)
		status = tally__record_text(record, "version", &version->number, error);
	if (status == 0)
		status = tally__record_number(record, "sequence", &version->sequence, error);
	return status;
}

/* The version that a pointer names, and its number; NULL: none that counts. */
static int read_pointer(const struct record *pointer, const char **number, int64_t *sequence,
			struct tally_error *error)
{
	int status = tally__record_text(pointer, "version", number, error);

	return status != 0 ? status : tally__record_number(pointer, "sequence", sequence, error);
}

/* Has a record name the version, when what it names is older or not there (`is_there` tells). */
static int point(struct record *pointer, bool is_there, const struct named *version,
		 struct tally_error *error)
{
	const char *number;
	int64_t sequence;
	int status = 0;

	if (is_there) {
		status = read_pointer(pointer, &number, &sequence, error);
		if (status != 0 || sequence > version->sequence)
			return status;
	}
	status = tally__record_set_text(pointer, "version", version->number, error);
	return status != 0
		       ? status
		       : tally__record_set_number(pointer, "sequence", version->sequence, error);
}

static int derive_latest(struct records *records, const struct named *version,
			 struct tally_error *error)
{
	struct record *latest, *other = NULL;
	const char *number = NULL;
	int status = tally__records_get(records, &latest, PATH_LATEST, NAMES(version->application),
					error);

	if (status == 0)
		status = tally__record_optional_text(latest, "version", &number, error);
	if (status == 0 && number != NULL)
		status = tally__records_get(records, &other, PATH_VERSION,
					    NAMES(version->application, number), error);
	return status != 0 ? status
			   : point(latest, other != NULL && other->json != NULL, version, error);
}

/* Who depends on whom: the newest version of a consumer that has a contract with the provider. */
static int derive_consumer(struct records *records, const struct named *version,
			   const char *provider, struct tally_error *error)
{
	struct record *marker, *other = NULL;
	const char *number = NULL;
	int status = tally__records_get(records, &marker, PATH_CONSUMER,
					NAMES(provider, version->application), error);

	if (status == 0)
		status = tally__record_optional_text(marker, "version", &number, error);
	if (status == 0 && number != NULL)
		status = tally__records_get(records, &other, PATH_PUBLICATION,
					    NAMES(version->application, number, provider), error);
	if (status == 0)
		status = tally__record_set_text(marker, "consumer", version->application, error);
	return status != 0 ? status
			   : point(marker, other != NULL && other->json != NULL, version, error);
}

static int derive_contracts(struct records *records, const struct named *version,
			    struct tally_error *error)
{
	struct record **publications = NULL;
	size_t count = 0;
	int status = tally__records_list(records, &publications, &count, PATH_PUBLICATIONS,
					 NAMES(version->application, version->number), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *provider;

		status = tally__record_text(publications[i], "provider", &provider, error);
		if (status == 0)
			status = derive_consumer(records, version, provider, error);
		if (status == 0 && tally__records_are_derived(records))
			status = tally__heads_renew(records, version->record, publications[i],
						    error);
	}
	return status;
}

static int derive_tags(struct records *records, const struct named *version,
		       struct tally_error *error)
{
	const cJSON *tags = NULL, *tag;
	int status = tally__record_optional_array(version->record, "tags", &tags, error);

	cJSON_ArrayForEach(tag, tags)
	{
		if (status == 0 && cJSON_IsString(tag))
			status = tally__tagged_note(records, version->application, tag->valuestring,
						    version->number, version->sequence, error);
	}
	return status;
}

int tally__derive_version(struct records *records, const struct record *record,
			  struct tally_error *error)
{
	struct named version;
	int status = read_version(&version, record, error);

	if (status == 0)
		status = derive_latest(records, &version, error);
	if (status == 0)
		status = derive_contracts(records, &version, error);
	if (status == 0 && tally__records_are_derived(records))
		status = derive_tags(records, &version, error);
	if (status == 0 && tally__records_are_derived(records))
		status = tally__version_rejoin_results(records, record, error);
	if (status != 0 || records->format < RECORD_FORMAT_ANSWERS)
		return status;
	return tally__answers_derive(records, version.application, version.number, error);
}
