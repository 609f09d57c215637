#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "git/packing.h"

#define PENDING_BYTES 1048576 /* written at once */
#define PENDING_MAX   ((size_t)2 * LIMIT_CHANGE_BYTES)
#define INDEX_MAX     ((size_t)1 << 40)

/* Offsets from here on are in a table of their own. */
#define OFFSET_LARGE UINT32_C(0x80000000)

static void add_u32(struct buf *out, uint32_t number)
{
	const unsigned char bytes[4] = {(unsigned char)(number >> 24),
					(unsigned char)(number >> 16), (unsigned char)(number >> 8),
					(unsigned char)number};

	tally__buf_add(out, bytes, sizeof bytes);
}

static int write_all(int file, const char *name, const char *bytes, size_t len,
		     struct tally_error *error)
{
	while (len > 0) {
		ssize_t written = write(file, bytes, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return tally__errno_fail(error, errno, name, "write");
		bytes += written;
		len -= (size_t)written;
	}
	return 0;
}

static int flush(struct packing *packing, struct tally_error *error)
{
	struct buf *pending = &packing->pending;
	int status = tally__buf_status(pending, error);

	if (status != 0)
		return status;
	tally__sha1_add(&packing->sha1, pending->bytes, pending->len);
	status = write_all(packing->file, packing->name, pending->bytes, pending->len, error);
	packing->written += pending->len;
	tally__buf_clear(pending);
	return status;
}

int tally__packing_init(struct packing *packing, const char *folder, size_t count,
			struct tally_error *error)
{
	int len = snprintf(packing->name, sizeof packing->name, "%s/next.pack", folder);
	int status;

