/* bench/organisation.h - an organisation as a broker sees it, made up from a seed: applications
 * that use each other, their versions, the contracts that most versions leave as they were, what
 * the providers answered, and what was deployed.  The same seed makes the same names and contents.
 */
#ifndef TALLY_BENCH_ORGANISATION_H
#define TALLY_BENCH_ORGANISATION_H

#include <stddef.h>
#include <stdint.h>

#include "tally/broker.h"

struct organisation;

/* `applications` of them: the first is a provider that all others use (the hub); every
 * third uses another one of those before it as well. */
struct organisation *organisation_new(size_t applications, uint64_t seed);
void organisation_free(struct organisation *organisation);

/* Each of these makes one change, and ends the program when it fails.  The first ones have to come
 * first. */
void organisation_found(struct organisation *organisation, struct tally_broker *broker);
/* The next version of some application but the hub, with its contracts: on main, or on a branch of
 * its own. */
void organisation_publish(struct organisation *organisation, struct tally_broker *broker);
/* What some provider's newest version answered to the newest contract of one consumer. */
void organisation_verify(struct organisation *organisation, struct tally_broker *broker);
/* Some application's newest version on main goes to the test or the production environment. */
void organisation_deploy(struct organisation *organisation, struct tally_broker *broker);
/* A version and what follows from it: the runs that it triggers, often a deployment. */
void organisation_live(struct organisation *organisation, struct tally_broker *broker);

/* A version of application `number` that verified all that its consumers run in production, and
 * whose own contracts passed with what runs there: it may be deployed.  Name and version are good
 * until the next call. */
void organisation_prepare(struct organisation *organisation, struct tally_broker *broker,
			  size_t number, const char **application, const char **version);

size_t organisation_versions(const struct organisation *organisation);

#endif
