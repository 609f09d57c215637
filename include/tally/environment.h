/* tally/environment.h - where versions of applications run: environments, what is deployed to them
 * and what was released there.
 *
 * A deployed version runs in one environment, in a slot: that of its application, or of one of
 * several instances of it that have names.  Another version in the same slot takes its place.  A
 * released version is in the hands of others (a library, an app on phones), beside other released
 * ones, until its support ends.  Both count as live in the environment until then.
 *
 * What holds for tally/broker.h holds here too: answers are JSON documents that are released with
 * cJSON_Delete and written on success only, every change is one commit that the answer has as
 * "commit", names are visible text of one line, and texts are lent for the time of the call.
 *
 * An environment in an answer: {"uuid", "name", "displayName" (where none was given, the name),
 * "production": bool, "contacts": [{"name", "details": {…}}] or absent, "createdAt", "updatedAt"
 * or absent}.
 *
 * A deployment: {"uuid", "application", "version", "environment", "instance" (absent: the unnamed
 * one), "deployedAt", "undeployedAt" or absent, "currentlyDeployed": bool}.
 *
 * A release: {"uuid", "application", "version", "environment", "releasedAt", "supportEndedAt" or
 * absent, "currentlySupported": bool}.
 *
 * Errors of every function: those that tally/broker.h says of every one that touches the store;
 * TALLY_EINVAL (a name), TALLY_EUNSUPPORTED (a Pact Broker).
 */
#ifndef TALLY_ENVIRONMENT_H
#define TALLY_ENVIRONMENT_H

#include <stdbool.h>

#include <tally/broker.h>
#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An environment as it is to be.  @since 0.1 */
struct tally_environment {
	const char *name; /* required where one is made */
	const char *display_name;
	bool production;
	const cJSON *contacts; /* an array of {"name", "details": an object, or absent} */
};

/* The members of an environment that an update is about.  @since 0.1 */
enum tally_environment_member {
	TALLY_ENVIRONMENT_NAME = 1,
	TALLY_ENVIRONMENT_DISPLAY_NAME = 2,
	TALLY_ENVIRONMENT_PRODUCTION = 4,
	TALLY_ENVIRONMENT_CONTACTS = 8,
	TALLY_ENVIRONMENT_ALL = 15
};

/* Makes an environment.  *answer: the environment.  TALLY_ECONFLICT when there is one of that
 * name; TALLY_EINVAL for contacts of another shape, TALLY_ELIMIT.  @since 0.1 */
TALLY_API int tally_broker_environment_create(struct tally_broker *broker,
					      const struct tally_environment *environment,
					      cJSON **answer, struct tally_error *error);

/* Changes the `members` (those of enum tally_environment_member, added up) of the environment that
 * is called `name` to what `environment` says; a display name or contacts that are NULL there are
 * taken away.  A new name goes to all that is live there; what ended keeps the old one.  *answer:
 * the environment.  TALLY_ENOTFOUND, TALLY_ECONFLICT (the new name is another's), TALLY_EINVAL,
 * TALLY_ELIMIT.  @since 0.1 */
TALLY_API int tally_broker_environment_update(struct tally_broker *broker, const char *name,
					      const struct tally_environment *environment,
					      unsigned members, cJSON **answer,
					      struct tally_error *error);

/* Takes an environment away: all that is live there ends.  *answer: the environment with
 * "deployed" and "released", what ended so.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_environment_delete(struct tally_broker *broker, const char *name,
					      cJSON **answer, struct tally_error *error);

/* {"environments": [environments, by display name, without regard to the case of ASCII letters]}.
 * @since 0.1 */
TALLY_API int tally_broker_environment_list(struct tally_broker *broker, cJSON **answer,
					    struct tally_error *error);

/* One of them with "deployed" and "released": what is live there, by application.
 * TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_environment_show(struct tally_broker *broker, const char *name,
					    cJSON **answer, struct tally_error *error);
/* The same of the one with that identifier.  @since 0.1 */
TALLY_API int tally_broker_environment_by_uuid(struct tally_broker *broker, const char *uuid,
					       cJSON **answer, struct tally_error *error);

/* Records that a version runs in an environment from now on, in place of the one that did (per
 * application instance; NULL: the unnamed one).  When it runs there already, nothing changes.
 * *answer: the deployment, with "replaced": the version whose place it took, or absent.
 * TALLY_ENOTFOUND: environment and version must be known.  @since 0.1 */
TALLY_API int tally_broker_record_deployment(struct tally_broker *broker, const char *application,
					     const char *version, const char *environment,
					     const char *instance, cJSON **answer,
					     struct tally_error *error);

/* Records that an application does not run in an environment any more (the instance of that name;
 * NULL: the unnamed one).  With a `version` (or NULL), it has to be that one.  *answer: the
 * deployment that ended.  TALLY_ENOTFOUND also when it did not run there.  @since 0.1 */
TALLY_API int tally_broker_record_undeployment(struct tally_broker *broker, const char *application,
					       const char *version, const char *environment,
					       const char *instance, cJSON **answer,
					       struct tally_error *error);

/* Records that a version was released: it is supported in that environment from now on, beside the
 * others.  When it is already, nothing changes; when its support had ended, it begins again, and
 * the release stays the same.  *answer: the release, with "status": "created"|"unchanged"|
 * "resumed".  TALLY_ENOTFOUND: environment and version must be known.  @since 0.1 */
TALLY_API int tally_broker_record_release(struct tally_broker *broker, const char *application,
					  const char *version, const char *environment,
					  cJSON **answer, struct tally_error *error);

/* Records that a released version is not supported there any more.  *answer: the release.
 * TALLY_ENOTFOUND also when it was not.  @since 0.1 */
TALLY_API int tally_broker_record_support_ended(struct tally_broker *broker,
						const char *application, const char *version,
						const char *environment, cJSON **answer,
						struct tally_error *error);

/* Which deployments, or releases, are asked for: those that have all that is given here.  All zero
 * are those that are live, everywhere.  @since 0.1 */
struct tally_placement_query {
	const char *environment;
	const char *application;
	const char *version;  /* together with the application */
	const char *instance; /* of deployments alone */
	bool unnamed;         /* deployments of the unnamed instance alone */
	bool ended;           /* those that ended too; together with the version */
};

/* {"deployments": [the newest first]}.  TALLY_ENOTFOUND (what is named must be known), TALLY_EINVAL
 * (a query that contradicts itself).  @since 0.1 */
TALLY_API int tally_broker_deployments(struct tally_broker *broker,
				       const struct tally_placement_query *query, cJSON **answer,
				       struct tally_error *error);
/* {"releases": [the newest first]}; the same for releases.  @since 0.1 */
TALLY_API int tally_broker_releases(struct tally_broker *broker,
				    const struct tally_placement_query *query, cJSON **answer,
				    struct tally_error *error);

/* One deployment, or release, by its identifier.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_deployment(struct tally_broker *broker, const char *uuid, cJSON **answer,
				      struct tally_error *error);
TALLY_API int tally_broker_release(struct tally_broker *broker, const char *uuid, cJSON **answer,
				   struct tally_error *error);

/* Ends it, as the functions above do by name; when it ended already, nothing changes.  *answer: the
 * deployment, or release.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_deployment_end(struct tally_broker *broker, const char *uuid,
					  cJSON **answer, struct tally_error *error);
TALLY_API int tally_broker_release_end(struct tally_broker *broker, const char *uuid,
				       cJSON **answer, struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
