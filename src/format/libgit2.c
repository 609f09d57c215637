#include "config.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define TALLY_GIT2_LOADER
#include "format/libgit2.h"

struct git2_table tally__git2;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[TALLY_ERROR_MESSAGE_BYTES]; /* why it could not be loaded; "": it was */

static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
#define TALLY_X(symbol) {#symbol, offsetof(struct git2_table, symbol)},
	TALLY_GIT2_SYMBOLS(TALLY_X)
#undef TALLY_X
};

static bool fill_table(void *library)
{
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
		void *symbol = dlsym(library, symbols[i].name);

		if (!symbol)
			return false;
		/* A copy, since ISO C has no conversion from void * to a function pointer. */
		memcpy((char *)&tally__git2 + symbols[i].offset, &symbol, sizeof symbol);
	}
	return true;
}

static bool set_options(void)
{
	static const git_config_level_t levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA,
						    GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
						    GIT_CONFIG_LEVEL_GLOBAL};

	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (tally__git2.git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") < 0)
			return false;
	/* Strict creation asks the disk for every object that a new one names; the store has just
	 * read or made them. */
	return tally__git2.git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) >= 0 &&
	       tally__git2.git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0) >= 0 &&
	       tally__git2.git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) >= 0;
}

static void load(void)
{
	void *library = dlopen(GIT2_SONAME, RTLD_NOW | RTLD_LOCAL);

	if (!library || !fill_table(library)) {
		const char *reason = dlerror();

		snprintf(failure, sizeof failure,
			 "cannot load libgit2 (%s): %s; install libgit2 1.5 or later "
			 "(Debian and Ubuntu: apt install libgit2-1.5)",
			 GIT2_SONAME, reason ? reason : "unknown reason");
		return;
	}
	if (tally__git2.git_libgit2_init() < 0 || !set_options()) {
		const git_error *reason = tally__git2.git_error_last();

		snprintf(failure, sizeof failure, "libgit2 (%s) does not start: %s", GIT2_SONAME,
			 reason && reason->message ? reason->message : "unknown reason");
	}
}

int tally__git2_load(struct tally_error *error)
{
	if (pthread_once(&once, load) != 0)
		return tally__fail(error, TALLY_EINTERNAL, "cannot load libgit2: pthread_once");
	if (failure[0])
		return tally__fail(error, TALLY_EUNSUPPORTED, "%s", failure);
	return 0;
}
