/* broker/answer_table.h - the answers to one consumer, or to all of them, in memory; and the two
 * records that keep them. */
#ifndef TALLY_BROKER_ANSWER_TABLE_H
#define TALLY_BROKER_ANSWER_TABLE_H

#include "broker/answers.h"

/* How a run answered an interaction; flaky is passed and failed. */
#define ANSWER_PASSED  1u
#define ANSWER_FAILED  2u
#define ANSWER_ERRORED 4u

struct answer_table {
	const char *consumer;
	struct map by_digest; /* struct answer */
};

/* A table in the working set's arena, released with it.  NULL when memory is short. */
struct answer_table *tally__answer_table_new(struct records *records, const char *consumer);

/* One answer more: newer runs take the place of older ones, in whatever order they come. */
int tally__answer_table_add(struct answer_table *table, struct records *records, const char *digest,
			    unsigned kinds, const struct answer_run *run,
			    struct tally_error *error);

/* How a run's interaction (an item of its "interactions") was answered. */
int tally__answer_kinds(const struct record *run, const cJSON *interaction, const char **digest,
			unsigned *kinds, struct tally_error *error);

/* A run's record, in short.  Texts are copied. */
int tally__answer_run_read(const struct answer_run **out, struct records *records,
			   const struct record *run, struct tally_error *error);
/* Adds everything that a run's record says. */
int tally__answer_table_add_run(struct answer_table *table, struct records *records,
				const struct record *record, const struct answer_run *run,
				struct tally_error *error);

/* answers/<consumer>.json.  A record that is not there adds nothing. */
int tally__answer_table_read(struct answer_table *table, struct records *records,
			     const struct record *record, struct tally_error *error);
/* The same answers make the same record, whatever the order in which they came. */
int tally__answer_table_write(const struct answer_table *table, struct record *record,
			      const char *provider, const char *version, struct tally_error *error);

/* failed.json: into a map of digests, and from it. */
int tally__failed_read(struct map *failed, struct records *records, const struct record *record,
		       struct tally_error *error);
int tally__failed_write(const struct map *failed, struct record *record, const char *provider,
			const char *version, struct tally_error *error);

#endif
