/* trust.h - the file with the certificate authorities of mocks that speak TLS. */
#ifndef TALLY_CLI_TRUST_H
#define TALLY_CLI_TRUST_H

#include "cli/mocks.h"

/* Writes them to a temporary file; *path is NULL when no mock has one. */
int trust_write(const struct mocks *mocks, const char **path, struct tally_error *error);
/* Removes it; NULL is fine. */
void trust_remove(const char *path);
/* Adds TALLY_MOCK_CA; with `widely`, also the variables by which other programs are told whom to
 * trust. */
void trust_add_variables(struct call *call, const char *path, bool widely,
			 struct text_list *variables);

#endif
