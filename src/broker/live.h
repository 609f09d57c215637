/* broker/live.h - which versions count in an environment now: those that are deployed there, one in
 * each slot (application and instance), and those that were released there and are supported. */
#ifndef TALLY_BROKER_LIVE_H
#define TALLY_BROKER_LIVE_H

#include "broker/records.h"

struct live_version {
	const char *application, *version;
	const char *instance;  /* of a deployment; NULL: the unnamed one, or a release */
	bool released;         /* else deployed */
	struct record *record; /* of the slot or the release */
};

/* What is live of an application in an environment: deployments first, the unnamed one before the
 * others, then releases.  A version that is there twice is in the list twice. */
int tally__live_list(struct records *records, const char *environment, const char *application,
		     struct live_version **out, size_t *count, struct tally_error *error);

/* What is live of every application: first all deployments, then all releases, each by application.
 */
int tally__live_everything(struct records *records, const char *environment,
			   struct live_version **out, size_t *count, struct tally_error *error);

#endif
