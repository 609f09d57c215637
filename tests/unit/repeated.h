/* Texts of many equal items, for tests of limits. */
#ifndef TALLY_TESTS_UNIT_REPEATED_H
#define TALLY_TESTS_UNIT_REPEATED_H

#include "base/buf.h"
#include "base/limits.h"

/* `count` times `item`, with commas, between two texts; released with tally__free. */
static inline char *repeated(const char *before, const char *item, size_t count, const char *after)
{
	struct buf out;

	tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&out, before);
	for (size_t i = 0; i < count; i++) {
		tally__buf_adds(&out, i > 0 ? "," : "");
		tally__buf_adds(&out, item);
	}
	tally__buf_adds(&out, after);
	assert_int_equal(out.status, 0);
	return tally__buf_take(&out, NULL);
}

#endif
