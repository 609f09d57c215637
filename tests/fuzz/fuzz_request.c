/* A request as it comes over the wire: its head is found at the same place however it is cut, is
 * read without looking beyond it, and says nothing that could be read in two ways. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "fuzz.h"
#include "http/chunked.h"
#include "http/request_head.h"

static void check_head(const struct request_head *head)
{
	FUZZ_REQUIRE(tally__http_is_token(head->method));
	FUZZ_REQUIRE(head->target[0] != '\0' && strpbrk(head->target, " \t\r\n") == NULL);
	/* A URL has become its path. */
	FUZZ_REQUIRE(strncmp(head->target, "http://", 7) != 0);
	FUZZ_REQUIRE(!head->chunked || head->body_bytes == 0);
	for (size_t i = 0; i < head->headers.count; i++) {
		const struct http_header *header = &head->headers.items[i];

		FUZZ_REQUIRE(tally__http_is_token(header->name));
		FUZZ_REQUIRE(tally__http_is_value(header->value, strlen(header->value)));
	}
}

/* The same head, found byte by byte. */
static size_t len_in_pieces(const char *bytes, size_t size)
{
	size_t scanned = 0;

	for (size_t len = 1; len <= size; len++) {
		size_t found = tally__request_head_len(bytes, len, &scanned);

		FUZZ_REQUIRE(scanned <= len);
		if (found > 0)
			return found;
	}
	return 0;
}

static void read_head(const char *bytes, size_t len)
{
	struct arena arena;
	struct request_head head;
	const char *why = NULL;
	char *copy;
	int status;

	tally__arena_init(&arena, 0);
	copy = tally__arena_memdup(&arena, bytes, len);
	FUZZ_REQUIRE(copy != NULL);
	status = tally__request_head_read(&head, &arena, copy, len, &why);
	FUZZ_REQUIRE(status == 0 || (status >= 400 && status < 600 && why != NULL));
	if (status == 0)
		check_head(&head);
	tally__arena_release(&arena);
}

/* As one piece, and byte by byte: the same body. */
static void read_chunks(const char *bytes, size_t size)
{
	struct chunked whole = {0};
	struct chunked pieces = {0};
	struct buf body, again;
	size_t used, each = 0;

	tally__buf_init(&body, 1 << 20);
	tally__buf_init(&again, 1 << 20);
	used = tally__chunked_take(&whole, bytes, size, &body);
	while (each < size && pieces.state < CHUNKED_DONE)
		each += tally__chunked_take(&pieces, bytes + each, 1, &again);
	FUZZ_REQUIRE(used == each && whole.state == pieces.state);
	FUZZ_REQUIRE(body.len == again.len && memcmp(body.bytes, again.bytes, body.len) == 0);
	FUZZ_REQUIRE(body.len <= size);
	tally__buf_release(&body);
	tally__buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of just this size: reading beyond it is noticed. */
	char *bytes = tally__malloc(size);
	size_t scanned = 0;
	size_t len;
	struct arena arena;
	struct request_head glance;

	FUZZ_REQUIRE(bytes != NULL);
	if (size > 0)
		memcpy(bytes, data, size);
	len = tally__request_head_len(bytes, size, &scanned);
	FUZZ_REQUIRE(len <= size && len == len_in_pieces(bytes, size));
	if (len > 0) {
		read_head(bytes, len);
		read_chunks(bytes + len, size - len);
	}
	tally__arena_init(&arena, 0);
	tally__request_line_glance(&glance, &arena, bytes, size);
	FUZZ_REQUIRE(glance.method != NULL && glance.target != NULL);
	tally__arena_release(&arena);
	tally__free(bytes);
	return 0;
}
