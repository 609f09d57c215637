#include "config.h"

#include <signal.h>

#include "base/thread.h"

/* All but those that the thread's own faults raise, which would end the program without a word if
 * they were blocked. */
static void block_signals(sigset_t *before)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&set, faults[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

int tally__thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
	sigset_t before;
	int status;

	block_signals(&before);
	status = pthread_create(thread, NULL, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status;
}
