/* format/deflate.h - zlib's compression, and its checksum of bytes. */
#ifndef TALLY_FORMAT_DEFLATE_H
#define TALLY_FORMAT_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* One after the other, many texts are compressed with it: most of the cost of a small one would be
 * making it. */
struct deflater;

/* TALLY_ENOMEM, TALLY_EUNSUPPORTED (zlib cannot be loaded). */
int tally__deflater_new(struct deflater **out, struct tally_error *error);
void tally__deflater_free(struct deflater *deflater);

/* Appends the bytes in zlib's format (RFC 1950).  TALLY_ENOMEM, TALLY_ELIMIT (of `out`). */
int tally__deflate(struct deflater *deflater, struct buf *out, const void *bytes, size_t len,
		   struct tally_error *error);

/* CRC-32, as zlib and git have it, of what `crc` (0 in the beginning) is of and the bytes after it.
 * Only where there is a deflater, or tally__crc32_load returned 0. */
uint32_t tally__crc32(uint32_t crc, const void *bytes, size_t len);
int tally__crc32_load(struct tally_error *error);

#endif
