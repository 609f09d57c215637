/* mock.c - tally mock: stand-in providers for a consumer's tests, and the contracts they yield. */
#include "config.h"

#include <stdint.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/mocks.h"
#include "cli/output.h"
#include "cli/process.h"
#include "cli/trust.h"

struct mock_options {
	const char *host;
	const char *output_dir;
	long port;
	int spec;
	const char *json;
	int format;
	long seed;
	const char *now;
	const char *run;
	bool overwrite;
	bool fresh;
	bool cors;
	bool tls;
	bool tls_trust;
};

/* A run, from its first signal to its last word. */
struct mock_run {
	struct call *call;
	const struct mock_options *options;
	struct mocks_saving saving;
	struct mocks mocks;
	struct signals signals;
	const char *authority; /* the file for clients to trust, while there is one */
	unsigned long seed;
	int command_status; /* of COMMAND; 0 without one */
};

/* All mocks of a run are given one seed, so that one number repeats it. */
static int choose_seed(struct mock_run *run, struct tally_error *error)
{
	uint32_t chosen = 0;

	run->seed = (unsigned long)run->options->seed;
	if (run->seed != 0)
		return 0;
	if (getentropy(&chosen, sizeof(chosen)) != 0)
		return set_error(error, TALLY_EIO, "seed", "cannot choose one; give one");
	run->seed = chosen >> 1 | 1;
	return 0;
}

static int start(struct mock_run *run, struct tally_error *error)
{
	const struct mock_options *o = run->options;
	struct tally_mock_options options = {
		.host = o->host,
		.port = (unsigned short)o->port,
		.cors = o->cors,
		.tls = o->tls || o->tls_trust,
		.now = o->now,
	};
	int code = choose_seed(run, error);

	options.seed = run->seed;
	if (code == 0)
		code = mocks_start(&run->mocks, &options, error);
	if (code == 0)
		code = trust_write(&run->mocks, &run->authority, error);
	return code;
}

/* Signals may end the program from here on: nothing temporary is left. */
static void let_go(struct mock_run *run)
{
	trust_remove(run->authority);
	run->authority = NULL;
	signals_release(&run->signals);
}

/* Runs COMMAND, or waits to be interrupted: 0, or an exit status when COMMAND cannot be run. */
static int serve(struct mock_run *run)
{
	struct call *call = run->call;
	struct text_list variables = {0};
	int status = 0;

	mocks_announce(&run->mocks);
	if (call->trailing) {
		mocks_add_variables(&run->mocks, &variables);
		trust_add_variables(call, run->authority, run->options->tls_trust, &variables);
		status = process_run(call, call->trailing, &variables, &run->signals,
				     &run->command_status);
	} else {
		if (run->authority)
			out("certificate authority %s\n", run->authority);
		out_flush();
		signals_wait(&run->signals);
	}
	let_go(run);
	return status;
}

static void put_number(cJSON *object, const char *name, int number)
{
	if (!cJSON_AddNumberToObject(object, name, number))
		out_of_memory();
}

/* The report, where it is wanted: 0, or an exit status. */
static int tell(struct mock_run *run)
{
	const struct mock_options *o = run->options;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *document;
	int code = 0;

	if (o->format == FORMAT_TEXT)
		mocks_print(&run->mocks);
	document = mocks_json(&run->mocks);
	if (json_get(document, "seed") && o->seed == 0 &&
	    !cJSON_AddTrueToObject(document, "seedChosen"))
		out_of_memory();
	if (run->call->trailing)
		put_number(document, "commandStatus", run->command_status);
	if (o->format == FORMAT_JSON)
		code = out_json(document, &error);
	if (code == 0 && o->json)
		code = write_json_file(o->json, document, &error);
	/* What people read together stands in its order. */
	out_flush();
	note_warnings(document);
	note_seed(document);
	cJSON_Delete(document);
	return code < 0 ? failed(&error) : 0;
}

/* Says what went wrong, then what helps: the exit status. */
static int failed_with_advice(const struct mock_run *run, const struct tally_error *error)
{
	int status = failed(error);

	if (run->mocks.advice)
		note("%s", run->mocks.advice);
	return status;
}

