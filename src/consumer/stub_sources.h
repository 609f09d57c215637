/* consumer/stub_sources.h - the contracts of a stand-in, as files, folders, URLs and documents, and
 * what of them has changed. */
#ifndef TALLY_CONSUMER_STUB_SOURCES_H
#define TALLY_CONSUMER_STUB_SOURCES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "consumer/stub_filter.h"
#include "contract/contract.h"
#include "http/client.h"
#include "tally/stub.h"

/* A contract that was read; shared by its file and by the sets that serve it. */
struct stub_contract {
	atomic_size_t references;
	char *name;
	struct tally_contract *contract;
};

void tally__stub_contract_release(struct stub_contract *contract); /* NULL is fine */

/* By what a changed file is known, without reading it. */
struct stub_identity {
	bool exists;
	bool regular;
	dev_t device;
	ino_t inode;
	off_t bytes;
	struct timespec modified, changed;
};

struct stub_file {
	char *path;
	struct stub_identity identity; /* of what was read last */
	uint64_t digest;               /* of its bytes */
	bool was_read;
	bool is_bad;     /* these bytes are no contract that can be served */
	uint64_t partly; /* of bytes that may still be written, and were not complained of; or 0 */
	/* It was read so soon after it was written that a later change may look the same. */
	bool young;
	uint64_t complaint;             /* what was said of it last; 0: nothing is wrong */
	struct stub_contract *contract; /* served; NULL: none yet */
	struct stub_contract *fresh;    /* read, and not served yet; or NULL */
};

enum stub_source_kind { STUB_FILE, STUB_FOLDER, STUB_URL, STUB_DOCUMENT };

struct stub_source {
	enum stub_source_kind kind;
	char *path;
	uint64_t complaint;      /* about a folder */
	struct stub_file *files; /* of a folder, in the order of their names; else one */
	size_t count, capacity;
};

struct stub_sources {
	struct stub_source *items;
	size_t count;
	size_t document_count; /* the last of them */
	char *suffix;          /* ".json" */
	struct stub_names consumers, providers;
	char *authorization; /* a header for URLs, or NULL */
	struct http_client_options client;
};

/* What could not be read or served, each said once for each change. */
struct stub_troubles {
	struct tally_error *items;
	size_t count, capacity;
	size_t omitted; /* beyond LIMIT_STUB_TROUBLES */
};

void tally__stub_troubles_release(struct stub_troubles *troubles);
/* Keeps `trouble`, unless *complaint says that it was kept before for content of this digest.
 * TALLY_ENOMEM; when `trouble` itself is that, too. */
int tally__stub_trouble(struct stub_troubles *troubles, uint64_t *complaint, uint64_t digest,
			const struct tally_error *trouble, struct tally_error *error);

/* Takes over what the options say, and reads nothing.  To be released in every case. */
int tally__stub_sources_init(struct stub_sources *sources, const struct tally_stub_options *options,
			     struct tally_error *error);
void tally__stub_sources_release(struct stub_sources *sources);

/* Puts these documents in the place of those that there are; nothing is changed when it fails. */
int tally__stub_sources_set(struct stub_sources *sources, const cJSON *const *documents,
			    const char *const *names, size_t count, struct tally_error *error);

enum stub_reading {
	STUB_READ_CHANGED, /* files that look changed */
	STUB_READ_ALL      /* everything, URLs too */
};

/* Reads: what is other than before becomes the `fresh` contract of its file.  *changed: there is
 * something to serve that is not served yet, or something less.  TALLY_ENOMEM. */
int tally__stub_sources_read(struct stub_sources *sources, enum stub_reading reading, bool *changed,
			     struct stub_troubles *troubles, struct tally_error *error);

#endif
