/* version-delete.c - tally version delete: a version with all that is its own. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_deletion deletion = resource_deletion(o);

	return tally_broker_version_delete(broker, o->app, o->version, &deletion, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	out("version %s: %s %s\n", resource_fate(o), json_text(answer, "application"),
	    json_text(answer, "version"));
	resource_print_names("branches", json_get(answer, "branches"));
	resource_print_names("tags", json_get(answer, "tags"));
	resource_print_names("contracts with", json_get(answer, "contracts"));
	resource_print_names("answers to", json_get(answer, "results"));
	resource_print_places(answer, false);
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.changes = true, .prepare = resource_version_given, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_VERSION,
	RESOURCE_OPTIONS_DELETE,
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION", .help = "the version", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally version delete orders@1.4.0 --dry-run", "says what would go"},
	{"tally version delete orders@1.4.0", "deletes it, unless it runs somewhere"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was deleted, or with --dry-run, it could be looked at."},
	{EXIT_NO, "There is none, or it is deployed or released; nothing was changed."},
	{0, NULL},
};

const struct command command_version_delete = {
	.name = "version delete",
	.group = GROUP_RELEASE,
	.summary = "delete a version",
	.description =
		"Deletes a version with the contracts that it published, what it answered as a "
		"provider, and where it is: all in one change. Branches and tags that it was "
		"the head of get the newest version that is left on them; one without any is no "
		"more. What providers answered to its contracts stays with them.\n\nOne that is "
		"deployed or released is deleted with --force only. The history keeps what was: "
		"--at shows it, and git can bring it back.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
