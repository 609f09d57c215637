/* environment-delete.c - tally environment delete: takes one away, and ends what is live there. */
#include "config.h"

#include "cli/environments.h"
#include "cli/output.h"

struct delete_options {
	struct broker_access broker;
	const char *uuid;
	int format;
};

static void print_text(const cJSON *answer)
{
	out("environment deleted: ");
	print_environment(answer);
	print_placements(answer);
}

static int run(struct call *call)
{
	struct delete_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	const char *name = NULL;
	cJSON *answer = NULL;
	int result, status;

	if (!call_parse(call, &o))
		return call->status;
	status = broker_open_to_change(call, &o.broker, &broker);
	if (status != 0)
		return status;
	status = environment_name(call, broker, o.uuid, &name);
	if (status != 0) {
		tally_broker_close(broker);
		return status;
	}
	result = tally_broker_environment_delete(broker, name, &answer, &error);
	return broker_finish(broker, result, &error, answer, o.format, print_text);
}

static const struct option options[] = {
	OPTION_ENVIRONMENT_UUID(struct delete_options, uuid),
	COMMON_OPTIONS_BROKER(struct delete_options, broker, 0),
	COMMON_OPTION_FORMAT(struct delete_options, format),
	OPTION_END,
};

static const struct operand operands[] = {OPERANDS_ENVIRONMENT};

static const struct example examples[] = {
	{"tally environment delete pilot", "takes it away, and says what ended there"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was deleted."},
	{EXIT_NO, "There is no such environment."},
	{0, NULL},
};

const struct command command_environment_delete = {
	.name = "environment delete",
	.group = GROUP_RELEASE,
	.summary = "delete an environment",
	.description =
		"Takes an environment away. What is deployed there counts as undeployed from then "
		"on, and what is released there as not supported any more. What was before stays "
		"in the history: see --at of the commands that ask.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
