/* The contract file as a whole. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "contract/label.h"
#include "contract/reader.h"
#include "contract/writer.h"
#include "tally.h"

/* An interaction on its way into the file. */
struct entry {
	struct label label;
	cJSON *json;
	const char *text; /* what breaks a tie between equal labels */
};

static int compare_labels(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;

	return tally__label_compare(&left->label, &right->label);
}

static int compare_texts(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;

	return strcmp(left->text, right->text);
}

/* Interactions that no label tells apart stand in the order of what they say. */
static void sort_equals(struct writer *writer, struct entry *entries, size_t count)
{
	struct buf text;

	if (count < 2)
		return;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < count && writer->status == 0; i++) {
		tally__buf_clear(&text);
		tally__json_add(&text, entries[i].json, TALLY_JSON_PRETTY);
		entries[i].text = tally__arena_memdup(&writer->scratch, text.bytes, text.len);
		if (!entries[i].text || text.status == TALLY_ENOMEM)
			tally__writer_nomem(writer);
		else if (text.status != 0)
			writer->status = tally__buf_status(&text, writer->error);
	}
	tally__buf_release(&text);
	if (writer->status == 0)
		qsort(entries, count, sizeof(*entries), compare_texts);
}

/* Hands the interactions to `list` in the order of the file: the same contract gives the same
 * bytes, in whatever order its interactions were found. */
static void append_sorted(struct writer *writer, cJSON *list, struct entry *entries, size_t count)
{
	qsort(entries, count, sizeof(*entries), compare_labels);
	for (size_t start = 0, end; start < count && writer->status == 0; start = end) {
		end = start + 1;
		while (end < count && compare_labels(&entries[start], &entries[end]) == 0)
			end++;
		sort_equals(writer, &entries[start], end - start);
	}
	for (size_t i = 0; i < count; i++)
		tally__writer_append(writer, list, entries[i].json);
}

static void write_list(struct writer *writer, cJSON *list, const struct tally_contract *contract)
{
	size_t count = contract->interaction_count;
	struct entry *entries = tally__arena_alloc_array(&writer->scratch, count, sizeof(*entries));

	if (!entries) {
		tally__writer_nomem(writer);
		return;
	}
	for (size_t i = 0; i < count && writer->status == 0; i++) {
		const struct interaction *interaction = &contract->interactions[i];

		if (tally__label_of(&entries[i].label, &writer->scratch, interaction) != 0)
			tally__writer_nomem(writer);
		else
			entries[i].json = tally__writer_interaction(writer, interaction);
	}
	append_sorted(writer, list, entries, count);
}

static void write_interactions(struct writer *writer, cJSON *top,
			       const struct tally_contract *contract)
{
	size_t messages = 0;
	cJSON *list;

	for (size_t i = 0; i < contract->interaction_count; i++)
		messages += contract->interactions[i].kind != INTERACTION_HTTP;
	if (writer->spec < TALLY_SPEC_V4 && messages > 0 && messages < contract->interaction_count)
		tally__writer_refuse(writer,
				     "the contract mixes HTTP interactions and messages, which "
				     "version %s cannot: write version 4",
				     tally_spec_text(writer->spec));
	list = tally__writer_array(writer, top,
				   writer->spec < TALLY_SPEC_V4 && messages > 0 ? "messages"
										: "interactions");
	if (writer->status == 0)
		write_list(writer, list, contract);
}

static void write_application(struct writer *writer, cJSON *top, const char *role, const char *name,
			      const cJSON *extra)
{
	cJSON *out = tally__writer_object(writer, top, role);

	tally__writer_string(writer, out, "name", name);
	tally__writer_extra(writer, out, extra, MEMBERS_APPLICATION);
}

