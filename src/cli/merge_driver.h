/* merge_driver.h - tally merge as git's merge driver. */
#ifndef TALLY_CLI_MERGE_DRIVER_H
#define TALLY_CLI_MERGE_DRIVER_H

#include "cli/command.h"

/* The operands are BASE OURS THEIRS [PATH]; the result takes the place of OURS.  EXIT_YES, or, as
 * git wants it of a conflict, EXIT_NO. */
int merge_drive(struct call *call);

#endif
