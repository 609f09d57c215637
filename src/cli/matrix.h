/* matrix.h - what tally can-i-deploy and tally matrix share: options that make a question. */
#ifndef TALLY_CLI_MATRIX_H
#define TALLY_CLI_MATRIX_H

#include "cli/common.h"

struct matrix_options {
	struct broker_access broker;
	struct text_list selectors; /* "pacticipant=web", "version=1", "latest=prod" … in order */
	const char *to, *to_environment, *to_tag, *to_branch;
	bool to_main_branch, to_latest;
	struct text_list assumptions;
	int format;
};

/* S has `struct matrix_options question`; the options name its members. */
#define MATRIX_OPTIONS(S)                                                                          \
	OPTION_LIST(S, question.selectors, .named = true, .letter = 'a', .name = "pacticipant",    \
		    .argument = "APP", .aliases = "application",                                   \
		    .help = "an application, in place of APP@VERSION; the options down to "        \
			    "--deployed-in that follow say which of its versions"),                \
		OPTION_LIST(S, question.selectors, .named = true, .letter = 'e',                   \
			    .name = "version", .argument = "VERSION", .help = "this version"),     \
		OPTION_LIST(S, question.selectors, .named = true, .letter = 'l', .name = "latest", \
			    .argument = "[TAG]",                                                   \
			    .help = "the newest version, or the newest with TAG"),                 \
		OPTION_LIST(S, question.selectors, .named = true, .name = "tag",                   \
			    .argument = "TAG", .aliases = "all",                                   \
			    .help = "every version with TAG"),                                     \
		OPTION_LIST(S, question.selectors, .named = true, .name = "branch",                \
			    .argument = "BRANCH", .help = MATRIX_BRANCH_HELP),                     \
		OPTION_MARK(S, question.selectors, .name = "main-branch",                          \
			    .help = "the same of the application's main branch"),                  \
		OPTION_LIST(S, question.selectors, .named = true, .name = "deployed-in",           \
			    .argument = "ENVIRONMENT",                                             \
			    .help = "the versions that are deployed or released there"),           \
		OPTION_LIST(S, question.selectors, .named = true, .name = "ignore",                \
			    .argument = "APP[@VERSION]",                                           \
			    .help = "leave out what depends on this alone; a --version behind it " \
				    "is that of what is ignored"),                                 \
		OPTION_TEXT(S, question.to, .name = "to", .argument = "ENVIRONMENT",               \
			    .help = "where it is to go; where no environment has the name, "       \
				    "beside the newest versions with a tag of that name"),         \
		OPTION_TEXT(S, question.to_environment, .name = "to-environment",                  \
			    .argument = "ENVIRONMENT", .aliases = "environment",                   \
			    .help = "the same, and an environment only"),                          \
		OPTION_TEXT(S, question.to_tag, .name = "to-tag", .argument = "TAG",               \
			    .help = "beside the newest versions with TAG"),                        \
		OPTION_TEXT(S, question.to_branch, .name = "to-branch", .argument = "BRANCH",      \
			    .help = "beside the heads of BRANCH"),                                 \
		OPTION_FLAG(S, question.to_main_branch, .name = "to-main-branch",                  \
			    .help = "beside the heads of the main branches"),                      \
		OPTION_FLAG(S, question.to_latest, .name = "to-latest",                            \
			    .help = "beside the newest versions"),                                 \
		OPTION_LIST(                                                                       \
			S, question.assumptions, .name = "assume", .argument = "WHAT",             \
			.help = "answer as if \"APP@VERSION deployed\", \"APP@VERSION deployed "   \
				"as INSTANCE\", \"APP@VERSION released\" or \"APP gone\" had "     \
				"been recorded there"),                                            \
		COMMON_OPTION_AT(S, question.broker),                                              \
		COMMON_OPTIONS_BROKER(S, question.broker, 0),                                      \
		OPTION_CHOICE(S, question.format, .letter = 'o', .name = "format",                 \
			      .choices = matrix_format_choices, .fallback = "text",                \
			      .aliases = "output", .variables = "TALLY_FORMAT",                    \
			      .help = "how the result is printed: for people (table is the same) " \
				      "or for machines")
extern const char *const matrix_format_choices[];

/* What a selector without a version means, where it names a branch, or nothing at all. */
enum matrix_use {
	MATRIX_ONE_VERSION, /* the head of the branch; what the CI system or git names */
	MATRIX_ALL_VERSIONS /* every version */
};

/* Fills the question, whose arrays live as long as the call.  0, or an exit status. */
int matrix_query_get(struct call *call, const struct matrix_options *options, enum matrix_use use,
		     struct tally_matrix_query *out);

/* The verdict of tally_broker_can_i_deploy as text for people; `at` is the older state that was
 * asked for, or NULL. */
void report_verdict(const cJSON *answer, const char *at);
/* The rows of tally_broker_matrix, as a table. */
void report_matrix(const cJSON *answer);

#endif
