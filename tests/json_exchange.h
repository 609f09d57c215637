/* tests/json_exchange.h - puts JSON of another kind into a place of a document. */
#ifndef TALLY_TESTS_JSON_EXCHANGE_H
#define TALLY_TESTS_JSON_EXCHANGE_H

#include <cJSON.h>

enum { EXCHANGE_KINDS = 17 };

static const char *const exchange_kinds[EXCHANGE_KINDS] = {
	"null",
	"true",
	"-1.5",
	"200",
	"\"\"",
	"\"x\"",
	"[]",
	"[\"x\"]",
	"[null]",
	"[{\"type\":\"Uuid\"}]",
	"[[\"x\"],{\"x\":1}]",
	"{}",
	"{\"x\":\"y\"}",
	"{\"\":null}",
	"{\"$\":[{\"match\":\"type\"}]}",
	"{\"pact:matcher:type\":\"type\",\"value\":[\"x\"]}",
	"{\"pact:generator:type\":\"Uuid\",\"value\":{\"x\":[]}}",
};

/* Each keeps its name and its place. */
static inline void exchange_values(cJSON *a, cJSON *b)
{
	const cJSON first = *a;
	const cJSON second = *b;

	*a = second;
	*b = first;
	a->next = first.next;
	a->prev = first.prev;
	a->string = first.string;
	a->type = (second.type & ~cJSON_StringIsConst) | (first.type & cJSON_StringIsConst);
	b->next = second.next;
	b->prev = second.prev;
	b->string = second.string;
	b->type = (first.type & ~cJSON_StringIsConst) | (second.type & cJSON_StringIsConst);
}

#endif
