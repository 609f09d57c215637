/* Packs that are written without libgit2, held against git: it reads them, finds nothing to
 * complain of, and makes the same index. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "git/join.h"
#include "git/pack.h"
#include "git/packing.h"
#include "git_scratch.h"

struct fixture {
	char repo[SCRATCH_BYTES];
	struct store *store;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	scratch_init(fixture->repo);
	assert_int_equal(tally__store_init(fixture->repo, NULL), 0);
	assert_int_equal(tally__store_open(&fixture->store, fixture->repo, NULL), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	tally__store_close(fixture->store);
	scratch_release(fixture->repo);
	free(fixture);
	return 0;
}

static void expect(struct fixture *fixture, const char *command)
{
	assert_int_equal(scratch_run(fixture->repo, 0, command), 0);
}

static void pack_folder(struct fixture *fixture, char folder[SCRATCH_BYTES + 16])
{
	snprintf(folder, SCRATCH_BYTES + 16, "%s/objects/pack", fixture->repo);
}

/* Bytes that compress well, and bytes that do not. */
static char *make_bytes(size_t len, unsigned seed)
{
	char *bytes = malloc(len + 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245u + 12345u;
		bytes[i] = seed % 3 == 0 ? (char)(seed >> 16) : 'a';
	}
	return bytes;
}

static int add(struct packing *packing, const char *bytes, size_t len, struct tally_error *error)
{
	git_oid id;

	assert_int_equal(git_odb_hash(&id, bytes, len, GIT_OBJECT_BLOB), 0);
	return tally__packing_add(packing, &id, GIT_OBJECT_BLOB, bytes, len, error);
}

/* Blobs around the lengths where an object's header grows. */
static void write_pack(struct fixture *fixture, unsigned seed, size_t count,
		       char id[STORE_ID_BYTES])
{
	static const size_t lens[] = {0, 1, 15, 16, 2047, 2048, 262143, 262144, 3000000};
	char folder[SCRATCH_BYTES + 16];
	struct packing packing;

	pack_folder(fixture, folder);
	assert_int_equal(tally__packing_init(&packing, folder, count, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		size_t len = i < 9 ? lens[i] : i;
		char *bytes = make_bytes(len, seed + (unsigned)i);

		assert_int_equal(add(&packing, bytes, len, NULL), 0);
		free(bytes);
	}
	assert_int_equal(tally__packing_finish(&packing, id, NULL), 0);
	tally__packing_release(&packing);
}

static void expect_as_git_has_it(struct fixture *fixture, const char *id, size_t count)
{
	char command[1024];

	setenv("PACK", id, 1);
	snprintf(command, sizeof command,
		 "cd $REPO/objects/pack && git verify-pack -v pack-$PACK.idx >$REPO.list && "
		 "test $(grep -cE '^[0-9a-f]{40} ' $REPO.list) = %zu && "
		 "cp pack-$PACK.pack $REPO.pack && git index-pack --strict $REPO.pack && "
		 "cmp $REPO.idx pack-$PACK.idx && cd $REPO && git fsck --strict --no-dangling && "
		 "test ! -e objects/pack/next.pack",
		 count);
	expect(fixture, command);
}

static void test_a_pack_is_what_git_makes(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_ID_BYTES];

	write_pack(fixture, 7, 700, id);
	expect_as_git_has_it(fixture, id, 700);
	/* The empty blob, and one of three million bytes. */
	expect(fixture, "cd $REPO && test -z \"$(git cat-file blob e69de29bb)\" && "
			"git cat-file --batch-check --batch-all-objects >$REPO.all && "
			"grep -q ' blob 3000000$' $REPO.all");
}

static void test_the_wrong_number_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char folder[SCRATCH_BYTES + 16], id[STORE_ID_BYTES];
	struct packing packing;

	pack_folder(fixture, folder);
	assert_int_equal(tally__packing_init(&packing, folder, 1, NULL), 0);
	assert_int_equal(tally__packing_finish(&packing, id, NULL), TALLY_EINTERNAL);
	assert_int_equal(add(&packing, "a", 1, NULL), 0);
	assert_int_equal(add(&packing, "b", 1, NULL), TALLY_EINTERNAL);
	tally__packing_release(&packing);
	expect(fixture, "test -z \"$(ls $REPO/objects/pack)\"");
	assert_int_equal(tally__packing_init(&packing, "/nowhere/at/all", 1, NULL), TALLY_EIO);
	tally__packing_release(&packing);
}

