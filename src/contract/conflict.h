/* contract/conflict.h - two interactions that should be one, shown side by side. */
#ifndef TALLY_CONTRACT_CONFLICT_H
#define TALLY_CONTRACT_CONFLICT_H

#include "contract/contract.h"

/* Appends, line by line, where two interactions differ in what they say and what each has there;
 * `names` are how the two sides are called.  TALLY_ENOMEM and TALLY_ELIMIT also stick in `out`. */
int tally__conflict_add(struct buf *out, const struct interaction *a, const struct interaction *b,
			const char *const names[2], struct tally_error *error);

/* The same for what tally__interaction_canonical made. */
int tally__conflict_add_json(struct buf *out, const cJSON *a, const cJSON *b,
			     const char *const names[2], struct tally_error *error);

#endif
