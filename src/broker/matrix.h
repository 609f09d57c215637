/* broker/matrix.h - one question about versions that are to work together: from the selectors to
 * the rows that matter, then to the answer.
 *
 * A selector finds versions.  Those of the question itself are "specified"; what these work with is
 * looked for where they are to go, with a selector that is "inferred" for each application.  A row
 * is a contract of a consumer version with a provider version, or with none.
 */
#ifndef TALLY_BROKER_MATRIX_H
#define TALLY_BROKER_MATRIX_H

#include "base/limits.h"
#include "broker/pair.h"
#include "tally/matrix.h"

/* A version that a selector found, and how it comes to be where it is. */
struct selected_version {
	const char *version;
	const struct record *record; /* `json` NULL: live there, but nothing else is known of it */
	int64_t sequence;
	const char **instances; /* that it is deployed as, without the unnamed one */
	size_t instance_count;
	bool deployed, released, assumed;
};

struct selected {
	const char *application;
	const struct tally_version_selector *selector;
	bool specified;
	bool every;  /* the application alone: its versions are looked up when they are needed */
	bool either; /* one that was verified is enough: some on a branch or with a tag */
	bool known;  /* there is such an application */
	struct selected_version *versions;
	size_t count;
};

struct row {
	struct pair pair;
	const struct selected *consumer, *provider;
	const struct selected_version *consumer_version; /* lent by these */
	const struct selected_version *provider_version; /* NULL: there is none */
	bool unjoined; /* no version of `provider` was verified: the pair's is the newest of them */
	const struct selected *ignored; /* why it does not count, or NULL */
};

struct matrix {
	struct records *records;
	const struct tally_matrix_query *query;
	const char *location; /* of the broker, for the commands in the answer */

	struct tally_version_selector target; /* without application */
	bool inferring;                       /* there is a target */
	bool alone; /* one selector, without a target: with all that it was verified with */
	struct selected *specified, *ignored;
	size_t specified_count, ignored_count;
	struct map inferred; /* struct selected by application */
	struct row **rows;
	size_t row_count, row_capacity;
	size_t judged;
	size_t passed_over; /* pairs of many that might have been verified, and were not */
	bool truncated;
	bool hiding; /* rows that speak against a yes were not asked for */
};

/* Checks all that can be without the store, and sets the target.  TALLY_EINVAL, TALLY_ELIMIT. */
int tally__matrix_check(struct matrix *matrix, struct tally_error *error);
/* What only the store can tell: the target's environment, assumptions. */
int tally__matrix_check_known(struct matrix *matrix, struct tally_error *error);

/* Finds a selector's versions.  One that finds nothing is not an error. */
int tally__select(struct matrix *matrix, const struct tally_version_selector *selector,
		  struct selected *out, struct tally_error *error);
/* Every version of an application, newest first. */
int tally__select_every(struct matrix *matrix, const char *application,
			struct selected_version **out, size_t *count, struct tally_error *error);
/* Appends what it asks for, and what it found: "the head of branch main of web (1.4.0)". */
void tally__selected_describe(struct buf *out, const struct selected *selected);
/* The same of one version: "orders 3, deployed in production (instance blue)". */
void tally__selected_version_describe(struct buf *out, const struct selected *selected,
				      const struct selected_version *version);
/* Whether what is assumed decides which versions of an application are at the target. */
bool tally__matrix_assumes(const struct matrix *matrix, const char *application,
			   const char *environment);

/* What is in an environment, with what is assumed of it; each version once. */
int tally__select_live(struct matrix *matrix, const char *environment, const char *application,
		       struct selected_version **out, size_t *count, struct tally_error *error);
int tally__select_assumed(struct matrix *matrix, const char *application,
			  struct selected_version **out, size_t *count, struct tally_error *error);

/* All rows of the question. */
int tally__matrix_fill(struct matrix *matrix, struct tally_error *error);
void tally__matrix_release(struct matrix *matrix);

/* Takes out what does not count, says what is ignored, and puts the rest in order. */
void tally__matrix_arrange(struct matrix *matrix);

struct summary {
	size_t success, failed, unknown, ignored;
	size_t empty;   /* of success: nothing had to pass */
	size_t missing; /* specified selectors that found nothing */
};
void tally__matrix_summarise(struct summary *summary, const struct matrix *matrix);
/* Does a selector of the question find nothing, and count? */
bool tally__selected_is_missing(const struct matrix *matrix, const struct selected *selected);

/* "to production", "beside the newest versions with tag prod": where versions are to go; nothing
 * without a target. */
void tally__target_describe(struct buf *out, const struct matrix *matrix);
/* What a version is that was looked for there: "recorded in production". */
void tally__target_describe_place(struct buf *out, const struct matrix *matrix);

/* Appends one or two sentences on a judged row. */
void tally__row_explain(struct buf *out, const struct row *row, const struct matrix *matrix);
/* Appends the command to run next, ready for a shell; nothing when there is nothing to do. */
void tally__row_advise(struct buf *out, const struct row *row, const struct matrix *matrix);
/* The command once the answer is yes; nothing without a version or an environment. */
void tally__matrix_advise(struct buf *out, const struct matrix *matrix);
/* What brings a version into being that a selector did not find. */
void tally__selected_advise(struct buf *out, const struct selected *selected, bool is_provider,
			    const struct matrix *matrix);

/* Parts of the answer: Pact's rows, Pact's summary and notices. */
int tally__matrix_add_pact_row(cJSON *list, struct matrix *matrix, const struct row *row,
			       struct tally_error *error);
int tally__matrix_put_summary(cJSON *answer, struct matrix *matrix, struct tally_error *error);

/* Longest sentence or command in an answer: a few names, and the place of the broker, quoted. */
#define MATRIX_SENTENCE_BYTES (1024 * (size_t)LIMIT_NAME_BYTES)

/* The whole answer.  *answer is an object, or what there is of it on failure. */
int tally__matrix_answer(struct matrix *matrix, bool verdict, cJSON **answer,
			 struct tally_error *error);

#endif
