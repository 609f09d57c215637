#include "config.h"

#include <dlfcn.h>
#include <string.h>

#include "base/library.h"

static int fail_load(const char *soname, const char *package, struct tally_error *error)
{
	const char *reason = dlerror();

	return tally__fail(error, TALLY_EUNSUPPORTED, "%s cannot be loaded (%s); install %s",
			   soname, reason != NULL ? reason : "no reason given", package);
}

int tally__library_load(void *table, const struct library_symbol *symbols, size_t count,
			const char *soname, const char *package, struct tally_error *error)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		return fail_load(soname, package, error);
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, symbols[i].name);

		if (address == NULL)
			return fail_load(soname, package, error);
		/* Copied as bytes: ISO C converts no object pointer to a function pointer. */
		memcpy((char *)table + symbols[i].offset, &address, sizeof(address));
	}
	return 0;
}
