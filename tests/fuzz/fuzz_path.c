/* A path expression that is read can be written token by token, read again, and is the same; its
 * order against itself is that of equals. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "fuzz.h"
#include "matching/path.h"

static void write_path(struct buf *out, const struct path_expression *path)
{
	tally__buf_adds(out, "$");
	for (size_t i = 1; i < path->count; i++) {
		const struct path_token *token = &path->tokens[i];

		if (token->kind == PATH_EXACT) {
			tally__path_add_fragment(out, token->text, token->len);
		} else {
			tally__buf_adds(out, token->kind == PATH_STAR ? ".*" : "[*]");
		}
	}
}

static void check_same(const struct path_expression *a, const struct path_expression *b)
{
	FUZZ_REQUIRE(a->count == b->count && a->exact == b->exact);
	for (size_t i = 0; i < a->count; i++) {
		const struct path_token *left = &a->tokens[i];
		const struct path_token *right = &b->tokens[i];

		FUZZ_REQUIRE(left->kind == right->kind);
		/* Leading zeros are left out of an index, but belong to a name of digits. */
		if (left->kind == PATH_EXACT && !tally__path_is_index(left->text, left->len)) {
			FUZZ_REQUIRE(left->len == right->len &&
				     memcmp(left->text, right->text, left->len) == 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct path_expression path = {0};
	struct path_expression again = {0};
	struct arena arena;
	struct buf text;
	const char *source;

	tally__arena_init(&arena, 0);
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	source = tally__arena_memdup(&arena, data, size);
	FUZZ_REQUIRE(source != NULL);
	if (tally__path_parse(&path, &arena, source, &error) != 0) {
		FUZZ_REQUIRE(error.message[0] != '\0' && path.count == 0);
	} else if (path.count > 0) {
		FUZZ_REQUIRE(path.count <= LIMIT_PATH_TOKENS && path.exact <= path.count);
		FUZZ_REQUIRE(tally__path_compare(&path, &path) == 0);
		write_path(&text, &path);
		FUZZ_REQUIRE(text.status == 0);
		FUZZ_REQUIRE(tally__path_parse(&again, &arena, text.bytes, &error) == 0);
		check_same(&path, &again);
	}
	tally__buf_release(&text);
	tally__arena_release(&arena);
	return 0;
}
