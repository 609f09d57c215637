/* tag-create.c - tally tag create: a tag for a version. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_tag_create(broker, o->app, o->version, o->tag, !o->only_existing,
				       answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	out("%s %s has the tag %s%s\n", o->app, o->version, o->tag,
	    cJSON_IsTrue(json_get(answer, "head")) ? "" : ", as a newer version has");
	if (cJSON_IsTrue(json_get(answer, "environment")))
		note("an environment is called %s too: that %s runs there, tally record-deployment "
		     "says",
		     o->tag, o->version);
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.changes = true, .prepare = resource_version_tag, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_VERSION,
	RESOURCE_OPTION_TAG,
	OPTION_FLAG(struct resource_options, only_existing, .name = "no-create",
		    .help = "do not make a version that is not there"),
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "the version; without one, the commit that the CI system or git names",
	 .optional = true},
	{.name = "TAG", .help = "the tag", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally tag create orders@1.4.0 pilot", "tags a version"},
	{"tally tag create --pacticipant orders --version 1.4.0 --tag pilot",
	 "the same with Pact's options"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It has the tag."},
	{EXIT_NO, "With --no-create: there is no such version."},
	{0, NULL},
};

const struct command command_tag_create = {
	.name = "tag create",
	.group = GROUP_RELEASE,
	.summary = "tag a version",
	.description =
		"Gives a version a tag. The version comes to be if it is not there, unless "
		"--no-create says otherwise. A tag is a name and nothing else: it is no branch "
		"(tally branch create), and does not say that something runs (tally "
		"record-deployment).",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
