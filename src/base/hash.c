#include "config.h"

#include <pthread.h>
#include <string.h>

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

struct sip {
	uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

/* Inlined, so that the state stays in registers: names are short, and there are many. */
__attribute__((always_inline)) static inline void sip_round(struct sip *v)
{
	v->a += v->b;
	v->c += v->d;
	v->b = rotate(v->b, 13) ^ v->a;
	v->d = rotate(v->d, 16) ^ v->c;
	v->a = rotate(v->a, 32);
	v->c += v->b;
	v->a += v->d;
	v->b = rotate(v->b, 17) ^ v->c;
	v->d = rotate(v->d, 21) ^ v->a;
	v->c = rotate(v->c, 32);
}

__attribute__((always_inline)) static inline void sip_word(struct sip *v, uint64_t word)
{
	v->d ^= word;
	sip_round(v);
	v->a ^= word;
}

/* Eight bytes, the first the lowest. */
static inline uint64_t load(const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* The last `count` bytes, fewer than eight, of `len`. */
static inline uint64_t load_tail(const unsigned char *bytes, size_t len, size_t count)
{
	uint64_t word = 0;
	size_t i;

	if (count == 0)
		return 0;
	if (len >= sizeof(word))
		return load(bytes + len - sizeof(word)) >> (8 * (sizeof(word) - count));
	for (i = 0; i < count; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

uint64_t tally__hash_seeded(const uint64_t key[2], const void *data, size_t len)
{
	const unsigned char *bytes = data;
	struct sip v = {
		key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
	size_t at;

	for (at = 0; len - at >= sizeof(uint64_t); at += sizeof(uint64_t))
		sip_word(&v, load(bytes + at));
	sip_word(&v, (uint64_t)len << 56 | load_tail(bytes, len, len - at));
	v.c ^= 0xFF;
	sip_round(&v);
	sip_round(&v);
	sip_round(&v);
	return v.a ^ v.b ^ v.c ^ v.d;
}

uint64_t tally__hash(const void *bytes, size_t len)
{
	pthread_once(&seed_once, make_seed);
	return tally__hash_seeded(seed, bytes, len);
}
