#include "config.h"

#include <errno.h>
#include <stdint.h>

#include "base/thread.h"
#include "base/time.h"
#include "consumer/stub.h"

/* Looking takes at most this part of the time: one twentieth. */
enum { REST_FACTOR = 19 };

/* Waits so long, or until the watch is to stop: whether it is. */
static bool rest(struct stub_watch *watch, int64_t rest_ms)
{
	struct timespec until;
	int status = 0;
	bool stopping;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(rest_ms / 1000);
	until.tv_nsec += (long)(rest_ms % 1000) * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&watch->lock);
	while (!watch->stopping && status != ETIMEDOUT)
		status = pthread_cond_timedwait(&watch->changed, &watch->lock, &until);
	stopping = watch->stopping;
	pthread_mutex_unlock(&watch->lock);
	return stopping;
}

static void *run(void *context)
{
	struct tally_stub *stub = context;
	struct stub_watch *watch = &stub->watch;
	int64_t rest_ms = watch->interval_ms;

	while (!rest(watch, rest_ms)) {
		int64_t start = tally__time_monotonic_ms();

		/* What goes wrong, the listener is told. */
		(void)tally__stub_reload(stub, STUB_READ_CHANGED, NULL);
		rest_ms = (tally__time_monotonic_ms() - start) * REST_FACTOR;
		if (rest_ms < (int64_t)watch->interval_ms)
			rest_ms = watch->interval_ms;
	}
	return NULL;
}

int tally__stub_watch_start(struct tally_stub *stub, unsigned interval_ms,
			    struct tally_error *error)
{
	struct stub_watch *watch = &stub->watch;
	pthread_condattr_t monotonic;

	if (interval_ms == 0)
		return 0;
	watch->interval_ms = interval_ms;
	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	watch->started = tally__thread_start(&watch->thread, run, stub) == 0;
	if (watch->started)
		return 0;
	pthread_cond_destroy(&watch->changed);
	pthread_mutex_destroy(&watch->lock);
	return tally__fail_nomem(error);
}

void tally__stub_watch_stop(struct tally_stub *stub)
{
	struct stub_watch *watch = &stub->watch;

	if (!watch->started)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->stopping = true;
	pthread_cond_broadcast(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	pthread_cond_destroy(&watch->changed);
	pthread_mutex_destroy(&watch->lock);
}
