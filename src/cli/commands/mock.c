/* mock.c - tally mock: a stand-in provider for a consumer's tests, and the contract they yield. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/expectations.h"
#include "cli/output.h"
#include "cli/process.h"
#include "cli/report.h"

struct mock_options {
	const char *host;
	const char *output_dir;
	long port;
	int spec;
	int format;
	long seed;
	const char *now;
	const char *run;
	bool overwrite;
	bool fresh;
	bool cors;
};

/* A run, once the mock serves. */
struct mock_run {
	struct call *call;
	const struct mock_options *options;
	struct tally_contract *contract; /* as read, and served */
	struct tally_contract *http;     /* without its messages, when it has some */
	struct tally_mock *mock;
	struct signals signals;
	int command_status; /* of COMMAND; 0 without one */
	char *path;         /* of the contract that was written; or NULL */
};

/* What is written. */
static const struct tally_contract *written(const struct mock_run *run)
{
	return run->http ? run->http : run->contract;
}

/* Reads a contract from a document. */
static int read_again(struct tally_contract **out, const cJSON *document, struct tally_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int code = tally_json_write(&text, &len, document, TALLY_JSON_COMPACT, error);

	if (code == 0)
		code = tally_contract_parse(out, text, len, error);
	tally_free(text);
	return code;
}

/* A mock provider speaks HTTP: messages are not exercised, and must not get into the contract as
 * if they were. */
static int drop_messages(struct mock_run *run, const char *path, struct tally_error *error)
{
	cJSON *document = NULL;
	cJSON *list, *item, *next;
	size_t count = 0;
	int code = tally_contract_write(run->contract, TALLY_SPEC_V4, &document, error);

	if (code < 0)
		return code;
	list = cJSON_GetObjectItemCaseSensitive(document, "interactions");
	for (item = list ? list->child : NULL; item; item = next) {
		const char *type = json_text(item, "type");

		next = item->next;
		if (type && strcmp(type, "Synchronous/HTTP") == 0)
			continue;
		cJSON_Delete(cJSON_DetachItemViaPointer(list, item));
		count++;
	}
	if (count > 0 && !list->child)
		code = set_error(error, TALLY_ENOTHING, path,
				 "expected at least one HTTP interaction, found only messages, "
				 "which a mock provider cannot serve");
	else if (count > 0)
		code = read_again(&run->http, document, error);
	cJSON_Delete(document);
	if (code == 0 && count > 0)
		note("%s: %zu message%s neither served nor written to the contract", path, count,
		     count == 1 ? " is" : "s are");
	return code;
}

static struct tally_save_options save_options(const struct mock_options *o)
{
	return (struct tally_save_options){.spec = spec_of_choice(o->spec),
					   .mode = o->fresh       ? TALLY_SAVE_FRESH
						   : o->overwrite ? TALLY_SAVE_OVERWRITE
								  : TALLY_SAVE_MERGE,
					   .run = o->run};
}

/* The tests may take long: what would keep the contract from being written is found out before. */
static int check_contract(const struct tally_contract *contract, const struct mock_options *o,
			  const char *path, struct tally_error *error)
{
	const struct tally_save_options how = save_options(o);
	cJSON *document = NULL;
	int code;

	if (tally_contract_interaction_count(contract) == 0)
		return set_error(error, TALLY_ENOTHING, path,
				 "expected at least one interaction, found none");
	code = tally_contract_write(contract, spec_of_choice(o->spec), &document, error);
	cJSON_Delete(document);
	if (code < 0)
		return code;
	code = tally_contract_save_check(contract, o->output_dir, &how, error);
	if (code == TALLY_EPARSE)
		note("the contract that is there cannot be read: repair or remove it");
	return code;
}

