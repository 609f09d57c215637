/* matching/xml_step.h - one step of the way to a place in an XML document, as people read it and as
 * an XPath has it. */
#ifndef TALLY_MATCHING_XML_STEP_H
#define TALLY_MATCHING_XML_STEP_H

#include "base/buf.h"
#include "format/xml.h"

enum xml_step_kind { XML_STEP_ELEMENT, XML_STEP_ATTRIBUTE, XML_STEP_TEXT };

struct xml_step {
	enum xml_step_kind kind;
	const struct xml_name *name; /* not of a text */
	bool is_one_of_several;
	size_t position; /* then, among the siblings of this name, from 0 */
};

/* ".order[2]", "['@id']", "['#text']": what path expressions have, with the prefix as written. */
void tally__xml_step_add_path(struct buf *out, const struct xml_step *step);

/* "order[3]", "@id", "text()".  XPath has no prefixes of its own, so that a name in a namespace is
 * written as "*[local-name()='order' and namespace-uri()='urn:o'][3]", which any evaluator
 * understands without being told of prefixes. */
void tally__xml_step_add_xpath(struct buf *out, const struct xml_step *step);

/* "prefix:local" or "local", as the document has it. */
void tally__xml_add_qname(struct buf *out, const struct xml_name *name);

#endif
