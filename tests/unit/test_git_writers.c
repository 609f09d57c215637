/* Several writers, writers that are killed, git beside us, and disks that do not take any more. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "git/accept.h"
#include "git/open.h"
#include "git_scratch.h"

#define WRITERS      8
#define COMMITS_EACH 25
#define KILLS        30
#define NOBODY       65534

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

static void expect_sound(struct fixture *fixture)
{
	expect(fixture, "git -C $REPO fsck --strict --no-dangling && "
			"test ! -e $REPO/tally/next && test -z \"$(ls $REPO/tally/stage)\" && "
			"test ! -e $REPO/refs/heads/main.lock && "
			"test -z \"$(ls $REPO/objects/pack | grep '[.]keep$')\"");
}

static int commit_number(struct store *store, int writer, int number)
{
	char path[32];
	char message[32];
	struct put put = {path, message, message};
	struct store_author author = {NULL, NULL, 1000 + number};

	snprintf(path, sizeof path, "w%d/f%d", writer, number);
	snprintf(message, sizeof message, "w%d f%d", writer, number);
	return tally__store_commit(store, put_transaction, &put, &author, NULL, NULL);
}

/* In a process of its own; it ends with 0 when all went well. */
static pid_t start_writer(const char *repo, int writer, int commits)
{
	pid_t pid = fork();
	struct store *store;

	if (pid != 0)
		return pid;
	if (tally__store_open(&store, repo, NULL) != 0)
		_exit(1);
	for (int i = 0; i < commits; i++)
		if (commit_number(store, writer, i) != 0)
			_exit(2);
	tally__store_close(store);
	_exit(0);
}

