/* A matching expression gives rules that matching can compile, or an error that says where. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "contract/expression.h"
#include "fuzz.h"
#include "matching/rules.h"

/* {"body": {"$": {"matchers": the rules}}} can be compiled, whatever the rules are. */
static void compile(const struct expression *expression)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *all = cJSON_CreateObject();
	cJSON *body = cJSON_CreateObject();
	cJSON *place = cJSON_CreateObject();
	struct rules rules;

	FUZZ_REQUIRE(tally__json_put(place, "matchers", tally__json_clone(expression->rules)) == 0);
	FUZZ_REQUIRE(tally__json_put(body, "$", place) == 0);
	FUZZ_REQUIRE(tally__json_put(all, "body", body) == 0);
	FUZZ_REQUIRE(tally__rules_compile(&rules, all, &error) == 0 || error.code == TALLY_ELIMIT);
	tally__rules_release(&rules);
	cJSON_Delete(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct expression expression;
	struct arena arena;
	char *text;
	int status;

	tally__json_setup();
	tally__arena_init(&arena, 0);
	text = tally__arena_memdup(&arena, data, size);
	FUZZ_REQUIRE(text);
	status = tally__expression_parse(&expression, &arena, text, &error);
	if (status == 0) {
		FUZZ_REQUIRE(cJSON_IsArray(expression.rules) && expression.rules->child);
		if (!expression.reference)
			compile(&expression);
	} else {
		FUZZ_REQUIRE(error.code == status);
		FUZZ_REQUIRE(status == TALLY_EPARSE || status == TALLY_ELIMIT);
		FUZZ_REQUIRE(status == TALLY_ELIMIT || strstr(error.message, " at column "));
	}
	tally__expression_release(&expression);
	tally__arena_release(&arena);
	return 0;
}
