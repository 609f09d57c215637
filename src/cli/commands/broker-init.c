/* broker-init.c - tally broker init: a new broker repository. */
#include "config.h"

#include "cli/command.h"
#include "cli/output.h"

static int run(struct call *call)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (!call_parse(call, NULL))
		return call->status;
	if (tally_broker_init(call->operands[0], &error) < 0)
		return failed(&error);
	out("broker repository made: %s\n", call->operands[0]);
	return EXIT_YES;
}

static const struct operand operands[] = {
	{.name = "PATH", .help = "where the repository is made"},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally broker init /srv/contracts.git", "makes a broker repository"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was made."},
	{EXIT_NO, "Something is there already; nothing was changed."},
	{0, NULL},
};

const struct command command_broker_init = {
	.name = "broker init",
	.group = GROUP_BROKER,
	.summary = "make a broker repository",
	.description = "Makes the bare git repository that a broker consists of. Every fact that "
		       "is recorded in it later is a commit, so that git log tells its history and "
		       "git clone makes a backup.",
	.operands = operands,
	.examples = examples,
	.exits = exits,
	.run = run,
};
