/* How a run goes: what is asked when and how often, what need not be, and how it ends early. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "contract/contract.h"
#include "http_wire.h"
#include "loopback.h"
#include "verifier_fixture.h"

/* A provider with a will of its own, in place of the fixture's. */
struct script {
	struct fixture *fixture;
	struct http_server *server;
	int idle_fds[4];
	volatile sig_atomic_t interrupt;
	/* A request whose line has this interrupts the run this far, and is held back when it is
	 * to be. */
	const char *interrupts_at;
	int interrupts_to;
	bool holds;
	unsigned failures_left; /* answers that are 500, of /shaky */
	bool alternates;        /* every other one is, from then on */
	/* Provider states that are set up and not torn down: a letter each. */
	bool is_set_up[128];
	unsigned set_up_count, most_set_up;
	unsigned clashes; /* set up twice, or not there when it was needed */
	char order[128];  /* letters of states, as they were set up */
};

static char state_letter(const char *body)
{
	const char *state = strstr(body, "\"state\":\"state ");

	return state != NULL ? state[15] : '-';
}

static void change_state(struct script *script, const char *body)
{
	char letter = state_letter(body);
	bool setup = strstr(body, "setup") != NULL;
	size_t len = strlen(script->order);

	if (letter == '-')
		return;
	script->clashes += script->is_set_up[(int)letter] == setup;
	script->is_set_up[(int)letter] = setup;
	if (!setup) {
		script->set_up_count--;
		return;
	}
	if (++script->set_up_count > script->most_set_up)
		script->most_set_up = script->set_up_count;
	if (len + 1 < sizeof(script->order))
		script->order[len] = letter;
}

/* "/needs/ab": with a and b set up. */
static void look_at_states(struct script *script, const char *letters)
{
	for (; *letters != '\0'; letters++)
		script->clashes += !script->is_set_up[(int)*letters];
}

static int shaky_status(struct script *script)
{
	if (script->failures_left > 0) {
		script->failures_left--;
		return 500;
	}
	if (script->alternates)
		script->failures_left = 1;
	return 204;
}

/* Whether this request line is the one that interrupts. */
static bool is_fateful(const struct script *script, const struct http_request *request)
{
	char line[512];

	if (script->interrupts_at == NULL)
		return false;
	snprintf(line, sizeof(line), "%s %s %s", request->method, request->target,
		 request->body != NULL ? request->body : "");
	return strstr(line, script->interrupts_at) != NULL;
}

static int play(void *context, const struct http_request *request, struct arena *arena,
		struct http_response *response)
{
	struct script *script = context;
	struct fixture *fixture = script->fixture;

	(void)arena;
	pthread_mutex_lock(&fixture->lock);
	tally__buf_addf(&fixture->log, "%s %s", request->method, request->target);
	if (request->body_len > 0)
		tally__buf_addf(&fixture->log, " %s", request->body);
	tally__buf_addc(&fixture->log, '\n');
	response->status = 204;
	if (strcmp(request->target, "/_states") == 0)
		change_state(script, request->body);
	if (strncmp(request->target, "/needs/", 7) == 0)
		look_at_states(script, request->target + 7);
	if (strcmp(request->target, "/shaky") == 0)
		response->status = shaky_status(script);
	if (strcmp(request->target, "/bad") == 0)
		response->status = 500;
	if (is_fateful(script, request)) {
		script->interrupt = script->interrupts_to;
		while (script->holds && !fixture->let_go)
			pthread_cond_wait(&fixture->changed, &fixture->lock);
	}
	pthread_mutex_unlock(&fixture->lock);
	return 0;
}

/* The server's threads start when there are connections for them: with these it has some left,
 * however many are held back. */
static void start_threads(struct script *script)
{
	static const char request[] = "GET /idle HTTP/1.1\r\nHost: a\r\n\r\n";
	const char *port = strrchr(tally__http_server_url(script->server), ':') + 1;
	char byte;

	for (size_t i = 0; i < 4; i++) {
		script->idle_fds[i] = wire_connect((unsigned short)strtoul(port, NULL, 10));
		wire_write(script->idle_fds[i], request, sizeof(request) - 1);
		assert_int_equal(recv(script->idle_fds[i], &byte, 1, 0), 1);
	}
	tally__buf_clear(&script->fixture->log);
}

