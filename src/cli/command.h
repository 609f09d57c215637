/* command.h - what a command is, and what its options are: one table makes the parser, --help, the
 * manual pages, the shell completions and doc/commands.md.
 *
 * A command is one file in src/cli/commands/ that ends in one `const struct command`, and one line
 * in src/cli/local.mk.  Its function declares a struct for its option values on its stack and has
 * call_parse() fill it:
 *
 *	struct lint_options o = {0};
 *
 *	if (!call_parse(call, &o))
 *		return call->status;
 *
 * The OPTION_… macros take the struct and the member; a member of another type than the option's
 * kind does not compile.
 */
#ifndef TALLY_CLI_COMMAND_H
#define TALLY_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/scratch.h"

/* What an option of the kind LIST collects: all its values, in order. */
struct text_list {
	const char **items;
	size_t count;
};

enum option_kind {
	OPTION_KIND_END, /* closes a table */
	OPTION_KIND_FLAG,
	OPTION_KIND_TEXT,
	OPTION_KIND_LIST,
	OPTION_KIND_MARK, /* a flag that goes into a list, in its place among others */
	OPTION_KIND_NUMBER,
	OPTION_KIND_CHOICE
};

struct option {
	enum option_kind kind;
	char letter;           /* the short form; 0: none */
	const char *name;      /* the long form, without the dashes */
	const char *aliases;   /* other long forms, separated by spaces; Pact's names */
	const char *argument;  /* what help calls the value: "FILE"; "[TAG]" may be left out */
	const char *help;      /* a phrase without a full stop */
	const char *variables; /* environment variables, separated by spaces; the first wins */
	bool whole_variable;   /* LIST: a variable holds one value; else several, with commas */
	bool named; /* LIST: several options are one list, in order, of "NAME=VALUE" each */
	const char *fallback;       /* the default, as it would be typed */
	const char *const *choices; /* CHOICE: closed by NULL; the value is the index */
	long min, max;              /* NUMBER: both included */
	size_t offset;
};

/* The place of member M in struct S; does not compile unless M is of type T. */
#define OPTION_PLACE(S, M, T) _Generic(&((S *)0)->M, T * : offsetof(S, M))
#define OPTION_OF(K, S, M, T, ...)                                                                 \
	{                                                                                          \
		.kind = (K), .offset = OPTION_PLACE(S, M, T), __VA_ARGS__                          \
	}

#define OPTION_FLAG(S, M, ...) OPTION_OF(OPTION_KIND_FLAG, S, M, bool, __VA_ARGS__)
#define OPTION_TEXT(S, M, ...) OPTION_OF(OPTION_KIND_TEXT, S, M, const char *, __VA_ARGS__)
#define OPTION_LIST(S, M, ...) OPTION_OF(OPTION_KIND_LIST, S, M, struct text_list, __VA_ARGS__)
/* Has no value: "NAME=" in a list of which `named` is said. */
#define OPTION_MARK(S, M, ...)   OPTION_OF(OPTION_KIND_MARK, S, M, struct text_list, __VA_ARGS__)
#define OPTION_NUMBER(S, M, ...) OPTION_OF(OPTION_KIND_NUMBER, S, M, long, __VA_ARGS__)
#define OPTION_CHOICE(S, M, ...) OPTION_OF(OPTION_KIND_CHOICE, S, M, int, __VA_ARGS__)
#define OPTION_END                                                                                 \
	{                                                                                          \
		.kind = OPTION_KIND_END                                                            \
	}

/* Operands are what stands on the command line beside options. */
struct operand {
	const char *name; /* as help shows it, such as "FILE"; NULL closes a table */
	const char *help;
	const char *const *choices; /* the only values it may have; NULL: any */
	bool optional;
	bool repeated; /* the last one may be given several times */
};

#define OPERAND_END                                                                                \
	{                                                                                          \
		.name = NULL                                                                       \
	}

struct example {
	const char *line;
	const char *what; /* what it does: a phrase without a full stop */
};

struct exit_status {
	int status;
	const char *meaning;
};

enum command_group {
	GROUP_CONSUMER,
	GROUP_PROVIDER,
	GROUP_RELEASE,
	GROUP_BROKER,
	GROUP_OTHER,
	GROUP_COUNT
};

/* The heading of a group in the list of commands. */
const char *group_title(enum command_group group);

struct call;

struct command {
	const char *name; /* one word, or two for a command of a group, such as "broker init" */
	enum command_group group;
	const char *summary;     /* a phrase without a full stop */
	const char *description; /* paragraphs, separated by an empty line */
	const struct operand *operands;
	const struct option *options;
	const char *trailing;            /* what stands after "--", such as "COMMAND"; or NULL */
	const struct example *examples;  /* closed by {NULL} */
	const struct exit_status *exits; /* what 0, 1 and 3 mean here; closed by {0, NULL} */
	int (*run)(struct call *call);
};

/* One run of a command.  What call_parse hands over lives as long as the call. */
struct call {
	const struct command *command;
	char **arguments; /* after the command's name, closed by NULL */
	int status;       /* set by call_parse when it returns false */
	const char **operands;
	size_t operand_count;
	char **trailing; /* what stood after "--" of a command that has `trailing`; or NULL */
	struct scratch scratch;
};

/* Fills `values`, the struct that the command's option table speaks of, from the command line, then
 * from the environment, then from the defaults.  False: the command is to return call->status,
 * after a wrong option or after --help; everything has been said. */
bool call_parse(struct call *call, void *values);

/* The command whose name `arguments` begin with, and how many words that took; or NULL. */
const struct command *command_find(char *const *arguments, size_t *words);
/* All commands in the order of local.mk, closed by NULL. */
extern const struct command *const all_commands[];

/* Whether `word` is the first of a two-word command's name. */
bool command_is_group(const char *word);

/* The option of `table` with this long name or alias (`len` bytes of it); or NULL. */
const struct option *option_find(const struct option *table, const char *name, size_t len);
/* The name of `table` nearest to a mistyped one; NULL when none is near. */
const char *option_nearest(const struct option *table, const char *name, size_t len);
/* The nearest name of a command; NULL when none is near. */
const char *command_nearest(const char *name);

/* Takes the words of `text` (may be NULL) in turn: false at its end. */
bool next_word(const char **text, const char **word, size_t *len);

/* Adds a text, which has to live as long as the call, to a list that only this has added to. */
void text_list_add(struct call *call, struct text_list *list, const char *text);

/* Whether it may be given several times. */
bool option_is_list(const struct option *option);
/* Whether a value belongs to it, and whether that may be left out. */
bool option_takes_value(const struct option *option);
bool option_value_is_optional(const struct option *option);

/* What an option that needs a value expects: its argument's name, or its choices. */
const char *option_expected(struct call *call, const struct option *option);

/* Sets one option from its text: true, or a message about `label` ("--port") on standard error. */
bool option_set(struct call *call, const struct option *option, const char *label, const char *text,
		void *values);
/* Fills the options that were not `given` from the environment, then from the defaults. */
bool options_complete(struct call *call, const bool *given, void *values);

#endif
