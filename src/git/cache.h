/* git/cache.h - the folders in which copies of repositories on other machines are kept. */
#ifndef TALLY_GIT_CACHE_H
#define TALLY_GIT_CACHE_H

#include "git/store.h"

/* The folder for a URL, to be freed.  `cache_dir` NULL: below $XDG_CACHE_HOME, or else ~/.cache.
 * TALLY_EINVAL: neither is known. */
int tally__cache_folder(char **out, const char *cache_dir, const char *url,
			struct tally_error *error);

/* Opens the copy there; one that is missing or cannot be opened is made, empty, where `make` says
 * so.  TALLY_ENOFILE otherwise. */
int tally__cache_open(struct store **out, const char *folder, const char *url, bool make,
		      struct tally_error *error);

/* Puts an empty copy in the place of what is there. */
int tally__cache_renew(const char *folder, const char *url, struct tally_error *error);

/* Notes that it is up to date now, and says when it was; -1: never. */
void tally__cache_touch(const char *folder);
int64_t tally__cache_updated_unix(const char *folder);

#endif
