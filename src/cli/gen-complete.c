/* gen-complete.c - completions for bash, zsh and fish, from the command tables. */
#include "config.h"

#include <string.h>

#include "cli/gen.h"

/* Text inside single quotes of a shell. */
static void put_quoted(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs("'\\''", f);
		else
			(void)fputc(*text, f);
	}
}

static void put_choices(FILE *f, const char *const *choices)
{
	for (size_t i = 0; choices && choices[i]; i++)
		(void)fprintf(f, "%s%s", i > 0 ? " " : "", choices[i]);
}

/* The first words of the commands' names, each once. */
static void put_first_words(FILE *f)
{
	for (size_t i = 0; all_commands[i]; i++) {
		size_t len = strcspn(all_commands[i]->name, " ");
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++)
			seen = strcspn(all_commands[j]->name, " ") == len &&
			       strncmp(all_commands[j]->name, all_commands[i]->name, len) == 0;
		if (!seen)
			(void)fprintf(f, "%s%.*s", i > 0 ? " " : "", (int)len,
				      all_commands[i]->name);
	}
}

/* The second words of the group that command `first` is the first one of. */
static void put_second_words(FILE *f, size_t first)
{
	size_t len = strcspn(all_commands[first]->name, " ") + 1;

	for (size_t i = first; all_commands[i]; i++) {
		if (strncmp(all_commands[i]->name, all_commands[first]->name, len) == 0)
			(void)fprintf(f, "%s%s", i > first ? " " : "", all_commands[i]->name + len);
	}
}

static bool begins_group(size_t index)
{
	const char *name = all_commands[index]->name;
	size_t len = strcspn(name, " ");

	if (name[len] == '\0')
		return false;
	for (size_t i = 0; i < index; i++) {
		if (strncmp(all_commands[i]->name, name, len + 1) == 0)
			return false;
	}
	return true;
}

static const char *const *operand_choices(const struct command *command)
{
	return command->operands && command->operands->name ? command->operands->choices : NULL;
}

static void bash_command(FILE *f, const struct command *command)
{
	(void)fputs("\t'", f);
	put_quoted(f, command->name);
	(void)fputs("')\n\t\tcase $previous in\n", f);
	for (const struct option *o = command->options; o && o->kind != OPTION_KIND_END; o++) {
		if (!option_takes_value(o))
			continue;
		(void)fprintf(f, "\t\t--%s", o->name);
		if (o->letter)
			(void)fprintf(f, "|-%c", o->letter);
		(void)fputs(") ", f);
		if (o->choices) {
			(void)fputs("_tally_words '", f);
			put_choices(f, o->choices);
			(void)fputc('\'', f);
		} else {
			(void)fputs(is_path(o->argument) ? "_tally_files" : ":", f);
		}
		(void)fputs("; return ;;\n", f);
	}
	(void)fputs("\t\tesac\n\t\tif [[ $word == -* ]]; then\n\t\t\t_tally_words '", f);
	for (const struct option *o = command->options; o && o->kind != OPTION_KIND_END; o++)
		(void)fprintf(f, "--%s ", o->name);
	(void)fputs("--help'\n\t\telse\n\t\t\t", f);
	if (operand_choices(command)) {
		(void)fputs("_tally_words '", f);
		put_choices(f, operand_choices(command));
		(void)fputs("'\n\t\t\t", f);
	}
	(void)fputs("_tally_files\n\t\tfi ;;\n", f);
}

void complete_bash(FILE *f)
{
	(void)fputs("# bash completion for tally, made from its command tables\n"
		    "_tally_words()\n{\n"
		    "\twhile IFS= read -r reply; do\n\t\tCOMPREPLY+=(\"$reply\")\n"
		    "\tdone < <(compgen -W \"$1\" -- \"$word\")\n}\n"
		    "_tally_files()\n{\n"
		    "\tcompopt -o filenames 2>/dev/null\n"
		    "\twhile IFS= read -r reply; do\n\t\tCOMPREPLY+=(\"$reply\")\n"
		    "\tdone < <(compgen -f -- \"$word\")\n}\n"
		    "_tally()\n{\n"
		    "\tlocal word=${COMP_WORDS[COMP_CWORD]} previous= command reply\n"
		    "\tCOMPREPLY=()\n"
		    "\tif ((COMP_CWORD == 1)); then\n\t\t_tally_words '",
		    f);
	put_first_words(f);
	(void)fputs(" --help --version'\n\t\treturn\n\tfi\n"
		    "\tcommand=${COMP_WORDS[1]}\n"
		    "\tprevious=${COMP_WORDS[COMP_CWORD-1]}\n"
		    "\tcase $command in\n",
		    f);
	for (size_t i = 0; all_commands[i]; i++) {
		if (!begins_group(i))
			continue;
		(void)fprintf(f, "\t%.*s)\n\t\tif ((COMP_CWORD == 2)); then\n\t\t\t_tally_words '",
			      (int)strcspn(all_commands[i]->name, " "), all_commands[i]->name);
		put_second_words(f, i);
		(void)fputs("'\n\t\t\treturn\n\t\tfi\n\t\tcommand+=\" ${COMP_WORDS[2]}\" ;;\n", f);
	}
	(void)fputs("\tesac\n\tcase $command in\n", f);
	for (size_t i = 0; all_commands[i]; i++)
		bash_command(f, all_commands[i]);
	(void)fputs("\tesac\n}\ncomplete -F _tally tally\n", f);
}

