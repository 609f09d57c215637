#include "config.h"

#include <pthread.h>
#include <stddef.h>

#include "base/library.h"
#include "http/mhd_api.h"

struct mhd_api tally__mhd;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct tally_error outcome;

static const struct library_symbol symbols[] = {
#define TALLY_X(name) {"MHD_" #name, offsetof(struct mhd_api, name)},
	MHD_API(TALLY_X)
#undef TALLY_X
};

static void load(void)
{
	tally__library_load(&tally__mhd, symbols, sizeof(symbols) / sizeof(symbols[0]), MHD_SONAME,
			    "libmicrohttpd 0.9.71 or newer", &outcome);
}

int tally__mhd_load(struct tally_error *error)
{
	pthread_once(&once, load);
	if (outcome.code != 0)
		return tally__fail(error, outcome.code, "%s", outcome.message);
	return 0;
}
