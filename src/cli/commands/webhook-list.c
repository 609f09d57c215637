/* webhook-list.c - tally webhook list: the webhooks that there are. */
#include "config.h"

#include "cli/output.h"
#include "cli/webhooks.h"

static int act(struct call *call, struct tally_broker *broker, struct webhook_options *o,
	       cJSON **answer, struct tally_error *error)
{
	const struct tally_webhook_filter filter = {.consumer = o->consumer,
						    .provider = o->provider};

	(void)call;
	return tally_broker_webhook_list(broker, &filter, answer, error);
}

static void print(const cJSON *answer)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(answer, "webhooks"))
		out("%s: %s%s\n", json_text(item, "uuid"), json_text(item, "description"),
		    cJSON_IsFalse(json_get(item, "enabled")) ? " (disabled)" : "");
}

static int run(struct call *call)
{
	static const struct webhook_command command = {.act = act, .print = print};

	return webhook_run(call, &command);
}

static const struct option options[] = {
	OPTION_TEXT(struct webhook_options, consumer, .name = "consumer", .argument = "APP",
		    .help = "only those for this consumer"),
	OPTION_TEXT(struct webhook_options, provider, .name = "provider", .argument = "APP",
		    .help = "only those for this provider"),
	COMMON_OPTION_AT(struct webhook_options, broker),
	COMMON_OPTIONS_BROKER(struct webhook_options, broker, 0),
	COMMON_OPTION_FORMAT(struct webhook_options, format),
	OPTION_END,
};

static const struct example examples[] = {
	{"tally webhook list", "lists them all"},
	{"tally webhook list --provider orders", "lists those that are for a provider"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The list was printed; it may be empty."},
	{EXIT_NO, "There is no such application."},
	{0, NULL},
};

const struct command command_webhook_list = {
	.name = "webhook list",
	.group = GROUP_RELEASE,
	.summary = "list the webhooks",
	.description =
		"Prints the webhooks, oldest first. With --consumer or --provider, those that "
		"are for that application: by name, by label, or for any.",
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
