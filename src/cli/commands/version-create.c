/* version-create.c - tally version create: a version that is made known. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_version_note wish = {.application = o->app,
						.version = o->version,
						.branch = o->branch,
						.build_url = o->build_url,
						.tags = o->tags.items,
						.tag_count = o->tags.count};

	return tally_broker_version_note(broker, &wish, answer, error);
}

static int run(struct call *call)
{
	static const struct resource_command command = {.changes = true,
							.prepare = resource_version,
							.act = act,
							.print = resource_print_version};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_VERSION,
	OPTION_TEXT(struct resource_options, branch, .name = "branch", .argument = "BRANCH",
		    .help = "the branch that it is on"),
	OPTION_LIST(struct resource_options, tags, .letter = 't', .name = "tag", .argument = "TAG",
		    .help = "a tag that it has; may be given several times"),
	OPTION_TEXT(struct resource_options, build_url, .name = "build-url", .argument = "URL",
		    .help = "the build that made it"),
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "the version; without one, the commit that the CI system or git names",
	 .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally version create orders@1.4.0 --branch main", "makes a version"},
	{"tally version create --pacticipant orders --version 1.4.0 --tag pilot",
	 "the same with Pact's options, and a tag"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It is there."},
	{0, NULL},
};

const struct command command_version_create = {
	.name = "version create",
	.group = GROUP_RELEASE,
	.summary = "make a version",
	.description =
		"Makes a version of an application known, puts it on a branch and gives it "
		"tags, as far as it is not there yet. Publishing does that by itself; this is "
		"for versions that publish nothing, such as those of an application that is "
		"only deployed.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
