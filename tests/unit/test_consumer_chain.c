/* A chain of calls needs one look at its end: every function that may stand in one hands back the
 * error that is there already, and refuses NULL where it needs something. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "tally/consumer.h"
#include "tally/lint.h"
#include "tally/mock.h"
#include "tally/stub.h"

static const bool picked[1];
static const cJSON *const no_documents[1];
static const char *const no_names[1];
static const struct tally_contract *const no_contracts[1];

/* What the calls would give; nothing may come. */
static struct tally_expectations *expectations;
static struct tally_interaction *interaction;
static struct tally_contract *contract;
static struct tally_message *message;
static struct tally_mock *mock;
static struct tally_stub *stub;
static cJSON *json;
static char *text;
static size_t excepted;

#define CONTRACT ((const struct tally_contract *)NULL)
#define TEXT     tally_text("x")

/* Everything that takes something and an error, with NULL in the place of what it needs. */
#define CALLS(X)                                                                                   \
	X(tally_expectations_new(&expectations, NULL, "provider", TALLY_SPEC_V4, e))               \
	X(tally_expectations_new(&expectations, "consumer", NULL, TALLY_SPEC_V4, e))               \
	X(tally_expectations_set_metadata(NULL, "name", TEXT, e))                                  \
	X(tally_expectations_contract(&contract, NULL, e))                                         \
	X(tally_interaction_new(&interaction, NULL, TALLY_HTTP, "d", e))                           \
	X(tally_interaction_new_json(&interaction, NULL, TALLY_JSON({}), e))                       \
	X(tally_interaction_add_state(NULL, "s", e))                                               \
	X(tally_interaction_add_state_with(NULL, "s", TALLY_JSON({}), e))                          \
	X(tally_interaction_set_pending(NULL, true, e))                                            \
	X(tally_interaction_set_key(NULL, "k", e))                                                 \
	X(tally_interaction_set_transport(NULL, "https", e))                                       \
	X(tally_interaction_add_comment(NULL, "c", e))                                             \
	X(tally_interaction_set_comment(NULL, "c", TEXT, e))                                       \
	X(tally_interaction_set_reference(NULL, "g", "n", TEXT, e))                                \
	X(tally_interaction_set_method(NULL, TEXT, e))                                             \
	X(tally_interaction_set_path(NULL, TEXT, e))                                               \
	X(tally_interaction_set_status(NULL, TEXT, e))                                             \
	X(tally_interaction_set_query(NULL, "q", TEXT, e))                                         \
	X(tally_interaction_set_header(NULL, TALLY_PART_REQUEST, "h", TEXT, e))                    \
	X(tally_interaction_add_response(NULL, e))                                                 \
	X(tally_interaction_set_metadata(NULL, TALLY_PART_MESSAGE, "m", TEXT, e))                  \
	X(tally_interaction_set_body(NULL, TALLY_PART_REQUEST, NULL, TEXT, e))                     \
	X(tally_interaction_set_bytes(NULL, TALLY_PART_REQUEST, NULL, "", 0, e))                   \
	X(tally_message_new(&message, NULL, 0, TALLY_PART_MESSAGE, 0, NULL, e))                    \
	X(tally_mock_check(NULL, e))                                                               \
	X(tally_mock_start(&mock, NULL, NULL, e))                                                  \
	X(tally_mock_report(NULL, &json, e))                                                       \
	X(tally_mock_report_text(NULL, NULL, &text, e))                                            \
	X(tally_contract_parse(&contract, NULL, 0, e))                                             \
	X(tally_contract_read_file(&contract, NULL, e))                                            \
	X(tally_contract_write(NULL, TALLY_SPEC_V4, &json, e))                                     \
	X(tally_expectations_parse(&contract, NULL, 0, e))                                         \
	X(tally_expectations_read_file(&contract, NULL, e))                                        \
	X(tally_contract_select(&contract, NULL, picked, e))                                       \
	X(tally_contract_merge(&contract, CONTRACT, CONTRACT, e))                                  \
	X(tally_contract_overlay(&contract, CONTRACT, CONTRACT, e))                                \
	X(tally_contract_merge_three(&text, NULL, NULL, NULL, NULL, e))                            \
	X(tally_contract_save_check(NULL, ".", NULL, e))                                           \
	X(tally_contract_save(NULL, ".", NULL, &text, e))                                          \
	X(tally_stub_start(&stub,                                                                  \
			   &(struct tally_stub_options){.documents = no_documents,                 \
							.document_names = no_names,                \
							.document_count = 1},                      \
			   e))                                                                     \
	X(tally_stub_reload(NULL, e))                                                              \
	X(tally_stub_set_documents(NULL, no_documents, no_names, 0, e))                            \
	X(tally_lint(NULL, no_contracts, 1, &json, &excepted, e))                                  \
	X(tally_lint(NULL, NULL, 1, &json, &excepted, e))                                          \
	X(tally_lint_rules(NULL, NULL, e))

#define CALL_NUMBER(call) +1
enum { CALL_COUNT = 0 CALLS(CALL_NUMBER) };

static const char *const calls[CALL_COUNT] = {
#define CALL_TEXT(call) #call,
	CALLS(CALL_TEXT)};

static int call(size_t number, struct tally_error *e)
{
	size_t i = 0;

#define CALL_MAKE(call)                                                                            \
	if (i++ == number)                                                                         \
		return call;
	CALLS(CALL_MAKE)
	return 0;
}

static bool gave_nothing(void)
{
	return !expectations && !interaction && !contract && !message && !mock && !stub && !json &&
	       !text && excepted == 0;
}

