/* broker/versions.h - applications, their versions, branches and tags. */
#ifndef TALLY_BROKER_VERSIONS_H
#define TALLY_BROKER_VERSIONS_H

#include "broker/records.h"

/* A version as a publication or a run names it.  Strings may be NULL where not said otherwise. */
struct version_note {
	const char *application; /* required */
	const char *version;     /* required */
	const char *branch;
	const char *build_url;
	const char *const *tags;
	size_t tag_count;
	int64_t now_unix;
};

/* Checks all names in it.  TALLY_EINVAL. */
int tally__version_note_check(const struct version_note *note, struct tally_error *error);

/* Makes the application if it is not there. */
int tally__application_ensure(struct records *records, const char *application, int64_t now_unix,
			      struct tally_error *error);

/* Makes application, version, branch and tags as needed.  A new version gets the next number of its
 * application's sequence, which decides what "latest" means; a version that joins a branch becomes
 * its head, one that is there already does not.  The first branch or tag called develop, main or
 * master becomes the main branch.  *out is the version's record. */
int tally__version_ensure(struct records *records, const struct version_note *note,
			  struct record **out, struct tally_error *error);

/* An application that must be known: TALLY_ENOTFOUND says what to do. */
int tally__application_find(struct records *records, const char *application, struct record **out,
			    struct tally_error *error);

/* A version that must be known: TALLY_ENOTFOUND says what to do. */
int tally__version_find(struct records *records, const char *application, const char *version,
			struct record **out, struct tally_error *error);

/* Every version of an application, oldest first.  That is a scan of its whole history. */
int tally__versions_list(struct records *records, const char *application, struct record ***out,
			 size_t *count, struct tally_error *error);

/* An application's versions, newest first, one record at a time: each names the one before it, so
 * that the newest are found without reading the whole history.  Versions that an older program
 * wrote do not; behind the first of these the walk goes on by a scan. */
struct version_walk {
	struct records *records;
	const char *application;
	const char *next;        /* NULL: no more */
	int64_t below;           /* the sequence of what came last */
	struct record **scanned; /* oldest first; NULL: not scanned */
	size_t scanned_count;
};

/* `before`: begins behind that version, which must be known (TALLY_ENOTFOUND); NULL: with the
 * newest one. */
int tally__version_walk_begin(struct version_walk *walk, struct records *records,
			      const char *application, const char *before,
			      struct tally_error *error);
/* *out is NULL at the end.  TALLY_EPARSE when a version names one before it that cannot be. */
int tally__version_walk_next(struct version_walk *walk, struct record **out,
			     struct tally_error *error);

/* Has every version name the one before it: what an older program wrote lacks that. */
int tally__versions_link(struct records *records, const char *application,
			 struct tally_error *error);
/* Has a version name the one before it; NULL: it is the oldest one. */
int tally__version_link(struct record *version, const char *previous, struct tally_error *error);

/* " (branch main)", or nothing: how the subject of a commit names it. */
void tally__version_note_describe(const struct version_note *note, struct buf *message);

#endif
