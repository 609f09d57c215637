/* Messages for a consumer's tests. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "contract/contract.h"
#include "tally/consumer.h"

struct tally_message {
	struct arena arena;
	cJSON *result; /* of tally_generate; owns what is read from it */
	struct message read;
	const char *contents; /* NULL: none */
	size_t len;
	const char *content_type;
};

static const struct message *find(const struct tally_contract *contract, size_t index,
				  enum tally_part part, size_t number)
{
	const struct interaction *interaction =
		index < contract->interaction_count ? &contract->interactions[index] : NULL;

	if (!interaction || interaction->kind == INTERACTION_HTTP)
		return NULL;
	if (interaction->kind == INTERACTION_ASYNC_MESSAGE)
		return part == TALLY_PART_MESSAGE && number == 0 ? &interaction->message : NULL;
	if (part == TALLY_PART_REQUEST && number == 0)
		return &interaction->message;
	return part == TALLY_PART_RESPONSE && number < interaction->response_count
		       ? &interaction->responses[number]
		       : NULL;
}

static int generate(struct tally_message *made, const struct message *message,
		    const struct tally_generate_options *options, struct tally_error *error)
{
	cJSON *json = NULL;
	int status = tally__message_write(message, TALLY_SPEC_V4, &json, error);

	if (status == 0)
		status = tally_generate(TALLY_PART_MESSAGE, TALLY_SPEC_V4, json, options,
					&made->result, error);
	cJSON_Delete(json);
	return status;
}

static int read_contents(struct tally_message *made, struct tally_error *error)
{
	const struct body *contents = &made->read.contents;
	const char *type = contents->content_type;

	if (!type)
		type = tally__metadata_content_type(made->read.metadata);
	/* So version 4 writes that nobody knows. */
	made->content_type = type && strcmp(type, "*/*") != 0 ? type : NULL;
	if (contents->state == BODY_MISSING)
		return 0;
	if (contents->state == BODY_NULL) {
		made->contents = "null";
		made->len = strlen(made->contents);
		return 0;
	}
	return tally__body_bytes(contents, &made->arena, &made->contents, &made->len, error);
}

int tally_message_new(struct tally_message **out, const struct tally_contract *contract,
		      size_t index, enum tally_part part, size_t number,
		      const struct tally_generate_options *options, struct tally_error *error)
{
	const struct message *message;
	struct tally_message *made;
	int status = tally__call_check(contract, "a contract", error);

	if (status != 0)
		return status;
	message = find(contract, index, part, number);
	if (!message)
		return tally__fail(error, TALLY_EINVAL,
				   "the contract has no such message: interaction %zu, number %zu",
				   index, number);
	made = tally__calloc(1, sizeof(*made));
	if (!made)
		return tally__fail_nomem(error);
	tally__arena_init(&made->arena, 0);
	status = generate(made, message, options, error);
	if (status == 0)
		status = tally__message_read(&made->read, &made->arena,
					     tally__json_get(made->result, "part"), TALLY_SPEC_V4,
					     error);
	if (status == 0)
		status = read_contents(made, error);
	if (status != 0)
		tally_message_free(made);
	else
		*out = made;
	return status;
}

void tally_message_free(struct tally_message *message)
{
	if (!message)
		return;
	cJSON_Delete(message->result);
	tally__arena_release(&message->arena);
	tally__free(message);
}

const char *tally_message_contents(const struct tally_message *message, size_t *len)
{
	if (len)
		*len = message ? message->len : 0;
	return message ? message->contents : NULL;
}

const char *tally_message_content_type(const struct tally_message *message)
{
	return message ? message->content_type : NULL;
}

const cJSON *tally_message_metadata(const struct tally_message *message)
{
	return message ? message->read.metadata : NULL;
}

const cJSON *tally_message_warnings(const struct tally_message *message)
{
	return message ? tally__json_get(message->result, "warnings") : NULL;
}