static int script_setup(void **state)
{
	struct script *script = tally__calloc(1, sizeof(*script));
	const struct http_server_options options = {
		.handler = play, .context = script, .threads = 8};
	void *fixture = NULL;

	if (fixture_setup(&fixture) != 0)
		return -1;
	script->fixture = fixture;
	script->interrupts_to = 1;
	if (tally__http_server_start(&script->server, &options, NULL) != 0)
		return -1;
	script->fixture->options.provider_url = tally__http_server_url(script->server);
	script->fixture->options.request_timeout_ms = 60000;
	start_threads(script);
	*state = script;
	return 0;
}

static int script_teardown(void **state)
{
	struct script *script = *state;
	void *fixture = script->fixture;

	let_go(script->fixture);
	for (size_t i = 0; i < 4; i++)
		close(script->idle_fds[i]);
	tally__http_server_stop(script->server);
	fixture_teardown(&fixture);
	tally__free(script);
	return 0;
}

static void use_states_with_teardown(struct script *script)
{
	use_states(script->fixture);
	script->fixture->options.state_change_teardown = true;
}

#define STATE(letter) "{\"name\":\"state " letter "\"}"
/* An interaction of this description that expects a 204 of this path. */
#define ASK(description, states, path)                                                             \
	"{\"description\":\"" description "\",\"providerStates\":[" states                         \
	"],\"request\":{\"path\":\"" path "\"},\"response\":{\"status\":204}}"

static const char *text_at(const struct fixture *fixture, int contract, int index, const char *name)
{
	const char *text = tally__json_get_string(interaction(fixture, contract, index), name);

	return text != NULL ? text : "";
}

/* "passed,failed,…" of a contract. */
static const char *outcomes(struct fixture *fixture, int contract)
{
	const cJSON *list = tally__json_get(fixture->results, "contracts");
	const cJSON *item;
	const char *text = "";

	list = tally__json_get(cJSON_GetArrayItem(list, contract), "interactions");
	cJSON_ArrayForEach(item, list) text =
		tally__arena_printf(&fixture->arena, "%s%s%s", text, *text != '\0' ? "," : "",
				    tally__json_get_string(item, "outcome"));
	return text;
}

static const char *attempts(struct fixture *fixture, int index)
{
	const cJSON *item;
	const char *text = "";

	cJSON_ArrayForEach(item, tally__json_get(interaction(fixture, 0, index), "attempts")) text =
		tally__arena_printf(&fixture->arena, "%s%c", text,
				    *tally__json_get_string(item, "outcome"));
	return text;
}

static bool contract_success(const struct fixture *fixture, int contract)
{
	const cJSON *list = tally__json_get(fixture->results, "contracts");

	return cJSON_IsTrue(tally__json_get(cJSON_GetArrayItem(list, contract), "success"));
}

/* ---- lanes ---- */

/* Two chains, a-b-c and d, and some without a state; across contracts. */
static void add_chains(struct fixture *fixture)
{
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("1", STATE("a"), "/needs/a") "," ASK("2", STATE("b"), "/needs/b") "," ASK(
			     "3", STATE("d"), "/needs/d") "," ASK("4", "", "/x"));
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("5", STATE("a") "," STATE("b"), "/needs/ab") "," ASK(
			     "6", STATE("d"),
			     "/needs/d") "," ASK("7", STATE("b") "," STATE("c"),
						 "/needs/bc") "," ASK("8", STATE("c"), "/needs/c"));
}

/* The letters that come from the chains of a, b, c. */
static const char *of_the_long_chain(struct script *script)
{
	struct fixture *fixture = script->fixture;
	char *letters = tally__arena_strdup(&fixture->arena, script->order);
	size_t kept = 0;

	for (size_t i = 0; letters[i] != '\0'; i++) {
		if (letters[i] != 'd')
			letters[kept++] = letters[i];
	}
	letters[kept] = '\0';
	return letters;
}

