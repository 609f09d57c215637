/* verifier/run.h - all tasks of one call, driven by the HTTP client's loop: which begin when, how
 * often each is tried, and when the run is over.  What happens to one of them is attempt.h. */
#ifndef TALLY_VERIFIER_RUN_H
#define TALLY_VERIFIER_RUN_H

#include "http/client.h"
#include "verifier/command.h"
#include "verifier/lanes.h"
#include "verifier/settings.h"

struct attempt;

/* Why nothing more is begun. */
enum run_end {
	RUN_GOES_ON,
	RUN_FIRST_FAILURE, /* the caller wants no more after it */
	RUN_INTERRUPTED,
	RUN_OUT_OF_TIME,
	RUN_FATAL /* memory is short, and the like */
};

struct run {
	const struct settings *settings;
	const struct tally_verify_contract *contracts;
	size_t contract_count;
	struct task *tasks; /* of all contracts, in their order */
	size_t count;
	struct lane *lanes;
	size_t selected_count;
	size_t asked_count; /* of these, what the provider has to be asked for */

	struct http_client *client;
	struct commands commands;
	struct arena arena;                  /* of what is kept as long as the run */
	struct http_headers headers;         /* what the header command printed for the whole run */
	struct attempt *attempts;            /* room for as many as may be under way */
	struct attempt *idle;                /* those that are not */
	size_t active;                       /* those that are */
	size_t next;                         /* the first task that was not looked at yet */
	struct task *first_held, *last_held; /* what waits until the provider has answered */
	size_t done, done_badly; /* tasks that have ended, and of these, those that fail the run */
	int64_t started_unix, started_ms, ended_ms;

	size_t unusable_count;          /* tasks whose matching rules cannot be used */
	struct tally_error unusable;    /* why, of the first */
	bool connected;                 /* the provider answered */
	bool asked_elsewhere;           /* something was begun that does not need it */
	struct tally_error unreachable; /* the first connection to the provider that failed */
	bool has_generated;             /* values in what was sent */
	enum run_end end;
	int64_t deadline_ms, teardown_deadline_ms; /* 0: none (yet) */
	bool is_hopeless; /* what is under way ends at once, teardowns too */
	struct tally_error fatal;
};

/* Makes the tasks.  TALLY_ENOTHING, TALLY_ELIMIT, TALLY_ENOMEM.  To be released also after a
 * failure. */
int tally__run_init(struct run *run, const struct settings *settings,
		    const struct tally_verify_contract *contracts, size_t count,
		    struct tally_error *error);
void tally__run_release(struct run *run);

/* Replays.  TALLY_EPARSE or TALLY_ELIMIT when no task has usable matching rules; TALLY_EUNREACHABLE
 * when no connection to the provider could be made, and nobody else was asked. */
int tally__run_all(struct run *run, struct tally_error *error);

/* The results document of tally/verify.h; moves what the tasks hold into it. */
int tally__run_results(struct run *run, cJSON **results, struct tally_error *error);

/* Appends why the run ended before all was done. */
void tally__run_add_end(const struct run *run, struct buf *out);

/* For attempts: nothing more can come of the run; what is under way may still tear down. */
void tally__run_give_up(struct run *run, int code, const char *message);
/* Whether what is under way was or will be broken off. */
bool tally__run_breaks_off(struct run *run);
/* Whether the caller has asked so often for the end. */
bool tally__run_is_interrupted(const struct run *run, int times);
/* Has the client's loop look for the end from time to time, until it is told not to.  TALLY_ENOMEM.
 */
int tally__run_watch(struct run *run, struct tally_error *error);
void tally__run_unwatch(struct run *run);
/* Notes whether the provider could be reached; `failure` is NULL when it answered. */
void tally__run_note_connection(struct run *run, const struct tally_error *failure);
/* The attempt has come to its end in a call back: it is tried again, or others have their turn. */
void tally__run_go_on(struct attempt *attempt);

#endif
