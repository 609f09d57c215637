/* tally/json.h - JSON in and out, without losing a digit.
 *
 * JSON values in this API are cJSON trees, made with cJSON's own functions and released with
 * cJSON_Delete.  cJSON alone is too lenient for contracts and keeps numbers as doubles only, so
 * parse and write with the functions here:
 * - parsing is strict (RFC 8259), refuses duplicate names, invalid UTF-8, \u0000 and unpaired
 *   surrogates, and bounds size and depth;
 * - a number keeps its exact text in `valuestring`, which cJSON leaves free on numbers and releases
 *   itself; integers of at most 15 digits, which a double holds exactly, need none.  Numbers made
 *   with cJSON_CreateNumber work too.
 *
 * cJSON's memory hooks are set by this library, once in a process: the first function here or
 * elsewhere that makes a cJSON value calls cJSON_InitHooks, with functions that allocate and
 * release by malloc and free.  A program with hooks of its own, which cJSON keeps for the whole
 * process, loses them then, and values that it made before can only be released when its hooks use
 * malloc and free, too.  It must not set hooks after that call, or while another thread is in this
 * library.
 *
 * Threads: safe from any thread on different values.
 */
#ifndef TALLY_JSON_H
#define TALLY_JSON_H

#include <stddef.h>

#include <cjson/cJSON.h>
#include <tally/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How JSON is written.  @since 0.1 */
enum tally_json_style {
	TALLY_JSON_COMPACT,  /* no white space, members in the order they have */
	TALLY_JSON_PRETTY,   /* two spaces a level, members sorted by name (bytes), no final newline
			      */
	TALLY_JSON_CANONICAL /* no white space, members sorted by name (bytes): for digests */
};

/* Parses `len` bytes of JSON text; a UTF-8 byte-order mark in front is passed over.
 * On success *out is the value, to be released with cJSON_Delete.
 * TALLY_EPARSE with line and column; TALLY_ELIMIT (size, depth, count); TALLY_ENOMEM. @since 0.1 */
TALLY_API int tally_json_parse(cJSON **out, const char *text, size_t len,
			       struct tally_error *error);

/* The same for a file.  `-` is not special.  Also TALLY_ENOFILE, TALLY_EIO.  @since 0.1 */
TALLY_API int tally_json_read_file(cJSON **out, const char *path, struct tally_error *error);

/* Writes a value.  *out is NUL-terminated text to be released with tally_free; `len` (may be NULL)
 * its length.  TALLY_EINVAL for a tree that is no JSON (NaN, raw items, a string that is not
 * UTF-8), TALLY_ELIMIT, TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_json_write(char **out, size_t *len, const cJSON *value,
			       enum tally_json_style style, struct tally_error *error);

/* Writes a value to a file in TALLY_JSON_PRETTY with a final newline.  A regular file is replaced
 * in one step, so that it is never half there, and keeps its permissions; a link stays a link; a
 * device or pipe is written to; folders that are missing are made.  `-` is not special.  Also
 * TALLY_EIO.
 * @since 0.1 */
TALLY_API int tally_json_write_file(const char *path, const cJSON *value,
				    struct tally_error *error);

/* The same for a text of so many bytes.  TALLY_EIO (cannot be written; nothing is left behind).
 * @since 0.1 */
TALLY_API int tally_text_write_file(const char *path, const char *text, size_t len,
				    struct tally_error *error);

/* Releases text that this library handed over.  NULL is fine.  @since 0.1 */
TALLY_API void tally_free(void *pointer);

#ifdef __cplusplus
}
#endif

#endif