static void shared_states_take_turns(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	use_states_with_teardown(script);
	add_chains(fixture);
	fixture->options.jobs = 8;
	for (int i = 0; i < 20; i++) {
		memset(script->order, 0, sizeof(script->order));
		verify_well(fixture);
		assert_true(success(fixture));
		assert_int_equal(script->clashes, 0);
		/* 1, 2, 5, 7, 8 in their order; what is set up first in 5 is a */
		assert_string_equal(of_the_long_chain(script), "ababbcc");
		assert_int_equal(script->set_up_count, 0);
	}
}

/* How many overlap is a matter of luck; that some do is not, for long. */
static void lanes_run_side_by_side(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	use_states_with_teardown(script);
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("1", STATE("a"), "/1") "," ASK("2", STATE("b"), "/2") "," ASK(
			     "3", STATE("c"), "/3") "," ASK("4", STATE("d"), "/4"));
	fixture->options.parallel_states = true;
	for (int i = 0; i < 100 && script->most_set_up < 2; i++)
		verify_well(fixture);
	assert_true(script->most_set_up > 1);
	assert_int_equal(script->clashes, 0);
}

/* Unless the caller says more, states that are set up belong to one interaction at a time. */
static void states_are_alone_by_default(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	use_states_with_teardown(script);
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("1", STATE("a"), "/1") "," ASK("2", STATE("b"), "/2") "," ASK(
			     "3", STATE("a"), "/3") "," ASK("4", STATE("c"), "/4"));
	verify_well(fixture);
	assert_string_equal(script->order, "abac");
	assert_int_equal(script->most_set_up, 1);
}

/* ---- attempts ---- */

static void a_retry_makes_no_pass(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions",
		     ASK("s", "", "/shaky") "," ASK("b", "", "/bad") "," ASK("g", "", "/good"));
	fixture->options.retries = 3;
	fixture->options.jobs = 1;
	script->failures_left = 2;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "flaky,failed,passed");
	assert_string_equal(attempts(fixture, 0), "ffp");
	assert_string_equal(attempts(fixture, 1), "ffff");
	assert_string_equal(attempts(fixture, 2), "");
	assert_string_equal(fixture->log.bytes, "GET /shaky\nGET /shaky\nGET /shaky\nGET /bad\n"
						"GET /bad\nGET /bad\nGET /bad\nGET /good\n");
	assert_false(success(fixture));
	assert_int_equal(count(fixture, "flaky"), 1);
	assert_int_equal(count(fixture, "failed"), 1);
	/* What it failed with stays to be seen. */
	assert_string_equal(mismatch_places(fixture, 0), "status status");
	assert_int_equal(
		tally__json_get(tally__json_get(interaction(fixture, 0, 0), "response"), "status")
			->valueint,
		500);
}

static void repetitions_find_what_is_flaky(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	use_states_with_teardown(script);
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("s", STATE("a"), "/shaky") "," ASK("g", "", "/good"));
	fixture->options.repeat = 4;
	fixture->options.retries = 5;
	script->alternates = true;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "flaky,passed");
	assert_string_equal(attempts(fixture, 0), "pfpf");
	assert_string_equal(attempts(fixture, 1), "pppp");
	assert_string_equal(script->order, "aaaa");
	assert_int_equal(script->clashes, 0);
	assert_false(success(fixture));
}

static void pending_may_be_flaky(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "4.0", "interactions",
		     "{\"type\":\"Synchronous/HTTP\",\"pending\":true,\"description\":\"p\","
		     "\"request\":{\"path\":\"/shaky\"},\"response\":{\"status\":204}}");
	fixture->options.retries = 1;
	script->failures_left = 1;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "flaky");
	assert_int_equal(count(fixture, "pending"), 1);
	assert_int_equal(count(fixture, "flaky"), 0);
	assert_true(success(fixture));
}

static void too_many_attempts_are_refused(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions", ASK("g", "", "/good"));
	fixture->options.retries = 1001;
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_string_equal(fixture->error.where, "retries");
	fixture->options.retries = 1000;
	fixture->options.repeat = 1001;
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_string_equal(fixture->error.where, "repeat");
}

