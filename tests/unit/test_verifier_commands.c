/* State, message and header commands. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "verifier/command_output.h"
#include "verifier_fixture.h"

/* Each test runs in an empty folder of its own. */
static char scratch[] = "/tmp/tally-test-XXXXXX";

static int setup(void **state)
{
	memcpy(scratch + sizeof(scratch) - 7, "XXXXXX", 6);
	if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
		return 1;
	return fixture_setup(state);
}

static int teardown(void **state)
{
	char command[64];
	int status = fixture_teardown(state);

	snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
	return chdir("/") != 0 || system(command) != 0 || status != 0;
}

static void assert_file(const char *path, const char *expected)
{
	struct buf text;

	tally__buf_init(&text, 1 << 20);
	assert_int_equal(tally__file_read(&text, path, NULL), 0);
	assert_string_equal(text.bytes, expected);
	tally__buf_release(&text);
}

#define ORDER_OF_STATE                                                                             \
	"{\"description\":\"an order\",\"providerStates\":[{\"name\":\"an order exists\","         \
	"\"params\":{\"total\":5}},{\"name\":\"it is paid\"}],\"request\":{\"path\":\"/orders/0\"" \
	",\"generators\":{\"path\":{\"type\":\"ProviderState\",\"expression\":\"/orders/${id}\"}}" \
	"},\"response\":{\"status\":204}}"

static const struct answer order_42[] = {{"/orders/42", 204, NULL, NULL, NULL}};

/* ---- provider states ---- */

static void states_by_command(void **state)
{
	struct fixture *fixture = *state;

	fixture->answers = order_42;
	fixture->answer_count = 1;
	fixture->options.state_command =
		"cat >>log; echo \" $TALLY_ACTION $TALLY_STATE\" >>log; "
		"if [ \"$TALLY_STATE\" = \"it is paid\" ]; then echo; else echo '{\"id\": 42}'; fi";
	fixture->options.state_change_teardown = true;
	add_contract(fixture, "3.0.0", "interactions", ORDER_OF_STATE "," NO_STATE);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_in(fixture->log.bytes, "GET /orders/42\n");
	assert_file("log",
		    "{\"action\":\"setup\",\"params\":{\"total\":5},\"state\":\"an order exists\"}"
		    " setup an order exists\n"
		    "{\"action\":\"setup\",\"params\":{},\"state\":\"it is paid\"}"
		    " setup it is paid\n"
		    "{\"action\":\"teardown\",\"params\":{\"total\":5},\"state\":\"an order "
		    "exists\"} teardown an order exists\n"
		    "{\"action\":\"teardown\",\"params\":{},\"state\":\"it is paid\"}"
		    " teardown it is paid\n");
}

static void teardown_needs_no_option(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	fixture->options.state_command = "echo $TALLY_ACTION >>log";
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
	verify_well(fixture);
	assert_true(success(fixture));
	assert_file("log", "setup\nteardown\n");
	assert_null(tally__json_get(fixture->results, "warnings"));
}

