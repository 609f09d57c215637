/* gen-man.c - manual pages in mdoc(7), from the command tables. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/gen.h"
#include "cli/help.h"

#define PAGE_DATE "November 21, 2026"

enum { LINE_WIDTH = 76 };

/* Prints a word so that "\" is safe, and a dash that begins an option is one to copy. */
static void put_word(FILE *f, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool after_word = i > 0 && isalnum((unsigned char)word[i - 1]);

		if (word[i] == '\\')
			(void)fputs("\\e", f);
		else if (word[i] == '-' && !after_word)
			(void)fputs("\\-", f);
		else
			(void)fputc(word[i], f);
	}
}

/* Words in lines of the width that mandoc asks for; a new sentence begins a new line. */
static void put_text(FILE *f, const char *text, size_t text_len)
{
	size_t column = 0;
	size_t next = 0;

	while (next < text_len) {
		size_t len = strcspn(text + next, " ");
		bool ends_sentence;

		if (len > text_len - next)
			len = text_len - next;
		if (column > 0) {
			bool full = column + 1 + len > LINE_WIDTH;

			(void)fputc(full ? '\n' : ' ', f);
			column = full ? 0 : column + 1;
		}
		if (column == 0 && strchr(".'", text[next]))
			(void)fputs("\\&", f);
		put_word(f, text + next, len);
		ends_sentence = len > 0 && strchr(".?!", text[next + len - 1]);
		column = ends_sentence ? LINE_WIDTH : column + len;
		next += len;
		while (next < text_len && text[next] == ' ')
			next++;
	}
}

static void put_paragraphs(FILE *f, const char *text)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		put_text(f, text, len);
		(void)fputs(end ? "\n.Pp\n" : "\n", f);
		text += end ? len + 2 : len;
	}
}

/* A phrase of a table as a sentence. */
static void put_sentence(FILE *f, const char *phrase)
{
	(void)fputc(toupper((unsigned char)phrase[0]), f);
	if (phrase[1] == ' ')
		(void)fputc(' ', f);
	put_text(f, phrase + 1, strlen(phrase + 1));
	(void)fputs(".\n", f);
}

static void put_flags(FILE *f, const char *macro, const struct option *option)
{
	(void)fprintf(f, ".%s ", macro);
	if (option->letter)
		(void)fprintf(f, "Fl %c , ", option->letter);
	(void)fprintf(f, "Fl \\-%s", option->name);
	if (option->kind == OPTION_KIND_CHOICE) {
		(void)fputs(" Cm ", f);
		for (size_t i = 0; option->choices[i]; i++)
			(void)fprintf(f, "%s%s", i > 0 ? " | " : "", option->choices[i]);
	} else if (option_takes_value(option)) {
		(void)fprintf(f, " Ar %s", option->argument);
	}
	(void)fputc('\n', f);
}

static void put_option(FILE *f, const struct option *option)
{
	const char *rest = option->aliases;
	const char *word;
	size_t len;

	put_flags(f, "It", option);
	put_sentence(f, option->help);
	if (option_is_list(option))
		(void)fputs("May be given several times.\n", f);
	if (option->fallback)
		(void)fprintf(f, "The default is\n.Cm %s .\n", option->fallback);
	for (bool first = true; next_word(&rest, &word, &len); first = false)
		(void)fprintf(f, "%s.Fl \\-%.*s\n", first ? "Also\n" : "and\n", (int)len, word);
}

static void put_synopsis(FILE *f, const struct command *command)
{
	(void)fputs(".Sh SYNOPSIS\n.Nm tally ", f);
	(void)fprintf(f, "%s\n", command->name);
	if (command->options)
		(void)fputs(".Op Ar OPTION ...\n", f);
	for (const struct operand *o = command->operands; o && o->name; o++)
		(void)fprintf(f, ".%sAr %s%s\n", o->optional ? "Op " : "", o->name,
			      o->repeated ? " ..." : "");
	if (command->trailing)
		(void)fprintf(f, ".Op Fl \\- Ar %s\n", command->trailing);
}

static void put_operands(FILE *f, const struct operand *operands)
{
	if (!operands || !operands->name)
		return;
	(void)fputs(".Pp\nThe operands are:\n.Bl -tag -width Ds\n", f);
	for (; operands->name; operands++) {
		(void)fprintf(f, ".It Ar %s\n", operands->name);
		put_sentence(f, operands->help);
	}
	(void)fputs(".El\n", f);
}

static void put_options(FILE *f, const struct option *option)
{
	(void)fputs(".Pp\nThe options are:\n.Bl -tag -width Ds\n", f);
	for (; option && option->kind != OPTION_KIND_END; option++)
		put_option(f, option);
	(void)fputs(".It Fl h , Fl \\-help\nPrint a help text.\n.El\n", f);
}

static void put_environment(FILE *f, const struct option *option)
{
	bool open = false;

	for (; option && option->kind != OPTION_KIND_END; option++) {
		const char *rest = option->variables;
		const char *word;
		size_t len;

		while (next_word(&rest, &word, &len)) {
			if (!open)
				(void)fputs(
					".Sh ENVIRONMENT\n"
					"Where an option is left out, the first of its variables "
					"that is set counts.\n"
					".Bl -tag -width Ds\n",
					f);
			open = true;
			(void)fprintf(f, ".It Ev %.*s\nThe option\n.Fl \\-%s .\n", (int)len, word,
				      option->name);
		}
	}
	if (open)
		(void)fputs(".El\n", f);
}

