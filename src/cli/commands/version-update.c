/* version-update.c - tally version update: a version that is there. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_version_note wish = {.application = o->app,
						.version = o->version,
						.branch = o->branch,
						.build_url = o->no_build_url ? "" : o->build_url,
						.tags = o->tags.items,
						.tag_count = o->tags.count,
						.must_exist = true};

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
		    .help = "a branch that it joins"),
	OPTION_LIST(struct resource_options, tags, .letter = 't', .name = "tag", .argument = "TAG",
		    .help = "a tag that it gets; may be given several times"),
	OPTION_TEXT(struct resource_options, build_url, .name = "build-url", .argument = "URL",
		    .help = "the build that made it"),
	OPTION_FLAG(struct resource_options, no_build_url, .name = "no-build-url",
		    .help = "forget which build made it"),
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "the version; without one, the commit that the CI system or git names",
	 .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally version update orders@1.4.0 --build-url https://ci.example.org/7",
	 "says which build made it"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was changed, or was so already."},
	{EXIT_NO, "There is no such version."},
	{0, NULL},
};

const struct command command_version_update = {
	.name = "version update",
	.group = GROUP_RELEASE,
	.summary = "change a version",
	.description =
		"Puts a version that is there on another branch, gives it tags, or says which "
		"build made it. Branches and tags are only added: "
		"tally branch delete and tally tag delete take them away.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
