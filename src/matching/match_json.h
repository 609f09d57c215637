/* matching/match_json.h - the walk over two JSON documents. */
#ifndef TALLY_MATCHING_MATCH_JSON_H
#define TALLY_MATCHING_MATCH_JSON_H

#include "matching/walk.h"

/* Compares the node `actual` with `expected`, both at `frame`. */
void tally__match_json(struct walk *walk, const struct frame *frame, const struct reach *reach,
		       const cJSON *expected, const cJSON *actual);

#endif
