/* The only door to libxml2: its events become our tree, its own tree is never made. */
#include "config.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "format/xml_api.h"
#include "format/xml_chars.h"
#include "format/xml_gate.h"

_Static_assert(LIMIT_DOCUMENT_BYTES <= INT_MAX, "libxml2 counts bytes as int");

/* libxml2 2.12 lends its errors; before, it gave them. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *given_error;
#else
typedef xmlError *given_error;
#endif

struct reading {
	struct xml_document *document;
	xmlParserCtxt *parser;
	struct xml_element *open[LIMIT_XML_DEPTH];
	size_t depth;
	size_t declared[LIMIT_XML_DEPTH]; /* namespaces at each */
	size_t in_scope;
	size_t nodes;
	struct buf text; /* since the last tag */
	int status;
	struct tally_error *error;
};

static void stop(struct reading *r, int status)
{
	if (r->status == 0) {
		r->status = status;
		if (status == TALLY_ENOMEM) {
			tally__fail_nomem(r->error);
		}
	}
	xmlStopParser(r->parser);
}

static void TALLY_PRINTF(2, 3) stop_at_limit(struct reading *r, const char *format, ...)
{
	const xmlParserInput *input = r->parser->input;
	char message[120];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	if (r->status == 0) {
		tally__fail_at(r->error, TALLY_ELIMIT, NULL,
			       input && input->line > 0 ? (size_t)input->line : 0,
			       input && input->col > 0 ? (size_t)input->col : 0, "%s", message);
	}
	stop(r, TALLY_ELIMIT);
}

static bool count_nodes(struct reading *r, size_t more)
{
	r->nodes += more;
	if (r->nodes > LIMIT_XML_NODES) {
		stop_at_limit(r, "an XML document has more than %d elements, attributes and texts",
			      (int)LIMIT_XML_NODES);
	}
	return r->status == 0;
}

/* ---- errors ---- */

/* A URI of a namespace need not be one: it is a name. */
static bool is_harmless(given_error e)
{
	return e->level < XML_ERR_ERROR || e->code == XML_WAR_NS_URI;
}

static void take_error(void *data, given_error e)
{
	struct reading *r = data;
	const char *message = e->message ? e->message : "unknown error";
	size_t len = strcspn(message, "\n");

	if (is_harmless(e) || r->status != 0) {
		return;
	}
	if (e->code == XML_ERR_NO_MEMORY) {
		stop(r, TALLY_ENOMEM);
		return;
	}
	tally__fail_at(r->error, TALLY_EPARSE, NULL, e->line > 0 ? (size_t)e->line : 0,
		       e->int2 > 0 ? (size_t)e->int2 : 0, "expected well-formed XML, found: %.*s",
		       (int)len, message);
	stop(r, TALLY_EPARSE);
}

/* ---- what the parser finds ---- */

static void take_text(void *data, const xmlChar *text, int len)
{
	struct reading *r = data;

	if (r->status == 0 && len > 0) {
		tally__buf_add(&r->text, text, (size_t)len);
	}
	if (r->text.status != 0) {
		stop(r, TALLY_ENOMEM);
	}
}

/* What was gathered becomes a text of the element that is open. */
static bool end_text(struct reading *r)
{
	if (r->status == 0 && r->text.len > 0 && r->depth > 0 && count_nodes(r, 1) &&
	    !tally__xml_text_add(r->document, r->open[r->depth - 1], r->text.bytes, r->text.len)) {
		stop(r, TALLY_ENOMEM);
	}
	tally__buf_clear(&r->text);
	return r->status == 0;
}

static const char *text_of(const xmlChar *text)
{
	return text ? (const char *)text : "";
}

static bool is_short(struct reading *r, const char *name)
{
	if (strnlen(name, LIMIT_XML_NAME_BYTES + 1) > LIMIT_XML_NAME_BYTES) {
		stop_at_limit(r, "a name or the URI of a namespace has more than %d bytes",
			      (int)LIMIT_XML_NAME_BYTES);
	}
	return r->status == 0;
}

static bool take_name(struct reading *r, struct xml_name *out, const xmlChar *local,
		      const xmlChar *prefix, const xmlChar *uri)
{
	*out = (struct xml_name){text_of(uri), text_of(prefix), text_of(local)};
	return is_short(r, out->uri) && is_short(r, out->prefix) && is_short(r, out->local);
}

static void take_namespaces(struct reading *r, struct xml_element *element, int count,
			    const xmlChar **namespaces)
{
	for (int i = 0; i < count; i++) {
		const char *prefix = text_of(namespaces[2 * i]);
		const char *uri = text_of(namespaces[2 * i + 1]);

		if (!is_short(r, prefix) || !is_short(r, uri)) {
			return;
		}
		if (!tally__xml_namespace_add(r->document, element, prefix, uri)) {
			stop(r, TALLY_ENOMEM);
			return;
		}
	}
	r->in_scope += (size_t)count;
	r->declared[r->depth] = (size_t)count;
	/* The parser looks through all of them for each name. */
	if (r->in_scope > LIMIT_XML_NAMESPACES) {
		stop_at_limit(r, "more than %d namespaces are declared at one place",
			      (int)LIMIT_XML_NAMESPACES);
	}
}

/* The parser's own table of names grows only so far, and is searched for each. */
static void count_names(struct reading *r)
{
	if (r->document->strings.count > LIMIT_XML_NAMES) {
		stop_at_limit(r, "an XML document has more than %d different names",
			      (int)LIMIT_XML_NAMES);
	}
}

