/* A broker with one record that says anything: the first line of the input is its path, the rest
 * its bytes.  Every question and change ends, with an answer or with the place of what is wrong. */
#include "config.h"

#include "base/mem.h"
#include "fuzz.h"
#include "whole_broker.h"

static struct whole whole;

static void release(void)
{
	whole_release(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t path_len = end != NULL ? (size_t)(end - data) : size;
	char *path = tally__strndup((const char *)data, path_len);
	size_t rest = size - path_len - (end != NULL);

	FUZZ_REQUIRE(path != NULL);
	/* Built once, as that takes longer than anything that is done with it. */
	if (whole.broker == NULL) {
		whole_init(&whole);
		FUZZ_REQUIRE(atexit(release) == 0);
	}
	whole_try(&whole, path, (const char *)data + size - rest, rest);
	tally__free(path);
	return 0;
}
