/* gen-markdown.c - doc/commands.md, from the command tables. */
#include "config.h"

#include <string.h>

#include "cli/gen.h"
#include "cli/help.h"

/* A cell's text; a bar would end the cell, in code too. */
static void put_cell(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			(void)fputc('\\', f);
		(void)fputc(*text, f);
	}
}

static void put_operands(FILE *f, const struct operand *operands)
{
	if (!operands || !operands->name)
		return;
	(void)fputs("\n| operand | meaning |\n|---|---|\n", f);
	for (; operands->name; operands++) {
		(void)fputs("| `", f);
		put_cell(f, operands->name);
		(void)fputs("` | ", f);
		put_cell(f, operands->help);
		(void)fputs(" |\n", f);
	}
}

static void put_words(FILE *f, const char *dash, const char *words)
{
	const char *word;
	size_t len;

	for (bool first = true; next_word(&words, &word, &len); first = false)
		(void)fprintf(f, "%s`%s%.*s`", first ? "" : ", ", dash, (int)len, word);
}

static void put_option(FILE *f, const struct option *option)
{
	(void)fputs("| `", f);
	if (option->letter)
		(void)fprintf(f, "-%c`, `", option->letter);
	(void)fprintf(f, "--%s", option->name);
	if (option->kind == OPTION_KIND_CHOICE) {
		for (size_t i = 0; option->choices[i]; i++)
			(void)fprintf(f, "%s%s", i > 0 ? "\\|" : " ", option->choices[i]);
	} else if (option_takes_value(option)) {
		(void)fputc(' ', f);
		put_cell(f, option->argument);
	}
	(void)fprintf(f, "`%s | ", option_is_list(option) ? "…" : "");
	put_cell(f, option->help);
	if (option->fallback)
		(void)fprintf(f, " (default `%s`)", option->fallback);
	(void)fputs(" | ", f);
	put_words(f, "--", option->aliases);
	(void)fputs(" | ", f);
	put_words(f, "", option->variables);
	(void)fputs(" |\n", f);
}

static void put_usage(FILE *f, const struct command *command)
{
	(void)fprintf(f, "\n    tally %s%s", command->name, command->options ? " [OPTION]..." : "");
	for (const struct operand *o = command->operands; o && o->name; o++) {
		(void)fputc(' ', f);
		operand_usage(f, o);
	}
	if (command->trailing)
		(void)fprintf(f, " [-- %s]", command->trailing);
	(void)fputc('\n', f);
}

static void put_command(FILE *f, const struct command *command)
{
	struct exit_status exits[EXIT_STATUS_MAX];
	size_t count = command_exits(command, exits);

	(void)fprintf(f, "\n### tally %s: %s\n", command->name, command->summary);
	put_usage(f, command);
	(void)fprintf(f, "\n%s\n", command->description);
	put_operands(f, command->operands);
	if (command->options) {
		(void)fputs("\n| option | meaning | also | variables |\n|---|---|---|---|\n", f);
		for (const struct option *o = command->options; o->kind != OPTION_KIND_END; o++)
			put_option(f, o);
	}
	(void)fputs("\n| exit status | meaning |\n|---|---|\n", f);
	for (size_t i = 0; i < count; i++)
		(void)fprintf(f, "| %d | %s |\n", exits[i].status, exits[i].meaning);
	(void)fputc('\n', f);
	for (const struct example *e = command->examples; e->line; e++)
		(void)fprintf(f, "- `%s`: %s\n", e->line, e->what);
}

void markdown_commands(FILE *f)
{
	(void)fputs("<!-- Made from the command tables by `make update-commands-page`. -->\n"
		    "# Commands\n\n"
		    "Results go to standard output, everything else to standard error. An option's "
		    "value stands after a space or after `=`; `--` ends the options. Where an "
		    "option is left out, the first of its variables that is set counts.\n",
		    f);
	for (int group = 0; group < GROUP_COUNT; group++) {
		(void)fprintf(f, "\n## %s\n", group_title((enum command_group)group));
		for (size_t i = 0; all_commands[i]; i++) {
			if (all_commands[i]->group == (enum command_group)group)
				put_command(f, all_commands[i]);
		}
	}
}
