/* A Pact Broker that refuses, is busy, moved, or is none: each is a clear error, asked for as often
 * as is right, and credentials go nowhere else. */
#include "config.h"

#include "pact_site.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"

#define LIST "/pacts/provider/Vp/for-verification"

static int open_message(struct pact_site *site)
{
	int status = pact_site_open(site);

	assert_true(status < 0);
	assert_null(site->broker);
	assert_true(site->error.message[0] != '\0');
	return status;
}

/* ---- credentials ---- */

static void a_token_is_sent_with_each_request(void **state)
{
	struct pact_site *site = *state;

	site->options.token = "abc.def";
	pact_site_ok(site, pact_site_open(site));
	pact_site_ok(site, pact_site_choose(site, "{\"selectors\":[{\"mainBranch\":true}],"
						  "\"pending\":true,\"branch\":\"main\"}"));
	assert_string_equal(site->authorization.bytes,
			    "Bearer abc.def\nBearer abc.def\nBearer abc.def\nBearer abc.def\n");
}

static void user_and_password(void **state)
{
	struct pact_site *site = *state;

	/* The example of RFC 7617, section 2. */
	site->options.user = "Aladdin";
	site->options.password = "open sesame";
	pact_site_ok(site, pact_site_open(site));
	assert_string_equal(site->authorization.bytes, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n");
	site->options.password = NULL;
	pact_site_ok(site, pact_site_open(site));
	assert_string_equal(site->authorization.bytes, "Basic QWxhZGRpbjo=\n");
}

static void those_of_the_url_stand_in(void **state)
{
	struct pact_site *site = *state;
	const char *plain = site->url;
	char url[128];

	(void)snprintf(url, sizeof url, "http://Aladdin:open%%20sesame@%s", plain + 7);
	site->url = url;
	pact_site_ok(site, pact_site_open(site));
	assert_string_equal(site->authorization.bytes, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n");
	assert_string_equal(site->broker->location, plain);
	site->options.token = "t";
	pact_site_ok(site, pact_site_open(site));
	assert_string_equal(site->authorization.bytes, "Bearer t\n");
	/* Nor do errors tell them. */
	pact_site_plan(site, (struct planned){.status = 500});
	site->options.max_tries = 1;
	assert_int_equal(open_message(site), TALLY_EUNREACHABLE);
	assert_not_in(site->error.where, "sesame");
	assert_not_in(site->error.message, "sesame");
}

static void credentials_that_cannot_be(void **state)
{
	struct pact_site *site = *state;
	const struct tally_broker_options wrong[] = {
		{.token = "secret", .user = "secret"},
		{.token = ""},
		{.token = "secret\n"},
		{.user = "secret:secret"},
		{.password = "secret"},
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		site->options = wrong[i];
		assert_int_equal(open_message(site), TALLY_EINVAL);
		assert_not_in(site->error.message, "secret");
	}
	assert_string_equal(site->log.bytes, "");
}

static void a_401_says_what_to_set(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.status = 401, .type = "text/plain"});
	assert_int_equal(open_message(site), TALLY_EINVAL);
	assert_in(site->error.message, "--broker-token or PACT_BROKER_TOKEN");
	site->options.token = "secret";
	assert_int_equal(open_message(site), TALLY_EINVAL);
	assert_in(site->error.message, "does not accept the token");
	assert_not_in(site->error.message, "secret");
	site->options = (struct tally_broker_options){.user = "me", .password = "secret"};
	assert_int_equal(open_message(site), TALLY_EINVAL);
	assert_in(site->error.message, "does not accept the user and password");
	/* Refused once is refused. */
	assert_string_equal(site->log.bytes, "GET / \n");
}

/* ---- asking again ---- */

static void a_busy_broker_is_asked_again(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.target = LIST, .status = 503, .times = 1});
	pact_site_plan(site, (struct planned){.target = LIST, .status = 500, .times = 1});
	pact_site_plan(site, (struct planned){.target = LIST, .status = 408, .times = 1});
	pact_site_opened(site);
	pact_site_ok(site, pact_site_choose(site, "{\"selectors\":[{\"mainBranch\":true}]}"));
	assert_int_equal(site->pause_count, 3);
	assert_int_equal(site->pauses[0], 500);
	assert_int_equal(site->pauses[1], 1000);
	assert_int_equal(site->pauses[2], 2000);
}

