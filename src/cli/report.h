/* report.h - results as text for people. */
#ifndef TALLY_CLI_REPORT_H
#define TALLY_CLI_REPORT_H

#include <tally.h>

/* What tally_mock_report tells, after the provider's name, which may be NULL. */
void report_mock(const cJSON *report, const char *provider);
/* An array of mismatches, each line after `indent` spaces, and how many more there are. */
void report_mismatches(const cJSON *mismatches, size_t omitted, unsigned indent);

#endif
