/* tests/spec/match_case.h - one case file: {"match", "comment", "expected", "actual"}, and in our
 * own cases "part", "spec" and "mismatches"; and the TAP lines for it. */
#ifndef TESTS_SPEC_MATCH_CASE_H
#define TESTS_SPEC_MATCH_CASE_H

#include <tally.h>

/* What a program has printed so far. */
struct tap {
	unsigned count;
	unsigned failed;
};

/* Calls `visit` for each *.json file below `path`, in the order of the names. */
void case_walk(const char *path, void (*visit)(const char *path, struct tap *tap), struct tap *tap);

/* Runs one case and prints its line; `name` is what the line calls it.  `part` is "request",
 * "response" or "message"; both it and `spec` may be NULL when the file says them itself. */
void case_run(const char *path, const char *name, const char *part, const char *spec,
	      struct tap *tap);

void tap_result(struct tap *tap, int passed, const char *name, const char *directive);

/* The plan, and the exit status. */
int tap_end(const struct tap *tap);

#endif
