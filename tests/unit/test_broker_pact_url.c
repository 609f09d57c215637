/* Addresses of a Pact Broker: what its links lead to, and where credentials may go. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "broker/pact_url.h"

static int setup(void **state)
{
	static struct arena arena;

	tally__arena_init(&arena, 0);
	*state = &arena;
	return 0;
}

static int teardown(void **state)
{
	tally__arena_release(*state);
	return 0;
}

static struct pact_url parse(struct arena *arena, const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct pact_url url = {0};

	if (tally__pact_url_parse(&url, arena, text, &error) != 0)
		fail_msg("%s: %s", text, error.message);
	return url;
}

static void a_url_is_taken_apart(void **state)
{
	struct pact_url url =
		parse(*state, "https://an%40user:pass%3Aword@broker.example.org:8443/pact//");

	assert_string_equal(url.origin, "https://broker.example.org:8443");
	assert_string_equal(url.host, "broker.example.org");
	assert_string_equal(url.path, "/pact");
	assert_string_equal(url.user, "an@user");
	assert_string_equal(url.password, "pass:word");
	assert_true(url.secure);
	url = parse(*state, "HTTP://[::1]:80/");
	assert_string_equal(url.origin, "http://[::1]");
	assert_string_equal(url.host, "[::1]");
	assert_string_equal(url.path, "");
	assert_null(url.user);
	assert_false(url.secure);
	url = parse(*state, "https://host:443");
	assert_string_equal(url.origin, "https://host");
	url = parse(*state, "https://host:80");
	assert_string_equal(url.origin, "https://host:80");
	url = parse(*state, "http://me@host");
	assert_string_equal(url.user, "me");
	assert_string_equal(url.password, "");
	url = parse(*state, "http://me:a@b@host");
	assert_string_equal(url.password, "a@b");
	assert_string_equal(url.origin, "http://host");
}

static void what_is_no_url_is_refused_without_its_secrets(void **state)
{
	static const char *const wrong[] = {
		"ftp://secret:secret@host/",
		"http://",
		"http:///path",
		"http://secret:secret@",
		"http://secret:secret@ho st/",
		"http://secret:secret@host/\n",
		"http://secret:sec/ret@host/",
		"http://secret@host/?a=secret",
		"http://secret@host/#secret",
		"http://host:secret/",
		"http://host:123456/",
		"http://[::1]secret/",
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct pact_url url;

		assert_int_equal(tally__pact_url_parse(&url, *state, wrong[i], &error),
				 TALLY_EINVAL);
		assert_null(strstr(error.message, "secret"));
		assert_string_equal(error.where, "");
	}
}

static const char *follow(struct arena *arena, const char *broker, const char *href)
{
	struct pact_url url = parse(arena, broker);
	struct tally_error error = TALLY_ERROR_INIT;
	const char *out = NULL;

	if (tally__pact_url_follow(&out, &url, arena, href, &error) != 0)
		return "refused";
	return out;
}

static void links_are_followed_at_the_broker(void **state)
{
	static const struct {
		const char *broker, *href, *url;
	} cases[] = {
		{"http://here", "http://here/a", "http://here/a"},
		{"http://here", "https://there:99/a%2Fb?q=%20#end", "http://here/a%2Fb?q=%20"},
		{"http://here", "http://user:pw@there/a", "http://here/a"},
		{"http://here", "//there/a", "http://here/a"},
		{"http://here", "/a", "http://here/a"},
		{"http://here", "a/b", "http://here/a/b"},
		{"http://here", "http://there", "http://here/"},
		{"http://here", "?a", "http://here/?a"},
		{"https://here/pact", "http://there/pact/a", "https://here/pact/a"},
		{"https://here/pact", "http://there/a", "https://here/pact/a"},
		{"https://here/pact", "/pacticipants/x", "https://here/pact/pacticipants/x"},
		{"https://here/pact", "/pact", "https://here/pact"},
		{"https://here/pact", "/pact?a", "https://here/pact?a"},
		{"https://u:p@here", "/a", "https://here/a"},
		{"http://here", "", "refused"},
		{"http://here", "javascript:alert(1)", "refused"},
		{"http://here", "file:///etc/passwd", "refused"},
		{"http://here", "mailto:me", "refused"},
		{"http://here", "/a b", "refused"},
		{"http://here", "/a\r\nX: y", "refused"},
		{"http://here", "/\xc3\xa4", "refused"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(follow(*state, cases[i].broker, cases[i].href), cases[i].url);
}

static void a_link_has_an_end(void **state)
{
	char href[PACT_URL_BYTES + 2];

	memset(href, 'a', sizeof href - 1);
	href[0] = '/';
	href[sizeof href - 1] = '\0';
	assert_string_equal(follow(*state, "http://here", href), "refused");
}

static void credentials_stay_with_the_host(void **state)
{
	static const struct {
		const char *from, *to;
		bool may;
	} cases[] = {
		{"http://host", "http://host/path", true},
		{"http://host", "http://HOST:80/", true},
		{"https://host:8443", "https://host:8443", true},
		{"http://host", "https://host", true},
		{"http://host:8080", "https://host:8443", true},
		{"https://host", "http://host", false},
		{"https://host", "https://host:444", false},
		{"http://host", "http://host:81", false},
		{"http://host", "https://host.evil.example", false},
		{"http://host", "https://evil.example", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pact_url from = parse(*state, cases[i].from);
		struct pact_url to = parse(*state, cases[i].to);

		if (tally__pact_url_may_move(&from, &to) != cases[i].may)
			fail_msg("%s to %s", cases[i].from, cases[i].to);
	}
}

static void templates_are_filled_in(void **state)
{
	static const struct pact_variable variables[] = {{"a", "x/y z"}, {"b", "{a}"}};
	static const struct {
		const char *template, *url;
	} cases[] = {
		{"/p/{a}/{b}/{a}", "/p/x%2Fy%20z/%7Ba%7D/x%2Fy%20z"},
		{"/plain", "/plain"},
		{"{a}", "x%2Fy%20z"},
		{"/p}/{a}", "/p}/x%2Fy%20z"},
		{"/{c}", NULL},
		{"/{}", NULL},
		{"/{?a}", NULL},
		{"/{+a}", NULL},
		{"/{a*}", NULL},
		{"/{a,b}", NULL},
		{"/{a", NULL},
		{"/{", NULL},
		{"/{{a}}", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		const char *url = NULL;
		int status = tally__pact_url_expand(&url, *state, cases[i].template, variables, 2,
						    &error);

		if (cases[i].url == NULL) {
			assert_int_equal(status, TALLY_EPARSE);
			assert_non_null(strstr(error.message, "{a}, {b}"));
			continue;
		}
		assert_int_equal(status, 0);
		assert_string_equal(url, cases[i].url);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_url_is_taken_apart),
		TEST(what_is_no_url_is_refused_without_its_secrets),
		TEST(links_are_followed_at_the_broker),
		TEST(a_link_has_an_end),
		TEST(credentials_stay_with_the_host),
		TEST(templates_are_filled_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
