/* Secrets do not reach the results.  Those that are planted here are put together when the test
 * runs, so that no scanner takes them for real ones. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "verifier/secrets.h"
#include "verifier_fixture.h"

static const char *const own_names[] = {"X-Tenant-Pin", "internal*", "*_ssn"};

static void secrets_begin(struct secrets *secrets)
{
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(tally__secrets_init(secrets, own_names, 3, &error), 0);
}

/* What the rules leave of a text. */
static void assert_masked(const struct secrets *secrets, const char *text, const char *expected)
{
	struct buf out;
	bool masked;

	tally__buf_init(&out, 1 << 20);
	masked = tally__secrets_add_text(secrets, &out, text, strlen(text));
	assert_int_equal(out.status, 0);
	if (strcmp(out.bytes, expected) != 0)
		fail_msg("\"%s\" became \"%s\", not \"%s\"", text, out.bytes, expected);
	if (masked != (strstr(expected, SECRET_MASK) != NULL))
		fail_msg("\"%s\" was told wrong", text);
	tally__buf_release(&out);
}

static char *printed(const cJSON *value)
{
	char *text = NULL;
	size_t len = 0;

	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_json_write(&text, &len, value, TALLY_JSON_PRETTY, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
	return text;
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum secret_reach reach;
	} cases[] = {
		{"Authorization", SECRET_REACH_ALL},
		{"proxy-authorization", SECRET_REACH_ALL},
		{"Cookie", SECRET_REACH_ALL},
		{"Set-Cookie", SECRET_REACH_ALL},
		{"X-Api-Key", SECRET_REACH_ALL},
		{"apiKey", SECRET_REACH_ALL},
		{"api_key", SECRET_REACH_ALL},
		{"access_token", SECRET_REACH_ALL},
		{"next-auth.session-token", SECRET_REACH_ALL},
		{"user[password]", SECRET_REACH_ALL},
		{"clientSecret", SECRET_REACH_ALL},
		{"db_pass", SECRET_REACH_ALL},
		{"X-Session", SECRET_REACH_VALUE},
		{"sessions", SECRET_REACH_VALUE},
		{"x-tenant_pin", SECRET_REACH_ALL},
		{"internalRate", SECRET_REACH_ALL},
		{"his-ssn", SECRET_REACH_ALL},
		{"compass", SECRET_REACH_NONE},
		{"passengers", SECRET_REACH_NONE},
		{"tokenType", SECRET_REACH_NONE},
		{"expires_in", SECRET_REACH_NONE},
		{"nextPageToken", SECRET_REACH_NONE},
		{"Accept", SECRET_REACH_NONE},
		{"author", SECRET_REACH_NONE},
		{"ssnumber", SECRET_REACH_NONE},
		{"tenant-pin", SECRET_REACH_NONE},
		{"", SECRET_REACH_NONE},
	};
	struct secrets secrets;

	(void)state;
	secrets_begin(&secrets);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *name = cases[i].name;

		if (tally__secrets_reach(&secrets, name, strlen(name)) != cases[i].reach)
			fail_msg("%s", name);
	}
	tally__secrets_release(&secrets);
}

static void test_names_that_say_nothing(void **state)
{
	static const char *const empty[] = {"-", "*"};
	struct tally_error error = TALLY_ERROR_INIT;
	struct secrets secrets;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		error = (struct tally_error)TALLY_ERROR_INIT;
		assert_int_equal(tally__secrets_init(&secrets, &empty[i], 1, &error), TALLY_EINVAL);
		assert_in(error.message, "found \"");
		tally__secrets_release(&secrets);
	}
}

