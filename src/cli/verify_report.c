/* verify_report.c - what tally verify found, on standard output and in files. */
#include "config.h"

#include <stdlib.h>

#include "cli/common.h"
#include "cli/output.h"
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

int verify_report_check(struct verify_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct report_file files[REPORT_FILES];

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
	};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

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

int verify_report(struct verify_run *run)
{
	int status, printed;

	add_member(run, "providerVersion", run->options->provider_version);
	add_member(run, "providerBranch", run->options->provider_branch);
	add_member(run, "buildUrl", run->options->build_url);
	status = write_files(run);
	printed = print(run);
	return status != 0 ? status : printed;
}
