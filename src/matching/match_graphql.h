/* matching/match_graphql.h - GraphQL: documents that differ only in blanks, commas and comments are
 * the same.  A rule of ours, {"match": "graphql"}; and how bodies of the type application/graphql
 * are compared, and the member "query" of those that are JSON, where no rule says otherwise. */
#ifndef TALLY_MATCHING_MATCH_GRAPHQL_H
#define TALLY_MATCHING_MATCH_GRAPHQL_H

#include "matching/body.h"
#include "matching/rule.h"

/* The rule's test and wording. */
bool tally__graphql_test(struct application *application);
void tally__graphql_describe(struct buf *out, const struct application *application);

/* Puts the rule at $.query when the expected body is GraphQL over HTTP as JSON and no rule reaches
 * that place.  TALLY_ENOMEM. */
int tally__graphql_add_rule(struct rules *rules, const struct expected_body *body);

#endif
