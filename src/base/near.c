#include "config.h"

#include <stddef.h>
#include <string.h>

#include "base/near.h"
#include "base/text.h"

#define NAME_BYTES 64

/* The name in lower case, without what separates its words; false when it is too long. */
static bool fold(const char *name, char out[NAME_BYTES], size_t *len)
{
	if (strnlen(name, NAME_BYTES + 1) > NAME_BYTES)
		return false;
	*len = 0;
	for (; *name != '\0'; name++) {
		if (*name != '_' && *name != '-')
			out[(*len)++] = tally__text_lower(*name);
	}
	return true;
}

static unsigned char least(unsigned char a, unsigned char b)
{
	return a < b ? a : b;
}

/* How many letters have to be changed, put in, taken out or swapped with their neighbour; a letter
 * takes part in one change only. */
static unsigned count_edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned char rows[3][NAME_BYTES + 1];
	unsigned char *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		above[j] = (unsigned char)j;
	memset(before, 0, sizeof(rows[0]));
	for (size_t i = 1; i <= a_len; i++) {
		unsigned char *next = before;

		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned char changed =
				(unsigned char)(above[j - 1] + (a[i - 1] != b[j - 1]));

			row[j] = least(changed, (unsigned char)(least(above[j], row[j - 1]) + 1));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], (unsigned char)(before[j - 2] + 1));
		}
		before = above;
		above = row;
		row = next;
	}
	return above[b_len];
}

bool tally__names_near(const char *a, const char *b)
{
	char folded_a[NAME_BYTES], folded_b[NAME_BYTES];
	size_t a_len, b_len, longer, shorter;

	if (!fold(a, folded_a, &a_len) || !fold(b, folded_b, &b_len) || a_len == 0 || b_len == 0 ||
	    strcmp(a, b) == 0)
		return false;
	longer = a_len > b_len ? a_len : b_len;
	shorter = a_len > b_len ? b_len : a_len;
	if (a_len == b_len && memcmp(folded_a, folded_b, a_len) == 0)
		return true;
	/* Of two or three letters, one is too much: "id" is no misspelt "is". */
	if (shorter < 3 || longer < 4 || longer - shorter > 2)
		return false;
	return count_edits(folded_a, a_len, folded_b, b_len) <= (shorter >= 6 ? 2U : 1U);
}
