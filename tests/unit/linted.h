/* tests/unit/linted.h - one contract for tally_lint. */
#ifndef TALLY_TESTS_LINTED_H
#define TALLY_TESTS_LINTED_H

#include "tally/lint.h"

/* A list of one, for a call. */
#define LINTED(contract) ((const struct tally_contract *const[]){contract})

#endif
