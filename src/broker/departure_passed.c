/* What passed, without the runs of versions that go, or of a line that a version leaves: the
 * records that may rest on them are told anew from all the runs that are left. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "broker/departure.h"
#include "broker/versions.h"

/* A run's interactions that passed. */
typedef int pass_visitor(void *context, const struct pass *pass, struct tally_error *error);

static int each_pass(const struct record *run, pass_visitor *visit, void *context,
		     struct tally_error *error)
{
	struct pass pass = {.wip = tally__json_get_bool(run->json, "wip", false)};
	const cJSON *items = NULL, *item;
	int status = tally__record_text(run, "provider", &pass.provider, error);

	if (status == 0)
		status = tally__record_text(run, "consumer", &pass.consumer, error);
	if (status == 0)
		status = tally__record_text(run, "at", &pass.at, error);
	if (status == 0)
		status = tally__record_array(run, "interactions", &items, error);
	cJSON_ArrayForEach(item, items)
	{
		const char *outcome = tally__json_get_string(item, "outcome");

		pass.digest = tally__json_get_string(item, "digest");
		if (status == 0 && outcome != NULL && pass.digest != NULL &&
		    strcmp(outcome, "passed") == 0)
			status = visit(context, &pass, error);
	}
	return status;
}

/* Every run of a version for one consumer, in a working set of its own: histories are long. */
static int each_run(const struct departure *departure, const char *version, const char *consumer,
		    pass_visitor *visit, void *context, struct tally_error *error)
{
	struct records records;
	struct record **runs;
	size_t count = 0;
	int status;

	tally__records_init(&records, departure->records->snapshot);
	records.format = departure->records->format;
	status = tally__records_list(&records, &runs, &count, PATH_RUNS,
				     NAMES(departure->removal->application, version, consumer),
				     error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = each_pass(runs[i], visit, context, error);
	tally__records_release(&records);
	return status;
}

struct doubting {
	struct departure *departure;
	const struct lines *lines; /* that are left */
};

/* An entry may be this pass when it has its instant and one of the lines. */
static bool may_be(const cJSON *entry, const struct pass *pass, const struct lines *lines)
{
	const char *at = tally__json_get_string(entry, "at");
	const char *branch = tally__json_get_string(entry, "branch");
	const char *tag = tally__json_get_string(entry, "tag");

	if (at == NULL || strcmp(at, pass->at) != 0)
		return false;
	if (branch == NULL && tag == NULL)
		return true;
	for (size_t i = 0; i < lines->count; i++) {
		const char *name = lines->items[i].is_tag ? tag : branch;

		if (name != NULL && strcmp(name, lines->items[i].name) == 0)
			return true;
	}
	return false;
}

static const char *doubt_key(struct records *records, const char *consumer, const char *digest)
{
	return tally__arena_printf(&records->arena, "%s\n%s", digest, consumer);
}

static int add_doubt(struct departure *departure, const struct pass *pass,
		     struct tally_error *error)
{
	struct arena *arena = &departure->records->arena;
	const char *key = doubt_key(departure->records, pass->consumer, pass->digest);
	struct doubt *doubt;

	if (key == NULL)
		return tally__fail_nomem(error);
	if (tally__map_find(&departure->doubts, key, strlen(key)) != NULL)
		return 0;
	doubt = tally__arena_alloc(arena, sizeof *doubt);
	if (doubt == NULL)
		return tally__fail_nomem(error);
	doubt->consumer = tally__arena_strdup(arena, pass->consumer);
	doubt->digest = tally__arena_strdup(arena, pass->digest);
	if (doubt->consumer == NULL || doubt->digest == NULL ||
	    tally__map_put(&departure->doubts, key, strlen(key), doubt) != 0)
		return tally__fail_nomem(error);
	return 0;
}

static int doubt_pass(void *context, const struct pass *pass, struct tally_error *error)
{
	struct doubting *doubting = context;
	struct departure *departure = doubting->departure;
	const cJSON *passes = NULL, *entry;
	struct record *record;
	int status = tally__records_get(departure->records, &record, PATH_PASSED,
					NAMES(pass->provider, pass->consumer, pass->digest), error);

	if (status == 0)
		status = tally__record_optional_array(record, "passes", &passes, error);
	cJSON_ArrayForEach(entry, passes)
	{
		if (status == 0 && may_be(entry, pass, doubting->lines))
			return add_doubt(departure, pass, error);
	}
	return status;
}

int tally__departure_find_passed(struct departure *departure, const struct record *version,
				 struct tally_error *error)
{
	struct records *records = departure->records;
	struct snapshot_entry *consumers;
	const char *number, *folder;
	struct lines lines;
	struct doubting doubting = {.departure = departure, .lines = &lines};
	size_t count = 0;
	int status = tally__departure_lines(departure, version, &lines, error);

	if (status == 0)
		status = tally__record_text(version, "version", &number, error);
	if (status == 0)
		status = tally__records_path(records, &folder, PATH_RESULTS,
					     NAMES(departure->removal->application, number), error);
	if (status == 0)
		status = tally__snapshot_list(records->snapshot, folder, &records->arena,
					      &consumers, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		struct record **runs;
		size_t run_count = 0;
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, consumers[i].name);

		status = path == NULL ? tally__fail_nomem(error)
				      : tally__records_list_path(records, &runs, &run_count, path,
								 error);
		for (size_t j = 0; status == 0 && j < run_count; j++)
			status = each_pass(runs[j], doubt_pass, &doubting, error);
	}
	return status;
}

