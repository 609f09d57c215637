/* From edits to trees: only those along changed paths are read and written. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "git/edits.h"
#include "git/objects.h"
#include "git/paths.h"

/* Of one folder: a hundred thousand versions side by side have a fraction of that. */
#define TREE_BYTES_MAX ((size_t)1 << 30)

struct applying {
	struct staging *staging;
	struct repository *repository;
	git_odb *odb;
	struct tally_error *error;
	const char *folders[PATH_DEPTH]; /* above the entry that is looked at */
	size_t depth;
};

enum outcome { UNCHANGED, CHANGED, EMPTY };

struct place {
	struct tree_entry entry; /* first: places are compared as entries */
	bool gone;
};

/* One folder. */
struct level {
	char *bytes; /* the tree that is there */
	struct place *old;
	size_t old_count;
	struct tree_entry *fresh; /* what comes in the place of those that are gone, or is added */
	size_t fresh_count;
	bool changed;
};

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

/* What comes after the first `len` bytes of a name, in git's order: a folder's ends in a slash. */
static unsigned char name_end(const struct tree_entry *entry, size_t len)
{
	if (len < entry->name_len)
		return (unsigned char)entry->name[len];
	return entry->mode == GIT_FILEMODE_TREE ? '/' : '\0';
}

static int compare_entries(const void *a, const void *b)
{
	const struct tree_entry *left = a, *right = b;
	size_t len = left->name_len < right->name_len ? left->name_len : right->name_len;
	int order = memcmp(left->name, right->name, len);

	return order != 0 ? order : name_end(left, len) - name_end(right, len);
}

/* The entry of that name, whatever it is, which is one of two places in the order. */
static struct place *find(const struct level *level, const char *name)
{
	struct tree_entry key = {.name = name, .name_len = strlen(name)};
	size_t count = level->old_count;
	struct place *found;

	if (count == 0)
		return NULL;
	found = bsearch(&key, level->old, count, sizeof *found, compare_entries);
	key.mode = GIT_FILEMODE_TREE;
	return found ? found : bsearch(&key, level->old, count, sizeof *found, compare_entries);
}

static void drop(struct level *level, struct place *old)
{
	if (!old)
		return;
	old->gone = true;
	level->changed = true;
}

/* There is room: each edit adds one at most. */
static void add(struct level *level, const char *name, unsigned mode, const git_oid *id)
{
	level->fresh[level->fresh_count++] = (struct tree_entry){
		.name = name, .name_len = strlen(name), .mode = mode, .id = *id};
	level->changed = true;
}

static int apply_file(struct applying *applying, const struct edit *edit, struct level *level)
{
	struct place *old = find(level, edit->name);
	git_oid id;
	int status;

	if (old && tally__mode_type(old->entry.mode) != GIT_OBJECT_BLOB && !edit->replaces)
		return damaged(applying, edit->name, "is no file, and cannot become one");
	if (git_odb_hash(&id, edit->bytes, edit->len, GIT_OBJECT_BLOB) < 0)
		return git_failure(applying, "hash a file");
	if (old && git_oid_equal(&id, &old->entry.id) && old->entry.mode == GIT_FILEMODE_BLOB)
		return 0;
	status = tally__staging_put(applying->staging, &id, GIT_OBJECT_BLOB, edit->bytes, edit->len,
				    applying->error);
	if (status != 0)
		return status;
	drop(level, old);
	add(level, edit->name, GIT_FILEMODE_BLOB, &id);
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

static int apply_subfolder(struct applying *applying, const struct edit *edit, struct level *level)
{
	struct place *old = find(level, edit->name);
	bool old_is_tree = old && old->entry.mode == GIT_FILEMODE_TREE;
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
			      old_is_tree && !edit->replaces ? &old->entry.id : NULL, &id, &below);
	applying->depth--;
	if (status != 0)
		return status;
	if (below == UNCHANGED || (below == CHANGED && old && git_oid_equal(&id, &old->entry.id)))
		return 0;
	drop(level, old);
	if (below == CHANGED)
		add(level, edit->name, GIT_FILEMODE_TREE, &id);
	return 0;
}

static int apply_children(struct applying *applying, const struct edit *folder, struct level *level)
{
	int status = 0;

	for (size_t i = 0; i < folder->children.count && status == 0; i++) {
		const struct edit *edit = folder->children.entries[i].value;

		if (edit->kind == EDIT_FILE)
			status = apply_file(applying, edit, level);
		else if (edit->kind == EDIT_REMOVED)
			drop(level, find(level, edit->name));
		else
			status = apply_subfolder(applying, edit, level);
	}
	return status;
}

