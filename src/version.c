#include "config.h"

#include "tally.h"

const char *tally_version(void)
{
	return PACKAGE_VERSION;
}
