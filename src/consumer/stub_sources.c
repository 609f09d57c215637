#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "consumer/stub_sources.h"
#include "http/fetch.h"
#include "tally/lint.h"

/* File systems tell times in ticks of up to two seconds. */
enum { YOUNG_SECONDS = 2 };

/* ---- contracts ---- */

void tally__stub_contract_release(struct stub_contract *contract)
{
	if (!contract || atomic_fetch_sub(&contract->references, 1) > 1)
		return;
	tally_contract_free(contract->contract);
	tally__free(contract->name);
	tally__free(contract);
}

/* Takes the contract in every case. */
static struct stub_contract *new_contract(struct tally_contract *contract, const char *name)
{
	struct stub_contract *made = tally__calloc(1, sizeof(*made));
	char *copy = tally__strdup(name);

	if (!made || !copy) {
		tally_contract_free(contract);
		tally__free(made);
		tally__free(copy);
		return NULL;
	}
	atomic_init(&made->references, 1);
	made->name = copy;
	made->contract = contract;
	return made;
}

/* ---- troubles ---- */

void tally__stub_troubles_release(struct stub_troubles *troubles)
{
	tally__free(troubles->items);
	*troubles = (struct stub_troubles){0};
}

static uint64_t complaint_about(const struct tally_error *trouble, uint64_t digest)
{
	const uint64_t key[2] = {digest, tally__hash(trouble->where, strlen(trouble->where))};
	uint64_t complaint = tally__hash_seeded(key, trouble->message, strlen(trouble->message));

	return complaint ? complaint : 1;
}

