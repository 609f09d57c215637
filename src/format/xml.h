/* format/xml.h - XML documents: read, made, changed, written.
 *
 * A document is a tree of elements and texts in an arena.  Text and CDATA are one; comments and
 * processing instructions are not kept.  The declarations of namespaces are, so that a tree that
 * was read can be written again.  Reading is done by libxml2, which is loaded on first use
 * (xml_parse.c); what is accepted is stricter than what that library would take (xml_gate.h).
 *
 * A name has a prefix as it was written and the URI that it stands for; both are "" when there is
 * none, never NULL.  Texts and names are UTF-8, end with a NUL and hold none.
 */
#ifndef TALLY_FORMAT_XML_H
#define TALLY_FORMAT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"

struct xml_name {
	const char *uri;
	const char *prefix;
	const char *local;
};

/* xmlns="uri" (prefix "") or xmlns:prefix="uri". */
struct xml_namespace {
	struct xml_namespace *next;
	const char *prefix;
	const char *uri; /* "": what was declared further out no longer holds */
};

struct xml_attribute {
	struct xml_attribute *next;
	struct xml_name name;
	const char *value;
	size_t len;
};

/* One thing in an element. */
struct xml_node {
	struct xml_node *next;
	struct xml_element *element; /* NULL: a text */
	const char *text;
	size_t len;
};

struct xml_element {
	struct xml_name name;
	struct xml_namespace *namespaces; /* declared here, in order */
	struct xml_namespace *last_namespace;
	struct xml_attribute *attributes; /* in order, without the declarations */
	struct xml_attribute *last_attribute;
	struct xml_node *first;
	struct xml_node *last;
};

struct xml_document {
	struct arena arena;
	struct map strings; /* names, each held once */
	struct xml_element *root;
	bool declared;  /* starts with <?xml version="1.0"?> */
	int standalone; /* in that declaration: 1 yes, 0 no, -1 not said */
};

void tally__xml_init(struct xml_document *document);
void tally__xml_release(struct xml_document *document);

/* ---- reading ---- */

/* Fills `out`, which is to be released in every case.  TALLY_EPARSE with line and column: it is
 * not well-formed, or holds what is not accepted (entities of its own, …); TALLY_ELIMIT;
 * TALLY_EUNSUPPORTED: libxml2 cannot be loaded; TALLY_ENOMEM. */
int tally__xml_parse(struct xml_document *out, const char *bytes, size_t len,
		     struct tally_error *error);

/* The first child element, the next one of the same parent; NULL when there is none. */
const struct xml_node *tally__xml_first_child(const struct xml_element *element);
const struct xml_node *tally__xml_next_child(const struct xml_node *child);

/* The element's own text: that of its text nodes, without the blanks around each.  Made in
 * `scratch`, whose status is to be checked, when it stands in several pieces. */
const char *tally__xml_text(const struct xml_element *element, struct buf *scratch, size_t *len);

bool tally__xml_name_equal(const struct xml_name *a, const struct xml_name *b);
/* Whether `text` is this name as path expressions write it: "local" or "prefix:local", as the
 * document has it, or "uri:local". */
bool tally__xml_name_is(const struct xml_name *name, const char *text, size_t len);

/* ---- making ---- */

/* A name as XML writes it, "local" or "prefix:local"; its URI stays "".  TALLY_EINVAL when it is no
 * name, TALLY_ENOMEM. */
int tally__xml_name_parse(struct xml_name *out, struct xml_document *document, const char *text,
			  struct tally_error *error);

/* Each adds a copy at the end, and returns it; NULL when memory is short.  A `parent` of NULL makes
 * the root.  What is added is checked when it is written. */
struct xml_element *tally__xml_element_add(struct xml_document *document,
					   struct xml_element *parent, const struct xml_name *name);
struct xml_node *tally__xml_text_add(struct xml_document *document, struct xml_element *parent,
				     const char *text, size_t len);
struct xml_attribute *tally__xml_attribute_add(struct xml_document *document,
					       struct xml_element *element,
					       const struct xml_name *name, const char *value,
					       size_t len);
struct xml_namespace *tally__xml_namespace_add(struct xml_document *document,
					       struct xml_element *element, const char *prefix,
					       const char *uri);

/* Changes an attribute's value, or the text of an element, whose child elements stay, behind it.
 * False when memory is short. */
bool tally__xml_attribute_set(struct xml_document *document, struct xml_attribute *attribute,
			      const char *value, size_t len);
bool tally__xml_text_set(struct xml_document *document, struct xml_element *element,
			 const char *text, size_t len);

/* ---- writing ---- */

/* Appends the document in UTF-8, without a line break at its end.  TALLY_EINVAL when a name or a
 * text is none that XML can have; TALLY_ELIMIT when it nests too deeply or is too long for the
 * buffer; TALLY_ENOMEM. */
int tally__xml_write(struct buf *out, const struct xml_document *document,
		     struct tally_error *error);

#endif
