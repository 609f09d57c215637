/* git/staging.h - where the objects of one commit are made, in memory: an object database of our
 * own over the one on disk.  New objects stay in memory until they are packed; the question "is it
 * there already?" is answered from memory alone (on disk it would search every pack, for each new
 * object); reads fall through to the disk.
 *
 * The objects of the last commit stay readable in memory as well: the next one begins by reading
 * them. */
#ifndef TALLY_GIT_STAGING_H
#define TALLY_GIT_STAGING_H

#include "git/repository.h"

struct staging;

struct staged {
	git_oid id;
	git_object_t type;
	size_t len;
	char *bytes;
};

int tally__staging_new(struct staging **out, struct repository *repository,
		       struct tally_error *error);
void tally__staging_free(struct staging *staging);

/* A repository whose objects are those in memory and those on disk. */
git_repository *tally__staging_git(const struct staging *staging);

/* Writes an object to memory. */
int tally__staging_write(struct staging *staging, git_oid *id, git_object_t type, const void *bytes,
			 size_t len, struct tally_error *error);

/* The same for an object whose id is known: it is not made twice. */
int tally__staging_put(struct staging *staging, const git_oid *id, git_object_t type,
		       const void *bytes, size_t len, struct tally_error *error);

/* A change was made: what was written since the last one is to be packed.  TALLY_ENOMEM. */
int tally__staging_settle(struct staging *staging, struct tally_error *error);
/* No change came of it: forgets what was written since the last one. */
void tally__staging_clear(struct staging *staging);

/* Calls `visit` with each object that is to be packed. */
int tally__staging_each(const struct staging *staging,
			int (*visit)(void *context, const struct staged *object), void *context);
/* What is held to be packed. */
size_t tally__staging_count(const struct staging *staging);
size_t tally__staging_bytes(const struct staging *staging);

/* Forgets all changes that were not kept. */
void tally__staging_reset(struct staging *staging);
/* They are on disk now, and stay readable from memory until the next keep. */
void tally__staging_keep(struct staging *staging);

#endif
