/* Whatever happens to the processes and disks that contract files are written by and to: the file
 * is whole, and has everything that a save has acknowledged. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "contract/contract.h"

enum { PROCESSES = 80, NOBODY = 65534 };

static char folder[] = "/tmp/tally-test-XXXXXX";
static char path[64];
/* As network file systems do: a folder cannot be locked. */
static bool folders_cannot_be_locked;

int flock(int file, int operation)
{
	struct stat info;

	if (folders_cannot_be_locked && fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) {
		errno = EBADF;
		return -1;
	}
	return (int)syscall(SYS_flock, file, operation);
}

static int make_folder(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	folders_cannot_be_locked = false;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/c-p.json", folder);
	return 0;
}

/* Removes the folder's files; says how many there were but for the contract. */
static size_t clear_folder(const char *dir)
{
	DIR *entries = opendir(dir);
	const struct dirent *entry;
	size_t others = 0;

	assert_non_null(entries);
	while ((entry = readdir(entries)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		others += strcmp(entry->d_name, "c-p.json") != 0;
		unlinkat(dirfd(entries), entry->d_name, 0);
	}
	closedir(entries);
	return others;
}

static int remove_folder(void **state)
{
	(void)state;
	clear_folder(folder);
	return rmdir(folder);
}

static struct tally_contract *contract_of(int number)
{
	struct tally_contract *contract = NULL;
	char text[300];

	snprintf(text, sizeof(text),
		 "{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},\"interactions\":[{"
		 "\"description\":\"%d\",\"request\":{\"path\":\"/%d\"},\"response\":{\"status\":"
		 "200}}]}",
		 number, number);
	if (tally_contract_parse(&contract, text, strlen(text), NULL) != 0)
		abort();
	return contract;
}

static int save_to(const char *dir, int number, enum tally_save_mode mode, const char *run,
		   struct tally_error *error)
{
	const struct tally_save_options how = {.spec = TALLY_SPEC_V4, .mode = mode, .run = run};
	struct tally_contract *contract = contract_of(number);
	int status = tally_contract_save(contract, dir, &how, NULL, error);

	tally_contract_free(contract);
	return status;
}

static bool is_saved(const struct tally_contract *contract, int number)
{
	char text[20];

	snprintf(text, sizeof(text), "%d", number);
	for (size_t i = 0; i < tally_contract_interaction_count(contract); i++)
		if (strcmp(tally_contract_description(contract, i), text) == 0)
			return true;
	return false;
}

static struct tally_contract *read_saved(void)
{
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_contract_read_file(&contract, path, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
	return contract;
}

/* ---- Processes ---- */

struct child {
	pid_t process;
	int number;
	bool acknowledged;
};

/* Starts a process that saves to `dir`, and says on `report` that it has. */
static void start(struct child *child, int number, const char *dir, enum tally_save_mode mode,
		  const char *run, int report)
{
	unsigned char byte = (unsigned char)number;

	*child = (struct child){.number = number};
	child->process = fork();
	assert_true(child->process >= 0);
	if (child->process == 0) {
		int status = save_to(dir, number, mode, run, NULL);

		if (status == 0 && write(report, &byte, 1) != 1)
			status = 1;
		_exit(status != 0);
	}
}

/* Waits for one more save; false when all processes have ended. */
static bool hear(struct child children[PROCESSES], int report)
{
	unsigned char byte;
	ssize_t count;

	do
		count = read(report, &byte, 1);
	while (count < 0 && errno == EINTR);
	if (count == 1)
		children[byte].acknowledged = true;
	return count == 1;
}

/* All at once; every `kill_each`th save that is heard of (0: none) kills another process, wherever
 * that is.  At the end all that was acknowledged is there. */
static void run_all(const char *const dirs[2], enum tally_save_mode mode, const char *run,
		    size_t kill_each, unsigned seed)
{
	struct child children[PROCESSES];
	struct tally_contract *contract;
	size_t heard = 0;
	int reports[2];

	assert_int_equal(pipe(reports), 0);
	for (int i = 0; i < PROCESSES; i++)
		start(&children[i], i, dirs[i % 2], mode, run, reports[1]);
	close(reports[1]);
	while (hear(children, reports[0]))
		if (kill_each && ++heard % kill_each == 0)
			kill(children[(heard * 37 + seed) % PROCESSES].process, SIGKILL);
	close(reports[0]);
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i].process, &status, 0), children[i].process);
		if (!kill_each)
			assert_int_equal(status, 0);
	}
	contract = read_saved();
	for (int i = 0; i < PROCESSES; i++)
		if (children[i].acknowledged && !is_saved(contract, i))
			fail_msg("%d was acknowledged, and is lost", i);
	if (!kill_each)
		assert_int_equal(tally_contract_interaction_count(contract), PROCESSES);
	tally_contract_free(contract);
}

