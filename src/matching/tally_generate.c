#include "config.h"

#include "matching/generate.h"
#include "matching/value_source.h"
#include "tally/generate.h"

/* What is made of one part. */
struct making {
	struct arena arena;
	enum tally_spec spec;
	const struct generator_context *context;
	struct generated made;
	cJSON *part;
	struct tally_error *error;
};

/* Reads a part, generates, writes it. */
#define GENERATE_PART(noun)                                                                        \
	static int generate_##noun(struct making *m, cJSON *json)                                  \
	{                                                                                          \
		struct noun in = {0};                                                              \
		struct noun out = {0};                                                             \
		struct generators *generators = NULL;                                              \
		int status = tally__##noun##_read(&in, &m->arena, json, m->spec, m->error);        \
                                                                                                   \
		if (status == 0)                                                                   \
			status =                                                                   \
				tally__generators_new(&generators, m->context->mode,               \
						      in.generators, in.matching_rules, m->error); \
		if (status == 0)                                                                   \
			status = tally__generate_##noun(&out, &m->made, &in, generators,           \
							m->context, m->error);                     \
		out.generators = NULL;                                                             \
		out.matching_rules = NULL;                                                         \
		if (status == 0)                                                                   \
			status = tally__##noun##_write(&out, m->spec, &m->part, m->error);         \
		tally__generators_free(generators);                                                \
		return status;                                                                     \
	}

GENERATE_PART(request)
GENERATE_PART(response)
GENERATE_PART(message)

static int generate_part(struct making *m, enum tally_part part, cJSON *json)
{
	switch (part) {
	case TALLY_PART_REQUEST:
		return generate_request(m, json);
	case TALLY_PART_RESPONSE:
		return generate_response(m, json);
	case TALLY_PART_MESSAGE:
		return generate_message(m, json);
	}
	return tally__fail(m->error, TALLY_EINVAL, "there is no part %d", (int)part);
}

/* Takes the context apart; what it has not, generators do without. */
static int read_context(struct generator_context *out, const cJSON *context,
			struct tally_error *error)
{
	const cJSON *values = tally__json_get(context, "providerState");
	const cJSON *mock = tally__json_get(context, "mockServer");
	const cJSON *url = tally__json_get(mock, "url");

	if (!url)
		url = tally__json_get(mock, "href"); /* as Pact's own cases have it */
	if ((context && !cJSON_IsObject(context)) || (values && !cJSON_IsObject(values)) ||
	    (mock && !cJSON_IsObject(mock)) || (url && !cJSON_IsString(url)))
		return tally__fail_at(error, TALLY_EINVAL, "context", 0, 0,
				      "expected an object such as {\"providerState\": {\"id\": 1}, "
				      "\"mockServer\": {\"url\": \"http://127.0.0.1:8080\"}}");
	out->state_values = values;
	out->mock_server_url = url ? url->valuestring : NULL;
	return 0;
}

static int make_result(struct making *m, const struct value_source *source, cJSON **result)
{
	cJSON *out = cJSON_CreateObject();
	cJSON *part = m->part;
	cJSON *warnings = m->made.warnings;
	int status = tally__json_put(out, "part", part);

	m->part = NULL;
	if (status == 0)
		status = tally__json_put(out, "generated",
					 cJSON_CreateNumber((double)m->made.count));
	if (status == 0)
		status = tally__value_source_tell(source, out);
	if (status == 0 && warnings) {
		m->made.warnings = NULL;
		status = tally__json_put(out, "warnings", warnings);
	}
	if (status != 0) {
		cJSON_Delete(out);
		return tally__fail_nomem(m->error);
	}
	*result = out;
	return 0;
}

int tally_generate(enum tally_part part, enum tally_spec spec, const cJSON *part_json,
		   const struct tally_generate_options *options, cJSON **result,
		   struct tally_error *error)
{
	static const struct tally_generate_options defaults = {0};
	struct generator_context context;
	struct value_source source;
	struct random random;
	struct making m = {.context = &context, .error = error};
	cJSON *copy = NULL;
	int status;

	if (!options)
		options = &defaults;
	if (!part_json)
		return tally__fail(error, TALLY_EINVAL, "there is no part to generate from");
	if (tally_spec_from_text(tally_spec_text(spec)) == TALLY_SPEC_UNKNOWN)
		return tally__fail(error, TALLY_EINVAL,
				   "there is no version %d of the Pact specification", (int)spec);
	/* Versions below 2 are read, but never written; what they have, version 2 has. */
	m.spec = spec < TALLY_SPEC_V2 ? TALLY_SPEC_V2 : spec;
	status = tally__value_source_init(&source, options->seed, options->now, error);
	if (status != 0)
		return status;
	tally__value_source_context(&source,
				    options->for_provider ? GENERATOR_PROVIDER : GENERATOR_CONSUMER,
				    NULL, NULL, 0, &random, &context);
	status = read_context(&context, options->context, error);
	if (status != 0)
		return status;
	tally__json_setup();
	tally__arena_init(&m.arena, 0);
	tally__generated_init(&m.made);
	/* The reader may take members out of what it is given. */
	copy = tally__json_clone(part_json);
	status = copy ? generate_part(&m, part, copy) : tally__fail_nomem(error);
	if (status == 0)
		status = make_result(&m, &source, result);
	cJSON_Delete(m.part);
	tally__generated_release(&m.made);
	tally__arena_release(&m.arena);
	cJSON_Delete(copy);
	return status;
}
