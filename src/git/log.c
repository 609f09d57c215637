/* History along first parents.  Whether a commit changed something below a path is told by the ids
 * of the trees along it: no tree is read whose parent's id did not change. */
#include "config.h"

#include <string.h>

#include "git/paths.h"
#include "git/repository.h"

/* The ids of what stands along a path in one commit, from the root to the path's end; those behind
 * the first that is missing are all zero. */
struct trail {
	git_oid ids[PATH_DEPTH + 1];
	size_t count;
};

struct walk {
	const struct snapshot *snapshot;
	const char *path;
	struct tally_error *error;
};

static int lookup(git_object **out, const struct walk *walk, const git_oid *id, git_object_t type)
{
	return tally__object_lookup(out, walk->snapshot->repository, walk->snapshot->git, id, type,
				    walk->error);
}

/* The id of `part` in the tree `folder`; all zero when there is none, or `folder` is a file. */
static int step(git_oid *id, const struct walk *walk, const git_oid *folder,
		const struct component *part)
{
	char name[PATH_COMPONENT_BYTES + 1];
	const git_tree_entry *entry;
	git_object *tree = NULL;
	int status = lookup(&tree, walk, folder, GIT_OBJECT_ANY);

	memset(id, 0, sizeof *id);
	if (status != 0)
		return status;
	memcpy(name, part->name, part->len);
	name[part->len] = '\0';
	entry = git_object_type(tree) == GIT_OBJECT_TREE
			? git_tree_entry_byname((git_tree *)tree, name)
			: NULL;
	/* A submodule's commit is not here; nothing is below it. */
	if (entry && git_tree_entry_type(entry) != GIT_OBJECT_COMMIT)
		*id = *git_tree_entry_id(entry);
	git_object_free(tree);
	return 0;
}

/* The trail in the commit whose root is `root`; what stands as in `known` is taken from there. */
static int follow(struct trail *trail, const struct walk *walk, const git_oid *root,
		  const struct trail *known)
{
	const char *rest = walk->path ? walk->path : "";
	struct component part;
	size_t depth = 0;
	int status = 0;

	memset(trail, 0, sizeof *trail);
	trail->ids[0] = *root;
	while (status == 0 && tally__path_next(&rest, &part)) {
		const git_oid *folder = &trail->ids[depth++];

		if (known && git_oid_equal(folder, &known->ids[depth - 1]))
			trail->ids[depth] = known->ids[depth];
		else if (!git_oid_is_zero(folder))
			status = step(&trail->ids[depth], walk, folder, &part);
	}
	trail->count = depth;
	return status;
}

/* The first line ends where `visit` wants it: the message is given whole, without its line end. */
static int tell(const git_commit *commit, struct arena *arena,
		int (*visit)(void *context, const struct store_change *change), void *context,
		struct tally_error *error)
{
	char id[STORE_ID_BYTES];
	const char *message = git_commit_message(commit);
	size_t len = strlen(message);
	struct store_change change = {.id = id,
				      .author = git_commit_author(commit)->name,
				      .unix_seconds = git_commit_time(commit)};

	while (len > 0 && message[len - 1] == '\n')
		len--;
	change.message = tally__arena_memdup(arena, message, len);
	if (!change.message)
		return tally__fail_nomem(error);
	git_oid_tostr(id, sizeof id, git_commit_id(commit));
	return visit(context, &change);
}

static int tell_if_changed(const struct walk *walk, const git_commit *commit, bool changed,
			   int (*visit)(void *context, const struct store_change *change),
			   void *context)
{
	struct arena arena;
	int status;

	if (!changed)
		return 0;
	tally__arena_init(&arena, 0);
	status = tell(commit, &arena, visit, context, walk->error);
	tally__arena_release(&arena);
	return status;
}

/* The parent of `commit` and the trail there; *parent is NULL at the first commit. */
static int previous(git_object **parent, struct trail *trail, const struct walk *walk,
		    const git_commit *commit, const struct trail *known)
{
	int status;

	*parent = NULL;
	memset(trail, 0, sizeof *trail);
	if (git_commit_parentcount(commit) == 0)
		return 0;
	status = lookup(parent, walk, git_commit_parent_id(commit, 0), GIT_OBJECT_COMMIT);
	if (status != 0)
		return status;
	return follow(trail, walk, git_commit_tree_id((git_commit *)*parent), known);
}

int tally__snapshot_log(const struct snapshot *snapshot, const char *path,
			int (*visit)(void *context, const struct store_change *change),
			void *context, struct tally_error *error)
{
	struct walk walk = {snapshot, path && *path ? path : NULL, error};
	git_object *commit = NULL;
	git_object *parent = NULL;
	struct trail here, before;
	int status = walk.path ? tally__path_check(path, error) : 0;

	if (status != 0 || git_oid_is_zero(&snapshot->commit))
		return status;
	status = lookup(&commit, &walk, &snapshot->commit, GIT_OBJECT_COMMIT);
	if (status == 0)
		status = follow(&here, &walk, git_commit_tree_id((git_commit *)commit), NULL);
	while (status == 0 && commit) {
		size_t end = here.count;

		status = previous(&parent, &before, &walk, (git_commit *)commit, &here);
		if (status == 0)
			status = tell_if_changed(&walk, (git_commit *)commit,
						 !git_oid_equal(&here.ids[end], &before.ids[end]),
						 visit, context);
		git_object_free(commit);
		commit = parent;
		parent = NULL;
		here = before;
	}
	git_object_free(commit);
	git_object_free(parent);
	return status;
}