static void the_first_failure_ends_a_run_after_its_retries(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions",
		     ASK("b", "", "/bad") "," ASK("g", "", "/good"));
	fixture->options.exit_on_first_error = true;
	fixture->options.retries = 1;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "failed,skipped");
	assert_string_equal(attempts(fixture, 0), "ff");
	assert_string_equal(message(fixture, 1),
			    "not reached: the run ended with the first failure");
}

/* ---- what a broker knows ---- */

/* Sets the history of a contract, from its interactions' digests: `past` has a text for each, such
 * as
 * "\"passedBefore\":true"; NULL: nothing is known of it. */
static void set_history(struct fixture *fixture, int contract, const char *members,
			const char *const *past)
{
	const struct tally_contract *of = fixture->contracts[contract];
	struct tally_error error = TALLY_ERROR_INIT;
	char digest[DIGEST_TEXT_BYTES];
	struct buf text;

	tally__buf_init(&text, 10000);
	tally__buf_addf(&text, "{%s\"interactions\":[{}", members);
	for (size_t i = 0; i < of->interaction_count; i++) {
		assert_int_equal(tally__interaction_digest(&of->interactions[i], digest, NULL), 0);
		if (past[i] != NULL)
			tally__buf_addf(&text, ",{\"digest\":\"%s\",%s}", digest, past[i]);
	}
	tally__buf_adds(&text, "]}");
	cJSON_Delete(fixture->histories[contract]);
	fixture->histories[contract] = NULL;
	if (tally_json_parse(&fixture->histories[contract], text.bytes, text.len, &error) != 0)
		fail_msg("%s", error.message);
	tally__buf_release(&text);
}

#define BAD_1 ASK("b1", STATE("a"), "/bad")
#define BAD_2 ASK("b2", STATE("b"), "/bad")
#define GOOD  ASK("g", "", "/good")

static void pending_contracts_forgive_what_is_new(void **state)
{
	static const char *const past[] = {"\"passedBefore\":false", "\"passedBefore\":true",
					   "\"passedBefore\":true"};
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," GOOD);
	set_history(fixture, 0, "\"pending\":true,\"notices\":[{\"text\":\"n\"}],", past);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_string_equal(text_at(fixture, 0, 0, "standing"), "new");
	assert_string_equal(text_at(fixture, 0, 1, "standing"), "");
	assert_int_equal(count(fixture, "new"), 1);
	assert_int_equal(count(fixture, "pending"), 1);
	assert_true(cJSON_IsTrue(tally__json_get(interaction(fixture, 0, 0), "pending")));
	assert_true(cJSON_IsArray(
		tally__json_get(tally__json_get(fixture->results, "contracts")->child, "notices")));

	/* What passed before fails the run, whatever the contract is. */
	tally_contract_free(fixture->contracts[0]);
	fixture->contract_count = 0;
	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," BAD_2 "," GOOD);
	set_history(fixture, 0, "\"wip\":true,", past);
	verify_well(fixture);
	assert_false(success(fixture));
	assert_string_equal(text_at(fixture, 0, 0, "standing"), "new");
	assert_string_equal(text_at(fixture, 0, 1, "standing"), "regressed");
	assert_int_equal(count(fixture, "regressed"), 1);
	assert_int_equal(count(fixture, "failed"), 1);
	assert_int_equal(count(fixture, "pending"), 1);
}

/* In a contract that is not pending, what never passed fails the run and has no standing. */
static void contracts_are_not_pending_by_themselves(void **state)
{
	static const char *const past[] = {"\"passedBefore\":false"};
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions", BAD_1);
	set_history(fixture, 0, "\"pending\":false,", past);
	verify_well(fixture);
	assert_false(success(fixture));
	assert_string_equal(text_at(fixture, 0, 0, "standing"), "");
	assert_int_equal(count(fixture, "failed"), 1);
}

