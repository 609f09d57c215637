/* pact_site.h - a stand-in Pact Broker for the tests of src/broker/pact_*: it answers with recorded
 * exchanges, save where a test says otherwise, and keeps what it was asked. */
#ifndef TALLY_TESTS_PACT_SITE_H
#define TALLY_TESTS_PACT_SITE_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/pact_broker.h"
#include "format/json.h"
#include "http/server.h"
#include "texts.h"

#define HAL "application/hal+json;charset=utf-8"

/* What it answers in place of what was recorded. */
struct planned {
	const char *method, *target; /* NULL: any */
	int status;
	const char *type; /* NULL: HAL */
	const char *body;
	const char *header, *value; /* one header more */
	unsigned times;             /* 0: always */
	unsigned used;
};

#define PACT_SITE_PLANS  8
#define PACT_SITE_PAUSES 16

struct pact_site {
	struct http_server *server;
	const char *url;
	cJSON *recorded;
	struct planned plans[PACT_SITE_PLANS];
	size_t plan_count;
	pthread_mutex_t lock;
	struct buf log;           /* a line for each request: "METHOD target body" */
	struct buf authorization; /* a line for each: that header, or "-" */
	const char *huge;         /* a target that is answered with more than anybody takes */

	struct tally_broker *broker;
	struct tally_broker_options options;
	struct tally_error error;
	cJSON *answer;
	int64_t pauses[PACT_SITE_PAUSES]; /* what Tally would have waited */
	size_t pause_count;
	volatile sig_atomic_t interrupted;
	bool interrupts; /* the first pause, which is as long as it would be */
};

int pact_site_setup(void **state);
int pact_site_teardown(void **state);

void pact_site_plan(struct pact_site *site, struct planned planned);
/* A pact_pause that is over at once; its length is kept. */
int64_t pact_site_pause(void *context, int64_t wait_ms);
/* Opens it; forgets what it was asked before. */
int pact_site_open(struct pact_site *site);
/* The same, well, and forgets the question for the index too. */
void pact_site_opened(struct pact_site *site);
/* Asks for the contracts of a query, given as JSON ("selectors", "pending", "wip", "branch",
 * "tags", "provider"). */
int pact_site_choose(struct pact_site *site, const char *query);
/* Records these results, of a version. */
int pact_site_record(struct pact_site *site, const char *version, const char *branch,
		     const char *tag, const char *results);
/* Results for the contracts of the last answer, whose interactions all end with the same of these
 * outcomes (words with a space between), the last one for all that follow.  To be released with
 * tally_free. */
char *pact_site_results(const struct pact_site *site, const char *outcomes);
/* Chooses with this query, records such results for version 101 on main, and forgets the first
 * half. */
int pact_site_verify(struct pact_site *site, const char *query, const char *outcomes);

/* The answer's contract. */
const cJSON *pact_site_contract(const struct pact_site *site, int index);
const char *pact_site_text(const cJSON *object, const char *name);
/* What the last request with this method sent, as JSON; to be released. */
cJSON *pact_site_sent(struct pact_site *site, const char *method);
/* What Pact's verifier sent to the same place. */
const cJSON *pact_site_recorded_sent(const struct pact_site *site, const char *method,
				     const char *path);

void pact_site_forget(struct pact_site *site);
void pact_site_ok(const struct pact_site *site, int status);

#endif
