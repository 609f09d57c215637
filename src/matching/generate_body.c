/* Generated values in bodies, by content type. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "format/uri.h"
#include "matching/generators.h"

/* ---- JSON ---- */

/* The node stays where it is and under its name; what it holds changes places with `value`, which
 * takes it along. */
static void take_value(cJSON *node, cJSON *value)
{
	cJSON old = *node;
	int name_flag = node->type & cJSON_StringIsConst;

	node->type = (value->type & ~cJSON_StringIsConst) | name_flag;
	node->valuestring = value->valuestring;
	node->valueint = value->valueint;
	node->valuedouble = value->valuedouble;
	node->child = value->child;
	value->type = old.type & ~cJSON_StringIsConst;
	value->valuestring = old.valuestring;
	value->child = old.child;
	cJSON_Delete(value);
}

static void walk_json(struct generation *g, const struct reach *reach, size_t depth, cJSON *node);

static void walk_object(struct generation *g, const struct reach *reach, size_t depth,
			const cJSON *object)
{
	cJSON *member = NULL;

	cJSON_ArrayForEach(member, object)
	{
		size_t len = strlen(member->string);
		struct reach child = {0};

		if (!tally__reach_child(&g->walk, reach, depth, member->string, len,
					tally__path_is_index(member->string, len), &child)) {
			return;
		}
		walk_json(g, &child, depth + 1, member);
		tally__reach_leave(&g->walk, &child);
	}
}

/* Where no generator names single elements, all share what is in reach. */
static void walk_array(struct generation *g, const struct reach *reach, size_t depth,
		       const cJSON *array)
{
	bool exact = tally__reach_has_exact(&g->walk, reach);
	struct reach child = {0};
	cJSON *item = NULL;
	size_t i = 0;

	cJSON_ArrayForEach(item, array)
	{
		if (i == 0 || exact) {
			char digits[24];
			int len = exact ? snprintf(digits, sizeof digits, "%zu", i) : 0;

			if (i > 0) {
				tally__reach_leave(&g->walk, &child);
			}
			if (!tally__reach_child(&g->walk, reach, depth, exact ? digits : NULL,
						(size_t)len, true, &child)) {
				return;
			}
		}
		walk_json(g, &child, depth + 1, item);
		i++;
	}
	if (i > 0) {
		tally__reach_leave(&g->walk, &child);
	}
}

static void walk_json(struct generation *g, const struct reach *reach, size_t depth, cJSON *node)
{
	struct reach below = *reach;
	cJSON *value = NULL;

	if (g->walk.status != 0) {
		return;
	}
	if (reach->best) {
		const struct placed_generator *placed = tally__placed_generator(reach->best);

		if (tally__generation_value(g, placed, node, &value) != 0) {
			return;
		}
		if (value) {
			take_value(node, value);
			return;
		}
	}
	/* A generator is for the node that its path ends at alone. */
	below.best = NULL;
	if (below.count > 0 && cJSON_IsObject(node)) {
		walk_object(g, &below, depth, node);
	} else if (below.count > 0 && cJSON_IsArray(node)) {
		walk_array(g, &below, depth, node);
	}
}

void tally__generate_json(struct generation *g, const struct rule_node *root, cJSON *node)
{
	struct reach reach = {0};

	if (tally__reach_root(&g->walk, root, &reach)) {
		walk_json(g, &reach, 1, node);
		tally__reach_leave(&g->walk, &reach);
	}
}

static int generate_json_body(struct generation *g, struct body *body)
{
	struct tally_error why = TALLY_ERROR_INIT;
	cJSON *made = NULL;
	size_t before = g->made->count;
	int status = 0;

	if (body->json) {
		made = tally__json_clone(body->json);
	} else {
		status = tally_json_parse(&made, body->bytes, body->len, &why);
	}
	if (status != 0 && status != TALLY_ENOMEM) {
		tally__generation_note(g, "body", "", why.message);
		return g->walk.status;
	}
	if (!made) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
		return TALLY_ENOMEM;
	}
	g->made->body = made;
	tally__generate_json(g, g->generators->tries.body, made);
	if (g->made->count > before) {
		body->json = made;
		body->bytes = NULL;
		body->len = 0;
	}
	return g->walk.status;
}

/* ---- forms ---- */

