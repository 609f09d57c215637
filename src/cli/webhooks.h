/* webhooks.h - what the commands about webhooks share. */
#ifndef TALLY_CLI_WEBHOOKS_H
#define TALLY_CLI_WEBHOOKS_H

#include "cli/common.h"

/* What of a definition the command line says; the rest stays as it is. */
struct webhook_options {
	struct broker_access broker;
	int format;
	const char *definition; /* a file */
	const char *uuid, *description, *url, *method, *data, *user;
	const char *consumer, *consumer_label, *provider, *provider_label;
	struct text_list headers, events;
	bool on[6]; /* Pact's options for events, in the order of webhook_events */
	bool enable, disable;
};

#define WEBHOOK_OPTIONS                                                                            \
	OPTION_TEXT(struct webhook_options, definition, .name = "definition", .argument = "FILE",  \
		    .help = "a JSON file with the definition (- for standard input); what other "  \
			    "options say counts more"),                                            \
		OPTION_TEXT(struct webhook_options, description, .name = "description",            \
			    .argument = "TEXT", .help = "what people call it"),                    \
		OPTION_TEXT(struct webhook_options, method, .letter = 'X', .name = "request",      \
			    .argument = "METHOD", .aliases = "method",                             \
			    .help = "the method of the request, such as POST"),                    \
		OPTION_LIST(struct webhook_options, headers, .letter = 'H', .name = "header",      \
			    .argument = "NAME: VALUE",                                             \
			    .help = "a header of the request; may be given several times"),        \
		OPTION_TEXT(                                                                       \
			struct webhook_options, data, .letter = 'd', .name = "data",               \
			.argument = "TEXT|@FILE",                                                  \
			.help = "the request's body: JSON or any text, or a file that has it"),    \
		OPTION_TEXT(struct webhook_options, user, .letter = 'u', .name = "request-user",   \
			    .argument = "NAME:PASSWORD",                                           \
			    .help = "who the request is from (HTTP basic authentication)"),        \
		OPTION_TEXT(struct webhook_options, consumer, .name = "consumer",                  \
			    .argument = "APP", .help = "only for this consumer"),                  \
		OPTION_TEXT(struct webhook_options, consumer_label, .name = "consumer-label",      \
			    .argument = "LABEL", .help = "only for consumers with this label"),    \
		OPTION_TEXT(struct webhook_options, provider, .name = "provider",                  \
			    .argument = "APP", .help = "only for this provider"),                  \
		OPTION_TEXT(struct webhook_options, provider_label, .name = "provider-label",      \
			    .argument = "LABEL", .help = "only for providers with this label"),    \
		OPTION_LIST(struct webhook_options, events, .name = "event", .argument = "EVENT",  \
			    .help = "what it is called for, such as contract_published; may be "   \
				    "given several times"),                                        \
		WEBHOOK_OPTION_ON(0, "contract-published"),                                        \
		WEBHOOK_OPTION_ON(1, "contract-content-changed"),                                  \
		WEBHOOK_OPTION_ON(2, "contract-requiring-verification-published"),                 \
		WEBHOOK_OPTION_ON(3, "provider-verification-published"),                           \
		WEBHOOK_OPTION_ON(4, "provider-verification-succeeded"),                           \
		WEBHOOK_OPTION_ON(5, "provider-verification-failed"),                              \
		OPTION_FLAG(struct webhook_options, enable, .name = "enable",                      \
			    .help = "it is called again"),                                         \
		OPTION_FLAG(struct webhook_options, disable, .name = "disable",                    \
			    .help = "keep it, but do not call it")

#define WEBHOOK_OPTION_ON(N, NAME)                                                                 \
	OPTION_FLAG(struct webhook_options, on[N], .name = NAME,                                   \
		    .help = "the same as --event with this name and underlines")

/* One of these commands. */
struct webhook_command {
	bool changes;
	/* 0, an exit status after saying why, or an error. */
	int (*act)(struct call *call, struct tally_broker *broker, struct webhook_options *o,
		   cJSON **answer, struct tally_error *error);
	void (*print)(const cJSON *answer);
};

/* The whole run, from the command line to the exit status. */
int webhook_run(struct call *call, const struct webhook_command *command);

/* The definition that the options name or, where they name none, `otherwise`, and what they say
 * beside it; takes `otherwise`.  As an act above. */
int webhook_definition(struct call *call, const struct webhook_options *o, cJSON *otherwise,
		       cJSON **definition, struct tally_error *error);

/* One, with all that can be shown of it. */
void webhook_print(const cJSON *answer);

#endif
