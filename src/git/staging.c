#include "config.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "git/objects.h"
#include "git/staging.h"

/* Larger commits are not kept in memory after they were written. */
#define KEPT_BYTES ((size_t)8 << 20)

struct objects {
	struct map by_id;
	struct arena arena;
};

struct staging {
	git_odb_backend backend; /* first: libgit2 is given a pointer to it */
	struct repository *repository;
	git_odb *odb;
	git_repository *git;
	struct objects fresh;   /* of the change being made */
	struct objects settled; /* of changes made and not yet on disk: one, or those of a group */
	struct objects kept;    /* of what was put on disk last */
};

static void objects_init(struct objects *objects)
{
	tally__map_init(&objects->by_id);
	tally__arena_init(&objects->arena, 0);
}

static void objects_release(struct objects *objects)
{
	tally__map_release(&objects->by_id);
	tally__arena_release(&objects->arena);
}

static const struct staged *objects_get(const struct objects *objects, const git_oid *id)
{
	return tally__map_get(&objects->by_id, (const char *)id->id, GIT_OID_RAWSZ);
}

static int objects_put(struct objects *objects, const git_oid *id, git_object_t type,
		       const void *bytes, size_t len)
{
	struct staged *staged = tally__arena_alloc(&objects->arena, sizeof *staged);

	if (!staged)
		return TALLY_ENOMEM;
	staged->id = *id;
	staged->type = type;
	staged->len = len;
	staged->bytes = tally__arena_memdup(&objects->arena, bytes, len);
	if (!staged->bytes)
		return TALLY_ENOMEM;
	return tally__map_put(&objects->by_id, (const char *)staged->id.id, GIT_OID_RAWSZ, staged);
}

static struct staging *of(git_odb_backend *backend)
{
	return (struct staging *)backend;
}

static const struct staged *in_memory(git_odb_backend *backend, const git_oid *id)
{
	const struct staging *staging = of(backend);
	const struct staged *staged = objects_get(&staging->fresh, id);

	if (!staged)
		staged = objects_get(&staging->settled, id);
	return staged ? staged : objects_get(&staging->kept, id);
}

static int give(void **out, size_t *out_len, git_odb_backend *backend, const void *bytes,
		size_t len)
{
	void *copy = git_odb_backend_data_alloc(backend, len > 0 ? len : 1);

	if (!copy)
		return GIT_ERROR;
	memcpy(copy, bytes, len);
	*out = copy;
	*out_len = len;
	return 0;
}

/* On disk the trees that the next change begins with are in packs that libgit2 does not know yet,
 * and it would look at all of them anew. */
static const char *recall(struct object_cache *cache, const git_oid *id, git_object_t *type,
			  size_t *len)
{
	static const git_object_t types[] = {GIT_OBJECT_TREE, GIT_OBJECT_BLOB, GIT_OBJECT_COMMIT};
	const char *bytes = NULL;

	for (size_t i = 0; i < sizeof types / sizeof *types && !bytes; i++) {
		*type = types[i];
		bytes = tally__object_cache_get(cache, id, *type, len);
	}
	return bytes;
}

