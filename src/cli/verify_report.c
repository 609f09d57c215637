/* verify_report.c - what tally verify found, on standard output and in files. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/verify.h"

const char *const verify_format_choices[] = {"text", "json", "github", "gitlab", NULL};
enum { REPORT_TEXT, REPORT_JSON, REPORT_GITHUB, REPORT_GITLAB };

/* The files that are asked for; NULL paths are those that are not. */
struct report_file {
	const char *path;
	tally_verify_report *make; /* NULL: the results as they are */
};

#define REPORT_FILES 3

static void list_files(const struct verify_options *o, struct report_file files[REPORT_FILES])
{
	files[0] = (struct report_file){o->json, NULL};
	files[1] = (struct report_file){o->junit, tally_verify_report_junit};
	files[2] = (struct report_file){o->html, tally_verify_report_html};
}

static bool is_standard_output(const struct report_file *file)
{
	return file->path && strcmp(file->path, "-") == 0;
}

/* Whether more than one report is to go to standard output. */
static bool is_output_crowded(const struct verify_options *o)
{
	struct report_file files[REPORT_FILES];
	size_t count = o->format != REPORT_TEXT;

	list_files(o, files);
	for (size_t i = 0; i < REPORT_FILES; i++)
		count += is_standard_output(&files[i]);
	return count > 1;
}

