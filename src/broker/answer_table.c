#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "broker/answer_table.h"

static void release_table(void *context)
{
	struct answer_table *table = context;

	tally__map_release(&table->by_digest);
}

struct answer_table *tally__answer_table_new(struct records *records, const char *consumer)
{
	struct answer_table *table = tally__arena_alloc(&records->arena, sizeof *table);

	if (table == NULL)
		return NULL;
	tally__map_init(&table->by_digest);
	if (tally__arena_keep(&records->arena, release_table, table) != 0)
		return NULL;
	table->consumer = tally__arena_strdup(&records->arena, consumer);
	return table->consumer != NULL ? table : NULL;
}

/* Names of runs begin with their time, and end with what tells two of one second apart. */
static void keep_newest(const struct answer_run **newest, const struct answer_run *run)
{
	int order = *newest == NULL ? 1 : strcmp(run->name, (*newest)->name);

	if (order > 0 || (order == 0 && strcmp(run->consumer, (*newest)->consumer) > 0))
		*newest = run;
}

int tally__answer_table_add(struct answer_table *table, struct records *records, const char *digest,
			    unsigned kinds, const struct answer_run *run, struct tally_error *error)
{
	size_t len = strlen(digest);
	struct answer *answer = tally__map_get(&table->by_digest, digest, len);

	if (answer == NULL) {
		char *key = tally__arena_memdup(&records->arena, digest, len);

		answer = tally__arena_alloc(&records->arena, sizeof *answer);
		if (key == NULL || answer == NULL ||
		    tally__map_put(&table->by_digest, key, len, answer) != 0)
			return tally__fail_nomem(error);
	}
	if ((kinds & ANSWER_PASSED) != 0)
		keep_newest(&answer->passed, run);
	if ((kinds & ANSWER_FAILED) != 0)
		keep_newest(&answer->failed, run);
	if ((kinds & ANSWER_ERRORED) != 0)
		keep_newest(&answer->errored, run);
	return 0;
}

int tally__answer_kinds(const struct record *run, const cJSON *interaction, const char **digest,
			unsigned *kinds, struct tally_error *error)
{
	static const struct {
		const char *outcome;
		unsigned kinds;
	} outcomes[] = {
		{"passed", ANSWER_PASSED},
		{"failed", ANSWER_FAILED},
		{"flaky", ANSWER_PASSED | ANSWER_FAILED},
		{"error", ANSWER_ERRORED},
	};
	const char *outcome = tally__json_get_string(interaction, "outcome");

	*digest = tally__json_get_string(interaction, "digest");
	if (*digest == NULL || outcome == NULL)
		return tally__record_damaged(run, "interactions",
					     "objects with \"digest\" and \"outcome\"", error);
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		if (strcmp(outcome, outcomes[i].outcome) == 0) {
			*kinds = outcomes[i].kinds;
			return 0;
		}
	}
	return tally__record_damaged(run, "outcome", "passed, failed, flaky or error", error);
}

/* A copy; NULL stays NULL, and *failed tells of memory that is short. */
static const char *keep_text(struct records *records, const char *text, bool *failed)
{
	const char *copy = text != NULL ? tally__arena_strdup(&records->arena, text) : NULL;

	*failed = *failed || (text != NULL && copy == NULL);
	return copy;
}

static int keep_run(const struct answer_run **out, struct records *records,
		    const struct answer_run *lent, struct tally_error *error)
{
	struct answer_run *run = tally__arena_alloc(&records->arena, sizeof *run);
	bool failed = run == NULL;

	if (failed)
		return tally__fail_nomem(error);
	run->consumer = keep_text(records, lent->consumer, &failed);
	run->consumer_version = keep_text(records, lent->consumer_version, &failed);
	run->name = keep_text(records, lent->name, &failed);
	run->at = keep_text(records, lent->at, &failed);
	run->build_url = keep_text(records, lent->build_url, &failed);
	if (failed)
		return tally__fail_nomem(error);
	*out = run;
	return 0;
}

/* The name of its file, without the extension. */
static const char *name_of(struct records *records, const struct record *run)
{
	const char *slash = strrchr(run->path, '/');
	const char *name = slash != NULL ? slash + 1 : run->path;

	return tally__arena_memdup(&records->arena, name, strcspn(name, "."));
}