	packing->deflater = NULL;
	packing->count = 0;
	packing->expected = count;
	packing->written = 0;
	packing->file = -1;
	tally__buf_init(&packing->pending, PENDING_MAX);
	packing->objects = tally__calloc(count > 0 ? count : 1, sizeof *packing->objects);
	if (len < 0 || (size_t)len >= sizeof packing->name || count > UINT32_MAX) {
		packing->name[0] = '\0';
		return tally__fail_at(error, TALLY_ELIMIT, folder, 0, 0,
				      "too long a path, or too many objects for a pack");
	}
	status = packing->objects ? tally__deflater_new(&packing->deflater, error)
				  : tally__fail_nomem(error);
	if (status == 0)
		status = tally__sha1_init(&packing->sha1, error);
	if (status == 0) {
		packing->file = open(packing->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
		if (packing->file < 0)
			status = tally__errno_fail(error, errno, packing->name, "make a file");
	}
	if (packing->file < 0)
		packing->name[0] = '\0';
	tally__buf_adds(&packing->pending, "PACK");
	add_u32(&packing->pending, 2);
	add_u32(&packing->pending, (uint32_t)count);
	return status;
}

void tally__packing_release(struct packing *packing)
{
	if (packing->file >= 0)
		close(packing->file);
	if (packing->name[0])
		unlink(packing->name);
	tally__deflater_free(packing->deflater);
	tally__buf_release(&packing->pending);
	tally__free(packing->objects);
}

/* The type and the length, the low bits first. */
static void add_header(struct buf *out, git_object_t type, size_t len)
{
	unsigned char byte = (unsigned char)((unsigned)type << 4 | (len & 15));

	for (len >>= 4; len > 0; len >>= 7) {
		tally__buf_addc(out, (char)(byte | 0x80));
		byte = len & 0x7f;
	}
	tally__buf_addc(out, (char)byte);
}

/* What was appended to `pending` from `start` on is an object. */
static int note(struct packing *packing, const git_oid *id, size_t start, struct tally_error *error)
{
	const struct buf *pending = &packing->pending;
	struct packed *object;
	int status = tally__buf_status(pending, error);

	if (status != 0)
		return status;
	if (packing->count == packing->expected)
		return tally__fail(error, TALLY_EINTERNAL, "a pack gets more objects than it says");
	object = &packing->objects[packing->count++];
	object->id = *id;
	object->offset = packing->written + start;
	object->crc = tally__crc32(0, pending->bytes + start, pending->len - start);
	return pending->len >= PENDING_BYTES ? flush(packing, error) : 0;
}

int tally__packing_add(struct packing *packing, const git_oid *id, git_object_t type,
		       const void *bytes, size_t len, struct tally_error *error)
{
	size_t start = packing->pending.len;
	int status;

	add_header(&packing->pending, type, len);
	status = tally__deflate(packing->deflater, &packing->pending, bytes, len, error);
	return status != 0 ? status : note(packing, id, start, error);
}

int tally__packing_copy(struct packing *packing, const struct packed *object, const void *bytes,
			size_t len, struct tally_error *error)
{
	size_t start = packing->pending.len;
	int status;

	tally__buf_add(&packing->pending, bytes, len);
	status = note(packing, &object->id, start, error);
	if (status == 0 && packing->objects[packing->count - 1].crc != object->crc)
		status = tally__fail(error, TALLY_EIO, "an object in a pack is damaged");
	return status;
}

static int compare_objects(const void *a, const void *b)
{
	return memcmp(((const struct packed *)a)->id.id, ((const struct packed *)b)->id.id,
		      GIT_OID_RAWSZ);
}

/* How many objects there are up to each first byte of their ids. */
static void add_fan_out(struct buf *out, const struct packing *packing)
{
	size_t at = 0;

	for (unsigned first = 0; first < 256; first++) {
		while (at < packing->count && packing->objects[at].id.id[0] <= first)
			at++;
		add_u32(out, (uint32_t)at);
	}
}

static void add_offsets(struct buf *out, const struct packing *packing)
{
	uint32_t large = 0;

	for (size_t i = 0; i < packing->count; i++) {
		uint64_t offset = packing->objects[i].offset;

		add_u32(out, offset < OFFSET_LARGE ? (uint32_t)offset : OFFSET_LARGE | large++);
	}
	for (size_t i = 0; i < packing->count; i++) {
		uint64_t offset = packing->objects[i].offset;

		if (offset >= OFFSET_LARGE) {
			add_u32(out, (uint32_t)(offset >> 32));
			add_u32(out, (uint32_t)offset);
		}
	}
}

/* The index, version 2, of sorted objects. */
static void add_index(struct buf *out, const struct packing *packing,
		      const uint8_t pack_sum[SHA1_BYTES])
{
	tally__buf_add(out, "\377tOc", 4);
	add_u32(out, 2);
	add_fan_out(out, packing);
	for (size_t i = 0; i < packing->count; i++)
		tally__buf_add(out, packing->objects[i].id.id, GIT_OID_RAWSZ);
	for (size_t i = 0; i < packing->count; i++)
		add_u32(out, packing->objects[i].crc);
	add_offsets(out, packing);
	tally__buf_add(out, pack_sum, SHA1_BYTES);
}

static int write_index(struct packing *packing, const char *file,
		       const uint8_t pack_sum[SHA1_BYTES], struct tally_error *error)
{
	uint8_t sum[SHA1_BYTES];
	struct sha1 sha1;
	struct buf index;
	int descriptor = -1;
	int status;

	tally__buf_init(&index, INDEX_MAX);
	qsort(packing->objects, packing->count, sizeof *packing->objects, compare_objects);
	add_index(&index, packing, pack_sum);
	status = tally__buf_status(&index, error);
	if (status == 0)
		status = tally__sha1_init(&sha1, error);
	if (status != 0)
		goto out;
	tally__sha1_add(&sha1, index.bytes, index.len);
	tally__sha1_end(&sha1, sum);
	descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
	if (descriptor < 0) {
		status = tally__errno_fail(error, errno, file, "make a file");
		goto out;
	}
	status = write_all(descriptor, file, index.bytes, index.len, error);
	if (status == 0)
		status = write_all(descriptor, file, (const char *)sum, sizeof sum, error);
	close(descriptor);
	if (status != 0)
		unlink(file);
out:
	tally__buf_release(&index);
	return status;
}

/* "FOLDER/pack-ID" + end, beside the file that is written. */
static int name_file(char file[FILE_BYTES], const struct packing *packing, const char *id,
		     const char *end, struct tally_error *error)
{
	size_t folder = strlen(packing->name) - strlen("next.pack");
	int len = snprintf(file, FILE_BYTES, "%.*spack-%s%s", (int)folder, packing->name, id, end);

	return len < 0 || len >= FILE_BYTES
		       ? tally__fail(error, TALLY_ELIMIT, "the path of the repository is too long")
		       : 0;
}

int tally__packing_finish(struct packing *packing, char id[STORE_ID_BYTES],
			  struct tally_error *error)
{
	char pack[FILE_BYTES], index[FILE_BYTES];
	git_oid sum;
	int status = flush(packing, error);

	if (status == 0 && packing->count != packing->expected)
		status = tally__fail(error, TALLY_EINTERNAL,
				     "a pack has fewer objects than it says");
	if (status != 0)
		return status;
	tally__sha1_end(&packing->sha1, sum.id);
	git_oid_tostr(id, STORE_ID_BYTES, &sum);
	status = write_all(packing->file, packing->name, (const char *)sum.id, SHA1_BYTES, error);
	if (status == 0)
		status = name_file(pack, packing, id, ".pack", error);
	if (status == 0)
		status = name_file(index, packing, id, ".idx", error);
	if (status == 0)
		status = write_index(packing, index, sum.id, error);
	if (status != 0)
		return status;
	if (rename(packing->name, pack) != 0) {
		unlink(index);
		return tally__errno_fail(error, errno, pack, "move a pack");
	}
	packing->name[0] = '\0';
	return 0;
}
