/* Contract files in a folder. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "contract/contract.h"

/* How long another process may take to write a contract of its own. */
enum { LOCK_TIMEOUT_MS = 30000 };
/* Leaves room below the 255 bytes of most file systems for what is put around a name for a while.
 */
enum { NAME_MAX_BYTES = 200 };

static void add_escaped(struct buf *out, const char *name, bool first)
{
	for (const char *c = name; *c; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte < ' ' || byte == 0x7f || strchr("/\\:*?\"<>|%", *c) ||
		    (first && c == name && *c == '.'))
			tally__buf_addf(out, "%%%02X", byte);
		else
			tally__buf_addc(out, *c);
	}
}

char *tally__contract_file_name(struct arena *arena, const char *consumer, const char *provider)
{
	static const uint64_t fixed_key[2] = {0, 0};
	struct buf name;
	char *copy = NULL;

	tally__buf_init(&name, LIMIT_DOCUMENT_BYTES);
	add_escaped(&name, consumer, true);
	tally__buf_addc(&name, '-');
	add_escaped(&name, provider, false);
	if (name.status == 0 && name.len > NAME_MAX_BYTES) {
		uint64_t hash = tally__hash_seeded(fixed_key, name.bytes, name.len);
		size_t cut = NAME_MAX_BYTES;

		/* Neither a character nor an escape may be cut in two. */
		cut = tally__utf8_valid_len(name.bytes, cut);
		for (size_t i = 1; i <= 2; i++)
			if (name.bytes[cut - i] == '%')
				cut -= i;
		tally__buf_truncate(&name, cut);
		tally__buf_addf(&name, "-%016llx", (unsigned long long)hash);
	}
	tally__buf_adds(&name, ".json");
	if (name.status == 0)
		copy = tally__arena_memdup(arena, name.bytes, name.len);
	tally__buf_release(&name);
	return copy;
}

static int write_file(const struct tally_contract *contract, enum tally_spec spec, const char *path,
		      struct tally_error *error)
{
	cJSON *json = NULL;
	struct buf text;
	int status = tally_contract_write(contract, spec, &json, error);

	if (status != 0)
		return status;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&text, json, TALLY_JSON_PRETTY);
	tally__buf_addc(&text, '\n');
	status = tally__buf_status(&text, error);
	if (status == 0)
		status = tally__file_replace(path, text.bytes, text.len, error);
	tally__buf_release(&text);
	cJSON_Delete(json);
	return status;
}

static const char *const names[] = {"the file", "the new contract"};

/* The contract that is there; NULL when nothing is. */
static int read_existing(struct tally_contract **old, const char *path, struct tally_error *error)
{
	struct stat info;
	struct buf text;
	int status;

	*old = NULL;
	if (stat(path, &info) != 0 && errno == ENOENT)
		return 0;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = tally__file_read_regular(&text, path, error);
	if (status == 0) {
		status = tally_contract_parse(old, text.bytes, text.len, error);
		if (status != 0)
			tally__error_within(error, path);
	}
	tally__buf_release(&text);
	return status;
}

/* With the lock held. */
static int save_locked(const struct tally_contract *contract, enum tally_spec spec,
		       const char *path, enum tally_save_mode mode, struct tally_error *error)
{
	struct tally_contract *old = NULL;
	struct tally_contract *merged = NULL;
	/* An older version could not say all that the file says. */
	bool keeps_version = mode == TALLY_SAVE_MERGE;
	/* Nobody knows what a file that cannot be read holds: it is not written over. */
	int status = read_existing(&old, path, error);

	if (status != 0)
		return status;
	if (!old)
		return write_file(contract, spec, path, error);
	status = tally__contract_merge(&merged, old, contract, mode, names, error);
	if (status != 0)
		tally__error_within(error, path);
	else
		status = write_file(merged, keeps_version && old->spec > spec ? old->spec : spec,
				    path, error);
	tally_contract_free(merged);
	tally_contract_free(old);
	return status;
}

int tally_contract_save(const struct tally_contract *contract, enum tally_spec spec,
			const char *dir, enum tally_save_mode mode, char **path,
			struct tally_error *error)
{
	struct arena arena;
	char *name;
	char *file = NULL;
	char *copy = NULL;
	int lock;
	int status;

	tally__arena_init(&arena, 0);
	name = tally__contract_file_name(&arena, contract->consumer, contract->provider);
	if (name)
		file = tally__arena_printf(&arena, "%s/%s", *dir ? dir : ".", name);
	if (file && path)
		copy = tally__strdup(file);
	if (!file || (path && !copy)) {
		status = tally__fail_nomem(error);
		goto out;
	}
	status = tally__dir_make(*dir ? dir : ".", error);
	if (status == 0)
		status = tally__file_lock(&lock, *dir ? dir : ".", LOCK_TIMEOUT_MS, error);
	if (status != 0)
		goto out;
	status = save_locked(contract, spec, file, mode, error);
	tally__file_unlock(lock);
out:
	tally__arena_release(&arena);
	if (status != 0)
		tally__free(copy);
	else if (path)
		*path = copy;
	return status;
}

int tally_contract_save_check(const struct tally_contract *contract, const char *dir,
			      enum tally_save_mode mode, struct tally_error *error)
{
	struct tally_contract *old = NULL;
	struct tally_contract *merged = NULL;
	struct arena arena;
	char *name;
	char *path = NULL;
	int status;

	tally__arena_init(&arena, 0);
	name = tally__contract_file_name(&arena, contract->consumer, contract->provider);
	if (name)
		path = tally__arena_printf(&arena, "%s/%s", *dir ? dir : ".", name);
	status = path ? read_existing(&old, path, error) : tally__fail_nomem(error);
	if (status == 0 && old) {
		status = tally__contract_merge(&merged, old, contract, mode, names, error);
		if (status != 0)
			tally__error_within(error, path);
	}
	tally_contract_free(merged);
	tally_contract_free(old);
	tally__arena_release(&arena);
	return status;
}
