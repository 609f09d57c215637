#include "config.h"

#include <string.h>

#include "broker/live.h"

struct gathering {
	struct records *records;
	struct live_version *items;
	size_t count, capacity;
};

static int add(struct gathering *gathering, struct record *record, bool released,
	       struct tally_error *error)
{
	struct live_version live = {.released = released, .record = record};
	int status = tally__record_text(record, "application", &live.application, error);

	if (status == 0)
		status = tally__record_text(record, "version", &live.version, error);
	if (status == 0 && !released)
		status = tally__record_optional_text(record, "instance", &live.instance, error);
	if (status != 0)
		return status;
	gathering->items =
		tally__arena_room(&gathering->records->arena, gathering->items, gathering->count,
				  &gathering->capacity, 4, sizeof *gathering->items);
	if (gathering->items == NULL)
		return tally__fail_nomem(error);
	gathering->items[gathering->count++] = live;
	return 0;
}

static int add_folder(struct gathering *gathering, const char *folder, bool released,
		      struct tally_error *error)
{
	struct record **found;
	size_t count = 0;
	int status = tally__records_list_path(gathering->records, &found, &count, folder, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = add(gathering, found[i], released, error);
	return status;
}

/* The slots in an application's folder: that of the unnamed instance, and those of the others. */
static int add_slots(struct gathering *gathering, const char *folder, struct tally_error *error)
{
	struct arena *arena = &gathering->records->arena;
	const char *unnamed = tally__arena_printf(arena, "%s/current.json", folder);
	const char *instances = tally__arena_printf(arena, "%s/instances", folder);
	struct record *slot;
	int status;

	if (unnamed == NULL || instances == NULL)
		return tally__fail_nomem(error);
	status = tally__records_get_path(gathering->records, &slot, unnamed, error);
	if (status == 0 && slot->json != NULL)
		status = add(gathering, slot, false, error);
	return status != 0 ? status : add_folder(gathering, instances, false, error);
}

int tally__live_list(struct records *records, const char *environment, const char *application,
		     struct live_version **out, size_t *count, struct tally_error *error)
{
	struct gathering gathering = {.records = records};
	const char *slots, *releases;
	int status = tally__records_path(records, &slots, PATH_SLOTS,
					 NAMES(environment, application), error);

	if (status == 0)
		status = add_slots(&gathering, slots, error);
	if (status == 0)
		status = tally__records_path(records, &releases, PATH_RELEASED,
					     NAMES(environment, application), error);
	if (status == 0)
		status = add_folder(&gathering, releases, true, error);
	if (status != 0)
		return status;
	*out = gathering.items;
	*count = gathering.count;
	return 0;
}

/* The applications' folders below `pattern`, in turn. */
static int add_every(struct gathering *gathering, const char *pattern, const char *environment,
		     bool released, struct tally_error *error)
{
	struct records *records = gathering->records;
	struct snapshot_entry *entries;
	const char *folder;
	size_t count = 0;
	int status = tally__records_path(records, &folder, pattern, NAMES(environment), error);

	if (status == 0)
		status = tally__snapshot_list(records->snapshot, folder, &records->arena, &entries,
					      &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, entries[i].name);

		if (path == NULL)
			return tally__fail_nomem(error);
		status = released ? add_folder(gathering, path, true, error)
				  : add_slots(gathering, path, error);
	}
	return status;
}

int tally__live_everything(struct records *records, const char *environment,
			   struct live_version **out, size_t *count, struct tally_error *error)
{
	struct gathering gathering = {.records = records};
	int status = add_every(&gathering, PATH_DEPLOYED, environment, false, error);

	if (status == 0)
		status = add_every(&gathering, PATH_RELEASED_ALL, environment, true, error);
	if (status != 0)
		return status;
	*out = gathering.items;
	*count = gathering.count;
	return 0;
}
