/* base/library.h - loads a shared library when it is first needed, so that the program starts
 * without it.  A wrapper keeps one table of function pointers, which live as long as the process:
 * libraries are never unloaded. */
#ifndef TALLY_BASE_LIBRARY_H
#define TALLY_BASE_LIBRARY_H

#include <stddef.h>

#include "base/error.h"

struct library_symbol {
	const char *name;
	size_t offset; /* of its function pointer in the table */
};

/* Fills `table` with the addresses of `symbols`.  To be called once, under pthread_once.
 * TALLY_EUNSUPPORTED says what the dynamic linker said, and to install `package`. */
int tally__library_load(void *table, const struct library_symbol *symbols, size_t count,
			const char *soname, const char *package, struct tally_error *error);

#endif
