/* shadowed.h - expectations that can never be exercised, as another one always answers. */
#ifndef TALLY_CLI_SHADOWED_H
#define TALLY_CLI_SHADOWED_H

#include <tally.h>

/* Says which interactions expect the very request that one before them expects. */
int shadowed_note(const struct tally_contract *contract, struct tally_error *error);

#endif
