/* format/mime.h - media types: "application/hal+json;charset=utf-8" taken apart, what kind of
 * content they name, and what a body without a declared type looks like. */
#ifndef TALLY_FORMAT_MIME_H
#define TALLY_FORMAT_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct mime_param {
	const char *name;  /* lower case */
	const char *value; /* as written, without quotes */
};

/* Type, subtype and suffix are in lower case; "application/hal+json" has the subtype "hal" and the
 * suffix "json".  Parameters are sorted by name. */
struct mime {
	const char *main;
	const char *sub;
	const char *suffix; /* NULL when there is none */
	const struct mime_param *params;
	size_t param_count;
};

/* Takes a media type apart; its texts are made in `arena`.  TALLY_EPARSE, TALLY_ENOMEM. */
int tally__mime_parse(struct mime *out, struct arena *arena, const char *text,
		      struct tally_error *error);

/* The value of a parameter, whose name is in lower case; NULL when there is none. */
const char *tally__mime_param(const struct mime *mime, const char *name);

/* "main/sub[+suffix]" and ";name=value" for each parameter, without blanks. */
void tally__mime_format(struct buf *out, const struct mime *mime);

bool tally__mime_is_json(const struct mime *mime);
bool tally__mime_is_xml(const struct mime *mime);
/* application/x-www-form-urlencoded */
bool tally__mime_is_form(const struct mime *mime);
bool tally__mime_is_multipart(const struct mime *mime);
/* application/graphql, which is a text, and application/graphql+json, which is JSON. */
bool tally__mime_is_graphql(const struct mime *mime);
/* Text proper, JSON, XML, forms, GraphQL. */
bool tally__mime_is_text(const struct mime *mime);
/* What is not text.  The unknown type is neither. */
bool tally__mime_is_binary(const struct mime *mime);
/* The type of content that nobody knows the type of: any type and any subtype. */
bool tally__mime_is_unknown(const struct mime *mime);

/* The type without parameters and with its suffix as subtype: "application/hal+json;v=1" gives
 * "application/json".  Lends from `mime`. */
struct mime tally__mime_base(const struct mime *mime);

/* Whether content of the type `actual` will do where `expected` is asked for: parameters count only
 * when the expected type has some, and what stands between the parts of a multipart body never. */
bool tally__mime_equivalent(const struct mime *expected, const struct mime *actual);

/* The type of content as its first bytes show it: "application/xml", "text/html",
 * "application/json", "text/plain" (static); NULL when the bytes are no text. */
const char *tally__mime_detect(const char *bytes, size_t len);

#endif
