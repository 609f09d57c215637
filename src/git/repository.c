#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "git/objects.h"

/* How often an object is looked for anew while packs are being replaced under us. */
#define LOOKUP_TRIES 4
/* Longest path of a repository that is looked into. */
#define FOLDER_BYTES 4096
/* Less than this left counts as a full disk. */
#define DISK_FULL_BYTES 65536

static const char *hint(const char *path)
{
	struct statvfs disk;

	if (statvfs(path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < DISK_FULL_BYTES)
		return "; the disk is full: make room and try again";
	if (access(path, R_OK | X_OK) != 0)
		return "; it cannot be read: check who owns it, and its permissions";
	if (access(path, W_OK) != 0)
		return "; it cannot be written to: check who owns it, and its permissions";
	return "";
}

int tally__git_fail(struct tally_error *error, const char *path, const char *doing)
{
	const git_error *reason = git_error_last();
	bool has_text = reason && reason->message && reason->message[0];

	if (reason && reason->klass == GIT_ERROR_NOMEMORY)
		return tally__fail_nomem(error);
	return tally__fail_at(error, TALLY_EIO, path, 0, 0, "cannot %s: %s%s", doing,
			      has_text ? reason->message : "no reason given by libgit2",
			      hint(path));
}

int tally__errno_fail(struct tally_error *error, int number, const char *path, const char *doing)
{
	const char *todo = "";

	if (number == ENOMEM)
		return tally__fail_nomem(error);
	if (number == ENOSPC || number == EDQUOT)
		todo = "; make room and try again";
	else if (number == EFBIG)
		todo = "; raise the limit on file sizes (ulimit -f) and try again";
	else if (number == EACCES || number == EPERM || number == EROFS)
		todo = "; check who owns the repository, and its permissions";
	return tally__fail_at(error, TALLY_EIO, path, 0, 0, "cannot %s: %s%s", doing,
			      strerror(number), todo);
}

/* libgit2 takes what it may not look into for something that is not there. */
static bool may_not_read(const char *path)
{
	static const char *const names[] = {"", "/HEAD", "/objects", "/refs"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char file[FOLDER_BYTES];
		int len = snprintf(file, sizeof file, "%s%s", path, names[i]);

		if (len >= 0 && (size_t)len < sizeof file && access(file, R_OK) != 0 &&
		    errno == EACCES)
			return true;
	}
	return false;
}

int tally__repository_open(struct repository **out, const char *path, struct tally_error *error)
{
	struct repository *repository = tally__calloc(1, sizeof *repository);
	int status = 0;
	int git;

	if (!repository)
		return tally__fail_nomem(error);
	repository->uses = 1;
	git = git_repository_open_ext(&repository->git, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	if (git == GIT_ENOTFOUND && may_not_read(path)) {
		status = tally__errno_fail(error, EACCES, path, "open the repository");
		goto out;
	}
	if (git == GIT_ENOTFOUND) {
		status = tally__fail_at(error, TALLY_ENOFILE, path, 0, 0,
					"not a git repository; make one with `tally broker init`");
		goto out;
	}
	if (git < 0 || git_repository_odb(&repository->odb, repository->git) < 0) {
		status = tally__git_fail(error, path, "open the repository");
		goto out;
	}
	*out = repository;
	repository = NULL;
out:
	tally__repository_release(repository);
	return status;
}

struct repository *tally__repository_share(struct repository *repository)
{
	repository->uses++;
	return repository;
}

void tally__repository_release(struct repository *repository)
{
	if (!repository || --repository->uses > 0)
		return;
	tally__object_cache_release(repository->cache);
	git_odb_free(repository->odb);
	git_repository_free(repository->git);
	tally__free(repository);
}

int tally__repository_tip(struct repository *repository, git_oid *tip, struct tally_error *error)
{
	int git = git_reference_name_to_id(tip, repository->git, STORE_BRANCH);

	if (git == 0)
		return 0;
	if (git != GIT_ENOTFOUND)
		return tally__git_fail(error, git_repository_path(repository->git),
				       "read the branch main");
	memset(tip, 0, sizeof *tip);
	return 0;
}

int tally__object_missing(struct repository *repository, const git_oid *id,
			  struct tally_error *error)
{
	char text[GIT_OID_HEXSZ + 1];

	repository->is_damaged = true;
	git_oid_tostr(text, sizeof text, id);
	return tally__fail_at(error, TALLY_EIO, git_repository_path(repository->git), 0, 0,
			      "object %s is missing or broken: run `git fsck` in the repository, "
			      "and restore it from a clone",
			      text);
}

static int lookup_failure(struct repository *repository, int git, const git_oid *id,
			  struct tally_error *error)
{
	repository->is_damaged = true;
	if (git == GIT_ENOTFOUND)
		return tally__object_missing(repository, id, error);
	return tally__git_fail(error, git_repository_path(repository->git), "read an object");
}

int tally__object_lookup(git_object **out, struct repository *repository, git_repository *git,
			 const git_oid *id, git_object_t type, struct tally_error *error)
{
	int found = -1;

	for (int i = 0; i < LOOKUP_TRIES && found != 0; i++) {
		if (i > 0 && git_odb_refresh(repository->odb) < 0)
			break;
		found = git_object_lookup(out, git, id, type);
	}
	return found == 0 ? 0 : lookup_failure(repository, found, id, error);
}

int tally__odb_read(git_odb_object **out, struct repository *repository, git_odb *odb,
		    const git_oid *id, struct tally_error *error)
{
	int found = -1;

	for (int i = 0; i < LOOKUP_TRIES && found != 0; i++) {
		if (i > 0 && git_odb_refresh(repository->odb) < 0)
			break;
		found = git_odb_read(out, odb, id);
	}
	return found == 0 ? 0 : lookup_failure(repository, found, id, error);
}
