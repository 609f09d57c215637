/* branch-create.c - tally branch create: a version that joins a branch. */
#include "config.h"

#include <string.h>

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_branch_join(broker, o->app, o->version, o->branch, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	out("%s %s is on branch %s", o->app, o->version, json_text(answer, "name"));
	if (strcmp(json_text(answer, "version"), o->version) != 0)
		out("; the head is %s", json_text(answer, "version"));
	out("\n");
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.changes = true, .prepare = resource_version_branch, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_VERSION,
	RESOURCE_OPTION_BRANCH,
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "the version; without one, the commit that the CI system or git names",
	 .optional = true},
	{.name = "BRANCH", .help = "the branch", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally branch create orders@1.4.0 main", "puts a version on a branch"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It is on the branch."},
	{EXIT_NO, "There is no such version."},
	{0, NULL},
};

const struct command command_branch_create = {
	.name = "branch create",
	.group = GROUP_RELEASE,
	.summary = "put a version on a branch",
	.description =
		"Has a version join a branch, and become its head, also where a newer one was "
		"that. A branch comes to be with its first version. A version that is on the "
		"branch already stays what it is.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
