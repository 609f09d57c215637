/* contract/splice.h - merging a contract into the text of a file, of which only those interactions
 * are read that it touches. */
#ifndef TALLY_CONTRACT_SPLICE_H
#define TALLY_CONTRACT_SPLICE_H

#include "contract/contract.h"

/* Appends to `out` what the file with `text` becomes, and sets *spliced; or leaves both as they
 * are, because the file has to be read as a whole: it is not as Tally writes it, or gets another
 * version.  Of a file that the writer wrote, what is appended is what merging the whole would give.
 * Of one in its layout that it did not write, interactions that the contract does not touch keep
 * their bytes unread: one that cannot be read stays, and fails who reads the file next, and one
 * that the writer says otherwise stays as it is, until the whole is read for another reason.
 * Errors as for tally__contract_merge and tally_contract_write. */
int tally__contract_splice(struct buf *out, bool *spliced, const struct buf *text,
			   const struct tally_contract *contract,
			   const struct tally_save_options *options, const char *const names[2],
			   struct tally_error *error);

/* The version that a contract is written in when it is saved to a file of version `old`. */
enum tally_spec tally__save_spec(const struct tally_save_options *options, enum tally_spec old);

/* A contract as the text of a file, appended to `out`. */
int tally__contract_text(struct buf *out, const struct tally_contract *contract,
			 enum tally_spec spec, struct tally_error *error);

#endif
