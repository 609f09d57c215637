/* matching/match.h - is this actual what was expected?  A pure function of (expected, rules,
 * actual).  The rules of the expected part are compiled once into a matcher, which is then walked
 * together with each actual part, in time linear in the size of the actual part.
 *
 * A matcher lends from the expected part, which must outlive it.  A matcher may be used from
 * several threads at once.
 */
#ifndef TALLY_MATCHING_MATCH_H
#define TALLY_MATCHING_MATCH_H

#include "contract/contract.h"
#include "matching/body_key.h"
#include "matching/mismatch.h"

struct matcher;

/* TALLY_EPARSE for rules that cannot be understood (names the rule), TALLY_ELIMIT, TALLY_ENOMEM.
 * A bad regular expression is not an error here: it is a mismatch when it is applied. */
int tally__matcher_new_request(struct matcher **out, const struct request *expected,
			       struct tally_error *error);
int tally__matcher_new_response(struct matcher **out, const struct response *expected,
				struct tally_error *error);
int tally__matcher_new_message(struct matcher **out, const struct message *expected,
			       struct tally_error *error);
/* Why a regular expression among the rules is invalid, or NULL. */
const char *tally__matcher_invalid(const struct matcher *matcher);
void tally__matcher_free(struct matcher *matcher);

/* Compares; every mismatch goes to `mismatches` (initialised by the caller; none: it matches).
 * Requests are compared strictly (unexpected query parameters and JSON members are mismatches),
 * responses and messages leniently.  The actual part's own rules are not looked
 * at.  Errors only when the comparison could not be made: TALLY_ENOMEM, TALLY_ELIMIT. */
int tally__match_request(const struct matcher *matcher, const struct request *actual,
			 struct mismatches *mismatches, struct tally_error *error);
/* Whether an actual request matches, without what differs: ends with the first difference. */
int tally__matches_request(const struct matcher *matcher, const struct request *actual,
			   bool *matches, struct tally_error *error);
/* Whether the path, or some of the query, is a matching rule's to judge; else it has to be as
 * expected, byte for byte (of the query: names and values). */
bool tally__matcher_has_path_rule(const struct matcher *matcher);
bool tally__matcher_has_query_rule(const struct matcher *matcher);
/* What the body of a request has to have in common with the one that is expected. */
struct body_key tally__matcher_body_key(const struct matcher *matcher);
/* What every path begins with that the rules let pass, as far as that is plain to see: up to `size`
 * bytes; the result says how many. */
size_t tally__matcher_path_prefix(const struct matcher *matcher, char *out, size_t size);
/* False when the method certainly differs. */
bool tally__matcher_may_have_method(const struct matcher *matcher, const char *method);
/* Whether the path matches, whatever the rest.  Errors as above. */
int tally__matches_path(const struct matcher *matcher, const char *path, bool *matches,
			struct tally_error *error);
/* False when the method or the path certainly differ; costs next to nothing. */
bool tally__matcher_may_match(const struct matcher *matcher, const struct request *actual);
int tally__match_response(const struct matcher *matcher, const struct response *actual,
			  struct mismatches *mismatches, struct tally_error *error);
int tally__match_message(const struct matcher *matcher, const struct message *actual,
			 struct mismatches *mismatches, struct tally_error *error);
/* The request of a synchronous message, as a consumer sends it: strictly, as requests are. */
int tally__match_request_message(const struct matcher *matcher, const struct message *actual,
				 struct mismatches *mismatches, struct tally_error *error);

#endif
