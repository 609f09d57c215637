#include "config.h"
#include "contract/contract.h"
int tally_expectations_parse(struct tally_contract **out, const char *text, size_t len, struct tally_error *error)
{
	return tally_contract_parse(out, text, len, error);
}
