#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "git/objects.h"
#include "git/paths.h"

/* Of a path that is shown: one that is longer loses its end. */
#define PATH_SHOWN_BYTES 4096

/* Commits that are named otherwise were found before: this one stands in the branch. */
static void fail_branch(struct tally_error *error)
{
	char cause[TALLY_ERROR_MESSAGE_BYTES - 64];

	if (error == NULL)
		return;
	(void)snprintf(cause, sizeof cause, "%.*s", (int)sizeof cause - 1, error->message);
	(void)snprintf(error->message, sizeof error->message,
		       "the branch main points to what is no commit here: %s", cause);
}

int tally__snapshot_init(struct snapshot *snapshot, struct repository *repository,
			 git_repository *git, const git_oid *commit, struct tally_error *error)
{
	struct object object = {0};
	int status = 0;

	memset(snapshot, 0, sizeof *snapshot);
	if (git_repository_odb(&snapshot->odb, git) < 0)
		return tally__git_fail(error, git_repository_path(repository->git),
				       "open the repository");
	if (!git_oid_is_zero(commit)) {
		status = tally__object_read(&object, repository, snapshot->odb, commit,
					    GIT_OBJECT_COMMIT, error);
		if (status == TALLY_EIO)
			fail_branch(error);
		if (status == 0 && !tally__commit_tree(&object, &snapshot->tree))
			status = tally__fail_at(error, TALLY_EIO,
						git_repository_path(repository->git), 0, 0,
						"the newest commit is damaged: run `git fsck`");
		tally__object_release(&object);
		git_oid_tostr(snapshot->id, sizeof snapshot->id, commit);
	}
	if (status != 0) {
		git_odb_free(snapshot->odb);
		return status;
	}
	snapshot->repository = tally__repository_share(repository);
	snapshot->git = git;
	snapshot->commit = *commit;
	return 0;
}

void tally__snapshot_release(struct snapshot *snapshot)
{
	git_odb_free(snapshot->odb);
	tally__repository_release(snapshot->repository);
}

void tally__snapshot_close(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	tally__snapshot_release(snapshot);
	tally__free(snapshot);
}

const char *tally__snapshot_id(const struct snapshot *snapshot)
{
	return snapshot->id;
}

static const char *kind_name(unsigned mode)
{
	switch (mode) {
	case GIT_FILEMODE_TREE:
		return "a folder";
	case GIT_FILEMODE_LINK:
		return "a symbolic link";
	case GIT_FILEMODE_COMMIT:
		return "a submodule";
	default:
		return "a file";
	}
}

/* What lies at `path` up to `end` has to be a file or a folder: something else was put there by
 * other hands, and is not the same as nothing. */
static int check_kind(unsigned mode, git_object_t wanted, const char *path, const char *end,
		      struct tally_error *error)
{
	char place[PATH_SHOWN_BYTES];

	if (tally__mode_type(mode) == wanted && mode != GIT_FILEMODE_LINK)
		return 0;
	(void)snprintf(place, sizeof place, "%.*s", (int)(end - path), path);
	return tally__fail_at(error, TALLY_EPARSE, place, 0, 0,
			      "the store is damaged: expected %s here, found %s; git log on it "
			      "says who changed it",
			      wanted == GIT_OBJECT_TREE ? "a folder" : "a file", kind_name(mode));
}

static int damaged_tree(const git_oid *id, const char *path, struct tally_error *error)
{
	char text[GIT_OID_HEXSZ + 1];

	return tally__fail_at(error, TALLY_EIO, path, 0, 0,
			      "the tree %s is damaged: run `git fsck` in the repository, and "
			      "restore it from a clone",
			      git_oid_tostr(text, sizeof text, id));
}

/* The entry of `part` in the tree *id, whose id takes that one's place; all zero: there is none. */
static int step(git_oid *id, const struct snapshot *snapshot, const struct component *part,
		git_object_t wanted, const char *path, struct tally_error *error)
{
	struct tree_entry entry;
	struct object tree;
	int found;
	int status = tally__object_read(&tree, snapshot->repository, snapshot->odb, id,
					GIT_OBJECT_TREE, error);

	if (status != 0)
		return status;
	found = tally__tree_find(&tree, part->name, part->len, &entry);
	tally__object_release(&tree);
	if (found < 0)
		return damaged_tree(id, path, error);
	*id = (git_oid){{0}};
	if (found == 0)
		return 0;
	*id = entry.id;
	return check_kind(entry.mode, part->is_last ? wanted : GIT_OBJECT_TREE, path,
			  part->name + part->len, error);
}

