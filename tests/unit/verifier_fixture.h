/* A provider for the tests of src/verifier: it logs what it is asked, and answers as it is told. */
#ifndef TALLY_TESTS_VERIFIER_FIXTURE_H
#define TALLY_TESTS_VERIFIER_FIXTURE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "http/http.h"
#include "http/server.h"
#include "tally/verify.h"
#include "texts.h"

/* What the provider under test answers to one target. */
struct answer {
	const char *target;
	int status;
	const char *type; /* Content-Type; NULL: none */
	const char *body; /* NULL: none */
	const char *metadata;
};

#define FIXTURE_CONTRACTS 4

struct fixture {
	struct http_server *provider;
	const struct answer *answers;
	size_t answer_count;
	int state_status;       /* of setups */
	const char *state_body; /* of setups, JSON; NULL: none */
	int teardown_status;    /* of teardowns */
	const char *slow;       /* a target that is not answered until the test ends */
	size_t huge_bytes;      /* of the body at /huge */
	struct arena arena;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool let_go;
	struct buf log; /* a line for each request: "METHOD target body" */
	struct http_headers seen;

	struct tally_verify_options options;
	struct tally_contract *contracts[FIXTURE_CONTRACTS];
	cJSON *histories[FIXTURE_CONTRACTS]; /* NULL: none */
	size_t contract_count;
	cJSON *results;
	struct tally_error error;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* The provider (an http_server_handler; the context is the fixture). */
int provide(void *context, const struct http_request *request, struct arena *arena,
	    struct http_response *response);
/* What GET_ORDER and NO_STATE expect. */
extern const struct answer good[2];

/* Lets answers go out that were kept back. */
void let_go(struct fixture *fixture);
/* Has it answer so. */
void answer_well(struct fixture *fixture);
/* Has provider states set up at the provider's own /_states. */
void use_states(struct fixture *fixture);

/* Adds a contract of the given interactions (JSON texts with commas between). */
void add_contract(struct fixture *fixture, const char *spec, const char *list,
		  const char *interactions);

int verify(struct fixture *fixture);
void verify_well(struct fixture *fixture);

/* Parts of the results: of a contract, or of an interaction of the first one. */
const cJSON *interaction(const struct fixture *fixture, int contract, int index);
const char *outcome(const struct fixture *fixture, int index);
const char *message(const struct fixture *fixture, int index);
int count(const struct fixture *fixture, const char *name);
bool success(const struct fixture *fixture);
/* "type path" of each mismatch, with commas between. */
const char *mismatch_places(struct fixture *fixture, int index);

#define GET_ORDER                                                                                  \
	"{\"description\":\"a request for an order\",\"providerStates\":[{\"name\":\"an order "    \
	"exists\",\"params\":{\"id\":7}}],\"request\":{\"method\":\"get\",\"path\":\"/orders/7\"," \
	"\"headers\":{\"Accept\":\"application/json\"}},\"response\":{\"status\":200,\"headers\":" \
	"{\"Content-Type\":\"application/json\"},\"body\":{\"id\":7,\"total\":12.50}}}"
#define NO_STATE                                                                                   \
	"{\"description\":\"a ping\",\"request\":{\"method\":\"GET\",\"path\":\"/ping\"},"         \
	"\"response\":{\"status\":204}}"

#endif
