/* From edits to trees: only those along changed paths are read and written. */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "git/edits.h"
#include "git/paths.h"

struct applying {
	struct staging *staging;
	struct repository *repository;
	struct tally_error *error;
	const char *folders[PATH_DEPTH]; /* above the entry that is looked at */
	size_t depth;
};

enum outcome { UNCHANGED, CHANGED, EMPTY };

/* Something else is there than what was to be changed: nobody puts that there but other hands. */
static int damaged(struct applying *applying, const char *name, const char *why)
{
	struct buf path;

	tally__buf_init(&path, LIMIT_HEADER_BYTES);
	for (size_t i = 0; i < applying->depth; i++)
		tally__buf_addf(&path, "%s/", applying->folders[i]);
	tally__buf_adds(&path, name);
	tally__fail_at(applying->error, TALLY_EPARSE, path.status == 0 ? path.bytes : name, 0, 0,
		       "the store is damaged: this %s; git log on it says who changed it", why);
	tally__buf_release(&path);
	return TALLY_EPARSE;
}

static int git_failure(struct applying *applying, const char *doing)
{
	return tally__git_fail(applying->error, git_repository_path(applying->repository->git),
			       doing);
}

static int apply_folder(struct applying *applying, const struct edit *folder,
			const git_oid *base_id, git_oid *id, enum outcome *outcome);

static int apply_file(struct applying *applying, const struct edit *edit, const git_tree_entry *old,
		      git_treebuilder *builder, enum outcome *outcome)
{
	git_oid id;
	int status;

	if (old && git_tree_entry_type(old) != GIT_OBJECT_BLOB && !edit->replaces)
		return damaged(applying, edit->name, "is no file, and cannot become one");
	if (git_odb_hash(&id, edit->bytes, edit->len, GIT_OBJECT_BLOB) < 0)
		return git_failure(applying, "hash a file");
	if (old && git_oid_equal(&id, git_tree_entry_id(old)) &&
	    git_tree_entry_filemode(old) == GIT_FILEMODE_BLOB)
		return 0;
	status = tally__staging_put(applying->staging, &id, GIT_OBJECT_BLOB, edit->bytes, edit->len,
				    applying->error);
	if (status != 0)
		return status;
	if (git_treebuilder_insert(NULL, builder, edit->name, &id, GIT_FILEMODE_BLOB) < 0)
		return git_failure(applying, "write a tree");
	*outcome = CHANGED;
	return 0;
}

static int remove_entry(struct applying *applying, const struct edit *edit,
			const git_tree_entry *old, git_treebuilder *builder, enum outcome *outcome)
{
	if (!old)
		return 0;
	if (git_treebuilder_remove(builder, edit->name) < 0)
		return git_failure(applying, "write a tree");
	*outcome = CHANGED;
	return 0;
}

static bool puts_files(const struct edit *folder)
{
	for (size_t i = 0; i < folder->children.count; i++) {
		const struct edit *edit = folder->children.entries[i].value;

		if (edit->kind == EDIT_FILE || (edit->kind == EDIT_FOLDER && puts_files(edit)))
			return true;
	}
	return false;
}

static int apply_subfolder(struct applying *applying, const struct edit *edit,
			   const git_tree_entry *old, git_treebuilder *builder,
			   enum outcome *outcome)
{
	bool old_is_tree = old && git_tree_entry_type(old) == GIT_OBJECT_TREE;
	enum outcome below = UNCHANGED;
	git_oid id;
	int status;

	if (old && !old_is_tree && !edit->replaces)
		return puts_files(edit) ? damaged(applying, edit->name,
						  "is no folder, and cannot hold files")
					: 0;
	if (applying->depth == PATH_DEPTH)
		return tally__fail(applying->error, TALLY_EINTERNAL, "a path is too deep");
	applying->folders[applying->depth++] = edit->name;
	status = apply_folder(applying, edit,
			      old_is_tree && !edit->replaces ? git_tree_entry_id(old) : NULL, &id,
			      &below);
	applying->depth--;
	if (status != 0)
		return status;
	if (below == EMPTY)
		return remove_entry(applying, edit, old, builder, outcome);
	if (below == UNCHANGED || (old && git_oid_equal(&id, git_tree_entry_id(old))))
		return 0;
	if (git_treebuilder_insert(NULL, builder, edit->name, &id, GIT_FILEMODE_TREE) < 0)
		return git_failure(applying, "write a tree");
	*outcome = CHANGED;
	return 0;
}

static int apply_children(struct applying *applying, const struct edit *folder,
			  const git_tree *base, git_treebuilder *builder, enum outcome *outcome)
{
	int status = 0;

	for (size_t i = 0; i < folder->children.count && status == 0; i++) {
		const struct edit *edit = folder->children.entries[i].value;
		const git_tree_entry *old = base ? git_tree_entry_byname(base, edit->name) : NULL;

		if (edit->kind == EDIT_FILE)
			status = apply_file(applying, edit, old, builder, outcome);
		else if (edit->kind == EDIT_REMOVED)
			status = remove_entry(applying, edit, old, builder, outcome);
		else
			status = apply_subfolder(applying, edit, old, builder, outcome);
	}
	return status;
}

/* As deep as paths may be, PATH_DEPTH.  `base_id` is NULL for a folder that is new.  A folder that
 * holds nothing is EMPTY, whether it was there or not: git keeps no empty folders. */
static int apply_folder(struct applying *applying, const struct edit *folder,
			const git_oid *base_id, git_oid *id, enum outcome *outcome)
{
	git_repository *git = tally__staging_git(applying->staging);
	git_treebuilder *builder = NULL;
	git_object *base = NULL;
	int status = 0;

	*outcome = UNCHANGED;
	if (base_id)
		status = tally__object_lookup(&base, applying->repository, git, base_id,
					      GIT_OBJECT_TREE, applying->error);
	if (status != 0)
		return status;
	if (git_treebuilder_new(&builder, git, (git_tree *)base) < 0) {
		status = git_failure(applying, "write a tree");
		goto out;
	}
	status = apply_children(applying, folder, (git_tree *)base, builder, outcome);
	if (status != 0)
		goto out;
	if (git_treebuilder_entrycount(builder) == 0)
		*outcome = EMPTY;
	else if (*outcome == CHANGED && git_treebuilder_write(id, builder) < 0)
		status = git_failure(applying, "write a tree");
out:
	git_treebuilder_free(builder);
	git_object_free(base);
	return status;
}

int tally__edits_apply(const struct edits *edits, struct staging *staging,
		       const struct snapshot *base, git_oid *tree, bool *changed,
		       struct tally_error *error)
{
	struct applying applying = {
		.staging = staging, .repository = base->repository, .error = error};
	const git_oid *base_id = git_oid_is_zero(&base->tree) ? NULL : &base->tree;
	enum outcome outcome;
	int status = apply_folder(&applying, &edits->root, base_id, tree, &outcome);

	if (status != 0)
		return status;
	/* All files gone: the one case in which an empty tree is written. */
	if (outcome == EMPTY && base_id)
		status = tally__staging_write(staging, tree, GIT_OBJECT_TREE, "", 0, error);
	if (status == 0)
		*changed = outcome == EMPTY ? base_id && !git_oid_equal(tree, base_id)
					    : outcome == CHANGED &&
						      !(base_id && git_oid_equal(tree, base_id));
	return status;
}
