/* verifier/run.h - all tasks of one call, driven by the HTTP client's loop: which begin when, and
 * when the run is over.  What happens to one of them is attempt.h. */
#ifndef TALLY_VERIFIER_RUN_H
#define TALLY_VERIFIER_RUN_H

#include "http/client.h"
#include "verifier/command.h"
#include "verifier/settings.h"
#include "verifier/task.h"

struct attempt;

struct run {
	const struct settings *settings;
	struct task *tasks;
	size_t count;
	size_t selected_count;

	struct http_client *client;
	struct commands commands;
	struct arena arena;             /* of what is kept as long as the run */
	struct http_headers headers;    /* what the header command printed for the whole run */
	struct attempt *attempts;       /* room for as many as may be under way */
	struct attempt *idle;           /* those that are not */
	size_t next;                    /* the first task that was not looked at yet */
	size_t unusable_count;          /* tasks whose matching rules cannot be used */
	struct tally_error unusable;    /* why, of the first */
	bool connected;                 /* the provider answered */
	struct tally_error unreachable; /* the first connection to the provider that failed */
	bool has_generated;             /* values in what was sent */
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

/* Replays.  TALLY_EPARSE or TALLY_ELIMIT when no task has usable matching rules; TALLY_EUNREACHABLE
 * when no connection to the provider could be made. */
int tally__run_all(struct run *run, struct tally_error *error);

/* The results document of tally/verify.h; moves what the tasks hold into it. */
int tally__run_results(struct run *run, const struct tally_verify_contract *contracts, size_t count,
		       cJSON **results, struct tally_error *error);

/* For attempts: ends the whole run, as what is under way can lead nowhere. */
void tally__run_give_up(struct run *run, int code, const char *message);
/* Notes whether the provider could be reached; `failure` is NULL when it answered. */
void tally__run_note_connection(struct run *run, const struct tally_error *failure);
/* The attempt has come to its end in a call back: its task is done, and others have their turn. */
void tally__run_go_on(struct attempt *attempt);

#endif