/* Runs COMMAND, or waits to be interrupted: 0, or an exit status when COMMAND cannot be run. */
static int serve(struct mock_run *run)
{
	struct text_list variables = {.count = 1};
	int status;

	out("listening on %s\n", tally_mock_url(run->mock));
	out_flush();
	if (!run->call->trailing) {
		signals_wait(&run->signals);
		signals_release(&run->signals);
		return 0;
	}
	variables.items = scratch_array(&run->call->scratch, 1, sizeof(*variables.items));
	variables.items[0] =
		scratch_format(&run->call->scratch, "TALLY_MOCK_URL=%s", tally_mock_url(run->mock));
	status = process_run(run->call, run->call->trailing, &variables, &run->signals,
			     &run->command_status);
	signals_release(&run->signals);
	return status;
}

/* The contract is written only when all went well. */
static int save(struct mock_run *run, bool success, struct tally_error *error)
{
	const struct tally_save_options how = save_options(run->options);

	if (!success || run->command_status != 0)
		return 0;
	return tally_contract_save(written(run), run->options->output_dir, &how, &run->path, error);
}

static int print_json(const struct mock_run *run, cJSON *report)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (run->path && !cJSON_AddStringToObject(report, "contract",
						  valid_text(&run->call->scratch, run->path)))
		out_of_memory();
	if (run->call->trailing &&
	    !cJSON_AddNumberToObject(report, "commandStatus", run->command_status))
		out_of_memory();
	return out_json(report, &error) < 0 ? failed(&error) : 0;
}

static void print_text(const struct mock_run *run, const cJSON *report)
{
	report_mock(report);
	if (run->path)
		out("contract written: %s\n", run->path);
}

/* Says what happened: the exit status. */
static int conclude(struct mock_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *report = NULL;
	bool success;
	int status = 0;

	if (tally_mock_report(run->mock, &report, &error) < 0)
		return failed(&error);
	success = cJSON_IsTrue(json_get(report, "success"));
	if (save(run, success, &error) < 0)
		status = failed(&error);
	if (run->options->format == FORMAT_JSON) {
		int printed = print_json(run, report);

		status = status != 0 ? status : printed;
	} else {
		print_text(run, report);
	}
	note_warnings(report);
	note_seed(report);
	cJSON_Delete(report);
	if (run->command_status != 0) {
		note("%s left with %d; no contract was written", run->call->trailing[0],
		     run->command_status);
		return run->command_status;
	}
	if (!success)
		note("no contract was written");
	return status != 0 || success ? status : EXIT_NO;
}

static int mock(struct call *call, const struct mock_options *o)
{
	struct mock_run run = {.call = call, .options = o};
	struct tally_mock_options options = {
		.host = o->host,
		.port = (unsigned short)o->port,
		.cors = o->cors,
		.seed = (unsigned long)o->seed,
		.now = o->now,
	};
	struct tally_error error = TALLY_ERROR_INIT;
	int status;

	if (call->trailing && !call->trailing[0])
		return wrong("expected COMMAND after \"--\"; see tally mock --help");
	if (o->fresh && o->overwrite)
		return wrong("expected one of --fresh and --overwrite: a file that is started over "
			     "has nothing to overwrite");
	/* Before the mock starts its threads, which would take the signals otherwise. */
	signals_hold(&run.signals);
	if (tally_expectations_read_file(&run.contract, call->operands[0], &error) < 0 ||
	    drop_messages(&run, call->operands[0], &error) < 0 ||
	    check_contract(written(&run), o, call->operands[0], &error) < 0) {
		status = failed(&error);
	} else if (tally_mock_start(&run.mock, run.contract, &options, &error) < 0) {
		expectations_place(&error, call->operands[0]);
		status = failed_in_options(call, &error);
	} else {
		status = serve(&run);
		if (status == 0)
			status = conclude(&run);
	}
	tally_mock_stop(run.mock);
	tally_contract_free(run.contract);
	tally_contract_free(run.http);
	tally_free(run.path);
	return status;
}

static int run(struct call *call)
{
	struct mock_options o = {0};

	if (!call_parse(call, &o))
		return call->status;
	return mock(call, &o);
}

