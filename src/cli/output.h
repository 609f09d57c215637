/* output.h - results on standard output, everything else on standard error.
 *
 * The arguments of everything printed here as text may come from outside: of them, control
 * characters, line ends, what turns the direction of text, and bytes that are not UTF-8 come out as
 * \xNN, so that a contract can neither drive a terminal nor write lines of its own.
 */
#ifndef TALLY_CLI_OUTPUT_H
#define TALLY_CLI_OUTPUT_H

#include <stdbool.h>

#include <tally.h>

#include "cli/scratch.h"

/* Exit statuses; those of errors come from tally_error_exit_status. */
enum { EXIT_YES = 0, EXIT_NO = 1, EXIT_WRONG = 2, EXIT_NOTHING = 3, EXIT_UNREACHABLE = 4 };

/* A part of a result. */
__attribute__((format(printf, 1, 2))) void out(const char *format, ...);
/* A text of several lines that the library made for people, with its colours: nothing in it comes
 * from outside but through the library's own door. */
void out_report(const char *text);
/* Whether standard output is a terminal that wants colours. */
bool out_has_colours(void);
/* A part of a result, in green or red on a terminal that wants colours. */
__attribute__((format(printf, 2, 3))) void out_coloured(bool good, const char *format, ...);
/* `text` for a JSON document, which holds UTF-8 only: other bytes as \xNN. */
const char *valid_text(struct scratch *scratch, const char *text);
/* A JSON document and a newline; 0 or an error. */
int out_json(const cJSON *value, struct tally_error *error);
/* Standard output as it is now must reach the reader: a line that others wait for. */
void out_flush(void);
/* At the end: flushes and closes.  `status`, or EXIT_UNREACHABLE (said on standard error) when a
 * write failed. */
int out_finish(int status);

/* A line on standard error, after "tally: ". */
__attribute__((format(printf, 1, 2))) void note(const char *format, ...);
/* From here on no line on standard error waits for a reader that does not read: it is left out, and
 * counted.  For threads that have better things to do; before they start. */
void notes_may_be_lost(void);

/* Says what is wrong with how the program was called: EXIT_WRONG. */
__attribute__((format(printf, 1, 2))) int wrong(const char *format, ...);
/* Says what went wrong: its exit status. */
int failed(const struct tally_error *error);

/* What `wrong` or `failed` said first; of the code 0 when they said nothing. */
const struct tally_error *first_failure(void);

_Noreturn void out_of_memory(void);

#endif
