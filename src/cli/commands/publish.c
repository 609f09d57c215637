/* publish.c - tally publish: contracts of a consumer version, into the broker, in one change. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/contracts.h"
#include "cli/origin.h"
#include "cli/output.h"

struct publish_options {
	struct broker_access broker;
	const char *version;
	const char *branch;
	const char *build_url;
	struct text_list tags;
	bool merge;
	int format;
};

static void print_text(const cJSON *answer)
{
	const cJSON *contract;

	cJSON_ArrayForEach(contract, json_get(answer, "contracts"))
	{
		out("%s %s, contract with %s: %s\n", json_text(contract, "consumer"),
		    json_text(contract, "version"), json_text(contract, "provider"),
		    json_text(contract, "status"));
	}
}

/* The error names a document by its index, "contracts[2]"; a person knows it as a file. */
static void name_file(struct call *call, const struct contract_files *files,
		      struct tally_error *error)
{
	static const char prefix[] = "contracts[";
	char *end = error->where;
	unsigned long index = files->count;

	if (strncmp(error->where, prefix, strlen(prefix)) == 0)
		index = strtoul(error->where + strlen(prefix), &end, 10);
	if (index < files->count && *end == ']')
		(void)snprintf(
			error->where, sizeof(error->where), "%s",
			scratch_format(&call->scratch, "%s%s", files->items[index].path, end + 1));
}

static int publish(struct call *call, const struct publish_options *o)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct contract_files files = {0};
	struct tally_broker *broker = NULL;
	struct tally_publication publication = {
		.version = o->version,
		.branch = o->branch,
		.build_url = o->build_url,
		.tags = o->tags.items,
		.tag_count = o->tags.count,
		.merge = o->merge,
	};
	cJSON *answer = NULL;
	int status = contract_files_read(call, &files);

	if (status == 0)
		status = broker_open_to_change(call, &o->broker, &broker);
	if (status == 0) {
		publication.contracts = contract_files_documents(call, &files);
		publication.contract_count = files.count;
		if (tally_broker_publish(broker, &publication, &answer, &error) < 0) {
			name_file(call, &files, &error);
			status = failed(&error);
		}
	}
	if (status == 0 && o->format == FORMAT_JSON) {
		status = print_answer(answer);
		answer = NULL;
	} else if (status == 0) {
		print_text(answer);
	}
	cJSON_Delete(answer);
	tally_broker_close(broker);
	contract_files_release(&files);
	return status;
}

static int run(struct call *call)
{
	struct publish_options o = {0};
	struct origin origin;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	origin = (struct origin){.version = o.version, .branch = o.branch};
	origin_find(call, &origin, ORIGIN_VERSION_AND_BRANCH);
	o.version = origin.version;
	o.branch = origin.branch;
	status = need(call, o.version, "version",
		      "the consumer's version (there is neither a CI variable nor a git commit to "
		      "take it from)");
	return status != 0 ? status : publish(call, &o);
}

static const struct option options[] = {
	COMMON_OPTIONS_BROKER(struct publish_options, broker, 0),
	OPTION_TEXT(struct publish_options, version, .letter = 'a', .name = "version",
		    .argument = "VERSION", .aliases = "consumer-app-version",
		    .variables = "TALLY_CONSUMER_VERSION PACT_CONSUMER_VERSION",
		    .help = "the consumer's version; without it, the commit that the CI system or "
			    "git names"),
	OPTION_TEXT(struct publish_options, branch, .name = "branch", .argument = "BRANCH",
		    .variables = "TALLY_CONSUMER_BRANCH",
		    .help = "the branch it was made from; without it, the one that the CI system "
			    "or git names"),
	OPTION_LIST(struct publish_options, tags, .letter = 't', .name = "tag", .argument = "TAG",
		    .help = "a tag for the version"),
	OPTION_TEXT(struct publish_options, build_url, .name = "build-url", .argument = "URL",
		    .variables = "TALLY_BUILD_URL BUILD_URL BUILDKITE_BUILD_URL CI_JOB_URL "
				 "CIRCLE_BUILD_URL TRAVIS_BUILD_WEB_URL",
		    .help = "the CI run that publishes"),
	OPTION_FLAG(struct publish_options, merge, .name = "merge",
		    .help = "add the interactions to those that the version has published "
			    "already; those that both have must be the same"),
	COMMON_OPTION_FORMAT(struct publish_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "FILE|DIR",
	 .help = "contract files, or folders of them (files that end in .json)",
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally publish contracts --version 1.4.0 --branch main --broker /srv/contracts.git",
	 "publishes all contracts of a folder"},
	{"tally publish contracts/web-shop-orders.json --tag demo",
	 "takes version and branch from the CI system or git, and the broker from TALLY_BROKER"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "All contracts are in the broker."},
	{EXIT_NO, "The broker has other content for this version; nothing was published."},
	{EXIT_NOTHING, "There are no contract files."},
	{0, NULL},
};

const struct command command_publish = {
	.name = "publish",
	.group = GROUP_CONSUMER,
	.summary = "put a consumer version's contracts into the broker",
	.description =
		"Publishes all contracts given, in one change: either all of them are in the "
		"broker afterwards, or none. Publishing the same content again changes nothing. "
		"Applications, the version and its branch are made as needed.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
