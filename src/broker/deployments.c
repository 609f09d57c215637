#include "config.h"

#include <string.h>

#include "base/time.h"
#include "broker/environments.h"
#include "broker/git_broker.h"
#include "broker/versions.h"

struct deployment {
	const char *application, *version, *environment;
	const char *instance; /* or NULL */
	char uuid[UUID_TEXT_BYTES];
	int64_t now_unix;
};

static int slot_of(struct records *records, const struct deployment *deployment,
		   struct record **slot, struct tally_error *error)
{
	if (deployment->instance == NULL)
		return tally__records_get(records, slot, PATH_SLOT_UNNAMED,
					  NAMES(deployment->environment, deployment->application),
					  error);
	return tally__records_get(
		records, slot, PATH_SLOT,
		NAMES(deployment->environment, deployment->application, deployment->instance),
		error);
}

static int write_deployment(struct record *record, const struct deployment *deployment,
			    struct tally_error *error)
{
	char at[TIME_TEXT_BYTES];
	int status = tally__record_set_text(record, "application", deployment->application, error);

	tally__time_format(deployment->now_unix, at);
	if (status == 0)
		status = tally__record_set_text(record, "version", deployment->version, error);
	if (status == 0)
		status = tally__record_set_text(record, "environment", deployment->environment,
						error);
	if (status == 0 && deployment->instance != NULL)
		status = tally__record_set_text(record, "instance", deployment->instance, error);
	if (status == 0)
		status = tally__record_set_text(record, "uuid", deployment->uuid, error);
	if (status == 0)
		status = tally__record_set_text(record, "deployedAt", at, error);
	return status;
}

/* The slot says what runs now; the version keeps what happened to it. */
static int fill_slot(struct records *records, const struct deployment *deployment,
		     struct record *slot, struct tally_error *error)
{
	struct record *history;
	int status = tally__records_get(
		records, &history, PATH_DEPLOYMENT,
		NAMES(deployment->application, deployment->version, deployment->uuid), error);

	if (status == 0)
		status = write_deployment(history, deployment, error);
	if (status == 0)
		status = write_deployment(slot, deployment, error);
	return status;
}

static int answer_deployment(const struct deployment *deployment, const char *replaced,
			     cJSON **answer, struct tally_error *error)
{
	cJSON *json = cJSON_CreateObject();
	int failed =
		tally__json_put(json, "application", cJSON_CreateString(deployment->application));

	*answer = json;
	failed |= tally__json_put(json, "version", cJSON_CreateString(deployment->version));
	failed |= tally__json_put(json, "environment", cJSON_CreateString(deployment->environment));
	if (deployment->instance != NULL)
		failed |=
			tally__json_put(json, "instance", cJSON_CreateString(deployment->instance));
	if (replaced != NULL)
		failed |= tally__json_put(json, "replaced", cJSON_CreateString(replaced));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int deploy(struct records *records, void *context, struct buf *message, cJSON **answer,
		  struct tally_error *error)
{
	const struct deployment *deployment = context;
	struct record *environment, *version, *slot;
	const char *current = NULL;
	int status = tally__environment_find(records, deployment->environment, &environment, error);

	if (status == 0)
		status = tally__version_find(records, deployment->application, deployment->version,
					     &version, error);
	if (status == 0)
		status = slot_of(records, deployment, &slot, error);
	if (status == 0 && slot->json != NULL)
		status = tally__record_text(slot, "version", &current, error);
	if (status != 0)
		return status;
	tally__buf_addf(message, "deploy %s %s to %s", deployment->application, deployment->version,
			deployment->environment);
	if (deployment->instance != NULL)
		tally__buf_addf(message, " (instance %s)", deployment->instance);
	if (current != NULL)
		tally__buf_addf(message, ", replacing %s", current);
	tally__buf_addc(message, '\n');
	if (current != NULL && strcmp(current, deployment->version) == 0)
		return answer_deployment(deployment, NULL, answer, error);
	status = answer_deployment(deployment, current, answer, error);
	return status != 0 ? status : fill_slot(records, deployment, slot, error);
}

int tally__git_broker_record_deployment(struct tally_broker *broker, const char *application,
					const char *version, const char *environment,
					const char *instance, cJSON **answer,
					struct tally_error *error)
{
	struct deployment deployment = {.application = application,
					.version = version,
					.environment = environment,
					.instance = instance,
					.now_unix = tally__time_now_unix()};
	int status = tally__uuid_random(deployment.uuid, error);

	if (status == 0 && instance != NULL)
		status = tally__name_check(instance, "application's instance", error);
	if (status == 0)
		status = tally__broker_change(broker, deploy, &deployment, deployment.now_unix,
					      answer, error);
	return status;
}
