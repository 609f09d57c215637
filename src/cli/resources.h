/* resources.h - what the commands about applications, versions, branches, tags, labels and webhooks
 * share: their options, and one way to run. */
#ifndef TALLY_CLI_RESOURCES_H
#define TALLY_CLI_RESOURCES_H

#include "cli/common.h"

/* The options of all of them; each has those in its table that it needs. */
struct resource_options {
	struct broker_access broker;
	int format;
	const char *target; /* APP@VERSION or APP, from the operands */
	const char *app, *version, *branch, *tag, *label;
	const char *display_name, *main_branch;
	const char *repository_url, *repository_name, *repository_namespace;
	const char *build_url;
	struct text_list tags;
	const char *match, *before;
	long limit, skip;
	struct text_list clear; /* properties, named as their options */
	bool force, dry_run, only_existing, no_build_url;
};

#define RESOURCE_OPTIONS_ASK                                                                       \
	COMMON_OPTION_AT(struct resource_options, broker),                                         \
		COMMON_OPTIONS_BROKER(struct resource_options, broker, 0),                         \
		COMMON_OPTION_FORMAT(struct resource_options, format), OPTION_END
#define RESOURCE_OPTIONS_CHANGE                                                                    \
	COMMON_OPTIONS_BROKER(struct resource_options, broker, 0),                                 \
		COMMON_OPTION_FORMAT(struct resource_options, format), OPTION_END

#define RESOURCE_OPTION_APP                                                                        \
	OPTION_TEXT(struct resource_options, app, .letter = 'a', .name = "pacticipant",            \
		    .argument = "APP", .aliases = "application name",                              \
		    .help = "the application, in place of the operand")
#define RESOURCE_OPTION_VERSION                                                                    \
	OPTION_TEXT(struct resource_options, version, .letter = 'e', .name = "version",            \
		    .argument = "VERSION", .help = "its version, in place of the operand's")
#define RESOURCE_OPTION_BRANCH                                                                     \
	OPTION_TEXT(struct resource_options, branch, .name = "branch", .argument = "BRANCH",       \
		    .help = "the branch, in place of the operand")
#define RESOURCE_OPTION_TAG                                                                        \
	OPTION_TEXT(struct resource_options, tag, .letter = 't', .name = "tag", .argument = "TAG", \
		    .help = "the tag, in place of the operand")
#define RESOURCE_OPTION_LABEL                                                                      \
	OPTION_TEXT(struct resource_options, label, .name = "label", .argument = "LABEL",          \
		    .help = "the label, in place of the operand")

/* How much of a list. */
#define RESOURCE_OPTION_LIMIT                                                                      \
	OPTION_NUMBER(struct resource_options, limit, .letter = 'n', .name = "limit",              \
		      .argument = "N", .aliases = "page-size", .min = 0, .max = 1000000000,        \
		      .fallback = "100", .help = "at most so many; 0: all of them")
#define RESOURCE_OPTIONS_PAGE                                                                      \
	RESOURCE_OPTION_LIMIT,                                                                     \
		OPTION_NUMBER(struct resource_options, skip, .name = "skip", .argument = "N",      \
			      .min = 0, .max = 1000000000, .fallback = "0",                        \
			      .help = "leave out so many from the front of the list"),             \
		OPTION_TEXT(struct resource_options, match, .name = "match", .argument = "TEXT",   \
			    .help = "only names with this text in them, whatever the case")

#define RESOURCE_OPTIONS_DELETE                                                                    \
	OPTION_FLAG(struct resource_options, force, .name = "force",                               \
		    .help = "delete it although it is in use"),                                    \
		OPTION_FLAG(struct resource_options, dry_run, .name = "dry-run",                   \
			    .help = "change nothing: say what would go")

#define RESOURCE_OPTIONS_PROPERTIES                                                                \
	OPTION_TEXT(struct resource_options, display_name, .name = "display-name",                 \
		    .argument = "TEXT", .help = "what people call it"),                            \
		OPTION_TEXT(struct resource_options, main_branch, .name = "main-branch",           \
			    .argument = "BRANCH", .help = "the branch that is released from"),     \
		OPTION_TEXT(struct resource_options, repository_url, .name = "repository-url",     \
			    .argument = "URL", .help = "where its source is"),                     \
		OPTION_TEXT(struct resource_options, repository_name, .name = "repository-name",   \
			    .argument = "TEXT", .help = "what the repository is called there"),    \
		OPTION_TEXT(struct resource_options, repository_namespace,                         \
			    .name = "repository-namespace", .argument = "TEXT",                    \
			    .help = "whose the repository is there")

/* One of these commands. */
struct resource_command {
	bool changes;
	/* Takes the operands: 0, or an exit status after saying why. */
	int (*prepare)(struct call *call, struct resource_options *o);
	int (*act)(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
		   struct tally_error *error);
	void (*print)(const struct resource_options *o, const cJSON *answer);
};

/* The whole run, from the command line to the exit status. */
int resource_run(struct call *call, const struct resource_command *command);

/* An operand that an option may stand for. */
struct wanted {
	const char **value;
	const char *option; /* "pacticipant"; NULL: there is none */
	const char *what;   /* "the application's name" */
	bool optional;
};

/* Fills them from the operands in order, those aside that options gave. */
int resource_operands(struct call *call, const struct wanted *wanted, size_t count);

/* Common operand lists, ready as `prepare`: APP; [APP]; APP@VERSION, its version found as
 * origin_find says; the same where it has to be given, and where it need not be; APP BRANCH; APP
 * LABEL. */
int resource_app(struct call *call, struct resource_options *o);
int resource_app_clear(struct call *call, struct resource_options *o); /* APP, and --clear */
int resource_app_optional(struct call *call, struct resource_options *o);
int resource_version(struct call *call, struct resource_options *o);
int resource_version_given(struct call *call, struct resource_options *o);
int resource_version_or_none(struct call *call, struct resource_options *o);
int resource_branch(struct call *call, struct resource_options *o);
int resource_label(struct call *call, struct resource_options *o);
/* APP@VERSION BRANCH; APP@VERSION TAG, and the same where the version has to be given. */
int resource_version_branch(struct call *call, struct resource_options *o);
int resource_version_tag(struct call *call, struct resource_options *o);
int resource_version_given_tag(struct call *call, struct resource_options *o);

/* What the library is asked with. */
struct tally_page resource_page(const struct resource_options *o);
struct tally_deletion resource_deletion(const struct resource_options *o);
struct tally_application resource_application(const struct resource_options *o);

/* Says on standard error that there is more of a list. */
void resource_note_more(const cJSON *answer);
/* "a, b (head)": the items of a list of names, or of objects with "name" and "latest". */
void resource_print_names(const char *title, const cJSON *list);
void resource_print_application(const struct resource_options *o, const cJSON *answer);
void resource_print_version(const struct resource_options *o, const cJSON *answer);
/* "deleted" or "would be deleted". */
const char *resource_fate(const struct resource_options *o);
/* Where something was deployed and released. */
void resource_print_places(const cJSON *answer, bool versions);

#endif
