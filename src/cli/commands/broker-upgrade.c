/* broker-upgrade.c - tally broker upgrade: a broker's repository in the newest format. */
#include "config.h"

#include "cli/common.h"
#include "cli/output.h"

struct upgrade_options {
	struct broker_access broker;
};

static int run(struct call *call)
{
	struct upgrade_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	const cJSON *from, *format, *changed;
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	if (tally_broker_upgrade(broker, &answer, &error) < 0) {
		status = failed(&error);
	} else {
		from = json_get(answer, "from");
		format = json_get(answer, "format");
		changed = json_get(answer, "changed");
		if (from->valueint == format->valueint && changed->valueint > 0)
			out("the broker has format %d already; %d %s made anew\n", format->valueint,
			    changed->valueint,
			    changed->valueint == 1 ? "record was" : "records were");
		else if (from->valueint == format->valueint)
			out("the broker has format %d already\n", format->valueint);
		else
			out("the broker has format %d now, and had %d\n", format->valueint,
			    from->valueint);
		cJSON_Delete(answer);
	}
	tally_broker_close(broker);
	return status;
}

static const struct option options[] = {
	COMMON_OPTIONS_BROKER(struct upgrade_options, broker, 0),
	OPTION_END,
};

static const struct example examples[] = {
	{"tally broker upgrade --broker /srv/contracts.git",
	 "brings a repository to the newest format, and what follows from other records in order"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It has the newest format, now or already."},
	{0, NULL},
};

const struct command command_broker_upgrade = {
	.name = "broker upgrade",
	.group = GROUP_BROKER,
	.summary = "bring a broker's repository to the newest format",
	.description = "Rewrites in one commit what an older tally left in a broker's repository, "
		       "so that everything that this one can answer is answered. Older programs "
		       "refuse the repository from then on. Nothing else does this by itself. "
		       "Records that follow from others, such as what all runs of a version say "
		       "together, are made anew where they are not right, which 'tally broker "
		       "check' tells.",
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
