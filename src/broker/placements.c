#include "config.h"

#include <string.h>

#include "base/time.h"
#include "broker/environments.h"
#include "broker/live.h"
#include "broker/placements.h"

struct words {
	const char *kind;
	const char *own, *own_folder; /* patterns */
	const char *began, *ended;    /* members */
	const char *counts;           /* member of answers */
};

static const struct words words[] = {
	[PLACEMENT_DEPLOYMENT] = {"deployment", PATH_DEPLOYMENT, PATH_DEPLOYMENTS, "deployedAt",
				  "undeployedAt", "currentlyDeployed"},
	[PLACEMENT_RELEASE] = {"release", PATH_VERSION_RELEASE, PATH_VERSION_RELEASES, "releasedAt",
			       "supportEndedAt", "currentlySupported"},
};

int tally__placement_read(struct placement *out, enum placement_kind kind,
			  const struct record *record, struct tally_error *error)
{
	struct placement placement = {.kind = kind};
	int status = tally__record_text(record, "application", &placement.application, error);

	if (status == 0)
		status = tally__record_text(record, "version", &placement.version, error);
	if (status == 0)
		status = tally__record_text(record, "environment", &placement.environment, error);
	if (status == 0 && kind == PLACEMENT_DEPLOYMENT)
		status =
			tally__record_optional_text(record, "instance", &placement.instance, error);
	if (status == 0)
		status = tally__record_text(record, "uuid", &placement.uuid, error);
	if (status == 0)
		*out = placement;
	return status;
}

int tally__placement_own(struct records *records, const struct placement *placement,
			 struct record **out, struct tally_error *error)
{
	return tally__records_get(
		records, out, words[placement->kind].own,
		NAMES(placement->application, placement->version, placement->uuid), error);
}

int tally__placement_place(struct records *records, const struct placement *placement,
			   struct record **out, struct tally_error *error)
{
	if (placement->kind == PLACEMENT_RELEASE)
		return tally__records_get(
			records, out, PATH_RELEASE,
			NAMES(placement->environment, placement->application, placement->version),
			error);
	if (placement->instance == NULL)
		return tally__records_get(records, out, PATH_SLOT_UNNAMED,
					  NAMES(placement->environment, placement->application),
					  error);
	return tally__records_get(
		records, out, PATH_SLOT,
		NAMES(placement->environment, placement->application, placement->instance), error);
}

static int write_members(struct record *record, const struct placement *placement, const char *at,
			 struct tally_error *error)
{
	int status = tally__record_set_text(record, "application", placement->application, error);

	if (status == 0)
		status = tally__record_set_text(record, "version", placement->version, error);
	if (status == 0)
		status = tally__record_set_text(record, "environment", placement->environment,
						error);
	if (status == 0 && placement->instance != NULL)
		status = tally__record_set_text(record, "instance", placement->instance, error);
	if (status == 0)
		status = tally__record_set_text(record, "uuid", placement->uuid, error);
	if (status == 0)
		status = tally__record_set_text(record, words[placement->kind].began, at, error);
	return status;
}

static int write_index(struct records *records, const struct placement *placement,
		       struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(records, &record, PATH_UUID, NAMES(placement->uuid), error);

	if (status == 0)
		status = tally__record_set_text(record, "uuid", placement->uuid, error);
	if (status == 0)
		status = tally__record_set_text(record, "kind", words[placement->kind].kind, error);
	if (status == 0)
		status = tally__record_set_text(record, "application", placement->application,
						error);
	if (status == 0)
		status = tally__record_set_text(record, "version", placement->version, error);
	return status;
}

int tally__placement_begin(struct records *records, const struct placement *placement,
			   int64_t now_unix, struct tally_error *error)
{
	const struct words *say = &words[placement->kind];
	struct record *own, *place;
	char now[TIME_TEXT_BYTES];
	const char *began = NULL;
	int status = tally__placement_own(records, placement, &own, error);

	tally__time_format(now_unix, now);
	if (status == 0)
		status = tally__placement_place(records, placement, &place, error);
	if (status == 0 && own->json != NULL)
		status = tally__record_text(own, say->began, &began, error);
	if (status == 0)
		status = write_members(own, placement, began != NULL ? began : now, error);
	if (status != 0)
		return status;
	tally__record_unset(own, say->ended);
	status = write_members(place, placement, tally__json_get_string(own->json, say->began),
			       error);
	return status != 0 ? status : write_index(records, placement, error);
}

static bool counts(const struct placement *placement, const struct record *place)
{
	const char *uuid = tally__json_get_string(place->json, "uuid");

	return uuid != NULL && strcmp(uuid, placement->uuid) == 0;
}

int tally__placement_end(struct records *records, struct placement *placement, int64_t now_unix,
			 struct tally_error *error)
{
	const struct words *say = &words[placement->kind];
	struct record *own, *place;
	char now[TIME_TEXT_BYTES];
	const char *began;
	int status = tally__placement_own(records, placement, &own, error);

