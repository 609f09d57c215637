#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "git_scratch.h"

void scratch_init(char repo[SCRATCH_BYTES])
{
	const char *base = getenv("TMPDIR");
	int len = snprintf(repo, SCRATCH_BYTES - 16, "%s/tally-git-XXXXXX",
			   base && strlen(base) < 128 ? base : "/tmp");

	assert_true(len > 0 && mkdtemp(repo));
	strncat(repo, "/repo", SCRATCH_BYTES - strlen(repo) - 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
}

static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int scratch_run(const char *repo, int expected, const char *command)
{
	char line[2048];
	int status;

	setenv("REPO", repo, 1);
	snprintf(line, sizeof line, "{ %s\n} >\"$REPO.out\" 2>&1", command);
	status = run(line);
	if (status != expected) {
		print_error("%s: status %d\n", command, status);
		run("cat \"$REPO.out\" >&2");
	}
	return status;
}

void scratch_release(char repo[SCRATCH_BYTES])
{
	setenv("REPO", repo, 1);
	run("chmod -R u+w \"${REPO%/repo}\"; rm -rf \"${REPO%/repo}\"");
}

int put_transaction(void *context, const struct snapshot *snapshot, struct edits *edits,
		    struct tally_error *error)
{
	const struct put *put = context;
	int status;

	(void)snapshot;
	status = put->bytes
			 ? tally__edits_put(edits, put->path, put->bytes, strlen(put->bytes), error)
			 : tally__edits_remove(edits, put->path, error);
	if (status == 0 && put->message)
		status = tally__edits_describe(edits, put->message, error);
	return status;
}

int scratch_put(struct store *store, const char *path, const char *bytes, const char *message,
		int64_t now_unix)
{
	struct put put = {path, bytes, message};
	struct store_author author = {"Ada", "ada@example.org", now_unix};
	struct tally_error error = TALLY_ERROR_INIT;
	int status = tally__store_commit(store, put_transaction, &put, &author, NULL, &error);

	if (status != 0)
		print_message("# %s: %s\n", path, error.message);
	return status;
}

void assert_file(struct store *store, const char *path, const char *bytes)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot *snapshot;
	struct arena arena;
	const char *found = NULL;
	size_t len = 0;
	int status;

	assert_int_equal(tally__snapshot_open(&snapshot, store, NULL, &error), 0);
	tally__arena_init(&arena, 0);
	status = tally__snapshot_read(snapshot, path, &arena, &found, &len, &error);
	if (bytes) {
		if (status != 0)
			print_error("%s: %s\n", path, error.message);
		assert_int_equal(status, 0);
		assert_string_equal(found, bytes);
		assert_int_equal(len, strlen(bytes));
	} else {
		assert_int_equal(status, TALLY_ENOTFOUND);
	}
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
}