static int backend_read(void **out, size_t *len, git_object_t *type, git_odb_backend *backend,
			const git_oid *id)
{
	const struct staged *staged = in_memory(backend, id);
	git_odb_object *object = NULL;
	const char *bytes;
	size_t kept_len;
	int git;

	if (staged) {
		*type = staged->type;
		return give(out, len, backend, staged->bytes, staged->len);
	}
	bytes = recall(of(backend)->repository->cache, id, type, &kept_len);
	if (bytes)
		return give(out, len, backend, bytes, kept_len);
	git = git_odb_read(&object, of(backend)->repository->odb, id);
	if (git < 0)
		return git;
	*type = git_odb_object_type(object);
	git = give(out, len, backend, git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return git;
}

static int backend_read_header(size_t *len, git_object_t *type, git_odb_backend *backend,
			       const git_oid *id)
{
	const struct staged *staged = in_memory(backend, id);

	if (!staged)
		return git_odb_read_header(len, type, of(backend)->repository->odb, id);
	*len = staged->len;
	*type = staged->type;
	return 0;
}

static int backend_exists(git_odb_backend *backend, const git_oid *id)
{
	return objects_get(&of(backend)->fresh, id) != NULL ||
	       objects_get(&of(backend)->settled, id) != NULL;
}

static int put(struct staging *staging, const git_oid *id, git_object_t type, const void *bytes,
	       size_t len)
{
	if (backend_exists(&staging->backend, id))
		return 0;
	tally__object_cache_put(staging->repository->cache, id, type, bytes, len);
	return objects_put(&staging->fresh, id, type, bytes, len);
}

static int backend_write(git_odb_backend *backend, const git_oid *id, const void *bytes, size_t len,
			 git_object_t type)
{
	return put(of(backend), id, type, bytes, len) == 0 ? 0 : GIT_ERROR;
}

/* The staging area is not libgit2's to free. */
static void backend_free(git_odb_backend *backend)
{
	(void)backend;
}

int tally__staging_new(struct staging **out, struct repository *repository,
		       struct tally_error *error)
{
	struct staging *staging = tally__calloc(1, sizeof *staging);

	if (!staging)
		return tally__fail_nomem(error);
	objects_init(&staging->fresh);
	objects_init(&staging->settled);
	objects_init(&staging->kept);
	staging->repository = tally__repository_share(repository);
	staging->backend.version = GIT_ODB_BACKEND_VERSION;
	staging->backend.read = backend_read;
	staging->backend.read_header = backend_read_header;
	staging->backend.exists = backend_exists;
	staging->backend.write = backend_write;
	staging->backend.free = backend_free;
	if (git_odb_new(&staging->odb) < 0 ||
	    git_odb_add_backend(staging->odb, &staging->backend, 1) < 0 ||
	    git_repository_wrap_odb(&staging->git, staging->odb) < 0) {
		tally__staging_free(staging);
		return tally__fail_nomem(error);
	}
	*out = staging;
	return 0;
}

void tally__staging_free(struct staging *staging)
{
	if (!staging)
		return;
	git_repository_free(staging->git);
	git_odb_free(staging->odb);
	tally__repository_release(staging->repository);
	objects_release(&staging->fresh);
	objects_release(&staging->settled);
	objects_release(&staging->kept);
	tally__free(staging);
}

git_repository *tally__staging_git(const struct staging *staging)
{
	return staging->git;
}

int tally__staging_write(struct staging *staging, git_oid *id, git_object_t type, const void *bytes,
			 size_t len, struct tally_error *error)
{
	if (git_odb_write(id, staging->odb, len > 0 ? bytes : "", len, type) < 0)
		return tally__git_fail(error, git_repository_path(staging->repository->git),
				       "stage an object");
	return 0;
}

int tally__staging_put(struct staging *staging, const git_oid *id, git_object_t type,
		       const void *bytes, size_t len, struct tally_error *error)
{
	return put(staging, id, type, len > 0 ? bytes : "", len) == 0 ? 0
								      : tally__fail_nomem(error);
}

int tally__staging_settle(struct staging *staging, struct tally_error *error)
{
	struct objects *settled = &staging->settled;
	const struct map *fresh = &staging->fresh.by_id;
	int status = 0;

	if (settled->by_id.count == 0) {
		objects_release(settled);
		*settled = staging->fresh;
		objects_init(&staging->fresh);
		return 0;
	}
	/* An object more than a commit needs does no harm, if memory ends in the midst. */
	for (size_t i = 0; i < fresh->count && status == 0; i++) {
		const struct staged *staged = fresh->entries[i].value;

		status =
			objects_put(settled, &staged->id, staged->type, staged->bytes, staged->len);
	}
	tally__staging_clear(staging);
	return status != 0 ? tally__fail_nomem(error) : 0;
}

static void forget(struct objects *objects)
{
	objects_release(objects);
	objects_init(objects);
}

void tally__staging_clear(struct staging *staging)
{
	forget(&staging->fresh);
}

int tally__staging_each(const struct staging *staging,
			int (*visit)(void *context, const struct staged *object), void *context)
{
	const struct map *map = &staging->settled.by_id;
	int status = 0;

	for (size_t i = 0; i < map->count && status == 0; i++)
		status = visit(context, map->entries[i].value);
	return status;
}

size_t tally__staging_count(const struct staging *staging)
{
	return staging->settled.by_id.count;
}

size_t tally__staging_bytes(const struct staging *staging)
{
	return staging->settled.arena.used_bytes;
}

void tally__staging_reset(struct staging *staging)
{
	forget(&staging->fresh);
	forget(&staging->settled);
}

void tally__staging_keep(struct staging *staging)
{
	objects_release(&staging->kept);
	staging->kept = staging->settled;
	objects_init(&staging->settled);
	if (staging->kept.arena.used_bytes > KEPT_BYTES)
		forget(&staging->kept);
}
