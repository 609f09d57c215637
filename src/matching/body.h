/* matching/body.h - the comparison of bodies, by content type.
 *
 * JSON, XML, forms, text, binary and multipart content are compared as such; the parts of a
 * multipart body each by their own type.
 */
#ifndef TALLY_MATCHING_BODY_H
#define TALLY_MATCHING_BODY_H

#include "contract/contract.h"
#include "format/mime.h"
#include "format/xml.h"
#include "matching/walk.h"

/* An expected body, made ready once. */
struct expected_body {
	const struct body *body;
	const struct rules *rules; /* NULL: a part of another body, whose rules reach into it */
	struct mime type;
	const cJSON *json;            /* when it is compared as JSON */
	cJSON *owned;                 /* the same, when it was parsed here */
	struct xml_document xml;      /* when it is compared as XML */
	struct expected_parts *parts; /* when it has several */
	const char *bytes; /* NULL: its JSON, written compactly; see tally__bodies_expected */
	size_t len;
	const char *unparsable; /* why it could not be read as its type, or NULL */
};

/* Makes `out` ready; its texts are made in `arena`.  `declared` is the type that headers or
 * metadata name, or NULL.  TALLY_ENOMEM, TALLY_ELIMIT.  To be released in every case. */
int tally__expected_body_init(struct expected_body *out, struct arena *arena,
			      const struct body *body, const char *declared,
			      const struct rules *rules, struct tally_error *error);
void tally__expected_body_release(struct expected_body *expected);

/* Compares; `declared` as above, for the actual body.  Messages want their very type. */
void tally__match_body(struct walk *walk, const struct expected_body *expected,
		       const struct body *actual, const char *declared, bool message);

#endif
