/* Any name becomes one safe path component and comes back; what decodes encodes to the same. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "fuzz.h"
#include "git/store.h"

static void check_component(const struct buf *component)
{
	FUZZ_REQUIRE(component->len >= 1 && component->len <= 240);
	FUZZ_REQUIRE(component->bytes[0] != '.' && component->bytes[0] != '-');
	FUZZ_REQUIRE(component->bytes[component->len - 1] != '.');
	for (size_t i = 0; i < component->len; i++) {
		unsigned char c = (unsigned char)component->bytes[i];

		FUZZ_REQUIRE(c > ' ' && c != 0x7f && !strchr("/\\:*?\"<>|~", c));
		FUZZ_REQUIRE(c < 'A' || c > 'Z');
	}
}

static void check_name(const char *name)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf component, back;
	int status;

	tally__buf_init(&component, 4096);
	tally__buf_init(&back, 4096);
	status = tally__path_component(&component, name, &error);
	if (*name == '\0' || strlen(name) > LIMIT_NAME_BYTES) {
		FUZZ_REQUIRE(status == TALLY_EINVAL && component.len == 0);
	} else {
		FUZZ_REQUIRE(status == 0);
		check_component(&component);
		status = tally__path_component_decode(&back, component.bytes, NULL);
		FUZZ_REQUIRE(status == 0 || (status == TALLY_ENOTFOUND && component.len >= 42));
		FUZZ_REQUIRE(status != 0 || strcmp(back.bytes, name) == 0);
	}
	tally__buf_release(&component);
	tally__buf_release(&back);
}

static void check_decoding(const char *text)
{
	struct buf name, again;
	int status;

	tally__buf_init(&name, 4096);
	tally__buf_init(&again, 4096);
	status = tally__path_component_decode(&name, text, NULL);
	FUZZ_REQUIRE(status == 0 || status == TALLY_EPARSE || status == TALLY_ENOTFOUND);
	if (status == 0) {
		FUZZ_REQUIRE(tally__path_component(&again, name.bytes, NULL) == 0);
		FUZZ_REQUIRE(strcmp(again.bytes, text) == 0);
	}
	tally__buf_release(&name);
	tally__buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = tally__strndup((const char *)data, size);

	FUZZ_REQUIRE(text != NULL);
	check_name(text);
	check_decoding(text);
	tally__free(text);
	return 0;
}