static void add_form(struct buf *out, const struct name_values_list *form)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct name_values *field = &form->items[i];

		for (size_t j = 0; j < field->value_count; j++) {
			if (out->len > 0) {
				tally__buf_addc(out, '&');
			}
			tally__uri_encode_query(out, field->name, strlen(field->name));
			if (field->values[j]) {
				tally__buf_addc(out, '=');
				tally__uri_encode_query(out, field->values[j],
							strlen(field->values[j]));
			}
		}
	}
}

static int generate_form(struct generation *g, struct body *body)
{
	struct arena *arena = &g->made->arena;
	struct name_values_list form = {0};
	bool changed = false;
	const char *bytes = NULL;
	size_t len = 0;
	const char *text = NULL;
	struct buf out;
	int status = tally__body_bytes(body, arena, &bytes, &len, g->error);

	if (status == 0 && len > 0 && memchr(bytes, '\0', len)) {
		tally__generation_note(g, "body", "", "a form cannot hold a NUL byte");
		return g->walk.status;
	}
	if (status != 0) {
		return status;
	}
	text = tally__arena_memdup(arena, bytes, len);
	if (!text || tally__query_parse(&form, arena, text) == TALLY_ENOMEM) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
		return TALLY_ENOMEM;
	}
	tally__generate_values(g, g->generators->tries.body, GENERATED_EACH, &form, &changed);
	if (!changed || g->walk.status != 0) {
		return g->walk.status;
	}
	tally__buf_init(&out, LIMIT_BODY_BYTES);
	add_form(&out, &form);
	status = tally__buf_status(&out, g->error);
	body->bytes = status == 0 ? tally__arena_memdup(arena, out.bytes, out.len) : NULL;
	body->len = out.len;
	body->json = NULL;
	tally__buf_release(&out);
	return status == 0 && !body->bytes ? TALLY_ENOMEM : status;
}

/* ---- by type ---- */

static int generate_xml_body(struct generation *g, struct body *body)
{
	const char *bytes = NULL;
	size_t len = 0;
	int status = tally__body_bytes(body, &g->made->arena, &bytes, &len, g->error);

	return status ? status : tally__generate_xml(g, body, bytes, len);
}

/* Text is one value, at "$". */
static int generate_text(struct generation *g, struct body *body)
{
	const struct rule_node *root = g->generators->tries.body;
	const char *bytes = NULL;

	if (root->edge_count > 0 || root->star || root->star_index)
		tally__generation_note(g, "body", "",
				       "a path below $ selects nothing in a body of text");
	if (!root->list || !tally__generation_text(g, tally__placed_generator(root->list)))
		return g->walk.status;
	bytes = tally__arena_memdup(&g->made->arena, g->text.bytes, g->text.len);
	if (!bytes)
		return TALLY_ENOMEM;
	body->json = NULL;
	body->bytes = bytes;
	body->len = g->text.len;
	g->made->count++;
	return 0;
}

static int warn_of_type(struct generation *g, const struct mime *type)
{
	char why[TALLY_ERROR_MESSAGE_BYTES];

	snprintf(why, sizeof why, "nothing can be generated in a body of type %s/%s", type->main,
		 type->sub);
	tally__generation_note(g, "body", "", why);
	return g->walk.status;
}

int tally__generate_body(struct generation *g, struct body *body, const char *declared)
{
	const struct rule_node *root = g->generators->tries.body;
	struct mime type;
	int status = 0;

	if (body->state != BODY_PRESENT ||
	    (!root->list && root->edge_count == 0 && !root->star && !root->star_index)) {
		return 0;
	}
	status = tally__body_type(&type, body, declared, &g->made->arena, g->error);
	if (status == 0 && (tally__mime_is_json(&type) ||
			    (tally__mime_is_graphql(&type) && cJSON_IsObject(body->json)))) {
		status = generate_json_body(g, body);
	} else if (status == 0 && tally__mime_is_xml(&type)) {
		status = generate_xml_body(g, body);
	} else if (status == 0 && tally__mime_is_form(&type)) {
		status = generate_form(g, body);
	} else if (status == 0 && strcmp(type.main, "text") == 0) {
		status = generate_text(g, body);
	} else if (status == 0) {
		status = warn_of_type(g, &type);
	}
	if (status != 0) {
		tally__walk_fail(&g->walk, status);
	}
	return status;
}
