/* format/mime_params.h - the parameters behind a header's value, ";name=value;other=\"a b\"", as
 * Content-Type and Content-Disposition have them: private to the files on media types. */
#ifndef TALLY_FORMAT_MIME_PARAMS_H
#define TALLY_FORMAT_MIME_PARAMS_H

#include <stddef.h>

#include "base/arena.h"
#include "format/mime.h"

/* Copies the token at *cursor in lower case and moves past it; "" when there is none, NULL when
 * memory is short. */
char *tally__mime_token(const char **cursor, struct arena *arena);

/* Reads parameters up to the end of the text; they are sorted by name.  TALLY_EPARSE,
 * TALLY_ENOMEM. */
int tally__mime_params_parse(const struct mime_param **params, size_t *count, struct arena *arena,
			     const char *text);

/* The value of the first that has this name; NULL when there is none. */
const char *tally__mime_param_find(const struct mime_param *params, size_t count, const char *name);

#endif