int tally__stub_trouble(struct stub_troubles *troubles, uint64_t *complaint, uint64_t digest,
			const struct tally_error *trouble, struct tally_error *error)
{
	uint64_t about = complaint_about(trouble, digest);
	struct tally_error *items;

	if (trouble->code == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	if (trouble->code == 0)
		return tally__fail_at(error, TALLY_EINTERNAL, trouble->where, 0, 0,
				      "cannot be served, but nothing says why");
	if (*complaint == about)
		return 0;
	if (troubles->count == LIMIT_STUB_TROUBLES) {
		troubles->omitted++;
		*complaint = about;
		return 0;
	}
	items = tally__mem_room(troubles->items, troubles->count, &troubles->capacity, 4,
				sizeof(*items));
	if (!items)
		return tally__fail_nomem(error);
	troubles->items = items;
	items[troubles->count++] = *trouble;
	*complaint = about;
	return 0;
}

/* ---- what the options say ---- */

static void release_file(struct stub_file *file)
{
	tally__stub_contract_release(file->contract);
	tally__stub_contract_release(file->fresh);
	tally__free(file->path);
}

static void release_source(struct stub_source *source)
{
	for (size_t i = 0; i < source->count; i++)
		release_file(&source->files[i]);
	tally__free(source->files);
	tally__free(source->path);
}

void tally__stub_sources_release(struct stub_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		release_source(&sources->items[i]);
	tally__free(sources->items);
	tally__free(sources->suffix);
	tally__free(sources->authorization);
	tally__stub_names_release(&sources->consumers);
	tally__stub_names_release(&sources->providers);
	*sources = (struct stub_sources){0};
}

static enum stub_source_kind kind_of(const char *path)
{
	struct stat info;

	if (strncmp(path, "http://", 7) == 0 || strncmp(path, "https://", 8) == 0)
		return STUB_URL;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? STUB_FOLDER : STUB_FILE;
}

/* A source that is one file, or a folder that nobody has looked into. */
static int init_source(struct stub_source *source, enum stub_source_kind kind, const char *path,
		       struct tally_error *error)
{
	source->kind = kind;
	source->path = tally__strdup(path);
	if (source->path && kind != STUB_FOLDER) {
		source->files = tally__calloc(1, sizeof(*source->files));
		if (source->files) {
			source->count = 1;
			source->files->path = tally__strdup(path);
		}
	}
	if (!source->path || (kind != STUB_FOLDER && (!source->files || !source->files->path)))
		return tally__fail_nomem(error);
	return 0;
}

static int init_document(struct stub_source *source, const cJSON *document, const char *name,
			 struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	char *text = NULL;
	size_t len = 0;
	int status = tally__call_check(document, "a document", error);

	if (status == 0)
		status = tally__call_check(name, "the name of a document", error);
	if (status == 0)
		status = init_source(source, STUB_DOCUMENT, name, error);
	if (status == 0)
		status = tally_json_write(&text, &len, document, TALLY_JSON_COMPACT, error);
	if (status == 0)
		status = tally_contract_parse(&contract, text, len, error);
	if (status == 0) {
		source->files->fresh = new_contract(contract, name);
		if (!source->files->fresh)
			status = tally__fail_nomem(error);
	} else if (name) {
		tally__error_within(error, name);
	}
	tally_free(text);
	return status;
}

int tally__stub_sources_set(struct stub_sources *sources, const cJSON *const *documents,
			    const char *const *names, size_t count, struct tally_error *error)
{
	size_t kept = sources->count - sources->document_count;
	struct stub_source *items = tally__calloc(kept + count, sizeof(*items));
	size_t made = 0;
	int status = 0;

	if (!items)
		return tally__fail_nomem(error);
	if (count > 0)
		status = tally__call_check(documents, "documents", error);
	if (count > 0 && status == 0)
		status = tally__call_check(names, "the names of documents", error);
	for (; made < count && status == 0; made++)
		status = init_document(&items[kept + made], documents[made], names[made], error);
	if (status != 0) {
		for (size_t i = 0; i < made; i++)
			release_source(&items[kept + i]);
		tally__free(items);
		return status;
	}
	for (size_t i = kept; i < sources->count; i++)
		release_source(&sources->items[i]);
	if (kept > 0)
		memcpy(items, sources->items, kept * sizeof(*items));
	tally__free(sources->items);
	sources->items = items;
	sources->count = kept + count;
	sources->document_count = count;
	return 0;
}

static int init_suffix(struct stub_sources *sources, const char *extension,
		       struct tally_error *error)
{
	struct buf suffix;

	if (!extension)
		extension = "json";
	tally__buf_init(&suffix, LIMIT_NAME_BYTES);
	tally__buf_addf(&suffix, "%s%s", *extension == '.' ? "" : ".", extension);
	sources->suffix = tally__buf_take(&suffix, NULL);
	tally__buf_release(&suffix);
	return sources->suffix ? 0 : tally__fail_nomem(error);
}

int tally__stub_sources_init(struct stub_sources *sources, const struct tally_stub_options *options,
			     struct tally_error *error)
{
	int status;

	*sources = (struct stub_sources){.client.insecure_tls = options->insecure_tls};
	status = tally__stub_names_init(&sources->consumers, &options->consumers, "consumers",
					error);
	if (status == 0)
		status = tally__stub_names_init(&sources->providers, &options->providers,
						"providers", error);
	if (status == 0)
		status = tally__fetch_authorization(&sources->authorization, options->user,
						    options->token, error);
	if (status == 0)
		status = init_suffix(sources, options->extension, error);
	if (status == 0) {
		sources->items = tally__calloc(options->sources.count, sizeof(*sources->items));
		status = sources->items ? 0 : tally__fail_nomem(error);
	}
	for (size_t i = 0; status == 0 && i < options->sources.count; i++) {
		const char *path = options->sources.items[i];

		status = init_source(&sources->items[sources->count++], kind_of(path), path, error);
	}
	if (status == 0)
		status = tally__stub_sources_set(sources, options->documents,
						 options->document_names, options->document_count,
						 error);
	return status;
}

/* ---- reading ---- */

/* One reading of all sources. */
struct reading {
	struct stub_sources *sources;
	enum stub_reading what;
	bool changed;
	struct stub_troubles *troubles;
	struct tally_error *error;
};

static struct stub_identity look_at(const char *path)
{
	struct stub_identity identity = {.exists = false};
	struct stat info;

	if (stat(path, &info) != 0)
		return identity;
	identity.exists = true;
	identity.regular = S_ISREG(info.st_mode);
	identity.device = info.st_dev;
	identity.inode = info.st_ino;
	identity.bytes = info.st_size;
	identity.modified = info.st_mtim;
	identity.changed = info.st_ctim;
	return identity;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool looks_same(const struct stub_identity *a, const struct stub_identity *b)
{
	return a->exists == b->exists && a->device == b->device && a->inode == b->inode &&
	       a->bytes == b->bytes && same_time(&a->modified, &b->modified) &&
	       same_time(&a->changed, &b->changed);
}

static bool is_young(const struct stub_identity *identity)
{
	return identity->exists &&
	       tally__time_now_unix() - (int64_t)identity->modified.tv_sec <= YOUNG_SECONDS;
}

/* What is no contract may be one that somebody is writing: it is read once more before anything is
 * said. */
static bool may_be_part(const struct reading *reading, struct stub_file *file)
{
	if (reading->what == STUB_READ_ALL || !file->young || file->partly == file->digest)
		return false;
	file->partly = file->digest;
	return true;
}

/* Makes a contract of what was read. */
static int parse(struct reading *reading, struct stub_file *file, const struct buf *text)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct tally_contract *contract = NULL;
	struct stub_contract *fresh;

	file->is_bad = tally_expectations_parse(&contract, text->bytes, text->len, &why) != 0;
	if (file->is_bad && why.code != TALLY_ENOMEM && may_be_part(reading, file))
		return 0;
	file->partly = 0;
	if (file->is_bad) {
		tally__error_within(&why, file->path);
		return tally__stub_trouble(reading->troubles, &file->complaint, file->digest, &why,
					   reading->error);
	}
	fresh = new_contract(contract, file->path);
	if (!fresh)
		return tally__fail_nomem(reading->error);
	tally__stub_contract_release(file->fresh);
	file->fresh = fresh;
	reading->changed = true;
	return 0;
}

/* Takes what was read, or why it could not be. */
static int take(struct reading *reading, struct stub_file *file, const struct buf *text, int status,
		const struct tally_error *why)
{
	uint64_t digest = tally__hash(text->bytes, text->len);

	if (status != 0) {
		status = tally__stub_trouble(reading->troubles, &file->complaint, file->digest, why,
					     reading->error);
		file->was_read = file->was_read || status == 0;
		return status;
	}
	if (file->was_read && file->digest == digest && file->partly != digest) {
		if (!file->is_bad)
			file->complaint = 0;
		if (!file->is_bad || reading->what == STUB_READ_CHANGED)
			return 0;
	}
	file->digest = digest;
	status = parse(reading, file, text);
	/* Without memory it is read again. */
	file->was_read = status == 0;
	return status;
}

/* Whether a file needs not be read: it looks as it did, or is a pipe that was read already. */
static bool is_known(const struct reading *reading, const struct stub_file *file,
		     const struct stub_identity *identity)
{
	if (!file->was_read)
		return false;
	if (identity->exists && !identity->regular)
		return true;
	return reading->what == STUB_READ_CHANGED && !file->young &&
	       looks_same(identity, &file->identity);
}

static int read_file(struct reading *reading, struct stub_file *file, bool typed)
{
	struct stub_identity identity = look_at(file->path);
	struct tally_error why = TALLY_ERROR_INIT;
	struct buf text;
	int status;

	if (is_known(reading, file, &identity))
		return 0;
	file->identity = identity;
	file->young = is_young(&identity);
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = typed && !file->was_read ? tally__file_read(&text, file->path, &why)
					  : tally__file_read_regular(&text, file->path, &why);
	status = take(reading, file, &text, status, &why);
	tally__buf_release(&text);
	return status;
}

static int read_url(struct reading *reading, struct stub_file *file)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct buf text;
	int status;

	if (file->was_read && reading->what != STUB_READ_ALL)
		return 0;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = tally__fetch(&text, &reading->sources->client, reading->sources->authorization,
			      file->path, &why);
	status = take(reading, file, &text, status, &why);
	tally__buf_release(&text);
	return status;
}

