#include "config.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

#include "base/random.h"

/* xoshiro256** of Blackman and Vigna, its state filled by SplitMix64, as they advise. */

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static uint64_t split_mix(uint64_t *state)
{
	uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);

	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

void tally__random_init(struct random *random, uint64_t seed)
{
	for (size_t i = 0; i < 4; i++) {
		random->state[i] = split_mix(&seed);
	}
}

uint64_t tally__random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t tally__random_below(struct random *random, uint64_t count)
{
	/* 2^64 modulo count: what is below would give the small remainders once too often. */
	uint64_t surplus = (0 - count) % count;
	uint64_t word = 0;

	do {
		word = tally__random_next(random);
	} while (word < surplus);
	return word % count;
}

int64_t tally__random_between(struct random *random, int64_t from, int64_t to)
{
	uint64_t count = (uint64_t)to - (uint64_t)from + 1;
	uint64_t step =
		count == 0 ? tally__random_next(random) : tally__random_below(random, count);
	uint64_t sum = (uint64_t)from + step;

	/* Without the conversion of a large number, which C leaves to the compiler. */
	return sum <= INT64_MAX ? (int64_t)sum : -(int64_t)(UINT64_MAX - sum) - 1;
}

void tally__random_system(uint64_t bits[2])
{
	struct timespec now = {0};
	const void *given = NULL;

	if (getrandom(bits, 2 * sizeof *bits, GRND_NONBLOCK) == (ssize_t)(2 * sizeof *bits)) {
		return;
	}
	/* Early in a system's life, or in a sandbox: what the kernel gave to this process. */
	given = (const void *)getauxval(AT_RANDOM);
	if (given) {
		memcpy(bits, given, 2 * sizeof *bits);
	}
	clock_gettime(CLOCK_REALTIME, &now);
	bits[0] ^= (uint64_t)now.tv_nsec;
	bits[1] ^= (uint64_t)now.tv_sec;
}

uint64_t tally__random_new_seed(void)
{
	uint64_t bits[2] = {0};

	tally__random_system(bits);
	return bits[0] ^ rotate(bits[1], 32);
}