static void eighty_processes_lose_nothing(void **state)
{
	const char *const dirs[] = {folder, folder};
	struct buf first;
	struct buf again;

	(void)state;
	tally__buf_init(&first, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&again, LIMIT_DOCUMENT_BYTES);
	run_all(dirs, TALLY_SAVE_MERGE, NULL, 0, 0);
	assert_int_equal(tally__file_read(&first, path, NULL), 0);
	unlink(path);
	run_all(dirs, TALLY_SAVE_MERGE, NULL, 0, 0);
	assert_int_equal(tally__file_read(&again, path, NULL), 0);
	assert_string_equal(first.bytes, again.bytes);
	assert_int_equal(clear_folder(folder), 0);
	tally__buf_release(&first);
	tally__buf_release(&again);
}

static void killed_processes_take_nothing_with_them(void **state)
{
	const char *const dirs[] = {folder, folder};

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		run_all(dirs, TALLY_SAVE_MERGE, NULL, 2, round);
	/* What the killed ones left in the middle of writing is gone with the next save. */
	assert_int_equal(save_to(folder, 1000, TALLY_SAVE_MERGE, NULL, NULL), 0);
	assert_int_equal(clear_folder(folder), 0);
}

static void a_run_of_many_processes_starts_over_once(void **state)
{
	const char *const dirs[] = {folder, folder};
	struct tally_contract *contract;

	(void)state;
	assert_int_equal(save_to(folder, 1000, TALLY_SAVE_MERGE, NULL, NULL), 0);
	run_all(dirs, TALLY_SAVE_FRESH, "one", 0, 0);
	run_all(dirs, TALLY_SAVE_FRESH, "two", 3, 5);
	contract = read_saved();
	assert_false(is_saved(contract, 1000));
	tally_contract_free(contract);
}

static void links_lead_to_one_lock(void **state)
{
	char real[] = "/tmp/tally-test-XXXXXX";
	char target[64];
	const char *const dirs[] = {folder, real};

	(void)state;
	assert_non_null(mkdtemp(real));
	snprintf(target, sizeof(target), "%s/c-p.json", real);
	/* It leads to nothing at first. */
	assert_int_equal(symlink(target, path), 0);
	run_all(dirs, TALLY_SAVE_MERGE, NULL, 0, 0);
	clear_folder(real);
	rmdir(real);
}

static void a_file_stands_for_a_folder_that_cannot_be_locked(void **state)
{
	const char *const dirs[] = {folder, folder};
	struct tally_error error = TALLY_ERROR_INIT;
	char lock[64];

	(void)state;
	folders_cannot_be_locked = true;
	run_all(dirs, TALLY_SAVE_MERGE, NULL, 0, 0);
	/* Through a link, another file would be locked or made. */
	snprintf(lock, sizeof(lock), "%s/.tally.lock", folder);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(symlink(path, lock), 0);
	assert_int_equal(save_to(folder, 1, TALLY_SAVE_MERGE, NULL, &error), TALLY_EIO);
	assert_non_null(strstr(error.message, ".tally.lock"));
}

/* ---- Disks ---- */

/* Saves in a process of its own, after `limit`; its status has to be TALLY_EIO, and the file what
 * it was. */