static int join(struct fixture *fixture, const char *const *ids, size_t count,
		char id[STORE_ID_BYTES])
{
	char names[8][64], folder[SCRATCH_BYTES + 16];
	const char *packs[8];

	assert_true(count <= 8);
	pack_folder(fixture, folder);
	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof names[i], "pack-%s", ids[i]);
		packs[i] = names[i];
	}
	return tally__packs_join(id, fixture->store, packs, count, folder, NULL);
}

static void test_joined_packs(void **state)
{
	struct fixture *fixture = *state;
	char first[STORE_ID_BYTES], second[STORE_ID_BYTES], joined[STORE_ID_BYTES];
	const char *const ids[] = {first, second};

	/* Some objects are in both. */
	write_pack(fixture, 7, 300, first);
	write_pack(fixture, 107, 400, second);
	expect(fixture, "cd $REPO && git cat-file --batch-check --batch-all-objects >$REPO.before");
	assert_int_equal(join(fixture, ids, 2, joined), 0);
	setenv("FIRST", first, 1);
	setenv("SECOND", second, 1);
	expect(fixture, "cd $REPO/objects/pack && rm pack-$FIRST.* pack-$SECOND.* && cd $REPO && "
			"git cat-file --batch-check --batch-all-objects | cmp - $REPO.before && "
			"printf '%s\\n' \"$(($(wc -l <$REPO.before)))\" >$REPO.count && "
			"test $(cat $REPO.count) -gt 400 && test $(cat $REPO.count) -lt 700");
	setenv("PACK", joined, 1);
	expect(fixture, "cd $REPO/objects/pack && cp pack-$PACK.pack $REPO.pack && "
			"git index-pack --strict $REPO.pack && cmp $REPO.idx pack-$PACK.idx && "
			"git fsck --strict --no-dangling");
}

static void test_packs_with_deltas_are_not_joined(void **state)
{
	struct fixture *fixture = *state;
	char first[STORE_ID_BYTES], second[STORE_ID_BYTES], joined[STORE_ID_BYTES];
	const char *const ids[] = {first, second};
	FILE *list;

	for (int i = 0; i < 20; i++) {
		char text[64];

		snprintf(text, sizeof text, "%0*d", 60, i);
		assert_int_equal(scratch_put(fixture->store, "d/file", text, NULL, 1 + i), 0);
	}
	expect(fixture, "cd $REPO && git repack -a -d -q && ls objects/pack | "
			"sed -n 's/^pack-\\(.*\\)[.]idx$/\\1/p' >$REPO.id && "
			"test $(wc -l <$REPO.id) = 1 && git verify-pack -v "
			"objects/pack/pack-$(cat $REPO.id).idx | grep -q 'chain length'");
	{
		char name[SCRATCH_BYTES + 8];

		snprintf(name, sizeof name, "%s.id", fixture->repo);
		list = fopen(name, "r");
	}
	assert_non_null(list);
	assert_int_equal(fread(first, 1, 40, list), 40);
	first[40] = '\0';
	fclose(list);
	write_pack(fixture, 7, 20, second);
	assert_int_equal(join(fixture, ids, 2, joined), TALLY_EUNSUPPORTED);
	expect(fixture, "test ! -e $REPO/objects/pack/next.pack && "
			"test $(ls $REPO/objects/pack | grep -c 'pack$') = 2");
}

/* Each byte of the index and of the pack, turned over. */
static void test_damaged_packs_are_not_joined(void **state)
{
	struct fixture *fixture = *state;
	static const char *const ends[] = {"idx", "pack"};
	char pack[STORE_ID_BYTES], joined[STORE_ID_BYTES];
	const char *const ids[] = {pack};
	size_t turned = 0;

	write_pack(fixture, 90, 5, pack);
	for (size_t end = 0; end < 2; end++) {
		char name[SCRATCH_BYTES + 128];
		unsigned char byte;
		off_t len;
		int file;

		snprintf(name, sizeof name, "%s/objects/pack/pack-%s.%s", fixture->repo, pack,
			 ends[end]);
		assert_int_equal(chmod(name, 0644), 0);
		file = open(name, O_RDWR);
		assert_true(file >= 0);
		len = lseek(file, 0, SEEK_END);
		for (off_t at = 0; at < len; at++) {
			int status;

			assert_int_equal(pread(file, &byte, 1, at), 1);
			byte ^= 0xff;
			assert_int_equal(pwrite(file, &byte, 1, at), 1);
			status = join(fixture, ids, 1, joined);
			byte ^= 0xff;
			assert_int_equal(pwrite(file, &byte, 1, at), 1);
			if (status == 0)
				print_error("%s: byte %ld\n", ends[end], (long)at);
			assert_int_not_equal(status, 0);
			turned++;
		}
		/* Cut short. */
		assert_int_equal(ftruncate(file, len / 2), 0);
		assert_int_not_equal(join(fixture, ids, 1, joined), 0);
		close(file);
		if (end == 0)
			write_pack(fixture, 90, 5, pack);
	}
	assert_true(turned > 1500);
}