static int wait_for(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void test_writers_lose_nothing(void **state)
{
	struct fixture *fixture = *state;
	pid_t pids[WRITERS];

	for (int i = 0; i < WRITERS; i++)
		pids[i] = start_writer(fixture->repo, i, COMMITS_EACH);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(wait_for(pids[i]), 0);
	for (int i = 0; i < WRITERS; i++)
		for (int j = 0; j < COMMITS_EACH; j++) {
			char path[32];
			char text[32];

			snprintf(path, sizeof path, "w%d/f%d", i, j);
			snprintf(text, sizeof text, "w%d f%d", i, j);
			assert_file(fixture->store, path, text);
		}
	expect(fixture, "cd $REPO && test \"$(git rev-list --count main)\" = 200 && "
			"test \"$(git rev-list --count --merges main)\" = 0 && "
			"test \"$(git log --format=%s main | sort -u | wc -l)\" = 200");
	expect_sound(fixture);
}

struct race {
	struct fixture *fixture;
	int runs;
	const char *command; /* in the first run, in a clone */
};

static int lose_once(void *context, const struct snapshot *snapshot, struct edits *edits,
		     struct tally_error *error)
{
	struct race *race = context;

	(void)snapshot;
	if (race->runs++ == 0)
		expect(race->fixture, race->command);
	return tally__edits_put(edits, "ours", "1", 1, error);
}

static void run_race(struct fixture *fixture, const char *command)
{
	struct race race = {fixture, 0, command};
	struct store_author author = {NULL, NULL, 9};

	expect(fixture, "git clone -q $REPO $REPO-clone && cd $REPO-clone && "
			"git checkout -q -B main && git config user.name a && "
			"git config user.email a@example.org && echo theirs >theirs && "
			"git add theirs && git commit -q -m theirs");
	assert_int_equal(tally__store_commit(fixture->store, lose_once, &race, &author, NULL, NULL),
			 0);
	assert_int_equal(race.runs, 2);
	assert_file(fixture->store, "ours", "1");
	assert_file(fixture->store, "theirs", "theirs\n");
	expect_sound(fixture);
}

static void test_a_race_lost_to_git_push(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(scratch_put(fixture->store, "first", "1", NULL, 1), 0);
	run_race(fixture, "git -C $REPO-clone push -q origin main");
	expect(fixture, "test \"$(git -C $REPO rev-list --count main)\" = 3");
}

static void test_the_first_commit_lost_to_git_push(void **state)
{
	struct fixture *fixture = *state;

	run_race(fixture, "git -C $REPO-clone push -q origin main");
	expect(fixture, "test \"$(git -C $REPO rev-list --count main)\" = 2");
}

static void test_a_branch_that_is_packed(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(scratch_put(fixture->store, "first", "1", NULL, 1), 0);
	run_race(fixture, "git -C $REPO-clone push -q origin main && git -C $REPO pack-refs --all");
	expect(fixture, "test \"$(git -C $REPO rev-list --count main)\" = 3");
}

struct held {
	struct fixture *fixture;
	int runs;
	int release_at; /* the run in which git lets go of its lock; 0: never */
};

static int while_held(void *context, const struct snapshot *snapshot, struct edits *edits,
		      struct tally_error *error)
{
	struct held *held = context;

	(void)snapshot;
	if (++held->runs == held->release_at)
		expect(held->fixture, "rm $REPO/refs/heads/main.lock");
	return tally__edits_put(edits, "a", "2", 1, error);
}

static void test_git_holds_the_branch(void **state)
{
	struct fixture *fixture = *state;
	struct held held = {fixture, 0, 3};
	struct held forever = {fixture, 0, 0};
	struct store_author author = {NULL, NULL, 9};
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(scratch_put(fixture->store, "a", "1", NULL, 1), 0);
	expect(fixture, ": >$REPO/refs/heads/main.lock");
	assert_int_equal(
		tally__store_commit(fixture->store, while_held, &forever, &author, NULL, &error),
		TALLY_EBUSY);
	assert_non_null(strstr(error.message, "main.lock"));
	assert_true(forever.runs > 3);
	assert_file(fixture->store, "a", "1");
	expect(fixture, "test -e $REPO/refs/heads/main.lock && "
			"test \"$(ls $REPO/objects/pack | wc -l)\" = 2");
	assert_int_equal(
		tally__store_commit(fixture->store, while_held, &held, &author, NULL, NULL), 0);
	assert_int_equal(held.runs, 3);
	assert_file(fixture->store, "a", "2");
	expect_sound(fixture);
}

/* Tells the other end of the pipe of each commit, until it is killed. */
static pid_t start_talking_writer(const char *repo, int writer, int *from)
{
	struct store *store;
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid != 0) {
		close(ends[1]);
		*from = ends[0];
		return pid;
	}
	close(ends[0]);
	if (tally__store_open(&store, repo, NULL) != 0)
		_exit(1);
	for (int i = 0; i < 100000; i++)
		if (commit_number(store, writer, i) != 0 || write(ends[1], "x", 1) != 1)
			_exit(2);
	_exit(3);
}

static int count_until_killed(pid_t pid, int from, long pause_ns, int commits)
{
	struct timespec pause = {0, pause_ns};
	int told = 0;
	char c;

	while (told < commits && read(from, &c, 1) == 1)
		told++;
	/* Somewhere within the next commit. */
	nanosleep(&pause, NULL);
	kill(pid, SIGKILL);
	while (read(from, &c, 1) == 1)
		told++;
	close(from);
	assert_true(WIFSIGNALED(wait_for(pid)));
	return told;
}

static void test_killed_writers(void **state)
{
	struct fixture *fixture = *state;
	uint64_t random = 1;
	int midway = 0;

	for (int i = 0; i < KILLS; i++) {
		char path[SCRATCH_BYTES + 32];
		struct stat info;
		int from;
		int told;
		pid_t pid = start_talking_writer(fixture->repo, i, &from);

		assert_true(pid > 0);
		random = random * 6364136223846793005u + 1442695040888963407u;
		told = count_until_killed(pid, from, (long)(random >> 33) % 4000000, 1 + i % 5);
		snprintf(path, sizeof path, "%s/tally/next", fixture->repo);
		midway += stat(path, &info) == 0;
		expect(fixture, "git -C $REPO fsck --strict --no-dangling");
		/* The next writer can go on at once, and what was told of is there. */
		assert_int_equal(commit_number(fixture->store, 1000, i), 0);
		for (int j = 0; j < told; j++) {
			char text[32];

			snprintf(path, sizeof path, "w%d/f%d", i, j);
			snprintf(text, sizeof text, "w%d f%d", i, j);
			assert_file(fixture->store, path, text);
		}
		expect_sound(fixture);
	}
	/* Otherwise this has tested nothing. */
	assert_true(midway > 0);
}