static void only_what_is_needed_is_asked(void **state)
{
	static const char *const past[] = {"\"outcome\":\"failed\",\"run\":\"r7\"",
					   "\"outcome\":\"flaky\"", NULL};
	static const char *const passed[] = {"\"outcome\":\"passed\""};
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," BAD_2 "," GOOD);
	set_history(fixture, 0, "", past);
	fixture->options.only_needed = true;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "failed,flaky,passed");
	assert_string_equal(fixture->log.bytes, "GET /good\n");
	assert_int_equal(count(fixture, "known"), 2);
	assert_true(cJSON_IsTrue(tally__json_get(interaction(fixture, 0, 0), "known")));
	assert_string_equal(text_at(fixture, 0, 0, "run"), "r7");
	assert_null(tally__json_get(interaction(fixture, 0, 2), "known"));
	assert_false(success(fixture));

	/* With all known, nobody is asked. */
	tally_contract_free(fixture->contracts[0]);
	fixture->contract_count = 0;
	add_contract(fixture, "3.0.0", "interactions", GOOD);
	set_history(fixture, 0, "", passed);
	tally__buf_clear(&fixture->log);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_int_equal(count(fixture, "passed"), 1);
	assert_int_equal(fixture->log.len, 0);

	fixture->options.only_needed = false;
	verify_well(fixture);
	assert_string_equal(fixture->log.bytes, "GET /good\n");
	assert_int_equal(count(fixture, "known"), 0);
}

/* What this version did otherwise in an earlier run makes it flaky; an error says nothing. */
static void earlier_runs_count(void **state)
{
	static const char *const past[] = {
		"\"outcome\":\"passed\",\"passedBefore\":true,\"at\":\"2026-01-31T10:00:00Z\"",
		"\"outcome\":\"failed\"", "\"outcome\":\"failed\"", "\"outcome\":\"flaky\"",
		"\"outcome\":\"passed\""};
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions",
		     BAD_1 "," BAD_2 "," GOOD
			   "," ASK("g2", STATE("d"), "/good") "," ASK("g3", STATE("c"), "/good"));
	set_history(fixture, 0, "", past);
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "flaky,failed,flaky,flaky,passed");
	assert_string_equal(text_at(fixture, 0, 0, "message"),
			    "in an earlier run, of 2026-01-31T10:00:00Z, this version passed");
	assert_string_equal(text_at(fixture, 0, 2, "message"),
			    "in an earlier run this version failed");
	assert_int_equal(count(fixture, "flaky"), 3);
	assert_false(success(fixture));
}

/* Each in its contract, as it is called and as its history says. */
static void versions_share_what_they_have_in_common(void **state)
{
	static const char *const past[] = {"\"passedBefore\":true", NULL};
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," GOOD "," GOOD);
	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," GOOD);
	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," ASK("other words", "", "/good"));
	set_history(fixture, 1, "", past);
	set_history(fixture, 2, "\"pending\":true,", (const char *const[]){NULL, NULL});
	fixture->options.jobs = 1;
	fixture->options.retries = 1;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "failed,passed,passed");
	assert_string_equal(outcomes(fixture, 1), "failed,passed");
	assert_string_equal(outcomes(fixture, 2), "failed,passed");
	/* Of one contract what is there twice; then what is pending, and what has another name. */
	assert_string_equal(fixture->log.bytes, "GET /bad\nGET /bad\nGET /good\nGET /good\n"
						"GET /bad\nGET /bad\nGET /good\n");
	assert_string_equal(text_at(fixture, 1, 0, "standing"), "regressed");
	assert_string_equal(text_at(fixture, 2, 0, "standing"), "new");
	assert_int_equal(
		cJSON_GetArraySize(tally__json_get(interaction(fixture, 1, 0), "mismatches")), 1);
	assert_int_equal(
		cJSON_GetArraySize(tally__json_get(interaction(fixture, 1, 0), "attempts")), 2);
	assert_int_equal(count(fixture, "failed"), 2);
}

