/* tally/provider.h - starts the provider that is to be verified, and ends it for certain.
 *
 * The provider is a command for the shell.  It runs in a process group of its own, without input,
 * its output in a file.  A second process of the library's watches over it: whatever becomes of
 * this program, also when it is killed, the provider is ended with all that it has started, first
 * by SIGTERM and after a grace by SIGKILL (on Linux also what has left the group).
 *
 * Ownership: a provider copies what it is given.  Threads: one belongs to one thread at a time.
 */
#ifndef TALLY_PROVIDER_H
#define TALLY_PROVIDER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include <tally/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tally_provider;

/* All zero, but for command and url, gives the defaults.  @since 0.1 */
struct tally_provider_options {
	const char *command;
	const char *url;              /* where it is to be reached */
	const char *ready_url;        /* that answers when it is ready; NULL: url */
	unsigned start_timeout_ms;    /* until it answers; 0: 30000 */
	unsigned stop_timeout_ms;     /* between SIGTERM and SIGKILL; 0: 5000 */
	const char *log_file;         /* for its output; NULL: a temporary file */
	const char *const *variables; /* "NAME=VALUE", laid over this program's environment */
	size_t variable_count;
	/* Looked at while it is waited for, for a signal handler to set: other than 0 ends the
	 * wait. NULL: nothing does. */
	const volatile sig_atomic_t *interrupt;
};

/* Starts it, and waits until it answers: anything over HTTP at ready_url; without that, at `url`,
 * or connections accepted there for two seconds.
 *
 * TALLY_EINVAL (an option), TALLY_EBUSY (something listens there already, which would be verified
 * in its place), TALLY_EIO (it cannot be started, or its log not be written), TALLY_EUNREACHABLE
 * (it ended first), TALLY_ETIMEOUT (it did not answer in time, or the wait was ended),
 * TALLY_EUNSUPPORTED (libcurl cannot be loaded), TALLY_ENOMEM.  The last lines of its output are in
 * the message, and a temporary log is kept, and named, where there is something in it.
 * @since 0.1 */
TALLY_API int tally_provider_start(struct tally_provider **out,
				   const struct tally_provider_options *options,
				   struct tally_error *error);

/* 0 while it runs.  TALLY_EUNREACHABLE: how it ended, with the last lines of its output. @since 0.1
 */
TALLY_API int tally_provider_check(struct tally_provider *provider, struct tally_error *error);

/* The path of the file with its output.  @since 0.1 */
TALLY_API const char *tally_provider_log(const struct tally_provider *provider);

/* Ends it, waits for that, and frees it; NULL is fine.  A temporary log is removed unless it is to
 * be kept.  @since 0.1 */
TALLY_API void tally_provider_stop(struct tally_provider *provider, bool keep_log);

#ifdef __cplusplus
}
#endif

#endif
