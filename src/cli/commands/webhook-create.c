/* webhook-create.c - tally webhook create: a definition of a call. */
#include "config.h"

#include "cli/output.h"
#include "cli/webhooks.h"

static int act(struct call *call, struct tally_broker *broker, struct webhook_options *o,
	       cJSON **answer, struct tally_error *error)
{
	cJSON *definition = NULL;
	int status;

	o->url = call->operand_count > 0 ? call->operands[0] : NULL;
	status = webhook_definition(call, o, cJSON_CreateObject(), &definition, error);
	if (status == 0)
		status = tally_broker_webhook_create(broker, o->uuid, definition, answer, error);
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
	OPTION_TEXT(struct webhook_options, uuid, .name = "uuid", .argument = "UUID",
		    .help = "what it is known by; without it, a random one"),
	COMMON_OPTIONS_BROKER(struct webhook_options, broker, 0),
	COMMON_OPTION_FORMAT(struct webhook_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "URL", .help = "what is to be called; may be in the definition", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally webhook create https://ci.example.org/build --request POST "
	 "--contract-requiring-verification-published --provider orders",
	 "has a provider's build called"},
	{"tally webhook create --definition webhook.json", "takes a definition from a file"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was made."},
	{EXIT_NO, "There is one of that UUID, or an application that it names is not known; "
		  "nothing was changed."},
	{0, NULL},
};

const struct command command_webhook_create = {
	.name = "webhook create",
	.group = GROUP_RELEASE,
	.summary = "define a webhook",
	.description =
		"Defines what is to be called when something happens in the broker. The "
		"definition is kept and checked here; the program that serves the broker over "
		"HTTP calls it.\n\nURL, headers, body, user and password may hold parameters "
		"such as ${pactbroker.consumerName}. Secrets stand in the broker's repository "
		"as they are given, and are asterisks wherever they are printed.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
