/* generate.c - tally generate: one part with generated values. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

struct generate_options {
	int spec;
	int mode;
	long seed;
	const char *now;
	const char *context;
	int format;
};

enum { MODE_CONSUMER, MODE_PROVIDER };
static const char *const modes[] = {"consumer", "provider", NULL};

/* The part for people who look and for programs that read on, or the whole answer. */
static int print(const cJSON *answer, int format)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (format == FORMAT_JSON)
		return out_json(answer, &error) < 0 ? failed(&error) : 0;
	note_warnings(answer);
	if (json_number(answer, "generated") > 0)
		note_seed(answer);
	return out_json(json_get(answer, "part"), &error) < 0 ? failed(&error) : 0;
}

static int generate(struct call *call, const struct generate_options *o)
{
	struct tally_generate_options options = {
		.for_provider = o->mode == MODE_PROVIDER,
		.seed = (unsigned long)o->seed,
		.now = o->now,
	};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *part = NULL;
	cJSON *context = NULL;
	cJSON *answer = NULL;
	int status = 0;

	if (o->context && tally_json_parse(&context, o->context, strlen(o->context), &error) < 0) {
		(void)snprintf(error.where, sizeof(error.where), "--context");
		return failed(&error);
	}
	options.context = context;
	if (read_json_input(call, call->operands[1], &part, &error) < 0) {
		status = failed(&error);
	} else if (tally_generate(part_of_word(call->operands[0]), spec_of_choice(o->spec), part,
				  &options, &answer, &error) < 0) {
		if (error.code == TALLY_EPARSE && !error.where[0])
			(void)snprintf(error.where, sizeof(error.where), "%s", call->operands[1]);
		status = failed_in_options(call, &error);
	} else {
		status = print(answer, o->format);
	}
	cJSON_Delete(part);
	cJSON_Delete(context);
	cJSON_Delete(answer);
	return status;
}

static int run(struct call *call)
{
	struct generate_options o = {0};

	if (!call_parse(call, &o))
		return call->status;
	return generate(call, &o);
}

#define O struct generate_options

static const struct option options[] = {
	COMMON_OPTION_SPEC(O, spec, .fallback = "4",
			   .help = "the version of the Pact specification that the file follows"),
	OPTION_CHOICE(O, mode, .letter = 'm', .name = "mode", .choices = modes,
		      .fallback = "consumer",
		      .help = "for whom: what a consumer's tests are given by a mock provider, or "
			      "what a provider is sent by a verification"),
	COMMON_OPTION_SEED(O, seed),
	COMMON_OPTION_NOW(O, now),
	OPTION_TEXT(O, context, .name = "context", .argument = "JSON",
		    .help = "what generators may ask for: {\"providerState\": {NAME: VALUE…}, "
			    "\"mockServer\": {\"url\": URL}}"),
	COMMON_OPTION_FORMAT(O, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "request|response|message",
	 .choices = part_choices,
	 .help = "what the file holds"},
	{.name = "FILE",
	 .help = "a JSON file in the shape that contract files use, with generators; \"-\" for "
		 "standard input"},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally generate response response.json",
	 "shows an answer as a mock provider would give it"},
	{"tally generate request --mode provider --context '{\"providerState\": {\"id\": 7}}' "
	 "--seed 1 request.json",
	 "shows a request as a verification would send it, the same each time"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES,
	 "The part is on standard output, what could not be generated on standard error."},
	{0, NULL},
};

const struct command command_generate = {
	.name = "generate",
	.group = GROUP_CONSUMER,
	.summary = "show a request, response or message with generated values",
	.description =
		"Reads one part of an interaction and prints it as it goes out: with generated "
		"values in all the places that its generators name, and without its generators "
		"and matching rules. Where a value cannot be generated, the example stays, and a "
		"warning says why.\n\n"
		"With --format json the answer is one object with the members part, generated "
		"(how many values), seed and, where there are any, warnings.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
