#include "config.h"

#include "tally/verify.h"
#include "verifier/run.h"

int tally_verify(const struct tally_verify_contract *contracts, size_t count,
		 const struct tally_verify_options *options, cJSON **results,
		 struct tally_error *error)
{
	struct settings settings;
	struct run run = {0};
	int status = tally__settings_init(&settings, options, error);

	if (status == 0)
		status = tally__run_init(&run, &settings, contracts, count, error);
	if (status == 0)
		status = tally__run_all(&run, error);
	if (status == 0)
		status = tally__run_results(&run, results, error);
	if (status != 0 && settings.secrets != NULL)
		tally__secrets_mask_error(settings.secrets, error);
	tally__run_release(&run);
	tally__settings_release(&settings);
	return status;
}
