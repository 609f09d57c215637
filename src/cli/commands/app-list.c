/* app-list.c - tally app list: the applications that there are. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_page page = resource_page(o);

	return tally_broker_application_list(broker, o->label, &page, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	const cJSON *item;

	(void)o;
	cJSON_ArrayForEach(item, json_get(answer, "applications"))
	{
		const cJSON *latest = json_get(item, "latestVersion");

		out("%s", json_text(item, "name"));
		if (latest)
			out(": latest version %s", json_text(latest, "version"));
		out("\n");
	}
}

static int run(struct call *call)
{
	static const struct resource_command command = {.act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	OPTION_TEXT(struct resource_options, label, .name = "label", .argument = "LABEL",
		    .help = "only those with this label"),
	RESOURCE_OPTIONS_PAGE,
	RESOURCE_OPTIONS_ASK,
};

static const struct example examples[] = {
	{"tally app list", "lists the first hundred"},
	{"tally app list --label mobile --limit 0", "lists all that have a label"},
	{"tally app list --match order --format json", "looks for some, for a program"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The list was printed; it may be empty."},
	{0, NULL},
};

const struct command command_app_list = {
	.name = "app list",
	.group = GROUP_RELEASE,
	.summary = "list the applications",
	.description = "Prints the applications that the broker knows, a line each, by name.",
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
