#include "config.h"

#include "verifier/header_command.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "verifier/command_output.h"
#include "verifier/outside.h"

static const char what[] = "the header command";

static void set_options(struct child_options *options, const struct settings *settings)
{
	*options = (struct child_options){.command = settings->options->header_command,
					  .max_output_bytes = LIMIT_HEADER_BYTES,
					  .timeout_ms = settings->command_timeout_ms};
}

/* Reads them, and has results leave them out. */
static int take_headers(struct http_headers *out, struct arena *arena, struct secrets *secrets,
			const struct buf *output, struct tally_error *error)
{
	int status = tally__command_headers(out, arena, output, error);

	for (size_t i = 0; i < out->count && status == 0; i++) {
		const struct http_header *header = &out->items[i];

		if (tally__secrets_learn_name(secrets, header->name) != 0 ||
		    tally__secrets_learn_header(secrets, header->name, header->value) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

/* In the place of all headers of their names. */
static int put_headers(struct http_request *request, struct arena *arena,
		       const struct http_headers *headers, struct tally_error *error)
{
	struct http_headers *all = &request->headers;
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (tally__http_header_get(headers, all->items[i].name) == NULL)
			all->items[kept++] = all->items[i];
	}
	all->count = kept;
	for (size_t i = 0; i < headers->count; i++) {
		if (tally__http_header_lend(all, arena, headers->items[i].name,
					    headers->items[i].value) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

/* ---- once ---- */

struct once {
	struct run *run;
	struct tally_error *error;
	int status;
};

static void on_printed_once(void *context, const struct buf *output,
			    const struct tally_error *failure)
{
	struct once *once = context;
	struct run *run = once->run;

	tally__run_unwatch(run);
	if (failure != NULL) {
		once->status = failure->code;
		if (once->error != NULL)
			*once->error = *failure;
		return;
	}
	once->status = take_headers(&run->headers, &run->arena, run->settings->secrets, output,
				    once->error);
}

int tally__header_command_once(struct run *run, struct tally_error *error)
{
	struct once once = {.run = run, .error = error};
	struct child_options options;
	int status;

	set_options(&options, run->settings);
	if (options.command == NULL || run->settings->options->header_command_each)
		return 0;
	status =
		tally__command_start(&run->commands, what, &options, on_printed_once, &once, error);
	if (status == 0)
		status = tally__http_client_run(run->client, NULL, error);
	return status != 0 ? status : once.status;
}

/* ---- for each request ---- */

static int submit(struct attempt *attempt, http_client_done *done, struct tally_error *error)
{
	if (attempt->phase == PHASE_REQUEST)
		attempt->asked_ms = tally__time_monotonic_ms();
	return tally__http_client_submit(attempt->run->client, &attempt->sent, done, attempt,
					 error);
}

static void on_printed(void *context, const struct buf *output, const struct tally_error *failure)
{
	struct attempt *attempt = context;
	struct http_headers headers = {0};
	struct tally_error error = TALLY_ERROR_INIT;

	if (failure != NULL)
		error = *failure;
	else
		take_headers(&headers, &attempt->arena, attempt->run->settings->secrets, output,
			     &error);
	if (error.code == 0)
		put_headers(&attempt->sent, &attempt->arena, &headers, &error);
	if (error.code == 0)
		submit(attempt, attempt->done, &error);
	tally__outside_note(attempt->run, &error);
	if (error.code != 0)
		tally__outside_failed(attempt, &error);
}

static int start(struct attempt *attempt, http_client_done *done, struct tally_error *error)
{
	const struct http_request *request = &attempt->sent;
	const char *variables[2];
	struct child_options options;

	set_options(&options, attempt->run->settings);
	variables[0] = tally__arena_printf(&attempt->arena, "TALLY_METHOD=%s", request->method);
	variables[1] = tally__arena_printf(&attempt->arena, "TALLY_URL=%s", request->target);
	if (variables[0] == NULL || variables[1] == NULL)
		return tally__fail_nomem(error);
	options.variables = variables;
	options.variable_count = 2;
	options.input = request->body;
	options.input_len = request->body_len;
	attempt->done = done;
	return tally__command_start(&attempt->run->commands, what, &options, on_printed, attempt,
				    error);
}

int tally__header_command_send(struct attempt *attempt, http_client_done *done,
			       struct tally_error *error)
{
	const struct tally_verify_options *options = attempt->run->settings->options;
	int status = 0;

	if (options->header_command_each)
		return start(attempt, done, error);
	if (options->header_command != NULL)
		status =
			put_headers(&attempt->sent, &attempt->arena, &attempt->run->headers, error);
	return status != 0 ? status : submit(attempt, done, error);
}