/* Nobody is asked in a state that could not be set up; what was, is torn down. */
static void failing_state_commands(void **state)
{
	static const struct {
		const char *command, *words;
	} cases[] = {
		{"echo no database >&2; exit 3", "state \"an order exists\": the state command "
						 "exited with status 3, expected 0; its standard "
						 "error ends:\nno database"},
		{"kill -9 $$", "the state command was ended by signal 9"},
		{"echo nothing here",
		 "expected values as a JSON object, or nothing, on the state "
		 "command's standard output, but it printed \"nothing here\\x0a"
		 "\": "},
		{"echo '[1]'", "but it printed \"[1]\\x0a\""},
		{"echo 5", "but it printed \"5\\x0a\""},
		{"/nonexistent/command", "exited with status 127"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *fixture;

		if (i > 0) {
			assert_int_equal(teardown(state), 0);
			assert_int_equal(setup(state), 0);
		}
		fixture = *state;
		answer_well(fixture);
		fixture->options.state_command = cases[i].command;
		add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
		verify_well(fixture);
		assert_string_equal(outcome(fixture, 0), "error");
		assert_in(message(fixture, 0), cases[i].words);
		assert_string_equal(fixture->log.bytes, "");
	}
}

static void teardown_follows_what_was_set_up(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.state_command = "echo $TALLY_ACTION $TALLY_STATE >>log; "
					 "[ \"$TALLY_STATE\" = \"an order exists\" ]";
	fixture->options.state_change_teardown = true;
	add_contract(fixture, "3.0.0", "interactions", ORDER_OF_STATE);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_file("log", "setup an order exists\nsetup it is paid\nteardown an order exists\n");
}

/* No values, or no exit status: nobody said that nothing was done. */
static void teardown_follows_what_may_have_been_set_up(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.state_command = "echo $TALLY_ACTION $TALLY_STATE >>log; "
					 "[ \"$TALLY_STATE\" = \"it is paid\" ] || echo created; "
					 "kill -9 $$";
	add_contract(fixture, "3.0.0", "interactions", ORDER_OF_STATE);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_file("log", "setup an order exists\nsetup it is paid\n"
			   "teardown an order exists\nteardown it is paid\n");
	assert_int_equal(unlink("log"), 0);
	fixture->options.state_command = "echo $TALLY_ACTION $TALLY_STATE >>log; echo created";
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_file("log", "setup an order exists\nsetup it is paid\n"
			   "teardown an order exists\nteardown it is paid\n");
}

static void long_names_leave_room_for_reasons(void **state)
{
	struct fixture *fixture = *state;
	char interaction[12000];

	fixture->options.state_command = "exit 3";
	snprintf(interaction, sizeof(interaction),
		 "{\"description\":\"d\",\"providerStates\":[{\"name\":\"%010000d\"}],"
		 "\"request\":{\"path\":\"/\"},\"response\":{\"status\":204}}",
		 1);
	add_contract(fixture, "3.0.0", "interactions", interaction);
	verify_well(fixture);
	assert_in(message(fixture, 0), "state \"0000");
	assert_in(message(fixture, 0), "the state command exited with status 3");
}

static void what_was_not_sent_is_not_torn_down(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	use_states(fixture);
	fixture->options.state_change_teardown = true;
	fixture->options.header_command = "echo run >>log; exit 1";
	fixture->options.header_command_each = true;
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
	verify_well(fixture);
	assert_in(message(fixture, 0), "setup state change handlers");
	assert_file("log", "run\n");
}

/* Nor do they wait for one that is down. */
static void messages_need_no_provider(void **state)
{
	static const char message_text[] = "{\"description\":\"m\",\"contents\":{\"id\":7}}";
	struct fixture *fixture = *state;

	fixture->options.provider_url = "http://127.0.0.1:1";
	fixture->options.jobs = 1;
	fixture->options.message_command = "echo '{\"id\":7}'";
	add_contract(fixture, "3.0.0", "interactions", NO_STATE "," GET_ORDER);
	add_contract(fixture, "3.0.0", "messages", message_text);
	verify_well(fixture);
	assert_int_equal(count(fixture, "passed"), 1);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_string_equal(outcome(fixture, 1), "error");
	assert_in(message(fixture, 1), "127.0.0.1:1");
}

static void failing_teardown_commands(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	fixture->options.state_command = "echo '{}'; [ $TALLY_ACTION = setup ]";
	fixture->options.state_change_teardown = true;
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0),
		  "teardown state change handlers has failed: state \"an order "
		  "exists\": the state command exited with status 1");
}

static void slow_state_commands(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	fixture->options.state_command = "exec tail -f /dev/null";
	fixture->options.command_timeout_ms = 50;
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
	verify_well(fixture);
	assert_in(message(fixture, 0), "the state command did not end within 50 ms");
}

