/* contract/contract.h - the model of a contract file, the same for every version of the Pact
 * specification: what V4 can say, with older files lifted into it.
 *
 * Everything in a contract lives as long as the contract does: its arena owns the arrays and
 * strings, its `document` the JSON values that the model points into.  Nobody changes a contract
 * after it was read.
 */
#ifndef TALLY_CONTRACT_CONTRACT_H
#define TALLY_CONTRACT_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/digest.h"
#include "format/json.h"
#include "format/mime.h"
#include "tally/contract.h"

/* A header line or query parameter: its values in order.  A NULL value in a query is a name without
 * "=".  A name occurs once in a list (headers: without regard to case). */
struct name_values {
	const char *name;
	const char **values;
	size_t value_count;
};

struct name_values_list {
	struct name_values *items;
	size_t count;
};

/* Missing, null and empty bodies differ (V4 specification, "Bodies"). */
enum body_state { BODY_MISSING, BODY_NULL, BODY_EMPTY, BODY_PRESENT };

struct body {
	enum body_state state;
	const char *content_type; /* as recorded in a V4 body; NULL: see the headers, or detect */
	const char *content_type_hint; /* V4: "BINARY", "TEXT", or NULL */
	/* Set when the file holds the body as JSON, or its type is JSON and its text is; `bytes` is
	 * NULL then, unless the text differs from what `json` gives when written compactly. */
	const cJSON *json;
	const char *bytes;
	size_t len;
	const cJSON *extra; /* V4: other members of the body's object */
};

/* matching_rules and generators are in the category form of V3 and V4 (flat V2 rules are lifted);
 * NULL when there are none.  `extra` holds the members that the specification does not name, kept
 * for writing; NULL when there are none. */
struct request {
	const char *method;     /* upper case */
	const char *path;       /* as written, not decoded */
	const char *query_text; /* as written, when the file has it as text; or NULL */
	struct name_values_list query;
	struct name_values_list headers;
	struct body body;
	const cJSON *matching_rules;
	const cJSON *generators;
	const cJSON *extra;
};

struct response {
	int status;
	struct name_values_list headers;
	struct body body;
	const cJSON *matching_rules;
	const cJSON *generators;
	const cJSON *extra;
};

struct message {
	struct body contents;
	const cJSON *metadata; /* an object, or NULL */
	const cJSON *matching_rules;
	const cJSON *generators;
	const cJSON *extra;
};

struct provider_state {
	const char *name;
	const cJSON *params; /* an object, or NULL */
	const cJSON *extra;
};

enum interaction_kind { INTERACTION_HTTP, INTERACTION_ASYNC_MESSAGE, INTERACTION_SYNC_MESSAGE };

struct interaction {
	enum interaction_kind kind;
	const char *description;
	const char *key; /* V4, or NULL */
	const char *id;  /* "_id", put there by a broker, or NULL; never written */
	bool pending;
	struct provider_state *states;
	size_t state_count;
	const char *transport;                                 /* V4, or NULL */
	const cJSON *comments, *plugin_configuration, *markup; /* V4, or NULL */
	const cJSON *extra;

	struct request request;    /* HTTP */
	struct response response;  /* HTTP */
	struct message message;    /* asynchronous: the message; synchronous: the request message */
	struct message *responses; /* synchronous */
	size_t response_count;
};

struct tally_contract {
	struct arena arena;
	cJSON *document; /* owned; lent to the members below */
	enum tally_spec spec;
	const char *consumer;
	const char *provider;
	struct interaction *interactions;
	size_t interaction_count;
	/* As read, without the specification's version and without Tally's own block. */
	const cJSON *metadata;
	const cJSON *extra; /* other members at the top, and of the two applications */
	const cJSON *consumer_extra;
	const cJSON *provider_extra;
	bool inline_matchers;  /* read from expectations: examples and rules were written as one */
	const char *inline_at; /* the first of them, as a JSON pointer; otherwise NULL */
};

/* Reads a contract from a document that was parsed already; takes it in every case. */
int tally__contract_take(struct tally_contract **out, cJSON *document, struct tally_error *error);

/* Reads one interaction of expectations, in the form of version 4, which is their number `index`:
 * inline matchers are taken out of it first.  Strings go to `arena`; `json` must outlive the
 * result, and is changed.  The place of an error begins as tally__error_in_interaction makes it.
 * TALLY_EPARSE, TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__expectation_read(struct interaction *out, struct arena *arena, cJSON *json, size_t index,
			    struct tally_error *error);

/* Puts `interactions[3] "get an order"` before the place of an error; `description` may be NULL. */
void tally__error_in_interaction(struct tally_error *error, size_t index, const char *description);

/* Parts on their own, for `tally match` and for specification cases: fills a caller's struct from
 * the JSON shape that contract files of version `spec` use.  Strings go to `arena`; `json` must
 * outlive the result, and is changed: what reading makes becomes part of it.  TALLY_EPARSE names
 * the member. */
