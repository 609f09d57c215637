#include "config.h"

#include <string.h>

#include "base/text.h"
#include "format/xml.h"
#include "format/xml_chars.h"

void tally__xml_init(struct xml_document *document)
{
	*document = (struct xml_document){.standalone = -1};
	tally__arena_init(&document->arena, 0);
	tally__map_init(&document->strings);
}

void tally__xml_release(struct xml_document *document)
{
	tally__map_release(&document->strings);
	tally__arena_release(&document->arena);
	document->root = NULL;
}

/* ---- reading ---- */

const struct xml_node *tally__xml_first_child(const struct xml_element *element)
{
	const struct xml_node *node = element->first;

	return !node || node->element ? node : tally__xml_next_child(node);
}

const struct xml_node *tally__xml_next_child(const struct xml_node *child)
{
	do {
		child = child->next;
	} while (child && !child->element);
	return child;
}

/* The text without the blanks around it. */
static void trim(const char **text, size_t *len)
{
	while (*len > 0 && tally__xml_is_blank((*text)[0])) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && tally__xml_is_blank((*text)[*len - 1])) {
		(*len)--;
	}
}

const char *tally__xml_text(const struct xml_element *element, struct buf *scratch, size_t *len)
{
	const char *only = "";
	size_t pieces = 0;

	*len = 0;
	tally__buf_clear(scratch);
	for (const struct xml_node *node = element->first; node; node = node->next) {
		const char *text = node->text;
		size_t text_len = node->len;

		if (node->element) {
			continue;
		}
		trim(&text, &text_len);
		if (text_len == 0) {
			continue;
		}
		if (++pieces == 2) {
			tally__buf_add(scratch, only, *len);
		}
		if (pieces > 1) {
			tally__buf_add(scratch, text, text_len);
		}
		only = pieces > 1 ? scratch->bytes : text;
		*len = pieces > 1 ? scratch->len : text_len;
	}
	return only;
}

bool tally__xml_name_equal(const struct xml_name *a, const struct xml_name *b)
{
	return strcmp(a->local, b->local) == 0 && (a->uri == b->uri || strcmp(a->uri, b->uri) == 0);
}

static bool is_joined(const char *first, const char *local, const char *text, size_t len)
{
	size_t first_len = strlen(first);
	size_t local_len = strlen(local);

	if (first_len == 0) {
		return len == local_len && memcmp(text, local, len) == 0;
	}
	return len > local_len && len - local_len - 1 == first_len &&
	       memcmp(text, first, first_len) == 0 && text[first_len] == ':' &&
	       memcmp(text + first_len + 1, local, local_len) == 0;
}

bool tally__xml_name_is(const struct xml_name *name, const char *text, size_t len)
{
	return is_joined(name->prefix, name->local, text, len) ||
	       is_joined(name->uri, name->local, text, len);
}

/* ---- making ---- */

const char *tally__xml_intern(struct xml_document *document, const char *text, size_t len)
{
	struct map_entry *entry = tally__map_find(&document->strings, text, len);
	char *copy = NULL;

	if (entry) {
		return entry->key;
	}
	copy = tally__arena_memdup(&document->arena, text, len);
	if (!copy || !tally__map_add(&document->strings, copy, len, NULL)) {
		return NULL;
	}
	return copy;
}

static bool copy_name(struct xml_document *document, struct xml_name *out,
		      const struct xml_name *name)
{
	out->uri = tally__xml_intern(document, name->uri, strlen(name->uri));
	out->prefix = tally__xml_intern(document, name->prefix, strlen(name->prefix));
	out->local = tally__xml_intern(document, name->local, strlen(name->local));
	return out->uri && out->prefix && out->local;
}

int tally__xml_name_parse(struct xml_name *out, struct xml_document *document, const char *text,
			  struct tally_error *error)
{
	const char *colon = strchr(text, ':');
	const char *local = colon ? colon + 1 : text;
	struct xml_name name = {.uri = tally__xml_intern(document, "", 0)};