/* Two that wait for one another: they can only end when they run at the same time. */
static void commands_run_side_by_side(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	fixture->options.state_command =
		"[ $TALLY_ACTION = setup ] || exit 0; "
		"if mkdir first 2>/dev/null; then mkfifo pipe.new; mv pipe.new pipe; read x <pipe; "
		"else until [ -p pipe ]; do sleep 0.01; done; echo x >pipe; fi";
	fixture->options.jobs = 2;
	fixture->options.command_timeout_ms = 60000;
	add_contract(fixture, "3.0.0", "interactions",
		     GET_ORDER ",{\"description\":\"another\",\"providerStates\":[{\"name\":"
			       "\"other\"}],\"request\":{\"path\":\"/ping\"},\"response\":{"
			       "\"status\":204}}");
	verify_well(fixture);
	assert_int_equal(count(fixture, "passed"), 2);
}

/* ---- messages ---- */

#define CREATED                                                                                    \
	"{\"description\":\"an order was created\",\"providerStates\":[{\"name\":\"a shop\"}],"    \
	"\"contents\":{\"id\":7},\"metaData\":{\"contentType\":\"application/json\",\"topic\":"    \
	"\"orders\"},\"matchingRules\":{}}"

static void expect_message(struct fixture *fixture, const char *command)
{
	fixture->options.provider_url = NULL;
	fixture->options.message_command = command;
	add_contract(fixture, "3.0.0", "messages", CREATED);
	verify_well(fixture);
}

static void messages_by_command(void **state)
{
	struct fixture *fixture = *state;

	expect_message(fixture, "cat >log; echo \" $TALLY_DESCRIPTION\" >>log; "
				"echo 'topic: orders'; echo; echo '{\"id\": 7}'");
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_file("log", "{\"description\":\"an order was created\",\"providerStates\":[{"
			   "\"name\":\"a shop\"}]} an order was created\n");
	assert_null(tally__json_get(interaction(fixture, 0, 0), "request"));
	assert_string_equal(fixture->log.bytes, "");
}

static void messages_that_differ(void **state)
{
	struct fixture *fixture = *state;

	expect_message(fixture, "echo '{\"id\": 8}'");
	assert_string_equal(outcome(fixture, 0), "failed");
	assert_string_equal(mismatch_places(fixture, 0), "metadata topic,body $.id");
}

static void failing_message_commands(void **state)
{
	struct fixture *fixture = *state;

	expect_message(fixture, "echo unknown message >&2; exit 4");
	assert_string_equal(outcome(fixture, 0), "error");
	assert_string_equal(message(fixture, 0),
			    "the message command exited with status 4, expected 0; its standard "
			    "error ends:\nunknown message");
}

static void broken_messages(void **state)
{
	struct fixture *fixture = *state;

	expect_message(fixture, "echo 'topic: orders'; echo '{\"id\": 7}'");
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "line 2 of the message command's output is neither");
}

static void synchronous_messages_by_command(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.message_command = "cat >log; printf 'Content-Type: text/plain\\n\\npong'";
	add_contract(fixture, "4.0", "interactions",
		     "{\"type\":\"Synchronous/Messages\",\"description\":\"a ping\",\"request\":{"
		     "\"contents\":{\"content\":\"ping\",\"contentType\":\"text/plain\",\"encoded\""
		     ":false}},\"response\":[{\"contents\":{\"content\":\"pong\",\"contentType\":"
		     "\"text/plain\",\"encoded\":false}}]}");
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_file("log", "{\"description\":\"a "
			   "ping\",\"request\":{\"contents\":{\"contentType\":\"text/"
			   "plain\",\"content\":\"ping\",\"encoded\":false}}}");
}

static void http_needs_a_url(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.provider_url = NULL;
	fixture->options.message_command = "true";
	add_contract(fixture, "3.0.0", "interactions", NO_STATE);
	verify_well(fixture);
	assert_in(message(fixture, 0), "the provider's URL was not given");
}

/* ---- what a message command prints ---- */

