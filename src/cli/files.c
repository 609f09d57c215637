/* files.c - standard input and output in the place of files. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
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

int read_json_input(struct call *call, const char *path, cJSON **out, struct tally_error *error)
{
	size_t len = 0;
	char *text;
	int code;

	if (strcmp(path, "-") != 0)
		return tally_json_read_file(out, path, error);
	text = read_standard_input(call, LIMIT_DOCUMENT_BYTES, &len, error);
	if (!text)
		return error->code;
	code = tally_json_parse(out, text, len, error);
	if (code < 0 && !error->where[0])
		(void)snprintf(error->where, sizeof(error->where), "standard input");
	return code;
}

int write_json_file(const char *path, const cJSON *value, struct tally_error *error)
{
	return strcmp(path, "-") == 0 ? out_json(value, error)
				      : tally_json_write_file(path, value, error);
}
