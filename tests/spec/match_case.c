#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "match_case.h"

#define PATH_BYTES 4096

void tap_result(struct tap *tap, int passed, const char *name, const char *directive)
{
	tap->count++;
	tap->failed += !passed;
	printf("%s %u - ", passed ? "ok" : "not ok", tap->count);
	for (; *name; name++) {
		putchar(*name == '#' ? '_' : *name);
	}
	printf("%s\n", directive);
}

int tap_end(const struct tap *tap)
{
	printf("1..%u\n", tap->count);
	return tap->failed > 0 || fflush(stdout) != 0;
}

static void walk(const char *path, unsigned depth, void (*visit)(const char *, struct tap *),
		 struct tap *tap)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		char inner[PATH_BYTES];
		struct stat status;
		size_t len = strlen(entries[i]->d_name);

		snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && stat(inner, &status) == 0) {
			if (S_ISDIR(status.st_mode) && depth < 8) {
				walk(inner, depth + 1, visit, tap);
			} else if (len > 5 && strcmp(entries[i]->d_name + len - 5, ".json") == 0) {
				visit(inner, tap);
			}
		}
		free(entries[i]);
	}
	free(entries);
}

void case_walk(const char *path, void (*visit)(const char *path, struct tap *tap), struct tap *tap)
{
	walk(path, 0, visit, tap);
}

/* ---- a case ---- */

static const char *member_text(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static int find_mismatch(const cJSON *mismatches, const cJSON *wanted)
{
	const cJSON *mismatch = NULL;

	cJSON_ArrayForEach(mismatch, mismatches)
	{
		const cJSON *member = NULL;
		int same = 1;

		cJSON_ArrayForEach(member, wanted)
		{
			const char *found = member_text(mismatch, member->string);

			same = same && found && cJSON_IsString(member) &&
			       strcmp(found, member->valuestring) == 0;
		}
		if (same) {
			return 1;
		}
	}
	return 0;
}

/* What the case says about the mismatches: as many, and each of them there. */
static int agrees(const cJSON *test, const cJSON *mismatches)
{
	const cJSON *match = cJSON_GetObjectItemCaseSensitive(test, "match");
	const cJSON *listed = cJSON_GetObjectItemCaseSensitive(test, "mismatches");
	const cJSON *wanted = NULL;

	if (!cJSON_IsBool(match) || cJSON_IsTrue(match) != (mismatches->child == NULL)) {
		return 0;
	}
	if (listed && cJSON_GetArraySize(listed) != cJSON_GetArraySize(mismatches)) {
		return 0;
	}
	cJSON_ArrayForEach(wanted, listed)
	{
		if (!find_mismatch(mismatches, wanted)) {
			return 0;
		}
	}
	return 1;
}

static void print_comment(const char *text)
{
	fputs("# ", stdout);
	for (; text && *text; text++) {
		putchar(*text);
		if (*text == '\n') {
			fputs("# ", stdout);
		}
	}
	putchar('\n');
}

static void print_found(const cJSON *test, const cJSON *mismatches)
{
	char *text = NULL;

	print_comment(member_text(test, "comment"));
	if (tally_json_write(&text, NULL, mismatches, TALLY_JSON_PRETTY, NULL) == 0) {
		print_comment(text);
		tally_free(text);
	}
}

static enum tally_part part_of(const char *name)
{
	if (strcmp(name, "request") == 0) {
		return TALLY_PART_REQUEST;
	}
	return strcmp(name, "response") == 0 ? TALLY_PART_RESPONSE : TALLY_PART_MESSAGE;
}

static void run(const cJSON *test, const char *name, const char *part, const char *spec,
		struct tap *tap)
{
	const cJSON *expected = cJSON_GetObjectItemCaseSensitive(test, "expected");
	const cJSON *actual = cJSON_GetObjectItemCaseSensitive(test, "actual");
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *mismatches = NULL;
	char message[1600];
	int passed = 0;

	if (!expected || !actual || !part || !spec) {
		tap_result(tap, 0, name, "");
		print_comment("the case has no expected, actual, part or spec");
		return;
	}
	if (tally_match(part_of(part), tally_spec_from_text(spec), expected, actual, &mismatches,
			NULL, &error) != 0) {
		tap_result(tap, 0, name, "");
		tally_error_format(&error, message, sizeof message);
		print_comment(message);
		return;
	}
	passed = agrees(test, mismatches);
	tap_result(tap, passed, name, "");
	if (!passed) {
		print_found(test, mismatches);
	}
	cJSON_Delete(mismatches);
}

void case_run(const char *path, const char *name, const char *part, const char *spec,
	      struct tap *tap)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *test = NULL;
	char message[1600];

	if (tally_json_read_file(&test, path, &error) != 0) {
		tap_result(tap, 0, name, "");
		tally_error_format(&error, message, sizeof message);
		print_comment(message);
		return;
	}
	part = part ? part : member_text(test, "part");
	spec = spec ? spec : member_text(test, "spec");
	run(test, name, part, spec, tap);
	cJSON_Delete(test);
}
