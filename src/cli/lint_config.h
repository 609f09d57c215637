/* cli/lint_config.h - the configuration of `tally lint`: the file tally-lint.json of a repository.
 */
#ifndef TALLY_CLI_LINT_CONFIG_H
#define TALLY_CLI_LINT_CONFIG_H

#include <tally.h>

#include "cli/command.h"

struct lint_config_file {
	const char *path;   /* NULL: there is none */
	const char *folder; /* the real path of the one that it is in */
	cJSON *json;
};

/* Reads the file at `path`, or, when that is NULL, the nearest tally-lint.json from the present
 * folder up to the root of its repository; outside of one, that of the present folder alone.  0, or
 * an exit status.  To be released in every case. */
int lint_config_read(struct call *call, const char *path, struct lint_config_file *out);
void lint_config_release(struct lint_config_file *config);

/* The path of a contract as the configuration speaks of it: from its folder on. */
const char *lint_config_path_of(struct call *call, const struct lint_config_file *config,
				const char *path);

#endif