/* The id of what is at `path`, of the type that is wanted; all zero when there is nothing.  "" is
 * the root. */
static int find(git_oid *id, const struct snapshot *snapshot, const char *path, git_object_t wanted,
		struct tally_error *error)
{
	const char *rest = path;
	struct component part;
	int status = 0;

	*id = snapshot->tree;
	while (status == 0 && !git_oid_is_zero(id) && tally__path_next(&rest, &part))
		status = step(id, snapshot, &part, wanted, path, error);
	return status;
}

int tally__snapshot_content(const struct snapshot *snapshot, const char *path,
			    struct store_content *content, struct tally_error *error)
{
	git_oid id;
	int status = tally__path_check(path, error);

	if (status == 0)
		status = find(&id, snapshot, path, GIT_OBJECT_BLOB, error);
	if (status == 0)
		memcpy(content->id, id.id, sizeof content->id);
	return status;
}

int tally__snapshot_read(const struct snapshot *snapshot, const char *path, struct arena *arena,
			 const char **bytes, size_t *len, struct tally_error *error)
{
	struct object blob;
	git_oid id;
	char *copy;
	int status = tally__path_check(path, error);

	if (status == 0)
		status = find(&id, snapshot, path, GIT_OBJECT_BLOB, error);
	if (status == 0 && git_oid_is_zero(&id))
		status = tally__fail_at(error, TALLY_ENOTFOUND, path, 0, 0,
					"no such file in the store%s%.8s",
					snapshot->id[0] ? " as of commit " : "", snapshot->id);
	if (status == 0)
		status = tally__object_read(&blob, snapshot->repository, snapshot->odb, &id,
					    GIT_OBJECT_BLOB, error);
	if (status != 0)
		return status;
	copy = tally__arena_memdup(arena, blob.bytes, blob.len);
	if (copy) {
		*bytes = copy;
		*len = blob.len;
	} else {
		status = tally__fail_nomem(error);
	}
	tally__object_release(&blob);
	return status;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct snapshot_entry *)a)->name,
		      ((const struct snapshot_entry *)b)->name);
}

static int copy_entries(const struct object *tree, const git_oid *id, const char *path,
			struct arena *arena, struct snapshot_entry **entries, size_t *count,
			struct tally_error *error)
{
	const char *at = tree->bytes, *end = at + tree->len;
	struct snapshot_entry *copies = NULL;
	size_t total = 0, capacity = 0;
	struct tree_entry entry;
	int found;

	while ((found = tally__tree_next(&at, end, &entry)) == 1) {
		copies = tally__arena_room(arena, copies, total, &capacity, 16, sizeof *copies);
		if (!copies)
			return tally__fail_nomem(error);
		copies[total].name = tally__arena_memdup(arena, entry.name, entry.name_len);
		copies[total].is_folder = entry.mode == GIT_FILEMODE_TREE;
		if (!copies[total++].name)
			return tally__fail_nomem(error);
	}
	if (found < 0)
		return damaged_tree(id, path, error);
	/* Git sorts folders as if their names ended in a slash. */
	if (total > 1)
		qsort(copies, total, sizeof *copies, compare_entries);
	*entries = copies;
	*count = total;
	return 0;
}

int tally__snapshot_list(const struct snapshot *snapshot, const char *path, struct arena *arena,
			 struct snapshot_entry **entries, size_t *count, struct tally_error *error)
{
	struct object tree;
	git_oid id;
	int status = *path == '\0' ? 0 : tally__path_check(path, error);

	if (status == 0)
		status = find(&id, snapshot, path, GIT_OBJECT_TREE, error);
	if (status == 0 && git_oid_is_zero(&id)) {
		*entries = NULL;
		*count = 0;
		return 0;
	}
	if (status == 0)
		status = tally__object_read(&tree, snapshot->repository, snapshot->odb, &id,
					    GIT_OBJECT_TREE, error);
	if (status != 0)
		return status;
	status = copy_entries(&tree, &id, path, arena, entries, count, error);
	tally__object_release(&tree);
	return status;
}
