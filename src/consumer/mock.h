/* consumer/mock.h - what the files of the mock provider share.
 *
 * What is expected is prepared once, before the server starts, and then only read; what happened
 * is written under the lock, before the request is answered. */
#ifndef TALLY_CONSUMER_MOCK_H
#define TALLY_CONSUMER_MOCK_H

#include <pthread.h>
#include <stdbool.h>

#include "contract/contract.h"
#include "http/server.h"
#include "matching/generate.h"
#include "matching/match.h"
#include "matching/value_source.h"
#include "tally/mock.h"

/* One HTTP interaction, ready to be compared with and to answer. */
struct expectation {
	const struct interaction *interaction;
	struct matcher *matcher;
	struct http_response response; /* as written; the answer, unless there are generators */
	struct generators *generators; /* of the response; NULL: none */
	/* Under the lock: a request matched; a request came close, and was told what differs; how
	 * many answers had generated values. */
	bool matched;
	bool tried;
	size_t generated_count;
};

struct tally_mock {
	struct arena arena; /* owns the array and the responses */
	struct expectation *expectations;
	size_t count;
	bool cors;
	struct value_source source;
	struct http_server *server;

	/* Held while the server starts: what asks for `url` waits until it is known. */
	pthread_mutex_t lock;
	const char *url;
	cJSON *problems; /* requests that did not match, as the report has them */
	size_t problem_count;
	size_t omitted_count; /* beyond LIMIT_MOCK_PROBLEMS */
	bool has_generated;   /* values in an answer */
	cJSON *warnings;      /* texts: what could not be generated; NULL: none */
};

/* How well a request fits an expectation: the higher the better. */
enum mock_outcome { MOCK_MATCH, MOCK_MISMATCH, MOCK_NOT_FOUND };

struct mock_verdict {
	enum mock_outcome outcome;
	struct expectation *expectation; /* the best one; NULL when there is none at all */
	struct mismatches mismatches;    /* with the best one */
};

/* Compares a request with every expectation.  The verdict is to be released in every case. */
int tally__mock_judge(struct tally_mock *mock, const struct request *actual,
		      struct mock_verdict *verdict, struct tally_error *error);
void tally__mock_verdict_release(struct mock_verdict *verdict);

/* Makes what is sent of a response, in `arena`; lends its body's bytes where there are some. */
int tally__mock_response(struct http_response *out, struct arena *arena,
			 const struct response *response, struct tally_error *error);

/* The answer to a request that matched: as written, or with generated values. */
int tally__mock_generate(struct tally_mock *mock, struct expectation *expectation,
			 struct arena *arena, struct http_response *out);

/* Answers one request (an http_server_handler; the context is the mock). */
int tally__mock_answer(void *context, const struct http_request *request, struct arena *arena,
		       struct http_response *response);

/* Notes a request that the server refused (an http_server_refused; the context is the mock). */
void tally__mock_refused(void *context, const struct http_refusal *refusal);

/* The request as received, as a model.  Lends the body; the rest is made in `arena`. */
int tally__mock_read_request(struct request *out, struct arena *arena,
			     const struct http_request *received);

/* The JSON of a request that did not match, as the report has it; NULL when memory is short. */
cJSON *tally__mock_problem(const struct mock_verdict *verdict, const struct request *actual);
/* The same for a request that nothing could be compared with. */
cJSON *tally__mock_refusal(const char *method, const char *path,
			   const struct http_refusal *refusal);

#endif
