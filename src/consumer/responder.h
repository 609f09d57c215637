/* consumer/responder.h - which interaction is this request for?  The one place that answers it: for
 * the mock provider, which expects requests exactly as they are written, and for a stand-in, which
 * answers whatever it can.
 *
 * Interactions are prepared once, while they are added.  Asking only reads: any number of threads
 * may ask at once, as long as none adds.  What happens in a run is the caller's to keep, in an
 * array beside the responder with one element for each entry's `number`.
 *
 * An index leads from the path of a request to the interactions that can be meant, so that a
 * request costs the same beside one interaction or a hundred thousand.  Of those that have one path
 * and differ in query or body, numbers made of these are compared before they are. */
#ifndef TALLY_CONSUMER_RESPONDER_H
#define TALLY_CONSUMER_RESPONDER_H

#include "consumer/path_index.h"
#include "contract/contract.h"
#include "http/http.h"
#include "matching/generate.h"
#include "matching/match.h"

/* One HTTP interaction, ready to be compared with and to answer.  Nobody changes one. */
struct responder_entry {
	const struct tally_contract *contract;
	const struct interaction *interaction;
	size_t index;  /* in contract->interactions */
	size_t number; /* in the responder, in the order of adding: 0, 1, 2 … */
	/* As written: the answer, unless there are generators.  Its headers are lent: a copy of the
	 * struct may be added to (http/http.h), which leaves this one as it is. */
	struct http_response response;
	struct generators *generators; /* of the response; NULL: none */

	struct matcher *matcher; /* of the request */

	/* For the index: the path, or what all paths begin with that its rules let pass; the next
	 * entry that has the same, and from the first of these the last. */
	bool is_pattern;
	const char *path;
	size_t path_len;
	struct responder_entry *next_same_path, *last_same_path;
	/* Of the query; compared first where no rule is to judge it. */
	bool is_query_literal;
	uint64_t query_hash;
	/* Of the body; compared first where there is one. */
	struct body_key body_key;
};

struct responder_options {
	/* Whose values answers are given: a mock's (GENERATOR_CONSUMER), a stand-in's. */
	enum generator_mode mode;
	/* What only a verification uses (rules of responses, generators of requests) is of no
	 * interest, and not looked at. */
	bool only_answers;
};

/* For the files of the responder alone. */
struct responder {
	struct responder_options options;
	struct arena arena; /* owns entries and answers */
	struct responder_entry **entries;
	size_t count, capacity;
	struct path_index index;
};

int tally__responder_new(struct responder **out, const struct responder_options *options,
			 struct tally_error *error);
/* NULL is fine. */
void tally__responder_free(struct responder *responder);

/* Adds the HTTP interactions of a contract, which must outlive the responder; nothing when it
 * fails.  `error` has the place as a JSON pointer into the contract's file.  TALLY_EINVAL (a status
 * that cannot end a request, a header that cannot be sent), TALLY_EPARSE (matching rules; in
 * expectations with inline matchers also an example that its own rule refuses, and a generator that
 * cannot be used), TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__responder_add(struct responder *responder, const struct tally_contract *contract,
			 struct tally_error *error);

/* All entries, by their numbers. */
struct responder_entry *const *tally__responder_entries(const struct responder *responder,
							size_t *count);

/* What an answer needs. */
enum responder_acceptance {
	/* Nothing differs.  Of several the one with the most points is answered: a point for each
	 * expected header and each query parameter, so that whoever expects more of a request is
	 * preferred. */
	RESPONDER_EXACT,
	/* Method, path and query are as expected, and so is the content of the body where POST, PUT
	 * and PATCH send one; headers and the body's type may differ.  What nothing differs from
	 * comes first, as above; then the fewest differences. */
	RESPONDER_LENIENT
};

/* Whether an interaction may answer at all, such as by its provider states. */
typedef bool responder_filter(void *context, const struct responder_entry *entry);

struct responder_question {
	const struct request *request;
	enum responder_acceptance acceptance;
	responder_filter *admits; /* NULL: all may answer; others are not even the nearest */
	void *context;            /* of `admits` */
};

enum responder_outcome {
	RESPONDER_MATCH,    /* accepted */
	RESPONDER_MISMATCH, /* something but method and path differs */
	RESPONDER_NOT_FOUND /* method or path differ, or there is nothing to compare with */
};

struct responder_verdict {
	enum responder_outcome outcome;
	const struct responder_entry *entry; /* accepted, or the nearest; NULL: there is none */
	struct mismatches mismatches;        /* with that one; none after a match that is exact */
};

/* Finds what a request is for.  Of equals the one that was added first counts.  The verdict is to
 * be released in every case.  TALLY_ENOMEM, TALLY_ELIMIT (the comparison takes too long). */
int tally__responder_ask(const struct responder *responder,
			 const struct responder_question *question,
			 struct responder_verdict *verdict, struct tally_error *error);
void tally__responder_verdict_release(struct responder_verdict *verdict);

#endif