/* Looks at what happened, writes the contracts when all went well, and tells: the exit status. */
static int conclude(struct mock_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	bool is_good;
	int status = 0;
	int told;

	if (mocks_collect(&run->mocks, &error) < 0)
		return failed(&error);
	is_good = mocks_succeeded(&run->mocks);
	if (is_good && run->command_status == 0 &&
	    mocks_save(&run->mocks, &run->saving, &error) < 0)
		status = failed_with_advice(run, &error);
	told = tell(run);
	if (run->command_status != 0) {
		note("%s left with %d; no contract was written", run->call->trailing[0],
		     run->command_status);
		return run->command_status;
	}
	if (!is_good)
		note("no contract was written");
	if (status == 0)
		status = told;
	return status != 0 || is_good ? status : EXIT_NO;
}

/* What can be known to be wrong before anything is served. */
static int prepare(struct mock_run *run, struct tally_error *error)
{
	const char *json = run->options->json;
	int code = mocks_read(&run->mocks, error);

	if (code == 0)
		code = mocks_check(&run->mocks, &run->saving, error);
	if (code == 0)
		code = check_output_folder(run->call, run->saving.dir, error);
	if (code == 0 && json)
		code = check_output_file(run->call, json, error);
	return code;
}

static int mock(struct mock_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	int status;

	if (prepare(run, &error) < 0)
		return failed_with_advice(run, &error);
	/* Before the mocks start their threads, which would take the signals otherwise. */
	signals_hold(&run->signals);
	if (start(run, &error) < 0)
		return failed_in_options(run->call, &error);
	status = serve(run);
	return status != 0 ? status : conclude(run);
}

static int run(struct call *call)
{
	struct mock_options o = {0};
	struct mock_run run = {.call = call, .options = &o, .mocks = {.call = call}};
	int status;

	if (!call_parse(call, &o))
		return call->status;
	if (call->trailing && !call->trailing[0])
		return wrong("expected COMMAND after \"--\"; see tally mock --help");
	if (o.fresh && o.overwrite)
		return wrong("expected one of --fresh and --overwrite: a file that is started over "
			     "has nothing to overwrite");
	run.saving = (struct mocks_saving){
		.dir = o.output_dir,
		.how = {.spec = spec_of_choice(o.spec),
			.mode = o.fresh       ? TALLY_SAVE_FRESH
				: o.overwrite ? TALLY_SAVE_OVERWRITE
					      : TALLY_SAVE_MERGE,
			.run = o.run},
	};
	status = mock(&run);
	trust_remove(run.authority);
	mocks_release(&run.mocks);
	return status;
}

#define O struct mock_options