/* Each state that a killed writer can leave, made by hand. */
static void test_what_killed_writers_leave(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(scratch_put(fixture->store, "a", "1", NULL, 1), 0);
	expect(fixture, "cd $REPO && git rev-parse main >tally/next && "
			"ln tally/next refs/heads/main.lock && echo x >tally/stage/tmp_pack && "
			"printf 'tally: a commit is being made\\n' >objects/pack/pack-1.keep && "
			"printf 'tally' >objects/pack/pack-2.keep && : >objects/pack/pack-3.keep");
	assert_int_equal(scratch_put(fixture->store, "a", "2", NULL, 1), 0);
	expect_sound(fixture);
	/* A copy, as where there are no hard links. */
	expect(fixture, "cd $REPO && git rev-parse main >tally/next && "
			"cp tally/next refs/heads/main.lock");
	assert_int_equal(scratch_put(fixture->store, "a", "3", NULL, 1), 0);
	expect_sound(fixture);
	expect(fixture, "cd $REPO && : >tally/next");
	assert_int_equal(scratch_put(fixture->store, "a", "4", NULL, 1), 0);
	expect_sound(fixture);
	/* A .keep file of somebody else stays. */
	expect(fixture, "cd $REPO && : >tally/next && echo mine >objects/pack/pack-4.keep");
	assert_int_equal(scratch_put(fixture->store, "a", "5", NULL, 1), 0);
	expect(fixture, "cd $REPO && test -e objects/pack/pack-4.keep");
}

/* Cleaning up must not reach through a link into somebody else's folder. */
static void test_links_are_not_followed(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture->store;

	assert_int_equal(scratch_put(store, "a", "1", NULL, 1), 0);
	expect(fixture, "cd $REPO && mkdir ../strange && echo x >../strange/file && "
			": >tally/next && rmdir tally/stage && ln -s ../../strange tally/stage");
	assert_int_equal(scratch_put(store, "a", "2", NULL, 2), TALLY_EIO);
	expect(fixture, "cd $REPO && test -f ../strange/file && test -L tally/stage && "
			"mkdir ../strange/stage && mv ../strange/file ../strange/stage && "
			"rm -r tally && ln -s ../strange tally && : >tally/next");
	assert_int_equal(scratch_put(store, "a", "2", NULL, 2), TALLY_EIO);
	expect(fixture, "cd $REPO && test -f ../strange/stage/file && rm tally");
	assert_int_equal(scratch_put(store, "a", "2", NULL, 2), 0);
}

static void test_git_works_beside_us(void **state)
{
	struct fixture *fixture = *state;
	struct snapshot *snapshot;
	struct arena arena;
	const char *bytes;
	size_t len;
	pid_t pid;
	int status = 0;

	assert_int_equal(scratch_put(fixture->store, "d/first", "1", NULL, 1), 0);
	assert_int_equal(tally__snapshot_open(&snapshot, fixture->store, NULL, NULL), 0);
	pid = start_writer(fixture->repo, 0, 200);
	tally__arena_init(&arena, 0);
	for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
		expect(fixture,
		       "rm -rf $REPO-clone && git clone -q --no-local $REPO $REPO-clone && "
		       "git -C $REPO-clone fsck --strict");
		expect(fixture, "git -C $REPO log -p --stat main");
		expect(fixture,
		       i % 2 ? "git -C $REPO gc -q --prune=now" : "git -C $REPO repack -q -d");
		expect(fixture, "git -C $REPO fsck --strict --no-dangling");
		/* A reader that has the packs of before. */
		assert_int_equal(
			tally__snapshot_read(snapshot, "d/first", &arena, &bytes, &len, NULL), 0);
		assert_file(fixture->store, "w0/f0", "w0 f0");
	}
	assert_int_equal(status, 0);
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
	assert_file(fixture->store, "w0/f199", "w0 f199");
	expect(fixture, "test \"$(git -C $REPO rev-list --count main)\" = 201");
	expect(fixture, "git -C $REPO gc -q --prune=now && git -C $REPO fsck --strict");
	assert_file(fixture->store, "w0/f0", "w0 f0");
	expect_sound(fixture);
}

