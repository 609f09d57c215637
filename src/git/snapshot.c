#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "git/paths.h"
#include "git/repository.h"

/* Of a path that is shown: one that is longer loses its end. */
#define PATH_SHOWN_BYTES 4096

int tally__snapshot_init(struct snapshot *snapshot, struct repository *repository,
			 git_repository *git, const git_oid *commit, struct tally_error *error)
{
	git_object *object = NULL;
	git_object *tree = NULL;
	int status;

	memset(snapshot, 0, sizeof *snapshot);
	if (!git_oid_is_zero(commit)) {
		status = tally__object_lookup(&object, repository, git, commit, GIT_OBJECT_COMMIT,
					      error);
		if (status != 0)
			goto out;
		status = tally__object_lookup(&tree, repository, git,
					      git_commit_tree_id((git_commit *)object),
					      GIT_OBJECT_TREE, error);
		if (status != 0)
			goto out;
		git_oid_tostr(snapshot->id, sizeof snapshot->id, commit);
	}
	snapshot->repository = tally__repository_share(repository);
	snapshot->git = git;
	snapshot->tree = (git_tree *)tree;
	snapshot->commit = *commit;
	status = 0;
out:
	git_object_free(object);
	return status;
}

void tally__snapshot_release(struct snapshot *snapshot)
{
	git_tree_free(snapshot->tree);
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

static const char *kind_name(const git_tree_entry *entry)
{
	switch (git_tree_entry_filemode(entry)) {
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
static int check_kind(const git_tree_entry *entry, git_object_t wanted, const char *path,
		      const char *end, struct tally_error *error)
{
	git_filemode_t mode = git_tree_entry_filemode(entry);
	char place[PATH_SHOWN_BYTES];

	if (git_tree_entry_type(entry) == wanted && mode != GIT_FILEMODE_LINK)
		return 0;
	(void)snprintf(place, sizeof place, "%.*s", (int)(end - path), path);
	return tally__fail_at(error, TALLY_EPARSE, place, 0, 0,
			      "the store is damaged: expected %s here, found %s; git log on it "
			      "says who changed it",
			      wanted == GIT_OBJECT_TREE ? "a folder" : "a file", kind_name(entry));
}

/* The object at `path`, of the type that is wanted; *found is NULL when there is none.  "" is the
 * root. */
static int find(git_object **found, const struct snapshot *snapshot, const char *path,
		git_object_t wanted, struct tally_error *error)
{
	const char *rest = path;
	git_object *at = NULL;
	struct component part;
	int status;

	*found = NULL;
	if (!snapshot->tree)
		return 0;
	if (git_object_dup(&at, (git_object *)snapshot->tree) < 0)
		return tally__fail_nomem(error);
	while (tally__path_next(&rest, &part)) {
		git_object_t type = part.is_last ? wanted : GIT_OBJECT_TREE;
		char name[PATH_COMPONENT_BYTES + 1];
		const git_tree_entry *entry;
		git_object *next = NULL;

		memcpy(name, part.name, part.len);
		name[part.len] = '\0';
		entry = git_tree_entry_byname((git_tree *)at, name);
		if (!entry) {
			git_object_free(at);
			return 0;
		}
		status = check_kind(entry, type, path, part.name + part.len, error);
		if (status == 0)
			status = tally__object_lookup(&next, snapshot->repository, snapshot->git,
						      git_tree_entry_id(entry), type, error);
		git_object_free(at);
		if (status != 0)
			return status;
		at = next;
	}
	*found = at;
	return 0;
}

int tally__snapshot_read(const struct snapshot *snapshot, const char *path, struct arena *arena,
			 const char **bytes, size_t *len, struct tally_error *error)
{
	git_object *object = NULL;
	const git_blob *blob;
	char *copy;
	int status = tally__path_check(path, error);

	if (status == 0)
		status = find(&object, snapshot, path, GIT_OBJECT_BLOB, error);
	if (status != 0)
		return status;
	if (!object)
		return tally__fail_at(error, TALLY_ENOTFOUND, path, 0, 0,
				      "no such file in the store%s%.8s",
				      snapshot->id[0] ? " as of commit " : "", snapshot->id);
	blob = (const git_blob *)object;
	copy = tally__arena_memdup(arena, git_blob_rawcontent(blob),
				   (size_t)git_blob_rawsize(blob));
	if (copy) {
		*bytes = copy;
		*len = (size_t)git_blob_rawsize(blob);
	} else {
		status = tally__fail_nomem(error);
	}
	git_object_free(object);
	return status;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct snapshot_entry *)a)->name,
		      ((const struct snapshot_entry *)b)->name);
}

static int copy_entries(const git_tree *tree, struct arena *arena, struct snapshot_entry **entries,
			size_t *count, struct tally_error *error)
{
	size_t total = git_tree_entrycount(tree);
	struct snapshot_entry *copies;

	copies = tally__arena_alloc_array(arena, total > 0 ? total : 1, sizeof *copies);
	if (!copies)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < total; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);

		copies[i].name = tally__arena_strdup(arena, git_tree_entry_name(entry));
		copies[i].is_folder = git_tree_entry_type(entry) == GIT_OBJECT_TREE;
		if (!copies[i].name)
			return tally__fail_nomem(error);
	}
	/* Git sorts folders as if their names ended in a slash. */
	qsort(copies, total, sizeof *copies, compare_entries);
	*entries = copies;
	*count = total;
	return 0;
}

int tally__snapshot_list(const struct snapshot *snapshot, const char *path, struct arena *arena,
			 struct snapshot_entry **entries, size_t *count, struct tally_error *error)
{
	git_object *object = NULL;
	int status = *path == '\0' ? 0 : tally__path_check(path, error);

	if (status == 0)
		status = find(&object, snapshot, path, GIT_OBJECT_TREE, error);
	if (status != 0)
		return status;
	if (object) {
		status = copy_entries((git_tree *)object, arena, entries, count, error);
	} else {
		*entries = NULL;
		*count = 0;
	}
	git_object_free(object);
	return status;
}
