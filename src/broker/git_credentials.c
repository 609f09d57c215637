#include "config.h"

#include <string.h>

#include "base/child.h"
#include "broker/git_credentials.h"

/* A helper may ask a person, in a window of its own. */
#define ASK_TIMEOUT_MS  120000
#define TELL_TIMEOUT_MS 10000
#define ANSWER_BYTES    65536
#define POLL_MS         50

/* Values are lines: one with a line end would be two. */
static void add_member(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	if (strpbrk(value, "\r\n"))
		out->status = TALLY_EINVAL;
	tally__buf_addf(out, "%s=%s\n", name, value);
}

static void add_place(struct buf *out, const struct credential_place *place)
{
	add_member(out, "protocol", place->protocol);
	add_member(out, "host", place->host);
	add_member(out, "path", place->path);
}

/* Runs until it is over, or given up because of an interrupt. */
static void run(struct child *child, const volatile sig_atomic_t *interrupt)
{
	while (!tally__child_step(child)) {
		struct pollfd waits[CHILD_WAITS];
		int64_t until_ms;
		size_t count = tally__child_waits(child, waits, &until_ms);

		if (interrupt && *interrupt != 0)
			tally__child_give_up(child);
		(void)poll(waits, (nfds_t)count, POLL_MS);
	}
}

/* The line "name=value" in what git printed. */
static const char *find_member(struct arena *arena, const char *text, const char *name)
{
	size_t len = strlen(name);

	while (*text) {
		size_t line = strcspn(text, "\n");

		if (line > len && strncmp(text, name, len) == 0 && text[len] == '=')
			return tally__arena_memdup(arena, text + len + 1, line - len - 1);
		text += line + (text[line] == '\n');
	}
	return NULL;
}

static int start(struct child **child, const char *command, const struct buf *input,
		 unsigned timeout_ms, struct tally_error *error)
{
	/* The terminal belongs to the program that was started, and perhaps to nobody. */
	static const char *const variables[] = {"GIT_TERMINAL_PROMPT=0", "LC_ALL=C"};
	const struct child_options options = {
		.command = command,
		.variables = variables,
		.variable_count = sizeof variables / sizeof *variables,
		.input = input->bytes,
		.input_len = input->len,
		.max_output_bytes = ANSWER_BYTES,
		.timeout_ms = timeout_ms,
	};

	return tally__child_start(child, &options, error);
}

static int take_answer(struct git_credentials *out, const char **why, struct arena *arena,
		       const struct child *child, struct tally_error *error)
{
	struct tally_error failure = TALLY_ERROR_INIT;
	const char *text = tally__child_output(child)->bytes;

	if (tally__child_end(child) == CHILD_GIVEN_UP)
		return tally__fail(error, TALLY_ETIMEOUT,
				   "interrupted while git was asked for credentials");
	if (tally__child_check(child, "git credential fill", &failure) != 0) {
		/* Its last line tells; the ones before repeat the question. */
		*why = strrchr(failure.message, '\n');
		*why = tally__arena_strdup(arena, *why ? *why + 1 : failure.message);
		return 0;
	}
	out->user = find_member(arena, text, "username");
	out->password = find_member(arena, text, "password");
	if (out->user && out->password)
		out->source = CREDENTIAL_HELPER;
	return 0;
}

int tally__git_credentials_ask(struct git_credentials *out, const char **why, struct arena *arena,
			       const struct credential_place *place,
			       const volatile sig_atomic_t *interrupt, struct tally_error *error)
{
	struct child *child = NULL;
	struct buf input;
	int status;

	*out = (struct git_credentials){CREDENTIAL_NONE, NULL, NULL};
	*why = NULL;
	tally__buf_init(&input, ANSWER_BYTES);
	add_place(&input, place);
	add_member(&input, "username", place->user);
	tally__buf_addc(&input, '\n');
	status = tally__buf_status(&input, error);
	if (status == 0)
		status = start(&child, "exec git credential fill", &input, ASK_TIMEOUT_MS, error);
	if (status == 0) {
		run(child, interrupt);
		status = take_answer(out, why, arena, child, error);
	}
	tally__child_free(child);
	tally__buf_release(&input);
	return status;
}

void tally__git_credentials_tell(const struct git_credentials *credentials,
				 const struct credential_place *place, bool accepted)
{
	struct child *child = NULL;
	struct buf input;

	if (credentials->source != CREDENTIAL_HELPER)
		return;
	tally__buf_init(&input, ANSWER_BYTES);
	add_place(&input, place);
	add_member(&input, "username", credentials->user);
	add_member(&input, "password", credentials->password);
	tally__buf_addc(&input, '\n');
	if (input.status == 0 &&
	    start(&child, accepted ? "exec git credential approve" : "exec git credential reject",
		  &input, TELL_TIMEOUT_MS, NULL) == 0)
		run(child, NULL);
	tally__child_free(child);
	tally__buf_release(&input);
}
