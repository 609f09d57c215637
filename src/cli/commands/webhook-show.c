/* webhook-show.c - tally webhook show: one definition of a call. */
#include "config.h"

#include "cli/output.h"
#include "cli/webhooks.h"

static int act(struct call *call, struct tally_broker *broker, struct webhook_options *o,
	       cJSON **answer, struct tally_error *error)
{
	(void)o;
	return tally_broker_webhook_show(broker, call->operands[0], answer, error);
}

static int run(struct call *call)
{
	static const struct webhook_command command = {.act = act, .print = webhook_print};

	return webhook_run(call, &command);
}

static const struct option options[] = {
	COMMON_OPTION_AT(struct webhook_options, broker),
	COMMON_OPTIONS_BROKER(struct webhook_options, broker, 0),
	COMMON_OPTION_FORMAT(struct webhook_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "UUID", .help = "the webhook", .optional = false},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally webhook show 0f3c6a1e-5d7b-4c59-9d0e-0a4c8f5b2e11", "shows one"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was printed."},
	{EXIT_NO, "There is no such webhook."},
	{0, NULL},
};

const struct command command_webhook_show = {
	.name = "webhook show",
	.group = GROUP_RELEASE,
	.summary = "show a webhook",
	.description =
		"Prints a webhook's definition. A password, and headers with authorization or "
		"token in their names, are asterisks.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
