#include "config.h"

#include <string.h>

#include "cli/help.h"
#include "cli/output.h"

enum { PAGE_WIDTH = 80, OPTION_INDENT = 6 };

/* Prints `text` in lines of the page's width, each after `indent` spaces; an empty line in the text
 * stays one. */
static void wrap(FILE *stream, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");

		if (column > 0 && column + 1 + len > PAGE_WIDTH) {
			(void)fputc('\n', stream);
			column = 0;
		}
		if (len > 0) {
			if (column == 0)
				column = (size_t)fprintf(stream, "%*s", (int)indent, "");
			else
				column += (size_t)fprintf(stream, " ");
			column += (size_t)fprintf(stream, "%.*s", (int)len, text);
		}
		text += len;
		if (*text == '\n') {
			(void)fputc('\n', stream);
			column = 0;
		}
		if (*text)
			text++;
	}
	(void)fputc('\n', stream);
}

size_t command_exits(const struct command *command, struct exit_status exits[EXIT_STATUS_MAX])
{
	static const struct exit_status common[] = {
		{EXIT_WRONG, "The command line or an input is wrong; nothing was changed."},
		{EXIT_UNREACHABLE, "Something could not be reached, read or written."},
		{70, "A bug in Tally."},
	};
	size_t count = 0;
	size_t next = 0;

	for (const struct exit_status *exit = command->exits; exit->meaning; exit++) {
		while (next < 3 && common[next].status < exit->status)
			exits[count++] = common[next++];
		exits[count++] = *exit;
	}
	while (next < 3)
		exits[count++] = common[next++];
	return count;
}

void operand_usage(FILE *stream, const struct operand *operand)
{
	(void)fprintf(stream, "%s%s%s%s", operand->optional ? "[" : "", operand->name,
		      operand->optional ? "]" : "", operand->repeated ? "..." : "");
}

void print_choices(FILE *stream, const char *const *choices)
{
	for (size_t i = 0; choices[i]; i++)
		(void)fprintf(stream, "%s%s", i > 0 ? "|" : "", choices[i]);
}

static void print_usage(FILE *stream, const struct command *command)
{
	(void)fprintf(stream, "usage: tally %s%s", command->name,
		      command->options ? " [OPTION]..." : "");
	for (const struct operand *o = command->operands; o && o->name; o++) {
		(void)fputc(' ', stream);
		operand_usage(stream, o);
	}
	if (command->trailing)
		(void)fprintf(stream, " [-- %s]", command->trailing);
	(void)fputs("\n", stream);
}

static void print_operands(FILE *stream, const struct operand *operands)
{
	if (!operands || !operands->name)
		return;
	(void)fputs("\nOperands:\n", stream);
	for (; operands->name; operands++) {
		(void)fprintf(stream, "  %s\n", operands->name);
		wrap(stream, operands->help, OPTION_INDENT);
	}
}

/* Words of a list, each in its own dressing: "--broker-url, --broker-base-url". */
static void list_words(char *text, size_t bytes, const char *title, const char *dash,
		       const char *words)
{
	size_t used = strlen(text);
	const char *word;
	size_t len;

	for (bool first = true; next_word(&words, &word, &len); first = false) {
		int added = snprintf(text + used, bytes - used, "%s%s%.*s", first ? title : ", ",
				     dash, (int)len, word);

		if (added < 0 || (size_t)added >= bytes - used)
			return;
		used += (size_t)added;
	}
}

static void print_option(FILE *stream, const struct option *option)
{
	char text[1024];

	if (option->letter)
		(void)fprintf(stream, "  -%c, --%s", option->letter, option->name);
	else
		(void)fprintf(stream, "  --%s", option->name);
	if (option->kind == OPTION_KIND_CHOICE) {
		(void)fputc(' ', stream);
		print_choices(stream, option->choices);
	} else if (option_takes_value(option)) {
		(void)fprintf(stream, " %s", option->argument);
	}
	(void)fputs(option_is_list(option) ? "  (repeatable)\n" : "\n", stream);
	(void)snprintf(text, sizeof(text), "%s%s%s", option->help,
		       option->fallback ? "; default: " : "",
		       option->fallback ? option->fallback : "");
	list_words(text, sizeof(text), "; variable: ", "", option->variables);
	list_words(text, sizeof(text), "; also: ", "--", option->aliases);
	wrap(stream, text, OPTION_INDENT);
}

static void print_examples(FILE *stream, const struct example *examples)
{
	if (!examples || !examples->line)
		return;
	(void)fputs("\nExamples:\n", stream);
	for (; examples->line; examples++) {
		(void)fprintf(stream, "  %s\n", examples->line);
		wrap(stream, examples->what, OPTION_INDENT);
	}
}

static void print_exits(FILE *stream, const struct command *command)
{
	struct exit_status exits[EXIT_STATUS_MAX];
	size_t count = command_exits(command, exits);

	(void)fputs("\nExit status:\n", stream);
	for (size_t i = 0; i < count; i++)
		(void)fprintf(stream, "  %2d  %s\n", exits[i].status, exits[i].meaning);
}

void help_command(const struct command *command)
{
	(void)fprintf(stdout, "tally %s - %s\n\n", command->name, command->summary);
	print_usage(stdout, command);
	(void)fputc('\n', stdout);
	wrap(stdout, command->description, 0);
	print_operands(stdout, command->operands);
	(void)fputs("\nOptions:\n", stdout);
	for (const struct option *o = command->options; o && o->kind != OPTION_KIND_END; o++)
		print_option(stdout, o);
	(void)fputs("  -h, --help\n      show this help\n", stdout);
	print_examples(stdout, command->examples);
	print_exits(stdout, command);
}

static void print_summary(FILE *stream, const struct command *command)
{
	(void)fprintf(stream, "  %-20s %s\n", command->name, command->summary);
}

void help_overview(FILE *stream)
{
	(void)fputs("tally - consumer-driven contracts: written, kept, verified, decided\n\n"
		    "usage: tally COMMAND [OPTION]... [OPERAND]...\n"
		    "       tally help COMMAND\n"
		    "       tally --version\n",
		    stream);
	for (int group = 0; group < GROUP_COUNT; group++) {
		(void)fprintf(stream, "\n%s:\n", group_title((enum command_group)group));
		for (size_t i = 0; all_commands[i]; i++) {
			if (all_commands[i]->group == (enum command_group)group)
				print_summary(stream, all_commands[i]);
		}
	}
}

void help_group(FILE *stream, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; all_commands[i]; i++) {
		const char *name = all_commands[i]->name;

		if (strncmp(name, word, len) == 0 && name[len] == ' ')
			print_summary(stream, all_commands[i]);
	}
}
