#include "config.h"

#include <pthread.h>
#include <stddef.h>

#include "base/library.h"
#include "format/xml_api.h"

struct xml_api tally__xml_api;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct tally_error outcome;

#undef xmlCreateMemoryParserCtxt
#undef xmlCtxtUseOptions
#undef xmlFreeParserCtxt
#undef xmlInitParser
#undef xmlParseDocument
#undef xmlSetStructuredErrorFunc
#undef xmlStopParser

static const struct library_symbol symbols[] = {
#define TALLY_X(name) {#name, offsetof(struct xml_api, name##_)},
	XML_API(TALLY_X)
#undef TALLY_X
};

/* The library's global state is made here, before two threads can need it. */
static void load(void)
{
	if (tally__library_load(&tally__xml_api, symbols, sizeof symbols / sizeof *symbols,
				XML_SONAME, "libxml2 2.9.10 or newer", &outcome) == 0)
		tally__xml_api.xmlInitParser_();
}

int tally__xml_load(struct tally_error *error)
{
	pthread_once(&once, load);
	if (outcome.code != 0)
		return tally__fail(error, outcome.code, "%s", outcome.message);
	return 0;
}
