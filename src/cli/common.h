/* common.h - options and steps that several commands share. */
#ifndef TALLY_CLI_COMMON_H
#define TALLY_CLI_COMMON_H

#include <tally.h>

#include "cli/command.h"

enum format { FORMAT_TEXT, FORMAT_JSON };
extern const char *const format_choices[];

#define COMMON_OPTION_FORMAT(S, M)                                                                 \
	OPTION_CHOICE(S, M, .name = "format", .choices = format_choices, .fallback = "text",       \
		      .variables = "TALLY_FORMAT",                                                 \
		      .help = "how the result is printed: for people or for machines")

/* Where a broker is, and who asks it. */
struct broker_access {
	const char *location;
	const char *user; /* a password may follow it, after a colon */
	const char *password;
	const char *token;
	const char *ca_file;
	long retries;
	long timeout_s;
	bool offline;
	const char *at; /* only of commands that ask */
};

/* LETTER is the short form of the token's option, or 0. */
#define COMMON_OPTIONS_BROKER(S, M, LETTER)                                                        \
	OPTION_TEXT(S, M.location, .letter = 'b', .name = "broker", .argument = "BROKER",          \
		    .aliases = "broker-base-url broker-url",                                       \
		    .variables = "TALLY_BROKER PACT_BROKER_BASE_URL",                              \
		    .help = "the broker: the path or file:// URL of its repository, its URL on a " \
			    "git host (ssh://, git@host:path, git+https://, https://….git), or " \
			    "the http(s):// URL of a Pact Broker"),                                \
		COMMON_OPTIONS_BROKER_ACCESS(S, M, LETTER)

/* The same for a command whose operand says where. */
#define COMMON_OPTIONS_BROKER_ACCESS(S, M, LETTER)                                                 \
	OPTION_TEXT(S, M.user, .name = "broker-username", .argument = "NAME", .aliases = "user",   \
		    .variables = "TALLY_BROKER_USERNAME PACT_BROKER_USERNAME",                     \
		    .help = "who asks a Pact Broker, or a git host over HTTP"),                    \
		OPTION_TEXT(S, M.password, .name = "broker-password", .argument = "PASSWORD",      \
			    .aliases = "password",                                                 \
			    .variables = "TALLY_BROKER_PASSWORD PACT_BROKER_PASSWORD",             \
			    .help = "the password; better in the variable, as others can see "     \
				    "what programs are started with"),                             \
		OPTION_TEXT(                                                                       \
			S, M.token, .letter = (LETTER), .name = "broker-token",                    \
			.argument = "TOKEN", .aliases = "token",                                   \
			.variables = "TALLY_BROKER_TOKEN PACT_BROKER_TOKEN",                       \
			.help = "a token, in place of the password for a git host, and of "        \
				"name and password for a Pact Broker; better in the variable"),    \
		OPTION_TEXT(S, M.ca_file, .name = "broker-ca-file", .argument = "FILE",            \
			    .variables = "TALLY_BROKER_CA_FILE SSL_CERT_FILE",                     \
			    .help = "certificates (PEM) to trust a Pact Broker or a git host by, " \
				    "in place of the system's"),                                   \
		OPTION_NUMBER(S, M.retries, .name = "broker-retries", .argument = "N", .min = 0,   \
			      .max = 100, .fallback = "8",                                         \
			      .variables = "PACT_BROKER_HTTP_RETRIES",                             \
			      .help = "how often one request is sent to a Pact Broker that is "    \
				      "busy (408, 429, 5xx), as Pact counts: 0 and 1 are once"),   \
		OPTION_NUMBER(                                                                     \
			S, M.timeout_s, .name = "broker-timeout", .argument = "SECONDS", .min = 0, \
			.max = 86400, .fallback = "0", .variables = "TALLY_BROKER_TIMEOUT",        \
			.help = "how long a Pact Broker may take for an answer (0: 30), and "      \
				"a git host may be silent (0: 60)"),                               \
		OPTION_FLAG(S, M.offline, .name = "offline", .variables = "TALLY_OFFLINE",         \
			    .help = "answer from the copy of a git host's repository, which may "  \
				    "be old, without asking the host")

/* For every command that asks: broker_open pins the broker there. */
#define COMMON_OPTION_AT(S, M)                                                                     \
	OPTION_TEXT(S, M.at, .name = "at", .argument = "COMMIT|DATE",                              \
		    .help = "ask the broker as it was then: at a commit of it, or an instant "     \
			    "such as 2026-01-31T12:00:00Z")

#define COMMON_OPTION_PACTICIPANT(S, M)                                                            \
	OPTION_TEXT(S, M, .letter = 'a', .name = "pacticipant", .argument = "APP",                 \
		    .aliases = "application", .help = "the application, in place of APP@VERSION")

#define COMMON_OPTION_VERSION(S, M)                                                                \
	OPTION_TEXT(S, M, .letter = 'e', .name = "version", .argument = "VERSION",                 \
		    .help = "its version; without it, the commit that the CI system or git names")

#define COMMON_OPTION_ENVIRONMENT(S, M)                                                            \
	OPTION_TEXT(S, M, .name = "to", .argument = "ENVIRONMENT",                                 \
		    .aliases = "to-environment environment", .help = "the environment")