static void chosen_interactions(void **state)
{
	const char *digests[] = {"0000", NULL};
	const char *consumers[] = {"nobody"};
	struct script *script = *state;
	struct fixture *fixture = script->fixture;
	char digest[DIGEST_TEXT_BYTES];

	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," GOOD);
	tally__interaction_digest(&fixture->contracts[0]->interactions[1], digest, NULL);
	digests[1] = digest;
	fixture->options.only_digests = digests;
	fixture->options.only_digest_count = 2;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "skipped,passed");
	assert_true(success(fixture));
	assert_string_equal(text_at(fixture, 0, 0, "message"), "");
	fixture->options.filter_consumers = consumers;
	fixture->options.filter_consumer_count = 1;
	assert_int_equal(verify(fixture), TALLY_ENOTHING);
	assert_in(fixture->error.message, "consumer \"nobody\", the list of 2 digests");
}

/* A contract of which nothing was verified is no green one. */
static void empty_contracts_are_told(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions", "");
	add_contract(fixture, "3.0.0", "interactions", GOOD);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_false(contract_success(fixture, 0));
	assert_true(contract_success(fixture, 1));
	assert_in(tally__json_get(fixture->results, "warnings")->child->valuestring,
		  "1 of 2 contracts have no interactions");
}

/* ---- the end before the end ---- */

#define SETUP(letter)                                                                              \
	"POST /_states {\"action\":\"setup\",\"params\":{},\"state\":\"state " letter "\"}\n"
#define TEARDOWN(letter)                                                                           \
	"POST /_states {\"action\":\"teardown\",\"params\":{},\"state\":\"state " letter "\"}\n"

/* Two states and a question; then another. */
static void interrupt_at(struct script *script, const char *at, bool holds)
{
	struct fixture *fixture = script->fixture;

	use_states_with_teardown(script);
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("1", STATE("a") "," STATE("b"), "/one") "," ASK("2", STATE("c"), "/two"));
	script->interrupts_at = at;
	script->holds = holds;
	fixture->options.interrupt = &script->interrupt;
	verify_well(fixture);
	assert_true(cJSON_IsTrue(tally__json_get(fixture->results, "interrupted")));
	assert_false(success(fixture));
	assert_string_equal(outcome(fixture, 1), "skipped");
	assert_string_equal(message(fixture, 1), "not reached: the run was interrupted");
}

/* Held back, it may have been done: it is torn down.  What comes after it is not begun. */
static void interrupted_set_ups_are_torn_down(void **state)
{
	struct script *script = *state;

	interrupt_at(script, "setup\",\"params\":{},\"state\":\"state a", true);
	assert_string_equal(outcome(script->fixture, 0), "skipped");
	assert_string_equal(message(script->fixture, 0), "broken off: the run was interrupted");
	assert_string_equal(script->fixture->log.bytes, SETUP("a") TEARDOWN("a"));
}

static void interrupted_between_two_set_ups(void **state)
{
	struct script *script = *state;

	interrupt_at(script, "setup\",\"params\":{},\"state\":\"state b", false);
	assert_string_equal(outcome(script->fixture, 0), "skipped");
	assert_in(script->fixture->log.bytes, SETUP("a") SETUP("b"));
	assert_in(script->fixture->log.bytes, TEARDOWN("a") TEARDOWN("b"));
	assert_not_in(script->fixture->log.bytes, SETUP("c"));
}

static void interrupted_questions_are_torn_down(void **state)
{
	struct script *script = *state;

	interrupt_at(script, "/one", true);
	assert_string_equal(outcome(script->fixture, 0), "skipped");
	assert_string_equal(message(script->fixture, 0), "broken off: the run was interrupted");
	assert_string_equal(script->fixture->log.bytes,
			    SETUP("a") SETUP("b") "GET /one\n" TEARDOWN("a") TEARDOWN("b"));
}

/* The verdict is there already, and the teardowns go on. */
static void teardowns_go_on_when_interrupted(void **state)
{
	struct script *script = *state;

	interrupt_at(script, "teardown\",\"params\":{},\"state\":\"state a", false);
	assert_string_equal(outcome(script->fixture, 0), "passed");
	assert_string_equal(script->fixture->log.bytes,
			    SETUP("a") SETUP("b") "GET /one\n" TEARDOWN("a") TEARDOWN("b"));
}

