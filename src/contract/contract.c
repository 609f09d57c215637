/* The contract as a whole: versions, the envelope, the public getters. */
#include "config.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "contract/contract.h"
#include "contract/inline.h"
#include "contract/reader.h"

enum tally_spec tally_spec_from_text(const char *text)
{
	static const struct {
		const char *text;
		enum tally_spec spec;
	} versions[] = {{"1", TALLY_SPEC_V1},   {"1.0", TALLY_SPEC_V1}, {"1.1", TALLY_SPEC_V1_1},
			{"2", TALLY_SPEC_V2},   {"2.0", TALLY_SPEC_V2}, {"3", TALLY_SPEC_V3},
			{"3.0", TALLY_SPEC_V3}, {"4", TALLY_SPEC_V4},   {"4.0", TALLY_SPEC_V4}};
	size_t len;

	if (!text)
		return TALLY_SPEC_UNKNOWN;
	if (*text == 'v' || *text == 'V')
		text++;
	/* A third part changes nothing: "1.1.0" is "1.1". */
	len = strcspn(text, ".");
	if (text[len])
		len += 1 + strcspn(text + len + 1, ".");
	if (text[len] &&
	    (!text[len + 1] || strspn(text + len + 1, "0123456789") != strlen(text + len + 1)))
		return TALLY_SPEC_UNKNOWN;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (strlen(versions[i].text) == len && strncmp(versions[i].text, text, len) == 0)
			return versions[i].spec;
	return TALLY_SPEC_UNKNOWN;
}

const char *tally_spec_text(enum tally_spec spec)
{
	switch (spec) {
	case TALLY_SPEC_V1:
		return "1.0.0";
	case TALLY_SPEC_V1_1:
		return "1.1.0";
	case TALLY_SPEC_V2:
		return "2.0.0";
	case TALLY_SPEC_V3:
		return "3.0.0";
	case TALLY_SPEC_V4:
		return "4.0";
	case TALLY_SPEC_UNKNOWN:
		break;
	}
	return "unknown";
}

/* What the metadata say; *place names where they say it. */
static const cJSON *find_version(const cJSON *metadata, const char **place)
{
	static const struct {
		const char *object;
		const char *place;
	} places[] = {{"pact-specification", "metadata.pact-specification.version"},
		      {"pactSpecification", "metadata.pactSpecification.version"}};
	const cJSON *version;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		version = tally__json_get(tally__json_get(metadata, places[i].object), "version");
		*place = places[i].place;
		if (version && !cJSON_IsNull(version))
			return version;
	}
	*place = "metadata.pactSpecificationVersion";
	version = tally__json_get(metadata, "pactSpecificationVersion");
	return cJSON_IsNull(version) ? NULL : version;
}

/* A version that is written elsewhere than the specification has it must not pass for none. */
static int check_version_block(const struct reader *reader, const cJSON *metadata)
{
	const cJSON *block = tally__json_get(metadata, "pactSpecification");

	if (!block || cJSON_IsNull(block) || cJSON_IsObject(block))
		return 0;
	return tally__reader_fail(reader, "metadata.pactSpecification", block,
				  "an object such as {\"version\": \"4.0\"}");
}

int tally__reader_spec(const struct reader *reader, const cJSON *top, enum tally_spec *out)
{
	const char *place;
	const cJSON *version = find_version(tally__json_get(top, "metadata"), &place);
	const char *text = NULL;
	int status;

	*out = TALLY_SPEC_V3;
	status = check_version_block(reader, tally__json_get(top, "metadata"));
	if (status != 0 || !version)
		return status;
	if (!cJSON_IsString(version) && !cJSON_IsNumber(version))
		return tally__reader_fail(reader, place, version, "a version such as \"4.0\"");
	status = tally__reader_text(reader, version, &text);
	if (status != 0)
		return status;
	*out = tally_spec_from_text(text);
	if (*out == TALLY_SPEC_UNKNOWN && strncmp(text, "1.", 2) == 0)
		*out = TALLY_SPEC_V1;
	if (*out == TALLY_SPEC_UNKNOWN)
		return tally__reader_fail(reader, place, version,
					  "a version of the Pact specification between 1.0.0 and "
					  "4.0");
	return 0;
}

/* Takes out what writing sets anew. */
static void strip_metadata(cJSON *metadata)
{
	static const char *const names[] = {"pact-specification", "pactSpecification"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		cJSON *block = tally__json_get(metadata, names[i]);

		if (!cJSON_IsObject(block))
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(block, "version");
		if (!block->child)
			cJSON_DeleteItemFromObjectCaseSensitive(metadata, names[i]);
	}
	cJSON_DeleteItemFromObjectCaseSensitive(metadata, "pactSpecificationVersion");
	cJSON_DeleteItemFromObjectCaseSensitive(metadata, "tally");
}

static int read_application(const struct reader *reader, cJSON *top, const char *role,
			    const char **name, const cJSON **extra)
{
	struct reader inner = *reader;
	cJSON *application = NULL;
	int status = tally__reader_object(reader, top, role, &application);

	*name = role;
	if (status != 0 || !application)
		return status;
	inner.part = role;
	status = tally__reader_string(&inner, application, "name", name);
	if (status == 0 && (!**name || strlen(*name) > LIMIT_NAME_BYTES))
		status = tally__reader_failf(&inner, "name",
					     "expected a name of 1 to %d bytes, found %zu bytes",
					     LIMIT_NAME_BYTES, strlen(*name));
	if (status == 0)
		status = tally__reader_extra(reader, application, tally__member_is_known,
					     MEMBERS_APPLICATION, extra);
	return status;
}

