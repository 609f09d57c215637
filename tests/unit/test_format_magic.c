#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/magic.h"

#define EXAMPLE(bytes, type)                                                                       \
	{                                                                                          \
		bytes, sizeof bytes - 1, type                                                      \
	}

static void test_first_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *type;
	} examples[] = {
		EXAMPLE("\xFF\xD8\xFF\xE0", "image/jpeg"),
		EXAMPLE("\x89PNG\r\n\x1A\n", "image/png"),
		EXAMPLE("\x89PNG\r\n\x1A", "application/octet-stream"),
		EXAMPLE("GIF89a", "image/gif"),
		EXAMPLE("RIFF\0\0\0\0WEBP", "image/webp"),
		EXAMPLE("RIFF\0\0\0\0WAVE", "audio/wav"),
		EXAMPLE("RIFF\0\0\0\0AVI ", "video/x-msvideo"),
		EXAMPLE("RIFF", "text/plain"),
		EXAMPLE("BM\1\2\3\4\0\0\0\0", "image/bmp"),
		EXAMPLE("BM", "text/plain"),
		EXAMPLE("II*\0", "image/tiff"),
		EXAMPLE("MM\0*", "image/tiff"),
		EXAMPLE("\0\0\1\0\1\0", "image/vnd.microsoft.icon"),
		EXAMPLE("ID3\4", "audio/mpeg"),
		EXAMPLE("\xFF\xFB\x90", "audio/mpeg"),
		EXAMPLE("OggS", "audio/ogg"),
		EXAMPLE("fLaC", "audio/flac"),
		EXAMPLE("\0\0\0\x18"
			"ftypisom",
			"video/mp4"),
		EXAMPLE("\0\0\0\x18"
			"ftypM4A ",
			"audio/mp4"),
		EXAMPLE("\0\0\0\x18"
			"ftypqt  ",
			"video/quicktime"),
		EXAMPLE("\0\0\0\x18"
			"ftypavif",
			"image/avif"),
		EXAMPLE("\x1A\x45\xDF\xA3\x01\x42\x82\x84webm", "video/webm"),
		EXAMPLE("\x1A\x45\xDF\xA3\x01\x42\x82\x88matroska", "video/x-matroska"),
		EXAMPLE("wOFF", "font/woff"),
		EXAMPLE("wOF2", "font/woff2"),
		EXAMPLE("OTTO", "font/otf"),
		EXAMPLE("\0\1\0\0\0\x10", "font/ttf"),
		EXAMPLE("\0asm\1\0\0\0", "application/wasm"),
		EXAMPLE("\x7F"
			"ELF\2",
			"application/x-elf"),
		EXAMPLE("SQLite format 3\0", "application/vnd.sqlite3"),
		EXAMPLE("%PDF-1.4", "application/pdf"),
		EXAMPLE("\x1F\x8B\x08", "application/gzip"),
		EXAMPLE("7z\xBC\xAF\x27\x1C", "application/x-7z-compressed"),
		EXAMPLE("Rar!\x1A\x07\1\0", "application/vnd.rar"),
		EXAMPLE("\xFD"
			"7zXZ\0",
			"application/x-xz"),
		EXAMPLE("\x28\xB5\x2F\xFD", "application/zstd"),
		EXAMPLE("BZh91AY&SY", "application/x-bzip2"),
		EXAMPLE("BZh9", "text/plain"),
		EXAMPLE("PK\5\6", "application/zip"),
		EXAMPLE("PK\3\4", "application/zip"),
		EXAMPLE("{\"a\":1}", "application/json"),
		EXAMPLE("<?xml version='1.0'?><a/>", "application/xml"),
		EXAMPLE("<?xml version='1.0'?>\n<svg xmlns='x'/>", "image/svg+xml"),
		EXAMPLE("<svg>", "image/svg+xml"),
		EXAMPLE("<svgx>", "application/xml"),
		EXAMPLE("<!DOCTYPE html>", "text/html"),
		EXAMPLE("hello", "text/plain"),
		EXAMPLE("", "text/plain"),
		EXAMPLE("\x80\x81\x82", "application/octet-stream"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		const char *found = tally__magic_detect(examples[i].bytes, examples[i].len);

		if (strcmp(found, examples[i].type) != 0) {
			fail_msg("example %zu: %s instead of %s", i, found, examples[i].type);
		}
	}
}

static void test_far_bytes(void **state)
{
	char tar[512] = "name";

	(void)state;
	memcpy(tar + 257, "ustar", 5);
	assert_string_equal(tally__magic_detect(tar, sizeof tar), "application/x-tar");
	assert_string_equal(tally__magic_detect(tar, 261), "application/octet-stream");
}

/* A file's header has 30 bytes in front of its name, of which only the first four count here. */
static void test_archives(void **state)
{
	static const char zip[] = "PK\3\4..........................readme";
	static const char docx[] = "PK\3\4..........................[Content_Types].xml"
				   "PK\3\4..........................word/document.xml";
	static const char xlsx[] = "PK\3\4..........................xl/workbook.xml";
	static const char pptx[] = "PK\3\4..........................ppt/presentation.xml";
	static const char odt[] = "PK\3\4..........................mimetype"
				  "application/vnd.oasis.opendocument.textPK\3\4";

	(void)state;
	assert_string_equal(tally__magic_detect(zip, sizeof zip - 1), "application/zip");
	assert_string_equal(
		tally__magic_detect(docx, sizeof docx - 1),
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document");
	assert_string_equal(tally__magic_detect(xlsx, sizeof xlsx - 1),
			    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
	assert_string_equal(
		tally__magic_detect(pptx, sizeof pptx - 1),
		"application/vnd.openxmlformats-officedocument.presentationml.presentation");
	assert_string_equal(tally__magic_detect(odt, sizeof odt - 1),
			    "application/vnd.oasis.opendocument.text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_bytes),
		cmocka_unit_test(test_far_bytes),
		cmocka_unit_test(test_archives),
	};

	return cmocka_run_group_tests_name("format/magic", tests, NULL, NULL);
}
