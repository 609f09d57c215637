#include "config.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/regex.h"
#include "format/regex_dialect.h"

struct regex {
	pcre2_code *code;
	pcre2_match_context *context;
	pcre2_match_context *quick; /* ends after LIMIT_REGEX_QUICK_STEPS */
	pcre2_general_context *memory;
};

static void *allocate(size_t size, void *context)
{
	(void)context;
	return tally__malloc(size);
}

static void release(void *pointer, void *context)
{
	(void)context;
	tally__free(pointer);
}

/* `pattern` is what `source` was translated to. */
static int compile(struct regex *regex, const struct buf *pattern, const char *source,
		   enum regex_mode mode, struct tally_error *error)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(regex->memory);
	PCRE2_SIZE offset = 0;
	int code = 0;

	if (!context) {
		return tally__fail_nomem(error);
	}
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	if (mode == REGEX_WHOLE) {
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	}
	regex->code = pcre2_compile((PCRE2_SPTR)pattern->bytes, pattern->len, options, &code,
				    &offset, context);
	pcre2_compile_context_free(context);
	if (!regex->code) {
		PCRE2_UCHAR text[128] = "";

		if (code == PCRE2_ERROR_HEAP_FAILED) {
			return tally__fail_nomem(error);
		}
		pcre2_get_error_message(code, text, sizeof text);
		return tally__fail(error, TALLY_EPARSE, "%s at offset %zu", (const char *)text,
				   tally__regex_source_offset(source, strlen(source), offset));
	}
	return 0;
}

int tally__regex_new(struct regex **out, const char *pattern, enum regex_mode mode,
		     struct tally_error *error)
{
	size_t len = strlen(pattern);
	struct buf translated;
	struct regex *regex = NULL;
	int status = 0;

	if (len > LIMIT_REGEX_BYTES) {
		return tally__fail(error, TALLY_ELIMIT,
				   "it has %zu bytes, the most that is allowed is %d", len,
				   (int)LIMIT_REGEX_BYTES);
	}
	tally__buf_init(&translated, REGEX_TRANSLATED_BYTES);
	tally__regex_translate(&translated, pattern, len);
	status = tally__buf_status(&translated, error);
	if (status != 0) {
		goto out;
	}
	regex = tally__calloc(1, sizeof *regex);
	if (regex) {
		regex->memory = pcre2_general_context_create(allocate, release, NULL);
	}
	if (regex && regex->memory) {
		regex->context = pcre2_match_context_create(regex->memory);
		regex->quick = pcre2_match_context_create(regex->memory);
	}
	if (!regex || !regex->context || !regex->quick) {
		status = tally__fail_nomem(error);
		goto out;
	}
	pcre2_set_match_limit(regex->context, LIMIT_REGEX_STEPS);
	pcre2_set_heap_limit(regex->context, LIMIT_REGEX_HEAP_KIB);
	pcre2_set_match_limit(regex->quick, LIMIT_REGEX_QUICK_STEPS);
	pcre2_set_heap_limit(regex->quick, LIMIT_REGEX_HEAP_KIB);
	status = compile(regex, &translated, pattern, mode, error);
	if (status == 0) {
		*out = regex;
		regex = NULL;
	}
out:
	tally__regex_free(regex);
	tally__buf_release(&translated);
	return status;
}

void tally__regex_free(struct regex *regex)
{
	if (!regex) {
		return;
	}
	pcre2_code_free(regex->code);
	pcre2_match_context_free(regex->context);
	pcre2_match_context_free(regex->quick);
	pcre2_general_context_free(regex->memory);
	tally__free(regex);
}

/* What came of a match: 0 (also when there is none), or why it was given up. */
static int check_result(int result, struct tally_error *error)
{
	switch (result) {
	case PCRE2_ERROR_NOMEMORY:
		return tally__fail_nomem(error);
	case PCRE2_ERROR_HEAPLIMIT:
		return tally__fail(error, TALLY_ELIMIT, "gave up after %d KiB for backtracking",
				   (int)LIMIT_REGEX_HEAP_KIB);
	case PCRE2_ERROR_RECURSELOOP:
		return tally__fail(error, TALLY_ELIMIT, "gave up: it calls itself without end");
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
		return tally__fail(error, TALLY_ELIMIT, "gave up after %d steps",
				   (int)LIMIT_REGEX_STEPS);
	default:
		return 0;
	}
}

static int find(const struct regex *regex, pcre2_match_context *context, const char *text,
		size_t len, struct regex_span spans[], size_t count, struct tally_error *error)
{
	pcre2_match_data *data = pcre2_match_data_create((uint32_t)count, regex->memory);
	const PCRE2_SIZE *offsets = NULL;
	int result = 0;

	if (!data) {
		return tally__fail_nomem(error);
	}
	result = pcre2_match(regex->code, (PCRE2_SPTR)text, len, 0, 0, data, context);
	offsets = pcre2_get_ovector_pointer(data);
	for (size_t i = 0; i < count; i++) {
		/* 0: there are more groups than were asked for.  \K may turn a span round. */
		spans[i].found = (result == 0 || (result > 0 && i < (size_t)result)) &&
				 offsets[2 * i] != PCRE2_UNSET &&
				 offsets[2 * i] <= offsets[2 * i + 1];
		spans[i].start = spans[i].found ? offsets[2 * i] : 0;
		spans[i].len = spans[i].found ? offsets[2 * i + 1] - offsets[2 * i] : 0;
	}
	pcre2_match_data_free(data);
	return check_result(result, error);
}

int tally__regex_find(const struct regex *regex, const char *text, size_t len,
		      struct regex_span spans[], size_t count, struct tally_error *error)
{
	return find(regex, regex->context, text, len, spans, count, error);
}

int tally__regex_match(const struct regex *regex, const char *text, size_t len, bool *matches,
		       struct tally_error *error)
{
	size_t steps = 0;

	return tally__regex_match_counted(regex, text, len, matches, &steps, error);
}

int tally__regex_match_counted(const struct regex *regex, const char *text, size_t len,
			       bool *matches, size_t *steps, struct tally_error *error)
{
	struct regex_span whole = {0};
	int status = find(regex, regex->quick, text, len, &whole, 1, NULL);

	*steps = 1;
	/* PCRE2 does not say how many steps it took: only that they were too many. */
	if (status == TALLY_ELIMIT) {
		*steps = (size_t)2 * LIMIT_REGEX_QUICK_STEPS;
		status = find(regex, regex->context, text, len, &whole, 1, error);
	} else if (status != 0) {
		return tally__fail_nomem(error);
	}
	if (status == 0) {
		*matches = whole.found;
	}
	return status;
}
