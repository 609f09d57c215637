/* tally/consumer.h - the consumer's side in C: says what is expected of a provider, for a mock
 * provider (tally/mock.h) and for the contract file (tally/contract.h).
 *
 * There are three things: the expectations between one consumer and one provider; the interactions
 * in them, each HTTP or a message; and values, which say both an example and what else would do.  A
 * consumer's test in four steps (doc/examples/consumer.c is one):
 *
 *	tally_expectations_new, tally_interaction_new, tally_interaction_set_…   what is expected
 *	tally_expectations_contract                                              as a contract
 *	tally_mock_start, the test itself, tally_mock_ok                         was it so?
 *	tally_contract_save                                                      the contract file
 *
 * Values.  A value is a cJSON tree (tally/json.h), made with cJSON's own functions or with those
 * below.  Wherever one stands, a matcher may, in Pact's integration JSON
 * ({"pact:matcher:type": …}, doc/expectations.md); and JSON text may, as a raw item (tally_json).
 * All matchers and attributes of that page can be had; the functions here are the frequent ones.
 *
 * Ownership.  A function that takes a `cJSON *` takes it in every case, also when it fails, so that
 * calls nest: nobody has to hold the inner values.  A value that is NULL means that memory was
 * short when it was made.  Texts are copied.  Expectations own their interactions; what getters
 * lend is valid until its owner is released.
 *
 * Errors.  A call applies completely, or changes nothing and says why, with the code and with the
 * place: `interactions[2] "get an order": /request/body/items/0`.  The checks are those for files
 * of expectations: an example has to match its own rules, and all has to be said in a way that the
 * version of the specification can write.  The first error wins: a call that is given a struct
 * tally_error which has one already does nothing but release what it takes, and returns that code.
 * NULL in place of what an earlier call should have given is TALLY_EINVAL; getters give NULL, 0 or
 * false for it.  The same goes for contract.h, mock.h, stub.h and lint.h in this folder.  So a
 * sequence of calls needs one look, at the end:
 *
 *	tally_interaction_new(&get, orders, TALLY_HTTP, "a request for order 42", &error);
 *	tally_interaction_set_path(get, tally_regex("/orders/\\d+", "/orders/42"), &error);
 *	if (tally_expectations_contract(&contract, orders, &error) != 0)
 *		…
 *
 * Where nothing else is said, the codes are TALLY_EINVAL (an argument, also an interaction that is
 * NULL; what this kind of interaction or version of the specification does not have; a tree that is
 * no JSON), TALLY_EPARSE (a value that makes no sense in its place), TALLY_ELIMIT and TALLY_ENOMEM.
 *
 * Threads.  Expectations with all their interactions belong to one thread at a time.  The contracts
 * that they give are independent of them.
 *
 * Source: Pact specification, versions 1 to 4; the sections are named where they matter.
 */
#ifndef TALLY_CONSUMER_H
#define TALLY_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>

#include <tally/contract.h>
#include <tally/error.h>
#include <tally/generate.h>
#include <tally/json.h>
#include <tally/match.h>
#include <tally/mock.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- expectations ---------------------------------------------------------------------------- */

struct tally_expectations;
struct tally_interaction;

/* Expectations of nothing yet, between two applications (names of 1 to 1,024 bytes).  `spec` is the
 * version that the contract is to be written in; what it cannot say is refused where it is said.
 * *out is to be released with tally_expectations_free.  TALLY_EUNSUPPORTED for a version that is
 * not written.  @since 0.1 */
TALLY_API int tally_expectations_new(struct tally_expectations **out, const char *consumer,
				     const char *provider, enum tally_spec spec,
				     struct tally_error *error);
/* Interactions go with them.  NULL is fine.  @since 0.1 */
TALLY_API void tally_expectations_free(struct tally_expectations *expectations);

/* Sets one member of the contract's own "metadata", such as the name and version of a framework.
 * TALLY_EINVAL for those that writing sets: "pactSpecification" and "tally".  @since 0.1 */
TALLY_API int tally_expectations_set_metadata(struct tally_expectations *expectations,
					      const char *name, cJSON *value,
					      struct tally_error *error);

/* What is expected so far, as a contract of its own: for tally_mock_start, tally_contract_save and
 * all else that takes one.  What is set afterwards is for the next such contract.  *out is to be
 * released with tally_contract_free.  TALLY_ECONFLICT for two interactions of one name that say
 * different things: it shows both.  @since 0.1 */
TALLY_API int tally_expectations_contract(struct tally_contract **out,
					  const struct tally_expectations *expectations,
					  struct tally_error *error);

/* ---- interactions ---------------------------------------------------------------------------- */

/* Version 4, "Interaction types"; version 3 has HTTP or asynchronous messages, not both in one
 * contract; the versions below have HTTP.  @since 0.1 */
enum tally_interaction_kind {
	TALLY_HTTP,          /* request and response */
	TALLY_ASYNC_MESSAGE, /* one message, which the consumer reads */
	TALLY_SYNC_MESSAGE   /* a request message and any number of responses */
};