int tally__answer_run_read(const struct answer_run **out, struct records *records,
			   const struct record *run, struct tally_error *error)
{
	struct answer_run lent = {.name = name_of(records, run)};
	int status = lent.name == NULL ? tally__fail_nomem(error)
				       : tally__record_text(run, "consumer", &lent.consumer, error);

	if (status == 0)
		status = tally__record_optional_text(run, "consumerVersion", &lent.consumer_version,
						     error);
	if (status == 0)
		status = tally__record_text(run, "at", &lent.at, error);
	if (status == 0)
		status = tally__record_optional_text(run, "buildUrl", &lent.build_url, error);
	return status == 0 ? keep_run(out, records, &lent, error) : status;
}

int tally__answer_table_add_run(struct answer_table *table, struct records *records,
				const struct record *record, const struct answer_run *run,
				struct tally_error *error)
{
	const cJSON *items, *item;
	int status = tally__record_array(record, "interactions", &items, error);

	if (status != 0)
		return status;
	cJSON_ArrayForEach(item, items)
	{
		const char *digest;
		unsigned kinds;

		status = tally__answer_kinds(record, item, &digest, &kinds, error);
		if (status == 0)
			status = tally__answer_table_add(table, records, digest, kinds, run, error);
		if (status != 0)
			return status;
	}
	return 0;
}

/* The lists of a run in answers/<consumer>.json. */
static const struct {
	const char *name;
	unsigned kind;
} lists[] = {
	{"passed", ANSWER_PASSED},
	{"failed", ANSWER_FAILED},
	{"error", ANSWER_ERRORED},
};

#define LISTS (sizeof lists / sizeof *lists)

static int read_list(struct answer_table *table, struct records *records,
		     const struct record *record, const cJSON *json, size_t list,
		     const struct answer_run *run, struct tally_error *error)
{
	const cJSON *digests = tally__json_get(json, lists[list].name), *digest;
	int status = 0;

	if (digests != NULL && !cJSON_IsArray(digests))
		return tally__record_damaged(record, "runs", "runs with lists of digests", error);
	cJSON_ArrayForEach(digest, digests)
	{
		if (!cJSON_IsString(digest))
			return tally__record_damaged(record, "runs", "runs with lists of digests",
						     error);
		status = tally__answer_table_add(table, records, digest->valuestring,
						 lists[list].kind, run, error);
		if (status != 0)
			return status;
	}
	return 0;
}

static int read_run(struct answer_table *table, struct records *records,
		    const struct record *record, const cJSON *json, struct tally_error *error)
{
	const struct answer_run lent = {
		.consumer = table->consumer,
		.consumer_version = tally__json_get_string(json, "consumerVersion"),
		.name = tally__json_get_string(json, "run"),
		.at = tally__json_get_string(json, "at"),
		.build_url = tally__json_get_string(json, "buildUrl"),
	};
	const struct answer_run *run = NULL;
	int status;

	if (lent.name == NULL || lent.at == NULL)
		return tally__record_damaged(record, "runs", "objects with \"run\" and \"at\"",
					     error);
	status = keep_run(&run, records, &lent, error);
	for (size_t i = 0; status == 0 && i < LISTS; i++)
		status = read_list(table, records, record, json, i, run, error);
	return status;
}

