#include "config.h"

#include <string.h>

#include "broker/answer_table.h"

struct answers {
	struct records *records;
	const char *provider, *version;
	bool from_runs;           /* the store has no other records of them, or none to rely on */
	struct map tables;        /* by consumer: those that were read */
	struct map failed;        /* digests that failed in any run, */
	bool has_failed;          /* once they were read */
	struct answer_table *all; /* of every consumer together, once that was needed */
	struct answers *next;
};

static void release_answers(void *context)
{
	struct answers *answers = context;

	tally__map_release(&answers->tables);
	tally__map_release(&answers->failed);
}

static int make_answers(struct answers **out, struct records *records, const char *provider,
			const char *version, bool from_runs, struct tally_error *error)
{
	struct answers *answers = tally__arena_alloc(&records->arena, sizeof *answers);

	if (answers == NULL)
		return tally__fail_nomem(error);
	answers->records = records;
	answers->from_runs = from_runs;
	tally__map_init(&answers->tables);
	tally__map_init(&answers->failed);
	answers->provider = tally__arena_strdup(&records->arena, provider);
	answers->version = tally__arena_strdup(&records->arena, version);
	if (answers->provider == NULL || answers->version == NULL ||
	    tally__arena_keep(&records->arena, release_answers, answers) != 0)
		return tally__fail_nomem(error);
	*out = answers;
	return 0;
}

int tally__answers_of(struct answers **out, struct records *records, const char *provider,
		      const char *version, struct tally_error *error)
{
	struct answers *answers = records->answers;
	int status;

	while (answers != NULL &&
	       (strcmp(answers->version, version) != 0 || strcmp(answers->provider, provider) != 0))
		answers = answers->next;
	if (answers != NULL) {
		*out = answers;
		return 0;
	}
	status = make_answers(&answers, records, provider, version,
			      records->format < RECORD_FORMAT_ANSWERS, error);
	if (status != 0)
		return status;
	answers->next = records->answers;
	records->answers = answers;
	*out = answers;
	return 0;
}

static int add_run(struct answers *answers, struct answer_table *table, const struct record *record,
		   struct tally_error *error)
{
	const struct answer_run *run = NULL;
	int status = tally__answer_run_read(&run, answers->records, record, error);

	if (status == 0)
		status = tally__answer_table_add_run(table, answers->records, record, run, error);
	if (status == 0 && answers->all != NULL)
		status = tally__answer_table_add_run(answers->all, answers->records, record, run,
						     error);
	return status;
}

