/* Generated values in XML: attributes and texts of elements. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "format/xml.h"
#include "format/xml_chars.h"
#include "matching/generators.h"
#include "matching/match_xml.h"

struct editing {
	struct generation *g;
	struct xml_document *document;
	struct buf names;
};

/* The same name in the same namespace; both are held once in a document. */
struct sibling_key {
	const char *uri;
	const char *local;
};

/* The text that is to stand for `best`, in g->text; false when there is none. */
static bool make_text(struct generation *g, const struct rule_list *best)
{
	const struct placed_generator *placed = best ? tally__placed_generator(best) : NULL;

	if (!placed || !tally__generation_text(g, placed)) {
		return false;
	}
	if (tally__xml_valid_len(g->text.bytes, g->text.len) < g->text.len) {
		tally__generation_warn(g, placed, "the value has characters that XML cannot hold");
		return false;
	}
	g->made->count++;
	return true;
}

/* Goes to what has this name; the position is that of an element among its siblings. */
static bool reach_name(struct editing *e, const struct reach *from, size_t depth,
		       const char *before, const struct xml_name *name, struct reach_names *names,
		       struct reach *out)
{
	struct walk *walk = &e->g->walk;

	names->is_position_exact = true;
	tally__buf_clear(&e->names);
	tally__xml_names(walk, from, &e->names, before, name, names);
	return walk->status == 0 && tally__reach_names(walk, from, depth, names, out);
}

static void edit_attributes(struct editing *e, const struct reach *reach, size_t depth,
			    struct xml_element *element)
{
	struct generation *g = e->g;

	for (struct xml_attribute *a = element->attributes; a; a = a->next) {
		struct reach_names names = {0};
		struct reach at = {0};

		if (!reach_name(e, reach, depth, "@", &a->name, &names, &at)) {
			return;
		}
		if (make_text(g, at.best) &&
		    !tally__xml_attribute_set(e->document, a, g->text.bytes, g->text.len)) {
			tally__walk_fail(&g->walk, TALLY_ENOMEM);
		}
		tally__reach_leave(&g->walk, &at);
	}
}

/* An element of elements has no text to replace. */
static void edit_text(struct editing *e, const struct reach *reach, size_t depth,
		      struct xml_element *element)
{
	struct generation *g = e->g;
	const struct reach_names names = {.text = {"#text"}, .len = {5}, .count = 1};
	struct reach at = {0};
	size_t len = 0;

	tally__buf_clear(&e->names);
	tally__xml_text(element, &e->names, &len);
	if (e->names.status == TALLY_ENOMEM) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
		return;
	}
	if ((len == 0 && tally__xml_first_child(element)) ||
	    !tally__reach_names(&g->walk, reach, depth, &names, &at)) {
		return;
	}
	if (make_text(g, at.best) &&
	    !tally__xml_text_set(e->document, element, g->text.bytes, g->text.len)) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
	}
	tally__reach_leave(&g->walk, &at);
}

static void edit_element(struct editing *e, const struct reach *reach, size_t depth,
			 struct xml_element *element);

/* The element's position among those of its name, from 0. */
static bool count_sibling(struct editing *e, struct map *seen, const struct xml_name *name,
			  size_t *position)
{
	const struct sibling_key key = {name->uri, name->local};
	struct map_entry *entry = tally__map_find(seen, (const char *)&key, sizeof key);
	char *kept = NULL;

	if (entry) {
		*position = (uintptr_t)entry->value;
		entry->value = (void *)(*position + 1);
		return true;
	}
	*position = 0;
	kept = tally__arena_memdup(&e->g->walk.arena, &key, sizeof key);
	return (kept && tally__map_put(seen, kept, sizeof key, (void *)(uintptr_t)1) == 0) ||
	       tally__walk_fail(&e->g->walk, TALLY_ENOMEM);
}

static void edit_children(struct editing *e, const struct reach *reach, size_t depth,
			  const struct xml_element *element)
{
	struct map seen;

	tally__map_init(&seen);
	for (const struct xml_node *node = tally__xml_first_child(element); node;
	     node = tally__xml_next_child(node)) {
		struct reach_names names = {.is_element = true};
		struct reach child = {0};

		if (!count_sibling(e, &seen, &node->element->name, &names.position) ||
		    !reach_name(e, reach, depth, "", &node->element->name, &names, &child)) {
			break;
		}
		edit_element(e, &child, depth + 1, node->element);
		tally__reach_leave(&e->g->walk, &child);
	}
	tally__map_release(&seen);
}

/* The depth is that of the document, which is bounded. */
static void edit_element(struct editing *e, const struct reach *reach, size_t depth,
			 struct xml_element *element)
{
	struct reach below = *reach;

	if (reach->best) {
		tally__generation_warn(e->g, tally__placed_generator(reach->best),
				       "an element has no value of its own: expected a path to its "
				       "text or an attribute, such as $.a['#text'] or $.a['@b']");
	}
	below.best = NULL;
	if (below.count > 0 && e->g->walk.status == 0) {
		edit_attributes(e, &below, depth, element);
		edit_text(e, &below, depth, element);
		edit_children(e, &below, depth, element);
	}
}

static void edit_document(struct editing *e)
{
	struct walk *walk = &e->g->walk;
	struct xml_element *root = e->document->root;
	struct reach_names names = {.is_element = true};
	struct reach all = {0};
	struct reach at_root = {0};

	if (!tally__reach_root(walk, e->g->generators->tries.body, &all)) {
		return;
	}
	all.best = NULL;
	if (reach_name(e, &all, 1, "", &root->name, &names, &at_root)) {
		edit_element(e, &at_root, 2, root);
		tally__reach_leave(walk, &at_root);
	}
	tally__reach_leave(walk, &all);
}

static int write_document(struct generation *g, const struct xml_document *document,
			  struct body *body)
{
	struct buf out;
	int status = 0;

	tally__buf_init(&out, LIMIT_BODY_BYTES);
	status = tally__xml_write(&out, document, g->error);
	if (status == 0) {
		body->json = NULL;
		body->len = out.len;
		body->bytes = tally__arena_memdup(&g->made->arena, out.bytes, out.len);
		status = body->bytes ? 0 : TALLY_ENOMEM;
	}
	tally__buf_release(&out);
	return status;
}

int tally__generate_xml(struct generation *g, struct body *body, const char *bytes, size_t len)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct xml_document document;
	struct editing e = {.g = g, .document = &document};
	size_t before = g->made->count;
	int status = 0;

	tally__xml_init(&document);
	tally__buf_init(&e.names, LIMIT_DOCUMENT_BYTES * (size_t)3);
	status = tally__xml_parse(&document, bytes, len, &why);
	if (status == 0) {
		edit_document(&e);
		status = g->walk.status;
		if (status == 0 && g->made->count > before) {
			status = write_document(g, &document, body);
		}
	} else if (status != TALLY_ENOMEM) {
		tally__generation_note(g, "body", "", why.message);
		status = g->walk.status;
	}
	tally__buf_release(&e.names);
	tally__xml_release(&document);
	return status;
}
