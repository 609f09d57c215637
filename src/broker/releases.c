#include "config.h"

#include <string.h>

#include "base/time.h"
#include "broker/environments.h"
#include "broker/placements.h"
#include "broker/versions.h"

struct releasing {
	struct placement placement;
	char uuid[UUID_TEXT_BYTES];
	int64_t now_unix;
};

/* The release of that version to that environment, live or ended; *found false: there is none. */
static int find_release(struct records *records, const struct placement *wanted,
			struct placement *out, bool *found, struct tally_error *error)
{
	struct placement *releases;
	size_t count = 0;
	int status = tally__placements_of_version(records, PLACEMENT_RELEASE, wanted->application,
						  wanted->version, &releases, &count, error);

	*found = false;
	for (size_t i = 0; status == 0 && i < count && !*found; i++) {
		*found = strcmp(releases[i].environment, wanted->environment) == 0;
		if (*found)
			*out = releases[i];
	}
	return status;
}

static int is_supported(struct records *records, const struct placement *release, bool *out,
			struct tally_error *error)
{
	struct record *place;
	int status = tally__placement_place(records, release, &place, error);

	*out = status == 0 && place->json != NULL;
	return status;
}

static int find_both(struct records *records, const struct placement *placement,
		     struct tally_error *error)
{
	struct record *environment, *version;
	int status = tally__environment_find(records, placement->environment, &environment, error);

	return status != 0 ? status
			   : tally__version_find(records, placement->application,
						 placement->version, &version, error);
}

static int release(struct records *records, void *context, struct buf *message, cJSON **answer,
		   struct tally_error *error)
{
	const struct releasing *releasing = context;
	struct placement placement = releasing->placement;
	bool is_known = false, supported = false;
	int status = find_both(records, &placement, error);

	if (status == 0)
		status = find_release(records, &releasing->placement, &placement, &is_known, error);
	if (status == 0)
		status = is_supported(records, &placement, &supported, error);
	if (status == 0 && !supported)
		status = tally__placement_begin(records, &placement, releasing->now_unix, error);
	if (status == 0)
		status = tally__placement_show(records, &placement, answer, error);
	if (status != 0)
		return status;
	tally__buf_adds(message, "release ");
	tally__placement_describe(&placement, "to", message);
	tally__buf_adds(message, is_known ? " again\n" : "\n");
	return tally__json_put_text(*answer, "status",
				    supported  ? "unchanged"
				    : is_known ? "resumed"
					       : "created") != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

int tally__git_broker_record_release(struct tally_broker *broker, const char *application,
				     const char *version, const char *environment, cJSON **answer,
				     struct tally_error *error)
{
	struct releasing releasing = {
		.placement = {.kind = PLACEMENT_RELEASE,
			      .application = application,
			      .version = version,
			      .environment = environment,
			      .uuid = releasing.uuid},
		.now_unix = tally__time_now_unix(),
	};
	int status = tally__uuid_random(releasing.uuid, error);

	return status != 0 ? status
			   : tally__broker_change(broker, release, &releasing, releasing.now_unix,
						  answer, error);
}

static int not_supported(struct records *records, const struct placement *wanted, bool is_known,
			 const struct placement *release, struct tally_error *error)
{
	const char *ended = NULL;
	struct record *own;
	int status = is_known ? tally__placement_own(records, release, &own, error) : 0;

	if (status == 0 && is_known)
		status = tally__record_optional_text(own, "supportEndedAt", &ended, error);
	if (status != 0)
		return status;
	if (ended != NULL)
		return tally__fail(error, TALLY_ENOTFOUND,
				   "%s %s is not supported in %s any more: its support ended at %s",
				   wanted->application, wanted->version, wanted->environment,
				   ended);
	return tally__fail(error, TALLY_ENOTFOUND, "%s %s was not released in %s",
			   wanted->application, wanted->version, wanted->environment);
}

static int end_support(struct records *records, void *context, struct buf *message, cJSON **answer,
		       struct tally_error *error)
{
	const struct releasing *releasing = context;
	struct placement placement = {.kind = PLACEMENT_RELEASE};
	bool is_known = false, supported = false;
	int status = find_both(records, &releasing->placement, error);

	if (status == 0)
		status = find_release(records, &releasing->placement, &placement, &is_known, error);
	if (status == 0 && is_known)
		status = is_supported(records, &placement, &supported, error);
	if (status == 0 && !supported)
		status = not_supported(records, &releasing->placement, is_known, &placement, error);
	if (status == 0)
		status = tally__placement_end(records, &placement, releasing->now_unix, error);
	if (status != 0)
		return status;
	tally__buf_adds(message, "end support of ");
	tally__placement_describe(&placement, "in", message);
	tally__buf_addc(message, '\n');
	return tally__placement_show(records, &placement, answer, error);
}

int tally__git_broker_record_support_ended(struct tally_broker *broker, const char *application,
					   const char *version, const char *environment,
					   cJSON **answer, struct tally_error *error)
{
	struct releasing releasing = {
		.placement = {.kind = PLACEMENT_RELEASE,
			      .application = application,
			      .version = version,
			      .environment = environment},
		.now_unix = tally__time_now_unix(),
	};

	return tally__broker_change(broker, end_support, &releasing, releasing.now_unix, answer,
				    error);
}
