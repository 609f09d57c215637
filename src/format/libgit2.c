#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/library.h"

#define TALLY_GIT2_LOADER
#include "format/libgit2.h"

struct git2_table tally__git2;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct tally_error outcome;
static atomic_bool is_loaded;

static const struct library_symbol symbols[] = {
#define TALLY_X(symbol) {#symbol, offsetof(struct git2_table, symbol)},
	TALLY_GIT2_SYMBOLS(TALLY_X)
#undef TALLY_X
};

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
	return tally__git2.git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0) >= 0 &&
	       tally__git2.git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) >= 0;
}

static void load(void)
{
	if (tally__library_load(&tally__git2, symbols, sizeof symbols / sizeof *symbols,
				GIT2_SONAME, "libgit2 1.5 or newer", &outcome) != 0)
		return;
	if (tally__git2.git_libgit2_init() < 0 || !set_options()) {
		const git_error *reason = tally__git2.git_error_last();

		tally__fail(&outcome, TALLY_EUNSUPPORTED, "libgit2 cannot be initialised: %s",
			    reason && reason->message ? reason->message : "unknown reason");
		return;
	}
	atomic_store(&is_loaded, true);
}

bool tally__git2_is_loaded(void)
{
	return atomic_load(&is_loaded);
}

int tally__git2_load(struct tally_error *error)
{
	pthread_once(&once, load);
	if (outcome.code != 0)
		return tally__fail(error, outcome.code, "%s", outcome.message);
	return 0;
}
