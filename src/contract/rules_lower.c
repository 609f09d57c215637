/* Matching rules as each version writes them: below version 3 the flat form, in which a place has
 * one rule. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "contract/writer.h"
#include "format/path_text.h"

/* The first rule of an entry; matching by equality needs no rule. */
static void write_flat_rule(struct writer *writer, cJSON *out, const char *key, const cJSON *entry)
{
	const cJSON *matchers = tally__json_get(entry, "matchers");

	if (matchers && matchers->child)
		tally__writer_put(writer, out, key, tally__json_clone(matchers->child));
}

static void write_flat_category(struct writer *writer, cJSON *out, const cJSON *category)
{
	const char *name = category->string;
	bool has_names = strcmp(name, "header") == 0 || strcmp(name, "query") == 0;
	struct buf key;

	for (const cJSON *entry = category->child; entry && writer->status == 0;
	     entry = entry->next) {
		const char *path = entry->string;

		tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
		tally__buf_addf(&key, "$.%s", strcmp(name, "header") == 0 ? "headers" : name);
		if (has_names)
			tally__path_add_field(&key, path);
		else if (*path == '$')
			tally__buf_adds(&key, path + 1);
		else if (*path)
			tally__path_add_field(&key, path);
		if (key.status != 0)
			tally__writer_nomem(writer);
		else
			write_flat_rule(writer, out, key.bytes, entry);
		tally__buf_release(&key);
	}
}

static void write_flat(struct writer *writer, cJSON *object, const cJSON *rules)
{
	cJSON *out = cJSON_CreateObject();

	if (!out) {
		tally__writer_nomem(writer);
		return;
	}
	for (const cJSON *category = rules->child; category; category = category->next) {
		if (cJSON_IsArray(tally__json_get(category, "matchers"))) {
			char *key = tally__arena_printf(&writer->scratch, "$.%s", category->string);

			if (key)
				write_flat_rule(writer, out, key, category);
			else
				tally__writer_nomem(writer);
		} else {
			write_flat_category(writer, out, category);
		}
	}
	if (out->child)
		tally__writer_put(writer, object, "matchingRules", out);
	else
		cJSON_Delete(out);
}

void tally__writer_rules(struct writer *writer, cJSON *object, const cJSON *rules,
			 const cJSON *generators)
{
	if (writer->spec >= TALLY_SPEC_V3) {
		tally__writer_copy(writer, object, "matchingRules", rules);
		tally__writer_copy(writer, object, "generators", generators);
	} else if (rules && writer->spec >= TALLY_SPEC_V2) {
		write_flat(writer, object, rules);
	}
}
