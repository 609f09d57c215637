/* The contract file as a whole. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "contract/reader.h"
#include "contract/writer.h"
#include "tally.h"

/* By description, then states, then as they stood: the same contract gives the same file. */
static int compare_interactions(const void *a, const void *b)
{
	const struct interaction *left = *(const struct interaction *const *)a;
	const struct interaction *right = *(const struct interaction *const *)b;
	int order = strcmp(left->description, right->description);

	for (size_t i = 0; order == 0 && i < left->state_count && i < right->state_count; i++)
		order = strcmp(left->states[i].name, right->states[i].name);
	if (order == 0 && left->state_count != right->state_count)
		order = left->state_count < right->state_count ? -1 : 1;
	if (order == 0 && left != right)
		order = left < right ? -1 : 1;
	return order;
}

static const struct interaction **sorted_interactions(struct writer *writer,
						      const struct tally_contract *contract)
{
	const struct interaction **sorted = tally__arena_alloc_array(
		&writer->scratch, contract->interaction_count, sizeof(*sorted));

	if (!sorted) {
		tally__writer_nomem(writer);
		return NULL;
	}
	for (size_t i = 0; i < contract->interaction_count; i++)
		sorted[i] = &contract->interactions[i];
	qsort(sorted, contract->interaction_count, sizeof(*sorted), compare_interactions);
	return sorted;
}

static void write_interactions(struct writer *writer, cJSON *top,
			       const struct tally_contract *contract)
{
	const struct interaction **sorted = sorted_interactions(writer, contract);
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
	for (size_t i = 0; i < contract->interaction_count && writer->status == 0; i++)
		tally__writer_append(writer, list, tally__writer_interaction(writer, sorted[i]));
}

static void write_application(struct writer *writer, cJSON *top, const char *role, const char *name,
			      const cJSON *extra)
{
	cJSON *out = tally__writer_object(writer, top, role);

	tally__writer_string(writer, out, "name", name);
	tally__writer_extra(writer, out, extra, MEMBERS_APPLICATION);
}

static void write_metadata(struct writer *writer, cJSON *top, const cJSON *metadata)
{
	cJSON *out = metadata ? tally__json_clone(metadata) : cJSON_CreateObject();
	cJSON *block;

	tally__writer_put(writer, top, "metadata", out);
	if (writer->status != 0)
		return;
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

static cJSON *write_top(struct writer *writer, const struct tally_contract *contract)
{
	cJSON *top = cJSON_CreateObject();

	if (!top) {
		tally__writer_nomem(writer);
		return NULL;
	}
	write_application(writer, top, "consumer", contract->consumer, contract->consumer_extra);
	write_interactions(writer, top, contract);
	write_metadata(writer, top, contract->metadata);
	write_application(writer, top, "provider", contract->provider, contract->provider_extra);
	tally__writer_extra(writer, top, contract->extra,
			    writer->spec == TALLY_SPEC_V4 ? MEMBERS_TOP : MEMBERS_TOP_MESSAGES);
	if (writer->status == 0)
		return top;
	cJSON_Delete(top);
	return NULL;
}

int tally_contract_write(const struct tally_contract *contract, enum tally_spec spec, cJSON **out,
			 struct tally_error *error)
{
	struct writer writer;
	cJSON *top;
	int status;

	if (spec != TALLY_SPEC_V2 && spec != TALLY_SPEC_V3 && spec != TALLY_SPEC_V4)
		return tally__fail(error, TALLY_EUNSUPPORTED,
				   "contracts are written in version 2, 3 or 4 of the Pact "
				   "specification, not in version %s",
				   tally_spec_text(spec));
	tally__writer_init(&writer, spec, error);
	top = write_top(&writer, contract);
	status = writer.status;
	tally__writer_release(&writer);
	if (status == 0)
		*out = top;
	return status;
}