static const struct option options[] = {
	OPTION_NUMBER(O, port, .letter = 'p', .name = "port", .argument = "PORT", .min = 0,
		      .max = 65535, .fallback = "0", .variables = "TALLY_MOCK_PORT",
		      .help = "the port to listen on, the next ones for further addresses; 0 takes "
			      "free ones"),
	OPTION_TEXT(O, host, .name = "host", .argument = "HOST", .fallback = "127.0.0.1",
		    .variables = "TALLY_MOCK_HOST", .help = "the address to listen on"),
	OPTION_TEXT(O, output_dir, .letter = 'o', .name = "output-dir", .argument = "DIR",
		    .aliases = "output pact-dir", .fallback = "contracts",
		    .variables = "TALLY_OUTPUT_DIR PACT_OUTPUT_DIR",
		    .help = "the folder that the contracts are written to"),
	COMMON_OPTION_SPEC(O, spec, .fallback = "4",
			   .help = "the version of the Pact specification that the contracts are "
				   "written in"),
	OPTION_FLAG(O, overwrite, .name = "overwrite",
		    .variables = "TALLY_OVERWRITE PACT_OVERWRITE",
		    .help = "replace interactions that the contract file has already, where they "
			    "differ; otherwise that is an error"),
	OPTION_FLAG(O, fresh, .name = "fresh", .variables = "TALLY_FRESH",
		    .help = "start the contract files over, so that they keep nothing that no test "
			    "exercises any more; with --run, only the first time in a run"),
	OPTION_TEXT(O, run, .name = "run", .argument = "ID", .variables = "TALLY_RUN",
		    .help = "which run of the tests this is, another text for each: with --fresh, "
			    "what all mocks of a run exercised is united"),
	OPTION_FLAG(O, cors, .letter = 'c', .name = "cors", .aliases = "cors-preflight",
		    .help = "answer CORS pre-flight requests that no expectation covers"),
	OPTION_FLAG(O, tls, .name = "tls",
		    .help = "speak https, with a certificate made for the run; the file "
			    "TALLY_MOCK_CA has the authority to trust"),
	OPTION_FLAG(O, tls_trust, .name = "tls-trust",
		    .help = "the same, and have OpenSSL, Node.js, curl and Python's requests trust "
			    "it (and nobody else, but for Node.js), by their variables"),
	COMMON_OPTION_SEED(O, seed),
	COMMON_OPTION_NOW(O, now),
	OPTION_TEXT(O, json, .letter = 'j', .name = "json", .argument = "FILE",
		    .variables = "TALLY_JSON_REPORT",
		    .help = "write the report to this file, too, as JSON"),
	COMMON_OPTION_FORMAT(O, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "EXPECTATIONS",
	 .help = "contract files, or ones with inline matchers in Pact's integration JSON "
		 "(doc/expectations.md), or folders of them",
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally mock expectations.json -- npm test",
	 "runs the tests against a mock provider and writes the contract into contracts/"},
	{"tally mock orders.json payments.json -- go test ./...",
	 "the same with two providers: their addresses are in TALLY_MOCK_URL_ORDERS and "
	 "TALLY_MOCK_URL_PAYMENTS"},
	{"tally mock expectations.json --port 8080 --output-dir pacts",
	 "serves until interrupted, then does the same"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "Everything expected was asked, nothing else was, and the contracts are "
		   "written."},
	{EXIT_NO, "Something expected was not asked, or something else was; or COMMAND failed."},
	{EXIT_NOTHING, "There are no interactions to serve."},
	{0, NULL},
};

const struct command command_mock = {
	.name = "mock",
	.group = GROUP_CONSUMER,
	.summary = "serve mock providers for a consumer's tests and write the contracts",
	.description =
		"Starts a mock provider that answers as EXPECTATIONS say; with files of several "
		"providers, one for each. With COMMAND, runs it with the variable TALLY_MOCK_URL "
		"set to the first mock's address and TALLY_MOCK_URL_PROVIDER to that of each "
		"(in capitals, other characters than letters and digits as \"_\"); without, serves "
		"until interrupted. Then checks that every expectation was exercised and that "
		"nothing else was asked. When all went well, with every provider, it writes the "
		"contracts, or merges them into the files that are there.\n\n"
		"Messages are fetched over HTTP, at the address in TALLY_MOCK_MESSAGES_URL (and "
		"TALLY_MOCK_MESSAGES_URL_PROVIDER), by a POST of an object with their description "
		"and provider states; the answer are their contents, as providers of messages "
		"answer a verification (doc/mock.md).\n\n"
		"Files of the same two applications are united; where they disagree, both sides "
		"are shown and nothing is run.\n\n"
		"Where the response of an expectation has generators, each answer has new values; "
		"with "
		"the same --seed and --now, the same ones in the same order.\n\n"
		"The first line on standard output is \"listening on\" and the address; with "
		"several providers a line for each, with \"for\" and its name. Without COMMAND, "
		"--tls adds the line \"certificate authority\" and the file to trust, which is "
		"there until the end. If COMMAND fails, no contract is written, and its exit "
		"status is passed on (128 and the "
		"signal's number when a signal ended it). Signals that end the program are handed "
		"on to COMMAND; the second one, a second later or more, kills it.",
	.operands = operands,
	.options = options,
	.trailing = "COMMAND [ARGUMENT]...",
	.examples = examples,
	.exits = exits,
	.run = run,
};