#define COMMON_OPTION_SPEC(S, M, ...)                                                              \
	OPTION_CHOICE(S, M, .name = "spec", .choices = spec_choices,                               \
		      .aliases = "pact-specification-version specification", __VA_ARGS__)
extern const char *const spec_choices[];
enum tally_spec spec_of_choice(int choice);

/* How generated values come out the same again; the help says which. */
#define COMMON_OPTION_SEED(S, M)                                                                   \
	OPTION_NUMBER(S, M, .name = "seed", .argument = "N", .min = 0, .max = 2147483647,          \
		      .fallback = "0", .variables = "TALLY_SEED",                                  \
		      .help = "the seed of generated values: with the same, they come out the "    \
			      "same; 0 chooses one, and says which")
#define COMMON_OPTION_NOW(S, M)                                                                    \
	OPTION_TEXT(S, M, .name = "now", .argument = "TIME", .variables = "TALLY_NOW",             \
		    .help = "the time for generated dates, such as 2026-11-21T09:14:16+01:00, in " \
			    "place of the clock's")

/* APP@VERSION is split at its last "@", so that "@scope/app@1.0" works; a name that holds one is
 * given with --pacticipant.  The version is NULL when there is none. */
struct app_version {
	const char *app;
	const char *version;
};

/* Splits APP@VERSION; an "@" at the very front belongs to the name. */
void app_version_split(struct call *call, const char *text, struct app_version *out);

/* From the operand or from --pacticipant and --version, not both; a missing version is found as
 * origin_find says.  0, or an exit status. */
int app_version_get(struct call *call, const char *pacticipant, const char *version,
		    struct app_version *out);
/* The same, without looking for a missing version. */
int app_version_given(struct call *call, const char *pacticipant, const char *version,
		      struct app_version *out);

/* Makes one there.  0, or an exit status. */
int broker_init(struct call *call, const struct broker_access *access);
/* Opens the broker named by the options, pinned where --at says.  0, or an exit status. */
int broker_open(struct call *call, const struct broker_access *access,
		struct tally_broker **broker);
/* The same for a command that changes something: in the name of whom origin_find_author finds. */
int broker_open_to_change(struct call *call, const struct broker_access *access,
			  struct tally_broker **broker);
/* The operand of a command that is about one broker is that one, whatever --broker and its variable
 * say. */
void broker_operand(struct call *call, struct broker_access *access);
/* How a command on the broker ends: closes it and says what came of the call that returned
 * `result`: the error, or the answer as JSON or by `print_text`; releases the answer.  An exit
 * status. */
int broker_finish(struct tally_broker *broker, int result, const struct tally_error *error,
		  cJSON *answer, int format, void (*print_text)(const cJSON *answer));
/* "name:password" for servers beside the broker; NULL without a user. */
const char *broker_user(struct call *call, const struct broker_access *access);
/* The contracts that a broker has for a provider: of one consumer version (APP@VERSION), or, where
 * that is NULL, those that are to be verified.  0, or an error. */
int broker_ask_contracts(struct call *call, struct tally_broker *broker,
			 const struct tally_verification_query *query, const char *consumer_version,
			 cJSON **answer, struct tally_error *error);

/* Says what went wrong in a call whose parameters are the command's options: where the error names
 * a parameter ("provider_url"), the option is named ("--provider-url").  Its exit status. */
int failed_in_options(const struct call *call, struct tally_error *error);

/* A required option that is missing: an exit status; 0 when it is there. */
int need(struct call *call, const char *value, const char *option, const char *what);

/* Prints `answer` as JSON and releases it: an exit status. */
int print_answer(cJSON *answer);

/* Members of JSON answers; "" and -1 when they are not there. */
const char *json_text(const cJSON *object, const char *member);
double json_number(const cJSON *object, const char *member);
const cJSON *json_get(const cJSON *object, const char *member);

/* "s" unless there is one. */
const char *plural(size_t count);

/* All of standard input, at most `max_bytes`; its length.  NULL after an error that `error` tells.
 */
char *read_standard_input(struct call *call, size_t max_bytes, size_t *len,
			  struct tally_error *error);
/* The same of a file. */
char *read_whole_file(struct call *call, const char *path, size_t max_bytes, size_t *len,
		      struct tally_error *error);
/* Reads a JSON document from a file, or from standard input for "-". */
int read_json_input(struct call *call, const char *path, cJSON **out, struct tally_error *error);
/* The parts that commands can be given, in the order of enum tally_part, closed by NULL. */
extern const char *const part_choices[];
enum tally_part part_of_word(const char *word);

/* Says that values were generated, and how to have them again. */
void note_seed(const cJSON *answer);
/* Says what the "warnings" of an answer are. */
void note_warnings(const cJSON *answer);

/* Whether a file can be expected to be written by the two below, before something is done that it
 * tells of. */
int check_output_file(struct call *call, const char *path, struct tally_error *error);
/* The same of files in a folder, which is made when it is missing. */
int check_output_folder(struct call *call, const char *path, struct tally_error *error);
/* Writes a JSON document or a text to a file as a whole; "-" is standard output. */
int write_json_file(const char *path, const cJSON *value, struct tally_error *error);
int write_text_file(const char *path, const char *text, struct tally_error *error);

/* Sets an error that the program itself found. */
__attribute__((format(printf, 4, 5))) int set_error(struct tally_error *error, int code,
						    const char *where, const char *format, ...);

#endif
