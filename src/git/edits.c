#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "git/edits.h"
#include "git/paths.h"

void tally__edits_init(struct edits *edits)
{
	memset(edits, 0, sizeof *edits);
	tally__arena_init(&edits->arena, 0);
	tally__map_init(&edits->root.children);
	edits->root.name = "";
}

/* As deep as paths may be, PATH_DEPTH. */
static void release_children(struct edit *folder)
{
	for (size_t i = 0; i < folder->children.count; i++)
		release_children(folder->children.entries[i].value);
	tally__map_release(&folder->children);
	tally__map_init(&folder->children);
}

void tally__edits_release(struct edits *edits)
{
	release_children(&edits->root);
	tally__arena_release(&edits->arena);
}

/* The edit of `part` in `folder`, made (as a folder) when there is none. */
static int child(struct edit **out, struct edits *edits, struct edit *folder,
		 const struct component *part, struct tally_error *error)
{
	struct edit *edit = tally__map_get(&folder->children, part->name, part->len);

	if (!edit) {
		edit = tally__arena_alloc(&edits->arena, sizeof *edit);
		if (!edit)
			return tally__fail_nomem(error);
		edit->kind = EDIT_FOLDER;
		tally__map_init(&edit->children);
		edit->name = tally__arena_memdup(&edits->arena, part->name, part->len);
		if (!edit->name)
			return tally__fail_nomem(error);
		if (tally__map_put(&folder->children, edit->name, part->len, edit) != 0)
			return tally__fail_nomem(error);
	}
	*out = edit;
	return 0;
}

/* The edit at `path`, NULL below a file of the same change; the folders above are made. */
static int descend(struct edit **out, struct edits *edits, const char *path,
		   struct tally_error *error)
{
	struct edit *at = &edits->root;
	const char *rest = path;
	struct component part;

	while (tally__path_next(&rest, &part)) {
		int status;

		if (at->kind == EDIT_FILE) {
			*out = NULL;
			return 0;
		}
		if (at->kind == EDIT_REMOVED)
			at->kind = EDIT_FOLDER; /* still replacing what was there */
		status = child(&at, edits, at, &part, error);
		if (status != 0)
			return status;
	}
	*out = at;
	return 0;
}

/* Whether a folder edit holds a file that stays. */
static bool holds_files(const struct edit *folder)
{
	for (size_t i = 0; i < folder->children.count; i++) {
		const struct edit *edit = folder->children.entries[i].value;

		if (edit->kind == EDIT_FILE || holds_files(edit))
			return true;
	}
	return false;
}

int tally__edits_put(struct edits *edits, const char *path, const void *bytes, size_t len,
		     struct tally_error *error)
{
	struct edit *edit;
	char *copy;
	int status = tally__path_check(path, error);

	if (status != 0)
		return status;
	if (len > LIMIT_CHANGE_BYTES - edits->bytes)
		return tally__fail_at(error, TALLY_ELIMIT, path, 0, 0,
				      "one change to the store may write %d bytes; make several",
				      LIMIT_CHANGE_BYTES);
	copy = tally__arena_memdup(&edits->arena, len > 0 ? bytes : "", len);
	if (!copy)
		return tally__fail_nomem(error);
	status = descend(&edit, edits, path, error);
	if (status != 0)
		return status;
	if (!edit)
		return tally__fail_at(error, TALLY_ECONFLICT, path, 0, 0,
				      "a folder of this path is a file in the same change");
	if (edit->kind == EDIT_FOLDER && holds_files(edit))
		return tally__fail_at(error, TALLY_ECONFLICT, path, 0, 0,
				      "it is a folder in the same change, and cannot be a file");
	release_children(edit);
	edit->kind = EDIT_FILE;
	edit->bytes = copy;
	edit->len = len;
	edits->bytes += len;
	return 0;
}

int tally__edits_remove(struct edits *edits, const char *path, struct tally_error *error)
{
	struct edit *edit;
	int status = tally__path_check(path, error);

	if (status == 0)
		status = descend(&edit, edits, path, error);
	if (status != 0 || !edit)
		return status;
	release_children(edit);
	edit->kind = EDIT_REMOVED;
	edit->replaces = true;
	return 0;
}

int tally__edits_describe(struct edits *edits, const char *message, struct tally_error *error)
{
	char *copy = tally__arena_strdup(&edits->arena, message);

	if (!copy)
		return tally__fail_nomem(error);
	edits->message = copy;
	return 0;
}
