/* The functions of tally/environment.h: each goes to the broker's kind. */
#include "config.h"

#include "broker/broker.h"

int tally_broker_environment_create(struct tally_broker *broker,
				    const struct tally_environment *environment, cJSON **answer,
				    struct tally_error *error)
{
	if (broker->kind->environment_create == NULL)
		return tally__broker_unsupported(broker, "make environments", error);
	return broker->kind->environment_create(broker, environment, answer, error);
}

int tally_broker_environment_update(struct tally_broker *broker, const char *name,
				    const struct tally_environment *environment, unsigned members,
				    cJSON **answer, struct tally_error *error)
{
	if (broker->kind->environment_update == NULL)
		return tally__broker_unsupported(broker, "change environments", error);
	return broker->kind->environment_update(broker, name, environment, members, answer, error);
}

int tally_broker_environment_delete(struct tally_broker *broker, const char *name, cJSON **answer,
				    struct tally_error *error)
{
	if (broker->kind->environment_delete == NULL)
		return tally__broker_unsupported(broker, "delete environments", error);
	return broker->kind->environment_delete(broker, name, answer, error);
}

int tally_broker_environment_list(struct tally_broker *broker, cJSON **answer,
				  struct tally_error *error)
{
	if (broker->kind->environment_list == NULL)
		return tally__broker_unsupported(broker, "list environments", error);
	return broker->kind->environment_list(broker, answer, error);
}

int tally_broker_environment_show(struct tally_broker *broker, const char *name, cJSON **answer,
				  struct tally_error *error)
{
	if (broker->kind->environment_show == NULL)
		return tally__broker_unsupported(broker, "show environments", error);
	return broker->kind->environment_show(broker, name, answer, error);
}

int tally_broker_environment_by_uuid(struct tally_broker *broker, const char *uuid, cJSON **answer,
				     struct tally_error *error)
{
	if (broker->kind->environment_by_uuid == NULL)
		return tally__broker_unsupported(broker, "show environments", error);
	return broker->kind->environment_by_uuid(broker, uuid, answer, error);
}

int tally_broker_record_deployment(struct tally_broker *broker, const char *application,
				   const char *version, const char *environment,
				   const char *instance, cJSON **answer, struct tally_error *error)
{
	if (broker->kind->record_deployment == NULL)
		return tally__broker_unsupported(broker, "record deployments", error);
	return broker->kind->record_deployment(broker, application, version, environment, instance,
					       answer, error);
}

int tally_broker_record_undeployment(struct tally_broker *broker, const char *application,
				     const char *version, const char *environment,
				     const char *instance, cJSON **answer,
				     struct tally_error *error)
{
	if (broker->kind->record_undeployment == NULL)
		return tally__broker_unsupported(broker, "record undeployments", error);
	return broker->kind->record_undeployment(broker, application, version, environment,
						 instance, answer, error);
}

int tally_broker_record_release(struct tally_broker *broker, const char *application,
				const char *version, const char *environment, cJSON **answer,
				struct tally_error *error)
{
	if (broker->kind->record_release == NULL)
		return tally__broker_unsupported(broker, "record releases", error);
	return broker->kind->record_release(broker, application, version, environment, answer,
					    error);
}

int tally_broker_record_support_ended(struct tally_broker *broker, const char *application,
				      const char *version, const char *environment, cJSON **answer,
				      struct tally_error *error)
{
	if (broker->kind->record_support_ended == NULL)
		return tally__broker_unsupported(broker, "record that support ended", error);
	return broker->kind->record_support_ended(broker, application, version, environment, answer,
						  error);
}

int tally_broker_deployments(struct tally_broker *broker, const struct tally_placement_query *query,
			     cJSON **answer, struct tally_error *error)
{
	if (broker->kind->deployments == NULL)
		return tally__broker_unsupported(broker, "list deployments", error);
	return broker->kind->deployments(broker, query, answer, error);
}

int tally_broker_releases(struct tally_broker *broker, const struct tally_placement_query *query,
			  cJSON **answer, struct tally_error *error)
{
	if (broker->kind->releases == NULL)
		return tally__broker_unsupported(broker, "list releases", error);
	return broker->kind->releases(broker, query, answer, error);
}

int tally_broker_deployment(struct tally_broker *broker, const char *uuid, cJSON **answer,
			    struct tally_error *error)
{
	if (broker->kind->deployment == NULL)
		return tally__broker_unsupported(broker, "show deployments", error);
	return broker->kind->deployment(broker, uuid, answer, error);
}

int tally_broker_release(struct tally_broker *broker, const char *uuid, cJSON **answer,
			 struct tally_error *error)
{
	if (broker->kind->release_of == NULL)
		return tally__broker_unsupported(broker, "show releases", error);
	return broker->kind->release_of(broker, uuid, answer, error);
}

int tally_broker_deployment_end(struct tally_broker *broker, const char *uuid, cJSON **answer,
				struct tally_error *error)
{
	if (broker->kind->deployment_end == NULL)
		return tally__broker_unsupported(broker, "record undeployments", error);
	return broker->kind->deployment_end(broker, uuid, answer, error);
}

int tally_broker_release_end(struct tally_broker *broker, const char *uuid, cJSON **answer,
			     struct tally_error *error)
{
	if (broker->kind->release_end == NULL)
		return tally__broker_unsupported(broker, "record that support ended", error);
	return broker->kind->release_end(broker, uuid, answer, error);
}
