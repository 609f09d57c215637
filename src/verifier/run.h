/* verifier/run.h - all tasks of one call, driven by the HTTP client's callbacks: set-up of provider
 * states, request, comparison, teardown. */
#ifndef TALLY_VERIFIER_RUN_H
#define TALLY_VERIFIER_RUN_H

#include "http/client.h"
#include "verifier/task.h"

struct run {
	const struct settings *settings;
	struct arena arena; /* of what the tasks keep */
	struct task *tasks;
	size_t count;
	size_t selected_count;

	struct http_client *client;
	size_t next;                    /* the first task that was not looked at yet */
	size_t active;                  /* tasks under way */
	size_t unusable_count;          /* tasks whose matching rules cannot be used */
	struct tally_error unusable;    /* why, of the first */
	bool connected;                 /* the provider answered */
	struct tally_error unreachable; /* the first connection to the provider that failed */
	bool ended;                     /* by the first failure, when the caller wants that */
	volatile bool stop;             /* after `fatal` */
	struct tally_error fatal;
};

/* Makes the tasks.  TALLY_ENOTHING, TALLY_ELIMIT, TALLY_ENOMEM.  To be released also after a
 * failure. */
int tally__run_init(struct run *run, const struct settings *settings,
		    const struct tally_verify_contract *contracts, size_t count,
		    struct tally_error *error);
void tally__run_release(struct run *run);

/* Makes what a task compares with.  TALLY_EPARSE (matching rules), TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__task_compile(struct task *task, struct tally_error *error);

/* Replays.  TALLY_EPARSE or TALLY_ELIMIT when no task has usable matching rules; TALLY_EUNREACHABLE
 * when no connection to the provider could be made. */
int tally__run_all(struct run *run, struct tally_error *error);

/* The results document of tally/verify.h. */
int tally__run_results(const struct run *run, const struct tally_verify_contract *contracts,
		       size_t count, cJSON **results, struct tally_error *error);

#endif
