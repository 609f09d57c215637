#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "git/join.h"
#include "git/packing.h"

#define PACK_HEADER_BYTES 12
/* Of an index, version 2: magic and version, the fan-out, and at the end two checksums. */
#define INDEX_HEAD_BYTES 1032
#define INDEX_TAIL_BYTES 40
/* For each object its id, checksum and offset. */
#define INDEX_OBJECT_BYTES 28

#define TYPE_OFFSET_DELTA 6
#define TYPE_NAMED_DELTA  7

struct mapping {
	const unsigned char *bytes;
	size_t len;
};

/* An object where it lies. */
struct entry {
	struct packed object;
	const unsigned char *bytes;
	size_t len;
	size_t place; /* among all, in the order in which they are written */
	bool is_twin; /* another one is written in its place */
};

struct join {
	const struct store *store;
	struct mapping *mappings; /* of each pack the pack, then the index */
	size_t mapping_count;
	struct entry *entries;
	size_t count, capacity;
	struct tally_error *error;
};

static int damaged(struct join *join, const char *pack)
{
	return tally__fail_at(join->error, TALLY_EPARSE, pack, 0, 0,
			      "this pack is damaged: git fsck says more");
}

static uint32_t read_u32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static int map_file(struct join *join, const char *pack, const char *end)
{
	struct mapping *mapping = &join->mappings[join->mapping_count];
	char name[FILE_BYTES], file[FILE_BYTES];
	int len = snprintf(name, sizeof name, PACK_DIR "/%s", pack);
	int descriptor = -1;
	struct stat info;
	void *bytes;
	int status = len < 0 || (size_t)len >= sizeof name
			     ? TALLY_EINTERNAL
			     : tally__store_file(file, join->store, name, end, join->error);

	if (status == 0) {
		descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (descriptor < 0 || fstat(descriptor, &info) != 0)
			status = tally__errno_fail(join->error, errno, file, "open a pack");
	}
	if (status == 0 && info.st_size < INDEX_TAIL_BYTES - SHA1_BYTES + PACK_HEADER_BYTES)
		status = damaged(join, pack);
	if (status == 0) {
		bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
		if (bytes == MAP_FAILED)
			status = tally__errno_fail(join->error, errno, file, "read a pack");
		else
			*mapping = (struct mapping){bytes, (size_t)info.st_size};
		join->mapping_count += status == 0;
	}
	if (descriptor >= 0)
		close(descriptor);
	return status;
}

/* The offset of object `i` of `count`; beyond every pack when the index is damaged. */
static uint64_t offset_of(const struct mapping *index, size_t count, size_t i)
{
	const unsigned char *offsets = index->bytes + INDEX_HEAD_BYTES + count * 24;
	uint32_t offset = read_u32(offsets + i * 4);
	size_t at =
		(size_t)(offsets - index->bytes) + count * 4 + (size_t)(offset & 0x7fffffff) * 8;

	if (offset < UINT32_C(0x80000000))
		return offset;
	if (at + 8 + INDEX_TAIL_BYTES > index->len)
		return UINT64_MAX;
	return (uint64_t)read_u32(index->bytes + at) << 32 | read_u32(index->bytes + at + 4);
}

static int compare_offsets(const void *a, const void *b)
{
	uint64_t left = ((const struct entry *)a)->object.offset;
	uint64_t right = ((const struct entry *)b)->object.offset;

	return left < right ? -1 : left > right;
}

/* An object ends where the next one begins, the last one before the checksum at the end. */
static int measure_entries(struct join *join, const char *name, const struct mapping *pack,
			   struct entry *entries, size_t count)
{
	uint64_t end = pack->len - SHA1_BYTES;

	qsort(entries, count, sizeof *entries, compare_offsets);
	for (size_t i = count; i-- > 0;) {
		struct entry *entry = &entries[i];
		unsigned type;

		if (entry->object.offset < PACK_HEADER_BYTES || entry->object.offset >= end)
			return damaged(join, name);
		entry->bytes = pack->bytes + entry->object.offset;
		entry->len = (size_t)(end - entry->object.offset);
		entry->place = (size_t)(entry - join->entries);
		end = entry->object.offset;
		type = entry->bytes[0] >> 4 & 7;
		if (type == TYPE_OFFSET_DELTA || type == TYPE_NAMED_DELTA)
			return tally__fail_at(join->error, TALLY_EUNSUPPORTED, name, 0, 0,
					      "this pack has deltas");
	}
	return 0;
}

/* The index says of itself and of its pack what their checksums are.  The pack's is not made again:
 * each object has one of its own. */
