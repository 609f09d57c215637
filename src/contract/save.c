/* Contract files in a folder. */
#include "config.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "contract/contract.h"
#include "contract/splice.h"

/* How long another process may take to write a contract of its own. */
enum { LOCK_TIMEOUT_MS = 30000 };
/* Leaves room below the 255 bytes of most file systems for what is put around a name for a while.
 */
enum { NAME_MAX_BYTES = 200 };
/* How often a file is read again that something else has changed in between. */
enum { SAVE_TRIES = 100 };
/* Beside a contract, hidden: which run has started it over.  Nothing in the contract says it, so
 * that its bytes are the same in every run. */
#define RUN_SUFFIX ".run"
enum { RUN_FILE_BYTES = LIMIT_NAME_BYTES + 2 };

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

/* Where a contract is saved. */
struct place {
	struct arena arena;
	const char *path; /* as callers know it: in the folder that they named */
	char *real;       /* where links lead from there: what is read, replaced and locked */
	char *folder;     /* of it */
	const char *run_path;
};

static void place_release(struct place *place)
{
	tally__free(place->real);
	tally__free(place->folder);
	tally__arena_release(&place->arena);
}

/* Two paths to one file lead to the same lock, as what they lead to is locked. */
static int place_find(struct place *place, const struct tally_contract *contract, const char *dir,
		      struct tally_error *error)
{
	const char *name;
	const char *slash;
	int status;

	*place = (struct place){0};
	tally__arena_init(&place->arena, 0);
	name = tally__contract_file_name(&place->arena, contract->consumer, contract->provider);
	if (name)
		place->path = tally__arena_printf(&place->arena, "%s/%s", *dir ? dir : ".", name);
	if (!place->path)
		return tally__fail_nomem(error);
	status = tally__file_resolve(&place->real, place->path, error);
	if (status != 0)
		return status;
	place->folder = tally__file_folder(place->real);
	slash = strrchr(place->real, '/');
	if (place->folder)
		place->run_path =
			tally__arena_printf(&place->arena, "%s/.%s" RUN_SUFFIX, place->folder,
					    slash ? slash + 1 : place->real);
	return place->run_path ? 0 : tally__fail_nomem(error);
}

/* One way of saving: what is asked for, and what is there. */
struct saving {
	const struct tally_contract *contract;
	const struct tally_save_options *options;
	const struct place *place;
	struct tally_error *error;
	struct tally_save_options how; /* TALLY_SAVE_FRESH only when this starts the file over */
	struct file_stamp stamp;
	struct buf text; /* what stands in the file */
};

static int check_options(const struct tally_save_options *options, struct tally_error *error)
{
	const char *run = options->run;

	if (!run || options->mode != TALLY_SAVE_FRESH)
		return 0;
	if (*run && strlen(run) <= LIMIT_NAME_BYTES)
		return 0;
	return tally__fail_at(error, TALLY_EINVAL, "run", 0, 0,
			      "expected the identity of a run of 1 to %d bytes, found %zu bytes",
			      LIMIT_NAME_BYTES, strlen(run));
}

/* Whether the file was started over by the run that this save belongs to. */
static int is_same_run(const struct saving *saving, bool *same)
{
	const char *run = saving->options->run;
	struct tally_error why = TALLY_ERROR_INIT;
	struct file_stamp stamp;
	struct buf text;
	int status;

	*same = false;
	if (!run)
		return 0;
	tally__buf_init(&text, RUN_FILE_BYTES);
	status = tally__file_read_stamped(&text, saving->place->run_path, &stamp, &why);
	if (status == 0)
		*same = text.len == strlen(run) + 1 && text.bytes[text.len - 1] == '\n' &&
			memcmp(text.bytes, run, text.len - 1) == 0;
	tally__buf_release(&text);
	if (status != TALLY_ENOMEM && status != TALLY_EIO)
		return 0; /* what is there was not written by a run */
	return tally__fail_at(saving->error, status, why.where, 0, 0, "%s", why.message);
}

