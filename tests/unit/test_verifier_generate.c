/* Requests with generated values. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "loopback.h"
#include "verifier_fixture.h"

#define FROM_STATE(expression) "{\"type\":\"ProviderState\",\"expression\":\"" expression "\"}"

#define UPDATE_USER                                                                                \
	"{\"description\":\"an update\",\"providerStates\":[{\"name\":\"a user\",\"params\":{"     \
	"\"id\":1,\"role\":\"admin\"}},{\"name\":\"a key\"}],\"request\":{\"method\":\"PUT\","     \
	"\"path\":\"/users/0\",\"query\":{\"role\":[\"none\"]},\"headers\":{\"X-Key\":\"k\","      \
	"\"Content-Type\":\"application/json\"},\"body\":{\"id\":0,\"keep\":1.50},"                \
	"\"generators\":{\"path\":" FROM_STATE("/users/${id}") ",\"query\":{\"role\":" FROM_STATE( \
		"role") "},\"header\":{\"x-key\":" FROM_STATE("key") "},\"body\":{\"$."            \
								     "id\":" FROM_STATE("id") "}}" \
											      "}," \
											      "\"" \
											      "re" \
											      "sp" \
											      "on" \
											      "se" \
											      "\"" \
											      ":{" \
											      "\"" \
											      "st" \
											      "at" \
											      "us" \
											      "\"" \
											      ":2" \
											      "04" \
											      "}}"

static const struct answer user[] = {{"/users/42?role=admin", 204, NULL, NULL, NULL}};

static void answer_user(struct fixture *fixture)
{
	fixture->answers = user;
	fixture->answer_count = 1;
	fixture->state_body = "{\"id\":42,\"key\":\"a b\"}";
	use_states(fixture);
}

static const char *warning(const struct fixture *fixture, int index)
{
	const cJSON *list = tally__json_get(fixture->results, "warnings");
	const cJSON *item = cJSON_GetArrayItem(list, index);

	return item != NULL ? item->valuestring : "";
}

/* Answers go over parameters, wherever a value goes; teardown is told of the parameters alone. */
static void values_come_from_provider_states(void **state)
{
	struct fixture *fixture = *state;

	answer_user(fixture);
	fixture->options.state_change_teardown = true;
	add_contract(fixture, "3.0.0", "interactions", UPDATE_USER);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_in(fixture->log.bytes, "PUT /users/42?role=admin {\"id\":42,\"keep\":1.50}\n");
	assert_in(fixture->log.bytes, "{\"action\":\"teardown\",\"params\":{\"id\":1,\"role\":"
				      "\"admin\"},\"state\":\"a user\"}\n");
	assert_null(tally__json_get(fixture->results, "warnings"));
	assert_int_equal(tally__json_get(fixture->results, "seedChosen")->type, cJSON_True);
}

/* A contract cannot make the report as large as it likes. */
static void warnings_are_bounded(void **state)
{
	struct fixture *fixture = *state;
	struct buf text;
	int warnings;

	answer_user(fixture);
	tally__buf_init(&text, 1000000);
	tally__buf_adds(&text, "{\"description\":\"d\",\"providerStates\":[{\"name\":\"");
	for (int i = 0; i < 10000; i++)
		tally__buf_addc(&text, 'x');
	tally__buf_adds(&text, "\"}],\"request\":{\"method\":\"PUT\",\"path\":\"/users/0\","
			       "\"headers\":{\"Content-Type\":\"application/json\"},\"body\":{");
	for (int i = 0; i < 300; i++)
		tally__buf_addf(&text, "%s\"m%d\":1", i ? "," : "", i);
	tally__buf_adds(&text, "},\"generators\":{\"body\":{");
	for (int i = 0; i < 300; i++)
		tally__buf_addf(&text,
				"%s\"$.m%d\":{\"type\":\"ProviderState\",\"expression\":"
				"\"none\"}",
				i ? "," : "", i);
	tally__buf_adds(&text, "}}},\"response\":{\"status\":204}}");
	assert_int_equal(text.status, 0);
	add_contract(fixture, "3.0.0", "interactions", text.bytes);
	tally__buf_release(&text);
	verify_well(fixture);
	warnings = cJSON_GetArraySize(tally__json_get(fixture->results, "warnings"));
	assert_int_equal(warnings, LIMIT_WARNINGS);
	for (int i = 0; i < warnings; i++)
		assert_true(strlen(warning(fixture, i)) < 1000);
}