static void test_texts(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		/* JSON, whole, cut and inside a string */
		{"{\"password\":\"abc\",\"id\":1}", "{\"password\":\"***\",\"id\":1}"},
		{"{\"password\" : \"a\\\"b\\\\\", \"id\":1}", "{\"password\" : \"***\", \"id\":1}"},
		{"{\"password\":\"abc", "{\"password\":\"***"},
		{"{\"pin\":1,\"accessToken\":12.5,\"x\":2}",
		 "{\"pin\":1,\"accessToken\":***,\"x\":2}"},
		{"{\"token\":null,\"secret\":true}", "{\"token\":null,\"secret\":true}"},
		{"{\"credentials\":{\"a\":\"}\",\"b\":[1]},\"x\":1}",
		 "{\"credentials\":***,\"x\":1}"},
		{"{\"cookies\":[\"a=b\"],\"x\":1}", "{\"cookies\":***,\"x\":1}"},
		{"{\"sessions\":[{\"title\":\"Keynote\"}]}",
		 "{\"sessions\":[{\"title\":\"Keynote\"}]}"},
		{"{\"session\":\"abc\"}", "{\"session\":\"***\"}"},
		{"{\"raw\":\"{\\\"password\\\":\\\"abc\\\",\\\"a\\\":1}\"}",
		 "{\"raw\":\"{\\\"password\\\":\\\"***\\\",\\\"a\\\":1}\"}"},
		{"{\"tokenType\":\"bearer\"}", "{\"tokenType\":\"bearer\"}"},
		/* forms, URLs, command lines */
		{"a=1&password=abc&b=2", "a=1&password=***&b=2"},
		{"https://h/p?x=1&access%5Ftoken=a%20b#top", "https://h/p?x=1&access%5Ftoken=***"},
		{"https://me:abc@h:1/x@y", "https://***@h:1/x@y"},
		{"http://h/x@y", "http://h/x@y"},
		{"curl -H 'Authorization: Bearer a b' http://h/",
		 "curl -H 'Authorization: ***' http://h/"},
		{"tool --password=abc --user=me", "tool --password=*** --user=me"},
		{"{'password' => 'abc'}", "{'password' => '***'}"},
		/* header lines and prose */
		{"Set-Cookie: a=b; Path=/\r\nAccept: x", "Set-Cookie: ***\r\nAccept: x"},
		{"no user for token: abc-1, sorry", "no user for token: ***, sorry"},
		{"the token Bearer is missing", "the token Bearer is missing"},
		{"sent with token: Bearer abc here", "sent with token: *** here"},
		{"Expected header 'X-Token' to be there", "Expected header 'X-Token' to be there"},
		/* XML, HTML, parts of forms */
		{"<u><password>abc</password><id>1</id></u>",
		 "<u><password>***</password><id>1</id></u>"},
		{"<w:Password Type=\"x\">abc</w:Password>",
		 "<w:Password Type=\"x\">***</w:Password>"},
		{"<password><![CDATA[a<b]]></password>!", "<password>***</password>!"},
		{"<credentials><a>x</a></credentials>", "<credentials>***</credentials>"},
		{"<password>abc", "<password>***"},
		{"<user password=\"abc\" id='1'/>", "<user password=\"***\" id='1'/>"},
		{"<input type=hidden name=\"csrf_token\" value=\"abc\"><p title=\"x\">",
		 "<input type=hidden name=\"csrf_token\" value=\"***\"><p title=\"x\">"},
		{"<meta name=\"csrf-token\" content=\"abc\">",
		 "<meta name=\"csrf-token\" content=\"***\">"},
		{"Content-Disposition: form-data; name=\"password\"\r\n\r\nabc\r\n--x--",
		 "Content-Disposition: form-data; name=\"password\"\r\n\r\n***\r\n--x--"},
		/* the caller's */
		{"{\"X-Tenant-Pin\":\"1\",\"internal_rate\":5}",
		 "{\"X-Tenant-Pin\":\"***\",\"internal_rate\":***}"},
		/* nothing to see */
		{"", ""},
		{"=", "="},
		{":", ":"},
		{">", ">"},
		{"a == b => c :: d >> e", "a == b => c :: d >> e"},
		{"password=", "password="},
		{"\"password\":", "\"password\":"},
	};
	struct secrets secrets;

	(void)state;
	secrets_begin(&secrets);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_masked(&secrets, cases[i].text, cases[i].expected);
	tally__secrets_release(&secrets);
}

