/* broker/version_list.h - where versions are, for answers. */
#ifndef TALLY_BROKER_VERSION_LIST_H
#define TALLY_BROKER_VERSION_LIST_H

#include "broker/records.h"

/* Adds "deployed": [{"environment", "version", "instance", "deployedAt", "uuid"}] and "released"
 * of a version, or (NULL) of all versions of an application, as they are now. */
int tally__whereabouts(struct records *records, const char *application, const char *version,
		       cJSON *json, struct tally_error *error);

#endif