static void the_broker_says_how_long(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.target = "/",
					      .status = 429,
					      .header = "Retry-After",
					      .value = "7",
					      .times = 1});
	pact_site_plan(site, (struct planned){.target = "/",
					      .status = 429,
					      .header = "Retry-After",
					      .value = "Wed, 01 Sep 2021 00:07:21 GMT",
					      .times = 1});
	pact_site_ok(site, pact_site_open(site));
	assert_int_equal(site->pause_count, 2);
	assert_int_equal(site->pauses[0], 7000);
	assert_int_equal(site->pauses[1], 1000);
}

/* Whoever is asked to wait can be interrupted, long before the minute is over. */
static void an_interrupt_ends_the_wait(void **state)
{
	struct pact_site *site = *state;
	int64_t begin;

	site->options.interrupt = &site->interrupted;
	pact_site_opened(site);
	pact_site_plan(site, (struct planned){.target = LIST,
					      .status = 503,
					      .header = "Retry-After",
					      .value = "60"});
	site->interrupts = true;
	begin = tally__time_monotonic_ms();
	assert_int_equal(pact_site_choose(site, "{\"selectors\":[{\"mainBranch\":true}]}"),
			 TALLY_ETIMEOUT);
	assert_true(tally__time_monotonic_ms() - begin < 30000);
	assert_in(site->error.message, "interrupted");
	assert_in(site->error.where, LIST);
	assert_int_equal(site->pause_count, 1);
	assert_int_equal(site->pauses[0], 60000);
}

static void nobody_waits_for_hours(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site,
		       (struct planned){.status = 429, .header = "Retry-After", .value = "86400"});
	assert_int_equal(open_message(site), TALLY_EUNREACHABLE);
	assert_int_equal(site->pause_count, 0);
	assert_in(site->error.message, "429");
}

static void asking_ends(void **state)
{
	struct pact_site *site = *state;
	static const int64_t pauses[] = {500, 1000, 2000, 4000, 8000, 16000, 30000};

	pact_site_plan(site, (struct planned){.status = 502, .body = "{\"error\":\"upstream\"}"});
	assert_int_equal(open_message(site), TALLY_EUNREACHABLE);
	assert_int_equal(site->pause_count, 7);
	assert_memory_equal(site->pauses, pauses, sizeof pauses);
	assert_in(site->error.message, "502, the last of 8 times");
	assert_in(site->error.message, "upstream");
	site->options.max_tries = 1;
	assert_int_equal(open_message(site), TALLY_EUNREACHABLE);
	assert_int_equal(site->pause_count, 0);
	assert_string_equal(site->log.bytes, "GET / \n");
}

static void results_are_sent_again_too(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.method = "POST", .status = 504, .times = 2});
	pact_site_opened(site);
	pact_site_ok(site, pact_site_choose(site, "{\"selectors\":[{\"mainBranch\":true}]}"));
	assert_int_equal(site->pause_count, 2);
}

/* No answer is no "nothing to verify". */
static void an_unreachable_broker(void **state)
{
	struct pact_site *site = *state;
	char url[64];

	(void)snprintf(url, sizeof url, "%s", site->url);
	tally__http_server_stop(site->server);
	site->server = NULL;
	site->url = url;
	assert_int_equal(open_message(site), TALLY_EUNREACHABLE);
	assert_in(site->error.where, url);
	assert_int_equal(site->pause_count, 0);
}

/* ---- redirects ---- */

static void a_moved_index_moves_the_broker(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.target = "/",
					      .status = 301,
					      .header = "Location",
					      .value = "/pact/"});
	pact_site_plan(site, (struct planned){
				     .target = "/pact/",
				     .status = 200,
				     .body = "{\"_links\":{\"pb:latest-provider-pacts\":{\"href\":"
					     "\"http://elsewhere/latest/{provider}\"}}}"});
	site->options.token = "t";
	pact_site_ok(site, pact_site_open(site));
	assert_string_equal(site->authorization.bytes, "Bearer t\nBearer t\n");
	assert_string_equal(strrchr(site->broker->location, '/'), "/pact");
	assert_int_equal(pact_site_choose(site, "{}"), TALLY_ENOTHING);
	assert_in(site->log.bytes, "GET /pact/latest/Vp \n");
}