/* Sentences stay readable, and credentials in them hidden. */
static void test_prose(void **state)
{
	static const char *const readable[] = {
		"invalid token: expired",
		"Invalid token: Expired.",
		"bad access_token: signature mismatch",
		"no session: log in again",
		"the client secret: unknown to us",
		"wrong password: must not be empty",
		"wrong password: required.",
	};
	static const struct {
		const char *text, *expected;
	} hidden[] = {
		{"invalid token: a1b2c3", "invalid token: ***"},
		{"invalid token: opensesame-7", "invalid token: ***"},
		{"invalid token: openSesame", "invalid token: ***"},
		{"invalid token: OPENSESAME", "invalid token: ***"},
		{"invalid token: abcdefghijklmnopqrs", "invalid token: ***"},
		{"invalid token: 8472", "invalid token: ***"},
		{"invalid token: Bearer opensesame", "invalid token: ***"},
		{"invalid token: \"expired\"", "invalid token: \"***\""},
		{"invalid token=expired", "invalid token=***"},
		{"invalid token:expired", "invalid token:***"},
		{"wrong password: hunter", "wrong password: ***"},
		{"wrong password: sesame.", "wrong password: ***"},
		/* Not in a sentence */
		{"{token: expired}", "{token: ***}"},
		{"id: 1, token: expired", "id: 1, token: ***"},
		{"a:\n  token: expired", "a:\n  token: ***"},
		{"Token: expired", "Token: ***"},
		/* The caller's */
		{"his ssn: unknown", "his ssn: ***"},
	};
	struct secrets secrets;

	(void)state;
	secrets_begin(&secrets);
	for (size_t i = 0; i < sizeof(readable) / sizeof(*readable); i++)
		assert_masked(&secrets, readable[i], readable[i]);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		assert_masked(&secrets, hidden[i].text, hidden[i].expected);
	tally__secrets_release(&secrets);
}

/* A text of any kind, cut anywhere, keeps a secret to itself. */
static void test_texts_cut(void **state)
{
	static const char *const texts[] = {
		"{\"a\":{\"password\":\"ZZZZZZ\",\"token\":[\"ZZZZZZ\"]},\"b\":1}",
		"<u><password a=\"1\">ZZZZZZ</password><b token='ZZZZZZ'/></u>",
		"a=1&password=ZZZZZZ&b=http://me:ZZZZZZ@host/",
	};
	struct secrets secrets;

	(void)state;
	secrets_begin(&secrets);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		for (size_t len = 0; len <= strlen(texts[i]); len++) {
			struct buf out;
			char *cut = tally__strndup(texts[i], len);

			tally__buf_init(&out, 1 << 16);
			tally__secrets_add_text(&secrets, &out, cut, len);
			assert_int_equal(out.status, 0);
			/* The user of a URL cannot be told before its "@" is seen. */
			if (strstr(cut, "me:Z") == NULL || strchr(cut, '@') != NULL)
				assert_not_in(out.bytes, "Z");
			tally__buf_release(&out);
			tally__free(cut);
		}
	}
	tally__secrets_release(&secrets);
}

static void learn_text(struct secrets *secrets, const char *text)
{
	assert_int_equal(tally__secrets_learn_text(secrets, text, strlen(text)), 0);
}

