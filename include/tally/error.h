/* tally/error.h - error codes, and the place where a failed call says what went wrong.
 *
 * Every function that can fail returns an int: 0, or one of the negative codes below.  Detail goes
 * into a struct tally_error that the caller owns, usually on its stack; it is the last parameter
 * and may be NULL.  The first error wins: outer layers may add where it happened, never replace it.
 *
 * Errors mean that a question could not be answered.  A mismatch, a failed verification or a "no"
 * from can-i-deploy is a result and never comes as an error.
 *
 * Ownership: nothing here allocates.  Threads: all functions are safe from any thread; a struct
 * tally_error belongs to one thread at a time.
 */
#ifndef TALLY_ERROR_H
#define TALLY_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TALLY_API
#if defined(__GNUC__)
#define TALLY_API __attribute__((visibility("default")))
#else
#define TALLY_API
#endif
#endif

/* The one list of error codes: X(name, value, exit status of the program, text). */
#define TALLY_ERROR_LIST(X)                                                                        \
	X(TALLY_EINVAL, -1, 2, "invalid argument or option")                                       \
	X(TALLY_EPARSE, -2, 2, "malformed input")                                                  \
	X(TALLY_ELIMIT, -3, 2, "limit exceeded")                                                   \
	X(TALLY_ENOFILE, -4, 2, "file or folder cannot be opened")                                 \
	X(TALLY_EUNSUPPORTED, -5, 2, "not supported")                                              \
	X(TALLY_ENOTFOUND, -6, 1, "no such record")                                                \
	X(TALLY_ECONFLICT, -7, 1, "conflicts with what is recorded")                               \
	X(TALLY_ENOTHING, -8, 3, "nothing to decide")                                              \
	X(TALLY_EIO, -9, 4, "reading or writing failed")                                           \
	X(TALLY_EUNREACHABLE, -10, 4, "not reachable")                                             \
	X(TALLY_ETIMEOUT, -11, 4, "took too long")                                                 \
	X(TALLY_EBUSY, -12, 4, "in use by another process")                                        \
	X(TALLY_ENOMEM, -13, 4, "out of memory")                                                   \
	X(TALLY_EINTERNAL, -14, 70, "a bug in Tally")

/* Error codes.  Values are stable across releases.  @since 0.1 */
enum tally_error_code {
	TALLY_OK = 0,
#define TALLY_X(name, value, status, text) name = value,
	TALLY_ERROR_LIST(TALLY_X)
#undef TALLY_X
};

/* Longest texts that a struct tally_error holds, in bytes with the closing NUL; longer ones are cut
 * at a character boundary. */
#define TALLY_ERROR_WHERE_BYTES   512
#define TALLY_ERROR_MESSAGE_BYTES 2048

/* What went wrong.  Initialise with TALLY_ERROR_INIT (all zero). @since 0.1 */
struct tally_error {
	int code;                            /* 0, or an enum tally_error_code */
	size_t line;                         /* counted from 1; 0: not known */
	size_t column;                       /* in bytes, counted from 1; 0: not known */
	char where[TALLY_ERROR_WHERE_BYTES]; /* file, URL, option or member; "" when not known */
	char message[TALLY_ERROR_MESSAGE_BYTES]; /* what was expected, found, and what to do */
};

#define TALLY_ERROR_INIT                                                                           \
	{                                                                                          \
		0, 0, 0, "", ""                                                                    \
	}

/* The name of a code, such as "TALLY_EPARSE"; "TALLY_OK" for 0, "unknown" for others.  Static. */
TALLY_API const char *tally_error_name(int code);

/* A few words for a code.  Static.  @since 0.1 */
TALLY_API const char *tally_error_text(int code);

/* The exit status that the program `tally` gives for a code: 0 for 0, 70 for unknown ones. */
TALLY_API int tally_error_exit_status(int code);

/* Writes "where:line:column: message" (leaving out what is not known) to `text`, cut to
 * `text_bytes` with the closing NUL; returns the length that the whole text has.  `text` may be
 * NULL when `text_bytes` is 0.  @since 0.1 */
TALLY_API size_t tally_error_format(const struct tally_error *error, char *text, size_t text_bytes);

#ifdef __cplusplus
}
#endif

#endif
