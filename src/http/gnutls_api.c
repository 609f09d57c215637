#include "config.h"

#include <pthread.h>
#include <stddef.h>

#include "base/library.h"
#include "http/gnutls_api.h"

struct gnutls_api tally__gnutls;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct tally_error outcome;

static const struct library_symbol symbols[] = {
#define TALLY_X(name) {"gnutls_" #name, offsetof(struct gnutls_api, name)},
	GNUTLS_API(TALLY_X)
#undef TALLY_X
};

static void load(void)
{
	tally__library_load(&tally__gnutls, symbols, sizeof(symbols) / sizeof(symbols[0]),
			    GNUTLS_SONAME, "GnuTLS 3.6 or newer", &outcome);
}

int tally__gnutls_load(struct tally_error *error)
{
	pthread_once(&once, load);
	if (outcome.code != 0)
		return tally__fail(error, outcome.code, "%s", outcome.message);
	return 0;
}
