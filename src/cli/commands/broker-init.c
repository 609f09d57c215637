/* broker-init.c - tally broker init: a new broker repository. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

struct init_options {
	struct broker_access access;
};

/* A URL may have a password, which is not shown. */
static const char *without_user(struct call *call, const char *location)
{
	const char *scheme = strstr(location, "://");
	const char *start = scheme ? scheme + 3 : location;
	size_t len = strcspn(start, "/");
	size_t user = len;

	while (user > 0 && start[user - 1] != '@')
		user--;
	return scheme ? scratch_format(&call->scratch, "%.*s%s", (int)(start - location), location,
				       start + user)
		      : location;
}

static int run(struct call *call)
{
	struct init_options o = {0};
	int status;

	if (!call_parse(call, &o))
		return call->status;
	o.access.location = call->operands[0];
	status = broker_init(call, &o.access);
	if (status != 0)
		return status;
	out("broker repository made: %s\n", without_user(call, call->operands[0]));
	return EXIT_YES;
}

static const struct option options[] = {
	COMMON_OPTIONS_BROKER_ACCESS(struct init_options, access, 0),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "PATH",
	 .help = "where the repository is made; or the URL of an empty one on a git host"},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally broker init /srv/contracts.git", "makes a broker repository"},
	{"tally broker init git@git.example.org:team/contracts.git",
	 "makes a broker of an empty repository on a git host"},
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
	.description =
		"Makes the bare git repository that a broker consists of. Every fact that "
		"is recorded in it later is a commit, so that git log tells its history and "
		"git clone makes a backup. On a git host, make an empty repository there first, "
		"and give its URL; see doc/remotes.md.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