static void redirects_within_the_broker_are_followed(void **state)
{
	struct pact_site *site = *state;
	char location[128];

	(void)snprintf(location, sizeof location, "%s/list?a=b", site->url);
	pact_site_plan(site, (struct planned){.method = "GET",
					      .target = LIST,
					      .status = 302,
					      .header = "Location",
					      .value = location});
	pact_site_plan(site, (struct planned){.target = "/list?a=b",
					      .status = 200,
					      .body = "{\"_links\":{\"self\":{\"href\":\"/x\"}}}"});
	pact_site_plan(site, (struct planned){.method = "POST",
					      .target = "/x",
					      .status = 307,
					      .header = "Location",
					      .value = LIST});
	pact_site_opened(site);
	pact_site_ok(site, pact_site_choose(site, "{\"selectors\":[{\"mainBranch\":true}]}"));
	assert_in(site->log.bytes, "POST " LIST " {\"includePendingStatus\":false,");
}

/* Neither requests nor credentials follow to where the broker is not. */
static void redirects_elsewhere_are_refused(void **state)
{
	static const char *const locations[] = {"http://127.0.0.1:1/",
						"https://evil.example/",
						"//evil.example/",
						"ftp://127.0.0.1/",
						"login",
						"",
						"http://u:p@127.0.0.1",
						"https://127.0.0.1.evil/"};
	struct pact_site *site = *state;

	for (size_t i = 0; i < sizeof locations / sizeof *locations; i++) {
		site->plan_count = 0;
		pact_site_plan(site, (struct planned){.status = 302,
						      .header = "Location",
						      .value = locations[i]});
		assert_int_equal(open_message(site), TALLY_EINVAL);
		assert_in(site->error.message, "redirect");
		assert_in(site->error.message, locations[i]);
		assert_string_equal(site->log.bytes, "GET / \n");
	}
	site->plan_count = 0;
	pact_site_plan(site, (struct planned){.status = 302});
	assert_int_equal(open_message(site), TALLY_EINVAL);
}

static void redirects_end(void **state)
{
	struct pact_site *site = *state;
	size_t count = 0;

	pact_site_plan(site, (struct planned){.status = 302, .header = "Location", .value = "/"});
	assert_int_equal(open_message(site), TALLY_EINVAL);
	for (const char *line = site->log.bytes; (line = strchr(line, '\n')) != NULL; line++)
		count++;
	assert_int_equal(count, 6);
}

/* A POST that became a GET would record nothing, and seem to have. */
static void a_post_is_not_turned_into_a_get(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.method = "POST",
					      .status = 302,
					      .header = "Location",
					      .value = "/elsewhere"});
	pact_site_opened(site);
	assert_int_equal(pact_site_choose(site, "{}"), TALLY_EINVAL);
	assert_not_in(site->log.bytes, "/elsewhere");
}

/* ---- words of refusal ---- */

static void the_brokers_words_are_shown(void **state)
{
	static const struct {
		int answered;
		const char *type, *body;
		int status;
		const char *words[3];
	} cases[] = {
		{400,
		 HAL,
		 "{\"errors\":{\"consumerVersionSelectors\":[\"one (at index 0)\",\"two (at index "
		 "1)\"],\"\":[\"three\"]}}",
		 TALLY_EINVAL,
		 {"\n  consumerVersionSelectors: one (at index 0)\n",
		  "\n  consumerVersionSelectors: two (at index 1)", "\n  three"}},
		{400, HAL, "{\"errors\":[\"a text\"]}", TALLY_EINVAL, {"\n  a text"}},
		{400, HAL, "{\"errors\":\"a text\"}", TALLY_EINVAL, {"\n  a text"}},
		{422,
		 "application/problem+json",
		 "{\"title\":\"Validation errors\",\"errors\":[{\"title\":\"Invalid\",\"detail\":"
		 "\"is missing\",\"pointer\":\"/a/b\"}]}",
		 TALLY_EINVAL,
		 {"\n  /a/b: is missing"}},
		{403,
		 "application/problem+json",
		 "{\"title\":\"No\",\"detail\":\"not for you\"}",
		 TALLY_EINVAL,
		 {"not for you", "does not allow"}},
		{409, HAL, "{\"error\":\"it is there\"}", TALLY_ECONFLICT, {"\n  it is there"}},
		{500,
		 HAL,
		 "{\"error\":{\"message\":\"it broke\",\"reference\":\"abcdefghij\"}}",
		 TALLY_EUNREACHABLE,
		 {"\n  it broke"}},
		{405, "text/html", "<html>", TALLY_EINVAL, {"405", "perhaps"}},
		{503, "text/html", "<html>", TALLY_EUNREACHABLE, {"503", "proxy"}},
		{400, HAL, "", TALLY_EINVAL, {"400"}},
		{400, HAL, "{\"error", TALLY_EINVAL, {"400"}},
		{400, HAL, "[1,null,{\"error\":7}]", TALLY_EINVAL, {"400"}},
		{400, HAL, "{\"errors\":{\"a\":[[\"b\"],7,null,{}]}}", TALLY_EINVAL, {"400"}},
		{400, HAL, "{\"error\":\"\\u001b[31mred\\nline\"}", TALLY_EINVAL, {"\\x1b[31mred"}},
	};
	struct pact_site *site = *state;

	site->options.max_tries = 1;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		site->plan_count = 0;
		pact_site_plan(site, (struct planned){.method = "POST",
						      .status = cases[i].answered,
						      .type = cases[i].type,
						      .body = cases[i].body});
		pact_site_opened(site);
		assert_int_equal(pact_site_choose(site, "{}"), cases[i].status);
		assert_in(site->error.where, LIST);
		for (size_t j = 0; j < 3 && cases[i].words[j] != NULL; j++)
			assert_in(site->error.message, cases[i].words[j]);
	}
}

