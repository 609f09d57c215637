/* cli/expectations.h - where in a file of expectations something stands. */
#ifndef TALLY_CLI_EXPECTATIONS_H
#define TALLY_CLI_EXPECTATIONS_H

#include <stdbool.h>

#include <tally.h>

#include "cli/command.h"

/* An error whose place is a JSON pointer into the contract that the file at `path` gave gets the
 * file's own place: the examples of matchers stand deeper there.  Others stay. */
void expectations_place(struct tally_error *error, const char *path);

/* Whether the document has matchers inside values. */
bool expectations_are_in(const cJSON *document);
/* The place in such a document for a JSON pointer into the contract that it gave. */
const char *expectations_pointer(struct call *call, const cJSON *document, const char *pointer);

#endif
