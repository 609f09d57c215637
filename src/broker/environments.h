/* broker/environments.h - environments, and what runs in them. */
#ifndef TALLY_BROKER_ENVIRONMENTS_H
#define TALLY_BROKER_ENVIRONMENTS_H

#include "broker/records.h"

/* An environment that must be there: TALLY_ENOTFOUND names those that are. */
int tally__environment_find(struct records *records, const char *name, struct record **out,
			    struct tally_error *error);

/* Every environment's record, in byte order of their names' path components. */
int tally__environments_list(struct records *records, struct record ***out, size_t *count,
			     struct tally_error *error);

/* The slots of an application in an environment (one for each instance): the records of what runs
 * there now. */
int tally__slots_list(struct records *records, const char *environment, const char *application,
		      struct record ***out, size_t *count, struct tally_error *error);

/* The same, by the path of the application's folder in the environment. */
int tally__slots_in(struct records *records, const char *folder, struct record ***out,
		    size_t *count, struct tally_error *error);

/* The versions of an application that run there, each once. */
int tally__live_versions(struct records *records, const char *environment, const char *application,
			 const char ***versions, size_t *count, struct tally_error *error);

#endif