/* ---- answers that are none ---- */

static void what_is_no_index(void **state)
{
	static const struct planned wrong[] = {
		{.status = 200, .type = "text/html", .body = "<html>please log in</html>"},
		{.status = 200, .type = "text/html;;", .body = "{\"_links\":{}}"},
		{.status = 200, .body = ""},
		{.status = 204},
		{.status = 200, .body = "{"},
		{.status = 200, .body = "[]"},
		{.status = 200, .body = "null"},
		{.status = 200, .body = "{}"},
		{.status = 200, .body = "{\"_links\":[]}"},
		{.status = 404, .type = "text/html", .body = "<html>not here</html>"},
	};
	struct pact_site *site = *state;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		site->plan_count = 0;
		pact_site_plan(site, wrong[i]);
		assert_int_equal(open_message(site), TALLY_EPARSE);
		assert_in(site->error.where, site->url);
	}
}

/* Every shape of a list but the right one is an error, and none an empty list. */
static void what_is_no_list(void **state)
{
	static const char *const wrong[] = {
		"[]",
		"null",
		"{}",
		"{\"_embedded\":[]}",
		"{\"_embedded\":{\"pacts\":{}}}",
		"{\"_embedded\":{\"pacts\":[7]}}",
		"{\"_embedded\":{\"pacts\":[{}]}}",
		"{\"_embedded\":{\"pacts\":[{\"_links\":{\"self\":{}}}]}}",
		"{\"_embedded\":{\"pacts\":[{\"_links\":{\"self\":{\"href\":7}}}]}}",
		"{\"_embedded\":{\"pacts\":[{\"_links\":{\"self\":[]}}]}}",
		"{\"_embedded\":{\"pacts\":[{\"_links\":{\"self\":{\"href\":\"file:///etc/"
		"passwd\"}}}]}"
		"}",
		"{\"_embedded\":{\"pacts\":[{\"_links\":{\"self\":{\"href\":\"\"}}}]}}",
	};
	struct pact_site *site = *state;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		site->plan_count = 0;
		pact_site_plan(site,
			       (struct planned){.method = "POST", .status = 200, .body = wrong[i]});
		pact_site_opened(site);
		assert_int_equal(pact_site_choose(site, "{}"), TALLY_EPARSE);
		assert_null(site->answer);
		assert_true(site->error.message[0] != '\0');
	}
}

