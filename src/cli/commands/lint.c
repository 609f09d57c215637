/* lint.c - tally lint: what is wrong or unwise in contract files. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

struct lint_options {
	int format;
};

struct lint {
	struct call *call;
	cJSON *files; /* [{"file", "findings"}] */
	size_t errors;
	size_t warnings;
	int status; /* of the worst file that could not be read; 0: all were */
};

/* Where in the file: the path stands before each finding anyway. */
static const char *place_in(const char *path, const struct tally_error *error)
{
	size_t len = strlen(path);

	if (strncmp(error->where, path, len) != 0)
		return error->where;
	if (error->where[len] == '\0')
		return "";
	return strncmp(error->where + len, ": ", 2) == 0 ? error->where + len + 2 : error->where;
}

/* A file that is no contract is a finding too, so that the others are still looked at. */
static cJSON *unreadable(struct lint *lint, const char *path, const struct tally_error *error)
{
	char line[64] = "";
	char message[sizeof(line) + TALLY_ERROR_WHERE_BYTES + TALLY_ERROR_MESSAGE_BYTES];
	const char *place = place_in(path, error);
	cJSON *findings = cJSON_CreateArray();
	cJSON *finding = cJSON_CreateObject();
	int status = tally_error_exit_status(error->code);

	if (error->line > 0)
		(void)snprintf(line, sizeof(line), "line %zu, column %zu: ", error->line,
			       error->column);
	(void)snprintf(message, sizeof(message), "%s%s%s%s", place, *place ? ": " : "", line,
		       error->message);
	if (!findings || !finding || !cJSON_AddItemToArray(findings, finding) ||
	    !cJSON_AddStringToObject(finding, "level", "error") ||
	    !cJSON_AddStringToObject(finding, "rule", "readable") ||
	    !cJSON_AddStringToObject(finding, "message", message))
		out_of_memory();
	if (lint->status < status)
		lint->status = status;
	return findings;
}

static void count(struct lint *lint, const cJSON *findings)
{
	const cJSON *finding;

	cJSON_ArrayForEach(finding, findings)
	{
		if (strcmp(json_text(finding, "level"), "error") == 0)
			lint->errors++;
		else
			lint->warnings++;
	}
}

static void look_at(struct lint *lint, const char *path)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *contract = NULL;
	cJSON *findings = NULL;
	cJSON *file = cJSON_CreateObject();

	if (tally_contract_read_file(&contract, path, &error) < 0 ||
	    tally_contract_lint(contract, &findings, &error) < 0)
		findings = unreadable(lint, path, &error);
	tally_contract_free(contract);
	count(lint, findings);
	if (!file ||
	    !cJSON_AddStringToObject(file, "file", valid_text(&lint->call->scratch, path)) ||
	    !cJSON_AddItemToObject(file, "findings", findings) ||
	    !cJSON_AddItemToArray(lint->files, file))
		out_of_memory();
}

static void print_finding(const char *path, const cJSON *finding)
{
	const char *interaction = json_text(finding, "interaction");
	const char *pointer = json_text(finding, "pointer");

	out("%s: %s: ", path, json_text(finding, "level"));
	if (*interaction)
		out("\"%s\": ", interaction);
	out("%s", json_text(finding, "message"));
	if (*pointer)
		out(" (at %s)", pointer);
	out(" [%s]\n", json_text(finding, "rule"));
}

static void print_text(const struct lint *lint)
{
	const cJSON *file;
	const cJSON *finding;
	size_t count = 0;

	cJSON_ArrayForEach(file, lint->files)
	{
		count++;
		cJSON_ArrayForEach(finding, json_get(file, "findings"))
		{
			print_finding(json_text(file, "file"), finding);
		}
	}
	out("%zu file%s: %zu error%s, %zu warning%s\n", count, plural(count), lint->errors,
	    plural(lint->errors), lint->warnings, plural(lint->warnings));
}

static int print_json(struct lint *lint)
{
	cJSON *answer = cJSON_CreateObject();

	if (!answer || !cJSON_AddNumberToObject(answer, "errors", (double)lint->errors) ||
	    !cJSON_AddNumberToObject(answer, "warnings", (double)lint->warnings) ||
	    !cJSON_AddItemToObject(answer, "files", lint->files))
		out_of_memory();
	lint->files = NULL;
	return print_answer(answer);
}

static int run(struct call *call)
{
	struct lint_options o = {0};
	struct lint lint = {.call = call};
	int status = EXIT_YES;

	if (!call_parse(call, &o))
		return call->status;
	lint.files = cJSON_CreateArray();
	if (!lint.files)
		out_of_memory();
	for (size_t i = 0; i < call->operand_count; i++)
		look_at(&lint, call->operands[i]);
	if (o.format == FORMAT_JSON)
		status = print_json(&lint);
	else
		print_text(&lint);
	cJSON_Delete(lint.files);
	if (status != EXIT_YES)
		return status;
	if (lint.status != 0)
		return lint.status;
	return lint.errors > 0 ? EXIT_NO : EXIT_YES;
}

static const struct option options[] = {
	COMMON_OPTION_FORMAT(struct lint_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "FILE", .help = "contract files", .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally lint contracts/web-shop-orders.json", "looks at one contract"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "No errors; there may be warnings."},
	{EXIT_NO, "There are errors."},
	{0, NULL},
};

const struct command command_lint = {
	.name = "lint",
	.group = GROUP_CONSUMER,
	.summary = "say what is wrong or unwise in contract files",
	.description = "Reads contract files and prints what cannot work (errors) and what will "
		       "make trouble later (warnings), each with its place in the file and what to "
		       "do about it. A file that is no contract is an error, too; the other files "
		       "are still looked at, and the exit status is 2.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
