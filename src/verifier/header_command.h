/* verifier/header_command.h - headers that a command of the user's prints: fresh tokens,
 * signatures.
 *
 * They are secrets, whatever their names: what the command prints on its standard output is not
 * shown, and results have the headers' values masked.  When it fails, the end of its standard error
 * says why, and is shown. */
#ifndef TALLY_VERIFIER_HEADER_COMMAND_H
#define TALLY_VERIFIER_HEADER_COMMAND_H

#include "verifier/attempt.h"

/* Runs it, if there is one for the whole run, and waits: before anything else is asked.  TALLY_EIO,
 * TALLY_ETIMEOUT, TALLY_EPARSE, TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__header_command_once(struct run *run, struct tally_error *error);

/* Sends attempt->sent with the headers that it is to have, of a command that may have to run
 * before. As tally__http_client_submit; where the command fails, the attempt is told. */
int tally__header_command_send(struct attempt *attempt, http_client_done *done,
			       struct tally_error *error);

#endif
