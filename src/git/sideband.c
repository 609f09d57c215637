#include "config.h"

#include <string.h>

#include "git/sideband.h"

/* One in five seconds is what git sends to keep a connection, and a few for each per cent done. */
#define IDLE_LINES 100000u

void tally__sideband_init(struct sideband *band, struct line_reader *reader, bool is_multiplexed)
{
	*band = (struct sideband){.reader = reader, .is_multiplexed = is_multiplexed};
	tally__buf_init(&band->words, SIDEBAND_WORDS_BYTES);
}

void tally__sideband_release(struct sideband *band)
{
	tally__buf_release(&band->words);
}

/* What does not fit any more is left out. */
static void keep_words(struct sideband *band, const char *bytes, size_t len)
{
	size_t room = SIDEBAND_WORDS_BYTES - 1 - band->words.len;

	tally__buf_add(&band->words, bytes, len < room ? len : room);
}

bool tally__sideband_take(struct sideband *band, const struct line *line, const char **bytes,
			  size_t *len)
{
	if (!band->is_multiplexed) {
		*bytes = line->bytes;
		*len = line->len;
		return true;
	}
	if (line->len > 0 && line->bytes[0] == 1) {
		*bytes = line->bytes + 1;
		*len = line->len - 1;
		return *len > 0;
	}
	if (line->len > 0)
		keep_words(band, line->bytes + 1, line->len - 1);
	band->has_failed = band->has_failed || (line->len > 0 && line->bytes[0] == 3);
	return false;
}

int tally__sideband_read(struct sideband *band, const char **bytes, size_t *len,
			 struct tally_error *error)
{
	struct line line;

	*len = 0;
	do {
		int status = tally__line_read(band->reader, &line, error);

		if (status != 0)
			return status;
		if (line.kind != LINE_DATA)
			return 0;
		if (++band->idle > IDLE_LINES)
			return tally__fail(error, TALLY_ELIMIT,
					   "the git server sent %u lines without any data",
					   IDLE_LINES);
	} while (!tally__sideband_take(band, &line, bytes, len) && !band->has_failed);
	band->idle = 0;
	return 0;
}

int tally__sideband_fail(const struct sideband *band, int code, const char *what,
			 struct tally_error *error)
{
	struct tally_error made = TALLY_ERROR_INIT;

	tally__fail(&made, code, "%s%s", what, band->words.len > 0 ? "; the server said:" : "");
	if (band->words.len > 0)
		tally__error_add_last_lines(&made, band->words.bytes, band->words.len);
	if (error && error->code == 0)
		*error = made;
	return code;
}
