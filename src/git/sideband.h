/* git/sideband.h - what comes back of a fetch or a push: data, and between it what the server, its
 * hooks and the git host have to say to people. */
#ifndef TALLY_GIT_SIDEBAND_H
#define TALLY_GIT_SIDEBAND_H

#include "git/lines.h"

/* Of what the server says, the beginning is kept. */
#define SIDEBAND_WORDS_BYTES 4096

struct sideband {
	struct line_reader *reader;
	bool is_multiplexed; /* otherwise all is data */
	struct buf words;
	size_t idle;     /* lines without data, since the last one */
	bool has_failed; /* the server has given up; why is in the words */
};

void tally__sideband_init(struct sideband *band, struct line_reader *reader, bool is_multiplexed);
void tally__sideband_release(struct sideband *band);

/* The next data, lent until the next call; *len is 0 at the end.  Also when the server gives up.
 * TALLY_ELIMIT: it goes on and on without data. */
int tally__sideband_read(struct sideband *band, const char **bytes, size_t *len,
			 struct tally_error *error);
/* The same for a line that was read before. */
bool tally__sideband_take(struct sideband *band, const struct line *line, const char **bytes,
			  size_t *len);

/* Fails with `what` and what the server said. */
int tally__sideband_fail(const struct sideband *band, int code, const char *what,
			 struct tally_error *error);

#endif
