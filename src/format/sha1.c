#include "config.h"

#include "format/sha1.h"

#include <string.h>

#define ROUNDS 80

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

static void expand(uint32_t words[ROUNDS], const unsigned char *block)
{
	for (size_t i = 0; i < 16; i++)
		words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
			   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < ROUNDS; i++)
		words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

/* The function and constant of a round (FIPS 180-4, sections 4.1.1 and 4.2.1). */
static uint32_t mix(size_t round, uint32_t b, uint32_t c, uint32_t d)
{
	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void add_block(uint32_t state[5], const unsigned char *block)
{
	uint32_t words[ROUNDS];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	expand(words, block);
	for (size_t i = 0; i < ROUNDS; i++) {
		uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + words[i];

		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

void tally__sha1_init(struct sha1 *sha1)
{
	*sha1 = (struct sha1){
		.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

void tally__sha1_add(struct sha1 *sha1, const void *bytes, size_t len)
{
	const unsigned char *from = bytes;
	size_t held = sha1->len % SHA1_BLOCK_BYTES;

	sha1->len += len;
	while (len >= SHA1_BLOCK_BYTES - held) {
		memcpy(sha1->block + held, from, SHA1_BLOCK_BYTES - held);
		add_block(sha1->state, sha1->block);
		from += SHA1_BLOCK_BYTES - held;
		len -= SHA1_BLOCK_BYTES - held;
		held = 0;
	}
	if (len > 0)
		memcpy(sha1->block + held, from, len);
}

void tally__sha1_end(struct sha1 *sha1, unsigned char digest[SHA1_BYTES])
{
	static const unsigned char padding[SHA1_BLOCK_BYTES] = {0x80};
	const uint64_t bits = sha1->len * 8;
	const size_t held = sha1->len % SHA1_BLOCK_BYTES;
	unsigned char length[8];

	for (size_t i = 0; i < sizeof(length); i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	tally__sha1_add(sha1, padding, (held < 56 ? 56 : 120) - held);
	tally__sha1_add(sha1, length, sizeof(length));
	for (size_t i = 0; i < SHA1_BYTES; i++)
		digest[i] = (unsigned char)(sha1->state[i / 4] >> (24 - 8 * (i % 4)));
}
