/* format/xml_gate.h - a look at the bytes of an XML document before libxml2 sees them.
 *
 * It refuses what that library would take, and pay for: declarations of entities and other things
 * in the document itself (a few of them can stand for gigabytes, or for files), and elements with
 * so many attributes that looking for duplicates takes minutes.  Without such declarations the
 * grammar of tags, comments and CDATA is simple enough to be followed here; whatever is malformed
 * is left to the parser, which stops at the first error.
 */
#ifndef TALLY_FORMAT_XML_GATE_H
#define TALLY_FORMAT_XML_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* *is_utf8: the bytes are UTF-8, whatever encoding they declare; contracts hold documents as
 * Unicode text, with the declaration that they had elsewhere.  TALLY_EPARSE, TALLY_ELIMIT. */
int tally__xml_gate(const char *bytes, size_t len, bool *is_utf8, struct tally_error *error);

#endif