	if (!tally__xml_is_name(local) ||
	    (colon && !tally__xml_is_name_part(text, (size_t)(colon - text)))) {
		return tally__fail(error, TALLY_EINVAL,
				   "expected a name of XML such as \"item\" or \"a:item\", found "
				   "\"%s\"",
				   tally__text_shown(&document->arena, text, 60));
	}
	name.prefix = tally__xml_intern(document, text, colon ? (size_t)(colon - text) : 0);
	name.local = tally__xml_intern(document, local, strlen(local));
	if (!name.uri || !name.prefix || !name.local) {
		return tally__fail_nomem(error);
	}
	*out = name;
	return 0;
}

static struct xml_node *add_node(struct xml_document *document, struct xml_element *parent)
{
	struct xml_node *node = tally__arena_alloc(&document->arena, sizeof *node);

	if (!node) {
		return NULL;
	}
	if (parent->last) {
		parent->last->next = node;
	} else {
		parent->first = node;
	}
	parent->last = node;
	return node;
}

struct xml_element *tally__xml_element_add(struct xml_document *document,
					   struct xml_element *parent, const struct xml_name *name)
{
	struct xml_element *element = tally__arena_alloc(&document->arena, sizeof *element);
	struct xml_node *node = NULL;

	if (!element || !copy_name(document, &element->name, name)) {
		return NULL;
	}
	if (!parent) {
		document->root = element;
		return element;
	}
	node = add_node(document, parent);
	if (!node) {
		return NULL;
	}
	node->element = element;
	return element;
}

struct xml_node *tally__xml_text_add(struct xml_document *document, struct xml_element *parent,
				     const char *text, size_t len)
{
	const char *copy = tally__arena_memdup(&document->arena, text, len);
	struct xml_node *node = copy ? add_node(document, parent) : NULL;

	if (node) {
		node->text = copy;
		node->len = len;
	}
	return node;
}

bool tally__xml_attribute_set(struct xml_document *document, struct xml_attribute *attribute,
			      const char *value, size_t len)
{
	const char *copy = tally__arena_memdup(&document->arena, value, len);

	if (copy) {
		attribute->value = copy;
		attribute->len = len;
	}
	return copy != NULL;
}

struct xml_attribute *tally__xml_attribute_add(struct xml_document *document,
					       struct xml_element *element,
					       const struct xml_name *name, const char *value,
					       size_t len)
{
	struct xml_attribute *attribute = tally__arena_alloc(&document->arena, sizeof *attribute);

	if (!attribute || !copy_name(document, &attribute->name, name) ||
	    !tally__xml_attribute_set(document, attribute, value, len)) {
		return NULL;
	}
	if (element->last_attribute) {
		element->last_attribute->next = attribute;
	} else {
		element->attributes = attribute;
	}
	element->last_attribute = attribute;
	return attribute;
}

struct xml_namespace *tally__xml_namespace_add(struct xml_document *document,
					       struct xml_element *element, const char *prefix,
					       const char *uri)
{
	struct xml_namespace *namespace = tally__arena_alloc(&document->arena, sizeof *namespace);

	if (!namespace) {
		return NULL;
	}
	namespace->prefix = tally__xml_intern(document, prefix, strlen(prefix));
	namespace->uri = tally__xml_intern(document, uri, strlen(uri));
	if (!namespace->prefix || !namespace->uri) {
		return NULL;
	}
	if (element->last_namespace) {
		element->last_namespace->next = namespace;
	} else {
		element->namespaces = namespace;
	}
	element->last_namespace = namespace;
	return namespace;
}

bool tally__xml_text_set(struct xml_document *document, struct xml_element *element,
			 const char *text, size_t len)
{
	struct xml_node *node = tally__arena_alloc(&document->arena, sizeof *node);
	struct xml_node *last = node;
	const char *copy = tally__arena_memdup(&document->arena, text, len);

	if (!node || !copy) {
		return false;
	}
	*node = (struct xml_node){.text = copy, .len = len};
	for (struct xml_node *old = element->first; old; old = old->next) {
		if (old->element) {
			last->next = old;
			last = old;
		}
	}
	last->next = NULL;
	element->first = node;
	element->last = last;
	return true;
}
