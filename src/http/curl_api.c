#include "config.h"

#include <pthread.h>
#include <stddef.h>

#include "base/library.h"
#include "http/curl_api.h"

struct curl_api tally__curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct tally_error outcome;

static const struct library_symbol symbols[] = {
#define TALLY_X(name) {"curl_" #name, offsetof(struct curl_api, name)},
	CURL_API(TALLY_X)
#undef TALLY_X
};

static void load(void)
{
	CURLcode status;

	if (tally__library_load(&tally__curl, symbols, sizeof(symbols) / sizeof(symbols[0]),
				CURL_SONAME, "libcurl 7.85 or newer", &outcome) != 0)
		return;
	status = curl_global_init(CURL_GLOBAL_DEFAULT);
	if (status != CURLE_OK)
		tally__fail(&outcome, TALLY_EUNSUPPORTED, "libcurl cannot be initialised: %s",
			    curl_easy_strerror(status));
}

int tally__curl_load(struct tally_error *error)
{
	pthread_once(&once, load);
	if (outcome.code != 0)
		return tally__fail(error, outcome.code, "%s", outcome.message);
	return 0;
}
