/* What a git host sends, good or bad, in pieces of any size; and the URLs it is found by. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "git/advertisement.h"
#include "git/push.h"
#include "git/sideband.h"
#include "git/url.h"
#include "git_scratch.h"

/* A carrier that hands out bytes at hand, at most `piece` at once. */
struct tape {
	struct carrier carrier;
	struct carrier_session session;
	const char *bytes;
	size_t len, at, piece;
};

static int tape_read(struct carrier_session *session, char *bytes, size_t space, size_t *got,
		     struct tally_error *error)
{
	struct tape *tape = (struct tape *)session->carrier;
	size_t left = tape->len - tape->at;

	(void)error;
	*got = left < tape->piece ? left : tape->piece;
	*got = *got < space ? *got : space;
	memcpy(bytes, tape->bytes + tape->at, *got);
	tape->at += *got;
	return 0;
}

static const struct carrier_kind tape_kind = {.read = tape_read};

static struct line_reader reader;

static void play(struct tape *tape, const char *bytes, size_t len, size_t piece)
{
	*tape = (struct tape){
		.carrier = {.kind = &tape_kind}, .bytes = bytes, .len = len, .piece = piece};
	tape->session.carrier = &tape->carrier;
	tally__line_reader_init(&reader, &tape->session);
}

static void test_urls(void **state)
{
	static const struct {
		const char *text, *shown, *host, *port, *path, *user, *password;
		enum git_url_kind kind;
	} cases[] = {
		{"git@host:team/x.git", "git@host:team/x.git", "host", NULL, "team/x.git", "git",
		 NULL, GIT_URL_SSH},
		{"ssh://git@host:2222/a%20b/", "ssh://git@host:2222/a%20b", "host", "2222", "/a b",
		 "git", NULL, GIT_URL_SSH},
		{"git+ssh://host:22/x", "ssh://host/x", "host", NULL, "/x", NULL, NULL,
		 GIT_URL_SSH},
		{"https://me:p%40ss@host/x.git", "https://host/x.git", "host", NULL, "/x.git", "me",
		 "p@ss", GIT_URL_HTTPS},
		{"https://me:p@ss@host:443/x.git/", "https://host/x.git", "host", NULL, "/x.git",
		 "me", "p@ss", GIT_URL_HTTPS},
		{"git+http://[::1]:8080/x", "http://[::1]:8080/x", "[::1]", "8080", "/x", NULL,
		 NULL, GIT_URL_HTTP},
	};
	struct arena arena;
	struct git_url url;

	(void)state;
	tally__arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(tally__git_url_is(cases[i].text));
		assert_int_equal(tally__git_url_parse(&url, &arena, cases[i].text, NULL), 0);
		assert_int_equal(url.kind, cases[i].kind);
		assert_string_equal(url.shown, cases[i].shown);
		assert_string_equal(url.host, cases[i].host);
		assert_string_equal(url.path, cases[i].path);
		assert_string_equal(url.port ? url.port : "-", cases[i].port ? cases[i].port : "-");
		assert_string_equal(url.user ? url.user : "-", cases[i].user ? cases[i].user : "-");
		assert_string_equal(url.password ? url.password : "-",
				    cases[i].password ? cases[i].password : "-");
	}
	tally__arena_release(&arena);
}

static void test_what_is_no_url(void **state)
{
	static const char *const elsewhere[] = {"/srv/x.git",       "x.git",
						"./git@host:x",     "https://host/x",
						"file:///x.git",    "https://host/.git",
						"http://host/?.git"};
	static const char *const wrong[] = {
		"ssh://",           "ssh://host",           "ssh://host/",
		"git@host:",        "ssh://-x/y",           "git@-x:y",
		"ssh://-x@host/y",  "git@host:-x",          "git+https://host:port/x",
		"ssh://host/a b",   "git@host:a\nb",        "git+https://secret@/x",
		"ssh://ho$(x)st/y", "git+https://host/x?y", "git+https://a:secret@host:1x/y",
	};
	struct arena arena;
	struct git_url url;

	(void)state;
	tally__arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		assert_false(tally__git_url_is(elsewhere[i]));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		assert_int_equal(tally__git_url_parse(&url, &arena, wrong[i], &error),
				 TALLY_EINVAL);
		assert_null(strstr(error.message, "secret"));
	}
	tally__arena_release(&arena);
}