/* Each attribute is five pointers: local name, prefix, URI, start and end of the value. */
static void take_attributes(struct reading *r, struct xml_element *element, int count,
			    const xmlChar **attributes)
{
	for (int i = 0; i < count && r->status == 0; i++, attributes += 5) {
		struct xml_name name;

		if (take_name(r, &name, attributes[0], attributes[1], attributes[2]) &&
		    !tally__xml_attribute_add(r->document, element, &name,
					      (const char *)attributes[3],
					      (size_t)(attributes[4] - attributes[3]))) {
			stop(r, TALLY_ENOMEM);
		}
	}
}

static void start_element(void *data, const xmlChar *local, const xmlChar *prefix,
			  const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
			  int attribute_count, int defaulted, const xmlChar **attributes)
{
	struct reading *r = data;
	struct xml_element *parent = NULL;
	struct xml_element *element = NULL;
	struct xml_name name;

	(void)defaulted; /* there are no declarations that could */
	if (r->depth == LIMIT_XML_DEPTH) {
		stop_at_limit(r, "XML elements nest deeper than %d levels", (int)LIMIT_XML_DEPTH);
	}
	if (!end_text(r) || !take_name(r, &name, local, prefix, uri) ||
	    !count_nodes(r, 1 + (size_t)attribute_count + (size_t)namespace_count)) {
		return;
	}
	parent = r->depth > 0 ? r->open[r->depth - 1] : NULL;
	element = tally__xml_element_add(r->document, parent, &name);
	if (!element) {
		stop(r, TALLY_ENOMEM);
		return;
	}
	take_namespaces(r, element, namespace_count, namespaces);
	take_attributes(r, element, attribute_count, attributes);
	count_names(r);
	r->open[r->depth++] = element;
}

static void end_element(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct reading *r = data;

	(void)local;
	(void)prefix;
	(void)uri;
	if (r->depth > 0 && end_text(r)) {
		r->depth--;
		r->in_scope -= r->declared[r->depth];
	}
}

/* Not kept, but its name is a name. */
static void take_instruction(void *data, const xmlChar *target, const xmlChar *text)
{
	struct reading *r = data;
	const char *name = text_of(target);

	(void)text;
	if (r->status == 0 && is_short(r, name) && count_nodes(r, 1) &&
	    !tally__xml_intern(r->document, name, strlen(name))) {
		stop(r, TALLY_ENOMEM);
	}
	count_names(r);
}

/* ---- a document ---- */

/* No handler for entities: but for those of XML itself there are none. */
static const xmlSAXHandler handlers = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = start_element,
	.endElementNs = end_element,
	.characters = take_text,
	.ignorableWhitespace = take_text,
	.cdataBlock = take_text,
	.processingInstruction = take_instruction,
	.serror = take_error,
};

/* Errors of conversion between encodings have no parser: they go to the thread's handler, which
 * otherwise prints them.  A handler that others have set there is put back. */
static void take_stray_error(void *data, given_error e)
{
	struct reading *r = data;

	/* The parser is in the middle of its input and must not be stopped here. */
	if (r->status == 0 && !is_harmless(e)) {
		r->status = e->code == XML_ERR_NO_MEMORY
				    ? tally__fail_nomem(r->error)
				    : tally__fail(r->error, TALLY_EPARSE,
						  "the document is not in the encoding that it "
						  "declares");
	}
}

static void parse_document(struct reading *r)
{
	xmlStructuredErrorFunc others = xmlStructuredError;
	void *context = xmlStructuredErrorContext;

	xmlSetStructuredErrorFunc(r, take_stray_error);
	xmlParseDocument(r->parser);
	xmlSetStructuredErrorFunc(context, others);
}

static void parse(struct reading *r, bool is_utf8)
{
	/* NOENT: or "&amp;" in attributes comes as "&#38;".  There are no other entities. */
	int options = XML_PARSE_NONET | XML_PARSE_NOENT | (is_utf8 ? XML_PARSE_IGNORE_ENC : 0);

	xmlCtxtUseOptions(r->parser, options);
	*r->parser->sax = handlers;
	r->parser->userData = r;
	parse_document(r);
	r->document->standalone = r->parser->standalone == 1   ? 1
				  : r->parser->standalone == 0 ? 0
							       : -1;
	r->document->declared = r->parser->standalone != -1;
	if (r->status == 0 && (!r->parser->wellFormed || r->depth > 0 || !r->document->root)) {
		tally__fail(r->error, TALLY_EPARSE, "expected well-formed XML");
		r->status = TALLY_EPARSE;
	}
}

int tally__xml_parse(struct xml_document *out, const char *bytes, size_t len,
		     struct tally_error *error)
{
	struct reading r = {.document = out, .error = error};
	bool is_utf8 = false;
	int status = 0;

	tally__xml_init(out);
	if (len == 0) {
		return tally__fail(error, TALLY_EPARSE, "expected XML, found nothing");
	}
	status = tally__xml_gate(bytes, len, &is_utf8, error);
	if (status == 0) {
		status = tally__xml_load(error);
	}
	if (status != 0) {
		return status;
	}
	r.parser = xmlCreateMemoryParserCtxt(bytes, (int)len);
	if (!r.parser) {
		return tally__fail_nomem(error);
	}
	tally__buf_init(&r.text, LIMIT_DOCUMENT_BYTES * (size_t)3);
	parse(&r, is_utf8);
	tally__buf_release(&r.text);
	xmlFreeParserCtxt(r.parser);
	return r.status;
}
