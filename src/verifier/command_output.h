/* verifier/command_output.h - what state, message and header commands print. */
#ifndef TALLY_VERIFIER_COMMAND_OUTPUT_H
#define TALLY_VERIFIER_COMMAND_OUTPUT_H

#include "contract/contract.h"
#include "http/http.h"

/* A state's values: a JSON object, or nothing but blanks, which is none (*out is NULL then).  *out
 * is to be deleted.  TALLY_EPARSE, TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__command_values(cJSON **out, const struct buf *output, struct tally_error *error);

/* Header lines "Name: value", at least one; blank lines do not count.  What was printed is a secret
 * and not part of the error.  TALLY_EPARSE, TALLY_ENOMEM. */
int tally__command_headers(struct http_headers *out, struct arena *arena, const struct buf *output,
			   struct tally_error *error);

/* A message: header lines, an empty line and the contents to the last byte; or, where the first
 * line is neither empty nor a header line, the contents alone, but for one end of line behind them.
 *
 * "Content-Type" is their type; contents that are JSON need none.  "Pact-Message-Metadata" holds
 * metadata as a JSON object, as it is or in base64; all other lines are metadata too.  *out is made
 * in `arena` and of `output`, *metadata is to be deleted.  TALLY_EPARSE, TALLY_ENOMEM. */
int tally__command_message(struct message *out, cJSON **metadata, struct arena *arena,
			   const struct buf *output, struct tally_error *error);

/* The metadata in a header Pact-Message-Metadata (NULL: there is none), and its contentType, which
 * is `type` unless it names one.  *out is to be deleted.  TALLY_EPARSE, TALLY_ENOMEM. */
int tally__read_metadata(cJSON **out, const char *header, const char *type,
			 struct tally_error *error);

#define METADATA_HEADER "Pact-Message-Metadata"

#endif
