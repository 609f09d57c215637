/* broker/records.h - the records of a broker: where each lies in the tree, and the working set of
 * one question or change.
 *
 * A record is a small JSON object in a file.  Within one question or change each is read and parsed
 * once; changes are seen by later reads of the same working set, and only what really differs is
 * handed to the store at the end.  doc/store-format.md describes every record.
 */
#ifndef TALLY_BROKER_RECORDS_H
#define TALLY_BROKER_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "format/json.h"
#include "git/store.h"

/* The layout this program reads and writes.  A repository with a greater number is refused. */
#define RECORD_FORMAT 3
/* The first one with what is derived from runs, tags and heads: passed, tagged, heads. */
#define RECORD_FORMAT_DERIVED 2
/* The first one with what all runs of a version answered together: answers, failed. */
#define RECORD_FORMAT_ANSWERS 3

/* The one list of places.  {} is a name as one path component; {#} is a name below two folders that
 * spread large numbers of names evenly: the first two hexadecimal digits of the name's digest. */
#define PATH_BROKER           "tally.json"
#define PATH_APPS             "apps"
#define PATH_APP_FOLDER       "apps/{}"
#define PATH_APP              "apps/{}/app.json"
#define PATH_LATEST           "apps/{}/latest.json"
#define PATH_BRANCH           "apps/{}/branches/{#}.json"
#define PATH_TAG              "apps/{}/tags/{#}.json"
#define PATH_BRANCHES         "apps/{}/branches"
#define PATH_TAGS             "apps/{}/tags"
#define PATH_TAGGED           "apps/{}/tagged/{}"
#define PATH_TAGGED_ONE       "apps/{}/tagged/{}/{#}.json"
#define PATH_HEADS            "apps/{}/heads/{}.json"
#define PATH_PASSED           "apps/{}/passed/{}/{#}.json"
#define PATH_CONSUMERS        "apps/{}/consumers"
#define PATH_CONSUMER         "apps/{}/consumers/{}.json"
#define PATH_VERSIONS         "apps/{}/versions"
#define PATH_VERSION_DIR      "apps/{}/versions/{#}"
#define PATH_VERSION          "apps/{}/versions/{#}/version.json"
#define PATH_CONTRACT         "apps/{}/versions/{#}/contracts/{}.json"
#define PATH_PUBLICATIONS     "apps/{}/versions/{#}/publications"
#define PATH_PUBLICATION      "apps/{}/versions/{#}/publications/{}.json"
#define PATH_RESULTS          "apps/{}/versions/{#}/results"
#define PATH_RUNS             "apps/{}/versions/{#}/results/{}"
#define PATH_RUN              "apps/{}/versions/{#}/results/{}/{}.json"
#define PATH_ANSWERS_OF       "apps/{}/versions/{#}/answers"
#define PATH_ANSWERS          "apps/{}/versions/{#}/answers/{}.json"
#define PATH_FAILED           "apps/{}/versions/{#}/failed.json"
#define PATH_DEPLOYMENTS      "apps/{}/versions/{#}/deployments"
#define PATH_DEPLOYMENT       "apps/{}/versions/{#}/deployments/{}.json"
#define PATH_VERSION_RELEASES "apps/{}/versions/{#}/releases"
#define PATH_VERSION_RELEASE  "apps/{}/versions/{#}/releases/{}.json"
#define PATH_UUID             "uuids/{#}.json"
#define PATH_WEBHOOKS         "webhooks"
#define PATH_WEBHOOK          "webhooks/{}.json"
#define PATH_ENVIRONMENTS     "environments"
#define PATH_ENVIRONMENT      "environments/{}/environment.json"
#define PATH_DEPLOYED         "environments/{}/deployed"
#define PATH_SLOT_UNNAMED     "environments/{}/deployed/{}/current.json"
#define PATH_SLOTS            "environments/{}/deployed/{}"
#define PATH_SLOT             "environments/{}/deployed/{}/instances/{}.json"
#define PATH_RELEASED_ALL     "environments/{}/released"
#define PATH_RELEASED         "environments/{}/released/{}"
#define PATH_RELEASE          "environments/{}/released/{}/{}.json"

/* The names that fill a path's places, in order. */
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

struct record {
	const char *path;
	cJSON *json;      /* an object; NULL: there is no such record */
	const char *text; /* a document to be written as it is, instead of `json` */
	size_t text_len;
	bool changed;
	bool is_lent; /* by the cache, which only questions use: `json` is not to be edited */
};

struct record_cache;

struct records {
	const struct snapshot *snapshot;
	struct record_cache *cache; /* NULL: none; for questions, see record_cache.h */
	int64_t format;             /* of the store; 0 where nobody looked */
	struct arena arena;         /* paths, listings, and whatever the question or change needs */
	struct map by_path;         /* struct record */
	struct answers *answers;    /* of the provider versions in question: answers.h */
	/* Folders that this change removes, with all that was in them. */
	const char **gone;
	size_t gone_count, gone_capacity;
};

void tally__records_init(struct records *records, const struct snapshot *snapshot);
void tally__records_release(struct records *records);

/* A path with its names filled in, made in the arena.  TALLY_EINVAL for a name that cannot be one,
 * TALLY_ENOMEM, TALLY_EUNSUPPORTED (digest). */