static bool is_sound(const struct mapping *pack, const struct mapping *index)
{
	uint8_t sum[SHA1_BYTES];
	struct sha1 sha1;

	if (index->len < INDEX_HEAD_BYTES + INDEX_TAIL_BYTES ||
	    memcmp(index->bytes, "\377tOc\0\0\0\2", 8) != 0 ||
	    memcmp(pack->bytes, "PACK\0\0\0\2", 8) != 0 || tally__sha1_init(&sha1, NULL) != 0)
		return false;
	tally__sha1_add(&sha1, index->bytes, index->len - SHA1_BYTES);
	tally__sha1_end(&sha1, sum);
	return memcmp(sum, index->bytes + index->len - SHA1_BYTES, SHA1_BYTES) == 0 &&
	       memcmp(pack->bytes + pack->len - SHA1_BYTES,
		      index->bytes + index->len - INDEX_TAIL_BYTES, SHA1_BYTES) == 0;
}

static int add_pack(struct join *join, const char *name)
{
	const struct mapping *pack = &join->mappings[join->mapping_count];
	const struct mapping *index = pack + 1;
	size_t count;
	int status = map_file(join, name, ".pack");

	if (status == 0)
		status = map_file(join, name, ".idx");
	if (status != 0)
		return status;
	if (!is_sound(pack, index))
		return damaged(join, name);
	count = read_u32(index->bytes + INDEX_HEAD_BYTES - 4);
	if (count != read_u32(pack->bytes + 8) ||
	    count > (index->len - INDEX_HEAD_BYTES - INDEX_TAIL_BYTES) / INDEX_OBJECT_BYTES)
		return damaged(join, name);
	for (size_t i = 0; i < count; i++) {
		const unsigned char *ids = index->bytes + INDEX_HEAD_BYTES;
		struct entry *entry = tally__mem_room(join->entries, join->count, &join->capacity,
						      1024, sizeof *entry);

		if (!entry)
			return tally__fail_nomem(join->error);
		join->entries = entry;
		entry += join->count++;
		memset(entry, 0, sizeof *entry);
		memcpy(entry->object.id.id, ids + i * GIT_OID_RAWSZ, GIT_OID_RAWSZ);
		entry->object.crc = read_u32(ids + count * GIT_OID_RAWSZ + i * 4);
		entry->object.offset = offset_of(index, count, i);
	}
	return measure_entries(join, name, pack, join->entries + join->count - count, count);
}

static int compare_ids(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
	int order = memcmp(left->object.id.id, right->object.id.id, GIT_OID_RAWSZ);

	if (order == 0)
		order = left->place < right->place ? -1 : 1;
	return order;
}

/* Of several with one id the first is written. */
static int mark_twins(struct join *join, size_t *distinct)
{
	struct entry **sorted = tally__calloc(join->count + 1, sizeof(struct entry *));

	if (!sorted)
		return tally__fail_nomem(join->error);
	for (size_t i = 0; i < join->count; i++)
		sorted[i] = &join->entries[i];
	qsort(sorted, join->count, sizeof *sorted, compare_ids);
	*distinct = join->count;
	for (size_t i = 1; i < join->count; i++) {
		sorted[i]->is_twin =
			git_oid_equal(&sorted[i]->object.id, &sorted[i - 1]->object.id);
		*distinct -= sorted[i]->is_twin;
	}
	tally__free(sorted);
	return 0;
}

static int write_pack(struct join *join, char id[STORE_ID_BYTES], const char *folder)
{
	struct packing packing;
	size_t distinct = 0;
	int status = mark_twins(join, &distinct);

	if (status != 0)
		return status;
	status = tally__packing_init(&packing, folder, distinct, join->error);
	for (size_t i = 0; status == 0 && i < join->count; i++) {
		const struct entry *entry = &join->entries[i];

		if (!entry->is_twin)
			status = tally__packing_copy(&packing, &entry->object, entry->bytes,
						     entry->len, join->error);
	}
	if (status == 0)
		status = tally__packing_finish(&packing, id, join->error);
	tally__packing_release(&packing);
	return status;
}

static void release(struct join *join)
{
	for (size_t i = 0; i < join->mapping_count; i++) {
		void *bytes;

		memcpy(&bytes, &join->mappings[i].bytes, sizeof bytes);
		munmap(bytes, join->mappings[i].len);
	}
	tally__free(join->mappings);
	tally__free(join->entries);
}

int tally__packs_join(char id[STORE_ID_BYTES], const struct store *store, const char *const *packs,
		      size_t count, const char *folder, struct tally_error *error)
{
	struct join join = {.store = store, .error = error};
	int status = 0;

	join.mappings = tally__calloc(2 * count + 1, sizeof *join.mappings);
	if (!join.mappings)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_pack(&join, packs[i]);
	if (status == 0)
		status = write_pack(&join, id, folder);
	release(&join);
	return status;
}