/* After the contract was written: a process that dies in between has acknowledged nothing, and the
 * next save of its run starts over.  The other way round, what is stale would stay. */
static int note_run(const struct saving *saving)
{
	const char *run = saving->options->run;
	struct buf text;
	int status;

	if (!run)
		return tally__file_remove(saving->place->run_path, saving->error);
	tally__buf_init(&text, RUN_FILE_BYTES);
	tally__buf_addf(&text, "%s\n", run);
	status = tally__buf_status(&text, saving->error);
	if (status == 0)
		status = tally__file_replace_locked(saving->place->run_path, text.bytes, text.len,
						    NULL, saving->error);
	tally__buf_release(&text);
	return status;
}

static const char *const names[] = {"the file", "the new contract"};

static int fail_in_file(const struct saving *saving, int status)
{
	if (status != 0)
		tally__error_within(saving->error, saving->place->path);
	return status;
}

/* Nobody knows what a file holds that cannot be read: what has to keep some of it leaves it as it
 * is. */
static int read_existing(const struct saving *saving, struct tally_contract **old)
{
	return fail_in_file(saving, tally_contract_parse(old, saving->text.bytes, saving->text.len,
							 saving->error));
}

/* Starting over drops all that is there, which need not be readable for that; but not what belongs
 * to other applications, whose names make the same name of a file. */
static int check_dropped(const struct saving *saving)
{
	struct tally_contract *old = NULL;
	int status = tally_contract_parse(&old, saving->text.bytes, saving->text.len, NULL);

	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(saving->error);
	if (status != 0)
		return 0;
	status = tally__contract_same_pair(old, saving->contract, names, saving->error);
	tally_contract_free(old);
	return fail_in_file(saving, status);
}

/* Reads what is there, and decides what becomes of it. */
static int look(struct saving *saving)
{
	bool same = false;
	int status;

	saving->how = *saving->options;
	if (saving->how.mode == TALLY_SAVE_FRESH) {
		status = is_same_run(saving, &same);
		if (status != 0)
			return status;
		if (same)
			saving->how.mode = TALLY_SAVE_MERGE;
	}
	tally__buf_clear(&saving->text);
	return tally__file_read_stamped(&saving->text, saving->place->real, &saving->stamp,
					saving->error);
}

/* The union with all of the file, and the version to write it in. */
static int merge_whole(const struct saving *saving, struct tally_contract **merged,
		       enum tally_spec *spec)
{
	struct tally_contract *old = NULL;
	int status = read_existing(saving, &old);

	if (status != 0)
		return status;
	*spec = tally__save_spec(&saving->how, old->spec);
	status = tally__contract_merge(merged, old, saving->contract, saving->how.mode, names,
				       saving->error);
	tally_contract_free(old);
	return fail_in_file(saving, status);
}

/* What the file becomes. */
static int compose(const struct saving *saving, struct buf *out)
{
	struct tally_contract *merged = NULL;
	enum tally_spec spec = saving->how.spec;
	bool spliced = false;
	int status = 0;

	if (saving->stamp.exists && saving->how.mode == TALLY_SAVE_FRESH)
		status = check_dropped(saving);
	if (status != 0)
		return status;
	if (!saving->stamp.exists || saving->how.mode == TALLY_SAVE_FRESH)
		return tally__contract_text(out, saving->contract, spec, saving->error);
	status = tally__contract_splice(out, &spliced, &saving->text, saving->contract,
					&saving->how, names, saving->error);
	if (status != 0 || spliced)
		return fail_in_file(saving, status);
	status = merge_whole(saving, &merged, &spec);
	if (status == 0)
		status = tally__contract_text(out, merged, spec, saving->error);
	tally_contract_free(merged);
	return status;
}

