/* What is in an environment, together with what is assumed. */
#include "config.h"

#include <string.h>

#include "broker/live.h"
#include "broker/matrix.h"

static bool equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Is it assumed of this application, there?  `environment` NULL: where there is none. */
static bool concerns(const struct matrix *matrix, const struct tally_assumption *assumption,
		     const char *application, const char *environment)
{
	const char *place = assumption->environment;

	if (place == NULL)
		place = matrix->target.environment;
	return strcmp(assumption->application, application) == 0 && equal(place, environment);
}

bool tally__matrix_assumes(const struct matrix *matrix, const char *application,
			   const char *environment)
{
	for (size_t i = 0; i < matrix->query->assumption_count; i++) {
		if (concerns(matrix, &matrix->query->assumptions[i], application, environment))
			return true;
	}
	return false;
}

/* A deployment takes the place of what is in its slot, an absence that of everything or, where an
 * instance is named, of that one. */
static bool displaces(const struct tally_assumption *assumption, const struct live_version *live)
{
	if (assumption->version == NULL)
		return assumption->instance == NULL ||
		       (!live->released && equal(assumption->instance, live->instance));
	return !assumption->released && !live->released &&
	       equal(assumption->instance, live->instance);
}

/* Versions are gathered with room for all that there can be. */
struct gathering {
	struct matrix *matrix;
	const char *application;
	struct selected_version *versions;
	size_t count;
	size_t most; /* deployments there can be of one version */
};

static int add_instance(struct gathering *gathering, struct selected_version *version,
			const char *instance, struct tally_error *error)
{
	if (version->instances == NULL)
		version->instances =
			tally__arena_alloc_array(&gathering->matrix->records->arena,
						 gathering->most, sizeof *version->instances);
	if (version->instances == NULL)
		return tally__fail_nomem(error);
	version->instances[version->instance_count++] = instance;
	return 0;
}

static int find_or_add(struct gathering *gathering, const char *name, struct selected_version **out,
		       struct tally_error *error)
{
	struct records *records = gathering->matrix->records;
	struct selected_version *version;
	struct record *record;
	int status;

	for (size_t i = 0; i < gathering->count; i++) {
		*out = &gathering->versions[i];
		if (strcmp((*out)->version, name) == 0)
			return 0;
	}
	status = tally__records_get(records, &record, PATH_VERSION,
				    NAMES(gathering->application, name), error);
	if (status != 0)
		return status;
	version = &gathering->versions[gathering->count];
	*version = (struct selected_version){.version = name, .record = record};
	if (record->json != NULL)
		status = tally__record_number(record, "sequence", &version->sequence, error);
	if (status != 0)
		return status;
	gathering->count++;
	*out = version;
	return 0;
}

static int gather(struct gathering *gathering, const char *name, const char *instance,
		  bool released, bool assumed, struct tally_error *error)
{
	struct selected_version *version;
	int status = find_or_add(gathering, name, &version, error);

	if (status != 0)
		return status;
	version->assumed |= assumed;
	if (released)
		version->released = true;
	else
		version->deployed = true;
	return instance == NULL ? 0 : add_instance(gathering, version, instance, error);
}

static int gather_live(struct gathering *gathering, const struct live_version *live,
		       const char *environment, struct tally_error *error)
{
	const struct tally_matrix_query *query = gathering->matrix->query;

	for (size_t i = 0; i < query->assumption_count; i++) {
		if (concerns(gathering->matrix, &query->assumptions[i], gathering->application,
			     environment) &&
		    displaces(&query->assumptions[i], live))
			return 0;
	}
	return gather(gathering, live->version, live->instance, live->released, false, error);
}

static int gather_assumed(struct gathering *gathering, const char *environment,
			  struct tally_error *error)
{
	const struct tally_matrix_query *query = gathering->matrix->query;
	int status = 0;

	for (size_t i = 0; status == 0 && i < query->assumption_count; i++) {
		const struct tally_assumption *item = &query->assumptions[i];

		if (item->version != NULL &&
		    concerns(gathering->matrix, item, gathering->application, environment))
			status = gather(gathering, item->version, item->instance, item->released,
					true, error);
	}
	return status;
}

static int make_room(struct gathering *gathering, size_t live_count, struct tally_error *error)
{
	struct matrix *matrix = gathering->matrix;

	gathering->most = live_count + matrix->query->assumption_count + 1;
	gathering->versions = tally__arena_alloc_array(&matrix->records->arena, gathering->most,
						       sizeof *gathering->versions);
	return gathering->versions == NULL ? tally__fail_nomem(error) : 0;
}

int tally__select_live(struct matrix *matrix, const char *environment, const char *application,
		       struct selected_version **out, size_t *count, struct tally_error *error)
{
	struct gathering gathering = {.matrix = matrix, .application = application};
	struct live_version *live;
	size_t live_count = 0;
	int status = tally__live_list(matrix->records, environment, application, &live, &live_count,
				      error);

	if (status == 0)
		status = make_room(&gathering, live_count, error);
	for (size_t i = 0; status == 0 && i < live_count; i++)
		status = gather_live(&gathering, &live[i], environment, error);
	if (status == 0)
		status = gather_assumed(&gathering, environment, error);
	if (status != 0)
		return status;
	*out = gathering.versions;
	*count = gathering.count;
	return 0;
}

int tally__select_assumed(struct matrix *matrix, const char *application,
			  struct selected_version **out, size_t *count, struct tally_error *error)
{
	struct gathering gathering = {.matrix = matrix, .application = application};
	int status = make_room(&gathering, 0, error);

	if (status == 0)
		status = gather_assumed(&gathering, NULL, error);
	if (status != 0)
		return status;
	*out = gathering.versions;
	*count = gathering.count;
	return 0;
}
