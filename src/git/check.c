/* Reading everything: the objects of the newest tree, the chain of commits, and, when asked, what
 * every commit of it holds. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "git/check.h"
#include "git/paths.h"
#include "git/repository.h"

/* How often an object is looked for anew while packs are being replaced. */
#define READ_TRIES 4
#define PATH_BYTES ((size_t)PATH_DEPTH * (PATH_COMPONENT_BYTES + 1))

static const char from_clone[] = "take it from a clone or a backup: git fetch from there, or copy "
				 "the repository";

struct checking {
	const struct snapshot *snapshot;
	const struct store_checker *checker;
	struct store_counts *counts;
	struct tally_error *error;
	bool history;
	struct map seen; /* what was found whole, and told of if not; with `history` alone */
	struct arena arena;
	struct buf path; /* of what is being looked at */
	bool tells;      /* in the snapshot's own tree, whose files are given to the checker */
	size_t entries;  /* met there: a few trees that name each other can make endless many */
};

static int tell(const struct checking *checking, bool is_warning, const char *where,
		const char *what, const char *next)
{
	const struct store_problem problem = {is_warning, where, what, next};

	return checking->checker->problem(checking->checker->context, &problem);
}

/* What libgit2 makes of an object on disk; 0 or its error. */
static int read_object(git_odb_object **out, const struct checking *checking, const git_oid *id)
{
	git_odb *odb = checking->snapshot->repository->odb;
	int found = -1;

	for (int i = 0; i < READ_TRIES && found != 0; i++) {
		if (i > 0 && git_odb_refresh(odb) < 0)
			break;
		found = git_odb_read(out, odb, id);
	}
	return found;
}

static bool is_whole(git_odb_object *object, const git_oid *id, git_object_t type)
{
	git_oid made;

	return git_odb_object_type(object) == type &&
	       git_odb_hash(&made, git_odb_object_data(object), git_odb_object_size(object),
			    type) == 0 &&
	       git_oid_equal(&made, id);
}

/* Reads an object and compares it with its name; *whole says what came of it. */
static int check_object(struct checking *checking, const git_oid *id, git_object_t type,
			bool *whole)
{
	static const char *const kinds[] = {[GIT_OBJECT_COMMIT] = "commit",
					    [GIT_OBJECT_TREE] = "tree",
					    [GIT_OBJECT_BLOB] = "file"};
	git_odb_object *object = NULL;
	char text[GIT_OID_HEXSZ + 1], what[160];
	int found = read_object(&object, checking, id);

	*whole = found == 0 && is_whole(object, id, type);
	git_odb_object_free(object);
	if (*whole) {
		checking->counts->objects++;
		return 0;
	}
	if (git_error_last() && found < 0 && git_error_last()->klass == GIT_ERROR_NOMEMORY)
		return tally__fail_nomem(checking->error);
	git_oid_tostr(text, sizeof text, id);
	(void)snprintf(what, sizeof what, "the %s object %s of git is %s", kinds[type], text,
		       found == GIT_ENOTFOUND ? "missing" : "broken");
	return tell(checking, false, checking->path.len > 0 ? checking->path.bytes : text, what,
		    from_clone);
}

/* Was it looked at before?  Without `history`, nothing is met twice that would take long. */
static int visit(struct checking *checking, const git_oid *id, bool *is_new)
{
	struct map_entry *entry;
	size_t count = checking->seen.count;
	char *key;

	*is_new = true;
	if (!checking->history)
		return 0;
	if (tally__map_find(&checking->seen, (const char *)id->id, GIT_OID_RAWSZ)) {
		*is_new = false;
		return 0;
	}
	key = tally__arena_memdup(&checking->arena, id->id, GIT_OID_RAWSZ);
	entry = key ? tally__map_add(&checking->seen, key, GIT_OID_RAWSZ, NULL) : NULL;
	if (!entry)
		return tally__fail_nomem(checking->error);
	*is_new = checking->seen.count > count;
	return 0;
}

static int check_tree(struct checking *checking, const git_oid *id, unsigned depth);

static int check_file(struct checking *checking, const git_tree_entry *entry)
{
	const char *path = checking->path.bytes;
	bool whole = true, is_new;
	int status;

	switch (git_tree_entry_filemode(entry)) {
	case GIT_FILEMODE_BLOB:
		break;
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		status = tell(checking, true, path, "this file is marked as a program", NULL);
		if (status != 0)
			return status;
		break;
	case GIT_FILEMODE_LINK:
		return tell(checking, false, path,
			    "this is a symbolic link: expected a file or a folder", NULL);
	default:
		return tell(checking, false, path,
			    "this is a submodule: expected a file or a folder", NULL);
	}
	status = visit(checking, git_tree_entry_id(entry), &is_new);
	if (status == 0 && (is_new || checking->tells))
		status = check_object(checking, git_tree_entry_id(entry), GIT_OBJECT_BLOB, &whole);
	if (status == 0 && whole && checking->tells)
		status = checking->checker->file(checking->checker->context, path);
	return status;
}

