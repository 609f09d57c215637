/* Values for everything but bodies, and what all places share. */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "matching/generators.h"

void tally__generated_init(struct generated *made)
{
	*made = (struct generated){0};
	tally__arena_init(&made->arena, 0);
}

void tally__generated_release(struct generated *made)
{
	cJSON_Delete(made->body);
	cJSON_Delete(made->metadata);
	cJSON_Delete(made->warnings);
	tally__arena_release(&made->arena);
	*made = (struct generated){0};
}

/* ---- warnings ---- */

/* "body $.id: ProviderState: …".  Takes nothing; `why` may hold what came from outside. */
static void add_warning(struct generation *g, const char *category, const char *place,
			const char *name, const char *why)
{
	struct buf text;
	int status = 0;

	tally__buf_init(&text, LIMIT_REASON_BYTES);
	tally__buf_adds(&text, category);
	if (*place) {
		tally__buf_addc(&text, ' ');
		tally__text_add_printable(&text, place, strlen(place), LIMIT_SHOWN_BYTES / 2);
	}
	if (name) {
		tally__buf_adds(&text, ": ");
		tally__text_add_printable(&text, name, strlen(name), LIMIT_SHOWN_BYTES / 4);
	}
	tally__buf_adds(&text, ": ");
	tally__text_add_printable(&text, why, strlen(why), 0);
	if (!g->made->warnings) {
		tally__json_setup();
		g->made->warnings = cJSON_CreateArray();
	}
	status = text.status ? text.status : TALLY_ENOMEM;
	if (text.status == 0 && g->made->warnings) {
		status = tally__json_append(g->made->warnings, cJSON_CreateString(text.bytes));
	}
	tally__buf_release(&text);
	if (status != 0) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
	}
}

void tally__generation_note(struct generation *g, const char *category, const char *place,
			    const char *why)
{
	add_warning(g, category, place, NULL, why);
}

void tally__generation_warn(struct generation *g, const struct placed_generator *placed,
			    const char *format, ...)
{
	char why[TALLY_ERROR_MESSAGE_BYTES];
	va_list arguments;

	if (g->failed[placed->index]) {
		return;
	}
	g->failed[placed->index] = true;
	va_start(arguments, format);
	(void)vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	add_warning(g, placed->category, placed->place, tally__generator_name(placed->generator),
		    why);
}

/* ---- values ---- */

/* What a value holds, roughly: enough to bound what is made.  Values are not deeper than JSON is
 * read. */
static size_t weight_of(const cJSON *value)
{
	size_t weight = sizeof *value;

	if (value->valuestring) {
		weight += strlen(value->valuestring);
	}
	for (const cJSON *child = value->child; child; child = child->next) {
		weight += weight_of(child) + (child->string ? strlen(child->string) : 0);
	}
	return weight;
}

/* False once a part would hold more than it may: a value of a megabyte for each of many nodes. */
static bool has_room(struct generation *g, const struct placed_generator *placed, size_t weight)
{
	if (weight <= LIMIT_GENERATED_PART_BYTES - g->weight) {
		g->weight += weight;
		return true;
	}
	tally__generation_warn(g, placed,
			       "the values generated for one part hold more than %d bytes",
			       (int)LIMIT_GENERATED_PART_BYTES);
	return false;
}

int tally__generation_value(struct generation *g, const struct placed_generator *placed,
			    const cJSON *example, cJSON **out)
{
	struct tally_error why = TALLY_ERROR_INIT;
	cJSON *value = NULL;
	int status = 0;

	*out = NULL;
	if (g->failed[placed->index]) {
		return 0;
	}
	status = tally__generator_value(placed->generator, g->context, example, &value, &why);
	if (status == TALLY_ENOMEM) {
		tally__walk_fail(&g->walk, status);
		return status;
	}
	if (status != 0) {
		tally__generation_warn(g, placed, "%s", why.message);
		return 0;
	}
	if (!has_room(g, placed, weight_of(value))) {
		cJSON_Delete(value);
		return 0;
	}
	g->made->count++;
	*out = value;
	return 0;
}

bool tally__generation_text(struct generation *g, const struct placed_generator *placed)
{
	struct tally_error why = TALLY_ERROR_INIT;
	int status = 0;

	if (g->failed[placed->index] || g->walk.status != 0) {
		return false;
	}
	tally__buf_clear(&g->text);
	status = tally__generator_text(placed->generator, g->context, &g->text, &why);
	if (status == 0) {
		status = tally__buf_status(&g->text, &why);
	}
	if (status == TALLY_ENOMEM) {
		return tally__walk_fail(&g->walk, status);
	}
	if (status != 0) {
		tally__generation_warn(g, placed, "%s", why.message);
		return false;
	}
	return has_room(g, placed, g->text.len);
}

