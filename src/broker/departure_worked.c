/* The memory of pairs that worked, without versions that go. */
#include "config.h"

#include <string.h>

#include "broker/departure.h"

static const char *const ends[] = {"first", "last"};

/* Does this end of an entry name a version that goes, as `member` ("consumerVersion")? */
static bool is_loose(const struct departure *departure, const cJSON *entry, const char *end,
		     const char *member)
{
	const char *version = tally__json_get_string(tally__json_get(entry, end), member);

	return version != NULL && tally__departure_has(departure, version);
}

int tally__departure_find_worked(struct departure *departure, const struct record *marker,
				 const char *provider, struct tally_error *error)
{
	const cJSON *worked = NULL, *entry;
	int status = tally__record_optional_array(marker, "worked", &worked, error);

	cJSON_ArrayForEach(entry, worked)
	{
		const char *content = tally__json_get_string(entry, "content");

		if (status == 0 && content != NULL &&
		    is_loose(departure, entry, "first", "consumerVersion") &&
		    is_loose(departure, entry, "last", "consumerVersion"))
			status = tally__departure_need(departure, provider, content, error);
	}
	return status;
}

/* The consumer's version that is to stand where one goes: any with the same content.  NULL: there
 * is none. */
static const char *substitute(const struct departure *departure, const cJSON *entry,
			      const char *provider)
{
	const char *content = tally__json_get_string(entry, "content");
	const struct record *heir;

	for (size_t i = 0; i < 2; i++) {
		if (!is_loose(departure, entry, ends[i], "consumerVersion"))
			return tally__json_get_string(tally__json_get(entry, ends[i]),
						      "consumerVersion");
	}
	heir = content != NULL ? tally__departure_heir(departure, provider, content) : NULL;
	return heir != NULL ? tally__json_get_string(heir->json, "version") : NULL;
}

static int set_consumer(cJSON *point, const char *version)
{
	cJSON_DeleteItemFromObjectCaseSensitive(point, "consumerVersion");
	return tally__json_put(point, "consumerVersion", cJSON_CreateString(version));
}

/* An entry as it is to be, or *keep false. */
static int mend_consumer(const struct departure *departure, cJSON *entry, const char *provider,
			 bool *keep)
{
	const char *version = substitute(departure, entry, provider);
	bool loose[2];

	for (size_t i = 0; i < 2; i++)
		loose[i] = is_loose(departure, entry, ends[i], "consumerVersion");
	*keep = version != NULL || (!loose[0] && !loose[1]);
	for (size_t i = 0; i < 2 && version != NULL; i++) {
		/* The text may be the other end's, which stays. */
		if (loose[i] && set_consumer(tally__json_get(entry, ends[i]), version) != 0)
			return TALLY_ENOMEM;
	}
	return 0;
}

/* The same, of a version of the provider: one end stands for both. */
static int mend_provider(const struct departure *departure, cJSON *entry, const char *provider,
			 bool *keep)
{
	bool first = is_loose(departure, entry, "first", "providerVersion");
	bool last = is_loose(departure, entry, "last", "providerVersion");
	cJSON *other;

	(void)provider;
	*keep = !first || !last;
	if (!*keep || first == last)
		return 0;
	other = tally__json_clone(tally__json_get(entry, first ? "last" : "first"));
	if (other == NULL)
		return TALLY_ENOMEM;
	cJSON_DeleteItemFromObjectCaseSensitive(entry, first ? "first" : "last");
	return tally__json_put(entry, first ? "first" : "last", other);
}

typedef int mend_entry(const struct departure *departure, cJSON *entry, const char *provider,
		       bool *keep);

static int mend(const struct departure *departure, struct record *marker, const char *provider,
		mend_entry *each, struct tally_error *error)
{
	const cJSON *worked = NULL, *entry;
	cJSON *list;
	int failed = 0, status = tally__record_optional_array(marker, "worked", &worked, error);

	if (status != 0 || worked == NULL)
		return status;
	list = cJSON_CreateArray();
	cJSON_ArrayForEach(entry, worked)
	{
		cJSON *copy = tally__json_clone(entry);
		bool keep = false;

		failed |= copy == NULL || each(departure, copy, provider, &keep) != 0;
		if (keep)
			failed |= tally__json_append(list, copy) != 0;
		else
			cJSON_Delete(copy);
	}
	if (list == NULL || failed != 0) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	status = tally__record_set(marker, "worked", list, error);
	if (status == 0 && tally__json_get(marker->json, "worked")->child == NULL)
		tally__record_unset(marker, "worked");
	return status;
}

int tally__departure_edit_worked(struct departure *departure, struct record *marker,
				 const char *provider, struct tally_error *error)
{
	return mend(departure, marker, provider, mend_consumer, error);
}

int tally__departure_edit_provided(struct departure *departure, struct tally_error *error)
{
	struct record **markers;
	size_t count = 0;
	int status = 0;

	if (!departure->removal->remember)
		status = tally__records_list(departure->records, &markers, &count, PATH_CONSUMERS,
					     NAMES(departure->removal->application), error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = mend(departure, markers[i], departure->removal->application, mend_provider,
			      error);
	return status;
}
