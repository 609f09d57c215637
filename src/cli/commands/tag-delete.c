/* tag-delete.c - tally tag delete: a tag that a version had. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_tag_delete(broker, o->app, o->version, o->tag, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	out("%s %s does not have the tag %s any more\n", o->app, o->version, o->tag);
	if (*json_text(answer, "head"))
		out("  the newest with it: %s\n", json_text(answer, "head"));
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.changes = true, .prepare = resource_version_given_tag, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_VERSION,
	RESOURCE_OPTION_TAG,
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION", .help = "the version", .optional = true},
	{.name = "TAG", .help = "the tag", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally tag delete orders@1.4.0 pilot", "takes a tag away"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It does not have the tag any more."},
	{EXIT_NO, "There is no such version, or it has no such tag."},
	{0, NULL},
};

const struct command command_tag_delete = {
	.name = "tag delete",
	.group = GROUP_RELEASE,
	.summary = "take a tag from a version",
	.description =
		"Takes a tag from a version. Where it was the newest with that tag, the newest "
		"one that still has it is that then.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
