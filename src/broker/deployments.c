#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/environments.h"
#include "broker/live.h"
#include "broker/placements.h"
#include "broker/versions.h"

struct deploying {
	struct placement placement;
	char uuid[UUID_TEXT_BYTES];
	int64_t now_unix;
};

/* The deployment in the slot, if there is one. */
static int occupant(struct records *records, const struct placement *placement,
		    struct placement *out, bool *found, struct tally_error *error)
{
	struct record *slot;
	int status = tally__placement_place(records, placement, &slot, error);

	*found = status == 0 && slot->json != NULL;
	return *found ? tally__placement_read(out, PLACEMENT_DEPLOYMENT, slot, error) : status;
}

static int deploy(struct records *records, void *context, struct buf *message, cJSON **answer,
		  struct tally_error *error)
{
	const struct deploying *deploying = context;
	const struct placement *placement = &deploying->placement;
	struct record *environment, *version;
	struct placement current = {.uuid = NULL};
	bool is_taken = false;
	int status = tally__environment_find(records, placement->environment, &environment, error);

	if (status == 0)
		status = tally__version_find(records, placement->application, placement->version,
					     &version, error);
	if (status == 0)
		status = occupant(records, placement, &current, &is_taken, error);
	if (status != 0)
		return status;
	tally__buf_adds(message, "deploy ");
	tally__placement_describe(placement, "to", message);
	if (is_taken && strcmp(current.version, placement->version) == 0) {
		tally__buf_addc(message, '\n');
		return tally__placement_show(records, &current, answer, error);
	}
	if (is_taken) {
		tally__buf_addf(message, ", replacing %s", current.version);
		status = tally__placement_end(records, &current, deploying->now_unix, error);
	}
	tally__buf_addc(message, '\n');
	if (status == 0)
		status = tally__placement_begin(records, placement, deploying->now_unix, error);
	if (status == 0)
		status = tally__placement_show(records, placement, answer, error);
	if (status == 0 && is_taken &&
	    tally__json_put_text(*answer, "replaced", current.version) != 0)
		status = tally__fail_nomem(error);
	return status;
}

int tally__git_broker_record_deployment(struct tally_broker *broker, const char *application,
					const char *version, const char *environment,
					const char *instance, cJSON **answer,
					struct tally_error *error)
{
	struct deploying deploying = {
		.placement = {.kind = PLACEMENT_DEPLOYMENT,
			      .application = application,
			      .version = version,
			      .environment = environment,
			      .instance = instance,
			      .uuid = deploying.uuid},
		.now_unix = tally__time_now_unix(),
	};
	int status = tally__uuid_random(deploying.uuid, error);

	if (status == 0 && instance != NULL)
		status = tally__name_check(instance, "application's instance", error);
	if (status == 0)
		status = tally__broker_change(broker, deploy, &deploying, deploying.now_unix,
					      answer, error);
	return status;
}

/* Where else it runs, for whoever named the wrong instance. */
static int not_deployed(struct records *records, const struct placement *placement,
			struct tally_error *error)
{
	struct live_version *live;
	struct buf others;
	size_t count = 0;
	int status = tally__live_list(records, placement->environment, placement->application,
				      &live, &count, error);

	if (status != 0)
		return status;
	tally__buf_init(&others, LIMIT_HEADER_BYTES);
	for (size_t i = 0, said = 0; i < count && said < 10; i++) {
		if (live[i].released)
			continue;
		tally__buf_adds(&others, said++ > 0 ? ", " : "; what runs there is ");
		if (live[i].instance != NULL)
			tally__buf_addf(&others, "instance \"%s\"", live[i].instance);
		else
			tally__buf_adds(&others, "the unnamed instance");
	}
	if (placement->instance != NULL)
		status = tally__fail(
			error, TALLY_ENOTFOUND, "no instance \"%s\" of %s is deployed in %s%s",
			placement->instance, placement->application, placement->environment,
			others.status == 0 ? others.bytes : "");
	else
		status = tally__fail(error, TALLY_ENOTFOUND, "%s is not deployed in %s%s",
				     placement->application, placement->environment,
				     others.status == 0 ? others.bytes : "");
	tally__buf_release(&others);
	return status;
}

/* Whoever names the version must not end what came after it. */
static int check_version(const struct placement *wanted, const struct placement *current,
			 struct tally_error *error)
{
	if (wanted->version == NULL || strcmp(wanted->version, current->version) == 0)
		return 0;
	return tally__fail(
		error, TALLY_ENOTFOUND, "%s %s is not deployed in %s: %s is, in the same place",
		wanted->application, wanted->version, wanted->environment, current->version);
}

static int undeploy(struct records *records, void *context, struct buf *message, cJSON **answer,
		    struct tally_error *error)
{
	const struct deploying *deploying = context;
	struct record *environment, *application;
	struct placement current;
	bool is_taken = false;
	int status = tally__environment_find(records, deploying->placement.environment,
					     &environment, error);

	if (status == 0)
		status = tally__application_find(records, deploying->placement.application,
						 &application, error);
	if (status == 0)
		status = occupant(records, &deploying->placement, &current, &is_taken, error);
	if (status == 0 && !is_taken)
		status = not_deployed(records, &deploying->placement, error);
	if (status == 0)
		status = check_version(&deploying->placement, &current, error);
	if (status == 0)
		status = tally__placement_end(records, &current, deploying->now_unix, error);
	if (status != 0)
		return status;
	tally__buf_adds(message, "undeploy ");
	tally__placement_describe(&current, "from", message);
	tally__buf_addc(message, '\n');
	return tally__placement_show(records, &current, answer, error);
}

int tally__git_broker_record_undeployment(struct tally_broker *broker, const char *application,
					  const char *version, const char *environment,
					  const char *instance, cJSON **answer,
					  struct tally_error *error)
{
	struct deploying deploying = {
		.placement = {.kind = PLACEMENT_DEPLOYMENT,
			      .application = application,
			      .version = version,
			      .environment = environment,
			      .instance = instance},
		.now_unix = tally__time_now_unix(),
	};
	int status =
		instance != NULL ? tally__name_check(instance, "application's instance", error) : 0;

	return status != 0 ? status
			   : tally__broker_change(broker, undeploy, &deploying, deploying.now_unix,
						  answer, error);
}
