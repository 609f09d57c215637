/* The files of the repository itself, beside its objects. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "git/check.h"
#include "git/files.h"

/* What is younger may belong to a process that is at work. */
#define SETTLED_SECONDS 60

struct looking {
	const char *path;
	const struct store_checker *checker;
};

static int tell(const struct looking *looking, bool is_warning, const char *where, const char *what,
		const char *next)
{
	const struct store_problem problem = {is_warning, where, what, next};

	return looking->checker->problem(looking->checker->context, &problem);
}

static bool name_file(char file[FILE_BYTES], const struct looking *looking, const char *name)
{
	int len = snprintf(file, FILE_BYTES, "%s%s", looking->path, name);

	return len >= 0 && len < FILE_BYTES;
}

static bool look(struct stat *info, const struct looking *looking, const char *name)
{
	char file[FILE_BYTES];

	return name_file(file, looking, name) && lstat(file, info) == 0;
}

static bool is_settled(const struct stat *info)
{
	return time(NULL) - info->st_mtime > SETTLED_SECONDS;
}

static int check_head(const struct looking *looking)
{
	static const char expected[] = "ref: " STORE_BRANCH "\n";
	char file[FILE_BYTES];
	struct buf text;
	bool good;

	tally__buf_init(&text, FILE_BYTES);
	good = name_file(file, looking, "HEAD") && tally__file_read(&text, file, NULL) == 0 &&
	       strcmp(text.bytes, expected) == 0;
	tally__buf_release(&text);
	return good ? 0
		    : tell(looking, true, "HEAD",
			   "it is not at " STORE_BRANCH
			   ": clones will show another branch, or none",
			   "git symbolic-ref HEAD " STORE_BRANCH);
}

/* A lock that has the file of the commit that is being made as its other name is Tally's, and the
 * next writer takes it away if its owner is dead. */
static int check_lock(const struct looking *looking)
{
	struct stat lock, next;

	if (!look(&lock, looking, STORE_BRANCH ".lock") || !is_settled(&lock))
		return 0;
	if (look(&next, looking, NEXT_FILE) && next.st_ino == lock.st_ino &&
	    next.st_dev == lock.st_dev)
		return 0;
	return tell(looking, false, STORE_BRANCH ".lock",
		    "git holds the branch, or left its lock behind when it was killed: nothing can "
		    "be changed while it is there",
		    "if no git process is working on the repository, remove the file");
}

static int check_own_folder(const struct looking *looking)
{
	struct stat info;

	if (!look(&info, looking, OWN_DIR) || S_ISDIR(info.st_mode))
		return 0;
	return tell(looking, false, OWN_DIR,
		    "expected a folder here, for locks: nothing can be changed",
		    "remove what is there; Tally makes the folder");
}

/* Where a copy of this folder alone would not be the whole store. */
static int check_completeness(const struct looking *looking)
{
	struct stat info;
	int status = 0;

	if (look(&info, looking, "shallow"))
		status = tell(looking, true, "shallow",
			      "this is a shallow clone: the history ends early, and so do the log "
			      "and answers as of then",
			      "git fetch --unshallow");
	if (status == 0 && look(&info, looking, "objects/info/alternates"))
		status = tell(looking, true, "objects/info/alternates",
			      "objects are borrowed from another repository: a copy of this one is "
			      "no backup, and it breaks with the other",
			      "git repack -ad, then remove the file");
	return status;
}

/* A pack is there for git once its index is, and is of no use without it. */
static int check_pack(const struct looking *looking, const char *file)
{
	const char *end = strrchr(file, '.');
	bool is_pack = end && strcmp(end, ".pack") == 0;
	char name[FILE_BYTES], other[FILE_BYTES];
	struct stat info, pair;

	if (!is_pack && (!end || strcmp(end, ".idx") != 0))
		return 0;
	(void)snprintf(name, sizeof name, PACK_DIR "/%s", file);
	(void)snprintf(other, sizeof other, PACK_DIR "/%.*s%s", (int)(end - file), file,
		       is_pack ? ".idx" : ".pack");
	if (!look(&info, looking, name) || !is_settled(&info) || look(&pair, looking, other))
		return 0;
	return is_pack ? tell(looking, true, name,
			      "this pack has no index: a process was killed before it counted",
			      "git gc removes it, or git index-pack makes the index")
		       : tell(looking, false, name,
			      "the pack of this index is missing, and with it all objects in it",
			      "take the pack from a backup");
}

static int check_packs(const struct looking *looking)
{
	char folder[FILE_BYTES];
	struct dirent *entry;
	int status = 0;
	DIR *dir;

	if (!name_file(folder, looking, PACK_DIR))
		return 0;
	dir = opendir(folder);
	if (!dir)
		return 0;
	while (status == 0 && (entry = readdir(dir)) != NULL)
		status = check_pack(looking, entry->d_name);
	closedir(dir);
	return status;
}

int tally__store_check_files(const struct store *store, const struct store_checker *checker)
{
	const struct looking looking = {store->path, checker};
	int status = check_head(&looking);

	if (status == 0)
		status = check_lock(&looking);
	if (status == 0)
		status = check_own_folder(&looking);
	if (status == 0)
		status = check_completeness(&looking);
	return status == 0 ? check_packs(&looking) : status;
}
