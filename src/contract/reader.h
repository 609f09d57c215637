/* contract/reader.h - what the files that read contracts share: typed members with errors that say
 * where, and members that nobody knows.  Private to this folder.
 *
 * Reading works in place: nodes that reading makes (lifted rules, parsed bodies, unknown members
 * taken out of their object) are given to the object that was read, so the document owns them all.
 */
#ifndef TALLY_CONTRACT_READER_H
#define TALLY_CONTRACT_READER_H

#include "contract/contract.h"

struct reader {
	struct arena *arena;
	enum tally_spec spec;
	const char *part;   /* "request", "response[0]"; "" for the interaction itself */
	const char *within; /* the member of the part that is being read; NULL: the part itself */
	size_t number;      /* of the item of `within`, from 1 on; 0: it is no list */
	struct tally_error *error;
};

/* TALLY_EPARSE: `part.member`: expected `expected`, found what `found` is (NULL: nothing). */
int tally__reader_fail(const struct reader *reader, const char *member, const cJSON *found,
		       const char *expected);
/* The same with a text of its own. */
int tally__reader_failf(const struct reader *reader, const char *member, const char *format, ...)
	TALLY_PRINTF(3, 4);

/* What PHP's json_encode writes for an object without members. */
bool tally__reader_is_empty_array(const cJSON *value);

/* Typed members.  Absent and null, and an empty array for an object, leave *out as it is; another
 * type is TALLY_EPARSE. */
int tally__reader_string(const struct reader *reader, const cJSON *object, const char *name,
			 const char **out);
int tally__reader_bool(const struct reader *reader, const cJSON *object, const char *name,
		       bool *out);
int tally__reader_object(const struct reader *reader, const cJSON *object, const char *name,
			 cJSON **out);
int tally__reader_array(const struct reader *reader, const cJSON *object, const char *name,
			cJSON **out);

/* The text of a scalar: a string's own, else its JSON. */
int tally__reader_text(const struct reader *reader, const cJSON *value, const char **out);

/* Makes `made` a part of `owner`, which releases it; takes it in every case. */
int tally__reader_own(const struct reader *reader, cJSON *owner, cJSON *made);

/* Takes the members that `is_known` does not know out of `object`; *extra is an object of them, or
 * stays NULL.  `kind` is handed on. */
typedef bool member_is_known(const char *name, unsigned kind);
int tally__reader_extra(const struct reader *reader, cJSON *object, member_is_known *is_known,
			unsigned kind, const cJSON **extra);

/* Which members an object of a contract file has, by the kind of object.  Also used for writing: an
 * unknown member of an old file must not pass for a known one in a newer file. */
enum {
	MEMBERS_OLD_HTTP = 1 << 0, /* an interaction below version 4 */
	MEMBERS_OLD_MESSAGE = 1 << 1,
	MEMBERS_HTTP = 1 << 2, /* an interaction of version 4 */
	MEMBERS_ASYNC = 1 << 3,
	MEMBERS_SYNC = 1 << 4,
	MEMBERS_REQUEST = 1 << 5,
	MEMBERS_RESPONSE = 1 << 6,
	MEMBERS_MESSAGE = 1 << 7,
	MEMBERS_BODY = 1 << 8,
	MEMBERS_STATE = 1 << 9,
	MEMBERS_APPLICATION = 1 << 10,
	MEMBERS_TOP = 1 << 11,
	MEMBERS_TOP_MESSAGES = 1 << 12
};
bool tally__member_is_known(const char *name, unsigned kind);
/* The member that a misspelt name may be for, or NULL. */
const char *tally__member_nearest(const char *name);

/* The version that the metadata of a contract file name; version 3 when they name none. */
int tally__reader_spec(const struct reader *reader, const cJSON *top, enum tally_spec *out);

/* The parts. */
int tally__reader_interaction(struct reader *reader, cJSON *json, size_t index, bool is_message,
			      struct interaction *out);
int tally__reader_request(const struct reader *reader, cJSON *json, struct request *out);
int tally__reader_response(const struct reader *reader, cJSON *json, struct response *out);
/* `whole`: the object is nothing but this message, so that its unknown members belong to it. */
int tally__reader_message(const struct reader *reader, cJSON *json, bool whole,
			  struct message *out);
int tally__reader_query(const struct reader *reader, const cJSON *value, struct request *out);
int tally__reader_headers(const struct reader *reader, const cJSON *value,
			  struct name_values_list *out);
/* The member "body" or "contents" of `owner`; `declared` is the type that a header or metadata
 * give, or NULL. */
int tally__reader_body(const struct reader *reader, cJSON *owner, const char *member,
		       const char *declared, struct body *out);
/* "matchingRules" in the category form, and "generators". */
int tally__reader_rules(const struct reader *reader, cJSON *owner, const cJSON **out);
int tally__reader_generators(const struct reader *reader, cJSON *owner, const cJSON **out);

/* Whether text begins as a JSON object does: where the type is JSON, a string with such text is no
 * JSON string without its quotes, even when it cannot be read. */
bool tally__starts_as_object(const char *text);

/* The member that holds a message's metadata: older files spell it "metaData". */
const char *tally__metadata_member(const cJSON *message);

#endif
