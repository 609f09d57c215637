/* base/random.h - random numbers that a seed repeats: the same seed gives the same values on every
 * platform.  For example data; not for secrets.  A source is not for use from two threads at once.
 */
#ifndef TALLY_BASE_RANDOM_H
#define TALLY_BASE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state[4];
};

void tally__random_init(struct random *random, uint64_t seed);

/* A seed that nobody can guess. */
uint64_t tally__random_new_seed(void);

/* Any 64 bits. */
uint64_t tally__random_next(struct random *random);
/* Each of 0 .. count - 1 equally often; `count` is not 0. */
uint64_t tally__random_below(struct random *random, uint64_t count);
/* Each of from .. to, both included, equally often; from <= to. */
int64_t tally__random_between(struct random *random, int64_t from, int64_t to);

/* Bits from the system; where it has none to give, the best that this process has. */
void tally__random_system(uint64_t bits[2]);

#endif
