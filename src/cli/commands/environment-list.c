/* environment-list.c - tally environment list: the environments that there are. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

struct list_options {
	struct broker_access broker;
	int format;
};

static void print_text(const cJSON *answer)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(answer, "environments"))
	{
		const char *name = json_text(item, "name");
		const char *display_name = json_text(item, "displayName");

		out("%s", name);
		if (cJSON_IsTrue(json_get(item, "production")))
			out(" (production)");
		if (*display_name && strcmp(display_name, name) != 0)
			out(": %s", display_name);
		out("\n");
	}
}

static int run(struct call *call)
{
	struct list_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	if (tally_broker_environment_list(broker, &answer, &error) < 0) {
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
	.description = "Prints the environments that were made, a line each.",
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