static void test_values_and_forms(void **state)
{
	struct secrets secrets;
	struct arena arena;
	const char *token, *text;

	(void)state;
	secrets_begin(&secrets);
	tally__arena_init(&arena, 0);
	token = tally__arena_printf(&arena, "gh%s_%s%s%s", "p", "a8Kq2Lm5Xc9R", "d7Wn4Tz6Bv1Y",
				    "p3Jh0Gs8Fe2U");
	text = tally__arena_printf(&arena, "see %s there", token);
	assert_masked(&secrets, text, "see *** there");
	token = tally__arena_printf(&arena, "ey%s.ey%s.%s", "JhbGciOiJIUzI1NiJ9", "JzdWIiOiI0NyJ9",
				    "c2lnbmF0dXJl");
	text = tally__arena_printf(&arena, "[%s] (%s)", token, token);
	assert_masked(&secrets, text, "[***] (***)");
	assert_masked(&secrets, "who is opensesame-7?", "who is opensesame-7?");
	assert_int_equal(tally__secrets_learn_header(&secrets, "X-Name", "opensesame-7"), 0);
	assert_masked(&secrets, "who is opensesame-7?", "who is opensesame-7?");
	assert_int_equal(tally__secrets_learn_header(&secrets, "X-Token", "opensesame-7"), 0);
	assert_masked(&secrets, "who is opensesame-7?", "who is ***?");
	/* What is sent with a scheme comes back without. */
	assert_int_equal(
		tally__secrets_learn_header(&secrets, "Authorization", "Bearer longtoken-1"), 0);
	assert_masked(&secrets, "longtoken-1 has expired", "*** has expired");
	/* "me:pass-of-me" */
	assert_int_equal(tally__secrets_learn_header(&secrets, "Authorization",
						     "Basic bWU6cGFzcy1vZi1tZQ=="),
			 0);
	assert_masked(&secrets, "no pass-of-me", "no ***");
	assert_int_equal(
		tally__secrets_learn_header(&secrets, "Cookie", "a=1; sid=12345678; t=abcdefgh"),
		0);
	assert_masked(&secrets, "12345678 abcdefgh a", "*** *** a");
	assert_int_equal(tally__secrets_learn_url(&secrets, "http://me:quite-long@h/"), 0);
	assert_masked(&secrets, "quite-long", "***");
	/* Where a text is cut, the beginning of a value is one, too. */
	assert_masked(&secrets, "received longtoke", "received ***");
	assert_masked(&secrets, "received 'longtoken-… (rule: equality)",
		      "received '***… (rule: equality)");
	assert_masked(&secrets, "received longtok", "received longtok");
	assert_masked(&secrets, "received longtoken is", "received longtoken is");
	/* By their names, in what was sent. */
	learn_text(&secrets, "http://h/a?api_key=kkkk%2Feeee&page=pagepagepage");
	assert_masked(&secrets, "kkkk/eeee, kkkk%2Feeee, pagepagepage", "***, ***, pagepagepage");
	learn_text(&secrets, "{\"user\":\"somebodyelse\",\"password\":\"correcthorse\"}");
	assert_masked(&secrets, "somebodyelse correcthorse", "somebodyelse ***");
	/* Short ones stand anywhere by chance. */
	assert_int_equal(tally__secrets_learn_header(&secrets, "X-Token", "order"), 0);
	assert_masked(&secrets, "an order", "an order");
	tally__arena_release(&arena);
	tally__secrets_release(&secrets);
}

/* What has the names of our members, but comes from elsewhere. */
static void test_identities(void **state)
{
	cJSON *document = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	static const char text[] =
		"{\"id\":\"opensesame\",\"mismatches\":[{\"path\":\"opensesame\"}],"
		"\"comments\":{\"id\":\"opensesame\"},\"response\":{\"metadata\":"
		"{\"id\":\"opensesame\",\"path\":\"opensesame\"}}}";
	struct secrets secrets;
	char *masked;

	(void)state;
	secrets_begin(&secrets);
	assert_int_equal(tally__secrets_learn_header(&secrets, "X-Token", "opensesame"), 0);
	assert_int_equal(tally_json_parse(&document, text, strlen(text), &error), 0);
	assert_int_equal(tally__secrets_mask_results(&secrets, document, &error), 0);
	masked = cJSON_PrintUnformatted(document);
	assert_string_equal(masked,
			    "{\"id\":\"opensesame\",\"mismatches\":[{\"path\":\"opensesame\"}],"
			    "\"comments\":{\"id\":\"***\"},\"response\":{\"metadata\":"
			    "{\"id\":\"***\",\"path\":\"***\"}}}");
	cJSON_free(masked);
	cJSON_Delete(document);
	tally__secrets_release(&secrets);
}

/* However many there are, none is forgotten. */
static void test_values_many(void **state)
{
	char value[32], text[64];
	struct secrets secrets;

	(void)state;
	secrets_begin(&secrets);
	for (int i = 0; i < 20000; i++) {
		snprintf(value, sizeof(value), "value-%06d", i);
		assert_int_equal(tally__secrets_learn_header(&secrets, "X-Token", value), 0);
	}
	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "a value-%06d, value-%06d", i, 20000 + i);
		snprintf(value, sizeof(value), "a ***, value-%06d", 20000 + i);
		assert_masked(&secrets, text, value);
	}
	tally__secrets_release(&secrets);
}

