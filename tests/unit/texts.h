/* Assertions about what a text says. */
#ifndef TALLY_TESTS_UNIT_TEXTS_H
#define TALLY_TESTS_UNIT_TEXTS_H

#include <string.h>

#define assert_in(text, part)                                                                      \
	do {                                                                                       \
		if (strstr(text, part) == NULL)                                                    \
			fail_msg("\"%s\" not in: %s", part, text);                                 \
	} while (0)
#define assert_not_in(text, part)                                                                  \
	do {                                                                                       \
		if (strstr(text, part) != NULL)                                                    \
			fail_msg("\"%s\" in: %s", part, text);                                     \
	} while (0)

#endif
