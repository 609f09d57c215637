/* format/libgit2.h - libgit2, loaded when first used: call tally__git2_load before anything else of
 * it; after that libgit2's functions are called by their own names.  The only door to <git2.h>, for
 * format/digest.c and src/git.
 *
 * Loading makes choices for the whole process, since libgit2 keeps them process-wide.  No
 * configuration outside of the repository is read, so that a user's ~/.gitconfig cannot change what
 * Tally does.  A repository may belong to another user, as in a container with a mounted volume:
 * the check guards programs that run what a repository's configuration names, and nothing here
 * runs hooks, filters or commands.
 *
 * libgit2 is left not to flush what it writes: src/git flushes what must be on disk, each once. */
#ifndef TALLY_FORMAT_LIBGIT2_H
#define TALLY_FORMAT_LIBGIT2_H

#include <git2.h>
#include <git2/sys/config.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <stdbool.h>

#include "base/error.h"

/* Every function of libgit2 that Tally uses. */
#define TALLY_GIT2_SYMBOLS(X)                                                                      \
	X(git_blob_rawcontent)                                                                     \
	X(git_blob_rawsize)                                                                        \
	X(git_commit_author)                                                                       \
	X(git_commit_id)                                                                           \
	X(git_commit_message)                                                                      \
	X(git_commit_parent_id)                                                                    \
	X(git_commit_parentcount)                                                                  \
	X(git_commit_time)                                                                         \
	X(git_commit_tree_id)                                                                      \
	X(git_error_last)                                                                          \
	X(git_indexer_append)                                                                      \
	X(git_indexer_commit)                                                                      \
	X(git_indexer_free)                                                                        \
	X(git_indexer_name)                                                                        \
	X(git_indexer_new)                                                                         \
	X(git_libgit2_init)                                                                        \
	X(git_libgit2_opts)                                                                        \
	X(git_object_free)                                                                         \
	X(git_object_id)                                                                           \
	X(git_object_lookup)                                                                       \
	X(git_object_lookup_prefix)                                                                \
	X(git_odb_add_backend)                                                                     \
	X(git_odb_backend_data_alloc)                                                              \
	X(git_odb_backend_one_pack)                                                                \
	X(git_odb_exists)                                                                          \
	X(git_odb_foreach)                                                                         \
	X(git_odb_free)                                                                            \
	X(git_odb_hash)                                                                            \
	X(git_odb_new)                                                                             \
	X(git_odb_object_data)                                                                     \
	X(git_odb_object_free)                                                                     \
	X(git_odb_object_size)                                                                     \
	X(git_odb_object_type)                                                                     \
	X(git_odb_read)                                                                            \
	X(git_odb_read_header)                                                                     \
	X(git_odb_refresh)                                                                         \
	X(git_odb_write)                                                                           \
	X(git_oid_equal)                                                                           \
	X(git_oid_fromstrn)                                                                        \
	X(git_oid_is_zero)                                                                         \
	X(git_oid_tostr)                                                                           \
	X(git_packbuilder_free)                                                                    \
	X(git_packbuilder_insert)                                                                  \
	X(git_packbuilder_name)                                                                    \
	X(git_packbuilder_new)                                                                     \
	X(git_packbuilder_set_callbacks)                                                           \
	X(git_packbuilder_set_threads)                                                             \
	X(git_packbuilder_write)                                                                   \
	X(git_reference_name_to_id)                                                                \
	X(git_repository_free)                                                                     \
	X(git_repository_init_ext)                                                                 \
	X(git_repository_odb)                                                                      \
	X(git_repository_open_ext)                                                                 \
	X(git_repository_path)                                                                     \
	X(git_repository_wrap_odb)                                                                 \
	X(git_tree_entry_byindex)                                                                  \
	X(git_tree_entry_byname)                                                                   \
	X(git_tree_entry_filemode)                                                                 \
	X(git_tree_entry_id)                                                                       \
	X(git_tree_entry_name)                                                                     \
	X(git_tree_entry_type)                                                                     \
	X(git_tree_entrycount)                                                                     \
	X(git_tree_free)                                                                           \
	X(git_tree_id)

struct git2_table {
#define TALLY_X(symbol) __typeof__(symbol) *symbol;
	TALLY_GIT2_SYMBOLS(TALLY_X)
#undef TALLY_X
};

extern struct git2_table tally__git2;

/* Loads and initialises it once; safe from any thread.  TALLY_EUNSUPPORTED: cannot be loaded. */
int tally__git2_load(struct tally_error *error);
/* Has that been done, well?  From any thread. */
bool tally__git2_is_loaded(void);

