/* git/objects.h - objects as they are: their bytes, and the entries of trees.  Those that were read
 * or made lately stay in memory.  An object never changes, so what is kept cannot be stale; what is
 * not kept is read from disk, where its id is held against its bytes. */
#ifndef TALLY_GIT_OBJECTS_H
#define TALLY_GIT_OBJECTS_H

#include "git/repository.h"

struct object_cache;

/* Counted: a repository that is opened anew goes on with the objects of the one before. */
int tally__object_cache_new(struct object_cache **out, struct tally_error *error);
struct object_cache *tally__object_cache_share(struct object_cache *cache);
void tally__object_cache_release(struct object_cache *cache);
/* Copies; when memory is short it does not. */
void tally__object_cache_put(struct object_cache *cache, const git_oid *id, git_object_t type,
			     const void *bytes, size_t len);
/* The bytes of an object of that type, good until the next call with the cache; NULL. */
const char *tally__object_cache_get(struct object_cache *cache, const git_oid *id,
				    git_object_t type, size_t *len);

struct object {
	const char *bytes;
	size_t len;
	git_odb_object *owner; /* NULL: the cache */
};

/* Reads an object of this type from the cache, or from `odb`, a database of the repository or of a
 * staging area above it.  *out is good until it is released, or the next object is read.
 * TALLY_EIO. */
int tally__object_read(struct object *out, struct repository *repository, git_odb *odb,
		       const git_oid *id, git_object_t type, struct tally_error *error);
void tally__object_release(struct object *object);

struct tree_entry {
	const char *name;
	size_t name_len;
	unsigned mode;
	git_oid id;
};

/* Takes the entry at *at.  1, 0 at the end, -1 when the tree is damaged. */
int tally__tree_next(const char **at, const char *end, struct tree_entry *entry);
/* The entry of that name: 1, 0 when there is none, -1. */
int tally__tree_find(const struct object *tree, const char *name, size_t name_len,
		     struct tree_entry *entry);
/* That of a commit.  False when it is damaged. */
bool tally__commit_tree(const struct object *commit, git_oid *tree);

/* What an entry of that mode is: a tree, a blob, or (a submodule's) a commit. */
git_object_t tally__mode_type(unsigned mode);

#endif
