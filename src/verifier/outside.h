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

/* What is shown of it: {"status", "headers": [{"name", "value"}], "bodyBytes", "body": a text,
 * "cut": true when it was longer}.  TALLY_ENOMEM. */
int tally__answer_show(cJSON **out, const struct answer *answer);

/* Whether provider states are set up, and torn down, at all. */
bool tally__outside_has_states(const struct settings *settings,
			       const struct interaction *interaction);
bool tally__outside_tears_down(const struct settings *settings);

/* Whether the provider, and no other server or command, is asked for the interaction or its
 * states. */
bool tally__outside_needs_provider(const struct settings *settings,
				   const struct interaction *interaction);

/* Sets up or tears down a provider state; NULL: the interaction has none, which is told too.
 * TALLY_EINVAL, TALLY_ELIMIT, TALLY_ENOMEM, TALLY_EUNSUPPORTED. */
int tally__outside_change_state(struct attempt *attempt, const struct provider_state *state,
				bool teardown, struct tally_error *error);

/* Asks for the interaction, whose request has its generated values already.  Errors as above. */
int tally__outside_ask(struct attempt *attempt, const struct interaction *asked,
		       struct tally_error *error);

/* Ends with this failure, through the same call backs, what is under way; nothing when that is
 * nothing. */
void tally__outside_break_off(struct attempt *attempt, const struct tally_error *failure);

/* For what is behind this seam.  Looks at a failure that concerns the whole run. */
void tally__outside_note(struct run *run, const struct tally_error *failure);
/* Tells the attempt that the step under way has failed before anybody was asked. */
void tally__outside_failed(struct attempt *attempt, const struct tally_error *failure);

#endif