/* In a specification of _arguments, colons and brackets have a meaning. */
static void zsh_text(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (strchr(":[]\\", *text))
			(void)fputc('\\', f);
		if (*text == '\'')
			(void)fputs("'\\''", f);
		else
			(void)fputc(*text, f);
	}
}

static void zsh_option(FILE *f, const struct option *option)
{
	(void)fprintf(f, "\t\t\t'%s--%s%s[", option_is_list(option) ? "*" : "", option->name,
		      option_takes_value(option) ? "=" : "");
	zsh_text(f, option->help);
	(void)fputc(']', f);
	if (option->kind == OPTION_KIND_CHOICE) {
		(void)fputs(":value:(", f);
		put_choices(f, option->choices);
		(void)fputc(')', f);
	} else if (option_takes_value(option)) {
		(void)fputc(':', f);
		zsh_text(f, option->argument);
		(void)fputs(is_path(option->argument) ? ":_files" : ": ", f);
	}
	(void)fputs("' \\\n", f);
}

static void zsh_command(FILE *f, const struct command *command)
{
	(void)fprintf(f, "\t'%s')\n\t\t_arguments -s \\\n", command->name);
	for (const struct option *o = command->options; o && o->kind != OPTION_KIND_END; o++)
		zsh_option(f, o);
	(void)fputs("\t\t\t'(-h --help)'{-h,--help}'[show help]' \\\n", f);
	if (operand_choices(command)) {
		(void)fputs("\t\t\t'1:what:(", f);
		put_choices(f, operand_choices(command));
		(void)fputs(")' \\\n", f);
	}
	(void)fputs("\t\t\t'*:operand:_files' ;;\n", f);
}

void complete_zsh(FILE *f)
{
	(void)fputs("#compdef tally\n# made from tally's command tables\n"
		    "_tally() {\n\tlocal name\n"
		    "\tif ((CURRENT == 2)); then\n\t\tcompadd -- ",
		    f);
	put_first_words(f);
	(void)fputs(" --help --version\n\t\treturn\n\tfi\n\tname=$words[2]\n\tcase $name in\n", f);
	for (size_t i = 0; all_commands[i]; i++) {
		if (!begins_group(i))
			continue;
		(void)fprintf(f, "\t%.*s)\n\t\tif ((CURRENT == 3)); then\n\t\t\tcompadd -- ",
			      (int)strcspn(all_commands[i]->name, " "), all_commands[i]->name);
		put_second_words(f, i);
		(void)fputs("\n\t\t\treturn\n\t\tfi\n\t\tname=\"$name $words[3]\"\n"
			    "\t\tshift words\n\t\t((CURRENT--)) ;;\n",
			    f);
	}
	(void)fputs("\tesac\n\tshift words\n\t((CURRENT--))\n\tcase $name in\n", f);
	for (size_t i = 0; all_commands[i]; i++)
		zsh_command(f, all_commands[i]);
	(void)fputs("\tesac\n}\n_tally \"$@\"\n", f);
}

/* The condition under which a completion of `command` is offered. */
static void fish_condition(FILE *f, const struct command *command)
{
	const char *name = command->name;
	size_t len = strcspn(name, " ");

	(void)fprintf(f, "complete -c tally -n '__fish_seen_subcommand_from %.*s", (int)len, name);
	if (name[len] == ' ')
		(void)fprintf(f, "; and __fish_seen_subcommand_from %s", name + len + 1);
	(void)fputs("' ", f);
}

static void fish_option(FILE *f, const struct command *command, const struct option *option)
{
	fish_condition(f, command);
	(void)fprintf(f, "-l %s ", option->name);
	if (option->letter)
		(void)fprintf(f, "-s %c ", option->letter);
	if (option->kind == OPTION_KIND_CHOICE) {
		(void)fputs("-x -a '", f);
		put_choices(f, option->choices);
		(void)fputs("' ", f);
	} else if (option_takes_value(option)) {
		(void)fputs(is_path(option->argument) ? "-r -F " : "-x ", f);
	}
	(void)fputs("-d \"", f);
	for (const char *c = option->help; *c; c++) {
		if (strchr("\"$\\", *c))
			(void)fputc('\\', f);
		(void)fputc(*c, f);
	}
	(void)fputs("\"\n", f);
}

void complete_fish(FILE *f)
{
	(void)fputs("# fish completion for tally, made from its command tables\n"
		    "complete -c tally -n __fish_use_subcommand -f -a '",
		    f);
	put_first_words(f);
	(void)fputs(
		"'\ncomplete -c tally -n __fish_use_subcommand -l version -d \"show the version\"\n"
		"complete -c tally -l help -s h -d \"show help\"\n",
		f);
	for (size_t i = 0; all_commands[i]; i++) {
		const struct command *command = all_commands[i];

		if (begins_group(i)) {
			(void)fprintf(f,
				      "complete -c tally -n '__fish_seen_subcommand_from %.*s' -f "
				      "-a '",
				      (int)strcspn(command->name, " "), command->name);
			put_second_words(f, i);
			(void)fputs("'\n", f);
		}
		for (const struct option *o = command->options; o && o->kind != OPTION_KIND_END;
		     o++)
			fish_option(f, command, o);
	}
}
