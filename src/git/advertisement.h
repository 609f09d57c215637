/* git/advertisement.h - what a git server says first: where its branches are, and what it can. */
#ifndef TALLY_GIT_ADVERTISEMENT_H
#define TALLY_GIT_ADVERTISEMENT_H

#include "git/lines.h"
#include "git/repository.h"

struct advertisement {
	git_oid tip;   /* of the store's branch; all zero: it has none */
	bool is_empty; /* no reference at all */
	bool has_side_band, has_report_status, has_ofs_delta;
};

/* TALLY_EPARSE: that is no git server; TALLY_EIO: it says what is wrong, in its words;
 * TALLY_EUNSUPPORTED: SHA-256; TALLY_ELIMIT. */
int tally__advertisement_read(struct advertisement *out, struct line_reader *reader,
			      enum git_service service, struct tally_error *error);

#endif
