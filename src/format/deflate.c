#include "config.h"

#include "format/deflate.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <zlib.h>

#include "base/library.h"
#include "base/mem.h"

/* The name has been the same since zlib 1.0, and stays as long as its interface does. */
#define ZLIB_SONAME "libz.so.1"

/* What is packed is read again soon, and compressed once more when packs are maintained. */
#define LEVEL 3

static struct zlib {
	__typeof__(deflateInit_) *init;
	__typeof__(deflateReset) *reset;
	__typeof__(deflate) *run;
	__typeof__(deflateBound) *bound;
	__typeof__(deflateEnd) *end;
	__typeof__(crc32) *crc;
} zlib;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct tally_error outcome;

static void load(void)
{
	static const struct library_symbol symbols[] = {
		{"deflateInit_", offsetof(struct zlib, init)},
		{"deflateReset", offsetof(struct zlib, reset)},
		{"deflate", offsetof(struct zlib, run)},
		{"deflateBound", offsetof(struct zlib, bound)},
		{"deflateEnd", offsetof(struct zlib, end)},
		{"crc32", offsetof(struct zlib, crc)},
	};

	tally__library_load(&zlib, symbols, sizeof symbols / sizeof *symbols, ZLIB_SONAME,
			    "zlib 1.2 or newer", &outcome);
}

int tally__crc32_load(struct tally_error *error)
{
	pthread_once(&once, load);
	return outcome.code != 0 ? tally__fail(error, outcome.code, "%s", outcome.message) : 0;
}

struct deflater {
	z_stream stream;
};

static void *allocate(void *context, unsigned count, unsigned size)
{
	(void)context;
	return tally__calloc(count, size);
}

static void release(void *context, void *memory)
{
	(void)context;
	tally__free(memory);
}

int tally__deflater_new(struct deflater **out, struct tally_error *error)
{
	struct deflater *deflater;
	int status = tally__crc32_load(error);

	if (status != 0)
		return status;
	deflater = tally__calloc(1, sizeof *deflater);
	if (deflater == NULL)
		return tally__fail_nomem(error);
	deflater->stream.zalloc = allocate;
	deflater->stream.zfree = release;
	if (zlib.init(&deflater->stream, LEVEL, ZLIB_VERSION, (int)sizeof deflater->stream) !=
	    Z_OK) {
		tally__free(deflater);
		return tally__fail_nomem(error);
	}
	*out = deflater;
	return 0;
}

void tally__deflater_free(struct deflater *deflater)
{
	if (deflater == NULL)
		return;
	zlib.end(&deflater->stream);
	tally__free(deflater);
}

int tally__deflate(struct deflater *deflater, struct buf *out, const void *bytes, size_t len,
		   struct tally_error *error)
{
	z_stream *stream = &deflater->stream;
	size_t room = len <= UINT_MAX / 2 ? zlib.bound(stream, len) : 0;
	size_t written;
	int status;

	if (room == 0 || room > UINT_MAX)
		return tally__fail(error, TALLY_ELIMIT, "too much to be compressed at once");
	tally__buf_reserve(out, room);
	if (out->status != 0)
		return tally__buf_status(out, error);
	/* zlib only reads what next_in points at. */
	memcpy(&stream->next_in, &bytes, sizeof stream->next_in);
	stream->avail_in = (unsigned)len;
	stream->next_out = (unsigned char *)out->bytes + out->len;
	stream->avail_out = (unsigned)room;
	status = zlib.run(stream, Z_FINISH);
	written = room - stream->avail_out;
	if (status != Z_STREAM_END || zlib.reset(stream) != Z_OK)
		return tally__fail(error, TALLY_EINTERNAL, "zlib does not compress");
	out->len += written;
	out->bytes[out->len] = '\0';
	return 0;
}

uint32_t tally__crc32(uint32_t crc, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len > 0) {
		unsigned part = len < UINT_MAX ? (unsigned)len : UINT_MAX;

		crc = (uint32_t)zlib.crc(crc, at, part);
		at += part;
		len -= part;
	}
	return crc;
}