static int save_once(struct saving *saving)
{
	const char *real = saving->place->real;
	struct buf text;
	int status = look(saving);

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (status == 0)
		status = compose(saving, &text);
	/* What the file says already may have been written by something that flushes nothing. */
	if (status == 0 && saving->stamp.exists && text.len == saving->text.len &&
	    memcmp(text.bytes, saving->text.bytes, text.len) == 0)
		status = tally__file_settle(real, saving->error);
	else if (status == 0)
		status = tally__file_replace_locked(real, text.bytes, text.len, &saving->stamp,
						    saving->error);
	if (status == 0 && saving->how.mode == TALLY_SAVE_FRESH)
		status = note_run(saving);
	tally__buf_release(&text);
	return status;
}

/* With the lock held.  Editors and other tools take no lock: what they wrote meanwhile is read
 * again. */
static int save_locked(struct saving *saving, struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	int status = TALLY_EBUSY;

	saving->error = &why;
	for (int tries = 0; tries < SAVE_TRIES && status == TALLY_EBUSY; tries++) {
		why = (struct tally_error)TALLY_ERROR_INIT;
		status = save_once(saving);
	}
	if (status != 0 && error)
		*error = why;
	return status;
}

/* What is given makes sense: *how are the options, with the version of the contract where none is
 * given. */
static int begin(const struct tally_contract *contract, const char *dir,
		 const struct tally_save_options *options, struct tally_save_options *how,
		 struct tally_error *error)
{
	int status = tally__call_check(contract, "a contract", error);

	if (status == 0)
		status = tally__call_check(dir, "a folder's path", error);
	if (status != 0)
		return status;
	*how = options ? *options : (struct tally_save_options){0};
	if (how->spec == TALLY_SPEC_UNKNOWN)
		how->spec = contract->spec;
	return check_options(how, error);
}

int tally_contract_save(const struct tally_contract *contract, const char *dir,
			const struct tally_save_options *options, char **path,
			struct tally_error *error)
{
	struct tally_save_options how;
	struct place place = {0};
	struct saving saving = {.contract = contract, .options = &how, .place = &place};
	char *copy = NULL;
	int lock;
	int status = begin(contract, dir, options, &how, error);

	if (status != 0)
		return status;
	tally__buf_init(&saving.text, LIMIT_DOCUMENT_BYTES);
	status = tally__dir_make(*dir ? dir : ".", error);
	if (status == 0)
		status = place_find(&place, contract, dir, error);
	if (status == 0 && path && (copy = tally__strdup(place.path)) == NULL)
		status = tally__fail_nomem(error);
	/* Links may lead from the one to another. */
	if (status == 0 && strcmp(place.folder, dir) != 0)
		status = tally__dir_make(place.folder, error);
	if (status == 0)
		status = tally__file_lock(&lock, place.folder, LOCK_TIMEOUT_MS, error);
	if (status == 0) {
		status = save_locked(&saving, error);
		tally__file_unlock(lock);
	}
	tally__buf_release(&saving.text);
	place_release(&place);
	if (status != 0)
		tally__free(copy);
	else if (path)
		*path = copy;
	return status;
}

int tally_contract_save_check(const struct tally_contract *contract, const char *dir,
			      const struct tally_save_options *options, struct tally_error *error)
{
	struct place place = {0};
	struct tally_contract *merged = NULL;
	enum tally_spec spec;
	struct tally_save_options how;
	struct saving saving = {
		.contract = contract, .options = &how, .place = &place, .error = error};
	int status = begin(contract, dir, options, &how, error);

	if (status != 0)
		return status;
	tally__buf_init(&saving.text, LIMIT_DOCUMENT_BYTES);
	status = place_find(&place, contract, dir, error);
	if (status == 0)
		status = look(&saving);
	if (status == 0 && saving.stamp.exists)
		status = saving.how.mode == TALLY_SAVE_FRESH ? check_dropped(&saving)
							     : merge_whole(&saving, &merged, &spec);
	tally_contract_free(merged);
	tally__buf_release(&saving.text);
	place_release(&place);
	return status;
}