/* Packs do not pile up, and what was rolled up is read as before, also by those who have it open.
 */
static void test_packs_are_rolled_up(void **state)
{
	struct fixture *fixture = *state;
	struct store *reader;

	assert_int_equal(tally__store_open(&reader, fixture->repo, NULL), 0);
	for (int i = 0; i < 300; i++) {
		char path[32];
		char text[32];

		assert_int_equal(commit_number(fixture->store, 0, i), 0);
		snprintf(path, sizeof path, "w0/f%d", i / 2);
		snprintf(text, sizeof text, "w0 f%d", i / 2);
		assert_file(reader, path, text);
	}
	tally__store_close(reader);
	/* Those that wait to be removed, and no more than some 50 others. */
	expect(fixture, "cd $REPO && waiting=$(wc -l <tally/rolled) && test $waiting -gt 200 && "
			"test $waiting -le 256 && "
			"test \"$(ls objects/pack/*.idx | wc -l)\" -lt $((waiting + 50))");
	expect_sound(fixture);
	/* Their time comes, but for one whose objects are nowhere else any more. */
	expect(fixture, "cd $REPO && sed -i -e 's/^[0-9]*/1000/' "
			"-e '1s/ pack-[0-9a-f]*$/ pack-0123456789012345678901234567890123456789/' "
			"tally/rolled && head -n 1 tally/rolled | cut -d ' ' -f 2 >../one && "
			"cut -d ' ' -f 2 tally/rolled | sed 1d >../others");
	/* Also when there is nothing to roll up. */
	for (int i = 300; i < 308; i++)
		assert_int_equal(commit_number(fixture->store, 0, i), 0);
	expect(fixture, "cd $REPO && ! ls objects/pack | grep -qFf ../others && "
			"test -e objects/pack/$(cat ../one).pack");
	for (int i = 308; i < 364; i++)
		assert_int_equal(commit_number(fixture->store, 0, i), 0);
	expect_sound(fixture);
	assert_file(fixture->store, "w0/f0", "w0 f0");
	/* A list that makes no sense is no list. */
	expect(fixture, "cd $REPO && printf 'x\\n1 y z\\n-1 \\n\\n 1\\n' >tally/rolled && "
			": >tally/.tally-0123456789abcdef.tmp && ln -s ../HEAD tally/.tally-1.tmp");
	for (int i = 364; i < 428; i++)
		assert_int_equal(commit_number(fixture->store, 0, i), 0);
	expect(fixture, "cd $REPO && test -e HEAD && test -e tally/rolled && "
			"test -z \"$(find tally -name '.tally-*')\"");
	expect_sound(fixture);
}

/* Runs as a user that file permissions hold for. */
static int as_nobody(struct fixture *fixture, int (*act)(const char *repo))
{
	pid_t pid;
	int status;

	if (geteuid() == 0)
		expect(fixture, "chown -R 65534 ${REPO%/*}");
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && setuid(NOBODY) != 0)
			_exit(100);
		_exit(act(fixture->repo));
	}
	status = wait_for(pid);
	/* Git refuses to look at what belongs to others. */
	if (geteuid() == 0)
		expect(fixture, "chown -R 0 ${REPO%/*}");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int read_only(const char *repo)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct store *store;

	if (tally__store_open(&store, repo, &error) != 0)
		return 1;
	assert_file(store, "a", "1");
	if (scratch_put(store, "a", "2", NULL, 2) != TALLY_EIO)
		return 2;
	assert_file(store, "a", "1");
	tally__store_close(store);
	return 0;
}

