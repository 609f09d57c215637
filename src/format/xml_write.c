#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "format/xml_chars.h"

struct writing {
	struct buf *out;
	size_t depth;
	struct tally_error *error;
};

static int add_name(struct writing *w, const struct xml_name *name)
{
	if ((*name->prefix && !tally__xml_is_name(name->prefix)) ||
	    !tally__xml_is_name(name->local)) {
		return tally__fail(w->error, TALLY_EINVAL,
				   "expected a name of XML, found \"%s%s%s\"", name->prefix,
				   *name->prefix ? ":" : "", name->local);
	}
	if (*name->prefix) {
		tally__buf_adds(w->out, name->prefix);
		tally__buf_addc(w->out, ':');
	}
	tally__buf_adds(w->out, name->local);
	return 0;
}

/* How a character is written that means something, or that a parser would change. */
static const char *escape(char c, bool in_attribute)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>': /* "]]>" must not stand in a text */
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return in_attribute ? "&quot;" : NULL;
	case '\t':
		return in_attribute ? "&#9;" : NULL;
	case '\n':
		return in_attribute ? "&#10;" : NULL;
	default:
		return NULL;
	}
}

static int add_text(struct writing *w, const char *text, size_t len, bool in_attribute)
{
	size_t valid = tally__xml_valid_len(text, len);
	size_t start = 0;

	if (valid < len) {
		return tally__fail(w->error, TALLY_EINVAL,
				   "the byte 0x%02x at position %zu of a text cannot stand in XML",
				   (unsigned)(unsigned char)text[valid], valid);
	}
	for (size_t i = 0; i < len; i++) {
		const char *written = escape(text[i], in_attribute);

		if (written) {
			tally__buf_add(w->out, text + start, i - start);
			tally__buf_adds(w->out, written);
			start = i + 1;
		}
	}
	tally__buf_add(w->out, text + start, len - start);
	return 0;
}

static int add_value(struct writing *w, const char *value, size_t len)
{
	int status = 0;

	tally__buf_adds(w->out, "=\"");
	status = add_text(w, value, len, true);
	tally__buf_addc(w->out, '"');
	return status;
}

static int add_attributes(struct writing *w, const struct xml_element *element)
{
	int status = 0;

	for (const struct xml_namespace *n = element->namespaces; n && status == 0; n = n->next) {
		struct xml_name name = {"", *n->prefix ? "xmlns" : "",
					*n->prefix ? n->prefix : "xmlns"};

		tally__buf_addc(w->out, ' ');
		status = add_name(w, &name);
		if (status == 0) {
			status = add_value(w, n->uri, strlen(n->uri));
		}
	}
	for (const struct xml_attribute *a = element->attributes; a && status == 0; a = a->next) {
		tally__buf_addc(w->out, ' ');
		status = add_name(w, &a->name);
		if (status == 0) {
			status = add_value(w, a->value, a->len);
		}
	}
	return status;
}

static int add_element(struct writing *w, const struct xml_element *element)
{
	int status = 0;

	if (w->depth == LIMIT_XML_DEPTH) {
		return tally__fail(w->error, TALLY_ELIMIT,
				   "XML elements nest deeper than %d levels", (int)LIMIT_XML_DEPTH);
	}
	tally__buf_addc(w->out, '<');
	status = add_name(w, &element->name);
	if (status == 0) {
		status = add_attributes(w, element);
	}
	if (!element->first) {
		tally__buf_adds(w->out, "/>");
		return status;
	}
	tally__buf_addc(w->out, '>');
	w->depth++;
	for (const struct xml_node *node = element->first; node && status == 0; node = node->next) {
		status = node->element ? add_element(w, node->element)
				       : add_text(w, node->text, node->len, false);
	}
	w->depth--;
	tally__buf_adds(w->out, "</");
	if (status == 0) {
		status = add_name(w, &element->name);
	}
	tally__buf_addc(w->out, '>');
	return status;
}

int tally__xml_write(struct buf *out, const struct xml_document *document,
		     struct tally_error *error)
{
	struct writing w = {.out = out, .error = error};
	int status = 0;

	if (!document->root) {
		return tally__fail(error, TALLY_EINVAL, "an XML document needs a root element");
	}
	if (document->declared) {
		tally__buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"");
		if (document->standalone >= 0) {
			tally__buf_adds(out, document->standalone ? " standalone=\"yes\""
								  : " standalone=\"no\"");
		}
		tally__buf_adds(out, "?>");
	}
	status = add_element(&w, document->root);
	return status != 0 ? status : tally__buf_status(out, error);
}
