/* lint.c - tally lint: what a reviewer would say of contract files. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/contracts.h"
#include "cli/expectations.h"
#include "cli/lint_config.h"
#include "cli/output.h"

struct lint_options {
	const char *config;
	bool rules;
	int format;
};

/* One file that was named. */
struct linted {
	const char *path;
	struct tally_contract *contract; /* NULL: it is none */
	cJSON *findings;
};

struct lint {
	struct call *call;
	struct lint_config_file config;
	struct linted *files;
	size_t count;
	cJSON *about_config; /* findings, too */
	size_t errors;
	size_t warnings;
	size_t excepted;
	int status; /* of the worst file that could not be read; 0: all were */
};

/* ---- files ---- */

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

static void read_file(struct lint *lint, struct linted *file, const char *path)
{
	struct tally_error error = TALLY_ERROR_INIT;

	file->path = path;
	/* A contract is read as it is: expectations without matchers inside values. */
	if (tally_expectations_read_file(&file->contract, path, &error) < 0)
		file->findings = unreadable(lint, path, &error);
	else
		file->findings = cJSON_CreateArray();
	if (!file->findings)
		out_of_memory();
}

/* 0, or an exit status. */
static int read_files(struct lint *lint)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct text_list paths = {0};

	if (contract_paths_find(lint->call, &paths, &error) < 0)
		return failed(&error);
	lint->files = scratch_array(&lint->call->scratch, paths.count, sizeof(*lint->files));
	for (; lint->count < paths.count; lint->count++)
		read_file(lint, &lint->files[lint->count], paths.items[lint->count]);
	return 0;
}

/* ---- findings ---- */

/* In expectations the examples of matchers stand deeper than in the contract made of them. */
static void place_findings(struct lint *lint, struct linted *file)
{
	cJSON *document = NULL;
	cJSON *finding = NULL;

	if (!file->contract || !file->findings->child ||
	    tally_json_read_file(&document, file->path, NULL) < 0 ||
	    !expectations_are_in(document)) {
		cJSON_Delete(document);
		return;
	}
	cJSON_ArrayForEach(finding, file->findings)
	{
		const char *pointer = json_text(finding, "pointer");
		cJSON *placed =
			cJSON_CreateString(expectations_pointer(lint->call, document, pointer));

		if (!placed || !cJSON_ReplaceItemInObjectCaseSensitive(finding, "pointer", placed))
			out_of_memory();
	}
	cJSON_Delete(document);
}

/* Hands each finding to its file; `which` are those that could be read. */
static void share_out(struct lint *lint, struct linted *const *which, cJSON *findings)
{
	while (findings->child) {
		cJSON *finding = cJSON_DetachItemViaPointer(findings, findings->child);
		const cJSON *index = json_get(finding, "contract");
		cJSON *list =
			index ? which[(size_t)index->valuedouble]->findings : lint->about_config;

		cJSON_DeleteItemFromObjectCaseSensitive(finding, "contract");
		if (!cJSON_AddItemToArray(list, finding))
			out_of_memory();
	}
	cJSON_Delete(findings);
}

