/* format/xml_chars.h - the characters that XML 1.0 allows where; and names held once.  Shared by
 * the files of format/xml.h. */
#ifndef TALLY_FORMAT_XML_CHARS_H
#define TALLY_FORMAT_XML_CHARS_H

#include "format/xml.h"

/* Blank, tabulator and line ends; no others. */
static inline bool tally__xml_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether a text is a name without a prefix (an NCName). */
bool tally__xml_is_name_part(const char *text, size_t len);
bool tally__xml_is_name(const char *text);

/* The number of leading bytes that are characters of XML, in UTF-8. */
size_t tally__xml_valid_len(const char *text, size_t len);

/* The document's own copy of a text; NULL when memory is short. */
const char *tally__xml_intern(struct xml_document *document, const char *text, size_t len);

#endif