/* A pass that is to be told again. */
struct retold {
	struct pass pass;
	struct lines lines;
};

struct retelling {
	struct departure *departure;
	const struct lines *lines; /* of the version that is looked at */
	struct retold *items;
	size_t count, capacity;
};

static int retell_pass(void *context, const struct pass *pass, struct tally_error *error)
{
	struct retelling *retelling = context;
	struct departure *departure = retelling->departure;
	struct arena *arena = &departure->records->arena;
	const char *key = doubt_key(departure->records, pass->consumer, pass->digest);
	const struct doubt *doubt;
	struct retold *retold;

	if (key == NULL)
		return tally__fail_nomem(error);
	doubt = tally__map_get(&departure->doubts, key, strlen(key));
	if (doubt == NULL)
		return 0;
	retelling->items = tally__arena_room(arena, retelling->items, retelling->count,
					     &retelling->capacity, 64, sizeof *retelling->items);
	if (retelling->items == NULL)
		return tally__fail_nomem(error);
	retold = &retelling->items[retelling->count];
	retold->lines = *retelling->lines;
	retold->pass = (struct pass){.provider = departure->removal->application,
				     .consumer = doubt->consumer,
				     .digest = doubt->digest,
				     .at = tally__arena_strdup(arena, pass->at),
				     .wip = pass->wip};
	if (retold->pass.at == NULL)
		return tally__fail_nomem(error);
	retelling->count++;
	return 0;
}

/* In the order of time, as they were first told: what came first covers what came later. */
static int compare_retold(const void *a, const void *b)
{
	const struct retold *left = a, *right = b;
	int order = strcmp(left->pass.at, right->pass.at);

	return order != 0 ? order : strcmp(left->pass.digest, right->pass.digest);
}

static int retell_version(struct retelling *retelling, const struct record *version,
			  const struct map *consumers, struct tally_error *error)
{
	struct departure *departure = retelling->departure;
	struct lines lines;
	const char *number;
	int status = tally__record_text(version, "version", &number, error);

	if (status == 0 && departure->removal->line == NULL &&
	    tally__departure_has(departure, number))
		return 0;
	if (status == 0)
		status = tally__lines_of_version(&lines, departure->records, version, error);
	retelling->lines = &lines;
	for (size_t i = 0; status == 0 && i < consumers->count; i++) {
		const struct doubt *doubt = consumers->entries[i].value;

		status =
			each_run(departure, number, doubt->consumer, retell_pass, retelling, error);
	}
	return status;
}

/* Empties the records in doubt, and lists whose they are (by name, any doubt of each). */
static int forget(struct departure *departure, struct map *consumers, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < departure->doubts.count; i++) {
		struct doubt *doubt = departure->doubts.entries[i].value;
		struct record *record;

		status = tally__records_get(
			departure->records, &record, PATH_PASSED,
			NAMES(departure->removal->application, doubt->consumer, doubt->digest),
			error);
		if (status == 0)
			status = tally__record_set(record, "passes", cJSON_CreateArray(), error);
		if (status == 0 &&
		    tally__map_put(consumers, doubt->consumer, strlen(doubt->consumer), doubt) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

static int drop_empty(struct departure *departure, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < departure->doubts.count; i++) {
		const struct doubt *doubt = departure->doubts.entries[i].value;
		struct record *record;

		status = tally__records_get(
			departure->records, &record, PATH_PASSED,
			NAMES(departure->removal->application, doubt->consumer, doubt->digest),
			error);
		if (status == 0 && tally__json_get(record->json, "passes")->child == NULL)
			tally__record_remove(record);
	}
	return status;
}

int tally__departure_retell_passed(struct departure *departure, struct tally_error *error)
{
	struct retelling retelling = {.departure = departure};
	struct record **versions;
	struct map consumers;
	size_t count = 0;
	int status;

	if (departure->doubts.count == 0)
		return 0;
	tally__map_init(&consumers);
	status = forget(departure, &consumers, error);
	if (status == 0)
		status = tally__versions_list(departure->records, departure->removal->application,
					      &versions, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = retell_version(&retelling, versions[i], &consumers, error);
	if (status == 0 && retelling.count > 0)
		qsort(retelling.items, retelling.count, sizeof *retelling.items, compare_retold);
	for (size_t i = 0; status == 0 && i < retelling.count; i++)
		status = tally__passed_note(departure->records, &retelling.items[i].pass,
					    &retelling.items[i].lines, error);
	if (status == 0)
		status = drop_empty(departure, error);
	tally__map_release(&consumers);
	return status;
}