static void test_null(void **state)
{
	(void)state;
	for (size_t i = 0; i < CALL_COUNT; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		int status = call(i, &error);

		if (status != TALLY_EINVAL || error.code != status ||
		    !strstr(error.message, "expected") || !strstr(error.message, "found NULL"))
			fail_msg("%s: gave %d: %s", calls[i], status, error.message);
		if (call(i, NULL) != TALLY_EINVAL || !gave_nothing())
			fail_msg("%s: gave something", calls[i]);
	}
}

static void test_error_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < CALL_COUNT; i++) {
		struct tally_error error = {.code = TALLY_EUNREACHABLE, .message = "before"};
		int status = call(i, &error);

		if (status != TALLY_EUNREACHABLE || error.code != status ||
		    strcmp(error.message, "before") != 0 || *error.where || !gave_nothing())
			fail_msg("%s: gave %d: %s", calls[i], status, error.message);
	}
}

/* With nothing else wrong, too. */
static void test_error_alone(void **state)
{
	static const struct tally_stub_options none;
	static const char contract_text[] =
		"{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},"
		"\"interactions\":[{\"description\":\"d\",\"request\":{},\"response\":{}}],"
		"\"metadata\":{\"pactSpecification\":{\"version\":\"2.0.0\"}}}";
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *good = NULL;
	const struct tally_contract *list[1];
	size_t len = sizeof(contract_text) - 1;

	(void)state;
	assert_int_equal(tally_contract_parse(&good, contract_text, len, &error), 0);
	list[0] = good;
	error.code = TALLY_EUNREACHABLE;
	assert_int_equal(tally_contract_parse(&contract, contract_text, len, &error), error.code);
	assert_int_equal(tally_expectations_parse(&contract, contract_text, len, &error),
			 error.code);
	assert_int_equal(tally_contract_write(good, TALLY_SPEC_V4, &json, &error), error.code);
	assert_int_equal(tally_contract_select(&contract, good, picked, &error), error.code);
	assert_int_equal(tally_contract_merge(&contract, good, good, &error), error.code);
	assert_int_equal(tally_contract_overlay(&contract, good, good, &error), error.code);
	assert_int_equal(tally_contract_save_check(good, "none", NULL, &error), error.code);
	assert_int_equal(tally_contract_save(good, "none", NULL, &text, &error), error.code);
	assert_int_equal(tally_mock_check(good, &error), error.code);
	assert_int_equal(tally_mock_start(&mock, good, NULL, &error), error.code);
	assert_int_equal(tally_message_new(&message, good, 0, TALLY_PART_MESSAGE, 0, NULL, &error),
			 error.code);
	assert_int_equal(tally_stub_start(&stub, &none, &error), error.code);
	assert_int_equal(tally_lint(NULL, list, 1, &json, &excepted, &error), error.code);
	assert_int_equal(tally_lint_rules(NULL, &json, &error), error.code);
	assert_true(gave_nothing());
	tally_contract_free(good);
}

static void test_getters(void **state)
{
	size_t len = 1;

	(void)state;
	assert_int_equal(tally_contract_spec(NULL), TALLY_SPEC_UNKNOWN);
	assert_null(tally_contract_consumer(NULL));
	assert_null(tally_contract_provider(NULL));
	assert_int_equal(tally_contract_interaction_count(NULL), 0);
	assert_null(tally_contract_description(NULL, 0));
	assert_null(tally_message_contents(NULL, &len));
	assert_int_equal(len, 0);
	assert_null(tally_message_content_type(NULL));
	assert_null(tally_message_metadata(NULL));
	assert_null(tally_message_warnings(NULL));
	assert_null(tally_mock_url(NULL));
	assert_null(tally_mock_messages_url(NULL));
	assert_null(tally_mock_ca(NULL));
	assert_false(tally_mock_ok(NULL));
	assert_null(tally_stub_url(NULL));
	assert_null(tally_stub_ca(NULL));
	tally_expectations_free(NULL);
	tally_contract_free(NULL);
	tally_message_free(NULL);
	tally_mock_hurry(NULL);
	tally_mock_stop(NULL);
	tally_stub_stop(NULL);
}

static bool is_called(const char *name, size_t len)
{
	for (size_t i = 0; i < CALL_COUNT; i++)
		if (strncmp(calls[i], name, len) == 0 && calls[i][len] == '(')
			return true;
	return false;
}

/* A function that comes to a header has to come into the table. */
static void test_complete(void **state)
{
	static const char *const headers[] = {"consumer", "contract", "mock", "stub", "lint"};
	static const char mark[] = "TALLY_API int ";
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		char path[512];
		struct buf header;

		(void)snprintf(path, sizeof(path), "%s/include/tally/%s.h",
			       getenv("srcdir") ? getenv("srcdir") : ".", headers[i]);
		tally__buf_init(&header, LIMIT_DOCUMENT_BYTES);
		if (tally__file_read(&header, path, &error) != 0)
			fail_msg("%s: %s", path, error.message);
		for (const char *at = header.bytes; (at = strstr(at, mark)) != NULL; found++) {
			size_t len;

			at += sizeof(mark) - 1;
			len = strcspn(at, "(");
			if (!is_called(at, len))
				fail_msg("%.*s is not in the table", (int)len, at);
		}
		tally__buf_release(&header);
	}
	assert_true(found > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_null),        cmocka_unit_test(test_error_before),
		cmocka_unit_test(test_error_alone), cmocka_unit_test(test_getters),
		cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
