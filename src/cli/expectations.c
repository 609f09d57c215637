/* expectations.c - where in a file of expectations something stands. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/expectations.h"
#include "tally/json.h"

/* A place that is being written; what does not fit is left out. */
struct place {
	char text[TALLY_ERROR_WHERE_BYTES];
	size_t len;
};

static void add(struct place *place, const char *text, size_t len)
{
	if (len >= sizeof(place->text) - place->len)
		return;
	memcpy(place->text + place->len, text, len);
	place->len += len;
	place->text[place->len] = '\0';
}

/* What a matcher object, or the object that version 4 puts around a body, has its example in. */
static const cJSON *example_in(const cJSON *node, const char *name)
{
	static const char *const members[] = {"value", "variants"};

	if (!cJSON_IsObject(node))
		return NULL;
	if (!json_get(node, "pact:matcher:type") && !json_get(node, "pact:generator:type"))
		return json_get(node, name) ? NULL : json_get(node, "content");
	for (size_t i = 0; i < 2; i++)
		if (json_get(node, members[i]))
			return json_get(node, members[i]);
	return NULL;
}

/* The child that one part of a JSON pointer names, with its escapes undone in place. */
static const cJSON *child_of(const cJSON *node, char *name)
{
	char *to = name;

	if (cJSON_IsArray(node))
		return cJSON_GetArrayItem(node, (int)strtol(name, NULL, 10));
	for (const char *from = name; *from; from++) {
		bool escaped = *from == '~' && (from[1] == '0' || from[1] == '1');

		*to++ = (char)(!escaped ? *from : *++from == '0' ? '~' : '/');
	}
	*to = '\0';
	return json_get(node, name);
}

/* Follows the pointer as far as it leads. */
static void follow(struct place *place, const cJSON *node, const char *pointer)
{
	while (*pointer == '/' && node) {
		size_t len = strcspn(pointer + 1, "/");
		char name[TALLY_ERROR_WHERE_BYTES];
		const cJSON *inner;

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, pointer + 1);
		while ((inner = example_in(node, name)) != NULL) {
			add(place, "/", 1);
			add(place, inner->string, strlen(inner->string));
			node = inner;
		}
		node = child_of(node, name);
		if (node)
			add(place, pointer, len + 1);
		pointer += len + 1;
	}
}

void expectations_place(struct tally_error *error, const char *path)
{
	struct place place = {.len = 0};
	struct tally_error ignored = TALLY_ERROR_INIT;
	cJSON *document = NULL;
	char *rest;

	if (!*error->where)
		(void)snprintf(error->where, sizeof(error->where), "%s", path);
	if ((strncmp(error->where, "/interactions/", 14) != 0 &&
	     strncmp(error->where, "/messages/", 10) != 0) ||
	    tally_json_read_file(&document, path, &ignored) < 0)
		return;
	rest = strstr(error->where, ": ");
	add(&place, path, strlen(path));
	add(&place, ": ", 2);
	if (rest)
		*rest = '\0';
	follow(&place, document, error->where);
	if (rest) {
		*rest = ':';
		add(&place, rest, strlen(rest));
	}
	memcpy(error->where, place.text, sizeof(place.text));
	cJSON_Delete(document);
}

bool expectations_are_in(const cJSON *document)
{
	const cJSON *child;

	if (json_get(document, "pact:matcher:type") || json_get(document, "pact:generator:type"))
		return true;
	cJSON_ArrayForEach(child, document)
	{
		if (expectations_are_in(child))
			return true;
	}
	return false;
}

const char *expectations_pointer(struct call *call, const cJSON *document, const char *pointer)
{
	struct place place = {.len = 0};

	follow(&place, document, pointer);
	return scratch_copy(&call->scratch, place.text, place.len);
}
