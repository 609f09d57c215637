#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/multipart.h"

/* A body and what is in it, one line a part: "disposition name filename headers <content>". */
struct example {
	const char *body;
	const char *parts; /* or what the error says */
};

static void add_part(struct buf *out, const struct multipart_part *part)
{
	tally__buf_addf(out, "%s %s %s %zu <", part->disposition ? part->disposition : "-",
			part->name ? part->name : "-", part->filename ? part->filename : "-",
			part->header_count);
	tally__buf_add(out, part->body, part->body_len);
	tally__buf_adds(out, ">\n");
}

/* What is in a body, or the error's message; released by the caller. */
static int describe(struct buf *out, const char *body, size_t len, const char *boundary)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct multipart multipart;
	struct arena arena;
	int status;

	tally__buf_init(out, 1 << 20);
	tally__arena_init(&arena, 0);
	status = tally__multipart_parse(&multipart, &arena, body, len, boundary, &error);
	for (size_t i = 0; status == 0 && i < multipart.count; i++) {
		add_part(out, &multipart.parts[i]);
	}
	if (status != 0) {
		tally__buf_adds(out, error.message);
	}
	tally__arena_release(&arena);
	return status;
}

static void check(const struct example *examples, size_t count, int expected)
{
	for (size_t i = 0; i < count; i++) {
		struct buf found;
		int status = describe(&found, examples[i].body, strlen(examples[i].body), "b");

		if (status != expected || strcmp(found.bytes, examples[i].parts) != 0) {
			print_message("# in: %s\n# expected: %s\n# found: %s\n", examples[i].body,
				      examples[i].parts, found.bytes);
			fail();
		}
		tally__buf_release(&found);
	}
}

#define FORM "Content-Disposition: form-data; name="

static void test_parts(void **state)
{
	static const struct example examples[] = {
		{"--b\r\n" FORM "\"a\"\r\n\r\n1\r\n--b\r\n" FORM "c\r\n\r\n2\r\n--b--\r\n",
		 "form-data a - 1 <1>\nform-data c - 1 <2>\n"},
		{"--b--", ""},
		{"--b--\r\nepilogue\r\n--b\r\n", ""},
		{"a preamble\r\nof lines --b\r\n--b\r\n\r\nx\r\n--b--", "- - - 0 <x>\n"},
		{"--b\r\n\r\n\r\n--b--", "- - - 0 <>\n"},
		{"--b\r\n\r\n--b--", "- - - 0 <>\n"},
		{"--b\r\n--b--", "- - - 0 <>\n"},
		{"--b\r\n" FORM "a\r\n--b--", "form-data a - 1 <>\n"},
		{"--b\r\n\r\n\r\n\r\n\r\n--b--", "- - - 0 <\r\n\r\n>\n"},
		{"--b \t\r\n\r\nx\r\n--b-- ", "- - - 0 <x>\n"},
		/* Lines that only begin like a boundary. */
		{"--b\r\n\r\n--bc\r\n --b\r\n--b-\r\n--b x\r\n--b--", "- - - 0 <--bc\r\n "
								      "--b\r\n--b-\r\n--b x>\n"},
		{"--bc\r\n--b\r\n\r\nx\r\n--b--", "- - - 0 <x>\n"},
		/* Lines end as that of the first boundary does. */
		{"--b\n\nx\n--b--\n", "- - - 0 <x>\n"},
		{"--b\n\nx\r\n--b--\n", "- - - 0 <x\r>\n"},
		{"--b\r\n\r\nx\n--b--\ny\r\n--b--", "- - - 0 <x\n--b--\ny>\n"},
		{"--b\r\nA: 1\nB: 2\r\n\nx\r\n--b--", "- - - 2 <x>\n"},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], 0);
}

