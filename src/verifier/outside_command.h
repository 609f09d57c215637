/* verifier/outside_command.h - what outside.h asks, asked of commands of the user's. */
#ifndef TALLY_VERIFIER_OUTSIDE_COMMAND_H
#define TALLY_VERIFIER_OUTSIDE_COMMAND_H

#include "verifier/attempt.h"

/* As tally__outside_change_state and tally__outside_ask. */
int tally__state_command(struct attempt *attempt, const struct provider_state *state, bool teardown,
			 struct tally_error *error);
int tally__message_command(struct attempt *attempt, const struct interaction *asked,
			   struct tally_error *error);

#endif
