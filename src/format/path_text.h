/* format/path_text.h - places in a document as text: the members of path expressions and of JSON
 * pointers. */
#ifndef TALLY_FORMAT_PATH_TEXT_H
#define TALLY_FORMAT_PATH_TEXT_H

#include "base/buf.h"

/* Appends a member to the text of a path expression: ".name", or "['na me']". */
void tally__path_add_name(struct buf *out, const char *name, size_t len);
void tally__path_add_field(struct buf *out, const char *name);

/* Appends a member to a JSON pointer (RFC 6901); undo with tally__buf_truncate to the length
 * before. */
void tally__pointer_add(struct buf *pointer, const char *name);
void tally__pointer_add_index(struct buf *pointer, size_t index);

/* Appends "[0]" to the text of a path expression. */
void tally__path_add_index(struct buf *out, size_t index);

#endif