/* Plugins stand in an order of their own: the same ones give the same bytes. */
static int compare_plugins(const void *a, const void *b)
{
	static const char *const members[] = {"name", "version"};
	const cJSON *left = *(const cJSON *const *)a;
	const cJSON *right = *(const cJSON *const *)b;
	int order = 0;

	for (size_t i = 0; i < 2 && order == 0; i++) {
		const char *left_text = tally__json_get_string(left, members[i]);
		const char *right_text = tally__json_get_string(right, members[i]);

		order = strcmp(left_text ? left_text : "", right_text ? right_text : "");
	}
	return order;
}

static void sort_plugins(struct writer *writer, const cJSON *metadata)
{
	cJSON *list = tally__json_get(metadata, "plugins");
	size_t count = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
	cJSON **items = tally__arena_alloc_array(&writer->scratch, count, sizeof(cJSON *));

	if (!items) {
		tally__writer_nomem(writer);
		return;
	}
	for (size_t i = 0; i < count; i++)
		items[i] = cJSON_DetachItemViaPointer(list, list->child);
	if (count > 0)
		qsort(items, count, sizeof(cJSON *), compare_plugins);
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list, items[i]);
}

static void write_metadata(struct writer *writer, cJSON *top, const cJSON *metadata)
{
	cJSON *out = metadata ? tally__json_clone(metadata) : cJSON_CreateObject();
	cJSON *block;

	tally__writer_put(writer, top, "metadata", out);
	if (writer->status != 0)
		return;
	sort_plugins(writer, out);
	block = tally__json_get(out, "pactSpecification");
	if (block && !cJSON_IsObject(block)) {
		cJSON_DeleteItemFromObjectCaseSensitive(out, "pactSpecification");
		block = NULL;
	}
	if (!block)
		block = tally__writer_object(writer, out, "pactSpecification");
	tally__writer_string(writer, block, "version", tally_spec_text(writer->spec));
	block = tally__writer_object(writer, out, "tally");
	tally__writer_string(writer, block, "version", tally_version());
}

/* `with_list`: with what it holds; else the list is empty. */
static cJSON *write_top(struct writer *writer, const struct tally_contract *contract,
			bool with_list)
{
	cJSON *top = cJSON_CreateObject();

	if (!top) {
		tally__writer_nomem(writer);
		return NULL;
	}
	write_application(writer, top, "consumer", contract->consumer, contract->consumer_extra);
	if (with_list)
		write_interactions(writer, top, contract);
	else
		tally__writer_array(writer, top, "interactions");
	write_metadata(writer, top, contract->metadata);
	write_application(writer, top, "provider", contract->provider, contract->provider_extra);
	tally__writer_extra(writer, top, contract->extra,
			    writer->spec == TALLY_SPEC_V4 ? MEMBERS_TOP : MEMBERS_TOP_MESSAGES);
	if (writer->status == 0)
		return top;
	cJSON_Delete(top);
	return NULL;
}

static int write_contract(const struct tally_contract *contract, enum tally_spec spec,
			  bool with_list, cJSON **out, struct tally_error *error)
{
	struct writer writer;
	cJSON *top;
	int status;

	tally__writer_init(&writer, spec, error);
	top = write_top(&writer, contract, with_list);
	status = writer.status;
	tally__writer_release(&writer);
	if (status == 0)
		*out = top;
	return status;
}

int tally__contract_envelope(const struct tally_contract *contract, cJSON **out,
			     struct tally_error *error)
{
	return write_contract(contract, TALLY_SPEC_V4, false, out, error);
}

int tally_contract_write(const struct tally_contract *contract, enum tally_spec spec, cJSON **out,
			 struct tally_error *error)
{
	int status = tally__call_check(contract, "a contract", error);

	if (status != 0)
		return status;
	if (tally_spec_from_text(tally_spec_text(spec)) == TALLY_SPEC_UNKNOWN)
		return tally__fail(error, TALLY_EUNSUPPORTED,
				   "expected a version of the Pact specification from 1 to 4, "
				   "found %d",
				   (int)spec);
	return write_contract(contract, spec, true, out, error);
}
