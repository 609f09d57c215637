/* Input: two documents with a NUL between them.  Comparing says the same both ways, and with the
 * tokens alone; the regular expression of a document matches it, and what is the same. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/graphql.h"
#include "format/regex.h"
#include "fuzz.h"

/* The tokens of a document, with a line end between them; false when it is none. */
static bool add_tokens(struct buf *out, const char *text, size_t len)
{
	struct graphql_reader reader;
	struct graphql_token token;
	const char *from = text;

	tally__graphql_init(&reader, text, len);
	while (tally__graphql_next(&reader, &token)) {
		if (token.kind == GRAPHQL_END)
			return true;
		FUZZ_REQUIRE(token.len > 0 && token.text >= from &&
			     token.len <= (size_t)(text + len - token.text));
		from = token.text + token.len;
		tally__buf_add(out, token.text, token.len);
		tally__buf_addc(out, '\n');
	}
	FUZZ_REQUIRE(reader.wrong != NULL && reader.at >= text && reader.at <= text + len);
	return false;
}

static void check_regex(const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct regex *regex = NULL;
	struct buf pattern;
	bool matches = false;
	int status;

	tally__buf_init(&pattern, LIMIT_REGEX_BYTES);
	FUZZ_REQUIRE(tally__graphql_to_regex(&pattern, a, a_len, NULL) == 0);
	status = pattern.status || memchr(pattern.bytes, '\0', pattern.len)
			 ? TALLY_ELIMIT
			 : tally__regex_new(&regex, pattern.bytes, REGEX_WHOLE, NULL);
	/* Too long, or bytes that are not UTF-8 in a string or comment. */
	if (status == 0 && tally__utf8_valid_len(b, b_len) == b_len) {
		status = tally__regex_match(regex, b, b_len, &matches, NULL);
		FUZZ_REQUIRE(status == TALLY_ELIMIT || matches);
	}
	tally__regex_free(regex);
	tally__buf_release(&pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	const char *a = (const char *)data;
	const char *b;
	size_t a_len;
	size_t b_len;
	struct graphql_comparison forth;
	struct graphql_comparison back;
	struct buf a_tokens;
	struct buf b_tokens;
	bool both;
	bool same;

	if (!nul)
		return 0;
	a_len = (size_t)(nul - data);
	b = (const char *)nul + 1;
	b_len = size - a_len - 1;
	tally__buf_init(&a_tokens, 1 << 24);
	tally__buf_init(&b_tokens, 1 << 24);
	both = add_tokens(&a_tokens, a, a_len);
	both = add_tokens(&b_tokens, b, b_len) && both;
	same = both && a_tokens.len == b_tokens.len &&
	       (a_tokens.len == 0 || memcmp(a_tokens.bytes, b_tokens.bytes, a_tokens.len) == 0);
	FUZZ_REQUIRE(tally__graphql_compare(&forth, a, a_len, b, b_len) == same);
	FUZZ_REQUIRE(tally__graphql_compare(&back, b, b_len, a, a_len) == same);
	FUZZ_REQUIRE(same || (forth.line > 0 && forth.column > 0));
	if (same)
		check_regex(a, a_len, b, b_len);
	tally__buf_release(&a_tokens);
	tally__buf_release(&b_tokens);
	return 0;
}