	if (status == 0)
		status = tally__placement_place(records, placement, &place, error);
	if (status != 0 || !counts(placement, place))
		return status;
	tally__time_format(now_unix, now);
	status = tally__record_text(place, say->began, &began, error);
	if (status == 0)
		status = write_members(own, placement, began, error);
	if (status == 0)
		status = tally__record_set_text(own, say->ended, now, error);
	/* Its texts may be those of the record that goes. */
	if (status == 0)
		status = tally__placement_read(placement, placement->kind, own, error);
	if (status == 0)
		tally__record_remove(place);
	return status;
}

int tally__placements_of_version(struct records *records, enum placement_kind kind,
				 const char *application, const char *version,
				 struct placement **out, size_t *count, struct tally_error *error)
{
	struct placement *list;
	struct record **found;
	size_t found_count = 0;
	int status = tally__records_list(records, &found, &found_count, words[kind].own_folder,
					 NAMES(application, version), error);

	if (status != 0)
		return status;
	list = tally__arena_alloc_array(&records->arena, found_count + 1, sizeof *list);
	if (list == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < found_count; i++)
		status = tally__placement_read(&list[i], kind, found[i], error);
	if (status != 0)
		return status;
	*out = list;
	*count = found_count;
	return 0;
}

int tally__placements_live(struct records *records, const char *environment, struct placement **out,
			   size_t *count, struct tally_error *error)
{
	struct live_version *live;
	struct placement *list;
	size_t live_count = 0;
	int status = tally__live_everything(records, environment, &live, &live_count, error);

	if (status != 0)
		return status;
	list = tally__arena_alloc_array(&records->arena, live_count + 1, sizeof *list);
	if (list == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < live_count; i++)
		status = tally__placement_read(
			&list[i], live[i].released ? PLACEMENT_RELEASE : PLACEMENT_DEPLOYMENT,
			live[i].record, error);
	if (status != 0)
		return status;
	*out = list;
	*count = live_count;
	return 0;
}

/* What was deployed before identifiers were written down is found while it is live. */
static int find_live(struct records *records, struct placement *wanted, bool *found,
		     struct tally_error *error)
{
	struct record **environments;
	struct placement *live;
	size_t environment_count = 0, count = 0;
	int status = tally__environments_list(records, &environments, &environment_count, error);

	*found = false;
	for (size_t i = 0; status == 0 && i < environment_count; i++) {
		const char *name;

		status = tally__record_text(environments[i], "name", &name, error);
		if (status == 0)
			status = tally__placements_live(records, name, &live, &count, error);
		for (size_t j = 0; status == 0 && j < count; j++) {
			if (live[j].kind != wanted->kind || strcmp(live[j].uuid, wanted->uuid) != 0)
				continue;
			*found = true;
			*wanted = live[j];
			return 0;
		}
	}
	return status;
}

static int find_indexed(struct records *records, const struct record *index,
			struct placement *wanted, bool *found, struct tally_error *error)
{
	struct record *own;
	const char *kind;
	int status = tally__record_text(index, "kind", &kind, error);

	*found = false;
	if (status != 0 || strcmp(kind, words[wanted->kind].kind) != 0)
		return status;
	status = tally__record_text(index, "application", &wanted->application, error);
	if (status == 0)
		status = tally__record_text(index, "version", &wanted->version, error);
	if (status == 0)
		status = tally__placement_own(records, wanted, &own, error);
	if (status != 0 || own->json == NULL)
		return status;
	*found = true;
	return tally__placement_read(wanted, wanted->kind, own, error);
}

int tally__placement_find(struct records *records, enum placement_kind kind, const char *uuid,
			  struct placement *out, struct tally_error *error)
{
	struct placement wanted = {.kind = kind, .uuid = uuid};
	struct record *index;
	bool found = false;
	int status = tally__name_check(uuid, words[kind].kind, error);

	if (status == 0)
		status = tally__records_get(records, &index, PATH_UUID, NAMES(uuid), error);
	if (status == 0)
		status = index->json != NULL ? find_indexed(records, index, &wanted, &found, error)
					     : find_live(records, &wanted, &found, error);
	if (status == 0 && !found)
		status = tally__fail(error, TALLY_ENOTFOUND, "no %s \"%s\" is known here",
				     words[kind].kind, uuid);
	if (status == 0)
		*out = wanted;
	return status;
}

int tally__placement_show(struct records *records, const struct placement *placement, cJSON **out,
			  struct tally_error *error)
{
	struct record *own, *place;
	cJSON *json;
	int status = tally__placement_own(records, placement, &own, error);

	if (status == 0)
		status = tally__placement_place(records, placement, &place, error);
	if (status != 0)
		return status;
	/* A live one counts also when somebody took its version away. */
	json = tally__json_clone(own->json != NULL ? own->json : place->json);
	if (tally__json_put(json, words[placement->kind].counts,
			    cJSON_CreateBool(counts(placement, place))) != 0) {
		cJSON_Delete(json);
		return tally__fail_nomem(error);
	}
	*out = json;
	return 0;
}

void tally__placement_describe(const struct placement *placement, const char *preposition,
			       struct buf *out)
{
	tally__buf_addf(out, "%s %s %s %s", placement->application, placement->version, preposition,
			placement->environment);
	if (placement->instance != NULL)
		tally__buf_addf(out, " (instance %s)", placement->instance);
}
