/* broker/git_broker.h - a broker that is a git repository, and the two ways in which everything is
 * done with it: a question is a function of a pinned snapshot, a change a function from a snapshot
 * to edits.  Instants and random identifiers are made at the edge and given to changes, so that one
 * that lost a race runs again with the same outcome. */
#ifndef TALLY_BROKER_GIT_BROKER_H
#define TALLY_BROKER_GIT_BROKER_H

#include "broker/broker.h"
#include "broker/record_cache.h"
#include "broker/records.h"

struct git_broker {
	struct tally_broker base;
	struct store *store;
	struct record_cache *cache; /* for questions */
	char *author_name, *author_email;
	char pinned[STORE_ID_BYTES]; /* the commit that questions are asked of; "": the newest */
};

/* Fills *answer (NULL when called), to be released with cJSON_Delete. */
typedef int broker_question(struct records *records, const void *question, cJSON **answer,
			    struct tally_error *error);

/* Asks about the newest state, or the one that is pinned.  *answer is written on success only. */
int tally__broker_ask(struct tally_broker *broker, broker_question *question, const void *context,
		      cJSON **answer, struct tally_error *error);

/* Edits the working set, describes the change in plain words, and makes the answer (an object, NULL
 * when called).  May run several times: what it leaves in `context` must not depend on earlier
 * runs. */
typedef int broker_change(struct records *records, void *context, struct buf *message,
			  cJSON **answer, struct tally_error *error);

/* Makes one commit of a change (none when nothing differs).  The answer gets a member "commit": the
 * new commit, or the newest one; `answer` may be NULL.  Nothing can fail any more once the commit
 * is made. */
int tally__broker_change(struct tally_broker *broker, broker_change *change, void *context,
			 int64_t now_unix, cJSON **answer, struct tally_error *error);

/* A random identifier (RFC 9562, version 4).  TALLY_EIO. */
#define UUID_TEXT_BYTES 37
int tally__uuid_random(char text[UUID_TEXT_BYTES], struct tally_error *error);

/* What the public functions of the same names do with such a broker. */
int tally__git_broker_init(const char *path, const struct tally_broker_options *options,
			   struct tally_error *error);
int tally__git_broker_open(struct tally_broker **out, const char *location,
			   const struct tally_broker_options *options, struct tally_error *error);
int tally__git_broker_upgrade(struct tally_broker *broker, cJSON **answer,
			      struct tally_error *error);
int tally__git_broker_set_author(struct tally_broker *broker, const char *name, const char *email,
				 struct tally_error *error);
int tally__git_broker_check(struct tally_broker *broker, bool history, cJSON **answer,
			    struct tally_error *error);
int tally__git_broker_maintain(struct tally_broker *broker,
			       const struct tally_maintenance *maintenance, cJSON **answer,
			       struct tally_error *error);
int tally__git_broker_publish(struct tally_broker *broker,
			      const struct tally_publication *publication, cJSON **answer,
			      struct tally_error *error);
int tally__git_broker_contracts_to_verify(struct tally_broker *broker,
					  const struct tally_verification_query *query,
					  cJSON **answer, struct tally_error *error);
int tally__git_broker_contract_of(struct tally_broker *broker,
				  const struct tally_verification_query *query,
				  const char *consumer, const char *version, cJSON **answer,
				  struct tally_error *error);
int tally__git_broker_record_results(struct tally_broker *broker, const struct tally_run *run,
				     const cJSON *results, cJSON **answer,
				     struct tally_error *error);
int tally__git_broker_environment_create(struct tally_broker *broker,
					 const struct tally_environment *environment,
					 cJSON **answer, struct tally_error *error);
int tally__git_broker_environment_update(struct tally_broker *broker, const char *name,
					 const struct tally_environment *environment,
					 unsigned members, cJSON **answer,
					 struct tally_error *error);
int tally__git_broker_environment_delete(struct tally_broker *broker, const char *name,
					 cJSON **answer, struct tally_error *error);
int tally__git_broker_environment_list(struct tally_broker *broker, cJSON **answer,
				       struct tally_error *error);
int tally__git_broker_environment_show(struct tally_broker *broker, const char *name,
				       cJSON **answer, struct tally_error *error);
int tally__git_broker_environment_by_uuid(struct tally_broker *broker, const char *uuid,
					  cJSON **answer, struct tally_error *error);
int tally__git_broker_record_deployment(struct tally_broker *broker, const char *application,
					const char *version, const char *environment,
					const char *instance, cJSON **answer,
					struct tally_error *error);
int tally__git_broker_record_undeployment(struct tally_broker *broker, const char *application,
					  const char *version, const char *environment,
					  const char *instance, cJSON **answer,
					  struct tally_error *error);
int tally__git_broker_record_release(struct tally_broker *broker, const char *application,
				     const char *version, const char *environment, cJSON **answer,
				     struct tally_error *error);
int tally__git_broker_record_support_ended(struct tally_broker *broker, const char *application,
					   const char *version, const char *environment,
					   cJSON **answer, struct tally_error *error);
int tally__git_broker_deployments(struct tally_broker *broker,
				  const struct tally_placement_query *query, cJSON **answer,
				  struct tally_error *error);
int tally__git_broker_releases(struct tally_broker *broker,
			       const struct tally_placement_query *query, cJSON **answer,
			       struct tally_error *error);
int tally__git_broker_deployment(struct tally_broker *broker, const char *uuid, cJSON **answer,
				 struct tally_error *error);
int tally__git_broker_release(struct tally_broker *broker, const char *uuid, cJSON **answer,
			      struct tally_error *error);
int tally__git_broker_deployment_end(struct tally_broker *broker, const char *uuid, cJSON **answer,
				     struct tally_error *error);
int tally__git_broker_release_end(struct tally_broker *broker, const char *uuid, cJSON **answer,
				  struct tally_error *error);
int tally__git_broker_can_i_deploy(struct tally_broker *broker,
				   const struct tally_matrix_query *query, cJSON **answer,
				   struct tally_error *error);
int tally__git_broker_matrix(struct tally_broker *broker, const struct tally_matrix_query *query,
			     cJSON **answer, struct tally_error *error);
int tally__git_broker_log(struct tally_broker *broker, const char *application, const char *version,
			  size_t max_changes, cJSON **answer, struct tally_error *error);

#endif