static int read_runs(struct answers *answers, struct answer_table *table, struct tally_error *error)
{
	struct record **runs = NULL;
	size_t count = 0;
	int status = tally__records_list(
		answers->records, &runs, &count, PATH_RUNS,
		NAMES(answers->provider, answers->version, table->consumer), error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_run(answers, table, runs[i], error);
	return status;
}

static int read_answers(struct answers *answers, struct answer_table *table,
			struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(answers->records, &record, PATH_ANSWERS,
					NAMES(answers->provider, answers->version, table->consumer),
					error);

	return status != 0 ? status
			   : tally__answer_table_read(table, answers->records, record, error);
}

/* What was answered to one consumer. */
static int table_of(struct answers *answers, const char *consumer, struct answer_table **out,
		    struct tally_error *error)
{
	struct answer_table *table = tally__map_get(&answers->tables, consumer, strlen(consumer));
	int status;

	if (table != NULL) {
		*out = table;
		return 0;
	}
	table = tally__answer_table_new(answers->records, consumer);
	if (table == NULL)
		return tally__fail_nomem(error);
	status = answers->from_runs ? read_runs(answers, table, error)
				    : read_answers(answers, table, error);
	if (status == 0 &&
	    tally__map_put(&answers->tables, table->consumer, strlen(table->consumer), table) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		*out = table;
	return status;
}

/* Every consumer that has answers. */
static int read_tables(struct answers *answers, struct tally_error *error)
{
	struct records *records = answers->records;
	struct record **list = NULL;
	struct answer_table *table;
	size_t count = 0;
	int status = tally__records_list(records, &list, &count, PATH_ANSWERS_OF,
					 NAMES(answers->provider, answers->version), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *consumer;

		status = tally__record_text(list[i], "consumer", &consumer, error);
		if (status == 0)
			status = table_of(answers, consumer, &table, error);
	}
	return status;
}

/* The folder of a consumer's runs does not always tell its name; the runs do. */
static int read_folder(struct answers *answers, const char *folder, struct tally_error *error)
{
	struct answer_table *table;
	struct record **runs = NULL;
	const char *consumer;
	size_t count = 0;
	int status = tally__records_list_path(answers->records, &runs, &count, folder, error);

	if (status != 0 || count == 0)
		return status;
	status = tally__record_text(runs[0], "consumer", &consumer, error);
	return status != 0 ? status : table_of(answers, consumer, &table, error);
}

static int read_folders(struct answers *answers, struct tally_error *error)
{
	struct records *records = answers->records;
	struct snapshot_entry *entries;
	const char *folder = NULL;
	size_t count = 0;
	int status = tally__records_path(records, &folder, PATH_RESULTS,
					 NAMES(answers->provider, answers->version), error);

	if (status == 0)
		status = tally__snapshot_list(records->snapshot, folder, &records->arena, &entries,
					      &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, entries[i].name);

		status =
			path == NULL ? tally__fail_nomem(error) : read_folder(answers, path, error);
	}
	return status;
}

static int unite(struct answer_table *all, struct records *records,
		 const struct answer_table *table, struct tally_error *error)
{
	for (size_t i = 0; i < table->by_digest.count; i++) {
		const char *digest = table->by_digest.entries[i].key;
		const struct answer *answer = table->by_digest.entries[i].value;
		int status = 0;

		if (answer->passed != NULL)
			status = tally__answer_table_add(all, records, digest, ANSWER_PASSED,
							 answer->passed, error);
		if (status == 0 && answer->failed != NULL)
			status = tally__answer_table_add(all, records, digest, ANSWER_FAILED,
							 answer->failed, error);
		if (status == 0 && answer->errored != NULL)
			status = tally__answer_table_add(all, records, digest, ANSWER_ERRORED,
							 answer->errored, error);
		if (status != 0)
			return status;
	}
	return 0;
}

static int read_all(struct answers *answers, struct tally_error *error)
{
	struct answer_table *all;
	int status;

	if (answers->all != NULL)
		return 0;
	status = answers->from_runs ? read_folders(answers, error) : read_tables(answers, error);
	if (status != 0)
		return status;
	all = tally__answer_table_new(answers->records, "");
	if (all == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < answers->tables.count; i++)
		status = unite(all, answers->records, answers->tables.entries[i].value, error);
	if (status == 0)
		answers->all = all;
	return status;
}

static int add_failed(struct answers *answers, const struct answer_table *table,
		      struct tally_error *error)
{
	for (size_t i = 0; i < table->by_digest.count; i++) {
		const struct map_entry *entry = &table->by_digest.entries[i];

		if (((const struct answer *)entry->value)->failed != NULL &&
		    tally__map_put(&answers->failed, entry->key, entry->key_len, answers) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

static int failed_record(struct answers *answers, struct record **out, struct tally_error *error)
{
	return tally__records_get(answers->records, out, PATH_FAILED,
				  NAMES(answers->provider, answers->version), error);
}

static int read_failed(struct answers *answers, struct tally_error *error)
{
	struct record *record;
	int status;

	if (answers->has_failed)
		return 0;
	if (answers->from_runs) {
		status = read_all(answers, error);
		if (status == 0)
			status = add_failed(answers, answers->all, error);
	} else {
		status = failed_record(answers, &record, error);
		if (status == 0)
			status = tally__failed_read(&answers->failed, answers->records, record,
						    error);
	}
	answers->has_failed = status == 0;
	return status;
}

/* What the consumer's own runs say, and whether any run at all failed. */
static int look_up(struct answers *answers, const char *consumer, const char *digest,
		   struct answer *own, bool *failed, struct tally_error *error)
{
	struct answer_table *table = NULL;
	const struct answer *found;
	int status = table_of(answers, consumer, &table, error);

	if (status == 0)
		status = read_failed(answers, error);
	if (status != 0)
		return status;
	found = tally__map_get(&table->by_digest, digest, strlen(digest));
	*own = found != NULL ? *found : (struct answer){0};
	*failed = own->failed != NULL ||
		  tally__map_find(&answers->failed, digest, strlen(digest)) != NULL;
	return 0;
}

int tally__answers_get(struct answers *answers, const char *consumer, const char *digest,
		       struct answer *out, struct tally_error *error)
{
	const struct answer *any;
	struct answer own;
	bool failed;
	int status = look_up(answers, consumer, digest, &own, &failed, error);

	if (status == 0 && (own.passed == NULL || failed))
		status = read_all(answers, error);
	if (status != 0)
		return status;
	any = own.passed == NULL || failed
		      ? tally__map_get(&answers->all->by_digest, digest, strlen(digest))
		      : NULL;
	if (any != NULL && own.passed == NULL)
		own.passed = any->passed;
	if (any != NULL && own.failed == NULL)
		own.failed = any->failed;
	if (any != NULL && own.errored == NULL)
		own.errored = any->errored;
	*out = own;
	return 0;
}

int tally__answers_passed(struct answers *answers, const char *consumer, const char *digest,
			  bool *out, struct tally_error *error)
{
	const struct answer *any;
	struct answer own;
	bool failed;
	int status = look_up(answers, consumer, digest, &own, &failed, error);

	if (status == 0 && own.passed == NULL && !failed)
		status = read_all(answers, error);
	if (status != 0)
		return status;
	if (own.passed != NULL || failed) {
		*out = !failed;
		return 0;
	}
	any = tally__map_get(&answers->all->by_digest, digest, strlen(digest));
	*out = any != NULL && any->passed != NULL && any->failed == NULL;
	return 0;
}

int tally__answers_path(struct answers *answers, const struct answer_run *run, const char **path,
			struct tally_error *error)
{
	return tally__records_path(
		answers->records, path, PATH_RUN,
		NAMES(answers->provider, answers->version, run->consumer, run->name), error);
}

int tally__answers_messages(struct answers *answers, const struct answer_run *run,
			    const char *digest, const cJSON **out, struct tally_error *error)
{
	const cJSON *items = NULL, *item;
	struct record *record;
	int status = tally__records_get(
		answers->records, &record, PATH_RUN,
		NAMES(answers->provider, answers->version, run->consumer, run->name), error);

	*out = NULL;
	if (status == 0 && record->json != NULL)
		status = tally__record_array(record, "interactions", &items, error);
	cJSON_ArrayForEach(item, items)
	{
		const char *other = tally__json_get_string(item, "digest");

		if (other != NULL && strcmp(other, digest) == 0)
			*out = tally__json_get(item, "messages");
	}
	return status;
}

static int write_table(struct answers *answers, const struct answer_table *table,
		       struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(answers->records, &record, PATH_ANSWERS,
					NAMES(answers->provider, answers->version, table->consumer),
					error);

	return status != 0 ? status
			   : tally__answer_table_write(table, record, answers->provider,
						       answers->version, error);
}

/* A version that never failed has no such record. */
static int write_failed(struct answers *answers, struct tally_error *error)
{
	struct record *record;
	int status = failed_record(answers, &record, error);

	if (status == 0 && answers->failed.count > 0)
		return tally__failed_write(&answers->failed, record, answers->provider,
					   answers->version, error);
	if (status == 0 && record->json != NULL)
		tally__record_remove(record);
	return status;
}

/* What there is of a consumer without runs, which somebody took away. */
static int remove_others(const struct answers *answers, struct tally_error *error)
{
	struct record **list = NULL;
	size_t count = 0;
	int status = tally__records_list(answers->records, &list, &count, PATH_ANSWERS_OF,
					 NAMES(answers->provider, answers->version), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *consumer;

		status = tally__record_text(list[i], "consumer", &consumer, error);
		if (status == 0 &&
		    tally__map_find(&answers->tables, consumer, strlen(consumer)) == NULL)
			tally__record_remove(list[i]);
	}
	return status;
}

int tally__answers_note(struct records *records, const struct record *run,
			struct tally_error *error)
{
	const char *provider, *version, *consumer;
	struct answer_table *table;
	struct answers *answers;
	int status = tally__record_text(run, "provider", &provider, error);

	if (status == 0)
		status = tally__record_text(run, "providerVersion", &version, error);
	if (status == 0)
		status = tally__record_text(run, "consumer", &consumer, error);
	if (status == 0)
		status = tally__answers_of(&answers, records, provider, version, error);
	if (status == 0)
		status = table_of(answers, consumer, &table, error);
	if (status == 0)
		status = read_failed(answers, error);
	if (status == 0)
		status = add_run(answers, table, run, error);
	if (status == 0)
		status = add_failed(answers, table, error);
	if (status != 0 || answers->from_runs)
		return status;
	status = write_table(answers, table, error);
	return status != 0 ? status : write_failed(answers, error);
}

int tally__answers_derive(struct records *records, const char *provider, const char *version,
			  struct tally_error *error)
{
	struct answers *answers;
	int status = make_answers(&answers, records, provider, version, true, error);

	if (status == 0)
		status = read_failed(answers, error);
	if (status == 0)
		status = remove_others(answers, error);
	for (size_t i = 0; status == 0 && i < answers->tables.count; i++)
		status = write_table(answers, answers->tables.entries[i].value, error);
	return status != 0 ? status : write_failed(answers, error);
}
