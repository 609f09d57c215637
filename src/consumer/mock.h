/* consumer/mock.h - what the files of the mock provider share.
 *
 * What is expected is prepared once, before the server starts, and then only read; what happened
 * is written before the request is answered. */
#ifndef TALLY_CONSUMER_MOCK_H
#define TALLY_CONSUMER_MOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "consumer/messages.h"
#include "consumer/responder.h"
#include "http/server.h"
#include "matching/value_source.h"
#include "tally/mock.h"

/* What became of one interaction; written by any thread. */
struct mock_run {
	atomic_bool matched;           /* a request did */
	atomic_bool tried;             /* a request came close, and was told what differs */
	atomic_size_t generated_count; /* answers that had generated values */
};

/* A problem that is kept, and how often it occurred. */
struct mock_problem {
	uint64_t hash;
	size_t count;
};

struct tally_mock {
	struct responder *responder;
	bool cors;
	struct value_source source;
	struct http_server *server;     /* NULL: there are only messages */
	struct mock_messages *messages; /* NULL: none are served */
	struct http_server *message_server;
	atomic_bool hurried; /* the servers look at it while they are stopped */
	char *authorities;   /* of both servers; NULL: those of the one */

	/* Held while the server starts: what asks for `url` waits until it is known. */
	pthread_mutex_t lock;
	const char *url;
	struct mock_run *runs;      /* one for each entry of the responder */
	cJSON *problems;            /* requests that did not match, as the report has them */
	struct mock_problem *noted; /* one for each of them */
	size_t problem_count, problem_capacity;
	size_t problem_bytes;   /* all of them as text */
	size_t omitted_count;   /* beyond LIMIT_MOCK_PROBLEMS and LIMIT_MOCK_PROBLEMS_BYTES */
	size_t preflight_count; /* CORS pre-flights that were refused */
	bool has_generated;     /* values in an answer */
	cJSON *warnings;        /* texts: what could not be generated; NULL: none */
};

/* Answers one request (an http_server_handler; the context is the mock). */
int tally__mock_answer(void *context, const struct http_request *request, struct arena *arena,
		       struct http_response *response);

/* Notes a request that the server refused (an http_server_refused; the context is the mock). */
void tally__mock_refused(void *context, const struct http_refusal *refusal);

/* Answers with a problem, as JSON that says in "error" what it is about; the status is 500. */
int tally__mock_say_problem(const cJSON *problem, const char *what,
			    const struct http_request *request, struct arena *arena,
			    struct http_response *response);
/* Keeps a problem for the report, or counts it when it is there already.  Takes it, and NULL for
 * one that there was no memory for.  TALLY_ENOMEM. */
int tally__mock_keep_problem(struct tally_mock *mock, cJSON *problem);
/* Counts a request that could not be looked at: it must not pass for one that was never made. */
void tally__mock_note_omitted(struct tally_mock *mock);
/* Notes what was generated for a part ("response"), and what was not. */
int tally__mock_note_generated(struct tally_mock *mock, const struct interaction *interaction,
			       const char *part, const struct generated *made);

#endif