/* Whoever interrupts twice does not wait for teardowns. */
static void two_interrupts_end_teardowns(void **state)
{
	struct script *script = *state;

	script->interrupts_to = 2;
	interrupt_at(script, "teardown\",\"params\":{},\"state\":\"state a", true);
	assert_string_equal(outcome(script->fixture, 0), "error");
	assert_in(message(script->fixture, 0),
		  "teardown state change handlers has failed: state \"state a\": broken off: the "
		  "run was interrupted");
	assert_in(message(script->fixture, 0), "state \"state b\": there was no time left for it");
	assert_not_in(script->fixture->log.bytes, TEARDOWN("b"));
}

static void interrupted_before_it_begins(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	script->interrupt = 1;
	fixture->options.interrupt = &script->interrupt;
	add_contract(fixture, "3.0.0", "interactions", GOOD);
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "skipped");
	assert_int_equal(fixture->log.len, 0);
	assert_true(cJSON_IsTrue(tally__json_get(fixture->results, "interrupted")));
	assert_false(success(fixture));
}

/* What one attempt has shown stays, though others are still due; a pass is none yet. */
static void interrupted_between_attempts(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions",
		     ASK("b", "", "/bad") "," ASK("g", "", "/good"));
	script->interrupts_at = "/good";
	fixture->options.interrupt = &script->interrupt;
	fixture->options.jobs = 1;
	fixture->options.repeat = 2;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "failed,skipped");
	assert_string_equal(message(fixture, 1), "not finished: the run was interrupted");
	assert_string_equal(fixture->log.bytes, "GET /bad\nGET /bad\nGET /good\n");
}

static void the_total_time_ends_a_run(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	use_states_with_teardown(script);
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("1", STATE("a"), "/one") "," ASK("2", STATE("a"), "/two") "," ASK(
			     "3", STATE("a"), "/three"));
	script->interrupts_at = "/two";
	script->holds = true;
	fixture->options.total_timeout_ms = 300;
	verify_well(fixture);
	assert_true(cJSON_IsTrue(tally__json_get(fixture->results, "outOfTime")));
	assert_null(tally__json_get(fixture->results, "interrupted"));
	assert_false(success(fixture));
	assert_string_equal(outcome(fixture, 1), "skipped");
	assert_string_equal(message(fixture, 1),
			    "broken off: the run's total time of 300 ms was over");
	assert_string_equal(message(fixture, 2),
			    "not reached: the run's total time of 300 ms was over");
	assert_int_equal(script->set_up_count, 0);
	assert_int_equal(script->clashes, 0);
}

/* One that ends in time is not touched by it. */
static void a_run_in_time(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	add_contract(fixture, "3.0.0", "interactions", GOOD);
	fixture->options.total_timeout_ms = 60000;
	fixture->options.interrupt = &script->interrupt;
	verify_well(fixture);
	assert_true(success(fixture));
	assert_true(tally__json_get(fixture->results, "durationMs")->valuedouble < 30000);
}

/* A set-up that did not answer in time may have been done. */
static void late_set_ups_are_torn_down(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	use_states_with_teardown(script);
	add_contract(fixture, "3.0.0", "interactions", ASK("1", STATE("a"), "/one"));
	script->interrupts_at = "setup";
	script->holds = true;
	fixture->options.request_timeout_ms = 1000;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "setup state change handlers has failed");
	assert_in(fixture->log.bytes, TEARDOWN("a"));
	assert_not_in(fixture->log.bytes, "GET /one");
}

/* The provider goes away in the middle: that is told of each, and the run goes on to its end. */
static void stop_server(void *context, size_t done, size_t total, size_t failed)
{
	struct script *script = context;

	(void)total;
	(void)failed;
	if (done != 1)
		return;
	tally__http_server_stop(script->server);
	script->server = NULL;
}

