/* gen.h - what the build makes from the command tables.
 *
 * gen FILE writes the file of that name on standard output: tally.1 and tally-COMMAND.1 (manual
 * pages), tally (bash completion), _tally (zsh), tally.fish, commands.md.
 */
#ifndef TALLY_CLI_GEN_H
#define TALLY_CLI_GEN_H

#include <stdio.h>

#include "cli/command.h"

/* mdoc(7). */
void man_overview(FILE *f);
void man_command(FILE *f, const struct command *command);

void complete_bash(FILE *f);
void complete_zsh(FILE *f);
void complete_fish(FILE *f);

void markdown_commands(FILE *f);

/* Whether an argument of this name is a file or a folder, which shells can complete. */
bool is_path(const char *argument);
/* `name` with the spaces between its words replaced. */
void print_joined(FILE *f, const char *name, char joint);

#endif
