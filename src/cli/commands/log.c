/* log.c - tally log: who changed what in the broker, when. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

struct log_options {
	struct broker_access broker;
	long max_changes;
	int format;
};

/* Each line of a message after four spaces, as git shows it. */
static void print_message(const char *message)
{
	while (*message) {
		size_t len = strcspn(message, "\n");

		out("    %.*s\n", (int)len, message);
		message += len + (message[len] == '\n');
	}
}

static void print_text(const cJSON *answer, const struct log_options *o)
{
	const cJSON *change;

	cJSON_ArrayForEach(change, json_get(answer, "changes"))
	{
		out("%.10s  %s  %s\n", json_text(change, "commit"), json_text(change, "at"),
		    json_text(change, "author"));
		print_message(json_text(change, "message"));
	}
	/* Asked for so many, nobody wonders that there are more. */
	if (*json_text(answer, "next") && o->max_changes == 0)
		note("there is more: go on with --at %s", json_text(answer, "next"));
}

static int run(struct call *call)
{
	struct log_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	struct app_version what = {NULL, NULL};
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	if (call->operand_count > 0)
		app_version_split(call, call->operands[0], &what);
	status = broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	if (tally_broker_log(broker, what.app, what.version, (size_t)o.max_changes, &answer,
			     &error) < 0) {
		status = failed(&error);
	} else if (o.format == FORMAT_JSON) {
		status = print_answer(answer);
	} else {
		print_text(answer, &o);
		cJSON_Delete(answer);
	}
	tally_broker_close(broker);
	return status;
}

static const struct option options[] = {
	OPTION_NUMBER(struct log_options, max_changes, .letter = 'n', .name = "max-count",
		      .argument = "N", .min = 0, .max = 1000000000, .fallback = "0",
		      .help = "print only the newest N changes; 0 prints all"),
	COMMON_OPTION_AT(struct log_options, broker),
	COMMON_OPTIONS_BROKER(struct log_options, broker, 0),
	COMMON_OPTION_FORMAT(struct log_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP[@VERSION]",
	 .help = "print only changes of this application, or of one version of it",
	 .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally log", "prints all changes of the broker of TALLY_BROKER, newest first"},
	{"tally log web-shop@1.4.0 -n 5", "prints the last five that concern a version"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The changes were printed."},
	{EXIT_NO, "The application or the version is not known."},
	{0, NULL},
};

const struct command command_log = {
	.name = "log",
	.group = GROUP_RELEASE,
	.summary = "say who changed what in the broker, when",
	.description =
		"Prints the broker's changes, newest first: the commit, when it was made "
		"and by whom, and what it did. Of an application or a version that is everything "
		"about it, and what providers answered to its contracts; also of one that "
		"was removed. The same history can be read with git.\n\n"
		"One look goes through 20,000 changes. When there are more, it says which "
		"--at goes on.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