static int read_message(struct fixture *fixture, const char *text, size_t len,
			struct message *message, cJSON **metadata, struct tally_error *error)
{
	struct buf output;
	char *kept = tally__arena_memdup(&fixture->arena, text, len);

	assert_non_null(kept);
	tally__buf_init(&output, len);
	output.bytes = kept;
	output.len = len;
	*error = (struct tally_error)TALLY_ERROR_INIT;
	return tally__command_message(message, metadata, &fixture->arena, &output, error);
}

static void assert_message(struct fixture *fixture, const char *text, size_t len,
			   const char *contents, size_t contents_len, const char *expected)
{
	struct message message;
	struct tally_error error;
	cJSON *metadata = NULL;
	char *written = NULL;
	size_t written_len;

	if (read_message(fixture, text, len, &message, &metadata, &error) != 0)
		fail_msg("%s", error.message);
	assert_int_equal(message.contents.len, contents_len);
	assert_memory_equal(message.contents.bytes, contents, contents_len);
	assert_int_equal(
		tally_json_write(&written, &written_len, metadata, TALLY_JSON_COMPACT, NULL), 0);
	assert_string_equal(written, expected);
	tally_free(written);
	cJSON_Delete(metadata);
}

#define MESSAGE(text, contents, metadata)                                                          \
	assert_message(*state, text, sizeof(text) - 1, contents, sizeof(contents) - 1, metadata)

static void forms_of_messages(void **state)
{
	MESSAGE("{\"a\": 1}\n", "{\"a\": 1}", "{\"contentType\":\"application/json\"}");
	MESSAGE("\"a: b\"\r\n", "\"a: b\"", "{\"contentType\":\"application/json\"}");
	MESSAGE("some text\n\n", "some text\n", "{\"contentType\":\"\"}");
	MESSAGE("", "", "{\"contentType\":\"\"}");
	MESSAGE("\nTo: be kept\n", "To: be kept\n", "{\"contentType\":\"\"}");
	MESSAGE("Content-Type: a/b\r\nk:\t v \r\n\r\n\0\xff\n", "\0\xff\n",
		"{\"contentType\":\"a/b\",\"k\":\"v\"}");
	MESSAGE("k: v\n\n[1]", "[1]", "{\"contentType\":\"application/json\",\"k\":\"v\"}");
	MESSAGE("pact-message-metadata: {\"n\":1,\"k\":2}\nk: 3\n\nx", "x",
		"{\"n\":1,\"k\":2,\"contentType\":\"\"}");
	MESSAGE("Pact-Message-Metadata: eyJjb250ZW50VHlwZSI6ImMvZCJ9\nContent-Type: a/b\n\nx", "x",
		"{\"contentType\":\"c/d\"}");
}

static void forms_that_are_none(void **state)
{
	static const char *const texts[] = {
		"k: v",
		"k: v\n",
		"k: v\nx\n\nbody",
		"k: v\na b: c\n\n",
		"k: \x01\n\n",
		"k: \xff\n\n",
		"Pact-Message-Metadata: ?\n\n",
		"Pact-Message-Metadata: {\n\n",
		"Pact-Message-Metadata: WzFd\n\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct message message;
		struct tally_error error;
		cJSON *metadata = NULL;

		assert_int_equal(read_message(*state, texts[i], strlen(texts[i]), &message,
					      &metadata, &error),
				 TALLY_EPARSE);
		assert_string_not_equal(error.message, "");
	}
}

static void too_many_header_lines(void **state)
{
	struct message message;
	struct tally_error error;
	cJSON *metadata = NULL;
	struct buf text;

	tally__buf_init(&text, 1 << 20);
	for (int i = 0; i < LIMIT_HEADER_BYTES / 8; i++)
		tally__buf_addf(&text, "k%d: v\n", i);
	tally__buf_adds(&text, "\nx");
	assert_int_equal(read_message(*state, text.bytes, text.len, &message, &metadata, &error),
			 TALLY_ELIMIT);
	tally__buf_release(&text);
}

