/* The expectations as a whole, and the contract that they give. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "consumer/expectations.h"

/* As read from a file: of version 4, in which interactions are kept. */
static cJSON *new_top(const char *consumer, const char *provider)
{
	const char *version = tally_spec_text(TALLY_SPEC_V4);
	cJSON *block = tally__object_of("version", cJSON_CreateString(version));
	cJSON *top = tally__object_of("consumer",
				      tally__object_of("name", cJSON_CreateString(consumer)));
	int status = tally__json_put(top, "provider",
				     tally__object_of("name", cJSON_CreateString(provider)));

	if (tally__json_put(top, "metadata", tally__object_of("pactSpecification", block)) == 0 &&
	    status == 0)
		return top;
	cJSON_Delete(top);
	return NULL;
}

/* Takes `list`, the interactions, in every case. */
static int make_contract(struct tally_contract **out, const struct tally_expectations *expectations,
			 cJSON *list, struct tally_error *error)
{
	cJSON *document = tally__json_clone(expectations->top);
	struct tally_contract *contract = NULL;
	int status;

	if (!document) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	if (tally__json_put(document, "interactions", list) != 0) {
		cJSON_Delete(document);
		return tally__fail_nomem(error);
	}
	status = tally__contract_take(&contract, document, error);
	if (status != 0)
		return status;
	contract->spec = expectations->spec;
	contract->inline_matchers = true;
	*out = contract;
	return 0;
}

/* Names and version are judged by those who read and write them. */
static int try_empty(const struct tally_expectations *expectations, struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	cJSON *written = NULL;
	int status = make_contract(&contract, expectations, cJSON_CreateArray(), error);

	if (status == 0)
		status = tally_contract_write(contract, expectations->spec, &written, error);
	cJSON_Delete(written);
	tally_contract_free(contract);
	return status;
}

int tally_expectations_new(struct tally_expectations **out, const char *consumer,
			   const char *provider, enum tally_spec spec, struct tally_error *error)
{
	struct tally_expectations *made = NULL;
	cJSON *top = NULL;
	int status = tally__call_check(consumer, "the consumer's name", error);

	if (status == 0)
		status = tally__call_check(provider, "the provider's name", error);
	if (status != 0)
		return status;
	tally__json_setup();
	top = new_top(consumer, provider);
	made = tally__calloc(1, sizeof(*made));
	if (!top || !made) {
		status = tally__fail_nomem(error);
		goto out;
	}
	made->spec = spec;
	status = tally__value_settle(top, &made->top, error);
	if (status == 0)
		status = try_empty(made, error);
	/* What is given here is an argument, not a file. */
	if (status == TALLY_EPARSE) {
		status = TALLY_EINVAL;
		if (error)
			error->code = status;
	}
out:
	cJSON_Delete(top);
	if (status != 0)
		tally_expectations_free(made);
	else
		*out = made;
	return status;
}

void tally_expectations_free(struct tally_expectations *expectations)
{
	if (!expectations)
		return;
	for (size_t i = 0; i < expectations->count; i++) {
		cJSON_Delete(expectations->items[i]->json);
		tally__free(expectations->items[i]);
	}
	tally__free(expectations->items);
	cJSON_Delete(expectations->top);
	tally__free(expectations);
}

static int refuse_metadata(const char *name, struct tally_error *error)
{
	static const char *const own[] = {"pactSpecification", "pact-specification",
					  "pactSpecificationVersion", "tally"};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (strcmp(name, own[i]) == 0)
			return tally__fail_at(error, TALLY_EINVAL, name, 0, 0,
					      "writing the contract sets this member");
	return 0;
}

int tally_expectations_set_metadata(struct tally_expectations *expectations, const char *name,
				    cJSON *value, struct tally_error *error)
{
	const char *const path[] = {"metadata", name, NULL};
	cJSON *given = NULL;
	cJSON *settled = NULL;
	int status = tally__call_check(expectations, "expectations", error);

	if (status == 0)
		status = tally__call_check(name, "the name of a member", error);
	if (status == 0)
		status = refuse_metadata(name, error);
	if (status != 0) {
		cJSON_Delete(value);
		return status;
	}
	given = tally__object_of("metadata", tally__object_of(name, value));
	status = given ? tally__value_settle(given, &settled, error) : tally__fail_nomem(error);
	if (status == 0 && !tally__json_is_shallow(settled, LIMIT_JSON_DEPTH - 1))
		status = tally__fail(error, TALLY_ELIMIT,
				     "values are nested in more than %d levels", LIMIT_JSON_DEPTH);
	if (status == 0)
		tally__graft(expectations->top, settled, path);
	cJSON_Delete(settled);
	cJSON_Delete(given);
	return status;
}

int tally_expectations_contract(struct tally_contract **out,
				const struct tally_expectations *expectations,
				struct tally_error *error)
{
	struct tally_contract *made = NULL;
	cJSON *list;
	int status = tally__call_check(expectations, "expectations", error);

	if (status != 0)
		return status;
	list = cJSON_CreateArray();
	status = list ? 0 : TALLY_ENOMEM;
	for (size_t i = 0; i < expectations->count && status == 0; i++)
		status = tally__json_append(list, tally__json_clone(expectations->items[i]->json));
	if (status != 0) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	status = make_contract(&made, expectations, list, error);
	if (status == 0)
		status = tally__contract_check_doubles(made, error);
	if (status != 0)
		tally_contract_free(made);
	else
		*out = made;
	return status;
}