/* Entries are looked up by halving, so they have to be in order. */
static int read_entries(struct applying *applying, struct level *level, size_t len,
			const git_oid *id)
{
	const char *at = level->bytes, *end = at + len;
	size_t capacity = 0;
	int found;

	do {
		struct place *place =
			tally__mem_room(level->old, level->old_count, &capacity, 16, sizeof *place);

		if (!place)
			return tally__fail_nomem(applying->error);
		level->old = place;
		place += level->old_count;
		place->gone = false;
		found = tally__tree_next(&at, end, &place->entry);
		if (found == 1 && level->old_count++ > 0 && compare_entries(place - 1, place) >= 0)
			found = -1;
	} while (found == 1);
	return found == 0 ? 0 : tally__object_missing(applying->repository, id, applying->error);
}

/* The level has a copy, since what is read is lent only until the next object is. */
static int read_level(struct applying *applying, struct level *level, const git_oid *id)
{
	struct object tree;
	size_t len;
	int status = tally__object_read(&tree, applying->repository, applying->odb, id,
					GIT_OBJECT_TREE, applying->error);

	if (status != 0)
		return status;
	len = tree.len;
	level->bytes = tally__malloc(len);
	if (level->bytes)
		memcpy(level->bytes, tree.bytes, len);
	tally__object_release(&tree);
	return level->bytes ? read_entries(applying, level, len, id)
			    : tally__fail_nomem(applying->error);
}

static void add_entry(struct buf *out, const struct tree_entry *entry)
{
	tally__buf_addf(out, "%o ", entry->mode);
	tally__buf_add(out, entry->name, entry->name_len);
	tally__buf_addc(out, '\0');
	tally__buf_add(out, entry->id.id, GIT_OID_RAWSZ);
}

/* Merges what stays and what is new. */
static int write_level(struct applying *applying, struct level *level, git_oid *id)
{
	const struct place *old = level->old, *old_end = old + level->old_count;
	const struct tree_entry *fresh = level->fresh, *fresh_end = fresh + level->fresh_count;
	struct buf out;
	int status;

	if (level->fresh_count > 1)
		qsort(level->fresh, level->fresh_count, sizeof *fresh, compare_entries);
	tally__buf_init(&out, TREE_BYTES_MAX);
	while (old < old_end || fresh < fresh_end) {
		if (old < old_end && old->gone)
			old++;
		else if (fresh == fresh_end || (old < old_end && compare_entries(old, fresh) < 0))
			add_entry(&out, &old++->entry);
		else
			add_entry(&out, fresh++);
	}
	status = tally__buf_status(&out, applying->error);
	if (status == 0)
		status = tally__staging_write(applying->staging, id, GIT_OBJECT_TREE, out.bytes,
					      out.len, applying->error);
	tally__buf_release(&out);
	return status;
}

static bool is_empty(const struct level *level)
{
	if (level->fresh_count > 0)
		return false;
	for (size_t i = 0; i < level->old_count; i++)
		if (!level->old[i].gone)
			return false;
	return true;
}

/* As deep as paths may be, PATH_DEPTH.  `base_id` is NULL for a folder that is new.  A folder that
 * holds nothing is EMPTY, whether it was there or not: git keeps no empty folders. */
static int apply_folder(struct applying *applying, const struct edit *folder,
			const git_oid *base_id, git_oid *id, enum outcome *outcome)
{
	struct level level = {
		.fresh = tally__calloc(folder->children.count + 1, sizeof *level.fresh)};
	int status = level.fresh ? 0 : tally__fail_nomem(applying->error);

	*outcome = UNCHANGED;
	if (status == 0 && base_id)
		status = read_level(applying, &level, base_id);
	if (status == 0)
		status = apply_children(applying, folder, &level);
	if (status != 0)
		goto out;
	if (is_empty(&level))
		*outcome = EMPTY;
	else if (level.changed)
		*outcome = CHANGED;
	if (*outcome == CHANGED)
		status = write_level(applying, &level, id);
out:
	tally__free(level.bytes);
	tally__free(level.old);
	tally__free(level.fresh);
	return status;
}

int tally__edits_apply(const struct edits *edits, struct staging *staging,
		       const struct snapshot *base, git_oid *tree, bool *changed,
		       struct tally_error *error)
{
	struct applying applying = {.staging = staging,
				    .repository = base->repository,
				    .odb = base->odb,
				    .error = error};
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
