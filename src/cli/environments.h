/* environments.h - what the commands on environments and on what runs in them share. */
#ifndef TALLY_CLI_ENVIRONMENTS_H
#define TALLY_CLI_ENVIRONMENTS_H

#include "cli/common.h"

/* The environment that is meant: by its name, the operand, or by the identifier that Pact's
 * programs ask for. */
#define OPERANDS_ENVIRONMENT                                                                       \
	{.name = "NAME", .help = "the environment's name", .optional = true}, OPERAND_END
#define OPTION_ENVIRONMENT_UUID(S, M)                                                              \
	OPTION_TEXT(S, M, .name = "uuid", .argument = "UUID",                                      \
		    .help = "the environment by its identifier, in place of NAME")

/* *name is lent by the call.  0, or an exit status. */
int environment_name(struct call *call, struct tally_broker *broker, const char *uuid,
		     const char **name);

struct contact_options {
	const char *name;
	const char *email;
};

#define OPTIONS_CONTACT(S, M)                                                                      \
	OPTION_TEXT(S, M.name, .name = "contact-name", .argument = "NAME",                         \
		    .help = "the team or person who looks after it"),                              \
		OPTION_TEXT(S, M.email, .name = "contact-email-address", .argument = "ADDRESS",    \
			    .help = "and their address")

/* An array of one contact, or NULL where none was given; to be released with cJSON_Delete.  0, or
 * an exit status. */
int contacts_make(const struct contact_options *options, cJSON **out);

/* The environment of an answer: "test: Test system". */
void print_environment(const cJSON *environment);
/* A line each for "deployed" and "released" in an answer. */
void print_placements(const cJSON *answer);

#endif
