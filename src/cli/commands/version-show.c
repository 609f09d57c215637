/* version-show.c - tally version show: one version. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_version_show(broker, o->app, o->version, o->branch, o->tag, answer,
					 error);
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.prepare = resource_version_or_none, .act = act, .print = resource_print_version};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_VERSION,
	OPTION_TEXT(struct resource_options, branch, .name = "branch", .argument = "BRANCH",
		    .help = "the head of this branch"),
	OPTION_TEXT(struct resource_options, tag, .letter = 't', .name = "tag", .aliases = "latest",
		    .argument = "TAG", .help = "the newest version with this tag"),
	RESOURCE_OPTIONS_ASK,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION", .help = "the version; without one, the newest", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally version show orders@1.4.0", "shows a version"},
	{"tally version show orders --branch main", "shows the head of a branch"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was printed."},
	{EXIT_NO, "There is no such version."},
	{0, NULL},
};

const struct command command_version_show = {
	.name = "version show",
	.group = GROUP_RELEASE,
	.summary = "show a version",
	.description =
		"Prints a version: when it came to be, its branches and tags, what it "
		"published, and where it is now. Without a version it is the newest one, or the "
		"head of a branch or tag.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