static void test_a_repository_that_may_only_be_read(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(scratch_put(fixture->store, "a", "1", NULL, 1), 0);
	expect(fixture, "chmod -R a-w $REPO");
	assert_int_equal(as_nobody(fixture, read_only), 0);
	/* Only where packs go: found out late. */
	expect(fixture, "chmod -R u+w $REPO && chmod a-w $REPO/objects/pack");
	assert_int_equal(as_nobody(fixture, read_only), 0);
	expect(fixture, "chmod u+w $REPO/objects/pack && chmod a-w $REPO/refs/heads");
	assert_int_equal(as_nobody(fixture, read_only), 0);
	expect(fixture,
	       "chmod u+w $REPO/refs/heads && test \"$(ls $REPO/objects/pack | wc -l)\" = 2");
	expect_sound(fixture);
}

static int denied(const char *repo)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct store *store;
	int status = tally__store_open(&store, repo, &error);

	return status == TALLY_EIO && strstr(error.message, "Permission denied") ? 0 : 1;
}

static void test_a_repository_that_may_not_be_read(void **state)
{
	struct fixture *fixture = *state;

	expect(fixture, "chmod a-rwx $REPO");
	assert_int_equal(as_nobody(fixture, denied), 0);
	expect(fixture, "chmod u+rwx $REPO");
}

static int read_and_write(const char *repo)
{
	struct store *store;

	int status;

	if (tally__store_open(&store, repo, NULL) != 0)
		return 1;
	status = scratch_put(store, "a", "2", NULL, 2);
	tally__store_close(store);
	return status == 0 ? 0 : 2;
}

/* As in a container with a mounted volume.  Needs to be root, or it is a plain commit. */
static void test_a_repository_of_someone_else(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(scratch_put(fixture->store, "a", "1", NULL, 1), 0);
	assert_int_equal(as_nobody(fixture, read_and_write), 0);
	if (geteuid() == 0)
		expect(fixture, "chown -R 12345 $REPO && chmod -R a+rwX $REPO");
	assert_int_equal(read_and_write(fixture->repo), 0);
	assert_file(fixture->store, "a", "2");
}

/* A file cannot grow beyond `bytes` in the child: as on a full disk. */
static int write_with_room_for(const char *repo, rlim_t bytes, size_t len)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};
	struct store_author author = {NULL, NULL, 9};
	struct put put = {"big", NULL, "big"};
	struct tally_error error = TALLY_ERROR_INIT;
	struct store *store;
	uint64_t random = 1;
	char *text = tally__malloc(len + 1);
	int status;

	signal(SIGXFSZ, SIG_IGN);
	if (!text || tally__store_open(&store, repo, NULL) != 0 ||
	    setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(1);
	for (size_t i = 0; i < len; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		text[i] = (char)('!' + (random >> 33) % 90);
	}
	text[len] = '\0';
	put.bytes = text;
	status = tally__store_commit(store, put_transaction, &put, &author, NULL, &error);
	if (status == TALLY_EIO && error.message[0] == '\0')
		_exit(3);
	_exit(status == TALLY_EIO ? 0 : status == 0 ? 4 : 2);
}

static void test_a_disk_that_is_full(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(scratch_put(fixture->store, "a", "1", NULL, 1), 0);
	/* No room: for the id of the next commit; for the pack; for its index. */
	for (int i = 0; i < 3; i++) {
		static const rlim_t room[] = {10, 8000, 1200};
		static const size_t len[] = {10, 50000, 10};
		pid_t pid = fork();
		int status;

		if (pid == 0)
			write_with_room_for(fixture->repo, room[i], len[i]);
		status = wait_for(pid);
		assert_true(WIFEXITED(status));
		/* An index of three objects takes less than 1,200 bytes: this one succeeds. */
		assert_int_equal(WEXITSTATUS(status), i == 2 ? 4 : 0);
		expect_sound(fixture);
	}
	expect(fixture, "test \"$(ls $REPO/objects/pack | wc -l)\" = 4");
}

static int several(void *context, const struct snapshot *snapshot, struct edits *edits,
		   struct tally_error *error)
{
	int status = tally__edits_put(edits, "d/e/new", context, strlen(context), error);

