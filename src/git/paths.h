/* git/paths.h - walking a path in the store component by component. */
#ifndef TALLY_GIT_PATHS_H
#define TALLY_GIT_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define PATH_COMPONENT_BYTES 255
#define PATH_DEPTH           32

struct component {
	const char *name; /* not closed by a NUL */
	size_t len;
	bool is_last;
};

/* Takes the first component off `*path`; false when there is none left. */
bool tally__path_next(const char **path, struct component *component);

/* TALLY_EINVAL for a path that is empty, absolute, too deep, or has a component that is empty, too
 * long, or begins with a dot (tally__path_component makes none of these). */
int tally__path_check(const char *path, struct tally_error *error);

#endif
