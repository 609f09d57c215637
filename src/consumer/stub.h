/* consumer/stub.h - what the files of the stand-in provider share.
 *
 * Requests are answered from a set of contracts that nobody changes once it serves.  A reload makes
 * another set and puts it in the place of the first in one step; who answers from the old one keeps
 * it until the answer is sent.  Contracts that did not change are shared by both. */
#ifndef TALLY_CONSUMER_STUB_H
#define TALLY_CONSUMER_STUB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "consumer/responder.h"
#include "consumer/stub_filter.h"
#include "consumer/stub_sources.h"
#include "http/server.h"
#include "matching/value_source.h"
#include "tally/stub.h"

/* What an entry of the responder answers here. */
struct stub_answer {
	const struct stub_contract *from;
	struct http_response response; /* with the headers that a stand-in adds */
	const char *content_type;      /* that generated answers are given, too; or NULL */
	bool admitted;                 /* by the provider state that was asked for at the start */
	atomic_size_t generated_count; /* how many answers had generated values */
	atomic_bool warned;            /* that some of them are examples */
};

struct stub_set {
	atomic_size_t references;
	struct arena arena; /* owns the arrays */
	struct responder *responder;
	struct stub_contract **contracts; /* one reference to each */
	size_t contract_count;
	struct stub_answer *answers; /* by the numbers of the entries */
	size_t answer_count;
	bool has_generators;
};

/* What of the options answering needs. */
struct stub_manner {
	bool cors;
	bool cors_referer;
	struct stub_states states;
	char *state_header; /* or NULL */
};

struct stub_watch {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned interval_ms;
	bool started, stopping;
};

struct tally_stub {
	struct stub_manner manner;
	struct value_source values;
	tally_stub_listener *listener;
	void *listener_context;
	struct http_server *server;
	struct stub_watch watch;

	/* One reload at a time. */
	pthread_mutex_t reload_lock;
	struct stub_sources sources;
	bool pending;       /* something was read that could not be made a set of */
	uint64_t complaint; /* about all of it */

	pthread_mutex_t set_lock;
	struct stub_set *set;
};

/* ---- stub_set.c ---- */

/* Makes a set of what the stub's sources have.  A contract that cannot be served is trouble, and
 * the one that its file had before takes its place.  TALLY_ENOTHING, TALLY_ENOMEM. */
int tally__stub_set_new(struct stub_set **out, struct tally_stub *stub,
			struct stub_troubles *troubles, struct tally_error *error);
void tally__stub_set_release(struct stub_set *set); /* one reference; NULL is fine */

/* ---- stub_answer.c ---- */

/* Answers one request (an http_server_handler; the context is the stub). */
int tally__stub_answer(void *context, const struct http_request *request, struct arena *arena,
		       struct http_response *response);
/* Tells of a request that the server refused (an http_server_refused). */
void tally__stub_refused(void *context, const struct http_refusal *refusal);

/* ---- stub_watch.c ---- */

/* Calls tally__stub_reload every now and then in a thread of its own.  TALLY_ENOMEM. */
int tally__stub_watch_start(struct tally_stub *stub, unsigned interval_ms,
			    struct tally_error *error);
void tally__stub_watch_stop(struct tally_stub *stub);

/* ---- stub.c ---- */

/* Reads what has changed, and serves it. */
int tally__stub_reload(struct tally_stub *stub, enum stub_reading reading,
		       struct tally_error *error);
/* Tells the listener; members that are NULL become "". */
void tally__stub_tell(const struct tally_stub *stub, const struct tally_stub_event *event);
/* The same with a note: the place of `text`, and what it says. */
void tally__stub_note(const struct tally_stub *stub, const struct tally_error *text);

#endif
