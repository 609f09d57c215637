/* match.c - the library in a few lines: does an answer match what was expected?
 *
 *	cc match.c $(pkg-config --cflags --libs tally) -o match
 *	./match EXPECTED.json ACTUAL.json
 *
 * Both files hold a response in the shape that contract files use.  Exit status: 0 when they match,
 * 1 when they do not, otherwise what `tally` would exit with.
 */
#include <stdio.h>

#include <tally.h>

static int report(const struct tally_error *error)
{
	char text[2048];

	tally_error_format(error, text, sizeof text);
	fprintf(stderr, "match: %s\n", text);
	return tally_error_exit_status(error->code);
}

int main(int argc, char **argv)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *expected = NULL, *actual = NULL, *mismatches = NULL;
	const cJSON *mismatch;
	int status;

	if (argc != 3) {
		fprintf(stderr, "usage: match EXPECTED.json ACTUAL.json\n");
		return 2;
	}
	if (tally_json_read_file(&expected, argv[1], &error) ||
	    tally_json_read_file(&actual, argv[2], &error) ||
	    tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V3, expected, actual, &mismatches, NULL,
			&error)) {
		status = report(&error);
	} else {
		cJSON_ArrayForEach(mismatch, mismatches)
		{
			printf("%s\n", cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
					       mismatch, "message")));
		}
		status = cJSON_GetArraySize(mismatches) > 0 ? 1 : 0;
	}
	cJSON_Delete(expected);
	cJSON_Delete(actual);
	cJSON_Delete(mismatches);
	return status;
}
