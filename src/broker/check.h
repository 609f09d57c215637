/* broker/check.h - whether a store is what doc/store-format.md says: every record on its own, and
 * what records say of each other. */
#ifndef TALLY_BROKER_CHECK_H
#define TALLY_BROKER_CHECK_H

#include "broker/records.h"

/* A version of the application that is being looked at. */
struct numbered {
	const char *path;
	int64_t sequence;
	int64_t previous; /* the sequence of the version that it names; 0: it names none */
	bool is_oldest;   /* it says that those before it were removed */
};

struct check {
	struct records records; /* emptied now and then */
	const char *location;   /* of the broker, for commands */
	cJSON *problems;
	size_t record_count, error_count, warning_count;
	/* Of one application, whose folder is `folder` (in the arena; NULL: none yet). */
	struct arena arena;
	const char *folder;
	struct numbered *versions;
	size_t version_count, version_capacity;
	struct tally_error *error;
};

/* Writes down what is wrong at a path of the tree.  0, or an error that ends the check. */
int tally__check_problem(struct check *check, bool is_warning, const char *path, const char *format,
			 ...) TALLY_PRINTF(4, 5);

/* The same where git's log is not what helps: `next` is a command, or NULL. */
int tally__check_tell(struct check *check, bool is_warning, const char *where, const char *what,
		      const char *next);

/* The record that another names, which has to be there: *out is NULL when it is not, which is
 * written down at `from`, or when it cannot be read, which is told at its own place. */
int tally__check_named(struct check *check, struct record **out, const struct record *from,
		       const char *pattern, const char *const *names);

/* What is wrong with one record, of that kind. */
int tally__check_record(struct check *check, struct record *record, const char *pattern);
int tally__check_publication(struct check *check, struct record *record);
int tally__check_run(struct check *check, struct record *record);

/* What is wrong with the numbers of the application's versions, of which the last has come. */
int tally__check_numbers(struct check *check);

/* What is wrong with what follows from the application's versions. */
int tally__check_derived(struct check *check);

#endif
