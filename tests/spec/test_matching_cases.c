/* Runs our own cases, tests/cases/matching: dropping in a file adds a test. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match_case.h"

static size_t root_len;

static void visit(const char *path, struct tap *tap)
{
	case_run(path, path + root_len + 1, NULL, NULL, tap);
}

int main(void)
{
	const char *source = getenv("TALLY_SRCDIR");
	struct tap tap = {0};
	char root[4096];

	snprintf(root, sizeof root, "%s/tests/cases/matching", source ? source : ".");
	root_len = strlen(root);
	case_walk(root, visit, &tap);
	if (tap.count == 0) {
		tap_result(&tap, 0, "there are cases in $TALLY_SRCDIR/tests/cases/matching", "");
	}
	return tap_end(&tap);
}
