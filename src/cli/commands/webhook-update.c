/* webhook-update.c - tally webhook update: another definition of a call. */
#include "config.h"

#include "cli/output.h"
#include "cli/webhooks.h"

static int act(struct call *call, struct tally_broker *broker, struct webhook_options *o,
	       cJSON **answer, struct tally_error *error)
{
	cJSON *stored = NULL, *definition = NULL;
	int status = tally_broker_webhook_show(broker, call->operands[0], &stored, error);

	if (status == 0)
		status = webhook_definition(call, o, stored, &definition, error);
	if (status == 0)
		status = tally_broker_webhook_update(broker, call->operands[0], definition, answer,
						     error);
	cJSON_Delete(definition);
	return status;
}

static int run(struct call *call)
{
	static const struct webhook_command command = {
		.changes = true, .act = act, .print = webhook_print};

	return webhook_run(call, &command);
}

static const struct option options[] = {
	WEBHOOK_OPTIONS,
	OPTION_TEXT(struct webhook_options, url, .name = "url", .argument = "URL",
		    .help = "what is to be called"),
	COMMON_OPTIONS_BROKER(struct webhook_options, broker, 0),
	COMMON_OPTION_FORMAT(struct webhook_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "UUID", .help = "the webhook", .optional = false},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally webhook update 0f3c6a1e-5d7b-4c59-9d0e-0a4c8f5b2e11 --disable",
	 "keeps it, uncalled"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was changed, or was so already."},
	{EXIT_NO, "There is no such webhook, or an application that it names is not known."},
	{0, NULL},
};

const struct command command_webhook_update = {
	.name = "webhook update",
	.group = GROUP_RELEASE,
	.summary = "change a webhook",
	.description =
		"Changes a webhook: what is given takes the place of what was, the rest stays, "
		"secrets included. With --definition, the file is the whole definition, save a "
		"password that it leaves out.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
