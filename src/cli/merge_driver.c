#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "cli/common.h"
#include "cli/merge_driver.h"
#include "cli/output.h"

enum { BASE, OURS, THEIRS, SIDES };

/* *out stays NULL for an empty file, which is how git says that there was none. */
static int read_side(struct tally_contract **out, const char *path, struct tally_error *error)
{
	struct stat status;

	if (stat(path, &status) == 0 && status.st_size == 0)
		return 0;
	return tally_contract_read_file(out, path, error);
}

/* Both files whole, between markers: what git leaves of texts that have nothing in common. */
static int write_both(struct call *call, struct tally_error *error)
{
	static const char *const heads[] = {"<<<<<<< ours\n", "=======\n"};
	static const char tail[] = ">>>>>>> theirs\n";
	char *texts[2], *all, *end;
	size_t lens[2];

	for (size_t i = 0; i < 2; i++) {
		texts[i] = read_whole_file(call, call->operands[OURS + i], LIMIT_DOCUMENT_BYTES,
					   &lens[i], error);
		if (!texts[i])
			return error->code;
	}
	all = scratch_array(&call->scratch, lens[0] + lens[1] + 64, 1);
	end = all;
	for (size_t i = 0; i < 2; i++) {
		end = (char *)memcpy(end, heads[i], strlen(heads[i])) + strlen(heads[i]);
		end = (char *)memcpy(end, texts[i], lens[i]) + lens[i];
		if (lens[i] > 0 && end[-1] != '\n')
			*end++ = '\n';
	}
	end = (char *)memcpy(end, tail, strlen(tail)) + strlen(tail);
	return tally_text_write_file(call->operands[OURS], all, (size_t)(end - all), error);
}

/* What cannot be merged as a contract is a conflict all the same, so that neither side is lost. */
static void give_up(struct call *call)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (write_both(call, &error) < 0)
		(void)failed(&error);
	else
		note("it is not merged as a contract: both sides stand in the file, whole");
}

int merge_drive(struct call *call)
{
	struct tally_contract *sides[SIDES] = {NULL, NULL, NULL};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;
	int code = 0;

	if (call->operand_count < SIDES || call->operand_count > SIDES + 1)
		return wrong("--driver: expected BASE OURS THEIRS and perhaps PATH, as git gives "
			     "them for %%O %%A %%B %%P, found %zu",
			     call->operand_count);
	for (size_t i = 0; i < SIDES && code == 0; i++)
		code = read_side(&sides[i], call->operands[i], &error);
	if (code == 0)
		code = tally_contract_merge_three(&text, NULL, sides[BASE], sides[OURS],
						  sides[THEIRS], &error);
	if (text) {
		struct tally_error trouble = TALLY_ERROR_INIT;

		if (write_text_file(call->operands[OURS], text, &trouble) < 0) {
			error = trouble;
			code = trouble.code;
		}
	}
	if (code < 0 && call->operand_count > SIDES)
		(void)snprintf(error.where, sizeof(error.where), "%s", call->operands[SIDES]);
	if (code < 0)
		(void)failed(&error);
	if (!text)
		give_up(call);
	for (size_t i = 0; i < SIDES; i++)
		tally_contract_free(sides[i]);
	tally_free(text);
	return code < 0 ? EXIT_NO : EXIT_YES;
}
