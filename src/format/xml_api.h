/* format/xml_api.h - libxml2, loaded on first use; for xml_parse.c alone.  The names stay those of
 * the library, so that the code reads as usual. */
#ifndef TALLY_FORMAT_XML_API_H
#define TALLY_FORMAT_XML_API_H

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "base/error.h"

#define XML_API(X)                                                                                 \
	X(xmlCreateMemoryParserCtxt)                                                               \
	X(xmlCtxtUseOptions)                                                                       \
	X(xmlFreeParserCtxt)                                                                       \
	X(xmlInitParser)                                                                           \
	X(xmlParseDocument)                                                                        \
	X(xmlSetStructuredErrorFunc)                                                               \
	X(xmlStopParser)                                                                           \
	X(__xmlStructuredError)                                                                    \
	X(__xmlStructuredErrorContext)

struct xml_api {
#define TALLY_X(name) __typeof__(name) *name##_;
	XML_API(TALLY_X)
#undef TALLY_X
};

extern struct xml_api tally__xml_api;

/* Loads and initialises the library, once; from any thread.  TALLY_EUNSUPPORTED. */
int tally__xml_load(struct tally_error *error);

#define xmlCreateMemoryParserCtxt tally__xml_api.xmlCreateMemoryParserCtxt_
#define xmlCtxtUseOptions         tally__xml_api.xmlCtxtUseOptions_
#define xmlFreeParserCtxt         tally__xml_api.xmlFreeParserCtxt_
#define xmlInitParser             tally__xml_api.xmlInitParser_
#define xmlParseDocument          tally__xml_api.xmlParseDocument_
#define xmlSetStructuredErrorFunc tally__xml_api.xmlSetStructuredErrorFunc_
#define xmlStopParser             tally__xml_api.xmlStopParser_
/* The present handler of a thread, which is no variable but for the library itself. */
#undef xmlStructuredError
#undef xmlStructuredErrorContext
#define xmlStructuredError        (*tally__xml_api.__xmlStructuredError_())
#define xmlStructuredErrorContext (*tally__xml_api.__xmlStructuredErrorContext_())

#endif
