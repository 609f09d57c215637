/* format/sha1.h - the hash that git names objects by (FIPS 180-4).  It finds no forged collisions:
 * only for what nobody gains anything by forging. */
#ifndef TALLY_FORMAT_SHA1_H
#define TALLY_FORMAT_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_BYTES       20
#define SHA1_BLOCK_BYTES 64

struct sha1 {
	uint32_t state[5];
	uint64_t len;
	unsigned char block[SHA1_BLOCK_BYTES]; /* what is left of the bytes so far */
};

void tally__sha1_init(struct sha1 *sha1);
void tally__sha1_add(struct sha1 *sha1, const void *bytes, size_t len);
void tally__sha1_end(struct sha1 *sha1, unsigned char digest[SHA1_BYTES]);

#endif
