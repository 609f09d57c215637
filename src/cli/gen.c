/* gen.c - the build's program that writes manual pages, completions and doc/commands.md. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/gen.h"

bool is_path(const char *argument)
{
	return argument && (strstr(argument, "FILE") || strstr(argument, "DIR") ||
			    strstr(argument, "PATH") || strstr(argument, "BROKER") ||
			    strstr(argument, "EXPECT") || strstr(argument, "ACTUAL"));
}

void print_joined(FILE *f, const char *name, char joint)
{
	for (; *name; name++)
		(void)fputc(*name == ' ' ? joint : *name, f);
}

static int complain(const struct command *command, const char *what, const char *name)
{
	(void)fprintf(stderr, "gen: command \"%s\": %s: %s\n", command->name, what, name);
	return 1;
}

/* Whether the options that an example shows exist. */
static int check_example(const struct command *command, const char *line)
{
	const char *word;
	size_t len;
	int wrong = 0;

	while (next_word(&line, &word, &len)) {
		size_t name_len = 0;

		if (len == 2 && strncmp(word, "--", 2) == 0)
			break;
		if (len < 3 || strncmp(word, "--", 2) != 0)
			continue;
		while (2 + name_len < len && word[2 + name_len] != '=')
			name_len++;
		if (!option_find(command->options, word + 2, name_len) &&
		    strncmp(word, "--help", len) != 0)
			wrong |= complain(command, "an example has an unknown option", word);
	}
	return wrong;
}

static int check_option(const struct command *command, const struct option *option)
{
	const char *names[] = {option->name, option->aliases};
	int wrong = 0;

	for (size_t i = 0; i < 2; i++) {
		const char *word;
		size_t len;

		while (next_word(&names[i], &word, &len)) {
			if (option_find(command->options, word, len) != option)
				wrong |= complain(command, "two options of one name", word);
		}
	}
	if (!option->help || option->help[strlen(option->help) - 1] == '.')
		wrong |=
			complain(command, "help is missing or ends with a full stop", option->name);
	if ((option->kind == OPTION_KIND_CHOICE) != (option->choices != NULL))
		wrong |= complain(command, "choices go with the kind CHOICE", option->name);
	if (option_takes_value(option) && option->kind != OPTION_KIND_CHOICE && !option->argument)
		wrong |= complain(command, "its argument has no name", option->name);
	if (option->variables && (option->named || option->kind == OPTION_KIND_MARK))
		wrong |= complain(command, "a variable has no place in a list in order",
				  option->name);
	for (const struct option *o = command->options; o != option; o++) {
		if (option->letter && o->letter == option->letter)
			wrong |= complain(command, "two options of one letter", option->name);
	}
	return wrong;
}

/* What the compiler cannot see of a table. */
static int check_command(const struct command *command)
{
	int wrong = 0;

	for (const struct option *o = command->options; o && o->kind != OPTION_KIND_END; o++)
		wrong |= check_option(command, o);
	for (const struct example *e = command->examples; e->line; e++) {
		if (strncmp(e->line, "tally ", 6) != 0 ||
		    strncmp(e->line + 6, command->name, strlen(command->name)) != 0)
			wrong |= complain(command, "an example of another command", e->line);
		wrong |= check_example(command, e->line);
	}
	return wrong;
}

static const struct command *find_page(const char *page)
{
	for (size_t i = 0; all_commands[i]; i++) {
		const char *name = all_commands[i]->name;
		size_t len = strlen(name);
		size_t same = 0;

		while (same < len && page[same] == (char)(name[same] == ' ' ? '-' : name[same]))
			same++;
		if (same == len && strcmp(page + len, ".1") == 0)
			return all_commands[i];
	}
	return NULL;
}

static bool generate(FILE *f, const char *file)
{
	const struct command *command;

	if (strcmp(file, "tally") == 0)
		complete_bash(f);
	else if (strcmp(file, "_tally") == 0)
		complete_zsh(f);
	else if (strcmp(file, "tally.fish") == 0)
		complete_fish(f);
	else if (strcmp(file, "commands.md") == 0)
		markdown_commands(f);
	else if (strcmp(file, "tally.1") == 0)
		man_overview(f);
	else if (strncmp(file, "tally-", 6) == 0 && (command = find_page(file + 6)))
		man_command(f, command);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	const char *slash;
	int wrong = 0;

	for (size_t i = 0; all_commands[i]; i++)
		wrong |= check_command(all_commands[i]);
	if (argc != 2 || wrong)
		return EXIT_FAILURE;
	slash = strrchr(argv[1], '/');
	if (!generate(stdout, slash ? slash + 1 : argv[1])) {
		(void)fprintf(stderr, "gen: no file \"%s\" is made here\n", argv[1]);
		return EXIT_FAILURE;
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
