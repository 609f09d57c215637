/* consumer/messages.h - the messages of a mock.  A consumer's tests fetch them over HTTP, at an
 * address of their own, in the way in which a verification asks a provider for them:
 *
 *	POST /  {"description": …, "providerStates": [{"name": …, "params": {…}}…]}
 *
 * The answer's body are the contents, its header Pact-Message-Metadata the metadata as JSON in
 * base64.  For a synchronous message "request" holds what the consumer sends, {"contents": …,
 * "metadata": {…}}; it is compared as a request is, and answered with the response. */
#ifndef TALLY_CONSUMER_MESSAGES_H
#define TALLY_CONSUMER_MESSAGES_H

#include "contract/contract.h"
#include "http/http.h"
#include "matching/generate.h"
#include "matching/match.h"

struct tally_mock;

/* One interaction: prepared once, then only read, but for what the mock's lock guards. */
struct mock_message {
	const struct interaction *interaction;
	/* What is answered: the message itself, or the responses of a synchronous one. */
	const struct message *answers;
	size_t answer_count;
	struct generators **generators; /* one for each of these; NULL: none */
	struct matcher *matcher;        /* synchronous: of the request */

	/* Under the lock: it was handed out; what a request differed in was told; how many answers
	 * had generated values. */
	bool is_fetched;
	bool is_tried;
	size_t generated_count;
};

struct mock_messages {
	struct arena arena;
	struct mock_message *items;
	size_t count;
};

/* Prepares the messages of a contract, which must outlive them; *out is NULL when it has none.
 * `error` has the place as a JSON pointer into the contract's file.  Errors as for
 * tally__responder_add. */
int tally__messages_new(struct mock_messages **out, const struct tally_contract *contract,
			struct tally_error *error);
/* NULL is fine. */
void tally__messages_free(struct mock_messages *messages);

/* What is asked for. */
struct message_question {
	const char *description;
	const cJSON *states; /* an array, or NULL: not said */
	cJSON *request;      /* of a synchronous message; or NULL */
};

/* The message that is meant; NULL when there is none, or more than one: *why says which, in a
 * phrase made in `arena`. */
struct mock_message *tally__messages_find(const struct mock_messages *messages,
					  const struct message_question *question,
					  struct arena *arena, const char **why);

/* Adds to a mock's report, with its lock held; `messages` may be NULL. */
int tally__messages_report(const struct mock_messages *messages, cJSON *matched, cJSON *problems);

/* Answers one request for a message (an http_server_handler; the context is the mock). */
int tally__messages_answer(void *context, const struct http_request *request, struct arena *arena,
			   struct http_response *response);

#endif
