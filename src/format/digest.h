/* format/digest.h - content digests.  A digest is the object id that git gives to a blob with the
 * same bytes (SHA-1 with collision detection, through libgit2), so that anyone can repeat it with
 * `git hash-object --stdin`. */
#ifndef TALLY_FORMAT_DIGEST_H
#define TALLY_FORMAT_DIGEST_H

#include <stddef.h>

#include "base/error.h"

#define DIGEST_TEXT_BYTES 41 /* 40 hexadecimal digits and a NUL */

/* TALLY_EUNSUPPORTED when libgit2 cannot be loaded, TALLY_EINVAL for bytes that were made to have
 * the digest of others, TALLY_ENOMEM. */
int tally__digest(char text[DIGEST_TEXT_BYTES], const void *bytes, size_t len,
		  struct tally_error *error);

#endif