/* ---- folders ---- */

struct paths {
	char **items;
	size_t count, capacity;
};

static void release_paths(struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		tally__free(paths->items[i]);
	tally__free(paths->items);
}

static bool is_lint_config(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, TALLY_LINT_CONFIG_NAME) == 0;
}

static int add_path(void *context, const char *path, struct tally_error *error)
{
	struct paths *paths = context;
	char **items;

	if (is_lint_config(path))
		return 0;
	items = tally__mem_room(paths->items, paths->count, &paths->capacity, 16, sizeof(*items));
	if (!items)
		return tally__fail_nomem(error);
	paths->items = items;
	items[paths->count] = tally__strdup(path);
	if (!items[paths->count])
		return tally__fail_nomem(error);
	paths->count++;
	return 0;
}

/* Puts the files that are there now in the place of those that were, both in order of their names;
 * what is known of a file stays.  Takes the paths. */
static int take_over(struct reading *reading, struct stub_source *source, struct paths *paths)
{
	struct stub_file *files = tally__calloc(paths->count, sizeof(*files));
	size_t old = 0;

	if (!files)
		return tally__fail_nomem(reading->error);
	for (size_t i = 0; i < paths->count; i++) {
		for (; old < source->count && strcmp(source->files[old].path, paths->items[i]) < 0;
		     old++) {
			reading->changed = reading->changed || source->files[old].contract;
			release_file(&source->files[old]);
		}
		if (old < source->count && strcmp(source->files[old].path, paths->items[i]) == 0) {
			files[i] = source->files[old++];
		} else {
			files[i].path = paths->items[i];
			paths->items[i] = NULL;
		}
	}
	for (; old < source->count; old++) {
		reading->changed = reading->changed || source->files[old].contract;
		release_file(&source->files[old]);
	}
	tally__free(source->files);
	source->files = files;
	source->count = paths->count;
	return 0;
}

