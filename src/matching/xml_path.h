/* matching/xml_path.h - whether a path expression selects anything in an XML document. */
#ifndef TALLY_MATCHING_XML_PATH_H
#define TALLY_MATCHING_XML_PATH_H

#include <stdbool.h>

#include "format/xml.h"
#include "matching/path.h"

/* By the names as match_xml.h has them; indexes are for any sibling.  Adds to *steps and says true
 * when they pass LIMIT_LINT_STEPS: it is not known then. */
bool tally__xml_path_selects(const struct xml_document *document,
			     const struct path_expression *path, size_t *steps);

#endif
