/* cli/expectations.h - where in a file of expectations something stands. */
#ifndef TALLY_CLI_EXPECTATIONS_H
#define TALLY_CLI_EXPECTATIONS_H

#include "tally/error.h"

/* An error whose place is a JSON pointer into the contract that the file at `path` gave gets the
 * file's own place: the examples of matchers stand deeper there.  Others stay. */
void expectations_place(struct tally_error *error, const char *path);

#endif
