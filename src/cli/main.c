#include "config.h"

#include <stdio.h>

#include "tally.h"

int main(void)
{
	return printf("tally %s\n", tally_version()) < 0;
}
