/* environment-show.c - tally environment show: one environment and what is live in it. */
#include "config.h"

#include "cli/environments.h"
#include "cli/output.h"

struct show_options {
	struct broker_access broker;
	const char *uuid;
	int format;
};

static void print_contact(const cJSON *contact)
{
	const cJSON *detail;

	out("  contact: %s", json_text(contact, "name"));
	cJSON_ArrayForEach(detail, json_get(contact, "details"))
	{
		if (cJSON_IsString(detail))
			out(", %s: %s", detail->string, detail->valuestring);
	}
	out("\n");
}

static void print_text(const cJSON *answer)
{
	const cJSON *contact;

	print_environment(answer);
	cJSON_ArrayForEach(contact, json_get(answer, "contacts")) print_contact(contact);
	if (cJSON_GetArraySize(json_get(answer, "deployed")) == 0 &&
	    cJSON_GetArraySize(json_get(answer, "released")) == 0)
		out("nothing runs there\n");
	print_placements(answer);
}

static int run(struct call *call)
{
	struct show_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	const char *name = NULL;
	cJSON *answer = NULL;
	int result, status;

	if (!call_parse(call, &o))
		return call->status;
	status = broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	status = environment_name(call, broker, o.uuid, &name);
	if (status != 0) {
		tally_broker_close(broker);
		return status;
	}
	result = tally_broker_environment_show(broker, name, &answer, &error);
	return broker_finish(broker, result, &error, answer, o.format, print_text);
}

static const struct option options[] = {
	OPTION_ENVIRONMENT_UUID(struct show_options, uuid),
	COMMON_OPTION_AT(struct show_options, broker),
	COMMON_OPTIONS_BROKER(struct show_options, broker, 0),
	COMMON_OPTION_FORMAT(struct show_options, format),
	OPTION_END,
};

static const struct operand operands[] = {OPERANDS_ENVIRONMENT};

static const struct example examples[] = {
	{"tally environment show production", "says what is live in production"},
	{"tally environment show production --at 2026-01-31", "says what was, at the end of a day"},
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
		"Prints one environment and each application version that is deployed to it, or "
		"released there and supported.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
