/* Interactions of every kind, as each version writes them. */
#include "config.h"

#include <string.h>

#include "contract/reader.h"
#include "contract/writer.h"

static void write_request(struct writer *writer, cJSON *out, const struct request *request)
{
	tally__writer_string(writer, out, "method", request->method);
	tally__writer_string(writer, out, "path", request->path);
	/* Which text stood for a query, no list of values says. */
	if (request->query_text && (writer->spec < TALLY_SPEC_V3 || writer->whole))
		tally__writer_string(writer, out, "query", request->query_text);
	else
		tally__writer_query(writer, out, &request->query);
	tally__writer_headers(writer, out, &request->headers);
	tally__writer_body(writer, out, "body", &request->body,
			   tally__header_content_type(&request->headers));
	tally__writer_rules(writer, out, request->matching_rules, request->generators);
	tally__writer_extra(writer, out, request->extra, MEMBERS_REQUEST);
}

static void write_response(struct writer *writer, cJSON *out, const struct response *response)
{
	tally__writer_put(writer, out, "status", cJSON_CreateNumber(response->status));
	tally__writer_headers(writer, out, &response->headers);
	tally__writer_body(writer, out, "body", &response->body,
			   tally__header_content_type(&response->headers));
	tally__writer_rules(writer, out, response->matching_rules, response->generators);
	tally__writer_extra(writer, out, response->extra, MEMBERS_RESPONSE);
}

static void write_message(struct writer *writer, cJSON *out, const struct message *message)
{
	tally__writer_body(writer, out, "contents", &message->contents,
			   tally__metadata_content_type(message->metadata));
	tally__writer_copy(writer, out, "metadata", message->metadata);
	tally__writer_rules(writer, out, message->matching_rules, message->generators);
	tally__writer_extra(writer, out, message->extra, MEMBERS_MESSAGE);
}

static void write_sync(struct writer *writer, cJSON *object, const struct interaction *interaction)
{
	cJSON *responses;

	write_message(writer, tally__writer_object(writer, object, "request"),
		      &interaction->message);
	responses = tally__writer_array(writer, object, "response");
	for (size_t i = 0; i < interaction->response_count; i++) {
		cJSON *out = cJSON_CreateObject();

		tally__writer_append(writer, responses, out);
		if (writer->status != 0)
			return;
		write_message(writer, out, &interaction->responses[i]);
	}
}

static void write_states(struct writer *writer, cJSON *object,
			 const struct interaction *interaction)
{
	cJSON *states;

	if (interaction->state_count == 0)
		return;
	if (writer->spec < TALLY_SPEC_V3) {
		const struct provider_state *first = &interaction->states[0];

		if (interaction->state_count > 1 || (first->params && first->params->child))
			tally__writer_refuse(writer,
					     "\"%s\": version %s knows one provider state without "
					     "parameters: write version 3 or 4",
					     interaction->description,
					     tally_spec_text(writer->spec));
		tally__writer_string(writer, object, "providerState", first->name);
		return;
	}
	states = tally__writer_array(writer, object, "providerStates");
	for (size_t i = 0; i < interaction->state_count; i++) {
		cJSON *out = cJSON_CreateObject();

		tally__writer_append(writer, states, out);
		if (writer->status != 0)
			return;
		tally__writer_string(writer, out, "name", interaction->states[i].name);
		tally__writer_copy(writer, out, "params", interaction->states[i].params);
		if (!writer->canonical)
			tally__writer_extra(writer, out, interaction->states[i].extra,
					    MEMBERS_STATE);
	}
}

const char *tally__interaction_type(enum interaction_kind kind)
{
	switch (kind) {
	case INTERACTION_HTTP:
		return "Synchronous/HTTP";
	case INTERACTION_ASYNC_MESSAGE:
		return "Asynchronous/Messages";
	case INTERACTION_SYNC_MESSAGE:
		break;
	}
	return "Synchronous/Messages";
}

static unsigned members_of(const struct writer *writer, enum interaction_kind kind)
{
	if (kind == INTERACTION_SYNC_MESSAGE)
		return MEMBERS_SYNC;
	if (kind == INTERACTION_ASYNC_MESSAGE)
		return writer->spec == TALLY_SPEC_V4 ? MEMBERS_ASYNC : MEMBERS_OLD_MESSAGE;
	return writer->spec == TALLY_SPEC_V4 ? MEMBERS_HTTP : MEMBERS_OLD_HTTP;
}

/* The members that only version 4 has; without them, verdicts or identities would be others.  What
 * version 4 takes for granted may go: the transport "http", a pending that is false. */
