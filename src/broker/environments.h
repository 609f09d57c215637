/* broker/environments.h - environments; live.h says what is in them. */
#ifndef TALLY_BROKER_ENVIRONMENTS_H
#define TALLY_BROKER_ENVIRONMENTS_H

#include "broker/placements.h"

/* An environment that must be there: TALLY_ENOTFOUND names those that are. */
int tally__environment_find(struct records *records, const char *name, struct record **out,
			    struct tally_error *error);

/* Every environment's record, in byte order of their names' path components. */
int tally__environments_list(struct records *records, struct record ***out, size_t *count,
			     struct tally_error *error);

/* As answers show it; see tally/environment.h. */
int tally__environment_show(const struct record *record, cJSON **out, struct tally_error *error);
/* Adds the members "deployed" and "released". */
int tally__environment_add_placements(struct records *records, const struct placement *placements,
				      size_t count, cJSON *answer, struct tally_error *error);

#endif
