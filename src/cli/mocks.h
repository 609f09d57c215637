/* mocks.h - the mock providers of one run of tally mock: what they expect, where they serve, what
 * came of it.  One for each provider of the expectation files. */
#ifndef TALLY_CLI_MOCKS_H
#define TALLY_CLI_MOCKS_H

#include <tally.h>

#include "cli/command.h"

/* The union of some files that stand in a row. */
struct mock_part {
	struct tally_contract *contract;
	size_t file_count;
};

struct mock_provider {
	struct text_list files; /* what it was read from */
	/* While files are read: unions of ever fewer of them, so that each is part of few. */
	struct mock_part parts[32];
	size_t part_count;
	struct tally_contract *contract; /* the union of all: what is served, and written */
	const char *consumer, *name;
	const char *suffix; /* of its variables: "ORDERS" in TALLY_MOCK_URL_ORDERS */
	struct tally_mock *mock;
	cJSON *report; /* at the end */
	char *path;    /* of the contract that was written; or NULL */
};

/* All zero but the call is an empty one. */
struct mocks {
	struct call *call;
	struct mock_provider *items;
	size_t count;
	const char *advice; /* what helps against the last failure; NULL: its message says it */
};

/* Where and how contracts are written. */
struct mocks_saving {
	const char *dir;
	struct tally_save_options how;
};

/* Reads the call's operands, files and folders of them.  Files of the same two applications are
 * united.  TALLY_ECONFLICT shows where two of them differ, TALLY_EINVAL what cannot be told apart
 * (one provider of two consumers, two providers with the same variable), TALLY_ENOTHING. */
int mocks_read(struct mocks *mocks, struct tally_error *error);
/* What would keep the contracts from being written: the tests may take long.  Says what cannot be
 * exercised. */
int mocks_check(struct mocks *mocks, const struct mocks_saving *saving, struct tally_error *error);
/* Starts them, with consecutive ports when the options have one. */
int mocks_start(struct mocks *mocks, const struct tally_mock_options *options,
		struct tally_error *error);
/* Says where they listen, a line for each address. */
void mocks_announce(const struct mocks *mocks);
/* Adds NAME=VALUE of their addresses. */
void mocks_add_variables(const struct mocks *mocks, struct text_list *variables);
/* Asks each what happened. */
int mocks_collect(struct mocks *mocks, struct tally_error *error);
/* Whether all went well. */
bool mocks_succeeded(const struct mocks *mocks);
/* Writes all contracts; none when one of them could not be merged. */
int mocks_save(struct mocks *mocks, const struct mocks_saving *saving, struct tally_error *error);
void mocks_release(struct mocks *mocks);

/* ---- mocks_report.c ---- */

/* What happened, as one document (doc/reports.md); NULL when memory is short. */
cJSON *mocks_json(const struct mocks *mocks);
/* The same for people. */
void mocks_print(const struct mocks *mocks);

#endif
