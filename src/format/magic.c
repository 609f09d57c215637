#include "config.h"

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
	{"audio/wav", 0, "RIFF", 4, 8, "WAVE", 4},
	{"audio/mpeg", 0, "ID3", 3, 0, "", 0},
	{"audio/mpeg", 0, "\xFF\xFB", 2, 0, "", 0},
	{"audio/ogg", 0, "OggS", 4, 0, "", 0},
	{"video/mp4", 4, "ftyp", 4, 0, "", 0},
	{"application/pdf", 0, "%PDF-", 5, 0, "", 0},
	{"application/zip", 0, "PK\x03\x04", 4, 0, "", 0},
	{"application/zip", 0, "PK\x05\x06", 4, 0, "", 0},
	{"application/gzip", 0, "\x1F\x8B", 2, 0, "", 0},
};

static int has_bytes(const char *bytes, size_t len, size_t at, const char *wanted,
		     size_t wanted_len)
{
	return len >= at && len - at >= wanted_len && memcmp(bytes + at, wanted, wanted_len) == 0;
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
	text = tally__mime_detect(bytes, len);
	return text ? text : "application/octet-stream";
}
