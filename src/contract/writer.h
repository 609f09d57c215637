/* contract/writer.h - what the files that write contracts share.  Private to this folder.
 *
 * A failure sticks in the writer: write freely, look at `status` once.  Nodes that come after a
 * failure are released. */
#ifndef TALLY_CONTRACT_WRITER_H
#define TALLY_CONTRACT_WRITER_H

#include "contract/contract.h"

struct writer {
	enum tally_spec spec;
	bool canonical; /* the one form that digests are made of */
	bool whole;     /* to be read again at once: as much as a reader can take */
	struct arena scratch;
	struct tally_error *error;
	int status;
};

void tally__writer_init(struct writer *writer, enum tally_spec spec, struct tally_error *error);
void tally__writer_release(struct writer *writer);

/* TALLY_EINVAL with a message, unless something failed before. */
void tally__writer_refuse(struct writer *writer, const char *format, ...) TALLY_PRINTF(2, 3);
/* Notes that memory was short. */
void tally__writer_nomem(struct writer *writer);

/* Adds a member or item; takes it in every case. */
void tally__writer_put(struct writer *writer, cJSON *object, const char *name, cJSON *item);
void tally__writer_append(struct writer *writer, cJSON *array, cJSON *item);
/* Makes an empty object as a member and lends it; NULL after a failure. */
cJSON *tally__writer_object(struct writer *writer, cJSON *object, const char *name);
cJSON *tally__writer_array(struct writer *writer, cJSON *object, const char *name);
/* Adds a string; nothing when it is NULL. */
void tally__writer_string(struct writer *writer, cJSON *object, const char *name, const char *text);
/* Adds a copy; nothing when it is NULL, or an object without members. */
void tally__writer_copy(struct writer *writer, cJSON *object, const char *name, const cJSON *value);
/* Adds the members of `extra` that do not pass for known ones of the kinds given. */
void tally__writer_extra(struct writer *writer, cJSON *object, const cJSON *extra, unsigned kinds);

/* The parts.  `declared` is the type that a header or metadata give, or NULL. */
void tally__writer_body(struct writer *writer, cJSON *object, const char *name,
			const struct body *body, const char *declared);
void tally__writer_query(struct writer *writer, cJSON *object,
			 const struct name_values_list *query);
void tally__writer_headers(struct writer *writer, cJSON *object,
			   const struct name_values_list *headers);
/* "matchingRules" (flat below version 3) and "generators" (from version 3 on). */
void tally__writer_rules(struct writer *writer, cJSON *object, const cJSON *rules,
			 const cJSON *generators);
/* Refuses an interaction that `made`, read again, is not: a contract that would verify differently
 * must not be written. */
void tally__writer_check(struct writer *writer, const struct interaction *interaction,
			 const cJSON *made);
/* NULL after a failure. */
cJSON *tally__writer_interaction(struct writer *writer, const struct interaction *interaction);

#endif
