#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git/pack.h"
#include "git/packing.h"

/* In a .keep file of ours. */
static const char keep_text[] = "tally: a commit is being made\n";

static int make_keep(const struct store *store, const struct pack *pack, struct tally_error *error)
{
	char file[FILE_BYTES];
	int status = tally__store_file(file, store, pack->name, ".keep", error);
	int descriptor;

	if (status != 0)
		return status;
	descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (descriptor < 0)
		return tally__errno_fail(error, errno, file, "make a file");
	if (write(descriptor, keep_text, sizeof keep_text - 1) != (ssize_t)sizeof keep_text - 1)
		status = tally__errno_fail(error, errno, file, "write");
	close(descriptor);
	return status;
}

static int move_file(const struct store *store, const char *from, const char *to, const char *end,
		     struct tally_error *error)
{
	char old[FILE_BYTES];
	char new[FILE_BYTES] = "";
	int status = tally__store_file(old, store, from, end, error);

	if (status == 0)
		status = tally__store_file(new, store, to, end, error);
	if (status == 0)
		status = tally__file_flush(old, error);
	if (status == 0 && rename(old, new) != 0)
		status = tally__errno_fail(error, errno, new, "move a pack into place");
	return status;
}

static bool is_there(const struct store *store, const struct pack *pack, const char *end)
{
	char file[FILE_BYTES];

	return tally__store_file(file, store, pack->name, end, NULL) == 0 &&
	       access(file, F_OK) == 0;
}

int tally__pack_move(struct pack *pack, const struct store *store, const char *from, const char *id,
		     bool keep, struct tally_error *error)
{
	char made[FILE_BYTES];
	char folder[FILE_BYTES];
	bool was_there;
	int status = tally__store_file(folder, store, PACK_DIR, "", error);

	snprintf(made, sizeof made, "%s/pack-%s", from, id);
	snprintf(pack->name, sizeof pack->name, "%s/pack-%s", PACK_DIR, id);
	/* The same name is the same content, and others may rest on it. */
	was_there = is_there(store, pack, ".pack") && is_there(store, pack, ".idx");
	if (status == 0 && keep)
		status = make_keep(store, pack, error);
	/* The index last: a pack is there for others once its index is. */
	if (status == 0)
		status = move_file(store, made, pack->name, ".pack", error);
	if (status == 0)
		status = move_file(store, made, pack->name, ".idx", error);
	if (status == 0)
		status = tally__file_flush(folder, error);
	if (status != 0 && was_there)
		tally__pack_accept(pack, store);
	else if (status != 0)
		tally__pack_remove(pack, store);
	return status;
}

static int add_staged(void *packing, const struct staged *object)
{
	return tally__packing_add(packing, &object->id, object->type, object->bytes, object->len,
				  NULL);
}

int tally__pack_install(struct pack *pack, const struct store *store, const struct staging *staging,
			struct tally_error *error)
{
	struct packing packing;
	char folder[FILE_BYTES];
	char id[STORE_ID_BYTES];
	int status = tally__store_file(folder, store, STAGE_DIR, "", error);

	pack->name[0] = '\0';
	if (status != 0)
		return status;
	status = tally__packing_init(&packing, folder, tally__staging_count(staging), error);
	if (status == 0)
		status = tally__staging_each(staging, add_staged, &packing);
	if (status == 0)
		status = tally__packing_finish(&packing, id, error);
	tally__packing_release(&packing);
	if (status == 0)
		status = tally__pack_move(pack, store, STAGE_DIR, id, true, error);
	if (status != 0)
		tally__store_empty(store, STAGE_DIR);
	return status;
}

void tally__pack_accept(const struct pack *pack, const struct store *store)
{
	if (pack->name[0])
		tally__store_unlink(store, pack->name, ".keep");
}

void tally__pack_remove(const struct pack *pack, const struct store *store)
{
	if (!pack->name[0])
		return;
	tally__store_unlink(store, pack->name, ".idx");
	tally__store_unlink(store, pack->name, ".pack");
	tally__store_unlink(store, pack->name, ".keep");
}

static bool is_ours(int folder, const char *name)
{
	char text[sizeof keep_text] = "";
	int descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t len;

	if (descriptor < 0)
		return false;
	len = read(descriptor, text, sizeof text);
	close(descriptor);
	/* Empty or cut short: its writer was killed between making and filling it. */
	return len >= 0 && (size_t)len < sizeof text && memcmp(text, keep_text, (size_t)len) == 0;
}

void tally__pack_unkeep_all(const struct store *store)
{
	char folder[FILE_BYTES];
	struct dirent *entry;
	DIR *dir;

	if (tally__store_file(folder, store, PACK_DIR, "", NULL) != 0)
		return;
	dir = opendir(folder);
	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot && strcmp(dot, ".keep") == 0 && is_ours(dirfd(dir), entry->d_name))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}
