/* format/digest.h - content digests.  A digest is the object id that git gives to a blob with the
 * same bytes (SHA-1), so that anyone can repeat it with `git hash-object --stdin`.
 *
 * Where libgit2 is in use, as for every broker in a git repository, it makes them, and finds bytes
 * that were forged to have the digest of others.  Loading it only for a digest would take longer
 * than most commands do, so Nettle makes the others. */
#ifndef TALLY_FORMAT_DIGEST_H
#define TALLY_FORMAT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define DIGEST_TEXT_BYTES 41 /* 40 hexadecimal digits and a NUL */

/* TALLY_EINVAL for bytes that were made to have the digest of others, TALLY_ENOMEM,
 * TALLY_EUNSUPPORTED when Nettle cannot be loaded. */
int tally__digest(char text[DIGEST_TEXT_BYTES], const void *bytes, size_t len,
		  struct tally_error *error);

/* SHA-1 of bytes that come in parts, for the checksums in git's files.  tally__sha1_init is
 * TALLY_EUNSUPPORTED when Nettle cannot be loaded. */
#define SHA1_BYTES 20
struct sha1 {
	uint64_t state[16];
};
int tally__sha1_init(struct sha1 *sha1, struct tally_error *error);
void tally__sha1_add(struct sha1 *sha1, const void *bytes, size_t len);
void tally__sha1_end(struct sha1 *sha1, uint8_t digest[SHA1_BYTES]);

#endif
