/* broker/answers.h - what a provider version answered, interaction by interaction.
 *
 * Each run is an immutable record.  What counts is the sum of all runs of a provider version,
 * whichever consumer's contract they replayed: an interaction is its digest, so partial and
 * filtered runs add up, and an answer given under one contract holds for every other one that asks
 * the same.
 *
 * Nobody has to open the runs to know the sum.  apps/<provider>/versions/<x>/<y>/<version>/ has for
 * each consumer answers/<consumer>.json, which says which run was the newest to pass, to fail and
 * to miss each interaction, and failed.json, the digests that failed in any run at all.  A contract
 * that passed is told from these two; the other consumers are looked at only for interactions that
 * did not pass with this one, or failed somewhere.  A store of an older format has neither, and all
 * runs are read.
 */
#ifndef TALLY_BROKER_ANSWERS_H
#define TALLY_BROKER_ANSWERS_H

#include "broker/records.h"

/* A run, as far as can be told without opening it. */
struct answer_run {
	const char *consumer;
	const char *consumer_version; /* whose contract was replayed; or NULL */
	const char *name;             /* of its file; begins with its time */
	const char *at;
	const char *build_url; /* or NULL */
};

/* The newest run of each kind, or NULL; one that both passed and failed is flaky.  Runs that ended
 * with an error (the provider was not there, a state could not be set up) answered nothing; they
 * are told of where there is no answer. */
struct answer {
	const struct answer_run *passed, *failed, *errored;
};

/* Of one provider version; lives as long as the working set. */
struct answers;

/* Finds them, or begins with none; reads nothing yet. */
int tally__answers_of(struct answers **out, struct records *records, const char *provider,
		      const char *version, struct tally_error *error);

/* What all runs say of an interaction that a consumer asks for.  Its own runs stand before those of
 * others that say the same. */
int tally__answers_get(struct answers *answers, const char *consumer, const char *digest,
		       struct answer *out, struct tally_error *error);
/* Did it pass, and never fail?  The same in fewer steps, where only that matters. */
int tally__answers_passed(struct answers *answers, const char *consumer, const char *digest,
			  bool *out, struct tally_error *error);

/* The file of a run. */
int tally__answers_path(struct answers *answers, const struct answer_run *run, const char **path,
			struct tally_error *error);
/* What a run says was wrong with an interaction, an array of texts; NULL when nothing. */
int tally__answers_messages(struct answers *answers, const struct answer_run *run,
			    const char *digest, const cJSON **out, struct tally_error *error);

/* Adds a run that is being recorded; the store's records follow where it has them. */
int tally__answers_note(struct records *records, const struct record *run,
			struct tally_error *error);
/* Makes the records of a version from its runs, as if they had been kept up. */
int tally__answers_derive(struct records *records, const char *provider, const char *version,
			  struct tally_error *error);

#endif
