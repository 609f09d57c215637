/* environment-list.c - tally environment list: the environments that there are. */
#include "config.h"

#include "cli/environments.h"
#include "cli/output.h"

struct list_options {
	struct broker_access broker;
	int format;
};

static void print_text(const cJSON *answer)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(answer, "environments")) print_environment(item);
}

static int run(struct call *call)
{
	struct list_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int result, status;

	if (!call_parse(call, &o))
		return call->status;
	status = broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	result = tally_broker_environment_list(broker, &answer, &error);
	return broker_finish(broker, result, &error, answer, o.format, print_text);
}

static const struct option options[] = {
	COMMON_OPTION_AT(struct list_options, broker),
	COMMON_OPTIONS_BROKER(struct list_options, broker, 0),
	COMMON_OPTION_FORMAT(struct list_options, format),
	OPTION_END,
};

static const struct example examples[] = {
	{"tally environment list", "lists the environments of the broker of TALLY_BROKER"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The list was printed; it may be empty."},
	{0, NULL},
};

const struct command command_environment_list = {
	.name = "environment list",
	.group = GROUP_RELEASE,
	.summary = "list the environments",
	.description = "Prints the environments that there are, a line each, sorted by what people "
		       "call them.",
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
