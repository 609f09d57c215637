/* Bodies of the type application/x-www-form-urlencoded. */
#include "config.h"

#include <string.h>

#include "matching/bodies.h"
#include "matching/parts.h"

void tally__match_form(const struct bodies *b)
{
	struct name_values_list expected = {0};
	struct name_values_list actual = {0};
	const struct parameters parameters = {.expected = &expected,
					      .actual = &actual,
					      .noun = "form post parameter",
					      .kind = MISMATCH_BODY,
					      .form = b};
	const char *e = NULL;
	const char *a = NULL;

	/* Names and values are strings; what stands behind a NUL must not go unseen. */
	if (b->actual_len > 0 && memchr(b->actual_bytes, '\0', b->actual_len)) {
		tally__bodies_report_unparsable(b, "actual", "a form cannot hold a NUL byte");
		return;
	}
	if (b->expected->len > 0 && memchr(b->expected->bytes, '\0', b->expected->len)) {
		tally__bodies_report_unparsable(b, "expected", "a form cannot hold a NUL byte");
		return;
	}
	e = tally__arena_memdup(&b->walk->arena, b->expected->bytes, b->expected->len);
	a = tally__arena_memdup(&b->walk->arena, b->actual_bytes, b->actual_len);

	if (!e || !a || tally__query_parse(&expected, &b->walk->arena, e) != 0 ||
	    tally__query_parse(&actual, &b->walk->arena, a) != 0) {
		tally__walk_fail(b->walk, TALLY_ENOMEM);
		return;
	}
	tally__match_parameters(b->walk, &parameters);
}
