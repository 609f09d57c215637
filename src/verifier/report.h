/* verifier/report.h - what all reports of results have in common: how interactions are classed and
 * counted, and the words for them.  Results are input like any other: a member that is missing or
 * of another type says nothing. */
#ifndef TALLY_VERIFIER_REPORT_H
#define TALLY_VERIFIER_REPORT_H

#include "base/buf.h"
#include "format/json.h"
#include "tally/verify.h"

/* What a report says of an interaction; each is of one class. */
enum report_class {
	REPORT_PASSED,
	REPORT_FAILED,
	REPORT_REGRESSED, /* it passed before, on this branch */
	REPORT_ERROR,     /* it could not be found out */
	REPORT_FLAKY,     /* it passed and failed */
	REPORT_NEW,       /* it never passed; does not fail the run */
	REPORT_PENDING,   /* failed, and does not fail the run */
	REPORT_SKIPPED
};
#define REPORT_CLASSES (REPORT_SKIPPED + 1)

struct report_words {
	const char *name;    /* "regressed": for programs */
	const char *counted; /* "3 new and failing" */
	const char *label;   /* "REGRESSED" */
};

enum report_class tally__report_class(const cJSON *interaction);
const struct report_words *tally__report_words(enum report_class class);
/* Whether interactions of a class make the run fail; whether there is something to say of them. */
bool tally__report_fails(enum report_class class);
bool tally__report_has_details(enum report_class class);

struct report_counts {
	size_t of[REPORT_CLASSES];
	size_t known; /* of those that passed: from before, not asked again */
	size_t total;
	double duration_ms;
};

/* Adds those of a contract. */
void tally__report_count(struct report_counts *counts, const cJSON *contract);
/* Appends "11 passed (2 known), 1 failed", or "no interactions". */
void tally__report_add_counts(struct buf *out, const struct report_counts *counts);

/* 0, or TALLY_EINVAL when these are no results of tally_verify. */
int tally__report_check(const cJSON *results, struct tally_error *error);
/* Hands a finished report over, or says why there is none; releases the buffer. */
int tally__report_take(struct buf *out, char **text, struct tally_error *error);

/* A member; "" or 0 without one. */
const char *tally__report_text(const cJSON *object, const char *name);
double tally__report_number(const cJSON *object, const char *name);

/* Appends a text so that it shows on a terminal or a page and drives nothing. */
void tally__report_add_shown(struct buf *out, const char *text, size_t max_chars);
/* The same for a text that may have lines of its own (the last words of a command), with `between`
 * in the place of each end of line. */
void tally__report_add_message(struct buf *out, const char *text, size_t max_chars,
			       const char *between);
/* The same in XML and HTML, in texts and in values of attributes between double quotes. */
void tally__report_add_escaped(struct buf *out, const char *text, size_t max_chars);
/* Appends text that is shown already, of several lines, as these are in XML and HTML. */
void tally__report_add_markup(struct buf *out, const struct buf *shown);
/* Appends "web-shop 1.4.0 -> orders". */
void tally__report_add_contract(struct buf *out, const cJSON *contract);
/* Appends "given A and B"; nothing without states. */
void tally__report_add_states(struct buf *out, const cJSON *interaction);
/* Appends why a contract is verified, as the broker says. */
void tally__report_add_why(struct buf *out, const cJSON *contract);
/* Why there are no results: the member "error"; NULL where there are.  Appends it. */
const cJSON *tally__report_error(const cJSON *results);
void tally__report_add_error(struct buf *out, const cJSON *error, const char *between);
/* How a run ended that has not come to all interactions; NULL for one that has. */
const char *tally__report_cut_short(const cJSON *results);
/* Why an interaction was not asked for. */
const char *tally__report_skip_reason(const cJSON *interaction);
/* Appends in one line why an interaction did not pass. */
void tally__report_add_reason(struct buf *out, const cJSON *interaction, size_t max_chars);
/* Appends lines that say all of it: attempts, errors, mismatches, what came, how to ask again. */
void tally__report_add_details(struct buf *out, const cJSON *interaction,
			       const struct tally_text_options *options);

/* How many attempts there were, and passed.  0: one, or none. */
size_t tally__report_attempts(const cJSON *interaction, size_t *passed);
size_t tally__report_omitted(const cJSON *attempt);

/* What came in place of what was expected, where nobody could understand the mismatches without:
 * NULL when they say enough. */
const cJSON *tally__report_response(const cJSON *interaction);
/* Appends "500, text/html, 5120 bytes". */
void tally__report_add_response(struct buf *out, const cJSON *response);

/* The text of a broker's notice, where it is for this run's outcome; NULL where it is not. */
const char *tally__report_notice(const cJSON *results, const cJSON *contract, const cJSON *notice);

#endif
