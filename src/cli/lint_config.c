#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/common.h"
#include "cli/lint_config.h"
#include "cli/output.h"

/* ---- finding it ---- */

static const char *join(struct call *call, const char *folder, const char *name)
{
	return scratch_format(&call->scratch, "%s%s%s", folder, strcmp(folder, "/") == 0 ? "" : "/",
			      name);
}

/* The folder above, cut in place; false at the top. */
static bool go_up(char *folder)
{
	char *slash = strrchr(folder, '/');

	if (!slash || folder[1] == '\0')
		return false;
	slash[slash == folder ? 1 : 0] = '\0';
	return true;
}

static bool is_there(struct call *call, const char *folder, const char *name)
{
	struct stat info;

	return lstat(join(call, folder, name), &info) == 0;
}

static const char *real_path(struct call *call, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = real ? scratch_copy(&call->scratch, real, strlen(real)) : NULL;

	free(real);
	return copy;
}

/* Whether `path` is below `folder`; both are real paths. */
static bool is_below(const char *path, const char *folder)
{
	size_t len = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* The nearest one, or NULL; *root is the repository's. */
static const char *find(struct call *call, const char **root)
{
	const char *here = real_path(call, ".");
	const char *found = NULL;
	const char *nearest = NULL;
	char *folder;

	if (!here)
		return NULL;
	folder = scratch_copy(&call->scratch, here, strlen(here));
	do {
		if (!nearest && is_there(call, folder, TALLY_LINT_CONFIG_NAME))
			nearest = join(call, folder, TALLY_LINT_CONFIG_NAME);
		if (is_there(call, folder, ".git")) {
			*root = folder;
			return nearest;
		}
	} while (go_up(folder));
	/* In no repository, files farther up belong to others. */
	*root = here;
	if (is_there(call, here, TALLY_LINT_CONFIG_NAME))
		found = join(call, here, TALLY_LINT_CONFIG_NAME);
	return found;
}

/* ---- reading it ---- */

static int check_file(const char *path, struct tally_error *error)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return 0; /* reading it says why */
	if (!S_ISREG(info.st_mode))
		return set_error(error, TALLY_ENOFILE, path,
				 "expected a file with the configuration of tally lint");
	if (info.st_size > LIMIT_LINT_CONFIG_BYTES)
		return set_error(error, TALLY_ELIMIT, path,
				 "expected at most %d bytes of configuration, found %lld",
				 (int)LIMIT_LINT_CONFIG_BYTES, (long long)info.st_size);
	return 0;
}

/* What is wrong in it is said now, before anything is looked at. */
static int check_json(const char *path, const cJSON *json, struct tally_error *error)
{
	struct tally_error inner = TALLY_ERROR_INIT;
	cJSON *rules = NULL;
	int code = tally_lint_rules(json, &rules, &inner);

	cJSON_Delete(rules);
	if (code < 0)
		return set_error(error, code, path, "%s%s%s", inner.where, *inner.where ? ": " : "",
				 inner.message);
	return 0;
}

int lint_config_read(struct call *call, const char *path, struct lint_config_file *out)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const char *root = NULL;
	const char *real;
	char *folder;
	int code;

	*out = (struct lint_config_file){.path = path ? path : find(call, &root)};
	if (!out->path)
		return 0;
	code = check_file(out->path, &error);
	real = real_path(call, out->path);
	if (code == 0 && real && root && !is_below(real, root))
		code = set_error(
			&error, TALLY_EINVAL, out->path,
			"this leads out of the repository, to %s; name it with --config if "
			"it is meant",
			real);
	if (code == 0)
		code = tally_json_read_file(&out->json, out->path, &error);
	if (code == 0)
		code = check_json(out->path, out->json, &error);
	if (code < 0)
		return failed(&error);
	folder = scratch_copy(&call->scratch, real ? real : "/", real ? strlen(real) : 1);
	(void)go_up(folder);
	out->folder = folder;
	return 0;
}

void lint_config_release(struct lint_config_file *config)
{
	cJSON_Delete(config->json);
	config->json = NULL;
}

const char *lint_config_path_of(struct call *call, const struct lint_config_file *config,
				const char *path)
{
	const char *real = config->folder ? real_path(call, path) : NULL;

	if (!real || !is_below(real, config->folder))
		return path;
	return real + (strcmp(config->folder, "/") == 0 ? 1 : strlen(config->folder) + 1);
}
