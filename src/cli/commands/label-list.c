/* label-list.c - tally label list: labels. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_page page = resource_page(o);

	return o->app ? tally_broker_application_show(broker, o->app, answer, error)
		      : tally_broker_label_list(broker, &page, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	const cJSON *item;

	(void)o;
	cJSON_ArrayForEach(item, json_get(answer, "labels"))
		out("%s\n", cJSON_IsString(item) ? item->valuestring : json_text(item, "name"));
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.prepare = resource_app_optional, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTIONS_PAGE,
	RESOURCE_OPTIONS_ASK,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally label list", "lists all labels"},
	{"tally label list orders", "lists those of an application"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The list was printed; it may be empty."},
	{EXIT_NO, "There is no such application."},
	{0, NULL},
};

const struct command command_label_list = {
	.name = "label list",
	.group = GROUP_RELEASE,
	.summary = "list labels",
	.description = "Prints the labels of an application, or those that any application has.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
