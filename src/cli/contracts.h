/* contracts.h - the contract files that a command is given, as files and folders. */
#ifndef TALLY_CLI_CONTRACTS_H
#define TALLY_CLI_CONTRACTS_H

#include <tally.h>

#include "cli/command.h"

struct contract_file {
	const char *path; /* or URL; "" for a contract of the broker */
	struct tally_contract *contract;
	cJSON *document;              /* only of contract_files_read */
	const cJSON *history;         /* what the broker says of its contract; otherwise NULL */
	const char *consumer_version; /* the same */
	const char *content;          /* for those who compare; or NULL */
	size_t place;                 /* for those who sort */
};

struct contract_files {
	struct contract_file *items;
	size_t count;
};

/* Adds the files that a path stands for: a folder for its files that end in .json, in the order of
 * their names, but for a configuration of tally lint.  0, or an error. */
int contract_paths_add(struct call *call, struct text_list *paths, const char *path,
		       struct tally_error *error);
/* Those that the call's operands name; an error when there are none. */
int contract_paths_find(struct call *call, struct text_list *paths, struct tally_error *error);
/* Reads them.  0, or an exit status. */
int contract_files_read(struct call *call, struct contract_files *files);
/* Adds the contract of a file, or a text that came from `name`.  0, or an error. */
int contract_files_add_file(struct call *call, struct contract_files *files, const char *path,
			    struct tally_error *error);
int contract_files_add_text(struct call *call, struct contract_files *files, const char *name,
			    const char *text, size_t len, struct tally_error *error);
/* Adds a contract document that came from elsewhere (a copy of it).  0, or an error. */
int contract_files_add(struct call *call, struct contract_files *files, const cJSON *document,
		       struct tally_error *error);
/* The documents, as an array of files->count. */
const cJSON *const *contract_files_documents(struct call *call, const struct contract_files *files);
void contract_files_release(struct contract_files *files);

#endif
