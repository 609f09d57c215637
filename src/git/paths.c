/* Paths within a snapshot: relative, of whole components. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "git/paths.h"

bool tally__path_next(const char **path, struct component *component)
{
	size_t len;

	if (**path == '\0')
		return false;
	len = strcspn(*path, "/");
	component->name = *path;
	component->len = len;
	*path += (*path)[len] == '/' ? len + 1 : len;
	component->is_last = **path == '\0';
	return true;
}

static int reject(struct tally_error *error, const char *path, const char *why)
{
	return tally__fail(error, TALLY_EINVAL, "the path \"%.200s\" in the store %s", path, why);
}

int tally__path_check(const char *path, struct tally_error *error)
{
	struct component component;
	const char *rest = path;
	size_t depth = 0;

	if (*path == '\0')
		return reject(error, path, "is empty");
	if (path[strlen(path) - 1] == '/')
		return reject(error, path, "ends in a slash");
	while (tally__path_next(&rest, &component)) {
		if (component.len == 0)
			return reject(error, path, "has an empty component");
		if (component.name[0] == '.')
			return reject(error, path, "has a component that begins with a dot");
		if (component.len > PATH_COMPONENT_BYTES)
			return reject(error, path, "has a component of more than 255 bytes");
		if (++depth > PATH_DEPTH)
			return reject(error, path, "has too many components");
	}
	return 0;
}