static void headers_and_commands_have_them_too(void **state)
{
	struct fixture *fixture = *state;
	const char *curl;

	answer_user(fixture);
	fixture->answer_count = 0;
	add_contract(fixture, "3.0.0", "interactions", UPDATE_USER);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "failed");
	assert_string_equal(tally__http_header_get(&fixture->seen, "X-Key"), "a b");
	curl = tally__json_get_string(tally__json_get(interaction(fixture, 0, 0), "request"),
				      "curl");
	assert_in(curl, "/users/42?role=admin");
	assert_in(curl, "-H 'X-Key: a b'");
	assert_in(curl, "{\"id\":42,\"keep\":1.50}");
}

static void parameters_alone_will_do(void **state)
{
	struct fixture *fixture = *state;

	answer_user(fixture);
	fixture->options.state_change_url = NULL;
	add_contract(fixture, "3.0.0", "interactions", UPDATE_USER);
	verify_well(fixture);
	assert_string_equal(fixture->log.bytes,
			    "PUT /users/1?role=admin {\"id\":1,\"keep\":1.50}\n");
	assert_in(warning(fixture, 0), "no state-change URL or command was given");
	assert_string_equal(
		warning(fixture, 1),
		"an update (given \"a user\" and \"a key\", values: id, role): request "
		"header x-key: ProviderState: no provider state gave a value of the name "
		"\"key\": the example was sent");
}

/* Only a JSON object has values; what else is answered is no failure. */
static void other_answers_have_no_values(void **state)
{
	static const char *const bodies[] = {"[42]", "not json", "{\"key\":", "", "{\"id\":{}}"};
	struct fixture *fixture = *state;

	answer_user(fixture);
	add_contract(fixture, "3.0.0", "interactions", UPDATE_USER);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		tally__buf_clear(&fixture->log);
		fixture->state_body = bodies[i];
		verify_well(fixture);
		assert_in(fixture->log.bytes, i < 4 ? "PUT /users/1?" : "PUT /users/{}?");
		assert_in(warning(fixture, 0), "request header x-key: ProviderState");
	}
}

static void values_cannot_break_out(void **state)
{
	struct fixture *fixture = *state;

	answer_user(fixture);
	fixture->state_body = "{\"id\":\"../a?b#c d\",\"role\":\"x&y=z\",\"key\":\"k\\r\\nX: 1\"}";
	add_contract(fixture, "3.0.0", "interactions", UPDATE_USER);
	verify_well(fixture);
	assert_in(fixture->log.bytes, "PUT /users/../a%3Fb%23c%20d?role=x%26y%3Dz {");
	assert_string_equal(tally__http_header_get(&fixture->seen, "X-Key"), "k");
	assert_in(warning(fixture, 0), "control characters");
}

static void request_messages_have_them(void **state)
{
	struct fixture *fixture = *state;
	static const struct answer pong = {"/", 200, "application/json", "{\"pong\":true}", NULL};

	fixture->answers = &pong;
	fixture->answer_count = 1;
	fixture->state_body = "{\"id\":42}";
	use_states(fixture);
	add_contract(
		fixture, "4.0", "interactions",
		"{\"type\":\"Synchronous/Messages\",\"description\":\"d\",\"providerStates\":[{"
		"\"name\":\"s\"}],\"request\":{\"contents\":{\"content\":{\"ping\":1},"
		"\"contentType\":\"application/json\",\"encoded\":false},\"metadata\":{\"k\":"
		"\"v\"},\"generators\":{\"body\":{\"$.ping\":" FROM_STATE(
			"id") "},\"metadata\":{\"k\":" FROM_STATE("id") "}}},\"response\":[{"
									"\"contents\":{\"content\":"
									"{\"pong\":true},"
									"\"contentType\":"
									"\"application/"
									"json\",\"encoded\":false}}"
									"]}");
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_in(fixture->log.bytes, "\"content\":{\"ping\":42}");
	assert_in(fixture->log.bytes, "\"metadata\":{\"k\":42}");
}

#define RANDOM "{\"type\":\"RandomString\",\"size\":12}"
enum { MANY = 40 };

static const char *many_random(struct fixture *fixture)
{
	const char *text = "";

	for (int i = 0; i < MANY; i++)
		text = tally__arena_printf(
			&fixture->arena,
			"%s%s{\"description\":\"r%d\",\"request\":{\"path\":\"/\",\"query\":{"
			"\"q\":[\"x\"]},\"generators\":{\"query\":{\"q\":" RANDOM
			"}}},\"response\":{\"status\":204}}",
			text, i > 0 ? "," : "", i);
	return text;
}