	(void)snapshot;
	if (status == 0)
		status = tally__edits_remove(edits, "d/old", error);
	if (status == 0)
		status = tally__edits_describe(edits, "Several", error);
	return status;
}

static void test_when_memory_is_short(void **state)
{
	struct fixture *fixture = *state;
	struct store_author author = {NULL, NULL, 9};
	char text[] = "text";
	int status = TALLY_ENOMEM;

	assert_int_equal(scratch_put(fixture->store, "d/old", "1", NULL, 1), 0);
	for (long i = 0; status != 0; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		assert_true(i < 500);
		tally__mem_fail_after(i);
		status = tally__store_commit(fixture->store, several, text, &author, NULL, &error);
		tally__mem_fail_after(-1);
		if (status == 0)
			break;
		assert_int_equal(error.code, status);
		/* libgit2 does not pass on that its storage of objects, ours, had no memory. */
		assert_true(status == TALLY_ENOMEM || status == TALLY_EIO);
		assert_file(fixture->store, "d/old", "1");
	}
	assert_file(fixture->store, "d/e/new", "text");
	assert_file(fixture->store, "d/old", NULL);
	expect(fixture, "test \"$(git -C $REPO rev-list --count main)\" = 2");
	expect_sound(fixture);
}

/* An upstream that loses the first race, and then looks where the branch is. */
struct fickle {
	struct upstream base;
	const char *repo;
	unsigned lost;
};

static int fickle_refresh(struct upstream *upstream, struct store *store, struct tally_error *error)
{
	(void)upstream, (void)store, (void)error;
	return 0;
}

static int fickle_accept(struct upstream *upstream, struct store *store, const struct pack *pack,
			 const git_oid *old, const git_oid *next, enum branch_outcome *outcome,
			 struct tally_error *error)
{
	struct fickle *fickle = (struct fickle *)upstream;
	git_oid tip;

	(void)pack;
	if (fickle->lost++ > 0)
		return tally__branch_move(store, old, next, outcome, error);
	assert_int_equal(scratch_run(fickle->repo, 0,
				     "id=$(git --git-dir=\"$REPO\" -c user.name=g "
				     "-c user.email=g commit-tree -m x -p main 'main^{tree}') && "
				     "git --git-dir=\"$REPO\" update-ref refs/heads/main $id"),
			 0);
	*outcome = BRANCH_LOST;
	return tally__store_tip(store, &tip, error);
}

static void fickle_end(struct upstream *upstream)
{
	(void)upstream;
}

/* The repository is opened anew from time to time, but never under a change. */
static void test_a_race_that_is_lost_when_it_is_time_to_reopen(void **state)
{
	struct fixture *fixture = *state;
	struct fickle fickle = {.base = {.refresh = fickle_refresh,
					 .accept = fickle_accept,
					 .rest = fickle_end,
					 .free = fickle_end,
					 .place = "elsewhere",
					 .tries = 3},
				.repo = fixture->repo};

	assert_int_equal(scratch_put(fixture->store, "a.json", "1", "one", 1), 0);
	fixture->store->upstream = &fickle.base;
	fixture->store->tips_seen = TIPS_BEFORE_REOPENING;
	assert_int_equal(scratch_put(fixture->store, "a.json", "2", "two", 2), 0);
	assert_int_equal(fickle.lost, 2);
	assert_file(fixture->store, "a.json", "2");
	fixture->store->upstream = NULL;
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_writers_lose_nothing),
		TEST(test_a_race_lost_to_git_push),
		TEST(test_the_first_commit_lost_to_git_push),
		TEST(test_a_race_that_is_lost_when_it_is_time_to_reopen),
		TEST(test_a_branch_that_is_packed),
		TEST(test_git_holds_the_branch),
		TEST(test_killed_writers),
		TEST(test_what_killed_writers_leave),
		TEST(test_links_are_not_followed),
		TEST(test_git_works_beside_us),
		TEST(test_packs_are_rolled_up),
		TEST(test_a_repository_that_may_only_be_read),
		TEST(test_a_repository_that_may_not_be_read),
		TEST(test_a_repository_of_someone_else),
		TEST(test_a_disk_that_is_full),
		TEST(test_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
