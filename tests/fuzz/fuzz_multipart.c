/* Input: a line that is the boundary, and a body.  Parts stand in the body, in order and apart; and
 * the same contents between boundaries of their own are found again. */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "format/multipart.h"
#include "fuzz.h"

static void check_parts(const struct multipart *multipart, struct arena *arena, const char *body,
			size_t len)
{
	const char *from = body;

	for (size_t i = 0; i < multipart->count; i++) {
		const struct multipart_part *part = &multipart->parts[i];
		const char *bytes = NULL;
		size_t bytes_len = 0;
		int status = tally__multipart_content(part, arena, &bytes, &bytes_len);

		FUZZ_REQUIRE(part->body >= from);
		FUZZ_REQUIRE(part->body_len <= (size_t)(body + len - part->body));
		FUZZ_REQUIRE(status == TALLY_EPARSE || (status == 0 && bytes));
		for (size_t j = 0; j < part->header_count; j++)
			FUZZ_REQUIRE(tally__multipart_header(part, part->headers[j].name));
		from = part->body + part->body_len;
	}
}

/* A boundary that does not occur in the body. */
static const char *free_boundary(struct arena *arena, const char *body, size_t len)
{
	for (unsigned n = 0;; n++) {
		char *boundary = tally__arena_printf(arena, "boundary %u", n);

		if (!memmem(body, len, boundary, strlen(boundary)))
			return boundary;
	}
}

static void check_again(const struct multipart *multipart, struct arena *arena, const char *body,
			size_t len)
{
	const char *boundary = free_boundary(arena, body, len);
	struct multipart again;
	struct buf text;

	tally__buf_init(&text, 1 << 26);
	for (size_t i = 0; i < multipart->count; i++) {
		tally__buf_addf(&text, "--%s\r\n\r\n", boundary);
		tally__buf_add(&text, multipart->parts[i].body, multipart->parts[i].body_len);
		tally__buf_adds(&text, "\r\n");
	}
	tally__buf_addf(&text, "--%s--", boundary);
	FUZZ_REQUIRE(tally__multipart_parse(&again, arena, text.bytes, text.len, boundary, NULL) ==
		     0);
	FUZZ_REQUIRE(again.count == multipart->count);
	for (size_t i = 0; i < again.count; i++) {
		const struct multipart_part *a = &again.parts[i];
		const struct multipart_part *b = &multipart->parts[i];

		FUZZ_REQUIRE(a->body_len == b->body_len &&
			     memcmp(a->body, b->body, a->body_len) == 0);
	}
	tally__buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line_end = size ? memchr(data, '\n', size) : NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	struct multipart multipart;
	struct arena arena;
	const char *boundary;
	const char *body;
	size_t len;
	int status;

	if (!line_end)
		return 0;
	tally__arena_init(&arena, 0);
	boundary = tally__arena_memdup(&arena, data, (size_t)(line_end - data));
	body = (const char *)line_end + 1;
	len = size - (size_t)(line_end + 1 - data);
	status = tally__multipart_parse(&multipart, &arena, body, len, boundary, &error);
	FUZZ_REQUIRE(status == 0 || (error.code == status && error.message[0] != '\0'));
	FUZZ_REQUIRE(status == 0 || status == TALLY_EPARSE || status == TALLY_ELIMIT);
	if (status == 0) {
		check_parts(&multipart, &arena, body, len);
		check_again(&multipart, &arena, body, len);
	}
	tally__arena_release(&arena);
	return 0;
}