int tally__request_read(struct request *out, struct arena *arena, cJSON *json, enum tally_spec spec,
			struct tally_error *error);
int tally__response_read(struct response *out, struct arena *arena, cJSON *json,
			 enum tally_spec spec, struct tally_error *error);
int tally__message_read(struct message *out, struct arena *arena, cJSON *json, enum tally_spec spec,
			struct tally_error *error);

/* An interaction's own values, NULL when the header or parameter is not there. */
const struct name_values *tally__header_find(const struct name_values_list *headers,
					     const char *name);
const struct name_values *tally__query_find(const struct name_values_list *query, const char *name);

/* Header lines as received: adds a value to a list that is being built, splitting what the
 * specification splits: those of lists, such as Accept.  Lists are built in an arena. */
int tally__header_add(struct name_values_list *headers, struct arena *arena, const char *name,
		      const char *value);
/* Whether commas separate the values of the header `name`, as in Accept. */
bool tally__header_is_list(const char *name);
/* Parses a query string as received ("a=1&b=2"); an empty or NULL text gives an empty list. */
int tally__query_parse(struct name_values_list *query, struct arena *arena, const char *text);

/* The first value of the header Content-Type; NULL when there is none. */
const char *tally__header_content_type(const struct name_values_list *headers);
/* The content type that message metadata declare ("contentType", or another spelling of it); NULL
 * when they declare none. */
const char *tally__metadata_content_type(const cJSON *metadata);
/* The type of a body: the one recorded in it, else `declared` (from a header or metadata, may be
 * NULL), else what its content looks like; any type and subtype when that is unknown too.  Made in
 * `arena`.  TALLY_ENOMEM, TALLY_ELIMIT. */
int tally__body_type(struct mime *out, const struct body *body, const char *declared,
		     struct arena *arena, struct tally_error *error);

/* The body's bytes: `bytes` when there, else its JSON as compact text, made in `arena`. */
int tally__body_bytes(const struct body *body, struct arena *arena, const char **bytes, size_t *len,
		      struct tally_error *error);

/* The identity of an interaction as the unit of truth: the digest of what the provider is asked and
 * must answer (kind, provider states, request, response or messages with their rules and
 * generators), in canonical JSON of the V4 form.  Not part of it: description, key, pending,
 * comments, transport.  The same for the same content in any version of the file. */
int tally__interaction_digest(const struct interaction *interaction, char text[DIGEST_TEXT_BYTES],
			      struct tally_error *error);

/* The JSON that the digest is made of; released by the caller. */
int tally__interaction_canonical(const struct interaction *interaction, cJSON **out,
				 struct tally_error *error);

/* Adds the text that the digest is made of: as good to compare by, without a library to load. */
int tally__interaction_text(const struct interaction *interaction, struct buf *out,
			    struct tally_error *error);

/* What version 4 calls a kind: "Synchronous/HTTP" …  (static). */
const char *tally__interaction_type(enum interaction_kind kind);

/* The JSON of one interaction as a file of that version has it; released by the caller.
 * Errors as for tally_contract_write. */
int tally__interaction_write(const struct interaction *interaction, enum tally_spec spec,
			     cJSON **out, struct tally_error *error);

/* The same in version 4, with what that version's writer leaves out: read again, it is the same
 * interaction. */
int tally__interaction_keep(const struct interaction *interaction, cJSON **out,
			    struct tally_error *error);

/* The same as tally__interaction_write for a part on its own. */
int tally__request_write(const struct request *request, enum tally_spec spec, cJSON **out,
			 struct tally_error *error);
int tally__response_write(const struct response *response, enum tally_spec spec, cJSON **out,
			  struct tally_error *error);
int tally__message_write(const struct message *message, enum tally_spec spec, cJSON **out,
			 struct tally_error *error);

/* A contract as a file of version 4 without its interactions; released by the caller. */
int tally__contract_envelope(const struct tally_contract *contract, cJSON **out,
			     struct tally_error *error);

/* That no two interactions are one to tools (by key, or by kind, description and states) and say
 * different things: merging would have to lose one.  TALLY_ECONFLICT shows both; TALLY_ENOMEM,
 * TALLY_ELIMIT. */
int tally__contract_check_doubles(const struct tally_contract *contract, struct tally_error *error);

/* How the two sides of a merge are called in messages: {"the file", "the new contract"}. */
int tally__contract_merge(struct tally_contract **out, const struct tally_contract *a,
			  const struct tally_contract *b, enum tally_save_mode mode,
			  const char *const names[2], struct tally_error *error);

/* TALLY_EINVAL when the contracts are between different applications. */
int tally__contract_same_pair(const struct tally_contract *a, const struct tally_contract *b,
			      const char *const names[2], struct tally_error *error);

/* The name of the file for a contract, made in `arena`: "<consumer>-<provider>.json", with
 * everything percent-encoded that a file name cannot or should not hold, and bounded in length.
 * NULL when memory is short. */
char *tally__contract_file_name(struct arena *arena, const char *consumer, const char *provider);

#endif
