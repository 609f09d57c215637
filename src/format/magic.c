#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "format/magic.h"
#include "format/mime.h"

/* Bytes at a place, and further bytes at another where the first are not enough. */
static const struct magic {
	const char *type;
	size_t at;
	const char *bytes;
	size_t len;
	size_t more_at;
	const char *more;
	size_t more_len;
} magics[] = {
	{"image/jpeg", 0, "\xFF\xD8\xFF", 3, 0, "", 0},
	{"image/png", 0, "\x89PNG\r\n\x1A\n", 8, 0, "", 0},
	{"image/gif", 0, "GIF87a", 6, 0, "", 0},
	{"image/gif", 0, "GIF89a", 6, 0, "", 0},
	{"image/webp", 0, "RIFF", 4, 8, "WEBP", 4},
	{"image/bmp", 0, "BM", 2, 6, "\0\0\0\0", 4},
	{"image/tiff", 0, "II*\0", 4, 0, "", 0},
	{"image/tiff", 0, "MM\0*", 4, 0, "", 0},
	{"image/vnd.microsoft.icon", 0, "\0\0\1\0", 4, 5, "\0", 1},
	{"audio/wav", 0, "RIFF", 4, 8, "WAVE", 4},
	{"video/x-msvideo", 0, "RIFF", 4, 8, "AVI ", 4},
	{"audio/mpeg", 0, "ID3", 3, 0, "", 0},
	{"audio/mpeg", 0, "\xFF\xFB", 2, 0, "", 0},
	{"audio/mpeg", 0, "\xFF\xFA", 2, 0, "", 0},
	{"audio/mpeg", 0, "\xFF\xF3", 2, 0, "", 0},
	{"audio/mpeg", 0, "\xFF\xF2", 2, 0, "", 0},
	{"audio/ogg", 0, "OggS", 4, 0, "", 0},
	{"audio/flac", 0, "fLaC", 4, 0, "", 0},
	{"audio/mp4", 4, "ftypM4A ", 8, 0, "", 0},
	{"image/avif", 4, "ftypavif", 8, 0, "", 0},
	{"image/heic", 4, "ftypheic", 8, 0, "", 0},
	{"video/quicktime", 4, "ftypqt  ", 8, 0, "", 0},
	{"video/mp4", 4, "ftyp", 4, 0, "", 0},
	{"font/woff", 0, "wOFF", 4, 0, "", 0},
	{"font/woff2", 0, "wOF2", 4, 0, "", 0},
	{"font/otf", 0, "OTTO", 4, 0, "", 0},
	{"font/ttf", 0, "\0\1\0\0\0", 5, 0, "", 0},
	{"application/wasm", 0, "\0asm", 4, 0, "", 0},
	{"application/x-elf", 0,
	 "\x7F"
	 "ELF",
	 4, 0, "", 0},
	{"application/vnd.sqlite3", 0, "SQLite format 3", 16, 0, "", 0},
	{"application/pdf", 0, "%PDF-", 5, 0, "", 0},
	{"application/gzip", 0, "\x1F\x8B", 2, 0, "", 0},
	{"application/x-7z-compressed", 0, "7z\xBC\xAF\x27\x1C", 6, 0, "", 0},
	{"application/vnd.rar", 0, "Rar!\x1A\x07", 6, 0, "", 0},
	{"application/x-xz", 0,
	 "\xFD"
	 "7zXZ\0",
	 6, 0, "", 0},
	{"application/zstd", 0, "\x28\xB5\x2F\xFD", 4, 0, "", 0},
	{"application/x-bzip2", 0, "BZh", 3, 4, "1AY&SY", 6},
	{"application/x-bzip2", 0, "BZh", 3, 4, "\x17rE8P\x90", 6},
	{"application/x-tar", 257, "ustar", 5, 0, "", 0},
};

/* How far to look for the word that tells drawings and videos of one beginning apart; the directory
 * of an archive stands at its end. */
#define LOOK_BYTES 4096

static bool has_bytes(const char *bytes, size_t len, size_t at, const char *wanted,
		      size_t wanted_len)
{
	return len >= at && len - at >= wanted_len && memcmp(bytes + at, wanted, wanted_len) == 0;
}

/* The office formats are archives: OpenDocument says its type in the first file, the others have
 * folders of certain names. */
static const char *zip_type(const char *bytes, size_t len)
{
	static const char opendocument[] = "mimetypeapplication/vnd.oasis.opendocument.";
	static const struct {
		const char *name;
		const char *type;
	} folders[] = {
		{"word/",
		 "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"ppt/",
		 "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	};
	static const char *const documents[] = {"application/vnd.oasis.opendocument.text",
						"application/vnd.oasis.opendocument.spreadsheet",
						"application/vnd.oasis.opendocument.presentation"};

	if (has_bytes(bytes, len, 30, opendocument, strlen(opendocument))) {
		for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
			/* Behind the name of the file, which has 8 bytes. */
			if (has_bytes(bytes, len, 38, documents[i], strlen(documents[i]))) {
				return documents[i];
			}
		}
	}
	/* Each file's header is 30 bytes, then comes its name. */
	for (const char *at = bytes; (at = memmem(at, len - (size_t)(at - bytes), "PK\3\4", 4));
	     at += 4) {
		for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
			if (has_bytes(at, len - (size_t)(at - bytes), 30, folders[i].name,
				      strlen(folders[i].name))) {
				return folders[i].type;
			}
		}
	}
	return "application/zip";
}

/* EBML: which of its kinds it is stands in the header. */
static const char *ebml_type(const char *bytes, size_t len)
{
	size_t looked = len < LOOK_BYTES ? len : LOOK_BYTES;

	return memmem(bytes, looked, "webm", 4) ? "video/webm" : "video/x-matroska";
}

/* A drawing: "<svg", at the start or behind the declaration. */
static bool is_svg(const char *bytes, size_t len)
{
	size_t looked = len < LOOK_BYTES ? len : LOOK_BYTES;
	const char *at = memmem(bytes, looked, "<svg", 4);

	return at && (size_t)(at - bytes) + 4 < looked && strchr(" \t\r\n>/", at[4]) && at[4];
}

const char *tally__magic_detect(const char *bytes, size_t len)
{
	const char *text = NULL;

	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		const struct magic *magic = &magics[i];

		if (has_bytes(bytes, len, magic->at, magic->bytes, magic->len) &&
		    has_bytes(bytes, len, magic->more_at, magic->more, magic->more_len)) {
			return magic->type;
		}
	}
	if (has_bytes(bytes, len, 0, "PK\3\4", 4)) {
		return zip_type(bytes, len);
	}
	if (has_bytes(bytes, len, 0, "PK\5\6", 4)) {
		return "application/zip";
	}
	if (has_bytes(bytes, len, 0, "\x1A\x45\xDF\xA3", 4)) {
		return ebml_type(bytes, len);
	}
	text = tally__mime_detect(bytes, len);
	if (text && strcmp(text, "application/xml") == 0 && is_svg(bytes, len)) {
		return "image/svg+xml";
	}
	return text ? text : "application/octet-stream";
}
