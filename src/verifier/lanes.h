/* verifier/lanes.h - which tasks have to go one after another: those that share a provider state,
 * directly or over others between them.  What one of them sets up, another would find or destroy.
 *
 * A lane is such a set; its tasks run in the order of the contracts, one at a time. */
#ifndef TALLY_VERIFIER_LANES_H
#define TALLY_VERIFIER_LANES_H

#include "verifier/task.h"

struct lane {
	bool is_busy;
	struct task *first_waiting, *last_waiting;
};

/* Gives a lane to each task that is to be asked and has provider states.  *lanes is one array of
 * all, to be freed (also after a failure).  TALLY_ENOMEM. */
int tally__lanes_init(struct lane **lanes, struct task *tasks, size_t count,
		      struct tally_error *error);

/* Takes the lane for a task that is about to begin: false when another is under way in it; then the
 * task waits there. */
bool tally__lane_enter(struct task *task);

/* The task has ended: the next that waits in its lane, which has the lane now; NULL: none. */
struct task *tally__lane_leave(struct task *task);

#endif
