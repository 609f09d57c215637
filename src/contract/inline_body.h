/* contract/inline_body.h - bodies with matchers inside, by their content type.  Private to this
 * folder.
 *
 * JSON bodies are written as they are; XML documents, forms and multipart bodies as JSON values
 * that describe them (doc/expectations.md), from which an example is made.
 */
#ifndef TALLY_CONTRACT_INLINE_BODY_H
#define TALLY_CONTRACT_INLINE_BODY_H

#include "contract/inline.h"
#include "format/mime.h"

/* Takes the matchers out of the body `member` of a part, which stays where it is. */
int tally__part_body_take(struct extractor *extractor, enum tally_spec spec, cJSON *part,
			  const char *member);
/* The value of a body, out of what version 4 puts around it; *wrapped says whether it did. */
cJSON *tally__part_body_value(enum tally_spec spec, cJSON *body, bool *wrapped);

/* What a described body gives. */
struct inline_content {
	cJSON *example; /* owned: a value, or a string with the text or the base64 of the body */
	bool is_base64;
};

/* Whether `value` describes a body of this type, or has matchers in it. */
bool tally__inline_describes(const struct mime *type, const cJSON *value);

/* Takes a value (in every case) apart at the extractor's present path.  `boundary` is for multipart
 * bodies: the one that stands in the type, or NULL, and set to the one chosen. */
int tally__inline_content_take(struct extractor *extractor, const struct mime *type, cJSON *value,
			       const char **boundary, struct inline_content *out);

/* Takes a value apart whose example has to be a scalar: *out is its text, made in the arena. */
int tally__inline_text_take(struct extractor *extractor, cJSON *value, const char **out);
/* The text of a scalar; TALLY_EPARSE at the present pointer for anything else. */
int tally__inline_scalar(struct extractor *extractor, const cJSON *value, const char **out);

/* The members of an object (or none) sorted by name, so that the order in which a consumer's
 * library writes them makes no other contract.  *out is to be freed with tally__free. */
int tally__inline_sorted(struct extractor *extractor, const cJSON *object, cJSON ***out,
			 size_t *count);

/* The kinds of descriptions.  Each takes `value` in every case and appends the body to `out`. */
int tally__inline_xml_take(struct extractor *extractor, cJSON *value, struct buf *out);
int tally__inline_form_take(struct extractor *extractor, cJSON *value, struct buf *out);
int tally__inline_multipart_take(struct extractor *extractor, const struct mime *type, cJSON *value,
				 const char **boundary, struct buf *out);

/* A member of `object` that none of `known` (NULL at the end) is: TALLY_EPARSE. */
int tally__inline_members(struct extractor *extractor, const cJSON *object,
			  const char *const known[], const char *what);

#endif
