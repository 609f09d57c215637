/* format/libgit2.h - libgit2, loaded when first used: call tally__git2_load before anything else of
 * it; after that libgit2's functions are called by their own names.  The only door to <git2.h>, for
 * format/digest.c and src/git.
 *
 * Loading makes choices for the whole process, since libgit2 keeps them process-wide: what is
 * written is flushed to disk; no configuration outside of the repository is read, so that a user's
 * ~/.gitconfig cannot change what Tally does; a repository may belong to another user, as in a
 * container with a mounted volume (the check guards programs that run what a repository's
 * configuration names; nothing here runs hooks, filters or commands). */
#ifndef TALLY_FORMAT_LIBGIT2_H
#define TALLY_FORMAT_LIBGIT2_H

#include <git2.h>
#include <git2/sys/config.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "base/error.h"

/* Every function of libgit2 that Tally uses. */
#define TALLY_GIT2_SYMBOLS(X)                                                                      \
	X(git_error_last)                                                                          \
	X(git_libgit2_init)                                                                        \
	X(git_libgit2_opts)                                                                        \
	X(git_odb_hash)                                                                            \
	X(git_oid_tostr)

struct git2_table {
#define TALLY_X(symbol) __typeof__(symbol) *symbol;
	TALLY_GIT2_SYMBOLS(TALLY_X)
#undef TALLY_X
};

extern struct git2_table tally__git2;

/* Loads and initialises it once; safe from any thread.  TALLY_EUNSUPPORTED: cannot be loaded. */
int tally__git2_load(struct tally_error *error);

/* The loader itself sees the plain names. */
#ifndef TALLY_GIT2_LOADER
#define git_error_last   tally__git2.git_error_last
#define git_libgit2_init tally__git2.git_libgit2_init
#define git_libgit2_opts tally__git2.git_libgit2_opts
#define git_odb_hash     tally__git2.git_odb_hash
#define git_oid_tostr    tally__git2.git_oid_tostr

#endif

#endif
