/* verifier/command.h - commands of the user's, run beside the requests: waited for in the client's
 * loop, several at once, and ended with the run. */
#ifndef TALLY_VERIFIER_COMMAND_H
#define TALLY_VERIFIER_COMMAND_H

#include "base/child.h"
#include "http/client.h"

/* Those that are under way. */
struct commands {
	struct http_client *client;
	struct command *first;
};

/* Called once from the client's loop, never before tally__command_start has returned.  `output` is
 * what the command printed, lent until this returns; NULL when it did not end by itself.  `failure`
 * says why that is no success, as tally__child_check does, or is NULL.  May start others; must not
 * run or free. */
typedef void command_done(void *context, const struct buf *output,
			  const struct tally_error *failure);

/* Starts one; its input is copied.  `what` names it in messages: "the state command"; to outlive
 * it. TALLY_EIO, TALLY_ENOMEM. */
int tally__command_start(struct commands *commands, const char *what,
			 const struct child_options *options, command_done *done, void *context,
			 struct tally_error *error);

/* Ends those of this context that are under way now (NULL: all): each is stopped and then done with
 * this failure. */
void tally__commands_break_off(struct commands *commands, const void *context,
			       const struct tally_error *failure);

/* Ends them at once, and calls nobody. */
void tally__commands_release(struct commands *commands);

#endif