/* Begins an interaction, which is lent: for HTTP it expects GET / and answers 200 without more, and
 * messages have no contents.  Description and provider states (or a key) name it: two that have
 * both the same and say different things are a conflict, which tally_expectations_contract
 * refuses.  @since 0.1 */
TALLY_API int tally_interaction_new(struct tally_interaction **out,
				    struct tally_expectations *expectations,
				    enum tally_interaction_kind kind, const char *description,
				    struct tally_error *error);

/* The same from integration JSON: an object as files of version 4 have them in "interactions"
 * ("type", "description", "request" …), whatever version will be written.  Each member that such
 * files know may stand there; so this is the way to "interactionMarkup" and
 * "pluginConfiguration", too.  `out` may be NULL.  @since 0.1 */
TALLY_API int tally_interaction_new_json(struct tally_interaction **out,
					 struct tally_expectations *expectations, cJSON *json,
					 struct tally_error *error);

/* Adds a provider state, in the order in which a provider is brought into them; with parameters (an
 * object), from version 3 on.  Versions below have one state.  @since 0.1 */
TALLY_API int tally_interaction_add_state(struct tally_interaction *interaction, const char *name,
					  struct tally_error *error);
TALLY_API int tally_interaction_add_state_with(struct tally_interaction *interaction,
					       const char *name, cJSON *params,
					       struct tally_error *error);

/* What a failing verification may not fail for (version 4, "Pending interactions").  @since 0.1 */
TALLY_API int tally_interaction_set_pending(struct tally_interaction *interaction, bool pending,
					    struct tally_error *error);
/* The identity of the interaction, in place of its description and states (version 4, "Interaction
 * keys").  @since 0.1 */
TALLY_API int tally_interaction_set_key(struct tally_interaction *interaction, const char *key,
					struct tally_error *error);
/* Which of a provider's addresses is meant, such as "https" or "grpc" (version 4).  @since 0.1 */
TALLY_API int tally_interaction_set_transport(struct tally_interaction *interaction,
					      const char *transport, struct tally_error *error);

/* Comments (version 4, "Comments"): adds a line to those for people ("text"); sets one by its name,
 * such as "testname"; sets a reference to somewhere else: in the group "jira", the name "ticket".
 * @since 0.1 */
TALLY_API int tally_interaction_add_comment(struct tally_interaction *interaction, const char *text,
					    struct tally_error *error);
TALLY_API int tally_interaction_set_comment(struct tally_interaction *interaction, const char *name,
					    cJSON *value, struct tally_error *error);
TALLY_API int tally_interaction_set_reference(struct tally_interaction *interaction,
					      const char *group, const char *name, cJSON *value,
					      struct tally_error *error);

/* ---- HTTP ------------------------------------------------------------------------------------ */

/* Each sets one member with its rules and generators, in place of those it had.  The method is text
 * without matchers of its own more often than not: tally_text("POST").  A status may be a number or
 * the matcher statusCode.  @since 0.1 */
TALLY_API int tally_interaction_set_method(struct tally_interaction *interaction, cJSON *method,
					   struct tally_error *error);
TALLY_API int tally_interaction_set_path(struct tally_interaction *interaction, cJSON *path,
					 struct tally_error *error);
TALLY_API int tally_interaction_set_status(struct tally_interaction *interaction, cJSON *status,
					   struct tally_error *error);

/* Sets one query parameter: a text, an array of texts for a parameter that is repeated (null: a
 * name without "="), or a matcher around either.  @since 0.1 */
TALLY_API int tally_interaction_set_query(struct tally_interaction *interaction, const char *name,
					  cJSON *value, struct tally_error *error);

/* Sets one header of TALLY_PART_REQUEST or TALLY_PART_RESPONSE, whose name has no case: a text, an
 * array of texts, or a matcher around either.  TALLY_EINVAL for a Content-Type that is another than
 * that of the body: tally_interaction_set_body sets both.  @since 0.1 */
TALLY_API int tally_interaction_set_header(struct tally_interaction *interaction,
					   enum tally_part part, const char *name, cJSON *value,
					   struct tally_error *error);

/* ---- bodies and messages --------------------------------------------------------------------- */

/* In the functions below, `part` is TALLY_PART_REQUEST or TALLY_PART_RESPONSE; for an asynchronous
 * message it is TALLY_PART_MESSAGE.  For a synchronous one, TALLY_PART_RESPONSE is the response
 * that was begun last: the first is there, tally_interaction_add_response begins another.
 * @since 0.1 */
TALLY_API int tally_interaction_add_response(struct tally_interaction *interaction,
					     struct tally_error *error);

/* Sets one member of a message's metadata: any JSON.  @since 0.1 */
TALLY_API int tally_interaction_set_metadata(struct tally_interaction *interaction,
					     enum tally_part part, const char *name, cJSON *value,
					     struct tally_error *error);