/* 0, or an exit status. */
static int look(struct lint *lint)
{
	struct scratch *scratch = &lint->call->scratch;
	const struct tally_contract **contracts =
		scratch_array(scratch, lint->count + 1, sizeof(*contracts));
	const char **paths = scratch_array(scratch, lint->count + 1, sizeof(*paths));
	struct linted **which = scratch_array(scratch, lint->count + 1, sizeof(struct linted *));
	struct tally_lint_options options = {.config = lint->config.json, .paths = paths};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *findings = NULL;
	size_t count = 0;

	for (size_t i = 0; i < lint->count; i++) {
		if (!lint->files[i].contract)
			continue;
		which[count] = &lint->files[i];
		contracts[count] = lint->files[i].contract;
		paths[count++] =
			lint_config_path_of(lint->call, &lint->config, lint->files[i].path);
	}
	if (tally_lint(&options, contracts, count, &findings, &lint->excepted, &error) < 0)
		return failed(&error);
	share_out(lint, which, findings);
	for (size_t i = 0; i < lint->count; i++)
		place_findings(lint, &lint->files[i]);
	return 0;
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

/* ---- reports ---- */

static void print_finding(const char *path, const cJSON *finding)
{
	const char *interaction = json_text(finding, "interaction");
	const char *pointer = json_text(finding, "pointer");
	const char *level = json_text(finding, "level");

	out("%s: ", path);
	if (strcmp(level, "error") == 0)
		out_coloured(false, "%s", level);
	else
		out("%s", level);
	out(": ");
	if (*interaction)
		out("\"%s\": ", interaction);
	out("%s", json_text(finding, "message"));
	if (*pointer)
		out(" (at %s)", pointer);
	out(" [%s]\n", json_text(finding, "rule"));
}

static void print_findings(const char *path, const cJSON *findings)
{
	const cJSON *finding;

	cJSON_ArrayForEach(finding, findings)
	{
		print_finding(path, finding);
	}
}

static void print_text(const struct lint *lint)
{
	for (size_t i = 0; i < lint->count; i++)
		print_findings(lint->files[i].path, lint->files[i].findings);
	if (lint->config.path)
		print_findings(lint->config.path, lint->about_config);
	out("%zu file%s: %zu error%s, %zu warning%s", lint->count, plural(lint->count),
	    lint->errors, plural(lint->errors), lint->warnings, plural(lint->warnings));
	if (lint->excepted > 0)
		out(", %zu excepted", lint->excepted);
	out("\n");
}

static void add_file(struct lint *lint, cJSON *files, const char *path, const cJSON *findings)
{
	cJSON *file = cJSON_CreateObject();
	cJSON *copy = cJSON_Duplicate(findings, true);

	if (!file || !copy ||
	    !cJSON_AddStringToObject(file, "file", valid_text(&lint->call->scratch, path)) ||
	    !cJSON_AddItemToObject(file, "findings", copy) || !cJSON_AddItemToArray(files, file))
		out_of_memory();
}

static int print_json(struct lint *lint)
{
	cJSON *answer = cJSON_CreateObject();
	cJSON *files = cJSON_AddArrayToObject(answer, "files");

	if (!files || !cJSON_AddNumberToObject(answer, "errors", (double)lint->errors) ||
	    !cJSON_AddNumberToObject(answer, "warnings", (double)lint->warnings) ||
	    !cJSON_AddNumberToObject(answer, "excepted", (double)lint->excepted))
		out_of_memory();
	for (size_t i = 0; i < lint->count; i++)
		add_file(lint, files, lint->files[i].path, lint->files[i].findings);
	if (lint->about_config->child)
		add_file(lint, files, lint->config.path, lint->about_config);
	return print_answer(answer);
}

static int lint_files(struct lint *lint, int format)
{
	int status = read_files(lint);

	if (status == 0)
		status = look(lint);
	if (status != 0)
		return status;
	for (size_t i = 0; i < lint->count; i++)
		count(lint, lint->files[i].findings);
	count(lint, lint->about_config);
	if (format == FORMAT_JSON)
		status = print_json(lint);
	else
		print_text(lint);
	if (status != EXIT_YES)
		return status;
	if (lint->status != 0)
		return lint->status;
	return lint->errors > 0 ? EXIT_NO : EXIT_YES;
}

static int list_rules(const struct lint *lint, int format)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *rules = NULL;
	const cJSON *rule;

	if (tally_lint_rules(lint->config.json, &rules, &error) < 0)
		return failed(&error);
	if (format == FORMAT_JSON)
		return print_answer(rules);
	cJSON_ArrayForEach(rule, rules)
	{
		out("%-26s %-8s %s\n", json_text(rule, "rule"), json_text(rule, "level"),
		    json_text(rule, "summary"));
	}
	cJSON_Delete(rules);
	return EXIT_YES;
}

static void release(struct lint *lint)
{
	for (size_t i = 0; i < lint->count; i++) {
		tally_contract_free(lint->files[i].contract);
		cJSON_Delete(lint->files[i].findings);
	}
	cJSON_Delete(lint->about_config);
	lint_config_release(&lint->config);
}

static int run(struct call *call)
{
	struct lint_options o = {0};
	struct lint lint = {.call = call};
	int status;

	if (!call_parse(call, &o))
		return call->status;
	if (!o.rules && call->operand_count == 0)
		return wrong(
			"expected contract files or folders, or --rules; see tally lint --help");
	if (o.rules && call->operand_count > 0)
		return wrong("--rules lists the rules, and looks at no files");
	lint.about_config = cJSON_CreateArray();
	if (!lint.about_config)
		out_of_memory();
	status = lint_config_read(call, o.config, &lint.config);
	if (status == 0)
		status = o.rules ? list_rules(&lint, o.format) : lint_files(&lint, o.format);
	release(&lint);
	return status;
}

static const struct option options[] = {
	OPTION_TEXT(struct lint_options, config, .letter = 'c', .name = "config",
		    .argument = "FILE", .variables = "TALLY_LINT_CONFIG",
		    .help = "levels of rules and exceptions, in place of the nearest "
			    "tally-lint.json from here up to the root of the repository"),
	OPTION_FLAG(struct lint_options, rules, .name = "rules",
		    .help = "list all rules with their levels, and look at no files"),
	COMMON_OPTION_FORMAT(struct lint_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "FILE",
	 .help = "contracts, expectations, or folders, of which files that end in .json count",
	 .optional = true,
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally lint contracts/web-shop-orders.json", "looks at one contract"},
	{"tally lint contracts --format json", "looks at all contracts in a folder, for a machine"},
	{"tally lint --rules", "lists the rules, with their levels in this repository"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "No errors; there may be warnings."},
	{EXIT_NO, "There are errors."},
	{EXIT_NOTHING, "A folder has no contracts."},
	{0, NULL},
};

const struct command command_lint = {
	.name = "lint",
	.group = GROUP_CONSUMER,
	.summary = "say what a reviewer would say of contract files",
	.description =
		"Reads contracts and expectations and prints what cannot work (errors) and what "
		"will make trouble later (warnings), each with its place in the file and what to "
		"do about it. Files that are given together are compared with one another, too. A "
		"file that is no contract is an error; the other files are still looked at, and "
		"the exit status is 2.\n\n"
		"The file tally-lint.json of a repository changes the levels of rules and makes "
		"exceptions, each with its reason; doc/lint.md shows its form and explains each "
		"rule.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