static void put_exits(FILE *f, const struct command *command)
{
	struct exit_status exits[EXIT_STATUS_MAX];
	size_t count = command_exits(command, exits);

	(void)fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < count; i++) {
		(void)fprintf(f, ".It %d\n", exits[i].status);
		put_paragraphs(f, exits[i].meaning);
	}
	(void)fputs(".El\n", f);
}

static void put_examples(FILE *f, const struct example *examples)
{
	(void)fputs(".Sh EXAMPLES\n", f);
	for (; examples->line; examples++) {
		put_sentence(f, examples->what);
		(void)fputs(".Pp\n.Dl ", f);
		put_word(f, examples->line, strlen(examples->line));
		(void)fprintf(f, "\n%s", examples[1].line ? ".Pp\n" : "");
	}
}

static void put_title(FILE *f, const char *name, const char *summary)
{
	(void)fputs(".Dd " PAGE_DATE "\n.Dt TALLY", f);
	if (*name)
		(void)fputc('-', f);
	for (const char *c = name; *c; c++)
		(void)fputc(*c == ' ' ? '-' : toupper((unsigned char)*c), f);
	(void)fputs(" 1\n.Os\n.Sh NAME\n.Nm tally", f);
	if (*name)
		(void)fputc('-', f);
	print_joined(f, name, '-');
	(void)fputs("\n.Nd ", f);
	put_word(f, summary, strlen(summary));
	(void)fputc('\n', f);
}

static int by_name(const void *a, const void *b)
{
	const struct command *const *left = a;
	const struct command *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* The other commands of the group, in the order that mandoc asks for. */
static void put_see_also(FILE *f, const struct command *self)
{
	const struct command *others[64] = {NULL};
	size_t count = 0;

	for (size_t i = 0; all_commands[i] && count < sizeof(others) / sizeof(others[0]); i++) {
		if (all_commands[i]->group == self->group && all_commands[i] != self)
			others[count++] = all_commands[i];
	}
	qsort(others, count, sizeof(others[0]), by_name);
	(void)fputs(".Sh SEE ALSO\n.Xr tally 1", f);
	for (size_t i = 0; i < count; i++) {
		(void)fputs(" ,\n.Xr tally-", f);
		print_joined(f, others[i]->name, '-');
		(void)fputs(" 1", f);
	}
	(void)fputc('\n', f);
}

void man_command(FILE *f, const struct command *command)
{
	put_title(f, command->name, command->summary);
	put_synopsis(f, command);
	(void)fputs(".Sh DESCRIPTION\n", f);
	put_paragraphs(f, command->description);
	put_operands(f, command->operands);
	put_options(f, command->options);
	put_environment(f, command->options);
	put_exits(f, command);
	put_examples(f, command->examples);
	put_see_also(f, command);
}

static bool group_is_empty(enum command_group group)
{
	for (size_t i = 0; all_commands[i]; i++) {
		if (all_commands[i]->group == group)
			return false;
	}
	return true;
}

static void put_group(FILE *f, enum command_group group)
{
	if (group_is_empty(group))
		return;
	(void)fprintf(f, ".Ss %s\n.Bl -tag -width Ds\n", group_title(group));
	for (size_t i = 0; all_commands[i]; i++) {
		if (all_commands[i]->group != group)
			continue;
		(void)fputs(".It Xr tally-", f);
		print_joined(f, all_commands[i]->name, '-');
		(void)fputs(" 1\n", f);
		put_sentence(f, all_commands[i]->summary);
	}
	(void)fputs(".El\n", f);
}

void man_overview(FILE *f)
{
	put_title(f, "", "consumer-driven contracts: written, kept, verified, decided");
	(void)fputs(".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar OPTION ...\n.Op Ar OPERAND ...\n"
		    ".Nm\n.Cm help\n.Op Ar COMMAND\n.Nm\n.Fl \\-version\n"
		    ".Sh DESCRIPTION\n",
		    f);
	put_paragraphs(f, "Consumers write down what they need of a provider, and get a contract. "
			  "Providers replay it before they deploy. The broker, a git repository, "
			  "keeps both, and says what can be deployed where.\n\n"
			  "Contracts are files of the Pact specification, versions 1 to 4. "
			  "Results go to standard output, everything else to standard error. "
			  "Control characters in text from outside are printed as \\xNN.");
	for (int group = 0; group < GROUP_COUNT; group++)
		put_group(f, (enum command_group)group);
	(void)fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
		    ".It Ev TALLY_BROKER\nThe broker, where a command needs one.\n"
		    ".It Ev NO_COLOR\nNo colours, also on a terminal.\n.El\n"
		    "Each command's page names the variables of its options.\n"
		    ".Sh EXIT STATUS\n.Bl -tag -width Ds\n"
		    ".It 0\nYes.\n.It 1\nNo.\n.It 2\nThe command line or an input is wrong.\n"
		    ".It 3\nThere was nothing to decide.\n"
		    ".It 4\nSomething could not be reached, read or written.\n"
		    ".It 70\nA bug in Tally.\n.El\n"
		    ".Sh SEE ALSO\n.Xr git 1\n",
		    f);
}
