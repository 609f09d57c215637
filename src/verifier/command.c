#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "verifier/command.h"

struct command {
	struct command *previous, *next; /* among those under way */
	struct commands *commands;
	struct child *child;
	char *input;
	const char *what;
	struct pollfd waits[CHILD_WAITS]; /* what the loop waits for now */
	size_t wait_count;
	bool is_timed;              /* and for a time */
	struct tally_error failure; /* why it is broken off; code 0: it is not */
	command_done *done;
	void *context;
};

static void on_event(void *context, unsigned events);

static void forget_waits(struct command *command)
{
	struct http_client *client = command->commands->client;

	for (size_t i = 0; i < command->wait_count; i++)
		tally__http_client_unwatch(client, command->waits[i].fd);
	command->wait_count = 0;
	if (command->is_timed)
		tally__http_client_cancel(client, on_event, command);
	command->is_timed = false;
}

static int set_waits(struct command *command, struct tally_error *error)
{
	struct http_client *client = command->commands->client;
	struct pollfd waits[CHILD_WAITS];
	int64_t until_ms;
	size_t count = tally__child_waits(command->child, waits, &until_ms);
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		unsigned events = waits[i].events & POLLOUT ? HTTP_WRITABLE : HTTP_READABLE;

		status = tally__http_client_watch(client, waits[i].fd, events, 0, on_event, command,
						  error);
		if (status == 0)
			command->waits[command->wait_count++] = waits[i];
	}
	if (status == 0 && until_ms >= 0) {
		status = tally__http_client_at(client, until_ms, on_event, command, error);
		command->is_timed = status == 0;
	}
	return status;
}

static void add(struct command *command)
{
	struct commands *commands = command->commands;

	command->next = commands->first;
	if (commands->first != NULL)
		commands->first->previous = command;
	commands->first = command;
}

static void free_command(struct command *command)
{
	struct commands *commands = command->commands;

	forget_waits(command);
	if (command->previous != NULL)
		command->previous->next = command->next;
	else if (commands->first == command)
		commands->first = command->next;
	if (command->next != NULL)
		command->next->previous = command->previous;
	tally__child_free(command->child);
	tally__free(command->input);
	tally__free(command);
}

static void finish(struct command *command)
{
	struct tally_error error = command->failure;
	bool has_exited = error.code == 0 && tally__child_end(command->child) == CHILD_EXITED;

	if (error.code == 0)
		(void)tally__child_check(command->child, command->what, &error);
	command->done(command->context, has_exited ? tally__child_output(command->child) : NULL,
		      error.code != 0 ? &error : NULL);
	free_command(command);
}

static void on_event(void *context, unsigned events)
{
	struct command *command = context;
	bool is_over;

	/* Before its descriptors are closed. */
	forget_waits(command);
	if ((events & HTTP_STOPPED) != 0) {
		tally__fail(&command->failure, TALLY_ETIMEOUT, "%s was stopped with the run",
			    command->what);
		finish(command);
		return;
	}
	is_over = tally__child_step(command->child);
	if (is_over || set_waits(command, &command->failure) != 0)
		finish(command);
}

static int prepare(struct command *command, const struct child_options *options,
		   struct tally_error *error)
{
	struct child_options own = *options;
	int status;

	command->input = tally__malloc(options->input_len);
	if (command->input == NULL)
		return tally__fail_nomem(error);
	if (options->input_len > 0)
		memcpy(command->input, options->input, options->input_len);
	own.input = command->input;
	status = tally__child_start(&command->child, &own, error);
	return status != 0 ? status : set_waits(command, error);
}

int tally__command_start(struct commands *commands, const char *what,
			 const struct child_options *options, command_done *done, void *context,
			 struct tally_error *error)
{
	struct command *command = tally__calloc(1, sizeof(*command));
	int status;

	if (command == NULL)
		return tally__fail_nomem(error);
	*command = (struct command){
		.commands = commands, .what = what, .done = done, .context = context};
	add(command);
	status = prepare(command, options, error);
	if (status != 0)
		free_command(command);
	return status;
}

void tally__commands_break_off(struct commands *commands, const void *context,
			       const struct tally_error *failure)
{
	struct command *next;

	for (struct command *command = commands->first; command != NULL; command = next) {
		next = command->next;
		if (context != NULL && command->context != context)
			continue;
		if (command->failure.code == 0)
			command->failure = *failure;
		tally__child_give_up(command->child);
		/* It is due at another time now. */
		forget_waits(command);
		if (set_waits(command, &command->failure) != 0)
			finish(command);
	}
}

void tally__commands_release(struct commands *commands)
{
	while (commands->first != NULL)
		free_command(commands->first);
}
