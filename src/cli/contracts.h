/* contracts.h - the contract files that a command is given, as files and folders. */
#ifndef TALLY_CLI_CONTRACTS_H
#define TALLY_CLI_CONTRACTS_H

#include <tally.h>

#include "cli/command.h"

struct contract_file {
	const char *path; /* "" for a contract of the broker */
	struct tally_contract *contract;
	cJSON *document;
	const char *consumer_version; /* of a contract of the broker; otherwise NULL */
	const char *why;              /* the same: why it is to be verified, as a sentence */
};

struct contract_files {
	struct contract_file *items;
	size_t count;
};

/* The files that the call's operands name; a folder stands for its files that end in .json, in the
 * order of their names, but for a configuration of tally lint.  0, or an error. */
int contract_paths_find(struct call *call, struct text_list *paths, struct tally_error *error);
/* Reads them.  0, or an exit status. */
int contract_files_read(struct call *call, struct contract_files *files);
/* Adds a contract document that came from elsewhere (a copy of it).  0, or an error. */
int contract_files_add(struct call *call, struct contract_files *files, const cJSON *document,
		       struct tally_error *error);
/* The documents, as an array of files->count. */
const cJSON *const *contract_files_documents(struct call *call, const struct contract_files *files);
void contract_files_release(struct contract_files *files);

#endif
