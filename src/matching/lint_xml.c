/* Examples that are XML, and the paths of their rules. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "contract/inline.h"
#include "matching/lint.h"
#include "matching/path.h"
#include "matching/xml_path.h"

static void lint_path(struct lint *lint, const struct xml_document *document, const char *path)
{
	struct path_expression expression;
	struct tally_error ignored = TALLY_ERROR_INIT;
	int status = tally__path_parse(&expression, &lint->arena, path, &ignored);

	if (status == TALLY_ENOMEM)
		lint->status = TALLY_ENOMEM;
	if (status == 0 && !tally__xml_path_selects(document, &expression, &lint->steps)) {
		size_t mark = tally__lint_enter_place(lint, path);

		tally__lint_add(lint, LINT_RULE_WITHOUT_EXAMPLE, NULL,
				"nothing in the example is at %s: the rule is never used; paths "
				"in XML are like $.orders.order['@id'] or $.orders.order.#text",
				tally__lint_shown(lint, path, 100));
		tally__buf_truncate(&lint->pointer, mark);
	}
}

static void lint_paths(struct lint *lint, const struct lint_part *part,
		       const struct xml_document *document)
{
	const cJSON *body = tally__json_get(part->rules, "body");
	size_t mark = tally__lint_enter_category(lint, part, "matchingRules", "body");

	for (const cJSON *entry = body ? body->child : NULL; entry && lint->status == 0;
	     entry = entry->next)
		if (*entry->string == '$')
			lint_path(lint, document, entry->string);
	tally__buf_truncate(&lint->pointer, mark);
}

static bool is_xml(struct lint *lint, const struct lint_part *part)
{
	const char *declared = part->headers ? tally__header_content_type(part->headers)
					     : tally__metadata_content_type(part->metadata);
	struct mime type;
	int status = 0;

	if (part->body->state != BODY_PRESENT || part->body->json)
		return false;
	status = tally__body_type(&type, part->body, declared, &lint->arena, NULL);
	if (status == TALLY_ENOMEM)
		lint->status = TALLY_ENOMEM;
	return status == 0 && tally__mime_is_xml(&type);
}

void tally__lint_xml(struct lint *lint, const struct lint_part *part)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct xml_document document;
	int status;

	if (lint->status != 0 || !is_xml(lint, part))
		return;
	status = tally__xml_parse(&document, part->body->bytes, part->body->len, &error);
	if (status == TALLY_ENOMEM) {
		lint->status = TALLY_ENOMEM;
	} else if (status == TALLY_EPARSE || status == TALLY_ELIMIT) {
		tally__lint_add(lint, LINT_EXAMPLE_NOT_XML, NULL,
				"the example cannot be read as XML, which its content type says "
				"it is: line %zu, column %zu: %s",
				error.line, error.column, error.message);
	} else if (status != 0) {
		tally__lint_add(lint, LINT_CANNOT_COMPARE, NULL, "%s", error.message);
	} else {
		lint_paths(lint, part, &document);
	}
	tally__xml_release(&document);
}
