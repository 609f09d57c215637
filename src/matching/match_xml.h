/* matching/match_xml.h - the walk over two XML documents.
 *
 * match_xml.c goes from element to element; match_xml_rules.c compares one element with another
 * without its child elements.
 */
#ifndef TALLY_MATCHING_MATCH_XML_H
#define TALLY_MATCHING_MATCH_XML_H

#include "base/limits.h"
#include "format/xml.h"
#include "matching/walk.h"

/* Two elements at one place. */
struct xml_pair {
	struct walk *walk;
	const struct frame *frame;
	const struct reach *reach;
	const struct xml_element *expected;
	const struct xml_element *actual;
	const struct rule_list *list; /* NULL: no rule */
	bool cascaded;
	bool is_list; /* "min" and "max" are about its children */
};

/* Compares two documents, whose root is at `frame`. */
void tally__match_xml(struct walk *walk, const struct frame *frame, const struct reach *reach,
		      const struct xml_document *expected, const struct xml_document *actual);

/* The name, the rules for the element, its attributes and its text; false when the name differs, so
 * that there is no sense in comparing what is in it. */
bool tally__match_xml_element(const struct xml_pair *pair);

/* ---- what the two files share ---- */

/* The position of child elements among all that an element has: behind attributes and text. */
#define XML_TEXT_INDEX  ((size_t)LIMIT_XML_ATTRIBUTES)
#define XML_CHILD_INDEX ((size_t)LIMIT_XML_ATTRIBUTES + 1)

/* The names of an element or attribute in paths, made in `out`; none when no rule needs them. */
void tally__xml_names(struct walk *walk, const struct reach *from, struct buf *out,
		      const char *before, const struct xml_name *name, struct reach_names *names);

/* "<name/>", made in `text`: an element in a message. */
#define XML_OPERAND_BYTES ((size_t)LIMIT_XML_NAME_BYTES * 2 + 8)
struct operand tally__xml_operand(char text[XML_OPERAND_BYTES], const struct xml_name *name);

/* Whether a list has a rule by which elements may be repeated: "type", with or without bounds. */
bool tally__xml_may_repeat(const struct rule_list *list);

#endif
