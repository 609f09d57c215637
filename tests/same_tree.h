/* tests/same_tree.h - whether a tree is what cJSON's own parser makes of the same text. */
#ifndef TALLY_TESTS_SAME_TREE_H
#define TALLY_TESTS_SAME_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cjson/cJSON.h>

/* cJSON reads no more of a number. */
#define SAME_TREE_NUMBER_BYTES 60

static inline bool same_texts(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* `ours` may have texts of numbers besides.  */
static inline bool same_tree(const cJSON *ours, const cJSON *plain)
{
	const cJSON *a = ours->child;
	const cJSON *b = plain->child;

	if (ours->type != plain->type || ours->valueint != plain->valueint ||
	    memcmp(&ours->valuedouble, &plain->valuedouble, sizeof(double)) != 0 ||
	    !same_texts(ours->string, plain->string) ||
	    (!cJSON_IsNumber(ours) && !same_texts(ours->valuestring, plain->valuestring)))
		return false;
	while (a != NULL && b != NULL) {
		if (!same_tree(a, b) ||
		    (a->next == NULL ? ours->child->prev != a : a->next->prev != a))
			return false;
		a = a->next;
		b = b->next;
	}
	return a == NULL && b == NULL;
}

/* Whether the tree has a number that cJSON would stumble over. */
static inline bool has_long_number(const cJSON *value)
{
	const cJSON *child;

	if (cJSON_IsNumber(value) && value->valuestring != NULL &&
	    strlen(value->valuestring) > SAME_TREE_NUMBER_BYTES)
		return true;
	for (child = value->child; child != NULL; child = child->next) {
		if (has_long_number(child))
			return true;
	}
	return false;
}

/* Parses the text with cJSON alone and compares. */
static inline bool same_as_cjson(const cJSON *ours, const char *text, size_t len)
{
	cJSON *plain;
	bool same;

	if (has_long_number(ours))
		return true;
	plain = cJSON_ParseWithLength(text, len);
	same = plain != NULL && same_tree(ours, plain);
	cJSON_Delete(plain);
	return same;
}

#endif
