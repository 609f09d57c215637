/* format/magic.h - the type of content by its first bytes, for the contentType matching rule. */
#ifndef TALLY_FORMAT_MAGIC_H
#define TALLY_FORMAT_MAGIC_H

#include <stddef.h>

/* A media type such as "image/png" (static); "application/octet-stream" when nothing is known. */
const char *tally__magic_detect(const char *bytes, size_t len);

#endif
