/* verifier/report_html.h - the parts of the page: its style, and what it says of an interaction
 * that did not pass. */
#ifndef TALLY_VERIFIER_REPORT_HTML_H
#define TALLY_VERIFIER_REPORT_HTML_H

#include "base/buf.h"
#include "format/json.h"

/* The lines of the style sheet, after each of which comes a line end; NULL ends them. */
extern const char *const tally__report_style[];

/* The SHA-256 of what is between <style> and </style>, in base64: the page's policy allows that
 * style and nothing else.  tests/browser/report.sh tells the right one. */
extern const char tally__report_style_digest[];

/* Appends all that is to be said of an interaction. */
void tally__report_add_html_details(struct buf *out, const cJSON *interaction);

#endif
