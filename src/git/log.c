/* History along first parents.  Whether a commit changed something below a path is told by the ids
 * of the trees along it: no tree is read that did not change. */
#include "config.h"

#include <string.h>

#include "git/paths.h"
#include "git/repository.h"

struct walk {
	const struct snapshot *snapshot;
	const struct store_log *log;
	struct tally_error *error;
};

static int lookup(git_object **out, const struct walk *walk, const git_oid *id, git_object_t type)
{
	return tally__object_lookup(out, walk->snapshot->repository, walk->snapshot->git, id, type,
				    walk->error);
}

/* A tree; NULL when there is none, or something else is there. */
static int lookup_tree(git_tree **out, const struct walk *walk, const git_tree_entry *entry)
{
	git_object *tree = NULL;
	int status;

	*out = NULL;
	if (entry == NULL || git_tree_entry_type(entry) != GIT_OBJECT_TREE)
		return 0;
	status = lookup(&tree, walk, git_tree_entry_id(entry), GIT_OBJECT_TREE);
	if (status == 0)
		*out = (git_tree *)tree;
	return status;
}

static bool differ(const git_tree_entry *a, const git_tree_entry *b)
{
	if (a == NULL || b == NULL)
		return a != b;
	return !git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b));
}

/* What a file says decides, when the path alone does not. */
static int ask(const struct walk *walk, const git_tree_entry *entry, bool *changed)
{
	git_object *blob = NULL;
	int status;

	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB)
		return 0;
	status = lookup(&blob, walk, git_tree_entry_id(entry), GIT_OBJECT_BLOB);
	if (status != 0)
		return status;
	*changed = walk->log->concerns(walk->log->context, git_blob_rawcontent((git_blob *)blob),
				       (size_t)git_blob_rawsize((git_blob *)blob));
	git_object_free(blob);
	return 0;
}

static int compare_trees(const struct walk *walk, const struct store_log_path *path,
			 const char *rest, const git_tree *now, const git_tree *before,
			 bool *changed);

/* One entry of two trees, either of which may be NULL: did what lies at `rest` below it change? */
static int compare_entries(const struct walk *walk, const struct store_log_path *path,
			   const char *rest, const git_tree_entry *now,
			   const git_tree_entry *before, bool *changed)
{
	git_tree *trees[2] = {NULL, NULL};
	int status;

	if (*changed || !differ(now, before))
		return 0;
	if (*rest == '\0' && path->asks)
		return now != NULL ? ask(walk, now, changed) : 0;
	if (*rest == '\0') {
		*changed = true;
		return 0;
	}
	status = lookup_tree(&trees[0], walk, now);
	if (status == 0)
		status = lookup_tree(&trees[1], walk, before);
	if (status == 0)
		status = compare_trees(walk, path, rest, trees[0], trees[1], changed);
	git_tree_free(trees[0]);
	git_tree_free(trees[1]);
	return status;
}

static const git_tree_entry *entry_of(const git_tree *tree, const char *name)
{
	return tree != NULL ? git_tree_entry_byname(tree, name) : NULL;
}

/* Any entry: those that are there now, and those that are no more. */
static int compare_all(const struct walk *walk, const struct store_log_path *path, const char *rest,
		       const git_tree *now, const git_tree *before, bool *changed)
{
	size_t count = now != NULL ? git_tree_entrycount(now) : 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(now, i);

		status = compare_entries(walk, path, rest, entry,
					 entry_of(before, git_tree_entry_name(entry)), changed);
	}
	count = before != NULL ? git_tree_entrycount(before) : 0;
	for (size_t i = 0; status == 0 && !*changed && i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(before, i);

		if (entry_of(now, git_tree_entry_name(entry)) == NULL)
			status = compare_entries(walk, path, rest, NULL, entry, changed);
	}
	return status;
}

static int compare_trees(const struct walk *walk, const struct store_log_path *path,
			 const char *rest, const git_tree *now, const git_tree *before,
			 bool *changed)
{
	char name[PATH_COMPONENT_BYTES + 1];
	struct component part;

	if (!tally__path_next(&rest, &part))
		return 0;
	if (part.len == 1 && part.name[0] == '*')
		return compare_all(walk, path, rest, now, before, changed);
	memcpy(name, part.name, part.len);
	name[part.len] = '\0';
	return compare_entries(walk, path, rest, entry_of(now, name), entry_of(before, name),
			       changed);
}

/* Did a commit change something that is asked for?  `before` is NULL for the first one. */
static int is_concerned(const struct walk *walk, const git_tree *now, const git_tree *before,
			bool *changed)
{
	int status = 0;

	*changed = walk->log->path_count == 0 &&
		   (before == NULL || !git_oid_equal(git_tree_id(now), git_tree_id(before)));
	if (before != NULL && git_oid_equal(git_tree_id(now), git_tree_id(before)))
		return 0;
	for (size_t i = 0; status == 0 && !*changed && i < walk->log->path_count; i++)
		status = compare_trees(walk, &walk->log->paths[i], walk->log->paths[i].path, now,
				       before, changed);
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

static int tell_it(const struct walk *walk, const git_commit *commit)
{
	struct arena arena;
	int status;

	tally__arena_init(&arena, 0);
	status = tell(commit, &arena, walk->log->visit, walk->log->context, walk->error);
	tally__arena_release(&arena);
	return status;
}

/* A commit and its tree; both NULL before the first one. */
struct state {
	git_object *commit, *tree;
};

static void state_release(struct state *state)
{
	git_object_free(state->commit);
	git_object_free(state->tree);
	*state = (struct state){NULL, NULL};
}

static int state_load(struct state *state, const struct walk *walk, const git_oid *id)
{
	int status = lookup(&state->commit, walk, id, GIT_OBJECT_COMMIT);

	return status != 0
		       ? status
		       : lookup(&state->tree, walk, git_commit_tree_id((git_commit *)state->commit),
				GIT_OBJECT_TREE);
}

/* Tells of the commit at `here`, and goes to its parent. */
static int walk_one(const struct walk *walk, struct state *here)
{
	const git_commit *commit = (git_commit *)here->commit;
	struct state before = {NULL, NULL};
	bool changed = false;
	int status = 0;

	if (git_commit_parentcount(commit) > 0)
		status = state_load(&before, walk, git_commit_parent_id(commit, 0));
	if (status == 0)
		status = is_concerned(walk, (git_tree *)here->tree, (git_tree *)before.tree,
				      &changed);
	if (status == 0 && changed)
		status = tell_it(walk, commit);
	state_release(here);
	*here = before;
	return status;
}

/* '*' stands for a component, where the others are as they are in the tree. */
static int check_paths(const struct store_log *log, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < log->path_count; i++)
		status = tally__path_check(log->paths[i].path, error);
	return status;
}

int tally__snapshot_log(const struct snapshot *snapshot, const struct store_log *log,
			char next[STORE_ID_BYTES], struct tally_error *error)
{
	struct walk walk = {snapshot, log, error};
	struct state here = {NULL, NULL};
	int status = check_paths(log, error);

	next[0] = '\0';
	if (status != 0 || git_oid_is_zero(&snapshot->commit))
		return status;
	status = state_load(&here, &walk, &snapshot->commit);
	for (size_t walked = 0; status == 0 && here.commit; walked++) {
		if (log->max_commits > 0 && walked == log->max_commits)
			break;
		status = walk_one(&walk, &here);
	}
	if (here.commit)
		git_oid_tostr(next, STORE_ID_BYTES, git_object_id(here.commit));
	state_release(&here);
	return status;
}
