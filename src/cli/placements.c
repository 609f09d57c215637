#include "config.h"

#include "cli/output.h"
#include "cli/placements.h"

static int find_version(struct call *call, const struct record_options *o,
			enum record_version version, struct app_version *what)
{
	int status;

	if (version == RECORD_VERSION_OF_ORIGIN)
		return app_version_get(call, o->pacticipant, o->version, what);
	status = app_version_given(call, o->pacticipant, o->version, what);
	if (status == 0 && version == RECORD_VERSION_NEEDED)
		status = need(call, what->version, "version", "the application's version");
	return status;
}

int record_run(struct call *call, enum record_version version, record_call *record,
	       void (*print_text)(const cJSON *answer))
{
	struct record_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	struct app_version what;
	cJSON *answer = NULL;
	int result, status;

	if (!call_parse(call, &o))
		return call->status;
	status = need(call, o.environment, "to", "the environment");
	if (status == 0)
		status = find_version(call, &o, version, &what);
	if (status == 0)
		status = broker_open_to_change(call, &o.broker, &broker);
	if (status != 0)
		return status;
	result = record(broker, &o, &what, &answer, &error);
	return broker_finish(broker, result, &error, answer, o.format, print_text);
}
