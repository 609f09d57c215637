/* base/thread.h - threads of the library. */
#ifndef TALLY_BASE_THREAD_H
#define TALLY_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread that takes no signals: they are the program's business.  0, or an errno. */
int tally__thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
