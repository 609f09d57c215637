#include "config.h"

#include <string.h>

#include "broker/versions.h"

/* The oldest version of an application whose first ones were removed says so: its number does not.
 */
#define OLDEST "oldest"

int tally__version_link(struct record *version, const char *previous, struct tally_error *error)
{
	int64_t sequence = 0;
	int status;

	if (previous != NULL) {
		tally__record_unset(version, OLDEST);
		return tally__record_set_text(version, "previous", previous, error);
	}
	tally__record_unset(version, "previous");
	status = tally__record_number(version, "sequence", &sequence, error);
	if (status == 0 && sequence > 1)
		status = tally__record_set(version, OLDEST, cJSON_CreateTrue(), error);
	return status;
}

int tally__versions_link(struct records *records, const char *application,
			 struct tally_error *error)
{
	struct record **versions;
	const char *previous = NULL;
	size_t count = 0;
	int status = tally__versions_list(records, application, &versions, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		status = tally__version_link(versions[i], previous, error);
		if (status == 0)
			status = tally__record_text(versions[i], "version", &previous, error);
	}
	return status;
}

/* What comes after `version` in the walk: the one that it names, or a scan. */
static int step(struct version_walk *walk, const struct record *version, struct tally_error *error)
{
	const char *previous;
	int status = tally__record_number(version, "sequence", &walk->below, error);

	if (status == 0)
		status = tally__record_optional_text(version, "previous", &previous, error);
	if (status != 0)
		return status;
	walk->next = previous;
	if (previous != NULL || walk->below == 1 ||
	    tally__json_get_bool(version->json, OLDEST, false))
		return 0;
	return tally__versions_list(walk->records, walk->application, &walk->scanned,
				    &walk->scanned_count, error);
}

int tally__version_walk_begin(struct version_walk *walk, struct records *records,
			      const char *application, const char *before,
			      struct tally_error *error)
{
	struct record *record;
	int status;

	*walk = (struct version_walk){
		.records = records, .application = application, .below = INT64_MAX};
	if (before != NULL) {
		status = tally__version_find(records, application, before, &record, error);
		return status != 0 ? status : step(walk, record, error);
	}
	status = tally__records_get(records, &record, PATH_LATEST, NAMES(application), error);
	return status != 0 || record->json == NULL
		       ? status
		       : tally__record_text(record, "version", &walk->next, error);
}

/* The newest of the scanned ones that the walk has not passed yet. */
static int next_scanned(struct version_walk *walk, struct record **out, struct tally_error *error)
{
	int64_t sequence = 0;
	int status = 0;

	while (status == 0 && walk->scanned_count > 0) {
		*out = walk->scanned[--walk->scanned_count];
		status = tally__record_number(*out, "sequence", &sequence, error);
		if (status == 0 && sequence < walk->below) {
			walk->below = sequence;
			return 0;
		}
	}
	*out = NULL;
	return status;
}

int tally__version_walk_next(struct version_walk *walk, struct record **out,
			     struct tally_error *error)
{
	struct record *record;
	int64_t sequence = 0, below = walk->below;
	int status;

	if (walk->scanned != NULL)
		return next_scanned(walk, out, error);
	*out = NULL;
	if (walk->next == NULL)
		return 0;
	status = tally__records_get(walk->records, &record, PATH_VERSION,
				    NAMES(walk->application, walk->next), error);
	if (status == 0 && record->json == NULL)
		return tally__fail_at(error, TALLY_EPARSE, record->path, 0, 0,
				      "the version \"%s\" of \"%s\" is missing here, and another "
				      "names it as the one before it; git log on the file says who "
				      "removed it",
				      walk->next, walk->application);
	if (status == 0)
		status = tally__record_number(record, "sequence", &sequence, error);
	/* Never upwards: damaged records must not send the walk round in circles. */
	if (status == 0 && sequence >= below)
		status = tally__record_damaged(record, "sequence",
					       "less than that of the versions after it", error);
	if (status == 0)
		status = step(walk, record, error);
	if (status == 0)
		*out = record;
	return status;
}