/* ---- headers ---- */

#define WITH_KEY                                                                                   \
	"{\"description\":\"with a key\",\"request\":{\"path\":\"/ping\",\"headers\":{\"X-Key\":"  \
	"\"of the contract\",\"x-other\":\"kept\"}},\"response\":{\"status\":204}}"

static void headers_once(void **state)
{
	static const char *const own[] = {"Authorization: stale", "X-Own: own"};
	struct fixture *fixture = *state;

	answer_well(fixture);
	fixture->options.headers = own;
	fixture->options.header_count = 2;
	fixture->options.header_command =
		"echo run >>log; printf 'authorization: Bearer fresh\\r\\n\\nx-key:  k 1 \\n'";
	add_contract(fixture, "3.0.0", "interactions", NO_STATE "," WITH_KEY);
	verify_well(fixture);
	assert_int_equal(count(fixture, "passed"), 2);
	assert_file("log", "run\n");
	assert_string_equal(tally__http_header_get(&fixture->seen, "Authorization"),
			    "Bearer fresh");
	assert_string_equal(tally__http_header_get(&fixture->seen, "X-Key"), "k 1");
	assert_string_equal(tally__http_header_get(&fixture->seen, "X-Other"), "kept");
	assert_string_equal(tally__http_header_get(&fixture->seen, "X-Own"), "own");
}

static void headers_for_each_request(void **state)
{
	struct fixture *fixture = *state;

	answer_well(fixture);
	use_states(fixture);
	fixture->options.header_command =
		"cat >/dev/null; echo \"$TALLY_METHOD ${TALLY_URL##*/}\" >>log; "
		"echo \"X-Key: $(wc -l <log)\"";
	fixture->options.header_command_each = true;
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
	verify_well(fixture);
	assert_int_equal(count(fixture, "passed"), 1);
	assert_file("log", "POST _states\nGET 7\n");
	assert_string_equal(tally__http_header_get(&fixture->seen, "X-Key"), "2");
}

/* Their values are nobody's business: not where they were sent, nor where they come back. */
static void headers_are_secret(void **state)
{
	static const struct answer echoing[] = {
		{"/ping", 200, "text/plain", "you sent wonderland-7", NULL}};
	struct fixture *fixture = *state;
	char *text = NULL;
	size_t len = 0;

	fixture->answers = echoing;
	fixture->answer_count = 1;
	fixture->options.header_command = "echo 'X-Tenant: wonderland-7'; echo wonderland-7 >&2";
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"d\",\"request\":{\"path\":\"/ping\"},\"response\":{"
		     "\"status\":200,\"body\":\"you sent nothing\"}}");
	verify_well(fixture);
	assert_int_equal(count(fixture, "failed"), 1);
	assert_int_equal(tally_json_write(&text, &len, fixture->results, TALLY_JSON_COMPACT, NULL),
			 0);
	assert_in(text, "X-Tenant: ***");
	assert_not_in(text, "wonderland-7");
	tally_free(text);
}

static void failing_header_commands(void **state)
{
	static const struct {
		const char *command;
		int code;
		const char *words;
	} cases[] = {
		{"echo 'A: secret'; echo no login >&2; exit 1", TALLY_EIO,
		 "the header command exited with status 1, expected 0; its standard error ends:\n"
		 "no login"},
		{"true", TALLY_EPARSE, "printed no headers"},
		{"echo 'A: b'; echo secret", TALLY_EPARSE, "line 2 of what the header command"},
		{"printf 'A: sec\\001ret'", TALLY_EPARSE, "line 1 of what the header command"},
		{"yes 'A: secret'", TALLY_ELIMIT, "the header command printed more than"},
		{"exec tail -f /dev/null", TALLY_ETIMEOUT, "did not end within 50 ms"},
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		bool each = i % 2 == 1;
		struct fixture *fixture;
		const char *words;

		if (i > 0) {
			assert_int_equal(teardown(state), 0);
			assert_int_equal(setup(state), 0);
		}
		fixture = *state;
		answer_well(fixture);
		fixture->options.header_command = cases[i / 2].command;
		fixture->options.header_command_each = each;
		fixture->options.command_timeout_ms = i / 2 == 5 ? 50 : 60000;
		add_contract(fixture, "3.0.0", "interactions", NO_STATE);
		if (each) {
			verify_well(fixture);
			assert_string_equal(outcome(fixture, 0), "error");
			words = message(fixture, 0);
		} else {
			assert_int_equal(verify(fixture), cases[i / 2].code);
			words = fixture->error.message;
		}
		assert_in(words, cases[i / 2].words);
		assert_not_in(words, "secret");
		assert_string_equal(fixture->log.bytes, "");
	}
}