static void check_refused(void (*limit)(void))
{
	struct tally_contract *contract;
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		limit();
		_exit(-save_to(folder, 2, TALLY_SAVE_MERGE, NULL, NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), -TALLY_EIO);
	contract = read_saved();
	assert_int_equal(tally_contract_interaction_count(contract), 1);
	assert_true(is_saved(contract, 1));
	tally_contract_free(contract);
}

static void limit_file_size(void)
{
	const struct rlimit limit = {300, 300};

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		abort();
}

static void a_full_disk_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(save_to(folder, 1, TALLY_SAVE_MERGE, NULL, NULL), 0);
	check_refused(limit_file_size);
	assert_int_equal(clear_folder(folder), 0);
}

static void give_up_rights(void)
{
	if (geteuid() == 0 && setuid(NOBODY) != 0)
		abort();
}

static void a_folder_of_others_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(save_to(folder, 1, TALLY_SAVE_MERGE, NULL, NULL), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	check_refused(give_up_rights);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(clear_folder(folder), 0);
}

/* What somebody else's is stays theirs, where that can be. */
static void an_owner_and_mode_stay(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(save_to(folder, 1, TALLY_SAVE_MERGE, NULL, NULL), 0);
	assert_int_equal(chmod(path, 0640), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	assert_int_equal(save_to(folder, 2, TALLY_SAVE_MERGE, NULL, NULL), 0);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0640);
	if (geteuid() == 0)
		assert_int_equal(info.st_uid, NOBODY);
}

static void a_changed_file_is_not_replaced(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct file_stamp stamp;
	struct buf text;

	(void)state;
	tally__buf_init(&text, 100);
	assert_int_equal(tally__file_read_stamped(&text, path, &stamp, NULL), 0);
	assert_false(stamp.exists);
	/* Made meanwhile; changed meanwhile; not changed. */
	assert_int_equal(tally__file_replace(path, "theirs", 6, NULL), 0);
	assert_int_equal(tally__file_replace_locked(path, "ours", 4, &stamp, &error), TALLY_EBUSY);
	assert_int_equal(tally__file_read_stamped(&text, path, &stamp, NULL), 0);
	assert_string_equal(text.bytes, "theirs");
	assert_int_equal(tally__file_replace(path, "others", 6, NULL), 0);
	assert_int_equal(tally__file_replace_locked(path, "ours", 4, &stamp, NULL), TALLY_EBUSY);
	tally__buf_clear(&text);
	assert_int_equal(tally__file_read_stamped(&text, path, &stamp, NULL), 0);
	assert_string_equal(text.bytes, "others");
	assert_int_equal(tally__file_replace_locked(path, "ours", 4, &stamp, NULL), 0);
	assert_int_equal(clear_folder(folder), 0);
	tally__buf_release(&text);
}

/* Nothing is written that is there already: a file that is not touched makes nobody build anew. */
static void the_same_again_touches_nothing(void **state)
{
	struct file_stamp before;
	struct file_stamp after;

	(void)state;
	assert_int_equal(save_to(folder, 1, TALLY_SAVE_MERGE, NULL, NULL), 0);
	assert_int_equal(save_to(folder, 2, TALLY_SAVE_MERGE, NULL, NULL), 0);
	tally__file_stamp(&before, path);
	assert_int_equal(save_to(folder, 1, TALLY_SAVE_MERGE, NULL, NULL), 0);
	assert_int_equal(save_to(folder, 2, TALLY_SAVE_OVERWRITE, NULL, NULL), 0);
	tally__file_stamp(&after, path);
	assert_true(tally__file_stamp_equal(&before, &after));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(eighty_processes_lose_nothing),
		TEST(killed_processes_take_nothing_with_them),
		TEST(a_run_of_many_processes_starts_over_once),
		TEST(links_lead_to_one_lock),
		TEST(a_file_stands_for_a_folder_that_cannot_be_locked),
		TEST(a_full_disk_changes_nothing),
		TEST(a_folder_of_others_changes_nothing),
		TEST(an_owner_and_mode_stay),
		TEST(a_changed_file_is_not_replaced),
		TEST(the_same_again_touches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
