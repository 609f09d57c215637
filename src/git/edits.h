/* git/edits.h - the edits of one transaction as a tree of their own: each node is a file that was
 * put, something that was removed, or a folder with edits below it. */
#ifndef TALLY_GIT_EDITS_H
#define TALLY_GIT_EDITS_H

#include "base/map.h"
#include "git/staging.h"

enum edit_kind { EDIT_FOLDER, EDIT_FILE, EDIT_REMOVED };

struct edit {
	enum edit_kind kind;
	/* Whatever was there before is gone: a folder starts empty, a file may replace a folder. */
	bool replaces;
	const char *name;
	const char *bytes; /* EDIT_FILE */
	size_t len;
	struct map children; /* EDIT_FOLDER: name -> struct edit */
};

struct edits {
	struct arena arena;
	struct edit root;
	size_t bytes;        /* of all files put */
	const char *message; /* NULL: not described */
};

void tally__edits_init(struct edits *edits);
void tally__edits_release(struct edits *edits);

/* Writes the trees along the changed paths, and the new files, to `staging`; `*tree` gets the new
 * root, `*changed` whether it differs from `base` (NULL: an empty branch).  TALLY_EPARSE, with
 * the path, when a file is put where a folder is, or below a file. */
int tally__edits_apply(const struct edits *edits, struct staging *staging,
		       const struct snapshot *base, git_oid *tree, bool *changed,
		       struct tally_error *error);

#endif
