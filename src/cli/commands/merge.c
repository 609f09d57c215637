/* merge.c - tally merge: the union of contract files. */
#include "config.h"

#include "cli/common.h"
#include "cli/merge_driver.h"
#include "cli/output.h"

struct merge_options {
	const char *output;
	int spec;
	bool overwrite;
	bool driver;
};

enum { SPEC_AS_READ = -1 };

/* The contract so far with one more file in it, in *merged's place. */
static int add_file(struct tally_contract **merged, const char *path, bool overwrite,
		    struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	struct tally_contract *both = NULL;
	int code = tally_contract_read_file(&contract, path, error);

	if (code < 0)
		return code;
	if (!*merged) {
		*merged = contract;
		return 0;
	}
	code = overwrite ? tally_contract_overlay(&both, *merged, contract, error)
			 : tally_contract_merge(&both, *merged, contract, error);
	tally_contract_free(contract);
	if (code < 0)
		return code;
	tally_contract_free(*merged);
	*merged = both;
	return 0;
}

static enum tally_spec spec_to_write(const struct tally_contract *contract, int choice)
{
	return choice == SPEC_AS_READ ? tally_contract_spec(contract) : spec_of_choice(choice);
}

static int run(struct call *call)
{
	struct merge_options o = {.spec = SPEC_AS_READ};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *merged = NULL;
	cJSON *document = NULL;
	int status = EXIT_YES;
	int code = 0;

	if (!call_parse(call, &o))
		return call->status;
	if (o.driver && o.output)
		return wrong("give --driver or --output, not both");
	if (o.driver)
		return merge_drive(call);
	status = need(call, o.output, "output", "the file to write (\"-\": standard output)");
	if (status != 0)
		return status;
	for (size_t i = 0; i < call->operand_count && code == 0; i++) {
		code = add_file(&merged, call->operands[i], o.overwrite, &error);
		if (code == TALLY_ECONFLICT && error.where[0] == '\0')
			(void)snprintf(error.where, sizeof(error.where), "%s", call->operands[i]);
	}
	if (code == 0)
		code = tally_contract_write(merged, spec_to_write(merged, o.spec), &document,
					    &error);
	if (code == 0)
		code = write_json_file(o.output, document, &error);
	if (code < 0)
		status = failed(&error);
	if (code == TALLY_ECONFLICT)
		note("the first contract is what the files before this one say together; with "
		     "--overwrite, the later file wins");
	cJSON_Delete(document);
	tally_contract_free(merged);
	return status;
}

static const struct option options[] = {
	OPTION_TEXT(struct merge_options, output, .letter = 'o', .name = "output",
		    .argument = "FILE",
		    .help = "where the merged contract is written; - is standard output"),
	COMMON_OPTION_SPEC(
		struct merge_options, spec,
		.help = "the version of the Pact specification to write; without it, the "
			"newest of the files"),
	OPTION_FLAG(struct merge_options, overwrite, .name = "overwrite",
		    .help = "where files have different content for one interaction, take that of "
			    "the last one; otherwise that is an error"),
	OPTION_FLAG(struct merge_options, driver, .name = "driver",
		    .help = "work as git's merge driver: FILE... is what git calls %O %A %B %P, "
			    "and the result takes the place of the second"),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "FILE",
	 .help = "contract files between the same two applications",
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally merge unit.json api.json -o web-shop-orders.json",
	 "joins the contracts of two suites"},
	{"tally merge --driver base.json ours.json theirs.json",
	 "does what git has a merge driver do; doc/contract-files.md says how to set it up"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The merged contract was written."},
	{EXIT_NO, "Two files disagree about an interaction; nothing was written. With --driver: "
		  "both stand in the file, between the markers of a conflict."},
	{0, NULL},
};

const struct command command_merge = {
	.name = "merge",
	.group = GROUP_CONSUMER,
	.summary = "join contract files into one",
	.description =
		"Writes the union of contract files, by interaction: the same interaction in "
		"several files is written once. An interaction is known by its key, or by its "
		"description and provider states; where two files have different content for one, "
		"both are shown and nothing is written. In whatever order the files are named, the "
		"result is the same, to the byte, unless they differ in what stands beside the "
		"content, such as comments: of that, the last file that has it counts.\n\n"
		"With --driver it does what git asks of a merge driver: what only one side "
		"changed, added or took out is so in the result; where both changed an "
		"interaction, each in another way, both stand in the file, between markers. Any "
		"failure leaves both files there whole, as a conflict.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