static void test_memory_failing_anywhere(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_ID_BYTES], folder[SCRATCH_BYTES + 16];
	long failures = 0;

	pack_folder(fixture, folder);
	for (;; failures++) {
		struct packing packing;
		int status;

		tally__mem_fail_after(failures);
		status = tally__packing_init(&packing, folder, 2, NULL);
		if (status == 0)
			status = add(&packing, "a", 1, NULL);
		if (status == 0)
			status = add(&packing, "b", 1, NULL);
		if (status == 0)
			status = tally__packing_finish(&packing, id, NULL);
		tally__packing_release(&packing);
		tally__mem_fail_after(-1);
		if (status == 0)
			break;
		assert_int_equal(status, TALLY_ENOMEM);
		expect(fixture, "test -z \"$(ls $REPO/objects/pack)\"");
	}
	assert_true(failures >= 5);
	expect_as_git_has_it(fixture, id, 2);
	for (failures = 0;; failures++) {
		const char *const ids[] = {id};
		char joined[STORE_ID_BYTES];
		int status;

		tally__mem_fail_after(failures);
		status = join(fixture, ids, 1, joined);
		tally__mem_fail_after(-1);
		if (status == 0)
			break;
		assert_int_equal(status, TALLY_ENOMEM);
	}
	assert_true(failures >= 5);
}

static void put_file(const char *folder, const char *name, const char *text)
{
	char file[2 * SCRATCH_BYTES];
	FILE *stream;

	snprintf(file, sizeof file, "%s/%s", folder, name);
	stream = fopen(file, "w");
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

/* The pack that is there already has the same objects, and the branch may rest on it. */
static void test_a_move_that_fails_keeps_what_was_there(void **state)
{
	static const char id[] = "0123456789012345678901234567890123456789";
	struct fixture *fixture = *state;
	char folder[SCRATCH_BYTES + 16], command[512];
	struct pack pack;

	pack_folder(fixture, folder);
	put_file(folder, "pack-0123456789012345678901234567890123456789.pack", "objects");
	put_file(folder, "pack-0123456789012345678901234567890123456789.idx", "index");
	assert_int_equal(tally__store_mkdir(fixture->store, STAGE_DIR, NULL), 0);
	snprintf(folder, sizeof folder, "%s/%s", fixture->repo, STAGE_DIR);
	put_file(folder, "pack-0123456789012345678901234567890123456789.pack", "objects");
	/* Its index is missing. */
	assert_int_equal(tally__pack_move(&pack, fixture->store, STAGE_DIR, id, true, NULL),
			 TALLY_EIO);
	snprintf(command, sizeof command,
		 "cd \"$REPO/objects/pack\" && test -f pack-%s.pack && test ! -e pack-%s.keep && "
		 "rm pack-%s.idx",
		 id, id, id);
	expect(fixture, command);
	/* What only this call put there goes again. */
	snprintf(folder, sizeof folder, "%s/%s", fixture->repo, STAGE_DIR);
	put_file(folder, "pack-0123456789012345678901234567890123456789.pack", "objects");
	assert_int_equal(tally__pack_move(&pack, fixture->store, STAGE_DIR, id, true, NULL),
			 TALLY_EIO);
	snprintf(command, sizeof command, "test ! -e \"$REPO/objects/pack/pack-%s.pack\"", id);
	expect(fixture, command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_pack_is_what_git_makes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_wrong_number_is_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_joined_packs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_packs_with_deltas_are_not_joined, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_damaged_packs_are_not_joined, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_move_that_fails_keeps_what_was_there, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_memory_failing_anywhere, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
