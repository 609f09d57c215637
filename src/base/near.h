/* base/near.h - names that may be misspellings of each other. */
#ifndef TALLY_BASE_NEAR_H
#define TALLY_BASE_NEAR_H

#include <stdbool.h>

/* Whether two different names look alike: but for upper and lower case, hyphens and underscores, or
 * for one letter (two in names of six and more) that is wrong, missing, surplus or in its
 * neighbour's place.  Names of more than 64 bytes never are. */
bool tally__names_near(const char *a, const char *b);

#endif