/* Values that begin alike, in any order. */
static void test_values_alike(void **state)
{
	static const char *const values[] = {"abcdefgh-long-longer", "abcdefgh", "abcdefgh-long",
					     "abcdefgh-last", "zyxwvuts"};
	struct secrets secrets;

	(void)state;
	for (size_t first = 0; first < 5; first++) {
		secrets_begin(&secrets);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(tally__secrets_learn_header(&secrets, "X-Token",
								     values[(first + i) % 5]),
					 0);
		assert_masked(&secrets, "(abcdefgh-long-longer)", "(***)");
		assert_masked(&secrets, "(abcdefgh-long)", "(***)");
		assert_masked(&secrets, "(abcdefgh-lost)", "(***-lost)");
		assert_masked(&secrets, "(abcdefgh-last)", "(***)");
		assert_masked(&secrets, "(abcdefg)", "(abcdefg)");
		assert_masked(&secrets, "(zyxwvuts)", "(***)");
		tally__secrets_release(&secrets);
	}
}

/* Where a text ends in the middle of a value, or "…" stands for the rest, or not even that. */
static void test_values_cut(void **state)
{
	static const char value[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	struct secrets secrets;
	char text[128];

	(void)state;
	secrets_begin(&secrets);
	assert_int_equal(tally__secrets_learn_header(&secrets, "X-Token", value), 0);
	for (int len = 1; len < (int)sizeof(value); len++) {
		snprintf(text, sizeof(text), "at %.*s", len, value);
		assert_masked(&secrets, text, len < 8 ? text : "at ***");
		snprintf(text, sizeof(text), "at '%.*s…' (String)", len, value);
		assert_masked(&secrets, text, len < 8 ? text : "at '***…' (String)");
		snprintf(text, sizeof(text), "at %.*s; and", len, value);
		assert_masked(&secrets, text, len < 16 ? text : "at ***; and");
	}
	tally__secrets_release(&secrets);
}

/* As they stand in URLs and in JSON. */
static void test_values_spelt(void **state)
{
	struct secrets secrets;

	(void)state;
	secrets_begin(&secrets);
	assert_int_equal(tally__secrets_learn_header(&secrets, "X-Token", "a/b\"c\\d e+f"), 0);
	assert_masked(&secrets, "(a/b\"c\\d e+f)", "(***)");
	assert_masked(&secrets, "/x/a%2Fb%22c%5Cd%20e%2Bf/y", "/x/***/y");
	assert_masked(&secrets, "{\"x\":\"a/b\\\"c\\\\d e+f\"}", "{\"x\":\"***\"}");
	tally__secrets_release(&secrets);
}

/* What provider states are told and tell. */
static void test_values_of_states(void **state)
{
	struct secrets secrets;
	cJSON *members;

	(void)state;
	secrets_begin(&secrets);
	tally__json_setup();
	members = cJSON_Parse("{\"name\":\"harmless-name\",\"token\":\"opensesame-1\",\"user\":"
			      "{\"password\":\"opensesame-2\",\"id\":\"harmless-id\"},"
			      "\"secrets\":[{\"a\":\"opensesame-3\"},1234567890123]}");
	assert_non_null(members);
	assert_int_equal(tally__secrets_learn_members(&secrets, NULL), 0);
	assert_int_equal(tally__secrets_learn_members(&secrets, members), 0);
	assert_masked(&secrets, "harmless-name opensesame-1 opensesame-2 harmless-id",
		      "harmless-name *** *** harmless-id");
	assert_masked(&secrets, "opensesame-3 1234567890123", "*** ***");
	cJSON_Delete(members);
	tally__secrets_release(&secrets);
}

/* A document that was masked is left as it is. */
static void test_masked_twice(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct secrets secrets;
	cJSON *document;
	char *once, *twice;

	(void)state;
	secrets_begin(&secrets);
	tally__json_setup();
	document = cJSON_Parse(
		"{\"mismatches\":[{\"type\":\"body\",\"path\":\"$.token\",\"message\":\"m\","
		"\"expected\":\"1\",\"actual\":\"\\\"x\\\"\"}],\"token\":{\"b\":1},"
		"\"url\":\"http://me:pw@h/?token=a&b=c\",\"body\":\"{\\\"password\\\":\\\"a\\\"}\","
		"\"curl\":\"curl -H 'Authorization: Bearer abc' -d 'pwd=1 x'\"}");
	assert_non_null(document);
	assert_int_equal(tally__secrets_mask_results(&secrets, document, &error), 0);
	once = printed(document);
	assert_in(once, "Expected a number at $.token, received a string");
	assert_int_equal(tally__secrets_mask_results(&secrets, document, &error), 0);
	twice = printed(document);
	assert_string_equal(once, twice);
	tally_free(once);
	tally_free(twice);
	cJSON_Delete(document);
	tally__secrets_release(&secrets);
}

/* What is planted as a secret: easily found again, and said nowhere else. */
#define PLANTED "planted-value"

static const char contract[] =
	"{\"description\":\"a login\",\"request\":{\"method\":\"POST\",\"path\":\"/login\","
	"\"query\":{\"api_key\":[\"" PLANTED
	"-1\"]},\"headers\":{\"Authorization\":\"Bearer " PLANTED "-2\",\"Cookie\":\"sid=" PLANTED
	"-3\",\"Content-Type\":\"application/json\"},"
	"\"body\":{\"user\":\"me\",\"password\":\"" PLANTED "-4\"}},"
	"\"response\":{\"status\":201,\"headers\":{\"Set-Cookie\":\"sid=" PLANTED "-5\","
	"\"X-Auth-Token\":\"" PLANTED "-6\"},\"body\":{\"token\":\"" PLANTED
	"-7\",\"user\":{\"name\":\"me\",\"password\":\"" PLANTED
	"-8\"},\"list\":[{\"secret\":\"" PLANTED "-9\"}],\"more\":1,\"internalPin\":\"" PLANTED
	"-10\"}}}";

static const char answer_body[] = "{\"token\":\"" PLANTED "-11\",\"user\":[\"" PLANTED
				  "-2\"],\"list\":[{\"secret\":5,\"pwd\":\"" PLANTED
				  "-12\"}],\"more\":\"was sent " PLANTED "-3\",\"internalPin\":1}";

/* Each sends a secret of its own. */
static char *many_interactions(struct fixture *fixture, int count)
{
	struct buf list;
	char *text;

	tally__buf_init(&list, 1 << 20);
	for (int i = 0; i < count; i++)
		tally__buf_addf(&list,
				"%s{\"description\":\"%d\",\"request\":{\"path\":\"/%d\","
				"\"headers\":{\"X-Token\":\"" PLANTED
				"-%d\"}},\"response\":{\"status\":200,\"body\":{\"hello\":1}}}",
				i > 0 ? "," : "", i, i, i);
	text = tally__arena_memdup(&fixture->arena, list.bytes, list.len);
	tally__buf_release(&list);
	assert_non_null(text);
	return text;
}

static void test_results(void **state)
{
	static const char *const names[] = {"internal*"};
	static const struct answer answers[] = {
		{"/login?api_key=" PLANTED "-1", 400, "application/json", answer_body, NULL}};
	static const char *const headers[] = {"X-Api-Key: " PLANTED "-13"};
	struct fixture *fixture = *state;
	char *json, *text = NULL;

	fixture->answers = answers;
	fixture->answer_count = 1;
	fixture->options.masks = names;
	fixture->options.mask_count = 1;
	fixture->options.headers = headers;
	fixture->options.header_count = 1;
	add_contract(fixture, "3.0.0", "interactions", contract);
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "failed");
	/* It was sent as it stands. */
	assert_in(fixture->log.bytes, PLANTED "-1");
	assert_in(fixture->log.bytes, PLANTED "-4");
	json = printed(fixture->results);
	assert_not_in(json, PLANTED);
	assert_in(json, "api_key=***");
	assert_in(json, "-H 'Authorization: ***'");
	assert_in(json, "-H 'X-Api-Key: ***'");
	/* The places are told, and what kind of value is wrong there. */
	assert_in(json, "Expected a string at $.list[0].secret, received a number");
	assert_in(json, "Expected a value at Set-Cookie, received nothing");
	assert_in(json, "\"$.user\"");
	assert_int_equal(tally_verify_report_text(fixture->results, NULL, &text, NULL), 0);
	assert_not_in(text, PLANTED);
	assert_in(text, "$.list[0].secret");
	tally_free(text);
	tally_free(json);
}

