/* version-list.c - tally version list: versions of an application, newest first. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_version_list list = {.application = o->app,
						.branch = o->branch,
						.tag = o->tag,
						.before = o->before,
						.limit = (size_t)o->limit};

	return tally_broker_version_list(broker, &list, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	const cJSON *item;

	(void)o;
	cJSON_ArrayForEach(item, json_get(answer, "versions"))
	{
		out("%s, %s\n", json_text(item, "version"), json_text(item, "createdAt"));
		resource_print_names("branches", json_get(item, "branches"));
		resource_print_names("tags", json_get(item, "tags"));
	}
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.prepare = resource_app, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	OPTION_TEXT(struct resource_options, branch, .name = "branch", .argument = "BRANCH",
		    .help = "only those on this branch"),
	OPTION_TEXT(struct resource_options, tag, .letter = 't', .name = "tag", .argument = "TAG",
		    .help = "only those with this tag"),
	OPTION_TEXT(
		struct resource_options, before, .name = "before", .argument = "VERSION",
		.help = "only those that are older than this one: the next part of a long list"),
	RESOURCE_OPTION_LIMIT,
	RESOURCE_OPTIONS_ASK,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally version list orders", "lists the newest hundred"},
	{"tally version list orders --branch main --limit 5", "lists the newest five on a branch"},
	{"tally version list orders --before 1.4.0", "goes on behind a version"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The list was printed; it may be empty."},
	{EXIT_NO, "There is no such application, or no such version to begin behind."},
	{0, NULL},
};

const struct command command_version_list = {
	.name = "version list",
	.group = GROUP_RELEASE,
	.summary = "list the versions of an application",
	.description =
		"Prints an application's versions, newest first: the order in which the broker "
		"first heard of them, whatever their names. Only as much of the history is read "
		"as is printed, unless a branch or a tag is asked for.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
