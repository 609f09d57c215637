/* matching/value_source.h - what a whole run generates its values from: a seed and the time.  Each
 * exchange is given a stream of random numbers of its own, so that neither the order of exchanges
 * nor what runs beside them changes its values. */
#ifndef TALLY_MATCHING_VALUE_SOURCE_H
#define TALLY_MATCHING_VALUE_SOURCE_H

#include "contract/contract.h"
#include "matching/generator.h"

struct value_source {
	unsigned long seed;
	bool is_chosen; /* nobody gave the seed */
	bool is_fixed;  /* `now` is the time; else the clock is asked */
	struct date_instant now;
};

/* `seed` 0: one is chosen.  `now` is an instant such as "2026-11-21T09:14:16+01:00", or NULL.
 * TALLY_EINVAL: it is none. */
int tally__value_source_init(struct value_source *out, unsigned long seed, const char *now,
			     struct tally_error *error);

/* Fills a context for the exchange of this number of an interaction (NULL: of a part without one);
 * *random is what it draws from.  The same interaction, number and seed give the same stream. */
void tally__value_source_context(const struct value_source *source, enum generator_mode mode,
				 const char *consumer, const struct interaction *interaction,
				 size_t number, struct random *random,
				 struct generator_context *out);

/* Says in a result how its values come out the same again: "seed", and "seedChosen" when nobody
 * gave it.  TALLY_ENOMEM. */
int tally__value_source_tell(const struct value_source *source, cJSON *result);

#endif