/* Of more values than are remembered none is told: each is masked when it comes back. */
static void test_results_many(void **state)
{
	enum { COUNT = 300 };
	struct fixture *fixture = *state;
	struct answer *answers = tally__arena_alloc_array(&fixture->arena, COUNT, sizeof(*answers));
	char *json;

	fixture->answers = answers;
	fixture->answer_count = COUNT;
	for (int i = 0; i < COUNT; i++) {
		answers[i] = (struct answer){
			tally__arena_printf(&fixture->arena, "/%d", i), 200, "application/json",
			tally__arena_printf(&fixture->arena, "{\"hello\":\"" PLANTED "-%d\"}", i),
			NULL};
	}
	add_contract(fixture, "3.0.0", "interactions", many_interactions(fixture, COUNT));
	verify_well(fixture);
	json = printed(fixture->results);
	assert_not_in(json, PLANTED);
	assert_in(json, "***");
	tally_free(json);
}

static void test_errors(void **state)
{
	struct fixture *fixture = *state;

	add_contract(fixture, "3.0.0", "interactions", NO_STATE);
	fixture->options.provider_url = "ftp://me:" PLANTED "@host/";
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_in(fixture->error.message, "found \"ftp://***@host/\"");
	fixture->options.provider_url = "http://me:" PLANTED "@127.0.0.1:1/";
	fixture->options.request_timeout_ms = 2000;
	assert_int_equal(verify(fixture), TALLY_EUNREACHABLE);
	assert_not_in(fixture->error.message, PLANTED);
}

