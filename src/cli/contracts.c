#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "cli/common.h"
#include "cli/contracts.h"
#include "cli/output.h"

static struct contract_file *append(struct call *call, struct contract_files *files)
{
	/* Grown by doubling: full whenever the count is a power of two. */
	if ((files->count & (files->count - 1)) == 0) {
		struct contract_file *items = scratch_array(
			&call->scratch, files->count > 0 ? files->count * 2 : 1, sizeof(*items));

		if (files->count > 0)
			memcpy(items, files->items, files->count * sizeof(*items));
		files->items = items;
	}
	return &files->items[files->count++];
}

static int read_contract(struct call *call, struct contract_files *files, const char *path,
			 struct tally_error *error)
{
	struct contract_file file = {.path = path};
	int code = tally_contract_read_file(&file.contract, path, error);

	if (code == 0)
		code = tally_json_read_file(&file.document, path, error);
	if (code == 0) {
		*append(call, files) = file;
		return 0;
	}
	tally_contract_free(file.contract);
	cJSON_Delete(file.document);
	return code;
}

static int is_json_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	       strcmp(entry->d_name + len - 5, ".json") == 0 &&
	       strcmp(entry->d_name, TALLY_LINT_CONFIG_NAME) != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A file that nobody has typed: reading a pipe could wait for ever. */
static int add_found(struct call *call, struct text_list *paths, const char *path,
		     struct tally_error *error)
{
	struct stat info;

	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
		return set_error(error, TALLY_ENOFILE, path, "expected a file, found %s",
				 S_ISDIR(info.st_mode) ? "a folder" : "a pipe, socket or device");
	text_list_add(call, paths, path);
	return 0;
}

static int add_folder(struct call *call, struct text_list *paths, const char *path,
		      struct tally_error *error)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_json_file, by_name);
	int code = 0;

	if (count < 0)
		return set_error(error, TALLY_ENOFILE, path, "the folder cannot be read: %s",
				 strerror(errno));
	if (count > LIMIT_DIR_FILES)
		code = set_error(error, TALLY_ELIMIT, path,
				 "expected at most %d contract files in a folder, found %d",
				 LIMIT_DIR_FILES, count);
	for (int i = 0; i < count; i++) {
		if (code == 0)
			code = add_found(call, paths,
					 scratch_format(&call->scratch, "%s%s%s", path,
							path[strlen(path) - 1] == '/' ? "" : "/",
							entries[i]->d_name),
					 error);
		free(entries[i]);
	}
	free(entries);
	return code;
}

int contract_paths_add(struct call *call, struct text_list *paths, const char *path,
		       struct tally_error *error)
{
	struct stat info;

	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return add_folder(call, paths, path, error);
	text_list_add(call, paths, path);
	return 0;
}

int contract_paths_find(struct call *call, struct text_list *paths, struct tally_error *error)
{
	int code = 0;

	for (size_t i = 0; i < call->operand_count && code == 0; i++)
		code = contract_paths_add(call, paths, call->operands[i], error);
	if (code == 0 && call->operand_count > 0 && paths->count == 0)
		code = set_error(error, TALLY_ENOTHING, call->operands[0],
				 "expected contract files (*.json) in it, found none");
	return code;
}

int contract_files_read(struct call *call, struct contract_files *files)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct text_list paths = {0};
	int code = contract_paths_find(call, &paths, &error);

	for (size_t i = 0; i < paths.count && code == 0; i++)
		code = read_contract(call, files, paths.items[i], &error);
	return code < 0 ? failed(&error) : 0;
}

int contract_files_add_file(struct call *call, struct contract_files *files, const char *path,
			    struct tally_error *error)
{
	struct contract_file file = {.path = path};
	int code = tally_contract_read_file(&file.contract, path, error);

	if (code == 0)
		*append(call, files) = file;
	return code;
}

/* Says in front of the place in a text which text it is. */
static void name_error(struct call *call, const char *name, struct tally_error *error)
{
	const char *inner =
		error->where[0] ? scratch_format(&call->scratch, ": %s", error->where) : "";

	(void)snprintf(error->where, sizeof(error->where), "%s%s", name, inner);
}

int contract_files_add_text(struct call *call, struct contract_files *files, const char *name,
			    const char *text, size_t len, struct tally_error *error)
{
	struct contract_file file = {.path = name};
	int code = tally_contract_parse(&file.contract, text, len, error);

	if (code == 0)
		*append(call, files) = file;
	else if (error && *name)
		name_error(call, name, error);
	return code;
}

int contract_files_add(struct call *call, struct contract_files *files, const cJSON *document,
		       struct tally_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int code = tally_json_write(&text, &len, document, TALLY_JSON_COMPACT, error);

	if (code == 0)
		code = contract_files_add_text(call, files, "", text, len, error);
	tally_free(text);
	return code;
}

const cJSON *const *contract_files_documents(struct call *call, const struct contract_files *files)
{
	const cJSON **documents =
		scratch_array(&call->scratch, files->count + 1, sizeof(*documents));

	for (size_t i = 0; i < files->count; i++)
		documents[i] = files->items[i].document;
	return documents;
}

void contract_files_release(struct contract_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		tally_contract_free(files->items[i].contract);
		cJSON_Delete(files->items[i].document);
	}
	files->count = 0;
}
