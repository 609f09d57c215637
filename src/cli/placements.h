/* placements.h - what the four commands share that record what runs where. */
#ifndef TALLY_CLI_PLACEMENTS_H
#define TALLY_CLI_PLACEMENTS_H

#include "cli/common.h"

struct record_options {
	struct broker_access broker;
	const char *pacticipant;
	const char *version;
	const char *environment;
	const char *instance; /* of deployments alone */
	int format;
};

#define RECORD_OPTIONS                                                                             \
	COMMON_OPTION_PACTICIPANT(struct record_options, pacticipant),                             \
		COMMON_OPTIONS_BROKER(struct record_options, broker, 0),                           \
		COMMON_OPTION_FORMAT(struct record_options, format)

#define RECORD_OPTION_INSTANCE                                                                     \
	OPTION_TEXT(struct record_options, instance, .name = "application-instance",               \
		    .argument = "NAME", .aliases = "target",                                       \
		    .help = "which of several instances in that environment; without it, the "     \
			    "unnamed one")

/* Where a version comes from that is not given. */
enum record_version { RECORD_VERSION_OF_ORIGIN, RECORD_VERSION_OPTIONAL, RECORD_VERSION_NEEDED };

typedef int record_call(struct tally_broker *broker, const struct record_options *options,
			const struct app_version *what, cJSON **answer, struct tally_error *error);

/* Parses the command line, has the call made and prints what came of it.  An exit status. */
int record_run(struct call *call, enum record_version version, record_call *record,
	       void (*print_text)(const cJSON *answer));

#endif
