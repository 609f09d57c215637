/* broker-maintain.c - tally broker maintain: a broker's repository packed, and what is old let go.
 */
#include "config.h"

#include "cli/common.h"
#include "cli/output.h"
#include "cli/signals.h"

struct maintain_options {
	struct broker_access broker;
	struct text_list keep;
	bool dry_run;
	int format;
};

static void print_removed(const cJSON *answer)
{
	bool dry_run = cJSON_IsTrue(json_get(answer, "dryRun"));
	const cJSON *application, *version;

	cJSON_ArrayForEach(application, json_get(answer, "removed"))
	{
		cJSON_ArrayForEach(version, json_get(application, "versions"))
		{
			out("%s %s %s\n", dry_run ? "would let go of" : "let go of",
			    json_text(application, "application"), version->valuestring);
		}
	}
}

static void print_text(const cJSON *answer)
{
	const cJSON *packs = json_get(answer, "packs");
	size_t versions = (size_t)json_number(answer, "versions");
	size_t kept = (size_t)json_number(answer, "kept");
	size_t waiting = (size_t)json_number(packs, "bytesWaiting");

	print_removed(answer);
	if (versions > 0)
		out("%zu of %zu versions kept\n", kept, versions);
	if (packs == NULL)
		return;
	out("%zu pack%s of %zu bytes", (size_t)json_number(packs, "before"),
	    plural((size_t)json_number(packs, "before")),
	    (size_t)json_number(packs, "bytesBefore"));
	if (cJSON_IsTrue(json_get(packs, "done")))
		out(", now %zu of %zu bytes", (size_t)json_number(packs, "after"),
		    (size_t)json_number(packs, "bytesAfter"));
	out("\n");
	if (waiting > 0)
		out("%zu bytes in older packs go in a minute, with a later change\n", waiting);
}

/* What failed after something was done. */
static int say_trouble(const cJSON *answer)
{
	const cJSON *trouble = json_get(answer, "trouble");

	if (!trouble)
		return EXIT_YES;
	note("not all was done: %s", json_text(trouble, "text"));
	return EXIT_UNREACHABLE;
}

static int maintain(struct tally_broker *broker, const struct maintain_options *o)
{
	const struct tally_maintenance maintenance = {.keep = o->keep.items,
						      .keep_count = o->keep.count,
						      .dry_run = o->dry_run,
						      .interrupt = signals_watch()};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int status;

	if (tally_broker_maintain(broker, &maintenance, &answer, &error) < 0)
		return failed(&error);
	status = say_trouble(answer);
	if (o->format == FORMAT_JSON) {
		int printed = print_answer(answer);

		return printed != 0 ? printed : status;
	}
	print_text(answer);
	cJSON_Delete(answer);
	return status;
}

static int run(struct call *call)
{
	struct maintain_options o = {0};
	struct tally_broker *broker = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	broker_operand(call, &o.broker);
	status = broker_open_to_change(call, &o.broker, &broker);
	if (status != 0)
		return status;
	status = maintain(broker, &o);
	tally_broker_close(broker);
	return status;
}

static const struct option options[] = {
	OPTION_LIST(struct maintain_options, keep, .name = "keep", .argument = "RULE",
		    .help = "let go of versions that no rule keeps: latest=N (the N newest of each "
			    "application), days=N (created in the last N days), branch=NAME, "
			    "tag=NAME (\"*\" at its end stands for anything); without rules, all "
			    "are kept"),
	OPTION_FLAG(struct maintain_options, dry_run, .name = "dry-run",
		    .help = "change nothing, and say what would be let go of"),
	COMMON_OPTIONS_BROKER(struct maintain_options, broker, 0),
	COMMON_OPTION_FORMAT(struct maintain_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "BROKER", .help = "its repository, in place of --broker", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally broker maintain /srv/contracts.git", "packs the repository"},
	{"tally broker maintain --keep days=90 --keep latest=20 --keep branch=main --dry-run",
	 "says which versions are older than 90 days, not among the 20 newest, and not on main"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was done."},
	{0, NULL},
};

const struct command command_broker_maintain = {
	.name = "broker maintain",
	.group = GROUP_BROKER,
	.summary = "pack a broker's repository, and let go of old versions",
	.description =
		"Packs a broker's repository well, which commits have no time for. With --keep it "
		"first lets go of the versions that no rule keeps, with their contracts and "
		"results. Always kept are the versions that are deployed, or released and "
		"supported, heads of branches and tags, the newest of each application, and those "
		"that explain who moved when a pair breaks.\n\n"
		"Versions go from the newest state alone: the history keeps them, so that --at "
		"answers what it did. Others may read and write meanwhile.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