int tally__answer_table_read(struct answer_table *table, struct records *records,
			     const struct record *record, struct tally_error *error)
{
	const cJSON *runs = NULL, *run;
	int status = record->json == NULL ? 0 : tally__record_array(record, "runs", &runs, error);

	cJSON_ArrayForEach(run, runs)
	{
		if (status == 0)
			status = read_run(table, records, record, run, error);
	}
	return status;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A map's keys in order, to be released with free; NULL when memory is short. */
static const char **sort_keys(const struct map *map)
{
	const char **keys = tally__calloc(map->count + 1, sizeof *keys);

	if (keys == NULL)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		keys[i] = map->entries[i].key;
	qsort(keys, map->count, sizeof *keys, compare_keys);
	return keys;
}

/* "runs" while it is made: objects that are not in a list yet, by the names of their runs. */
struct writing {
	struct map by_name;
};

static cJSON *make_run(const struct answer_run *run)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put_text(json, "run", run->name);

	failed |= tally__json_put_text(json, "at", run->at);
	failed |= tally__json_put_text(json, "consumerVersion", run->consumer_version);
	failed |= tally__json_put_text(json, "buildUrl", run->build_url);
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int write_digest(struct writing *writing, const struct answer_run *run, size_t list,
			const char *digest)
{
	cJSON *json = tally__map_get(&writing->by_name, run->name, strlen(run->name));
	cJSON *digests;

	if (json == NULL) {
		json = make_run(run);
		if (json == NULL ||
		    tally__map_put(&writing->by_name, run->name, strlen(run->name), json) != 0) {
			cJSON_Delete(json);
			return TALLY_ENOMEM;
		}
	}
	digests = cJSON_GetObjectItemCaseSensitive(json, lists[list].name);
	if (digests == NULL)
		digests = cJSON_AddArrayToObject(json, lists[list].name);
	return tally__json_append(digests, cJSON_CreateString(digest));
}

/* An attempt that ended with an error is told only of what has no answer. */
static int write_answer(struct writing *writing, const struct answer *answer, const char *digest)
{
	int failed = 0;

	if (answer->passed != NULL)
		failed |= write_digest(writing, answer->passed, 0, digest);
	if (answer->failed != NULL)
		failed |= write_digest(writing, answer->failed, 1, digest);
	if (answer->errored != NULL && answer->passed == NULL && answer->failed == NULL)
		failed |= write_digest(writing, answer->errored, 2, digest);
	return failed;
}

static int write_answers(struct writing *writing, const struct answer_table *table)
{
	const char **digests = sort_keys(&table->by_digest);
	int failed = digests == NULL ? TALLY_ENOMEM : 0;

	for (size_t i = 0; failed == 0 && i < table->by_digest.count; i++)
		failed |= write_answer(
			writing, tally__map_get(&table->by_digest, digests[i], strlen(digests[i])),
			digests[i]);
	tally__free(digests);
	return failed;
}

/* The oldest run first; they are the list's afterwards, or nobody's. */
static cJSON *list_runs(struct writing *writing)
{
	const char **names = sort_keys(&writing->by_name);
	cJSON *list = cJSON_CreateArray();
	int failed = names == NULL || list == NULL ? TALLY_ENOMEM : 0;

	for (size_t i = 0; failed == 0 && i < writing->by_name.count; i++) {
		struct map_entry *entry =
			tally__map_find(&writing->by_name, names[i], strlen(names[i]));

		failed |= tally__json_append(list, entry->value);
		entry->value = NULL;
	}
	for (size_t i = 0; i < writing->by_name.count; i++)
		cJSON_Delete(writing->by_name.entries[i].value);
	tally__free(names);
	if (failed != 0) {
		cJSON_Delete(list);
		return NULL;
	}
	return list;
}

static int name_record(struct record *record, const char *provider, const char *version,
		       struct tally_error *error)
{
	int status = tally__record_set_text(record, "provider", provider, error);

	return status != 0 ? status
			   : tally__record_set_text(record, "providerVersion", version, error);
}

int tally__answer_table_write(const struct answer_table *table, struct record *record,
			      const char *provider, const char *version, struct tally_error *error)
{
	struct writing writing;
	cJSON *runs;
	int failed, status;

	tally__map_init(&writing.by_name);
	failed = write_answers(&writing, table);
	runs = list_runs(&writing);
	tally__map_release(&writing.by_name);
	status = failed != 0 || runs == NULL ? tally__fail_nomem(error)
					     : name_record(record, provider, version, error);
	if (status == 0)
		status = tally__record_set_text(record, "consumer", table->consumer, error);
	if (status == 0)
		return tally__record_set(record, "runs", runs, error);
	cJSON_Delete(runs);
	return status;
}

int tally__failed_read(struct map *failed, struct records *records, const struct record *record,
		       struct tally_error *error)
{
	const cJSON *digests = NULL, *digest;
	int status =
		record->json == NULL ? 0 : tally__record_array(record, "failed", &digests, error);

	cJSON_ArrayForEach(digest, digests)
	{
		const char *key;

		if (!cJSON_IsString(digest))
			return tally__record_damaged(record, "failed", "a list of digests", error);
		key = tally__arena_strdup(&records->arena, digest->valuestring);
		if (key == NULL || tally__map_put(failed, key, strlen(key), failed) != 0)
			return tally__fail_nomem(error);
	}
	return status;
}

int tally__failed_write(const struct map *failed, struct record *record, const char *provider,
			const char *version, struct tally_error *error)
{
	const char **digests = sort_keys(failed);
	cJSON *list = cJSON_CreateArray();
	int short_of = digests == NULL || list == NULL ? TALLY_ENOMEM : 0;
	int status;

	for (size_t i = 0; short_of == 0 && i < failed->count; i++)
		short_of |= tally__json_append(list, cJSON_CreateString(digests[i]));
	tally__free(digests);
	status = short_of != 0 ? tally__fail_nomem(error)
			       : name_record(record, provider, version, error);
	if (status == 0)
		return tally__record_set(record, "failed", list, error);
	cJSON_Delete(list);
	return status;
}
