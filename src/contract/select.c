/* A contract with some of the interactions of another one. */
#include "config.h"

#include "base/mem.h"
#include "contract/contract.h"

/* What is made is written and read again, so that it owns all that it has. */
static int copy_contract(struct tally_contract **out, const struct tally_contract *contract,
			 struct tally_error *error)
{
	struct tally_contract *made = NULL;
	cJSON *document = NULL;
	int status = tally_contract_write(contract, TALLY_SPEC_V4, &document, error);

	if (status == 0)
		status = tally__contract_take(&made, document, error);
	if (status != 0)
		return status;
	made->spec = contract->spec;
	made->inline_matchers = contract->inline_matchers;
	*out = made;
	return 0;
}

int tally_contract_select(struct tally_contract **out, const struct tally_contract *contract,
			  const bool *picked, struct tally_error *error)
{
	struct tally_contract part;
	int status = tally__call_check(contract, "a contract", error);

	if (status == 0)
		status = tally__call_check(picked, "which interactions are wanted", error);
	if (status != 0)
		return status;
	part = *contract;
	part.interactions =
		tally__realloc_array(NULL, contract->interaction_count, sizeof(*part.interactions));
	if (!part.interactions)
		return tally__fail_nomem(error);
	part.interaction_count = 0;
	for (size_t i = 0; i < contract->interaction_count; i++)
		if (picked[i])
			part.interactions[part.interaction_count++] = contract->interactions[i];
	status = copy_contract(out, &part, error);
	tally__free(part.interactions);
	return status;
}