/* Fails every allocation in turn. */
static void test_memory(void **state)
{
	static const char *const headers[] = {"Authorization: Basic bWU6cGFzcy1vZi1tZQ==",
					      "Cookie: a=12345678"};
	struct http_request request = {.method = "GET", .target = "http://me:12345678@h/"};
	struct arena arena;
	int status = TALLY_ENOMEM;

	(void)state;
	tally__arena_init(&arena, 0);
	for (size_t i = 0; i < 2; i++) {
		const char *colon = strchr(headers[i], ':');
		char *name = tally__arena_memdup(&arena, headers[i], (size_t)(colon - headers[i]));

		assert_int_equal(
			tally__http_header_add(&request.headers, &arena, name, colon + 2, NULL), 0);
	}
	for (long allowed = 0; status != 0; allowed++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct secrets secrets;
		cJSON *document;

		tally__json_setup();
		document = cJSON_Parse("{\"a\":[{\"type\":\"body\",\"path\":\"$.token\","
				       "\"message\":\"m\",\"expected\":\"1\"}],"
				       "\"token\":{\"b\":1,\"c\":[2,\"x\"]},"
				       "\"url\":\"http://h/?token=a\"}");
		assert_non_null(document);
		tally__mem_fail_after(allowed);
		status = tally__secrets_init(&secrets, own_names, 3, &error);
		if (status == 0)
			status = tally__secrets_learn_request(&secrets, &request);
		if (status == 0)
			status = tally__secrets_learn_members(&secrets, document);
		if (status == 0)
			status = tally__secrets_mask_results(&secrets, document, &error);
		tally__secrets_release(&secrets);
		tally__mem_fail_after(-1);
		assert_true(status == 0 || status == TALLY_ENOMEM);
		if (status == 0) {
			char *text = printed(document);

			assert_in(text, "\"b\": \"***\"");
			assert_in(text, "?token=***");
			assert_in(text, "Expected a number at $.token, received nothing");
			tally_free(text);
		}
		cJSON_Delete(document);
		assert_true(allowed < 1000);
	}
	tally__arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_that_say_nothing),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_prose),
		cmocka_unit_test(test_texts_cut),
		cmocka_unit_test(test_values_and_forms),
		cmocka_unit_test(test_identities),
		cmocka_unit_test(test_values_many),
		cmocka_unit_test(test_values_alike),
		cmocka_unit_test(test_values_cut),
		cmocka_unit_test(test_values_spelt),
		cmocka_unit_test(test_values_of_states),
		cmocka_unit_test(test_masked_twice),
		cmocka_unit_test_setup_teardown(test_results, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_results_many, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_errors, fixture_setup, fixture_teardown),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("verifier/secrets", tests, NULL, NULL);
}