/* The text as the part keeps it; NULL when memory is short. */
static const char *keep_text(struct generation *g)
{
	const char *copy = tally__arena_memdup(&g->made->arena, g->text.bytes, g->text.len);

	if (!copy) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
		return NULL;
	}
	g->made->count++;
	return copy;
}

/* ---- what may stand where ---- */

static bool is_method(const char *text)
{
	for (const char *c = text; *c; c++) {
		char lower = tally__text_lower(*c);

		if (!(lower >= 'a' && lower <= 'z') && !(*c >= '0' && *c <= '9') && *c != '-' &&
		    *c != '_') {
			return false;
		}
	}
	return *text != '\0';
}

static bool is_header_value(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f) {
			return false;
		}
	}
	return true;
}

static void generate_method(struct generation *g, const char **method)
{
	const struct placed_generator *placed = g->generators->method;
	char *upper = NULL;

	if (!placed || !tally__generation_text(g, placed)) {
		return;
	}
	if (!is_method(g->text.bytes)) {
		tally__generation_warn(g, placed, "\"%s\" cannot be a method", g->text.bytes);
		return;
	}
	for (char *c = g->text.bytes; *c; c++) {
		if (*c >= 'a' && *c <= 'z') {
			*c = (char)(*c - 'a' + 'A');
		}
	}
	upper = (char *)(uintptr_t)keep_text(g);
	if (upper) {
		*method = upper;
	}
}

static void generate_path(struct generation *g, const char **path)
{
	const struct placed_generator *placed = g->generators->path;
	const char *text = NULL;

	if (placed && tally__generation_text(g, placed)) {
		text = keep_text(g);
	}
	if (text) {
		*path = text;
	}
}

static void generate_status(struct generation *g, int *status)
{
	const struct placed_generator *placed = g->generators->status;
	int code = 0;

	if (!placed || !tally__generation_text(g, placed)) {
		return;
	}
	for (const char *c = g->text.bytes; *c >= '0' && *c <= '9' && code < 1000; c++) {
		code = code * 10 + (*c - '0');
	}
	/* Of 1xx no server sends one as its answer. */
	if (g->text.len != 3 || code < 200 || code > 999) {
		tally__generation_warn(g, placed, "\"%s\" cannot be the status of an answer",
				       g->text.bytes);
		return;
	}
	*status = code;
	g->made->count++;
}

/* ---- values of names ---- */

/* Sets values[i] for the values that are selected; they are copied before the first change. */
struct replacement {
	struct generation *g;
	struct name_values *item;
	bool copied;
	bool *changed;
};

static void replace_value(struct replacement *r, size_t i, const char *text)
{
	struct name_values *item = r->item;
	const char **values = NULL;

	if (!r->copied) {
		values = tally__arena_alloc_array(&r->g->made->arena, item->value_count,
						  sizeof *values);
		if (!values) {
			tally__walk_fail(&r->g->walk, TALLY_ENOMEM);
			return;
		}
		memcpy(values, item->values, item->value_count * sizeof *values);
		item->values = values;
		r->copied = true;
	}
	item->values[i] = text;
	*r->changed = true;
}

static void generate_each(struct replacement *r, const struct reach *name)
{
	struct generation *g = r->g;
	struct reach value = *name;

	for (size_t i = 0; i < r->item->value_count && g->walk.status == 0; i++) {
		char digits[24];
		const char *text = NULL;

		if (name->count > 0) {
			int len = snprintf(digits, sizeof digits, "%zu", i);

			if (!tally__reach_child(&g->walk, name, 2, digits, (size_t)len, true,
						&value)) {
				return;
			}
		}
		if (value.best && tally__generation_text(g, tally__placed_generator(value.best))) {
			text = keep_text(g);
		}
		if (text) {
			replace_value(r, i, text);
		}
		if (name->count > 0) {
			tally__reach_leave(&g->walk, &value);
		}
	}
}

static void generate_one(struct replacement *r, const struct reach *name)
{
	struct generation *g = r->g;
	const struct placed_generator *placed = NULL;
	const char *text = NULL;

	if (!name->best || r->item->value_count == 0) {
		return;
	}
	placed = tally__placed_generator(name->best);
	if (!tally__generation_text(g, placed)) {
		return;
	}
	if (!is_header_value(g->text.bytes)) {
		tally__generation_warn(
			g, placed, "the value has control characters, which no header can have");
		return;
	}
	text = keep_text(g);
	if (text) {
		replace_value(r, 0, text);
		r->item->value_count = 1;
	}
}

/* The key of a name in its trie: that of a header in lower case, made in g->text. */
static const char *key_of(struct generation *g, const char *name, enum generated_values how)
{
	if (how == GENERATED_EACH) {
		return name;
	}
	tally__buf_clear(&g->text);
	for (const char *c = name; *c; c++) {
		tally__buf_addc(&g->text, tally__text_lower(*c));
	}
	if (g->text.status != 0) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
		return "";
	}
	return g->text.bytes;
}