#define ID "1234567890123456789012345678901234567890"
static const char advertisement[] = "0058" ID " HEAD\0report-status side-band-64k ofs-delta\n"
				    "003d" ID " refs/heads/main\n"
				    "003d" ID " refs/heads/next\n"
				    "0000";

static void test_advertisement_in_pieces(void **state)
{
	struct advertisement there;
	struct tape tape;

	(void)state;
	for (size_t piece = 1; piece < sizeof advertisement; piece++) {
		play(&tape, advertisement, sizeof advertisement - 1, piece);
		assert_int_equal(
			tally__advertisement_read(&there, &reader, GIT_SERVICE_UPLOAD, NULL), 0);
		assert_false(there.is_empty);
		assert_false(git_oid_is_zero(&there.tip));
		assert_true(there.has_side_band && there.has_report_status && there.has_ofs_delta);
	}
}

static void test_advertisement_cut_short(void **state)
{
	struct advertisement there;
	struct tape tape;

	(void)state;
	for (size_t len = 0; len < sizeof advertisement - 1; len++) {
		play(&tape, advertisement, len, 7);
		assert_int_not_equal(
			tally__advertisement_read(&there, &reader, GIT_SERVICE_UPLOAD, NULL), 0);
	}
}

static void test_what_is_no_advertisement(void **state)
{
	static const struct {
		const char *bytes;
		int code;
	} cases[] = {
		{"<html>", TALLY_EPARSE},
		{"0001", TALLY_EPARSE},
		{"0003", TALLY_EPARSE},
		{"fff5", TALLY_EPARSE},
		{"-001", TALLY_EPARSE},
		{"0006ab0000", TALLY_EPARSE},
		{"000aERR no0000", TALLY_EIO},
		{"0034xyz4567890123456789012345678901234567890 HEAD\n\n\n0000", TALLY_EPARSE},
	};
	struct advertisement there;
	struct tape tape;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		play(&tape, cases[i].bytes, strlen(cases[i].bytes), 3);
		assert_int_equal(
			tally__advertisement_read(&there, &reader, GIT_SERVICE_UPLOAD, NULL),
			cases[i].code);
	}
}

static void test_names_of_another_kind(void **state)
{
	static const char bytes[] = "005e" ID "123456789012345678901234 HEAD\0object-format=sha256"
				    "0000";
	struct tally_error error = TALLY_ERROR_INIT;
	struct advertisement there;
	struct tape tape;

	(void)state;
	play(&tape, bytes, sizeof bytes - 1, 100);
	assert_int_equal(tally__advertisement_read(&there, &reader, GIT_SERVICE_UPLOAD, &error),
			 TALLY_EUNSUPPORTED);
	assert_non_null(strstr(error.message, "SHA-256"));
}

/* Goes on for ever. */
static int drone(struct carrier_session *session, char *bytes, size_t space, size_t *got,
		 struct tally_error *error)
{
	struct tape *tape = (struct tape *)session->carrier;

	(void)error;
	for (*got = 0; *got < space; ++*got)
		bytes[*got] = tape->bytes[tape->at++ % tape->len];
	return 0;
}

static void test_side_bands_without_an_end(void **state)
{
	static const struct carrier_kind kind = {.read = drone};
	struct sideband band;
	struct tape tape;
	const char *data;
	size_t len;

	(void)state;
	play(&tape, "0005\001", 5, 0);
	tape.carrier.kind = &kind;
	tally__sideband_init(&band, &reader, true);
	assert_int_equal(tally__sideband_read(&band, &data, &len, NULL), TALLY_ELIMIT);
	tally__sideband_release(&band);
}

static int swallow(struct carrier_session *session, const struct carrier_message *message,
		   struct tally_error *error)
{
	(void)session, (void)message, (void)error;
	return 0;
}

