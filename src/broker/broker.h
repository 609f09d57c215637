/* broker/broker.h - one interface, kept by two kinds of broker: a git repository (git_broker.h) and
 * a Pact Broker behind its HTTP API (pact_broker.h). */
#ifndef TALLY_BROKER_BROKER_H
#define TALLY_BROKER_BROKER_H

#include "tally/environment.h"
#include "tally/matrix.h"
#include "tally/upkeep.h"

struct broker_resources;

/* What the public functions of the same names do.  One that is NULL answers TALLY_EUNSUPPORTED,
 * with what this kind is called, save that set_author and cancel then do nothing; `release` must be
 * there. */
struct broker_kind {
	const char *name; /* "a Pact Broker" */
	const struct broker_resources
		*resources; /* resources.h; NULL: answers TALLY_EUNSUPPORTED */

	/* Frees what is the kind's own, of a broker that may be half open. */
	void (*release)(struct tally_broker *broker);

	int64_t (*updated_unix)(const struct tally_broker *broker); /* NULL: -1 */

	int (*set_author)(struct tally_broker *broker, const char *name, const char *email,
			  struct tally_error *error);
	int (*begin)(struct tally_broker *broker, struct tally_error *error);
	int (*finish)(struct tally_broker *broker, struct tally_error *error);
	void (*cancel)(struct tally_broker *broker);
	int (*pin)(struct tally_broker *broker, const char *at, struct tally_error *error);
	int (*upgrade)(struct tally_broker *broker, cJSON **answer, struct tally_error *error);
	int (*check)(struct tally_broker *broker, bool history, cJSON **answer,
		     struct tally_error *error);
	int (*maintain)(struct tally_broker *broker, const struct tally_maintenance *maintenance,
			cJSON **answer, struct tally_error *error);
	int (*publish)(struct tally_broker *broker, const struct tally_publication *publication,
		       cJSON **answer, struct tally_error *error);
	int (*contracts_to_verify)(struct tally_broker *broker,
				   const struct tally_verification_query *query, cJSON **answer,
				   struct tally_error *error);
	int (*contract_of)(struct tally_broker *broker,
			   const struct tally_verification_query *query, const char *consumer,
			   const char *version, cJSON **answer, struct tally_error *error);
	int (*contract_at)(struct tally_broker *broker, const char *url, cJSON **answer,
			   struct tally_error *error);
	int (*record_results)(struct tally_broker *broker, const struct tally_run *run,
			      const cJSON *results, cJSON **answer, struct tally_error *error);
	int (*environment_create)(struct tally_broker *broker,
				  const struct tally_environment *environment, cJSON **answer,
				  struct tally_error *error);
	int (*environment_update)(struct tally_broker *broker, const char *name,
				  const struct tally_environment *environment, unsigned members,
				  cJSON **answer, struct tally_error *error);
	int (*environment_delete)(struct tally_broker *broker, const char *name, cJSON **answer,
				  struct tally_error *error);
	int (*environment_list)(struct tally_broker *broker, cJSON **answer,
				struct tally_error *error);
	int (*environment_show)(struct tally_broker *broker, const char *name, cJSON **answer,
				struct tally_error *error);
	int (*environment_by_uuid)(struct tally_broker *broker, const char *uuid, cJSON **answer,
				   struct tally_error *error);
	int (*record_deployment)(struct tally_broker *broker, const char *application,
				 const char *version, const char *environment, const char *instance,
				 cJSON **answer, struct tally_error *error);
	int (*record_undeployment)(struct tally_broker *broker, const char *application,
				   const char *version, const char *environment,
				   const char *instance, cJSON **answer, struct tally_error *error);
	int (*record_release)(struct tally_broker *broker, const char *application,
			      const char *version, const char *environment, cJSON **answer,
			      struct tally_error *error);
	int (*record_support_ended)(struct tally_broker *broker, const char *application,
				    const char *version, const char *environment, cJSON **answer,
				    struct tally_error *error);
	int (*deployments)(struct tally_broker *broker, const struct tally_placement_query *query,
			   cJSON **answer, struct tally_error *error);
	int (*releases)(struct tally_broker *broker, const struct tally_placement_query *query,
			cJSON **answer, struct tally_error *error);
	int (*deployment)(struct tally_broker *broker, const char *uuid, cJSON **answer,
			  struct tally_error *error);
	int (*release_of)(struct tally_broker *broker, const char *uuid, cJSON **answer,
			  struct tally_error *error);
	int (*deployment_end)(struct tally_broker *broker, const char *uuid, cJSON **answer,
			      struct tally_error *error);
	int (*release_end)(struct tally_broker *broker, const char *uuid, cJSON **answer,
			   struct tally_error *error);
	int (*can_i_deploy)(struct tally_broker *broker, const struct tally_matrix_query *query,
			    cJSON **answer, struct tally_error *error);
	int (*matrix)(struct tally_broker *broker, const struct tally_matrix_query *query,
		      cJSON **answer, struct tally_error *error);
	int (*log)(struct tally_broker *broker, const char *application, const char *version,
		   size_t max_changes, cJSON **answer, struct tally_error *error);
};

/* The first member of every kind's own struct. */
struct tally_broker {
	const struct broker_kind *kind;
	char *location; /* for messages and the commands in answers: never with a password */
};

/* What a function of a kind's table that is NULL amounts to: TALLY_EUNSUPPORTED, and that Tally
 * cannot do `what` ("publish contracts") with such a broker. */
int tally__broker_unsupported(const struct tally_broker *broker, const char *what,
			      struct tally_error *error);

#endif