void tally__generate_values(struct generation *g, const struct rule_node *root,
			    enum generated_values how, struct name_values_list *list, bool *changed)
{
	struct reach all = {0};
	struct name_values *items = NULL;

	if ((root->edge_count == 0 && !root->star && !root->star_index) || list->count == 0) {
		return;
	}
	items = tally__arena_alloc_array(&g->made->arena, list->count, sizeof *items);
	if (!items || !tally__reach_root(&g->walk, root, &all)) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
		return;
	}
	memcpy(items, list->items, list->count * sizeof *items);
	list->items = items;
	all.best = NULL; /* what stands at the root is for none of the names */
	for (size_t i = 0; i < list->count && g->walk.status == 0; i++) {
		struct replacement r = {.g = g, .item = &items[i], .changed = changed};
		const char *key = key_of(g, items[i].name, how);
		size_t len = strlen(key);
		struct reach name = {0};

		if (!tally__reach_child(&g->walk, &all, 1, key, len, tally__path_is_index(key, len),
					&name)) {
			break;
		}
		if (how == GENERATED_EACH) {
			generate_each(&r, &name);
		} else {
			generate_one(&r, &name);
		}
		tally__reach_leave(&g->walk, &name);
	}
	tally__reach_leave(&g->walk, &all);
}

static void generate_headers(struct generation *g, struct name_values_list *headers)
{
	bool changed = false;

	tally__generate_values(g, g->generators->headers, GENERATED_ONE, headers, &changed);
}

static void generate_metadata(struct generation *g, const cJSON **metadata)
{
	const struct rule_node *root = g->generators->tries.metadata;

	if (!*metadata || (root->edge_count == 0 && !root->star && !root->star_index)) {
		return;
	}
	g->made->metadata = tally__json_clone(*metadata);
	if (!g->made->metadata) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
		return;
	}
	tally__generate_json(g, root, g->made->metadata);
	*metadata = g->made->metadata;
}

/* ---- parts ---- */

static int begin(struct generation *g, struct generated *made, const struct generators *generators,
		 const struct generator_context *context, struct tally_error *error)
{
	*g = (struct generation){
		.generators = generators, .context = context, .made = made, .error = error};
	tally__walk_init(&g->walk, NULL, false, error);
	tally__buf_init(&g->text, LIMIT_GENERATED_PART_BYTES);
	g->failed = tally__calloc(generators->count + 1, sizeof *g->failed);
	if (!g->failed) {
		tally__walk_fail(&g->walk, TALLY_ENOMEM);
	}
	for (const struct misplaced_generator *m = generators->misplaced; m && g->failed;
	     m = m->next) {
		add_warning(g, m->category, m->place, NULL, m->why);
	}
	return g->walk.status;
}

static int end(struct generation *g)
{
	int status = g->walk.status;

	tally__free(g->failed);
	tally__buf_release(&g->text);
	tally__walk_release(&g->walk);
	return status;
}

int tally__generate_request(struct request *out, struct generated *made, const struct request *in,
			    const struct generators *generators,
			    const struct generator_context *context, struct tally_error *error)
{
	struct generation g;
	struct request request = *in;
	bool query_changed = false;
	int status = 0;

	if (generators) {
		if (begin(&g, made, generators, context, error) == 0) {
			generate_method(&g, &request.method);
			generate_path(&g, &request.path);
			tally__generate_values(&g, generators->query, GENERATED_EACH,
					       &request.query, &query_changed);
			generate_headers(&g, &request.headers);
			tally__generate_body(&g, &request.body,
					     tally__header_content_type(&in->headers));
		}
		status = end(&g);
	}
	/* The text as it was written has the old values; without it the list is what is sent. */
	if (query_changed) {
		request.query_text = NULL;
	}
	if (status == 0) {
		*out = request;
	}
	return status;
}

int tally__generate_response(struct response *out, struct generated *made,
			     const struct response *in, const struct generators *generators,
			     const struct generator_context *context, struct tally_error *error)
{
	struct generation g;
	struct response response = *in;
	int status = 0;

	if (generators) {
		if (begin(&g, made, generators, context, error) == 0) {
			generate_status(&g, &response.status);
			generate_headers(&g, &response.headers);
			tally__generate_body(&g, &response.body,
					     tally__header_content_type(&in->headers));
		}
		status = end(&g);
	}
	if (status == 0) {
		*out = response;
	}
	return status;
}

int tally__generate_message(struct message *out, struct generated *made, const struct message *in,
			    const struct generators *generators,
			    const struct generator_context *context, struct tally_error *error)
{
	struct generation g;
	struct message message = *in;
	int status = 0;

	if (generators) {
		if (begin(&g, made, generators, context, error) == 0) {
			generate_metadata(&g, &message.metadata);
			tally__generate_body(&g, &message.contents,
					     tally__metadata_content_type(in->metadata));
		}
		status = end(&g);
	}
	if (status == 0) {
		*out = message;
	}
	return status;
}
