/* broker/results.h - what a provider version answered, interaction by interaction.
 *
 * Each run is an immutable record.  What counts is the sum of all runs of a provider version for a
 * consumer, by the interactions' digests: partial and filtered runs add up, and an answer given
 * under one version of the consumer's contract holds for every version that has the same
 * interaction.
 */
#ifndef TALLY_BROKER_RESULTS_H
#define TALLY_BROKER_RESULTS_H

#include "broker/records.h"

/* What all runs together say about one interaction.  Runs that ended with an error (the provider
 * was not there, a state could not be set up) answered nothing; they are kept to be shown. */
struct answer {
	const struct record *passed, *failed, *errored; /* the newest such run, or NULL */
	const cJSON *failure;                           /* what the newest failed or errored */
	const cJSON *trouble;                           /* run says about it; or NULL */
};

struct answers {
	struct map by_digest; /* struct answer */
};

void tally__answers_init(struct answers *answers);
void tally__answers_release(struct answers *answers);

/* Adds what every recorded run says, oldest first. */
int tally__answers_load(struct answers *answers, struct records *records, const char *provider,
			const char *version, const char *consumer, struct tally_error *error);
/* Adds one run more, newer than those before. */
int tally__answers_add_run(struct answers *answers, struct records *records,
			   const struct record *run, struct tally_error *error);

/* NULL: never asked. */
const struct answer *tally__answers_get(const struct answers *answers, const char *digest);

#endif
