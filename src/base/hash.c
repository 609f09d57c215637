#include "config.h"

#include <pthread.h>

#include "base/map.h"
#include "base/random.h"

/* SipHash with one round a word and three at the end, as Aumasson and Bernstein describe it: the
 * usual choice for hash tables with keys from outside. */

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static uint64_t seed[2];

static void make_seed(void)
{
	tally__random_system(seed);
}

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

uint64_t tally__hash_seeded(const uint64_t key[2], const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
	uint64_t word;
	size_t i;

	for (; len >= sizeof(word); len -= sizeof(word), bytes += sizeof(word)) {
		word = 0;
		for (i = 0; i < sizeof(word); i++)
			word |= (uint64_t)bytes[i] << (8 * i);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)((size_t)(bytes - (const unsigned char *)data) + len) << 56;
	for (i = 0; i < len; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xFF;
	for (i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t tally__hash(const void *bytes, size_t len)
{
	pthread_once(&seed_once, make_seed);
	return tally__hash_seeded(seed, bytes, len);
}