/* The loader itself sees the plain names. */
#ifndef TALLY_GIT2_LOADER
#define git_blob_rawcontent           tally__git2.git_blob_rawcontent
#define git_blob_rawsize              tally__git2.git_blob_rawsize
#define git_commit_author             tally__git2.git_commit_author
#define git_commit_id                 tally__git2.git_commit_id
#define git_commit_message            tally__git2.git_commit_message
#define git_commit_parent_id          tally__git2.git_commit_parent_id
#define git_commit_parentcount        tally__git2.git_commit_parentcount
#define git_commit_time               tally__git2.git_commit_time
#define git_commit_tree_id            tally__git2.git_commit_tree_id
#define git_error_last                tally__git2.git_error_last
#define git_indexer_append            tally__git2.git_indexer_append
#define git_indexer_commit            tally__git2.git_indexer_commit
#define git_indexer_free              tally__git2.git_indexer_free
#define git_indexer_name              tally__git2.git_indexer_name
#define git_indexer_new               tally__git2.git_indexer_new
#define git_libgit2_init              tally__git2.git_libgit2_init
#define git_libgit2_opts              tally__git2.git_libgit2_opts
#define git_object_free               tally__git2.git_object_free
#define git_object_id                 tally__git2.git_object_id
#define git_object_lookup             tally__git2.git_object_lookup
#define git_object_lookup_prefix      tally__git2.git_object_lookup_prefix
#define git_odb_add_backend           tally__git2.git_odb_add_backend
#define git_odb_backend_data_alloc    tally__git2.git_odb_backend_data_alloc
#define git_odb_backend_one_pack      tally__git2.git_odb_backend_one_pack
#define git_odb_exists                tally__git2.git_odb_exists
#define git_odb_foreach               tally__git2.git_odb_foreach
#define git_odb_free                  tally__git2.git_odb_free
#define git_odb_hash                  tally__git2.git_odb_hash
#define git_odb_new                   tally__git2.git_odb_new
#define git_odb_object_data           tally__git2.git_odb_object_data
#define git_odb_object_free           tally__git2.git_odb_object_free
#define git_odb_object_size           tally__git2.git_odb_object_size
#define git_odb_object_type           tally__git2.git_odb_object_type
#define git_odb_read                  tally__git2.git_odb_read
#define git_odb_read_header           tally__git2.git_odb_read_header
#define git_odb_refresh               tally__git2.git_odb_refresh
#define git_odb_write                 tally__git2.git_odb_write
#define git_oid_equal                 tally__git2.git_oid_equal
#define git_oid_fromstrn              tally__git2.git_oid_fromstrn
#define git_oid_is_zero               tally__git2.git_oid_is_zero
#define git_oid_tostr                 tally__git2.git_oid_tostr
#define git_packbuilder_free          tally__git2.git_packbuilder_free
#define git_packbuilder_insert        tally__git2.git_packbuilder_insert
#define git_packbuilder_name          tally__git2.git_packbuilder_name
#define git_packbuilder_new           tally__git2.git_packbuilder_new
#define git_packbuilder_set_callbacks tally__git2.git_packbuilder_set_callbacks
#define git_packbuilder_set_threads   tally__git2.git_packbuilder_set_threads
#define git_packbuilder_write         tally__git2.git_packbuilder_write
#define git_reference_name_to_id      tally__git2.git_reference_name_to_id
#define git_repository_free           tally__git2.git_repository_free
#define git_repository_init_ext       tally__git2.git_repository_init_ext
#define git_repository_odb            tally__git2.git_repository_odb
#define git_repository_open_ext       tally__git2.git_repository_open_ext
#define git_repository_path           tally__git2.git_repository_path
#define git_repository_wrap_odb       tally__git2.git_repository_wrap_odb
#define git_tree_entry_byindex        tally__git2.git_tree_entry_byindex
#define git_tree_entry_byname         tally__git2.git_tree_entry_byname
#define git_tree_entry_filemode       tally__git2.git_tree_entry_filemode
#define git_tree_entry_id             tally__git2.git_tree_entry_id
#define git_tree_entry_name           tally__git2.git_tree_entry_name
#define git_tree_entry_type           tally__git2.git_tree_entry_type
#define git_tree_entrycount           tally__git2.git_tree_entrycount
#define git_tree_free                 tally__git2.git_tree_free
#define git_tree_id                   tally__git2.git_tree_id
#endif

#endif
