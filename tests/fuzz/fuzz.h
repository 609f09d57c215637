/* tests/fuzz/fuzz.h - what every fuzz target shares.
 *
 * A target is one file, fuzz_<target>.c, with LLVMFuzzerTestOneInput; its corpus is the folder
 * corpus/<target>.  `make check` replays the corpus with driver.c; a build configured with
 * CC=clang --enable-fuzzing links libFuzzer instead: `tests/fuzz/fuzz_json NEW
 * tests/fuzz/corpus/json`. */
#ifndef TALLY_TESTS_FUZZ_H
#define TALLY_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant: what must hold for every input. */
#define FUZZ_REQUIRE(condition)                                                                    \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,          \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