static int check_entry(struct checking *checking, const git_tree_entry *entry, unsigned depth)
{
	size_t len = checking->path.len;
	int status;

	if (checking->tells && ++checking->entries > LIMIT_CHECKED_FILES)
		return tally__fail(checking->error, TALLY_ELIMIT,
				   "the tree has more than %d files and folders",
				   LIMIT_CHECKED_FILES);
	if (len > 0 && checking->path.bytes[len - 1] != ':')
		tally__buf_addc(&checking->path, '/');
	tally__buf_adds(&checking->path, git_tree_entry_name(entry));
	status = tally__buf_status(&checking->path, checking->error);
	if (status == 0)
		status = git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE
				 ? check_tree(checking, git_tree_entry_id(entry), depth + 1)
				 : check_file(checking, entry);
	tally__buf_truncate(&checking->path, len);
	return status;
}

static int check_entries(struct checking *checking, const git_oid *id, unsigned depth)
{
	const struct snapshot *snapshot = checking->snapshot;
	git_object *tree = NULL;
	int status = tally__object_lookup(&tree, snapshot->repository, snapshot->repository->git,
					  id, GIT_OBJECT_TREE, NULL);

	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(checking->error);
	/* Its bytes are what they were, and no tree. */
	if (status != 0)
		return tell(checking, false, checking->path.bytes,
			    "this folder's tree object cannot be read by git", from_clone);
	for (size_t i = 0; status == 0 && i < git_tree_entrycount((git_tree *)tree); i++)
		status = check_entry(checking, git_tree_entry_byindex((git_tree *)tree, i), depth);
	git_object_free(tree);
	return status;
}

static int check_tree(struct checking *checking, const git_oid *id, unsigned depth)
{
	bool whole, is_new;
	int status;

	if (depth > PATH_DEPTH)
		return tell(checking, false, checking->path.bytes,
			    "folders are nested deeper here than any record", NULL);
	status = visit(checking, id, &is_new);
	/* The same tree twice is two folders to the checker. */
	if (status != 0 || (!is_new && !checking->tells))
		return status;
	status = check_object(checking, id, GIT_OBJECT_TREE, &whole);
	return status == 0 && whole ? check_entries(checking, id, depth) : status;
}

/* What an older commit holds: its paths are told as git takes them, "COMMIT:path". */
static int check_older_tree(struct checking *checking, const git_commit *commit)
{
	char text[GIT_OID_HEXSZ + 1];
	int status;

	git_oid_tostr(text, sizeof text, git_commit_id(commit));
	tally__buf_addf(&checking->path, "%s:", text);
	status = check_tree(checking, git_commit_tree_id(commit), 0);
	tally__buf_clear(&checking->path);
	return status;
}

/* One commit; *parent is all zero when there is none, or none that can be found. */
static int check_commit(struct checking *checking, const git_oid *id, git_oid *parent)
{
	struct repository *repository = checking->snapshot->repository;
	git_object *object = NULL;
	char text[GIT_OID_HEXSZ + 1];
	bool whole;
	int status = check_object(checking, id, GIT_OBJECT_COMMIT, &whole);

	memset(parent, 0, sizeof *parent);
	if (status != 0 || !whole)
		return status;
	git_oid_tostr(text, sizeof text, id);
	status = tally__object_lookup(&object, repository, repository->git, id, GIT_OBJECT_COMMIT,
				      NULL);
	if (status != 0)
		return status == TALLY_ENOMEM ? tally__fail_nomem(checking->error)
					      : tell(checking, false, text,
						     "git cannot read this commit", from_clone);
	checking->counts->commits++;
	if (git_commit_parentcount((git_commit *)object) > 1)
		status = tell(checking, true, text,
			      "this commit is a merge: what came in by its other parents is in no "
			      "answer as of then, and not in the log",
			      NULL);
	if (git_commit_parentcount((git_commit *)object) > 0)
		*parent = *git_commit_parent_id((git_commit *)object, 0);
	if (status == 0 && checking->history)
		status = check_older_tree(checking, (git_commit *)object);
	git_object_free(object);
	return status;
}

static int check_commits(struct checking *checking)
{
	git_oid next = checking->snapshot->commit;
	int status = 0;

	while (status == 0 && !git_oid_is_zero(&next)) {
		git_oid id = next;

		status = check_commit(checking, &id, &next);
	}
	return status;
}

int tally__store_check(const struct snapshot *snapshot, bool history,
		       const struct store_checker *checker, struct store_counts *counts,
		       struct tally_error *error)
{
	struct checking checking = {.snapshot = snapshot,
				    .checker = checker,
				    .counts = counts,
				    .error = error,
				    .history = history,
				    .tells = true};
	int status = 0;

	memset(counts, 0, sizeof *counts);
	tally__map_init(&checking.seen);
	tally__arena_init(&checking.arena, 0);
	tally__buf_init(&checking.path, PATH_BYTES);
	if (!git_oid_is_zero(&snapshot->tree))
		status = check_tree(&checking, &snapshot->tree, 0);
	checking.tells = false;
	if (status == 0)
		status = check_commits(&checking);
	tally__buf_release(&checking.path);
	tally__arena_release(&checking.arena);
	tally__map_release(&checking.seen);
	return status;
}