static int read_list(struct reader *reader, cJSON *list, bool is_message,
		     struct tally_contract *contract)
{
	size_t index = 0;

	for (cJSON *item = list ? list->child : NULL; item; item = item->next) {
		struct interaction *interaction =
			&contract->interactions[contract->interaction_count++];
		int status =
			tally__reader_interaction(reader, item, index++, is_message, interaction);

		if (status != 0)
			return status;
	}
	return 0;
}

static size_t count_items(const cJSON *list)
{
	size_t count = 0;

	for (const cJSON *item = list ? list->child : NULL; item; item = item->next)
		count++;
	return count;
}

static int read_interactions(struct reader *reader, const cJSON *top,
			     struct tally_contract *contract)
{
	cJSON *interactions = NULL;
	cJSON *messages = NULL;
	size_t count;
	int status = tally__reader_array(reader, top, "interactions", &interactions);

	if (status == 0 && contract->spec != TALLY_SPEC_V4)
		status = tally__reader_array(reader, top, "messages", &messages);
	if (status == 0 && messages && messages->child && contract->spec < TALLY_SPEC_V3)
		status = tally__reader_failf(reader, "messages",
					     "version %s of the specification has no messages: the "
					     "metadata should say 3.0.0 or later",
					     tally_spec_text(contract->spec));
	if (status == 0 && !interactions && !messages)
		status = tally__reader_fail(reader, "interactions", NULL,
					    "an array of interactions (is this a contract file?)");
	if (status != 0)
		return status;
	count = count_items(interactions) + count_items(messages);
	if (count > LIMIT_INTERACTIONS)
		return tally__fail(reader->error, TALLY_ELIMIT,
				   "expected at most %d interactions, found %zu",
				   LIMIT_INTERACTIONS, count);
	contract->interactions =
		tally__arena_alloc_array(reader->arena, count, sizeof(*contract->interactions));
	if (!contract->interactions)
		return tally__fail_nomem(reader->error);
	status = read_list(reader, interactions, false, contract);
	return status ? status : read_list(reader, messages, true, contract);
}

static int read_top(struct tally_contract *contract, cJSON *top, struct tally_error *error)
{
	struct reader reader = {.arena = &contract->arena, .part = "", .error = error};
	cJSON *metadata = NULL;
	int status;

	if (!cJSON_IsObject(top))
		return tally__reader_fail(&reader, "", top, "a contract (a JSON object)");
	status = tally__reader_object(&reader, top, "metadata", &metadata);
	if (status == 0)
		status = tally__reader_spec(&reader, top, &contract->spec);
	if (status != 0)
		return status;
	reader.spec = contract->spec;
	if (metadata)
		strip_metadata(metadata);
	contract->metadata = metadata && metadata->child ? metadata : NULL;
	status = read_application(&reader, top, "consumer", &contract->consumer,
				  &contract->consumer_extra);
	if (status == 0)
		status = read_application(&reader, top, "provider", &contract->provider,
					  &contract->provider_extra);
	if (status == 0)
		status = read_interactions(&reader, top, contract);
	if (status == 0)
		status = tally__reader_extra(&reader, top, tally__member_is_known,
					     contract->spec == TALLY_SPEC_V4 ? MEMBERS_TOP
									     : MEMBERS_TOP_MESSAGES,
					     &contract->extra);
	return status;
}

int tally__contract_take(struct tally_contract **out, cJSON *document, struct tally_error *error)
{
	struct tally_contract *contract = tally__calloc(1, sizeof(*contract));
	int status;

	if (!contract) {
		cJSON_Delete(document);
		return tally__fail_nomem(error);
	}
	tally__arena_init(&contract->arena, 0);
	contract->document = document;
	status = read_top(contract, document, error);
	if (status != 0)
		tally_contract_free(contract);
	else
		*out = contract;
	return status;
}

/* Takes a document that somebody handed over as a contract. */
static int take_contract(struct tally_contract **out, cJSON *document, struct tally_error *error)
{
	int status = tally__inline_refuse(document, error);

	if (status == 0)
		return tally__contract_take(out, document, error);
	cJSON_Delete(document);
	return status;
}

int tally_contract_parse(struct tally_contract **out, const char *text, size_t len,
			 struct tally_error *error)
{
	cJSON *document;
	int status = tally__call_check(text, "JSON text", error);

	if (status == 0)
		status = tally_json_parse(&document, text, len, error);
	return status ? status : take_contract(out, document, error);
}

int tally_contract_read_file(struct tally_contract **out, const char *path,
			     struct tally_error *error)
{
	cJSON *document;
	int status = tally__call_check(path, "a file's path", error);

	if (status == 0)
		status = tally_json_read_file(&document, path, error);
	if (status != 0)
		return status;
	status = take_contract(out, document, error);
	if (status != 0)
		tally__error_within(error, path);
	return status;
}

void tally_contract_free(struct tally_contract *contract)
{
	if (!contract)
		return;
	cJSON_Delete(contract->document);
	tally__arena_release(&contract->arena);
	tally__free(contract);
}

enum tally_spec tally_contract_spec(const struct tally_contract *contract)
{
	return contract ? contract->spec : TALLY_SPEC_UNKNOWN;
}

const char *tally_contract_consumer(const struct tally_contract *contract)
{
	return contract ? contract->consumer : NULL;
}

const char *tally_contract_provider(const struct tally_contract *contract)
{
	return contract ? contract->provider : NULL;
}

size_t tally_contract_interaction_count(const struct tally_contract *contract)
{
	return contract ? contract->interaction_count : 0;
}

const char *tally_contract_description(const struct tally_contract *contract, size_t index)
{
	return index < tally_contract_interaction_count(contract)
		       ? contract->interactions[index].description
		       : NULL;
}