static void refuse_loss(struct writer *writer, const struct interaction *interaction)
{
	const char *transport = interaction->transport;
	const struct {
		const char *member;
		bool is_there;
	} members[] = {
		{"key", interaction->key},
		{"pending", interaction->pending},
		{"transport", transport && strcmp(transport, "http") != 0},
		{"comments", interaction->comments && interaction->comments->child},
		{"interactionMarkup", interaction->markup && interaction->markup->child},
		{"pluginConfiguration",
		 interaction->plugin_configuration && interaction->plugin_configuration->child},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (members[i].is_there)
			tally__writer_refuse(writer,
					     "\"%s\" has \"%s\", which version %s does not know: "
					     "write version 4",
					     interaction->description, members[i].member,
					     tally_spec_text(writer->spec));
}

/* What names and describes an interaction, but is no part of what it says. */
static void write_labels(struct writer *writer, cJSON *out, const struct interaction *interaction)
{
	tally__writer_string(writer, out, "description", interaction->description);
	tally__writer_extra(writer, out, interaction->extra, members_of(writer, interaction->kind));
	if (writer->spec != TALLY_SPEC_V4)
		return;
	tally__writer_string(writer, out, "key", interaction->key);
	tally__writer_put(writer, out, "pending", cJSON_CreateBool(interaction->pending));
	tally__writer_string(writer, out, "transport", interaction->transport);
	tally__writer_copy(writer, out, "comments", interaction->comments);
	tally__writer_copy(writer, out, "interactionMarkup", interaction->markup);
}

cJSON *tally__writer_interaction(struct writer *writer, const struct interaction *interaction)
{
	cJSON *out = cJSON_CreateObject();

	if (!out) {
		tally__writer_nomem(writer);
		return NULL;
	}
	if (!writer->canonical)
		write_labels(writer, out, interaction);
	if (writer->spec == TALLY_SPEC_V4) {
		tally__writer_string(writer, out, "type",
				     tally__interaction_type(interaction->kind));
		tally__writer_copy(writer, out, "pluginConfiguration",
				   interaction->plugin_configuration);
	}
	write_states(writer, out, interaction);
	if (interaction->kind == INTERACTION_HTTP) {
		write_request(writer, tally__writer_object(writer, out, "request"),
			      &interaction->request);
		write_response(writer, tally__writer_object(writer, out, "response"),
			       &interaction->response);
	} else if (interaction->kind == INTERACTION_ASYNC_MESSAGE) {
		if (writer->spec < TALLY_SPEC_V3)
			tally__writer_refuse(writer,
					     "\"%s\" is a message, which version %s does not "
					     "know: write version 3 or 4",
					     interaction->description,
					     tally_spec_text(writer->spec));
		write_message(writer, out, &interaction->message);
	} else {
		if (writer->spec < TALLY_SPEC_V4)
			tally__writer_refuse(writer,
					     "\"%s\" is a synchronous message, which version %s "
					     "does not know: write version 4",
					     interaction->description,
					     tally_spec_text(writer->spec));
		write_sync(writer, out, interaction);
	}
	if (writer->spec < TALLY_SPEC_V4) {
		refuse_loss(writer, interaction);
		tally__writer_check(writer, interaction, out);
	}
	if (writer->status == 0)
		return out;
	cJSON_Delete(out);
	return NULL;
}

static int write_one(struct writer *writer, const struct interaction *interaction, cJSON **out)
{
	cJSON *made = tally__writer_interaction(writer, interaction);
	int status = writer->status;

	tally__writer_release(writer);
	if (status == 0)
		*out = made;
	return status;
}

int tally__interaction_write(const struct interaction *interaction, enum tally_spec spec,
			     cJSON **out, struct tally_error *error)
{
	struct writer writer;

	tally__writer_init(&writer, spec, error);
	return write_one(&writer, interaction, out);
}

int tally__interaction_keep(const struct interaction *interaction, cJSON **out,
			    struct tally_error *error)
{
	struct writer writer;

	tally__writer_init(&writer, TALLY_SPEC_V4, error);
	writer.whole = true;
	return write_one(&writer, interaction, out);
}

/* A part on its own. */
#define WRITE_PART(part)                                                                           \
	int tally__##part##_write(const struct part *part, enum tally_spec spec, cJSON **out,      \
				  struct tally_error *error)                                       \
	{                                                                                          \
		struct writer writer;                                                              \
		cJSON *made = cJSON_CreateObject();                                                \
		int status;                                                                        \
                                                                                                   \
		if (!made)                                                                         \
			return tally__fail_nomem(error);                                           \
		tally__writer_init(&writer, spec, error);                                          \
		write_##part(&writer, made, part);                                                 \
		status = writer.status;                                                            \
		tally__writer_release(&writer);                                                    \
		if (status != 0)                                                                   \
			cJSON_Delete(made);                                                        \
		else                                                                               \
			*out = made;                                                               \
		return status;                                                                     \
	}

WRITE_PART(request)
WRITE_PART(response)
WRITE_PART(message)