static const char *url_of(const struct fixture *fixture, int index)
{
	return tally__json_get_string(tally__json_get(interaction(fixture, 0, index), "request"),
				      "url");
}

/* What was asked, in the order of the contract. */
static const char *asked(struct fixture *fixture, unsigned jobs, unsigned long seed)
{
	const char *text = "";

	fixture->options.jobs = jobs;
	fixture->options.seed = seed;
	verify_well(fixture);
	for (int i = 0; i < MANY; i++)
		text = tally__arena_printf(&fixture->arena, "%s%s\n", text, url_of(fixture, i));
	return text;
}

static void a_seed_gives_the_same_values(void **state)
{
	struct fixture *fixture = *state;
	const char *first, *alone;
	unsigned long seed;

	add_contract(fixture, "3.0.0", "interactions", many_random(fixture));
	first = asked(fixture, 1, 0);
	seed = (unsigned long)tally__json_get(fixture->results, "seed")->valuedouble;
	assert_string_equal(first, asked(fixture, 8, seed));
	assert_null(tally__json_get(fixture->results, "seedChosen"));
	assert_string_not_equal(first, asked(fixture, 8, seed + 1));
	/* Interactions do not share their values. */
	assert_string_not_equal(
		tally__json_get_string(tally__json_get(interaction(fixture, 0, 0), "request"),
				       "url"),
		tally__json_get_string(tally__json_get(interaction(fixture, 0, 1), "request"),
				       "url"));
	/* What else runs does not matter. */
	fixture->options.filter_description = "^r7$";
	verify_well(fixture);
	alone = tally__arena_strdup(&fixture->arena, url_of(fixture, 7));
	fixture->options.filter_description = NULL;
	first = asked(fixture, 3, seed + 1);
	assert_in(first, alone);
}

static void the_time_can_be_fixed(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.now = "2030-02-28T23:59:58Z";
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"d\",\"request\":{\"path\":\"/\",\"generators\":{\"path\":{"
		     "\"type\":\"DateTime\",\"format\":\"/yyyy/MM/dd/HH/mm/ss\"}}},\"response\":{"
		     "\"status\":204}}");
	verify_well(fixture);
	assert_string_equal(fixture->log.bytes, "GET /2030/02/28/23/59/58\n");
	fixture->options.now = "yesterday";
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_string_equal(fixture->error.where, "now");
	assert_in(fixture->error.message, "found \"yesterday\"");
}

static void reports_say_the_seed(void **state)
{
	struct fixture *fixture = *state;
	const char *expected;
	char *text = NULL;

	answer_user(fixture);
	add_contract(fixture, "3.0.0", "interactions", UPDATE_USER);
	verify_well(fixture);
	expected = tally__arena_printf(
		&fixture->arena, "note: values were generated: seed %.0f makes the same again\n",
		tally__json_get(fixture->results, "seed")->valuedouble);
	assert_int_equal(tally_verify_report_text(fixture->results, NULL, &text, NULL), 0);
	assert_in(text, expected);
	tally_free(text);
	fixture->options.seed = 7;
	verify_well(fixture);
	assert_int_equal(tally_verify_report_text(fixture->results, NULL, &text, NULL), 0);
	assert_not_in(text, "seed");
	tally_free(text);
}

static void survives_lack_of_memory(void **state)
{
	struct fixture *fixture = *state;
	bool failed = true;

	answer_user(fixture);
	fixture->state_body = "{\"id\":42}";
	add_contract(fixture, "3.0.0", "interactions", UPDATE_USER);
	for (size_t passes = 0; failed; passes++) {
		int status;

		tally__mem_fail_after((long)passes);
		status = verify(fixture);
		failed = tally__mem_fail_after(-1) > passes;
		if (status != 0)
			assert_true(status == TALLY_ENOMEM || status == TALLY_EUNREACHABLE);
	}
	assert_int_equal(count(fixture, "passed"), 1);
	assert_int_equal(cJSON_GetArraySize(tally__json_get(fixture->results, "warnings")), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_come_from_provider_states),
		TEST(headers_and_commands_have_them_too),
		TEST(warnings_are_bounded),
		TEST(parameters_alone_will_do),
		TEST(other_answers_have_no_values),
		TEST(values_cannot_break_out),
		TEST(request_messages_have_them),
		TEST(a_seed_gives_the_same_values),
		TEST(the_time_can_be_fixed),
		TEST(reports_say_the_seed),
		TEST(survives_lack_of_memory),
	};

	forget_proxies();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