static bool are_same_file(const char *a, const char *b)
{
	struct stat first, second;

	if (strcmp(a, b) == 0)
		return strcmp(a, "-") != 0;
	return stat(a, &first) == 0 && stat(b, &second) == 0 && S_ISREG(first.st_mode) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static int keep_apart(struct verify_run *run)
{
	struct report_file files[REPORT_FILES];

	list_files(run->options, files);
	for (size_t i = 1; i < REPORT_FILES; i++) {
		for (size_t j = 0; j < i; j++) {
			if (files[i].path && files[j].path &&
			    are_same_file(files[i].path, files[j].path))
				return wrong("%s: expected a file for each report, found it given "
					     "for two",
					     files[i].path);
		}
	}
	return 0;
}

int verify_report_keep_off(struct verify_run *run, const char *contract)
{
	struct verify_options *o = run->options;
	const char **paths[REPORT_FILES] = {&o->json, &o->junit, &o->html};

	for (size_t i = 0; i < REPORT_FILES; i++) {
		if (!*paths[i] || !are_same_file(*paths[i], contract))
			continue;
		*paths[i] = NULL;
		return wrong("%s: a report is to be written there, and it is one of the files to "
			     "verify: put the report elsewhere",
			     contract);
	}
	return 0;
}

int verify_report_check(struct verify_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct report_file files[REPORT_FILES];

	if (is_output_crowded(run->options))
		return wrong("only one report can go to standard output: expected one of --json -, "
			     "--junit -, --html - and --format, found more");
	if (keep_apart(run) != 0)
		return EXIT_WRONG;
	list_files(run->options, files);
	for (size_t i = 0; i < REPORT_FILES; i++) {
		if (files[i].path && check_output_file(run->call, files[i].path, &error) < 0)
			return failed(&error);
	}
	return 0;
}

static int write_file(const struct report_file *file, const cJSON *results,
		      struct tally_error *error)
{
	char *text = NULL;
	int code;

	if (!file->make)
		return write_json_file(file->path, results, error);
	code = file->make(results, NULL, &text, error);
	if (code == 0)
		code = write_text_file(file->path, text, error);
	tally_free(text);
	return code;
}

/* Whether a file gets the standard output, which holds nothing else then. */
static bool has_taken_output(const struct verify_options *o)
{
	struct report_file files[REPORT_FILES];
	bool taken = false;

	list_files(o, files);
	for (size_t i = 0; i < REPORT_FILES; i++)
		taken = taken || is_standard_output(&files[i]);
	return taken;
}

/* One that cannot be written keeps none of the others from being. */
static int write_files(struct verify_run *run)
{
	struct report_file files[REPORT_FILES];
	int status = 0;

	list_files(run->options, files);
	for (size_t i = 0; i < REPORT_FILES; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		if (files[i].path && write_file(&files[i], run->results, &error) < 0)
			status = failed(&error);
	}
	return status;
}

/* Where CI systems have the repository: they want paths from there. */
static const char *workspace(int format)
{
	return getenv(format == REPORT_GITHUB ? "GITHUB_WORKSPACE" : "CI_PROJECT_DIR");
}

/* Where in the workspace relative paths begin: the working directory.  NULL when it is none that
 * is below. */
static const char *below_workspace(struct call *call, const char *folder)
{
	char *top = folder && *folder ? realpath(folder, NULL) : NULL;
	char *here = realpath(".", NULL);
	const char *below = NULL;
	size_t len = top ? strlen(top) : 0;

	if (len > 0 && top[len - 1] == '/')
		len--;
	if (top && here && strncmp(here, top, len) == 0 && here[len] == '/')
		below = scratch_format(&call->scratch, "%s", here + len + 1);
	free(here);
	free(top);
	return below;
}

static int print(struct verify_run *run)
{
	static tally_verify_report *const makers[] = {
		[REPORT_TEXT] = tally_verify_report_text,
		[REPORT_GITHUB] = tally_verify_report_github,
		[REPORT_GITLAB] = tally_verify_report_gitlab,
	};
	const struct verify_options *o = run->options;
	const struct tally_verify_report_options options = {
		.colour = out_has_colours() && !o->no_colour,
		.rest_in = o->html ? o->html : o->junit,
		.folder = workspace(o->format),
		.below = below_workspace(run->call, workspace(o->format)),
	};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

	if (has_taken_output(o))
		return 0;
	if (o->format == REPORT_JSON)
		return out_json(run->results, &error) < 0 ? failed(&error) : 0;
	if (makers[o->format](run->results, &options, &text, &error) < 0)
		return failed(&error);
	out_report(text);
	if (o->format == REPORT_GITLAB)
		out("\n");
	tally_free(text);
	return 0;
}

/* Says in the results whose they are. */
static void add_member(struct verify_run *run, const char *name, const char *text)
{
	if (text && *text &&
	    !cJSON_AddStringToObject(run->results, name, valid_text(&run->call->scratch, text)))
		out_of_memory();
}

static void add_members(struct verify_run *run)
{
	add_member(run, "providerVersion", run->options->provider_version);
	add_member(run, "providerBranch", run->options->provider_branch);
	add_member(run, "buildUrl", run->options->build_url);
}

int verify_report(struct verify_run *run)
{
	int status, printed;

	add_members(run);
	status = write_files(run);
	printed = print(run);
	return status != 0 ? status : printed;
}

/* ---- without results ---- */

static void make_failure(struct verify_run *run, bool success)
{
	const struct verify_options *o = run->options;
	const struct tally_verify_options options = {
		.masks = o->masks.items,
		.mask_count = o->masks.count,
	};

	if (tally_verify_failure(first_failure(), &options, &run->results, NULL) < 0 ||
	    (success && !cJSON_ReplaceItemInObjectCaseSensitive(run->results, "success",
								cJSON_CreateTrue())) ||
	    (signals_watched() != 0 && !cJSON_AddTrueToObject(run->results, "interrupted")))
		out_of_memory();
	add_member(run, "provider", o->provider);
	add_members(run);
}

static bool can_be_written(struct call *call, const char *path, bool is_crowded)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (strcmp(path, "-") == 0)
		return !is_crowded;
	return check_output_file(call, path, &error) == 0;
}

int verify_report_failure(struct verify_run *run, int status)
{
	struct verify_options *o = run->options;
	const char **paths[] = {&o->json, &o->junit, &o->html};
	bool is_crowded = is_output_crowded(o);
	int written;

	if (status == EXIT_NOTHING && o->ignore_no_contracts)
		status = EXIT_YES;
	/* What cannot be written was said already, or is not to hide what was. */
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (*paths[i] && !can_be_written(run->call, *paths[i], is_crowded))
			*paths[i] = NULL;
	}
	make_failure(run, status == EXIT_YES);
	written = write_files(run);
	/* For people it was said on standard error. */
	if (o->format != REPORT_TEXT && !is_crowded && print(run) != 0)
		written = EXIT_UNREACHABLE;
	return status != EXIT_YES ? status : written;
}
