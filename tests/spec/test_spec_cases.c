/* Runs the cases of the Pact specification, which are not part of this project: where the variable
 * TALLY_SPEC_CASES names a folder of them, or where there is a folder "shared/spec-cases" beside
 * that of the sources.  Without either they are skipped.  Each version has its folder there, so
 * that v3/request/body/x.json is a case of version 3. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "match_case.h"

static size_t root_len;

/* "v1.1/request/…" to "1.1" and "request". */
static void visit(const char *path, struct tap *tap)
{
	const char *name = path + root_len + 1;
	size_t spec_len = strcspn(name, "/");
	const char *part = name + spec_len + 1;
	char spec[8] = "";
	char kind[16] = "";

	if (spec_len < sizeof spec && name[spec_len] == '/' && strcspn(part, "/") < sizeof kind) {
		memcpy(spec, name + 1, spec_len - 1);
		memcpy(kind, part, strcspn(part, "/"));
	}
	case_run(path, name, kind, spec, tap);
}

int main(void)
{
	const char *given = getenv("TALLY_SPEC_CASES");
	const char *source = getenv("TALLY_SRCDIR");
	struct tap tap = {0};
	struct stat status;
	char root[4096];

	snprintf(root, sizeof root, "%s%s",
		 given    ? given
		 : source ? source
			  : ".",
		 given ? "" : "/../shared/spec-cases");
	if (stat(root, &status) != 0) {
		printf("1..0 # SKIP the specification's cases are not there (TALLY_SPEC_CASES)\n");
		return 0;
	}
	root_len = strlen(root);
	case_walk(root, visit, &tap);
	return tap_end(&tap);
}
