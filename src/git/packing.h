/* git/packing.h - writes a pack and its index: plain compressed objects, no deltas.  What a commit
 * adds is so little that looking for deltas would take longer than all the rest of it.
 *
 * gitformat-pack(5) describes both files. */
#ifndef TALLY_GIT_PACKING_H
#define TALLY_GIT_PACKING_H

#include "base/buf.h"
#include "format/deflate.h"
#include "format/digest.h"
#include "git/files.h"

struct packed {
	git_oid id;
	uint32_t crc; /* of the object as it is in the pack */
	uint64_t offset;
};

struct packing {
	struct buf pending; /* not yet written */
	struct deflater *deflater;
	struct sha1 sha1;
	struct packed *objects;
	size_t count, expected;
	uint64_t written;
	int file;
	char name[FILE_BYTES]; /* of the file while it is written; "": none */
};

/* Begins a pack of exactly `count` objects in the folder.  TALLY_EIO, TALLY_ENOMEM,
 * TALLY_EUNSUPPORTED (zlib, Nettle); to be released in every case. */
int tally__packing_init(struct packing *packing, const char *folder, size_t count,
			struct tally_error *error);
/* Removes the file, unless the pack was finished. */
void tally__packing_release(struct packing *packing);

int tally__packing_add(struct packing *packing, const git_oid *id, git_object_t type,
		       const void *bytes, size_t len, struct tally_error *error);
/* An object as another pack has it, compressed and with its header; it must be no delta. */
int tally__packing_copy(struct packing *packing, const struct packed *object, const void *bytes,
			size_t len, struct tally_error *error);

/* Leaves "pack-ID.pack" and "pack-ID.idx" in the folder, not flushed. */
int tally__packing_finish(struct packing *packing, char id[STORE_ID_BYTES],
			  struct tally_error *error);

#endif
