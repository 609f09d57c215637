/* app-delete.c - tally app delete: an application with all that is its own. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_deletion deletion = resource_deletion(o);

	return tally_broker_application_delete(broker, o->app, &deletion, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	out("application %s: %s\n", resource_fate(o), json_text(answer, "application"));
	out("  versions: %d\n", (int)json_number(answer, "versions"));
	resource_print_places(answer, true);
	if (json_number(answer, "contracts") > 0)
		out("  contracts of others with it: %d\n", (int)json_number(answer, "contracts"));
	resource_print_names("consumers", json_get(answer, "consumers"));
	resource_print_names("webhooks", json_get(answer, "webhooks"));
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.changes = true, .prepare = resource_app, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTIONS_DELETE,
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally app delete old-shop --dry-run", "says what would go"},
	{"tally app delete old-shop --force", "deletes it, whatever there is of it"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was deleted, or with --dry-run, it could be looked at."},
	{EXIT_NO, "There is none, or it is in use; nothing was changed."},
	{0, NULL},
};

const struct command command_app_delete = {
	.name = "app delete",
	.group = GROUP_RELEASE,
	.summary = "delete an application",
	.description =
		"Deletes an application with its versions, the contracts that it published, "
		"what it answered as a provider, where it is deployed and released, the "
		"contracts that others have with it, and the webhooks that name it: all in one "
		"change. What its providers answered to it stays with them, as the same "
		"question may be another consumer's.\n\nOne that runs somewhere, is released, "
		"or has consumers is deleted with --force only. The history keeps what was: "
		"--at shows it, and git can bring it back.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
