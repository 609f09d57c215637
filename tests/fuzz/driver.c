/* Replays files through a fuzz target and speaks TAP: the files and folders named as arguments, or
 * the target's corpus.  Each file is also given cut short at every byte (within reason), because
 * that is where parsers read too far. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
/* Larger files are cut at as many places, evenly spread. */
#define CUTS_MAX 512

static int replayed;
static int failed;

/* The target gets memory of exactly this size, so that a sanitizer sees one byte too many. */
static bool run_exact(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		return false;
	if (size > 0)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	return true;
}

static bool run_cuts(const uint8_t *data, size_t size)
{
	size_t step = size / CUTS_MAX + 1;
	size_t cut;

	for (cut = 0; cut < size; cut += step) {
		if (!run_exact(data, cut))
			return false;
	}
	return run_exact(data, size);
}

static void replay_file(const char *path)
{
	uint8_t *data = malloc(FILE_MAX_BYTES);
	FILE *file = fopen(path, "rb");
	bool ok = false;

	if (data != NULL && file != NULL) {
		size_t size = fread(data, 1, FILE_MAX_BYTES, file);

		ok = !ferror(file) && run_cuts(data, size);
	}
	if (file != NULL)
		fclose(file);
	free(data);
	replayed++;
	failed += !ok;
	printf("%sok %d - %s\n", ok ? "" : "not ", replayed, path);
	fflush(stdout);
}

static bool replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	int i;

	if (count < 0)
		return false;
	for (i = 0; i < count; i++) {
		char name[4096];
		int len = snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);

		if (entries[i]->d_name[0] != '.' && len > 0 && (size_t)len < sizeof(name))
			replay_file(name);
		free(entries[i]);
	}
	free(entries);
	return true;
}

static bool replay(const char *path)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return false;
	if (S_ISDIR(info.st_mode))
		return replay_folder(path);
	replay_file(path);
	return true;
}

/* …/fuzz_json, or libtool's …/lt-fuzz_json: "json". */
static const char *target_of(const char *program)
{
	const char *found = strstr(program, "fuzz_");
	const char *target = program;

	for (; found != NULL; found = strstr(target, "fuzz_"))
		target = found + strlen("fuzz_");
	return target;
}

int main(int argc, char **argv)
{
	const char *source = getenv("TALLY_SRCDIR");
	char corpus[4096];
	int i;

	if (argc < 2) {
		snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s",
			 source != NULL ? source : ".", target_of(argv[0]));
		if (!replay(corpus))
			printf("Bail out! cannot read %s: %s\n", corpus, strerror(errno));
	}
	for (i = 1; i < argc; i++) {
		if (!replay(argv[i]))
			printf("Bail out! cannot read %s: %s\n", argv[i], strerror(errno));
	}
	printf("1..%d\n", replayed);
	return replayed == 0 || failed > 0;
}