static void test_dispositions(void **state)
{
	static const struct example examples[] = {
		{"--b\r\ncontent-DISPOSITION:Form-Data;NAME=a;FileName=\"x;y.txt\"\r\n\r\n\r\n--b-"
		 "-",
		 "form-data a x;y.txt 1 <>\n"},
		{"--b\r\n" FORM "\"a\\\"b\\\\c\"\r\n\r\n\r\n--b--", "form-data a\"b\\c - 1 <>\n"},
		{"--b\r\n" FORM "\"C:\\dir\\file\"\r\n\r\n\r\n--b--",
		 "form-data C:\\dir\\file - 1 <>\n"},
		{"--b\r\n" FORM
		 "a; filename=e.txt; filename*=UTF-8''%e2%82%ac.txt\r\n\r\n\r\n--b--",
		 "form-data a \xe2\x82\xac.txt 1 <>\n"},
		{"--b\r\n" FORM "a; filename=e; filename*=iso-8859-1'en'%A3\r\n\r\n\r\n--b--",
		 "form-data a e 1 <>\n"},
		{"--b\r\nContent-Disposition: form-data; name*=utf-8'de'%C3%BC\r\n\r\n\r\n--b--",
		 "form-data \xc3\xbc - 1 <>\n"},
		{"--b\r\nContent-Disposition: form-data;\r\n\tname=\"a\r\n  b\"\r\n\r\n\r\n--b--",
		 "form-data a b - 1 <>\n"},
		{"--b\r\nContent-Disposition: attachment\r\nX:\r\n\r\n\r\n--b--",
		 "attachment - - 2 <>\n"},
		{"--b\r\n" FORM "\r\n\r\n\r\n--b--", "form-data  - 1 <>\n"},
		{"--b\r\n" FORM "\xc3\xa4\r\n\r\n\r\n--b--", "form-data \xc3\xa4 - 1 <>\n"},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], 0);
}

static void test_refused(void **state)
{
	static const struct example examples[] = {
		{"", "expected a line that is the boundary \"--b\", found none"},
		{"--b", "expected a line that is the boundary \"--b\", found none"},
		{"x--b--", "expected a line that is the boundary \"--b\", found none"},
		{"--b\r\n\r\nx",
		 "expected the boundary \"--b\" behind part 1, found the end of the body"},
		{"--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b-",
		 "expected the boundary \"--b\" behind part 2, found the end of the body"},
		{"--b\r\nno header\r\n\r\n\r\n--b--",
		 "expected a header line such as \"Content-Type: text/plain\" in part 1, found "
		 "\"no header\""},
		{"--b\r\nA : 1\r\n\r\n\r\n--b--",
		 "expected a header line such as \"Content-Type: text/plain\" in part 1, found \"A "
		 ": 1\""},
		{"--b\r\n folded\r\n\r\n\r\n--b--",
		 "expected a header line such as \"Content-Type: text/plain\" in part 1, found \" "
		 "folded\""},
		{"--b\r\n" FORM "a; filename\r\n\r\n\r\n--b--",
		 "expected a Content-Disposition such as form-data; name=\"a\" in part 1, found "
		 "\"form-data; name=a; filename\""},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], TALLY_EPARSE);
}

static void test_boundaries(void **state)
{
	static const char body[] = "--b (c)\r\n\r\nx\r\n--b (c)--";
	char long_boundary[LIMIT_BOUNDARY_BYTES + 2];
	struct buf found;

	(void)state;
	assert_int_equal(describe(&found, body, strlen(body), "b (c)"), 0);
	assert_string_equal(found.bytes, "- - - 0 <x>\n");
	tally__buf_release(&found);
	assert_int_equal(describe(&found, "----", 4, ""), TALLY_EPARSE);
	tally__buf_release(&found);
	assert_int_equal(describe(&found, "--b --", 6, "b "), TALLY_EPARSE);
	tally__buf_release(&found);
	assert_int_equal(describe(&found, "--a\nb--", 7, "a\nb"), TALLY_EPARSE);
	assert_string_equal(found.bytes, "the boundary has a control character");
	tally__buf_release(&found);
	memset(long_boundary, 'a', sizeof long_boundary);
	long_boundary[LIMIT_BOUNDARY_BYTES + 1] = '\0';
	assert_int_equal(describe(&found, "", 0, long_boundary), TALLY_EPARSE);
	tally__buf_release(&found);
}