/* ---- options ---- */

static void refuse(struct fixture *fixture, const char *option)
{
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_string_equal(fixture->error.where, option);
	fixture->error = (struct tally_error)TALLY_ERROR_INIT;
}

static void options_that_contradict(void **state)
{
	struct fixture *fixture = *state;

	add_contract(fixture, "3.0.0", "interactions", NO_STATE);
	fixture->options.state_command = " \n";
	refuse(fixture, "state_command");
	use_states(fixture);
	fixture->options.state_command = "true";
	refuse(fixture, "state_command");
	fixture->options.state_command = NULL;
	fixture->options.message_command = "";
	refuse(fixture, "message_command");
	fixture->options.message_command = NULL;
	fixture->options.header_command_each = true;
	refuse(fixture, "header_command_each");
	fixture->options.header_command = "\t";
	refuse(fixture, "header_command");
}

/* Each allocation fails in turn: no command is left behind, and nothing passes that was not asked.
 */
static void memory_is_short(void **state)
{
	struct fixture *fixture = *state;
	bool failed = true;

	answer_well(fixture);
	fixture->options.state_command = "echo '{\"id\":7}'";
	fixture->options.state_change_teardown = true;
	fixture->options.header_command = "echo 'X-Key: some secret'";
	fixture->options.header_command_each = true;
	fixture->options.message_command = "printf 'k: v\\n\\n{\"id\":7}'";
	add_contract(fixture, "3.0.0", "interactions", GET_ORDER);
	add_contract(fixture, "3.0.0", "messages",
		     "{\"description\":\"m\",\"contents\":{\"id\":7},\"metaData\":{\"k\":\"v\"}}");
	for (size_t passes = 0; failed; passes++) {
		int status;

		cJSON_Delete(fixture->results);
		fixture->results = NULL;
		fixture->error = (struct tally_error)TALLY_ERROR_INIT;
		tally__mem_fail_after((long)passes);
		status = verify(fixture);
		failed = tally__mem_fail_after(-1) > passes;
		if (status != 0)
			assert_int_equal(status, TALLY_ENOMEM);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
	verify_well(fixture);
	assert_int_equal(count(fixture, "passed"), 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(states_by_command),
		TEST(teardown_needs_no_option),
		TEST(teardown_follows_what_may_have_been_set_up),
		TEST(long_names_leave_room_for_reasons),
		TEST(what_was_not_sent_is_not_torn_down),
		TEST(messages_need_no_provider),
		TEST(failing_state_commands),
		TEST(teardown_follows_what_was_set_up),
		TEST(failing_teardown_commands),
		TEST(slow_state_commands),
		TEST(commands_run_side_by_side),
		TEST(messages_by_command),
		TEST(messages_that_differ),
		TEST(failing_message_commands),
		TEST(broken_messages),
		TEST(synchronous_messages_by_command),
		TEST(http_needs_a_url),
		TEST(forms_of_messages),
		TEST(forms_that_are_none),
		TEST(too_many_header_lines),
		TEST(headers_once),
		TEST(headers_for_each_request),
		TEST(headers_are_secret),
		TEST(failing_header_commands),
		TEST(options_that_contradict),
		TEST(memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