static void test_reports_of_a_push(void **state)
{
	static const struct {
		const char *report;
		enum push_outcome outcome;
	} cases[] = {
		{"000eunpack ok\n0017ok refs/heads/main\n0000", PUSH_ACCEPTED},
		{"000dunpack ok0016ok refs/heads/main0000", PUSH_ACCEPTED},
		{"000eunpack no\n0017ok refs/heads/main\n0000", PUSH_REFUSED},
		{"000eunpack ok\n0018ok refs/heads/main2\n0000", PUSH_UNKNOWN},
		{"000funpack okay0016ok refs/heads/main0000", PUSH_REFUSED},
		{"0017ok refs/heads/main\n0000", PUSH_UNKNOWN},
		{"000eunpack ok\n0000", PUSH_UNKNOWN},
		{"000eunpack ok\n0028ng refs/heads/main failed to update\n0000", PUSH_LOST},
		{"000eunpack ok\n001fng refs/heads/main frozen!\n0000", PUSH_REFUSED},
		{"000eunp", PUSH_UNKNOWN},
		{"", PUSH_UNKNOWN},
	};
	static const struct carrier_kind kind = {.send = swallow, .read = tape_read};
	const struct advertisement there = {.has_report_status = true};
	const git_oid old = {{1}}, next = {{2}};
	struct pack pack = {"HEAD"};
	char repo[SCRATCH_BYTES];
	struct store *store;
	struct tape tape;

	(void)state;
	scratch_init(repo);
	assert_int_equal(tally__store_init(repo, NULL), 0);
	assert_int_equal(tally__store_open(&store, repo, NULL), 0);
	/* Any file will do for a pack: nobody looks at it. */
	assert_int_equal(scratch_run(repo, 0, "cp $REPO/HEAD $REPO/HEAD.pack"), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		play(&tape, cases[i].report, strlen(cases[i].report), 9);
		tape.carrier.kind = &kind;
		assert_int_equal(tally__push(store, &reader, &there, &pack, &old, &next, &error),
				 cases[i].outcome);
		assert_true((cases[i].outcome == PUSH_ACCEPTED) == (error.code == 0));
	}
	tally__store_close(store);
	scratch_release(repo);
}

static void test_side_bands(void **state)
{
	static const char bytes[] = "0007\001ab"
				    "000b\002frozen"
				    "0005\001"
				    "0006\001c"
				    "0009\003gone"
				    "0000";
	struct tally_error error = TALLY_ERROR_INIT;
	struct sideband band;
	struct tape tape;
	const char *data;
	size_t len;

	(void)state;
	play(&tape, bytes, sizeof bytes - 1, 2);
	tally__sideband_init(&band, &reader, true);
	assert_int_equal(tally__sideband_read(&band, &data, &len, NULL), 0);
	assert_int_equal(len, 2);
	assert_memory_equal(data, "ab", 2);
	assert_int_equal(tally__sideband_read(&band, &data, &len, NULL), 0);
	assert_int_equal(len, 1);
	assert_false(band.has_failed);
	assert_int_equal(tally__sideband_read(&band, &data, &len, NULL), 0);
	assert_int_equal(len, 0);
	assert_true(band.has_failed);
	assert_int_equal(tally__sideband_fail(&band, TALLY_EIO, "refused", &error), TALLY_EIO);
	assert_non_null(strstr(error.message, "refused; the server said:"));
	assert_non_null(strstr(error.message, "frozen"));
	assert_non_null(strstr(error.message, "gone"));
	tally__sideband_release(&band);
}

static int load_libgit2(void **state)
{
	(void)state;
	return tally__git2_load(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_what_is_no_url),
		cmocka_unit_test(test_advertisement_in_pieces),
		cmocka_unit_test(test_advertisement_cut_short),
		cmocka_unit_test(test_what_is_no_advertisement),
		cmocka_unit_test(test_names_of_another_kind),
		cmocka_unit_test(test_side_bands),
		cmocka_unit_test(test_side_bands_without_an_end),
		cmocka_unit_test(test_reports_of_a_push),
	};

	return cmocka_run_group_tests(tests, load_libgit2, NULL);
}