static void test_limits(void **state)
{
	struct buf body;
	struct buf found;

	(void)state;
	tally__buf_init(&body, 1 << 20);
	for (int i = 0; i <= LIMIT_PARTS; i++) {
		tally__buf_adds(&body, "--b\n\n\n");
	}
	tally__buf_adds(&body, "--b--");
	assert_int_equal(describe(&found, body.bytes, body.len, "b"), TALLY_ELIMIT);
	assert_string_equal(found.bytes, "it has more than 10000 parts");
	tally__buf_release(&found);
	assert_int_equal(describe(&found, body.bytes + 6, body.len - 6, "b"), 0);
	tally__buf_release(&found);

	tally__buf_clear(&body);
	tally__buf_adds(&body, "--b\r\n");
	for (int i = 0; i <= LIMIT_PART_HEADER_BYTES / 4; i++) {
		tally__buf_adds(&body, "A:\r\n");
	}
	tally__buf_adds(&body, "\r\nx\r\n--b--");
	assert_int_equal(describe(&found, body.bytes, body.len, "b"), TALLY_ELIMIT);
	assert_string_equal(found.bytes, "the headers of part 1 have more than 16384 bytes");
	tally__buf_release(&found);
	tally__buf_release(&body);
	assert_int_equal(describe(&found, "--b\r\nA: \0\r\n\r\n\r\n--b--", 20, "b"), TALLY_EPARSE);
	assert_string_equal(found.bytes, "the headers of part 1 have a NUL byte");
	tally__buf_release(&found);
}

/* A body that is made of what nearly is a boundary, and of blanks behind it. */
static void test_hostile_boundaries(void **state)
{
	const size_t repeats = 400000;
	struct buf body;
	struct buf found;

	(void)state;
	tally__buf_init(&body, 64 << 20);
	tally__buf_adds(&body, "--b\r\n\r\n");
	for (size_t i = 0; i < repeats; i++) {
		tally__buf_adds(&body, "\r\n--");
	}
	for (size_t i = 0; i < repeats; i++) {
		tally__buf_adds(&body, "\r\n--b -");
	}
	tally__buf_adds(&body, "\r\n--b--");
	assert_int_equal(body.status, 0);
	assert_int_equal(describe(&found, body.bytes, body.len, "b"), 0);
	tally__buf_release(&found);
	tally__buf_release(&body);
}

static void test_content(void **state)
{
	static const char body[] =
		"--b\r\nContent-Transfer-Encoding: BASE64\r\n\r\naGVs\r\nbG8=\r\n"
		"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n?\r\n"
		"--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\naGVs\r\n--b--";
	struct multipart multipart;
	struct arena arena;
	const char *bytes = NULL;
	size_t len = 0;

	(void)state;
	tally__arena_init(&arena, 0);
	assert_int_equal(tally__multipart_parse(&multipart, &arena, body, strlen(body), "b", NULL),
			 0);
	assert_int_equal(multipart.count, 3);
	assert_int_equal(tally__multipart_content(&multipart.parts[0], &arena, &bytes, &len), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(bytes, "hello", 5);
	assert_int_equal(tally__multipart_content(&multipart.parts[1], &arena, &bytes, &len),
			 TALLY_EPARSE);
	assert_int_equal(tally__multipart_content(&multipart.parts[2], &arena, &bytes, &len), 0);
	assert_int_equal(len, 4);
	tally__arena_release(&arena);
}

static void test_allocations(void **state)
{
	static const char body[] =
		"--b\r\n" FORM
		"\"a\"; filename*=UTF-8''%41\r\nContent-Transfer-Encoding: base64\r\n"
		"\r\nQQ==\r\n--b\r\n\r\n2\r\n--b\r\n\r\n2\r\n--b\r\n\r\n2\r\n--b\r\n\r\n2\r\n--b--";

	(void)state;
	for (long n = 0;; n++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct multipart multipart = {0};
		struct arena arena;
		const char *bytes = NULL;
		size_t len = 0;
		int status = 0;

		tally__mem_fail_after(n);
		tally__arena_init(&arena, 0);
		status =
			tally__multipart_parse(&multipart, &arena, body, strlen(body), "b", &error);
		if (status == 0) {
			status =
				tally__multipart_content(&multipart.parts[0], &arena, &bytes, &len);
		}
		tally__mem_fail_after(-1);
		if (status == 0) {
			assert_int_equal(multipart.count, 5);
			assert_string_equal(multipart.parts[0].filename, "A");
			assert_int_equal(len, 1);
			tally__arena_release(&arena);
			assert_true(n > 2);
			return;
		}
		tally__arena_release(&arena);
		assert_int_equal(status, TALLY_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),   cmocka_unit_test(test_dispositions),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_limits),  cmocka_unit_test(test_hostile_boundaries),
		cmocka_unit_test(test_content), cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests_name("format/multipart", tests, NULL, NULL);
}
