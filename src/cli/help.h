/* help.h - help as plain text, from the command tables. */
#ifndef TALLY_CLI_HELP_H
#define TALLY_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* On standard output. */
void help_command(const struct command *command);
/* All commands by group. */
void help_overview(FILE *stream);
/* The commands whose names begin with this word. */
void help_group(FILE *stream, const char *word);

/* What the manual's formats share. */
enum { EXIT_STATUS_MAX = 8 };
/* What the command's exit statuses mean, in order: its own, then those that all commands have;
 * returns how many. */
size_t command_exits(const struct command *command, struct exit_status exits[EXIT_STATUS_MAX]);
/* "FILE...", "[FILE]" and so on; "" after the last. */
void operand_usage(FILE *stream, const struct operand *operand);
/* What the value of a choice can be: "text|json". */
void print_choices(FILE *stream, const char *const *choices);

#endif
