/* help.c - tally help: the commands, or one of them. */
#include "config.h"

#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"

static int run(struct call *call)
{
	const struct command *command;
	size_t words = 0;
	char *arguments[3] = {NULL, NULL, NULL};

	if (!call_parse(call, NULL))
		return call->status;
	if (call->operand_count == 0) {
		help_overview(stdout);
		return EXIT_YES;
	}
	if (call->operand_count > 2)
		return wrong("unexpected \"%s\"; see tally help", call->operands[2]);
	for (size_t i = 0; i < call->operand_count; i++)
		arguments[i] = scratch_format(&call->scratch, "%s", call->operands[i]);
	command = command_find(arguments, &words);
	if (command && words == call->operand_count) {
		help_command(command);
		return EXIT_YES;
	}
	if (call->operand_count == 1 && command_is_group(arguments[0])) {
		help_group(stdout, arguments[0]);
		return EXIT_YES;
	}
	return wrong("no command \"%s%s%s\"; see tally help", arguments[0], arguments[1] ? " " : "",
		     arguments[1] ? arguments[1] : "");
}

static const struct operand operands[] = {
	{.name = "COMMAND",
	 .help = "the command to explain, one word or two; without it, all commands are listed",
	 .optional = true,
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally help", "lists the commands"},
	{"tally help can-i-deploy", "explains one of them"},
	{"tally help environment create", "explains a command of two words"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "Help was printed."},
	{0, NULL},
};

const struct command command_help = {
	.name = "help",
	.group = GROUP_OTHER,
	.summary = "list the commands, or explain one",
	.description = "Prints what each command does, or all about one command: its operands, "
		       "options, examples and exit statuses. The same as tally COMMAND --help; "
		       "the manual page tally-COMMAND(1) says the same.",
	.operands = operands,
	.examples = examples,
	.exits = exits,
	.run = run,
};
