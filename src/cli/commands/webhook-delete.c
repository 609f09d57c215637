/* webhook-delete.c - tally webhook delete: a definition that goes. */
#include "config.h"

#include "cli/output.h"
#include "cli/webhooks.h"

static int act(struct call *call, struct tally_broker *broker, struct webhook_options *o,
	       cJSON **answer, struct tally_error *error)
{
	(void)o;
	return tally_broker_webhook_delete(broker, call->operands[0], answer, error);
}

static void print(const cJSON *answer)
{
	out("webhook deleted: %s (%s)\n", json_text(answer, "uuid"),
	    json_text(answer, "description"));
}

static int run(struct call *call)
{
	static const struct webhook_command command = {.changes = true, .act = act, .print = print};

	return webhook_run(call, &command);
}

static const struct option options[] = {
	COMMON_OPTIONS_BROKER(struct webhook_options, broker, 0),
	COMMON_OPTION_FORMAT(struct webhook_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "UUID", .help = "the webhook", .optional = false},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally webhook delete 0f3c6a1e-5d7b-4c59-9d0e-0a4c8f5b2e11", "deletes one"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was deleted."},
	{EXIT_NO, "There is no such webhook."},
	{0, NULL},
};

const struct command command_webhook_delete = {
	.name = "webhook delete",
	.group = GROUP_RELEASE,
	.summary = "delete a webhook",
	.description =
		"Deletes a webhook. Its secrets stay in the history of the broker's repository: "
		"have them replaced where they come from.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