static void a_provider_that_goes_away(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;

	fixture->options.provider_url =
		tally__arena_strdup(&fixture->arena, fixture->options.provider_url);
	add_contract(fixture, "3.0.0", "interactions",
		     ASK("1", "", "/1") "," ASK("2", "", "/2") "," ASK("3", "", "/3"));
	fixture->options.jobs = 1;
	fixture->options.progress = stop_server;
	fixture->options.progress_context = script;
	verify_well(fixture);
	assert_string_equal(outcomes(fixture, 0), "passed,error,error");
	assert_in(message(fixture, 2), "nothing listens");
	assert_true(tally__json_get(fixture->results, "durationMs")->valuedouble < 30000);
}

struct told {
	size_t calls, done, total, failed;
};

static void note_progress(void *context, size_t done, size_t total, size_t failed)
{
	struct told *told = context;

	assert_int_equal(done, told->calls);
	*told = (struct told){told->calls + 1, done, total, failed};
}

static void progress_is_told(void **state)
{
	struct script *script = *state;
	struct fixture *fixture = script->fixture;
	struct told told = {0};

	add_contract(fixture, "3.0.0", "interactions", GOOD "," BAD_1);
	add_contract(fixture, "3.0.0", "interactions", GOOD);
	fixture->options.progress = note_progress;
	fixture->options.progress_context = &told;
	verify_well(fixture);
	assert_int_equal(told.calls, 3);
	assert_int_equal(told.total, 2);
	assert_int_equal(told.failed, 1);
}

/* Every allocation fails in turn: results or an error, and no set-up stays when there are any. */
static void survives_lack_of_memory(void **state)
{
	static const char *const past[] = {"\"passedBefore\":true", "\"outcome\":\"passed\"", NULL};
	struct script *script = *state;
	struct fixture *fixture = script->fixture;
	bool failed = true;

	use_states_with_teardown(script);
	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," BAD_2 "," GOOD);
	add_contract(fixture, "3.0.0", "interactions", BAD_1 "," GOOD);
	set_history(fixture, 0, "\"pending\":true,", past);
	set_history(fixture, 1, "\"pending\":true,", past);
	fixture->options.only_needed = true;
	fixture->options.retries = 1;
	fixture->options.repeat = 2;
	fixture->options.total_timeout_ms = 60000;
	fixture->options.jobs = 2;
	fixture->options.only_digests = NULL;
	for (size_t passes = 0; failed; passes++) {
		int status;

		tally__buf_clear(&fixture->log);
		memset(script->order, 0, sizeof(script->order));
		tally__mem_fail_after((long)passes);
		status = verify(fixture);
		failed = tally__mem_fail_after(-1) > passes;
		if (status != 0)
			assert_true(status == TALLY_ENOMEM || status == TALLY_EUNREACHABLE);
	}
	assert_int_equal(count(fixture, "known"), 2);
	assert_string_equal(outcomes(fixture, 0), "failed,passed,passed");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shared_states_take_turns),
		TEST(lanes_run_side_by_side),
		TEST(states_are_alone_by_default),
		TEST(a_retry_makes_no_pass),
		TEST(repetitions_find_what_is_flaky),
		TEST(pending_may_be_flaky),
		TEST(too_many_attempts_are_refused),
		TEST(the_first_failure_ends_a_run_after_its_retries),
		TEST(pending_contracts_forgive_what_is_new),
		TEST(contracts_are_not_pending_by_themselves),
		TEST(only_what_is_needed_is_asked),
		TEST(earlier_runs_count),
		TEST(versions_share_what_they_have_in_common),
		TEST(chosen_interactions),
		TEST(empty_contracts_are_told),
		TEST(interrupted_set_ups_are_torn_down),
		TEST(interrupted_between_two_set_ups),
		TEST(interrupted_questions_are_torn_down),
		TEST(teardowns_go_on_when_interrupted),
		TEST(two_interrupts_end_teardowns),
		TEST(interrupted_before_it_begins),
		TEST(interrupted_between_attempts),
		TEST(the_total_time_ends_a_run),
		TEST(a_run_in_time),
		TEST(late_set_ups_are_torn_down),
		TEST(a_provider_that_goes_away),
		TEST(progress_is_told),
		TEST(survives_lack_of_memory),
	};

	forget_proxies();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
