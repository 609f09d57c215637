/* files.c - standard input and output in the place of files. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

char *read_standard_input(struct call *call, size_t max_bytes, size_t *len,
			  struct tally_error *error)
{
	size_t space = 65536;
	size_t used = 0;
	char *text = scratch_array(&call->scratch, space, 1);

	for (;;) {
		char *larger;

		used += fread(text + used, 1, space - used, stdin);
		if (used < space)
			break;
		if (used > max_bytes) {
			set_error(error, TALLY_ELIMIT, "standard input",
				  "expected at most %zu bytes, found more", max_bytes);
			return NULL;
		}
		larger = scratch_array(&call->scratch, space * 2, 1);
		memcpy(larger, text, used);
		text = larger;
		space *= 2;
	}
	if (ferror(stdin)) {
		set_error(error, TALLY_EIO, "standard input", "reading failed: %s",
			  strerror(errno));
		return NULL;
	}
	*len = used;
	return text;
}

int write_json_file(const char *path, const cJSON *value, struct tally_error *error)
{
	return strcmp(path, "-") == 0 ? out_json(value, error)
				      : tally_json_write_file(path, value, error);
}
