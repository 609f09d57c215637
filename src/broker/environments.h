/* broker/environments.h - environments; live.h says what is in them. */
#ifndef TALLY_BROKER_ENVIRONMENTS_H
#define TALLY_BROKER_ENVIRONMENTS_H

#include "broker/records.h"

/* An environment that must be there: TALLY_ENOTFOUND names those that are. */
int tally__environment_find(struct records *records, const char *name, struct record **out,
			    struct tally_error *error);

/* Every environment's record, in byte order of their names' path components. */
int tally__environments_list(struct records *records, struct record ***out, size_t *count,
			     struct tally_error *error);

#endif
