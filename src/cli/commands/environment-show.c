/* environment-show.c - tally environment show: one environment and what runs in it. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

struct show_options {
	struct broker_access broker;
	int format;
};

static void print_text(const cJSON *answer)
{
	const char *name = json_text(answer, "name");
	const char *display_name = json_text(answer, "displayName");
	const cJSON *deployed = json_get(answer, "deployed");
	const cJSON *item;

	out("%s%s", name, cJSON_IsTrue(json_get(answer, "production")) ? " (production)" : "");
	if (*display_name && strcmp(display_name, name) != 0)
		out(": %s", display_name);
	out("\n");
	if (cJSON_GetArraySize(deployed) == 0)
		out("nothing runs there\n");
	cJSON_ArrayForEach(item, deployed)
	{
		const char *instance = json_text(item, "instance");

		out("  %s %s", json_text(item, "application"), json_text(item, "version"));
		if (*instance)
			out(", instance %s", instance);
		out(", since %s\n", json_text(item, "deployedAt"));
	}
}

static int run(struct call *call)
{
	struct show_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	if (tally_broker_environment_show(broker, call->operands[0], &answer, &error) < 0) {
		status = failed(&error);
	} else if (o.format == FORMAT_JSON) {
		status = print_answer(answer);
	} else {
		print_text(answer);
		cJSON_Delete(answer);
	}
	tally_broker_close(broker);
	return status;
}

static const struct option options[] = {
	COMMON_OPTION_AT(struct show_options, broker),
	COMMON_OPTIONS_BROKER(struct show_options, broker, 0),
	COMMON_OPTION_FORMAT(struct show_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "NAME", .help = "the environment's name"},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally environment show production", "says what runs in production"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was printed."},
	{EXIT_NO, "There is no such environment."},
	{0, NULL},
};

const struct command command_environment_show = {
	.name = "environment show",
	.group = GROUP_RELEASE,
	.summary = "show an environment and what runs in it",
	.description =
		"Prints one environment and each application version that is deployed to it.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
