#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/worked.h"

/* An entry's "first" or "last", read. */
struct point {
	const char *consumer_version, *provider_version;
	int64_t sequence; /* of the provider version */
};

static int read_point(struct point *point, const struct record *marker, const cJSON *json,
		      struct tally_error *error)
{
	const cJSON *sequence = tally__json_get(json, "providerSequence");

	point->consumer_version = tally__json_get_string(json, "consumerVersion");
	point->provider_version = tally__json_get_string(json, "providerVersion");
	if (point->consumer_version == NULL || point->provider_version == NULL ||
	    !cJSON_IsNumber(sequence) || !(sequence->valuedouble >= 0) ||
	    sequence->valuedouble > 9e15)
		return tally__record_damaged(
			marker, "worked",
			"objects with \"first\" and \"last\" of two versions and a number", error);
	point->sequence = (int64_t)sequence->valuedouble;
	return 0;
}

static cJSON *make_point(const struct record *publication, const char *provider_version,
			 int64_t sequence, int64_t now_unix)
{
	char at[TIME_TEXT_BYTES];
	cJSON *json = cJSON_CreateObject();
	const char *consumer_version = tally__json_get_string(publication->json, "version");

	tally__time_format(now_unix, at);
	if (tally__json_put(json, "consumerVersion", cJSON_CreateString(consumer_version)) != 0 ||
	    tally__json_put(json, "providerVersion", cJSON_CreateString(provider_version)) != 0 ||
	    tally__json_put(json, "providerSequence", cJSON_CreateNumber((double)sequence)) != 0 ||
	    tally__json_put(json, "at", cJSON_CreateString(at)) != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static const cJSON *find_content(const cJSON *worked, const char *content)
{
	const cJSON *entry;

	cJSON_ArrayForEach(entry, worked)
	{
		const char *other = tally__json_get_string(entry, "content");

		if (other != NULL && strcmp(other, content) == 0)
			return entry;
	}
	return NULL;
}

/* The entry with a new "last", and its "first" where there was one. */
static cJSON *make_entry(const cJSON *old, const char *content, cJSON *last)
{
	const cJSON *old_first = tally__json_get(old, "first");
	cJSON *entry = cJSON_CreateObject();
	cJSON *first = tally__json_clone(old_first != NULL ? old_first : last);
	int failed = tally__json_put(entry, "content", cJSON_CreateString(content));

	failed |= tally__json_put(entry, "first", first);
	failed |= tally__json_put(entry, "last", last);
	if (failed != 0) {
		cJSON_Delete(entry);
		return NULL;
	}
	return entry;
}

/* Puts an entry in front of the others, which lose the one of the same content and what is beyond
 * the maximum. */
static cJSON *put_in_front(const cJSON *worked, const cJSON *old, cJSON *entry)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *other;
	int failed = tally__json_append(list, entry);
	size_t count = 1;

	cJSON_ArrayForEach(other, worked)
	{
		if (other == old || count >= LIMIT_WORKED || failed != 0)
			continue;
		failed |= tally__json_append(list, tally__json_clone(other));
		count++;
	}
	if (failed != 0) {
		cJSON_Delete(list);
		return NULL;
	}
	return list;
}

static int remember(struct record *marker, const struct record *publication,
		    const char *provider_version, int64_t sequence, int64_t now_unix,
		    struct tally_error *error)
{
	const cJSON *worked, *old, *last;
	struct point point;
	const char *content;
	int status = tally__record_optional_array(marker, "worked", &worked, error);

	if (status == 0)
		status = tally__record_text(publication, "content", &content, error);
	if (status != 0)
		return status;
	old = find_content(worked, content);
	last = tally__json_get(old, "last");
	if (old != NULL) {
		status = read_point(&point, marker, last, error);
		/* The same provider version once more says nothing new. */
		if (status != 0 || strcmp(point.provider_version, provider_version) == 0)
			return status;
	}
	return tally__record_set(marker, "worked",
				 put_in_front(worked, old,
					      make_entry(old, content,
							 make_point(publication, provider_version,
								    sequence, now_unix))),
				 error);
}

static int marker_of(struct records *records, struct record **marker, const char *provider,
		     const char *consumer, struct tally_error *error)
{
	return tally__records_get(records, marker, PATH_CONSUMER, NAMES(provider, consumer), error);
}

static int sequence_of(struct records *records, const char *application, const char *version,
		       int64_t *sequence, struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(records, &record, PATH_VERSION, NAMES(application, version),
					error);

	return status != 0 ? status : tally__record_number(record, "sequence", sequence, error);
}

int tally__worked_record(struct records *records, const struct record *publication,
			 const char *provider_version, int64_t now_unix, struct tally_error *error)
{
	const char *provider, *consumer;
	struct answers *answers;
	struct record *marker;
	bool complete = false;
	int64_t sequence;
	int status = tally__record_text(publication, "provider", &provider, error);

	if (status == 0)
		status = tally__record_text(publication, "consumer", &consumer, error);
	if (status == 0)
		status = tally__answers_of(&answers, records, provider, provider_version, error);
	if (status == 0)
		status = tally__pair_complete(answers, publication, &complete, error);
	if (status != 0 || !complete)
		return status;
	status = marker_of(records, &marker, provider, consumer, error);
	if (status == 0)
		status = sequence_of(records, provider, provider_version, &sequence, error);
	if (status == 0)
		status = remember(marker, publication, provider_version, sequence, now_unix, error);
	return status;
}

int tally__worked_carry(struct records *records, const struct record *publication, int64_t now_unix,
			struct tally_error *error)
{
	const char *provider, *consumer;
	const cJSON *worked = NULL;
	struct record *marker;
	struct point point;
	int status = tally__record_text(publication, "provider", &provider, error);

	if (status == 0)
		status = tally__record_text(publication, "consumer", &consumer, error);
	if (status == 0)
		status = marker_of(records, &marker, provider, consumer, error);
	if (status == 0)
		status = tally__record_optional_array(marker, "worked", &worked, error);
	if (status != 0 || worked == NULL || worked->child == NULL)
		return status;
	status = read_point(&point, marker, tally__json_get(worked->child, "last"), error);
	return status != 0 ? status
			   : tally__worked_record(records, publication, point.provider_version,
						  now_unix, error);
}

/* What a version published with that content; NULL when it has another one by now, or none. */
static int find_publication(struct records *records, const struct pair *pair, const cJSON *entry,
			    const struct point *point, const struct record **out,
			    struct tally_error *error)
{
	const char *content = tally__json_get_string(entry, "content"), *other = NULL;
	struct record *publication;
	int status = tally__records_get(
		records, &publication, PATH_PUBLICATION,
		NAMES(pair->consumer, point->consumer_version, pair->provider), error);

	*out = NULL;
	if (status == 0)
		status = tally__record_optional_text(publication, "content", &other, error);
	if (status == 0 && content != NULL && other != NULL && strcmp(content, other) == 0)
		*out = publication;
	return status;
}

/* One that failed meanwhile, too, only seemed to work. */
static int still_works(bool *out, struct records *records, const struct pair *pair,
		       const cJSON *entry, const struct point *point, struct tally_error *error)
{
	const struct record *publication = NULL;
	struct answers *answers;
	int status = find_publication(records, pair, entry, point, &publication, error);

	*out = false;
	if (status != 0 || publication == NULL)
		return status;
	status = tally__answers_of(&answers, records, pair->provider, point->provider_version,
				   error);
	return status != 0 ? status : tally__pair_complete(answers, publication, out, error);
}

/* The digests of what a contract asks for. */
static int load_digests(struct map *digests, const struct record *publication,
			struct tally_error *error)
{
	const cJSON *items, *item;
	struct claim claim;
	int status = tally__record_array(publication, "interactions", &items, error);

	if (status != 0)
		return status;
	cJSON_ArrayForEach(item, items)
	{
		status = tally__claim_read(&claim, publication, item, error);
		if (status != 0)
			return status;
		if (tally__map_put(digests, claim.digest, strlen(claim.digest), digests) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

/* Does that contract have an interaction that fails now?  Flaky ones tell nothing about who moved.
 */
static bool has_failing(const struct pair *pair, const struct map *digests)
{
	for (size_t i = 0; i < pair->interaction_count; i++) {
		const struct judged *judged = &pair->interactions[i];
		const char *digest = judged->claim.digest;

		if (!judged->claim.pending && judged->outcome == OUTCOME_FAILED &&
		    tally__map_find(digests, digest, strlen(digest)) != NULL)
			return true;
	}
	return false;
}

/* Did what fails now pass in that entry? */
static int was_asked(bool *out, const struct pair *pair, struct records *records,
		     const cJSON *entry, const struct point *first, const struct point *last,
		     struct tally_error *error)
{
	const struct record *publication = NULL;
	struct map digests;
	int status = find_publication(records, pair, entry, last, &publication, error);

	*out = false;
	if (status == 0 && publication == NULL)
		status = find_publication(records, pair, entry, first, &publication, error);
	if (status != 0 || publication == NULL)
		return status;
	tally__map_init(&digests);
	status = load_digests(&digests, publication, error);
	if (status == 0)
		*out = has_failing(pair, &digests);
	tally__map_release(&digests);
	return status;
}

/* The newer of both ends that came before a provider version, and works as ever. */
static int choose_earlier(struct pair *pair, struct records *records, const struct record *marker,
			  const cJSON *entry, int64_t sequence, struct tally_error *error)
{
	const cJSON *const ends[] = {tally__json_get(entry, "last"),
				     tally__json_get(entry, "first")};

	pair->worked = NULL;
	for (size_t i = 0; i < 2; i++) {
		struct point point = {0};
		bool works = false;
		int status = read_point(&point, marker, ends[i], error);

		if (status == 0 && point.sequence < sequence)
			status = still_works(&works, records, pair, entry, &point, error);
		if (status != 0)
			return status;
		if (works) {
			pair->worked = ends[i];
			return 0;
		}
	}
	return 0;
}

/* One entry, newest first.  An interaction that passed with an earlier provider version and fails
 * with this one: the provider moved.  One that passed only with later ones: the consumer is ahead
 * of this provider. */
static int compare_entry(struct pair *pair, struct records *records, const struct record *marker,
			 const cJSON *entry, int64_t sequence, struct tally_error *error)
{
	const cJSON *last = tally__json_get(entry, "last"),
		    *first = tally__json_get(entry, "first");
	struct point last_point = {0}, first_point = {0};
	bool failing = false;
	int status = read_point(&last_point, marker, last, error);

	if (status == 0)
		status = read_point(&first_point, marker, first, error);
	if (status == 0)
		status =
			was_asked(&failing, pair, records, entry, &first_point, &last_point, error);
	if (status != 0 || !failing)
		return status;
	if (first_point.sequence < sequence) {
		pair->moved = MOVED_PROVIDER;
		return choose_earlier(pair, records, marker, entry, sequence, error);
	}
	if (!pair->ahead) {
		pair->ahead = true;
		pair->worked = last;
	}
	return 0;
}

/* The pair to name when the consumer moved: best one with this very provider version. */
static int find_worked(struct pair *pair, struct records *records, const struct record *marker,
		       const cJSON *worked, struct tally_error *error)
{
	const cJSON *entry;

	cJSON_ArrayForEach(entry, worked)
	{
		const cJSON *last = tally__json_get(entry, "last");
		struct point point;
		bool same, works = false;
		int status = read_point(&point, marker, last, error);

		if (status != 0)
			return status;
		same = pair->provider_version != NULL &&
		       strcmp(point.provider_version, pair->provider_version) == 0;
		if (same || pair->worked == NULL)
			status = still_works(&works, records, pair, entry, &point, error);
		if (status != 0)
			return status;
		if (works)
			pair->worked = last;
		if (works && same)
			return 0;
	}
	return 0;
}

int tally__worked_newest(struct pair *pair, struct records *records, struct tally_error *error)
{
	struct record *marker;
	const cJSON *worked;
	int status = marker_of(records, &marker, pair->provider, pair->consumer, error);

	if (status == 0)
		status = tally__record_optional_array(marker, "worked", &worked, error);
	return status != 0 ? status : find_worked(pair, records, marker, worked, error);
}

int tally__worked_compare(struct pair *pair, struct records *records, struct tally_error *error)
{
	const cJSON *worked, *entry;
	struct record *marker;
	int64_t sequence;
	int status = marker_of(records, &marker, pair->provider, pair->consumer, error);

	if (status == 0)
		status = tally__record_optional_array(marker, "worked", &worked, error);
	if (status == 0)
		status = sequence_of(records, pair->provider, pair->provider_version, &sequence,
				     error);
	if (status != 0)
		return status;
	cJSON_ArrayForEach(entry, worked)
	{
		status = compare_entry(pair, records, marker, entry, sequence, error);
		if (status != 0 || pair->moved == MOVED_PROVIDER)
			return status;
	}
	if (!pair->ahead)
		status = find_worked(pair, records, marker, worked, error);
	if (status == 0 && pair->worked != NULL && pair->counts.by_outcome[OUTCOME_FAILED] > 0)
		pair->moved = MOVED_CONSUMER;
	return status;
}
