/* verifier/outside.h - what an attempt asks of the world: that a provider state is changed, and for
 * the interaction itself.
 *
 * Both are begun without waiting.  When that works, the answer comes from the client's loop in
 * exactly one call of tally__attempt_state_changed or tally__attempt_answered, never before these
 * functions have returned; when not, the error says why and no call comes. */
#ifndef TALLY_VERIFIER_OUTSIDE_H
#define TALLY_VERIFIER_OUTSIDE_H

#include "verifier/attempt.h"

/* What the provider gave; lent until the call back returns. */
struct answer {
	const struct http_response *response; /* over HTTP; NULL: a command gave `message` */
	const struct message *message;        /* with its metadata */
};

/* Whether provider states are set up, and torn down, at all. */
bool tally__outside_has_states(const struct settings *settings);
bool tally__outside_tears_down(const struct settings *settings);

/* Sets up or tears down a provider state; NULL: the interaction has none, which is told too.
 * TALLY_EINVAL, TALLY_ELIMIT, TALLY_ENOMEM, TALLY_EUNSUPPORTED. */
int tally__outside_change_state(struct attempt *attempt, const struct provider_state *state,
				bool teardown, struct tally_error *error);

/* Asks for the interaction, whose request has its generated values already.  Errors as above. */
int tally__outside_ask(struct attempt *attempt, const struct interaction *asked,
		       struct tally_error *error);

#endif