static const struct option options[] = {
	OPTION_NUMBER(struct mock_options, port, .letter = 'p', .name = "port", .argument = "PORT",
		      .min = 0, .max = 65535, .fallback = "0", .variables = "TALLY_MOCK_PORT",
		      .help = "the port to listen on; 0 takes a free one"),
	OPTION_TEXT(struct mock_options, host, .name = "host", .argument = "HOST",
		    .fallback = "127.0.0.1", .variables = "TALLY_MOCK_HOST",
		    .help = "the address to listen on"),
	OPTION_TEXT(struct mock_options, output_dir, .letter = 'o', .name = "output-dir",
		    .argument = "DIR", .aliases = "output pact-dir", .fallback = "contracts",
		    .variables = "TALLY_OUTPUT_DIR PACT_OUTPUT_DIR",
		    .help = "the folder that the contract is written to"),
	COMMON_OPTION_SPEC(struct mock_options, spec, .fallback = "4",
			   .help = "the version of the Pact specification that the contract is "
				   "written in"),
	OPTION_FLAG(struct mock_options, overwrite, .name = "overwrite",
		    .variables = "TALLY_OVERWRITE PACT_OVERWRITE",
		    .help = "replace interactions that the contract file has already, where they "
			    "differ; otherwise that is an error"),
	OPTION_FLAG(struct mock_options, fresh, .name = "fresh", .variables = "TALLY_FRESH",
		    .help = "start the contract file over, so that it keeps nothing that no test "
			    "exercises any more; with --run, only the first time in a run"),
	OPTION_TEXT(struct mock_options, run, .name = "run", .argument = "ID",
		    .variables = "TALLY_RUN",
		    .help = "which run of the tests this is, another text for each: with --fresh, "
			    "what all mocks of a run exercised is united"),
	OPTION_FLAG(struct mock_options, cors, .letter = 'c', .name = "cors",
		    .aliases = "cors-preflight",
		    .help = "answer CORS pre-flight requests that no expectation covers"),
	COMMON_OPTION_SEED(struct mock_options, seed),
	COMMON_OPTION_NOW(struct mock_options, now),
	COMMON_OPTION_FORMAT(struct mock_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "EXPECTATIONS",
	 .help = "a contract file, or one with inline matchers in Pact's integration JSON "
		 "(doc/expectations.md)"},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally mock expectations.json -- ./run-tests",
	 "runs the tests against a mock provider and writes the contract into contracts/"},
	{"tally mock expectations.json --port 8080 --output-dir pacts",
	 "serves until interrupted, then does the same"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "Everything expected was asked, nothing else was, and the contract is written."},
	{EXIT_NO, "Something expected was not asked, or something else was; or COMMAND failed."},
	{EXIT_NOTHING, "There are no HTTP interactions to serve."},
	{0, NULL},
};

const struct command command_mock = {
	.name = "mock",
	.group = GROUP_CONSUMER,
	.summary = "serve a mock provider for a consumer's tests and write the contract",
	.description =
		"Starts a mock provider that answers as EXPECTATIONS say. With COMMAND, runs it "
		"with the variable TALLY_MOCK_URL set to the mock's address; without, serves until "
		"interrupted. Then checks that every expectation was exercised and that nothing "
		"else was asked, and writes the contract, or merges it into the file that is "
		"there. Messages are neither served nor written.\n\n"
		"Where the response of an expectation has generators, each answer has new values; "
		"with "
		"the same --seed and --now, the same ones in the same order.\n\n"
		"The first line on standard output is \"listening on\" and the address. If COMMAND "
		"fails, no contract is written, and its exit status is passed on (128 and the "
		"signal's number when a signal ended it).",
	.operands = operands,
	.options = options,
	.trailing = "COMMAND [ARGUMENT]...",
	.examples = examples,
	.exits = exits,
	.run = run,
};