/* A folder that cannot be listed has the files that it had. */
static int list_folder(struct reading *reading, struct stub_source *source)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct paths paths = {NULL, 0, 0};
	int status =
		tally__dir_each(source->path, reading->sources->suffix, add_path, &paths, &why);

	if (status != 0) {
		status = tally__stub_trouble(reading->troubles, &source->complaint, 0, &why,
					     reading->error);
	} else {
		source->complaint = 0;
		status = take_over(reading, source, &paths);
	}
	release_paths(&paths);
	return status;
}

static int read_source(struct reading *reading, struct stub_source *source)
{
	int status = 0;

	if (source->kind == STUB_FOLDER)
		status = list_folder(reading, source);
	for (size_t i = 0; status == 0 && i < source->count; i++) {
		struct stub_file *file = &source->files[i];

		if (source->kind == STUB_URL)
			status = read_url(reading, file);
		else if (source->kind != STUB_DOCUMENT && source->complaint == 0)
			status = read_file(reading, file, source->kind == STUB_FILE);
	}
	return status;
}

/* Who asks for all wants to know all that is wrong. */
static void forget_complaints(struct stub_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		sources->items[i].complaint = 0;
		for (size_t j = 0; j < sources->items[i].count; j++)
			sources->items[i].files[j].complaint = 0;
	}
}

int tally__stub_sources_read(struct stub_sources *sources, enum stub_reading what, bool *changed,
			     struct stub_troubles *troubles, struct tally_error *error)
{
	struct reading reading = {sources, what, *changed, troubles, error};
	int status = 0;

	if (what == STUB_READ_ALL)
		forget_complaints(sources);
	for (size_t i = 0; i < sources->count && status == 0; i++)
		status = read_source(&reading, &sources->items[i]);
	*changed = reading.changed;
	return status;
}
