/* matching/generator_kind.h - what the files that make generators share.  Private to them.
 *
 * The table in generator.c has one row for each generator of the specification; adding one is a
 * row, a function that reads its parameters, and one that makes a value. */
#ifndef TALLY_MATCHING_GENERATOR_KIND_H
#define TALLY_MATCHING_GENERATOR_KIND_H

#include "format/date_expression.h"
#include "format/regex.h"
#include "format/regex_sample.h"
#include "matching/generator.h"

enum product_form {
	PRODUCT_TEXT,    /* a string */
	PRODUCT_DIGITS,  /* a number; a string where the example is one */
	PRODUCT_LITERAL, /* the text of a JSON value */
	PRODUCT_JSON     /* `json`, lent */
};

/* What a generator makes. */
struct product {
	enum product_form form;
	struct buf text;
	const cJSON *json;
};

enum uuid_form { UUID_LOWER, UUID_UPPER, UUID_SIMPLE, UUID_URN };

enum state_type { STATE_RAW, STATE_STRING, STATE_INTEGER, STATE_DECIMAL, STATE_BOOLEAN };

struct generator_kind {
	const char *name;
	unsigned modes; /* of enum generator_mode */
	/* Reads the parameters; NULL: there are none.  TALLY_EPARSE, TALLY_ELIMIT, TALLY_ENOMEM. */
	int (*compile)(struct generator *generator, const cJSON *json, struct tally_error *error);
	int (*make)(const struct generator *generator, const struct generator_context *context,
		    struct product *product, struct tally_error *error);
	enum date_expression_kind dates; /* of those that make dates */
};

struct generator {
	const struct generator_kind *kind; /* NULL: not one of the specification */
	const char *name;
	char *invalid;
	int64_t min, max;
	size_t size; /* digits or characters */
	const char *format;
	const char *expression;
	const char *example;
	enum uuid_form uuid;
	enum state_type state_type;
	struct regex *regex;
	struct regex_sampler *sampler;
};

int tally__generator_make_state(const struct generator *generator,
				const struct generator_context *context, struct product *product,
				struct tally_error *error);

#endif
