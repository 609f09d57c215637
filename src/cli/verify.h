/* verify.h - the parts of tally verify: its options, where contracts come from, what becomes of the
 * results.
 *
 * In this order: the options are checked, contracts are read and chosen, replayed by the library,
 * and the one document of results goes to the broker and to every report.
 * The functions return 0, or an exit status after everything has been said.
 */
#ifndef TALLY_CLI_VERIFY_H
#define TALLY_CLI_VERIFY_H

#include <tally.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/contracts.h"

struct verify_options {
	struct text_list files, dirs, urls; /* as operands */
	const char *webhook_url;            /* a contract's address, as the broker has it */
	bool ignore_no_contracts;
	const char *provider_url;
	const char *hostname; /* what else the provider's URL is made of */
	long port;
	struct text_list transport, transports;
	const char *base_path;
	const char *provider;
	struct broker_access broker;
	const char *consumer_version;
	struct text_list selectors, consumer_version_tags;
	bool enable_pending;
	const char *include_wip_since;
	const char *provider_version;
	const char *provider_branch;
	const char *build_url;
	struct text_list provider_tags;
	bool publish;
	struct text_list headers;
	const char *filter_description;
	const char *filter_state;
	bool filter_no_state;
	struct text_list filter_consumers;
	const char *start;
	const char *ready_url;
	long start_timeout_ms;
	const char *start_log;
	long stop_timeout_ms;
	const char *state_change_url;
	bool state_change_teardown;
	bool state_change_as_query;
	const char *state_command;
	const char *message_command;
	const char *header_command;
	bool header_command_each;
	long command_timeout_ms;
	long request_timeout_ms, total_timeout_ms;
	long jobs;
	bool parallel_states;
	long retries, repeat;
	bool only_needed;
	bool explain;
	bool last_failed;
	bool exit_on_first_error;
	bool insecure_tls;
	const char *ca_file, *client_cert, *client_key, *client_key_password;
	int http_version;
	long seed;
	const char *now;
	struct text_list masks;
	const char *json, *junit, *html; /* files for reports */
	int format;
	bool no_colour;
};

struct verify_run {
	struct call *call;
	struct verify_options *options;
	struct tally_broker *broker;
	cJSON *selectors; /* of consumer versions, for the broker; NULL: none are given */
	struct contract_files files;
	cJSON *from_broker;    /* its answers, which lend what it said of the contracts */
	struct text_list only; /* digests of the interactions of --last-failed; none: all */
	struct tally_provider *provider; /* started here; NULL: it was running */
	cJSON *results;
};

/* ---- verify_options.c ---- */

extern const struct option verify_option_table[];

/* What can be known to be wrong before anything is asked; finds version and branch, to record. */
int verify_options_check(struct verify_run *run);

/* ---- verify_sources.c ---- */

/* Whether the broker's contracts are wanted. */
bool verify_sources_ask_broker(const struct verify_run *run);
/* Reads all contracts that there are. */
int verify_sources_load(struct verify_run *run);

/* ---- verify_choose.c ---- */

/* Leaves the contracts that were asked for, each once, in one order whatever the order of the
 * sources was: EXIT_NOTHING when there are none. */
int verify_choose(struct verify_run *run);
/* Prints why each contract is to be verified, and why consumers are left out. */
void verify_choose_explain(const struct verify_run *run);
/* Says in the results where each contract came from. */
void verify_choose_tell(struct verify_run *run);

/* ---- verify_last.c ---- */

/* Finds what failed last time, for --last-failed. */
void verify_last_find(struct verify_run *run);
/* Keeps what failed now for the next time. */
void verify_last_keep(const struct verify_run *run);

/* ---- verify_replay.c ---- */

/* Has the library replay the contracts, shows how far it is, and breaks off when a signal comes.
 * From its beginning until verify_replay_end, signals do not end the program at once. */
int verify_replay(struct verify_run *run);
/* Once all is said and written: ends the program by the signal that came, if one did. */
void verify_replay_end(void);

/* ---- verify_provider.c ---- */

/* What can be known to be wrong before it is started. */
int verify_provider_check(struct verify_run *run);
/* Starts it, when that is wanted, and waits until it answers. */
int verify_provider_start(struct verify_run *run, const volatile sig_atomic_t *interrupt);
/* Ends it, and says what is to be known of it: how it ended before, where its output is unless all
 * went well. */
void verify_provider_stop(struct verify_run *run, bool well);

/* ---- verify_publish.c ---- */

/* Whose results these are: of the provider that was named, or of that of all contracts. */
int verify_publish_find_provider(struct verify_run *run);
/* Hands the results to the broker, in one change. */
int verify_publish(struct verify_run *run);

/* ---- verify_report.c ---- */

extern const char *const verify_format_choices[];

/* Whether the reports can be expected to be written, before anything is asked. */
int verify_report_check(struct verify_run *run);
/* Whether a report would take the place of this contract file: EXIT_WRONG, and there is no such
 * report any more. */
int verify_report_keep_off(struct verify_run *run, const char *contract);
int verify_report(struct verify_run *run);
/* The reports of a run without results, of which all is said but there: the exit status. */
int verify_report_failure(struct verify_run *run, int status);

#endif