/* Sets the body or the contents.  The type says how `value` describes them (doc/expectations.md):
 * JSON as itself; XML by its root; a form as an object; multipart as an array of parts
 * (tally_part); text, plain XML and the like as a text; bytes as tally_bytes.  null is a body that
 * is null, tally_text("") one that is empty.
 *
 * The type becomes the header Content-Type, or the metadata's contentType, unless one of the same
 * type is there.  NULL: the one that is there, or else what the value looks like.  @since 0.1 */
TALLY_API int tally_interaction_set_body(struct tally_interaction *interaction,
					 enum tally_part part, const char *content_type,
					 cJSON *value, struct tally_error *error);

/* The same for exactly these bytes, whatever their type: nothing in them is a matcher.
 * @since 0.1 */
TALLY_API int tally_interaction_set_bytes(struct tally_interaction *interaction,
					  enum tally_part part, const char *content_type,
					  const void *bytes, size_t len, struct tally_error *error);

/* ---- values ---------------------------------------------------------------------------------- */

/* These make values, to be handed to a function that takes them (or to cJSON_Delete).  NULL when
 * memory is short or when an argument is NULL.
 *
 * JSON text, which is read where it is used: an error in it is told there, with line and column.
 * @since 0.1 */
TALLY_API cJSON *tally_json(const char *text);
TALLY_API cJSON *tally_text(const char *text);
/* JSON as source code: TALLY_JSON({"id": 42, "tags": ["a"]}).  @since 0.1 */
#define TALLY_JSON(...) tally_json(#__VA_ARGS__)

/* An object of names and values, NULL at the end:
 *	tally_object("id", tally_integer(42), "total", tally_like(TALLY_JSON(59.80)), NULL)
 * An array of `count` values.  @since 0.1 */
TALLY_API cJSON *tally_object(const char *name, ...);
TALLY_API cJSON *tally_array(size_t count, ...);

/* The matcher with the name `rule` and an example; or an expression, which has its example in it:
 * tally_expression("matching(date, 'yyyy-MM-dd', '2026-11-21')").  @since 0.1 */
TALLY_API cJSON *tally_matcher(const char *rule, cJSON *example);
TALLY_API cJSON *tally_expression(const char *expression);
/* Sets a member of an object and hands it back: an attribute of a matcher or generator, such as
 * tally_with(tally_like(…), "max", TALLY_JSON(5)).  @since 0.1 */
TALLY_API cJSON *tally_with(cJSON *object, const char *name, cJSON *value);
/* The value, made anew for each answer by the generator of that name, such as "Uuid"; `value` is
 * the example, or a matcher with one.  @since 0.1 */
TALLY_API cJSON *tally_generated(const char *generator, cJSON *value);

/* Frequent ones: any value of the example's type; an array of at least `min` values like this one;
 * a text that the expression matches as a whole; an integer.  @since 0.1 */
TALLY_API cJSON *tally_like(cJSON *example);
TALLY_API cJSON *tally_each_like(cJSON *example, unsigned min);
TALLY_API cJSON *tally_regex(const char *regex, const char *example);
TALLY_API cJSON *tally_integer(long long example);

/* Bytes for a body or a part of that type; what comes instead of them has to begin like content of
 * that type (rule contentType).  @since 0.1 */
TALLY_API cJSON *tally_bytes(const char *content_type, const void *bytes, size_t len);
/* One part of a multipart body; `filename` and `content_type` may be NULL.  @since 0.1 */
TALLY_API cJSON *tally_part(const char *name, const char *filename, const char *content_type,
			    cJSON *body);

/* ---- messages in tests ----------------------------------------------------------------------- */

/* A message as a consumer gets it: with generated values in place of examples, without rules. */
struct tally_message;

/* Makes a message of interaction `index` of a contract: TALLY_PART_MESSAGE of an asynchronous one;
 * TALLY_PART_REQUEST, or TALLY_PART_RESPONSE with its `number` from 0 on, of a synchronous one.
 * The test hands it to the code that has to understand it; when that does, the interaction was
 * exercised, and belongs into the contract file: tally_contract_select leaves out the others.
 * `options` may be NULL.  *out is to be released with tally_message_free.  TALLY_EINVAL (no such
 * interaction or part; the options).  @since 0.1 */
TALLY_API int tally_message_new(struct tally_message **out, const struct tally_contract *contract,
				size_t index, enum tally_part part, size_t number,
				const struct tally_generate_options *options,
				struct tally_error *error);
/* NULL is fine.  @since 0.1 */
TALLY_API void tally_message_free(struct tally_message *message);

/* The bytes of the contents, closed by a NUL that `len` (may be NULL) does not count; NULL when
 * there are none.  Their type, such as "application/json"; NULL when nobody knows.
 * @since 0.1 */
TALLY_API const char *tally_message_contents(const struct tally_message *message, size_t *len);
TALLY_API const char *tally_message_content_type(const struct tally_message *message);
/* An object; NULL when there is none.  @since 0.1 */
TALLY_API const cJSON *tally_message_metadata(const struct tally_message *message);
/* An array of texts about values that could not be generated; NULL when there are none.
 * @since 0.1 */
TALLY_API const cJSON *tally_message_warnings(const struct tally_message *message);

#ifdef __cplusplus
}
#endif

#endif
