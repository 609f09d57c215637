#include "config.h"

#include "contract/conflict.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/diff.h"
#include "format/path_text.h"

/* Differences that are shown; more are counted.  Values up to so many bytes stand as they are, of
 * longer ones what differs. */
enum { DIFFERENCES_SHOWN = 8, VALUE_BYTES = 64 };

struct differences {
	struct buf *out;
	struct buf place;
	const char *const *names;
	size_t count;
};

static void add_value(struct buf *out, const char *name, size_t width, const cJSON *value,
		      const struct buf *text)
{
	tally__buf_addf(out, "\n    %s:%*s", name, (int)(width - strlen(name)) + 1, "");
	if (value)
		tally__text_add_printable(out, text->bytes, text->len, 0);
	else
		tally__buf_adds(out, "nothing");
}

/* The lines of a diff, indented. */
static void add_diff(struct differences *found, const struct buf texts[2])
{
	struct buf diff;
	const char *line;

	tally__buf_init(&diff, LIMIT_DOCUMENT_BYTES);
	tally__diff_add(&diff, texts[0].bytes, texts[0].len, texts[1].bytes, texts[1].len);
	tally__buf_addf(found->out, " (- %s, + %s)", found->names[0], found->names[1]);
	for (line = diff.bytes; *line; line += strcspn(line, "\n"), line += *line == '\n')
		tally__buf_addf(found->out, "\n    %.*s", (int)strcspn(line, "\n"), line);
	if (diff.status != 0)
		found->out->status = diff.status;
	tally__buf_release(&diff);
}

static void add_difference(struct differences *found, const cJSON *left, const cJSON *right)
{
	const cJSON *const values[] = {left, right};
	struct buf texts[2];
	size_t width = strlen(found->names[0]);

	if (found->count++ >= DIFFERENCES_SHOWN)
		return;
	if (strlen(found->names[1]) > width)
		width = strlen(found->names[1]);
	tally__buf_addf(found->out, "\n  %s", found->place.len > 0 ? found->place.bytes + 1 : "");
	for (size_t i = 0; i < 2; i++) {
		tally__buf_init(&texts[i], LIMIT_DOCUMENT_BYTES);
		if (values[i])
			tally__json_add(&texts[i], values[i], TALLY_JSON_CANONICAL);
		if (texts[i].status != 0)
			found->out->status = texts[i].status;
	}
	if (left && right && (texts[0].len > VALUE_BYTES || texts[1].len > VALUE_BYTES)) {
		/* The lines of a text say more than one line of JSON. */
		for (size_t i = 0; i < 2 && cJSON_IsString(left) && cJSON_IsString(right); i++) {
			tally__buf_clear(&texts[i]);
			tally__buf_adds(&texts[i], values[i]->valuestring);
		}
		add_diff(found, texts);
	} else {
		for (size_t i = 0; i < 2; i++)
			add_value(found->out, found->names[i], width, values[i], &texts[i]);
	}
	for (size_t i = 0; i < 2; i++)
		tally__buf_release(&texts[i]);
}

static void compare(struct differences *found, const cJSON *left, const cJSON *right,
		    unsigned depth);

static void compare_items(struct differences *found, const cJSON *left, const cJSON *right,
			  unsigned depth)
{
	size_t place = found->place.len;
	size_t index = 0;

	left = left->child;
	right = right->child;
	for (; left || right; index++) {
		tally__buf_addf(&found->place, "[%zu]", index);
		compare(found, left, right, depth);
		tally__buf_truncate(&found->place, place);
		left = left ? left->next : NULL;
		right = right ? right->next : NULL;
	}
}

static int compare_members(struct differences *found, const cJSON *left, const cJSON *right,
			   unsigned depth)
{
	struct json_index lefts = {0};
	struct json_index rights = {0};
	size_t place = found->place.len;
	int status = tally__json_index_init(&lefts, left);

	if (status == 0)
		status = tally__json_index_init(&rights, right);
	for (const cJSON *each = left->child; each && status == 0; each = each->next) {
		tally__path_add_field(&found->place, each->string);
		compare(found, each, tally__json_index_get(&rights, each->string), depth);
		tally__buf_truncate(&found->place, place);
	}
	for (const cJSON *each = right->child; each && status == 0; each = each->next) {
		if (tally__json_index_get(&lefts, each->string))
			continue;
		tally__path_add_field(&found->place, each->string);
		compare(found, NULL, each, depth);
		tally__buf_truncate(&found->place, place);
	}
	tally__json_index_release(&lefts);
	tally__json_index_release(&rights);
	return status;
}

/* As digests have it: 1.0 and 1.00 are not the same. */
static bool same_scalar(const cJSON *left, const cJSON *right)
{
	char scratch[2][JSON_NUMBER_BYTES];

	if (!left || !right || (left->type & 0xFF) != (right->type & 0xFF))
		return false;
	if (cJSON_IsString(left))
		return strcmp(left->valuestring, right->valuestring) == 0;
	if (cJSON_IsNumber(left))
		return strcmp(tally__json_number_text(left, scratch[0]),
			      tally__json_number_text(right, scratch[1])) == 0;
	return !cJSON_IsObject(left) && !cJSON_IsArray(left);
}

/* NULL: nothing is there. */
static void compare(struct differences *found, const cJSON *left, const cJSON *right,
		    unsigned depth)
{
	if (same_scalar(left, right))
		return;
	if (left && right && depth < LIMIT_JSON_DEPTH && cJSON_IsObject(left) &&
	    cJSON_IsObject(right)) {
		if (compare_members(found, left, right, depth + 1) != 0)
			found->out->status = TALLY_ENOMEM;
	} else if (left && right && depth < LIMIT_JSON_DEPTH && cJSON_IsArray(left) &&
		   cJSON_IsArray(right)) {
		compare_items(found, left, right, depth + 1);
	} else {
		add_difference(found, left, right);
	}
}

int tally__conflict_add_json(struct buf *out, const cJSON *a, const cJSON *b,
			     const char *const names[2], struct tally_error *error)
{
	struct differences found = {.out = out, .names = names};

	tally__buf_init(&found.place, LIMIT_DOCUMENT_BYTES);
	compare(&found, a, b, 0);
	if (found.count > DIFFERENCES_SHOWN)
		tally__buf_addf(out, "\n  and %zu more", found.count - DIFFERENCES_SHOWN);
	tally__buf_release(&found.place);
	return tally__buf_status(out, error);
}

int tally__conflict_add(struct buf *out, const struct interaction *a, const struct interaction *b,
			const char *const names[2], struct tally_error *error)
{
	cJSON *left = NULL;
	cJSON *right = NULL;
	int status = tally__interaction_canonical(a, &left, error);

	if (status == 0)
		status = tally__interaction_canonical(b, &right, error);
	if (status == 0)
		status = tally__conflict_add_json(out, left, right, names, error);
	cJSON_Delete(left);
	cJSON_Delete(right);
	return status;
}