/* A contract is one document; what its links lead back to is not asked for. */
static void what_is_no_contract(void **state)
{
	static const char *const wrong[] = {
		"[]", "{}", "{\"consumer\":{\"name\":\"a\"}}",
		"{\"consumer\":\"a\",\"provider\":{\"name\":\"b\"}}",
		"{\"consumer\":{\"name\":7},\"provider\":{\"name\":\"b\"}}"};
	static const char list[] =
		"{\"_embedded\":{\"pacts\":[{\"_links\":{\"self\":{\"href\":\"/one\"}},"
		"\"verificationProperties\":{\"pending\":\"yes\",\"notices\":[7,{},{\"when\":1}]}},"
		"{\"_links\":{\"self\":[{\"href\":\"/one\"}]},\"verificationProperties\":[]}]}}";
	struct pact_site *site = *state;

	for (size_t i = 0; i <= sizeof wrong / sizeof *wrong; i++) {
		const char *body = i < sizeof wrong / sizeof *wrong
					   ? wrong[i]
					   : "{\"consumer\":{\"name\":\"a\"},\"provider\":"
					     "{\"name\":\"b\"},\"_links\":{\"self\":{\"href\":"
					     "\"/one\"},\"pb:consumer-version\":[]}}";

		site->plan_count = 0;
		pact_site_plan(site,
			       (struct planned){.method = "POST", .status = 200, .body = list});
		pact_site_plan(site,
			       (struct planned){.target = "/one", .status = 200, .body = body});
		pact_site_opened(site);
		if (i < sizeof wrong / sizeof *wrong) {
			assert_int_equal(pact_site_choose(site, "{}"), TALLY_EPARSE);
			assert_in(site->error.where, "/one");
			continue;
		}
		pact_site_ok(site, pact_site_choose(site, "{}"));
		assert_int_equal(cJSON_GetArraySize(tally__json_get(site->answer, "contracts")), 2);
		assert_true(cJSON_IsFalse(tally__json_get(pact_site_contract(site, 0), "pending")));
	}
}

static void a_contract_that_is_gone(void **state)
{
	static const char list[] = "{\"_embedded\":{\"pacts\":[{\"_links\":{\"self\":{\"href\":"
				   "\"/one\"}}},{\"_links\":{\"self\":{\"href\":\"/two\"}}}]}}";
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.method = "POST", .status = 200, .body = list});
	pact_site_opened(site);
	assert_int_equal(pact_site_choose(site, "{}"), TALLY_ENOTFOUND);
	assert_in(site->error.where, "/one");
	assert_null(site->answer);
}

/* What is not there is one thing, a server that knows nothing of it another. */
static void a_404_of_another_server(void **state)
{
	struct pact_site *site = *state;

	pact_site_plan(site, (struct planned){.target = LIST,
					      .status = 404,
					      .type = "text/html",
					      .body = "<html>"});
	pact_site_opened(site);
	assert_int_equal(pact_site_choose(site, "{}"), TALLY_EPARSE);
	assert_in(site->error.message, "proxy");
}

static void links_that_lead_nowhere(void **state)
{
	static const char *const links[] = {
		"{\"pb:provider-pacts-for-verification\":{\"href\":\"/a/{what}\"}}",
		"{\"pb:provider-pacts-for-verification\":{\"href\":\"/a/{?provider}\"}}",
		"{\"pb:provider-pacts-for-verification\":{\"href\":\"/a/{provider\"}}",
		"{\"pb:provider-pacts-for-verification\":{\"href\":\"mailto:{provider}\"}}",
	};
	const struct tally_verification_query query = {.provider = "Vp"};
	struct pact_site *site = *state;
	char index[256];

	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		(void)snprintf(index, sizeof index, "{\"_links\":%s}", links[i]);
		site->plan_count = 0;
		pact_site_plan(site, (struct planned){.target = "/", .status = 200, .body = index});
		pact_site_opened(site);
		assert_int_equal(pact_site_choose(site, "{}"), TALLY_EPARSE);
		assert_in(site->error.where, "pb:provider-pacts-for-verification");
		assert_string_equal(site->log.bytes, "");
	}
	site->plan_count = 0;
	pact_site_plan(site,
		       (struct planned){.target = "/",
					.status = 200,
					.body = "{\"_links\":{\"pb:publish-pact\":7,\"pb:latest-"
						"provider-pacts\":\"/latest\"}}"});
	pact_site_opened(site);
	assert_int_equal(pact_site_choose(site, "{}"), TALLY_EUNSUPPORTED);
	assert_int_equal(
		tally_broker_contract_of(site->broker, &query, "Vc", "1", &site->answer, NULL),
		TALLY_EUNSUPPORTED);
	assert_int_equal(tally_broker_contract_at(site->broker, "mailto:a", &site->answer, NULL),
			 TALLY_EPARSE);
}

