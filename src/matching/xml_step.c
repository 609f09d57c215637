#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "matching/path.h"
#include "matching/xml_step.h"

void tally__xml_add_qname(struct buf *out, const struct xml_name *name)
{
	if (*name->prefix) {
		tally__buf_adds(out, name->prefix);
		tally__buf_addc(out, ':');
	}
	tally__buf_adds(out, name->local);
}

void tally__xml_step_add_path(struct buf *out, const struct xml_step *step)
{
	struct buf fragment;

	tally__buf_init(&fragment, (size_t)LIMIT_XML_NAME_BYTES * 2 + 2);
	if (step->kind == XML_STEP_TEXT) {
		tally__buf_adds(&fragment, "#text");
	} else {
		tally__buf_adds(&fragment, step->kind == XML_STEP_ATTRIBUTE ? "@" : "");
		tally__xml_add_qname(&fragment, step->name);
	}
	if (fragment.status != 0) {
		out->status = out->status ? out->status : fragment.status;
	} else {
		tally__path_add_fragment(out, fragment.bytes, fragment.len);
	}
	tally__buf_release(&fragment);
	if (step->is_one_of_several) {
		tally__buf_addf(out, "[%zu]", step->position);
	}
}

/* In XPath a literal cannot hold the quote that it stands in. */
static bool can_quote(const char *text)
{
	return !strchr(text, '\'') || !strchr(text, '"');
}

static void add_literal(struct buf *out, const char *text)
{
	char quote = strchr(text, '\'') ? '"' : '\'';

	tally__buf_addc(out, quote);
	tally__buf_adds(out, text);
	tally__buf_addc(out, quote);
}

void tally__xml_step_add_xpath(struct buf *out, const struct xml_step *step)
{
	if (step->kind == XML_STEP_TEXT) {
		tally__buf_adds(out, "text()");
		return;
	}
	tally__buf_adds(out, step->kind == XML_STEP_ATTRIBUTE ? "@" : "");
	if (*step->name->uri) {
		tally__buf_adds(out, "*[local-name()=");
		add_literal(out, step->name->local);
		if (can_quote(step->name->uri)) {
			tally__buf_adds(out, " and namespace-uri()=");
			add_literal(out, step->name->uri);
		}
		tally__buf_addc(out, ']');
	} else {
		tally__buf_adds(out, step->name->local);
	}
	if (step->is_one_of_several) {
		tally__buf_addf(out, "[%zu]", step->position + 1);
	}
}