int tally__records_path(struct records *records, const char **path, const char *pattern,
			const char *const *names, struct tally_error *error);

/* *out is the record at that place, with `json` NULL when there is none; it lives as long as the
 * working set.  TALLY_EPARSE when the file is no JSON object, lacks a required member, or belongs
 * to another place: the error says which file. */
int tally__records_get(struct records *records, struct record **out, const char *pattern,
		       const char *const *names, struct tally_error *error);
/* The same by a path as listings give it. */
int tally__records_get_path(struct records *records, struct record **out, const char *path,
			    struct tally_error *error);

/* Every record directly in a folder, in byte order of the file names: *out has *count of them.
 * Records that this working set has made are not among them, those that it removed neither. */
int tally__records_list(struct records *records, struct record ***out, size_t *count,
			const char *pattern, const char *const *names, struct tally_error *error);

int tally__records_list_path(struct records *records, struct record ***out, size_t *count,
			     const char *folder, struct tally_error *error);

/* Every record in the two levels of folders that spread large numbers (see {#} above), in the order
 * of their paths: the records themselves or, when each has a folder of its own, those called `file`
 * in these (NULL otherwise). */
int tally__records_list_spread(struct records *records, struct record ***out, size_t *count,
			       const char *pattern, const char *const *names, const char *file,
			       struct tally_error *error);

/* How many files or folders lie `levels` folders (1: directly) below one; none of them is read. */
int tally__records_count_spread(struct records *records, const char *folder, int levels,
				size_t *out, struct tally_error *error);

/* The record called `file` in every folder of a folder, in byte order of these: "app.json" of each
 * application. */
int tally__records_list_folders(struct records *records, struct record ***out, size_t *count,
				const char *folder, const char *file, struct tally_error *error);

/* A folder is to go with all that is in it, whatever this working set has made of that: from now on
 * nothing is there, and texts that were lent from the records in it are no more. */
int tally__records_remove_folder(struct records *records, const char *pattern,
				 const char *const *names, struct tally_error *error);

/* Whether the store has what is derived (passed, tagged, heads), so that it is kept up. */
bool tally__records_are_derived(const struct records *records);
/* The same for questions that need it: TALLY_EUNSUPPORTED says what to do. */
int tally__records_need_derived(const struct records *records, const char *what,
				struct tally_error *error);

/* Writes text (which must outlive the working set) as it is. */
int tally__records_put_text(struct records *records, const char *path, const char *text, size_t len,
			    struct tally_error *error);

/* Hands everything that changed to a transaction. */
int tally__records_flush(struct records *records, struct edits *edits, struct tally_error *error);

/* Members.  A required one that is missing, and any of another type, is TALLY_EPARSE naming record
 * and member.  Optional: NULL when absent. */
int tally__record_text(const struct record *record, const char *name, const char **out,
		       struct tally_error *error);
int tally__record_optional_text(const struct record *record, const char *name, const char **out,
				struct tally_error *error);
int tally__record_number(const struct record *record, const char *name, int64_t *out,
			 struct tally_error *error);
int tally__record_array(const struct record *record, const char *name, const cJSON **out,
			struct tally_error *error);
int tally__record_optional_array(const struct record *record, const char *name, const cJSON **out,
				 struct tally_error *error);
/* What a path is made of: one of the patterns above, and the components that fill its places, not
 * closed by a NUL. */
#define RECORD_NAMES_MAX 4
struct record_name {
	const char *text;
	size_t len;
	bool sharded; /* below two folders that its name decides */
};
struct record_place {
	const char *pattern;
	size_t count;
	struct record_name names[RECORD_NAMES_MAX];
};
/* False when no record lies at such a path. */
bool tally__record_locate(struct record_place *place, const char *path);
/* All required members are there, and the names among them are those in the record's path. */
int tally__record_check(const struct record *record, struct tally_error *error);
/* The record is not what it should be: TALLY_EPARSE with where and what. */
int tally__record_damaged(const struct record *record, const char *name, const char *expected,
			  struct tally_error *error);

/* Sets a member (a record that is not there comes to be).  The same value again changes nothing.
 * `value` is taken; NULL counts as memory being short. */
int tally__record_set(struct record *record, const char *name, cJSON *value,
		      struct tally_error *error);
int tally__record_set_text(struct record *record, const char *name, const char *value,
			   struct tally_error *error);
int tally__record_set_number(struct record *record, const char *name, int64_t value,
			     struct tally_error *error);
/* The record is to go: from now on it is as if it had never been there. */
void tally__record_remove(struct record *record);
/* Adds a text to an array of texts unless it is there; *added (may be NULL) says whether. */
int tally__record_add_text(struct record *record, const char *name, const char *value, bool *added,
			   struct tally_error *error);
/* Takes a text out of such an array; one that is empty then goes as a whole. */
int tally__record_remove_text(struct record *record, const char *name, const char *value,
			      struct tally_error *error);
/* Takes a member away. */
void tally__record_unset(struct record *record, const char *name);

/* Names of applications, versions and so on come from outside: UTF-8, 1 to LIMIT_NAME_BYTES bytes,
 * one line, no control characters, not blank.  `what` says in an error which name it is. */
int tally__name_check(const char *name, const char *what, struct tally_error *error);

#endif