static void answers_have_limits(void **state)
{
	struct pact_site *site = *state;
	struct buf deep;

	site->huge = "/";
	assert_int_equal(open_message(site), TALLY_ELIMIT);
	site->huge = NULL;
	tally__buf_init(&deep, 1 << 20);
	for (int i = 0; i < LIMIT_JSON_DEPTH + 10; i++)
		tally__buf_adds(&deep, "{\"_links\":");
	pact_site_plan(site, (struct planned){.status = 200, .body = deep.bytes});
	assert_int_equal(open_message(site), TALLY_ELIMIT);
	tally__buf_release(&deep);
}

static void a_list_has_an_end(void **state)
{
	struct pact_site *site = *state;
	struct buf list;

	tally__buf_init(&list, 1 << 24);
	tally__buf_adds(&list, "{\"_embedded\":{\"pacts\":[");
	for (int i = 0; i <= LIMIT_BROKER_CONTRACTS; i++)
		tally__buf_addf(&list, "%s{\"_links\":{\"self\":{\"href\":\"/%d\"}}}",
				i > 0 ? "," : "", i);
	tally__buf_adds(&list, "]}}");
	assert_int_equal(list.status, 0);
	pact_site_plan(site, (struct planned){.method = "POST", .status = 200, .body = list.bytes});
	pact_site_opened(site);
	assert_int_equal(pact_site_choose(site, "{}"), TALLY_ELIMIT);
	assert_in(site->error.message, "selectors");
	assert_not_in(site->log.bytes, "GET /0");
	tally__buf_release(&list);
}

/* Every allocation fails once: an error, no answer, and nothing leaked. */
static void memory_runs_out(void **state)
{
	struct pact_site *site = *state;
	bool failed = true;
	char *results;

	pact_site_opened(site);
	pact_site_ok(site, pact_site_choose(site, "{\"selectors\":[{\"mainBranch\":true}]}"));
	results = pact_site_results(site, "failed");
	for (size_t passes = 0; failed; passes++) {
		const char *tag = "t1";
		const struct tally_run run = {.provider = "Vp",
					      .version = "101",
					      .branch = "main",
					      .tags = &tag,
					      .tag_count = 1};
		const struct tally_verification_query query = {.provider = "Vp"};
		struct tally_broker *broker = NULL;
		cJSON *contracts = NULL, *recorded = NULL, *json = NULL;
		int status;

		assert_int_equal(tally_json_parse(&json, results, strlen(results), NULL), 0);
		tally__mem_fail_after((long)passes);
		status = tally__pact_broker_open_paused(&broker, site->url, &site->options,
							pact_site_pause, site, NULL);
		if (status == 0)
			status = tally_broker_contracts_to_verify(broker, &query, &contracts, NULL);
		if (status == 0)
			status = tally_broker_record_results(broker, &run, json, &recorded, NULL);
		failed = tally__mem_fail_after(-1) > passes;
		if (!failed && status != 0)
			fail_msg("without a failure: %d", status);
		cJSON_Delete(json);
		cJSON_Delete(contracts);
		cJSON_Delete(recorded);
		tally_broker_close(broker);
	}
	tally_free(results);
}

#define TEST(function)                                                                             \
	cmocka_unit_test_setup_teardown(function, pact_site_setup, pact_site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_sent_with_each_request),
		TEST(user_and_password),
		TEST(those_of_the_url_stand_in),
		TEST(credentials_that_cannot_be),
		TEST(a_401_says_what_to_set),
		TEST(a_busy_broker_is_asked_again),
		TEST(the_broker_says_how_long),
		TEST(an_interrupt_ends_the_wait),
		TEST(nobody_waits_for_hours),
		TEST(asking_ends),
		TEST(results_are_sent_again_too),
		TEST(an_unreachable_broker),
		TEST(a_moved_index_moves_the_broker),
		TEST(redirects_within_the_broker_are_followed),
		TEST(redirects_elsewhere_are_refused),
		TEST(redirects_end),
		TEST(a_post_is_not_turned_into_a_get),
		TEST(the_brokers_words_are_shown),
		TEST(what_is_no_index),
		TEST(what_is_no_list),
		TEST(what_is_no_contract),
		TEST(a_contract_that_is_gone),
		TEST(a_404_of_another_server),
		TEST(links_that_lead_nowhere),
		TEST(answers_have_limits),
		TEST(a_list_has_an_end),
		TEST(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
