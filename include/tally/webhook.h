/* tally/webhook.h - definitions of webhooks: what is to be called when something happens in the
 * broker.  They are kept here, and checked; nothing here calls them.
 *
 * A definition is a JSON object, as a Pact Broker takes it:
 * {"description": text, "enabled": bool (true), "consumer" and "provider": {"name"} or {"label"}
 *  (absent: any), "events": [{"name"}] (absent: contract_content_changed), "request": {"method",
 *  "url", "headers": {name: text}, "body": any JSON value, "username", "password"}}.
 * Members that are null are as if absent; others than these are refused.
 * URL, headers, body, user name and password may hold parameters: ${pactbroker.consumerName}.
 *
 * Secrets stand in the repository as they are given: whoever can read it can read them.  In answers
 * a password, and headers that are called something with "authorization" or "token", are ten
 * asterisks, unless the text has a parameter in it.  An update that gives such asterisks back, or
 * leaves the password out, keeps what is there.
 *
 * Nothing here works with a Pact Broker over HTTP: TALLY_EUNSUPPORTED.
 */
#ifndef TALLY_WEBHOOK_H
#define TALLY_WEBHOOK_H

#include <tally/broker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a webhook.  `uuid` NULL: a new random one; otherwise 16 to 64 of A-Z a-z 0-9 _ -.
 * TALLY_ECONFLICT when there is one of that name; TALLY_EINVAL (`where` says which member, such as
 * "request.url"); TALLY_ENOTFOUND for an application that is not known; TALLY_ELIMIT.  *answer: as
 * of tally_broker_webhook_show, with "commit".  @since 0.1 */
TALLY_API int tally_broker_webhook_create(struct tally_broker *broker, const char *uuid,
					  const cJSON *definition, cJSON **answer,
					  struct tally_error *error);
/* Puts another definition in place of one.  Errors and *answer as above, and TALLY_ENOTFOUND.
 * @since 0.1 */
TALLY_API int tally_broker_webhook_update(struct tally_broker *broker, const char *uuid,
					  const cJSON *definition, cJSON **answer,
					  struct tally_error *error);

/* Which webhooks; NULL members are any.  Those that are for every application, and for a label that
 * the application has, are for it too.  @since 0.1 */
struct tally_webhook_filter {
	const char *consumer;
	const char *provider;
};

/* {"webhooks": [as of tally_broker_webhook_show]}, oldest first; `filter` may be NULL.
 * TALLY_ENOTFOUND for an application that is not known.  @since 0.1 */
TALLY_API int tally_broker_webhook_list(struct tally_broker *broker,
					const struct tally_webhook_filter *filter, cJSON **answer,
					struct tally_error *error);
/* The definition, whole ("description": when none was given, the method and the host; "enabled";
 * "events"; names of headers in small letters), with "uuid", "createdAt", "updatedAt" (absent:
 * never).  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_webhook_show(struct tally_broker *broker, const char *uuid,
					cJSON **answer, struct tally_error *error);
/* *answer: {"uuid", "description", "commit"}.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_webhook_delete(struct tally_broker *broker, const char *uuid,
					  cJSON **answer, struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
