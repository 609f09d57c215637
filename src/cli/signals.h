/* signals.h - the signals that end a program, taken from a queue while it serves. */
#ifndef TALLY_CLI_SIGNALS_H
#define TALLY_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <time.h>

/* Between hold and release. */
struct signals {
	sigset_t before; /* what was blocked */
	int taken;       /* the first that came; 0: none so far */
	struct timespec at;
};

/* From here on SIGINT, SIGTERM and SIGHUP wait in a queue.  Threads that were started before must
 * not take them; the library's do not.
 * What nohup(1) has taken from the program, SIGHUP, stays taken. */
void signals_hold(struct signals *signals);
/* Waits for the next of them, or for the end of a child (SIGCHLD).  *sender: whether another
 * process sent it; otherwise it came from the terminal, to the whole group. */
int signals_next(bool *sender);
/* Waits for one of them. */
void signals_wait(struct signals *signals);

/* Notes that a signal has come: whether it asks again.  One that follows another at once does not:
 * timeout(1) and some shells send two, to the process and to its group. */
bool signals_take(struct signals *signals, int number);

/* What was, for the end of the passing. */
struct signals_passing {
	struct sigaction interrupt, terminate;
	sigset_t blocked;
};

/* While they are held: from here on SIGINT and SIGTERM, also those that wait, end the program at
 * once and with status 0; for what may take long and leaves nothing behind. */
void signals_let_pass(struct signals_passing *before);
void signals_stop_passing(const struct signals_passing *before);

/* For work that looks at a number from time to time: from here on SIGINT, SIGTERM and SIGHUP are
 * counted.  The third ends the program at once; after signals_watch_end, the second.  Two that
 * follow each other at once are one, as above. */
const volatile sig_atomic_t *signals_watch(void);
void signals_watch_end(void);
/* That number, also before and after. */
const volatile sig_atomic_t *signals_count(void);
/* The first that came since; 0: none. */
int signals_watched(void);
/* Ends the program by this signal. */
void signals_die(int number);

/* Lets them end the program again; those that ask again, when one was taken. */
void signals_release(const struct signals *signals);

#endif
