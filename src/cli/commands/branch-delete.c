/* branch-delete.c - tally branch delete: a branch, or one version of it. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_deletion deletion = resource_deletion(o);

	if (!o->version)
		return tally_broker_branch_delete(broker, o->app, o->branch, &deletion, answer,
						  error);
	if (o->dry_run)
		return set_error(error, TALLY_EINVAL, "--dry-run",
				 "one version that leaves a branch takes nothing along: there is "
				 "nothing to rehearse");
	return tally_broker_branch_leave(broker, o->app, o->version, o->branch, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	if (o->version) {
		out("%s %s is off branch %s\n", o->app, o->version, o->branch);
		if (*json_text(answer, "head"))
			out("  head: %s\n", json_text(answer, "head"));
		return;
	}
	out("branch %s: %s\n", resource_fate(o), json_text(answer, "branch"));
	out("  versions that were on it: %d\n", (int)json_number(answer, "versions"));
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.changes = true, .prepare = resource_branch, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_BRANCH,
	OPTION_TEXT(struct resource_options, version, .letter = 'e', .name = "version",
		    .argument = "VERSION",
		    .help = "take this version off the branch, and leave the others on it"),
	RESOURCE_OPTIONS_DELETE,
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	{.name = "BRANCH", .help = "the branch", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally branch delete orders feature/x", "deletes a branch that was merged"},
	{"tally branch delete orders main --version 1.4.0", "takes one version off a branch"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was deleted, or the version left it."},
	{EXIT_NO, "There is no such branch, the version is not on it, or it is the main branch; "
		  "nothing was changed."},
	{0, NULL},
};

const struct command command_branch_delete = {
	.name = "branch delete",
	.group = GROUP_RELEASE,
	.summary = "delete a branch, or take a version off it",
	.description =
		"Has every version leave a branch, or with --version one of them. The versions "
		"stay. Where the head leaves, the newest version that is left on the branch "
		"becomes it; a branch without versions is no more. The main branch goes with "
		"--force only.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
